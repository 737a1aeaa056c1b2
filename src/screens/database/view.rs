//! How the database screen is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::charts::{self, Grid};
use super::facts::{self, Fact};
use super::lists::{self, Lines};
use super::state::{Pane, State};
use super::{strip, tree};
use crate::domain::{Database, Remote};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::databases::{Reading, failure};
use crate::screens::executions;
use crate::theme::Role;
use crate::ui::environment::{CURSOR, criticality_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::{format, text};
use crate::world::data::SiteData;

/// Columns from which the tree stands beside the charts.
const WIDE: u16 = 110;
/// Rows from which charts and a list are shown together.
const TALL: u16 = 30;

/// Where things are. A part that is not shown has no height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Places {
    title: Rect,
    /// The finding that led here.
    strip: Rect,
    /// The panes to choose from, where not all are shown.
    tabs: Rect,
    side: Rect,
    charts: Rect,
    list: Rect,
}

fn places(body: Rect, pane: Pane, strip: usize) -> Places {
    let title = Rect { height: 1.min(body.height), ..body };
    // It never takes more than a third of what is left.
    let most = (body.height - title.height) / 3;
    let height = u16::try_from(strip).unwrap_or(u16::MAX).min(most);
    let strip = Rect { y: title.bottom(), height, ..body };
    let above = title.height + strip.height;
    let rest = Rect { y: body.y + above, height: body.height - above, ..body };
    let (wide, tall) = (body.width >= WIDE, body.height >= TALL);
    let mut places = Places { title, strip, ..Places::default() };
    let mut main = rest;
    if wide {
        let width = (rest.width / 3).clamp(40, 60);
        places.side = Rect { width, ..rest };
        main = Rect { x: rest.x + width + 1, width: rest.width - width - 1, ..rest };
    }
    if tall {
        let list = (main.height / 3).clamp(8, 16);
        places.charts = Rect { height: main.height - list, ..main };
        places.tabs = Rect { y: places.charts.bottom(), height: 1, ..main };
        places.list = Rect { y: places.tabs.bottom(), height: list - 1, ..main };
        if !wide && pane == Pane::Replication {
            places.side = places.list;
            places.list = Rect::default();
        }
        return places;
    }
    places.tabs = Rect { height: 1.min(main.height), ..main };
    let shown = Rect { y: main.y + places.tabs.height, height: main.height - places.tabs.height, ..main };
    match pane {
        Pane::Charts => places.charts = shown,
        Pane::Replication if wide => places.charts = shown,
        Pane::Replication => places.side = shown,
        _ => places.list = shown,
    }
    places
}

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(screen) = app.views.database() else { return };
    let (Some((_, database)), Some(data)) = (app.open_database(), app.shell.world.site(screen.site)) else {
        gone(app, screen, area, buf);
        return;
    };
    let strip = strip::lines(&app.shell, screen, database, area.width);
    let places = places(area, screen.pane, strip.len());
    title(app, screen, database, places.title, buf);
    draw_lines(app, &strip, 0, places.strip, buf);
    if places.side.height > 0 {
        side(app, screen, data, database, places.side, buf);
        if places.charts.x > places.side.x {
            let style = app.shell.theme.style(Role::Border);
            for y in places.side.top()..places.side.bottom() {
                buf.set_string(places.side.right(), y, "│", style);
            }
        }
    }
    if places.tabs.height > 0 {
        tabs(app, screen, area.width >= WIDE, area.height >= TALL, places.tabs, buf);
    }
    if places.charts.height > 0 {
        charts::draw(&app.shell, data, database, screen, inset(places.charts), buf);
    }
    if places.list.height > 0 {
        let lines = list(app, screen, data, database, places.list.width);
        draw_lines(app, &lines, screen.list_offset, inset(places.list), buf);
    }
}

/// One column of air at each side.
fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
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
    pen::left(buf, Rect { width: start.saturating_sub(area.x), ..area }, &pieces, &app.shell.theme);
}

/// The panes, the one in focus marked; those that have their own place are not repeated.
fn tabs(app: &App, screen: &State, wide: bool, tall: bool, area: Rect, buf: &mut Buffer) {
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
}

/// The replication tree, and the facts below it.
fn side(app: &App, screen: &State, data: &SiteData, database: &Database, area: Rect, buf: &mut Buffer) {
    let area = inset(area);
    let focused = screen.pane == Pane::Replication;
    let heading = if focused { ("▸Replication".into(), Role::Accent) } else { ("Replication".into(), Role::Header) };
    pen::left(buf, area, &[heading], &app.shell.theme);
    let mut y = area.y + 1;
    for (i, line) in tree::lines(&app.shell, database).into_iter().enumerate() {
        if y >= area.bottom() {
            return;
        }
        let row = Rect { y, height: 1, ..area };
        let cursor = focused && i == screen.node;
        if cursor {
            buf.set_style(row, app.shell.theme.style(Role::Selection));
        }
        let mark = if cursor { CURSOR } else { " " };
        let name_role = if line.open { Role::Header } else { line.name_role };
        let mut pieces =
            vec![(mark.into(), Role::Accent), (line.branch.clone(), Role::Border), (line.name.clone(), name_role)];
        let notes: usize = line.notes.iter().map(|(t, _)| text::width(t) + 2).sum();
        let beside = pen::width(&pieces) + notes <= usize::from(area.width);
        if beside {
            pieces.extend(line.notes.iter().flat_map(|note| [("  ".into(), Role::Text), note.clone()]));
        }
        pen::left(buf, row, &pieces, &app.shell.theme);
        y += 1;
        if !beside && !line.notes.is_empty() && y < area.bottom() {
            let indent = " ".repeat(text::width(&line.branch) + 3);
            let mut pieces = vec![(indent, Role::Text)];
            for (n, note) in line.notes.iter().enumerate() {
                if n > 0 {
                    pieces.push(("  ".into(), Role::Text));
                }
                pieces.push(note.clone());
            }
            pen::left(buf, Rect { y, height: 1, ..area }, &pieces, &app.shell.theme);
            y += 1;
        }
    }
    y += 1;
    let owner =
        app.shell.world.estate.owner(screen.site, database).and_then(|id| app.shell.world.estate.environment(id));
    let limits = owner.map(|environment| environment.thresholds).unwrap_or_default();
    let reading = Reading::take(data, database, limits, app.shell.world.now);
    let facts = facts::brief(database, &reading, data, app.shell.world.now);
    let lines: Lines = facts.iter().flat_map(|fact| fact_lines(fact, 12, usize::from(area.width))).collect();
    draw_lines(app, &lines, 0, Rect { y, height: area.bottom().saturating_sub(y), ..area }, buf);
}

/// A fact in one line, or in several when its value is long.
fn fact_lines(fact: &Fact, name_width: usize, width: usize) -> Lines {
    let (name, value, role) = fact;
    let room = width.saturating_sub(name_width + 1).max(8);
    let mut lines = Vec::new();
    let mut rest = value.as_str();
    loop {
        let (mut part, _) = text::take(rest, room);
        if part.len() < rest.len()
            && let Some(space) = part.rfind(' ').filter(|at| *at > part.len() / 2)
        {
            part = &part[..space];
        }
        let shown = if lines.is_empty() { text::fit(name, name_width).into_owned() } else { " ".repeat(name_width) };
        lines.push(vec![(format!("{shown} "), Role::Dim), (part.to_owned(), *role)]);
        rest = rest[part.len()..].trim_start();
        if rest.is_empty() || part.is_empty() {
            return lines;
        }
    }
}

/// The lines of the list that is shown.
fn list(app: &App, screen: &State, data: &SiteData, database: &Database, width: u16) -> Lines {
    let pane = if matches!(screen.pane, Pane::Charts | Pane::Replication) { screen.list } else { screen.pane };
    match pane {
        Pane::Snapshots => {
            let mut lines = lists::snapshots(&app.shell, data, database);
            note(&mut lines, data.rds.snapshots.get(database.id.as_str()), "snapshots", 1, app.shell.world.now);
            lines
        }
        Pane::Configuration => facts::all(database, data, app.shell.world.now)
            .iter()
            .flat_map(|fact| fact_lines(fact, 20, usize::from(width.saturating_sub(2))))
            .collect(),
        _ => {
            let mut lines = lists::events(&app.shell, data, database, usize::from(width.saturating_sub(2)));
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

fn draw_lines(app: &App, lines: &Lines, offset: usize, area: Rect, buf: &mut Buffer) {
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(offset)) {
        pen::left(buf, Rect { y, height: 1, ..area }, line, &app.shell.theme);
    }
}

/// How far a pane can be scrolled in this terminal; `None` when nothing is open.
#[must_use]
pub fn scroll_limit(app: &App, pane: Pane) -> Option<usize> {
    let screen = app.views.database()?;
    let (_, database) = app.open_database()?;
    let data = app.shell.world.site(screen.site)?;
    let body = executions::body(&app.shell);
    let places = places(body, pane, strip::lines(&app.shell, screen, database, body.width).len());
    Some(match pane {
        Pane::Charts => {
            let grid = Grid::of(inset(places.charts), charts::metrics(database).count());
            grid.total.saturating_sub(grid.rows)
        }
        Pane::Replication => tree::lines(&app.shell, database).len().saturating_sub(1),
        _ => {
            let shown = State { pane, ..screen.clone() };
            let lines = list(app, &shown, data, database, places.list.width).len();
            lines.saturating_sub(usize::from(places.list.height))
        }
    })
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let pane = app.views.database().map(|d| d.pane);
    let mut hints = vec![(Action::Back, "back"), (Action::NextPane, "pane")];
    if pane == Some(Pane::Replication) {
        hints.push((Action::Open, "open"));
    }
    hints.push((Action::Operations, "operations"));
    if app.views.database().is_some_and(|d| d.finding.is_some()) {
        hints.push((Action::Dismiss, "hide finding"));
    }
    hints.extend([
        (Action::TimeRange, "range"),
        (Action::PanBack, "earlier"),
        (Action::PanForward, "later"),
        (Action::ZoomIn, "zoom in"),
        (Action::ZoomOut, "out"),
        (Action::CursorLeft, "cursor"),
        (Action::Now, "now"),
        (Action::Copy, "copy"),
        (Action::Refresh, "refresh"),
        (Action::Help, "help"),
    ]);
    hints
}
