//! When the end of a node that goes is forced.

use jiff::{SignedDuration, Timestamp};

use super::leaving::name_of;
use crate::domain::duration;
use crate::ops::plan::{Check, Tone};
use crate::services::kubernetes::change::seen::PodDetail;
use crate::services::kubernetes::change::{Draft, Seen};
use crate::services::kubernetes::model::{NodeClaim, Pod};
use crate::services::kubernetes::why;

/// The annotation with the moment: one that is there already counts (karpenter
/// pkg/controllers/nodeclaim/lifecycle/controller.go, `ensureTerminationGracePeriodTerminationTimeAnnotation`).
const ENDS: &str = "karpenter.sh/nodeclaim-termination-timestamp";

/// The moment from which nothing holds a node that goes any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct ForcedEnd {
    pub at: Timestamp,
    /// So many seconds after the deletion; none where the claim says the moment itself.
    grace: Option<i64>,
}

impl ForcedEnd {
    /// Of a claim that is deleted at the moment of the reading; none where nothing forces it.
    pub fn of(seen: &Seen, claim: &NodeClaim) -> Option<Self> {
        if let Some(at) = claim.annotations.get(ENDS).and_then(|at| at.parse().ok()) {
            return Some(Self { at, grace: None });
        }
        let grace = claim.termination_grace?;
        Some(Self { at: why::after(seen.at, grace)?, grace: Some(grace) })
    }

    /// When a pod is deleted whatever holds it, so that all of its grace is left: this end, less its grace (karpenter
    /// pkg/controllers/node/termination/terminator/terminator.go, `podDeleteTimeWithGracePeriod`).
    pub fn deletes(&self, pod: &PodDetail) -> Option<Timestamp> {
        self.at.checked_sub(SignedDuration::from_secs(pod.grace?)).ok()
    }

    /// Whether a pod is deleted as soon as its node is told to go, and not evicted: neither its budgets nor its annotation
    /// are asked, and its grace ends with the node (`DeleteExpiringPods`).
    pub fn cuts_short(&self, pod: &PodDetail, now: Timestamp) -> bool {
        self.deletes(pod).is_some_and(|at| at <= now)
    }

    /// `2026-11-22 04:12Z`.
    pub fn moment(&self) -> String {
        self.at.strftime("%Y-%m-%d %H:%MZ").to_string()
    }
}

/// Says when, and what is overridden then of what holds a pod now. It "takes precedence over a Pod's terminationGracePeriodSeconds value, and
/// bypasses any blocked PDBs or the karpenter.sh/do-not-disrupt annotation", and a pod is deleted before it by as much as
/// its grace lasts (karpenter designs/nodeclaim-termination-grace-period.md).
pub(super) fn say(draft: &mut Draft, end: Option<&ForcedEnd>, holds: Option<&str>) {
    let Some(end) = end else {
        let tone = if holds.is_none() { Tone::Plain } else { Tone::Critical };
        draft.say("By force", "never, for want of a terminationGracePeriod: it stalls as long as a pod is held", tone);
        return;
    };
    let from = match end.grace {
        Some(grace) => format!("terminationGracePeriod of {} if it is sent now", duration::seconds(grace)),
        None => format!("annotation {ENDS}"),
    };
    let what = holds.unwrap_or("what holds a pod then");
    let text = format!(
        "from {} on ({from}): it overrides {what}; a pod is deleted earlier, by as much as its grace lasts",
        end.moment()
    );
    draft.say("By force", text, Tone::Critical);
}

/// Those of these pods that are deleted at once, with the grace that each may take.
pub(super) fn cut_short<'a>(seen: &Seen, end: Option<&ForcedEnd>, pods: &[&'a Pod]) -> Vec<(&'a Pod, i64)> {
    let Some(end) = end else { return Vec::new() };
    let of = |pod: &'a Pod| {
        let detail = seen.detail(pod).filter(|detail| end.cuts_short(detail, seen.at))?;
        Some((pod, detail.grace?))
    };
    pods.iter().copied().filter_map(of).collect()
}

/// Checks and says what is deleted at once.
pub(super) fn say_cut_short(draft: &mut Draft, seen: &Seen, end: Option<&ForcedEnd>, cut: &[(&Pod, i64)]) {
    let names: Vec<String> = cut.iter().map(|(pod, _)| name_of(pod)).collect();
    let why = format!("{}: deleted at once, whatever PDBs and annotations say", names.join(", "));
    draft.check(Check::should("no pod is cut short", cut.is_empty(), why));
    let Some(end) = end.filter(|_| !cut.is_empty()) else { return };
    let left = duration::seconds(end.at.duration_since(seen.at).as_secs().max(0));
    let pods: Vec<String> =
        cut.iter().map(|(pod, grace)| format!("{} of {}", name_of(pod), duration::seconds(*grace))).collect();
    let text = format!(
        "at once, neither PDB nor do-not-disrupt asked: each has {left} to end instead of its grace ({})",
        pods.join(", ")
    );
    draft.say("Cut short", text, Tone::Critical);
}
