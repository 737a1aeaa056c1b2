//! `CreateDBInstance`, and what all that is made has in common.

use jiff::Timestamp;
use winterbaume_rds::model::CreateDBInstanceResult;
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, ENGINE, malformed, read_tags};
use super::{apart, invalid, known_class, new_id, settings};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::estate::{Site, baseline};
use crate::sandbox::world::instance::{Instance, Load, Pending, Window};
use crate::sandbox::world::lifecycle::{self, Birth};
use crate::sandbox::world::moment::{DAY, HOUR, after};
use crate::sandbox::world::record::Record;
use crate::sandbox::world::settings::Settings;
use crate::sandbox::world::{World, identity, window};

/// `CreateDBInstance` of a PostgreSQL instance.
pub(in super::super) fn create_instance(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_create_d_b_instance_request(&call.parameters).map_err(malformed)?;
    if request.engine != ENGINE {
        return Err(invalid(format!("Invalid DB engine: {}", request.engine)));
    }
    let id = new_id(world, call, &request.d_b_instance_identifier)?;
    known_class(&request.d_b_instance_class)?;
    let multi_az = request.multi_a_z.unwrap_or(false);
    if multi_az && request.availability_zone.is_some() {
        let message = "Requesting a specific availability zone is not valid for Multi-AZ instances.";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    let Some(allocated) = request.allocated_storage.filter(|gib| (20..=65_536).contains(gib)) else {
        return Err(invalid(format!("Invalid storage size for engine name {ENGINE} and storage type gp3")));
    };
    let Some(master) = request.master_username.clone().filter(|name| !name.is_empty()) else {
        return Err(invalid("The parameter MasterUsername must be provided and must not be blank."));
    };
    if request.master_user_password.is_none() && request.manage_master_user_password != Some(true) {
        return Err(invalid("The parameter MasterUserPassword must be provided and must not be blank."));
    }
    let retention = request.backup_retention_period.unwrap_or(1);
    if !(0..=35).contains(&retention) {
        return Err(invalid(format!(
            "Invalid backup retention period: {retention}. Retention period must be between 0 and 35."
        )));
    }
    let site = world.site(&call.caller.account, &call.caller.region);
    let backup_window = request.preferred_backup_window.map(Window::try_from).transpose().map_err(invalid)?;
    let mut instance = blank(&site, &id, &request.d_b_instance_class, call.now);
    instance.allocated_gib = allocated;
    instance.max_allocated_gib = request.max_allocated_storage;
    instance.storage_type = request.storage_type.unwrap_or(instance.storage_type);
    let (iops, throughput) = baseline(&instance.storage_type, allocated);
    instance.iops = request.iops.or(iops);
    instance.throughput = request.storage_throughput.or(throughput);
    instance.engine_version = request.engine_version.unwrap_or(instance.engine_version);
    instance.master_username = master;
    instance.database_name = request.d_b_name;
    instance.multi_az = multi_az;
    instance.secondary_zone = site.zones.get(1).cloned().filter(|_| multi_az);
    instance.zone = request.availability_zone.unwrap_or(instance.zone);
    instance.retention_days = retention;
    instance.backup_window = backup_window.unwrap_or(instance.backup_window);
    let chosen = || window::beside(instance.backup_window).to_owned();
    instance.maintenance_window = request.preferred_maintenance_window.unwrap_or_else(chosen);
    apart(instance.backup_window, &instance.maintenance_window)?;
    instance.copy_tags_to_snapshot = request.copy_tags_to_snapshot.unwrap_or(false);
    instance.port = request.port.unwrap_or(instance.port);
    instance.deletion_protection = request.deletion_protection.unwrap_or(false);
    instance.publicly_accessible = request.publicly_accessible.unwrap_or(false);
    instance.auto_minor_version_upgrade = request.auto_minor_version_upgrade.unwrap_or(true);
    instance.kms_key = request.storage_encrypted.unwrap_or(false).then(|| request.kms_key_id.unwrap_or(site.key_arn()));
    let insights = Insights::read(
        request.enable_performance_insights,
        request.performance_insights_retention_period,
        request.performance_insights_k_m_s_key_id,
        &site,
    )?;
    instance.performance_insights_days = insights.days;
    let is_managed = request.manage_master_user_password == Some(true);
    let mode = request.database_insights_mode.as_deref();
    instance.settings = Settings {
        iam_authentication: request.enable_i_a_m_database_authentication.unwrap_or(false),
        network_type: settings::network_type(request.network_type)?,
        dedicated_log_volume: request.dedicated_log_volume.unwrap_or(false),
        extended_support: settings::extended_support(request.engine_lifecycle_support.as_deref())?,
        option_group: request.option_group_name,
        insights_mode: settings::insights_mode(mode.unwrap_or("standard"), insights.days)?,
        insights_key: insights.key,
        managed_password: is_managed,
        secret_key: is_managed
            .then(|| request.master_user_secret_kms_key_id.unwrap_or_else(|| site.default_key_arn("secretsmanager"))),
    };
    instance.monitoring_interval = request.monitoring_interval.unwrap_or(0);
    settings::monitoring(instance.monitoring_interval, request.monitoring_role_arn.as_deref(), None)?;
    instance.monitoring_role = request.monitoring_role_arn;
    instance.log_exports = request.enable_cloudwatch_logs_exports.map(|list| list.items).unwrap_or_default();
    instance.tags = read_tags(request.tags);
    instance.pending = Pending { password: true, ..Pending::default() };
    if let Some(groups) = request.vpc_security_group_ids.filter(|groups| !groups.items.is_empty()) {
        instance.network.security_groups = groups.items;
    }
    instance.network.subnet_group = request.d_b_subnet_group_name.unwrap_or(instance.network.subnet_group);
    instance.parameter_group = request.d_b_parameter_group_name.unwrap_or(instance.parameter_group);
    begin(&mut instance, call.now);
    let told = on_wire(world, &instance, call.now);
    world.add(instance);
    Ok(wire::serialize_create_d_b_instance_response(&CreateDBInstanceResult { d_b_instance: Some(told) }))
}

/// The storage type of a restore or a replica that does not name one, whatever the source has
/// (service model, `StorageType`).
pub(super) const fn default_type(iops: Option<i32>) -> &'static str {
    if iops.is_some() { "io1" } else { "gp3" }
}

/// Performance Insights as a request wants it.
pub(super) struct Insights {
    pub(super) days: Option<i32>,
    pub(super) key: Option<String>,
}

impl Insights {
    /// Off unless it is asked for; then a week, with the key that AWS manages.
    pub(super) fn read(
        enabled: Option<bool>,
        days: Option<i32>,
        key: Option<String>,
        site: &Site,
    ) -> Result<Self, Refusal> {
        if enabled != Some(true) {
            return Ok(Self { days: None, key: None });
        }
        let days = settings::insights_days(days.unwrap_or(7))?;
        Ok(Self { days: Some(days), key: Some(key.unwrap_or_else(|| site.default_key_arn("rds"))) })
    }
}

/// An instance as AWS makes one when the call says nothing but name and class.
pub(super) fn blank(site: &Site, id: &str, class: &str, now: Timestamp) -> Instance {
    Instance {
        account: site.account.clone(),
        region: site.region.clone(),
        id: id.to_owned(),
        resource_id: identity::resource_id(&site.account, &site.region, &format!("{id} {now}")),
        class: class.to_owned(),
        engine: ENGINE.to_owned(),
        engine_version: "17.5".to_owned(),
        cluster: None,
        allocated_gib: 20,
        max_allocated_gib: None,
        storage_type: "gp3".to_owned(),
        iops: None,
        throughput: None,
        multi_az: false,
        zone: site.zones.first().cloned().unwrap_or_default(),
        secondary_zone: None,
        created: now,
        retention_days: 1,
        source: None,
        source_cluster: None,
        statuses: Vec::new(),
        load: Load {
            cpu: 4.0,
            connections: 1.0,
            write_iops: 1.0,
            read_iops: 1.0,
            used_gib: 1.0,
            growth_gib_per_day: 0.01,
        },
        tags: Vec::new(),
        endpoint: site.endpoint(id),
        port: 5432,
        database_name: None,
        master_username: String::new(),
        backup_window: Window { start: 3 * HOUR, length: HOUR },
        maintenance_window: "sun:05:00-sun:06:00".to_owned(),
        network: site.network("default"),
        parameter_group: "default.postgres17".to_owned(),
        kms_key: None,
        deletion_protection: false,
        publicly_accessible: false,
        auto_minor_version_upgrade: true,
        performance_insights_days: None,
        monitoring_interval: 0,
        monitoring_role: None,
        log_exports: Vec::new(),
        ca_certificate: "rds-ca-rsa2048-g1".to_owned(),
        certificate_valid_till: after(now, 365 * DAY),
        pending: Pending::default(),
        maintenance: Vec::new(),
        copy_tags_to_snapshot: false,
        settings: Settings::default(),
        record: Record::default(),
    }
}

/// Puts the statuses of a creation that begins now.
pub(super) fn begin(instance: &mut Instance, now: Timestamp) {
    let birth = Birth {
        multi_az: instance.multi_az,
        monitored: instance.monitoring_interval > 0,
        backed_up: instance.retention_days > 0,
        replica: instance.is_replica(),
    };
    instance.statuses = lifecycle::creation(now, birth);
}
