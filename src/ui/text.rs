//! Text in a fixed number of terminal cells.
//!
//! Widths are counted by grapheme, as the buffer draws them, so that wide and combining
//! characters keep columns aligned.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// Ends what was cut.
pub const ELLIPSIS: &str = "…";

/// Cells that the text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    // Most of what is shown: a cell a letter.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    text.graphemes(true).map(grapheme_width).sum()
}

/// The longest beginning of the text that takes at most `limit` cells, and the cells it takes.
#[must_use]
pub fn take(text: &str, limit: usize) -> (&str, usize) {
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        let next = used + grapheme_width(grapheme);
        if next > limit {
            return (text.get(..start).unwrap_or(""), used);
        }
        used = next;
    }
    (text, used)
}

/// The text in at most `limit` cells, cut with `…`; not padded.
#[must_use]
pub fn clip(text: &str, limit: usize) -> Cow<'_, str> {
    if width(text) <= limit {
        return Cow::Borrowed(text);
    }
    if limit == 0 {
        return Cow::Borrowed("");
    }
    let (start, _) = cut(text, limit - 1);
    Cow::Owned(format!("{start}{ELLIPSIS}"))
}

/// As [`take`], for what an ellipsis follows: a figure of which a part would stand is left out whole, or it would be
/// another figure.
#[must_use]
pub fn cut(text: &str, limit: usize) -> (&str, usize) {
    let (start, used) = take(text, limit);
    let following = text.get(start.len()..).and_then(|rest| rest.chars().next());
    if !following.is_some_and(is_of_figure) || !start.ends_with(is_of_figure) {
        return (start, used);
    }
    let whole = start.trim_end_matches(is_of_figure);
    // They are all of one cell.
    (whole, used - (start.len() - whole.len()))
}

/// A character of a figure: `1`, `.` and `,` of `1,024.5`.
#[must_use]
pub fn is_of_figure(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '.' | ',')
}

/// The text in exactly `cells` cells: cut with `…`, or padded at the right.
#[must_use]
pub fn fit(text: &str, cells: usize) -> Cow<'_, str> {
    let clipped = clip(text, cells);
    let padding = cells.saturating_sub(width(&clipped));
    if padding == 0 { clipped } else { Cow::Owned(format!("{clipped}{:padding$}", "")) }
}

/// The text in exactly `cells` cells: cut with `…`, or padded at the left.
#[must_use]
pub fn fit_right(text: &str, cells: usize) -> Cow<'_, str> {
    let clipped = clip(text, cells);
    let padding = cells.saturating_sub(width(&clipped));
    if padding == 0 { clipped } else { Cow::Owned(format!("{:padding$}{clipped}", "")) }
}

/// A long identifier in exactly `cells` cells: cut in the middle, because names differ at their
/// ends (`rentaliq-pr…-db-dr`), or padded at the right.
#[must_use]
pub fn fit_middle(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells || cells < 3 {
        return fit(text, cells);
    }
    let tail_limit = (cells - 1) / 2;
    let (head, head_width) = take(text, cells - 1 - tail_limit);
    let mut tail_start = text.len();
    let mut tail_width = 0;
    for (start, grapheme) in text.grapheme_indices(true).rev() {
        let next = tail_width + grapheme_width(grapheme);
        if next > tail_limit {
            break;
        }
        tail_start = start;
        tail_width = next;
    }
    let tail = text.get(tail_start..).unwrap_or("");
    let padding = cells - 1 - head_width - tail_width;
    Cow::Owned(format!("{head}{ELLIPSIS}{tail}{:padding$}", ""))
}

/// Cells of one grapheme; a control character is not drawn and takes none.
fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { usize::from(grapheme.cell_width()) }
}

/// Breaks at spaces into lines of at most `limit` cells.
pub fn wrap(content: &str, limit: usize) -> impl Iterator<Item = String> + '_ {
    let mut words = content.split_whitespace().peekable();
    std::iter::from_fn(move || {
        let mut line = words.next()?.to_owned();
        while let Some(word) = words.peek() {
            if width(&line) + 1 + width(word) > limit {
                break;
            }
            line.push(' ');
            line.push_str(word);
            words.next();
        }
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_in_cells() {
        for (text, cells) in [("", 0), ("abc", 3), ("größe", 5), ("cafe\u{301}", 4), ("数据库", 6), ("a\u{7}b", 2)]
        {
            assert_eq!(width(text), cells, "{text}");
        }
    }

    #[test]
    fn a_figure_is_never_cut_into_another() {
        for (text, cells, expected) in [
            ("49.9 GiB of 256 GiB", 15, "49.9 GiB of …"),
            ("49.9 GiB of 256 GiB", 16, "49.9 GiB of 256…"),
            ("cost $1,024.50", 11, "cost $…"),
            ("1234", 3, "…"),
            ("ip-10-20-30", 8, "ip-10-…"),
        ] {
            assert_eq!(clip(text, cells), expected, "{text} in {cells}");
        }
        for cells in 1..40 {
            let text = "pool general 12.5 of 1,024 CPUs, 49.9 of 256 GiB";
            let shown = clip(text, cells);
            let (kept, _) = shown.split_once(ELLIPSIS).unwrap();
            let following = text[kept.len()..].chars().next().unwrap();
            assert!(!(kept.ends_with(is_of_figure) && is_of_figure(following)), "{shown}");
        }
    }

    #[test]
    fn text_is_cut_by_grapheme_and_padded_to_the_cell() {
        for (text, cells, expected) in [
            ("abc", 3, "abc"),
            ("abc", 5, "abc  "),
            ("abcdef", 4, "abc…"),
            ("abc", 0, ""),
            ("abc", 1, "…"),
            // A wide character that would stand half outside gives its cell to padding.
            ("数据库", 4, "数… "),
            ("数据库", 5, "数据…"),
            ("cafe\u{301}s", 5, "cafe\u{301}s"),
            ("cafe\u{301}s", 4, "caf…"),
        ] {
            let fitted = fit(text, cells);
            assert_eq!(fitted, expected);
            assert_eq!(width(&fitted), cells);
        }
        assert_eq!(fit_right("abc", 5), "  abc");
        assert!(matches!(fit("abc", 3), Cow::Borrowed("abc")));
    }

    #[test]
    fn identifiers_keep_both_ends() {
        assert_eq!(fit_middle("rentaliq-prod-db-dr", 11), "renta…db-dr");
        assert_eq!(fit_middle("rentaliq", 10), "rentaliq  ");
        assert_eq!(fit_middle("数据库数据库", 8), "数据…库 ");
        for cells in 0..20 {
            assert_eq!(width(&fit_middle("rentaliq-数据-prod-db-dr", cells)), cells);
        }
    }
}
