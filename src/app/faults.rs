//! The error log: an error stays readable until it is dismissed.

use jiff::Timestamp;

use crate::collect::Target;
use crate::domain::Fault;

/// At most this many different errors are kept; the oldest mended ones go first.
const CAPACITY: usize = 200;

/// One error, however often it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub target: Target,
    /// Environment and region in words.
    pub place: String,
    pub fault: Fault,
    pub first: Timestamp,
    pub last: Timestamp,
    pub count: u32,
    /// When the same thing worked again.
    pub mended: Option<Timestamp>,
}

/// All errors that were not dismissed, newest last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultLog {
    entries: Vec<Entry>,
}

impl FaultLog {
    /// Takes in an error; true when it is a new one and not the repetition of one that stands.
    pub fn record(&mut self, target: &Target, place: String, fault: Fault, now: Timestamp) -> bool {
        let known =
            self.entries.iter_mut().find(|e| e.mended.is_none() && e.target == *target && e.fault.kind == fault.kind);
        if let Some(entry) = known {
            entry.count += 1;
            entry.last = now;
            entry.fault = fault;
            return false;
        }
        if self.entries.len() >= CAPACITY {
            let victim = self.entries.iter().position(|e| e.mended.is_some()).unwrap_or(0);
            self.entries.remove(victim);
        }
        let entry = Entry { target: target.clone(), place, fault, first: now, last: now, count: 1, mended: None };
        self.entries.push(entry);
        true
    }

    /// The target answered again.
    pub fn mend(&mut self, target: &Target, now: Timestamp) {
        for entry in self.entries.iter_mut().filter(|e| e.target == *target && e.mended.is_none()) {
            entry.mended = Some(now);
        }
    }

    /// The targets that are not wanted any more: their errors no longer stand.
    pub fn retire(&mut self, wanted: impl Fn(&Target) -> bool, now: Timestamp) {
        for entry in self.entries.iter_mut().filter(|e| e.mended.is_none() && !wanted(&e.target)) {
            entry.mended = Some(now);
        }
    }

    /// Errors that still stand.
    #[must_use]
    pub fn standing(&self) -> usize {
        self.entries.iter().filter(|e| e.mended.is_none()).count()
    }

    /// Newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().rev()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes one, counted as [`Self::iter`] counts.
    pub fn dismiss(&mut self, index: usize) {
        if let Some(at) = self.entries.len().checked_sub(index + 1) {
            self.entries.remove(at);
        }
    }
}
