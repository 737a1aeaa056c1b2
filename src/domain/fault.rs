//! One classification of everything that can go wrong with a call, in words for a person.

use std::fmt;

/// Why a call failed, in the terms that decide what happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// AWS asked us to slow down (`Throttling`, `RequestLimitExceeded`, HTTP 429 …).
    Throttled,
    /// The identity lacks an IAM action, for example `rds:DescribeDBInstances`.
    Denied { action: String },
    /// Credentials expired or were never there; `login` is the command that mends it, where known.
    Expired { login: Option<String> },
    /// The endpoint cannot be reached: refused, no route, no such host, connection cut.
    Unreachable,
    /// No answer within the time that we wait.
    TimedOut,
    /// The credentials belong to another account than the environment says.
    WrongAccount { expected: String, actual: String },
    /// AWS says that the resource does not exist.
    NotFound,
    /// An answer came, and it was not one that the API promises (HTML, cut off, wrong type).
    BrokenAnswer,
    /// Anything else, with AWS's own code.
    Other { code: String },
}

/// A failed call: what was asked, of whom, why it failed and what to do next.
///
/// All text in here has passed through [`super::text::clean`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The class, which decides about back-off and colours.
    pub kind: FaultKind,
    /// The call in AWS's words, for example `rds:DescribeDBInstances`.
    pub call: String,
    /// AWS's or the transport's own message, one line.
    pub message: String,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
}

impl Fault {
    /// A short word for a table cell: `denied`, `throttled` …
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            FaultKind::Throttled => "throttled",
            FaultKind::Denied { .. } => "denied",
            FaultKind::Expired { .. } => "expired",
            FaultKind::Unreachable => "unreachable",
            FaultKind::TimedOut => "timed out",
            FaultKind::WrongAccount { .. } => "wrong account",
            FaultKind::NotFound => "not found",
            FaultKind::BrokenAnswer => "broken answer",
            FaultKind::Other { .. } => "error",
        }
    }

    /// What the engineer can do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        match &self.kind {
            FaultKind::Throttled => "AWS limits the rate of this call; it is asked again more slowly".into(),
            FaultKind::Denied { action } => format!("allow the IAM action {action} for this identity"),
            FaultKind::Expired { login: Some(login) } => format!("run: {login}"),
            FaultKind::Expired { login: None } => {
                "sign in again, or give credentials by AWS_PROFILE or the environment".into()
            }
            FaultKind::Unreachable => "check the network, VPN, region and AWS_ENDPOINT_URL".into(),
            FaultKind::TimedOut => "the endpoint does not answer; it is asked again with back-off".into(),
            FaultKind::WrongAccount { expected, actual } => {
                format!(
                    "these credentials are of account {actual}, not {expected}: mend profile or role; nothing is shown"
                )
            }
            FaultKind::NotFound => "it may have been deleted or renamed; the list is read again".into(),
            FaultKind::BrokenAnswer => {
                "what answered does not speak this API: check the proxy and AWS_ENDPOINT_URL".into()
            }
            FaultKind::Other { code } if code.is_empty() => "it is asked again with back-off".into(),
            FaultKind::Other { code } => format!("AWS calls it {code}; it is asked again with back-off"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.call, self.word())?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}
