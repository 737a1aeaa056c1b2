//! Plans for the tests of whoever is above the services.

use super::{Operation, Plan, Target};
use crate::services::rds;

/// A plan of an operation of RDS.
pub fn plan_of(operation: impl Into<Operation>, seen: &rds::Seen) -> Plan {
    Plan::make(&operation.into(), None, &seen.clone().into())
}

/// The target of a reading.
pub fn target_of(seen: &rds::Seen) -> Target {
    seen.target.clone().of()
}
