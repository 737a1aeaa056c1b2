//! The managed node group on which a cluster's own pods run, as the cluster and EKS both tell of it.

use super::site::ClusterSite;
use crate::sandbox::kubernetes::cloud::{CapacityType, Cloud, UserData, ready_node};
use crate::sandbox::kubernetes::instance_types::{Arch, InstanceType};
use crate::sandbox::kubernetes::karpenter::{ALIAS, images};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::Store;
use jiff::Timestamp;
use serde_json::json;

/// Its name.
pub const NAME: &str = "system";

/// The type of its instances.
pub const INSTANCE_TYPE: &str = "m6i.large";

/// The label that EKS gives to the nodes of a group: its name.
pub const GROUP: &str = "eks.amazonaws.com/nodegroup";

/// The label that its nodes have for pods to choose them.
pub const LABEL: (&str, &str) = ("workload", "system");

/// The taint that keeps other pods away: key and value, `NoSchedule`.
pub const TAINT: (&str, &str) = ("CriticalAddonsOnly", "true");

/// How many nodes it has when nobody has scaled it.
#[must_use]
pub fn size(site: ClusterSite) -> usize {
    site.pick(3, 2, 2)
}

/// What its instances are.
#[must_use]
pub fn instance_type() -> Option<&'static InstanceType> {
    InstanceType::named(INSTANCE_TYPE)
}

/// The image of its instances: the newest.
#[must_use]
pub fn image() -> &'static str {
    images(ALIAS).map_or("", |all| if all[0].0 == Arch::Amd64 { all[0].1 } else { all[1].1 })
}

/// What its launch template tells the kubelets.
#[must_use]
pub fn user_data() -> UserData {
    let (key, value) = TAINT;
    let labels = [
        (GROUP, NAME),
        ("eks.amazonaws.com/capacityType", "ON_DEMAND"),
        ("eks.amazonaws.com/nodegroup-image", image()),
        LABEL,
    ];
    UserData {
        labels: labels.map(|(label, value)| (label, value.to_owned())).to_vec(),
        taints: vec![json!({ "key": key, "value": value, "effect": "NoSchedule" })],
    }
}

/// Puts its nodes, as it is found.
pub fn plant(store: &mut Store, cloud: &mut Cloud, site: ClusterSite, now: Timestamp) {
    let zones = cloud.zones.clone();
    for zone in zones.iter().cycle().take(size(site)) {
        let Some(kind) = instance_type() else { continue };
        let mut instance = cloud.adopt(kind, zone, CapacityType::OnDemand, image(), now);
        instance.user_data = user_data();
        cloud.set_user_data(&instance.id, &instance.user_data);
        // The store is new: nothing has this name.
        let _ = store.create(Resource::Nodes, "", ready_node(&instance, cloud, now), now);
    }
}
