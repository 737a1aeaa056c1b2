//! The rules, in the order in which equally bad findings are told.

use super::{Case, Rule, SecretNeed, SecretSubject, SecretTwin, Verdict};
use crate::domain::Since;
use crate::domain::duration;
use crate::domain::finding::{Harm, Severity};
use crate::services::secrets::{AWSPENDING, RotationState, rotation};

pub static RULES: [Rule; 6] = [
    Rule {
        id: "secret-missing",
        source: "the configuration: [environment.expectations.secrets]; Secrets Manager API reference, ListSecrets",
        harm: Harm::Now,
        metric: None,
        needs: &[],
        applies: |subject| subject.is_missing,
        check: missing,
    },
    Rule {
        id: "secret-deleted",
        source: "Secrets Manager API reference, DeleteSecret, RestoreSecret",
        harm: Harm::Now,
        metric: None,
        needs: &[],
        applies: |subject| subject.secret.deleted.is_some(),
        check: deleted,
    },
    Rule {
        id: "secret-rotation-stuck",
        source: "Secrets Manager API reference, RotateSecret; user guide, Troubleshoot AWS Secrets Manager rotation",
        harm: Harm::Later,
        metric: None,
        needs: &[],
        applies: is_primary,
        check: stuck,
    },
    Rule {
        id: "secret-rotation-late",
        source: "Secrets Manager API reference, DescribeSecret: NextRotationDate",
        harm: Harm::Later,
        metric: None,
        needs: &[],
        applies: is_primary,
        check: late,
    },
    Rule {
        id: "secret-unreplicated",
        source: "Secrets Manager user guide, Replicate AWS Secrets Manager secrets across Regions",
        harm: Harm::Later,
        metric: None,
        needs: &[SecretNeed::Elsewhere],
        applies: should_be_elsewhere,
        check: unreplicated,
    },
    Rule {
        id: "secret-apart",
        source: "Secrets Manager user guide, Replicate AWS Secrets Manager secrets across Regions",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[SecretNeed::Elsewhere],
        applies: should_be_elsewhere,
        check: apart,
    },
];

/// Whoever read it within these days may miss it.
const READ_LATELY: i64 = 7 * 86_400;

/// A replica is rotated where it was made: what is wrong there is said there.
fn is_primary(subject: &SecretSubject<'_>) -> bool {
    !subject.is_missing && !subject.secret.is_replica_in(subject.region) && subject.secret.deleted.is_none()
}

/// A secret of an environment with a region for disaster recovery. What a service of AWS manages is its own there.
fn should_be_elsewhere(subject: &SecretSubject<'_>) -> bool {
    is_primary(subject) && subject.recovery.is_some() && subject.secret.owning_service.is_none()
}

/// `ListSecrets` "might not reflect changes from the last five minutes": what was made just now is no news after them.
fn missing(case: &Case<'_>) -> Option<Verdict> {
    case.subject.is_missing.then(|| {
        let what = format!("there is no secret of this name in {}", case.subject.region);
        let advice = "Make it, or take its name out of the configuration: the list may be five minutes behind.";
        Verdict::new(Severity::Warning, what, advice)
    })
}

/// "You can't access a secret that is scheduled for deletion" until `RestoreSecret` has brought it back.
fn deleted(case: &Case<'_>) -> Option<Verdict> {
    let secret = case.subject.secret;
    let at = secret.deleted?;
    let read = secret.read_on.map(|day| case.seconds_since(day));
    let is_missed = read.is_some_and(|seconds| seconds <= READ_LATELY as f64);
    let severity = if is_missed { Severity::Warning } else { Severity::Info };
    let last = secret.read_on.map(|day| format!("last read {}", day.strftime("%Y-%m-%d"))).unwrap_or_default();
    let told = format!("DeletedDate {}", at.strftime("%Y-%m-%d %H:%MZ"));
    let advice = if is_missed {
        "It was read until lately: restore it if something still needs it, before its recovery window is over."
    } else {
        "Restore it if something still needs it: after its recovery window, of 7 to 30 days, it is gone for good."
    };
    Some(
        Verdict::new(severity, "marked for deletion: nobody can read its value", advice)
            .evidence([last, told])
            .since((at <= case.now).then_some(Since::Told(at))),
    )
}

fn stuck(case: &Case<'_>) -> Option<Verdict> {
    let secret = case.subject.secret;
    if rotation(secret, case.now) != RotationState::Stuck {
        return None;
    }
    let version = secret.at(AWSPENDING).map(|version| format!("{AWSPENDING} on version {}", version.id));
    let by = secret.rotation.lambda.clone().unwrap_or_default();
    let what = match secret.changed {
        Some(at) => {
            let ago = duration::coarse(case.now.duration_since(at).unsigned_abs());
            format!("a rotation does not end: nothing of it has changed for {ago}")
        }
        None => "a rotation does not end".to_owned(),
    };
    let advice = "Read the log of its rotation function: until that step succeeds, or AWSPENDING is taken away, no \
                  other rotation begins.";
    Some(Verdict::new(Severity::Warning, what, advice).evidence([version.unwrap_or_default(), by]))
}

fn late(case: &Case<'_>) -> Option<Verdict> {
    let secret = case.subject.secret;
    if rotation(secret, case.now) != RotationState::Late {
        return None;
    }
    let next = secret.rotation.next?;
    let last = secret
        .rotation
        .last
        .map_or_else(|| "never rotated".to_owned(), |at| format!("last rotated {}", at.strftime("%Y-%m-%d")));
    let what = format!("not rotated: due by {}", next.strftime("%Y-%m-%d"));
    let by = secret.rotation.lambda.clone().unwrap_or_default();
    let advice = "Read the log of its rotation function: AWS tries a rotation that fails several times.";
    Some(Verdict::new(Severity::Warning, what, advice).evidence([last, by]).since(Some(Since::Told(next))))
}

fn unreplicated(case: &Case<'_>) -> Option<Verdict> {
    let SecretSubject { recovery, twin, .. } = case.subject;
    (*twin == Some(SecretTwin::None)).then(|| {
        let recovery = recovery.unwrap_or_default();
        let what = format!("not in {recovery}, the region for disaster recovery");
        Verdict::new(
            Severity::Warning,
            what,
            format!("Replicate it to {recovery}: what starts there reads it by this name."),
        )
    })
}

fn apart(case: &Case<'_>) -> Option<Verdict> {
    let SecretSubject { recovery, twin, .. } = case.subject;
    (*twin == Some(SecretTwin::Stranger)).then(|| {
        let recovery = recovery.unwrap_or_default();
        let what = format!("the secret of this name in {recovery} is no replica of it");
        let advice = "A rotation here does not reach that one: make sure that both are meant.";
        Verdict::new(Severity::Info, what, advice)
    })
}
