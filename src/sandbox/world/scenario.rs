//! Scenarios: what goes wrong, where, and since when.

use jiff::Timestamp;
use serde::Deserialize;

use super::WorldError;
use super::estate::Entry;
use super::moment::Offset;

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

/// One scenario file.
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
    /// Events that only this scenario has.
    #[serde(default, rename = "event")]
    pub events: Vec<EventEntry>,
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

fn ordinary() -> f64 {
    1.0
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
const SHIPPED: [(&str, &str); 8] = [
    (DEFAULT, include_str!("../scenarios/a-bad-night.toml")),
    ("quiet", include_str!("../scenarios/quiet.toml")),
    ("replication-lag", include_str!("../scenarios/replication-lag.toml")),
    ("storage-filling", include_str!("../scenarios/storage-filling.toml")),
    ("connection-storm", include_str!("../scenarios/connection-storm.toml")),
    ("failover", include_str!("../scenarios/failover.toml")),
    ("database-creating", include_str!("../scenarios/database-creating.toml")),
    ("hostile", include_str!("../scenarios/hostile.toml")),
];

/// The names of all scenarios, the default first.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Name and description of each scenario, the default first.
pub fn shipped() -> impl Iterator<Item = (&'static str, String)> {
    names().filter_map(|name| load(name).ok().map(|scenario| (name, scenario.description)))
}

/// Reads a scenario by its name; the empty name is the default's.
///
/// # Errors
/// When there is no such scenario, or its text is wrong.
pub fn load(name: &str) -> Result<Scenario, WorldError> {
    let wanted = if name.is_empty() { DEFAULT } else { name };
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
}
