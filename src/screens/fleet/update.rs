//! What keys do on the fleet screen.

use super::chosen::{self, FleetChoice, choice, concern};
use super::state::Item;
use crate::domain::finding::{About, Finding};
use crate::domain::{Database, EnvironmentId, SiteId};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::{View, alarms, database, databases, environments, reach};
use crate::shell::Tone;
use crate::world::Scope;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let count = app.fleet.items().count();
    let last = count.saturating_sub(1);
    let page = usize::from(app.shell.size.1 / 3).max(1);
    let at = app.fleet.selected;
    let to = match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => last,
        Action::HalfPageDown | Action::PageDown => at + page,
        Action::HalfPageUp | Action::PageUp => at.saturating_sub(page),
        Action::NextFinding => {
            let at = unfold(app);
            let next = finding(app, at + 1..app.fleet.items().count());
            if next.is_none() {
                app.shell.say("this is the last finding", Tone::Plain);
            }
            next.unwrap_or(at)
        }
        Action::PreviousFinding => {
            let at = unfold(app);
            let previous = finding(app, (0..at).rev());
            if previous.is_none() {
                app.shell.say("this is the first finding", Tone::Plain);
            }
            previous.unwrap_or(at)
        }
        Action::ToggleDensity => {
            let current = app.fleet.current();
            app.fleet.dense = !app.fleet.dense;
            current.and_then(|item| app.fleet.position(item)).unwrap_or(0)
        }
        Action::Open => {
            open(app);
            return true;
        }
        Action::FindingStart | Action::Details => {
            match choice(app) {
                // Its own screen tells since when, and all the rest.
                Some(FleetChoice::Finding(_, About::Alarm | About::Cluster | About::Secret)) => open(app),
                // Details open over the fleet, or say what is missing.
                Some(FleetChoice::Finding(_, About::DbInstance) | FleetChoice::Environment(_)) | None
                    if action == Action::Details =>
                {
                    return false;
                }
                Some(FleetChoice::Finding(_, About::DbInstance)) if concern(app).is_some() => {
                    open(app);
                    database::to_beginning(app);
                }
                Some(FleetChoice::Finding(_, About::DbInstance)) => {
                    app.shell.say("this DB instance is not there any more", Tone::Bad);
                }
                Some(FleetChoice::Environment(_)) | None => app.shell.say("select a finding first", Tone::Plain),
            }
            return true;
        }
        Action::Copy => {
            let Some(menu) = chosen::copy_menu(app) else {
                app.shell.say("select a finding first", Tone::Plain);
                return true;
            };
            app.views.open(View::Menu(Box::new(menu)));
            return true;
        }
        // What there is to filter here are the environments: their list is narrowed by typing.
        Action::Filter => {
            let menu = environments::menu(app);
            app.views.open(View::Menu(Box::new(menu)));
            return true;
        }
        _ => return false,
    };
    app.fleet.moved |= action != Action::ToggleDensity;
    app.fleet.selected = to.min(app.fleet.items().count().saturating_sub(1));
    app.fleet.offset = super::view::reveal(app);
    true
}

/// Where findings have no lines, they get them: who goes to one wants to see it. Where the cursor is then.
fn unfold(app: &mut App) -> usize {
    let current = app.fleet.current();
    app.fleet.dense = false;
    current.and_then(|item| app.fleet.position(item)).unwrap_or(app.fleet.selected)
}

/// The first position among these that is a finding.
fn finding(app: &App, mut positions: impl Iterator<Item = usize>) -> Option<usize> {
    positions.find(|at| matches!(app.fleet.items().nth(*at), Some(Item::Finding(..))))
}

/// The DB instance that the finding under the cursor is about; of one about an alarm the one that it watches.
#[must_use]
pub fn selected(app: &App) -> Option<(SiteId, &Database)> {
    concern(app).map(|concern| (concern.site, concern.database)).or_else(|| chosen::watched(app))
}

/// The environment of the line under the cursor: its own, or that of a finding.
#[must_use]
pub fn selected_environment(app: &App) -> Option<EnvironmentId> {
    match app.fleet.current()? {
        Item::Environment(id) | Item::Finding(id, _) => Some(id),
    }
}

/// The rule that gave the finding under the cursor.
#[must_use]
pub fn selected_rule(app: &App) -> Option<&'static str> {
    let Some(Item::Finding(environment, place)) = app.fleet.current() else { return None };
    app.fleet.summary(environment)?.findings.get(place).map(|finding| finding.rule)
}

/// The line in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    if let Some(at) = super::view::item_at(app, row) {
        app.fleet.selected = at;
    }
}

/// An environment opens its databases, a finding what it is about.
fn open(app: &mut App) {
    match app.fleet.current() {
        Some(Item::Environment(id)) => databases::look(app, Scope::One(id)),
        Some(Item::Finding(environment, place)) => {
            let chosen = app.fleet.summary(environment).and_then(|s| s.findings.get(place)).map(AsRef::as_ref);
            let Some(Finding { rule, about, arn, .. }) = chosen else { return };
            let (rule, key) = (*rule, arn.clone());
            match about {
                About::Alarm => alarms::open(app, &key),
                About::Cluster => reach::open_cluster(app, &key),
                About::Secret => reach::open_secret(app, &key),
                About::DbInstance => {
                    if let Some((site, id)) = selected(app).map(|(site, database)| (site, database.id.clone())) {
                        database::open(app, site, &id, Some(rule));
                    }
                }
            }
        }
        None => {}
    }
}
