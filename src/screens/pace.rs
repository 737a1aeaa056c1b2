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
    /// Whether they may be made now; else they are owed.
    pub fn may(&mut self, now: Timestamp) -> bool {
        // A clock that went back holds nothing up.
        let is_early = self.made.is_some_and(|at| (0..APART).contains(&now.duration_since(at).as_millis()));
        self.owed = is_early;
        if !is_early {
            self.made = Some(now);
        }
        !is_early
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
        assert!(pace.may(at(0)) && !pace.is_owed());
        assert!(!pace.may(at(999)) && pace.is_owed());
        assert!(pace.may(at(1_000)) && !pace.is_owed());
        assert!(pace.may(at(-5_000)), "the clock went back");
    }
}
