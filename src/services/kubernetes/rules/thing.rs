//! What is judged of a cluster, by a key of its own.

use std::sync::Arc;

/// A thing of a cluster that findings are about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThingRef {
    /// The cluster itself.
    Cluster,
    NodePool(Arc<str>),
    Node(Arc<str>),
    /// A claim that is no node yet.
    Claim(Arc<str>),
    /// What owns pods: `Deployment`, `Job` …; a pod that nothing owns is its own, of kind `Pod`.
    Workload {
        kind: Arc<str>,
        namespace: Arc<str>,
        name: Arc<str>,
    },
    /// An application of Argo CD.
    Application {
        namespace: Arc<str>,
        name: Arc<str>,
    },
}

impl ThingRef {
    /// Its key among all things of all clusters: the cluster's ARN, with `#node/ip-…` and the like behind it. No ARN has
    /// a `#`, and no name of Kubernetes a `/`.
    #[must_use]
    pub fn key(&self, cluster_arn: &str) -> String {
        match self {
            Self::Cluster => cluster_arn.to_owned(),
            Self::NodePool(name) => format!("{cluster_arn}#nodepool/{name}"),
            Self::Node(name) => format!("{cluster_arn}#node/{name}"),
            Self::Claim(name) => format!("{cluster_arn}#claim/{name}"),
            Self::Workload { kind, namespace, name } => format!("{cluster_arn}#workload/{kind}/{namespace}/{name}"),
            Self::Application { namespace, name } => format!("{cluster_arn}#application/{namespace}/{name}"),
        }
    }

    /// The ARN of the cluster and the thing that a key is of; none for what is no key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<(&str, Self)> {
        let Some((arn, rest)) = key.split_once('#') else { return Some((key, Self::Cluster)) };
        let parts: Vec<&str> = rest.split('/').collect();
        if parts.iter().any(|part| part.is_empty() || part.contains('#')) {
            return None;
        }
        let thing = match parts.as_slice() {
            ["nodepool", name] => Self::NodePool((*name).into()),
            ["node", name] => Self::Node((*name).into()),
            ["claim", name] => Self::Claim((*name).into()),
            ["workload", kind, namespace, name] => {
                Self::Workload { kind: (*kind).into(), namespace: (*namespace).into(), name: (*name).into() }
            }
            ["application", namespace, name] => {
                Self::Application { namespace: (*namespace).into(), name: (*name).into() }
            }
            _ => return None,
        };
        Some((arn, thing))
    }

    /// What it is called; nothing for the cluster itself.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Cluster => "",
            Self::NodePool(name)
            | Self::Node(name)
            | Self::Claim(name)
            | Self::Workload { name, .. }
            | Self::Application { name, .. } => name,
        }
    }

    /// What it is, in words: `pool general`, `Deployment checkout/checkout-api`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Cluster => "cluster".to_owned(),
            Self::NodePool(name) => format!("pool {name}"),
            Self::Node(name) => format!("node {name}"),
            Self::Claim(name) => format!("claim {name}"),
            Self::Workload { kind, namespace, name } => format!("{kind} {namespace}/{name}"),
            Self::Application { name, .. } => format!("application {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn things() -> impl Strategy<Value = ThingRef> {
        let name = || "[a-z0-9]([-a-z0-9.:]{0,20}[a-z0-9])?".prop_map(Arc::<str>::from);
        let kind = "[A-Z][A-Za-z]{1,14}".prop_map(Arc::<str>::from);
        prop_oneof![
            Just(ThingRef::Cluster),
            name().prop_map(ThingRef::NodePool),
            name().prop_map(ThingRef::Node),
            name().prop_map(ThingRef::Claim),
            (kind, name(), name()).prop_map(|(kind, namespace, name)| ThingRef::Workload { kind, namespace, name }),
            (name(), name()).prop_map(|(namespace, name)| ThingRef::Application { namespace, name }),
        ]
    }

    proptest! {
        #[test]
        fn a_key_leads_back_to_its_thing(thing in things(), cluster in "[a-zA-Z0-9][a-zA-Z0-9_-]{0,20}") {
            let arn = format!("arn:aws:eks:eu-west-1:111122223333:cluster/{cluster}");
            let key = thing.key(&arn);
            prop_assert_eq!(ThingRef::of_key(&key), Some((arn.as_str(), thing)));
        }

        #[test]
        fn what_is_read_is_written_the_same(key in "[a-z:/]{0,12}(#[a-zA-Z0-9/#]{0,30})?") {
            if let Some((arn, thing)) = ThingRef::of_key(&key) {
                prop_assert_eq!(thing.key(arn), key);
            }
        }
    }

    #[test]
    fn keys_as_they_are() {
        let workload = ThingRef::Workload { kind: "Deployment".into(), namespace: "shop".into(), name: "api".into() };
        assert_eq!(workload.key("arn"), "arn#workload/Deployment/shop/api");
        assert_eq!((workload.name(), workload.words().as_str()), ("api", "Deployment shop/api"));
        for key in ["arn#", "arn#node/", "arn#node/a/b", "arn#other/a", "arn#workload/a/b", "arn#node/a#b"] {
            assert_eq!(ThingRef::of_key(key), None, "{key}");
        }
    }
}
