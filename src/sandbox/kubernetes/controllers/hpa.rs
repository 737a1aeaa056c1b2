//! The horizontal pod autoscaler: replicas that follow CPU and memory (`autoscaling/v2`, resource metrics).

mod metric;
mod rules;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::condition::{self, ObjectCondition};
use super::events::{EventRecorder, Note};
use super::feed::{Feed, later};
use crate::sandbox::kubernetes::load::ClusterLoad;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::selector::MatchSelector;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

use metric::{HpaMeasure, Proposal};
use rules::{Behaviour, Limited, ScaleHistory};

/// How often each autoscaler looks (`--horizontal-pod-autoscaler-sync-period`), milliseconds.
const PERIOD: i64 = 15_000;

/// The controller of autoscalers.
#[derive(Debug)]
pub struct Autoscalers {
    load: ClusterLoad,
    feed: Feed,
    due: HashMap<ObjectKey, Timestamp>,
    histories: HashMap<ObjectKey, ScaleHistory>,
    recorder: EventRecorder,
}

impl Autoscalers {
    /// That measure `load`.
    #[must_use]
    pub fn new(load: ClusterLoad) -> Self {
        let recorder = EventRecorder::new("horizontal-pod-autoscaler");
        Self {
            load,
            feed: Feed::new(Resource::HorizontalPodAutoscalers),
            due: HashMap::new(),
            histories: HashMap::new(),
            recorder,
        }
    }
}

impl Controller for Autoscalers {
    fn name(&self) -> &'static str {
        "hpa"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        let news = self.feed.news(store);
        if news.anew {
            let live: HashSet<ObjectKey> =
                store.list(Resource::HorizontalPodAutoscalers).map(|(key, _)| key.clone()).collect();
            self.due.retain(|key, _| live.contains(key));
        }
        for heard in news.heard {
            if heard.after.is_none() {
                self.due.remove(&heard.key);
                self.histories.remove(&heard.key);
            } else {
                // A new one is looked at after a period, as upstream's queue has it.
                self.due.entry(heard.key).or_insert_with(|| later(now, PERIOD));
            }
        }
        let mut keys: Vec<ObjectKey> =
            self.due.iter().filter(|(_, due)| **due <= now).map(|(key, _)| key.clone()).collect();
        keys.sort();
        for key in keys {
            self.sync(store, &key, now);
            self.due.insert(key, later(now, PERIOD));
        }
        self.due.values().min().copied()
    }
}

/// What one look comes to.
struct Decision {
    desired: i64,
    /// In the event, when it is not the number that it was.
    reason: String,
    limited: Limited,
    /// How the recommendation after the windows compares with the one before.
    stabilized: Ordering,
    by_metric: bool,
}

impl Autoscalers {
    fn sync(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(scaler) = store.get(key).cloned() else { return };
        let mut after = Value::clone(&scaler);
        let reference = &scaler["spec"]["scaleTargetRef"];
        let target =
            target_key(key, reference).and_then(|target| store.get(&target).cloned().map(|object| (target, object)));
        let Some((target_key, target)) = target else {
            let (kind, name) =
                (reference["kind"].as_str().unwrap_or_default(), reference["name"].as_str().unwrap_or_default());
            let message =
                format!("the HPA controller was unable to get the target's current scale: {kind} \"{name}\" not found");
            set(&mut after, "AbleToScale", "False", "FailedGetScale", &message, now);
            self.recorder.say(store, &scaler, &Note::warning("FailedGetScale", message), now);
            write(store, key, &after, now);
            return;
        };
        set(
            &mut after,
            "AbleToScale",
            "True",
            "SucceededGetScale",
            "the HPA controller was able to get the target's current scale",
            now,
        );
        let current = target["spec"]["replicas"].as_i64().unwrap_or(1);
        let decision = self.decide(store, key, &scaler, &mut after, (&target, current), now);
        if let Some(decision) = decision {
            self.apply(store, key, &mut after, (&scaler, &target_key, current), &decision, now);
            after["status"]["currentReplicas"] = current.into();
            after["status"]["desiredReplicas"] = decision.desired.into();
        } else {
            after["status"]["currentReplicas"] = current.into();
            if after["status"]["desiredReplicas"].is_null() {
                after["status"]["desiredReplicas"] = 0.into();
            }
        }
        after["status"]["observedGeneration"] = scaler["metadata"]["generation"].clone();
        write(store, key, &after, now);
    }

    /// `reconcileAutoscaler`: what the replicas should be; `None` when nothing can be said.
    fn decide(
        &mut self,
        store: &mut Store,
        key: &ObjectKey,
        scaler: &Arc<Value>,
        after: &mut Value,
        (target, current): (&Value, i64),
        now: Timestamp,
    ) -> Option<Decision> {
        let most = scaler["spec"]["maxReplicas"].as_i64().unwrap_or(1);
        let least = scaler["spec"]["minReplicas"].as_i64().unwrap_or(1);
        let plain = |desired: i64, reason: &str| Decision {
            desired,
            reason: reason.to_owned(),
            limited: Limited::Not,
            stabilized: Ordering::Equal,
            by_metric: false,
        };
        if current == 0 && least != 0 {
            let message = "scaling is disabled since the replica count of the target is zero";
            set(after, "ScalingActive", "False", "ScalingDisabled", message, now);
            return Some(plain(0, ""));
        }
        if current > most {
            return Some(plain(most, "Current number of replicas above Spec.MaxReplicas"));
        }
        if current < least {
            return Some(plain(least, "Current number of replicas below Spec.MinReplicas"));
        }
        let selector = MatchSelector::read(&target["spec"]["selector"]);
        let (proposal, statuses, failed) = self.propose(store, key, scaler, &selector, current, now);
        after["status"]["currentMetrics"] = statuses.into();
        let Some(proposal) = proposal else {
            let (reason, message) = failed.unwrap_or(("InvalidMetricSourceType", "no metrics".to_owned()));
            let said = format!("the HPA was unable to compute the replica count: {message}");
            set(after, "ScalingActive", "False", reason, &said, now);
            let metrics = scaler["spec"]["metrics"].as_array().map_or(0, Vec::len);
            let all = format!("invalid metrics ({metrics} invalid out of {metrics}), first error is: {message}");
            self.recorder.say(store, scaler, &Note::warning(reason, message), now);
            self.recorder.say(store, scaler, &Note::warning("FailedComputeMetricsReplicas", all), now);
            return None;
        };
        let found = format!("the HPA was able to successfully calculate a replica count from {}", proposal.metric);
        set(after, "ScalingActive", "True", "ValidMetricFound", &found, now);
        let reason = if proposal.replicas > current {
            format!("{} above target", proposal.metric)
        } else {
            "All metrics below target".to_owned()
        };
        let behaviour = Behaviour::read(&scaler["spec"]["behavior"]);
        let history = self.histories.entry(key.clone()).or_default();
        let stable = history.stabilize(&behaviour, current, proposal.replicas, now);
        let (desired, limited) = history.limit(&behaviour, current, stable, (least, most), now);
        Some(Decision { desired, reason, limited, stabilized: stable.cmp(&proposal.replicas), by_metric: true })
    }

    fn propose(
        &self,
        store: &Store,
        key: &ObjectKey,
        scaler: &Value,
        selector: &MatchSelector,
        current: i64,
        now: Timestamp,
    ) -> (Option<Proposal>, Vec<Value>, Option<(&'static str, String)>) {
        let measured = HpaMeasure::of(store, &self.load, &key.namespace, selector, now);
        let (mut best, mut statuses, mut failed): (Option<Proposal>, Vec<Value>, Option<(&'static str, String)>) =
            Default::default();
        let mut any_failed = false;
        for spec in scaler["spec"]["metrics"].as_array().into_iter().flatten() {
            match measured.propose(spec, current) {
                Ok((proposal, status)) => {
                    statuses.push(status);
                    if best.as_ref().is_none_or(|best| proposal.replicas > best.replicas) {
                        best = Some(proposal);
                    }
                }
                Err(message) => {
                    any_failed = true;
                    failed.get_or_insert(("FailedGetResourceMetric", message));
                }
            }
        }
        // A metric that fails stops scaling down.
        if any_failed && best.as_ref().is_some_and(|best| best.replicas < current) {
            best = None;
        }
        (best, statuses, failed)
    }

    fn apply(
        &mut self,
        store: &mut Store,
        key: &ObjectKey,
        after: &mut Value,
        (scaler, target, current): (&Value, &ObjectKey, i64),
        decision: &Decision,
        now: Timestamp,
    ) {
        if decision.by_metric {
            let (reason, message) = match decision.stabilized {
                Ordering::Greater => (
                    "ScaleDownStabilized",
                    "recent recommendations were higher than current one, applying the highest recent recommendation",
                ),
                Ordering::Less => (
                    "ScaleUpStabilized",
                    "recent recommendations were lower than current one, applying the lowest recent recommendation",
                ),
                Ordering::Equal => ("ReadyForNewScale", "recommended size matches current size"),
            };
            set(after, "AbleToScale", "True", reason, message, now);
            let (status, reason, message) = decision.limited.said();
            set(after, "ScalingLimited", status, reason, message, now);
        }
        if decision.desired == current {
            return;
        }
        let scaled = store.update(target, now, |object| object["spec"]["replicas"] = decision.desired.into());
        if scaled.is_err() {
            return;
        }
        let message = format!("the HPA controller was able to update the target scale to {}", decision.desired);
        set(after, "AbleToScale", "True", "SucceededRescale", &message, now);
        let said = format!("New size: {}; reason: {}", decision.desired, decision.reason);
        self.recorder.say(store, scaler, &Note::normal("SuccessfulRescale", said), now);
        after["status"]["lastScaleTime"] = metadata::time(now).into();
        self.histories.entry(key.clone()).or_default().scaled(decision.desired - current, now);
    }
}

fn target_key(scaler: &ObjectKey, reference: &Value) -> Option<ObjectKey> {
    let kind = match reference["kind"].as_str()? {
        "Deployment" => Resource::Deployments,
        "StatefulSet" => Resource::StatefulSets,
        "ReplicaSet" => Resource::ReplicaSets,
        _ => return None,
    };
    Some(ObjectKey::namespaced(kind, &scaler.namespace, reference["name"].as_str()?))
}

fn set(scaler: &mut Value, kind: &str, status: &str, reason: &str, message: &str, now: Timestamp) {
    condition::set(scaler, &ObjectCondition { kind, status, reason, message }, now);
}

fn write(store: &mut Store, key: &ObjectKey, after: &Value, now: Timestamp) {
    // It may be gone by now.
    let _ = store.update(key, now, |scaler| scaler["status"] = after["status"].clone());
}

/// For the tests of its parts.
#[cfg(test)]
pub(crate) fn spec(target: i64) -> Value {
    serde_json::json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": target}}})
}

/// `at` and some seconds.
fn seconds_before(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(at)
}
