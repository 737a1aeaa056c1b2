//! The kinds that the sandbox's clusters serve: names, scope, verbs and subresources.

mod table;

pub use table::{METRICS, SERVED};

/// A kind of object as it is stored. A kind that is served in two API groups is stored once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    Nodes,
    Pods,
    Namespaces,
    /// As `v1`; `events.k8s.io/v1` is another way to say the same.
    Events,
    Services,
    ConfigMaps,
    ServiceAccounts,
    PersistentVolumeClaims,
    Deployments,
    ReplicaSets,
    StatefulSets,
    DaemonSets,
    Jobs,
    HorizontalPodAutoscalers,
    PodDisruptionBudgets,
    Leases,
    NodePools,
    NodeClaims,
    NodeOverlays,
    /// `karpenter.k8s.aws`: a class of a Karpenter that the customer runs.
    Ec2NodeClasses,
    /// `eks.amazonaws.com`: a class of EKS Auto Mode.
    NodeClasses,
    CapacityBuffers,
    /// Argo CD's.
    Applications,
}

impl Resource {
    /// How many there are.
    pub const COUNT: usize = Self::Applications as usize + 1;

    /// How it is served in the version that it is stored as.
    pub fn served(self) -> &'static Served {
        // The table holds every kind; its test says so.
        SERVED.iter().find(|served| served.resource == self).unwrap_or(&SERVED[0])
    }

    /// `Pod`, `NodeClaim`, …
    pub fn kind(self) -> &'static str {
        self.served().kind
    }

    /// `v1`, `apps/v1`, …
    pub fn api_version(self) -> &'static str {
        self.served().api_version
    }

    /// The stored kind of an API version and kind, as `ownerReferences` and `involvedObject` name it.
    pub fn of_kind(api_version: &str, kind: &str) -> Option<Self> {
        let found = SERVED.iter().find(|served| served.api_version == api_version && served.kind == kind)?;
        Some(found.resource)
    }
}

/// A kind in one API version.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    pub resource: Resource,
    /// `v1`, `apps/v1`, …
    pub api_version: &'static str,
    pub kind: &'static str,
    /// `pods`: the name in paths.
    pub plural: &'static str,
    pub singular: &'static str,
    pub namespaced: bool,
    pub short_names: &'static [&'static str],
    pub categories: &'static [&'static str],
    pub verbs: &'static [&'static str],
    pub subresources: &'static [Subresource],
    /// Whether `metadata.generation` counts changes of what is asked for.
    pub generations: bool,
    /// Whether it is a custom resource: those take no strategic merge patch.
    pub custom: bool,
}

impl Served {
    /// `apps`; empty for the core group.
    pub fn group(&self) -> &'static str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `v1`, …
    pub fn version(&self) -> &'static str {
        self.api_version.split_once('/').map_or(self.api_version, |(_, version)| version)
    }

    /// The subresource of a name, when it is served.
    pub fn subresource(&self, name: &str) -> Option<&'static Subresource> {
        self.subresources.iter().find(|subresource| subresource.name == name)
    }

    /// `deployments.apps`, or `pods` in the core group: how messages name it.
    pub fn qualified(&self) -> String {
        match self.group() {
            "" => self.plural.to_owned(),
            group => format!("{}.{group}", self.plural),
        }
    }
}

/// What is served below an object's path.
#[derive(Debug, Clone, Copy)]
pub struct Subresource {
    /// `status`
    pub name: &'static str,
    /// The kind that it answers with; empty for its owner's.
    pub kind: &'static str,
    /// The API version of that kind; empty for its owner's.
    pub api_version: &'static str,
    pub verbs: &'static [&'static str],
}

/// Finds a kind by its place in a path.
pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Served> {
    SERVED.iter().find(|served| served.plural == plural && served.group() == group && served.version() == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_the_table_once_per_version() {
        let mut kinds: Vec<Resource> = SERVED.iter().map(|served| served.resource).collect();
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds.len(), Resource::COUNT);
        let mut places: Vec<(&str, &str)> = SERVED.iter().map(|served| (served.api_version, served.plural)).collect();
        places.sort_unstable();
        let all = places.len();
        places.dedup();
        assert_eq!(places.len(), all);
    }

    #[test]
    fn events_are_stored_as_the_core_group_has_them() {
        assert_eq!(Resource::Events.api_version(), "v1");
        assert_eq!(Resource::of_kind("events.k8s.io/v1", "Event"), Some(Resource::Events));
        let deployments = find("apps", "v1", "deployments").unwrap();
        assert_eq!((deployments.qualified().as_str(), deployments.group()), ("deployments.apps", "apps"));
    }
}
