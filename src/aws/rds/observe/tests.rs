//! What is read for which question, and what becomes of what could not be read.

use super::*;
use crate::domain::FaultKind;

fn question(kind: Kind, target: TargetKind, id: &str, region: &str) -> Question {
    Question {
        target: Target { environment: "prod".into(), kind: target, id: id.into(), region: region.into() },
        kind,
        criticality: Criticality::Production,
        expected_account: None,
        region: "us-east-1".into(),
        dr_region: Some("us-west-2".into()),
        cli: String::new(),
        owns: Owner { name_prefix: "prod-".into(), tags: vec![("Team".into(), "core".into())] },
        before: vec![Neighbour {
            regions: vec!["us-east-1".into()],
            owns: Owner { name_prefix: "prod-ledger-".into(), tags: Vec::new() },
        }],
    }
}

fn database(id: &str, region: &str, team: &str) -> Database {
    Database {
        id: id.into(),
        region: region.into(),
        arn: format!("arn:aws:rds:{region}:1:db:{id}"),
        tags: vec![("Team".into(), team.into())],
        ..Database::default()
    }
}

fn snapshot(id: &str, of: &str, created: &str) -> Snapshot {
    Snapshot { id: id.into(), database: of.into(), created: created.parse().ok(), ..Snapshot::default() }
}

fn denied() -> Fault {
    Fault {
        kind: FaultKind::Denied { action: "rds:DescribeEvents".into() },
        call: "rds:DescribeEvents".into(),
        message: "no".into(),
        request_id: None,
    }
}

#[test]
fn each_region_is_read_once_and_a_foreign_region_of_the_target_too() {
    let of = |region: &str| question(Kind::Stop, TargetKind::DbInstance, "prod-db", region);
    assert_eq!(of("us-east-1").regions(), ["us-east-1", "us-west-2"]);
    assert_eq!(of("us-west-2").regions(), ["us-east-1", "us-west-2"]);
    assert_eq!(of("eu-west-1").regions(), ["us-east-1", "us-west-2", "eu-west-1"]);
    assert!(!of("us-east-1").stands_on("us-west-2"), "a plan for home can do without the DR region");
    assert!(of("us-west-2").stands_on("us-west-2"));
    assert!(!of("us-west-2").stands_on("us-east-1"), "the replica is promoted when home is down");
}

#[test]
fn what_another_environment_selects_first_is_not_ours() {
    let question = question(Kind::Stop, TargetKind::DbInstance, "prod-db", "us-east-1");
    let core = [("Team".to_owned(), "core".to_owned())];
    assert!(question.is_mine("prod-db", "us-east-1", &core));
    assert!(question.is_mine("prod-db", "us-west-2", &core));
    assert!(!question.is_mine("prod-db", "eu-west-1", &core), "a region that is not the environment's");
    assert!(!question.is_mine("qa-db", "us-east-1", &core));
    assert!(!question.is_mine("prod-ledger-db", "us-east-1", &core), "it comes first");
    assert!(question.is_mine("prod-ledger-db", "us-west-2", &core), "the other one selects at home only");
    let mut seen = question.blank(Identity::default(), Timestamp::UNIX_EPOCH);
    assert!(!question.is_own(&seen), "nothing was read");
    seen.databases = vec![database("prod-db", "us-east-1", "core")];
    assert!(question.is_own(&seen));
    seen.databases[0].tags.clear();
    assert!(!question.is_own(&seen));
}

#[test]
fn the_target_is_taken_whatever_the_selector_says() {
    let on_instance = question(Kind::Stop, TargetKind::DbInstance, "legacy", "us-east-1");
    assert!(on_instance.takes(&database("prod-db", "us-east-1", "core"), None));
    assert!(!on_instance.takes(&database("prod-db", "us-east-1", "web"), None), "a tag differs");
    assert!(!on_instance.takes(&database("qa-db", "us-east-1", "core"), None), "the name differs");
    assert!(on_instance.takes(&database("legacy", "us-east-1", "web"), None));
    assert!(!on_instance.takes(&database("legacy", "us-west-2", "web"), None), "another one of this name");

    let on_snapshot = question(Kind::DeleteSnapshot, TargetKind::DbSnapshot, "before", "us-east-1");
    assert!(on_snapshot.takes(&database("legacy", "us-east-1", "web"), Some("legacy")));
    assert!(!on_snapshot.takes(&database("before", "us-east-1", "web"), Some("legacy")), "a snapshot is no instance");
}

#[test]
fn events_reach_back_as_far_as_the_operation_needs() {
    let of = |kind| question(kind, TargetKind::DbInstance, "prod-db", "us-east-1");
    assert_eq!(of(Kind::Failover).events_for(), SignedDuration::from_hours(24));
    assert_eq!(of(Kind::RestoreToPointInTime).events_for(), SignedDuration::from_hours(14 * 24));
    assert!(of(Kind::ChangeClass).wants_classes() && of(Kind::CreateReplica).wants_classes());
    assert!(!of(Kind::Stop).wants_classes());
}

#[test]
fn the_snapshot_itself_is_among_the_others_once() {
    let own = snapshot("b", "legacy", "2026-11-22T00:00:00Z");
    let listed = vec![snapshot("c", "legacy", "2026-11-23T00:00:00Z"), snapshot("b", "legacy", "2026-11-22T00:00:00Z")];
    let ids = |found: Vec<Snapshot>| found.into_iter().map(|s| s.id).collect::<Vec<_>>();
    assert_eq!(ids(with_itself(listed, own.clone())), ["c", "b"]);
    assert_eq!(ids(with_itself(Vec::new(), own)), ["b"]);
}

#[test]
fn the_source_is_that_of_the_target_snapshot() {
    let kept = [snapshot("c", "other", "2026-11-23T00:00:00Z"), snapshot("b", "legacy", "2026-11-22T00:00:00Z")];
    let on_snapshot = question(Kind::RestoreFromSnapshot, TargetKind::DbSnapshot, "b", "us-east-1");
    assert_eq!(source(&on_snapshot, &kept).as_deref(), Some("legacy"));
    assert_eq!(source(&on_snapshot, &[]), None);
    let on_instance = question(Kind::Stop, TargetKind::DbInstance, "prod-db", "us-east-1");
    assert_eq!(source(&on_instance, &kept), None);
}

#[test]
fn the_class_is_for_the_snapshots_own_version() {
    let identity = Identity::default();
    let on_snapshot = question(Kind::RestoreFromSnapshot, TargetKind::DbSnapshot, "b", "us-east-1");
    let mut seen = on_snapshot.blank(identity.clone(), Timestamp::UNIX_EPOCH);
    assert_eq!(version_of(&seen, None), None);
    seen.snapshots = vec![Snapshot { engine_version: "15.8".into(), ..snapshot("b", "legacy", "") }];
    assert_eq!(version_of(&seen, Some("legacy")), None, "no engine is guessed");
    let upgraded = Database {
        engine: "postgres".into(),
        engine_version: "16.4".into(),
        ..database("legacy", "us-east-1", "core")
    };
    seen.databases = vec![upgraded];
    assert_eq!(version_of(&seen, Some("legacy")), Some(("postgres".into(), "15.8".into())));

    let on_instance = question(Kind::ChangeClass, TargetKind::DbInstance, "legacy", "us-east-1");
    let instance = Seen { databases: seen.databases, ..on_instance.blank(identity, Timestamp::UNIX_EPOCH) };
    assert_eq!(version_of(&instance, None), Some(("postgres".into(), "16.4".into())));
}

#[test]
fn what_could_not_be_read_is_told() {
    let mut missing = Vec::new();
    let events: Vec<Event> = or_missing(&mut missing, Part::Events, Err(denied()));
    assert!(events.is_empty());
    let told: Vec<String> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["events: rds:DescribeEvents denied: no"]);
    let gone = Fault { kind: FaultKind::NotFound, ..denied() };
    assert_eq!(or_none::<Vec<Event>>(Err(gone)), Ok(Vec::new()));
    assert_eq!(or_none::<Vec<Event>>(Err(denied())), Err(denied()));
}

#[test]
fn a_snapshot_is_its_instances_and_a_namesake_elsewhere_proves_nothing() {
    let mut asked = question(Kind::RestoreFromSnapshot, TargetKind::DbSnapshot, "kept", "us-west-2");
    let mut seen = asked.blank(Identity::default(), Timestamp::UNIX_EPOCH);
    seen.snapshots = vec![snapshot("kept", "prod-db", "2026-11-22T03:00:00Z")];
    // Of an instance of the same name in another region: it may be anybody's.
    seen.databases = vec![database("prod-db", "us-east-1", "core")];
    seen.snapshots[0].tags = vec![("Team".into(), "web".into())];
    assert!(!asked.is_own(&seen), "its own tags say whose it is");
    // A copy says where it comes from.
    seen.snapshots[0].source_region = Some("us-east-1".into());
    assert!(asked.is_own(&seen));
    // The instance is gone and the snapshot bears no tags: by its name it may be restored, not deleted.
    seen.databases.clear();
    seen.snapshots[0].tags.clear();
    assert!(asked.is_own(&seen));
    asked.kind = Kind::DeleteSnapshot;
    assert!(!asked.is_own(&seen));
    asked.kind = Kind::RestoreFromSnapshot;
    asked.owns.name_prefix.clear();
    assert!(!asked.is_own(&seen), "without a prefix its name says nothing");
}
