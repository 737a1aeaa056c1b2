//! The clusters of all sites: what is known of them, and whose they are.

use std::sync::Arc;

use super::World;
use super::estate::Estate;
use crate::domain::finding::Finding;
use crate::domain::{ClusterSpec, EnvironmentId, SiteId};
use crate::services::kubernetes::{ClusterView, EksCluster};

impl Estate {
    /// The environment that a cluster at a site belongs to.
    #[must_use]
    pub fn owner_of_cluster(&self, site: SiteId, cluster: &EksCluster) -> Option<EnvironmentId> {
        let tags = cluster.tags.iter().map(|(key, value)| (&**key, &**value));
        let mut all = self.environments();
        all.find(|(_, environment)| environment.owns_cluster(site, &cluster.name, &tags)).map(|(id, _)| id)
    }

    /// How the clusters of a site are reached, as configured for the environments that are there.
    #[must_use]
    pub fn cluster_specs(&self, site: SiteId) -> Vec<ClusterSpec> {
        self.of_site(site).flat_map(|environment| environment.clusters.iter().cloned()).collect()
    }
}

impl World {
    /// Every cluster that can be read, with its site.
    pub fn clusters(&self) -> impl Iterator<Item = (SiteId, &Arc<EksCluster>)> {
        self.known().flat_map(|(site, data)| {
            let all = data.services.kubernetes.clusters.value().into_iter().flatten();
            all.map(move |cluster| (site, cluster))
        })
    }

    /// All that is known of a cluster, joined: made anew at each call, in a pass over its claims.
    #[must_use]
    pub fn cluster(&self, site: SiteId, name: &str) -> Option<ClusterView<'_>> {
        ClusterView::of(&self.site(site)?.services.kubernetes, name)
    }

    /// What is wrong with a cluster and with anything in it, in the order of findings.
    #[must_use]
    pub fn cluster_findings<'s>(&'s self, arn: &'s str) -> Vec<&'s Arc<Finding>> {
        let mut all: Vec<&Arc<Finding>> = self.health.under(arn).collect();
        all.sort_by(|a, b| a.order(b));
        all
    }
}
