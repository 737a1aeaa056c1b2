//! The fingerprint and the seal of a plan.

use sha2::{Digest, Sha256};

use super::{Plan, Resend};
use crate::ops::fingerprint::Fingerprint;
use crate::ops::provider::Provider;

/// The fingerprint of a plan. Left out is what may differ between two readings without another
/// meaning: times, consequences (they carry metrics), words.
#[must_use]
pub fn of<P: Provider>(plan: &Plan<P>) -> Fingerprint {
    let calls: Vec<_> = plan.steps.iter().map(|step| (&step.call, &step.follow, step.wait, step.verify)).collect();
    let gates: Vec<_> = plan.steps.iter().map(|step| step.gate).collect();
    // When it was made counts, too: nobody makes an old approval young again.
    let form = match plan.form {
        1 => "quarterdeck plan 1".to_owned(),
        form => format!("quarterdeck plan {form}, made {:?}, asked again {gates:?}", plan.made_at),
    };
    // Only where it is so: the plans of before a step could have either stay what they were.
    let is_plain = plan.steps.iter().all(|step| step.account.is_none() && step.resend == Resend::Never);
    let form = if is_plain {
        form
    } else {
        let elsewhere: Vec<_> = plan.steps.iter().map(|step| (&step.account, step.resend)).collect();
        format!("{form}, accounts and sent again {elsewhere:?}")
    };
    let stands_on = (
        form,
        &plan.target,
        plan.criticality,
        (&plan.account, &plan.principal),
        (&plan.operation, &plan.safety_snapshot),
        calls,
        plan.risk,
        &plan.name_to_type,
        &plan.observed,
    );
    // A tuple of strings, numbers and lists always has a JSON form; an empty one matches nothing.
    let text = serde_json::to_string(&stands_on).unwrap_or_default();
    Fingerprint::of(&text)
}

/// The seal of a plan: over everything in it but the seal.
#[must_use]
pub fn seal<P: Provider>(plan: &Plan<P>) -> String {
    let mut bare = plan.clone();
    bare.seal = String::new();
    let text = serde_json::to_string(&bare).unwrap_or_default();
    hex::encode(Sha256::digest(text.as_bytes()))
}
