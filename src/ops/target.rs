//! What an operation is done to.

use serde::{Deserialize, Serialize};

/// The resource that an operation is done to, by name; its state is in what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target<K> {
    /// Name of the environment.
    pub environment: String,
    /// Which kind of resource.
    pub kind: K,
    /// The service's own name of it (`DBInstanceIdentifier`), or the environment's name.
    pub id: String,
    /// The region that it lives in.
    pub region: String,
}

impl<K> Target<K> {
    /// The same target, its kind among those of several services.
    #[must_use]
    pub fn of<L: From<K>>(self) -> Target<L> {
        Target { environment: self.environment, kind: self.kind.into(), id: self.id, region: self.region }
    }

    /// The same target, its kind as one of the services has it.
    #[must_use]
    pub fn with_kind<L>(&self, kind: L) -> Target<L> {
        Target { environment: self.environment.clone(), kind, id: self.id.clone(), region: self.region.clone() }
    }
}
