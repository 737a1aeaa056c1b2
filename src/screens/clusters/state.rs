//! What the list of clusters remembers.

use super::row::ClusterRow;
use crate::screens::list::{List, ListOrder};

/// State of the list of clusters.
pub type State = List<ClusterRow, ClusterOrder>;

/// In which order the clusters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClusterOrder {
    /// What has the worst trouble first, then in the order of the configuration.
    #[default]
    Trouble,
    Name,
    /// In the order of the configuration.
    Environment,
    /// The oldest first.
    Version,
    /// The most first.
    Nodes,
}

impl ListOrder for ClusterOrder {
    fn name(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::Name => "name",
            Self::Environment => "environment",
            Self::Version => "version",
            Self::Nodes => "nodes",
        }
    }

    fn following(self) -> Self {
        match self {
            Self::Trouble => Self::Name,
            Self::Name => Self::Environment,
            Self::Environment => Self::Version,
            Self::Version => Self::Nodes,
            Self::Nodes => Self::Trouble,
        }
    }

    fn is_descending(self) -> bool {
        matches!(self, Self::Trouble | Self::Nodes)
    }
}
