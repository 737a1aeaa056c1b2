//! How far AWS's clock is from this machine's, as the answers of one session tell.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::Timestamp;

use super::error::dated;

/// A difference of fewer seconds is the way that the answer took.
const SAME: i64 = 5;

/// What it was before is kept from so many seconds to so many seconds.
const APART: i64 = 30;
/// At most so many of those are kept: half an hour of a clock that runs at another speed, as a sandbox's may.
const KEPT: usize = 64;

/// The clock of what one session talks to: another endpoint may have another one.
#[derive(Debug, Clone, Default)]
pub(super) struct TheirClock(Arc<Mutex<Told>>);

/// What the answers have told of it.
#[derive(Debug, Default)]
struct Told {
    /// Seconds that it is ahead, by the newest answer.
    newest: Option<i64>,
    /// The same of before, each with when an answer told it.
    past: VecDeque<(i64, i64)>,
}

impl TheirClock {
    /// Seconds that it is ahead of this machine's (behind when negative), by the `Date` of the newest answer;
    /// `None` before the first one that has it.
    pub(super) fn ahead(&self) -> Option<i64> {
        self.told().newest
    }

    /// The same as it was at a moment: as the newest answer before it told, else the oldest that is known.
    pub(super) fn ahead_at(&self, at: Timestamp) -> Option<i64> {
        let told = self.told();
        let before = told.past.iter().rev().find(|(second, _)| *second <= at.as_second());
        before.or(told.past.front()).map(|(_, ahead)| *ahead)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, date: &str, now: Timestamp) {
        let Some(ahead) = dated(date, now) else { return };
        let ahead = if ahead.abs() < SAME { 0 } else { ahead };
        let second = now.as_second();
        let mut told = self.told();
        told.newest = Some(ahead);
        let is_new = |(at, known): &(i64, i64)| *known != ahead && second - at >= APART;
        if told.past.back().is_none_or(is_new) {
            if told.past.len() >= KEPT {
                told.past.pop_front();
            }
            told.past.push_back((second, ahead));
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for TheirClock {
    fn name(&self) -> &'static str {
        "TheirClock"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().and_then(|response| response.headers().get("date")) {
            self.take(date, Timestamp::now());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_date_counts_and_the_way_of_an_answer_does_not() {
        let (clock, now) = (TheirClock::default(), "2026-11-22T02:20:00Z".parse().unwrap());
        assert_eq!(clock.ahead(), None);
        clock.take("Sun, 22 Nov 2026 03:00:00 GMT", now);
        assert_eq!(clock.ahead(), Some(2400));
        clock.take("yesterday", now);
        assert_eq!(clock.ahead(), Some(2400));
        clock.take("Sun, 22 Nov 2026 02:19:57 GMT", now);
        assert_eq!(clock.ahead(), Some(0));
    }

    #[test]
    fn a_clock_that_runs_faster_is_known_as_it_was() {
        let clock = TheirClock::default();
        let at = |second: i64| Timestamp::from_second(1_795_312_800 + second).unwrap();
        assert_eq!(clock.ahead_at(at(0)), None);
        // An hour of it in a minute of ours.
        for second in (0..=600).step_by(60) {
            let theirs = at(second * 60);
            clock.take(&theirs.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(), at(second));
        }
        assert_eq!(clock.ahead(), Some(600 * 59));
        assert_eq!(clock.ahead_at(at(600)), Some(600 * 59));
        assert_eq!(clock.ahead_at(at(130)), Some(120 * 59));
        assert_eq!(clock.ahead_at(at(-900)), Some(0), "the oldest that is known");
    }
}
