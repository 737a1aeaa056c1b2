//! Estates as they are written in `sandbox/estates/*.toml`, and how they become instances.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::identity;
use super::instance::{GONE, Instance, Load, Maintenance, Network, Pending, Source, Window};
use super::lifecycle::{self, Birth};
use super::moment::{DAY, Offset, after};
use super::record::Record;
use super::secrets::SecretEntry;
use super::settings::Settings;

/// One estate file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    pub name: String,
    pub common: Common,
    #[serde(default, rename = "site")]
    pub sites: Vec<Site>,
    #[serde(default, rename = "instance")]
    pub instances: Vec<Entry>,
    #[serde(default, rename = "secrets")]
    pub secrets: Vec<SecretEntry>,
}

/// What all instances of an estate share unless they say otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    pub engine_version: String,
    pub backup_window: Window,
    pub maintenance_window: String,
    pub ca_certificate: String,
    pub parameter_group: String,
    pub master_username: String,
    /// Whether its instances are enrolled in the paid RDS Extended Support.
    #[serde(default)]
    pub extended_support: bool,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An account and a region, with its network and its encryption key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub account: String,
    pub region: String,
    pub vpc: String,
    pub subnet_group: String,
    pub zones: Vec<String>,
    /// Key id; the ARN is built from it.
    pub kms_key: String,
    #[serde(default)]
    pub monitoring_role: Option<String>,
}

/// One instance as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub account: String,
    pub region: String,
    pub id: String,
    pub class: String,
    pub allocated: i32,
    #[serde(default)]
    pub max_allocated: Option<i32>,
    #[serde(default = "gp3")]
    pub storage_type: String,
    #[serde(default)]
    pub iops: Option<i32>,
    #[serde(default)]
    pub throughput: Option<i32>,
    #[serde(default)]
    pub multi_az: bool,
    pub zone: String,
    #[serde(default)]
    pub secondary_zone: Option<String>,
    /// Distance of its creation from the epoch.
    pub created: Offset,
    #[serde(default)]
    pub retention: i32,
    #[serde(default)]
    pub source: Option<Source>,
    /// The Multi-AZ DB cluster that it replicates.
    #[serde(default)]
    pub source_cluster: Option<String>,
    #[serde(default = "postgres")]
    pub engine: String,
    #[serde(default)]
    pub engine_version: Option<String>,
    #[serde(default)]
    pub parameter_group: Option<String>,
    /// The DB cluster that it is a member of.
    #[serde(default)]
    pub cluster: Option<String>,
    #[serde(default)]
    pub database_name: Option<String>,
    #[serde(default)]
    pub deletion_protection: bool,
    #[serde(default)]
    pub performance_insights: Option<i32>,
    #[serde(default)]
    pub monitoring_interval: i32,
    #[serde(default)]
    pub log_exports: Vec<String>,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    pub load: Load,
    #[serde(default)]
    pub pending: Pending,
    #[serde(default)]
    pub maintenance: Vec<MaintenanceEntry>,
    #[serde(default)]
    pub snapshots: Vec<SnapshotEntry>,
    /// Statuses that it takes on after its creation.
    #[serde(default)]
    pub statuses: Vec<StatusEntry>,
}

/// A pending maintenance action as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceEntry {
    pub action: String,
    pub description: String,
    #[serde(default)]
    pub auto_applied_after: Option<Offset>,
    #[serde(default)]
    pub forced: Option<Offset>,
    #[serde(default)]
    pub current_apply: Option<Offset>,
    #[serde(default)]
    pub opt_in: Option<String>,
}

/// A manual snapshot as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotEntry {
    pub id: String,
    pub at: Offset,
    /// Its copies in other regions of the account.
    #[serde(default)]
    pub copies: Vec<CopyEntry>,
}

/// A copy of a manual snapshot as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyEntry {
    pub id: String,
    pub region: String,
    pub at: Offset,
}

/// A change of status as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusEntry {
    pub at: Offset,
    /// A status of RDS, or `gone`.
    pub status: String,
}

fn gp3() -> String {
    "gp3".to_owned()
}

fn postgres() -> String {
    "postgres".to_owned()
}

impl Site {
    /// A site that no estate describes: the network that a new account has.
    #[must_use]
    pub fn unwritten(account: &str, region: &str) -> Self {
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            vpc: identity::ec2_id("vpc", &["vpc", account, region]),
            subnet_group: "default".to_owned(),
            zones: ["a", "b", "c"].map(|letter| format!("{region}{letter}")).to_vec(),
            kms_key: identity::uuid(identity::hash(&["key", account, region])),
            monitoring_role: None,
        }
    }

    /// ARN of the site's key.
    #[must_use]
    pub fn key_arn(&self) -> String {
        format!("arn:aws:kms:{}:{}:key/{}", self.region, self.account, self.kms_key)
    }

    /// ARN of the key that AWS manages for a service in the site, such as `rds`.
    #[must_use]
    pub fn default_key_arn(&self, service: &str) -> String {
        let key = identity::uuid(identity::hash(&["default-key", service, &self.account, &self.region]));
        format!("arn:aws:kms:{}:{}:key/{key}", self.region, self.account)
    }

    /// The network of an instance; instances with the same `role` share a security group.
    #[must_use]
    pub fn network(&self, role: &str) -> Network {
        let subnet = |zone: &String| (identity::ec2_id("subnet", &[&self.vpc, zone]), zone.clone());
        Network {
            vpc: self.vpc.clone(),
            subnet_group: self.subnet_group.clone(),
            subnets: self.zones.iter().map(subnet).collect(),
            security_groups: vec![identity::ec2_id("sg", &[&self.vpc, role])],
        }
    }

    /// Host name of an instance.
    #[must_use]
    pub fn endpoint(&self, id: &str) -> String {
        format!("{id}.{}.{}.rds.amazonaws.com", identity::endpoint_label(&self.account, &self.region), self.region)
    }
}

/// gp3's own IOPS and throughput (MiB/s), which PostgreSQL raises from 400 GiB on (RDS user guide,
/// "gp3 storage"); nothing for other types.
#[must_use]
pub fn baseline(storage_type: &str, allocated_gib: i32) -> (Option<i32>, Option<i32>) {
    match storage_type {
        "gp3" if allocated_gib >= 400 => (Some(12_000), Some(500)),
        "gp3" => (Some(3000), Some(125)),
        _ => (None, None),
    }
}

impl Entry {
    /// The instance that is written here, in the world of `epoch`.
    #[must_use]
    pub fn instance(&self, common: &Common, site: &Site, epoch: Timestamp) -> Instance {
        let created = self.created.since(epoch);
        let birth = Birth {
            multi_az: self.multi_az,
            monitored: self.monitoring_interval > 0,
            backed_up: self.retention > 0 && self.cluster.is_none(),
            replica: self.source.is_some() || self.source_cluster.is_some(),
        };
        let mut statuses = lifecycle::creation(created, birth);
        statuses.extend(self.statuses.iter().map(|entry| {
            let status = if entry.status == "gone" { GONE } else { entry.status.as_str() };
            (entry.at.since(epoch), status.to_owned())
        }));
        statuses.sort_by_key(|(from, _)| *from);
        let (iops, throughput) = baseline(&self.storage_type, self.allocated);
        let mut tags = common.tags.clone();
        tags.extend(self.tags.clone());
        let role = tags.get("Environment").cloned().unwrap_or_default();
        Instance {
            account: self.account.clone(),
            region: self.region.clone(),
            id: self.id.clone(),
            resource_id: identity::resource_id(&self.account, &self.region, &self.id),
            class: self.class.clone(),
            engine: self.engine.clone(),
            cluster: self.cluster.clone(),
            engine_version: self.engine_version.clone().unwrap_or_else(|| common.engine_version.clone()),
            allocated_gib: self.allocated,
            max_allocated_gib: self.max_allocated,
            storage_type: self.storage_type.clone(),
            iops: self.iops.or(iops),
            throughput: self.throughput.or(throughput),
            multi_az: self.multi_az,
            zone: self.zone.clone(),
            secondary_zone: self.secondary_zone.clone(),
            created,
            retention_days: self.retention,
            source: self.source.clone(),
            source_cluster: self.source_cluster.clone(),
            statuses,
            load: self.load,
            tags: tags.into_iter().collect(),
            endpoint: site.endpoint(&self.id),
            port: if self.engine.contains("mysql") { 3306 } else { 5432 },
            database_name: self.database_name.clone(),
            master_username: common.master_username.clone(),
            backup_window: common.backup_window,
            maintenance_window: common.maintenance_window.clone(),
            network: site.network(&role),
            parameter_group: self.parameter_group.clone().unwrap_or_else(|| common.parameter_group.clone()),
            kms_key: Some(site.key_arn()),
            deletion_protection: self.deletion_protection,
            publicly_accessible: false,
            auto_minor_version_upgrade: true,
            performance_insights_days: self.performance_insights,
            monitoring_interval: self.monitoring_interval,
            monitoring_role: site.monitoring_role.clone().filter(|_| self.monitoring_interval > 0),
            log_exports: self.log_exports.clone(),
            ca_certificate: common.ca_certificate.clone(),
            // Server certificates live a year and are renewed by RDS half-way.
            certificate_valid_till: after(epoch, 200 * DAY),
            pending: self.pending.clone(),
            maintenance: self.maintenance.iter().map(|entry| entry.maintenance(epoch)).collect(),
            copy_tags_to_snapshot: true,
            settings: self.settings(common, site),
            record: Record::default(),
        }
    }
}

impl Entry {
    /// Keys that are not written are the site's own, of a secret AWS's.
    fn settings(&self, common: &Common, site: &Site) -> Settings {
        let mut settings = self.settings.clone();
        settings.extended_support = common.extended_support;
        if self.performance_insights.is_some() {
            settings.insights_key.get_or_insert_with(|| site.key_arn());
        }
        if settings.managed_password {
            settings.secret_key.get_or_insert_with(|| site.default_key_arn("secretsmanager"));
        }
        settings
    }
}

impl MaintenanceEntry {
    fn maintenance(&self, epoch: Timestamp) -> Maintenance {
        // Of the day: two processes of one day serve the same dates, as AWS does.
        let moment = |offset: Option<Offset>| {
            let at = offset?.since(epoch).as_second();
            Timestamp::from_second(at - at.rem_euclid(86_400)).ok()
        };
        Maintenance {
            action: self.action.clone(),
            description: self.description.clone(),
            auto_applied_after: moment(self.auto_applied_after),
            forced: moment(self.forced),
            current_apply: moment(self.current_apply),
            opt_in: self.opt_in.clone(),
        }
    }
}
