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
        over(buf, last, &[(format!(" ↓ {} more ", format::count(below as f64)), Role::Accent)], theme);
    }
}

/// Draws pieces to the right end of the first row of `area`, over what stands there: what they cut ends with `…`, and a
/// figure of which a part would stand goes with them, or it would be another figure. Gives the column that they begin at.
pub fn over(buf: &mut Buffer, area: Rect, pieces: &[Piece], theme: &Theme) -> u16 {
    let area = area.intersection(buf.area);
    let needed = u16::try_from(width(pieces)).unwrap_or(u16::MAX);
    if area.is_empty() || needed > area.width {
        return area.right();
    }
    let (x, y) = (area.right() - needed, area.y);
    let is_blank = |buf: &Buffer, x: u16| buf[(x, y)].symbol().trim().is_empty();
    if x > area.x && (x..area.right()).any(|x| !is_blank(buf, x)) {
        let of_figure = |buf: &Buffer, x: u16| buf[(x, y)].symbol().chars().all(text::is_of_figure);
        let mut end = x - 1;
        while end > area.x && of_figure(buf, end) && of_figure(buf, end - 1) {
            end -= 1;
        }
        (end..x).for_each(|x| {
            buf[(x, y)].set_symbol(" ");
        });
        buf[(end, y)].set_symbol(text::ELLIPSIS);
    }
    right(buf, area, pieces, theme)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_over_a_figure_leaves_no_part_of_it() {
        let theme = Theme::default();
        for (words, shown) in [
            ("limit 49.9 GiB of 256 GiB", "limit 49.9 GiB of … 9 more"),
            ("memory limit of 16,384 GiB", "memory limit of …   9 more"),
            ("a few words more and more", "a few words more a… 9 more"),
            ("short", "short               9 more"),
        ] {
            let area = Rect::new(0, 0, 26, 1);
            let mut buf = Buffer::empty(area);
            left(&mut buf, area, &[(words.into(), Role::Text)], &theme);
            over(&mut buf, area, &[(" 9 more".into(), Role::Accent)], &theme);
            let drawn: String = (0..26).map(|x| buf[(x, 0)].symbol()).collect();
            assert_eq!(drawn, shown);
        }
    }
}
