//! Pieces of text in roles, drawn into one line.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{format, text};
use crate::theme::{Role, Theme};

/// A piece of text in a role.
pub type Piece = (String, Role);

/// Cells that the pieces take.
#[must_use]
pub fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(|(t, _)| text::width(t)).sum()
}

/// Draws pieces from the left end of the first row of `area`; what does not fit is cut with `…`.
/// Gives the column after the last.
pub fn left(buf: &mut Buffer, area: Rect, pieces: &[Piece], theme: &Theme) -> u16 {
    left_over(buf, area, pieces, theme, Style::new())
}

/// As [`left`], with a style laid over all of it.
pub fn left_over(buf: &mut Buffer, area: Rect, pieces: &[Piece], theme: &Theme, over: Style) -> u16 {
    let area = area.intersection(buf.area);
    let mut x = area.x;
    if area.is_empty() {
        return x;
    }
    let mut rest = usize::from(area.width);
    for (i, (content, role)) in pieces.iter().enumerate() {
        if rest == 0 {
            break;
        }
        let following = pieces[i + 1..].iter().any(|(t, _)| !t.is_empty());
        let shown: Cow<'_, str> = if following && text::width(content) == rest {
            Cow::Owned(text::clip(&format!("{content}…"), rest).into_owned())
        } else {
            text::clip(content, rest)
        };
        buf.set_string(x, area.y, &shown, theme.style(*role).patch(over));
        let used = text::width(&shown);
        x += u16::try_from(used).unwrap_or(0);
        rest -= used.min(rest);
    }
    x
}

/// Draws lines below each other, after so many that are scrolled past.
pub fn lines(buf: &mut Buffer, area: Rect, lines: &[Vec<Piece>], skipped: usize, theme: &Theme) {
    for (y, line) in (area.top()..area.bottom()).zip(lines.iter().skip(skipped)) {
        left(buf, Rect { y, height: 1, ..area }, line, theme);
    }
}

/// As [`lines`], never scrolled past their end, and in the last row how many more there are.
pub fn scrolled(buf: &mut Buffer, area: Rect, all: &[Vec<Piece>], scroll: usize, theme: &Theme) {
    let page = usize::from(area.height);
    let offset = scroll.min(all.len().saturating_sub(page));
    lines(buf, area, all, offset, theme);
    let below = all.len().saturating_sub(offset + page);
    if below > 0 && page > 0 {
        let last = Rect { y: area.bottom() - 1, height: 1, ..area };
        right(buf, last, &[(format!(" ↓ {} more ", format::count(below as f64)), Role::Accent)], theme);
    }
}

/// Draws pieces to the right end of the first row of `area`, if they fit. Gives the column that
/// they begin at.
pub fn right(buf: &mut Buffer, area: Rect, pieces: &[Piece], theme: &Theme) -> u16 {
    let needed = u16::try_from(width(pieces)).unwrap_or(u16::MAX);
    if needed > area.width {
        return area.right();
    }
    let x = area.right() - needed;
    left(buf, Rect { x, width: needed, ..area }, pieces, theme);
    x
}
