//! What the operations on a NodePool have in common.

use jiff::Timestamp;

use super::prelude::*;

/// The call that patches a pool, and what shows then: JSON pointers and what is there, an empty text for nothing.
pub(super) fn step(
    draft: &mut Draft,
    seen: &Seen,
    name: &ObjectName,
    purpose: &str,
    patched: (&Patch, Vec<(String, String)>),
) {
    let (patch, values) = patched;
    let Some(pool) = &seen.object else { return };
    let call = Call::new(Api::PatchNodePool, &seen.target.region)
        .with(parameter::CLUSTER, &name.cluster)
        .with(parameter::NAME, &name.name)
        .with(parameter::PATCH, patch.text());
    let follow = Follow::Shows { of: Followed::of(&seen.target.region, name, pool.uid()), values };
    draft.step(purpose, call, follow, (1, 5));
}

/// "You cannot modify the built in system and general-purpose node pools. You can only enable or disable them." (EKS user
/// guide, "Create a Node Pool for EKS Auto Mode")
pub(super) fn check_own(draft: &mut Draft, seen: &Seen, name: &ObjectName) {
    let Some(eks) = seen.eks().filter(|eks| eks.auto_mode) else { return };
    let is_built_in = eks.auto_pools.iter().any(|pool| **pool == *name.name);
    let why = "it is one of EKS Auto Mode: AWS says that its built-in pools cannot be modified";
    draft.check(Check::must("is no built-in pool", !is_built_in, why));
}

/// Whether it keeps a number of nodes whatever pods wait (`spec.replicas`).
pub(super) fn is_static(pool: &ApiObject) -> bool {
    pool.number("/spec/replicas").is_some()
}

/// The hash by which Karpenter tells drift is of `spec.template` alone (karpenter pkg/apis/v1/nodepool.go, `Hash`).
pub(super) fn say_no_drift(draft: &mut Draft) {
    draft.say("Drift", "causes none: Karpenter compares spec.template alone", Tone::Good);
}

/// A moment with its day: `2026-11-22 07:12Z`.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}
