//! Every operation's plan as it is shown, in the smallest usual terminal and in a larger one, and
//! what must be in view in both: the risk, the way to approve it and the way out.

use jiff::{SignedDuration, Timestamp};
use quarterdeck::app::State;
use quarterdeck::domain::database::{StatusInfo, Storage};
use quarterdeck::domain::{AutomatedBackup, Criticality, Database, Environment, Identity, Remote, Snapshot};
use quarterdeck::keymap::Keymap;
use quarterdeck::ops::Arming;
use quarterdeck::screens::{View, plan};
use quarterdeck::services::rds::seen::Readings;
use quarterdeck::services::rds::{Kind, Seen, Target, TargetKind};
use quarterdeck::theme::{ColorDepth, Theme};
use quarterdeck::world::Estate;

use crate::harness::{Desk, MOMENT};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];
const ACCOUNT: &str = "111122223333";

fn now() -> Timestamp {
    MOMENT.parse().expect("a timestamp")
}

fn identity() -> Identity {
    Identity {
        account: ACCOUNT.into(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/operator/oncall"),
        expires: None,
    }
}

fn database(id: &str, region: &str) -> Database {
    Database {
        id: id.into(),
        arn: format!("arn:aws:rds:{region}:{ACCOUNT}:db:{id}"),
        resource_id: format!("db-{}", id.to_uppercase()),
        region: region.into(),
        status: "available".into(),
        class: "db.t3.medium".into(),
        engine: "postgres".into(),
        engine_version: "16.4".into(),
        zone: Some(format!("{region}a")),
        storage: Storage { allocated: 100, max_allocated: Some(500), kind: "gp3".into(), ..Storage::default() },
        created: "2025-11-01T00:00:00Z".parse().ok(),
        backup_window: "03:00-04:00".into(),
        maintenance_window: "sun:04:00-sun:05:00".into(),
        encrypted: true,
        parameter_groups: vec!["rentaliq-pg16".into()],
        security_groups: vec!["sg-0aa1".into()],
        subnet_group: Some("rentaliq-private".into()),
        ..Database::default()
    }
}

/// A Multi-AZ primary with a replica in another region.
fn databases() -> Vec<Database> {
    let mut primary = database("rentaliq-prod-db", "us-east-1");
    let mut replica = database("rentaliq-prod-db-dr", "us-west-2");
    primary.multi_az = true;
    primary.secondary_zone = Some("us-east-1b".into());
    primary.backup_retention_days = 30;
    primary.latest_restorable = "2026-11-22T03:07:32Z".parse().ok();
    primary.deletion_protection = true;
    primary.replicas = vec![replica.arn.clone()];
    replica.source = Some(primary.arn.clone());
    replica.status_infos = vec![StatusInfo {
        kind: "read replication".into(),
        status: "replicating".into(),
        normal: true,
        message: String::new(),
    }];
    vec![primary, replica]
}

/// What was read for an operation.
pub fn seen(kind: Kind) -> Seen {
    let (id, region) = match (kind, kind.target()) {
        (Kind::PromoteReplica, _) => ("rentaliq-prod-db-dr", "us-west-2"),
        (_, TargetKind::DbInstance) => ("rentaliq-prod-db", "us-east-1"),
        (_, TargetKind::DbSnapshot) => ("before-release-42", "us-east-1"),
        (_, TargetKind::Environment) => ("prod", "us-east-1"),
    };
    let snapshot = Snapshot {
        id: "before-release-42".into(),
        arn: format!("arn:aws:rds:us-east-1:{ACCOUNT}:snapshot:before-release-42"),
        database: "rentaliq-prod-db".into(),
        status: "available".into(),
        kind: "manual".into(),
        created: "2026-11-21T18:00:00Z".parse().ok(),
        progress: 100,
        allocated: 100,
        encrypted: true,
        engine_version: "16.4".into(),
        ..Snapshot::default()
    };
    let readings = |database: &str, region: &str, connections: f64, lag: Option<f64>| Readings {
        region: region.into(),
        database: database.into(),
        connections: Some(connections),
        lag,
        lag_at: lag.map(|_| now()),
        free_storage: Some(38.0),
        cpu: Some(41.0),
        at: Some(now()),
    };
    Seen {
        at: now(),
        target: Target { environment: "prod".into(), kind: kind.target(), id: id.into(), region: region.into() },
        criticality: Criticality::Production,
        expected_account: Some(ACCOUNT.into()),
        identity: identity(),
        owned: true,
        region: "us-east-1".into(),
        dr_region: Some("us-west-2".into()),
        cli: " --profile prod".into(),
        databases: databases(),
        snapshots: vec![snapshot],
        maintenance: Vec::new(),
        events: Vec::new(),
        orderable: Vec::new(),
        readings: vec![
            readings("rentaliq-prod-db", "us-east-1", 182.0, None),
            readings("rentaliq-prod-db-dr", "us-west-2", 4.0, Some(312.0)),
        ],
        missing: Vec::new(),
        snapshot_names: ["us-east-1", "us-west-2"].map(|region| (region.to_owned(), Vec::new())).into(),
        foreign: Vec::new(),
        backups: vec![AutomatedBackup {
            resource_id: "db-RENTALIQ-PROD-DB".into(),
            status: "active".into(),
            window: Some((
                "2026-10-23T03:00:00Z".parse().expect("a time"),
                "2026-11-22T03:07:00Z".parse().expect("a time"),
            )),
        }],
        blue_green: None,
        last_known: None,
    }
}

/// A console that is armed for production, with the plan of an operation open.
fn opened(kind: Kind) -> Desk {
    let mut estate = Estate::default();
    let session = estate.add_session_named("prod");
    let site = estate.add_site(session, "us-east-1");
    let environment = estate.add(Environment {
        name: "prod".into(),
        criticality: Criticality::Production,
        site,
        ..Environment::default()
    });
    let mut state = State::new(estate, now(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    state.shell.world.sites[0].identity = Remote::Ready { value: identity(), at: now() };
    state.shell.world.changes.arming = Some(Arming {
        environment: "prod".into(),
        account: ACCOUNT.into(),
        principal: identity().principal(),
        reason: "INC-4312".into(),
        since: now(),
        until: now().checked_add(SignedDuration::from_secs(521)).expect("a time"),
    });
    let seen = seen(kind);
    let mut open = plan::State::new(kind.into(), seen.target.clone().of(), environment, 1, now());
    open.operation = Some(kind.offer(&seen).into());
    open.seen = Some(Box::new(seen.into()));
    open.reading = false;
    open.remake(now());
    state.views.open(View::Plan(Box::new(open)));
    Desk::by_hand(state)
}

#[test]
fn every_operation_has_a_plan_that_can_be_read() {
    for kind in Kind::ALL.iter().copied() {
        let mut desk = opened(kind);
        let made = desk.state.views.plan().and_then(|open| open.plan.clone()).expect("a plan");
        for (columns, rows) in SIZES {
            let text = desk.text_at(columns, rows);
            for words in [kind.title(), made.risk.name(), "Esc leaves, nothing is sent", "armed 08:41"] {
                assert!(text.contains(words), "{kind:?} at {columns}x{rows} does not say {words:?}:\n{text}");
            }
            let approved = if made.obstacle().is_some() {
                "cannot be approved"
            } else if made.risk == quarterdeck::ops::Risk::Routine {
                "Ctrl-t sends it; Enter does not"
            } else {
                "To approve, type the name: "
            };
            assert!(text.contains(approved), "{kind:?} at {columns}x{rows} does not say {approved:?}:\n{text}");
            let shown = desk.styled(columns, rows);
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("plan-{}-{columns}x{rows}", kind.name()), shown);
            });
        }
    }
}
