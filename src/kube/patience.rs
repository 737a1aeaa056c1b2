//! How long an answer is waited for.

use std::time::Duration;

/// How long the head of an answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// An API server answers a list or a watch within some seconds, or not at all.
    Network,
    /// What answers in this process makes a whole cluster at the first question.
    InProcess,
}

impl Patience {
    pub(super) fn head(self) -> Duration {
        match self {
            Self::Network => Duration::from_secs(15),
            Self::InProcess => Duration::from_secs(60),
        }
    }
}
