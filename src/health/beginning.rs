//! What is kept of a finding from one start of the console to the next: since when it stands, and how that is known.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::Since;
use crate::domain::finding::{Finding, Severity};

/// What is kept of a finding from one start of the console to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// ARN of the resource.
    pub arn: String,
    /// The rule's name.
    pub rule: String,
    /// The severity at which it stands.
    pub severity: Severity,
    /// When it began, or what stands for that.
    pub since: Timestamp,
    /// When the rule last gave it.
    pub seen: Timestamp,
    /// What `since` is. Files from before it was kept have a beginning, an edge or a first sight without telling which:
    /// it was so already then, in any case.
    #[serde(default)]
    pub certainty: Certainty,
    /// The state that it was about, where the rule tells of several.
    #[serde(default)]
    pub state: Option<String>,
}

/// How the moment at which something began is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It began then.
    Began,
    /// It was so already then.
    #[default]
    Before,
    /// It was seen then for the first time.
    Seen,
}

impl Beginning {
    /// Of a finding that stands.
    pub(super) fn of(arn: &str, finding: &Finding, first_seen: Timestamp, last_seen: Timestamp) -> Self {
        let (certainty, since) = match finding.since {
            Some(Since::Told(at) | Since::At(at)) => (Certainty::Began, at),
            Some(Since::Before(at)) => (Certainty::Before, at),
            Some(Since::Seen(at)) => (Certainty::Seen, at),
            // A trend is of the numbers of now, and is made anew.
            Some(Since::Trend(_)) | None => (Certainty::Seen, first_seen),
        };
        let (rule, severity, seen) = (finding.rule.to_owned(), finding.severity, last_seen);
        Self { arn: arn.to_owned(), rule, severity, since, seen, certainty, state: finding.state.clone() }
    }

    /// Since when, as it was known.
    pub(super) fn since(&self) -> Since {
        match self.certainty {
            Certainty::Began => Since::At(self.since),
            Certainty::Before => Since::Before(self.since),
            Certainty::Seen => Since::Seen(self.since),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file of before says, which knew moments alone.
    #[test]
    fn what_was_kept_before_it_was_known_how_is_still_read() {
        let old = r#"{"arn":"a","rule":"cpu","severity":"warning","since":"2026-11-18T08:00:00Z","seen":"2026-11-18T11:00:00Z"}"#;
        let read: Beginning = serde_json::from_str(old).expect("it was written by an earlier console");
        assert!(matches!(read.since(), Since::Before(_)), "{read:?}");
    }
}
