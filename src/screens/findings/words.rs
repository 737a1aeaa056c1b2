//! How a finding is said: its mark, since when, and what supports it and helps.

use jiff::Timestamp;

use crate::domain::Since;
use crate::domain::finding::{Finding, Severity};
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::prose::{self, Line};
use crate::ui::{format, since};
use crate::world::World;

/// The findings about a resource, the most urgent first.
#[must_use]
pub fn of<'a>(world: &'a World, arn: &str) -> Vec<&'a Finding> {
    let mut all: Vec<&Finding> = world.health.of(arn).map(AsRef::as_ref).collect();
    all.sort_by(|one, other| one.order(other));
    all
}

/// The mark of a severity: never colour alone.
#[must_use]
pub fn mark(severity: Severity) -> (&'static str, Role) {
    match severity {
        Severity::Critical => ("✖", Role::Critical),
        Severity::Warning => ("▲", Role::Warning),
        Severity::Info => ("·", Role::Dim),
    }
}

/// The moment at which it began, where that is known: the edge of what was read is none.
#[must_use]
pub fn began(finding: &Finding) -> Option<Timestamp> {
    match finding.since? {
        Since::Told(at) | Since::At(at) => Some(at),
        Since::Before(_) | Since::Trend(_) | Since::Seen(_) => None,
    }
}

/// Since when, where there is room for the whole moment: `2026-11-17 02:58Z, for 14m`, `over 3h`; empty where nothing
/// is known of it.
#[must_use]
pub fn whole(now: Timestamp, finding: &Finding) -> String {
    match began(finding) {
        Some(at) => format!("{}, for {}", at.strftime("%Y-%m-%d %H:%MZ"), format::coarse_age(format::since(now, at))),
        None => brief(now, finding),
    }
}

/// How long it has stood, for where there is little room: `14m`, `over 3h`; empty where nothing is known of it.
#[must_use]
pub fn brief(now: Timestamp, finding: &Finding) -> String {
    finding.since.map_or_else(String::new, |since| since::short(since, now))
}

/// Since when: `since 02:58Z (14m)`, with the day where it was on another, `over 3h`; empty where nothing is known of it.
#[must_use]
pub fn since(now: Timestamp, finding: &Finding) -> String {
    finding.since.map_or_else(String::new, |since| since::words(since, now))
}

/// What supports it and what to do, in lines behind so many columns.
#[must_use]
pub fn about(finding: &Finding, indent: usize, width: usize) -> Vec<Line> {
    let air: Piece = (" ".repeat(indent), Role::Text);
    let mut lines = Vec::new();
    if !finding.evidence.is_empty() {
        lines.extend(prose::hanging(vec![air.clone()], &finding.evidence, Role::Dim, width));
    }
    if !finding.advice.is_empty() {
        lines.extend(prose::hanging(vec![air, ("→ ".into(), Role::Accent)], &finding.advice, Role::Text, width));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::testing;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn finding(severity: Severity, since: Option<i64>) -> Finding {
        Finding {
            rule: "cpu",
            severity,
            summary: "CPU 96 %".into(),
            evidence: "mean of 5 min".into(),
            since: since.map(at).map(Since::At),
            advice: "Look at it.".into(),
            ..testing::finding()
        }
    }

    #[test]
    fn only_a_beginning_that_is_known_is_one() {
        let known = |since: Option<Since>| began(&Finding { since, ..finding(Severity::Warning, None) });
        assert_eq!(known(Some(Since::Told(at(5)))), Some(at(5)));
        assert_eq!(known(Some(Since::At(at(5)))), Some(at(5)));
        for since in [None, Some(Since::Before(at(5))), Some(Since::Trend(at(5))), Some(Since::Seen(at(5)))] {
            assert_eq!(known(since), None, "{since:?}");
        }
    }

    #[test]
    fn since_when_is_said_as_far_as_it_is_known() {
        let now = at(1_794_999_600);
        assert_eq!(since(now, &finding(Severity::Warning, Some(1_794_999_600 - 840))), "since 10:46Z (14m)");
        assert_eq!(since(now, &finding(Severity::Warning, Some(1_794_999_600 - 200_000))), "since 2026-11-16 (2d)");
        assert_eq!(since(now, &finding(Severity::Warning, None)), "");
    }

    #[test]
    fn what_to_do_stands_behind_an_arrow() {
        let lines: Vec<String> =
            about(&finding(Severity::Warning, None), 3, 60).iter().map(|line| prose::plain(line)).collect();
        assert_eq!(lines, ["   mean of 5 min", "   → Look at it."]);
    }
}
