//! The API server of a cluster, over `kube`: what it serves, what is used, what is watched, the logs of containers; what
//! a plan stands on, and the calls that it sends.
//!
//! `connect` makes a connection ([`ClusterApi`]): to the endpoint that EKS tells, by a proxy, a tunnel or a context of
//! a kubeconfig, or to whatever else answers requests. `request` holds every request that is made, with the path and
//! the right that it needs; `rules` makes the RBAC role from the same table. `ask` sends them, with a token from
//! [`TokenSource`], a bound on every wait and a second try for readings alone; `answer` and `unanswered` tell in
//! [`Fault`]s what went wrong. `wire` holds what is read of each kind, and puts it into the model at once: no object
//! is kept as it came. `watch` lists a kind and follows it by bookmarks, so that "as of" is never later than what was
//! heard. `observe` reads once what a plan, or a look at its call, stands on; `review` asks what may be done; `write` is
//! the only part that changes anything.
//!
//! kube's own `watcher()` swallows bookmarks, its retry sends every method again, and its exec plugins are on our
//! terminal: none of the three is used.

mod answer;
mod ask;
pub mod connect;
mod exec;
mod interned;
mod log;
mod observe;
mod pages;
mod patience;
mod request;
mod review;
mod route;
pub mod rules;
mod served;
mod token;
mod unanswered;
mod usage;
mod watch;
mod wire;
mod write;

#[cfg(test)]
#[cfg(feature = "sandbox")]
mod played;
#[cfg(test)]
mod script;

use std::sync::Arc;

use futures_util::stream::BoxStream;

pub use connect::Patience;
pub use observe::ClusterReading;
pub use token::{BearerToken, KeptTokens, TokenSource};

use crate::domain::Fault;
use crate::ops::ApprovedCall;
use crate::ops::sent::{Receipt, SendFault};
use crate::services::kubernetes::change::{Api, Follow, KubeRight, ObjectName, Permission};
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

    /// Reads what a plan for a target stands on; `served` is what the cluster serves.
    ///
    /// # Errors
    /// The target could not be read, for another reason than that it may not be: that is told as missing.
    pub async fn read_for(&self, name: &ObjectName, served: &Served) -> Result<ClusterReading, Fault> {
        observe::read_for(&self.line, name, served).await
    }

    /// The names of all nodes.
    ///
    /// # Errors
    /// They could not be read.
    pub async fn node_names(&self) -> Result<Vec<String>, Fault> {
        observe::node_names(&self.line).await
    }

    /// Reads what is to be changed and nothing else. Of a node group nothing is read.
    ///
    /// # Errors
    /// As those of [`read_for`](Self::read_for).
    pub async fn read_target(&self, name: &ObjectName) -> Result<ClusterReading, Fault> {
        observe::read_target(&self.line, name).await
    }

    /// Asks whether whoever asks has these rights: in a namespace, or in all of them. Nothing is changed by it.
    pub async fn permissions(
        &self,
        namespace: Option<&str>,
        rights: &[KubeRight],
    ) -> Vec<(KubeRight, Result<Permission, Fault>)> {
        review::permissions(&self.line, namespace, rights).await
    }

    /// Sends a call of an approved plan, once.
    ///
    /// What is to go and is gone already is taken, too: an eviction or a deletion is for an object of one UID, so that
    /// where it is not there, or another one is in its place, nothing is left to be done.
    ///
    /// # Errors
    /// Whether the call did certainly not change anything, or may have. One that was refused as
    /// [`Throttled`](crate::domain::FaultKind::Throttled) came too early, and may be sent again.
    pub async fn send(&self, approved: &ApprovedCall<Api>) -> Result<Receipt, SendFault> {
        write::send(&self.line, approved.call()).await
    }

    /// Looks at what is followed: the object of its name, whichever it is, and what explains how far it is. Of a node
    /// group, which is EKS's, its nodes are read.
    ///
    /// # Errors
    /// The object could not be read, or may not be.
    pub async fn look(&self, follow: &Follow) -> Result<ClusterReading, Fault> {
        observe::look(&self.line, follow).await
    }
}
