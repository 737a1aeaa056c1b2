//! What nodes and pods use, as a metrics server says (metrics.k8s.io/v1beta1).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

/// CPU and memory that are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Thousandths of a CPU, on average over the server's window.
    pub cpu: i64,
    /// Bytes: the working set.
    pub memory: i64,
}

/// The use of all nodes and pods at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// By the node's name.
    pub nodes: HashMap<Arc<str>, Used>,
    /// By `namespace/name`.
    pub pods: HashMap<Arc<str>, Used>,
    /// The oldest moment that a figure of a node is of.
    pub oldest: Option<Timestamp>,
}
