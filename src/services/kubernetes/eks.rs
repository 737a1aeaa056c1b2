//! What EKS says of a cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

/// A trouble as EKS tells it: of a cluster (`health.issues`), a node group or an add-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EksTrouble {
    /// `NodeCreationFailure`, `AccessDenied`, `Ec2SubnetNotFound` …
    pub code: Arc<str>,
    pub message: Arc<str>,
    /// Ids of what it is about.
    pub resources: Vec<Arc<str>>,
}

/// From where a cluster's endpoint is reached (`resourcesVpcConfig`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointAccess {
    pub public: bool,
    pub private: bool,
    /// `publicAccessCidrs`.
    pub cidrs: Vec<Arc<str>>,
}

/// A cluster (`eks:DescribeCluster`).
#[derive(Debug, Clone, PartialEq)]
pub struct EksCluster {
    pub name: Arc<str>,
    pub arn: Arc<str>,
    /// `ACTIVE`, `UPDATING`, `CREATING`, `DELETING`, `FAILED`, `PENDING`.
    pub status: Arc<str>,
    /// `1.33`
    pub version: Arc<str>,
    /// `eks.41`
    pub platform: Arc<str>,
    pub created: Option<Timestamp>,
    pub endpoint: Arc<str>,
    /// Base64 of PEM.
    pub authority: Arc<str>,
    pub access: EndpointAccess,
    /// `API`, `API_AND_CONFIG_MAP`, `CONFIG_MAP`.
    pub authentication: Arc<str>,
    /// Control-plane log types that are on, and those that are off.
    pub logs_on: Vec<Arc<str>>,
    pub logs_off: Vec<Arc<str>>,
    /// `upgradePolicy.supportType`: `EXTENDED` or `STANDARD`. With the latter EKS upgrades it when standard support ends.
    pub upgrade_policy: Option<Arc<str>>,
    /// EKS Auto Mode's `computeConfig.enabled`.
    pub auto_mode: bool,
    /// `computeConfig.nodePools` of Auto Mode.
    pub auto_pools: Vec<Arc<str>>,
    /// `deletionProtection`; none where EKS does not say.
    pub deletion_protection: Option<bool>,
    /// `zonalShiftConfig.enabled`.
    pub zonal_shift: bool,
    /// Secrets are encrypted with a key of one's own.
    pub secrets_key: Option<Arc<str>>,
    pub health: Vec<EksTrouble>,
    pub tags: BTreeMap<Arc<str>, Arc<str>>,
}

/// In which support a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    Standard,
    Extended,
    /// EKS supports it no longer.
    Ended,
}

/// A version of Kubernetes that EKS knows (`eks:DescribeClusterVersions`).
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterVersion {
    pub version: Arc<str>,
    pub is_default: bool,
    pub released: Option<Timestamp>,
    pub standard_until: Option<Timestamp>,
    pub extended_until: Option<Timestamp>,
    /// As EKS says; none for a word that is not known here.
    pub support: Option<Support>,
}

/// A managed node group (`eks:DescribeNodegroup`).
#[derive(Debug, Clone, PartialEq)]
pub struct Nodegroup {
    pub name: Arc<str>,
    pub arn: Arc<str>,
    /// `ACTIVE`, `DEGRADED`, `UPDATING` …
    pub status: Arc<str>,
    pub version: Arc<str>,
    /// `releaseVersion` of its AMI.
    pub release: Arc<str>,
    /// `ON_DEMAND`, `SPOT`, `CAPACITY_BLOCK`.
    pub capacity_type: Arc<str>,
    pub ami_type: Arc<str>,
    pub instance_types: Vec<Arc<str>>,
    pub minimum: Option<i32>,
    pub maximum: Option<i32>,
    pub desired: Option<i32>,
    pub health: Vec<EksTrouble>,
}

/// An add-on (`eks:DescribeAddon`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addon {
    pub name: Arc<str>,
    pub version: Arc<str>,
    /// `ACTIVE`, `DEGRADED`, `CREATE_FAILED`, `UPDATE_FAILED` …
    pub status: Arc<str>,
    pub health: Vec<EksTrouble>,
}

/// An insight (`eks:ListInsights`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insight {
    pub id: Arc<str>,
    pub name: Arc<str>,
    /// `UPGRADE_READINESS`, `MISCONFIGURATION`, `ROLLBACK_READINESS`.
    pub category: Arc<str>,
    /// `PASSING`, `WARNING`, `ERROR`, `UNKNOWN`.
    pub status: Arc<str>,
    /// Why it has that status.
    pub reason: Arc<str>,
    pub description: Arc<str>,
    pub version: Arc<str>,
    pub refreshed: Option<Timestamp>,
    pub since: Option<Timestamp>,
}

/// Who is let into a cluster (`eks:ListAccessEntries`): the ARN of the principal.
pub type AccessEntry = Arc<str>;
