//! Choosing a moment: a line over the restorable window, the moment in words, and what happened
//! around it, since one restores to just before something.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::state::Edit;
use crate::ops::field::Mark;
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::prose::{self, Line};
use crate::ui::{format, text};

/// Marks that are listed.
const LISTED: usize = 5;
/// Columns of the dates at the ends of the line over the window.
const DATE: usize = 13;

/// A moment as UTC and, where that differs, local time: `2026-11-21 18:59:12Z (19:59 CET)`.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    if local.offset().seconds() == 0 {
        format::stamp(at)
    } else {
        format!("{} ({})", format::stamp(at), local.strftime("%H:%M %Z"))
    }
}

/// Everything under the line that is edited.
#[must_use]
pub fn lines(
    edit: &Edit,
    window: &Range<Timestamp>,
    marks: &[Mark],
    now: Timestamp,
    zone: &TimeZone,
    width: usize,
) -> Vec<Line> {
    let indent = prose::LABEL.min(width / 3);
    let pad = || (" ".repeat(indent), Role::Text);
    let chosen: Option<Timestamp> = edit.input.value().trim().parse().ok();
    let mut lines = Vec::new();
    let mut axis = vec![pad()];
    axis.extend(over_window(window, chosen, marks, width.saturating_sub(indent)));
    lines.push(axis);
    let Some(at) = chosen else {
        let words = format!("a time as {}", format::stamp(window.end).replace(' ', "T"));
        lines.extend(prose::hanging(vec![pad()], &words, Role::Dim, width));
        lines.push(vec![pad(), (keys().to_owned(), Role::Dim)]);
        return lines;
    };
    let age = format::ago(now, at);
    lines.extend(prose::hanging(vec![pad()], &format!("{}, {age}", moment(at, zone)), Role::Header, width));
    if at < window.start || at > window.end {
        let words = format!("✖ outside of {} to {}", format::stamp(window.start), format::stamp(window.end));
        lines.extend(prose::hanging(vec![pad()], &words, Role::Critical, width));
    }
    if let Some(words) = next_event(at, marks) {
        lines.extend(prose::hanging(vec![pad()], &words, Role::Accent, width));
    }
    let of_next = next_mark(at, marks);
    for place in nearest(at, marks) {
        let mark = &marks[place];
        let here = edit.chosen == Some(place) || (edit.chosen.is_none() && of_next == Some(place));
        let (sign, role) = if here { (CURSOR, Role::Accent) } else { (" ", Role::Text) };
        let when = mark.at.strftime("%m-%d %H:%M:%SZ").to_string();
        let lead = vec![pad(), (format!("{sign} "), Role::Accent), (format!("{when}  "), Role::Dim)];
        lines.extend(prose::hanging(lead, &mark.words, role, width));
    }
    lines.extend(prose::hanging(vec![pad()], keys(), Role::Dim, width));
    lines
}

fn keys() -> &'static str {
    "↑↓ before an event, ←→ a minute, Shift ←→ an hour, or type a time; Enter takes it"
}

/// The first mark at or after a moment; marks are oldest first.
fn next_mark(at: Timestamp, marks: &[Mark]) -> Option<usize> {
    marks.iter().position(|mark| mark.at >= at)
}

/// What the moment lies before: `1m before: Multi-AZ instance failover started.`
fn next_event(at: Timestamp, marks: &[Mark]) -> Option<String> {
    let mark = marks.get(next_mark(at, marks)?)?;
    let distance = format::since(mark.at, at);
    let how = if distance.is_zero() { "at".to_owned() } else { format!("{} before", format::age(distance)) };
    Some(format!("{how}: {}", mark.words))
}

/// The marks nearest to a moment, by their places, newest first.
fn nearest(at: Timestamp, marks: &[Mark]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..marks.len()).collect();
    places.sort_by_key(|place| (marks[*place].at.as_second() - at.as_second()).abs());
    places.truncate(LISTED);
    places.sort_unstable_by(|a, b| b.cmp(a));
    places
}

/// The window as a line: its ends, where things happened (`◇`), the moment (`◆`).
fn over_window(window: &Range<Timestamp>, chosen: Option<Timestamp>, marks: &[Mark], width: usize) -> Line {
    let (start, end) = (window.start.as_second(), window.end.as_second());
    let dates = width >= 2 * DATE + 20;
    let ends = if dates { 2 * DATE + 2 } else { 2 };
    let columns = width.saturating_sub(ends).clamp(1, 60);
    let column = |at: Timestamp| -> Option<usize> {
        let second = at.as_second();
        if second < start || second > end {
            return None;
        }
        let share = (second - start) as f64 / (end - start).max(1) as f64;
        Some(((share * columns as f64) as usize).min(columns - 1))
    };
    let mut cells: Vec<(char, Role)> = vec![('─', Role::Faint); columns];
    for mark in marks {
        if let Some(cell) = column(mark.at).and_then(|x| cells.get_mut(x)) {
            *cell = ('◇', Role::ChartMark);
        }
    }
    if let Some(cell) = chosen.and_then(column).and_then(|x| cells.get_mut(x)) {
        *cell = ('◆', Role::Accent);
    }
    let date = |at: Timestamp| text::fit(&at.strftime("%m-%d %H:%MZ").to_string(), DATE).into_owned();
    let mut line: Line = Vec::new();
    if dates {
        line.push((date(window.start), Role::Dim));
    }
    line.push(("├".into(), Role::Faint));
    for (sign, role) in cells {
        match line.last_mut().filter(|(_, last)| *last == role) {
            Some((words, _)) => words.push(sign),
            None => line.push((sign.to_string(), role)),
        }
    }
    line.push(("┤".into(), Role::Faint));
    if dates {
        line.push((format!(" {}", date(window.end).trim_end()), Role::Dim));
    }
    line
}

#[cfg(test)]
mod tests {
    use tui_input::Input;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn marks() -> Vec<Mark> {
        [
            ("2026-11-20T03:05:12Z", "automated snapshot"),
            ("2026-11-21T18:59:12Z", "Multi-AZ instance failover started."),
            ("2026-11-21T19:01:40Z", "Multi-AZ instance failover completed."),
        ]
        .iter()
        .map(|(when, words)| Mark { at: at(when), words: (*words).to_owned() })
        .collect()
    }

    fn shown(value: &str, chosen: Option<usize>) -> Vec<String> {
        let edit = Edit { field: 0, input: Input::new(value.to_owned()), chosen, problem: None };
        let window = at("2026-11-15T03:07:00Z")..at("2026-11-22T03:07:32Z");
        let now = at("2026-11-22T03:12:44Z");
        lines(&edit, &window, &marks(), now, &TimeZone::UTC, 90).iter().map(|line| prose::plain(line)).collect()
    }

    #[test]
    fn the_moment_is_told_by_what_it_lies_before() {
        let lines = shown("2026-11-21T18:58:12Z", Some(1));
        assert!(lines[0].contains("11-15 03:07Z") && lines[0].contains('◆'), "{lines:?}");
        assert!(lines[1].contains("2026-11-21 18:58:12Z, 8h 14m ago"), "{lines:?}");
        assert!(lines[2].contains("1m before: Multi-AZ instance failover started."), "{lines:?}");
        // The newest first, the chosen one marked.
        assert!(lines[3].contains("11-21 19:01:40Z"), "{lines:?}");
        assert!(lines[4].contains("▸ 11-21 18:59:12Z"), "{lines:?}");
        assert!(lines[5].contains("automated snapshot"), "{lines:?}");
    }

    #[test]
    fn what_is_no_time_and_what_lies_outside_is_said() {
        assert!(shown("yesterday", None)[1].contains("a time as 2026-11-22T03:07:32Z"));
        assert!(shown("2026-11-01T00:00:00Z", None).iter().any(|line| line.contains("✖ outside of")));
    }

    #[test]
    fn local_time_stands_beside_where_it_differs() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert!(moment(at("2026-11-21T18:59:12Z"), &zone).starts_with("2026-11-21 18:59:12Z (19:59 "));
        assert_eq!(moment(at("2026-11-21T18:59:12Z"), &TimeZone::UTC), "2026-11-21 18:59:12Z");
    }
}
