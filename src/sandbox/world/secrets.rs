//! The secrets of the estates: what is told of them. They have values only where somebody asks, and nobody may.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::moment::{DAY, Offset, after, floor_to};
use super::{World, identity};

/// Secrets as written in an estate, several that are alike.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretEntry {
    pub account: String,
    pub region: String,
    pub names: Vec<String>,
    #[serde(default)]
    pub description: String,
    pub created: Offset,
    /// When its value was changed last; with a rotation that decides.
    pub changed: Offset,
    /// When it was read last, on the day; every day where nothing is written.
    #[serde(default)]
    pub read: Option<Offset>,
    /// Days between two rotations.
    #[serde(default)]
    pub rotated_every: Option<i64>,
    /// Regions that it is replicated to.
    #[serde(default)]
    pub replicas: Vec<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// What a scenario does to a secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretChange {
    pub name: String,
    /// A rotation has begun then and does not end.
    #[serde(default)]
    pub stuck: Option<Offset>,
    /// It was deleted then, with AWS's recovery window of 30 days.
    #[serde(default)]
    pub deleted: Option<Offset>,
    /// There is none, although it is expected.
    #[serde(default)]
    pub missing: bool,
    /// It has no replicas.
    #[serde(default)]
    pub apart: bool,
}

/// A secret in the region that it was made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxSecret {
    pub account: String,
    pub region: String,
    pub name: String,
    pub description: String,
    pub created: Timestamp,
    pub changed: Timestamp,
    /// None: it is read every day.
    pub read: Option<Timestamp>,
    pub rotated_every: Option<i64>,
    /// Since when a rotation does not end.
    pub stuck: Option<Timestamp>,
    pub deleted: Option<Timestamp>,
    pub replicas: Vec<String>,
    pub tags: BTreeMap<String, String>,
    /// The service that manages it.
    pub owner: Option<&'static str>,
    /// What AWS has drawn for its ARN.
    pub drawn: String,
}

impl SecretEntry {
    /// The secrets that are written here, in the world of `epoch`.
    pub fn secrets(&self, common: &BTreeMap<String, String>, epoch: Timestamp) -> Vec<SandboxSecret> {
        let one = |name: &String| {
            let mut tags = common.clone();
            tags.extend(self.tags.clone());
            SandboxSecret {
                account: self.account.clone(),
                region: self.region.clone(),
                name: name.clone(),
                description: self.description.clone(),
                created: self.created.since(epoch),
                changed: self.changed.since(epoch),
                read: self.read.map(|read| read.since(epoch)),
                rotated_every: self.rotated_every,
                stuck: None,
                deleted: None,
                replicas: self.replicas.clone(),
                tags,
                owner: None,
                drawn: drawn(&self.account, &self.region, name),
            }
        };
        self.names.iter().map(one).collect()
    }
}

/// Six characters that AWS appends to the name in an ARN, so that a secret made anew is another one.
fn drawn(account: &str, region: &str, name: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    identity::draw(identity::hash(&["secret", account, region, name]), LETTERS, 6)
}

impl SandboxSecret {
    /// When it was rotated last.
    #[must_use]
    pub fn rotated(&self, now: Timestamp) -> Option<Timestamp> {
        let every = self.rotated_every? * DAY;
        let until = self.stuck.unwrap_or(now).min(now);
        let passed = until.as_second() - self.changed.as_second();
        Some(after(self.changed, passed.max(0) / every * every))
    }

    /// By when it is to be rotated next: the end of that day.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let next = after(self.rotated(now)?, self.rotated_every? * DAY);
        Some(after(floor_to(next, DAY), DAY - 1))
    }

    /// When anything of it was modified last.
    #[must_use]
    pub fn modified(&self, now: Timestamp) -> Timestamp {
        let moments = [Some(self.changed), self.rotated(now), self.stuck, self.deleted];
        moments.into_iter().flatten().filter(|at| *at <= now).max().unwrap_or(self.changed)
    }

    /// The day on which it was read last. What is deleted cannot be read.
    #[must_use]
    pub fn read_on(&self, now: Timestamp) -> Timestamp {
        let read = self.read.unwrap_or(now);
        floor_to(self.deleted.map_or(read, |deleted| read.min(deleted)), DAY)
    }

    /// Its versions at a moment: id, when it was made, its stage.
    #[must_use]
    pub fn versions(&self, now: Timestamp) -> Vec<(String, Timestamp, Option<&'static str>)> {
        let id = |at: Timestamp| {
            identity::uuid(identity::hash(&[&self.account, &self.region, &self.name, &at.as_second().to_string()]))
        };
        let current = self.rotated(now).unwrap_or(self.changed);
        let before = self.rotated_every.map_or(self.created, |every| after(current, -every * DAY)).max(self.created);
        let mut all = vec![(id(current), current, Some("AWSCURRENT"))];
        if before < current {
            all.push((id(before), before, Some("AWSPREVIOUS")));
        }
        all.extend(self.stuck.filter(|at| *at <= now).map(|at| (id(at), at, Some("AWSPENDING"))));
        all
    }
}

impl World {
    /// The secrets that an account has in a region, replicas too, and those that RDS manages there; each with the region
    /// that it was made in.
    pub fn secrets_of(&self, account: &str, region: &str, now: Timestamp) -> Vec<SandboxSecret> {
        let own = self.secrets.iter().filter(|secret| secret.account == account);
        let here = own.filter(|secret| secret.region == region || secret.replicas.iter().any(|other| other == region));
        let mut all: Vec<SandboxSecret> = here.cloned().collect();
        let instances = self.instances_in(account, region).filter(|i| i.settled_status_at(now).is_some());
        all.extend(instances.filter(|instance| instance.settings.managed_password).filter_map(|instance| {
            let arn = instance.secret_arn();
            let (name, drawn) = arn.split_once(":secret:")?.1.rsplit_once('-')?;
            Some(SandboxSecret {
                account: account.to_owned(),
                region: region.to_owned(),
                name: name.to_owned(),
                description: format!("The secret associated with the primary RDS DB instance: {}", instance.id),
                created: instance.created,
                changed: instance.created,
                read: None,
                // RDS "rotates the secret every seven days" by default (RDS user guide, "Password management with Amazon
                // RDS and AWS Secrets Manager").
                rotated_every: Some(7),
                stuck: None,
                deleted: None,
                replicas: Vec::new(),
                tags: BTreeMap::from([("aws:rds:primaryDBInstanceArn".to_owned(), instance.arn())]),
                owner: Some("rds"),
                drawn: drawn.to_owned(),
            })
        }));
        all
    }
}
