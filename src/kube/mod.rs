//! The API server of a cluster, over `kube`: what it serves, what is used, what is watched, and the logs of containers.
//!
//! `connect` makes a connection ([`ClusterApi`]): to the endpoint that EKS tells, by a proxy, a tunnel or a context of
//! a kubeconfig, or to whatever else answers requests. `request` holds every request that is made, with the path and
//! the right that it needs; `rules` makes the RBAC role from the same table. `ask` sends them, with a token from
//! [`TokenSource`], a bound on every wait and a second try for readings alone; `answer` and `unanswered` tell in
//! [`Fault`]s what went wrong. `wire` holds what is read of each kind, and puts it into the model at once: no object
//! is kept as it came. `watch` lists a kind and follows it by bookmarks, so that "as of" is never later than what was
//! heard.
//!
//! kube's own `watcher()` swallows bookmarks, its retry sends every method again, and its exec plugins are on our
//! terminal: none of the three is used.

mod answer;
mod ask;
pub mod connect;
mod exec;
mod interned;
mod log;
mod patience;
mod request;
mod route;
pub mod rules;
mod served;
mod token;
mod unanswered;
mod usage;
mod watch;
mod wire;

#[cfg(test)]
mod script;

use std::sync::Arc;

use futures_util::stream::BoxStream;

pub use connect::Patience;
pub use token::{BearerToken, KeptTokens, TokenSource};

use crate::domain::Fault;
use crate::services::kubernetes::logs::{LogSource, LogTold};
use crate::services::kubernetes::{ObjectKind, Served, Usage, WatchTold};

/// A connection to one cluster's API server. Clones share it.
#[derive(Clone)]
pub struct ClusterApi {
    line: Arc<ask::ApiLine>,
}

impl ClusterApi {
    /// What it serves: its version, and the kinds of the groups that matter here. A group that is missing is none of
    /// them, and no error.
    pub async fn served(&self) -> Result<Served, Fault> {
        served::served(&self.line).await
    }

    /// What nodes and pods use, where there is a metrics server.
    pub async fn usage(&self) -> Result<Usage, Fault> {
        usage::usage(&self.line).await
    }

    /// Watches a kind: the whole first, then what changes, gathered for a tenth of a second. It ends after a loss, or
    /// where it is dropped.
    #[must_use]
    pub fn watch(&self, kind: ObjectKind) -> BoxStream<'static, WatchTold> {
        watch::watch(self.line.clone(), kind)
    }

    /// The tail of a container's log, followed while it runs.
    #[must_use]
    pub fn log(&self, source: &LogSource) -> BoxStream<'static, LogTold> {
        log::log(self.line.clone(), source.clone())
    }
}
