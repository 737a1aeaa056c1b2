//! The environments of the sandbox's estates, as an engineer on call has them: those of the two
//! sample configurations.

use crate::cli::World;
use crate::config::{self, EnvironmentSpec, SAMPLES};
use crate::domain::SessionId;
use crate::sandbox::world::scenario;
use crate::world::Estate;

/// The account of RentalIQ, in which the world also puts what is of no estate.
const RENTALIQ: &str = "111122223333";

/// The estate that the sandbox shows, and the account of each of its sessions.
#[must_use]
pub fn estate(world: &World) -> (Estate, Vec<(SessionId, String)>) {
    let specs: Vec<EnvironmentSpec> = if world.databases.is_some() {
        vec![plain("load")]
    } else {
        let mut specs: Vec<_> =
            SAMPLES.iter().flat_map(|(file, text)| config::parse(text, file).0.environments).collect();
        if world.scenario.split(',').any(|name| name.trim() == "hostile") {
            specs.push(plain("others"));
        }
        specs
    };
    let mut accounts: Vec<(SessionId, String)> = Vec::new();
    let scenario = if world.scenario.is_empty() { scenario::DEFAULT } else { &world.scenario };
    let mut estate = Estate::default();
    estate.sandbox = Some(scenario.to_owned());
    estate.scenarios = scenario::shipped().map(|(name, description)| (name.to_owned(), description)).collect();
    for spec in specs {
        // The sandbox has no profiles and roles to assume: its sessions are told apart by account.
        let Some(account) = &spec.expected_account else { continue };
        let known = accounts.iter().find(|(_, known)| known == account).map(|(session, _)| *session);
        let session = known.unwrap_or_else(|| {
            let session = estate.add_session_named(account.as_str());
            accounts.push((session, account.clone()));
            session
        });
        config::place(&mut estate, session, &spec);
    }
    (estate, accounts)
}

/// An environment that takes all of RentalIQ's account: the large world for benchmarks, and what a
/// scenario adds that belongs to none of the estates' environments.
fn plain(name: &str) -> EnvironmentSpec {
    EnvironmentSpec {
        name: name.to_owned(),
        expected_account: Some(RENTALIQ.to_owned()),
        region: "us-east-1".to_owned(),
        ..EnvironmentSpec::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_are_the_estate() {
        let (estate, accounts) = estate(&World::default());
        let names: Vec<&str> = estate.environments().map(|(_, e)| e.name.as_str()).collect();
        assert_eq!(names, ["prod", "qa", "lab", "production", "staging", "development"]);
        let accounts: Vec<&str> = accounts.iter().map(|(_, account)| account.as_str()).collect();
        assert_eq!(accounts, ["111122223333", "444455556666", "555566667777", "666677778888"]);
        assert_eq!(estate.sites().count(), 6);
    }

    #[test]
    fn a_large_world_is_one_environment() {
        let (estate, accounts) = estate(&World { databases: Some(50), ..World::default() });
        assert_eq!((estate.count(), estate.sites().count(), accounts.len()), (1, 1, 1));
    }
}
