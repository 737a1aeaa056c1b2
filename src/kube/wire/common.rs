//! What several kinds have: conditions, amounts, an instance's id.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::value::{WireList, WireMap, WireText, WireTime};
use crate::domain::Amount;
use crate::services::kubernetes::model::{CapacityType, ConditionStatus, Conditions, ObjectCondition, Resources};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireCondition<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: WireText<'a>,
    pub(super) status: WireText<'a>,
    reason: WireText<'a>,
    message: WireText<'a>,
    last_transition_time: WireTime,
}

impl WireCondition<'_> {
    pub(super) fn condition(&self, words: &mut Interned) -> ObjectCondition {
        ObjectCondition {
            kind: words.word(&self.kind),
            status: match &*self.status {
                "True" => ConditionStatus::True,
                "False" => ConditionStatus::False,
                _ => ConditionStatus::Unknown,
            },
            reason: words.word(&self.reason),
            message: words.word(&self.message),
            since: self.last_transition_time.0,
        }
    }
}

pub(super) fn conditions(all: &WireList<WireCondition<'_>>, words: &mut Interned) -> Conditions {
    Conditions(all.iter().map(|condition| condition.condition(words)).collect())
}

/// Amounts by their resource. What is no quantity is left out.
pub(super) fn resources(map: &WireMap<'_>, words: &mut Interned) -> Resources {
    let mut all = Resources::default();
    for (name, text) in &map.0 {
        let Some(amount) = Amount::parse(text) else { continue };
        match &**name {
            "cpu" => all.cpu = amount.milli(),
            "memory" => all.memory = amount.value(),
            "pods" => all.pods = amount.value(),
            "nodes" => all.nodes = amount.value(),
            other => {
                all.others.insert(words.word(other), amount.value());
            }
        }
    }
    all
}

/// Limits by their resource, in the units of [`Resources`].
pub(super) fn limits(map: &WireMap<'_>, words: &mut Interned) -> BTreeMap<Arc<str>, i64> {
    let amount = |name: &str, text: &str| {
        let amount = Amount::parse(text)?;
        Some(if name == "cpu" { amount.milli() } else { amount.value() })
    };
    map.0.iter().filter_map(|(name, text)| Some((words.word(name), amount(name, text)?))).collect()
}

/// The EC2 instance of a provider's id: `aws:///eu-west-1a/i-0123456789abcdef0`.
pub(super) fn instance(provider_id: &str) -> Option<Arc<str>> {
    let id = provider_id.strip_prefix("aws:")?.rsplit('/').next()?;
    id.starts_with("i-").then(|| own(id))
}

/// `karpenter.sh/capacity-type`, or `eks.amazonaws.com/capacityType` of a managed group.
pub(super) fn capacity_type(labels: &WireMap<'_>) -> Option<CapacityType> {
    let label = labels.get("karpenter.sh/capacity-type").or_else(|| labels.get("eks.amazonaws.com/capacityType"))?;
    match label {
        "on-demand" | "ON_DEMAND" => Some(CapacityType::OnDemand),
        "spot" | "SPOT" => Some(CapacityType::Spot),
        // EKS API, Nodegroup `capacityType`: a block is a reservation.
        "reserved" | "CAPACITY_BLOCK" => Some(CapacityType::Reserved),
        _ => None,
    }
}
