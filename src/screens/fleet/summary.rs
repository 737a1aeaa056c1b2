//! What there is to say of an environment.

use std::sync::Arc;

use jiff::Timestamp;

use super::lack::Lack;
use crate::domain::finding::{Finding, Severity};
use crate::domain::{EnvironmentId, Fault, SiteId};

/// One environment on the fleet screen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    pub environment: EnvironmentId,
    /// The worst of its findings; `None` when all is well or nothing is known.
    pub severity: Option<Severity>,
    /// Warnings and worse, the most urgent first.
    pub findings: Vec<Arc<Finding>>,
    /// DB instances of its regions that it does not select.
    pub passed_over: usize,
    /// DB instances that belong to it.
    pub databases: usize,
    /// EKS clusters that belong to it.
    pub clusters: usize,
    /// Their nodes that are ready, and all; of those clusters of which that is known.
    pub nodes: Option<(usize, usize)>,
    /// Their pods that no node was found for, likewise.
    pub waiting: Option<usize>,
    /// Checks of them, of its alarms, secrets and clusters, once everything is read.
    pub checks: usize,
    /// Those that could be made: their data was read and is fresh.
    pub made: usize,
    /// What the others wait for, each once.
    pub lacks: Vec<Lack>,
    /// What of its alarms, secrets and clusters was not read, or is old: without it not all is known, and nothing is
    /// wrong for that alone.
    pub aside: Vec<Lack>,
    /// The oldest of the newest restorable times of its primaries.
    pub restorable: Option<Timestamp>,
    /// When the oldest of its lists was read.
    pub read: Option<Timestamp>,
    /// One of its regions could not be read.
    pub in_part: bool,
    /// Why it cannot be read, when it cannot.
    pub fault: Option<Fault>,
    /// Still waiting for the first answer.
    pub loading: bool,
    /// The busiest primary, for the small charts.
    pub busiest: Option<(SiteId, usize)>,
}
