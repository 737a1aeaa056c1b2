use serde_json::json;

use super::*;
use crate::services::kubernetes::model::{CapacityType, Node, NodeProvider, TaintEffect};

fn node(labels: &Value, provider_id: &str) -> Node {
    let object = json!({
        "metadata": {
            "name": "ip-10-0-1-17.eu-west-1.compute.internal", "uid": "u", "resourceVersion": "99",
            "creationTimestamp": "2026-11-30T08:00:00Z", "deletionTimestamp": "2026-11-30T09:00:00Z",
            "finalizers": ["karpenter.sh/termination"],
            "labels": labels,
            "annotations": {
                "karpenter.sh/nodeclaim-termination-timestamp": "2026-11-30T10:00:00Z",
                "karpenter.k8s.aws/ec2nodeclass-hash": "123",
                "node.alpha.kubernetes.io/ttl": "0",
                "csi.volume.kubernetes.io/nodeid": "{}",
            },
            "managedFields": [{ "manager": "kubelet", "fieldsV1": { "f:status": {} } }],
        },
        "spec": {
            "providerID": provider_id, "unschedulable": true,
            "taints": [
                { "key": "karpenter.sh/disrupted", "effect": "NoSchedule", "timeAdded": "2026-11-30T09:00:00Z" },
                { "key": "workload", "value": "compute", "effect": "NoExecute" },
            ],
        },
        "status": {
            "capacity": { "cpu": "4", "memory": "7846568Ki", "pods": "58", "ephemeral-storage": "20893676Ki",
                          "nvidia.com/gpu": "1", "hugepages-2Mi": "0" },
            "allocatable": { "cpu": "3920m", "memory": "6829736Ki", "pods": "58" },
            "conditions": [
                { "type": "MemoryPressure", "status": "False", "reason": "KubeletHasSufficientMemory",
                  "message": "kubelet has sufficient memory available",
                  "lastHeartbeatTime": "2026-11-30T08:59:00Z", "lastTransitionTime": "2026-11-30T08:00:00Z" },
                { "type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown",
                  "message": "Kubelet stopped\u{1b}[0m posting node status.",
                  "lastTransitionTime": "2026-11-30T08:50:00Z" },
            ],
            "nodeInfo": { "kubeletVersion": "v1.33.4-eks-99d6cc0", "osImage": "Amazon Linux 2023.7.20250609",
                          "kernelVersion": "6.1", "architecture": "amd64" },
            "images": [{ "names": ["a"], "sizeBytes": 5 }],
        },
    });
    projected(ObjectKind::Node, &object)
}

#[test]
fn a_node_of_karpenter() {
    let labels = json!({
        "karpenter.sh/nodepool": "general", "karpenter.sh/capacity-type": "spot", "kubernetes.io/arch": "arm64",
        "node.kubernetes.io/instance-type": "m7g.xlarge", "topology.kubernetes.io/zone": "eu-west-1a",
    });
    let node = node(&labels, "aws:///eu-west-1a/i-0123456789abcdef0");
    assert_eq!(&*node.name, "ip-10-0-1-17.eu-west-1.compute.internal");
    assert_eq!((node.created, node.deleting), (Some(at("2026-11-30T08:00:00Z")), Some(at("2026-11-30T09:00:00Z"))));
    assert_eq!(texts(&node.finalizers), ["karpenter.sh/termination"]);
    assert_eq!(node.labels.len(), 5);
    let kept: Vec<&str> = node.annotations.keys().map(|key| &**key).collect();
    assert_eq!(kept, ["karpenter.k8s.aws/ec2nodeclass-hash", "karpenter.sh/nodeclaim-termination-timestamp"]);
    assert_eq!(node.provider, NodeProvider::Karpenter("general".into()));
    let words = [&node.instance_type, &node.zone, &node.arch, &node.instance].map(Option::as_deref);
    assert_eq!(words, ["m7g.xlarge", "eu-west-1a", "arm64", "i-0123456789abcdef0"].map(Some));
    assert_eq!(node.capacity_type, Some(CapacityType::Spot));
    assert!(node.cordoned);
    let taints: Vec<_> = node.taints.iter().map(|taint| (&*taint.key, &*taint.value, taint.effect)).collect();
    assert_eq!(
        taints,
        [("karpenter.sh/disrupted", "", TaintEffect::NoSchedule), ("workload", "compute", TaintEffect::NoExecute)]
    );
    assert_eq!((node.capacity.cpu, node.capacity.memory, node.capacity.pods), (4000, 7_846_568 << 10, 58));
    assert_eq!(node.capacity.others.get("nvidia.com/gpu"), Some(&1));
    assert_eq!(node.allocatable, amounts(3920, 6_829_736 << 10, 58));
    let ready = node.conditions.get("Ready").unwrap();
    assert!(!node.is_ready() && !node.conditions.is_false("Ready"));
    assert_eq!((&*ready.reason, ready.since), ("NodeStatusUnknown", Some(at("2026-11-30T08:50:00Z"))));
    assert_eq!(&*ready.message, "Kubelet stopped?[0m posting node status.");
    assert_eq!((&*node.kubelet, &*node.image), ("v1.33.4-eks-99d6cc0", "Amazon Linux 2023.7.20250609"));
}

#[test]
fn who_brought_a_node_stands_in_its_labels() {
    let of = |labels: Value| node(&labels, "aws:///eu-west-1b/0123/fargate-ip-10-0-2-3.eu-west-1.compute.internal");
    let managed = of(json!({ "eks.amazonaws.com/nodegroup": "system", "eks.amazonaws.com/capacityType": "ON_DEMAND" }));
    assert_eq!(managed.provider, NodeProvider::ManagedGroup("system".into()));
    assert_eq!(managed.capacity_type, Some(CapacityType::OnDemand));
    let auto = of(json!({ "eks.amazonaws.com/compute-type": "auto", "karpenter.sh/nodepool": "general-purpose" }));
    assert_eq!(auto.provider, NodeProvider::Karpenter("general-purpose".into()));
    let fargate = of(json!({ "eks.amazonaws.com/compute-type": "fargate" }));
    assert_eq!((fargate.provider, fargate.instance), (NodeProvider::Fargate, None));
    let own = of(json!({}));
    assert_eq!((own.provider, own.capacity_type), (NodeProvider::Other, None));
    let reserved = of(json!({ "karpenter.sh/capacity-type": "reserved" }));
    assert_eq!(reserved.capacity_type, Some(CapacityType::Reserved));
}
