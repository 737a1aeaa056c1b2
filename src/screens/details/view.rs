//! How it is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::about::concern;
use super::state::State;
use crate::screens::State as App;
use crate::screens::{executions, findings};
use crate::theme::Role;
use crate::ui::dialog::Dialog;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::prose::Line;
use crate::ui::{layout, pen};

/// Columns of text at most: longer lines are hard to read.
const WIDEST: u16 = 112;

/// Draws it over the body.
pub fn view(app: &App, open: &State, body: Rect, buf: &mut Buffer) {
    let area = place(body);
    let lines = lines(app, open, inside(area).width);
    let world = &app.shell.world;
    let owner = world.database(open.site, &open.id).and_then(|database| world.estate.owner(open.site, database));
    let owner = owner.and_then(|id| world.estate.environment(id));
    let badge = match owner {
        Some(known) => (shown_name(known), criticality_role(known.criticality)),
        None => (String::new(), Role::Dim),
    };
    let room = usize::from(inside(area).height);
    let most = lines.len().saturating_sub(room);
    let scroll = open.scroll.min(most);
    let hidden = most - scroll;
    let more = (format!("↓ {hidden} more"), Role::Accent);
    let dialog = Dialog {
        production: false,
        badge,
        title: vec!["Details".into(), open.id.clone()],
        right: (String::new(), Role::Dim),
        foot_left: String::new(),
        foot_right: (hidden > 0).then_some(more).into_iter().collect(),
    };
    let inner = dialog.draw(area, buf, &app.shell.theme);
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(scroll)) {
        pen::left(buf, Rect { y, height: 1, ..inner }, line, &app.shell.theme);
    }
}

/// Lines that are seen at once, and how far it can be scrolled, in this terminal.
pub fn extent(app: &App, open: &State) -> (usize, usize) {
    let inner = inside(place(executions::body(&app.shell)));
    let page = usize::from(inner.height);
    (page.max(1), lines(app, open, inner.width).len().saturating_sub(page))
}

fn place(body: Rect) -> Rect {
    layout::popup(body, WIDEST.min(body.width.saturating_sub(4)), body.height.saturating_sub(2))
}

/// What a dialog's frame leaves.
fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}

fn lines(app: &App, open: &State, width: u16) -> Vec<Line> {
    match concern(app, open) {
        Some(about) => findings::page(app, &about, usize::from(width)),
        None => vec![vec![(format!(" {} is not in AWS's list any more", open.id), Role::Warning)]],
    }
}
