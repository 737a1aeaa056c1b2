//! The adapters against moto: answers that nobody here wrote, compared with what boto3 understands
//! of them. moto has no CBOR, so CloudWatch is checked from the other side, in `boto`.

mod eks;
mod operations;
mod secrets;

use aws_credential_types::Credentials;
use jiff::{Timestamp, ToSpan};
use quarterdeck::aws::rds::look::{Known, look};
use quarterdeck::aws::rds::observe::{Owner, Question, observe};
use quarterdeck::aws::rds::write::send;
use quarterdeck::aws::{InProcess, Session, SessionSpec, alarms, cloudwatch, rds, sts};
use quarterdeck::collect::metrics::{MetricCall, MetricQuery};
use quarterdeck::domain::{Criticality, Fault, FaultKind, Metric};
use quarterdeck::ops::Arming;
use quarterdeck::ops::Policy;
use quarterdeck::ops::guard::Situation;
use quarterdeck::ops::guard::{Gesture, approve};
use quarterdeck::ops::progress::Progress;
use quarterdeck::services::rds::EventsOf;
use quarterdeck::services::rds::{Kind, Plan, Target, TargetKind};

use crate::agreement::{self, each};
use crate::python::{Server, qd_in_part, told};

const REGION: &str = "us-east-1";

/// More than two pages of instances.
const MANY: usize = 250;

/// A session over HTTP that reads nothing of the user's configuration.
async fn session(server: &Server) -> Session {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let credentials = Credentials::new("testing", "testing", None, None, "moto");
    let endpoint = Some(server.endpoint().to_owned());
    let in_process = Some(InProcess { http, credentials });
    Session::load(&SessionSpec { region: Some(REGION.into()), endpoint, in_process, ..SessionSpec::default() }).await
}

#[tokio::test]
async fn a_large_account_reads_as_boto3_reads_it() {
    let server = Server::moto();
    let told = told("moto_world.py", server.endpoint(), &[&MANY.to_string()]);
    let session = session(&server).await;

    let mut found = rds::databases(&session, REGION).await.unwrap();
    let mut expected = each(&told["instances"], agreement::database);
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!((found.len(), expected.len()), (MANY, MANY));
    for (ours, theirs) in found.iter_mut().zip(&mut expected) {
        // moto gives the moment of the call.
        assert!(ours.latest_restorable.is_some() && theirs.latest_restorable.is_some(), "{}", ours.id);
        ours.latest_restorable = theirs.latest_restorable;
        ours.pending.sort();
        assert_eq!(ours, theirs);
    }
    let source = found.iter().find(|database| database.id == "orders-000").unwrap();
    assert_eq!(source.replicas, ["orders-000-replica-1", "orders-000-replica-2"]);
    let replica = found.iter().find(|database| database.id == "orders-000-replica-1").unwrap();
    assert_eq!(replica.source_id(), Some("orders-000"));
    let note = ("Note".to_owned(), "<0> & \"käse\" 東京".to_owned());
    assert!(source.tags.contains(&note), "{:?}", source.tags);

    let mut snapshots = rds::snapshots(&session, REGION, "orders-001").await.unwrap();
    assert!(snapshots.is_sorted_by_key(|snapshot| snapshot.created.map(std::cmp::Reverse)));
    assert!(snapshots.iter().filter(|snapshot| snapshot.kind == "manual").count() == 3, "{snapshots:?}");
    let mut expected = each(&told["snapshots"], agreement::snapshot);
    snapshots.sort_by(|a, b| a.id.cmp(&b.id));
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(snapshots, expected);

    let now = Timestamp::now();
    let of = EventsOf::Database("orders-001".into());
    let events = rds::events(&session, REGION, &of, now - 1.hour(), now + 1.hour()).await.unwrap();
    let mut expected = each(&told["events"], agreement::event);
    assert!(expected.len() >= MANY);
    expected.retain(|event| event.source == "orders-001");
    expected.sort();
    assert!(!events.is_empty());
    assert_eq!(events, expected);

    assert_eq!(sts::identity(&session, REGION).await.unwrap(), agreement::identity(&told["identity"]));

    let one = rds::find_database(&session, REGION, "orders-001").await.unwrap().expect("one of this name");
    assert_eq!((one.id.as_str(), one.tags.len()), ("orders-001", 3));
    assert_eq!(rds::find_database(&session, REGION, "orders-999").await.unwrap(), None);
    let own = &snapshots[0];
    assert_eq!(rds::find_snapshot(&session, REGION, &own.id).await.unwrap().as_ref(), Some(own));
    assert_eq!(rds::find_snapshot(&session, REGION, "no-such-snapshot").await.unwrap(), None);
}

/// From the reading to the end of the change, against a service that nobody here wrote.
#[tokio::test]
async fn a_snapshot_is_planned_approved_taken_and_followed() {
    let server = Server::moto();
    told("moto_world.py", server.endpoint(), &["4"]);
    let session = session(&server).await;
    let question = Question {
        target: Target {
            environment: "dev".into(),
            kind: TargetKind::DbInstance,
            id: "orders-001".into(),
            region: REGION.into(),
        },
        kind: Kind::CreateSnapshot,
        criticality: Criticality::Development,
        expected_account: Some("123456789012".into()),
        region: REGION.into(),
        dr_region: None,
        cli: String::new(),
        owns: Owner { name_prefix: "orders-".into(), tags: Vec::new() },
        before: Vec::new(),
    };
    let now = Timestamp::now();
    let seen = observe(&session, &question, now).await.unwrap();
    assert_eq!((seen.databases.len(), seen.identity.account.as_str()), (4, "123456789012"));
    assert!(seen.snapshots.iter().all(|snapshot| snapshot.database == "orders-001"), "{:?}", seen.snapshots);
    // What moto does not know is said, and keeps nobody from planning.
    for what in ["pending maintenance: ", "metrics of us-east-1: "] {
        assert!(seen.missing.iter().any(|unread| unread.to_string().starts_with(what)), "{what} {:?}", seen.missing);
    }
    let foreign = Question { expected_account: Some("111122223333".into()), ..question.clone() };
    let other = observe(&session, &foreign, now).await.unwrap();
    assert!(other.databases.is_empty() && other.snapshots.is_empty() && other.events.is_empty());
    assert_eq!((other.identity.account.as_str(), other.missing.len()), ("123456789012", 1));

    let plan = Plan::make(&Kind::CreateSnapshot.offer(&seen), None, &seen);
    let policy = Policy::default();
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
        policy: &policy,
        running: &[],
        shown_since: now - 5.seconds(),
        read_since: now - 5.seconds(),
        identity: Some(&seen.identity),
        headless: false,
    };
    let approved = approve(&plan, &Gesture::Key, &situation).unwrap_or_else(|refusal| panic!("{refusal}"));
    send(&session, &approved.call(0).unwrap()).await.unwrap();
    let follow = &approved.plan().steps[0].follow;
    let known = Known { account: &plan.account, resource_id: None, events: &[], ahead: 0 };
    let seen_now = look(&session, follow, &known, now, Timestamp::now()).await.unwrap();
    assert_eq!(follow.progress(&seen_now, now), Progress::Reached("available".into()));
    let (region, taken) = (follow.region(), follow.snapshot().expect("a snapshot is followed"));
    assert!(rds::find_snapshot(&session, region, taken).await.unwrap().is_some());
    assert_eq!(approved.call(7), None, "there is no such step");
}

/// Something that is not AWS answered, and the engineer is told so.
fn is_foreign(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::BrokenAnswer | FaultKind::Other { .. }) && !fault.message.is_empty()
}

#[tokio::test]
async fn what_moto_does_not_know_is_a_fault_with_a_reason() {
    let server = Server::moto();
    let session = session(&server).await;
    assert!(rds::databases(&session, REGION).await.unwrap().is_empty());

    // An HTML page with the status 500.
    let fault = rds::maintenance(&session, REGION).await.unwrap_err();
    assert_eq!(
        (fault.kind.clone(), fault.call.as_str()),
        (FaultKind::BrokenAnswer, "rds:DescribePendingMaintenanceActions")
    );
    assert!(is_foreign(&fault), "{fault:?}");

    // The SDK speaks CBOR to CloudWatch, moto does not.
    let fault = alarms::all(&session, REGION).await.unwrap_err();
    assert!(is_foreign(&fault), "{fault:?}");
    let query = MetricQuery { database: "orders-000".into(), metric: Metric::CPUUtilization };
    let end = Timestamp::now().as_second() / 60 * 60;
    let call = MetricCall { period: 60, window: end - 3600..end, queries: vec![query] };
    let fault = cloudwatch::metric_data(&session, REGION, &call).await.unwrap_err();
    assert!(is_foreign(&fault), "{fault:?}");
}

#[test]
fn the_console_shows_a_large_account_although_cloudwatch_fails() {
    let server = Server::moto();
    told("moto_world.py", server.endpoint(), &[&MANY.to_string()]);
    let picture = |screen: &str| {
        let endpoint = server.endpoint();
        let place = ["--endpoint-url", endpoint, "--region", REGION];
        qd_in_part(&[&["snapshot", screen, "--size", "120x40", "--wait", "100s"], &place[..]].concat())
    };
    let frame = picture("databases");
    assert!(frame.contains(&format!("Databases {MANY} ")), "{frame}");
    for name in ["orders-000 ", "orders-000-replica-1 ", "orders-003 "] {
        assert!(frame.contains(name), "{name}\n{frame}");
    }
    assert!(frame.contains("@123456789012"), "{frame}");
    let frame = picture("errors");
    assert!(frame.contains("unreadable answer, affects 6 calls"), "{frame}");
    for dataset in ["pending maintenance", "alarms", "metrics", "cluster versions"] {
        assert!(frame.contains(&format!("✖ {dataset}  ")), "{dataset}\n{frame}");
    }
}
