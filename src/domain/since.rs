//! Since when something is so, and how that is known.

use std::cmp::Ordering;

use jiff::Timestamp;

/// Since when something is so. Where what was read does not reach back to its beginning, that is said: the edge of what
/// was read is not a beginning, nor is the moment at which the console looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// AWS tells the moment: of an event, of a change of state.
    Told(Timestamp),
    /// It was seen to begin then: before, it was not so.
    At(Timestamp),
    /// It was so already at the edge of what was read: it began then or earlier.
    Before(Timestamp),
    /// What was measured from then on, taken together, says so.
    Trend(Timestamp),
    /// The console saw it then for the first time; when it began is not known.
    Seen(Timestamp),
}

impl Since {
    /// The moment that it names.
    #[must_use]
    pub fn moment(self) -> Timestamp {
        match self {
            Self::Told(at) | Self::At(at) | Self::Before(at) | Self::Trend(at) | Self::Seen(at) => at,
        }
    }

    /// The beginning of what is so without a break, from two looks at it: what AWS tells and what a trend says now
    /// stand; of the others the earlier one, which both are consistent with.
    #[must_use]
    pub fn with_known(self, known: Self) -> Self {
        match self {
            Self::Told(_) | Self::Trend(_) => self,
            _ if (known.moment(), known.doubt()) < (self.moment(), self.doubt()) => known,
            _ => self,
        }
    }

    /// Of two that name the same moment the less doubtful says more.
    fn doubt(self) -> u8 {
        match self {
            Self::Told(_) => 0,
            Self::At(_) => 1,
            Self::Before(_) => 2,
            Self::Trend(_) => 3,
            Self::Seen(_) => 4,
        }
    }

    /// The freshest first. What was only seen may be as old as can be, however lately the console has started: it
    /// stands behind all whose beginning is known.
    #[must_use]
    pub fn by_freshness(self, other: Self) -> Ordering {
        let is_unknown = |since: Self| matches!(since, Self::Seen(_));
        is_unknown(self).cmp(&is_unknown(other)).then_with(|| other.moment().cmp(&self.moment()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).expect("in range")
    }

    #[test]
    fn of_two_looks_at_one_stretch_the_earlier_is_kept() {
        for (known, own, expected) in [
            (Since::At(at(5)), Since::At(at(9)), Since::At(at(5))),
            (Since::At(at(5)), Since::Before(at(9)), Since::At(at(5))),
            (Since::At(at(5)), Since::Before(at(2)), Since::Before(at(2))),
            (Since::Before(at(5)), Since::At(at(2)), Since::At(at(2))),
            (Since::Before(at(5)), Since::At(at(5)), Since::At(at(5))),
            (Since::Before(at(5)), Since::Before(at(9)), Since::Before(at(5))),
            (Since::Seen(at(9)), Since::At(at(7)), Since::At(at(7))),
            (Since::Seen(at(9)), Since::Before(at(7)), Since::Before(at(7))),
            (Since::Seen(at(5)), Since::At(at(7)), Since::Seen(at(5))),
            // AWS's own word, and what the numbers of now say, are not bent by what was known.
            (Since::At(at(5)), Since::Told(at(9)), Since::Told(at(9))),
            (Since::Seen(at(5)), Since::Trend(at(9)), Since::Trend(at(9))),
        ] {
            assert_eq!(own.with_known(known), expected, "{own:?} with {known:?}");
        }
    }

    #[test]
    fn what_began_last_is_the_freshest_and_what_was_only_seen_comes_last() {
        let mut all = [Since::Seen(at(9)), Since::Before(at(3)), Since::Told(at(8)), Since::At(at(5))];
        all.sort_by(|a, b| a.by_freshness(*b));
        assert_eq!(all, [Since::Told(at(8)), Since::At(at(5)), Since::Before(at(3)), Since::Seen(at(9))]);
    }
}
