//! The table of kinds. A kind's first line is the version that it is stored as.

use super::{Resource, Served, Subresource};

const ALL_VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const CHANGE: &[&str] = &["get", "patch", "update"];

const STATUS: Subresource = Subresource { name: "status", kind: "", api_version: "", verbs: CHANGE };
const SCALE: Subresource = Subresource { name: "scale", kind: "Scale", api_version: "autoscaling/v1", verbs: CHANGE };
const LOG: Subresource = Subresource { name: "log", kind: "", api_version: "", verbs: &["get"] };
const BINDING: Subresource = Subresource { name: "binding", kind: "Binding", api_version: "", verbs: &["create"] };
const EVICTION: Subresource =
    Subresource { name: "eviction", kind: "Eviction", api_version: "policy/v1", verbs: &["create"] };

const fn namespaced(
    resource: Resource,
    api_version: &'static str,
    kind: &'static str,
    plural: &'static str,
    singular: &'static str,
) -> Served {
    Served {
        resource,
        api_version,
        kind,
        plural,
        singular,
        namespaced: true,
        short_names: &[],
        categories: &[],
        verbs: ALL_VERBS,
        subresources: &[],
        generations: false,
        custom: false,
    }
}

const fn cluster(
    resource: Resource,
    api_version: &'static str,
    kind: &'static str,
    plural: &'static str,
    singular: &'static str,
) -> Served {
    let mut served = namespaced(resource, api_version, kind, plural, singular);
    served.namespaced = false;
    served
}

impl Served {
    const fn short(mut self, names: &'static [&'static str]) -> Self {
        self.short_names = names;
        self
    }

    const fn categories(mut self, categories: &'static [&'static str]) -> Self {
        self.categories = categories;
        self
    }

    const fn with(mut self, subresources: &'static [Subresource]) -> Self {
        self.subresources = subresources;
        self
    }

    const fn generations(mut self) -> Self {
        self.generations = true;
        self
    }

    const fn custom(mut self) -> Self {
        self.custom = true;
        self.generations()
    }

    const fn verbs(mut self, verbs: &'static [&'static str]) -> Self {
        self.verbs = verbs;
        self
    }
}

const ALL: &[&str] = &["all"];
const SCALED: &[Subresource] = &[STATUS, SCALE];

/// Every kind in every version that is served.
pub static SERVED: &[Served] = &[
    cluster(Resource::Nodes, "v1", "Node", "nodes", "node").short(&["no"]).with(&[STATUS]),
    namespaced(Resource::Pods, "v1", "Pod", "pods", "pod")
        .short(&["po"])
        .categories(ALL)
        .with(&[STATUS, EVICTION, LOG, BINDING])
        .generations(),
    cluster(Resource::Namespaces, "v1", "Namespace", "namespaces", "namespace").short(&["ns"]).with(&[STATUS]),
    namespaced(Resource::Events, "v1", "Event", "events", "event").short(&["ev"]),
    namespaced(Resource::Services, "v1", "Service", "services", "service")
        .short(&["svc"])
        .categories(ALL)
        .with(&[STATUS]),
    namespaced(Resource::ConfigMaps, "v1", "ConfigMap", "configmaps", "configmap").short(&["cm"]),
    namespaced(Resource::ServiceAccounts, "v1", "ServiceAccount", "serviceaccounts", "serviceaccount").short(&["sa"]),
    namespaced(
        Resource::PersistentVolumeClaims,
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        "persistentvolumeclaim",
    )
    .short(&["pvc"])
    .with(&[STATUS]),
    namespaced(Resource::Deployments, "apps/v1", "Deployment", "deployments", "deployment")
        .short(&["deploy"])
        .categories(ALL)
        .with(SCALED)
        .generations(),
    namespaced(Resource::ReplicaSets, "apps/v1", "ReplicaSet", "replicasets", "replicaset")
        .short(&["rs"])
        .categories(ALL)
        .with(SCALED)
        .generations(),
    namespaced(Resource::StatefulSets, "apps/v1", "StatefulSet", "statefulsets", "statefulset")
        .short(&["sts"])
        .categories(ALL)
        .with(SCALED)
        .generations(),
    namespaced(Resource::DaemonSets, "apps/v1", "DaemonSet", "daemonsets", "daemonset")
        .short(&["ds"])
        .categories(ALL)
        .with(&[STATUS])
        .generations(),
    namespaced(Resource::Jobs, "batch/v1", "Job", "jobs", "job").categories(ALL).with(&[STATUS]).generations(),
    namespaced(
        Resource::HorizontalPodAutoscalers,
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
    )
    .short(&["hpa"])
    .categories(ALL)
    .with(&[STATUS]),
    namespaced(
        Resource::PodDisruptionBudgets,
        "policy/v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "poddisruptionbudget",
    )
    .short(&["pdb"])
    .with(&[STATUS])
    .generations(),
    namespaced(Resource::Leases, "coordination.k8s.io/v1", "Lease", "leases", "lease"),
    namespaced(Resource::Events, "events.k8s.io/v1", "Event", "events", "event").short(&["ev"]),
    cluster(Resource::NodePools, "karpenter.sh/v1", "NodePool", "nodepools", "nodepool")
        .categories(&["karpenter"])
        .with(SCALED)
        .custom(),
    cluster(Resource::NodeClaims, "karpenter.sh/v1", "NodeClaim", "nodeclaims", "nodeclaim")
        .categories(&["karpenter"])
        .with(&[STATUS])
        .custom(),
    cluster(Resource::NodeOverlays, "karpenter.sh/v1alpha1", "NodeOverlay", "nodeoverlays", "nodeoverlay")
        .short(&["overlays"])
        .categories(&["karpenter"])
        .with(&[STATUS])
        .custom(),
    cluster(Resource::Ec2NodeClasses, "karpenter.k8s.aws/v1", "EC2NodeClass", "ec2nodeclasses", "ec2nodeclass")
        .short(&["ec2nc", "ec2ncs"])
        .categories(&["karpenter"])
        .with(&[STATUS])
        .custom(),
    cluster(Resource::NodeClasses, "eks.amazonaws.com/v1", "NodeClass", "nodeclasses", "nodeclass")
        .with(&[STATUS])
        .custom(),
    namespaced(
        Resource::CapacityBuffers,
        "autoscaling.x-k8s.io/v1beta1",
        "CapacityBuffer",
        "capacitybuffers",
        "capacitybuffer",
    )
    .short(&["cb"])
    .with(SCALED)
    .custom(),
    namespaced(Resource::Applications, "argoproj.io/v1alpha1", "Application", "applications", "application")
        .short(&["app", "apps"])
        .custom(),
];

const READ: &[&str] = &["get", "list"];

/// What metrics.k8s.io serves. Nothing of it is stored: usage is computed when it is asked for.
pub static METRICS: &[Served] = &[
    cluster(Resource::Nodes, "metrics.k8s.io/v1beta1", "NodeMetrics", "nodes", "").verbs(READ),
    namespaced(Resource::Pods, "metrics.k8s.io/v1beta1", "PodMetrics", "pods", "").verbs(READ),
];
