//! What the alarms screen remembers.

use std::sync::Arc;

use jiff::Timestamp;

use super::row::{AlarmKey, AlarmRow, Silence};
use super::worst::Worst;
use crate::domain::SiteId;
use crate::screens::filtering::FilterProblem;
use crate::services::alarms::AlarmState;
use crate::shell::REST;
use crate::ui::table;

/// In which order the alarms stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AlarmOrder {
    /// The worst first, of each the newest first.
    #[default]
    State,
    Name,
    /// What changed last first.
    Since,
    /// In the order of the configuration, of each the worst first.
    Environment,
}

impl AlarmOrder {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Since => "since",
            Self::Environment => "environment",
        }
    }

    /// The one that the same key comes to next.
    #[must_use]
    pub fn following(self) -> Self {
        match self {
            Self::State => Self::Name,
            Self::Name => Self::Since,
            Self::Since => Self::Environment,
            Self::Environment => Self::State,
        }
    }

    /// Whether it begins with the worst, or the newest.
    #[must_use]
    pub fn is_descending(self) -> bool {
        matches!(self, Self::State | Self::Since)
    }
}

/// How many alarms there are in scope, filtered or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub alarm: usize,
    pub insufficient: usize,
    pub ok: usize,
    /// Of all of them those whose actions are switched off.
    pub off: usize,
    /// Of all of them those whose actions are kept back.
    pub kept_back: usize,
}

impl Tally {
    /// Counts one more.
    pub fn take(&mut self, row: &AlarmRow) {
        let count = match row.state {
            AlarmState::Alarm => &mut self.alarm,
            AlarmState::InsufficientData => &mut self.insufficient,
            AlarmState::Ok => &mut self.ok,
        };
        *count += 1;
        match row.silent {
            Some(Silence::Off) => self.off += 1,
            Some(Silence::KeptBack) => self.kept_back += 1,
            None => {}
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.alarm + self.insufficient + self.ok
    }
}

/// State of the alarms screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Alarms in scope, filtered or not, in order.
    pub all: Vec<Arc<AlarmRow>>,
    /// Those of them that the filter lets through.
    pub rows: Vec<Arc<AlarmRow>>,
    /// Alarms in scope, filtered or not.
    pub total: usize,
    /// The same by their states.
    pub tally: Tally,
    /// Some in scope belong to no environment: the column says where they are.
    pub has_strays: bool,
    /// Room for the names of all of them: the columns keep still while the cursor moves and the filter changes.
    pub name_width: u16,
    pub order: AlarmOrder,
    /// The other way round.
    pub reverse: bool,
    /// The worst of them all, for the mark of the place.
    pub worst: Worst,
    /// The filter that is applied.
    pub filter: String,
    /// What is wrong with the one that is typed; it is not applied.
    pub problem: Option<FilterProblem>,
    pub selected: usize,
    /// What the cursor is on, so that it stays there when rows move.
    pub selected_key: Option<AlarmKey>,
    /// First visible row.
    pub offset: usize,
    /// The story of the alarm under the cursor fills the body.
    pub whole: bool,
    /// Lines of the story that are scrolled past.
    pub scroll: usize,
    /// Cursor among the alarms that it is related to.
    pub related: usize,
    /// The alarms from which others were opened, the last one last; each with its cursor among the related.
    pub trail: Vec<(AlarmKey, usize)>,
    /// Where the cursor rests, and since when: what it only passes is not read.
    rest: Option<(AlarmKey, Timestamp)>,
    /// When the lists were read that the rows are of, by site, and whether its DB instances were known: they tell whose
    /// an alarm is.
    lists: Vec<(SiteId, Option<Timestamp>, bool)>,
}

impl State {
    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&AlarmRow> {
        self.rows.get(self.selected).map(Arc::as_ref)
    }

    /// The alarm that is looked at, by site and name: its history and its curve are worth reading.
    #[must_use]
    pub fn looked_at(&self, now: Timestamp) -> Option<(SiteId, Arc<str>)> {
        let row = self.current()?;
        let rests = |(key, since): &(AlarmKey, Timestamp)| row.is(key) && now.duration_since(*since) >= REST;
        let is_looked_at = self.whole || self.rest.as_ref().is_some_and(rests);
        is_looked_at.then(|| (row.site, row.name.clone()))
    }

    /// Notes where the cursor is now; where it is first, it has always been.
    pub fn rest(&mut self, now: Timestamp) {
        let Some(row) = self.current() else { return };
        if self.rest.as_ref().is_none_or(|(key, _)| !row.is(key)) {
            let since = if self.rest.is_none() { Timestamp::MIN } else { now };
            self.rest = Some((row.id(), since));
        }
    }

    /// Whether the rows are of other lists than these; from now on they are of these.
    pub fn renews(&mut self, lists: Vec<(SiteId, Option<Timestamp>, bool)>) -> bool {
        let is_other = self.lists != lists;
        self.lists = lists;
        is_other
    }

    /// Where an alarm stands among the rows.
    #[must_use]
    pub fn position(&self, key: &AlarmKey) -> Option<usize> {
        self.rows.iter().position(|row| row.is(key))
    }

    /// Moves the cursor to a row.
    pub fn go(&mut self, to: usize, page: usize) {
        self.selected = to.min(self.rows.len().saturating_sub(1));
        let key = self.current().map(AlarmRow::id);
        if self.selected_key != key {
            self.selected_key = key;
            (self.scroll, self.related) = (0, 0);
        }
        self.reveal(page);
    }

    /// After the rows changed: the cursor goes where its alarm went. Where that is gone it stays where it was, and the
    /// story of another alarm does not take the place of the one that was read.
    pub fn keep_selection(&mut self, page: usize) {
        let found = self.selected_key.as_ref().map(|key| self.position(key));
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
            Some(None) => {
                self.close();
                self.go(self.selected, page);
            }
        }
    }

    /// Nothing is chosen any more: the cursor is on top, where the worst is.
    pub fn leave_cursor(&mut self) {
        self.close();
        self.selected_key = None;
    }

    /// Back from the story to the list.
    pub fn close(&mut self) {
        self.whole = false;
        self.trail.clear();
        (self.scroll, self.related) = (0, 0);
    }

    /// Scrolls until the cursor is visible.
    pub fn reveal(&mut self, page: usize) {
        self.offset = table::scroll(self.offset, Some(self.selected), page, self.rows.len());
    }
}
