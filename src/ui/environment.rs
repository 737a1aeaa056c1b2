//! How an environment is shown: production cannot be mistaken, nor taken for the cursor.

use crate::domain::{Criticality, Environment};
use crate::theme::Role;
use crate::ui::pen::Piece;
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

/// Columns for the names of environments, and a space behind them; one that is longer is cut. Measured once for a list, not
/// once for each of its lines.
#[must_use]
pub fn names_width<'a>(environments: impl Iterator<Item = &'a Environment>) -> usize {
    environments.map(|environment| text::width(&shown_name(environment)) + 1).max().unwrap_or(8).min(20)
}

/// The role of an environment's name where it stands once: in the header, on a plan, before arming. Production is a block.
#[must_use]
pub fn criticality_role(criticality: Criticality) -> Role {
    match criticality {
        Criticality::Production => Role::Production,
        Criticality::Staging => Role::Staging,
        Criticality::Development => Role::Development,
    }
}

/// The role of an environment's name in the rows of a table: production is capitals in bold, and no block.
#[must_use]
pub fn row_role(criticality: Criticality) -> Role {
    match criticality {
        Criticality::Production => Role::ProductionRow,
        Criticality::Staging | Criticality::Development => criticality_role(criticality),
    }
}

/// What stands for an environment elsewhere, as it stands in a row.
#[must_use]
pub fn in_row((name, role): Piece) -> Piece {
    if role == Role::Production { (name.trim().to_owned(), Role::ProductionRow) } else { (name, role) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_a_block_once_and_bold_in_rows() {
        assert_eq!(criticality_role(Criticality::Production), Role::Production);
        assert_eq!(row_role(Criticality::Production), Role::ProductionRow);
        for other in [Criticality::Staging, Criticality::Development] {
            assert_eq!(row_role(other), criticality_role(other));
        }
        assert_eq!(in_row((" PROD ".into(), Role::Production)), ("PROD".into(), Role::ProductionRow));
        assert_eq!(in_row(("qa".into(), Role::Staging)), ("qa".into(), Role::Staging));
    }
}
