//! The rows of the screen that a log fills.

use super::log::FollowedLog;
use super::state::State;
use crate::screens::State as App;
use crate::screens::executions;
use crate::services::kubernetes::logs::LogLine;
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::{format, text};

/// Rows above the lines: which log, and the containers.
pub const TOP: u16 = 2;
/// Columns from which the moment stands before a line.
const ROOMY: usize = 60;
/// Columns of a moment, and the air behind it.
const MOMENT: usize = 14;
/// Where tabs lead to.
const TAB: usize = 8;

/// A text with its tabs as spaces.
#[must_use]
pub fn expanded(content: &str) -> String {
    if !content.contains('\t') {
        return content.to_owned();
    }
    let mut out = String::with_capacity(content.len() + TAB);
    for (place, part) in content.split('\t').enumerate() {
        if place > 0 {
            let at = text::width(&out);
            out.push_str(&" ".repeat(TAB - at % TAB));
        }
        out.push_str(part);
    }
    out
}

/// How lines are written in so many columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogForm {
    pub width: usize,
    pub wraps: bool,
    pub shift: usize,
}

impl LogForm {
    /// Columns for the text itself.
    fn room(self) -> usize {
        self.width.saturating_sub(2 + self.moment()).max(1)
    }

    fn moment(self) -> usize {
        if self.width >= ROOMY { MOMENT } else { 0 }
    }

    /// The rows of a line: one, or as many as it takes where lines are wrapped.
    #[must_use]
    pub fn rows(self, line: &LogLine) -> Vec<Line> {
        let stamp = match line.at {
            _ if self.moment() == 0 => String::new(),
            Some(at) => format!("{}  ", at.strftime("%H:%M:%S%.3f")),
            None => " ".repeat(MOMENT),
        };
        let stamp = text::fit(&stamp, self.moment()).into_owned();
        let content = expanded(&line.text);
        let mark = line.is_cut.then(|| (" …cut".to_owned(), Role::Warning));
        let parts = if self.wraps { self.wrapped(&content) } else { vec![self.shifted(&content, line.is_cut)] };
        let last = parts.len() - 1;
        let row = |(place, part): (usize, String)| {
            let lead = if place == 0 { stamp.clone() } else { " ".repeat(self.moment()) };
            let mut row: Line = vec![(format!(" {lead}"), Role::Dim), (part, Role::Text)];
            row.extend(mark.clone().filter(|_| place == last));
            row
        };
        parts.into_iter().enumerate().map(row).collect()
    }

    /// Broken wherever the row ends: a log is no prose.
    fn wrapped(self, content: &str) -> Vec<String> {
        let mut parts = Vec::new();
        let mut rest = content;
        loop {
            let (head, _) = text::take(rest, self.room());
            if head.is_empty() || head.len() == rest.len() {
                parts.push(if head.is_empty() && !rest.is_empty() { "…".to_owned() } else { rest.to_owned() });
                return parts;
            }
            parts.push(head.to_owned());
            rest = &rest[head.len()..];
        }
    }

    fn shifted(self, content: &str, is_cut: bool) -> String {
        let (before, _) = text::take(content, self.shift);
        let rest = &content[before.len()..];
        let room = if is_cut { self.room().saturating_sub(5) } else { self.room() };
        text::clip(rest, room.max(1)).into_owned()
    }

    /// How many rows a line takes.
    #[must_use]
    pub fn height(self, line: &LogLine) -> usize {
        if !self.wraps {
            return 1;
        }
        // Without control characters and tabs a letter is a cell: most lines need no looking at.
        if line.text.len() <= self.room() && !line.text.contains('\t') {
            1
        } else {
            self.wrapped(&expanded(&line.text)).len()
        }
    }
}

/// The form of the lines of the log that is open, at the size of the terminal, and the rows that they have.
#[must_use]
pub fn form(app: &App, open: &State) -> (LogForm, usize) {
    let body = executions::body(&app.shell);
    let form = LogForm { width: usize::from(body.width), wraps: open.wraps, shift: open.shift };
    (form, usize::from(body.height.saturating_sub(TOP)))
}

/// The rows that the end of a log, or what it waits for, takes below its last line.
#[must_use]
pub fn end(reading: &FollowedLog) -> usize {
    match &reading.tail.end {
        None => usize::from(reading.tail.lines().is_empty()),
        Some(Ok(())) => 1,
        Some(Err(_)) => 2,
    }
}

/// The place of the first line in view so that the last one is in view too.
#[must_use]
pub fn last_top(reading: &FollowedLog, form: LogForm, rows: usize) -> usize {
    let mut left = rows.saturating_sub(end(reading));
    let mut top = reading.matched.len(&reading.tail);
    while top > 0 {
        let Some(line) = reading.matched.line(&reading.tail, top - 1) else { break };
        let height = form.height(line);
        if height > left {
            // Of a line that is longer than the screen its beginning is shown.
            return if left == rows.saturating_sub(end(reading)) { top - 1 } else { top };
        }
        left -= height;
        top -= 1;
    }
    top
}

/// The place of the first line in view.
#[must_use]
pub fn top(reading: &FollowedLog, open: &State, form: LogForm, rows: usize) -> usize {
    let last = last_top(reading, form, rows);
    if open.follows { last } else { reading.matched.place(&reading.tail, open.top).min(last) }
}

/// When a line was told, for a heading.
#[must_use]
pub fn day(line: Option<&LogLine>) -> Option<String> {
    line.and_then(|line| line.at).map(format::stamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::logs::LogTold;
    use crate::ui::pen;
    use crate::ui::prose::plain;

    fn line(text: &str) -> LogLine {
        LogLine { at: "2026-11-22T03:12:44.123Z".parse().ok(), text: text.into(), is_cut: false }
    }

    #[test]
    fn tabs_lead_to_every_eighth_column() {
        assert_eq!(expanded("a\tbc\td"), "a       bc      d");
        assert_eq!(expanded("no tabs"), "no tabs");
    }

    #[test]
    fn no_row_is_wider_than_the_screen() {
        let texts = ["", "short", "日本語のログ\tmit tab", &"x".repeat(500)];
        for width in 1..90 {
            for wraps in [false, true] {
                for text in texts {
                    let form = LogForm { width, wraps, shift: 0 };
                    let cut = LogLine { is_cut: true, ..line(text) };
                    for row in form.rows(&line(text)).iter().chain(&form.rows(&cut)).take(20) {
                        let most = if wraps { width.max(3) + 6 } else { width.max(12) };
                        assert!(pen::width(row) <= most, "{width} {wraps} {row:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_moment_stands_before_a_line_where_there_is_room() {
        let wide = LogForm { width: 80, wraps: false, shift: 0 };
        assert_eq!(plain(&wide.rows(&line("GET /"))[0]), " 03:12:44.123  GET /");
        let narrow = LogForm { width: 40, ..wide };
        assert_eq!(plain(&narrow.rows(&line("GET /"))[0]), " GET /");
        let shifted = LogForm { shift: 4, ..wide };
        assert_eq!(plain(&shifted.rows(&line("GET /"))[0]), " 03:12:44.123  /");
    }

    #[test]
    fn a_wrapped_line_takes_as_many_rows_as_it_says() {
        let form = LogForm { width: 40, wraps: true, shift: 0 };
        let long = line(&"word ".repeat(30));
        assert_eq!(form.rows(&long).len(), form.height(&long));
        assert_eq!(form.height(&line("short")), 1);
        assert_eq!(form.height(&line("")), 1);
    }

    #[test]
    fn the_last_line_is_in_view() {
        let mut reading = FollowedLog::default();
        reading.tail.take(LogTold::Lines((0..10).map(|at| line(&at.to_string())).collect()));
        reading.matched.renew("", &reading.tail);
        let form = LogForm { width: 80, wraps: false, shift: 0 };
        assert_eq!(last_top(&reading, form, 4), 6);
        reading.tail.take(LogTold::Ended);
        assert_eq!(last_top(&reading, form, 4), 7, "its end is below it");
        assert_eq!(last_top(&reading, form, 40), 0);
    }
}
