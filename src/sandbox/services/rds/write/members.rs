//! What members of DB clusters do not take: their cluster does.

use winterbaume_rds::model::ModifyDBInstanceMessage;

use super::{combination, invalid, state};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::Instance;

/// A call for instances that stand alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    StopOrStart,
    Snapshot,
    Restore,
    Replicate,
    Delete,
}

/// Refuses a call for an instance that stands alone where it is a member of a cluster. The first two
/// are AWS's own words (cloud-custodian#313, terraform-provider-aws#41929).
pub(super) fn stands_alone(instance: &Instance, order: Order) -> Result<(), Refusal> {
    if instance.cluster.is_none() {
        return Ok(());
    }
    let of_aurora = is_of_aurora(instance);
    match order {
        Order::Snapshot => Err(invalid(
            "The specified instance is a member of a cluster and a snapshot cannot be created directly. Please use the \
             CreateDBClusterSnapshot API instead.",
        )),
        Order::StopOrStart if of_aurora => {
            Err(combination(format!("{} DB instances are not eligible for stopping and starting.", instance.engine)))
        }
        Order::StopOrStart => {
            Err(combination("DB instances in a Multi-AZ DB cluster are not eligible for stopping and starting."))
        }
        Order::Restore => Err(invalid(
            "The specified instance is a member of a cluster and cannot be restored directly. Please use the \
             RestoreDBClusterToPointInTime API instead.",
        )),
        Order::Replicate => {
            Err(state(format!("A read replica cannot be created of {}, which is a member of a cluster.", instance.id)))
        }
        Order::Delete if of_aurora => Ok(()),
        Order::Delete => Err(Refusal::new(
            "InvalidDBClusterStateFault",
            "A DB instance in a Multi-AZ DB cluster cannot be deleted. Delete the DB cluster instead.",
        )),
    }
}

/// Refuses to change what is the cluster's. Of a Multi-AZ DB cluster that is everything.
pub(super) fn may_modify(instance: &Instance, request: &ModifyDBInstanceMessage) -> Result<(), Refusal> {
    if instance.cluster.is_none() {
        return Ok(());
    }
    if !is_of_aurora(instance) {
        return Err(combination("ModifyDBInstance isn't supported for a DB instance in a Multi-AZ DB cluster."));
    }
    let of_cluster = [
        (request.backup_retention_period.is_some(), "backup retention"),
        (request.preferred_backup_window.is_some(), "backup window"),
        (request.deletion_protection.is_some(), "deletion protection"),
        (request.master_user_password.is_some(), "master user password"),
        (request.allocated_storage.is_some() || request.storage_type.is_some(), "storage"),
        (request.engine_version.is_some(), "engine version"),
        (request.vpc_security_group_ids.is_some(), "VPC security groups"),
        (request.multi_a_z.is_some(), "Multi-AZ"),
    ];
    match of_cluster.into_iter().find(|(is_asked, _)| *is_asked) {
        Some((_, what)) => Err(combination(format!(
            "The specified DB Instance is a member of a cluster. Modify {what} for the DB Cluster using the \
             ModifyDbCluster API"
        ))),
        None => Ok(()),
    }
}

/// Whether its cluster is one of Aurora.
fn is_of_aurora(instance: &Instance) -> bool {
    instance.engine.starts_with("aurora")
}
