//! What keeps a cluster going: the managed node group and the add-ons that run on it.

use super::site::ClusterSite;
use super::system_group;
use super::workload::{Workload, WorkloadPlace, WorkloadSpread};
use crate::sandbox::kubernetes::cloud::SharedCloud;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::Store;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::PoisonError;

const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

const ECR: &str = "602401143452.dkr.ecr.eu-west-1.amazonaws.com";

/// An add-on in kube-system on the node group: name, image's tail, milli-CPU, MiB, replicas.
const ADD_ONS: [(&str, &str, i64, i64, i64); 7] = [
    ("coredns", "eks/coredns:v1.12.2-eksbuild.4", 100, 70, 2),
    ("aws-load-balancer-controller", "eks/aws-load-balancer-controller:v2.14.1", 100, 128, 2),
    ("ebs-csi-controller", "eks/aws-ebs-csi-driver:v1.51.0", 60, 240, 2),
    ("efs-csi-controller", "eks/aws-efs-csi-driver:v2.1.13", 40, 160, 2),
    ("metrics-server", "eks/metrics-server:v0.8.0-eksbuild.2", 100, 200, 2),
    ("snapshot-controller", "eks/csi-snapshotter/snapshot-controller:v8.3.0", 10, 40, 2),
    ("karpenter", "karpenter/controller:1.14.1", 500, 1024, 2),
];

/// A daemon: namespace, name, image's tail, milli-CPU, MiB.
const DAEMONS: [(&str, &str, &str, i64, i64); 6] = [
    ("kube-system", "aws-node", "602401143452/amazon-k8s-cni:v1.20.4-eksbuild.1", 50, 80),
    ("kube-system", "kube-proxy", "eks/kube-proxy:v1.33.3-eksbuild.10", 100, 50),
    ("kube-system", "ebs-csi-node", "eks/aws-ebs-csi-driver:v1.51.0", 30, 120),
    ("kube-system", "efs-csi-node", "eks/aws-efs-csi-driver:v2.1.13", 20, 60),
    ("monitoring", "fluent-bit", "aws-for-fluent-bit:2.34.0", 50, 100),
    ("monitoring", "node-exporter", "prometheus/node-exporter:v1.9.1", 20, 40),
];

/// A part of Argo CD: name, milli-CPU, MiB, replicas.
const ARGO_CD: [(&str, i64, i64, i64); 6] = [
    ("argocd-server", 100, 256, 2),
    ("argocd-repo-server", 150, 512, 2),
    ("argocd-applicationset-controller", 50, 128, 1),
    ("argocd-notifications-controller", 50, 64, 1),
    ("argocd-redis", 50, 64, 1),
    ("argocd-dex-server", 20, 64, 1),
];

/// Puts namespaces, node group and add-ons.
pub fn plant(store: &mut Store, cloud: &SharedCloud, site: ClusterSite, now: Timestamp) {
    let mut cloud = cloud.lock().unwrap_or_else(PoisonError::into_inner);
    for name in NAMESPACES {
        namespace(store, name, now);
    }
    for name in ["argocd", "monitoring"] {
        namespace(store, name, now);
    }
    system_group::plant(store, &mut cloud, site, now);
    drop(cloud);
    for (namespace, name, image, cpu, memory) in DAEMONS {
        let critical = namespace == "kube-system";
        let one = add_on(namespace, name, image, cpu, memory, critical.then_some("system-node-critical"));
        put(store, Resource::DaemonSets, namespace, one.daemon_set(), now);
    }
    for (name, image, cpu, memory, replicas) in ADD_ONS {
        let one = add_on("kube-system", name, image, cpu, memory, Some("system-cluster-critical"));
        put(store, Resource::Deployments, "kube-system", one.deployment(replicas), now);
        budget(store, &one, json!({ "maxUnavailable": 1 }), now);
    }
    for (name, cpu, memory, replicas) in ARGO_CD {
        let one = add_on("argocd", name, "argoproj/argocd:v3.2.0", cpu, memory, None);
        let replicas = if site == ClusterSite::Production { replicas } else { 1 };
        put(store, Resource::Deployments, "argocd", one.deployment(replicas), now);
    }
    let controller = add_on("argocd", "argocd-application-controller", "argoproj/argocd:v3.2.0", 250, 1024, None);
    put(store, Resource::StatefulSets, "argocd", controller.stateful_set(1), now);
}

/// The image of an add-on or a daemon in kube-system, without its registry.
#[must_use]
pub fn image(name: &str) -> Option<&'static str> {
    let add_on = ADD_ONS.iter().find(|(known, ..)| *known == name).map(|(_, image, ..)| *image);
    add_on.or_else(|| DAEMONS.iter().find(|(_, known, ..)| *known == name).map(|(_, _, image, ..)| *image))
}

fn add_on(
    namespace: &'static str,
    name: &'static str,
    image: &'static str,
    cpu: i64,
    memory: i64,
    priority: Option<&'static str>,
) -> Workload {
    Workload {
        namespace,
        name,
        image,
        cpu,
        memory,
        place: WorkloadPlace::System,
        spread: WorkloadSpread::None,
        amd64: false,
        priority,
    }
}

/// A namespace.
pub fn namespace(store: &mut Store, name: &str, now: Timestamp) {
    let object = json!({
        "metadata": { "name": name, "labels": { "kubernetes.io/metadata.name": name } },
        "spec": { "finalizers": ["kubernetes"] },
        "status": { "phase": "Active" },
    });
    put(store, Resource::Namespaces, "", object, now);
}

/// A budget for a workload's pods.
pub fn budget(store: &mut Store, one: &Workload, rule: Value, now: Timestamp) {
    let mut spec = rule;
    spec["selector"] = one.selector();
    let object = json!({ "metadata": { "name": one.name, "labels": one.labels() }, "spec": spec });
    put(store, Resource::PodDisruptionBudgets, one.namespace, object, now);
}

/// Creates an object in a store that has none of its name. Images come from EKS's registry unless they say.
pub fn put(store: &mut Store, resource: Resource, namespace: &str, mut object: Value, now: Timestamp) {
    if let Some(list) = object.pointer_mut("/spec/template/spec/containers").and_then(Value::as_array_mut) {
        for container in list {
            let image = container["image"].as_str().unwrap_or_default().to_owned();
            if image.starts_with("eks/") {
                container["image"] = format!("{ECR}/{image}").into();
            } else if let Some(image) = image.strip_prefix("602401143452/") {
                container["image"] = format!("{ECR}/{image}").into();
            }
        }
    }
    let _ = store.create(resource, namespace, object, now);
}
