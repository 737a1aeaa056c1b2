//! Secrets against moto: what boto3 made is read field for field as boto3 reads it. moto has no region that replicas are
//! in sync with later, and never a date of access: those stand on the sandbox alone, with boto3 as its client.

use jiff::Timestamp;
use quarterdeck::aws::secrets;
use quarterdeck::services::secrets::{Answer, Ask, Secret, SecretDetail, SecretVersion};
use serde_json::Value;

use super::{REGION, session};
use crate::python::{Server, told};

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// Milliseconds, as far as JSON carries them.
fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millisecond)
}

fn told_millis(of: &Value, name: &str) -> Option<i64> {
    of[name].as_f64().map(|seconds| (seconds * 1000.0).round() as i64)
}

/// Versions by id, each with its stages, as either call tells them.
fn staged(of: &Value) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = of
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, stages)| {
            let mut stages: Vec<String> = serde_json::from_value(stages.clone()).unwrap();
            stages.sort();
            (id.clone(), stages)
        })
        .collect();
    all.sort();
    all
}

fn same(ours: &Secret, theirs: &Value, stages: &str) {
    assert_eq!((ours.name.as_str(), ours.arn.as_str()), (text(theirs, "Name"), text(theirs, "ARN")));
    assert_eq!(ours.description, text(theirs, "Description"));
    assert_eq!(ours.kms_key.as_deref().unwrap_or_default(), text(theirs, "KmsKeyId"));
    assert_eq!(ours.rotation.enabled, theirs["RotationEnabled"].as_bool().unwrap_or_default(), "{theirs}");
    assert_eq!(ours.rotation.lambda.as_deref().unwrap_or_default(), text(theirs, "RotationLambdaARN"));
    assert_eq!(ours.rotation.every_days, theirs["RotationRules"]["AutomaticallyAfterDays"].as_i64());
    for (own, name) in [
        (ours.created, "CreatedDate"),
        (ours.changed, "LastChangedDate"),
        (ours.read_on, "LastAccessedDate"),
        (ours.deleted, "DeletedDate"),
        (ours.rotation.last, "LastRotatedDate"),
        (ours.rotation.next, "NextRotationDate"),
    ] {
        let (own, others) = (millis(own), told_millis(theirs, name));
        let apart = own.zip(others).map_or(i64::from(own != others) * 10, |(a, b)| (a - b).abs());
        assert!(apart <= 1, "{} {name}: {own:?} {others:?}", ours.name);
    }
    assert_eq!(ours.owning_service.as_deref().unwrap_or_default(), text(theirs, "OwningService"));
    assert_eq!(ours.primary_region.as_deref().unwrap_or_default(), text(theirs, "PrimaryRegion"));
    let own: Vec<_> = ours.staged.iter().map(|version| (version.id.clone(), version.stages.clone())).collect();
    assert_eq!(own, staged(&theirs[stages]), "{}", ours.name);
    let tags = theirs["Tags"].as_array().into_iter().flatten();
    let tags: Vec<_> = tags.map(|tag| (text(tag, "Key").to_owned(), text(tag, "Value").to_owned())).collect();
    assert_eq!(ours.tags, tags);
}

#[tokio::test]
async fn secrets_read_as_boto3_reads_them() {
    let server = Server::moto();
    let told = told("moto_secrets.py", server.endpoint(), &[]);
    let session = session(&server).await;
    let ask = async |ask| secrets::answer(&session, REGION, ask).await.unwrap();
    let Answer::All(found) = ask(Ask::All).await else { panic!("no list") };
    let mut expected: Vec<&Value> = told["secrets"].as_array().unwrap().iter().collect();
    expected.sort_by_key(|secret| text(secret, "Name").to_owned());
    assert_eq!((found.len(), expected.len()), (130, 130), "more than a page");
    for (ours, theirs) in found.iter().zip(expected) {
        same(ours, theirs, "SecretVersionsToStages");
    }
    assert!(found[2].is_pending() && !found[1].is_pending());
    assert!(found[3].deleted.is_some() && found[1].deleted.is_none());

    for theirs in told["described"].as_array().unwrap() {
        let Answer::One(ours) = ask(Ask::One(text(theirs, "ARN").into())).await else { panic!("no secret") };
        let SecretDetail { secret, replicas } = *ours;
        same(&secret, theirs, "VersionIdsToStages");
        let own: Vec<_> = replicas.iter().map(|one| (one.region.clone(), one.status.as_str().to_owned())).collect();
        let told = theirs["ReplicationStatus"].as_array().into_iter().flatten();
        let told: Vec<_> = told.map(|one| (text(one, "Region").to_owned(), text(one, "Status").to_owned())).collect();
        assert_eq!(own, told, "{}", secret.name);
    }
    let replicated = &told["described"][3]["ReplicationStatus"];
    assert_eq!(replicated.as_array().map(Vec::len), Some(1), "{replicated}");

    for (at, theirs) in told["versions"].as_array().unwrap().iter().enumerate() {
        let Answer::Versions(ours) = ask(Ask::Versions(found[at + 1].arn.as_str().into())).await else {
            panic!("no versions")
        };
        let told = |version: &Value| SecretVersion {
            id: text(version, "VersionId").to_owned(),
            stages: serde_json::from_value(version["VersionStages"].clone()).unwrap_or_default(),
            ..SecretVersion::default()
        };
        let mut theirs: Vec<SecretVersion> = theirs.as_array().unwrap().iter().map(told).collect();
        theirs.sort_by(|a, b| a.id.cmp(&b.id));
        let mut own: Vec<SecretVersion> =
            ours.into_iter().map(|version| SecretVersion { created: None, read_on: None, ..version }).collect();
        own.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!((own.len(), &own), (2, &theirs));
    }
}
