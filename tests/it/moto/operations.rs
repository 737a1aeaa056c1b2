//! Every operation that moto knows: read, planned, approved, sent and followed.
//!
//! moto has no life cycle: what it does is done when it answers, whatever is said of a window. Where
//! it differs from AWS the test says so, because what is followed must not take its word for it.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use quarterdeck::aws::rds::look::{Known, look};
use quarterdeck::aws::rds::observe::{Owner, Question, observe};
use quarterdeck::aws::rds::write::send;
use quarterdeck::aws::{Session, rds};
use quarterdeck::domain::{Criticality, Database, Fault, FaultKind};
use quarterdeck::ops::Policy;
use quarterdeck::ops::guard::Situation;
use quarterdeck::ops::guard::{Gesture, approve};
use quarterdeck::ops::progress::{Happened, Progress};
use quarterdeck::ops::sent::{Receipt, SendFault};
use quarterdeck::ops::{Approved, Arming};
use quarterdeck::services::rds::{Kind, Plan, Seen, Target};
use tokio::sync::Mutex;

use super::{REGION, session};
use crate::python::{Server, told};

/// One moto for all of these tests, each with instances of its own. It ends with this process.
static MOTO: LazyLock<Server> = LazyLock::new(|| {
    let server = Server::moto();
    told("moto_world.py", server.endpoint(), &["24"]);
    server
});

/// moto answers with 500 when one thread changes what another one walks through. A read is made
/// again then, a change is not.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// An approved plan, and the state of the world that it was made for.
struct Ready {
    seen: Seen,
    approved: Approved<Plan>,
}

/// From the reading to the approval. `values` are parameters that are not as offered.
async fn ready(session: &Session, kind: Kind, id: &str, values: &[(&str, &str)]) -> Ready {
    let target = Target { environment: "dev".into(), kind: kind.target(), id: id.into(), region: REGION.into() };
    let question = Question {
        target,
        kind,
        criticality: Criticality::Development,
        expected_account: Some("123456789012".into()),
        region: REGION.into(),
        dr_region: None,
        cli: String::new(),
        owns: Owner { name_prefix: "orders-".into(), tags: Vec::new() },
        before: Vec::new(),
    };
    let now = Timestamp::now();
    let seen = observe(session, &question, now).await.unwrap();
    let mut operation = kind.offer(&seen);
    for (name, value) in values {
        operation.set(name, value, &seen).unwrap();
    }
    let plan = Plan::make(&operation, None, &seen);
    let arming = Arming {
        environment: "dev".into(),
        account: plan.account.clone(),
        principal: plan.principal.clone(),
        reason: "a test".into(),
        since: now,
        until: now + 5.minutes(),
    };
    let situation = Situation {
        now,
        arming: Some(&arming),
        policy: &Policy::default(),
        running: &[],
        shown_since: now - 5.seconds(),
        read_since: now - 5.seconds(),
        identity: Some(&seen.identity),
        headless: false,
    };
    let gesture = Gesture::Typed { name: plan.name_to_type.clone(), reason: "a test".into() };
    let approved = approve(&plan, &gesture, &situation);
    let approved = approved.unwrap_or_else(|refusal| panic!("{} of {id}: {refusal}", kind.name()));
    Ready { seen, approved }
}

impl Ready {
    fn plan(&self) -> &Plan {
        self.approved.plan()
    }

    /// The snapshot or the instance that the first step is about.
    fn name(&self) -> &str {
        let follow = &self.plan().steps[0].follow;
        follow.snapshot().or(follow.instance()).expect("something is followed")
    }

    async fn send(&self, session: &Session, step: usize) -> Result<Receipt, SendFault> {
        let _mine = ONE_AT_A_TIME.lock().await;
        send(session, &self.approved.call(step).expect("a step")).await
    }

    /// How far a step is, and whether it would be known to have arrived without its answer.
    async fn look(&self, session: &Session, step: usize, sent: Timestamp) -> (Progress, Happened) {
        let follow = &self.plan().steps[step].follow;
        let account = &self.plan().account;
        let known = Known { account, resource_id: None, events: &[], ahead: 0 };
        let seen = look(session, follow, &known, sent, Timestamp::now()).await.unwrap();
        let before = follow.instance().and_then(|id| self.seen.find(follow.region(), id));
        (follow.progress(&seen, sent), follow.happened(&seen, before, sent))
    }

    /// Sends every step; gives how far each is then.
    async fn carry(&self, session: &Session) -> Vec<(Progress, Happened)> {
        let mut course = Vec::new();
        for (step, what) in self.plan().steps.iter().enumerate() {
            let sent = Timestamp::now();
            let receipt = self.send(session, step).await.unwrap_or_else(|fault| panic!("{fault}"));
            assert!(receipt.request_id.is_some_and(|id| !id.is_empty()), "{}", what.call.api.id());
            course.push(self.look(session, step, sent).await);
        }
        course
    }

    /// Sends every step, each of which comes to this end.
    async fn comes_to(&self, end: &str, session: &Session) {
        let course = self.carry(session).await;
        let expected = vec![(Progress::Reached(end.into()), Happened::Yes); self.plan().steps.len()];
        assert_eq!(course, expected, "{}", self.plan().summary);
    }
}

/// From the reading to the end that each step comes to.
async fn done(session: &Session, kind: Kind, id: &str, values: &[(&str, &str)], end: &str) -> Ready {
    let ready = ready(session, kind, id, values).await;
    ready.comes_to(end, session).await;
    ready
}

/// The reason of a call that AWS refused: it did certainly not change anything.
fn refused(answer: Result<Receipt, SendFault>) -> Fault {
    match answer {
        Err(SendFault::Refused(fault)) => fault,
        other => panic!("no refusal: {other:?}"),
    }
}

fn code(code: &str) -> FaultKind {
    FaultKind::Other { code: code.into() }
}

async fn find(session: &Session, id: &str) -> Option<Database> {
    let all = rds::databases(session, REGION).await.unwrap();
    all.into_iter().find(|database| database.id == id)
}

async fn database(session: &Session, id: &str) -> Database {
    find(session, id).await.unwrap_or_else(|| panic!("there is no {id}"))
}

/// Names and kinds of the snapshots of an instance.
async fn snapshots(session: &Session, of: &str) -> Vec<(String, String)> {
    let all = rds::snapshots(session, REGION, of).await.unwrap();
    all.into_iter().map(|snapshot| (snapshot.id, snapshot.kind)).collect()
}

fn manual(name: &str) -> (String, String) {
    (name.to_owned(), "manual".to_owned())
}

#[tokio::test]
async fn snapshots_are_taken_copied_and_deleted() {
    let session = &session(&MOTO).await;
    let taken = async {
        let ready = done(session, Kind::CreateSnapshot, "orders-010", &[], "available").await;
        assert!(snapshots(session, "orders-010").await.contains(&manual(ready.name())));
        let again = refused(ready.send(session, 0).await);
        assert_eq!((again.kind, again.call.as_str()), (code("DBSnapshotAlreadyExists"), "rds:CreateDBSnapshot"));
    };
    let copied = async {
        let ready = done(session, Kind::CopySnapshot, "orders-001-manual-0", &[], "available").await;
        let all = rds::snapshots(session, REGION, "orders-001").await.unwrap();
        let copy = all.iter().find(|snapshot| snapshot.id == ready.name()).expect("a copy");
        let original = all.iter().find(|snapshot| snapshot.id == "orders-001-manual-0").expect("it stays");
        assert_eq!((copy.kind.as_str(), copy.allocated), ("manual", original.allocated));
        assert_eq!((copy.tags.len(), &copy.tags), (1, &original.tags));
        assert_eq!(refused(ready.send(session, 0).await).kind, code("DBSnapshotAlreadyExists"));
    };
    let deleted = async {
        let ready = done(session, Kind::DeleteSnapshot, "orders-001-manual-1", &[], "deleted").await;
        assert!(!snapshots(session, "orders-001").await.contains(&manual("orders-001-manual-1")));
        assert_eq!(refused(ready.send(session, 0).await).kind, FaultKind::NotFound);
    };
    tokio::join!(taken, copied, deleted);
}

/// The original with what a restore makes anew, and with the source that moto invents.
fn like(original: &Database, restored: &Database) -> Database {
    Database {
        id: restored.id.clone(),
        arn: restored.arn.clone(),
        endpoint: restored.endpoint.clone(),
        created: restored.created,
        latest_restorable: restored.latest_restorable,
        source: restored.source.clone(),
        ..original.clone()
    }
}

#[tokio::test]
async fn what_is_restored_is_like_its_source() {
    let session = &session(&MOTO).await;
    let from_snapshot = async {
        let ready = done(session, Kind::RestoreFromSnapshot, "orders-001-manual-2", &[], "available").await;
        assert_eq!(ready.plan().steps.len(), 2, "the limit of the storage is set afterwards");
        let (original, restored) = (database(session, "orders-001").await, database(session, ready.name()).await);
        assert_eq!(restored, like(&original, &restored));
        assert_eq!(restored.source, None);
        assert_eq!(refused(ready.send(session, 0).await).kind, code("DBInstanceAlreadyExists"));
    };
    let latest = async {
        let ready = done(session, Kind::RestoreToPointInTime, "orders-002", &[], "available").await;
        let (original, restored) = (database(session, "orders-002").await, database(session, ready.name()).await);
        assert_eq!(restored, like(&original, &restored));
        // Not so at AWS: moto takes what it was restored from for its source of replication.
        assert_eq!(restored.source.as_deref(), Some("orders-002"));
        assert!(original.replicas.is_empty());
        assert_eq!(refused(ready.send(session, 0).await).kind, code("DBInstanceAlreadyExists"));
    };
    let at_a_moment = async {
        // The first whole second of its life.
        let created = database(session, "orders-017").await.created.expect("a time");
        let at = Timestamp::from_second(created.as_second() + 1).unwrap();
        while Timestamp::now() <= at {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (time, name) = (at.to_string(), "orders-017-before");
        let values = [("time", time.as_str()), ("name", name), ("class", "db.m6g.large"), ("multi_az", "true")];
        done(session, Kind::RestoreToPointInTime, "orders-017", &values, "available").await;
        let (original, restored) = (database(session, "orders-017").await, database(session, name).await);
        let wanted = Database { class: "db.m6g.large".into(), multi_az: true, ..like(&original, &restored) };
        assert_eq!(restored, wanted);
    };
    tokio::join!(from_snapshot, latest, at_a_moment);
}

#[tokio::test]
async fn settings_are_changed() {
    let session = &session(&MOTO).await;
    let class = async {
        let larger = [("class", "db.r6g.2xlarge")];
        done(session, Kind::ChangeClass, "orders-003", &larger, "available").await;
        assert_eq!(database(session, "orders-003").await.class, "db.r6g.2xlarge");
    };
    let class_in_the_window = async {
        // moto does not wait for it: AWS would have the class pending.
        let later = [("class", "db.r6g.2xlarge"), ("when", "maintenance-window")];
        done(session, Kind::ChangeClass, "orders-019", &later, "available").await;
        let database = database(session, "orders-019").await;
        assert_eq!((database.class.as_str(), database.pending), ("db.r6g.2xlarge", Vec::new()));
    };
    let storage = async {
        done(session, Kind::ChangeStorage, "orders-004", &[("allocated", "60")], "available").await;
        let storage = database(session, "orders-004").await.storage;
        assert_eq!((storage.allocated, storage.max_allocated, storage.kind.as_str()), (60, Some(104), "gp3"));
    };
    let zones = async {
        done(session, Kind::ConvertMultiAz, "orders-014", &[], "available").await;
        assert!(database(session, "orders-014").await.multi_az);
    };
    let retention = async {
        done(session, Kind::ChangeRetention, "orders-006", &[("days", "21")], "available").await;
        assert_eq!(database(session, "orders-006").await.backup_retention_days, 21);
    };
    let protection = async {
        done(session, Kind::DeletionProtection, "orders-007", &[], "available").await;
        assert!(database(session, "orders-007").await.deletion_protection);
    };
    let no_protection = async {
        done(session, Kind::DeletionProtection, "orders-005", &[], "available").await;
        assert!(!database(session, "orders-005").await.deletion_protection);
    };
    tokio::join!(class, class_in_the_window, storage, zones, retention, protection, no_protection);
}

#[tokio::test]
async fn a_replica_is_made_and_one_that_moto_does_not_release_is_not_called_a_primary() {
    let session = &session(&MOTO).await;
    let promoted = async {
        let ready = ready(session, Kind::PromoteReplica, "orders-000-replica-1", &[]).await;
        // The retention and the window are taken, the source stays: it is no primary yet.
        let course = ready.carry(session).await;
        assert_eq!(course, [(Progress::Going("available".into()), Happened::NoSign)]);
        let database = database(session, "orders-000-replica-1").await;
        assert_eq!((database.source.as_deref(), database.backup_retention_days), (Some("orders-000"), 1));
    };
    let made_and_gone = async {
        let made = ready(session, Kind::CreateReplica, "orders-008", &[]).await;
        // moto gives a replica the age of its source, so a lost answer would be in doubt.
        // Nor does moto tell of the replication, so nobody says that it replicates.
        let course: Vec<Progress> = made.carry(session).await.into_iter().map(|(progress, _)| progress).collect();
        assert_eq!(course, [Progress::Going("available, AWS does not tell yet whether it replicates".into())]);
        let (source, replica) =
            (database(session, "orders-008").await, database(session, "orders-008-replica-1").await);
        assert_eq!(made.name(), "orders-008-replica-1");
        assert_eq!(source.replicas, [replica.id.as_str()]);
        assert_eq!(replica.source.as_deref(), Some("orders-008"));
        assert_eq!((&replica.class, &replica.tags), (&source.class, &source.tags));

        // It is deleted between the approval of its promotion and the call.
        let (promotion, deletion) = tokio::join!(
            ready(session, Kind::PromoteReplica, made.name(), &[]),
            ready(session, Kind::DeleteInstance, made.name(), &[]),
        );
        deletion.comes_to("deleted", session).await;
        assert!(database(session, "orders-008").await.replicas.is_empty());
        let sent = Timestamp::now();
        // moto fails with a page of HTML and the status 500, which says nothing about the change.
        let fault = promotion.send(session, 0).await.expect_err("there is none of this name");
        assert!(fault.is_ambiguous(), "{fault}");
        assert_eq!(
            (&fault.fault().kind, fault.fault().call.as_str()),
            (&FaultKind::BrokenAnswer, "rds:PromoteReadReplica")
        );
        let (progress, happened) = promotion.look(session, 0, sent).await;
        assert!(matches!(progress, Progress::Failed(_)), "{progress:?}");
        assert_eq!(happened, Happened::NoSign);
    };
    tokio::join!(promoted, made_and_gone);
}

#[tokio::test]
async fn power_is_switched_and_a_restart_that_nobody_saw_is_not_over() {
    let session = &session(&MOTO).await;
    let off_and_on = async {
        let name = "orders-016-before-stop";
        let stop =
            done(session, Kind::Stop, "orders-016", &[("snapshot", name)], "stopped, orders-016-before-stop available")
                .await;
        assert_eq!(database(session, "orders-016").await.status, "stopped");
        assert!(snapshots(session, "orders-016").await.contains(&manual(name)));
        assert_eq!(refused(stop.send(session, 0).await).kind, code("InvalidDBInstanceState"));
        let start = done(session, Kind::Start, "orders-016", &[], "available").await;
        assert_eq!(database(session, "orders-016").await.status, "available");
        assert_eq!(refused(start.send(session, 0).await).kind, code("InvalidDBInstanceState"));
    };
    // moto takes a reboot and does nothing: neither an event nor another zone tells of it.
    let rebooted = async {
        let course = ready(session, Kind::Reboot, "orders-009", &[]).await.carry(session).await;
        assert_eq!(course, [(Progress::Going("available".into()), Happened::NoSign)]);
    };
    let failed_over = async {
        let course = ready(session, Kind::Failover, "orders-015", &[]).await.carry(session).await;
        let [(Progress::Going(words), Happened::NoSign)] = course.as_slice() else { panic!("{course:?}") };
        assert_eq!(words, "available, AWS still shows zone us-east-1a");
    };
    tokio::join!(off_and_on, rebooted, failed_over);
}

#[tokio::test]
async fn an_instance_is_deleted_with_a_final_snapshot_and_a_protected_one_is_not() {
    let session = &session(&MOTO).await;
    let deleted = async {
        let name = "orders-012-last";
        let ready = done(
            session,
            Kind::DeleteInstance,
            "orders-012",
            &[("final_snapshot", name)],
            "deleted, orders-012-last available",
        )
        .await;
        assert_eq!(find(session, "orders-012").await, None);
        let left = snapshots(session, "orders-012").await;
        assert!(left.contains(&manual(name)), "{left:?}");
        assert!(left.iter().any(|(_, kind)| kind == "automated"), "its backups stay: {left:?}");
        assert_eq!(refused(ready.send(session, 0).await).kind, FaultKind::NotFound);
    };
    let protected = async {
        // It is protected between the approval and the call.
        let (deletion, protection) = tokio::join!(
            ready(session, Kind::DeleteInstance, "orders-013", &[]),
            ready(session, Kind::DeletionProtection, "orders-013", &[]),
        );
        protection.comes_to("available", session).await;
        let sent = Timestamp::now();
        let fault = refused(deletion.send(session, 0).await);
        assert_eq!(fault.kind, code("InvalidParameterCombination"));
        assert!(fault.message.contains("Cannot delete protected DB Instance"), "{fault}");
        let course = deletion.look(session, 0, sent).await;
        assert_eq!(course, (Progress::Going("available".into()), Happened::NoSign));
        assert!(!snapshots(session, "orders-013").await.iter().any(|(_, kind)| kind == "manual"));
    };
    tokio::join!(deleted, protected);
}
