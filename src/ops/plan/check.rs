//! The preconditions of a plan.

use serde::{Deserialize, Serialize};

/// State of a precondition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    Met,
    /// Not as one would like it; the engineer decides.
    Doubtful,
    /// It cannot work, or must not be done: the plan cannot be approved.
    Failed,
    /// Could not be found out; AWS will say.
    Unknown,
}

/// A precondition and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What must hold, short: `lag within 60 s`.
    pub name: String,
    pub state: CheckState,
    /// What was seen and, when it is not met, what to do. Empty when the name says it all.
    pub why: String,
}

impl Check {
    /// What is to be said of one that is not met: its name alone reads as if it were.
    #[must_use]
    pub fn unmet(&self) -> String {
        let why = if self.why.is_empty() { String::new() } else { format!(" ({})", self.why) };
        format!("not met: {}{why}", self.name)
    }

    /// Met or failed, with what was seen.
    #[must_use]
    pub fn hard(name: impl Into<String>, met: bool, why: impl Into<String>) -> Self {
        let state = if met { CheckState::Met } else { CheckState::Failed };
        Self { name: name.into(), state, why: why.into() }
    }

    /// Met or doubtful.
    #[must_use]
    pub fn soft(name: impl Into<String>, met: bool, why: impl Into<String>) -> Self {
        let state = if met { CheckState::Met } else { CheckState::Doubtful };
        Self { name: name.into(), state, why: why.into() }
    }

    /// Not known, and why.
    #[must_use]
    pub fn unknown(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { name: name.into(), state: CheckState::Unknown, why: why.into() }
    }

    /// Met, or failed for this reason: a precondition that is met says nothing of what it is not.
    #[must_use]
    pub fn must(name: impl Into<String>, met: bool, why: impl Into<String>) -> Self {
        Self::hard(name, met, if met { String::new() } else { why.into() })
    }

    /// Met, or doubtful for this reason.
    #[must_use]
    pub fn should(name: impl Into<String>, met: bool, why: impl Into<String>) -> Self {
        Self::soft(name, met, if met { String::new() } else { why.into() })
    }

    /// Whether the account is the one that the configuration says of an environment.
    #[must_use]
    pub fn account(account: &str, expected: Option<&str>, environment: &str) -> Self {
        let name = format!("account {account}");
        let Some(expected) = expected else {
            let why = "the configuration does not say which account it must be: set `account` for this environment";
            return Self::should(name, false, why);
        };
        let why = format!("{environment} must be account {expected}: these credentials are of another one");
        Self::must(name, expected == account, why)
    }
}
