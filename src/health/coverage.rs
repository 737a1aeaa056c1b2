//! Which checks could be made: a rule whose data was not read, or is old, has not said that all is
//! well.

use std::iter;

use super::rule::{Judged, Rule};

/// The checks of a resource: how many there are, and how many could be made of what was read (`R`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage<R> {
    /// Rules that apply to it once everything is read.
    pub expected: usize,
    /// Those of them whose data was read and is current.
    pub made: usize,
    /// What the others wait for, each once.
    pub missing: Vec<R>,
}

impl<R> Coverage<R> {
    /// Every check was made: only then no finding means that all is well.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Which checks of a resource could be made. `subject` is to say of itself that everything was read, or else rules
/// that wait for something do not apply to it; `current` tells of each read whether it was made, is fresh, and has
/// what the rule looks for.
#[must_use]
pub fn coverage<J: Judged>(
    subject: &J::Subject<'_>,
    current: &dyn Fn(&Rule<J>, &J::Read) -> bool,
) -> Coverage<J::Read> {
    let mut coverage = Coverage { expected: 0, made: 0, missing: Vec::new() };
    for rule in J::rules().filter(|rule| (rule.applies)(subject)) {
        coverage.expected += 1;
        let mut made = true;
        for read in iter::once(&J::LISTED).chain(rule.needs) {
            if current(rule, read) {
                continue;
            }
            made = false;
            if !coverage.missing.contains(read) {
                coverage.missing.push(read.clone());
            }
        }
        coverage.made += usize::from(made);
    }
    coverage
}

/// Whether a rule's check was among those that could be made.
#[must_use]
pub fn was_made<J: Judged>(coverage: &Coverage<J::Read>, rule: &str) -> bool {
    let is_known = |read: &J::Read| !coverage.missing.contains(read);
    is_known(&J::LISTED)
        && J::rules().find(|known| known.id == rule).is_some_and(|rule| rule.needs.iter().all(is_known))
}
