//! A list of resources, as several screens have one: rows in an order, a filter, a cursor that stays on its row.

mod places;
pub mod sites;
mod view;

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;

use crate::fuzzy::{Finder, Fit};
use crate::shell::REST;
use crate::ui::table;

pub use places::ListPlaces;
pub use view::ListView;

/// A row of a list.
pub trait ListRow {
    /// What tells it from all others.
    type Key: Clone + PartialEq;

    /// Its own.
    fn key(&self) -> Self::Key;
}

/// In which order the rows stand.
pub trait ListOrder: Copy + Default {
    /// What it is called.
    fn name(self) -> &'static str;

    /// The one that the same key comes to next.
    #[must_use]
    fn following(self) -> Self;

    /// Whether it begins with the worst, the most, or the newest.
    fn is_descending(self) -> bool;
}

/// State of a list.
#[derive(Debug, Clone)]
pub struct List<R: ListRow, O> {
    /// Rows in scope, filtered or not, in order.
    pub all: Vec<Arc<R>>,
    /// Those of them that the filter lets through.
    pub rows: Vec<Arc<R>>,
    pub order: O,
    /// The other way round.
    pub reverse: bool,
    /// The filter that is applied.
    pub filter: String,
    pub selected: usize,
    /// What the cursor is on, so that it stays there when rows move.
    pub selected_key: Option<R::Key>,
    /// First visible row.
    pub offset: usize,
    /// Where the cursor is, and since when.
    rest: Option<(R::Key, Timestamp)>,
}

impl<R: ListRow, O: Default> Default for List<R, O> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            rows: Vec::new(),
            order: O::default(),
            reverse: false,
            filter: String::new(),
            selected: 0,
            selected_key: None,
            offset: 0,
            rest: None,
        }
    }
}

impl<R: ListRow, O: ListOrder> List<R, O> {
    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&R> {
        self.rows.get(self.selected).map(Arc::as_ref)
    }

    /// Moves the cursor to a row.
    pub fn go(&mut self, to: usize, page: usize) {
        self.selected = to.min(self.rows.len().saturating_sub(1));
        self.selected_key = self.current().map(ListRow::key);
        self.reveal(page);
    }

    /// Notes where the cursor is now; where it is first, it has always been.
    pub fn rest(&mut self, now: Timestamp) {
        let Some(key) = self.current().map(ListRow::key) else { return };
        if self.rest.as_ref().is_none_or(|(known, _)| *known != key) {
            let since = if self.rest.is_none() { Timestamp::MIN } else { now };
            self.rest = Some((key, since));
        }
    }

    /// The row on which the cursor rests: of one that it only passes nothing more is read.
    #[must_use]
    pub fn rested(&self, now: Timestamp) -> Option<&R> {
        let (key, since) = self.rest.as_ref()?;
        self.current().filter(|row| row.key() == *key && now.duration_since(*since) >= REST)
    }

    /// Shows the rows that match the filter best, and leaves the cursor on its row. Gives the place of the nearest.
    pub fn narrow(&mut self, page: usize, fit: impl Fn(&mut Finder, &R) -> Option<Fit>) -> Option<usize> {
        let mut finder = Finder::new(&self.filter);
        let fits = self.all.iter().map(|row| Some((row.clone(), fit(&mut finder, row)?)));
        let mut found: Vec<(Arc<R>, Fit)> = fits.flatten().collect();
        let grade = found.iter().map(|(_, fit)| fit.grade()).max();
        found.retain(|(_, fit)| Some(fit.grade()) == grade);
        let best = found.iter().enumerate().max_by_key(|(at, (_, fit))| (*fit, Reverse(*at))).map(|(at, _)| at);
        self.rows = found.into_iter().map(|(row, _)| row).collect();
        self.keep_selection(page);
        best
    }

    /// The cursor goes where its row went, or stays where it was when that is gone.
    fn keep_selection(&mut self, page: usize) {
        let found = self.selected_key.as_ref().map(|key| self.rows.iter().position(|row| row.key() == *key));
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
    fn reveal(&mut self, page: usize) {
        self.offset = table::scroll(self.offset, Some(self.selected), page, self.rows.len());
    }

    /// The order in words, with the way that it goes; none where there is nothing to be put in order.
    #[must_use]
    pub fn order_words(&self) -> Option<String> {
        let arrow = if self.order.is_descending() == self.reverse { "↑" } else { "↓" };
        (self.rows.len() > 1).then(|| format!("  by {} {arrow} ", self.order.name()))
    }

    /// The order as the table marks it.
    #[must_use]
    pub fn direction(&self) -> table::Order {
        if self.order.is_descending() == self.reverse { table::Order::Ascending } else { table::Order::Descending }
    }

    /// The row of the table that stands in a row of the terminal.
    #[must_use]
    pub fn row_at(&self, places: &ListPlaces, row: u16) -> Option<usize> {
        let line = row.checked_sub(places.list.y + 1).filter(|_| row < places.list.bottom())?;
        let first = table::scroll(self.offset, Some(self.selected), places.page(), self.rows.len());
        let at = first + usize::from(line);
        (at < self.rows.len()).then_some(at)
    }
}
