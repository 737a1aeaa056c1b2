//! The rules, a file for each family.

mod availability;
mod disk;
mod lag;
mod load;
mod recovery;
mod replication;
mod storage;
mod upkeep;
mod version;

use super::Rule;

/// Every rule, in the order in which equally bad findings are told.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let families: [&'static [Rule]; 9] = [
        &availability::RULES,
        &lag::RULES,
        &replication::RULES,
        &storage::RULES,
        &load::RULES,
        &disk::RULES,
        &recovery::RULES,
        &upkeep::RULES,
        &version::RULES,
    ];
    families.into_iter().flatten()
}
