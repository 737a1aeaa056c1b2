//! Another minimum and maximum of a HorizontalPodAutoscaler.

mod effect;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::effect::BoundsChange;
use super::prelude::*;
use crate::services::kubernetes::why::saturated;

/// Between how many pods an autoscaler chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAutoscaler {
    /// `spec.minReplicas`.
    pub minimum: i32,
    /// `spec.maxReplicas`.
    pub maximum: i32,
}

const FIELDS: &[&str] = &["minimum", "maximum"];
const MINIMUM: &str = "/spec/minReplicas";
const MAXIMUM: &str = "/spec/maxReplicas";
const ZERO: &str = "at least 1: for 0 it needs Kubernetes 1.37 or later, and a metric of type Object or External";
/// Pods that Kubernetes is made for, in all of a cluster ("Considerations for large clusters").
const MOST: i32 = 150_000;

impl Request for ChangeAutoscaler {
    fn unavailable(_: On<'_>) -> Option<String> {
        None
    }

    fn offer(seen: &Seen) -> Self {
        let (minimum, maximum) = seen.object.as_ref().map_or((1, 1), limits);
        let within = |number: i64| i32::try_from(number).unwrap_or(MOST);
        Self { minimum: within(minimum), maximum: within(maximum) }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let now = |number: i64| format!("now {number}");
        let (minimum, maximum) = match seen.object.as_ref().map(limits) {
            Some((minimum, maximum)) => (now(minimum), now(maximum)),
            None => (String::new(), String::new()),
        };
        let whole = || FieldKind::Whole { unit: "pods" };
        vec![
            Field::new("minimum", "Minimum", self.minimum.to_string(), whole()).hint(minimum),
            Field::new("maximum", "Maximum", self.maximum.to_string(), whole()).hint(maximum),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match name {
            "minimum" if value.trim() == "0" && !takes_zero(seen) => {
                return Err(ZERO.to_owned());
            }
            "minimum" => self.minimum = field::whole(value, 0, MOST)?,
            "maximum" => self.maximum = field::whole(value, 1, MOST)?,
            _ => return Err(field::unknown(name, FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return Draft::new(Risk::Routine, seen) };
        let change = BoundsChange::of(object, (i64::from(self.minimum), i64::from(self.maximum)));
        let mut draft = Draft::new(if change.ends_pods() { Risk::Disruptive } else { Risk::Routine }, seen);
        draft.summary = format!(
            "HPA {} keeps {} between {} and {} pods instead of {} and {}.",
            name.local(),
            effect::target_name(object),
            change.after.0,
            change.after.1,
            change.before.0,
            change.before.1
        );
        change.check(&mut draft, object, takes_zero(seen));
        change.say(&mut draft, object);
        draft.checks.extend(effect::target(seen, object, &name.namespace));
        let scaler = seen.view().and_then(|view| {
            view.autoscalers().find(|one| *one.namespace == *name.namespace && *one.name == *name.name)
        });
        if let Some(above) = scaler.and_then(saturated) {
            draft.say("Now", format!("at its maximum of {}: {above}", change.before.1), Tone::Warning);
        }
        undone::say_of(&mut draft, object, &[&["spec", "minReplicas"], &["spec", "maxReplicas"]]);
        let of = Followed::of(&seen.target.region, &name, object.uid());
        let values = [(MINIMUM, change.after.0), (MAXIMUM, change.after.1)];
        let follow =
            Follow::Shows { of, values: values.map(|(at, value)| (at.to_owned(), value.to_string())).to_vec() };
        // Both limits are tested: the plan stands on the one that stays, too.
        let patch = values.iter().fold(Patch::of(object), |patch, (at, value)| match object.number(at) {
            Some(now) if now == *value => patch.expect(object, at),
            _ => patch.set(object, at, json!(value)),
        });
        let call = Call::new(Api::PatchAutoscaler, &seen.target.region)
            .with(parameter::CLUSTER, &name.cluster)
            .with(parameter::NAMESPACE, &name.namespace)
            .with(parameter::NAME, &name.name)
            .with(parameter::PATCH, patch.text());
        draft.step("changes it", call, follow, (1, 5));
        draft.inverse = Some(format!("set it back to {} and {}", change.before.0, change.before.1));
        draft
    }
}

/// Its minimum and maximum; the API server's default of the first is 1.
fn limits(object: &ApiObject) -> (i64, i64) {
    (object.number(MINIMUM).unwrap_or(1), object.number(MAXIMUM).unwrap_or(1))
}

/// Its minimum may be 0: it is so now, or the cluster takes it (`HPAScaleToZero`, on from 1.37) of an autoscaler that has
/// a metric which does not come from its pods.
fn takes_zero(seen: &Seen) -> bool {
    let Some(object) = &seen.object else { return false };
    let metrics = object.at("/spec/metrics").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_outer = |metric: &Value| matches!(metric["type"].as_str(), Some("Object" | "External"));
    let minor = seen.eks().and_then(|eks| eks.version.strip_prefix("1.")?.parse::<u32>().ok());
    limits(object).0 == 0 || (metrics.iter().any(is_outer) && minor.is_some_and(|minor| minor >= 37))
}

#[cfg(test)]
mod tests;
