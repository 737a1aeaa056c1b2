//! What keys do on the database screen.

use super::open::renew_charts;
use super::state::{Pane, RANGES, State};
use super::{beginning, strip};
use crate::domain::replication;
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::screens::{View, databases, fleet};
use crate::ui::format;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let now = app.shell.world.now;
    let has_strip = has_strip(app);
    let Some(screen) = app.views.database_mut() else { return false };
    let shown = screen.charted();
    let quarter = screen.range().seconds / 4;
    match action {
        Action::Back if screen.cursor.is_some() => screen.cursor = None,
        Action::Back => {
            leave(app);
            return true;
        }
        Action::NextPane => focus(screen, 1),
        Action::PreviousPane => focus(screen, Pane::ALL.len() - 1),
        Action::TimeRange => {
            app.views.open(View::Menu(Box::new(range_menu(app))));
            return true;
        }
        Action::PanBack => screen.pan(-quarter, now),
        Action::PanForward => screen.pan(quarter, now),
        Action::ZoomIn => screen.set_range(screen.range.saturating_sub(1), now),
        Action::ZoomOut => screen.set_range(screen.range + 1, now),
        Action::CursorLeft | Action::Left => screen.move_cursor(-1, now),
        Action::CursorRight | Action::Right => screen.move_cursor(1, now),
        Action::CursorLeftTen => screen.move_cursor(-10, now),
        Action::CursorRightTen => screen.move_cursor(10, now),
        Action::CursorClear => screen.cursor = None,
        Action::ScaleToData => screen.scaled = !screen.scaled,
        Action::Dismiss if has_strip => {
            screen.is_put_away = true;
            clamp_scroll(app);
            return true;
        }
        Action::NextFinding | Action::PreviousFinding => {
            beginning::go(app, action == Action::NextFinding);
            clamp_scroll(app);
            return true;
        }
        Action::FindingStart => {
            beginning::to_beginning(app);
            return true;
        }
        Action::Now => {
            screen.end = None;
            screen.cursor = None;
        }
        Action::Open if screen.pane == Pane::Replication => return open_node(app),
        Action::Copy => match databases::copy_menu(app) {
            Some(menu) => {
                app.views.open(View::Menu(Box::new(menu)));
                return true;
            }
            None => return false,
        },
        _ => return scroll(app, action),
    }
    if app.views.database().is_some_and(|screen| screen.charted() != shown) {
        renew_charts(app);
    }
    true
}

/// Whether the strip of findings is there.
fn has_strip(app: &App) -> bool {
    strip::concern(app).is_some_and(|concern| concern.finding.is_some())
        && app.views.database().is_some_and(|screen| !screen.is_put_away)
}

/// Another range of the charts.
pub fn set_range(app: &mut App, range: usize) {
    let now = app.shell.world.now;
    if let Some(screen) = app.views.database_mut() {
        screen.set_range(range, now);
    }
    renew_charts(app);
}

/// The menu that `t` opens.
#[must_use]
pub fn range_menu(app: &App) -> Menu {
    let items = RANGES
        .iter()
        .enumerate()
        .map(|(i, span)| Item {
            label: span.name.into(),
            detail: format!(
                "one datapoint every {}",
                format::age(std::time::Duration::from_secs(u64::from(span.period)))
            ),
            checked: None,
            command: Command::Range(i),
        })
        .collect();
    Menu::new(Purpose::Range, "Range", items, app.views.database().map_or(0, |d| d.range))
}

fn leave(app: &mut App) {
    let arn = app.open_database().map(|(_, d)| d.arn.clone());
    let rule = super::concern(app).and_then(|concern| concern.finding).map(|finding| finding.rule);
    app.views.close();
    if let Some(arn) = arn {
        // Below, the cursor is on what was looked at last: the next key acts on that.
        fleet::seek(app, &arn, rule);
        databases::select(app, &arn);
    }
    // Other tables than that of the databases are made only while they are seen.
    let shown = app.screen();
    shown.renew(app, &mut || true);
}

fn focus(screen: &mut State, by: usize) {
    let at = Pane::ALL.iter().position(|p| *p == screen.pane).unwrap_or(0);
    screen.pane = Pane::ALL[(at + by) % Pane::ALL.len()];
    if matches!(screen.pane, Pane::Events | Pane::Snapshots | Pane::Configuration) {
        screen.list = screen.pane;
        screen.list_offset = 0;
    }
}

fn scroll(app: &mut App, action: Action) -> bool {
    let page = usize::from(app.shell.size.1 / 2).max(1);
    let nodes = tree_length(app);
    let Some(screen) = app.views.database_mut() else { return false };
    let (offset, most) = match screen.pane {
        Pane::Charts => (&mut screen.chart_offset, super::charts::MOST_ROWS),
        Pane::Replication => (&mut screen.node, nodes.saturating_sub(1)),
        Pane::Events | Pane::Snapshots | Pane::Configuration => (&mut screen.list_offset, 10_000),
    };
    *offset = match action {
        Action::Down => *offset + 1,
        Action::Up => offset.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => most,
        Action::HalfPageDown | Action::PageDown => *offset + page,
        Action::HalfPageUp | Action::PageUp => offset.saturating_sub(page),
        _ => return false,
    }
    .min(most);
    clamp_scroll(app);
    true
}

/// Bounds depend on what is drawn: kept exact, so that no key press is lost at an end and nothing
/// is blank after a resize.
pub fn clamp_scroll(app: &mut App) {
    if let (Some(most), Some(screen)) = (super::view::scroll_limit(app, Pane::Charts), app.views.database_mut()) {
        screen.chart_offset = screen.chart_offset.min(most);
    }
    let list = app.views.database().map(|screen| screen.list);
    let most = list.and_then(|list| super::view::scroll_limit(app, list));
    if let (Some(most), Some(screen)) = (most, app.views.database_mut()) {
        screen.list_offset = screen.list_offset.min(most);
    }
}

fn tree_length(app: &App) -> usize {
    let Some((_, database)) = app.open_database() else { return 0 };
    let all: Vec<_> = app.shell.world.all_databases().map(|(_, d)| d).collect();
    replication::tree(&all, database).len()
}

fn open_node(app: &mut App) -> bool {
    let target = {
        let Some((_, database)) = app.open_database() else { return false };
        let all: Vec<_> = app.shell.world.all_databases().map(|(_, d)| d).collect();
        let nodes = replication::tree(&all, database);
        let at = app.views.database().map_or(0, |s| s.node);
        let Some(chosen) = nodes.get(at).and_then(|n| n.database) else { return false };
        app.shell.world.all_databases().find(|(_, d)| d.arn == chosen.arn).map(|(site, d)| (site, d.id.clone()))
    };
    let (Some((site, id)), Some(screen)) = (target, app.views.database_mut()) else { return false };
    let mut opened = State::new(site, &id);
    (opened.range, opened.end, opened.cursor) = (screen.range, screen.end, screen.cursor);
    (opened.pane, opened.list, opened.node) = (screen.pane, screen.list, screen.node);
    opened.scaled = screen.scaled;
    *screen = opened;
    renew_charts(app);
    true
}
