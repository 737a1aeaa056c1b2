//! What comes back of a call that was sent, or was to be.

use std::fmt;

use crate::domain::Fault;

/// Whoever answers took the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The request's id, under which CloudTrail knows a call to AWS.
    pub request_id: Option<String>,
}

/// Why a call was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendFault {
    /// It never left: nothing was changed.
    NotSent(Fault),
    /// It was refused: nothing was changed.
    Refused(Fault),
    /// It may have arrived: time-out, cut connection, a failure inside of whoever
    /// answers, an answer that cannot be read. It must not be sent again before somebody has looked.
    Ambiguous(Fault),
}

impl SendFault {
    /// What went wrong.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        match self {
            Self::NotSent(fault) | Self::Refused(fault) | Self::Ambiguous(fault) => fault,
        }
    }

    /// Whether the change may have been made nevertheless.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Ambiguous(_))
    }
}

impl fmt::Display for SendFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(fault) | Self::Refused(fault) => write!(f, "{fault}"),
            Self::Ambiguous(fault) => write!(f, "{fault}; it may have arrived nevertheless"),
        }
    }
}
