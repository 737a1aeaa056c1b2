//! A HorizontalPodAutoscaler (autoscaling/v2).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::common::{WireCondition, conditions};
use super::value::{WireList, WireText, WireTime};
use super::{Projected, WireMeta};
use crate::domain::{Amount, Delta};
use crate::services::kubernetes::model::{Autoscaler, Figure, MetricTarget};
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WireAutoscaler<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WireAutoscalerSpec<'a>,
    status: WireAutoscalerStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireAutoscalerSpec<'a> {
    #[serde(borrow)]
    scale_target_ref: WireTargetRef<'a>,
    min_replicas: Option<i64>,
    max_replicas: Option<i64>,
    metrics: WireList<WireMetric<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireTargetRef<'a> {
    #[serde(borrow)]
    kind: WireText<'a>,
    name: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireAutoscalerStatus<'a> {
    current_replicas: Option<i64>,
    desired_replicas: Option<i64>,
    last_scale_time: WireTime,
    #[serde(borrow)]
    current_metrics: WireList<WireMetric<'a>>,
    conditions: WireList<WireCondition<'a>>,
}

/// A metric in the specification (`target`) or in the status (`current`), of one of five types.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireMetric<'a> {
    #[serde(borrow, rename = "type")]
    kind: WireText<'a>,
    resource: Option<WireMetricSource<'a>>,
    container_resource: Option<WireMetricSource<'a>>,
    pods: Option<WireMetricSource<'a>>,
    object: Option<WireMetricSource<'a>>,
    external: Option<WireMetricSource<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireMetricSource<'a> {
    /// Of `Resource` and `ContainerResource`.
    #[serde(borrow)]
    name: WireText<'a>,
    container: WireText<'a>,
    /// Of the others.
    metric: WireMetricName<'a>,
    target: WireFigure<'a>,
    current: WireFigure<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireMetricName<'a> {
    #[serde(borrow)]
    name: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireFigure<'a> {
    average_utilization: Option<i64>,
    #[serde(borrow)]
    average_value: WireText<'a>,
    value: WireText<'a>,
}

impl<'a> WireMetric<'a> {
    fn source(&self) -> Option<&WireMetricSource<'a>> {
        let all = [&self.resource, &self.container_resource, &self.pods, &self.object, &self.external];
        all.into_iter().flatten().next()
    }
}

impl WireMetricSource<'_> {
    fn name(&self) -> &str {
        if self.name.is_empty() { &self.metric.name } else { &self.name }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.name() == other.name() && *self.container == *other.container
    }
}

fn value(text: &str) -> Option<f64> {
    Amount::parse(text).map(|amount| amount.nano() as f64 / 1e9)
}

impl WireFigure<'_> {
    fn figure(&self) -> Option<Figure> {
        let average = || value(&self.average_value).map(Figure::AverageValue);
        let utilization = self.average_utilization.map(Figure::Utilization);
        utilization.or_else(average).or_else(|| value(&self.value).map(Figure::Value))
    }

    /// The figure that is held against the target: of the same kind.
    fn like(&self, target: Figure) -> Option<Figure> {
        match target {
            Figure::Utilization(_) => self.average_utilization.map(Figure::Utilization),
            Figure::AverageValue(_) => value(&self.average_value).map(Figure::AverageValue),
            Figure::Value(_) => value(&self.value).map(Figure::Value),
        }
    }
}

fn metric(wire: &WireMetric<'_>, now: &WireList<WireMetric<'_>>, words: &mut Interned) -> Option<MetricTarget> {
    let source = wire.source()?;
    let target = source.target.figure()?;
    let same = now.iter().filter(|one| *one.kind == *wire.kind).filter_map(WireMetric::source);
    let current = same.filter(|one| one.is_same(source)).find_map(|one| one.current.like(target));
    Some(MetricTarget { name: words.word(source.name()), target, current })
}

impl Projected for Autoscaler {
    type Fields<'a> = WireAutoscaler<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(_: ObjectKind, wire: &WireAutoscaler<'_>, words: &mut Interned) -> Self {
        let WireAutoscaler { metadata, spec, status } = wire;
        Self {
            namespace: words.word(&metadata.namespace),
            name: own(&metadata.name),
            target: (words.word(&spec.scale_target_ref.kind), words.word(&spec.scale_target_ref.name)),
            // The API's default.
            minimum: spec.min_replicas.unwrap_or(1),
            maximum: spec.max_replicas.unwrap_or_default(),
            current: status.current_replicas.unwrap_or_default(),
            desired: status.desired_replicas.unwrap_or_default(),
            metrics: spec.metrics.iter().filter_map(|one| metric(one, &status.current_metrics, words)).collect(),
            last_scaled: status.last_scale_time.0,
            conditions: conditions(&status.conditions, words),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::Autoscalers(delta)
    }
}
