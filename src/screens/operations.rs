//! The menus of operations: what can be done to what is selected, and why not.

use super::command::Command;
use super::menu::{Item, Menu, Purpose};
use super::state::State;
use super::views::View;
use crate::domain::{Database, EnvironmentId, SiteId};
use crate::shell::Tone;
use crate::slices::{Kind, On, Target, TargetKind};
use crate::ui::environment::shown_name;

/// The menu that `a` opens: every operation for what is selected, each with why not.
pub fn open_menu(state: &mut State) {
    let Some((site, database)) = state.selected() else {
        return state.shell.say("select a DB instance first: D shows them all", Tone::Plain);
    };
    let owner = state.shell.world.estate.owner(site, database);
    let Some((environment, known)) = owner.and_then(|id| Some((id, state.shell.world.estate.environment(id)?))) else {
        return state.shell.say("this DB instance belongs to no environment", Tone::Bad);
    };
    let (name, shown) = (known.name.clone(), shown_name(known));
    let home = state.shell.world.estate.site(known.site).map_or("", |site| site.region.as_str());
    let database = database.clone();
    let mine: Vec<&Database> = of_environment(state, environment);
    let policy = state.shell.world.changes.policy(environment);
    // What was selected when the menu opened, whatever the table does meanwhile.
    let target = |kind, id: &str, region: &str| Target {
        environment: name.clone(),
        kind,
        id: id.to_owned(),
        region: region.to_owned(),
    };
    let command = |kind: Kind| match kind.target() {
        TargetKind::DbSnapshot => Command::ChooseSnapshot(kind, site, database.id.as_str().into()),
        TargetKind::DbInstance => {
            Command::PlanOn(kind, Box::new(target(TargetKind::DbInstance, &database.id, &database.region)))
        }
        TargetKind::Environment => Command::PlanOn(kind, Box::new(target(TargetKind::Environment, &name, home))),
    };
    let mut items = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        let why = match kind.target() {
            TargetKind::DbInstance => kind.unavailable(On::Database(&database)),
            TargetKind::Environment => kind.unavailable(On::Environment(&mine)),
            TargetKind::DbSnapshot => None,
        };
        let denied = kind.apis().first().and_then(|api| state.shell.world.changes.denied.get(&(name.clone(), *api)));
        let why = denied
            .map(|action| format!("denied: {action}"))
            .or_else(|| policy.refusal(kind, state.shell.world.now))
            .or(why);
        let label = match kind.target() {
            TargetKind::Environment => format!("{} of {name}", kind.title()),
            TargetKind::DbSnapshot => format!("{} …", kind.title()),
            TargetKind::DbInstance => kind.title().to_owned(),
        };
        items.push(match why {
            Some(why) => Item { label, detail: why.clone(), checked: None, command: Command::NotAvailable(why) },
            None => Item { label, detail: String::new(), checked: None, command: command(kind) },
        });
    }
    let title = format!("Operations on {}, {shown}", database.id);
    let first = items.iter().position(|i| !matches!(i.command, Command::NotAvailable(_))).unwrap_or(0);
    state.views.open(View::Menu(Box::new(Menu::new(Purpose::Operations, title, items, first))));
}

fn of_environment(state: &State, environment: EnvironmentId) -> Vec<&Database> {
    let Some(known) = state.shell.world.estate.environment(environment) else { return Vec::new() };
    let mine = |(site, d): &(SiteId, &Database)| {
        known.owns(*site, d) && state.shell.world.estate.owner(*site, d) == Some(environment)
    };
    state.shell.world.all_databases().filter(mine).map(|(_, d)| d).collect()
}

/// The choice of the snapshot of a DB instance for a snapshot's operation.
pub fn choose_snapshot(state: &mut State, kind: Kind, site: SiteId, id: &str) {
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
            let (kind_of, id, region) = (TargetKind::DbSnapshot, label.clone(), region.clone());
            let target = Target { environment: name.clone(), kind: kind_of, id, region };
            Item { label, detail, checked: None, command: Command::PlanOn(kind, Box::new(target)) }
        })
        .collect();
    state.views.open(View::Menu(Box::new(Menu::new(
        Purpose::Snapshots,
        format!("{} of {id}", kind.title()),
        items,
        0,
    ))));
}
