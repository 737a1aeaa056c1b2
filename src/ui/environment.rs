//! How an environment is shown: production cannot be mistaken, nor taken for the cursor.

use crate::domain::{Criticality, Environment};
use crate::theme::Role;

/// Stands at the left of the line under the cursor.
pub const CURSOR: &str = "▸";
/// Stands at the left edge of what belongs to production.
pub const PRODUCTION_EDGE: &str = "▌";

/// Production's names are capitals.
#[must_use]
pub fn shown_name(environment: &Environment) -> String {
    match environment.criticality {
        Criticality::Production => environment.name.to_uppercase(),
        _ => environment.name.clone(),
    }
}

/// The role of an environment's name.
#[must_use]
pub fn criticality_role(criticality: Criticality) -> Role {
    match criticality {
        Criticality::Production => Role::Production,
        Criticality::Staging => Role::Staging,
        Criticality::Development => Role::Development,
    }
}
