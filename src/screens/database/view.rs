//! How the database screen is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::lists::{self, Lines};
use super::places::{self, Arrangement, TALL, ToShow, WIDE, inset};
use super::state::{Pane, State};
use super::strip::{self, StripLine};
use super::{charts, facts, proof, side, tree};
use crate::domain::{Database, Remote};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::databases::failure;
use crate::screens::executions;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::format;
use crate::ui::pen::{self, Piece};
use crate::world::data::SiteData;

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(screen) = app.views.database() else { return };
    let (Some((_, database)), Some(data)) = (app.open_database(), app.shell.world.site(screen.site)) else {
        gone(app, screen, area, buf);
        return;
    };
    let strip = strip::lines(&app.shell, screen, database, area.width, places::most_of_strip(area));
    let (side_width, list_width) = places::widths(area);
    let side = side::lines(&app.shell, data, database, screen, usize::from(side_width));
    let list = list(app, screen, data, database, usize::from(list_width));
    let wants = ToShow { pane: screen.pane, strip: strip.len(), side: side.len(), list: list.len() };
    let places = places::places(area, wants);
    title(app, screen, database, places.title, buf);
    draw_strip(app, &strip, places.strip, buf);
    if places.side.height > 0 {
        draw_side(app, &side, inset(places.side), buf);
    }
    for y in places.divider.top()..places.divider.bottom() {
        buf.set_string(places.divider.x, y, "│", app.shell.theme.style(Role::Border));
    }
    if places.tabs.height > 0 {
        let end = tabs(app, screen, area, places.tabs, buf);
        beyond(app, screen, database, (&places, list.len()), end, buf);
    }
    if places.charts.height > 0 {
        let grid = places.grid(proof::metrics(&app.shell, screen, database).len());
        charts::draw(&app.shell, data, database, screen, grid, inset(places.charts), buf);
    }
    if places.list.height > 0 {
        pen::lines(buf, inset(places.list), &list, screen.list_offset, &app.shell.theme);
    }
}

/// At the end of the tabs: how many charts, or where there are none lines of the list, are above and below what is seen.
fn beyond(
    app: &App,
    screen: &State,
    database: &Database,
    (places, list): (&Arrangement, usize),
    end: u16,
    buf: &mut Buffer,
) {
    let (above, below, what) = if places.charts.height > 0 {
        let count = proof::metrics(&app.shell, screen, database).len();
        let (above, below) = places.grid(count).hidden(screen.chart_offset, count);
        (above, below, " charts")
    } else {
        let shown = usize::from(places.list.height);
        (screen.list_offset.min(list), list.saturating_sub(screen.list_offset + shown), "")
    };
    let words = match (above, below) {
        _ if places.charts.height + places.list.height == 0 => return,
        (0, 0) => return,
        (0, below) => format!(" ↓ {below} more{what} "),
        (above, 0) => format!(" ↑ {above}{what} above "),
        (above, below) => format!(" ↑ {above} ↓ {below} more{what} "),
    };
    let room = Rect { x: end, width: places.tabs.right().saturating_sub(end), ..places.tabs };
    pen::right(buf, room, &[(words, Role::Dim)], &app.shell.theme);
}

/// The DB instance is not (any more) among what AWS lists.
fn gone(app: &App, screen: &State, area: Rect, buf: &mut Buffer) {
    let words = match app.shell.world.site(screen.site).map(|data| &data.rds.databases) {
        Some(Remote::Ready { .. } | Remote::Stale { .. }) => "is not in AWS's list any more",
        _ => "is being read …",
    };
    pen::left(buf, inset(area), &[(format!("{} {words}", screen.id), Role::Warning)], &app.shell.theme);
}

fn title(app: &App, screen: &State, database: &Database, area: Rect, buf: &mut Buffer) {
    let mut pieces: Vec<Piece> = vec![(" ".into(), Role::Text)];
    let owner =
        app.shell.world.estate.owner(screen.site, database).and_then(|id| app.shell.world.estate.environment(id));
    if let Some(environment) = owner {
        pieces.push((format!(" {} ", shown_name(environment)), criticality_role(environment.criticality)));
        pieces.push((" ".into(), Role::Text));
    }
    pieces.push((database.id.clone(), Role::Header));
    pieces.push((format!("  {}", database.status), crate::screens::databases::status_role(database)));
    pieces.push((format!("  {}", database.region), Role::Dim));
    if let Some(Remote::Stale { at, fault, .. }) = app.shell.world.site(screen.site).map(|data| &data.rds.databases) {
        let age = format::coarse_age(format::since(app.shell.world.now, *at));
        pieces.push((format!("  ◌ {age} {}", fault.word()), Role::Warning));
    }
    let window = screen.window(app.shell.world.now);
    let mut right: Vec<Piece> = Vec::new();
    if screen.scaled {
        right.push(("scaled to data  ".into(), Role::Accent));
    }
    if let Some(at) = screen.cursor.and_then(|at| jiff::Timestamp::from_second(at).ok()) {
        right.push((format!("{}  ", format::stamp(at)), Role::ChartCursor));
    } else if screen.end.is_some()
        && let Ok(end) = jiff::Timestamp::from_second(window.end)
    {
        right.push((format!("up to {}  ", format::stamp(end)), Role::Accent));
    }
    let lead = if screen.end.is_none() { "last " } else { "" };
    right.push((format!("{lead}{} ", screen.range().name), Role::Text));
    let age = app
        .shell
        .world
        .site(screen.site)
        .and_then(|data| data.rds.history.get(&(screen.id.clone(), screen.range().period)))
        .and_then(crate::domain::remote::Remote::at);
    if let Some(at) = age {
        let age = format::since(app.shell.world.now, at);
        if age.as_secs() >= 120 {
            right.push((format!("◌ {} ", format::coarse_age(age)), Role::Stale));
        }
    }
    let start = pen::right(buf, Rect { width: area.width.saturating_sub(1), ..area }, &right, &app.shell.theme);
    pen::left(buf, Rect { width: start.saturating_sub(area.x + 2), ..area }, &pieces, &app.shell.theme);
}

/// The panes, the one in focus marked; those that have their own place in the body are not repeated.
/// Gives the column after the last.
fn tabs(app: &App, screen: &State, body: Rect, area: Rect, buf: &mut Buffer) -> u16 {
    let (wide, tall) = (body.width >= WIDE, body.height >= TALL);
    let mut pieces: Vec<Piece> = vec![(" ".into(), Role::Text)];
    for pane in Pane::ALL {
        let elsewhere = (pane == Pane::Charts && tall) || (pane == Pane::Replication && wide);
        if elsewhere {
            continue;
        }
        let covered = screen.pane == Pane::Replication && !wide;
        let shown = pane == screen.pane || (tall && !covered && pane == screen.list);
        let role = match (pane == screen.pane, shown) {
            (true, _) => Role::Accent,
            (false, true) => Role::Text,
            (false, false) => Role::Dim,
        };
        let title = if pane == screen.pane { format!("▸{}", pane.title()) } else { format!(" {}", pane.title()) };
        pieces.push((title, role));
        pieces.push(("  ".into(), Role::Text));
    }
    let end = pen::left(buf, area, &pieces, &app.shell.theme);
    let rule = "─".repeat(usize::from(area.right().saturating_sub(end)));
    buf.set_string(end, area.y, rule, app.shell.theme.style(Role::Border));
    end
}

/// The replication tree, and the facts below it.
fn draw_side(app: &App, lines: &[side::SideLine], area: Rect, buf: &mut Buffer) {
    for (y, (line, chosen)) in (area.y..area.bottom()).zip(lines) {
        let row = Rect { y, height: 1, ..area };
        if *chosen {
            buf.set_style(row, app.shell.theme.style(Role::Selection));
        }
        pen::left(buf, row, line, &app.shell.theme);
    }
}

/// The lines of the list that is shown.
fn list(app: &App, screen: &State, data: &SiteData, database: &Database, width: usize) -> Lines {
    let pane = if matches!(screen.pane, Pane::Charts | Pane::Replication) { screen.list } else { screen.pane };
    match pane {
        Pane::Snapshots => {
            let mut lines = lists::snapshots(&app.shell, data, database, width);
            note(&mut lines, data.rds.snapshots.get(database.id.as_str()), "snapshots", 1, app.shell.world.now);
            lines
        }
        Pane::Configuration => facts::all(database, data, app.shell.world.now)
            .iter()
            .flat_map(|fact| facts::lines(fact, 20, width))
            .collect(),
        _ => {
            let mut lines = lists::events(&app.shell, data, database, width);
            note(&mut lines, data.rds.instance_events.get(database.id.as_str()), "events", 0, app.shell.world.now);
            if let Some(fault) = data.alarms.all.fault() {
                lines.insert(0, vec![("▲ ".into(), Role::Warning), (failure(fault), Role::Warning)]);
            }
            lines
        }
    }
}

/// Says why a list is empty or old.
fn note<T>(lines: &mut Lines, remote: Option<&Remote<T>>, what: &str, own: usize, now: jiff::Timestamp) {
    match remote {
        None | Some(Remote::Idle | Remote::Loading) => {
            lines.push(vec![(format!("asking AWS for {what} …"), Role::Dim)]);
        }
        Some(remote) => {
            if let Some(fault) = remote.fault() {
                let age = remote.at().map(|at| format!("◌ {} old  ", format::coarse_age(format::since(now, at))));
                let age = (age.unwrap_or_default(), Role::Stale);
                lines.insert(0, vec![("▲ ".into(), Role::Warning), age, (failure(fault), Role::Warning)]);
            } else if lines.len() <= own {
                lines.push(vec![(format!("no {what}"), Role::Dim)]);
            }
        }
    }
}

fn draw_strip(app: &App, lines: &[StripLine], area: Rect, buf: &mut Buffer) {
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        let row = Rect { y, height: 1, ..area };
        let start = pen::right(buf, row, &line.right, &app.shell.theme);
        pen::left(buf, Rect { width: start.saturating_sub(row.x), ..row }, &line.left, &app.shell.theme);
    }
}

/// How far a pane can be scrolled in this terminal; `None` when nothing is open.
#[must_use]
pub fn scroll_limit(app: &App, pane: Pane) -> Option<usize> {
    let screen = app.views.database()?;
    let (_, database) = app.open_database()?;
    let data = app.shell.world.site(screen.site)?;
    let body = executions::body(&app.shell);
    let shown = State { pane, ..screen.clone() };
    let (side_width, list_width) = places::widths(body);
    let list = list(app, &shown, data, database, usize::from(list_width)).len();
    let wants = ToShow {
        pane,
        strip: strip::lines(&app.shell, screen, database, body.width, places::most_of_strip(body)).len(),
        side: side::lines(&app.shell, data, database, &shown, usize::from(side_width)).len(),
        list,
    };
    let places = places::places(body, wants);
    Some(match pane {
        Pane::Charts => {
            let grid = places.grid(proof::metrics(&app.shell, screen, database).len());
            grid.total.saturating_sub(grid.rows)
        }
        Pane::Replication => tree::lines(&app.shell, database).len().saturating_sub(1),
        _ => list.saturating_sub(usize::from(places.list.height)),
    })
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let pane = app.views.database().map(|d| d.pane);
    let mut hints = vec![(Action::Back, "back"), (Action::NextPane, "pane")];
    let wrong = strip::concern(app).is_some_and(|concern| concern.finding.is_some());
    if wrong {
        hints.extend([(Action::FindingStart, "its beginning"), (Action::NextFinding, "next finding")]);
    }
    if pane == Some(Pane::Replication) {
        hints.push((Action::Open, "open"));
    }
    hints.push((Action::Operations, "operations"));
    hints.extend([
        (Action::TimeRange, "range"),
        (Action::PanBack, "earlier"),
        (Action::PanForward, "later"),
        (Action::ZoomIn, "zoom in"),
        (Action::ZoomOut, "out"),
        (Action::CursorLeft, "cursor"),
        (Action::Now, "now"),
        (Action::ScaleToData, "scale"),
        (Action::Details, "details"),
        (Action::Link, "console"),
        (Action::Copy, "copy"),
        (Action::Refresh, "refresh"),
        (Action::Help, "help"),
    ]);
    hints
}
