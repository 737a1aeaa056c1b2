//! Composite alarms: for each environment that has databases in the region one that is in alarm while any alarm of
//! those databases is.

use std::collections::{BTreeMap, BTreeSet};

use super::alarm::Alarm;
use crate::sandbox::world::Instance;

/// Most children of a composite alarm here. CloudWatch takes a hundred, and a rule of 10,240 characters: so many have
/// room in it with the longest names that databases can have, and their states are worked out quickly.
pub const MOST: usize = 30;

/// A composite alarm.
#[derive(Debug, Clone)]
pub struct Composite<'a> {
    name: String,
    /// The environment's name, as the databases' tags have it.
    environment: String,
    /// The alarms that it looks at, by name.
    pub children: Vec<Alarm<'a>>,
}

impl Composite<'_> {
    /// `AlarmName`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `AlarmDescription`.
    pub fn description(&self) -> String {
        format!("An alarm of a database of {} is in ALARM", self.environment)
    }

    /// `AlarmRule`.
    pub fn rule(&self) -> String {
        let parts: Vec<String> = self.children.iter().map(|child| format!("ALARM(\"{}\")", child.name())).collect();
        parts.join(" OR ")
    }

    /// When the alarm was put, and again whenever a database was added: seconds since 1970, the first time first.
    pub fn configured(&self) -> Vec<i64> {
        let times: BTreeSet<i64> = self.children.iter().map(Alarm::configured).collect();
        times.into_iter().collect()
    }

    /// Whether the rule looks at the alarm of that name.
    pub fn looks_at(&self, name: &str) -> bool {
        self.children.iter().any(|child| child.name() == name)
    }
}

/// The composite alarms over some alarms, which are sorted by name; these are then too.
pub fn over<'a>(alarms: &[Alarm<'a>]) -> Vec<Composite<'a>> {
    let mut found: BTreeMap<String, Composite<'a>> = BTreeMap::new();
    for alarm in alarms {
        let Some(environment) = tag(alarm.instance, "Environment") else { continue };
        let name = match tag(alarm.instance, "Project") {
            Some(project) => format!("{}-{environment}-database", project.to_lowercase()),
            None => format!("{environment}-database"),
        };
        let composite = found.entry(name).or_insert_with_key(|name| Composite {
            name: name.clone(),
            environment: environment.to_owned(),
            children: Vec::new(),
        });
        if composite.children.len() < MOST {
            composite.children.push(*alarm);
        }
    }
    found.into_values().collect()
}

/// The value of a tag that is there and not empty.
fn tag<'a>(instance: &'a Instance, key: &str) -> Option<&'a str> {
    let found = instance.tags.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}
