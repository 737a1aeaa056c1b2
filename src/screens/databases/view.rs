//! How the databases screen is drawn. Only visible rows are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::{self, TREND};
use super::column::Column;
use super::reading::Level;
use super::row::Row;
use crate::domain::{EnvironmentId, Fault, Remote, SiteId};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::findings;
use crate::services::rds;
use crate::theme::Role;
use crate::ui::environment::{row_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::table::{Align, Cell, Column as Slot, Order, Table, Width};
use crate::ui::{format, layout};
use crate::world::{Estate, Scope};

/// The longest name, within bounds: what tells instances apart is often the end of their names.
fn name_width(app: &App) -> u16 {
    let rows = app.databases.rows.iter().take(500).filter_map(|row| row.database(&app.shell.world));
    let longest = rows.map(|database| database.id.len()).max().unwrap_or(0);
    u16::try_from(longest).unwrap_or(u16::MAX).clamp(24, 32)
}

/// `available` needs little; a screen on which something happens gives it room.
fn status_width(app: &App) -> u16 {
    let longest = app
        .databases
        .rows
        .iter()
        .take(500)
        .filter_map(|row| row.database(&app.shell.world))
        .map(|d| d.status.len())
        .max();
    u16::try_from(longest.unwrap_or(9).clamp(9, 24)).unwrap_or(9)
}

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let title = Rect { height: 1.min(area.height), ..area };
    draw_title(app, title, buf);
    let body = Rect { y: area.y + title.height, height: area.height - title.height, ..area };
    let (area, body) = match (area.width >= layout::PREVIEW).then(|| app.screen().concern(app)).flatten() {
        Some(concern) => {
            let (list, sheet) = layout::beside(body);
            layout::draw_rule(list, buf, &app.shell.theme);
            findings::preview(app, &concern, sheet, buf);
            (Rect { width: list.width, ..area }, list)
        }
        None => (area, body),
    };
    let screen = &app.databases;
    let columns: Vec<Column> = screen.columns.iter().copied().filter(|c| is_useful(app, *c)).collect();
    let columns: Vec<Column> = with_name(columns);
    let slots: Vec<Slot> = columns.iter().map(|column| slot(app, *column, area.width)).collect();
    let sorted = columns.iter().position(|c| *c == screen.sort.0);
    let order = if screen.sort.1 { Order::Descending } else { Order::Ascending };
    let empty = empty_message(app);
    let table = Table {
        columns: &slots,
        rows: screen.rows.len(),
        offset: screen.offset,
        selected: (!screen.rows.is_empty()).then_some(screen.selected),
        sort: sorted.map(|at| (at, order)),
        focused: app.views.overlay().is_none(),
        empty: &empty,
    };
    table.draw(body, buf, &app.shell.theme, |row, column| match (screen.rows.get(row), columns.get(column)) {
        (Some(row), Some(column)) => cell(app, row, *column),
        _ => Cell::default(),
    });
}

/// The name can be neither dropped nor hidden.
fn with_name(mut columns: Vec<Column>) -> Vec<Column> {
    if !columns.contains(&Column::Name) {
        columns.push(Column::Name);
        columns.sort_unstable();
    }
    columns
}

/// Room for an engine beside its version: `postgres cluster`, `aurora-postgre…`.
const MIXED: u16 = 16;

/// One environment needs no column for it.
fn is_useful(app: &App, column: Column) -> bool {
    column != Column::Environment || (app.shell.scope == Scope::All && app.shell.world.estate.count() > 1)
}

fn slot(app: &App, column: Column, width: u16) -> Slot {
    let names = || app.shell.world.estate.environments().map(|(_, e)| e.name.chars().count()).max().unwrap_or(4);
    let (width, align, priority) = match column {
        Column::Health => (Width::Fixed(1), Align::Left, 1),
        Column::Environment => (Width::Fixed(u16::try_from(names().clamp(4, 12)).unwrap_or(12)), Align::Left, 3),
        Column::Name => (Width::Min(if width < 140 { 24 } else { name_width(app) }), Align::Left, 0),
        // One long status of one instance must not cost all of them their numbers.
        Column::Status if width < 100 => (Width::Fixed(status_width(app).min(14)), Align::Left, 2),
        Column::Status => (Width::Fixed(status_width(app)), Align::Left, 2),
        Column::Class => (Width::Fixed(14), Align::Left, 8),
        // Where there is little room the numbers come first.
        Column::Engine if app.databases.is_mixed => (Width::Fixed(MIXED), Align::Left, if width < 100 { 5 } else { 3 }),
        Column::Engine => (Width::Fixed(6), Align::Right, 10),
        Column::MultiAz => (Width::Fixed(8), Align::Left, 11),
        Column::Cpu => (Width::Fixed(6), Align::Right, 3),
        Column::CpuTrend => (Width::Fixed(TREND), Align::Left, 12),
        Column::Connections => (Width::Fixed(10), Align::Right, 5),
        Column::Storage => (Width::Fixed(14), Align::Right, 7),
        Column::Runway => (Width::Fixed(7), Align::Right, 4),
        Column::Lag => (Width::Fixed(7), Align::Right, 3),
        Column::Restorable => (Width::Fixed(10), Align::Right, 6),
        Column::Maintenance => (Width::Fixed(18), Align::Left, 13),
        Column::Region => (Width::Fixed(12), Align::Left, 9),
        Column::Zone => (Width::Fixed(15), Align::Left, 14),
        Column::Retention => (Width::Fixed(9), Align::Right, 15),
        Column::Created => (Width::Fixed(10), Align::Left, 16),
        Column::Endpoint => (Width::Min(40), Align::Left, 17),
    };
    Slot { title: column.title().into(), width, align, priority }
}

fn cell(app: &App, row: &Row, column: Column) -> Cell<'static> {
    let Some(database) = row.database(&app.shell.world) else { return Cell::default() };
    let pieces: Vec<Piece> = match column {
        Column::Health if is_stale(app, row.site) => {
            // What was wrong when it was last seen stays coloured.
            let role = if row.reading.level > Level::Good { cells::role(row.reading.level) } else { Role::Stale };
            vec![("◌".into(), role)]
        }
        Column::Environment => match app.shell.world.estate.environment(row.environment) {
            Some(environment) => {
                let name = shown_name(environment);
                vec![(name, row_role(environment.criticality))]
            }
            None => Vec::new(),
        },
        _ => cells::pieces(&app.shell, row.site, database, &row.reading, column),
    };
    pieces.into()
}

fn is_stale(app: &App, site: SiteId) -> bool {
    matches!(app.shell.world.site(site).map(|d| &d.rds.databases), Some(Remote::Stale { .. }))
}

/// The sites that the scope covers.
fn sites(app: &App) -> impl Iterator<Item = SiteId> + '_ {
    let estate = &app.shell.world.estate;
    estate.sites().map(|(site, _)| site).filter(|site| estate.in_scope(app.shell.scope, *site))
}

fn draw_title(app: &App, area: Rect, buf: &mut Buffer) {
    let screen = &app.databases;
    let (shown, total) = (screen.rows.len(), screen.total);
    let is_read = sites(app).filter_map(|site| app.shell.world.site(site)).any(|d| d.rds.databases.value().is_some());
    let count = match (is_read, shown == total) {
        // Missing is never zero.
        (false, _) if total == 0 => " ?".to_owned(),
        (_, true) => format!(" {total}"),
        (_, false) => format!(" {shown} of {total}"),
    };
    let mut pieces: Vec<Piece> = vec![(" Databases".into(), Role::Header), (count, Role::Dim)];
    if let Scope::One(id) = app.shell.scope
        && let Some(environment) = app.shell.world.estate.environment(id)
    {
        pieces.push(("  ".into(), Role::Text));
        pieces.push((place(&app.shell.world.estate, id), Role::Dim));
        if environment.dr_site.is_some() && area.width >= 100 {
            pieces.push((" with its DR region".into(), Role::Dim));
        }
    }
    if !screen.filter.is_empty() && app.views.filter().is_none() {
        pieces.push((format!("  /{}", screen.filter), Role::Match));
    }
    pieces.extend(unread(app));
    let mut right: Vec<Piece> = Vec::new();
    if area.width >= 70 {
        right.push((format!("by {}{}", screen.sort.0.key(), if screen.sort.1 { " ↓" } else { " ↑" }), Role::Dim));
    }
    right.extend(metrics_state(app));
    right.push((format!("  {} ", freshness(app)), Role::Dim));
    let room = Rect { width: area.width.saturating_sub(1), ..area };
    let start = pen::right(buf, room, &right, &app.shell.theme);
    pen::left(buf, Rect { width: start.saturating_sub(area.x + 2), ..area }, &pieces, &app.shell.theme);
}

/// How many lists are not among what is shown, for nothing was ever read of them: what they have must not be missed.
fn unread(app: &App) -> Option<Piece> {
    let lists = sites(app).filter_map(|site| app.shell.world.site(site)).map(|data| &data.rds.databases);
    let count = lists.filter(|list| list.value().is_none() && list.fault().is_some()).count();
    let words = match count {
        0 => return None,
        1 => "  1 region unread".to_owned(),
        count => format!("  {count} regions unread"),
    };
    Some((words, Role::Warning))
}

/// The environment's region, and its DR region.
fn place(estate: &Estate, id: EnvironmentId) -> String {
    let environment = estate.environment(id);
    environment.map(|environment| estate.regions(environment).collect::<Vec<_>>().join(" → ")).unwrap_or_default()
}

/// How old the oldest list of DB instances on the screen is.
fn freshness(app: &App) -> String {
    let oldest = sites(app).filter_map(|site| app.shell.world.site(site)?.rds.databases.at()).min();
    match oldest {
        None => String::new(),
        Some(at) => {
            let age = format::since(app.shell.world.now, at);
            // Counting seconds would be noise.
            if age.as_secs() < 60 { "data < 1m".into() } else { format!("data {}", format::coarse_age(age)) }
        }
    }
}

/// Says when the metrics in the rows are older than the rows, or not all of them.
fn metrics_state(app: &App) -> Option<Piece> {
    let data = || sites(app).filter_map(|site| app.shell.world.site(site));
    if let Some((at, fault)) =
        data().find_map(|data| data.rds.metrics.fault().map(|fault| (data.rds.metrics.at(), fault)))
    {
        let age = at
            .map_or_else(String::new, |at| format!(" {}", format::coarse_age(format::since(app.shell.world.now, at))));
        return Some((format!("  metrics ◌{age} {}", fault.word()), Role::Warning));
    }
    data()
        .any(|data| data.rds.partial.contains(&rds::Read::Metrics))
        .then(|| ("  metrics incomplete".into(), Role::Warning))
}

/// What stands in place of rows.
fn empty_message(app: &App) -> String {
    let screen = &app.databases;
    if screen.total > 0 {
        let key = app.shell.keymap.key_for(app.layers(), Action::Back).unwrap_or_default();
        return format!("nothing matches {}   {key} clears the filter", screen.filter);
    }
    let states: Vec<_> =
        sites(app).filter_map(|site| app.shell.world.site(site)).map(|data| &data.rds.databases).collect();
    if states.iter().any(|remote| matches!(remote, Remote::Idle | Remote::Loading)) {
        return "asking AWS for DB instances …".into();
    }
    if let Some(fault) = states.iter().find_map(|remote| remote.fault()) {
        return failure(fault);
    }
    match app.shell.scope {
        Scope::One(id) => format!("no DB instances in {}", place(&app.shell.world.estate, id)),
        Scope::All => "no DB instances in any environment".into(),
    }
}

/// An error in one line: what, why, what to do.
#[must_use]
pub fn failure(fault: &Fault) -> String {
    format!("{} {}: {}", fault.call, fault.word(), fault.advice())
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let mut hints = vec![(Action::Open, "open"), (Action::Operations, "operations"), (Action::Filter, "filter")];
    if !app.databases.filter.is_empty() {
        hints.push((Action::Back, "clear filter"));
    }
    hints.extend([
        (Action::Details, "details"),
        (Action::Sort, "sort"),
        (Action::Columns, "columns"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
        (Action::Environments, "environment"),
        (Action::Copy, "copy"),
        (Action::Link, "console"),
        (Action::Refresh, "refresh"),
    ]);
    hints
}
