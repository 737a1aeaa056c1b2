//! How an environment's name is shown: production cannot be mistaken.

use crate::domain::{Criticality, Environment};
use crate::theme::Role;

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
