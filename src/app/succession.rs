//! A changed configuration in a console that runs: other environments, and everything else stays where it can.

use super::reconfiguration::{Reconfiguration, Restyle};
use super::settle::settle;
use crate::domain::EnvironmentId;
use crate::screens::State;
use crate::screens::menu::Purpose;
use crate::screens::{OpenScreen, View, environments, palette};
use crate::shell::Tone;
use crate::shell::{ArmingEnd, Effect};
use crate::slices::reads::Schedule;
use crate::world::estate::{Estate, Scope};

/// Takes a changed configuration in.
pub fn reconfigure(state: &mut State, next: Reconfiguration, effects: &mut Vec<Effect>) {
    if state.shell.world.changes.policies != next.policies {
        // Whatever was armed was armed under other rules; the record names the environment of before.
        state.shell.disarm(&ArmingEnd::OtherRules, effects);
    }
    state.shell.world.changes.blocked = None;
    state.shell.world.changes.operators = next.operators;
    adopt(state, next.estate, Schedule::with_seed(next.seed));
    state.shell.world.changes.policies = next.policies;
    state.shell.world.problems.of_configuration(next.problems);
    let Restyle { theme, keymap, ceiling, ascii, warnings } = next.appearance;
    if let Some(theme) = theme {
        state.shell.theme = *theme;
    }
    if let Some(keymap) = keymap {
        state.shell.keymap = *keymap;
        state.resolver.clear();
    }
    state.shell.world.ceiling = ceiling;
    state.shell.ascii = ascii;
    relist(state);
    if let Some(warning) = warnings.into_iter().next() {
        state.shell.say(warning, Tone::Bad);
    }
}

/// Puts another estate into the state. The new `schedule` has nothing on its way: answers to what was asked before must
/// not come in any more.
fn adopt(state: &mut State, estate: Estate, schedule: Schedule) {
    let line = state.fleet.current();
    let before = state.shell.world.estate.clone();
    state.shell.world.adopt(estate, schedule);
    // Who read it is gone with the sessions of before.
    state.log.is_begun = false;
    let estate = &state.shell.world.estate;
    // The same name may lead to another account or region now: what was begun there was begun of the one before.
    let is_elsewhere = |id: EnvironmentId| {
        let sites = |estate: &Estate| estate.environment(id).map(|e| (e.site, e.dr_site));
        sites(&before) != sites(estate)
    };
    let any_is_elsewhere = before.environments().any(|(id, _)| is_elsewhere(id));
    if matches!(state.shell.scope, Scope::One(id) if estate.environment(id).is_none())
        || state.shell.scope == Scope::All
    {
        state.shell.scope = Scope::usual(estate);
    }
    // A plan of an environment that is gone has nowhere to go; arming ends by itself there.
    state.views.remove(|view| match view {
        View::Plan(plan) => is_elsewhere(plan.environment),
        View::Arm(question) => is_elsewhere(question.environment),
        View::Screen(screen) => screen.cluster_site().is_some_and(|site| estate.site(site).is_none()),
        // What these would do names a resource by environment and region.
        View::Menu(menu) => any_is_elsewhere && menu.purpose.is_of_resource(),
        _ => false,
    });
    reopen(state);
    state.fleet.summaries.clear();
    settle(state);
    state.fleet.selected = line.and_then(|item| state.fleet.position(item)).unwrap_or(0);
    let count = state.shell.world.estate.count();
    let noun = if count == 1 { "environment" } else { "environments" };
    state.shell.say(format!("the configuration was read again: {count} {noun}"), Tone::Plain);
}

/// A menu that lists environments lists those of now; every other one stays as it is, for what it names is told by
/// whoever is asked to act on it.
fn relist(state: &mut State) {
    let Some(menu) = state.views.menu() else { return };
    let screen = state.views.iter().rev().find(|view| view.screen().is_some());
    let layers = screen.map_or(&[][..], View::layers);
    let items = match menu.purpose {
        Purpose::Environments => environments::scopes(state),
        Purpose::Palette => palette::items(state, layers),
        _ => return,
    };
    if let Some(menu) = state.views.menu_mut() {
        menu.replace(items);
    }
}

/// The changed configuration cannot be taken in: what runs goes on, and why stands on the fleet until
/// the file is sound. Nothing can be changed meanwhile.
pub fn refuse(state: &mut State, problems: Vec<String>, effects: &mut Vec<Effect>) {
    let why = "the configuration cannot be read as it is now: nothing can be changed until it is fixed (!)";
    state.shell.block(why, effects);
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    let text = format!("the configuration changed and has {count} {noun}: the environments before it stay");
    state.shell.say(text, Tone::Bad);
    state.shell.world.problems.of_configuration(problems);
}

/// The DB instance that is open stays open while its site is there and it belongs to an environment.
fn reopen(state: &mut State) {
    let is_nobodys = state.views.open_cluster().is_some_and(|(site, name)| {
        let world = &state.shell.world;
        let known = world.site(site).and_then(|data| data.services.kubernetes.eks(name));
        // While it is not known it may be anybody's.
        known.is_some_and(|cluster| world.estate.owner_of_cluster(site, cluster).is_none())
    });
    if is_nobodys {
        state.views.remove(|view| matches!(view, View::Screen(screen) if screen.cluster_site().is_some()));
    }
    let Some(open) = state.views.database() else { return };
    if state.shell.world.estate.site(open.site).is_none() || !is_owned(state) {
        state.views.remove(|view| matches!(view, View::Screen(OpenScreen::Database(_))));
    }
}

/// Whether the open DB instance belongs to an environment, as far as is known.
fn is_owned(state: &State) -> bool {
    state.open_database().is_none_or(|(site, database)| state.shell.world.estate.owner(site, database).is_some())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::app::actions::run;
    use crate::domain::{Database, Environment, Fault, FaultKind, Remote, SessionId, SiteId};
    use crate::keymap::{Action, Keymap};
    use crate::screens::fleet::Item;
    use crate::screens::{Screen, database};
    use crate::services::alarms;
    use crate::slices::reads::{Read, Target};
    use crate::theme::{ColorDepth, Theme};
    use crate::world::data::SiteData;

    /// An estate after `before`, of environments as name, session and region.
    fn estate(before: &Estate, environments: &[(&str, usize, &str)]) -> Estate {
        let mut estate = before.succeed();
        for (name, session, region) in environments {
            let site = estate.add_site(SessionId(*session), region);
            estate.add(Environment { name: (*name).into(), site, ..Environment::default() });
        }
        estate
    }

    fn named(id: &str) -> Remote<Vec<std::sync::Arc<Database>>> {
        let database = Database { id: id.into(), arn: format!("arn-{id}"), ..Database::default() };
        Remote::Ready { value: vec![database.into()], at: Timestamp::UNIX_EPOCH }
    }

    /// Three environments, each with the DB instance `<name>-db`, and an error of `prod`.
    fn running() -> State {
        let all = [("dev", 0, "eu-west-1"), ("qa", 1, "eu-west-1"), ("prod", 2, "us-east-1")];
        let estate = estate(&Estate::default(), &all);
        let (keymap, theme) = (Keymap::default(), Theme::default());
        let mut state = State::new(estate, Timestamp::UNIX_EPOCH, keymap, theme, ColorDepth::TrueColor);
        for (data, id) in state.shell.world.sites.iter_mut().zip(["dev-db", "qa-db", "prod-db"]) {
            data.rds.databases = named(id);
        }
        let target = Target { site: SiteId(2), read: Read::Alarms(alarms::Read::All) };
        let fault = Fault { kind: FaultKind::TimedOut, call: "x:Y".into(), message: String::new(), request_id: None };
        state.shell.world.faults.record(&target, "prod (us-east-1)".into(), fault, state.shell.world.now);
        settle(&mut state);
        state
    }

    const QA: EnvironmentId = EnvironmentId(1);
    const PROD: EnvironmentId = EnvironmentId(2);

    fn change(state: &mut State, environments: &[(&str, usize, &str)]) {
        let next = estate(&state.shell.world.estate, environments);
        adopt(state, next, Schedule::default());
        relist(state);
    }

    /// The DB instances that are known, as their environments are written in the configuration.
    fn ids(state: &State) -> Vec<Option<String>> {
        let first = |data: &SiteData| data.rds.databases.value().and_then(|all| all.first().map(|d| d.id.clone()));
        state.shell.world.estate.environments().map(|(_, e)| state.shell.world.site(e.site).and_then(first)).collect()
    }

    #[test]
    fn what_is_still_there_keeps_its_data() {
        let mut state = running();
        state.shell.scope = Scope::One(PROD);
        // `dev` is gone, `prod` comes first, `new` is new.
        change(&mut state, &[("prod", 2, "us-east-1"), ("new", 3, "eu-west-1"), ("qa", 1, "eu-west-1")]);
        assert_eq!(ids(&state), [Some("prod-db".into()), None, Some("qa-db".into())]);
        assert_eq!((state.shell.scope, state.databases.rows.len()), (Scope::One(PROD), 1));
        assert_eq!(state.shell.world.faults.iter().map(|entry| entry.target.site).collect::<Vec<_>>(), [SiteId(2)]);
        assert_eq!(state.shell.world.schedule.in_flight(), 0);
        assert!(state.shell.world.sites[0].rds.databases.value().is_none(), "what was read of dev is forgotten");
    }

    #[test]
    fn another_connection_or_region_is_another_place() {
        let mut state = running();
        change(&mut state, &[("dev", 3, "eu-west-1"), ("qa", 1, "eu-west-2"), ("prod", 2, "us-east-1")]);
        assert_eq!(ids(&state), [None, None, Some("prod-db".into())]);
    }

    #[test]
    fn the_screen_and_the_cursor_stay() {
        let mut state = running();
        state.fleet.selected = state.fleet.position(Item::Environment(QA)).unwrap();
        state.views.open(View::Screen(OpenScreen::Database(Box::new(database::State::new(SiteId(2), "prod-db")))));
        change(&mut state, &[("prod", 2, "us-east-1"), ("qa", 1, "eu-west-1")]);
        assert_eq!((state.screen(), state.views.database().map(|open| open.site)), (Screen::Database, Some(SiteId(2))));
        assert_eq!(state.fleet.current(), Some(Item::Environment(QA)));
    }

    #[test]
    fn the_screen_of_what_is_gone_is_left() {
        let mut state = running();
        state.views.open(View::Screen(OpenScreen::Database(Box::new(database::State::new(SiteId(2), "prod-db")))));
        state.shell.scope = Scope::One(PROD);
        change(&mut state, &[("dev", 0, "eu-west-1"), ("qa", 1, "eu-west-1")]);
        assert_eq!(
            (state.screen(), state.views.database().is_none(), state.shell.scope),
            (Screen::Fleet, true, Scope::All)
        );
        assert!(state.shell.world.faults.is_empty());
    }

    #[test]
    fn an_open_list_of_environments_is_that_of_now_and_keeps_what_was_typed() {
        let mut state = running();
        run(&mut state, Action::Environments, &mut Vec::new());
        let menu = state.views.menu_mut().unwrap();
        menu.input = tui_input::Input::new("prod".into());
        menu.narrow();
        change(&mut state, &[("prod", 2, "us-east-1"), ("prod-2", 3, "eu-west-1")]);
        let menu = state.views.menu().unwrap();
        let labels: Vec<&str> = menu.visible().map(|item| item.label.as_str()).collect();
        assert_eq!((labels, menu.input.value()), (vec!["prod", "prod-2"], "prod"));
        assert_eq!(menu.current().map(|item| item.label.as_str()), Some("prod"), "the cursor stays");
    }

    #[test]
    fn a_broken_file_is_told_and_changes_nothing() {
        let mut state = running();
        refuse(&mut state, vec!["config.toml:3: error".into()], &mut Vec::new());
        assert_eq!(state.shell.world.estate.count(), 3);
        assert_eq!(*state.shell.world.problems, ["config.toml:3: error"]);
        assert!(state.shell.world.changes.blocked.is_some());
        let next = Reconfiguration {
            estate: estate(&state.shell.world.estate, &[("dev", 0, "eu-west-1")]),
            seed: 1,
            policies: BTreeMap::new(),
            operators: BTreeMap::new(),
            problems: Vec::new(),
            appearance: Restyle::default(),
        };
        reconfigure(&mut state, next, &mut Vec::new());
        assert!(
            state.shell.world.problems.is_empty() && state.shell.world.changes.blocked.is_none(),
            "it is sound again"
        );
    }
}
