//! What happens in the sandbox: instances, their backups, events and metrics, as functions of the
//! estates, the scenario, the seed and the moment. Two worlds that are built alike are alike.

pub mod backups;
pub mod blue_green;
pub mod changes;
pub mod estate;
pub mod events;
mod fleet;
pub mod identity;
pub mod instance;
pub mod lifecycle;
mod lineage;
pub mod metrics;
pub mod moment;
mod noise;
mod orders;
pub mod record;
pub mod scenario;
pub mod secrets;
pub mod settings;
pub mod snapshots;
pub mod window;

use jiff::Timestamp;
use thiserror::Error;

pub use estate::Site;
pub use instance::Instance;
pub use scenario::{Incident, IncidentKind};

use super::fault::Fault;
use blue_green::BlueGreen;
use changes::{Change, Key, Plan};
use estate::{Common, Entry, Estate};
use events::Recorded;
use instance::Pending;
use lineage::Lineage;
use moment::after;
use record::Retained;
use scenario::Scenario;
use secrets::{SandboxSecret, SecretChange};
use snapshots::{ManualSnapshot, seen};

/// The account that a caller with an unknown key gets: RentalIQ's.
pub const DEFAULT_ACCOUNT: &str = "111122223333";

/// Region of the default account's instances.
pub const DEFAULT_REGION: &str = "us-east-1";

/// Seconds from the start of a failover until it is completed and the zones are swapped.
pub const FAILOVER_SECONDS: i64 = 71;

/// The estates that the sandbox is made of.
const ESTATES: [(&str, &str); 2] = [
    ("rentaliq", include_str!("../estates/rentaliq.toml")),
    ("five-account", include_str!("../estates/five-account.toml")),
];

/// What world to build.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// Name of the scenario; empty for the default one.
    pub scenario: String,
    pub seed: u64,
    /// Instead of the estates, so many instances in the default account and region. The
    /// scenario's incidents whose target is then missing are left out.
    pub databases: Option<usize>,
    /// The moment that the estates' and the scenario's distances in time count from.
    pub epoch: Timestamp,
}

/// Why a world could not be built.
#[derive(Debug, Error)]
pub enum WorldError {
    #[error("there is no scenario `{name}`; the scenarios are {known}")]
    UnknownScenario { name: String, known: String },
    #[error("{what} cannot be read: {source}")]
    Text { what: String, source: Box<toml::de::Error> },
    #[error("scenario {scenario} aims at `{target}`, which is in no estate")]
    UnknownTarget { scenario: String, target: String },
    #[error("instance `{id}` is in {account} {region}, which its estate does not describe")]
    UnknownSite { id: String, account: String, region: String },
}

/// The whole of the embedded AWS.
#[derive(Debug, Clone)]
pub struct World {
    pub seed: u64,
    pub epoch: Timestamp,
    pub scenario: String,
    /// Sorted by account, region and id: lookups rely on it.
    pub instances: Vec<Instance>,
    pub incidents: Vec<Incident>,
    /// Manual snapshots, in the order in which they were made.
    pub snapshots: Vec<ManualSnapshot>,
    /// What stands between the callers and AWS; the first that hits a call decides.
    pub faults: Vec<Fault>,
    /// Events that are not computed.
    pub recorded: Vec<Recorded>,
    /// Automated backups that outlive their instances.
    pub retained: Vec<Retained>,
    pub blue_greens: Vec<BlueGreen>,
    pub secrets: Vec<SandboxSecret>,
    /// Who replicates whom.
    lineage: Lineage,
    /// What is still to happen to instances, the next first.
    plans: Vec<Plan>,
    /// The instances are a drawn fleet's and none of the estates': what aims at one that is not
    /// there is left out.
    is_drawn: bool,
    sites: Vec<Site>,
}

impl World {
    /// Builds a world.
    ///
    /// # Errors
    /// When the scenario is unknown, or an estate or scenario text is wrong.
    pub fn build(options: &WorldOptions) -> Result<Self, WorldError> {
        let scenario = scenario::load(&options.scenario)?;
        let mut world = Self {
            seed: options.seed,
            epoch: options.epoch,
            scenario: scenario.name.clone(),
            instances: Vec::new(),
            incidents: Vec::new(),
            faults: Vec::new(),
            snapshots: Vec::new(),
            recorded: Vec::new(),
            retained: Vec::new(),
            blue_greens: Vec::new(),
            secrets: Vec::new(),
            lineage: Lineage::default(),
            plans: Vec::new(),
            is_drawn: options.databases.is_some(),
            sites: Vec::new(),
        };
        let estates = estates()?;
        let commons = commons(&estates);
        for estate in estates {
            world.sites.extend(estate.sites);
            if options.databases.is_none() {
                world.settle(&estate.instances, &commons, options.epoch)?;
            }
        }
        if let Some(count) = options.databases {
            let site = world.site(DEFAULT_ACCOUNT, DEFAULT_REGION);
            if let Some((_, common)) = commons.iter().find(|(account, _)| account == DEFAULT_ACCOUNT) {
                world.instances = fleet::draw(count, options.seed, common, &site, options.epoch);
                world.instances.sort_by(|a, b| a.key().cmp(&b.key()));
                world.lineage = Lineage::of(&world.instances);
            }
        }
        world.settle(&scenario.instances, &commons, options.epoch)?;
        world.begin(&scenario, options.epoch)?;
        Ok(world)
    }

    /// Plays another scenario from `now` on: its distances in time count from there. Incidents and
    /// faults are those of the new one alone; what has happened and what was created stays.
    ///
    /// # Errors
    /// When the scenario is unknown or its text is wrong; then nothing has changed.
    pub fn play(&mut self, scenario: &str, now: Timestamp) -> Result<(), WorldError> {
        let scenario = scenario::load(scenario)?;
        let mut next = self.clone();
        next.advance(now);
        let is_new = |entry: &&Entry| self.find(&entry.account, &entry.region, &entry.id).is_none();
        let new: Vec<Entry> = scenario.instances.iter().filter(is_new).cloned().collect();
        next.settle(&new, &commons(&estates()?), now)?;
        next.begin(&scenario, now)?;
        next.scenario = scenario.name;
        *self = next;
        Ok(())
    }

    /// Lets a scenario's incidents, faults and events happen, in place of those before.
    fn begin(&mut self, scenario: &Scenario, epoch: Timestamp) -> Result<(), WorldError> {
        let unknown =
            |target: &str| WorldError::UnknownTarget { scenario: scenario.name.clone(), target: target.to_owned() };
        self.incidents.clear();
        self.plans.retain(|plan| plan.change != Change::Restarted);
        for entry in &scenario.incidents {
            let targets: Vec<Key> = self.instances.iter().filter(|i| i.id == entry.target).map(Key::of).collect();
            if targets.is_empty() {
                if self.is_drawn {
                    continue;
                }
                return Err(unknown(&entry.target));
            }
            let incident = entry.incident(epoch);
            if incident.kind == IncidentKind::Failover {
                for key in targets {
                    self.plan(key, after(incident.starts, FAILOVER_SECONDS), Change::Restarted);
                }
            }
            self.incidents.push(incident);
        }
        let listed = |instance: &&Instance| scenario.up_to_date.contains(&instance.id);
        let current: Vec<Key> = self.instances.iter().filter(listed).map(Key::of).collect();
        for key in &current {
            self.unplan(key, |change| *change == Change::Window);
            if let Some(instance) = self.by_key_mut(key) {
                instance.maintenance.clear();
                instance.pending = Pending { password: instance.pending.password, ..Pending::default() };
            }
        }
        self.faults.clear();
        for entry in &scenario.faults {
            let known = |account: &str| self.sites.iter().any(|site| site.account == account);
            if let Some(account) = entry.accounts.iter().find(|account| !known(account)) {
                return Err(unknown(account));
            }
            if let Some(region) = entry.regions.iter().find(|r| !self.sites.iter().any(|site| site.region == **r)) {
                return Err(unknown(region));
            }
            self.faults.push(entry.fault(epoch));
        }
        for entry in &scenario.blue_greens {
            let Some(source) = self.instances.iter().find(|i| i.id == entry.source) else {
                return Err(unknown(&entry.source));
            };
            let deployment = entry.deployment(source, epoch);
            if self.blue_greens.iter().all(|known| known.id() != deployment.id()) {
                self.blue_greens.push(deployment);
            }
        }
        if !self.is_drawn {
            self.keep_secrets(&scenario.secrets, epoch)?;
        }
        for entry in &scenario.events {
            let Some(instance) = self.instances.iter().find(|instance| instance.id == entry.source) else { continue };
            let categories: Vec<&str> = entry.categories.iter().map(String::as_str).collect();
            let happening = events::of_instance(instance, entry.at.since(epoch), entry.message.clone(), &categories);
            let (account, region) = (instance.account.clone(), instance.region.clone());
            self.recorded.push(Recorded { account, region, happening });
        }
        Ok(())
    }

    /// Puts the secrets of the estates there as they are written, and lets a scenario's changes happen to them.
    fn keep_secrets(&mut self, changes: &[SecretChange], epoch: Timestamp) -> Result<(), WorldError> {
        let of_estate = |estate: &Estate| {
            let all = estate.secrets.iter().flat_map(|entry| entry.secrets(&estate.common.tags, self.epoch));
            all.collect::<Vec<_>>()
        };
        let mut secrets: Vec<SandboxSecret> = estates()?.iter().flat_map(of_estate).collect();
        for change in changes {
            if change.missing && secrets.iter().any(|secret| secret.name == change.name) {
                secrets.retain(|secret| secret.name != change.name);
                continue;
            }
            let Some(secret) = secrets.iter_mut().find(|secret| secret.name == change.name) else {
                return Err(WorldError::UnknownTarget { scenario: self.scenario.clone(), target: change.name.clone() });
            };
            secret.stuck = change.stuck.map(|at| at.since(epoch));
            secret.deleted = change.deleted.map(|at| at.since(epoch));
            if change.apart {
                secret.replicas.clear();
            }
        }
        self.secrets = secrets;
        Ok(())
    }

    /// Adds written instances and their manual snapshots, in the places that lookups rely on.
    fn settle(&mut self, entries: &[Entry], commons: &[(String, Common)], epoch: Timestamp) -> Result<(), WorldError> {
        for entry in entries {
            let site = self.sites.iter().find(|s| s.account == entry.account && s.region == entry.region);
            let common = commons.iter().find(|(account, _)| *account == entry.account);
            let (Some(site), Some((_, common))) = (site, common) else {
                let (id, account, region) = (entry.id.clone(), entry.account.clone(), entry.region.clone());
                return Err(WorldError::UnknownSite { id, account, region });
            };
            let instance = entry.instance(common, site, epoch);
            for written in &entry.snapshots {
                let snapshot = ManualSnapshot::of(&instance, &written.id, written.at.since(epoch), Vec::new());
                let copies = written.copies.iter().map(|copied| {
                    let at = copied.at.since(epoch);
                    let mut copy = ManualSnapshot::copy(&seen(&snapshot, at), &copied.region, &copied.id, at);
                    // A key is of one region.
                    copy.kms_key = Some(self.site(&entry.account, &copied.region).key_arn());
                    copy
                });
                let copies: Vec<ManualSnapshot> = copies.collect();
                self.snapshots.push(snapshot);
                self.snapshots.extend(copies);
            }
            let waits = instance.pending.is_waiting().then(|| Key::of(&instance));
            let opens = window::next(&instance.maintenance_window, epoch);
            self.add(instance);
            if let (Some(key), Some(opens)) = (waits, opens) {
                self.plan(key, opens, Change::Window);
            }
        }
        Ok(())
    }

    /// The account and region as the estates describe it, or a new account's network.
    #[must_use]
    pub fn site(&self, account: &str, region: &str) -> Site {
        let written = self.sites.iter().find(|site| site.account == account && site.region == region);
        written.cloned().unwrap_or_else(|| Site::unwritten(account, region))
    }

    /// The instances of an account and region, by id; also those that are not there yet or any
    /// more ([`Instance::status_at`] tells).
    pub fn instances_in(&self, account: &str, region: &str) -> std::slice::Iter<'_, Instance> {
        self.slice(account, region).iter()
    }

    /// Those of [`World::instances_in`] that come after an id.
    pub fn instances_after(&self, account: &str, region: &str, id: &str) -> std::slice::Iter<'_, Instance> {
        let all = self.slice(account, region);
        let from = all.partition_point(|instance| instance.id.as_str() <= id);
        all.get(from..).unwrap_or_default().iter()
    }

    /// An instance by its id.
    #[must_use]
    pub fn find(&self, account: &str, region: &str, id: &str) -> Option<&Instance> {
        self.position(account, region, id).ok().and_then(|at| self.instances.get(at))
    }

    /// An instance by its id, to be changed. Account, region and id must stay as they are.
    pub fn find_mut(&mut self, account: &str, region: &str, id: &str) -> Option<&mut Instance> {
        self.position(account, region, id).ok().and_then(|at| self.instances.get_mut(at))
    }

    /// Adds an instance in its place; one of the same name that is gone makes room.
    pub fn add(&mut self, instance: Instance) {
        self.lineage.note(&instance);
        let place = self.position(&instance.account, &instance.region, &instance.id);
        match place {
            Ok(at) => {
                if let Some(old) = self.instances.get_mut(at) {
                    *old = instance;
                }
            }
            Err(at) => self.instances.insert(at, instance),
        }
    }

    /// The replicas of an instance, in whatever region, that exist at `now`.
    pub fn replicas_of(&self, source: &Instance, now: Timestamp) -> impl Iterator<Item = &Instance> {
        self.followers_of(source).filter(move |other| other.settled_status_at(now).is_some())
    }

    /// The replicas of an instance, in whatever region, by region and id; also those that are not there yet or any
    /// more.
    pub fn followers_of(&self, source: &Instance) -> impl Iterator<Item = &Instance> {
        self.lineage
            .candidates(source)
            .filter_map(move |(region, id)| self.find(&source.account, region, id))
            .filter(move |other| source.is_source_of(other))
    }

    /// Zones of the writer and the standby: every completed failover swaps them.
    #[must_use]
    pub fn zones_at<'a>(&self, instance: &'a Instance, at: Timestamp) -> (&'a str, Option<&'a str>) {
        let failovers = self
            .incidents
            .iter()
            .filter(|i| i.kind == IncidentKind::Failover && i.target == instance.id)
            .filter(|i| after(i.starts, FAILOVER_SECONDS) <= at)
            .count();
        match &instance.secondary_zone {
            Some(secondary) if failovers % 2 == 1 => (secondary.as_str(), Some(instance.zone.as_str())),
            secondary => (instance.zone.as_str(), secondary.as_deref()),
        }
    }

    fn slice(&self, account: &str, region: &str) -> &[Instance] {
        let place = |i: &Instance| (i.account.as_str(), i.region.as_str()).cmp(&(account, region));
        let from = self.instances.partition_point(|i| place(i).is_lt());
        let to = self.instances.partition_point(|i| place(i).is_le());
        self.instances.get(from..to).unwrap_or_default()
    }

    fn position(&self, account: &str, region: &str, id: &str) -> Result<usize, usize> {
        self.instances.binary_search_by(|i| i.key().cmp(&(account, region, id)))
    }
}

/// The estates as they are written.
fn estates() -> Result<Vec<Estate>, WorldError> {
    let read = |(name, text): (&str, &str)| {
        toml::from_str::<Estate>(text)
            .map_err(|source| WorldError::Text { what: format!("estate {name}"), source: Box::new(source) })
    };
    ESTATES.into_iter().map(read).collect()
}

/// What the instances of each account have in common.
fn commons(estates: &[Estate]) -> Vec<(String, Common)> {
    estates
        .iter()
        .flat_map(|estate| estate.sites.iter().map(move |site| (site.account.clone(), estate.common.clone())))
        .collect()
}

impl Instance {
    /// What the world's instances are sorted by.
    fn key(&self) -> (&str, &str, &str) {
        (&self.account, &self.region, &self.id)
    }
}

#[cfg(test)]
mod tests;
