//! `CreateDBInstance` and `CreateDBInstanceReadReplica`.

use jiff::Timestamp;
use winterbaume_rds::model::{CreateDBInstanceReadReplicaResult, CreateDBInstanceResult};
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, ENGINE, local_id, malformed, read_tags};
use super::{invalid, known_class, new_id, not_ready, state};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::estate::{Site, baseline};
use crate::sandbox::world::instance::{Instance, Load, Pending, Source, Window};
use crate::sandbox::world::lifecycle::{self, Birth};
use crate::sandbox::world::moment::{DAY, HOUR, MINUTE, after};
use crate::sandbox::world::record::Record;
use crate::sandbox::world::{World, identity};

/// Read replicas that one source may have (RDS user guide, "Working with DB instance read replicas").
const MOST_REPLICAS: usize = 15;

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
    let window = request.preferred_backup_window.map(Window::try_from).transpose().map_err(invalid)?;
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
    instance.backup_window = window.unwrap_or(instance.backup_window);
    instance.maintenance_window = request.preferred_maintenance_window.unwrap_or(instance.maintenance_window);
    instance.copy_tags_to_snapshot = request.copy_tags_to_snapshot.unwrap_or(false);
    instance.port = request.port.unwrap_or(instance.port);
    instance.deletion_protection = request.deletion_protection.unwrap_or(false);
    instance.publicly_accessible = request.publicly_accessible.unwrap_or(false);
    instance.auto_minor_version_upgrade = request.auto_minor_version_upgrade.unwrap_or(true);
    instance.kms_key = request.storage_encrypted.unwrap_or(false).then(|| request.kms_key_id.unwrap_or(site.key_arn()));
    instance.performance_insights_days = request
        .enable_performance_insights
        .unwrap_or(false)
        .then(|| request.performance_insights_retention_period.unwrap_or(7));
    instance.monitoring_interval = request.monitoring_interval.unwrap_or(0);
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

/// `CreateDBInstanceReadReplica`: called where the replica is to be; the source is a name in the
/// same region or an ARN in another one.
pub(in super::super) fn create_replica(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_create_d_b_instance_read_replica_request(&call.parameters).map_err(malformed)?;
    let named = request.source_d_b_instance_identifier.as_deref().unwrap_or_default();
    let missing = || Refusal::not_found("DBInstanceNotFound", format!("DBInstance {named} not found."));
    let region = named.strip_prefix("arn:aws:rds:").and_then(|rest| rest.split(':').next());
    let region = region.unwrap_or(&call.caller.region).to_owned();
    let mut there = call.caller.clone();
    there.region.clone_from(&region);
    let source_id = local_id(&there, "db", named).ok_or_else(missing)?;
    let source = world.find(&call.caller.account, &region, &source_id).ok_or_else(missing)?;
    source.status_at(call.now).ok_or_else(missing)?;
    let crosses = region != call.caller.region;
    if !source.is_ready_at(call.now) {
        return Err(not_ready(&source_id));
    }
    if source.retention_days == 0 {
        return Err(state(format!(
            "Automated backups are not enabled for this database instance {source_id}. To enable automated backups, \
             use ModifyDBInstance to set the backup retention period to a non-zero value."
        )));
    }
    if crosses && source.source.is_some() {
        return Err(state(format!("Cannot create a cross region read replica from a read replica: {source_id}.")));
    }
    if depth(world, source) >= 3 {
        return Err(state(format!("The replication chain of {source_id} has reached its maximum of three levels.")));
    }
    if world.replicas_of(source, call.now).count() >= MOST_REPLICAS {
        return Err(state(format!("{source_id} has reached the maximum of {MOST_REPLICAS} read replicas.")));
    }
    if crosses && source.kms_key.is_some() && request.kms_key_id.is_none() {
        let message = "A KMS key of the destination region must be specified for an encrypted cross region replica.";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    let id = new_id(world, call, &request.d_b_instance_identifier)?;
    let class = request.d_b_instance_class.unwrap_or_else(|| source.class.clone());
    known_class(&class)?;
    let site = world.site(&call.caller.account, &call.caller.region);
    let fresh = blank(&site, &id, &class, call.now);
    let mut replica = source.without_past();
    replica.record = Record::default();
    replica.region.clone_from(&call.caller.region);
    replica.id = id;
    replica.class = class;
    replica.resource_id = fresh.resource_id;
    replica.endpoint = fresh.endpoint;
    replica.created = call.now;
    replica.source = Some(Source { region: region.clone(), id: source_id.clone() });
    replica.retention_days = 0;
    replica.multi_az = request.multi_a_z.unwrap_or(false);
    replica.zone = request.availability_zone.or_else(|| site.zones.last().cloned()).unwrap_or(fresh.zone);
    replica.secondary_zone = site.zones.first().cloned().filter(|_| replica.multi_az);
    replica.deletion_protection = request.deletion_protection.unwrap_or(false);
    replica.tags = read_tags(request.tags);
    replica.pending = Pending::default();
    replica.maintenance = Vec::new();
    replica.monitoring_interval = request.monitoring_interval.unwrap_or(0);
    replica.monitoring_role = request.monitoring_role_arn;
    replica.performance_insights_days = request.enable_performance_insights.unwrap_or(false).then_some(7);
    // Nobody reads from it yet; what the source writes, it writes too.
    replica.load = Load { cpu: source.load.cpu * 0.4, connections: 2.0, read_iops: 5.0, ..source.load };
    replica.copy_tags_to_snapshot = request.copy_tags_to_snapshot.unwrap_or(source.copy_tags_to_snapshot);
    replica.port = request.port.unwrap_or(source.port);
    replica.publicly_accessible = request.publicly_accessible.unwrap_or(false);
    replica.auto_minor_version_upgrade =
        request.auto_minor_version_upgrade.unwrap_or(source.auto_minor_version_upgrade);
    replica.max_allocated_gib = request.max_allocated_storage.or(source.max_allocated_gib);
    replica.log_exports = request.enable_cloudwatch_logs_exports.map(|list| list.items).unwrap_or_default();
    if request.enable_performance_insights == Some(true) {
        replica.performance_insights_days = Some(request.performance_insights_retention_period.unwrap_or(7));
    }
    if crosses {
        // Groups do not exist in two regions: a cross-region replica starts with the default ones.
        replica.network = fresh.network;
        replica.parameter_group = fresh.parameter_group;
        replica.kms_key = request.kms_key_id;
    }
    if let Some(groups) = request.vpc_security_group_ids.filter(|groups| !groups.items.is_empty()) {
        replica.network.security_groups = groups.items;
    }
    replica.network.subnet_group = request.d_b_subnet_group_name.unwrap_or(replica.network.subnet_group);
    replica.parameter_group = request.d_b_parameter_group_name.unwrap_or(replica.parameter_group);
    begin(&mut replica, call.now);
    let told = on_wire(world, &replica, call.now);
    world.add(replica);
    if let Some(source) = world.find_mut(&call.caller.account, &region, &source_id) {
        // A Single-AZ source pauses its I/O while it is copied.
        source.pass_through("modifying", call.now, 2 * MINUTE);
    }
    let result = CreateDBInstanceReadReplicaResult { d_b_instance: Some(told) };
    Ok(wire::serialize_create_d_b_instance_read_replica_response(&result))
}

/// An instance as AWS makes one when the call says nothing but name and class.
pub(super) fn blank(site: &Site, id: &str, class: &str, now: Timestamp) -> Instance {
    Instance {
        account: site.account.clone(),
        region: site.region.clone(),
        id: id.to_owned(),
        resource_id: identity::resource_id(&site.account, &site.region, &format!("{id} {now}")),
        class: class.to_owned(),
        engine_version: "17.5".to_owned(),
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
        record: Record::default(),
    }
}

/// Puts the statuses of a creation that begins now.
pub(super) fn begin(instance: &mut Instance, now: Timestamp) {
    let birth = Birth {
        multi_az: instance.multi_az,
        monitored: instance.monitoring_interval > 0,
        backed_up: instance.retention_days > 0,
        replica: instance.source.is_some(),
    };
    instance.statuses = lifecycle::creation(now, birth);
}

/// How many replicas are above an instance in its chain, itself included.
fn depth(world: &World, instance: &Instance) -> usize {
    let mut depth = 0;
    let mut at = Some(instance);
    while let Some(source) = at.and_then(|instance| instance.source.as_ref()) {
        depth += 1;
        if depth >= 3 {
            break;
        }
        at = world.find(&instance.account, &source.region, &source.id);
    }
    depth
}
