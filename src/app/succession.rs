//! A changed configuration in a console that runs: other environments, and everything else stays
//! where it can. Sites have new numbers then, so whatever names one is moved.

use std::mem;

use super::effect::Effect;
use super::operations;
use super::reconfiguration::{Reconfiguration, Restyle};
use super::state::{Overlay, Screen, State};
use super::toast::{Toast, Tone};
use super::update::settle;
use crate::collect::Schedule;
use crate::domain::SiteId;
use crate::screens::fleet::Item;
use crate::world::data::SiteData;
use crate::world::estate::{Estate, Scope};

/// Takes a changed configuration in.
pub fn reconfigure(state: &mut State, next: Reconfiguration, effects: &mut Vec<Effect>) {
    if state.operations.policies != next.policies {
        // Whatever was armed was armed under other rules; the record names the environment of before.
        operations::disarm(state, "disarmed: the rules changed", effects);
    }
    state.operations.blocked = None;
    state.operations.operators = next.operators;
    adopt(state, next.estate, &next.inherited, Schedule::with_seed(next.seed));
    state.operations.policies = next.policies;
    state.world.problems.of_configuration(next.problems);
    let Restyle { theme, keymap, ceiling, ascii, warnings } = next.appearance;
    if let Some(theme) = theme {
        state.theme = *theme;
    }
    if let Some(keymap) = keymap {
        state.keymap = *keymap;
        state.resolver.clear();
    }
    state.world.ceiling = ceiling;
    state.ascii = ascii;
    if let Some(warning) = warnings.into_iter().next() {
        state.toast = Some(Toast::new(warning, Tone::Bad, state.world.now));
    }
}

/// Puts another estate into the state. `inherited` tells, by session of the new estate, which session
/// of the old one it is: what was read through it in the same region is kept. The new `schedule` has
/// nothing on its way: answers to what was asked before must not come in any more.
fn adopt(state: &mut State, estate: Estate, inherited: &[Option<usize>], schedule: Schedule) {
    let line = state.fleet.current();
    let old = mem::replace(&mut state.world.estate, estate);
    let moved = moves(&old, &state.world.estate, inherited);
    let to = |site: SiteId| moved.get(site.0).copied().flatten();

    let known = mem::take(&mut state.world.sites);
    state.world.sites.resize_with(state.world.estate.sites.len(), SiteData::default);
    for (data, place) in known.into_iter().zip(&moved) {
        if let Some(site) = place.and_then(|place| state.world.sites.get_mut(place.0)) {
            *site = data;
        }
    }
    let faults = mem::take(&mut state.world.faults);
    state.world.faults = faults.moved(to, |site| state.world.estate.place(site));
    state.world.schedule = schedule;

    let place = |index: usize| {
        let name = &old.environments.get(index)?.name;
        state.world.estate.environments.iter().position(|environment| environment.name == *name)
    };
    let stays = match state.scope {
        Scope::All => None,
        Scope::One(index) => place(index),
    };
    let planned = state.operations.plan.as_ref().and_then(|plan| place(plan.environment));
    let line = line.and_then(|item| match item {
        Item::Environment(index) => place(index).map(Item::Environment),
        Item::Finding(index, finding) => place(index).map(|index| Item::Finding(index, finding)),
    });
    state.scope = match (stays, state.world.estate.environments.len()) {
        (Some(index), _) => Scope::One(index),
        (None, 1) => Scope::One(0),
        (None, _) => Scope::All,
    };
    // A plan of an environment that is gone has nowhere to go; arming ends by itself there.
    match (planned, state.operations.plan.as_mut()) {
        (Some(index), Some(plan)) if is_region_of(&state.world.estate, index, &plan.target.region) => {
            plan.environment = index;
        }
        _ => state.operations.plan = None,
    }
    state.operations.question = None;
    reopen(state, to);
    // Its lines name environments by number.
    if matches!(state.overlay, Some(Overlay::Menu(_))) {
        state.overlay = None;
    }
    state.fleet.summaries.clear();
    state.world.forget_checkups();
    settle(state);
    state.fleet.selected = line.and_then(|item| state.fleet.position(item)).unwrap_or(0);
    let count = state.world.estate.environments.len();
    let noun = if count == 1 { "environment" } else { "environments" };
    state.toast =
        Some(Toast::new(format!("the configuration was read again: {count} {noun}"), Tone::Plain, state.world.now));
}

/// The changed configuration cannot be taken in: what runs goes on, and why stands on the fleet until
/// the file is sound. Nothing can be changed meanwhile.
pub fn refuse(state: &mut State, problems: Vec<String>, effects: &mut Vec<Effect>) {
    let why = "the configuration cannot be read as it is now: nothing can be changed until it is mended (!)";
    operations::block(state, why, effects);
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    let text = format!("the configuration changed and has {count} {noun}: the environments before it stay");
    state.toast = Some(Toast::new(text, Tone::Bad, state.world.now));
    state.world.problems.of_configuration(problems);
}

/// Whether an environment is in this region.
fn is_region_of(estate: &Estate, environment: usize, region: &str) -> bool {
    let Some(environment) = estate.environments.get(environment) else { return false };
    environment.sites().filter_map(|site| estate.site(site)).any(|site| site.region == region)
}

/// By old site: the new site that is the same one.
fn moves(old: &Estate, new: &Estate, inherited: &[Option<usize>]) -> Vec<Option<SiteId>> {
    let is = |session: usize, before: usize| inherited.get(session).copied().flatten() == Some(before);
    old.sites
        .iter()
        .map(|site| {
            let mut sites = new.sites.iter();
            sites.position(|other| other.region == site.region && is(other.session, site.session)).map(SiteId)
        })
        .collect()
}

/// The DB instance that is open stays open while its site is there and it belongs to an environment.
fn reopen(state: &mut State, to: impl Fn(SiteId) -> Option<SiteId>) {
    let Some(open) = &mut state.database else { return };
    let place = to(open.site);
    open.site = place.unwrap_or(open.site);
    if place.is_none() || !is_owned(state) {
        state.database = None;
        if state.screen == Screen::Database {
            state.screen = state.came_from;
        }
    }
}

/// Whether the open DB instance belongs to an environment, as far as is known.
fn is_owned(state: &State) -> bool {
    state.open_database().is_none_or(|(site, database)| state.world.estate.owner(site, database).is_some())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::collect::{Dataset, Target};
    use crate::domain::{Database, Environment, Fault, FaultKind, Remote};
    use crate::keymap::Keymap;
    use crate::screens::database;
    use crate::theme::{ColorDepth, Theme};

    /// Environments as name, session and region.
    fn estate(environments: &[(&str, usize, &str)]) -> Estate {
        let mut estate = Estate::default();
        for (name, session, region) in environments {
            let site = estate.add_site(*session, region);
            estate.environments.push(Environment { name: (*name).into(), site, ..Environment::default() });
        }
        let sessions = estate.sites.iter().map(|site| site.session + 1).max().unwrap_or(0);
        estate.sessions = (0..sessions).map(|i| format!("session-{i}")).collect();
        estate
    }

    fn named(id: &str) -> Remote<Vec<Database>> {
        let database = Database { id: id.into(), arn: format!("arn-{id}"), ..Database::default() };
        Remote::Ready { value: vec![database], at: Timestamp::UNIX_EPOCH }
    }

    /// Three environments, each with the DB instance `<name>-db`, and an error of `prod`.
    fn running() -> State {
        let estate = estate(&[("dev", 0, "eu-west-1"), ("qa", 1, "eu-west-1"), ("prod", 2, "us-east-1")]);
        let (keymap, theme) = (Keymap::default(), Theme::default());
        let mut state = State::new(estate, Timestamp::UNIX_EPOCH, keymap, theme, ColorDepth::TrueColor);
        for (data, id) in state.world.sites.iter_mut().zip(["dev-db", "qa-db", "prod-db"]) {
            data.databases = named(id);
        }
        let target = Target { site: SiteId(2), dataset: Dataset::Alarms };
        let fault = Fault { kind: FaultKind::TimedOut, call: "x:Y".into(), message: String::new(), request_id: None };
        state.world.faults.record(&target, "prod (us-east-1)".into(), fault, state.world.now);
        settle(&mut state);
        state
    }

    fn ids(state: &State) -> Vec<Option<&str>> {
        let first = |data: &SiteData| data.databases.value().and_then(|all| all.first().map(|d| d.id.clone()));
        let known: Vec<Option<String>> = state.world.sites.iter().map(first).collect();
        let all = ["dev-db", "qa-db", "prod-db"];
        known.iter().map(|id| all.into_iter().find(|known| id.as_deref() == Some(known))).collect()
    }

    #[test]
    fn what_is_still_there_keeps_its_data() {
        let mut state = running();
        state.scope = Scope::One(2);
        // `dev` is gone, `prod` comes first, `new` is new.
        let next = estate(&[("prod", 0, "us-east-1"), ("new", 1, "eu-west-1"), ("qa", 2, "eu-west-1")]);
        adopt(&mut state, next, &[Some(2), None, Some(1)], Schedule::default());
        assert_eq!(ids(&state), [Some("prod-db"), None, Some("qa-db")]);
        assert_eq!(state.scope, Scope::One(0));
        assert_eq!(state.databases.rows.len(), 1);
        assert_eq!(state.world.faults.iter().map(|entry| entry.target.site).collect::<Vec<_>>(), [SiteId(0)]);
        assert_eq!(state.world.schedule.in_flight(), 0);
    }

    #[test]
    fn another_connection_or_region_is_another_place() {
        let mut state = running();
        let next = estate(&[("dev", 0, "eu-west-1"), ("qa", 1, "eu-west-2"), ("prod", 2, "us-east-1")]);
        adopt(&mut state, next, &[None, Some(1), Some(2)], Schedule::default());
        assert_eq!(ids(&state), [None, None, Some("prod-db")]);
    }

    #[test]
    fn the_screen_and_the_cursor_stay() {
        let mut state = running();
        state.fleet.selected = state.fleet.position(Item::Environment(1)).unwrap();
        state.database = Some(database::State::new(SiteId(2), "prod-db"));
        (state.screen, state.came_from) = (Screen::Database, Screen::Fleet);
        adopt(
            &mut state,
            estate(&[("qa", 0, "eu-west-1"), ("prod", 1, "us-east-1")]),
            &[Some(1), Some(2)],
            Schedule::default(),
        );
        assert_eq!((state.screen, state.database.as_ref().map(|open| open.site)), (Screen::Database, Some(SiteId(1))));
        assert_eq!(state.fleet.current(), Some(Item::Environment(0)));
    }

    #[test]
    fn the_screen_of_what_is_gone_is_left() {
        let mut state = running();
        state.database = Some(database::State::new(SiteId(2), "prod-db"));
        (state.screen, state.came_from, state.scope) = (Screen::Database, Screen::Fleet, Scope::One(2));
        adopt(
            &mut state,
            estate(&[("dev", 0, "eu-west-1"), ("qa", 1, "eu-west-1")]),
            &[Some(0), Some(1)],
            Schedule::default(),
        );
        assert_eq!((state.screen, state.database.is_none(), state.scope), (Screen::Fleet, true, Scope::All));
        assert!(state.world.faults.is_empty());
    }

    #[test]
    fn a_broken_file_is_told_and_changes_nothing() {
        let mut state = running();
        refuse(&mut state, vec!["config.toml:3: error".into()], &mut Vec::new());
        assert_eq!(state.world.estate.environments.len(), 3);
        assert_eq!(*state.world.problems, ["config.toml:3: error"]);
        assert!(state.operations.blocked.is_some());
        let next = Reconfiguration {
            estate: estate(&[("dev", 0, "eu-west-1")]),
            inherited: vec![Some(0)],
            seed: 1,
            policies: Vec::new(),
            operators: Vec::new(),
            problems: Vec::new(),
            appearance: Restyle::default(),
        };
        reconfigure(&mut state, next, &mut Vec::new());
        assert!(state.world.problems.is_empty() && state.operations.blocked.is_none(), "it is sound again");
    }
}
