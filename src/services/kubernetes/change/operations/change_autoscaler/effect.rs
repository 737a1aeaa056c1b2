//! What other limits do at once, and what they allow later (Kubernetes, "Horizontal Pod Autoscaling";
//! pkg/controller/podautoscaler/horizontal.go, `reconcileAutoscaler`).

use serde_json::Value;

use super::{ZERO, limits};
use crate::domain::text::clean;
use crate::health::words::plural;
use crate::ops::plan::{Check, Tone};
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::{ApiObject, Draft, Seen};
use crate::services::kubernetes::model::WorkloadKind;

/// Seconds for which it remembers that more pods were wanted, before it goes down ("Default behavior").
const STABLE: i64 = 300;

/// From which limits to which, minimum and maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoundsChange {
    pub before: (i64, i64),
    pub after: (i64, i64),
    /// The replicas of what it scales, as it has seen them last.
    current: Option<i64>,
}

/// What it does at its next look, whatever its metrics say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It is not known how many pods there are.
    Unknown,
    /// What it scales has 0 replicas: it stands still.
    Still,
    Up(i64, i64),
    Down(i64, i64),
    /// There are as many pods as the limits allow.
    Within(i64),
}

impl BoundsChange {
    pub fn of(object: &ApiObject, after: (i64, i64)) -> Self {
        Self { before: limits(object), after, current: object.number("/status/currentReplicas") }
    }

    fn effect(self) -> Effect {
        let (minimum, maximum) = self.after;
        match self.current {
            None => Effect::Unknown,
            Some(0) if minimum > 0 => Effect::Still,
            Some(current) if current > maximum => Effect::Down(current, maximum),
            Some(current) if current < minimum => Effect::Up(current, minimum),
            Some(current) => Effect::Within(current),
        }
    }

    /// Pods end at once.
    pub fn ends_pods(self) -> bool {
        matches!(self.effect(), Effect::Down(..))
    }

    pub fn check(self, draft: &mut Draft, object: &ApiObject, takes_zero: bool) {
        let (minimum, maximum) = self.after;
        let why = format!("they are {} and {} already", self.before.0, self.before.1);
        draft.check(Check::must("other limits than now", self.before != self.after, why));
        let why = format!("the minimum is {minimum}, the maximum {maximum}");
        draft.check(Check::must("the minimum is not above the maximum", minimum <= maximum, why));
        draft.check(Check::must("a minimum that it may have", minimum > 0 || takes_zero, ZERO));
        let name = "the autoscaler works";
        let told = ["AbleToScale", "ScalingActive"].map(|kind| condition(object, kind));
        draft.check(match told.iter().flatten().find(|condition| condition.status == "False") {
            Some(condition) if condition.reason == "ScalingDisabled" => {
                Check::should(name, false, "what it scales has 0 replicas: it stands still until that is scaled up")
            }
            Some(condition) => Check::should(name, false, clean(condition.message)),
            None if told.iter().all(Option::is_none) => Check::unknown(name, "it says nothing of itself yet"),
            None => Check::should(name, true, ""),
        });
    }

    pub fn say(self, draft: &mut Draft, object: &ApiObject) {
        // It looks every 15 s (`--horizontal-pod-autoscaler-sync-period`). What is outside of the limits it sets without
        // its metrics, and without the pace of its behavior.
        match self.effect() {
            Effect::Unknown => {
                let text = "how many pods there are is not known: what is outside of the limits it sets within 15 s by default";
                draft.say("At once", text, Tone::Warning);
            }
            Effect::Still => draft.say("At once", "nothing: what it scales has 0 replicas", Tone::Plain),
            Effect::Up(from, to) => {
                let text = format!("from {from} to {to} pods within 15 s by default, whatever its metrics say");
                draft.say("At once", text, Tone::Plain);
            }
            Effect::Down(from, to) => {
                let gone = plural(usize::try_from(from - to).unwrap_or(0), "pod");
                let text = format!(
                    "from {from} to {to} pods within 15 s by default, whatever its metrics say: {gone} end together"
                );
                draft.say("At once", text, Tone::Critical);
                // Kubernetes, "Disruptions": not all voluntary disruptions are constrained by budgets.
                draft.say("Budgets", "scaling down does not ask disruption budgets", Tone::Warning);
            }
            Effect::Within(current) => {
                draft.say("At once", format!("nothing: there are {current} pods, within the limits"), Tone::Good);
                self.later(draft, object, current);
            }
        }
        if matches!(self.effect(), Effect::Within(current) | Effect::Down(current, _) if current >= self.after.1) {
            draft.say("Cannot grow", format!("{} pods are its maximum then", self.after.1), Tone::Warning);
        }
    }

    /// What its metrics can do with the limits.
    fn later(self, draft: &mut Draft, object: &ApiObject, current: i64) {
        let limited = condition(object, "ScalingLimited").filter(|condition| condition.status == "True");
        let wants = |reason: &str| limited.is_some_and(|condition| condition.reason == reason);
        if self.after.1 > self.before.1 && wants("TooManyReplicas") {
            let text = format!("its metrics ask for more than {} already: it grows at its next looks", self.before.1);
            draft.say("Grows", text, Tone::Plain);
        }
        if self.after.0 < self.before.0 && current > self.after.0 {
            if object.text("/spec/behavior/scaleDown/selectPolicy") == "Disabled" {
                draft.say("Shrinks", "not by its metrics: its behavior has scaling down disabled", Tone::Plain);
                return;
            }
            let window = object.number("/spec/behavior/scaleDown/stabilizationWindowSeconds").unwrap_or(STABLE);
            let now = if wants("TooFewReplicas") { ", as they do now" } else { "" };
            let text = format!(
                "down to {}, when its metrics ask for fewer{now}: {window} s after they last asked for more",
                self.after.0
            );
            draft.say("Shrinks", text, Tone::Warning);
        }
    }
}

/// What it scales, as a person says it: `Deployment checkout`.
pub(super) fn target_name(object: &ApiObject) -> String {
    format!("{} {}", object.said("/spec/scaleTargetRef/kind"), object.said("/spec/scaleTargetRef/name"))
}

/// Whether what it scales is there; nothing of a kind that is not read here.
pub(super) fn target(seen: &Seen, object: &ApiObject, namespace: &str) -> Option<Check> {
    let (kind, of) = match object.text("/spec/scaleTargetRef/kind") {
        "Deployment" => (WorkloadKind::Deployment, ObjectKind::Deployment),
        "StatefulSet" => (WorkloadKind::StatefulSet, ObjectKind::StatefulSet),
        _ => return None,
    };
    let name = "what it scales is there";
    if !seen.knows(of) {
        return Some(Check::unknown(name, format!("{} were not read", of.title())));
    }
    let is_there = seen.view()?.workload(kind, namespace, object.text("/spec/scaleTargetRef/name")).is_some();
    Some(Check::should(name, is_there, format!("there is no {} in {namespace}", target_name(object))))
}

/// A condition of its status.
#[derive(Debug, Clone, Copy)]
struct Condition<'a> {
    status: &'a str,
    reason: &'a str,
    message: &'a str,
}

fn condition<'a>(object: &'a ApiObject, kind: &str) -> Option<Condition<'a>> {
    let all = object.at("/status/conditions")?.as_array()?;
    let one = all.iter().find(|condition| condition["type"] == kind)?;
    let text = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(Condition { status: text("status"), reason: text("reason"), message: text("message") })
}
