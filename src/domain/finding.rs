//! What a health rule has to say about a resource.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Metric;

/// How soon somebody has to act. Ordered: the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// It will hurt if nobody looks at it, or a limit that the team has set is passed.
    Warning,
    /// It hurts now, or within the time that it takes to act.
    Critical,
}

impl Severity {
    /// The word for it, in the field's terms.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// One rule's verdict about one resource: what, how bad, on what evidence, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule's name, stable over versions: `replica-lag`.
    pub rule: &'static str,
    pub severity: Severity,
    /// `DBInstanceIdentifier`, or words for what is larger than one instance.
    pub resource: String,
    /// ARN of the resource; unique over accounts and regions.
    pub arn: String,
    /// What is wrong, in plain words with its numbers: `replication lag 312 s, limit 60 s`.
    pub summary: String,
    /// What supports it: `rising 22 s/min`. May be empty.
    pub evidence: String,
    /// When it began: from the series or the events where they tell, else when it was first seen;
    /// `None` only before the ledger has taken it in.
    pub since: Option<Timestamp>,
    /// What to do next, one sentence.
    pub advice: String,
    /// The API or document that the rule comes from.
    pub source: &'static str,
    /// The metric that shows it, for a small chart beside it.
    pub metric: Option<Metric>,
}
