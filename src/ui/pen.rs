//! Pieces of text in roles, drawn into one line.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text;
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
