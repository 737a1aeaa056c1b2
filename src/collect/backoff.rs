//! How long to wait after a failure.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::SignedDuration;

use crate::domain::FaultKind;
use crate::domain::fault::Reach;

/// First pause after a failure, milliseconds.
const BASE: u64 = 4_000;
/// Longest pause, milliseconds.
const CEILING: u64 = 300_000;
/// Longest pause where a person is mending it: signing in, setting the clock, naming the right role.
const MENDED: u64 = 30_000;
/// A missing permission rarely appears within the minute.
const DENIED: u64 = 60_000;

/// The pause after the `failures`-th failure in a row (1 is the first): exponential with jitter
/// between a half and the whole, so that many consoles do not come back together. The jitter is a
/// function of `salt`: the core stays pure.
#[must_use]
pub fn pause(kind: &FaultKind, failures: u32, salt: impl Hash) -> SignedDuration {
    let exponential = BASE.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(CEILING);
    let whole = match kind {
        FaultKind::Denied { .. } | FaultKind::Forbidden { .. } | FaultKind::NotLetIn { .. } | FaultKind::NotServed => {
            exponential.max(DENIED)
        }
        kind if kind.reach() != Reach::Call => exponential.min(MENDED),
        _ => exponential,
    };
    let mut hasher = DefaultHasher::new();
    (salt, failures).hash(&mut hasher);
    let jittered = whole / 2 + hasher.finish() % (whole / 2 + 1);
    SignedDuration::from_millis(i64::try_from(jittered).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_five_minutes_and_never_falls_below_half() {
        for failures in 1..40 {
            for salt in 0..20 {
                let pause = pause(&FaultKind::Throttled, failures, salt).as_millis();
                let whole = i128::from((BASE << (failures - 1).min(10)).min(CEILING));
                assert!((whole / 2..=whole).contains(&pause), "{failures}: {pause} of {whole}");
            }
        }
    }

    #[test]
    fn what_a_person_mends_is_asked_again_within_half_a_minute() {
        let clock = FaultKind::WrongClock { behind: None };
        for kind in [FaultKind::Expired { login: None }, clock] {
            let longest = (1..40).map(|failures| pause(&kind, failures, 0).as_secs()).max();
            assert!(longest.is_some_and(|longest| (15..=30).contains(&longest)), "{kind:?}: {longest:?}");
        }
    }

    #[test]
    fn different_targets_come_back_at_different_times() {
        let pauses: std::collections::BTreeSet<_> =
            (0..20).map(|salt| pause(&FaultKind::Unreachable, 3, salt)).collect();
        assert!(pauses.len() > 15);
    }
}
