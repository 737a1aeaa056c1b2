//! When the end of a node that goes is forced.

use jiff::Timestamp;

use crate::domain::duration;
use crate::ops::plan::Tone;
use crate::services::kubernetes::change::{Draft, Seen};
use crate::services::kubernetes::model::NodeClaim;
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
