//! Which instances replicate which, by their source: nobody has to look through all of them.

use std::collections::{BTreeSet, HashMap};

use super::identity::hash;
use super::instance::Instance;

/// Region and id of every instance that was added as a replica, by a hash of its source. One that has given its source
/// up since stays in here, and two sources may have one hash: whoever asks makes sure ([`Instance::is_source_of`]).
#[derive(Debug, Clone, Default)]
pub(super) struct Lineage(HashMap<u64, BTreeSet<(String, String)>>);

impl Lineage {
    /// That of these instances.
    pub(super) fn of(instances: &[Instance]) -> Self {
        let mut lineage = Self::default();
        for instance in instances {
            lineage.note(instance);
        }
        lineage
    }

    /// Notes what an instance replicates, if anything.
    pub(super) fn note(&mut self, instance: &Instance) {
        if let Some(source) = &instance.source {
            let replicas = self.0.entry(place(&instance.account, &source.region, &source.id)).or_default();
            replicas.insert((instance.region.clone(), instance.id.clone()));
        }
    }

    /// Region and id of what may replicate an instance, in the order of the world's instances.
    pub(super) fn candidates(&self, source: &Instance) -> impl Iterator<Item = (&str, &str)> {
        let replicas = self.0.get(&place(&source.account, &source.region, &source.id));
        replicas.into_iter().flatten().map(|(region, id)| (region.as_str(), id.as_str()))
    }
}

/// What stands for an account, a region and an id.
fn place(account: &str, region: &str, id: &str) -> u64 {
    hash(&[account, region, id])
}
