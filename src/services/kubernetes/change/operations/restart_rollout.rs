//! Restart: every pod is replaced by a new one of the same template, as `kubectl rollout restart` does it.

mod says;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::prelude::*;
use super::workload::ChangedWorkload;
use crate::ops::progress::Progress;
use crate::services::kubernetes::change::follow::{RESTARTED, rollout};
use crate::services::kubernetes::change::rollout::{RolloutPace, wanted};
use crate::services::kubernetes::model::WorkloadKind;

/// A restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartRollout {
    /// The moment that is written into the template: when the plan was made first, so that the plan that is made anew for
    /// a later reading sends the same.
    pub restarted: String,
}

/// Seconds from a pod's end to its successor's readiness, least and most: an estimate.
const EACH: (i64, i64) = (5, 60);

impl Request for RestartRollout {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Workload(workload) = on else { return None };
        if workload.paused {
            return Some("its rollout is paused".to_owned());
        }
        (workload.wanted == 0).then(|| "it has no pods".to_owned())
    }

    fn offer(seen: &Seen) -> Self {
        // RFC 3339 to the second, as kubectl writes it (polymorphichelpers/objectrestarter.go).
        Self { restarted: seen.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Disruptive, seen);
        let Some(subject) = ChangedWorkload::of(seen) else { return draft };
        let (object, pods) = (subject.object, wanted(subject.object));
        let pace = RolloutPace::of(object);
        draft.summary = summary(&subject, pace, pods);
        self.check(&mut draft, &subject, pace, pods);
        says::all(&mut draft, &subject, pace, pods);
        let patch =
            Patch::of(object).expect(object, "/metadata/generation").set(object, RESTARTED, json!(self.restarted));
        let follow = Follow::RolledOut { of: subject.followed(), restarted: self.restarted.clone() };
        let at_a_time = pace.at_a_time(pods);
        let rounds = (pace.replaced(pods).max(1) + at_a_time - 1) / at_a_time;
        let ready = object.number("/spec/minReadySeconds").unwrap_or(0);
        let usual = |each: i64| u32::try_from(rounds.saturating_mul(each + ready)).unwrap_or(u32::MAX);
        draft.step("restarts it", subject.call(&patch), follow, (usual(EACH.0), usual(EACH.1)));
        let undo = "nothing is to be taken back: its template is the same, and kubectl rollout undo would replace every pod \
                    once more";
        draft.inverse = Some(undo.to_owned());
        draft
    }
}

impl RestartRollout {
    fn check(&self, draft: &mut Draft, subject: &ChangedWorkload<'_>, pace: RolloutPace, pods: i64) {
        let object = subject.object;
        let is_paused = object.at("/spec/paused") == Some(&json!(true));
        let why = "its rollout is paused, and pods would be replaced when it is resumed: kubectl refuses it, too";
        draft.check(Check::must("not paused", !is_paused, why));
        let why = match subject.kind {
            WorkloadKind::DaemonSet => "it has no node to run on",
            _ => "it has 0 replicas: those that it is scaled up to are new anyway",
        };
        draft.check(Check::must("has pods", pods > 0, why));
        if pods > 0 {
            let why = match pace {
                RolloutPace::OnDelete => {
                    "its strategy is OnDelete: a pod takes the new template when somebody deletes it, and none restarts by \
                     itself"
                        .to_owned()
                }
                RolloutPace::Ordered { partition, .. } => {
                    format!("its partition is {partition}: none of its {pods} pods would be replaced")
                }
                RolloutPace::AtOnce | RolloutPace::Rolling { .. } | RolloutPace::ByNode { .. } => String::new(),
            };
            draft.check(Check::must("its strategy replaces pods", pace.replaced(pods) > 0, why));
        }
        let is_done = object.text(RESTARTED) == self.restarted;
        draft.check(Check::must("not restarted at this moment", !is_done, "it was: this plan has been carried out"));
        let name = "whole, and no rollout goes on";
        draft.check(match rollout(object) {
            Progress::Failed(words) => Check::should(name, false, format!("its last rollout: {words}")),
            Progress::Going(words) => Check::should(name, false, words),
            Progress::Reached(_) | Progress::Scheduled { .. } => Check::should(name, true, ""),
        });
        // What is stuck is not helped by it: the controller waits for that pod before it replaces any.
        if subject.is_ordered() {
            let ready = object.number("/status/readyReplicas").unwrap_or(0);
            let why = format!(
                "{ready} of {pods} are: it waits for the others before it replaces any, so that a pod that does not become \
                 ready is to be deleted instead"
            );
            draft.check(Check::should("all its pods are ready", ready >= pods, why));
        }
    }
}

fn summary(subject: &ChangedWorkload<'_>, pace: RolloutPace, pods: i64) -> String {
    let name = subject.name.local();
    match pace {
        RolloutPace::Ordered { partition, .. } if partition > 0 => {
            let (from, replaced) = (subject.first_ordinal() + partition, pace.replaced(pods));
            format!(
                "The pods of {name} from ordinal {from} on are replaced by new ones of the same template, {replaced} of \
                 {pods}."
            )
        }
        RolloutPace::ByNode { .. } => {
            format!("Every pod of {name} is replaced by a new one of the same template, on {pods} nodes.")
        }
        _ => format!("Every pod of {name} is replaced by a new one of the same template, {pods} in all."),
    }
}

#[cfg(test)]
mod tests;
