//! Which rows the table has, in which order. Rebuilt when data, sorting or scope change, narrowed when the filter does,
//! never while drawing.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;
use std::sync::Arc;

use super::filter::{AlarmFilter, Facets};
use super::places;
use super::row::{self, AlarmRow, Silence};
use super::state::{AlarmOrder, Tally};
use crate::domain::{EnvironmentId, SiteId};
use crate::fuzzy::Fit;
use crate::screens::State as App;
use crate::services::alarms::{Alarm, AlarmState, Watching};
use crate::ui::environment::shown_name;
use crate::ui::text;
use crate::world::data::SiteData;
use crate::world::owners::AlarmOwners;
use crate::world::{Estate, Scope, World};

/// Rebuilds the rows from what was read last; the cursor stays on its alarm.
pub fn rebuild(app: &mut App) {
    let (mut all, mut tally, mut has_strays) = (Vec::new(), Tally::default(), false);
    let world = &app.shell.world;
    for (site, data) in world.known() {
        let owners = AlarmOwners::of(&world.estate, site, data.rds.databases.value());
        for (index, alarm) in data.alarms.alarms().iter().enumerate() {
            let environment = owners.owner(&data.alarms, alarm);
            if !is_in_scope(&world.estate, app.shell.scope, site, environment) {
                continue;
            }
            let row = row(world, site, index, environment, alarm);
            tally.take(&row);
            has_strays |= environment.is_none();
            all.push(Arc::new(row));
        }
    }
    let screen = &mut app.alarms;
    let (order, reverse) = (screen.order, screen.reverse);
    all.sort_by(|a, b| {
        let ordering = compare(order, a, b);
        if reverse { ordering.reverse() } else { ordering }
    });
    (screen.total, screen.tally, screen.has_strays) = (tally.total(), tally, has_strays);
    screen.name_width = name_width(&all);
    screen.all = all;
    narrow(app);
}

/// Shows those rows that the filter lets through; the cursor stays on its alarm.
pub fn narrow(app: &mut App) {
    let mut filter = AlarmFilter::applied(&app.alarms.filter);
    show(app, &mut filter);
}

/// Shows what was just typed lets through. Where a word of it cannot be read, why is kept, and the table is as it is
/// without that word. The rows keep their order; the cursor goes to the one that is meant: the nearest match, of several
/// the first.
pub fn filter(app: &mut App, text: String) {
    (app.alarms.filter, app.alarms.problem) = AlarmFilter::take(text);
    let mut filter = AlarmFilter::applied(&app.alarms.filter);
    let best = show(app, &mut filter);
    if let Some(at) = best.filter(|_| filter.has_words()) {
        let page = places::page(app);
        app.alarms.go(at, page);
    }
}

/// Shows the rows that match best: where one is named, those that only have its letters are left out. Gives the nearest.
fn show(app: &mut App, filter: &mut AlarmFilter) -> Option<usize> {
    let world = &app.shell.world;
    let fits = app.alarms.all.iter().map(|row| Some((row.clone(), fit(world, filter, row)?)));
    let mut found: Vec<(Arc<AlarmRow>, Fit)> = fits.flatten().collect();
    let grade = found.iter().map(|(_, fit)| fit.grade()).max();
    found.retain(|(_, fit)| Some(fit.grade()) == grade);
    let best = found.iter().enumerate().max_by_key(|(at, (_, fit))| (*fit, Reverse(*at))).map(|(at, _)| at);
    app.alarms.rows = found.into_iter().map(|(row, _)| row).collect();
    let page = places::page(app);
    app.alarms.keep_selection(page);
    best
}

/// Room for the names of the alarms: they are what tells them apart.
fn name_width(all: &[Arc<AlarmRow>]) -> u16 {
    let prefix = |row: &AlarmRow| row.silent.map_or(0, |silence| text::width(silence.prefix()));
    let longest = all.iter().map(|row| text::width(&row.name) + prefix(row)).max().unwrap_or(0);
    u16::try_from(longest).unwrap_or(u16::MAX).clamp(18, 40)
}

/// The same where some list of alarms is another than the rows are of, or it is known by now whose they are.
pub fn renew(app: &mut App) {
    let world = &app.shell.world;
    let list = |(site, data): (SiteId, &SiteData)| (site, data.alarms.all.at(), data.rds.databases.value().is_some());
    let lists = world.known().map(list).collect();
    if app.alarms.renews(lists) {
        rebuild(app);
    }
}

/// Whether an alarm is of what is looked at; what belongs to nobody is everybody's who has the site.
pub(super) fn is_in_scope(estate: &Estate, scope: Scope, site: SiteId, environment: Option<EnvironmentId>) -> bool {
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
        silent: Silence::of(alarm),
        condition: alarm.condition(),
        watches: watches(alarm),
    }
}

/// What an alarm looks at, in words.
fn watches(alarm: &Alarm) -> String {
    let mut subjects: Vec<String> = Vec::new();
    for subject in alarm.subjects() {
        let words = subject.words();
        if !subjects.contains(&words) {
            subjects.push(words);
        }
    }
    if !subjects.is_empty() {
        return subjects.join(", ");
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

/// How well a row matches the filter.
fn fit(world: &World, filter: &mut AlarmFilter, row: &AlarmRow) -> Option<Fit> {
    let region = world.estate.site(row.site).map_or("", |site| site.region.as_str());
    let environment = row.environment.and_then(|id| world.estate.environment(id));
    let shown = environment.map(shown_name);
    let place = [shown.as_deref().unwrap_or(region), environment.map_or(region, |known| known.name.as_str())];
    let state = match row.state {
        AlarmState::Alarm => "alarm",
        AlarmState::InsufficientData => "insufficient_data insufficient data",
        AlarmState::Ok => "ok",
    };
    let silence = row.silent.map_or("", Silence::words);
    filter.fit(&Facets { name: &row.name, place, region, state, beside: [&row.watches, silence] })
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
    use crate::domain::Remote;
    use crate::screens::alarms::testing::{app, before, looked_at, names, on, put, read};
    use crate::services::alarms::QuerySource;
    use crate::services::alarms::testing::{composite, expression};

    #[test]
    fn the_worst_is_first_and_of_each_the_newest() {
        let app = app();
        assert_eq!(names(&app), ["prod-all", "prod-cpu", "prod-idle", "qa-cpu", "lab-queue"]);
        assert_eq!((app.alarms.total, app.alarms.tally.alarm, app.alarms.tally.off), (5, 2, 1));
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
        assert_eq!(owner_of(&app, "prod-cpu").as_deref(), Some("prod"));
        assert_eq!(owner_of(&app, "qa-cpu").as_deref(), Some("qa"));
        assert_eq!(owner_of(&app, "prod-all"), None, "two environments have the site");
        assert_eq!(owner_of(&app, "lab-queue").as_deref(), Some("lab"), "one has it");
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

    /// An expression of two metrics of these DB instances.
    fn of_two(one: &str, two: &str) -> Alarm {
        let mut math = expression();
        for (query, id) in math.queries.iter_mut().skip(1).zip([one, two]) {
            if let QuerySource::Metric(metric) = &mut query.source {
                metric.dimensions = vec![("DBInstanceIdentifier".into(), id.into())];
            }
        }
        Alarm { watches: Watching::Expression(math), ..on("both", "", AlarmState::Ok, None) }
    }

    fn owner_of(app: &App, name: &str) -> Option<String> {
        let row = app.alarms.rows.iter().find(|row| &*row.name == name)?;
        Some(app.shell.world.estate.environment(row.environment?)?.name.clone())
    }

    #[test]
    fn what_is_of_two_environments_is_of_none() {
        let mut app = app();
        for (one, two, owner) in [
            ("prod-db", "prod-db", Some("prod")),
            ("prod-db", "qa-db", None),
            ("qa-db", "prod-db", None),
            ("prod-db", "deleted", None),
            ("deleted", "gone", None),
        ] {
            put(&mut app, 0, vec![of_two(one, two), composite("ALARM(both)")]);
            assert_eq!(owner_of(&app, "both").as_deref(), owner, "{one} {two}");
            assert_eq!(owner_of(&app, "all").as_deref(), owner, "of its composite: {one} {two}");
        }
        put(&mut app, 1, vec![of_two("deleted", "gone")]);
        app.shell.scope = Scope::One(app.shell.world.estate.named("lab").unwrap());
        rebuild(&mut app);
        assert_eq!(owner_of(&app, "both").as_deref(), Some("lab"), "one has the site");
    }

    #[test]
    fn whose_it_is_is_not_known_before_the_databases_are() {
        let mut app = app();
        let databases = std::mem::replace(&mut app.shell.world.sites[0].rds.databases, Remote::Loading);
        rebuild(&mut app);
        renew(&mut app);
        assert_eq!(owner_of(&app, "prod-cpu"), None);
        assert_eq!(names(&app).len(), 5, "it is shown to everyone");
        app.shell.world.sites[0].rds.databases = databases;
        renew(&mut app);
        assert_eq!(owner_of(&app, "prod-cpu").as_deref(), Some("prod"));
    }

    #[test]
    fn a_filter_makes_no_row_anew() {
        let mut app = app();
        let made = app.alarms.all.clone();
        app.alarms.filter = "cpu".into();
        narrow(&mut app);
        assert_eq!(names(&app), ["prod-cpu", "qa-cpu"]);
        assert!(app.alarms.rows.iter().all(|row| made.iter().any(|before| Arc::ptr_eq(row, before))));
        app.alarms.filter.clear();
        narrow(&mut app);
        assert_eq!(app.alarms.rows, made);
    }

    #[test]
    fn there_is_room_for_the_longest_name_wherever_it_is() {
        let mut app = app();
        let mut all = read(&app, 0);
        let many = (0..600).map(|number| on(&format!("a-{number}"), "prod-db", AlarmState::Alarm, Some(before(1))));
        all.extend(many);
        all.push(Alarm { actions_enabled: false, ..on("a-name-of-26-characters-ok", "qa-db", AlarmState::Ok, None) });
        put(&mut app, 0, all);
        assert_eq!(app.alarms.name_width, 30, "with what stands before it");
        app.alarms.filter = "a-1".into();
        narrow(&mut app);
        assert_eq!(app.alarms.name_width, 30, "the columns keep still");
    }

    #[test]
    fn the_filter_takes_words_of_name_watches_environment_and_state() {
        let mut app = app();
        for (filter, shown) in [
            ("cpu PROD", vec!["prod-cpu"]),
            ("ok", vec!["qa-cpu", "lab-queue"]),
            ("insufficient", vec!["prod-idle"]),
            ("queue mail", vec!["lab-queue"]),
            ("actions off", vec!["qa-cpu"]),
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
