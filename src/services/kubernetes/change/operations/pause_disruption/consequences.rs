//! What a pause stops, and what it does not.

use jiff::{SignedDuration, Timestamp};

use super::PauseDisruption;
use crate::domain::duration;
use crate::health::words::plural;
use crate::services::kubernetes::change::operations::pauses::go;
use crate::services::kubernetes::change::operations::pool;
use crate::services::kubernetes::change::operations::prelude::*;
use crate::services::kubernetes::model::{DisruptionReason, NodeClaim};
use crate::services::kubernetes::why::listed;
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// So many names stand in a row.
const NAMED: usize = 4;

impl PauseDisruption {
    pub(super) fn consequences(&self, draft: &mut Draft, seen: &Seen, name: &ObjectName, object: &ApiObject) {
        let until = pool::moment(self.until());
        draft.say("Interruption", "none: nothing that runs is touched", Tone::Good);
        draft.say("Ends by itself", format!("at {until}: from then on Karpenter goes on"), Tone::Good);
        let (begin, length) = (self.from.strftime("%-d %B from %H:%MZ"), go(self.minutes));
        let text = format!(
            "on each {begin} for {length}, as long as it stands in the pool: cron knows no year. Resume disruption takes it away"
        );
        draft.say("Comes back", text, Tone::Warning);
        let its: Option<Vec<&NodeClaim>> = seen.knows(ObjectKind::NodeClaim).then(|| {
            let view = seen.view();
            view.iter()
                .flat_map(ClusterView::claims)
                .filter(|claim| claim.pool.as_deref() == Some(&*name.name))
                .collect()
        });
        if self.reasons.is_empty() || self.reasons.contains(&DisruptionReason::Drifted) {
            let is_drifted = |claim: &&&NodeClaim| claim.deleting.is_none() && claim.conditions.is_true("Drifted");
            let drifted = its.iter().flatten().filter(is_drifted).count();
            if drifted > 0 {
                draft.say("Waits", format!("{} until it ends", plural(drifted, "drifted node")), Tone::Plain);
            }
        }
        // None of these asks a budget (karpenter pkg/controllers: nodeclaim/expiration, node/health, static/deprovisioning;
        // karpenter-provider-aws pkg/controllers/interruption and capacityreservation/expiration). Interruption is not of spot
        // alone: health events, and instances that stop or end, are told of too (Karpenter, "Disruption", "Interruption").
        let and_static = if pool::is_static(object) { ", scaling by spec.replicas" } else { "" };
        let text = format!(
            "interruption (spot reclaimed, EC2's maintenance, an instance that stops or ends), the end of a capacity \
             reservation, repair of broken nodes (which asks no PDB), deletion by hand{and_static}"
        );
        draft.say("Does not stop", text, Tone::Warning);
        self.say_expiry(draft, seen, its.as_deref());
        say_going(draft, its.as_deref());
        pool::say_no_drift(draft);
        undone::say(draft, object, &["spec", "disruption", "budgets"]);
    }

    /// A claim that is expired is deleted, whatever the budgets say (karpenter pkg/controllers/nodeclaim/expiration).
    fn say_expiry(&self, draft: &mut Draft, seen: &Seen, its: Option<&[&NodeClaim]>) {
        let Some(its) = its else {
            let age = seen.pool().map(|pool| pool.expire_after.map(duration::seconds));
            let text = match age {
                Some(Some(age)) => {
                    format!("not stopped: nodes go when they are {age} old; which do so until then was not read")
                }
                Some(None) => "not stopped: new nodes do not expire; whether one of now does was not read".to_owned(),
                None => "not stopped: which nodes expire until then was not read".to_owned(),
            };
            draft.say("Expiry", text, Tone::Warning);
            return;
        };
        let mut ends: Vec<(Timestamp, &str)> = its
            .iter()
            .filter(|claim| claim.deleting.is_none())
            .filter_map(|claim| Some((expires(claim)?, &*claim.name)))
            .collect();
        ends.sort_unstable();
        let soon: Vec<&(Timestamp, &str)> = ends.iter().take_while(|(at, _)| *at <= self.until()).collect();
        if soon.is_empty() {
            let text = match ends.first() {
                Some((at, name)) => {
                    format!("none of its nodes before it ends; the first is {name} at {}", pool::moment(*at))
                }
                None => "none of its nodes expires".to_owned(),
            };
            draft.say("Expiry", text, Tone::Plain);
            return;
        }
        let named: Vec<String> = soon.iter().map(|(at, name)| format!("{name} at {}", pool::moment(*at))).collect();
        let text = format!("not stopped: {} until then, {}", plural(soon.len(), "node"), listed(&named, NAMED));
        draft.say("Expiry", text, Tone::Warning);
    }
}

/// When a claim goes because of its age.
fn expires(claim: &NodeClaim) -> Option<Timestamp> {
    claim.created?.checked_add(SignedDuration::from_secs(claim.expire_after?)).ok()
}

/// What is going goes on, and what was decided already: the queue asks no budget again (karpenter
/// pkg/controllers/disruption/queue.go, `waitOrTerminate`; it sets the condition `DisruptionReason`).
fn say_going(draft: &mut Draft, its: Option<&[&NodeClaim]>) {
    let Some(its) = its else {
        draft.say("Goes on", "what is going already; which nodes are was not read", Tone::Warning);
        return;
    };
    let is_going = |claim: &&&NodeClaim| claim.deleting.is_some() || claim.conditions.is_true("DisruptionReason");
    let going: Vec<&str> = its.iter().filter(is_going).map(|claim| &*claim.name).collect();
    if !going.is_empty() {
        let text = format!("{} going already: {}", plural(going.len(), "node"), listed(&going, NAMED));
        draft.say("Goes on", text, Tone::Warning);
    }
}
