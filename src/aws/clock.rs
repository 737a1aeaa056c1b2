//! How far AWS's clock is from this machine's, as the answers of one session tell.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::Timestamp;

use super::error::dated;

/// A difference of fewer seconds is the way that the answer took.
const SAME: i64 = 5;

/// The clock of what one session talks to: another endpoint may have another one.
#[derive(Debug, Clone, Default)]
pub(super) struct TheirClock(Arc<Mutex<Option<i64>>>);

impl TheirClock {
    /// Seconds that it is ahead of this machine's (behind when negative), by the `Date` of the newest answer;
    /// `None` before the first one that has it.
    pub(super) fn ahead(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, date: &str, now: Timestamp) {
        if let Some(ahead) = dated(date, now) {
            let ahead = if ahead.abs() < SAME { 0 } else { ahead };
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
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
}
