//! The AWS adapters: a session, and a file with what is below it for each service that is read.
//!
//! Everything that touches an SDK type stays in here. Results are types of [`crate::domain`] or of the
//! service's room ([`crate::services`]), whose text has passed through
//! [`crate::domain::text::clean`], failures are [`crate::domain::Fault`],
//! classified in [`error`] alone. The sandbox plugs in below, as the SDK's HTTP client
//! ([`session::InProcess`]), so that these same adapters run there, in tests and in production.

mod address;
pub mod alarms;
mod assume;
#[cfg(any(fuzzing, debug_assertions))]
#[doc(hidden)]
pub mod canned;
mod chosen;
mod clock;
pub mod cloudwatch;
pub mod eks;
mod endpoints;
pub mod error;
mod given;
mod keeper;
mod limit;
pub mod meter;
pub mod mfa;
mod once;
mod pages;
pub mod policy;
mod process;
mod profile;
pub mod rds;
mod regions;
mod renew;
pub mod secrets;
pub mod session;
mod settings;
pub mod shared_files;
mod source;
pub mod sts;
pub mod time;
mod trust;
mod usable;
mod verdict;
mod way;
mod whole;

#[cfg(test)]
mod tests;

pub use session::{AssumeRole, CodeSource, InProcess, MfaRequest, Session, SessionSpec};

use crate::domain::text;

/// Whether the shared files give credentials by the profile that nobody names, `[default]`.
#[must_use]
pub fn has_default_profile() -> bool {
    way::way(&shared_files::SharedFiles::here().read().0, "default").is_ok()
}

/// What the log takes: warnings and worse. Each place that the SDK looks for credentials in vain
/// warns, at every fetch; what came of it is in the error log of the console.
pub const LOG_FILTER: &str =
    "warn,aws_config::imds=error,aws_config::ecs=error,aws_config::meta=error,aws_config::profile=error";

/// `DescribeDBInstances`.
pub const DESCRIBE_DB_INSTANCES: &str = "rds:DescribeDBInstances";
/// `DescribeDBSnapshots`.
pub const DESCRIBE_DB_SNAPSHOTS: &str = "rds:DescribeDBSnapshots";
/// `DescribeDBInstanceAutomatedBackups`.
pub const DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS: &str = "rds:DescribeDBInstanceAutomatedBackups";
/// `DescribeBlueGreenDeployments`.
pub const DESCRIBE_BLUE_GREEN_DEPLOYMENTS: &str = "rds:DescribeBlueGreenDeployments";
/// `DescribeEvents`.
pub const DESCRIBE_EVENTS: &str = "rds:DescribeEvents";
/// `DescribePendingMaintenanceActions`.
pub const DESCRIBE_PENDING_MAINTENANCE_ACTIONS: &str = "rds:DescribePendingMaintenanceActions";
/// `DescribeOrderableDBInstanceOptions`.
pub const DESCRIBE_ORDERABLE_DB_INSTANCE_OPTIONS: &str = "rds:DescribeOrderableDBInstanceOptions";
/// `GetMetricData`.
pub const GET_METRIC_DATA: &str = "cloudwatch:GetMetricData";
/// `DescribeAlarms`.
pub const DESCRIBE_ALARMS: &str = "cloudwatch:DescribeAlarms";
/// `DescribeAlarmHistory`.
pub const DESCRIBE_ALARM_HISTORY: &str = "cloudwatch:DescribeAlarmHistory";
/// `ListClusters`.
pub const LIST_CLUSTERS: &str = "eks:ListClusters";
/// `DescribeCluster`.
pub const DESCRIBE_CLUSTER: &str = "eks:DescribeCluster";
/// `DescribeClusterVersions`.
pub const DESCRIBE_CLUSTER_VERSIONS: &str = "eks:DescribeClusterVersions";
/// `ListNodegroups`.
pub const LIST_NODEGROUPS: &str = "eks:ListNodegroups";
/// `DescribeNodegroup`.
pub const DESCRIBE_NODEGROUP: &str = "eks:DescribeNodegroup";
/// `ListUpdates`.
pub const LIST_UPDATES: &str = "eks:ListUpdates";
/// `DescribeUpdate`.
pub const DESCRIBE_UPDATE: &str = "eks:DescribeUpdate";
/// `ListAddons`.
pub const LIST_ADDONS: &str = "eks:ListAddons";
/// `DescribeAddon`.
pub const DESCRIBE_ADDON: &str = "eks:DescribeAddon";
/// `ListInsights`.
pub const LIST_INSIGHTS: &str = "eks:ListInsights";
/// `ListAccessEntries`.
pub const LIST_ACCESS_ENTRIES: &str = "eks:ListAccessEntries";
/// `ListSecrets`.
pub const LIST_SECRETS: &str = "secretsmanager:ListSecrets";
/// `DescribeSecret`.
pub const DESCRIBE_SECRET: &str = "secretsmanager:DescribeSecret";
/// `ListSecretVersionIds`.
pub const LIST_SECRET_VERSION_IDS: &str = "secretsmanager:ListSecretVersionIds";
/// `GetCallerIdentity`.
pub use crate::domain::identity::GET_CALLER_IDENTITY;

/// Every call that the adapters make, and the IAM action that allows it (service authorization
/// reference). `sts:GetCallerIdentity` is allowed for everybody; it is named because an explicit
/// deny is possible in a permission boundary.
pub const READS: &[(&str, &str)] = &[
    (DESCRIBE_DB_INSTANCES, "rds:DescribeDBInstances"),
    (DESCRIBE_DB_SNAPSHOTS, "rds:DescribeDBSnapshots"),
    (DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS, "rds:DescribeDBInstanceAutomatedBackups"),
    (DESCRIBE_BLUE_GREEN_DEPLOYMENTS, "rds:DescribeBlueGreenDeployments"),
    (DESCRIBE_EVENTS, "rds:DescribeEvents"),
    (DESCRIBE_PENDING_MAINTENANCE_ACTIONS, "rds:DescribePendingMaintenanceActions"),
    (DESCRIBE_ORDERABLE_DB_INSTANCE_OPTIONS, "rds:DescribeOrderableDBInstanceOptions"),
    (GET_METRIC_DATA, "cloudwatch:GetMetricData"),
    (DESCRIBE_ALARMS, "cloudwatch:DescribeAlarms"),
    (DESCRIBE_ALARM_HISTORY, "cloudwatch:DescribeAlarmHistory"),
    (LIST_CLUSTERS, "eks:ListClusters"),
    (DESCRIBE_CLUSTER, "eks:DescribeCluster"),
    (DESCRIBE_CLUSTER_VERSIONS, "eks:DescribeClusterVersions"),
    (LIST_NODEGROUPS, "eks:ListNodegroups"),
    (DESCRIBE_NODEGROUP, "eks:DescribeNodegroup"),
    (LIST_UPDATES, "eks:ListUpdates"),
    (DESCRIBE_UPDATE, "eks:DescribeUpdate"),
    (LIST_ADDONS, "eks:ListAddons"),
    (DESCRIBE_ADDON, "eks:DescribeAddon"),
    (LIST_INSIGHTS, "eks:ListInsights"),
    (LIST_ACCESS_ENTRIES, "eks:ListAccessEntries"),
    (LIST_SECRETS, "secretsmanager:ListSecrets"),
    (DESCRIBE_SECRET, "secretsmanager:DescribeSecret"),
    (LIST_SECRET_VERSION_IDS, "secretsmanager:ListSecretVersionIds"),
    (GET_CALLER_IDENTITY, "sts:GetCallerIdentity"),
];

/// The IAM action of a call: from [`READS`], or the call itself (most are named alike).
#[must_use]
pub fn action_of(call: &str) -> &str {
    READS.iter().find(|(name, _)| *name == call).map_or(call, |(_, action)| *action)
}

/// Cleaned text, empty where AWS left it out.
fn words(raw: Option<String>) -> String {
    raw.map(|raw| text::clean(&raw)).unwrap_or_default()
}

/// Cleaned text, `None` where AWS left it out or empty.
fn named(raw: Option<String>) -> Option<String> {
    raw.filter(|raw| !raw.is_empty()).map(|raw| text::clean(&raw))
}

/// Cleaned list, empty where AWS left it out.
fn list(raw: Option<Vec<String>>) -> Vec<String> {
    raw.unwrap_or_default().iter().map(|raw| text::clean(raw)).collect()
}
