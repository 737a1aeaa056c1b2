//! Advice and refusal agree: what a finding advises can be planned in the very state that it was found in.

use std::collections::BTreeSet;

use super::DbInstances;
use super::testing::{Bed, ago, now};
use crate::domain::{Identity, MaintenanceAction, Metric};
use crate::health::verdicts;
use crate::health::words::GIB;
use crate::ops::CheckState;
use crate::services::rds::seen::Orderable;
use crate::services::rds::{Kind, Plan, Seen, Target, TargetKind, testing};

/// Every status of the RDS user guide that an instance can be found in.
const STATUSES: &[&str] = &[
    "available",
    "backing-up",
    "configuring-enhanced-monitoring",
    "creating",
    "deleting",
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "maintenance",
    "modifying",
    "rebooting",
    "restore-error",
    "starting",
    "stopped",
    "stopping",
    "storage-full",
    "storage-optimization",
    "upgrading",
];

/// Instances with something wrong: each rule that advises an operation finds it in one of them.
fn beds() -> Vec<(&'static str, Bed)> {
    let healthy = Bed::healthy;
    let mut no_backups = healthy();
    no_backups.database.backup_retention_days = 0;
    let mut unreached = healthy();
    unreached.database.latest_restorable = None;
    let mut behind = healthy();
    behind.database.latest_restorable = Some(ago(7 * 3600));
    let full = healthy().at_60(Metric::FreeStorageSpace, |_| Some(2.0 * GIB));
    let tight = healthy().at_300(Metric::FreeableMemory, |_| Some(0.1 * GIB));
    let mut pending = healthy();
    pending.maintenance = vec![MaintenanceAction {
        arn: pending.database.arn.clone(),
        action: "system-update".into(),
        description: String::new(),
        auto_applied_after: None,
        forced_at: Some(ago(-86_400)),
        current_apply: None,
        opt_in: None,
    }];
    let mut upgrade = healthy();
    upgrade.database.pending = vec![("EngineVersion".into(), "17.6".into())];
    let mut member = healthy();
    member.database.cluster = Some("a-cluster".into());
    let all = vec![
        ("healthy", healthy()),
        ("no backups", no_backups),
        ("nothing to restore to", unreached),
        ("restorable too far back", behind),
        ("nearly full", full),
        ("little memory", tight),
        ("maintenance", pending),
        ("a pending upgrade", upgrade),
        ("a member of a cluster", member),
        ("a replica", Bed::replica()),
    ];
    all
}

/// What is read for a plan on the bed's instance.
fn seen(bed: &Bed) -> Seen {
    let database = bed.database.clone();
    let target = Target {
        environment: "prod".into(),
        kind: TargetKind::DbInstance,
        id: database.id.clone(),
        region: database.region.clone(),
    };
    let mut backup = testing::seen().backups.remove(0);
    (backup.resource_id, backup.window) = (database.resource_id.clone(), Some((ago(86_400), ago(300))));
    Seen {
        owned: true,
        snapshot_names: vec![(database.region.clone(), Vec::new())],
        foreign: Vec::new(),
        maintenance: bed.maintenance.clone(),
        backups: vec![backup],
        orderable: ["db.m6g.large", "db.m6g.xlarge"]
            .map(|class| Orderable { class: class.into(), multi_az: true, storage: "gp3".into(), read_replica: true })
            .into(),
        databases: vec![database],
        ..Seen::blank(now(), target, Identity::default())
    }
}

#[test]
fn what_is_advised_can_be_planned_in_that_very_state() {
    let mut advised: BTreeSet<(&str, Kind)> = BTreeSet::new();
    for status in STATUSES {
        for (what, mut bed) in beds() {
            bed.database.status = (*status).into();
            bed.database.storage.kind = "gp3".into();
            for (rule, verdict) in verdicts::<DbInstances>(&bed.subject(), now(), &|_| None) {
                let Some(kind) = verdict.operation else { continue };
                let seen = seen(&bed);
                let plan = Plan::make(&kind.offer(&seen), None, &seen);
                let failed: Vec<_> = plan.checks.iter().filter(|c| c.state == CheckState::Failed).collect();
                assert!(failed.is_empty(), "{} of {what} while {status} advises {kind:?}: {failed:?}", rule.id);
                advised.insert((rule.id, kind));
            }
        }
    }
    let expected = [
        ("backups-off", Kind::ChangeRetention),
        ("free-storage", Kind::ChangeStorage),
        ("instance-status", Kind::ChangeStorage),
        ("instance-status", Kind::Reboot),
        ("instance-status", Kind::RestoreToPointInTime),
        ("instance-status", Kind::Start),
        ("memory", Kind::ChangeClass),
        ("pending-maintenance", Kind::ApplyMaintenance),
        ("restorable-time", Kind::CreateSnapshot),
    ];
    assert_eq!(
        advised.into_iter().filter(|(rule, _)| *rule != "storage-runway").collect::<BTreeSet<_>>(),
        expected.into()
    );
}
