//! The lines of a finding: what is wrong and since when; for the one under the cursor also what
//! supports it, what to do and where the rule comes from.

use super::curve::{self, WIDTH};
use crate::domain::finding::{Finding, Severity};
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::{since, spark, text};

/// Columns before the lines that belong to a finding.
const INDENT: usize = 4;

/// The role of what a finding of this severity says.
pub fn role(severity: Severity) -> Role {
    match severity {
        Severity::Critical => Role::Critical,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Text,
    }
}

/// What is wrong, and with what.
pub fn pieces(finding: &Finding, width: u16) -> Vec<Piece> {
    let (mark, role) = match finding.severity {
        Severity::Critical => ("✖", Role::Critical),
        Severity::Warning => ("▲", Role::Warning),
        Severity::Info => ("·", Role::Dim),
    };
    let summary_width = match width {
        0..=99 => 0,
        100..=139 => 46,
        _ => 60,
    };
    let summary = if summary_width > 0 {
        format!("{}  ", text::fit(&finding.summary, summary_width))
    } else {
        format!("{}  ", finding.summary)
    };
    let mut pieces = vec![(format!("  {mark} "), role), (summary, Role::Text), (finding.resource.clone(), Role::Dim)];
    if width >= 150 && !finding.evidence.is_empty() {
        pieces.push((format!("   {}", finding.evidence), Role::Dim));
    }
    pieces
}

/// Since when, and the metric that shows it.
pub fn since(shell: &Shell, finding: &Finding, width: u16) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(at) = finding.since {
        let words = if width >= 110 { since::words } else { since::short };
        pieces.push((words(at, shell.world.now), Role::Dim));
    }
    if width >= 100 {
        let curve = finding.metric.and_then(|metric| {
            let (site, database) = shell.world.all_databases().find(|(_, d)| d.arn == finding.arn)?;
            Some(curve::curve(shell, site, &database.id, metric, None))
        });
        pieces.extend(spark::calm(&format!("  {:<WIDTH$}", curve.unwrap_or_default())));
    }
    pieces
}

/// Evidence, advice and source, dim, broken at the width of the screen.
pub fn detail(finding: &Finding, width: u16) -> Vec<Vec<Piece>> {
    let parts = [finding.evidence.as_str(), finding.advice.as_str(), finding.source];
    let words = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let indent = " ".repeat(INDENT);
    let room = usize::from(width).saturating_sub(INDENT + 2).max(10);
    text::wrap(&words, room).map(|line| vec![(format!("{indent}{line}"), Role::Dim)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::{About, Harm};

    fn finding(evidence: &str) -> Finding {
        Finding {
            rule: "replica-lag",
            severity: Severity::Critical,
            harm: Harm::Now,
            about: About::DbInstance,
            resource: "db".into(),
            arn: "arn".into(),
            summary: "replication lag 312 s, limit 60 s".into(),
            evidence: evidence.into(),
            since: None,
            advice: "Look for long transactions on the replica.".into(),
            source: "RDS user guide, Monitoring read replication",
            metric: None,
        }
    }

    fn lines(finding: &Finding, width: u16) -> Vec<String> {
        detail(finding, width).into_iter().map(|line| line.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn the_detail_says_why_what_to_do_and_from_where() {
        let wide = lines(&finding("rising 22 s/min"), 200);
        assert_eq!(
            wide,
            vec![
                "    rising 22 s/min · Look for long transactions on the replica. · \
                 RDS user guide, Monitoring read replication"
            ]
        );
        let narrow = lines(&finding(""), 60);
        assert_eq!(narrow.len(), 2, "{narrow:?}");
        assert!(narrow[0].starts_with("    Look for"), "{narrow:?}");
        assert!(narrow.iter().all(|line| text::width(line) < 60), "{narrow:?}");
    }
}
