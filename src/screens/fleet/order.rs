//! The environments in the order of their numbers: so they stand in the header and in lists, and follow each other.

use std::cmp::Reverse;

use crate::domain::EnvironmentId;
use crate::world::Estate;

/// Production first, among equals as they are configured. The fleet shows the worst first, and that changes while somebody
/// reads: what a digit opens must not.
#[must_use]
pub fn order(estate: &Estate) -> Vec<EnvironmentId> {
    let mut order: Vec<_> = estate.environments().map(|(id, known)| (Reverse(known.criticality), id)).collect();
    order.sort_by_key(|(criticality, _)| *criticality);
    order.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Criticality, Environment};

    #[test]
    fn production_is_first_and_nothing_moves_with_its_health() {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "eu-west-1");
        let mut add = |name: &str, criticality| {
            estate.add(Environment { name: name.into(), site, criticality, ..Environment::default() })
        };
        let dev = add("dev", Criticality::Development);
        let shop = add("shop", Criticality::Production);
        let bank = add("bank", Criticality::Production);
        let test = add("test", Criticality::Staging);
        assert_eq!(order(&estate), [shop, bank, test, dev]);
    }
}
