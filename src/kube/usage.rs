//! What nodes and pods use, as a metrics server says (metrics.k8s.io/v1beta1).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::ask::ApiLine;
use super::request::{ApiRequest, MetricsOf};
use super::served::broken;
use super::wire::{WireMap, WireMeta, WireTime};
use crate::domain::{Amount, Fault};
use crate::services::kubernetes::{Usage, Used};

#[derive(Deserialize)]
struct MetricsTold<'a> {
    #[serde(borrow)]
    items: Vec<MetricTold<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MetricTold<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    timestamp: WireTime,
    /// Of a node.
    usage: Option<WireMap<'a>>,
    /// Of a pod.
    containers: Vec<ContainerTold<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContainerTold<'a> {
    #[serde(borrow)]
    usage: WireMap<'a>,
}

pub(super) async fn usage(line: &ApiLine) -> Result<Usage, Fault> {
    let (nodes, pods) = (ApiRequest::Metrics(MetricsOf::Nodes), ApiRequest::Metrics(MetricsOf::Pods));
    let (of_nodes, of_pods) = futures_util::future::try_join(line.read(&nodes), line.read(&pods)).await?;
    let read = serde_json::from_slice::<MetricsTold<'_>>;
    let all = read(&of_nodes).map_err(|_| broken(&nodes, &of_nodes))?;
    let oldest: Option<Timestamp> = all.items.iter().filter_map(|item| item.timestamp.0).min();
    let nodes = used_by(&all);
    let all = read(&of_pods).map_err(|_| broken(&pods, &of_pods))?;
    Ok(Usage { nodes, pods: used_by(&all), oldest })
}

fn used_by(all: &MetricsTold<'_>) -> HashMap<Arc<str>, Used> {
    let of = |item: &MetricTold<'_>| {
        let used = match &item.usage {
            Some(usage) => sum(std::iter::once(usage)),
            None => sum(item.containers.iter().map(|container| &container.usage)),
        };
        let key = item.metadata.key();
        used.filter(|_| !key.is_empty()).map(|used| (key, used))
    };
    all.items.iter().filter_map(of).collect()
}

/// The use of all together; none where one of them does not say it, or there is none.
fn sum<'w>(all: impl Iterator<Item = &'w WireMap<'w>>) -> Option<Used> {
    let (mut nano, mut memory, mut is_any) = (0_i64, 0_i64, false);
    for usage in all {
        nano = nano.saturating_add(Amount::parse(usage.get("cpu")?)?.nano());
        memory = memory.saturating_add(Amount::parse(usage.get("memory")?)?.value());
        is_any = true;
    }
    // Rounded up, as quantities are.
    let cpu = nano / 1_000_000 + i64::from(nano % 1_000_000 > 0);
    is_any.then_some(Used { cpu, memory })
}

#[cfg(test)]
mod tests;
