//! Whose API server is asked, and which way.

use std::sync::Arc;

/// Which way a cluster is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiVia {
    /// Its own endpoint.
    Endpoint {
        is_private: bool,
    },
    Proxy,
    Tunnel,
    /// A context of a kubeconfig.
    Context,
    /// Something in this process answers.
    InProcess,
}

/// Whose API server it is, and how it is reached.
#[derive(Debug, Clone)]
pub(super) struct ApiRoute {
    pub(super) cluster: Arc<str>,
    pub(super) via: ApiVia,
}
