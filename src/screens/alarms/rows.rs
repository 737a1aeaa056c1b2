//! Which rows the table has, in which order. Rebuilt when data, filter, sorting or scope change, never while drawing.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::places;
use super::row::{self, AlarmRow};
use super::state::{AlarmOrder, Tally};
use crate::domain::{EnvironmentId, SiteId};
use crate::screens::State as App;
use crate::services::alarms::{Alarm, AlarmState, WatchedResource, Watching};
use crate::world::{Estate, Scope, World};

/// Rebuilds the rows from what was read last; the cursor stays on its alarm.
pub fn rebuild(app: &mut App) {
    let filter = app.alarms.filter.to_lowercase();
    let words: Vec<&str> = filter.split_whitespace().collect();
    let (mut rows, mut tally, mut has_strays) = (Vec::new(), Tally::default(), false);
    let world = &app.shell.world;
    for (site, data) in world.known() {
        let sole = sole_owner(&world.estate, site);
        for (index, alarm) in data.alarms.alarms().iter().enumerate() {
            let environment = owner(world, site, sole, alarm);
            if !is_in_scope(&world.estate, app.shell.scope, site, environment) {
                continue;
            }
            let row = row(world, site, index, environment, alarm);
            tally.take(&row);
            has_strays |= environment.is_none();
            if words.is_empty() || matches(world, &words, &row) {
                rows.push(row);
            }
        }
    }
    let screen = &mut app.alarms;
    let (order, reverse) = (screen.order, screen.reverse);
    rows.sort_by(|a, b| {
        let ordering = compare(order, a, b);
        if reverse { ordering.reverse() } else { ordering }
    });
    (screen.total, screen.tally, screen.has_strays) = (tally.total(), tally, has_strays);
    screen.rows = rows;
    let page = places::page(app);
    app.alarms.keep_selection(page);
}

/// The same where some list of alarms is another than the rows are of.
pub fn renew(app: &mut App) {
    let world = &app.shell.world;
    let lists = world.known().map(|(site, data)| (site, data.alarms.all.at())).collect();
    if app.alarms.renews(lists) {
        rebuild(app);
    }
}

/// The environment that has all of a site; none where several have it.
fn sole_owner(estate: &Estate, site: SiteId) -> Option<EnvironmentId> {
    let mut owners = estate.environments().filter(|(_, environment)| environment.sites().any(|other| other == site));
    let (first, _) = owners.next()?;
    owners.next().is_none().then_some(first)
}

/// The environment of the DB instance that an alarm watches; of other alarms that of the site, if there is one only, or
/// that of all the DB instances that a composite is about. A DB instance that is there and belongs to no environment is
/// nobody's.
fn owner(world: &World, site: SiteId, sole: Option<EnvironmentId>, alarm: &Alarm) -> Option<EnvironmentId> {
    if let Some(WatchedResource::Database(id)) = alarm.subject()
        && let Some(database) = world.database(site, &id)
    {
        return world.estate.owner(site, database);
    }
    sole.or_else(|| of_children(world, site, alarm))
}

/// The one environment that all metric alarms of a composite are of.
fn of_children(world: &World, site: SiteId, alarm: &Alarm) -> Option<EnvironmentId> {
    let data = world.site(site)?;
    let mut owners = data.alarms.children(alarm).map(|(_, child)| {
        let Some(WatchedResource::Database(id)) = child?.subject() else { return None };
        world.estate.owner(site, world.database(site, &id)?)
    });
    let first = owners.next()??;
    owners.all(|owner| owner == Some(first)).then_some(first)
}

/// Whether an alarm is of what is looked at; what belongs to nobody is everybody's who has the site.
fn is_in_scope(estate: &Estate, scope: Scope, site: SiteId, environment: Option<EnvironmentId>) -> bool {
    match (scope, environment) {
        (Scope::One(only), Some(owner)) => only == owner,
        _ => estate.in_scope(scope, site),
    }
}

fn row(world: &World, site: SiteId, index: usize, environment: Option<EnvironmentId>, alarm: &Alarm) -> AlarmRow {
    AlarmRow {
        site,
        index,
        environment,
        place: environment.and_then(|id| world.estate.place_of(id)).unwrap_or(usize::MAX),
        name: alarm.name.as_str().into(),
        key: row::key(alarm).into(),
        state: alarm.state,
        since: alarm.since,
        muted: row::is_muted(alarm),
        condition: alarm.condition(),
        watches: watches(alarm),
    }
}

/// What an alarm looks at, in words.
fn watches(alarm: &Alarm) -> String {
    if let Some(subject) = alarm.subject() {
        return subject.words();
    }
    match &alarm.watches {
        Watching::Composite(watch) => {
            let children: BTreeSet<&str> = watch.children.iter().map(|child| child.alarm.as_str()).collect();
            if children.len() == 1 { "1 alarm".into() } else { format!("{} alarms", children.len()) }
        }
        Watching::Other(watch) => {
            watch.facts.first().map_or_else(|| watch.kind.clone(), |(name, value)| format!("{name} {value}"))
        }
        Watching::Metric(_) | Watching::Expression(_) => "a query".into(),
    }
}

/// Whether all words are somewhere in a row.
fn matches(world: &World, words: &[&str], row: &AlarmRow) -> bool {
    let environment = row.environment.and_then(|id| world.estate.environment(id)).map(|known| known.name.as_str());
    let place = environment.or_else(|| world.estate.site(row.site).map(|site| site.region.as_str())).unwrap_or("");
    let state = match row.state {
        AlarmState::Alarm => "alarm",
        AlarmState::InsufficientData => "insufficient_data insufficient data",
        AlarmState::Ok => "ok",
    };
    let muted = if row.muted { "muted" } else { "" };
    let text = format!("{} {} {place} {state} {muted}", row.name, row.watches).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

/// The order of two rows.
fn compare(order: AlarmOrder, a: &AlarmRow, b: &AlarmRow) -> Ordering {
    // Nothing is before anything: what is not told comes last.
    let newest = || b.since.cmp(&a.since);
    let worst = || a.state.cmp(&b.state).then_with(newest);
    let first = match order {
        AlarmOrder::State => worst(),
        AlarmOrder::Name => Ordering::Equal,
        AlarmOrder::Since => newest(),
        AlarmOrder::Environment => a.place.cmp(&b.place).then_with(worst),
    };
    first.then_with(|| a.name.cmp(&b.name)).then_with(|| (a.site, a.index).cmp(&(b.site, b.index)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::alarms::testing::{app, looked_at, names, put, read};

    #[test]
    fn the_worst_is_first_and_of_each_the_newest() {
        let app = app();
        assert_eq!(names(&app), ["prod-all", "prod-cpu", "prod-idle", "qa-cpu", "lab-queue"]);
        assert_eq!((app.alarms.total, app.alarms.tally.alarm, app.alarms.tally.muted), (5, 2, 1));
    }

    #[test]
    fn other_orders_and_the_other_way_round() {
        let mut app = app();
        for (order, first, last) in [
            (AlarmOrder::Name, "lab-queue", "qa-cpu"),
            (AlarmOrder::Since, "prod-all", "lab-queue"),
            (AlarmOrder::Environment, "prod-cpu", "prod-all"),
        ] {
            (app.alarms.order, app.alarms.reverse) = (order, false);
            rebuild(&mut app);
            let there = names(&app);
            assert_eq!((there[0].as_str(), there[4].as_str()), (first, last), "{order:?} {there:?}");
            app.alarms.reverse = true;
            rebuild(&mut app);
            let mut back = names(&app);
            back.reverse();
            assert_eq!(back, there, "{order:?}");
        }
    }

    #[test]
    fn an_alarm_belongs_to_the_environment_of_what_it_watches() {
        let mut app = app();
        let of = |app: &App, name: &str| {
            let row = app.alarms.rows.iter().find(|row| &*row.name == name)?;
            Some(app.shell.world.estate.environment(row.environment?)?.name.clone())
        };
        assert_eq!(of(&app, "prod-cpu").as_deref(), Some("prod"));
        assert_eq!(of(&app, "qa-cpu").as_deref(), Some("qa"));
        assert_eq!(of(&app, "prod-all"), None, "two environments have the site");
        assert_eq!(of(&app, "lab-queue").as_deref(), Some("lab"), "one has it");
        for (name, shown) in [
            ("prod", vec!["prod-all", "prod-cpu", "prod-idle"]),
            ("qa", vec!["prod-all", "qa-cpu"]),
            ("lab", vec!["lab-queue"]),
        ] {
            app.shell.scope = Scope::One(app.shell.world.estate.named(name).unwrap());
            rebuild(&mut app);
            assert_eq!(names(&app), shown, "{name}");
        }
    }

    #[test]
    fn the_filter_takes_words_of_name_watches_environment_and_state() {
        let mut app = app();
        for (filter, shown) in [
            ("cpu PROD", vec!["prod-cpu"]),
            ("ok", vec!["qa-cpu", "lab-queue"]),
            ("insufficient", vec!["prod-idle"]),
            ("queue mail", vec!["lab-queue"]),
            ("muted", vec!["qa-cpu"]),
            ("nothing of it", vec![]),
        ] {
            app.alarms.filter = filter.into();
            rebuild(&mut app);
            assert_eq!(
                (names(&app), app.alarms.total),
                (shown.into_iter().map(str::to_owned).collect(), 5),
                "{filter}"
            );
        }
    }

    #[test]
    fn the_cursor_stays_on_its_alarm() {
        let mut app = app();
        app.alarms.go(2, 10);
        assert_eq!(looked_at(&app), "prod-idle");
        app.alarms.whole = true;
        let mut all = read(&app, 0);
        all.retain(|alarm| alarm.name != "prod-all");
        put(&mut app, 0, all);
        assert_eq!((looked_at(&app).as_str(), app.alarms.selected, app.alarms.whole), ("prod-idle", 1, true));
        put(&mut app, 0, Vec::new());
        assert_eq!(
            (looked_at(&app).as_str(), app.alarms.whole),
            ("lab-queue", false),
            "it is gone, and so is its story"
        );
    }
}
