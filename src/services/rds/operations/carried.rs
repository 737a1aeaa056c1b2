//! What of a DB instance is carried into one that is made of it: one table over every setting of AWS's
//! `DBInstance`, for each way in which one is made.
//!
//! AWS keeps "most of the original configuration" and names the exceptions one by one (the documentation of
//! the members of `RestoreDBInstanceToPointInTime`, `RestoreDBInstanceFromDBSnapshot`,
//! `CreateDBInstanceReadReplica`, `PromoteReadReplica`). What it drops is asked for; what cannot be asked
//! for is set afterwards; what is not kept is named in the plan.

use std::borrow::Cow;

use super::prelude::*;
use crate::domain::Database;
use crate::domain::database::Storage;
use crate::domain::settings::Settings;
use crate::ops::call::Value;

/// How an instance is made of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ByTime,
    FromSnapshot,
    /// From a snapshot that is in another region than the instance that it was taken of.
    FromSnapshotAfar,
    /// A replica beside its source.
    Replica,
    /// A replica in another region.
    ReplicaAfar,
    /// A replica becomes a primary: the settings are its own, and should be those that its source had.
    Promotion,
}

/// What becomes of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is asked for, under this parameter of the call.
    Asked(&'static str),
    /// It is set afterwards, under this parameter of `ModifyDBInstance`.
    Afterwards(&'static str),
    /// The same, in a step of its own: it passes a role, which may be refused.
    WithRole(&'static str),
    /// AWS takes it over by itself.
    Inherited,
    /// The engineer chooses it in the plan.
    Chosen,
    /// It is not kept, and the plan says so.
    Lost,
    /// Named in the plan where the two differ.
    Compared,
    /// AWS refuses the call while it is set, and so does the plan.
    Refused,
}

use Fate::{Afterwards, Asked, Chosen, Compared, Inherited, Lost, Refused, WithRole};

/// A setting: a member of `DBInstance`, its value (`None` where it is AWS's default and there is nothing to
/// keep) for a volume of so many GiB, what AWS sets otherwise, and its fates:
/// restored by time, from a snapshot, as a replica here, elsewhere, when promoted.
pub struct Setting {
    pub member: &'static str,
    pub of: fn(&Database, i32) -> Option<Value>,
    pub otherwise: &'static str,
    fates: [Fate; 5],
}

impl Setting {
    /// What becomes of it.
    pub fn fate(&self, way: Way) -> Fate {
        let [by_time, from_snapshot, replica, replica_afar, promotion] = self.fates;
        match way {
            Way::ByTime => by_time,
            Way::FromSnapshot => from_snapshot,
            // Keys and groups are of one region.
            Way::FromSnapshotAfar => match from_snapshot {
                Asked("OptionGroupName" | "NetworkType") | Afterwards("PerformanceInsightsKMSKeyId") => Lost,
                portable => portable,
            },
            Way::Replica => replica,
            // What a network may be is the subnet group's, and that is the other region's.
            Way::ReplicaAfar if replica_afar == Asked("NetworkType") => Lost,
            Way::ReplicaAfar => replica_afar,
            Way::Promotion => promotion,
        }
    }

    /// What AWS sets where it is not asked for.
    fn otherwise(&self, way: Way) -> &'static str {
        match (self.member, way) {
            ("BackupRetentionPeriod", Way::Replica | Way::ReplicaAfar) => "0: a replica begins without backups",
            ("PreferredBackupWindow", Way::Replica | Way::ReplicaAfar) => "none while it has no backups",
            ("TagList", Way::FromSnapshot | Way::FromSnapshotAfar) => "the snapshot's",
            ("TagList", Way::Replica | Way::ReplicaAfar) => "none",
            _ => self.otherwise,
        }
    }
}

const fn setting(
    member: &'static str,
    of: fn(&Database, i32) -> Option<Value>,
    otherwise: &'static str,
    fates: [Fate; 5],
) -> Setting {
    Setting { member, of, otherwise, fates }
}

/// The same for both restores, for both replicas, and for a promotion.
const fn alike(restore: Fate, replica: Fate, promotion: Fate) -> [Fate; 5] {
    [restore, restore, replica, replica, promotion]
}

/// Every setting, in the order in which it is asked for.
pub const SETTINGS: &[Setting] = &[
    setting("DBInstanceClass", |d, _| text(&d.class), "the source's", alike(Chosen, Chosen, Compared)),
    setting("MultiAZ", |d, _| Some(d.multi_az.into()), "false", alike(Chosen, Chosen, Chosen)),
    setting(
        "DBSubnetGroup",
        |d, _| some(d.subnet_group.as_ref()),
        "the default group",
        [Chosen, Chosen, Inherited, Lost, Inherited],
    ),
    setting(
        "VpcSecurityGroups",
        |d, _| listed(&d.security_groups),
        "the VPC's default group",
        [Chosen, Chosen, Asked("VpcSecurityGroupIds"), Lost, Inherited],
    ),
    setting(
        "DBParameterGroups",
        |d, _| some(d.parameter_groups.first()),
        "the engine's default group",
        [Chosen, Chosen, Inherited, Lost, Compared],
    ),
    setting("DeletionProtection", |d, _| Some(d.deletion_protection.into()), "false", alike(Chosen, Chosen, Chosen)),
    setting(
        "BackupRetentionPeriod",
        |d, _| Some(d.backup_retention_days.into()),
        "as stored with the backup",
        alike(Asked("BackupRetentionPeriod"), Lost, Chosen),
    ),
    setting(
        "PreferredBackupWindow",
        |d, _| text(&d.backup_window).filter(|_| d.backup_retention_days > 0),
        "a window that AWS chooses",
        alike(Asked("PreferredBackupWindow"), Lost, Chosen),
    ),
    setting(
        "PubliclyAccessible",
        |d, _| Some(d.publicly_accessible.into()),
        "depends on the subnet group",
        alike(Asked("PubliclyAccessible"), Asked("PubliclyAccessible"), Compared),
    ),
    setting(
        "AutoMinorVersionUpgrade",
        |d, _| Some(d.auto_minor_version_upgrade.into()),
        "AWS's choice",
        alike(Asked("AutoMinorVersionUpgrade"), Inherited, Compared),
    ),
    setting(
        "StorageType",
        |d, _| text(&d.storage.kind),
        "gp3",
        alike(Asked("StorageType"), Asked("StorageType"), Compared),
    ),
    setting(
        "Iops",
        |d, gib| d.storage.iops.filter(|_| Storage::takes_iops(&d.storage.kind, gib)).map(Into::into),
        "the type's least",
        alike(Asked("Iops"), Asked("Iops"), Compared),
    ),
    setting(
        "StorageThroughput",
        |d, gib| d.storage.throughput.filter(|_| Storage::takes_throughput(&d.storage.kind, gib)).map(Into::into),
        "the type's least",
        alike(Asked("StorageThroughput"), Asked("StorageThroughput"), Compared),
    ),
    setting(
        "MaxAllocatedStorage",
        |d, _| d.storage.max_allocated.filter(|most| *most > d.storage.allocated).map(Into::into),
        "storage does not grow by itself",
        [
            Asked("MaxAllocatedStorage"),
            Afterwards("MaxAllocatedStorage"),
            Asked("MaxAllocatedStorage"),
            Asked("MaxAllocatedStorage"),
            Compared,
        ],
    ),
    setting(
        "DedicatedLogVolume",
        |d, _| on(d.settings.dedicated_log_volume),
        "none",
        alike(Asked("DedicatedLogVolume"), Asked("DedicatedLogVolume"), Compared),
    ),
    setting(
        "IAMDatabaseAuthenticationEnabled",
        |d, _| on(d.settings.iam_authentication),
        "off: clients with IAM tokens are locked out",
        alike(Asked("EnableIAMDatabaseAuthentication"), Asked("EnableIAMDatabaseAuthentication"), Compared),
    ),
    setting(
        "CopyTagsToSnapshot",
        |d, _| on(d.settings.copy_tags_to_snapshot),
        "off",
        alike(Asked("CopyTagsToSnapshot"), Asked("CopyTagsToSnapshot"), Compared),
    ),
    setting(
        "NetworkType",
        |d, _| some(of(d).network_type.as_ref()).filter(|_| of(d).network_type.as_deref() != Some("IPV4")),
        "IPV4",
        alike(Asked("NetworkType"), Asked("NetworkType"), Compared),
    ),
    setting(
        "EngineLifecycleSupport",
        |d, _| some(of(d).lifecycle_support.as_ref()),
        "open-source-rds-extended-support, which is paid",
        alike(Asked("EngineLifecycleSupport"), Inherited, Compared),
    ),
    setting(
        "OptionGroupMemberships",
        |d, _| own_option_group(d),
        "the engine's default group",
        [Asked("OptionGroupName"), Asked("OptionGroupName"), Inherited, Lost, Compared],
    ),
    setting(
        "BackupTarget",
        |d, _| some(of(d).backup_target.as_ref()).filter(|_| of(d).backup_target.as_deref() != Some("region")),
        "region",
        alike(Asked("BackupTarget"), Asked("BackupTarget"), Inherited),
    ),
    setting(
        "EnabledCloudwatchLogsExports",
        |d, _| listed(&d.log_exports),
        "none",
        alike(Asked("EnableCloudwatchLogsExports"), Asked("EnableCloudwatchLogsExports"), Compared),
    ),
    setting(
        "CACertificateIdentifier",
        |d, _| some(d.ca_certificate.as_ref()),
        "the account's default",
        alike(Asked("CACertificateIdentifier"), Asked("CACertificateIdentifier"), Compared),
    ),
    setting(
        "PerformanceInsightsEnabled",
        |d, _| on(d.performance_insights),
        "off",
        alike(Afterwards("EnablePerformanceInsights"), Asked("EnablePerformanceInsights"), Compared),
    ),
    setting(
        "PerformanceInsightsRetentionPeriod",
        |d, _| of(d).insights_retention.filter(|days| d.performance_insights && *days != 7).map(Into::into),
        "7 days",
        alike(Afterwards("PerformanceInsightsRetentionPeriod"), Asked("PerformanceInsightsRetentionPeriod"), Compared),
    ),
    setting(
        "PerformanceInsightsKMSKeyId",
        |d, _| some(of(d).insights_key.as_ref()).filter(|_| d.performance_insights),
        "the account's default key",
        [
            Afterwards("PerformanceInsightsKMSKeyId"),
            Afterwards("PerformanceInsightsKMSKeyId"),
            Asked("PerformanceInsightsKMSKeyId"),
            Lost,
            Inherited,
        ],
    ),
    // "This setting isn't supported" in CreateDBInstanceReadReplica, though it is a member.
    setting(
        "DatabaseInsightsMode",
        |d, _| some(of(d).insights_mode.as_ref()).filter(|_| of(d).insights_mode.as_deref() != Some("standard")),
        "standard",
        alike(Afterwards("DatabaseInsightsMode"), Afterwards("DatabaseInsightsMode"), Compared),
    ),
    setting(
        "PreferredMaintenanceWindow",
        |d, _| text(&d.maintenance_window),
        "a window that AWS chooses",
        alike(Afterwards("PreferredMaintenanceWindow"), Inherited, Inherited),
    ),
    setting(
        "MonitoringInterval",
        |d, _| Some(d.monitoring_interval).filter(|_| is_monitored(d)).map(Into::into),
        "off",
        alike(WithRole("MonitoringInterval"), Asked("MonitoringInterval"), Compared),
    ),
    setting(
        "MonitoringRoleArn",
        |d, _| some(of(d).monitoring_role.as_ref()).filter(|_| is_monitored(d)),
        "none",
        alike(WithRole("MonitoringRoleArn"), Asked("MonitoringRoleArn"), Compared),
    ),
    // "Creating a read replica when the source DB manages credentials with Secrets Manager" is not supported;
    // a restore of PostgreSQL cannot be told to manage them (RDS user guide, Secrets Manager).
    setting(
        "MasterUserSecret",
        |d, _| some(of(d).master_secret.as_ref()),
        "not managed: the password is that of the data, and the secret of the source does not fit once it was rotated",
        [Lost, Lost, Refused, Refused, Compared],
    ),
    setting("DomainMemberships", |d, _| listed(&of(d).domains), "none", alike(Lost, Lost, Compared)),
    setting(
        "AssociatedRoles",
        |d, _| listed(&of(d).roles),
        "none: AddRoleToDBInstance adds them",
        alike(Lost, Lost, Compared),
    ),
    setting("CustomerOwnedIpEnabled", |d, _| on(of(d).customer_owned_ip), "off", alike(Lost, Lost, Compared)),
    setting(
        "DBCapacityReservationIdentifier",
        |d, _| some(of(d).capacity_reservation.as_ref()),
        "none",
        alike(Lost, Lost, Compared),
    ),
    setting(
        "DBInstanceAutomatedBackupsReplications",
        |d, _| listed(&of(d).replicated_backups),
        "backups stay in this region",
        alike(Lost, Lost, Compared),
    ),
    setting(
        "AwsBackupRecoveryPointArn",
        |d, _| some(of(d).aws_backup.as_ref()),
        "AWS Backup does not know it",
        alike(Lost, Lost, Compared),
    ),
    setting(
        "ReadReplicaDBInstanceIdentifiers",
        |d, _| listed(&d.replicas),
        "none follow the new one",
        alike(Lost, Inherited, Inherited),
    ),
    setting(
        "ReadReplicaDBClusterIdentifiers",
        |d, _| listed(&d.replica_clusters),
        "none follow the new one",
        alike(Lost, Inherited, Inherited),
    ),
    setting(
        "TagList",
        |d, _| Some(Value::from(own_tags(&d.tags).as_slice())).filter(|v| !v.to_string().is_empty()),
        "the source's",
        alike(Asked("Tags"), Asked("Tags"), Inherited),
    ),
];

fn of(d: &Database) -> &Settings {
    &d.settings
}

fn text(value: &str) -> Option<Value> {
    (!value.is_empty()).then(|| Value::from(value))
}

fn some(value: Option<&String>) -> Option<Value> {
    value.and_then(|value| text(value))
}

fn on(value: bool) -> Option<Value> {
    value.then_some(Value::Bool(true))
}

fn listed(values: &[String]) -> Option<Value> {
    (!values.is_empty()).then(|| Value::List(values.to_vec()))
}

fn is_monitored(d: &Database) -> bool {
    d.monitoring_interval > 0 && d.settings.monitoring_role.is_some()
}

/// The engine's own default group is what it has anyway.
fn own_option_group(d: &Database) -> Option<Value> {
    some(d.settings.option_groups.first()).filter(|_| !d.settings.option_groups[0].starts_with("default:"))
}

/// What of a source is carried over.
pub struct Carried {
    /// The call with what is asked for.
    pub call: Call,
    /// A row for each setting that counts.
    pub kept: Vec<Kept>,
    /// Parameters of `ModifyDBInstance` for afterwards.
    pub afterwards: Vec<(&'static str, Value)>,
    /// The same that pass a role.
    pub with_role: Vec<(&'static str, Value)>,
}

/// Adds to `call` what of `source` is asked for; `gib` is how large the volume will be.
pub fn carry(call: Call, source: &Database, way: Way, gib: i32) -> Carried {
    let mut carried = Carried { call, kept: Vec::new(), afterwards: Vec::new(), with_role: Vec::new() };
    for setting in SETTINGS {
        let Some(value) = (setting.of)(source, gib) else { continue };
        let fate = setting.fate(way);
        match fate {
            Asked(parameter) => carried.call.parameters.push((Cow::Borrowed(parameter), value.clone())),
            Afterwards(parameter) => carried.afterwards.push((parameter, value.clone())),
            WithRole(parameter) => carried.with_role.push((parameter, value.clone())),
            Lost => {}
            Inherited | Chosen | Compared | Refused => continue,
        }
        let name = match fate {
            Asked(parameter) | Afterwards(parameter) | WithRole(parameter) => parameter,
            _ => setting.member,
        };
        let lost = fate == Lost;
        let (name, value, default) = (name.to_owned(), value.to_string(), setting.otherwise(way).to_owned());
        carried.kept.push(Kept { name, value, default, kept: !lost, lost });
    }
    carried
}

/// The steps that set what the call could not, and what each is followed by.
pub fn afterwards(carried: &Carried, region: &str, name: &str) -> Vec<(&'static str, Call, Follow)> {
    let all = [
        ("sets what could not be asked for", &carried.afterwards),
        ("switches Enhanced Monitoring on", &carried.with_role),
    ];
    let wanted = all.into_iter().filter(|(_, values)| !values.is_empty());
    wanted
        .map(|(purpose, values)| {
            let mut call = Call::new(Api::ModifyDbInstance, region)
                .with("DBInstanceIdentifier", name)
                .with("ApplyImmediately", true);
            call.parameters.extend(values.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())));
            let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
            (purpose, call, Follow::Values { region: region.to_owned(), id: name.to_owned(), values })
        })
        .collect()
}

/// Settings in which a replica is not as its source, beside those that its promotion asks for.
pub fn differences(replica: &Database, source: &Database) -> Vec<Kept> {
    let compared = SETTINGS.iter().filter(|setting| setting.fate(Way::Promotion) == Compared);
    compared
        .filter_map(|setting| {
            let (has, had) =
                ((setting.of)(replica, replica.storage.allocated), (setting.of)(source, source.storage.allocated));
            let words = |value: Option<Value>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
            (has != had).then(|| Kept {
                name: setting.member.to_owned(),
                value: words(had),
                default: words(has),
                kept: false,
                lost: true,
            })
        })
        .collect()
}

/// Tags that a user may set; those of AWS itself (`aws:…`) are refused.
fn own_tags(tags: &[(String, String)]) -> Vec<(String, String)> {
    tags.iter().filter(|(key, _)| !key.starts_with("aws:")).cloned().collect()
}

#[cfg(test)]
mod tests;
