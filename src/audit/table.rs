//! `qd audit list`: rows as a table for people, and as JSON for programs.

use std::iter;

use unicode_width::UnicodeWidthStr;

use crate::domain::text::clean;
use crate::ops::journal::escaped;
use crate::trail::Row;
use crate::trail::words::moment;

/// The columns, the most telling first. The reasons come last: they may be as long as they like.
const HEADINGS: [&str; 8] =
    ["TIME (UTC)", "OUTCOME", "ENVIRONMENT", "OPERATION", "TARGET", "WHO", "EXECUTION", "REASON"];
/// Cells between two columns.
const GAP: usize = 2;

/// As a JSON array.
#[must_use]
pub fn json(rows: &[Row]) -> String {
    // Strings and times always have a JSON form.
    format!("{}\n", escaped(&serde_json::to_string_pretty(rows).unwrap_or_default()))
}

/// As a table. Nothing is cut: what has no room in so many columns follows on lines of its own under the second
/// column, broken between words; without a limit each row is one line.
#[must_use]
pub fn table(rows: &[Row], columns: Option<usize>) -> String {
    if rows.is_empty() {
        return "nothing was recorded\n".to_owned();
    }
    let cells: Vec<[String; 8]> = iter::once(HEADINGS.map(ToOwned::to_owned)).chain(rows.iter().map(cells)).collect();
    let widths: [usize; 8] =
        std::array::from_fn(|column| cells.iter().map(|line| line[column].width()).max().unwrap_or(0));
    let abreast = abreast(&widths, columns);
    let indent = widths[0] + GAP;
    let mut text = String::new();
    for line in &cells {
        let (own, below) = line.split_at(abreast);
        let mut drawn = String::new();
        for (cell, width) in own.iter().zip(widths) {
            drawn.push_str(cell);
            drawn.push_str(&" ".repeat(width - cell.width() + GAP));
        }
        text.push_str(drawn.trim_end());
        text.push('\n');
        let room = columns.map_or(usize::MAX, |columns| columns.saturating_sub(indent));
        for part in flowed(below, room) {
            text.push_str(&format!("{:indent$}{part}\n", ""));
        }
    }
    text
}

/// How many of the columns stand abreast in so much room: all, or as many as fit, the time at least.
fn abreast(widths: &[usize; 8], columns: Option<usize>) -> usize {
    let Some(columns) = columns else { return widths.len() };
    let mut used = 0;
    let fitting = widths.iter().take_while(|width| {
        used += **width + if used == 0 { 0 } else { GAP };
        used <= columns
    });
    fitting.count().max(1)
}

/// The words of some cells, two spaces between two of them, in lines of so many columns; none is broken.
fn flowed(cells: &[String], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for cell in cells {
        for (place, word) in cell.split_whitespace().enumerate() {
            let gap = if place == 0 { GAP } else { 1 };
            match lines.last_mut() {
                Some(line) if line.width() + gap + word.width() <= room => {
                    line.push_str(&" ".repeat(gap));
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
    }
    lines
}

fn cells(row: &Row) -> [String; 8] {
    let reason = match (row.reason.as_str(), row.why.as_str()) {
        (reason, "") => reason.to_owned(),
        ("", why) => why.to_owned(),
        (reason, why) => format!("{reason} ({why})"),
    };
    [
        moment(row.at),
        row.outcome.title(),
        clean(&row.environment),
        row.operation.to_owned(),
        clean(&row.target),
        clean(&row.who),
        row.execution.as_ref().map(ToString::to_string).unwrap_or_default(),
        clean(&reason),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Fingerprint;
    use crate::ops::journal::Who;
    use crate::services::rds::{
        self,
        testing::{at, seen},
    };
    use crate::slices::testing::target_of;
    use crate::slices::{Body, Entry};
    use crate::trail::rows::rows;

    fn entry(body: Body) -> Entry {
        let who = Who { arn: "arn:aws:sts::1:assumed-role/reader/oncall".into(), ..Who::default() };
        Entry { seq: 1, at: at(), who, environment: "PROD".into(), body, prev: String::new(), hash: String::new() }
    }

    fn told() -> Vec<Row> {
        let body = Body::PlanRefused {
            operation: rds::Kind::Stop.into(),
            target: target_of(&seen()),
            fingerprint: Fingerprint::default(),
            why: "changes are frozen until the release of the week is out, on Monday at nine".into(),
            summary: String::new(),
            reason: String::new(),
        };
        rows(&[entry(body), entry(Body::Disarmed { why: "time is up".into() })])
    }

    #[test]
    fn without_a_limit_a_row_is_a_line_and_its_columns_stand_under_one_another() {
        let text = table(&told(), None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let column = lines[0].find("WHO").unwrap();
        assert!(lines[1][column..].starts_with("reader/oncall  "), "{text}");
        assert!(lines[1].ends_with("on Monday at nine"), "{text}");
        assert!(!text.contains('\t'), "{text}");
        assert_eq!(table(&[], None), "nothing was recorded\n");
    }

    #[test]
    fn in_a_terminal_nothing_is_wider_than_it_and_no_word_is_broken_or_lost() {
        let whole = table(&told(), None);
        let words: Vec<&str> = whole.split_whitespace().collect();
        for columns in [40, 60, 80, 100, 120, 300] {
            let text = table(&told(), Some(columns));
            assert!(text.lines().all(|line| line.width() <= columns), "{columns}:\n{text}");
            assert_eq!(text.split_whitespace().collect::<Vec<_>>(), words, "{columns}");
        }
        let narrow = table(&told(), Some(80));
        assert!(narrow.starts_with("TIME (UTC)           OUTCOME   ENVIRONMENT  OPERATION  TARGET"), "{narrow}");
        assert!(
            narrow.contains("\n                     changes are frozen") || narrow.contains("  changes are"),
            "{narrow}"
        );
        assert_eq!(table(&told(), Some(300)), whole);
    }
}
