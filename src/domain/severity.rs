//! How bad something is.

use serde::{Deserialize, Serialize};

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
