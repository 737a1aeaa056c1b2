//! `CreateDBInstanceReadReplica`.

use winterbaume_rds::model::CreateDBInstanceReadReplicaResult;
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, local_id, malformed, read_tags};
use super::create::{Insights, begin, blank, default_type};
use super::members::{Order, stands_alone};
use super::{known_class, new_id, not_ready, settings, state};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::World;
use crate::sandbox::world::estate::baseline;
use crate::sandbox::world::instance::{Instance, Load, Pending, Source};
use crate::sandbox::world::moment::MINUTE;
use crate::sandbox::world::record::Record;
use crate::sandbox::world::settings::{InsightsMode, Settings};

/// Read replicas that one source may have (RDS user guide, "Working with DB instance read replicas").
const MOST_REPLICAS: usize = 15;

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
    stands_alone(source, Order::Replicate)?;
    if !source.is_ready_at(call.now) {
        return Err(not_ready(&source_id));
    }
    if source.retention_days == 0 {
        return Err(state(format!(
            "Automated backups are not enabled for this database instance {source_id}. To enable automated backups, \
             use ModifyDBInstance to set the backup retention period to a non-zero value."
        )));
    }
    if crosses && source.is_replica() {
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
    if source.settings.managed_password {
        // RDS user guide, "Limitations for Secrets Manager integration with Amazon RDS".
        return Err(state(format!(
            "Creating a read replica isn't supported because the source {source_id} manages its master user password \
             with AWS Secrets Manager."
        )));
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
    replica.source_cluster = None;
    replica.retention_days = 0;
    replica.multi_az = request.multi_a_z.unwrap_or(false);
    replica.zone = request.availability_zone.or_else(|| site.zones.last().cloned()).unwrap_or(fresh.zone);
    replica.secondary_zone = site.zones.first().cloned().filter(|_| replica.multi_az);
    replica.deletion_protection = request.deletion_protection.unwrap_or(false);
    replica.tags = read_tags(request.tags);
    replica.pending = Pending::default();
    replica.maintenance = Vec::new();
    replica.monitoring_interval = request.monitoring_interval.unwrap_or(0);
    settings::monitoring(replica.monitoring_interval, request.monitoring_role_arn.as_deref(), None)?;
    replica.monitoring_role = request.monitoring_role_arn;
    let insights = Insights::read(
        request.enable_performance_insights,
        request.performance_insights_retention_period,
        request.performance_insights_k_m_s_key_id,
        &site,
    )?;
    replica.performance_insights_days = insights.days;
    replica.settings = Settings {
        iam_authentication: request.enable_i_a_m_database_authentication.unwrap_or(false),
        network_type: settings::network_type(request.network_type)?,
        dedicated_log_volume: request.dedicated_log_volume.unwrap_or(false),
        extended_support: source.settings.extended_support,
        // Groups do not exist in two regions.
        option_group: request.option_group_name.or(source.settings.option_group.clone().filter(|_| !crosses)),
        // "This setting isn't supported" (service model, `DatabaseInsightsMode`).
        insights_mode: InsightsMode::Standard,
        insights_key: insights.key,
        managed_password: false,
        secret_key: None,
    };
    // Nobody reads from it yet; what the source writes, it writes too.
    replica.load = Load { cpu: source.load.cpu * 0.4, connections: 2.0, read_iops: 5.0, ..source.load };
    replica.copy_tags_to_snapshot = request.copy_tags_to_snapshot.unwrap_or(false);
    replica.port = request.port.unwrap_or(source.port);
    replica.publicly_accessible = request.publicly_accessible.unwrap_or(false);
    replica.auto_minor_version_upgrade =
        request.auto_minor_version_upgrade.unwrap_or(source.auto_minor_version_upgrade);
    replica.allocated_gib = request.allocated_storage.unwrap_or(source.allocated_gib);
    replica.max_allocated_gib = request.max_allocated_storage;
    replica.storage_type = request.storage_type.unwrap_or_else(|| default_type(request.iops).to_owned());
    let keeps_type = replica.storage_type == source.storage_type;
    let (iops, throughput) = baseline(&replica.storage_type, replica.allocated_gib);
    replica.iops = request.iops.or(source.iops.filter(|_| keeps_type).max(iops));
    replica.throughput = request.storage_throughput.or(source.throughput.filter(|_| keeps_type).max(throughput));
    replica.log_exports = request.enable_cloudwatch_logs_exports.map(|list| list.items).unwrap_or_default();
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
