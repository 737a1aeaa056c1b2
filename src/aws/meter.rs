//! Counts every request that leaves for AWS, retries included, by service.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

/// The span that a rate is taken over.
const SPAN: Duration = Duration::from_secs(60);

/// Shared by all sessions of the console.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<VecDeque<(Instant, String)>>>);

impl Meter {
    /// Requests of the last minute, by service (`rds` → 12).
    #[must_use]
    pub fn last_minute(&self) -> BTreeMap<String, u64> {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while sent.front().is_some_and(|(at, _)| at.elapsed() > SPAN) {
            sent.pop_front();
        }
        let mut counts = BTreeMap::new();
        for (_, service) in sent.iter() {
            *counts.entry(service.clone()).or_default() += 1;
        }
        counts
    }

    fn count(&self, service: &str) {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push_back((Instant::now(), service.to_owned()));
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let service = config.load::<Metadata>().map_or("aws", Metadata::service);
        self.count(&service.to_lowercase());
        Ok(())
    }
}
