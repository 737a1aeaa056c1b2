//! The rules of secrets through the engine.

use std::collections::HashSet;

use super::*;
use crate::domain::Since;
use crate::domain::finding::{Finding, Severity};
use crate::health::examine;
use crate::services::secrets::testing::{ago, pending, rotated, secret};

fn subject(secret: &Secret) -> SecretSubject<'_> {
    SecretSubject { secret, is_missing: false, region: "us-east-1", recovery: None, twin: None }
}

fn findings(subject: &SecretSubject<'_>) -> Vec<Finding> {
    examine::<Secrets>(subject, ago(0), &|_| None)
}

fn rules(subject: &SecretSubject<'_>) -> Vec<(&'static str, Severity)> {
    findings(subject).iter().map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn rules_have_names_of_their_own_and_a_source() {
    let mut names = HashSet::new();
    for rule in Secrets::rules() {
        assert!(names.insert(rule.id) && rule.id.starts_with("secret-") && !rule.source.is_empty(), "{}", rule.id);
    }
}

#[test]
fn a_secret_that_is_well_has_no_findings() {
    for known in [secret("a"), rotated("a", 3), pending("a", 60)] {
        assert_eq!(rules(&subject(&known)), [], "{known:?}");
    }
}

#[test]
fn a_rotation_that_does_not_end_names_the_version_and_the_function() {
    let known = pending("a", 5 * 3600);
    let all = findings(&subject(&known));
    assert_eq!(all.len(), 1, "{all:?}");
    let found = &all[0];
    assert_eq!((found.rule, found.severity, found.about), ("secret-rotation-stuck", Severity::Warning, About::Secret));
    assert_eq!(found.summary, "a rotation does not end: nothing of it has changed for 5h");
    assert!(found.evidence.contains("AWSPENDING on version 22222222") && found.evidence.contains(":function:rotate"));
    assert_eq!(found.arn, known.key());
}

#[test]
fn a_rotation_that_never_came_says_by_when_it_was_due() {
    let mut known = rotated("a", 33);
    known.rotation.next = Some(ago(3 * 86_400));
    let all = findings(&subject(&known));
    assert_eq!(all[0].rule, "secret-rotation-late");
    assert_eq!(all[0].since, Some(Since::Told(ago(3 * 86_400))));
    known.primary_region = Some("eu-west-1".into());
    assert_eq!(rules(&subject(&known)), [], "it is rotated in the region that it was made in");
}

#[test]
fn a_secret_that_was_read_until_its_deletion_is_missed() {
    let deleted = Secret { deleted: Some(ago(3600)), ..secret("a") };
    assert_eq!(rules(&subject(&deleted)), [("secret-deleted", Severity::Warning)]);
    let unread = Secret { read_on: Some(ago(90 * 86_400)), ..deleted.clone() };
    assert_eq!(rules(&subject(&unread)), [("secret-deleted", Severity::Info)]);
    let never = Secret { read_on: None, ..deleted };
    assert_eq!(rules(&subject(&never)), [("secret-deleted", Severity::Info)]);
    let ahead = Secret { deleted: Some(ago(-86_400)), ..secret("a") };
    assert_eq!(findings(&subject(&ahead))[0].since, None, "when it was deleted is not told");
}

#[test]
fn what_the_region_for_recovery_lacks_is_told_once_it_was_read() {
    let known = secret("a");
    let of = |twin| rules(&SecretSubject { recovery: Some("us-west-2"), twin, ..subject(&known) });
    assert_eq!(of(None), []);
    assert_eq!(of(Some(SecretTwin::Replica)), []);
    assert_eq!(of(Some(SecretTwin::None)), [("secret-unreplicated", Severity::Warning)]);
    assert_eq!(of(Some(SecretTwin::Stranger)), [("secret-apart", Severity::Info)]);
    let managed = Secret { owning_service: Some("rds".into()), ..secret("a") };
    let of = SecretSubject { recovery: Some("us-west-2"), twin: Some(SecretTwin::None), ..subject(&managed) };
    assert_eq!(rules(&of), [], "a service makes its own there");
    assert_eq!(
        rules(&SecretSubject { twin: Some(SecretTwin::None), ..subject(&known) }),
        [],
        "there is no such region"
    );
}

#[test]
fn what_is_expected_and_not_there_is_told_as_that_alone() {
    let known = Secret { name: "orders/keys".into(), arn: "missing".into(), ..Secret::default() };
    let of = SecretSubject {
        is_missing: true,
        recovery: Some("us-west-2"),
        twin: Some(SecretTwin::None),
        ..subject(&known)
    };
    assert_eq!(rules(&of), [("secret-missing", Severity::Warning)]);
    assert_eq!(findings(&of)[0].summary, "there is no secret of this name in us-east-1");
}
