//! What an operation is done to, by its name.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::services::kubernetes::model::WorkloadKind;

/// What an operation is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    Node,
    NodeClaim,
    NodePool,
    /// An EKS managed node group.
    Nodegroup,
    /// A Deployment, StatefulSet or DaemonSet.
    Workload,
    /// A HorizontalPodAutoscaler.
    Autoscaler,
}

impl TargetKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Node, Self::NodeClaim, Self::NodePool, Self::Nodegroup, Self::Workload, Self::Autoscaler];

    /// As it is said in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::NodeClaim => "NodeClaim",
            Self::NodePool => "NodePool",
            Self::Nodegroup => "managed node group",
            Self::Workload => "workload",
            Self::Autoscaler => "HorizontalPodAutoscaler",
        }
    }

    /// How a target of it is written on the command line.
    #[must_use]
    pub fn form(self) -> &'static str {
        match self {
            Self::Node => "node/NAME",
            Self::NodeClaim => "nodeclaim/NAME",
            Self::NodePool => "nodepool/NAME",
            Self::Nodegroup => "nodegroup/NAME",
            Self::Workload => "deployment/NAMESPACE/NAME",
            Self::Autoscaler => "hpa/NAMESPACE/NAME",
        }
    }
}

/// A kind as `kubectl` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectSort {
    Node,
    NodeClaim,
    NodePool,
    Nodegroup,
    Workload(WorkloadKind),
    Autoscaler,
}

/// Every sort, with its name and how else it may be written.
const SORTS: [(ObjectSort, &str, &[&str]); 8] = [
    (ObjectSort::Node, "node", &["nodes", "no"]),
    (ObjectSort::NodeClaim, "nodeclaim", &["nodeclaims"]),
    (ObjectSort::NodePool, "nodepool", &["nodepools"]),
    (ObjectSort::Nodegroup, "nodegroup", &["nodegroups"]),
    (ObjectSort::Workload(WorkloadKind::Deployment), "deployment", &["deployments", "deploy"]),
    (ObjectSort::Workload(WorkloadKind::StatefulSet), "statefulset", &["statefulsets", "sts"]),
    (ObjectSort::Workload(WorkloadKind::DaemonSet), "daemonset", &["daemonsets", "ds"]),
    (ObjectSort::Autoscaler, "hpa", &["horizontalpodautoscaler", "horizontalpodautoscalers"]),
];

impl ObjectSort {
    /// The sort of a word, whatever its case.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let fits = |(_, name, others): &&(Self, &str, &[&str])| *name == word || others.contains(&word.as_str());
        SORTS.iter().find(fits).map(|(sort, ..)| *sort)
    }

    /// `node`, `deployment`, `hpa`.
    #[must_use]
    pub fn word(self) -> &'static str {
        SORTS.iter().find(|(sort, ..)| *sort == self).map_or("", |(_, name, _)| *name)
    }

    /// Which kind of target it is.
    #[must_use]
    pub fn kind(self) -> TargetKind {
        match self {
            Self::Node => TargetKind::Node,
            Self::NodeClaim => TargetKind::NodeClaim,
            Self::NodePool => TargetKind::NodePool,
            Self::Nodegroup => TargetKind::Nodegroup,
            Self::Workload(_) => TargetKind::Workload,
            Self::Autoscaler => TargetKind::Autoscaler,
        }
    }

    /// Whether it is in a namespace.
    #[must_use]
    pub fn is_namespaced(self) -> bool {
        matches!(self, Self::Workload(_) | Self::Autoscaler)
    }
}

/// The name of what an operation is done to: `prod-eks/node/ip-10-0-1-2`, `prod-eks/deployment/shop/checkout`. No name
/// of EKS or Kubernetes has a `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The cluster's name in EKS.
    pub cluster: String,
    pub sort: ObjectSort,
    /// Empty where it is in none.
    pub namespace: String,
    pub name: String,
}

impl ObjectName {
    /// Reads an id.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let parts: Vec<&str> = id.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let (cluster, sort, namespace, name) = match parts.as_slice() {
            [cluster, sort, name] => (cluster, sort, "", name),
            [cluster, sort, namespace, name] => (cluster, sort, *namespace, name),
            _ => return None,
        };
        let sort = ObjectSort::of_word(sort)?;
        (sort.is_namespaced() != namespace.is_empty()).then(|| Self {
            cluster: (*cluster).to_owned(),
            sort,
            namespace: namespace.to_owned(),
            name: (*name).to_owned(),
        })
    }

    /// `shop/checkout`, or the name alone.
    #[must_use]
    pub fn local(&self) -> String {
        if self.namespace.is_empty() { self.name.clone() } else { format!("{}/{}", self.namespace, self.name) }
    }

    /// Of the same cluster, another object.
    #[must_use]
    pub fn beside(&self, sort: ObjectSort, namespace: &str, name: &str) -> Self {
        Self { cluster: self.cluster.clone(), sort, namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.cluster, self.sort.word(), self.local())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_is_read_by_all_of_its_words() {
        for (sort, word, others) in SORTS {
            assert_eq!(sort.word(), word);
            for said in others.iter().copied().chain([word]) {
                assert_eq!(ObjectSort::of_word(said), Some(sort), "{said}");
                assert_eq!(ObjectSort::of_word(&said.to_uppercase()), Some(sort), "{said}");
            }
            let namespace = if sort.is_namespaced() { "shop" } else { "" };
            let name = ObjectName { cluster: "c".into(), sort, namespace: namespace.into(), name: "n".into() };
            assert_eq!(ObjectName::parse(&name.to_string()), Some(name));
        }
        assert_eq!(ObjectSort::of_word("pod"), None);
    }

    #[test]
    fn a_target_is_of_the_kind_whose_form_it_has() {
        for kind in TargetKind::ALL {
            let name = ObjectName::parse(&format!("prod-eks/{}", kind.form()));
            assert_eq!(name.map(|name| name.sort.kind()), Some(kind), "{}", kind.form());
        }
    }

    #[test]
    fn what_is_beside_it_is_of_the_same_cluster() {
        let node = ObjectName::parse("prod-eks/node/ip-1").unwrap();
        assert_eq!(node.beside(ObjectSort::Autoscaler, "shop", "checkout").to_string(), "prod-eks/hpa/shop/checkout");
        assert_eq!(
            (node.local(), node.beside(ObjectSort::Autoscaler, "a", "b").local()),
            ("ip-1".into(), "a/b".into())
        );
    }

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for id in
            ["prod-eks/node/ip-10-0-1-2.eu-west-1.compute.internal", "prod-eks/hpa/shop/checkout", "a/nodegroup/system"]
        {
            assert_eq!(ObjectName::parse(id).map(|name| name.to_string()).as_deref(), Some(id));
        }
        let read = ObjectName::parse("prod-eks/deploy/shop/checkout").map(|name| name.to_string());
        assert_eq!(read.as_deref(), Some("prod-eks/deployment/shop/checkout"));
        for id in
            ["", "prod-eks", "prod-eks/node", "prod-eks/node/a/b", "prod-eks/deployment/checkout", "e/pod/a/b", "a//b"]
        {
            assert_eq!(ObjectName::parse(id), None, "{id}");
        }
    }
}
