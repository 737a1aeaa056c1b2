//! What the databases screen remembers.

use std::sync::Arc;

use super::column::Column;
use super::row::Row;
use crate::fuzzy::Grade;
use crate::screens::filtering::FilterProblem;
use crate::ui::table;

/// Lines that are not rows: header 2, title 1, headings 1, footer 1.
const CHROME: u16 = 5;

/// Rows that fit into a terminal of this size.
#[must_use]
pub fn page(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(CHROME)).max(1)
}

/// State of the databases screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Columns that were chosen, in the order of the table.
    pub columns: Vec<Column>,
    /// Column, and whether the largest comes first.
    pub sort: (Column, bool),
    /// The filter that is applied.
    pub filter: String,
    /// What is wrong with the one that is typed; it is not applied.
    pub problem: Option<FilterProblem>,
    /// How the rows match it: those that match less are left out.
    pub grade: Option<Grade>,
    pub rows: Vec<Row>,
    /// DB instances in scope, filtered or not.
    pub total: usize,
    /// Some in scope are not RDS for PostgreSQL of their own: the engine is worth its room.
    pub is_mixed: bool,
    pub selected: usize,
    /// What the cursor is on, so that it stays there when rows move.
    pub selected_arn: Option<Arc<str>>,
    /// First visible row.
    pub offset: usize,
}

impl Default for State {
    fn default() -> Self {
        Self {
            columns: Column::ALL.into_iter().filter(|c| c.is_default()).collect(),
            sort: (Column::Health, true),
            filter: String::new(),
            problem: None,
            grade: None,
            rows: Vec::new(),
            total: 0,
            is_mixed: false,
            selected: 0,
            selected_arn: None,
            offset: 0,
        }
    }
}

impl State {
    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }

    /// Moves the cursor to a row.
    pub fn go(&mut self, to: usize, page: usize) {
        self.selected = to.min(self.rows.len().saturating_sub(1));
        self.selected_arn = self.current().map(|row| row.arn.clone());
        self.reveal(page);
    }

    /// After the rows changed: the cursor goes where its DB instance went, or stays where it was
    /// when that is gone.
    pub fn keep_selection(&mut self, page: usize) {
        let found = self.selected_arn.as_ref().and_then(|arn| self.rows.iter().position(|r| r.arn == *arn));
        match found {
            Some(at) => {
                // Keeps the line on the screen, not only the cursor on the line.
                let line = self.selected.saturating_sub(self.offset);
                self.offset = at.saturating_sub(line);
                self.selected = at;
                self.reveal(page);
            }
            // Nothing chosen yet: the cursor stays on top, where the worst is.
            None if self.selected_arn.is_none() => {
                self.selected = 0;
                self.offset = 0;
            }
            None => self.go(self.selected, page),
        }
    }

    /// Scrolls until the cursor is visible.
    pub fn reveal(&mut self, page: usize) {
        self.offset = table::scroll(self.offset, Some(self.selected), page, self.rows.len());
    }
}
