//! The estates as they are found.

use super::{ClusterEstate, ClusterSite};
use crate::sandbox::kubernetes::karpenter::condition;
use crate::sandbox::kubernetes::karpenter::object::{CAPACITY_TYPE, POOL};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{Store, metadata};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn by_pool(store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut pools: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, node) in store.list(Resource::Nodes) {
        let label = |key| metadata::label(node, key).unwrap_or("-");
        let pool = metadata::label(node, POOL).unwrap_or("system").to_owned();
        let words = format!(
            "{} {} {} {}",
            label("node.kubernetes.io/instance-type"),
            label(CAPACITY_TYPE),
            label("topology.kubernetes.io/zone"),
            metadata::creation_timestamp(node).unwrap(),
        );
        pools.entry(pool).or_default().push(words);
    }
    pools
}

fn waiting(store: &Store) -> Vec<String> {
    let pods = store.list(Resource::Pods).filter(|(_, pod)| !condition::is_true(pod, "Ready"));
    pods.map(|(key, pod)| format!("{key} {}", pod["status"])).collect()
}

#[test]
fn every_site_is_steady_and_of_its_size() {
    for (site, least, most) in
        [(ClusterSite::Production, 16, 20), (ClusterSite::Staging, 5, 7), (ClusterSite::Development, 3, 4)]
    {
        let mut estate = ClusterEstate::new(site, now());
        let pools = by_pool(&estate.store);
        assert_eq!(waiting(&estate.store), Vec::<String>::new(), "{site:?} {pools:#?}");
        let nodes = estate.store.count(Resource::Nodes);
        assert!((least..=most).contains(&nodes), "{site:?} {nodes} {pools:#?}");
        let before: Vec<String> = estate.store.list(Resource::NodeClaims).map(|(key, _)| key.to_string()).collect();
        estate.advance(now().checked_add(SignedDuration::from_mins(45)).unwrap());
        let after: Vec<String> = estate.store.list(Resource::NodeClaims).map(|(key, _)| key.to_string()).collect();
        assert_eq!(before, after, "{site:?} {pools:#?}");
        assert_eq!(waiting(&estate.store), Vec::<String>::new(), "{site:?}");
        assert_eq!(estate.simulation.unrest(), [], "{site:?}");
    }
}

#[test]
fn the_same_moment_gives_the_same_cluster() {
    let dump = |store: &Store| -> Vec<String> {
        let kinds = [Resource::Nodes, Resource::NodeClaims, Resource::Pods, Resource::NodePools, Resource::Deployments];
        kinds.into_iter().flat_map(|kind| store.list(kind)).map(|(_, object)| object.to_string()).collect()
    };
    let (one, other) =
        (ClusterEstate::new(ClusterSite::Development, now()), ClusterEstate::new(ClusterSite::Development, now()));
    assert_eq!(dump(&one.store), dump(&other.store));
}

#[test]
fn pods_are_younger_than_their_nodes() {
    let estate = ClusterEstate::new(ClusterSite::Development, now());
    for (key, pod) in estate.store.list(Resource::Pods) {
        let node = estate
            .store
            .get(&crate::sandbox::kubernetes::store::ObjectKey::cluster(Resource::Nodes, metadata::node_name(pod)));
        let (pod, node) =
            (metadata::creation_timestamp(pod).unwrap(), metadata::creation_timestamp(node.unwrap()).unwrap());
        assert!(pod >= node.checked_sub(SignedDuration::from_hours(1)).unwrap() && pod < now(), "{key} {pod} {node}");
    }
}
