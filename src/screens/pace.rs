//! How often rows are made anew that are of all objects of a cluster, of which some change all the time.

use jiff::Timestamp;

/// They are made no more often than this, milliseconds: all pods are looked through each time.
const APART: i128 = 1_000;

/// When they were made, and whether they are to be made again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowPace {
    made: Option<Timestamp>,
    owed: bool,
}

impl RowPace {
    /// It is too early to make them again.
    #[must_use]
    pub fn is_early(self, now: Timestamp) -> bool {
        // A clock that went back holds nothing up.
        self.made.is_some_and(|at| (0..APART).contains(&now.duration_since(at).as_millis()))
    }

    /// They are made now.
    pub fn make(&mut self, now: Timestamp) {
        *self = Self { made: Some(now), owed: false };
    }

    /// Something has changed since they were made, and they are not made yet.
    pub fn owe(&mut self) {
        self.owed = true;
    }

    /// Something has changed since they were made.
    #[must_use]
    pub fn is_owed(self) -> bool {
        self.owed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).expect("in range")
    }

    #[test]
    fn what_comes_too_early_is_owed() {
        let mut pace = RowPace::default();
        assert!(!pace.is_early(at(0)));
        pace.make(at(0));
        assert!(pace.is_early(at(999)));
        pace.owe();
        assert!(pace.is_owed() && !pace.is_early(at(1_000)));
        pace.make(at(1_000));
        assert!(!pace.is_owed());
        assert!(!pace.is_early(at(-5_000)), "the clock went back");
    }
}
