//! Blue/green deployments: which instance is to take over from which.

use jiff::Timestamp;
use serde::Deserialize;

use super::identity;
use super::instance::Instance;
use super::moment::Offset;

/// A blue/green deployment whose green side waits for the switchover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlueGreen {
    pub account: String,
    pub region: String,
    pub name: String,
    /// Id of the instance that serves.
    pub source: String,
    /// Id of the instance that is to take over.
    pub target: String,
    pub created: Timestamp,
}

/// A blue/green deployment as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlueGreenEntry {
    pub name: String,
    pub source: String,
    pub target: String,
    pub created: Offset,
}

impl BlueGreenEntry {
    /// The deployment in the world of `epoch`, where its source is.
    #[must_use]
    pub fn deployment(&self, source: &Instance, epoch: Timestamp) -> BlueGreen {
        BlueGreen {
            account: source.account.clone(),
            region: source.region.clone(),
            name: self.name.clone(),
            source: self.source.clone(),
            target: self.target.clone(),
            created: self.created.since(epoch),
        }
    }
}

impl BlueGreen {
    /// `BlueGreenDeploymentIdentifier`: `bgd-` and sixteen lower-case characters.
    #[must_use]
    pub fn id(&self) -> String {
        let seed = identity::hash(&["blue-green", &self.account, &self.region, &self.name]);
        format!("bgd-{}", identity::draw(seed, b"abcdefghijklmnopqrstuvwxyz0123456789", 16))
    }

    /// ARN of one of its instances.
    #[must_use]
    pub fn arn(&self, instance: &str) -> String {
        format!("arn:aws:rds:{}:{}:db:{instance}", self.region, self.account)
    }
}
