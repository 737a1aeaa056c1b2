//! The menus of operations: what can be done to what is selected, and why not.

mod clusters;
pub mod named;

use super::command::Command;
use super::fleet::{self, FleetChoice};
use super::menu::{Grouped, Item, Menu, Purpose};
use super::state::State;
use super::views::{Screen, View};
use crate::domain::finding::{About, Severity};
use crate::domain::{Database, Environment, EnvironmentId, SiteId};
use crate::services::rds::{self, On, OperationGroup};
use crate::shell::Tone;
use crate::slices::{Api, Kind, Target, TargetKind};
use crate::ui::environment::shown_name;
use crate::world;

/// What a whole environment is as a target.
const ENVIRONMENT: TargetKind = TargetKind::Rds(rds::TargetKind::Environment);
/// Why nothing is done to clusters elsewhere.
const NO_CLUSTER: &str = "look at a cluster first: K shows them all";
const NONE_SELECTED: &str = "select a DB instance first: D shows them all";

/// What operations are offered on.
enum Subject<'a> {
    Database(SiteId, &'a Database),
    /// A whole environment: the cursor stands on its line.
    Environment,
}

/// The menu that `a` opens: every operation for what is selected, each with why not. It says what it is for, and does
/// what it does to that, whatever the cursor does meanwhile.
pub fn open_menu(state: &mut State) {
    match menu(state) {
        Ok(menu) => state.views.open(View::Menu(Box::new(menu))),
        Err((words, tone)) => state.shell.say(words, tone),
    }
}

fn menu(state: &State) -> Result<Menu, (&'static str, Tone)> {
    let (title, groups) = match clusters::offered(state) {
        Some(offered) => offered.map(|offered| (offered.title(), offered.groups()))?,
        None => offered(state).map(|offered| (offered.title(), offered.groups()))?,
    };
    let all = groups.iter().flat_map(|(_, items)| items);
    let first = all.clone().position(|item| !matches!(item.command, Command::NotAvailable(_))).unwrap_or(0);
    Ok(Menu::grouped(Purpose::Operations, title, groups, first))
}

/// Every operation on what is selected, with what it would be done to: for who looks one up by its name.
pub fn by_name(state: &State) -> Vec<(Kind, Item, String)> {
    let nothing = |why: &'static str| {
        move |kind: Kind| {
            let command = Command::NotAvailable(why.to_owned());
            (
                kind,
                Item { label: kind.title().to_owned(), detail: kind.risk_words(), checked: None, command },
                why.to_owned(),
            )
        }
    };
    let of_databases = Kind::all().filter(|kind| matches!(kind, Kind::Rds(_)));
    let of_clusters = Kind::all().filter(|kind| matches!(kind, Kind::Kubernetes(_)));
    match clusters::offered(state) {
        Some(Ok(offered)) => offered.all(),
        Some(Err((why, _))) => of_clusters.map(nothing(why)).collect(),
        None => {
            let mut all: Vec<(Kind, Item, String)> = match offered(state) {
                Ok(offered) => offered.all(),
                Err((why, _)) => of_databases.map(nothing(why)).collect(),
            };
            all.extend(of_clusters.map(nothing(NO_CLUSTER)));
            all
        }
    }
}

/// What is offered on what is selected: a DB instance, or the environment of the fleet's row; why nothing is.
pub fn offered(state: &State) -> Result<Offered<'_>, (&'static str, Tone)> {
    let row = Some(state).filter(|state| state.screen() == Screen::Fleet).and_then(fleet::choice);
    let (environment, subject) = match (state.selected(), row) {
        (Some((site, database)), _) => {
            let owner = state.shell.world.estate.owner(site, database);
            (owner.ok_or(("this DB instance belongs to no environment", Tone::Bad))?, Subject::Database(site, database))
        }
        (None, Some(FleetChoice::Environment(row))) => (row, Subject::Environment),
        (None, Some(FleetChoice::Finding(_, About::DbInstance))) => {
            return Err(("this DB instance is not there any more", Tone::Bad));
        }
        (None, Some(FleetChoice::Finding(_, About::Alarm))) => {
            return Err(("this alarm is of no DB instance: Enter shows what it watches", Tone::Plain));
        }
        (None, Some(FleetChoice::Finding(_, About::Cluster))) => {
            return Err((
                "this finding is about a cluster: Enter opens it, where a shows what can be done",
                Tone::Plain,
            ));
        }
        (None, Some(FleetChoice::Finding(_, About::Secret))) => {
            return Err(("this finding is about a secret: nothing is done to those yet", Tone::Plain));
        }
        (None, None) => return Err((NONE_SELECTED, Tone::Plain)),
    };
    let known = state.shell.world.estate.environment(environment);
    let known = known.ok_or(("this environment is not in the configuration any more", Tone::Bad))?;
    Ok(Offered { state, environment, known, subject, mine: of_environment(state, environment) })
}

/// What is offered, and on what.
pub struct Offered<'a> {
    state: &'a State,
    environment: EnvironmentId,
    known: &'a Environment,
    subject: Subject<'a>,
    /// All DB instances of the environment.
    mine: Vec<&'a Database>,
}

impl Offered<'_> {
    /// What an operation of this kind would be done to.
    #[must_use]
    pub fn on(&self, kind: Kind) -> &str {
        match self.subject {
            Subject::Database(_, database) if kind.target() != ENVIRONMENT => &database.id,
            _ => &self.known.name,
        }
    }

    /// Every operation there is, also those that nothing selected is for.
    #[must_use]
    pub fn all(&self) -> Vec<(Kind, Item, String)> {
        let of = |kind: &rds::Kind| (Kind::Rds(*kind), self.item(*kind), self.on((*kind).into()).to_owned());
        rds::Kind::ALL.iter().map(of).collect()
    }

    fn title(&self) -> String {
        let shown = shown_name(self.known);
        match self.subject {
            Subject::Database(_, database) => format!("Operations on {}, {shown}", database.id),
            Subject::Environment => format!("Operations on {shown}"),
        }
    }

    /// What the findings advise first, then each operation once, by what it is for.
    fn groups(&self) -> Vec<Grouped> {
        let advised = self.advised();
        let here = |kind: &rds::Kind| match self.subject {
            Subject::Database(..) => !advised.contains(kind),
            Subject::Environment => kind.target() == rds::TargetKind::Environment,
        };
        let mut groups: Vec<Grouped> = Vec::new();
        if !advised.is_empty() {
            groups.push(("Advised".into(), advised.iter().map(|kind| self.item(*kind)).collect()));
        }
        for group in OperationGroup::ALL {
            let kinds = rds::Kind::ALL.iter().filter(|kind| kind.group() == group && here(kind));
            let mut items: Vec<Item> = kinds.map(|kind| self.item(*kind)).collect();
            if group == OperationGroup::Environment {
                items.push(self.arming());
            }
            if !items.is_empty() {
                groups.push((group.title().into(), items));
            }
        }
        groups
    }

    /// What the finding under the cursor comes to; elsewhere, what is wrong with the DB instance does.
    fn advised(&self) -> Vec<rds::Kind> {
        let Subject::Database(site, database) = self.subject else { return Vec::new() };
        let rule = self.state.screen().concern(self.state).filter(|_| self.state.screen().has_findings());
        let rule = rule.and_then(|concern| concern.finding).map(|finding| finding.rule);
        let mut kinds: Vec<rds::Kind> = Vec::new();
        for (given_by, severity, kind) in world::advised(&self.state.shell.world, site, database) {
            let is_meant = rule.map_or(severity > Severity::Info, |rule| rule == given_by);
            if is_meant && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    fn item(&self, kind: rds::Kind) -> Item {
        let name = &self.known.name;
        let label = match kind.target() {
            rds::TargetKind::Environment => format!("{} of {name}", kind.title()),
            rds::TargetKind::DbSnapshot => format!("{} …", kind.title()),
            rds::TargetKind::DbInstance => kind.title().to_owned(),
        };
        let command = match self.refusal(kind) {
            Some(why) => Command::NotAvailable(why),
            None => self.command(kind),
        };
        Item { label, detail: kind.risk_words(), checked: None, command }
    }

    /// Why it is not available now.
    fn refusal(&self, kind: rds::Kind) -> Option<String> {
        let changes = &self.state.shell.world.changes;
        let denied = kind.apis().first().and_then(|api| changes.denied.get(&(self.known.name.clone(), Api::Rds(*api))));
        let policy = changes.policy(self.environment);
        denied
            .map(|action| format!("denied: {action}"))
            .or_else(|| policy.refusal(kind.into(), self.state.shell.world.now))
            .or_else(|| match (kind.target(), &self.subject) {
                (rds::TargetKind::Environment, _) => kind.unavailable(On::Environment(&self.mine)),
                (rds::TargetKind::DbInstance, Subject::Database(_, database)) => {
                    kind.unavailable(On::Database(database))
                }
                (rds::TargetKind::DbSnapshot, Subject::Database(..)) => None,
                (rds::TargetKind::DbInstance | rds::TargetKind::DbSnapshot, Subject::Environment) => {
                    Some(NONE_SELECTED.into())
                }
            })
    }

    fn command(&self, kind: rds::Kind) -> Command {
        let target = |kind: rds::TargetKind, id: &str, region: &str| Target {
            environment: self.known.name.clone(),
            kind: kind.into(),
            id: id.to_owned(),
            region: region.to_owned(),
        };
        let plan = |target: Target| Command::PlanOn(kind.into(), Box::new(target));
        match (kind.target(), &self.subject) {
            (rds::TargetKind::DbSnapshot, Subject::Database(site, database)) => {
                Command::ChooseSnapshot(kind, *site, database.id.as_str().into())
            }
            (of, Subject::Database(_, database)) if of == rds::TargetKind::DbInstance => {
                plan(target(of, &database.id, &database.region))
            }
            _ => {
                let home = self.state.shell.world.estate.site(self.known.site).map_or("", |site| site.region.as_str());
                plan(target(rds::TargetKind::Environment, &self.known.name, home))
            }
        }
    }

    /// Arming of the environment, or its end.
    fn arming(&self) -> Item {
        let name = &self.known.name;
        let changes = &self.state.shell.world.changes;
        let (label, command) = match &changes.arming {
            Some(arming) if arming.environment == *name => (format!("Disarm {name}"), Command::Disarm),
            Some(arming) => {
                let why = format!("{} is armed: disarm it first", arming.environment);
                (format!("Arm {name} …"), Command::NotAvailable(why))
            }
            None => (format!("Arm {name} …"), Command::Arm(self.environment)),
        };
        Item { label, detail: String::new(), checked: None, command }
    }
}

fn of_environment(state: &State, environment: EnvironmentId) -> Vec<&Database> {
    let Some(known) = state.shell.world.estate.environment(environment) else { return Vec::new() };
    let mine = |(site, d): &(SiteId, &Database)| {
        known.owns(*site, d) && state.shell.world.estate.owner(*site, d) == Some(environment)
    };
    state.shell.world.all_databases().filter(mine).map(|(_, d)| d).collect()
}

/// The choice of the snapshot of a DB instance for a snapshot's operation.
pub fn choose_snapshot(state: &mut State, kind: rds::Kind, site: SiteId, id: &str) {
    let Some(database) = state.shell.world.database(site, id) else {
        return state.shell.say(format!("{id} is no longer there"), Tone::Bad);
    };
    let (id, region) = (database.id.clone(), database.region.clone());
    let owner = state.shell.world.estate.owner(site, database).and_then(|id| state.shell.world.estate.environment(id));
    let Some(name) = owner.map(|environment| environment.name.clone()) else { return };
    let known =
        state.shell.world.site(site).and_then(|data| data.rds.snapshots.get(id.as_str())).and_then(|s| s.value());
    let Some(snapshots) = known.filter(|all| !all.is_empty()) else {
        let text = format!("no snapshot of {id} is known yet: open the DB instance, they are read there");
        return state.shell.say(text, Tone::Plain);
    };
    let items = snapshots
        .iter()
        .map(|snapshot| {
            let created = snapshot.created.map(|at| at.strftime("%Y-%m-%d %H:%MZ").to_string());
            let detail = format!("{}  {}", snapshot.kind, created.unwrap_or_default());
            let label = snapshot.id.clone();
            if let Some(why) = kind.unavailable(On::Snapshot(snapshot)) {
                let detail = format!("{detail}  {why}");
                return Item { label, detail, checked: None, command: Command::NotAvailable(why) };
            }
            let (kind_of, id, region) = (rds::TargetKind::DbSnapshot.into(), label.clone(), region.clone());
            let target = Target { environment: name.clone(), kind: kind_of, id, region };
            Item { label, detail, checked: None, command: Command::PlanOn(kind.into(), Box::new(target)) }
        })
        .collect();
    state.views.open(View::Menu(Box::new(Menu::new(
        Purpose::Snapshots,
        format!("{} of {id}", kind.title()),
        items,
        0,
    ))));
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::finding::{Finding, testing};
    use crate::keymap::Keymap;
    use crate::screens::OpenScreen;
    use crate::screens::fleet::Summary;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    #[test]
    fn no_finding_offers_what_is_done_to_its_whole_environment() {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "eu-west-1");
        let environment = estate.add(Environment { name: "prod".into(), site, ..Environment::default() });
        let now = Timestamp::UNIX_EPOCH;
        let mut state = State::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        let about = |about| Finding { about, ..testing::finding() };
        let kinds = [About::DbInstance, About::Alarm, About::Cluster, About::Secret];
        let findings = kinds.map(|kind| about(kind).into()).to_vec();
        state.fleet.summaries = vec![Summary { environment, findings, ..Summary::default() }];
        state.fleet.place();
        state.views.show(View::Screen(OpenScreen::Fleet));
        let on = |state: &State| offered(state).map(|offered| offered.on(rds::Kind::StopEnvironment.into()).to_owned());
        assert_eq!(on(&state).as_deref(), Ok("prod"), "its own row");
        for (at, kind) in kinds.into_iter().enumerate() {
            state.fleet.selected = at + 1;
            let word = match kind {
                About::DbInstance => "DB instance is not there",
                About::Alarm => "this alarm is of no DB instance",
                About::Cluster => "about a cluster",
                About::Secret => "about a secret",
            };
            assert!(on(&state).is_err_and(|(why, _)| why.contains(word)), "{kind:?}");
        }
    }
}
