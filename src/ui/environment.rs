//! How an environment is shown: production cannot be mistaken, nor taken for the cursor.

use crate::domain::{Criticality, Environment};
use crate::theme::Role;
use crate::ui::text;

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

/// Columns for the names of environments, with a space at both sides; one that is longer is cut. Measured once for a
/// list, not once for each of its lines.
#[must_use]
pub fn names_width<'a>(environments: impl Iterator<Item = &'a Environment>) -> usize {
    environments.map(|environment| text::width(&shown_name(environment)) + 2).max().unwrap_or(8).min(20)
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
