//! How a Kubernetes cluster is reached where its own endpoint is not.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What is configured of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSpec {
    /// Its name in EKS.
    pub name: Arc<str>,
    pub detour: Detour,
}

/// Another way to a cluster's API server than the endpoint that EKS says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detour {
    /// The same endpoint through a proxy (`http://`, `https://`, `socks5://`).
    Proxy(Arc<str>),
    /// Another address that leads to it, as the near end of a tunnel: `https://127.0.0.1:8443`.
    Tunnel {
        address: Arc<str>,
        /// The name that its certificate is checked against: that of the endpoint where there is none.
        tls_server_name: Option<Arc<str>>,
    },
    /// A context of a kubeconfig: its server, its credentials.
    Context {
        /// `KUBECONFIG` or `~/.kube/config` where there is none.
        kubeconfig: Option<PathBuf>,
        context: Arc<str>,
    },
}

impl fmt::Debug for Detour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Its address may have a password in it.
            Self::Proxy(_) => f.write_str("Proxy"),
            Self::Tunnel { address, tls_server_name } => {
                f.debug_struct("Tunnel").field("address", address).field("tls_server_name", tls_server_name).finish()
            }
            Self::Context { kubeconfig, context } => {
                f.debug_struct("Context").field("kubeconfig", kubeconfig).field("context", context).finish()
            }
        }
    }
}
