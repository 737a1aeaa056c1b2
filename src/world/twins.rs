//! What the region for disaster recovery has under the names of the secrets of an environment's primary region: made when
//! either list is another one.

use std::collections::{BTreeMap, HashMap};

use crate::domain::EnvironmentId;
use crate::services::secrets::health::SecretTwin;
use crate::services::secrets::{Data, Secret};

/// What each environment has elsewhere, by the environment.
pub type SecretTwins = BTreeMap<EnvironmentId, RecoveryList>;

/// The secrets of a region for disaster recovery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryList {
    /// The region.
    pub region: String,
    /// Of each name the region that it was made in; none where the list was not read.
    names: Option<HashMap<String, Option<String>>>,
}

impl RecoveryList {
    /// Of what was read of a region.
    #[must_use]
    pub fn of(region: &str, data: &Data) -> Self {
        // What is marked for deletion there serves nobody.
        let there = |all: &Vec<std::sync::Arc<Secret>>| {
            let live = all.iter().filter(|secret| secret.deleted.is_none());
            live.map(|secret| (secret.name.clone(), secret.primary_region.clone())).collect()
        };
        Self { region: region.to_owned(), names: data.all.value().map(there) }
    }

    /// What stands there under the name of a secret of another region; none where that was not read.
    #[must_use]
    pub fn twin(&self, secret: &Secret, region: &str) -> Option<SecretTwin> {
        let names = self.names.as_ref()?;
        Some(match names.get(&secret.name) {
            None => SecretTwin::None,
            Some(primary) if primary.as_deref() == Some(region) => SecretTwin::Replica,
            Some(_) => SecretTwin::Stranger,
        })
    }
}
