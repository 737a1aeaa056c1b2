//! The sandbox against boto3: `qd sandbox serve` answers a client that nobody here wrote, whose
//! parser and warnings are the judge, and what boto3 understands is what the console understands.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::aws::{InProcess, Session, SessionSpec, alarms, cloudwatch, rds, sts};
use quarterdeck::collect::metrics::{MetricCall, MetricQuery};
use quarterdeck::domain::{Database, Metric};
use quarterdeck::sandbox::connector::{SandboxHttp, credentials};
use quarterdeck::sandbox::serve::serve;
use quarterdeck::sandbox::{Sandbox, SandboxClock, World, WorldOptions};
use quarterdeck::services::rds::EventsOf;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::agreement::{self, each};
use crate::python::{Server, python, told};

/// The moment at which the sandbox stands still.
const AT: &str = "2026-11-22T03:12:44Z";

/// The sites of the two estates that hold databases and disaster-recovery replicas.
const SITES: [(&str, &str); 4] = [
    ("111122223333", "us-east-1"),
    ("111122223333", "us-west-2"),
    ("444455556666", "eu-west-1"),
    ("444455556666", "eu-central-1"),
];

#[test]
fn boto3_reads_instances_backups_events_and_maintenance() {
    let server = Server::sandbox(&["--at", AT, "--scenario", "quiet"]);
    python("sandbox_rds.py", server.endpoint(), &[]);
}

/// A setting that AWS adds to its instances must be in the table of what a restore keeps, or be named there as no
/// setting: the pinned list is compared with the table by the table's own tests.
#[test]
fn no_member_of_an_instance_is_unknown_to_what_a_restore_keeps() {
    let pinned = include_str!("../../src/services/rds/operations/carried/db-instance.txt");
    let pinned: Vec<&str> = pinned.lines().filter(|line| !line.starts_with('#')).collect();
    let told = python("model_members.py", "http://127.0.0.1:9", &["rds", "DBInstance"]);
    let members: Vec<&str> = told.lines().collect();
    assert!(members.len() > 80, "{told}");
    let unknown: Vec<&&str> = members.iter().filter(|member| !pinned.contains(member)).collect();
    assert!(unknown.is_empty(), "not in db-instance.txt: {unknown:?}");
}

#[test]
fn boto3_reads_metrics_and_alarms_in_every_protocol() {
    let server = Server::sandbox(&["--at", AT, "--scenario", "quiet"]);
    python("sandbox_metrics.py", server.endpoint(), &[]);
}

#[test]
fn boto3_reads_the_history_of_alarms_and_composite_alarms() {
    let server = Server::sandbox(&["--at", AT, "--scenario", "a-bad-night"]);
    python("sandbox_alarms.py", server.endpoint(), &[]);
}

#[test]
fn boto3_follows_long_lists_to_their_end() {
    let server = Server::sandbox(&["--at", AT, "--scenario", "quiet", "--databases", "250"]);
    python("sandbox_pages.py", server.endpoint(), &["250"]);
}

#[test]
fn boto3_creates_an_instance_a_snapshot_and_a_replica_and_sees_them_come_to_life() {
    let server = Server::sandbox(&["--scenario", "quiet", "--speed", "120x"]);
    python("sandbox_lifecycle.py", server.endpoint(), &[]);
}

#[test]
fn boto3_reads_clusters_and_what_eks_knows_of_them() {
    let server = Server::sandbox(&["--at", AT, "--scenario", "quiet"]);
    python("sandbox_eks.py", server.endpoint(), &[]);
}

#[test]
fn boto3_reads_secrets_and_gets_no_value() {
    let server = Server::sandbox(&["--at", AT, "--scenario", "stuck-rotation"]);
    python("sandbox_secrets.py", server.endpoint(), &[]);
}

#[test]
fn the_aws_cli_opens_the_clusters_that_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("config");
    let server = Server::sandbox(&["--at", AT, "--scenario", "quiet", "--kubeconfig", written.to_str().unwrap()]);
    python("sandbox_eks_token.py", server.endpoint(), &[folder.path().to_str().unwrap()]);
}

/// In this process, so that its time can begin where no backup and no maintenance window is near, on
/// a Monday at noon, and so that what was sent can be read.
#[tokio::test]
async fn boto3_drives_every_operation_and_sees_what_becomes_of_it() {
    let epoch: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch };
    let world = World::build(&options).unwrap();
    let sandbox = Arc::new(Sandbox::new(world, SandboxClock::new(epoch, 120.0)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let driven = tokio::task::spawn_blocking(move || python("sandbox_operations.py", &endpoint, &[]));
    tokio::select! {
        ended = serve(Arc::clone(&sandbox), listener, std::future::pending()) => panic!("the service ended: {ended:?}"),
        driven = driven => drop(driven.unwrap()),
    }
    let log = sandbox.log();
    for operation in [
        "AddTagsToResource",
        "ApplyPendingMaintenanceAction",
        "CopyDBSnapshot",
        "DeleteDBInstance",
        "ModifyDBInstance",
        "PromoteReadReplica",
        "RebootDBInstance",
        "RemoveTagsFromResource",
        "RestoreDBInstanceFromDBSnapshot",
        "RestoreDBInstanceToPointInTime",
        "StartDBInstance",
        "StopDBInstance",
    ] {
        assert!(log.iter().any(|call| call.operation == operation && call.is_done()), "{operation}");
    }
    let promoted = log.iter().find(|call| call.operation == "PromoteReadReplica" && call.is_done()).unwrap();
    assert_eq!(promoted.region, "us-west-2");
    assert_eq!(promoted.parameters.get("BackupRetentionPeriod").map(String::as_str), Some("7"));
    assert!(log.is_sorted_by_key(|call| call.at));
}

#[tokio::test]
async fn the_console_and_boto3_understand_a_quiet_night_alike() {
    agree_on("quiet").await;
}

#[tokio::test]
async fn the_console_and_boto3_understand_a_bad_night_alike() {
    agree_on("a-bad-night").await;
}

/// Compares the adapters' reading of a world in this process with boto3's of the same world in
/// another one.
async fn agree_on(scenario: &str) {
    let server = Server::sandbox(&["--at", AT, "--scenario", scenario, "--seed", "1"]);
    let places: Vec<String> = SITES.iter().map(|(account, region)| format!("{account}/{region}")).collect();
    let mut arguments = vec!["2026-11-22T03:12:44+00:00"];
    arguments.extend(places.iter().map(String::as_str));
    let told = told("sandbox_told.py", server.endpoint(), &arguments);

    let epoch: Timestamp = AT.parse().unwrap();
    let options = WorldOptions { scenario: scenario.into(), seed: 1, databases: None, epoch };
    let world = Sandbox::new(World::build(&options).unwrap(), SandboxClock::frozen(epoch));
    let http = SandboxHttp::new(Arc::new(world));
    for ((account, region), place) in SITES.into_iter().zip(&places) {
        let in_process = Some(InProcess { http: http.shared(), credentials: credentials(account) });
        let session = Session::load(&SessionSpec { in_process, ..SessionSpec::default() }).await;
        let site = Site { session, region, now: epoch, told: &told[place] };
        let databases = site.databases().await;
        assert!(!databases.is_empty(), "{place}");
        site.lists(&databases).await;
        for (metric, name) in
            [(Metric::CPUUtilization, "CPUUtilization"), (Metric::FreeStorageSpace, "FreeStorageSpace")]
        {
            site.datapoints(&databases, metric, name).await;
        }
    }
}

/// One region of one account, and what boto3 says of it.
struct Site<'a> {
    session: Session,
    region: &'a str,
    now: Timestamp,
    told: &'a Value,
}

impl Site<'_> {
    async fn databases(&self) -> Vec<Database> {
        let mut found = rds::databases(&self.session, self.region).await.unwrap();
        for database in &mut found {
            database.pending.sort();
        }
        assert_eq!(found, each(&self.told["instances"], agreement::database));
        found
    }

    async fn lists(&self, databases: &[Database]) {
        let (session, region, told) = (&self.session, self.region, self.told);
        assert_eq!(sts::identity(session, region).await.unwrap(), agreement::identity(&told["identity"]));
        for database in databases {
            let mut found = rds::snapshots(session, region, &database.id).await.unwrap();
            let mut expected = each(&told["snapshots"][&database.id], agreement::snapshot);
            found.sort_by(|a, b| a.id.cmp(&b.id));
            expected.sort_by(|a, b| a.id.cmp(&b.id));
            assert_eq!(found, expected);
        }
        let mut found = Vec::new();
        for database in databases {
            let of = EventsOf::Database(database.id.as_str().into());
            found.extend(rds::events(session, region, &of, Timestamp::UNIX_EPOCH, self.now).await.unwrap());
        }
        // The clock has gone on between the two questions: RDS keeps 14 days, and what is at an end of them is of one only.
        let kept = self.now - SignedDuration::from_hours(13 * 24)..self.now;
        let mut expected = each(&told["events"], agreement::event);
        for events in [&mut found, &mut expected] {
            events.retain(|event| kept.contains(&event.at));
            events.sort();
        }
        assert_eq!(found, expected);
        let found = rds::maintenance(session, region).await.unwrap();
        let mut expected: Vec<_> = each(&told["maintenance"], agreement::maintenance).into_iter().flatten().collect();
        expected.sort_by(|a, b| (&a.arn, &a.action).cmp(&(&b.arn, &b.action)));
        assert_eq!(found, expected);
        let mut found = alarms::all(session, region).await.unwrap();
        let mut expected = each(&told["alarms"], agreement::alarm);
        expected.extend(each(&told["composite"], agreement::composite_alarm));
        found.sort_by(|a, b| a.name.cmp(&b.name));
        expected.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(found, expected);
    }

    /// Three hours of one metric: the same moments with the same values.
    async fn datapoints(&self, databases: &[Database], metric: Metric, name: &str) {
        let end = self.now.as_second();
        let queries = databases.iter().map(|database| MetricQuery { database: database.id.as_str().into(), metric });
        let call = MetricCall { period: 60, window: end - 3 * 3600..end, queries: queries.collect() };
        let found = cloudwatch::metric_data(&self.session, self.region, &call).await.unwrap();
        assert!(!found.partial);
        for (database, ours) in databases.iter().zip(&found.points) {
            let theirs = each(&self.told["metrics"][name][&database.id], |point| {
                (point[0].as_i64().unwrap(), point[1].as_f64().unwrap())
            });
            let what = format!("{name} of {}", database.id);
            assert_eq!(ours.len(), theirs.len(), "{what}");
            if database.status == "available" {
                assert!(ours.len() >= 170, "{what}: {}", ours.len());
            }
            for (ours, theirs) in ours.iter().zip(&theirs) {
                // JSON on the way here may cost the last bit.
                let equal = (ours.1 - theirs.1).abs() <= theirs.1.abs() * 1e-12;
                assert!(ours.0 == theirs.0 && equal, "{what}: {ours:?} {theirs:?}");
            }
        }
    }
}
