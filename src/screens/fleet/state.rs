//! What the fleet screen remembers.

use super::summary::Summary;

/// A line that the cursor can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    /// An environment, by index of the estate.
    Environment(usize),
    /// A finding of an environment, by its index in the summary.
    Finding(usize, usize),
}

/// State of the fleet screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// One an environment, worst first.
    pub summaries: Vec<Summary>,
    /// One line an environment, whatever its findings.
    pub dense: bool,
    /// Position among [`State::items`].
    pub selected: usize,
    /// First visible line.
    pub offset: usize,
}

/// Findings of an environment that are shown before "… more".
pub const SHOWN: usize = 3;

impl State {
    /// The lines that the cursor can stand on, from the top.
    pub fn items(&self) -> impl Iterator<Item = Item> + '_ {
        self.summaries.iter().flat_map(|summary| {
            let findings = if self.dense { 0 } else { summary.findings.len().min(SHOWN) };
            std::iter::once(Item::Environment(summary.environment))
                .chain((0..findings).map(|i| Item::Finding(summary.environment, i)))
        })
    }

    /// The line under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<Item> {
        self.items().nth(self.selected)
    }

    /// The summary of an environment.
    #[must_use]
    pub fn summary(&self, environment: usize) -> Option<&Summary> {
        self.summaries.iter().find(|s| s.environment == environment)
    }
}
