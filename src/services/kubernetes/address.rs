//! Where a cluster's API server is.

use std::sync::Arc;

use crate::domain::Detour;

/// Where the API server of a cluster is asked, and what must be known of it before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerAddress {
    /// The cluster's name in EKS; the token is signed for it.
    pub cluster: Arc<str>,
    /// Its ARN; empty where it is reached by a kubeconfig context and EKS does not tell of it.
    pub arn: Arc<str>,
    /// `https://….eks.amazonaws.com`, as EKS says.
    pub endpoint: Arc<str>,
    /// The certificate authority that EKS says, base64 of PEM.
    pub authority: Arc<str>,
    /// It is reached from within its VPC alone.
    pub is_private: bool,
    /// How it is reached instead, as configured.
    pub detour: Option<Detour>,
}
