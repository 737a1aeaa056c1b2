//! What can follow on the keys that were pressed, while more are awaited: at the foot, at once, whatever keymap it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::window;
use crate::keymap::Action;
use crate::screens::State;
use crate::theme::Role;
use crate::ui::{pen, text};

/// Draws it over the lower right end of the body.
pub fn following(state: &State, body: Rect, buf: &mut Buffer) {
    let pressed = state.resolver.pending();
    if pressed.is_empty() {
        return;
    }
    let mut all = state.shell.keymap.following(state.views.top().heard(), pressed);
    // Where one gets to first, what only moves about last.
    all.sort_by_key(|(_, action)| (!action.is_place(), action.moves()));
    let rows = all.len().min(usize::from(body.height.saturating_sub(2))).max(1);
    let keys = all.iter().map(|(key, _)| text::width(key)).max().unwrap_or(0);
    let words = all.iter().map(|(_, action)| text::width(action.describe())).max().unwrap_or(0);
    let column = keys + 2 + words;
    let columns = all.len().div_ceil(rows).max(1);
    let width = columns * column + (columns - 1) * 3 + 4;
    let size = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
    let (width, height) = (size(width).min(body.width), size(rows + 2).min(body.height));
    let area = Rect { x: body.right() - width, y: body.bottom() - height, width, height };
    let title: String = pressed.iter().map(|key| key.label()).collect();
    let inside = window(state, area, &title, buf);
    for (at, (key, action)) in all.iter().enumerate() {
        let x = inside.x.saturating_add(size(at / rows * (column + 3)));
        let y = inside.y + size(at % rows);
        if y < inside.bottom() && x < inside.right() {
            let line = Rect { x, y, width: inside.right() - x, height: 1 };
            pen::left(buf, line, &entry(key, keys, *action), &state.shell.theme);
        }
    }
}

fn entry(key: &str, width: usize, action: Action) -> [pen::Piece; 2] {
    let padding = " ".repeat(width - text::width(key).min(width) + 2);
    [(key.to_owned(), Role::Key), (format!("{padding}{}", action.describe()), Role::Text)]
}
