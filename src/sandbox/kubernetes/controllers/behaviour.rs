//! What a scenario makes containers and nodes do. Clients do not see it: they see what comes of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a container does once it is on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Container {
    /// It ends each time, `after_seconds` after its start.
    Crashes { after_seconds: i64, exit_code: i64, reason: Crash },
    /// Its image cannot be pulled.
    NotPulled,
    /// It runs and its readiness probe fails, with these words.
    NeverReady { probe: String },
    /// It is ready so long after its start.
    ReadyAfter { seconds: i64 },
    /// It does not end on SIGTERM: it is killed when its grace period is over.
    IgnoresTerm,
}

/// Why a container ends: `lastState.terminated.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    Error,
    OomKilled,
    /// It ends with success, and is started again all the same.
    Completed,
}

impl Crash {
    /// As the kubelet writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::OomKilled => "OOMKilled",
            Self::Completed => "Completed",
        }
    }
}

/// What a node's kubelet does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kubelet {
    /// It says nothing any more: the machine hangs or lost its network.
    Silent,
    /// It says that it is not ready (`KubeletNotReady`), with this message.
    NotReady { message: String },
    /// A condition is true: `MemoryPressure`, `DiskPressure`, `PIDPressure`, or of the node monitoring agent.
    Pressure { condition: String, reason: String, message: String },
}

#[derive(Debug, Default)]
struct Table {
    /// By image, exactly as containers name it.
    images: BTreeMap<String, Container>,
    /// By namespace and pod's name or its prefix up to a dash, then container.
    pods: BTreeMap<(String, String), Container>,
    kubelets: BTreeMap<String, Kubelet>,
    version: u64,
}

/// The behaviours of one cluster, shared by the scenario and the controllers.
#[derive(Debug, Clone, Default)]
pub struct Behaviours(Arc<Mutex<Table>>);

impl Behaviours {
    /// What containers of `image` do from their next start on; `None`: they run well again.
    pub fn set_image(&self, image: &str, behaviour: Option<Container>) {
        let mut table = self.lock();
        put(&mut table.images, image.to_owned(), behaviour);
        table.version += 1;
    }

    /// What the containers of pods in `namespace` do whose name is `prefix` or begins with `prefix-`.
    pub fn set_pods(&self, namespace: &str, prefix: &str, behaviour: Option<Container>) {
        let mut table = self.lock();
        put(&mut table.pods, (namespace.to_owned(), prefix.to_owned()), behaviour);
        table.version += 1;
    }

    /// What a node's kubelet does; `None`: it works again.
    pub fn set_kubelet(&self, node: &str, behaviour: Option<Kubelet>) {
        let mut table = self.lock();
        put(&mut table.kubelets, node.to_owned(), behaviour);
        table.version += 1;
    }

    /// What a container does; pods before images.
    #[must_use]
    pub fn of_container(&self, namespace: &str, pod: &str, image: &str) -> Option<Container> {
        let table = self.lock();
        let means = |(within, prefix): &(String, String)| {
            within == namespace
                && pod.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let by_pod = table.pods.iter().filter(|(key, _)| means(key)).max_by_key(|((_, prefix), _)| prefix.len());
        by_pod.map(|(_, behaviour)| behaviour.clone()).or_else(|| table.images.get(image).cloned())
    }

    /// What a node's kubelet does.
    #[must_use]
    pub fn of_kubelet(&self, node: &str) -> Option<Kubelet> {
        self.lock().kubelets.get(node).cloned()
    }

    /// Whether a node's kubelet works on its pods.
    #[must_use]
    pub fn is_silent(&self, node: &str) -> bool {
        matches!(self.lock().kubelets.get(node), Some(Kubelet::Silent))
    }

    /// It grows with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put<K: Ord, V>(table: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => table.insert(key, value),
        None => table.remove(&key),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_prefix_and_pods_go_first() {
        let all = Behaviours::default();
        all.set_image("web:1", Some(Container::NotPulled));
        all.set_pods("shop", "web", Some(Container::IgnoresTerm));
        all.set_pods("shop", "web-canary", Some(Container::ReadyAfter { seconds: 5 }));
        assert_eq!(all.of_container("shop", "web-1-a", "web:1"), Some(Container::IgnoresTerm));
        assert_eq!(all.of_container("shop", "web-canary-1", "web:1"), Some(Container::ReadyAfter { seconds: 5 }));
        assert_eq!(all.of_container("shop", "website", "web:1"), Some(Container::NotPulled));
        all.set_image("web:1", None);
        assert_eq!(all.of_container("other", "web-1", "web:1"), None);
    }
}
