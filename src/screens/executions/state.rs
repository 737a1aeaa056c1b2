//! What the panel remembers.

use jiff::Timestamp;

use crate::ops::journal::ExecutionId;
use crate::slices::Execution;

/// Seconds in which the key that stops following is to be pressed again.
const ASKED: i64 = 10;

/// The open panel. The cursor stays with its execution while others come in above it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The execution under the cursor; the newest when there is none yet.
    pub selected: Option<ExecutionId>,
    /// Lines of the story that are scrolled past.
    pub scroll: usize,
    /// The story has the whole panel.
    pub whole: bool,
    /// The execution that was asked to be given up, and when; asked again, it is.
    pub giving_up: Option<(ExecutionId, Timestamp)>,
}

impl State {
    /// Whether the key that gives this execution up was pressed a moment ago.
    #[must_use]
    pub fn is_asked(&self, id: &ExecutionId, now: Timestamp) -> bool {
        let asked = self.giving_up.as_ref().filter(|(asked, _)| asked == id);
        asked.is_some_and(|(_, at)| now.as_second() - at.as_second() < ASKED)
    }

    /// The place of the cursor among `executions` (oldest first), from 0 at the newest.
    #[must_use]
    pub fn place(&self, executions: &[Execution]) -> usize {
        let known = |id: &ExecutionId| executions.iter().rev().position(|execution| execution.id == *id);
        self.selected.as_ref().and_then(known).unwrap_or(0)
    }

    /// The execution under the cursor.
    #[must_use]
    pub fn current<'a>(&self, executions: &'a [Execution]) -> Option<&'a Execution> {
        executions.iter().rev().nth(self.place(executions))
    }
}
