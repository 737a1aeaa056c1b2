//! `DescribeDBInstances`.

use jiff::Timestamp;
use winterbaume_core::MockResponse;
use winterbaume_rds::model::{
    AvailabilityZone, CertificateDetails, DBInstance, DBInstanceList, DBInstanceMessage, DBInstanceStatusInfo,
    DBInstanceStatusInfoList, DBParameterGroupStatus, DBParameterGroupStatusList, DBSecurityGroupMembershipList,
    DBSubnetGroup, DomainMembershipList, Endpoint, LogTypeList, MasterUserSecret, OptionGroupMembership,
    OptionGroupMembershipList, PendingModifiedValues, ReadReplicaDBInstanceIdentifierList, StringList, Subnet,
    SubnetList, VpcSecurityGroupMembership, VpcSecurityGroupMembershipList,
};
use winterbaume_rds::wire;

use super::filters::Filters;
use super::paging::Paging;
use super::{Answer, Call, malformed, tag_list};
use crate::sandbox::world::instance::{Network, Pending};
use crate::sandbox::world::record::{StorageOperation, StorageWork};
use crate::sandbox::world::settings::lifecycle_support;
use crate::sandbox::world::{IncidentKind, Instance, World, backups};

const FILTERS: [&str; 5] = ["db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"];

/// `DescribeDBInstances`: one by name or ARN, or all that the filters admit, by name.
pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_describe_d_b_instances_request(&call.parameters).map_err(malformed)?;
    let filters = Filters::read(request.filters, &FILTERS)?;
    let admitted = |instance: &&Instance| {
        filters.admit(|name, value| match name {
            "db-instance-id" => value.eq_ignore_ascii_case(&instance.id) || value == instance.arn(),
            "dbi-resource-id" => value == instance.resource_id,
            "db-cluster-id" => instance.cluster.as_ref().is_some_and(|id| {
                value.eq_ignore_ascii_case(id)
                    || value == format!("arn:aws:rds:{}:{}:cluster:{id}", instance.region, instance.account)
            }),
            "engine" => value == instance.engine,
            // None is in a directory.
            _ => false,
        })
    };
    let (found, marker) = if let Some(name) = &request.d_b_instance_identifier {
        (vec![super::instance(world, call, name)?], None)
    } else {
        let place = Paging::read(request.max_records, request.marker.as_deref())?;
        let there = world
            .instances_after(&call.caller.account, &call.caller.region, place.after())
            .filter(|instance| instance.settled_status_at(call.now).is_some())
            .filter(admitted);
        let page = place.page(there, |instance| instance.id.clone());
        (page.items, page.marker)
    };
    let items = found.into_iter().map(|instance| on_wire(world, instance, call.now)).collect();
    let message = DBInstanceMessage { d_b_instances: Some(DBInstanceList { items }), marker };
    Ok(wire::serialize_describe_d_b_instances_response(&message))
}

/// What goes on in the volume, and how far it is, for [`with_storage_operations`].
fn storage_work(operation: &StorageOperation, now: Timestamp) -> Option<String> {
    let percent = operation.percent(now)?;
    let work = match operation.work {
        StorageWork::Initializing => "Initializing",
        StorageWork::Optimizing => "Optimizing",
    };
    Some(format!("{work} {percent}"))
}

/// Puts `StorageOperationStatus` and `StorageOperationPercentProgress` where the serialiser, whose
/// model is older than they are, has put another member with both.
pub(super) fn with_storage_operations(mut answer: MockResponse) -> MockResponse {
    if let Some(body) = told_apart(&answer.body) {
        answer.body = body.into();
    }
    answer
}

fn told_apart(body: &[u8]) -> Option<String> {
    const OPEN: &str = "<StorageVolumeStatus>";
    const CLOSE: &str = "</StorageVolumeStatus>";
    let text = std::str::from_utf8(body).ok().filter(|text| text.contains(OPEN))?;
    let mut parts = text.split(OPEN);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (said, rest) = part.split_once(CLOSE)?;
        let (work, percent) = said.split_once(' ')?;
        told.push_str(&format!(
            "<StorageOperationStatus>{work}</StorageOperationStatus>\
             <StorageOperationPercentProgress>{percent}</StorageOperationPercentProgress>{rest}"
        ));
    }
    Some(told)
}

/// An instance as the API tells it at `now`.
pub(super) fn on_wire(world: &World, instance: &Instance, now: Timestamp) -> DBInstance {
    let created = instance.is_created_at(now);
    let (zone, secondary) = world.zones_at(instance, now);
    let insights = instance.performance_insights_days;
    let settings = &instance.settings;
    DBInstance {
        d_b_instance_identifier: Some(instance.id.clone()),
        d_b_instance_arn: Some(instance.arn()),
        dbi_resource_id: Some(instance.resource_id.clone()),
        d_b_instance_class: Some(instance.class.clone()),
        d_b_instance_status: instance.status_at(now).map(str::to_owned),
        engine: Some(instance.engine.clone()),
        engine_version: Some(instance.engine_version.clone()),
        d_b_cluster_identifier: instance.cluster.clone(),
        engine_lifecycle_support: Some(lifecycle_support(settings.extended_support).to_owned()),
        license_model: Some(instance.license().to_owned()),
        master_user_secret: settings.managed_password.then(|| MasterUserSecret {
            secret_arn: Some(instance.secret_arn()),
            secret_status: Some(if created { "active" } else { "creating" }.to_owned()),
            kms_key_id: settings.secret_key.clone(),
        }),
        master_username: Some(instance.master_username.clone()),
        d_b_name: instance.database_name.clone(),
        endpoint: created.then(|| Endpoint {
            address: Some(instance.endpoint.clone()),
            hosted_zone_id: Some("Z2R2ITUGPM61AM".to_owned()),
            port: Some(instance.port),
        }),
        db_instance_port: Some(0),
        instance_create_time: created.then(|| instance.created.to_string()),
        allocated_storage: Some(instance.allocated_gib),
        max_allocated_storage: instance.max_allocated_gib,
        storage_type: Some(instance.storage_type.clone()),
        iops: instance.iops,
        storage_throughput: instance.throughput,
        storage_encrypted: Some(instance.kms_key.is_some()),
        kms_key_id: instance.kms_key.clone(),
        multi_a_z: Some(instance.multi_az),
        // The zones are chosen while the instance is being created.
        availability_zone: created.then(|| zone.to_owned()),
        secondary_availability_zone: secondary.filter(|_| created).map(str::to_owned),
        backup_retention_period: Some(instance.retention_days),
        backup_target: Some("region".to_owned()),
        preferred_backup_window: Some(instance.backup_window.to_string()),
        preferred_maintenance_window: Some(instance.maintenance_window.clone()),
        latest_restorable_time: backups::latest_restorable(instance, now).map(|at| at.to_string()),
        copy_tags_to_snapshot: Some(instance.copy_tags_to_snapshot),
        auto_minor_version_upgrade: Some(instance.auto_minor_version_upgrade),
        deletion_protection: Some(instance.deletion_protection),
        publicly_accessible: Some(instance.publicly_accessible),
        i_a_m_database_authentication_enabled: Some(settings.iam_authentication),
        customer_owned_ip_enabled: Some(false),
        dedicated_log_volume: Some(settings.dedicated_log_volume),
        activity_stream_status: Some("stopped".to_owned()),
        network_type: Some(settings.network_type.clone()),
        c_a_certificate_identifier: Some(instance.ca_certificate.clone()),
        certificate_details: created.then(|| CertificateDetails {
            c_a_identifier: Some(instance.ca_certificate.clone()),
            valid_till: Some(instance.certificate_valid_till.to_string()),
        }),
        d_b_parameter_groups: Some(parameter_group(instance)),
        option_group_memberships: Some(option_group(instance)),
        d_b_security_groups: Some(DBSecurityGroupMembershipList::default()),
        vpc_security_groups: Some(security_groups(&instance.network)),
        d_b_subnet_group: Some(subnet_group(instance)),
        domain_memberships: Some(DomainMembershipList::default()),
        monitoring_interval: Some(instance.monitoring_interval),
        monitoring_role_arn: instance.monitoring_role.clone(),
        enhanced_monitoring_resource_arn: (instance.monitoring_interval > 0 && created).then(|| {
            format!(
                "arn:aws:logs:{}:{}:log-group:RDSOSMetrics:log-stream:{}",
                instance.region, instance.account, instance.resource_id
            )
        }),
        performance_insights_enabled: Some(insights.is_some()),
        performance_insights_retention_period: insights,
        performance_insights_k_m_s_key_id: settings.insights_key.clone().filter(|_| insights.is_some()),
        database_insights_mode: Some(settings.insights_mode.name().to_owned()),
        enabled_cloudwatch_logs_exports: (!instance.log_exports.is_empty() && created)
            .then(|| LogTypeList { items: instance.log_exports.clone() }),
        pending_modified_values: Some(pending(&instance.pending, created)),
        read_replica_source_d_b_instance_identifier: source(instance),
        read_replica_source_d_b_cluster_identifier: instance.source_cluster.clone(),
        read_replica_d_b_instance_identifiers: Some(replicas(world, instance, now)),
        automatic_restart_time: instance.record.restarts_at.filter(|at| *at > now).map(|at| at.to_string()),
        storage_volume_status: instance.record.storage_operation.as_ref().and_then(|work| storage_work(work, now)),
        status_infos: replication(world, instance, now),
        tag_list: Some(tag_list(&instance.tags)),
        ..DBInstance::default()
    }
}

/// The source as AWS names it: by id in the same region, by ARN in another one.
fn source(instance: &Instance) -> Option<String> {
    let source = instance.source.as_ref()?;
    Some(if source.region == instance.region {
        source.id.clone()
    } else {
        format!("arn:aws:rds:{}:{}:db:{}", source.region, instance.account, source.id)
    })
}

fn replicas(world: &World, instance: &Instance, now: Timestamp) -> ReadReplicaDBInstanceIdentifierList {
    let name = |replica: &Instance| {
        if replica.region == instance.region { replica.id.clone() } else { replica.arn() }
    };
    ReadReplicaDBInstanceIdentifierList { items: world.replicas_of(instance, now).map(name).collect() }
}

/// `StatusInfos` of a replica: "read replication" is replicating, in error while an incident has
/// stopped it, stopped while the instance is, or terminated when there is no source any more.
fn replication(world: &World, instance: &Instance, now: Timestamp) -> Option<DBInstanceStatusInfoList> {
    if !instance.is_replica() || !instance.is_created_at(now) {
        return None;
    }
    if instance.record.terminated.is_some_and(|at| at <= now) {
        let info = DBInstanceStatusInfo {
            status_type: Some("read replication".to_owned()),
            normal: Some(false),
            status: Some("terminated".to_owned()),
            message: Some("Replication on the read replica was terminated.".to_owned()),
        };
        return Some(DBInstanceStatusInfoList { items: vec![info] });
    }
    let stopped = world
        .incidents
        .iter()
        .any(|i| i.kind == IncidentKind::ReplicationStopped && i.target == instance.id && i.is_active(now));
    let (normal, status) = match instance.settled_status_at(now) {
        _ if stopped => (false, "error"),
        Some("stopped" | "stopping") => (true, "stopped"),
        _ => (true, "replicating"),
    };
    let info = DBInstanceStatusInfo {
        status_type: Some("read replication".to_owned()),
        normal: Some(normal),
        status: Some(status.to_owned()),
        message: stopped.then(|| "Replication has stopped.".to_owned()),
    };
    Some(DBInstanceStatusInfoList { items: vec![info] })
}

fn pending(pending: &Pending, created: bool) -> PendingModifiedValues {
    PendingModifiedValues {
        d_b_instance_class: pending.class.clone(),
        engine_version: pending.engine_version.clone(),
        allocated_storage: pending.allocated_gib,
        storage_type: pending.storage_type.clone(),
        iops: pending.iops,
        storage_throughput: pending.throughput,
        multi_a_z: pending.multi_az,
        backup_retention_period: pending.retention_days,
        c_a_certificate_identifier: pending.ca_certificate.clone(),
        port: pending.port,
        i_a_m_database_authentication_enabled: pending.iam_authentication,
        dedicated_log_volume: pending.dedicated_log_volume,
        master_user_password: (pending.password && !created).then(|| "****".to_owned()),
        ..PendingModifiedValues::default()
    }
}

fn parameter_group(instance: &Instance) -> DBParameterGroupStatusList {
    DBParameterGroupStatusList {
        items: vec![DBParameterGroupStatus {
            d_b_parameter_group_name: Some(instance.parameter_group.clone()),
            parameter_apply_status: Some(
                if instance.record.awaits_reboot.is_some() { "pending-reboot" } else { "in-sync" }.to_owned(),
            ),
        }],
    }
}

fn option_group(instance: &Instance) -> OptionGroupMembershipList {
    OptionGroupMembershipList {
        items: vec![OptionGroupMembership {
            option_group_name: Some(instance.option_group()),
            status: Some("in-sync".to_owned()),
        }],
    }
}

fn security_groups(network: &Network) -> VpcSecurityGroupMembershipList {
    let membership = |id: &String| VpcSecurityGroupMembership {
        vpc_security_group_id: Some(id.clone()),
        status: Some("active".to_owned()),
    };
    VpcSecurityGroupMembershipList { items: network.security_groups.iter().map(membership).collect() }
}

fn subnet_group(instance: &Instance) -> DBSubnetGroup {
    let network = &instance.network;
    let subnet = |(id, zone): &(String, String)| Subnet {
        subnet_identifier: Some(id.clone()),
        subnet_availability_zone: Some(AvailabilityZone { name: Some(zone.clone()) }),
        subnet_outpost: None,
        subnet_status: Some("Active".to_owned()),
    };
    DBSubnetGroup {
        d_b_subnet_group_arn: Some(format!(
            "arn:aws:rds:{}:{}:subgrp:{}",
            instance.region, instance.account, network.subnet_group
        )),
        d_b_subnet_group_name: Some(network.subnet_group.clone()),
        d_b_subnet_group_description: Some(format!("Database subnets of {}", network.vpc)),
        vpc_id: Some(network.vpc.clone()),
        subnet_group_status: Some("Complete".to_owned()),
        subnets: Some(SubnetList { items: network.subnets.iter().map(subnet).collect() }),
        supported_network_types: Some(StringList { items: vec!["IPV4".to_owned()] }),
    }
}
