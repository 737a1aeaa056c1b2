//! What the audit screen remembers.

use std::sync::Arc;

use jiff::Timestamp;

use crate::screens::filtering::FilterProblem;
use crate::trail::{Row, Telling};
use crate::ui::table;

/// What a row is known by: its record, and when that was written.
pub type RowKey = (u64, Timestamp);

/// State of the audit screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What was read last.
    pub telling: Option<Arc<Telling>>,
    /// Why it could not be read the last time.
    pub failed: Option<String>,
    /// A reading is under way.
    pub asked: bool,
    /// Nothing was written since it was last asked for, as far as is known.
    pub current: bool,
    /// The rows in scope that the filter lets through, in order: their places in what was read.
    pub rows: Vec<usize>,
    /// Rows in scope, filtered or not.
    pub total: usize,
    /// The oldest is first.
    pub reverse: bool,
    /// The filter that is applied.
    pub filter: String,
    /// What is wrong with the one that is typed.
    pub problem: Option<FilterProblem>,
    pub selected: usize,
    /// What the cursor is on, so that it stays there when rows come in above it.
    pub selected_key: Option<RowKey>,
    /// First visible row.
    pub offset: usize,
    /// The story of the row under the cursor fills the body.
    pub whole: bool,
    /// Lines of the story that are scrolled past.
    pub scroll: usize,
}

impl State {
    /// A row by its place among those that are shown.
    #[must_use]
    pub fn row(&self, place: usize) -> Option<&Row> {
        self.telling.as_ref()?.rows.get(*self.rows.get(place)?)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current_row(&self) -> Option<&Row> {
        self.row(self.selected)
    }

    /// Moves the cursor to a row.
    pub fn go(&mut self, to: usize, page: usize) {
        self.selected = to.min(self.rows.len().saturating_sub(1));
        let key = self.current_row().map(|row| (row.record, row.at));
        if self.selected_key != key {
            self.selected_key = key;
            self.scroll = 0;
        }
        self.reveal(page);
    }

    /// After the rows changed: the cursor goes where its row went. Where nothing was chosen it stays on top, where the
    /// newest is; where the row is gone, its story is closed.
    pub fn keep_selection(&mut self, page: usize) {
        let Some(key) = self.selected_key else {
            (self.selected, self.offset) = (0, 0);
            return;
        };
        let found = (0..self.rows.len()).find(|place| self.row(*place).is_some_and(|row| (row.record, row.at) == key));
        if let Some(at) = found {
            // Keeps the line on the screen, not only the cursor on the line.
            let line = self.selected.saturating_sub(self.offset);
            self.offset = at.saturating_sub(line);
            self.selected = at;
            self.reveal(page);
        } else {
            self.whole = false;
            self.go(self.selected, page);
        }
    }

    /// Scrolls until the cursor is visible.
    fn reveal(&mut self, page: usize) {
        self.offset = table::scroll(self.offset, Some(self.selected), page, self.rows.len());
    }
}
