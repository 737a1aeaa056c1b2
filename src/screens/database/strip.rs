//! The finding that led to the screen: what is wrong, since when, and what to do about it.

use super::lists::Lines;
use super::state::State;
use crate::domain::Database;
use crate::domain::finding::{Finding, Severity};
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::{since, text};

/// Lines of advice at most: the charts are what the screen is for.
const ADVICE: usize = 2;

/// The lines below the title; none when no finding led here, or when it is over.
pub fn lines(shell: &Shell, screen: &State, database: &Database, width: u16) -> Lines {
    let found =
        screen.finding.and_then(|rule| shell.world.health.of(&database.arn).find(|finding| finding.rule == rule));
    found.map(|finding| describe(finding, shell.world.now, usize::from(width))).unwrap_or_default()
}

fn describe(finding: &Finding, now: jiff::Timestamp, width: usize) -> Lines {
    let (mark, role) = match finding.severity {
        Severity::Critical => ("✖", Role::Critical),
        Severity::Warning => ("▲", Role::Warning),
        Severity::Info => ("·", Role::Dim),
    };
    let mut first = vec![(format!(" {mark} "), role), (finding.summary.clone(), Role::Text)];
    if let Some(at) = finding.since {
        first.push((format!("  {}", since::words(at, now)), Role::Dim));
    }
    if !finding.evidence.is_empty() {
        first.push((format!("  {}", finding.evidence), Role::Dim));
    }
    let advice = format!("{} · {}", finding.advice, finding.source);
    let room = width.saturating_sub(4).max(10);
    let advice = text::wrap(&advice, room).take(ADVICE).map(|line| vec![(format!("   {line}"), Role::Dim)]);
    std::iter::once(first).chain(advice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Since;
    use crate::domain::finding::{About, Harm};

    #[test]
    fn it_says_what_is_wrong_since_when_and_what_to_do() {
        let now = jiff::Timestamp::from_second(1_794_999_600).expect("in range");
        let finding = Finding {
            rule: "replica-lag",
            severity: Severity::Critical,
            harm: Harm::Now,
            about: About::DbInstance,
            resource: "db".into(),
            arn: "arn".into(),
            summary: "replication lag 312 s, limit 60 s".into(),
            evidence: "rising 22 s/min".into(),
            since: jiff::Timestamp::from_second(1_794_999_600 - 840).ok().map(Since::At),
            advice: "Look for long transactions on the replica. ".repeat(9),
            source: "RDS user guide",
            metric: None,
        };
        let lines: Vec<String> = describe(&finding, now, 80)
            .into_iter()
            .map(|line| line.into_iter().map(|(text, _)| text).collect())
            .collect();
        assert_eq!(lines.len(), 1 + ADVICE);
        assert!(lines[0].starts_with(" ✖ replication lag 312 s, limit 60 s  since "), "{lines:?}");
        assert!(lines[0].ends_with("(14m)  rising 22 s/min"), "{lines:?}");
        assert!(lines[1].starts_with("   Look for long transactions"), "{lines:?}");
    }
}
