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
