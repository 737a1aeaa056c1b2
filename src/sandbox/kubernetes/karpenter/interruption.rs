//! What EC2 announces on the interruption queue: the claim of an instance that will end is deleted at once.

use super::Karpenter;
use super::object::{INSTANCE_TYPE, ZONE};
use super::recorder::{Kind, Notice};
use super::state::provider_id;
use crate::sandbox::kubernetes::cloud::{CapacityType, Cloud, MessageKind};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// The event of a message: how grave, reason, words.
fn event_of(kind: MessageKind) -> (Kind, &'static str, &'static str) {
    match kind {
        MessageKind::SpotInterruption => (Kind::Warning, "SpotInterrupted", "Spot interruption warning was triggered"),
        MessageKind::RebalanceRecommendation => {
            (Kind::Normal, "SpotRebalanceRecommendation", "Spot rebalance recommendation was triggered")
        }
        MessageKind::ScheduledChange => {
            (Kind::Warning, "InstanceUnhealthy", "An unhealthy warning was triggered for the instance")
        }
        MessageKind::InstanceStopping => (Kind::Warning, "InstanceStopping", "Instance is stopping"),
        MessageKind::InstanceTerminating => (Kind::Warning, "InstanceTerminating", "Instance is terminating"),
    }
}

impl Karpenter {
    /// Works off the queue.
    pub(super) fn interruptions(&mut self, store: &mut Store, cloud: &mut Cloud, now: Timestamp) {
        for message in cloud.receive(now) {
            let claim = store
                .list(Resource::NodeClaims)
                .find(|(_, claim)| {
                    provider_id(claim, "/status/providerID").is_some_and(|id| id.ends_with(&message.instance))
                })
                .map(|(key, claim)| (key.clone(), Arc::clone(claim)));
            if let Some((key, claim)) = claim {
                self.interrupted(store, &key, &claim, message.kind, now);
            }
        }
    }

    fn interrupted(
        &mut self,
        store: &mut Store,
        key: &ObjectKey,
        claim: &Arc<Value>,
        kind: MessageKind,
        now: Timestamp,
    ) {
        let node = super::lifecycle::nodes_of(store, claim).into_iter().next();
        let both: Vec<Arc<Value>> = std::iter::once(Arc::clone(claim)).chain(node).collect();
        let (grave, reason, words) = event_of(kind);
        for about in &both {
            self.recorder.publish(store, about, &Notice::new(grave, reason, words), now);
        }
        if kind == MessageKind::SpotInterruption
            && let (Some(zone), Some(name)) = (metadata::label(claim, ZONE), metadata::label(claim, INSTANCE_TYPE))
        {
            self.unavailable.mark(CapacityType::Spot, name, zone, now);
        }
        if kind == MessageKind::RebalanceRecommendation || metadata::is_terminating(claim) {
            return;
        }
        Self::delete_claim(store, key, now);
        for about in &both {
            let what = if about["kind"] == "Node" { "Node" } else { "NodeClaim" };
            let words = format!("Interruption triggered termination for the {what}");
            self.recorder.publish(store, about, &Notice::new(Kind::Warning, "TerminatingOnInterruption", words), now);
        }
    }
}
