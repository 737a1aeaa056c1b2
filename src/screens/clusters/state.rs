//! What the list of clusters remembers.

use std::sync::Arc;

use super::row::{ClusterKey, ClusterRow};
use crate::ui::table;

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

impl ClusterOrder {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::Name => "name",
            Self::Environment => "environment",
            Self::Version => "version",
            Self::Nodes => "nodes",
        }
    }

    /// The one that the same key comes to next.
    #[must_use]
    pub fn following(self) -> Self {
        match self {
            Self::Trouble => Self::Name,
            Self::Name => Self::Environment,
            Self::Environment => Self::Version,
            Self::Version => Self::Nodes,
            Self::Nodes => Self::Trouble,
        }
    }

    /// Whether it begins with the worst, or the most.
    #[must_use]
    pub fn is_descending(self) -> bool {
        matches!(self, Self::Trouble | Self::Nodes)
    }
}

/// State of the list of clusters.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Clusters in scope, filtered or not, in order.
    pub all: Vec<Arc<ClusterRow>>,
    /// Those of them that the filter lets through.
    pub rows: Vec<Arc<ClusterRow>>,
    pub order: ClusterOrder,
    /// The other way round.
    pub reverse: bool,
    /// The filter that is applied.
    pub filter: String,
    pub selected: usize,
    /// What the cursor is on, so that it stays there when rows move.
    pub selected_key: Option<ClusterKey>,
    /// First visible row.
    pub offset: usize,
}

impl State {
    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&ClusterRow> {
        self.rows.get(self.selected).map(Arc::as_ref)
    }

    /// Moves the cursor to a row.
    pub fn go(&mut self, to: usize, page: usize) {
        self.selected = to.min(self.rows.len().saturating_sub(1));
        self.selected_key = self.current().map(ClusterRow::key);
        self.reveal(page);
    }

    /// After the rows changed: the cursor goes where its cluster went, or stays where it was when that is gone.
    pub fn keep_selection(&mut self, page: usize) {
        let found = self.selected_key.as_ref().map(|key| self.rows.iter().position(|row| row.is(key)));
        match found {
            Some(Some(at)) => {
                // Keeps the line on the screen, not only the cursor on the line.
                let line = self.selected.saturating_sub(self.offset);
                self.offset = at.saturating_sub(line);
                self.selected = at;
                self.reveal(page);
            }
            // Nothing chosen yet: the cursor stays on top, where the worst is.
            None => (self.selected, self.offset) = (0, 0),
            Some(None) => self.go(self.selected, page),
        }
    }

    /// Scrolls until the cursor is visible.
    pub fn reveal(&mut self, page: usize) {
        self.offset = table::scroll(self.offset, Some(self.selected), page, self.rows.len());
    }
}
