//! Scale: so many pods of a Deployment or a StatefulSet (`spec.replicas`).

mod says;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::prelude::*;
use super::workload::ChangedWorkload;
use crate::services::kubernetes::change::rollout::wanted;
use crate::services::kubernetes::model::{Autoscaler, WorkloadKind};
use crate::services::kubernetes::{ObjectKind, why};

/// Another number of pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaleWorkload {
    /// `spec.replicas`.
    pub replicas: i32,
}

/// Pods that Kubernetes is made for, in all of a cluster ("Considerations for large clusters").
const MOST: i32 = 150_000;
/// Seconds from the call to pods that are available or gone, least and most: an estimate.
const USUAL: (u32, u32) = (5, 120);
const REPLICAS: &str = "/spec/replicas";
const ONE_FOR_EACH_NODE: &str = "a DaemonSet has a pod for each of its nodes: it has no number of replicas";

impl Request for ScaleWorkload {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Workload(workload) = on else { return None };
        (workload.kind == WorkloadKind::DaemonSet).then(|| ONE_FOR_EACH_NODE.to_owned())
    }

    fn offer(seen: &Seen) -> Self {
        let now = seen.object.as_ref().map_or(0, wanted);
        Self { replicas: i32::try_from(now).unwrap_or(MOST) }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let hint = seen.object.as_ref().map(|object| format!("now {}", wanted(object))).unwrap_or_default();
        let kind = FieldKind::Whole { unit: "pods" };
        vec![Field::new("replicas", "Replicas", self.replicas.to_string(), kind).hint(hint)]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "replicas" => self.replicas = field::whole(value, 0, MOST)?,
            _ => return Err(field::unknown(name, &["replicas"])),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let Some(subject) = ChangedWorkload::of(seen) else { return Draft::new(Risk::Routine, seen) };
        let change = Change { before: wanted(subject.object), after: i64::from(self.replicas) };
        let takes_volumes = change.is_down() && says::deletes_claims(&subject);
        let mut draft = Draft::new(change.risk(takes_volumes), seen);
        let is_scaled = subject.kind != WorkloadKind::DaemonSet;
        draft.check(Check::must("has a number of replicas", is_scaled, ONE_FOR_EACH_NODE));
        if !is_scaled {
            draft.summary = format!("{} stays as it is.", subject.name.local());
            return draft;
        }
        draft.summary = change.summary(&subject.name.local());
        let why = format!("it has {} already", change.before);
        draft.check(Check::must(format!("not at {} yet", change.after), change.before != change.after, why));
        check(&mut draft, seen, &subject, change);
        says::all(&mut draft, &subject, change);
        undone::say(&mut draft, subject.object, &["spec", "replicas"]);
        let patch = Patch::of(subject.object).set(subject.object, REPLICAS, json!(self.replicas));
        let follow = Follow::Scaled { of: subject.followed(), replicas: change.after };
        draft.step("scales it", subject.call(&patch), follow, USUAL);
        let back = format!("scale it back to {}", change.before);
        draft.inverse = (!takes_volumes).then_some(back);
        draft
    }
}

/// From how many to how many.
#[derive(Debug, Clone, Copy)]
struct Change {
    before: i64,
    after: i64,
}

impl Change {
    fn is_down(self) -> bool {
        self.after < self.before
    }

    fn risk(self, takes_volumes: bool) -> Risk {
        match self.is_down() {
            true if takes_volumes => Risk::Irreversible,
            true => Risk::Disruptive,
            false => Risk::Routine,
        }
    }

    fn summary(self, name: &str) -> String {
        let Self { before, after } = self;
        match after {
            0 => format!(
                "{name} has no pods any more, of {before} now. Nothing answers for it until it is scaled up again."
            ),
            after => format!("{name} has {after} pods instead of {before}."),
        }
    }
}

fn check(draft: &mut Draft, seen: &Seen, subject: &ChangedWorkload<'_>, change: Change) {
    let alone = "no autoscaler sets it back";
    draft.check(match subject.autoscaler() {
        Some(scaler) => Check::should(alone, false, set_back(scaler, change.after)),
        None if seen.knows(ObjectKind::Autoscaler) => Check::should(alone, true, ""),
        None => Check::unknown(alone, "autoscalers were not read"),
    });
    if subject.is_ordered() {
        let ready = subject.object.number("/status/readyReplicas").unwrap_or(0);
        let why = format!(
            "{ready} of {} are: while a pod that stays is not ready, it neither makes nor ends another",
            change.before
        );
        draft.check(Check::should("all its pods are ready", ready >= change.before, why));
    }
    if change.after > change.before {
        let placed = "none of its pods waits for a node";
        let told = seen.view().map(|view| why::waiting(&view, &subject.pods(), seen.at));
        draft.check(match told.filter(|_| seen.knows(ObjectKind::Pod)) {
            Some(told) if told.count == 0 => Check::should(placed, true, ""),
            Some(told) => Check::should(placed, false, format!("{} of them: {}", told.count, told.reason(seen.at))),
            None => Check::unknown(placed, "its pods were not read"),
        });
    }
}

/// What an autoscaler makes of it, which looks every 15 s by default (Kubernetes, "Horizontal Pod Autoscaling", with
/// "Implicit maintenance-mode deactivation"; pkg/controller/podautoscaler, `reconcileAutoscaler`).
fn set_back(scaler: &Autoscaler, after: i64) -> String {
    let Autoscaler { name, minimum, maximum, .. } = scaler;
    let who = format!("HPA {name}, from {minimum} to {maximum},");
    // KEDA names its autoscalers so, unless it is told another name (KEDA, "ScaledObject specification").
    let is_keda = name.starts_with("keda-hpa-");
    match after {
        0 if is_keda => format!("{who} is KEDA's, which scales it up again when a trigger is active"),
        0 if *minimum == 0 => format!("{who} may scale it up again by its metrics"),
        0 => format!("{who} stands still while it has 0 replicas: it stays at 0 until it is scaled up again"),
        after if after < *minimum => {
            format!("{who} sets it to {minimum} within 15 s by default: change its minimum instead")
        }
        after if after > *maximum => {
            format!("{who} sets it to {maximum} within 15 s by default: change its maximum instead")
        }
        _ => format!("{who} sets it by its metrics every 15 s by default: change its minimum or maximum instead"),
    }
}

#[cfg(test)]
mod tests;
