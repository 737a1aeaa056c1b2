//! The environments of the sandbox's estates, as an engineer on call has them.

use crate::app::Estate;
use crate::cli::World;
use crate::domain::{Criticality, Environment};

struct Place {
    name: &'static str,
    estate: &'static str,
    criticality: Criticality,
    account: &'static str,
    region: &'static str,
    dr_region: Option<&'static str>,
    prefix: &'static str,
}

const RENTALIQ: &str = "111122223333";

/// RentalIQ and the five-account organisation (management and shared services run no databases).
const PLACES: [Place; 6] = [
    Place {
        name: "prod",
        estate: "rentaliq",
        criticality: Criticality::Production,
        account: RENTALIQ,
        region: "us-east-1",
        dr_region: Some("us-west-2"),
        prefix: "rentaliq-prod-",
    },
    Place {
        name: "qa",
        estate: "rentaliq",
        criticality: Criticality::Staging,
        account: RENTALIQ,
        region: "us-east-1",
        dr_region: None,
        prefix: "rentaliq-qa-",
    },
    Place {
        name: "lab",
        estate: "rentaliq",
        criticality: Criticality::Development,
        account: RENTALIQ,
        region: "us-east-1",
        dr_region: None,
        prefix: "rentaliq-lab-",
    },
    Place {
        name: "production",
        estate: "five-account",
        criticality: Criticality::Production,
        account: "444455556666",
        region: "eu-west-1",
        dr_region: Some("eu-central-1"),
        prefix: "",
    },
    Place {
        name: "staging",
        estate: "five-account",
        criticality: Criticality::Staging,
        account: "555566667777",
        region: "eu-west-1",
        dr_region: None,
        prefix: "",
    },
    Place {
        name: "development",
        estate: "five-account",
        criticality: Criticality::Development,
        account: "666677778888",
        region: "eu-west-1",
        dr_region: None,
        prefix: "",
    },
];

/// The large world for benchmarks.
const LOAD: Place = Place {
    name: "load",
    estate: "",
    criticality: Criticality::Development,
    account: RENTALIQ,
    region: "us-east-1",
    dr_region: None,
    prefix: "",
};

/// What a scenario adds that belongs to none of the estates' environments.
const OTHERS: Place = Place { name: "others", ..LOAD };

/// The estate that the sandbox shows, and the account of each of its sessions.
#[must_use]
pub fn estate(world: &World) -> (Estate, Vec<&'static str>) {
    let places: Vec<&Place> = if world.databases.is_some() {
        vec![&LOAD]
    } else if world.scenario == "hostile" {
        PLACES.iter().chain([&OTHERS]).collect()
    } else {
        PLACES.iter().collect()
    };
    let mut accounts: Vec<&'static str> = Vec::new();
    let mut estate = Estate { sandbox: Some(world.scenario.clone()), ..Estate::default() };
    for place in places {
        let session = accounts.iter().position(|a| *a == place.account).unwrap_or_else(|| {
            accounts.push(place.account);
            estate.sessions.push(place.account.to_owned());
            accounts.len() - 1
        });
        let site = estate.add_site(session, place.region);
        let dr_site = place.dr_region.map(|region| estate.add_site(session, region));
        estate.environments.push(Environment {
            name: place.name.into(),
            estate: place.estate.into(),
            criticality: place.criticality,
            site,
            dr_site,
            name_prefix: place.prefix.into(),
        });
    }
    (estate, accounts)
}
