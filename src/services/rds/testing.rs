//! A small estate for the tests of operations, plans and guards.

use jiff::Timestamp;

use super::seen::{Orderable, Readings};
use super::{Kind, Operation, Plan, Rds, Seen, Target, TargetKind};
use crate::domain::database::{StatusInfo, Storage};
use crate::domain::{AutomatedBackup, Criticality, Database, Identity, Settings, Snapshot};
use crate::ops;
use crate::ops::plan::CheckState;

/// The engine's types for RDS alone, for the tests of the engine.
pub type Body = ops::journal::Body<Rds>;
pub type Execution = ops::Execution<Rds>;
pub type Freeze = ops::policy::Freeze<Kind>;
pub type Policy = ops::Policy<Kind>;
pub type PolicyOverride = ops::policy::PolicyOverride<Kind>;
pub type Refusal = ops::guard::Refusal<Kind>;
pub type Requested = ops::requested::Requested<Rds>;
pub type Situation<'a> = ops::guard::Situation<'a, Rds>;

/// The moment at which everything was read.
#[must_use]
pub fn at() -> Timestamp {
    "2026-11-22T03:12:44Z".parse().unwrap()
}

/// The account of the estate.
pub const ACCOUNT: &str = "111122223333";

/// A DB instance, available, of the estate.
#[must_use]
pub fn database(id: &str, region: &str) -> Database {
    Database {
        id: id.into(),
        arn: format!("arn:aws:rds:{region}:{ACCOUNT}:db:{id}"),
        resource_id: format!("db-{}", id.to_uppercase()),
        region: region.into(),
        status: "available".into(),
        class: "db.t3.medium".into(),
        engine: "postgres".into(),
        engine_version: "16.4".into(),
        multi_az: true,
        zone: Some(format!("{region}a")),
        secondary_zone: Some(format!("{region}b")),
        storage: Storage {
            allocated: 100,
            max_allocated: Some(500),
            kind: "gp3".into(),
            iops: Some(3000),
            throughput: Some(125),
        },
        endpoint: Some(format!("{id}.c9akciq32.{region}.rds.amazonaws.com")),
        port: Some(5432),
        created: "2025-11-01T00:00:00Z".parse().ok(),
        latest_restorable: "2026-11-22T03:07:32Z".parse().ok(),
        backup_retention_days: 30,
        backup_window: "03:00-04:00".into(),
        maintenance_window: "sun:04:00-sun:05:00".into(),
        deletion_protection: true,
        encrypted: true,
        kms_key: Some(format!("arn:aws:kms:{region}:{ACCOUNT}:key/k-1")),
        auto_minor_version_upgrade: true,
        parameter_groups: vec!["rentaliq-pg16".into()],
        security_groups: vec!["sg-0aa1".into()],
        subnet_group: Some("rentaliq-private".into()),
        vpc: Some("vpc-1".into()),
        performance_insights: true,
        monitoring_interval: 60,
        log_exports: vec!["postgresql".into()],
        tags: vec![("Environment".into(), "prod".into())],
        ..Database::default()
    }
}

/// Sets everything that can be set to another value than AWS's default.
pub fn with_everything_set(d: &mut Database) {
    d.class = "db.r6g.large".into();
    d.storage = Storage {
        allocated: 500,
        max_allocated: Some(1000),
        kind: "gp3".into(),
        iops: Some(14_000),
        throughput: Some(600),
    };
    d.publicly_accessible = true;
    d.auto_minor_version_upgrade = false;
    d.parameter_groups = vec!["tuned-pg16".into()];
    d.ca_certificate = Some("rds-ca-ecc384-g1".into());
    d.replica_clusters = vec!["aurora-reporting".into()];
    d.monitoring_interval = 15;
    d.log_exports = vec!["postgresql".into(), "upgrade".into()];
    d.settings = Settings {
        iam_authentication: true,
        copy_tags_to_snapshot: true,
        network_type: Some("DUAL".into()),
        dedicated_log_volume: true,
        lifecycle_support: Some("open-source-rds-extended-support-disabled".into()),
        option_groups: vec!["own-options".into()],
        parameter_status: Some("in-sync".into()),
        insights_mode: Some("advanced".into()),
        insights_retention: Some(465),
        insights_key: Some("arn:aws:kms:us-east-1:111122223333:key/k-2".into()),
        monitoring_role: Some("arn:aws:iam::111122223333:role/monitoring".into()),
        master_secret: Some("arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1".into()),
        domains: vec!["d-1234567890".into()],
        roles: vec!["s3Import arn:aws:iam::111122223333:role/import".into()],
        customer_owned_ip: true,
        backup_target: Some("outposts".into()),
        capacity_reservation: Some("reservation-1".into()),
        replicated_backups: vec!["arn:aws:rds:us-west-2:111122223333:auto-backup:ab-1".into()],
        aws_backup: Some("arn:aws:backup:us-east-1:111122223333:recovery-point:continuous".into()),
    };
}

/// RentalIQ's prod: a Multi-AZ primary with a replica at home and one in the DR region; the primary
/// is the target. Orders: `databases[0]` primary, `[1]` same-region replica, `[2]` DR replica.
#[must_use]
pub fn seen() -> Seen {
    let primary_arn = format!("arn:aws:rds:us-east-1:{ACCOUNT}:db:rentaliq-prod-db");
    let dr_arn = format!("arn:aws:rds:us-west-2:{ACCOUNT}:db:rentaliq-prod-db-dr");
    let mut primary = database("rentaliq-prod-db", "us-east-1");
    primary.replicas = vec!["rentaliq-prod-db-replica-1".into(), dr_arn];
    let replica = |id: &str, region: &str, source: &str| {
        let mut replica = database(id, region);
        replica.source = Some(source.to_owned());
        replica.backup_retention_days = 0;
        replica.latest_restorable = None;
        replica.multi_az = false;
        replica.secondary_zone = None;
        replica.deletion_protection = false;
        replica.status_infos = vec![StatusInfo {
            kind: "read replication".into(),
            status: "replicating".into(),
            normal: true,
            message: String::new(),
        }];
        replica
    };
    let databases = vec![
        primary,
        replica("rentaliq-prod-db-replica-1", "us-east-1", "rentaliq-prod-db"),
        replica("rentaliq-prod-db-dr", "us-west-2", &primary_arn),
    ];
    let snapshot = |id: &str, kind: &str, created: &str| Snapshot {
        id: id.into(),
        arn: format!("arn:aws:rds:us-east-1:{ACCOUNT}:snapshot:{id}"),
        database: "rentaliq-prod-db".into(),
        status: "available".into(),
        kind: kind.into(),
        created: created.parse().ok(),
        original_created: created.parse().ok(),
        database_time: created.parse().ok(),
        resource_id: "db-RENTALIQ-PROD-DB".into(),
        progress: 100,
        allocated: 100,
        encrypted: true,
        engine_version: "16.4".into(),
        ..Snapshot::default()
    };
    let orderable = ["db.t3.small", "db.t3.medium", "db.t3.large", "db.r6g.large"]
        .iter()
        .map(|class| Orderable { class: (*class).into(), multi_az: true, storage: "gp3".into(), read_replica: true })
        .collect();
    let readings = |id: &str, region: &str, connections: f64, lag: Option<f64>| Readings {
        region: region.into(),
        database: id.into(),
        connections: Some(connections),
        lag,
        lag_at: lag.map(|_| at()),
        free_storage: Some(38.0),
        cpu: Some(41.0),
        at: Some(at()),
    };
    Seen {
        at: at(),
        target: Target {
            environment: "PROD".into(),
            kind: TargetKind::DbInstance,
            id: "rentaliq-prod-db".into(),
            region: "us-east-1".into(),
        },
        criticality: Criticality::Production,
        expected_account: Some(ACCOUNT.into()),
        identity: Identity {
            account: ACCOUNT.into(),
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/oncall"),
            expires: None,
        },
        owned: true,
        region: "us-east-1".into(),
        dr_region: Some("us-west-2".into()),
        cli: String::new(),
        databases,
        snapshots: vec![
            snapshot("before-release-42", "manual", "2026-11-21T18:00:00Z"),
            snapshot("rds:rentaliq-prod-db-2026-11-21-03-05", "automated", "2026-11-21T03:05:12Z"),
        ],
        maintenance: Vec::new(),
        events: Vec::new(),
        orderable,
        readings: vec![
            readings("rentaliq-prod-db", "us-east-1", 182.0, None),
            readings("rentaliq-prod-db-replica-1", "us-east-1", 35.0, Some(1.0)),
            readings("rentaliq-prod-db-dr", "us-west-2", 4.0, Some(312.0)),
        ],
        blue_green: None,
        last_known: None,
        missing: Vec::new(),
        snapshot_names: ["us-east-1", "us-west-2"].map(|r| (r.to_owned(), Vec::new())).into(),
        foreign: Vec::new(),
        backups: vec![AutomatedBackup {
            resource_id: "db-RENTALIQ-PROD-DB".into(),
            status: "active".into(),
            window: "2026-10-23T03:10:00Z".parse().ok().zip("2026-11-22T03:07:32Z".parse().ok()),
        }],
    }
}

/// The same estate with another target.
#[must_use]
pub fn seen_on(kind: TargetKind, id: &str, region: &str) -> Seen {
    let mut seen = seen();
    seen.target.kind = kind;
    seen.target.id = id.into();
    seen.target.region = region.into();
    seen
}

/// The plan without a safety snapshot.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "a test makes it for this call")]
pub fn plan_of(operation: Operation, seen: &Seen) -> Plan {
    Plan::make(&operation, None, seen)
}

/// Names of the preconditions that are not met.
#[must_use]
pub fn failed(operation: &Operation, seen: &Seen) -> Vec<String> {
    let plan = Plan::make(operation, None, seen);
    plan.checks.into_iter().filter(|c| c.state == CheckState::Failed).map(|c| c.name).collect()
}
