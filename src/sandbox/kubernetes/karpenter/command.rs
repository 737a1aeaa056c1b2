//! Commands: a node that is to go is tainted, what replaces it is launched, and once that is initialized its claim
//! is deleted. A command that loses its replacement, or takes too long, is given up.

use super::Karpenter;
use super::budget::DisruptionReason;
use super::condition::{self, CLAIM, ConditionStatus};
use super::disruption::{DisruptionCommand, DisruptionPlan};
use super::object::{self, DISRUPTED_TAINT};
use super::recorder::{Kind, Notice};
use super::state::StateNode;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A command that is not done by then is given up.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_mins(10);

impl Karpenter {
    /// Taints the nodes, creates what replaces them, and remembers the command.
    pub(super) fn begin(
        &mut self,
        store: &mut Store,
        plan: &DisruptionPlan,
        reason: DisruptionReason,
        nodes: &[StateNode],
        now: Timestamp,
    ) {
        let name = reason.name();
        for candidate in &plan.candidates {
            if let Some(node) = &candidate.state.node {
                let _ = store.update(&ObjectKey::of(Resource::Nodes, node), now, |node| {
                    object::add_taints(node, Some(&json!([object::disrupted()])));
                });
            }
            let _ = store.update(&ObjectKey::of(Resource::NodeClaims, &candidate.claim), now, |claim| {
                condition::set(claim, CLAIM, "DisruptionReason", (ConditionStatus::True, name, name), now);
            });
        }
        let mut replacements = Vec::new();
        if let Some(outcome) = &plan.outcome {
            for planned in &outcome.planned {
                let Some(made) = self.create_claim(store, planned, &outcome.templates, nodes, true, now) else {
                    // Without its replacement nothing is disrupted; the taint goes with the next look.
                    return;
                };
                replacements.push(made);
            }
            for existing in outcome.existing.iter().filter(|existing| !existing.pods.is_empty()) {
                let until = now.checked_add(SignedDuration::from_secs(20)).unwrap_or(now);
                self.nominated.insert(existing.state.name().to_owned(), until);
            }
        }
        let claims = plan.candidates.iter().map(|one| one.claim_name().to_owned()).collect();
        self.disruption.commands.push(DisruptionCommand { reason, began: now, claims, replacements });
        self.go_on(store, now);
    }

    /// Commands whose replacements are initialized delete their claims; those that lost one are given up.
    pub(super) fn go_on(&mut self, store: &mut Store, now: Timestamp) {
        let commands = std::mem::take(&mut self.disruption.commands);
        let mut kept = Vec::new();
        for command in commands {
            match self.progress(store, &command, now) {
                Progress::Waits => kept.push(command),
                Progress::Failed => Self::undo(store, &command, now),
                Progress::Done => {}
            }
        }
        self.disruption.commands.extend(kept);
    }

    fn progress(&mut self, store: &mut Store, command: &DisruptionCommand, now: Timestamp) -> Progress {
        let mut ready = true;
        for name in &command.replacements {
            let Some(claim) = store.get(&ObjectKey::cluster(Resource::NodeClaims, name)).cloned() else {
                return Progress::Failed;
            };
            let words = format!("Launching NodeClaim: {}", command.reason.name());
            let notice = Notice::new(Kind::Normal, "DisruptionLaunching", words).apart_by(command.reason.name());
            self.recorder.publish(store, &claim, &notice, now);
            if !condition::is_true(&claim, "Initialized") {
                let words = "Waiting on readiness to continue disruption";
                self.recorder.publish(
                    store,
                    &claim,
                    &Notice::new(Kind::Normal, "DisruptionWaitingReadiness", words),
                    now,
                );
                ready = false;
            }
        }
        if !ready {
            let late = now.duration_since(command.began) > GIVEN_UP_AFTER;
            return if late { Progress::Failed } else { Progress::Waits };
        }
        for name in &command.claims {
            let key = ObjectKey::cluster(Resource::NodeClaims, name);
            let Some(claim) = store.get(&key).cloned() else { continue };
            let node = super::lifecycle::nodes_of(store, &claim).into_iter().next();
            Self::delete_claim(store, &key, now);
            for (about, what) in node.iter().map(|node| (node, "Node")).chain([(&claim, "NodeClaim")]) {
                let words = format!("Disrupting {what}: {}", command.reason.name());
                let notice = Notice::new(Kind::Normal, "DisruptionTerminating", words).apart_by(command.reason.name());
                self.recorder.publish(store, about, &notice, now);
            }
        }
        Progress::Done
    }

    fn undo(store: &mut Store, command: &DisruptionCommand, now: Timestamp) {
        for name in &command.claims {
            let key = ObjectKey::cluster(Resource::NodeClaims, name);
            if let Some(claim) = store.get(&key).cloned() {
                release(store, &key, &claim, now);
            }
        }
    }

    /// Nodes that carry the taint though no command concerns them lose it.
    pub(super) fn untaint_others(&mut self, store: &mut Store, now: Timestamp) {
        let marked: BTreeSet<String> =
            self.disruption.commands.iter().flat_map(|command| command.claims.iter().cloned()).collect();
        let claims: Vec<(ObjectKey, Arc<Value>)> =
            store.list(Resource::NodeClaims).map(|(key, claim)| (key.clone(), Arc::clone(claim))).collect();
        for (key, claim) in claims {
            if !metadata::is_terminating(&claim) && !marked.contains(metadata::name(&claim)) {
                release(store, &key, &claim, now);
            }
        }
    }
}

enum Progress {
    Waits,
    Done,
    Failed,
}

/// The node may be used again.
fn release(store: &mut Store, key: &ObjectKey, claim: &Value, now: Timestamp) {
    if condition::get(claim, "DisruptionReason").is_none() {
        return;
    }
    for node in super::lifecycle::nodes_of(store, claim) {
        let _ = store
            .update(&ObjectKey::of(Resource::Nodes, &node), now, |node| object::remove_taint(node, DISRUPTED_TAINT));
    }
    let _ = store.update(key, now, |claim| condition::clear(claim, "DisruptionReason"));
}
