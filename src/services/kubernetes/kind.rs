//! The kinds of objects that are watched, and which of them a cluster serves.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A kind that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    Node,
    Pod,
    NodePool,
    NodeClaim,
    /// `EC2NodeClass` of Karpenter's AWS provider.
    Ec2NodeClass,
    /// `NodeClass` of EKS Auto Mode.
    AutoNodeClass,
    Deployment,
    StatefulSet,
    DaemonSet,
    Autoscaler,
    DisruptionBudget,
    Event,
    /// Argo CD's.
    Application,
}

impl ObjectKind {
    pub const ALL: [Self; 13] = [
        Self::Node,
        Self::Pod,
        Self::NodePool,
        Self::NodeClaim,
        Self::Ec2NodeClass,
        Self::AutoNodeClass,
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::Autoscaler,
        Self::DisruptionBudget,
        Self::Event,
        Self::Application,
    ];

    /// API group (empty for core), version, and resource as the API's paths have them.
    #[must_use]
    pub fn resource(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Node => ("", "v1", "nodes"),
            Self::Pod => ("", "v1", "pods"),
            Self::NodePool => ("karpenter.sh", "v1", "nodepools"),
            Self::NodeClaim => ("karpenter.sh", "v1", "nodeclaims"),
            Self::Ec2NodeClass => ("karpenter.k8s.aws", "v1", "ec2nodeclasses"),
            Self::AutoNodeClass => ("eks.amazonaws.com", "v1", "nodeclasses"),
            Self::Deployment => ("apps", "v1", "deployments"),
            Self::StatefulSet => ("apps", "v1", "statefulsets"),
            Self::DaemonSet => ("apps", "v1", "daemonsets"),
            Self::Autoscaler => ("autoscaling", "v2", "horizontalpodautoscalers"),
            Self::DisruptionBudget => ("policy", "v1", "poddisruptionbudgets"),
            Self::Event => ("", "v1", "events"),
            Self::Application => ("argoproj.io", "v1alpha1", "applications"),
        }
    }

    /// What a person calls them: `nodes`, `disruption budgets`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Node => "nodes",
            Self::Pod => "pods",
            Self::NodePool => "node pools",
            Self::NodeClaim => "node claims",
            Self::Ec2NodeClass => "EC2 node classes",
            Self::AutoNodeClass => "node classes",
            Self::Deployment => "deployments",
            Self::StatefulSet => "stateful sets",
            Self::DaemonSet => "daemon sets",
            Self::Autoscaler => "autoscalers",
            Self::DisruptionBudget => "disruption budgets",
            Self::Event => "events",
            Self::Application => "applications",
        }
    }

    /// Every cluster serves it; the others are there where somebody has installed them.
    #[must_use]
    pub fn is_built_in(self) -> bool {
        let (group, ..) = self.resource();
        matches!(group, "" | "apps" | "autoscaling" | "policy")
    }
}

/// A kind that a cluster serves, by the name of its resource and group: `nodeoverlays.karpenter.sh`.
pub type ServedKind = Arc<str>;

/// What a cluster's API server serves (discovery).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    /// `v1.33.4-eks-…` (`/version`).
    pub version: Arc<str>,
    /// Kinds of the groups that matter here (`karpenter.sh`, `karpenter.k8s.aws`, `eks.amazonaws.com`, `argoproj.io`,
    /// `autoscaling.x-k8s.io`, `metrics.k8s.io`), each with the versions at which it is served.
    pub kinds: BTreeMap<ServedKind, Vec<Arc<str>>>,
    /// `metrics.k8s.io/v1beta1` is served: there is a metrics server.
    pub metrics: bool,
}

/// Kinds of these groups that are known by name, and not shown.
const UNSHOWN: [(&str, &str); 3] = [
    ("nodeoverlays.karpenter.sh", "NodeOverlay"),
    ("capacitybuffers.autoscaling.x-k8s.io", "CapacityBuffer"),
    ("nodediagnostics.eks.amazonaws.com", "NodeDiagnostic"),
];

impl Served {
    /// Whether a kind is served, in the version that is read here.
    #[must_use]
    pub fn serves(&self, kind: ObjectKind) -> bool {
        let (group, version, resource) = kind.resource();
        let name = format!("{resource}.{group}");
        kind.is_built_in()
            || self.kinds.get(&*name).is_some_and(|versions| versions.iter().any(|served| &**served == version))
    }

    /// A kind that is served in other versions alone than the one that is read here: they are named.
    #[must_use]
    pub fn other_versions(&self, kind: ObjectKind) -> Option<&[Arc<str>]> {
        let (group, version, resource) = kind.resource();
        let versions = self.kinds.get(&*format!("{resource}.{group}"))?;
        (!versions.iter().any(|served| &**served == version)).then_some(versions)
    }

    /// Kinds of Karpenter and its like that are served and that this console does not show.
    pub fn unshown(&self) -> impl Iterator<Item = &'static str> + '_ {
        UNSHOWN.into_iter().filter(|(name, _)| self.kinds.contains_key(*name)).map(|(_, kind)| kind)
    }

    /// Karpenter is there: its own, or that of EKS Auto Mode.
    #[must_use]
    pub fn has_karpenter(&self) -> bool {
        self.serves(ObjectKind::NodePool)
    }
}
