//! EC2NodeClasses: what their selectors find, their conditions, and their hash.

use super::condition::{self, CLASS, ConditionStatus};
use super::object::{self, CLASS_HASH, CLASS_HASH_VERSION, hash};
use super::{Karpenter, moment};
use crate::sandbox::kubernetes::cloud::Cloud;
use crate::sandbox::kubernetes::instance_types::Arch;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// The alias that the newest image of the family goes by.
pub const ALIAS: &str = "al2023@latest";

/// The version of the class's hash, v4 since Karpenter 1.1.
const HASH_VERSION: &str = "v4";

/// The images of EKS's AL2023 for Kubernetes 1.33, oldest first: build date, amd64, arm64. An alias that ends
/// with a build's version stays with it, `latest` is the last.
const BUILDS: [(&str, &str, &str); 3] = [
    ("v20260914", "ami-0b6f2a7c91d3e8450", "ami-05c8d1e9f7a2b3604"),
    ("v20261016", "ami-04e91c2b7d6a8f315", "ami-0f7b3d5a9c1e28046"),
    ("v20261109", "ami-0c2d8e4f6a1b97530", "ami-08a4c6e1f3d5b2917"),
];

/// The images that an alias names, for both architectures.
pub fn images(alias: &str) -> Option<[(Arch, &'static str, String); 2]> {
    let version = alias.strip_prefix("al2023@")?;
    let build = if version == "latest" { BUILDS.last() } else { BUILDS.iter().find(|(name, ..)| *name == version) };
    let (name, amd64, arm64) = build?;
    let named = |arch: &str| format!("amazon-eks-node-al2023-{arch}-standard-1.33-{name}");
    Some([(Arch::Amd64, *amd64, named("x86_64")), (Arch::Arm64, *arm64, named("arm64"))])
}

impl Karpenter {
    /// Resolves what the classes select and says how they are.
    pub(super) fn classes(&mut self, store: &mut Store, cloud: &Cloud, now: Timestamp) {
        let classes: Vec<(ObjectKey, Arc<Value>)> =
            store.list(Resource::Ec2NodeClasses).map(|(key, class)| (key.clone(), Arc::clone(class))).collect();
        for (key, class) in classes {
            if metadata::is_terminating(&class) {
                Self::release(store, &key, &class, now);
                continue;
            }
            let cluster = self.cluster.clone();
            // A class that is deleted between two looks needs no status.
            let _ = store.update(&key, now, |class| resolve(class, cloud, &cluster, now));
        }
    }

    /// A class goes when no claim uses it any longer.
    fn release(store: &mut Store, key: &ObjectKey, class: &Value, now: Timestamp) {
        let name = metadata::name(class);
        let used = store.list(Resource::NodeClaims).any(|(_, claim)| claim["spec"]["nodeClassRef"]["name"] == name);
        if !used {
            let _ = store.update(key, now, |class| remove_finalizer(class, "karpenter.k8s.aws/termination"));
        }
    }
}

/// Takes a finalizer off an object.
pub fn remove_finalizer(object: &mut Value, finalizer: &str) {
    if let Some(list) = object.pointer_mut("/metadata/finalizers").and_then(Value::as_array_mut) {
        list.retain(|one| one != finalizer);
    }
}

/// Puts a finalizer onto an object.
pub fn add_finalizer(object: &mut Value, finalizer: &str) {
    let list = &mut object["metadata"]["finalizers"];
    if !list.is_array() {
        *list = json!([]);
    }
    if let Some(list) = list.as_array_mut()
        && !list.iter().any(|one| one == finalizer)
    {
        list.push(finalizer.into());
    }
}

fn resolve(class: &mut Value, cloud: &Cloud, cluster: &str, now: Timestamp) {
    add_finalizer(class, "karpenter.k8s.aws/termination");
    let spec_hash = hash(&class["spec"]);
    object::mark(class, "annotations", CLASS_HASH, &spec_hash);
    object::mark(class, "annotations", CLASS_HASH_VERSION, HASH_VERSION);
    let generation = class.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(1);
    let settled = condition::get(class, "Ready").is_some_and(|one| one["observedGeneration"] == generation);
    condition::begin(class, CLASS, now);
    set_images(class, now);
    let found = selected(class, "subnetSelectorTerms", cluster);
    if found {
        let subnets = cloud.zones.iter().map(|zone| json!({ "id": zone.subnet, "zone": zone.name, "zoneID": zone.id }));
        class["status"]["subnets"] = subnets.collect();
        condition::set_true(class, CLASS, "SubnetsReady", now);
    } else {
        let words = "SubnetSelector did not match any Subnets";
        class["status"]["subnets"] = json!([]);
        condition::set(class, CLASS, "SubnetsReady", (ConditionStatus::False, "SubnetsNotFound", words), now);
    }
    if selected(class, "securityGroupSelectorTerms", cluster) {
        let group = format!("sg-0{}", &hash(&json!([cluster, cloud.account]))[..16]);
        class["status"]["securityGroups"] = json!([{ "id": group, "name": format!("{cluster}-node") }]);
        condition::set_true(class, CLASS, "SecurityGroupsReady", now);
    } else {
        let words = "SecurityGroupSelector did not match any SecurityGroups";
        class["status"]["securityGroups"] = json!([]);
        condition::set(
            class,
            CLASS,
            "SecurityGroupsReady",
            (ConditionStatus::False, "SecurityGroupsNotFound", words),
            now,
        );
    }
    if !settled || class["status"].get("instanceProfile").is_none() {
        let given = class.pointer("/spec/instanceProfile").and_then(Value::as_str).map(str::to_owned);
        let made = || format!("{cluster}_{}", hash(&class["spec"]["role"]));
        class["status"]["instanceProfile"] = given.unwrap_or_else(made).into();
    }
    for kind in ["InstanceProfileReady", "PlacementGroupReady", "CapacityReservationsReady"] {
        condition::set_true(class, CLASS, kind, now);
    }
    let resolved =
        ["AMIsReady", "SubnetsReady", "SecurityGroupsReady"].iter().all(|kind| condition::is_true(class, kind));
    if resolved {
        condition::set_true(class, CLASS, "ValidationSucceeded", now);
    } else {
        let words = "Awaiting AMI, Instance Profile, Security Group, and Subnet resolution";
        condition::set(
            class,
            CLASS,
            "ValidationSucceeded",
            (ConditionStatus::False, "DependenciesNotReady", words),
            now,
        );
    }
}

fn set_images(class: &mut Value, now: Timestamp) {
    let terms = class.pointer("/spec/amiSelectorTerms").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found: Vec<Value> = Vec::new();
    for term in &terms {
        let alias = term.get("alias").and_then(Value::as_str).and_then(images);
        for (arch, id, name) in alias.into_iter().flatten() {
            found.push(image(arch, id, &name));
        }
        let id = term.get("id").and_then(Value::as_str);
        let known = BUILDS.iter().find_map(|(build, amd64, arm64)| {
            let arch = if id == Some(*amd64) { Arch::Amd64 } else { Arch::Arm64 };
            let family = if arch == Arch::Amd64 { "x86_64" } else { "arm64" };
            let name = format!("amazon-eks-node-al2023-{family}-standard-1.33-{build}");
            (id == Some(*amd64) || id == Some(*arm64)).then(|| image(arch, id.unwrap_or_default(), &name))
        });
        found.extend(known);
    }
    if found.is_empty() {
        class["status"]["amis"] = json!([]);
        let words = "AMISelector did not match any AMIs";
        condition::set(class, CLASS, "AMIsReady", (ConditionStatus::False, "AMINotFound", words), now);
    } else {
        class["status"]["amis"] = found.into();
        condition::set_true(class, CLASS, "AMIsReady", now);
    }
}

fn image(arch: Arch, id: &str, name: &str) -> Value {
    json!({
        "id": id,
        "name": name,
        "requirements": [
            { "key": "kubernetes.io/arch", "operator": "In", "values": [arch.name()] },
            { "key": "karpenter.k8s.aws/instance-gpu-count", "operator": "DoesNotExist" },
            { "key": "karpenter.k8s.aws/instance-accelerator-count", "operator": "DoesNotExist" },
        ],
    })
}

/// A term finds something when it names ids, or asks for the cluster's discovery tag.
fn selected(class: &Value, terms: &str, cluster: &str) -> bool {
    let terms = class.pointer(&format!("/spec/{terms}")).and_then(Value::as_array);
    terms.is_some_and(|terms| {
        terms.iter().any(|term| {
            term.get("id").is_some()
                || term.get("name").is_some()
                || term.pointer("/tags/karpenter.sh~1discovery").is_some_and(|value| value == cluster || value == "*")
        })
    })
}

/// The image that a class gives to an architecture.
pub fn image_for(class: &Value, arch: Arch) -> Option<&str> {
    let amis = class.pointer("/status/amis")?.as_array()?;
    let one = amis.iter().find(|ami| {
        let wanted = ami["requirements"].as_array();
        wanted.is_none_or(|list| {
            list.iter().all(|one| one["key"] != "kubernetes.io/arch" || one["values"][0] == arch.name())
        })
    })?;
    one["id"].as_str()
}

/// When a class's status was last written for its spec.
pub fn is_observed(class: &Value) -> bool {
    let generation = class.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(1);
    condition::get(class, "Ready").is_some_and(|ready| ready["observedGeneration"] == generation)
        && moment::at(class, "/metadata/creationTimestamp").is_some()
}
