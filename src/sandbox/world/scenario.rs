//! Scenarios: what goes wrong, where, and since when.

use jiff::Timestamp;
use serde::Deserialize;

use super::WorldError;
use super::blue_green::BlueGreenEntry;
use super::estate::Entry;
use super::moment::Offset;
use super::secrets::SecretChange;
use crate::sandbox::fault::{Fault, Kind, STRANGER, Service};

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentKind {
    /// A replica applies more slowly than its source writes.
    ReplicationLag,
    /// A replica does not replicate any more.
    ReplicationStopped,
    /// Something writes and never deletes.
    StorageFilling,
    /// Clients open connections until nearly all are taken.
    ConnectionStorm,
    /// The processor is busy.
    Load,
    /// The standby takes over.
    Failover,
    /// Memory runs out.
    LowMemory,
}

/// One trouble with one instance.
#[derive(Debug, Clone)]
pub struct Incident {
    pub kind: IncidentKind,
    /// The instance's id.
    pub target: String,
    pub starts: Timestamp,
    /// `None`: it does not end by itself.
    pub ends: Option<Timestamp>,
    /// 1 is the ordinary strength.
    pub strength: f64,
}

impl Incident {
    /// Whether it is going on at a moment.
    #[must_use]
    pub fn is_active(&self, at: Timestamp) -> bool {
        self.starts <= at && self.ends.is_none_or(|ends| at < ends)
    }
}

/// One scenario file, or several put together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    /// One line for `--help` and the scenario list.
    pub description: String,
    #[serde(default, rename = "incident")]
    pub incidents: Vec<IncidentEntry>,
    /// Instances that only this scenario has.
    #[serde(default, rename = "instance")]
    pub instances: Vec<Entry>,
    /// Blue/green deployments that only this scenario has.
    #[serde(default, rename = "blue_green")]
    pub blue_greens: Vec<BlueGreenEntry>,
    /// Events that only this scenario has.
    #[serde(default, rename = "event")]
    pub events: Vec<EventEntry>,
    /// What stands between the callers and AWS.
    #[serde(default, rename = "fault")]
    pub faults: Vec<FaultEntry>,
    /// Ids of instances for which nothing waits here, neither maintenance nor a change for its window,
    /// whatever their estate says.
    #[serde(default)]
    pub up_to_date: Vec<String>,
    /// What happens to secrets.
    #[serde(default, rename = "secret")]
    pub secrets: Vec<SecretChange>,
}

/// An incident as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentEntry {
    pub kind: IncidentKind,
    pub target: String,
    pub starts: Offset,
    #[serde(default)]
    pub ends: Option<Offset>,
    #[serde(default = "ordinary")]
    pub strength: f64,
}

/// An event as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventEntry {
    /// The instance that it is about.
    pub source: String,
    pub at: Offset,
    pub message: String,
    pub categories: Vec<String>,
}

/// A fault as written. What is left out means all, and always.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultEntry {
    pub kind: Kind,
    #[serde(default)]
    pub services: Vec<Service>,
    #[serde(default)]
    pub operations: Vec<String>,
    #[serde(default)]
    pub accounts: Vec<String>,
    #[serde(default)]
    pub regions: Vec<String>,
    #[serde(default)]
    pub starts: Option<Offset>,
    #[serde(default)]
    pub ends: Option<Offset>,
    /// The part of the calls that it hits.
    #[serde(default = "ordinary")]
    pub share: f64,
    /// For `wrong-account`: the account whose credentials they are.
    #[serde(default)]
    pub becomes: Option<String>,
}

fn ordinary() -> f64 {
    1.0
}

impl FaultEntry {
    /// The fault in the world of `epoch`.
    #[must_use]
    pub fn fault(&self, epoch: Timestamp) -> Fault {
        Fault {
            kind: self.kind,
            services: self.services.clone(),
            operations: self.operations.clone(),
            accounts: self.accounts.clone(),
            regions: self.regions.clone(),
            starts: self.starts.map(|starts| starts.since(epoch)),
            ends: self.ends.map(|ends| ends.since(epoch)),
            share: self.share,
            becomes: self.becomes.clone().unwrap_or_else(|| STRANGER.to_owned()),
        }
    }
}

impl Scenario {
    /// Both at once, under both names.
    fn and(mut self, other: Self) -> Self {
        self.name = format!("{},{}", self.name, other.name);
        self.description = format!("{}; {}", self.description, other.description);
        self.incidents.extend(other.incidents);
        self.instances.extend(other.instances);
        self.blue_greens.extend(other.blue_greens);
        self.events.extend(other.events);
        self.faults.extend(other.faults);
        self.up_to_date.extend(other.up_to_date);
        self.secrets.extend(other.secrets);
        self
    }
}

impl IncidentEntry {
    /// The incident in the world of `epoch`.
    #[must_use]
    pub fn incident(&self, epoch: Timestamp) -> Incident {
        Incident {
            kind: self.kind,
            target: self.target.clone(),
            starts: self.starts.since(epoch),
            ends: self.ends.map(|ends| ends.since(epoch)),
            strength: self.strength,
        }
    }
}

/// The scenario that is played when none is asked for.
pub const DEFAULT: &str = "a-bad-night";

/// Names and texts of the scenarios that come with the program.
const SHIPPED: [(&str, &str); 27] = [
    (DEFAULT, include_str!("../scenarios/a-bad-night.toml")),
    ("quiet", include_str!("../scenarios/quiet.toml")),
    ("replication-lag", include_str!("../scenarios/replication-lag.toml")),
    ("storage-filling", include_str!("../scenarios/storage-filling.toml")),
    ("connection-storm", include_str!("../scenarios/connection-storm.toml")),
    ("failover", include_str!("../scenarios/failover.toml")),
    ("database-creating", include_str!("../scenarios/database-creating.toml")),
    ("throttled-api", include_str!("../scenarios/throttled-api.toml")),
    ("endpoint-hangs", include_str!("../scenarios/endpoint-hangs.toml")),
    ("endpoint-refuses", include_str!("../scenarios/endpoint-refuses.toml")),
    ("garbage-answers", include_str!("../scenarios/garbage-answers.toml")),
    ("expired-credentials", include_str!("../scenarios/expired-credentials.toml")),
    ("access-denied", include_str!("../scenarios/access-denied.toml")),
    ("clock-skew", include_str!("../scenarios/clock-skew.toml")),
    ("wrong-account", include_str!("../scenarios/wrong-account.toml")),
    ("one-region-down", include_str!("../scenarios/one-region-down.toml")),
    ("failover-just-happened", include_str!("../scenarios/failover-just-happened.toml")),
    ("worst-night", include_str!("../scenarios/worst-night.toml")),
    ("hostile", include_str!("../scenarios/hostile.toml")),
    ("answers-lost", include_str!("../scenarios/answers-lost.toml")),
    ("odd-estate", include_str!("../scenarios/odd-estate.toml")),
    ("capacity-shortage", include_str!("../scenarios/capacity-shortage.toml")),
    ("never-registered", include_str!("../scenarios/never-registered.toml")),
    ("blocked-drain", include_str!("../scenarios/blocked-drain.toml")),
    ("spot-storm", include_str!("../scenarios/spot-storm.toml")),
    ("stuck-rotation", include_str!("../scenarios/stuck-rotation.toml")),
    ("noisy-cluster", include_str!("../scenarios/noisy-cluster.toml")),
];

/// The names of all scenarios, the default first.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Name and description of each scenario, the default first.
pub fn shipped() -> impl Iterator<Item = (&'static str, String)> {
    names().filter_map(|name| load(name).ok().map(|scenario| (name, scenario.description)))
}

/// Reads a scenario by its name, or several at once by their names with commas between; the empty
/// name is the default's.
///
/// # Errors
/// When there is no such scenario, or its text is wrong.
pub fn load(wanted: &str) -> Result<Scenario, WorldError> {
    let mut each: Vec<&str> = Vec::new();
    for name in wanted.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !each.contains(&name) {
            each.push(name);
        }
    }
    let mut rest = each.into_iter();
    let first = one(rest.next().unwrap_or(DEFAULT))?;
    rest.try_fold(first, |all, name| Ok(all.and(one(name)?)))
}

fn one(wanted: &str) -> Result<Scenario, WorldError> {
    let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == wanted) else {
        let known = names().collect::<Vec<_>>().join(", ");
        return Err(WorldError::UnknownScenario { name: wanted.to_owned(), known });
    };
    toml::from_str(text)
        .map_err(|source| WorldError::Text { what: format!("scenario {wanted}"), source: Box::new(source) })
}

#[cfg(test)]
mod tests {
    use super::super::{World, WorldOptions};
    use super::*;

    #[test]
    fn every_scenario_builds_its_world() {
        for name in names() {
            let scenario = load(name).unwrap();
            assert_eq!(scenario.name, name);
            assert!(!scenario.description.is_empty(), "{name}");
            let epoch = "2026-11-22T03:05:00Z".parse().unwrap();
            let world = World::build(&WorldOptions { scenario: name.into(), seed: 7, databases: None, epoch }).unwrap();
            assert_eq!(world.incidents.len(), scenario.incidents.len(), "{name}");
            assert_eq!(world.faults.len(), scenario.faults.len(), "{name}");
        }
    }

    #[test]
    fn all_are_listed() {
        assert_eq!(shipped().count(), names().count());
    }

    #[test]
    fn an_unknown_scenario_names_the_known_ones() {
        let message = load("quite").unwrap_err().to_string();
        for name in names() {
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn names_with_commas_are_played_together() {
        let both = load(" replication-lag, throttled-api,replication-lag").unwrap();
        assert_eq!(both.name, "replication-lag,throttled-api");
        let (lag, throttled) = (load("replication-lag").unwrap(), load("throttled-api").unwrap());
        assert_eq!(both.incidents.len(), lag.incidents.len());
        assert_eq!(both.faults.len(), throttled.faults.len());
        assert_eq!(load(",").unwrap().name, DEFAULT);
        assert!(load("quiet,quite").is_err());
    }

    #[test]
    fn a_fault_is_read_with_all_that_it_says() {
        let text = r#"
            name = "x"
            description = "y"
            [[fault]]
            kind = "html-500"
            services = ["rds", "monitoring"]
            operations = ["DescribeEvents"]
            accounts = ["111122223333"]
            regions = ["us-west-2"]
            starts = "-5m"
            ends = "10m"
            share = 0.5
            [[fault]]
            kind = "wrong-content-type"
        "#;
        let scenario: Scenario = toml::from_str(text).unwrap();
        let epoch: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let fault = scenario.faults[0].fault(epoch);
        assert_eq!((fault.kind, fault.services.len()), (Kind::Html500, 2));
        assert_eq!(fault.starts, "2026-11-22T02:55:00Z".parse().ok());
        assert_eq!(fault.ends, "2026-11-22T03:10:00Z".parse().ok());
        assert_eq!(scenario.faults[1].fault(epoch), Fault::new(Kind::WrongContentType));
        assert!(toml::from_str::<Scenario>("name='x'\ndescription='y'\n[[fault]]\nkind='tired'").is_err());
    }
}
