//! Paragraphs of words and pieces, wrapped to a width. Nothing is lost: what is longer than a line
//! is broken, not cut.

use super::pen::{self, Piece};
use super::text;
use crate::theme::Role;

/// One line of the screen.
pub type Line = Vec<Piece>;

/// Columns of the labels that stand under one another: one for the mark of the focus, 14 for the
/// words, one between.
pub const LABEL: usize = 16;

/// Below this many columns a label has a line of its own.
const NARROW: usize = 36;

/// Breaks at spaces into lines of at most `limit` cells; a word that is longer is broken.
#[must_use]
pub fn fold(content: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(1);
    text::wrap(content, limit).flat_map(|line| broken(&line, limit)).collect()
}

fn broken(line: &str, limit: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = line;
    loop {
        let (head, _) = text::take(rest, limit);
        if head.is_empty() || head.len() == rest.len() {
            parts.push(rest.to_owned());
            return parts;
        }
        parts.push(head.to_owned());
        rest = rest.get(head.len()..).unwrap_or("");
    }
}

/// Wrapped text behind `lead`; further lines begin under the text.
#[must_use]
pub fn hanging(lead: Line, content: &str, role: Role, width: usize) -> Vec<Line> {
    let indent = pen::width(&lead);
    let limit = width.saturating_sub(indent).max(8);
    let mut lines = vec![lead];
    for (place, part) in fold(content, limit).into_iter().enumerate() {
        if place > 0 {
            lines.push(vec![(" ".repeat(indent), Role::Text)]);
        }
        if let Some(line) = lines.last_mut() {
            line.push((part, role));
        }
    }
    lines
}

/// The lead of a labelled line: the label, dim, in its column.
#[must_use]
pub fn label(words: &str) -> Piece {
    (format!(" {} ", text::fit(words, LABEL - 2)), Role::Dim)
}

/// Wrapped text behind a label; `mark` (may be empty) stands before the text in its role.
#[must_use]
pub fn labelled(words: &str, mark: &str, content: &str, role: Role, width: usize) -> Vec<Line> {
    let mut lead = vec![label(words)];
    if width < NARROW {
        lead = vec![("  ".into(), Role::Text)];
    }
    if !mark.is_empty() {
        lead.push((format!("{mark} "), role));
    }
    let mut lines = hanging(lead, content, role, width);
    if width < NARROW && !words.is_empty() {
        lines.insert(0, vec![(format!(" {words}"), Role::Dim)]);
    }
    lines
}

/// Items side by side behind `lead`, as many a line as there is room for; none is broken.
#[must_use]
pub fn flow(lead: Line, items: Vec<Line>, width: usize) -> Vec<Line> {
    const GAP: usize = 3;
    let indent = pen::width(&lead);
    let mut used = indent;
    let mut lines = vec![lead];
    let mut first = true;
    for item in items {
        let wide = pen::width(&item);
        if first {
            first = false;
        } else if used + GAP + wide > width {
            lines.push(vec![(" ".repeat(indent), Role::Text)]);
            used = indent;
        } else if let Some(line) = lines.last_mut() {
            line.push((" ".repeat(GAP), Role::Text));
            used += GAP;
        }
        used += wide;
        if let Some(line) = lines.last_mut() {
            line.extend(item);
        }
    }
    lines
}

/// The line's words without their roles.
#[must_use]
pub fn plain(line: &[Piece]) -> String {
    let joined: String = line.iter().map(|(words, _)| words.as_str()).collect();
    joined.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| plain(line)).collect()
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken_and_whole() {
        let arn = "arn:aws:kms:us-east-1:111122223333:key/k-1";
        let lines = fold(&format!("KmsKeyId {arn} end"), 16);
        assert!(lines.iter().all(|line| text::width(line) <= 16), "{lines:?}");
        assert_eq!(lines.concat(), format!("KmsKeyId{arn}end"));
    }

    #[test]
    fn further_lines_begin_under_the_text() {
        let lines = labelled("Interruption", "▲", "the replica restarts, usually two minutes", Role::Warning, 40);
        assert_eq!(
            shown(&lines),
            [" Interruption   ▲ the replica restarts,", "                  usually two minutes",]
        );
        assert_eq!(lines[0][0].1, Role::Dim);
        assert_eq!(lines[1][1].1, Role::Warning);
    }

    #[test]
    fn in_a_narrow_place_the_label_has_its_own_line() {
        let lines = labelled("Interruption", "", "the replica restarts", Role::Text, 20);
        assert_eq!(shown(&lines), [" Interruption", "  the replica", "  restarts"]);
    }

    #[test]
    fn items_keep_together() {
        let item = |words: &str| vec![("✔ ".to_owned(), Role::Good), (words.to_owned(), Role::Text)];
        let lines = flow(vec![label("Checks")], vec![item("available"), item("not backing up"), item("lag")], 44);
        assert_eq!(shown(&lines), [" Checks         ✔ available", "                ✔ not backing up   ✔ lag"]);
        assert_eq!(shown(&flow(vec![label("Checks")], Vec::new(), 44)), [" Checks"]);
    }

    #[test]
    fn any_width_will_do() {
        for width in 0..30 {
            let lines = labelled("Kept", "✖", "数据库 retention 30 d", Role::Text, width);
            assert!(lines.len() < 20, "{lines:?}");
        }
    }
}
