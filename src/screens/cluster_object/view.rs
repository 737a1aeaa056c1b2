//! How the page of a thing is drawn. Only visible lines are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::head;
use super::page::{ClusterPage, LaidPage, PageBody, PageCursor};
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::prose::Line;
use crate::ui::{format, pen};

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(open) = app.views.cluster_object() else { return };
    if area.is_empty() {
        return;
    }
    let (theme, now) = (&app.shell.theme, app.shell.world.now);
    pen::left(buf, Rect { height: 1, ..area }, &head::title(app, open.site, &open.cluster, &open.key), theme);
    if area.height > 1 {
        let row = Rect { y: area.y + 1, height: 1, ..area };
        let mut line: Line = vec![(" ".into(), Role::Text)];
        line.extend(open.head.state.clone());
        if !open.head.place.is_empty() {
            line.push((format!("   {}", open.head.place), Role::Dim));
        }
        let age = open
            .head
            .created
            .map(|at| format!("  {}, {} old ", format::stamp(at), format::age(format::since(now, at))));
        let end = pen::right(buf, row, &[(age.unwrap_or_default(), Role::Dim)], theme);
        let short = pen::width(&line) > usize::from(end - row.x);
        let room = if short { row } else { Rect { width: end - row.x, ..row } };
        if short {
            // Where there is no room for both, how it stands goes before how old it is.
            buf.set_string(row.x, row.y, " ".repeat(usize::from(row.width)), theme.style(Role::Text));
        }
        pen::left(buf, room, &line, theme);
    }
    let top = area.height.min(super::update::TOP);
    let rest = Rect { y: area.y + top, height: area.height - top, ..area };
    draw_page(app, &open.page, &open.cursor, rest, buf);
}

/// Draws a page with its cursor.
pub fn draw_page(app: &App, page: &ClusterPage, cursor: &PageCursor, area: Rect, buf: &mut Buffer) {
    let (theme, now) = (&app.shell.theme, app.shell.world.now);
    let laid = LaidPage::of(page, usize::from(area.width), now);
    let rows = usize::from(area.height);
    let scroll = cursor.scroll.min(laid.most(rows));
    let seen = laid.page(rows);
    let is_focused = app.views.overlay().is_none();
    let on = page.link(cursor.item).map(|_| cursor.item);
    let lines = (scroll..scroll + seen).map_while(|at| laid.line(at));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        let row = Rect { y, height: 1, ..area };
        let is_chosen = on == Some(line.item);
        if is_chosen && is_focused && line.is_first {
            buf.set_style(row, theme.style(Role::Selection));
        }
        let end = if line.right.is_empty() {
            row.right()
        } else {
            pen::right(buf, row, &[(format!("{} ", line.right), Role::Dim)], theme)
        };
        let is_heading = matches!(page.items[line.item].body, PageBody::Headings(_));
        let left = Rect { width: end.saturating_sub(row.x), ..row };
        let pieces = if is_heading { faint(&line.pieces) } else { line.pieces.to_vec() };
        pen::left(buf, left, &pieces, theme);
        if is_chosen && line.is_first {
            let role = if is_focused { Role::Accent } else { Role::Dim };
            buf.set_string(row.x, y, CURSOR, theme.style(role));
        }
    }
    let hidden = laid.len().saturating_sub(scroll + seen);
    if hidden > 0 && rows > 0 {
        let last = Rect { y: area.bottom() - 1, height: 1, ..area };
        pen::over(buf, last, &[(format!(" ↓ {hidden} more "), Role::Accent)], theme);
    }
}

/// The headings of a small table are quieter than those of a section.
fn faint(pieces: &[(String, Role)]) -> Line {
    pieces.iter().map(|(words, _)| (words.clone(), Role::Dim)).collect()
}
