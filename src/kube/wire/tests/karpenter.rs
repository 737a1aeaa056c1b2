use serde_json::json;

use super::*;
use crate::services::kubernetes::model::{
    CapacityType, ClassKind, ConsolidationPolicy, DisruptionReason, NodeClaim, NodeClass, NodePool, RequirementOperator,
};

fn pool(spec: &Value) -> NodePool {
    let object = json!({
        "apiVersion": "karpenter.sh/v1", "kind": "NodePool",
        "metadata": { "name": "general", "resourceVersion": "5", "generation": 2,
                      "creationTimestamp": "2026-11-01T00:00:00Z" },
        "spec": spec,
        "status": {
            "resources": { "cpu": "36", "memory": "72Gi", "nodes": "9", "pods": "261", "ephemeral-storage": "1Ti" },
            "conditions": [{ "type": "Ready", "status": "True", "reason": "Ready", "message": "",
                             "observedGeneration": 2, "lastTransitionTime": "2026-11-01T00:01:00Z" }],
        },
    });
    projected(ObjectKind::NodePool, &object)
}

#[test]
fn a_pool_as_it_is_written() {
    let pool = pool(&json!({
        "weight": 20,
        "limits": { "cpu": 1000, "memory": "256Gi", "nodes": "30" },
        "disruption": {
            "consolidationPolicy": "WhenEmpty", "consolidateAfter": "5m",
            "budgets": [
                { "nodes": "10%" },
                { "nodes": "0", "reasons": ["Drifted", "Empty"], "schedule": "0 7 * * mon-fri", "duration": "11h0m0s" },
                { "nodes": "1", "reasons": ["Moonlight"] },
            ],
        },
        "template": {
            "metadata": { "labels": { "workload": "general" }, "annotations": { "a": "b" } },
            "spec": {
                "expireAfter": "720h", "terminationGracePeriod": "48h",
                "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default" },
                "taints": [{ "key": "workload", "value": "general", "effect": "NoSchedule" }],
                "startupTaints": [{ "key": "cilium", "effect": "NoExecute" }],
                "requirements": [
                    { "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot", "on-demand"] },
                    { "key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["5"] },
                    { "key": "karpenter.k8s.aws/instance-family", "operator": "Exists", "minValues": 3 },
                ],
            },
        },
    }));
    assert_eq!((pool.weight, pool.replicas), (20, None));
    let limits: Vec<_> = ["cpu", "memory", "nodes", "pods"].map(|name| pool.limit(name)).to_vec();
    assert_eq!(limits, [Some(1_000_000), Some(256 << 30), Some(30), None]);
    assert_eq!((pool.used.cpu, pool.used.memory, pool.used.nodes, pool.used.pods), (36_000, 72 << 30, 9, 261));
    assert_eq!(pool.used.others.get("ephemeral-storage"), Some(&(1 << 40)));
    assert_eq!((pool.consolidation.clone(), pool.consolidate_after), (ConsolidationPolicy::WhenEmpty, Some(300)));
    let budgets: Vec<_> = pool.budgets.iter().map(|one| (&*one.nodes, one.reasons.as_slice(), one.duration)).collect();
    // One for a reason that is not known here is none for every reason.
    let drift = [DisruptionReason::Drifted, DisruptionReason::Empty];
    assert_eq!(budgets, [("10%", [].as_slice(), None), ("0", drift.as_slice(), Some(39_600))]);
    assert_eq!(pool.budgets[1].schedule.as_deref(), Some("0 7 * * mon-fri"));
    assert_eq!((pool.expire_after, pool.termination_grace), (Some(2_592_000), Some(172_800)));
    assert_eq!(pool.class, ("EC2NodeClass".into(), "default".into()));
    assert_eq!(pool.labels.get("workload").map(|value| &**value), Some("general"));
    assert_eq!((pool.taints.len(), pool.startup_taints.len()), (1, 1));
    let asked: Vec<_> = pool.requirements.iter().map(|one| (one.operator, texts(&one.values))).collect();
    assert_eq!(
        asked,
        [
            (RequirementOperator::In, vec!["spot", "on-demand"]),
            (RequirementOperator::Gt, vec!["5"]),
            (RequirementOperator::Exists, vec![])
        ]
    );
    assert!(pool.conditions.is_true("Ready"));
}

#[test]
fn what_a_pool_does_not_say_is_karpenters_default_and_no_budget_is_no_limit() {
    let bare = pool(&json!({}));
    assert_eq!((bare.budgets.len(), bare.weight), (0, 0));
    assert_eq!(bare.consolidation, ConsolidationPolicy::WhenEmptyOrUnderutilized);
    let odd = pool(&json!({
        "replicas": 3,
        "disruption": { "consolidationPolicy": "WhenBored", "consolidateAfter": "Never" },
        "template": { "spec": { "expireAfter": "Never" } },
    }));
    assert_eq!((odd.replicas, odd.expire_after, odd.consolidate_after), (Some(3), None, None));
    assert_eq!(odd.consolidation, ConsolidationPolicy::Other("WhenBored".into()));
}

#[test]
fn a_claim_from_its_first_moment() {
    let claim = |status: Value, labels: Value| -> NodeClaim {
        let object = json!({
            "metadata": { "name": "general-x7k2p", "resourceVersion": "5", "labels": labels,
                          "creationTimestamp": "2026-11-30T08:00:00Z",
                          "annotations": { "karpenter.sh/nodepool-hash": "1", "other": "x" },
                          "finalizers": ["karpenter.sh/termination"] },
            "spec": {
                "expireAfter": "720h", "nodeClassRef": { "kind": "EC2NodeClass", "name": "default" },
                "requirements": [{ "key": "node.kubernetes.io/instance-type", "operator": "In",
                                   "values": ["c7g.large", "m7g.large"], "minValues": 1 }],
                "resources": { "requests": { "cpu": "1600m", "memory": "3Gi", "pods": "6" } },
            },
            "status": status,
        });
        projected(ObjectKind::NodeClaim, &object)
    };
    let first = claim(
        json!({ "conditions": [{ "type": "Launched", "status": "Unknown", "reason": "AwaitingReconciliation" }] }),
        json!({ "karpenter.sh/nodepool": "general" }),
    );
    assert_eq!(
        (first.pool.as_deref(), first.instance.as_deref(), first.node.as_deref()),
        (Some("general"), None, None)
    );
    assert_eq!((first.instance_type, first.capacity_type), (None, None));
    assert_eq!(first.requests, amounts(1600, 3 << 30, 6));
    assert_eq!(first.annotations.len(), 1);
    assert_eq!((first.expire_after, first.termination_grace), (Some(2_592_000), None));
    let launched = claim(
        json!({ "providerID": "aws:///eu-west-1b/i-0aa", "nodeName": "ip-10-0-2-9",
                "capacity": { "cpu": "2", "memory": "3788Mi", "pods": "29" },
                "allocatable": { "cpu": "1930m", "memory": "3114Mi", "pods": "29" },
                "conditions": [{ "type": "Launched", "status": "True", "lastTransitionTime": "2026-11-30T08:00:03Z" }] }),
        json!({ "karpenter.sh/nodepool": "general", "karpenter.sh/capacity-type": "on-demand",
                "node.kubernetes.io/instance-type": "c7g.large", "topology.kubernetes.io/zone": "eu-west-1b" }),
    );
    let words = [&launched.instance, &launched.node, &launched.instance_type, &launched.zone].map(Option::as_deref);
    assert_eq!(words, ["i-0aa", "ip-10-0-2-9", "c7g.large", "eu-west-1b"].map(Some));
    assert_eq!(launched.capacity_type, Some(CapacityType::OnDemand));
    assert_eq!(launched.conditions.true_since("Launched"), Some(at("2026-11-30T08:00:03Z")));
    assert_eq!((launched.capacity.cpu, launched.allocatable.cpu), (2000, 1930));
}

#[test]
fn classes_of_karpenter_and_of_auto_mode() {
    let object = json!({
        "metadata": { "name": "default" },
        "spec": { "role": "shop-karpenter-node", "amiSelectorTerms": [{ "alias": "al2023@v20250610" }] },
        "status": {
            "amis": [
                { "id": "ami-1", "name": "amazon-eks-node-al2023-arm64", "requirements": [] },
                { "id": "ami-2", "name": "amazon-eks-node-al2023-x86_64", "deprecated": true },
            ],
            "subnets": [{ "id": "subnet-1", "zone": "eu-west-1a", "zoneID": "euw1-az1" }],
            "securityGroups": [{ "id": "sg-1", "name": "shop" }],
            "conditions": [{ "type": "SubnetsReady", "status": "True" }, { "type": "Ready", "status": "False" }],
        },
    });
    let class: NodeClass = projected(ObjectKind::Ec2NodeClass, &object);
    assert_eq!((class.kind, &*class.role), (ClassKind::Ec2NodeClass, "shop-karpenter-node"));
    let amis: Vec<_> = class.amis.iter().map(|(id, _, deprecated)| (&**id, *deprecated)).collect();
    assert_eq!(amis, [("ami-1", false), ("ami-2", true)]);
    assert_eq!(class.subnets, [("subnet-1".into(), "eu-west-1a".into())]);
    assert_eq!(texts(&class.security_groups), ["sg-1"]);
    assert!(class.conditions.is_false("Ready"));
    let profile = json!({ "metadata": { "name": "p" }, "spec": { "instanceProfile": "shop-nodes" } });
    let auto: NodeClass = projected(ObjectKind::AutoNodeClass, &profile);
    assert_eq!((auto.kind, &*auto.role), (ClassKind::NodeClass, "shop-nodes"));
}
