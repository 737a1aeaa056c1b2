//! A last pass over a finished frame for terminals and fonts that have ASCII only: every glyph
//! gives way to a stand-in of the same width.

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation;

/// Our glyphs, and what stands for them.
const STAND_INS: &[(&str, char)] = &[
    // Marks of health.
    ("✖", 'x'),
    ("▲", '!'),
    ("●", '*'),
    ("○", 'o'),
    ("◌", '~'),
    ("✔", '+'),
    ("◆", '+'),
    ("◇", ':'),
    // Cursor, edges and rules.
    ("▸›", '>'),
    ("▌▐▏│", '|'),
    ("─┄", '-'),
    ("═", '='),
    ("║", '|'),
    ("╔╗╚╝", '+'),
    ("◐", '%'),
    ("╭╮╰╯├└┌┐┘┤┬┴┼", '+'),
    // Arrows and the direction of sorting.
    ("→", '>'),
    ("←", '<'),
    ("↑", '^'),
    ("↓", 'v'),
    // Small charts: low, middle, high.
    ("▁▂▃", '-'),
    ("▄▅", '='),
    ("▆▇█", '#'),
    ("░", '.'),
    // Signs within text.
    ("·", '.'),
    // Something was cut: no sign that may stand in a name.
    ("…", '~'),
    ("•", '*'),
    ("–—", '-'),
    ("×", 'x'),
    ("≤", '<'),
    ("µ", 'u'),
];

/// What stands for a character; `None` for ASCII, which stands for itself.
#[must_use]
pub fn stand_in(glyph: char) -> Option<char> {
    match glyph {
        '\0'..='\u{7f}' => None,
        '\u{2800}' => Some(' '),
        '\u{2801}'..='\u{28ff}' => Some('*'),
        _ => {
            let known = STAND_INS.iter().find(|(glyphs, _)| glyphs.contains(glyph));
            // A name from AWS in another script: that there is something has to be seen.
            Some(known.map_or('?', |(_, ascii)| *ascii))
        }
    }
}

/// Replaces whatever is not ASCII in the frame. A wide character leaves its second cell blank.
pub fn replace(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let first = cell.symbol().graphemes(true).next().and_then(|grapheme| grapheme.chars().next());
        if let Some(ascii) = first.map(|glyph| stand_in(glyph).unwrap_or(glyph)) {
            cell.set_char(ascii);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn marks_that_differ_in_meaning_stay_different() {
        let marks: BTreeSet<char> = "✖▲●○◌▸▌".chars().filter_map(stand_in).collect();
        assert_eq!(marks.len(), 7, "{marks:?}");
    }

    #[test]
    fn a_frame_becomes_ascii_and_keeps_its_columns() {
        let area = Rect::new(0, 0, 20, 1);
        let mut buf = Buffer::empty(area);
        buf.set_string(0, 0, "▌✖ 数据 cafe\u{301} → ⠒█", Style::new());
        replace(&mut buf);
        let shown: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(shown, "|x ? ?  cafe > *#   ");
    }
}
