//! What is known of each site.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::checkup::Checkups;
use crate::collect::Dataset;
use crate::collect::metrics::MetricStore;
use crate::domain::runway::Runway;
use crate::domain::{Database, Event, Fault, Identity, MaintenanceAction, Remote, Snapshot};
use crate::services::alarms::Alarm;

/// Whether a site's credentials are those of the account that is expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trust {
    /// Nobody has looked yet whether an account is expected.
    #[default]
    Unasked,
    /// None is expected: every account is the right one.
    Free,
    /// One is, and who we are is not known yet.
    Awaited,
    /// They are.
    Right,
    /// They are of another one.
    Wrong,
    /// It is impossible to ask who we are; every list's ARNs are looked at instead.
    Silent,
}

impl Trust {
    /// Whether anything but the identity may be asked for.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Free | Self::Right | Self::Silent)
    }
}

/// Everything read from one site.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SiteData {
    pub identity: Remote<Identity>,
    pub databases: Remote<Vec<Database>>,
    /// Pending maintenance by the resource's ARN.
    pub maintenance: Remote<HashMap<String, Vec<MaintenanceAction>>>,
    /// The grave ones of all DB instances, by `SourceIdentifier`, oldest first.
    pub events: Remote<HashMap<String, Vec<Event>>>,
    /// All of the DB instances that were opened.
    pub instance_events: HashMap<Arc<str>, Remote<Vec<Event>>>,
    pub alarms: Remote<Vec<Alarm>>,
    /// How the table's metrics stand; their values are in `store`.
    pub metrics: Remote<()>,
    /// AWS held back a part of the last metrics that it gave.
    pub partial: Vec<Dataset>,
    /// The same of those that it is giving.
    pub partial_now: Vec<Dataset>,
    /// How the vitals stand; their values are in `store`.
    pub vitals: Remote<()>,
    /// How the storage trend stands; its values are in `store`.
    pub trend: Remote<()>,
    /// The table's metrics and the storage trend of every DB instance.
    pub store: MetricStore,
    /// Estimated from the storage trend, by DB instance.
    pub runways: HashMap<Arc<str>, Runway>,
    pub snapshots: HashMap<Arc<str>, Remote<Vec<Snapshot>>>,
    /// How the charts stand, by DB instance and period; their values are in `charts`.
    pub history: HashMap<(Arc<str>, u32), Remote<()>>,
    /// The charts' series of the DB instances that were opened.
    pub charts: MetricStore,
    /// The account that the data on disk was read from, until the identity is known.
    pub recalled_from: Option<String>,
    /// Renewed with the identity.
    pub trust: Trust,
    /// Another account answered last: the credentials may have been mended on disk since.
    pub strange: bool,
    /// What was made of the DB instances.
    pub checkups: Checkups,
}

impl SiteData {
    /// An attempt at `dataset` has begun.
    pub fn begin(&mut self, dataset: &Dataset) {
        self.partial_now.retain(|other| other != dataset);
        match dataset {
            Dataset::Identity => self.identity.begin(),
            Dataset::Databases => self.databases.begin(),
            Dataset::Maintenance => self.maintenance.begin(),
            Dataset::Events => self.events.begin(),
            Dataset::InstanceEvents(database) => self.instance_events.entry(database.clone()).or_default().begin(),
            Dataset::Alarms => self.alarms.begin(),
            Dataset::Metrics => self.metrics.begin(),
            Dataset::Vitals => self.vitals.begin(),
            Dataset::StorageTrend => self.trend.begin(),
            Dataset::Snapshots(database) => self.snapshots.entry(database.clone()).or_default().begin(),
            Dataset::History(database, period) => {
                self.history.entry((database.clone(), *period)).or_default().begin();
            }
        }
    }

    /// An attempt at `dataset` failed.
    pub fn fail(&mut self, dataset: &Dataset, fault: Fault) {
        match dataset {
            Dataset::Identity => self.identity.fail(fault),
            Dataset::Databases => self.databases.fail(fault),
            Dataset::Maintenance => self.maintenance.fail(fault),
            Dataset::Events => self.events.fail(fault),
            Dataset::InstanceEvents(database) => self.instance_events.entry(database.clone()).or_default().fail(fault),
            Dataset::Alarms => self.alarms.fail(fault),
            Dataset::Metrics => self.metrics.fail(fault),
            Dataset::Vitals => self.vitals.fail(fault),
            Dataset::StorageTrend => self.trend.fail(fault),
            Dataset::Snapshots(database) => self.snapshots.entry(database.clone()).or_default().fail(fault),
            Dataset::History(database, period) => {
                self.history.entry((database.clone(), *period)).or_default().fail(fault);
            }
        }
    }

    /// AWS holds back a part of metrics that it is giving.
    pub fn is_held_back(&mut self, dataset: &Dataset) {
        if !self.partial_now.contains(dataset) {
            self.partial_now.push(dataset.clone());
        }
    }

    /// All parts of metrics have come.
    pub fn parts_are_done(&mut self, dataset: &Dataset) {
        self.partial.retain(|other| other != dataset);
        if self.partial_now.contains(dataset) {
            self.partial.push(dataset.clone());
        }
    }

    /// Metrics of a kind were read. The first time that changes what can be said of every instance; afterwards
    /// each was touched when its values came.
    pub fn measured(&mut self, of: impl Fn(&mut Self) -> &mut Remote<()>, now: Timestamp) {
        let remote = of(self);
        let is_first = remote.value().is_none();
        remote.succeed((), now);
        if is_first {
            self.checkups.touch_all();
        }
    }

    /// The pending maintenance of one DB instance.
    #[must_use]
    pub fn maintenance_of(&self, arn: &str) -> &[MaintenanceAction] {
        self.maintenance.value().and_then(|all| all.get(arn)).map_or(&[], Vec::as_slice)
    }

    /// What is known to have happened to one DB instance.
    pub fn events_of<'a>(&'a self, database: &'a str) -> impl Iterator<Item = &'a Event> {
        let own = self.instance_events.get(database).and_then(Remote::value).map(Vec::as_slice).unwrap_or_default();
        let grave = self.grave_events_of(database).iter().filter(|event| !own.contains(event));
        own.iter().filter(move |event| event.source == database).chain(grave)
    }

    /// The grave ones of one DB instance.
    #[must_use]
    pub fn grave_events_of(&self, database: &str) -> &[Event] {
        self.events.value().and_then(|all| all.get(database)).map_or(&[], Vec::as_slice)
    }

    /// The alarms that watch one DB instance.
    pub fn alarms_of<'a>(&'a self, database: &'a str) -> impl Iterator<Item = &'a Alarm> {
        self.alarms.value().into_iter().flatten().filter(move |alarm| alarm.database() == Some(database))
    }
}
