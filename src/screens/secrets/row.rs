//! One row of the list of secrets.

use std::sync::Arc;

use crate::domain::finding::Severity;
use crate::domain::{EnvironmentId, SiteId};
use crate::screens::list::ListRow;
use crate::services::secrets::Secret;
use crate::services::secrets::health::SecretTwin;

/// What tells a secret from all others: its site and its ARN.
pub type SecretKey = (SiteId, Arc<str>);

/// One row: a secret, and what the table says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    pub site: SiteId,
    /// Its ARN.
    pub arn: Arc<str>,
    /// Whose it is; none where it is nobody's.
    pub environment: Option<EnvironmentId>,
    /// Where the environment stands among the others; those of none stand last.
    pub place: usize,
    pub region: Arc<str>,
    /// As Secrets Manager says.
    pub secret: Arc<Secret>,
    /// It is expected by this name, and there is none.
    pub is_missing: bool,
    /// The worst that is wrong with it.
    pub worst: Option<Severity>,
    /// What its environment's region for disaster recovery has of it.
    pub recovery: SecretRecovery,
}

/// What another region has of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRecovery {
    /// It is for no other region: its environment has none, or it is there itself.
    NoRegion,
    /// It is a replica itself, of the one in this region.
    ReplicaOf(Arc<str>),
    /// What stands in this region under its name; none where that was not read.
    In(Arc<str>, Option<SecretTwin>),
}

impl ListRow for SecretRow {
    type Key = SecretKey;

    fn key(&self) -> SecretKey {
        (self.site, self.arn.clone())
    }
}
