//! The line of a finding: what is wrong, with what, since when, and its curve. For the one under the cursor also what
//! supports it and what to do.

use super::curve;
use crate::domain::finding::{Finding, Severity};
use crate::screens::findings;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::prose::Line;
use crate::ui::{spark, text};

/// Columns before the lines that belong to a finding.
const INDENT: usize = 4;
/// Columns before and behind a line.
const EDGES: usize = 2;
/// Columns between two parts of a line.
const GAP: usize = 2;
/// A screen of fewer columns has no curves.
const NARROW: usize = 100;
/// Columns of words that are never cut for a name.
const WORDS: usize = 24;
/// Columns of a curve, the least and the most.
const CURVE: (usize, usize) = (9, 60);

/// The role of what a finding of this severity says.
pub fn role(severity: Severity) -> Role {
    match severity {
        Severity::Critical => Role::Critical,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Text,
    }
}

/// Columns that all findings have in common: made once a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingColumns {
    words: usize,
    names: usize,
    since: usize,
    /// None, where there is no room for curves.
    curve: usize,
    /// The moment is said beside the age.
    is_long: bool,
}

impl FindingColumns {
    /// Those of these findings on a screen of this width.
    #[must_use]
    pub fn of<'a>(shell: &Shell, all: impl Iterator<Item = &'a Finding>, width: u16) -> Self {
        let now = shell.world.now;
        let (mut words, mut names, mut long, mut brief) = (0, 0, 0, 0);
        for finding in all {
            words = words.max(text::width(&findings::within(finding)));
            names = names.max(text::width(findings::whose(finding)));
            long = long.max(text::width(&findings::since(now, finding)));
            brief = brief.max(text::width(&findings::brief(now, finding)));
        }
        let width = usize::from(width);
        let room = width.saturating_sub(EDGES + INDENT);
        let names = names.min(room.saturating_sub(WORDS + brief + 2 * GAP));
        let is_long = words + names + long + 2 * GAP <= room;
        let since = if is_long { long } else { brief };
        let beside = names + since + 2 * GAP;
        let reserved = if width < NARROW { 0 } else { GAP + CURVE.0 };
        // One that is longer than the rest takes the room of its own curve.
        let words = words.min(room.saturating_sub(beside + reserved)).max(WORDS);
        let left = room.saturating_sub(beside + words + GAP);
        let curve = if width < NARROW || left < CURVE.0 { 0 } else { left.min(CURVE.1) };
        Self { words, names, since, curve, is_long }
    }

    /// Whether a finding has no curve: its words have the room of it.
    fn is_wordy(self, finding: &Finding) -> bool {
        text::width(&findings::within(finding)) > self.words
    }
}

/// What is wrong, and with what.
pub fn pieces(finding: &Finding, columns: FindingColumns) -> Vec<Piece> {
    let (mark, role) = findings::mark(finding.severity);
    let more = if columns.curve > 0 { columns.curve + GAP } else { 0 };
    let said = findings::within(finding);
    let room = text::width(&said).clamp(columns.words, columns.words + more);
    let words = text::fit(&said, room);
    let name = text::fit(findings::whose(finding), columns.names);
    vec![
        (format!("  {mark} "), role),
        (format!("{words}{}", " ".repeat(GAP)), Role::Text),
        (name.into_owned(), Role::Dim),
    ]
}

/// Since when, and the metric that shows it.
pub fn since(shell: &Shell, finding: &Finding, columns: FindingColumns) -> Vec<Piece> {
    let now = shell.world.now;
    let since = if columns.is_long { findings::since(now, finding) } else { findings::brief(now, finding) };
    let mut pieces = vec![(text::fit_right(&since, columns.since).into_owned(), Role::Dim)];
    if columns.curve > 0 && !columns.is_wordy(finding) {
        let curve = finding.metric.and_then(|metric| {
            let (site, database) = shell.world.instance(&finding.arn, &finding.resource)?;
            Some(curve::curve(shell, site, &database.id, metric, None, columns.curve))
        });
        let curve = curve.unwrap_or_default();
        pieces.extend(spark::calm(&format!("{}{curve:<1$}", " ".repeat(GAP), columns.curve)));
    }
    pieces
}

/// Evidence and advice, broken at the width of the screen.
pub fn detail(finding: &Finding, width: u16) -> Vec<Line> {
    findings::about(finding, INDENT, usize::from(width).saturating_sub(EDGES).max(10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Since;
    use crate::domain::finding::testing;
    use crate::keymap::Keymap;
    use crate::theme::{ColorDepth, Theme};
    use crate::ui::pen;
    use crate::ui::prose::plain;
    use crate::world::{Estate, World};

    fn finding(summary: &str, resource: &str, evidence: &str) -> Finding {
        Finding {
            rule: "replica-lag",
            severity: Severity::Critical,
            resource: resource.into(),
            summary: summary.into(),
            evidence: evidence.into(),
            since: jiff::Timestamp::from_second(0).ok().map(Since::At),
            advice: "Look for long transactions on the replica.".into(),
            source: "RDS user guide, Monitoring read replication",
            ..testing::finding()
        }
    }

    fn shell() -> Shell {
        let now = jiff::Timestamp::from_second(840).expect("in range");
        Shell::new(World::new(Estate::default(), now), Keymap::default(), Theme::plain("test"), ColorDepth::None)
    }

    #[test]
    fn the_detail_says_why_and_what_to_do() {
        let lines = |finding: &Finding, width| -> Vec<String> {
            detail(finding, width).iter().map(|line| plain(line)).collect()
        };
        let wide = lines(&finding("lag", "db", "rising 22 s/min"), 200);
        assert_eq!(wide, ["    rising 22 s/min", "    → Look for long transactions on the replica."]);
        let narrow = lines(&finding("lag", "db", ""), 40);
        assert!(narrow.len() == 2 && narrow.iter().all(|line| text::width(line) < 40), "{narrow:?}");
    }

    #[test]
    fn names_are_whole_before_words_are_and_curves_take_what_is_left() {
        let shell = shell();
        let all = [
            finding("replication lag 312 s, limit 60 s", "rentaliq-prod-db-dr", ""),
            finding("4.2 % of db.t3.medium's EBS throughput burst is left, for hours", "db", ""),
        ];
        for width in [40_u16, 60, 80, 100, 120, 200] {
            let columns = FindingColumns::of(&shell, all.iter(), width);
            for finding in &all {
                let (left, right) = (pieces(finding, columns), since(&shell, finding, columns));
                let both = pen::width(&left) + pen::width(&right);
                assert!(width < 60 || both + EDGES <= usize::from(width), "{width}: {left:?} {right:?}");
                if width >= 60 {
                    assert_eq!(left[2].0.trim_end(), finding.resource, "{width}");
                }
                assert!(width < 100 || left[1].0.contains(&finding.summary), "{width}: {left:?}");
            }
        }
        let wide = FindingColumns::of(&shell, all.iter(), 200);
        assert!(wide.is_long && wide.curve > 40, "{wide:?}");
        assert_eq!(FindingColumns::of(&shell, all.iter(), 80).curve, 0);
    }

    #[test]
    fn any_width_can_be_drawn() {
        let shell = shell();
        let all = [finding("x".repeat(90).as_str(), "y".repeat(63).as_str(), "")];
        for width in 0..300 {
            let columns = FindingColumns::of(&shell, all.iter(), width);
            assert_eq!(pieces(&all[0], columns).len(), 3);
            assert!(!since(&shell, &all[0], columns).is_empty());
        }
    }
}
