//! What the list of secrets remembers.

use super::row::SecretRow;
use crate::screens::list::{List, ListOrder};

/// State of the list of secrets.
pub type State = List<SecretRow, SecretOrder>;

/// In which order the secrets stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretOrder {
    /// What has the worst trouble first, then by name.
    #[default]
    Trouble,
    Name,
    /// In the order of the configuration.
    Environment,
    /// The last that was changed first.
    Changed,
    /// Those that nobody has read for the longest time first.
    Read,
}

impl ListOrder for SecretOrder {
    fn name(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::Name => "name",
            Self::Environment => "environment",
            Self::Changed => "change",
            Self::Read => "last read",
        }
    }

    fn following(self) -> Self {
        match self {
            Self::Trouble => Self::Name,
            Self::Name => Self::Environment,
            Self::Environment => Self::Changed,
            Self::Changed => Self::Read,
            Self::Read => Self::Trouble,
        }
    }

    fn is_descending(self) -> bool {
        matches!(self, Self::Trouble | Self::Changed)
    }
}
