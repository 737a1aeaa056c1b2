//! Lets the health rules look at every DB instance; what they find is kept in the ledger, and is
//! the one judgement that all screens show.

use std::collections::HashSet;
use std::time::Duration;

use super::data::SiteData;
use super::state::State;
use crate::domain::{Database, SiteId};
use crate::health::{self, Subject};

/// Examines all DB instances of all environments.
pub fn examine(state: &mut State) {
    let mut verdicts = Vec::new();
    let mut present = HashSet::new();
    for (i, data) in state.sites.iter().enumerate() {
        let Some(read) = data.databases.at() else { continue };
        // What came from disk was last seen when it was written, not now.
        let parts = [data.metrics.at(), data.vitals.at(), data.trend.at(), data.maintenance.at()];
        let seen = parts.into_iter().flatten().fold(read, jiff::Timestamp::max);
        for database in data.databases.value().into_iter().flatten() {
            let owner = state.estate.owner(SiteId(i), database).and_then(|at| state.estate.environments.get(at));
            let Some(environment) = owner else { continue };
            let subject = subject(data, database, environment.rpo);
            let standing = |rule: &'static str| state.health.standing(&database.arn, rule);
            // Ages are judged at the moment of the list: an old list is stale, its backups not late.
            let found = health::examine(&subject, &environment.thresholds, read, &standing);
            present.insert(database.arn.clone());
            verdicts.push((database.arn.clone(), found, seen));
        }
    }
    for (arn, found, seen) in verdicts {
        state.health.renew(&arn, found, seen);
    }
    // Gone from the list, or its list is not known any more.
    state.health.forget(|arn| !present.contains(arn));
}

/// What the rules look at.
#[must_use]
pub fn subject<'a>(data: &'a SiteData, database: &'a Database, rpo: Option<Duration>) -> Subject<'a> {
    Subject {
        database,
        store: &data.store,
        runway: data.runways.get(database.id.as_str()).copied(),
        events: data.events.value().map(Vec::as_slice).unwrap_or_default(),
        maintenance: data.maintenance_of(&database.arn).iter().collect(),
        metrics_known: data.metrics.value().is_some(),
        maintenance_known: data.maintenance.value().is_some(),
        rpo,
    }
}
