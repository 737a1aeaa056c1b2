//! Which rows the table has, in which order. Rebuilt when data, filter, sorting or scope change,
//! never while drawing.

use std::cmp::Ordering;
use std::mem;

use super::cells;
use super::column::Column;
use super::filter::{Filter, Subject};
use super::reading::Reading;
use super::row::Row;
use crate::domain::{Criticality, Database, Environment, SiteId};
use crate::fuzzy::Fit;
use crate::health::Coverage;
use crate::screens::State as App;
use crate::ui::environment::shown_name;
use crate::world::Scope;
use crate::world::data::SiteData;

/// Rebuilds the rows from what was examined last; the cursor stays on its DB instance.
pub fn rebuild(app: &mut App) {
    let mut filter = Filter::applied(&app.databases.filter);
    let mut rows = Vec::new();
    let mut total = 0;
    let mut is_mixed = false;
    for (site, data) in app.shell.world.known() {
        for (index, database) in data.rds.databases.value().into_iter().flatten().enumerate() {
            if !is_in_scope(app, data, index) {
                continue;
            }
            total += 1;
            is_mixed |= !database.is_postgres();
            rows.extend(row(app, &mut filter, site, index));
        }
    }
    // Where something is named, what only has its letters is left out.
    let grade = rows.iter().map(|(_, fit)| fit.grade()).max();
    let shown = rows.into_iter().filter(|(_, fit)| Some(fit.grade()) == grade).map(|(row, _)| row).collect();
    let screen = &mut app.databases;
    screen.total = total;
    screen.is_mixed = is_mixed;
    screen.grade = grade;
    screen.rows = shown;
    arrange(app);
}

/// A DB instance by its site and place, and its row, if the filter lets it through.
type Renewed = ((SiteId, usize), Option<(Row, Fit)>);

/// Renews the rows of these DB instances; there are no others than before.
pub fn renew(app: &mut App, instances: &[(SiteId, usize)]) {
    if instances.is_empty() {
        return;
    }
    let mut filter = Filter::applied(&app.databases.filter);
    let in_scope = |(site, index): &&(SiteId, usize)| {
        app.shell.world.site(*site).is_some_and(|data| is_in_scope(app, data, *index))
    };
    let renewed = instances.iter().filter(in_scope);
    let mut renewed: Vec<Renewed> = renewed.map(|at| (*at, row(app, &mut filter, at.0, at.1))).collect();
    renewed.sort_unstable_by_key(|(at, _)| *at);
    let grade = app.databases.grade;
    if renewed.iter().filter_map(|(_, made)| made.as_ref()).any(|(_, fit)| Some(fit.grade()) > grade) {
        // It is named, and what is shown only has the letters.
        return rebuild(app);
    }
    for (_, made) in &mut renewed {
        *made = made.take().filter(|(_, fit)| Some(fit.grade()) == grade);
    }
    let mut rows = mem::take(&mut app.databases.rows);
    let mut moved = Vec::new();
    let mut at = 0;
    rows.retain_mut(|row| {
        let Ok(found) = renewed.binary_search_by_key(&(row.site, row.index), |(at, _)| *at) else {
            at += 1;
            return true;
        };
        let Some((new, _)) = renewed[found].1.take() else { return false };
        *row = new;
        moved.push(at);
        at += 1;
        true
    });
    let has_more = renewed.iter().any(|(_, made)| made.is_some());
    if rows.is_empty() && !has_more && filter.has_words() {
        // What was named is gone: what has the letters is better than nothing.
        return rebuild(app);
    }
    // Most of what is looked at is as it was, but for its age: the order is made anew only where it is another.
    let follows = |at: usize| rows.get(at).zip(rows.get(at + 1)).is_none_or(|(a, b)| order(app, a, b).is_le());
    let is_in_order = !has_more && moved.iter().all(|at| follows(*at) && follows(at.saturating_sub(1)));
    if is_in_order {
        app.databases.rows = rows;
    } else {
        let added = renewed.into_iter().filter_map(|(_, made)| made).map(|(row, _)| row);
        app.databases.rows = placed(app, rows, &moved, added);
    }
    app.databases.keep_selection(super::state::page(app.shell.size));
}

/// Puts those of the rows that have changed, and those that were added, where they belong among the others, which are
/// in order: of thousands few are moved.
fn placed(app: &App, rows: Vec<Row>, changed: &[usize], added: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut changed = changed.iter().peekable();
    let (mut moved, mut rest) = (Vec::new(), Vec::with_capacity(rows.len()));
    for (at, row) in rows.into_iter().enumerate() {
        let is_moved = changed.next_if(|next| **next == at).is_some();
        if is_moved { &mut moved } else { &mut rest }.push(row);
    }
    moved.extend(added);
    moved.sort_by(|a, b| order(app, a, b));
    let mut all = Vec::with_capacity(rest.len() + moved.len());
    let mut rest = rest.into_iter();
    for row in moved {
        let before = rest.as_slice().partition_point(|other| order(app, other, &row).is_le());
        all.extend(rest.by_ref().take(before));
        all.push(row);
    }
    all.extend(rest);
    all
}

/// Whether a DB instance is of an environment that is looked at.
fn is_in_scope(app: &App, data: &SiteData, index: usize) -> bool {
    let owner = data.checkups.get(index).and_then(|checked| checked.owner);
    owner.is_some_and(|owner| match app.shell.scope {
        Scope::All => true,
        Scope::One(only) => only == owner,
    })
}

/// The row of a DB instance, if the filter lets it through.
fn row(app: &App, filter: &mut Filter, site: SiteId, index: usize) -> Option<(Row, Fit)> {
    let data = app.shell.world.site(site)?;
    let database = data.rds.databases.value()?.get(index)?;
    let checked = data.checkups.get(index)?;
    let environment = checked.owner?;
    let known = app.shell.world.estate.environment(environment)?;
    // Production first, then as they are configured.
    let rank = Criticality::Production as usize - known.criticality as usize;
    let place = rank * app.shell.world.estate.count() + app.shell.world.estate.place_of(environment)?;
    let mut reading = Reading::take(data, database, known.thresholds, app.shell.world.now);
    // One judgement for all screens: what the health rules say.
    let worst = app.shell.world.health.of(&database.arn).map(|f| f.severity).max();
    reading.level = Reading::judged(worst, checked.coverage.as_ref().is_some_and(Coverage::is_whole));
    reading.old = checked.old;
    let fit = fit(app, filter, site, database, &reading, known)?;
    Some((Row { site, index, environment, place, arn: database.arn.as_str().into(), reading }, fit))
}

/// How well a DB instance of an environment matches the filter.
fn fit(
    app: &App,
    filter: &mut Filter,
    site: SiteId,
    database: &Database,
    reading: &Reading,
    environment: &Environment,
) -> Option<Fit> {
    let shown = shown_name(environment);
    filter.fit(&Candidate { app, site, database, reading, shown: &shown, written: &environment.name })
}

/// Sorts the rows; the cursor stays on its DB instance.
fn arrange(app: &mut App) {
    let mut rows = mem::take(&mut app.databases.rows);
    rows.sort_by(|a, b| order(app, a, b));
    app.databases.rows = rows;
    app.databases.keep_selection(super::state::page(app.shell.size));
}

/// Which of two rows comes first.
fn order(app: &App, a: &Row, b: &Row) -> Ordering {
    let (column, reverse) = app.databases.sort;
    let order = match (a.database(&app.shell.world), b.database(&app.shell.world)) {
        (Some(x), Some(y)) => compare(column, (a, x), (b, y)),
        (x, y) => x.is_some().cmp(&y.is_some()),
    };
    let order = if reverse { order.reverse() } else { order };
    order.then(a.place.cmp(&b.place)).then_with(|| name(app, a).cmp(name(app, b)))
}

/// The table shows what this lets through, while it is typed. Where a word of it cannot be read, why is kept, and the
/// table is as it is without that word.
pub fn filter(app: &mut App, text: String) {
    (app.databases.filter, app.databases.problem) = Filter::take(text);
    narrow(app);
}

/// Rebuilds the rows for a filter that was just typed. They keep their order; the cursor goes to the one that is meant:
/// the nearest match, of several the first.
fn narrow(app: &mut App) {
    rebuild(app);
    let mut filter = Filter::applied(&app.databases.filter);
    if !filter.has_words() {
        return;
    }
    let mut best: Option<(usize, Fit)> = None;
    for (at, row) in app.databases.rows.iter().enumerate() {
        let known = row.database(&app.shell.world).zip(app.shell.world.estate.environment(row.environment));
        let Some((database, environment)) = known else { continue };
        let fit = fit(app, &mut filter, row.site, database, &row.reading, environment);
        if let Some(fit) = fit.filter(|fit| best.is_none_or(|(_, before)| *fit > before)) {
            best = Some((at, fit));
        }
    }
    let page = super::state::page(app.shell.size);
    if let Some((at, _)) = best {
        app.databases.go(at, page);
    }
}

fn name<'a>(app: &'a App, row: &Row) -> &'a str {
    row.database(&app.shell.world).map_or("", |d| d.id.as_str())
}

/// Ascending order by a column; what is not known comes first, so that it is last when the
/// largest are wanted on top.
fn compare(column: Column, (a, x): (&Row, &Database), (b, y): (&Row, &Database)) -> Ordering {
    let by = |f: fn(&Row, &Database) -> Option<f64>| number_order(f(a, x), f(b, y));
    match column {
        Column::Health => a.reading.level.urgency().cmp(&b.reading.level.urgency()),
        Column::Environment => a.place.cmp(&b.place),
        Column::Name => x.id.cmp(&y.id),
        Column::Status => x.condition().cmp(&y.condition()).then_with(|| x.status.cmp(&y.status)),
        Column::Class => x.class.cmp(&y.class),
        Column::Engine => version(&x.engine_version).cmp(&version(&y.engine_version)),
        Column::MultiAz => x.multi_az.cmp(&y.multi_az),
        Column::Region => x.region.cmp(&y.region),
        Column::Zone => x.zone.cmp(&y.zone),
        Column::Endpoint => x.endpoint.cmp(&y.endpoint),
        Column::Created => x.created.cmp(&y.created),
        _ => by(match column {
            Column::Cpu | Column::CpuTrend => |r, _| r.reading.cpu,
            Column::Connections => |r, _| r.reading.connections,
            Column::Storage => |r, _| r.reading.used,
            Column::Runway => |r, _| Some(r.reading.runway.map_or(f64::INFINITY, |w| w.left.as_secs_f64())),
            Column::Lag => |r, _| r.reading.lag.map(|lag| if lag < 0.0 { f64::INFINITY } else { lag }),
            Column::Restorable => |r, _| r.reading.restorable_age,
            Column::Retention => |_, d| Some(f64::from(d.backup_retention_days)),
            _ => |r, _| Some(if r.reading.pending_maintenance > 0 { 1.0 } else { 0.0 }),
        }),
    }
}

fn number_order(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY))
}

/// `17.5` after `9.6`.
fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

struct Candidate<'a> {
    app: &'a App,
    site: SiteId,
    database: &'a Database,
    reading: &'a Reading,
    /// The name of its environment as it is shown.
    shown: &'a str,
    /// The same as it is written.
    written: &'a str,
}

impl Subject for Candidate<'_> {
    fn database(&self) -> &Database {
        self.database
    }

    fn environment(&self) -> [&str; 2] {
        [self.shown, self.written]
    }

    fn text(&self, column: Column) -> String {
        cells::plain(&self.app.shell, self.site, self.database, self.reading, column)
    }

    fn number(&self, column: Column) -> Option<f64> {
        match column {
            Column::Cpu => self.reading.cpu,
            Column::Connections => self.reading.connections,
            Column::Storage => self.reading.used,
            Column::Runway => self.reading.runway.map(|r| r.left.as_secs_f64() / 86_400.0),
            Column::Lag => self.reading.lag,
            Column::Restorable => self.reading.restorable_age,
            Column::Retention => Some(f64::from(self.database.backup_retention_days)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::app::settle::settle;
    use crate::keymap::Keymap;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    const STATES: [&str; 4] = ["available", "storage-full", "stopped", "incompatible-parameters"];

    fn listed(states: &[usize]) -> Vec<Arc<Database>> {
        let database = |(i, state): (usize, &usize)| Database {
            id: format!("db-{i:02}"),
            arn: format!("arn-{i:02}"),
            engine: "postgres".into(),
            status: STATES[*state].into(),
            ..Database::default()
        };
        states.iter().enumerate().map(database).map(Arc::new).collect()
    }

    fn names(app: &App) -> Vec<&str> {
        app.databases.rows.iter().map(|row| &*row.arn).collect()
    }

    proptest! {
        /// Rows that are renewed stand where they would if all were made anew.
        #[test]
        fn renewed_rows_stand_where_they_belong(
            before in prop::collection::vec(0..STATES.len(), 40),
            after in prop::collection::vec((0..40_usize, 0..STATES.len()), 1..20),
            filter in prop::sample::select(vec!["", "db-1", "full", "status:stopped"]),
        ) {
            let mut estate = Estate::default();
            let session = estate.add_session_named("ops");
            let site = estate.add_site(session, "eu-west-1");
            estate.add(Environment { name: "prod".into(), site, ..Environment::default() });
            let mut app =
                App::new(estate, Timestamp::UNIX_EPOCH, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
            app.shell.world.sites[0].rds.databases.succeed(listed(&before), Timestamp::UNIX_EPOCH);
            settle(&mut app);
            super::filter(&mut app, filter.to_owned());
            let mut states = before.clone();
            for (at, state) in after {
                states[at] = state;
            }
            let data = &mut app.shell.world.sites[0];
            data.rds.databases.succeed(listed(&states), Timestamp::UNIX_EPOCH);
            let others = states.iter().zip(&before).enumerate().filter(|(_, (a, b))| a != b).map(|(at, _)| at);
            let touched = crate::collect::Touched::Places(others.collect());
            data.checkups.take(&touched);
            settle(&mut app);
            let renewed: Vec<String> = names(&app).into_iter().map(str::to_owned).collect();
            rebuild(&mut app);
            prop_assert_eq!(renewed, names(&app));
        }
    }
}
