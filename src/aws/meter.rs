//! Counts what AWS answers, retries included, by service. A connection that is refused never came
//! to AWS and is not counted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

use super::error::is_throttled;
use crate::collect::Traffic;

/// The span that a rate is taken over.
const SPAN: Duration = Duration::from_secs(60);

/// Shared by all sessions of the console.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<VecDeque<Answered>>>);

/// One attempt that was answered.
#[derive(Debug)]
struct Answered {
    at: Instant,
    service: String,
    throttled: bool,
}

impl Meter {
    /// The answers of the last minute.
    #[must_use]
    pub fn last_minute(&self) -> Traffic {
        let mut answered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while answered.front().is_some_and(|answer| answer.at.elapsed() > SPAN) {
            answered.pop_front();
        }
        let mut traffic = Traffic::default();
        for answer in answered.iter() {
            traffic.count(&answer.service, answer.throttled);
        }
        traffic
    }
}

#[dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(response) = context.response() {
            let service = config.load::<Metadata>().map_or("aws", Metadata::service).to_lowercase();
            let body = response.body().bytes().unwrap_or_default();
            let throttled = is_throttled(response.status().as_u16(), body);
            let mut answered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            answered.push_back(Answered { at: Instant::now(), service, throttled });
        }
        Ok(())
    }
}
