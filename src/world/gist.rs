//! What the summary of an environment takes from a DB instance: made when it is looked at, so that a summary of
//! thousands looks nothing up.

use jiff::Timestamp;

/// What a summary takes from a DB instance.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gist {
    /// Its newest restorable time; replicas and instances without backups have none of their own.
    pub restorable: Option<Timestamp>,
    /// Connections of a primary, as far as they are known; the busiest one stands for its environment.
    pub connections: Option<f64>,
}
