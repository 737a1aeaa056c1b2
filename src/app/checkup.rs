//! Lets the health rules look at every DB instance; what they find is kept in the ledger, and is
//! the one judgement that all screens show.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use super::data::SiteData;
use super::state::State;
use crate::collect::cadence::interval;
use crate::collect::{Attention, Dataset};
use crate::domain::{Database, Fault, Remote, SiteId};
use crate::health::{self, Coverage, Part, Subject};

/// What is read in time may be as old as the slowest cadence allows, and so many seconds for the
/// answer to come.
const ANSWER: i64 = 120;
/// What fails is old once so many turns of the fastest cadence were missed.
const MISSED: i64 = 2;
/// A value of the table's metrics that is older says nothing of now, seconds.
const VALUE: i64 = 900;

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
        vitals_known: data.vitals.value().is_some(),
        maintenance_known: data.maintenance.value().is_some(),
        rpo,
    }
}

/// Which checks of a DB instance could be made, and what the others wait for.
#[must_use]
pub fn coverage(data: &SiteData, database: &Database, now: Timestamp) -> Coverage {
    // How much may be lost decides about verdicts, not about what can be checked.
    let subject = subject(data, database, None);
    // Each kind once, not once a rule: there may be thousands of instances.
    let current = Part::ALL.map(|part| is_current(data, part, now));
    health::coverage(&subject, now.as_second() - VALUE, &|part| current[part as usize])
}

/// Whether a kind of data was read and is as fresh as its cadence allows.
#[must_use]
pub fn is_current(data: &SiteData, part: Part, now: Timestamp) -> bool {
    let Some(read) = read(data, part) else { return false };
    // AWS held a part of it back.
    if data.partial.contains(&dataset(part)) {
        return false;
    }
    let turn = |attention| interval(&dataset(part), attention).unwrap_or_default();
    let most = match (fault(data, part), part) {
        (None, _) => turn(Attention::Hidden) + ANSWER,
        // The rows of a list that fails are marked at once.
        (Some(_), Part::Inventory) => return false,
        (Some(_), _) => turn(Attention::Watched) * MISSED,
    };
    now.duration_since(read).as_secs() <= most
}

/// When a kind of data was last read.
#[must_use]
pub fn read(data: &SiteData, part: Part) -> Option<Timestamp> {
    known(data, part).0
}

/// Why a kind of data cannot be read at present.
#[must_use]
pub fn fault(data: &SiteData, part: Part) -> Option<&Fault> {
    known(data, part).1
}

fn known(data: &SiteData, part: Part) -> (Option<Timestamp>, Option<&Fault>) {
    fn of<T>(remote: &Remote<T>) -> (Option<Timestamp>, Option<&Fault>) {
        (remote.at(), remote.fault())
    }
    match part {
        Part::Inventory => of(&data.databases),
        Part::Metrics => of(&data.metrics),
        Part::Vitals => of(&data.vitals),
        Part::Trend => of(&data.trend),
        Part::Events => of(&data.events),
        Part::Maintenance => of(&data.maintenance),
    }
}

fn dataset(part: Part) -> Dataset {
    match part {
        Part::Inventory => Dataset::Databases,
        Part::Metrics => Dataset::Metrics,
        Part::Vitals => Dataset::Vitals,
        Part::Trend => Dataset::StorageTrend,
        Part::Events => Dataset::Events,
        Part::Maintenance => Dataset::Maintenance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn unreachable() -> Fault {
        Fault { kind: FaultKind::Unreachable, call: "x:Y".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn what_fails_is_old_sooner_than_what_is_read_in_time() {
        let mut data = SiteData::default();
        assert!(!is_current(&data, Part::Metrics, at(0)), "never read");
        data.metrics.succeed((), at(0));
        assert!(is_current(&data, Part::Metrics, at(600)));
        assert!(!is_current(&data, Part::Metrics, at(3600)), "the machine slept");
        data.metrics.fail(unreachable());
        assert!(is_current(&data, Part::Metrics, at(120)), "one failure is not the end");
        assert!(!is_current(&data, Part::Metrics, at(121)));
        data.databases.succeed(Vec::new(), at(0));
        data.databases.fail(unreachable());
        assert!(!is_current(&data, Part::Inventory, at(1)));
    }

    #[test]
    fn an_instance_whose_metrics_cannot_be_read_is_not_wholly_checked() {
        let mut data = SiteData::default();
        let database = Database { id: "db".into(), status: "available".into(), ..Database::default() };
        data.databases.succeed(vec![database.clone()], at(0));
        data.metrics.fail(unreachable());
        let coverage = coverage(&data, &database, at(1));
        assert!(coverage.missing.contains(&Part::Metrics) && coverage.made < coverage.expected, "{coverage:?}");
        assert!(!coverage.missing.contains(&Part::Inventory));
    }
}
