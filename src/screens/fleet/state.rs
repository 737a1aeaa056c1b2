//! What the fleet screen remembers.

use super::summary::Summary;
use crate::domain::EnvironmentId;

/// A line that the cursor can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    Environment(EnvironmentId),
    /// A finding of an environment, by its index in the summary.
    Finding(EnvironmentId, usize),
}

/// State of the fleet screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// One an environment, worst first.
    pub summaries: Vec<Summary>,
    /// Where the summary of an environment stands among them, by its number.
    places: Vec<usize>,
    /// One line an environment, whatever its findings.
    pub dense: bool,
    /// Position among [`State::items`].
    pub selected: usize,
    /// First visible line.
    pub offset: usize,
    /// The user has chosen where the cursor stands: it follows its line, not the worst.
    pub moved: bool,
}

impl State {
    /// What the cursor can stand on, from the top: every finding, whether there is room for its line or not.
    pub fn items(&self) -> impl Iterator<Item = Item> + '_ {
        self.summaries.iter().flat_map(|summary| {
            let findings = if self.dense { 0 } else { summary.findings.len() };
            std::iter::once(Item::Environment(summary.environment))
                .chain((0..findings).map(|i| Item::Finding(summary.environment, i)))
        })
    }

    /// The line under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<Item> {
        self.items().nth(self.selected)
    }

    /// Where an item stands; a finding that is not shown stands with its environment.
    #[must_use]
    pub fn position(&self, item: Item) -> Option<usize> {
        let environment = match item {
            Item::Environment(id) | Item::Finding(id, _) => Item::Environment(id),
        };
        self.items().position(|i| i == item).or_else(|| self.items().position(|i| i == environment))
    }

    /// The summary of an environment.
    #[must_use]
    pub fn summary(&self, environment: EnvironmentId) -> Option<&Summary> {
        let is_it = |summary: &&Summary| summary.environment == environment;
        let known = self.places.get(environment.0).and_then(|at| self.summaries.get(*at)).filter(is_it);
        known.or_else(|| self.summaries.iter().find(is_it))
    }

    /// The summaries stand in this order from now on: the header asks for each environment's, in every frame.
    pub fn place(&mut self) {
        self.places.clear();
        for (at, summary) in self.summaries.iter().enumerate() {
            let number = summary.environment.0;
            self.places.resize(self.places.len().max(number + 1), usize::MAX);
            self.places[number] = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::finding::{Finding, testing};

    use super::*;

    fn summary(environment: usize, findings: usize) -> Summary {
        let finding =
            Finding { rule: "cpu", summary: "CPU 96 %".into(), advice: "Look at it.".into(), ..testing::finding() };
        Summary {
            environment: EnvironmentId(environment),
            findings: vec![finding.into(); findings],
            databases: 1,
            checks: 1,
            made: 1,
            ..Summary::default()
        }
    }

    #[test]
    fn a_line_is_found_again_when_the_density_changes() {
        let mut state = State { summaries: vec![summary(4, 2), summary(1, 5)], ..State::default() };
        assert_eq!(state.items().count(), 2 + 2 + 5);
        assert_eq!(state.position(Item::Finding(EnvironmentId(1), 2)), Some(6));
        assert_eq!(state.position(Item::Environment(EnvironmentId(1))), Some(3));
        state.dense = true;
        assert_eq!(state.position(Item::Finding(EnvironmentId(1), 2)), Some(1), "its environment stands for it");
        assert_eq!(state.position(Item::Environment(EnvironmentId(1))), Some(1));
        assert_eq!(state.position(Item::Environment(EnvironmentId(7))), None);
    }
}
