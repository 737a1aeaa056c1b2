//! What is known of RDS in a site.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use super::events::{EVENTS_KEPT, EVENTS_OVERLAP, before, merge_events};
use super::packing::{MetricsPacking, PART};
pub use super::packing::{TABLE_PERIOD, TABLE_WINDOW, TREND_PERIOD, TREND_WINDOW, VITALS_PERIOD, VITALS_WINDOW};
use super::reads::{Answer, Ask, EventsOf, Opened, Read};
use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery, MetricStore, calls};
use crate::collect::{Taken, Touched};
use crate::domain::runway::{self, Runway};
use crate::domain::{Database, Event, Fault, MaintenanceAction, Metric, Remote, Snapshot};

/// All that was read of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    pub databases: Remote<Vec<Arc<Database>>>,
    /// Pending maintenance by the resource's ARN.
    pub maintenance: Remote<HashMap<String, Vec<MaintenanceAction>>>,
    /// The grave ones of all DB instances, by `SourceIdentifier`, oldest first.
    pub events: Remote<HashMap<String, Vec<Event>>>,
    /// All of the DB instances that were opened.
    pub instance_events: HashMap<Arc<str>, Remote<Vec<Event>>>,
    /// How the table's metrics stand; their values are in `store`.
    pub metrics: Remote<()>,
    /// AWS held back a part of the last metrics that it gave.
    pub partial: Vec<Read>,
    /// The same of those that it is giving.
    pub partial_now: Vec<Read>,
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
    /// Questions for metrics that are being put together.
    packings: Vec<MetricsPacking>,
    /// DB instances whose trend is other than what was estimated of it.
    unestimated: HashSet<Arc<str>>,
}

impl Data {
    /// Of a site that another account answered for: nothing, and why.
    #[must_use]
    pub fn refused(fault: Fault) -> Self {
        Self { databases: Remote::Failed { fault }, ..Self::default() }
    }

    /// The exact question; none when it cannot be asked yet. One for the metrics of many DB instances is put together
    /// first, part by part ([`Self::pack`]).
    #[must_use]
    pub fn ask(&mut self, read: &Read, open: Option<&Opened>, now: Timestamp) -> Option<Ask> {
        Some(match read {
            Read::Databases => Ask::Databases,
            Read::Maintenance => Ask::Maintenance,
            Read::Snapshots(database) => Ask::Snapshots { database: database.clone() },
            Read::Events => Ask::Events { of: EventsOf::Grave, since: events_since(self.events.at(), now), until: now },
            Read::InstanceEvents(database) => Ask::Events {
                of: EventsOf::Database(database.clone()),
                since: events_since(self.instance_events.get(database).and_then(Remote::at), now),
                until: now,
            },
            Read::Metrics | Read::Vitals | Read::StorageTrend => return self.ask_metrics(read, now),
            Read::History(database, period) => {
                let open = open?;
                let instance = self.databases.value()?.iter().find(|instance| *instance.id == *open.id)?;
                let wanted = Metric::CHARTED
                    .into_iter()
                    .chain(open.beside.iter().copied())
                    .filter(|metric| metric.applies_to(instance))
                    .map(|metric| MetricQuery { database: database.clone(), metric });
                Ask::Metrics { calls: calls(&self.charts, wanted, *period, open.window.clone(), now.as_second()) }
            }
        })
    }

    fn ask_metrics(&mut self, read: &Read, now: Timestamp) -> Option<Ask> {
        let count = self.databases.value()?.len();
        self.packings.retain(|packing| packing.read != *read || !packing.is_old(now));
        if !self.packings.iter().any(|packing| packing.read == *read) {
            self.packings.push(MetricsPacking::of(read, count, now)?);
            if count <= PART {
                self.pack();
            }
        }
        let at = self.packings.iter().position(|packing| packing.read == *read && packing.is_done())?;
        Some(Ask::Metrics { calls: self.packings.swap_remove(at).calls() })
    }

    /// A question is being put together.
    #[must_use]
    pub fn is_packing(&self) -> bool {
        self.packings.iter().any(|packing| !packing.is_done())
    }

    /// Puts the next part of a question together; true when it can be asked now.
    pub fn pack(&mut self) -> bool {
        let Some(packing) = self.packings.iter_mut().find(|packing| !packing.is_done()) else { return false };
        packing.go_on(self.databases.value().map_or(&[], Vec::as_slice), &self.store);
        packing.is_done()
    }

    /// An attempt has begun.
    pub fn begin(&mut self, read: &Read) {
        self.partial_now.retain(|other| other != read);
        match read {
            Read::Databases => self.databases.begin(),
            Read::Maintenance => self.maintenance.begin(),
            Read::Events => self.events.begin(),
            Read::InstanceEvents(database) => self.instance_events.entry(database.clone()).or_default().begin(),
            Read::Metrics => self.metrics.begin(),
            Read::Vitals => self.vitals.begin(),
            Read::StorageTrend => self.trend.begin(),
            Read::Snapshots(database) => self.snapshots.entry(database.clone()).or_default().begin(),
            Read::History(database, period) => self.history.entry((database.clone(), *period)).or_default().begin(),
        }
    }

    /// An attempt failed.
    pub fn fail(&mut self, read: &Read, fault: Fault) {
        match read {
            Read::Databases => self.databases.fail(fault),
            Read::Maintenance => self.maintenance.fail(fault),
            Read::Events => self.events.fail(fault),
            Read::InstanceEvents(database) => self.instance_events.entry(database.clone()).or_default().fail(fault),
            Read::Metrics => self.metrics.fail(fault),
            Read::Vitals => self.vitals.fail(fault),
            Read::StorageTrend => self.trend.fail(fault),
            Read::Snapshots(database) => self.snapshots.entry(database.clone()).or_default().fail(fault),
            Read::History(database, period) => {
                self.history.entry((database.clone(), *period)).or_default().fail(fault);
            }
        }
    }

    /// When it was read last, and why it cannot be read now.
    #[must_use]
    pub fn standing(&self, read: &Read) -> (Option<Timestamp>, Option<&Fault>) {
        fn of<T>(remote: &Remote<T>) -> (Option<Timestamp>, Option<&Fault>) {
            (remote.at(), remote.fault())
        }
        match read {
            Read::Databases => of(&self.databases),
            Read::Maintenance => of(&self.maintenance),
            Read::Events => of(&self.events),
            Read::InstanceEvents(database) => self.instance_events.get(database).map_or((None, None), of),
            Read::Metrics => of(&self.metrics),
            Read::Vitals => of(&self.vitals),
            Read::StorageTrend => of(&self.trend),
            Read::Snapshots(database) => self.snapshots.get(database).map_or((None, None), of),
            Read::History(database, period) => self.history.get(&(database.clone(), *period)).map_or((None, None), of),
        }
    }

    /// Records that the last answer to a list gave; what is not a list has none.
    #[must_use]
    pub fn records(&self, read: &Read) -> usize {
        match read {
            Read::Databases => self.databases.value().map_or(0, Vec::len),
            _ => 0,
        }
    }

    /// Takes an answer in.
    pub fn store(&mut self, read: &Read, answer: Answer, now: Timestamp) -> Taken<Read> {
        match answer {
            Answer::Databases(databases) => self.list(databases, now),
            Answer::Maintenance(actions) => self.maintain(actions, now).into(),
            Answer::Events { events, window } => self.happened(read, events, &window, now).into(),
            Answer::Snapshots(snapshots) => {
                if let Read::Snapshots(database) = read {
                    self.snapshots.entry(database.clone()).or_default().succeed(snapshots, now);
                }
                Taken::default()
            }
            Answer::MetricPart { call, answer } => self.merge(read, &call, &answer).into(),
            Answer::MetricsDone => self.measured(read, now).into(),
        }
    }

    fn list(&mut self, databases: Vec<Arc<Database>>, now: Timestamp) -> Taken<Read> {
        let before = self.databases.value().map(Vec::as_slice);
        let is_same = |before: &&[Arc<Database>]| {
            let is_one = |(a, b): (&Arc<_>, &Arc<Database>)| Arc::ptr_eq(a, b) || (a.id == b.id && a.arn == b.arn);
            before.len() == databases.len() && before.iter().zip(&databases).all(is_one)
        };
        let Some(before) = before.filter(is_same) else {
            self.databases.succeed(databases, now);
            let ids: HashSet<&str> = self.databases.value().into_iter().flatten().map(|d| d.id.as_str()).collect();
            self.store.retain(|id| ids.contains(id));
            self.runways.retain(|id, _| ids.contains(&**id));
            self.packings.clear();
            return Taken { touched: Touched::List, renew: vec![Read::Metrics, Read::Vitals, Read::StorageTrend] };
        };
        let others = || before.iter().zip(&databases).enumerate().filter(|(_, (a, b))| !Arc::ptr_eq(a, b));
        // Whose it is is told by its tags, too.
        let touched = if others().any(|(_, (a, b))| a.tags != b.tags) {
            Touched::List
        } else {
            let others = others().filter(|(_, (a, b))| a != b);
            Touched::Places(others.map(|(at, _)| at).collect())
        };
        self.databases.succeed(databases, now);
        touched.into()
    }

    fn maintain(&mut self, actions: Vec<MaintenanceAction>, now: Timestamp) -> Touched {
        let mut by_resource: HashMap<String, Vec<MaintenanceAction>> = HashMap::new();
        for action in actions {
            by_resource.entry(action.arn.clone()).or_default().push(action);
        }
        let touched = match self.maintenance.value() {
            None => Touched::All,
            Some(before) => {
                let all = self.databases.value().into_iter().flatten().enumerate();
                let others = all.filter(|(_, database)| before.get(&database.arn) != by_resource.get(&database.arn));
                Touched::Places(others.map(|(at, _)| at).collect())
            }
        };
        self.maintenance.succeed(by_resource, now);
        touched
    }

    fn happened(&mut self, read: &Read, events: Vec<Event>, window: &Range<Timestamp>, now: Timestamp) -> Touched {
        if let Read::InstanceEvents(database) = read {
            let known = self.instance_events.entry(database.clone()).or_default();
            let merged = merge_events(known.value().into_iter().flatten(), events, window);
            known.succeed(merged, now);
            return Touched::Nothing;
        }
        let mut grouped: HashMap<String, Vec<Event>> = HashMap::new();
        let known = self.events.value().into_iter().flat_map(HashMap::values).flatten();
        for event in merge_events(known, events, window) {
            grouped.entry(event.source.clone()).or_default().push(event);
        }
        let before = self.events.value();
        let all = before.into_iter().flat_map(HashMap::keys).chain(grouped.keys());
        let others = all.filter(|id| before.and_then(|before| before.get(*id)) != grouped.get(*id));
        let touched = Touched::Named(others.map(|id| id.as_str().into()).collect());
        self.events.succeed(grouped, now);
        touched
    }

    fn merge(&mut self, read: &Read, call: &MetricCall, answer: &MetricAnswer) -> Touched {
        if answer.partial && !self.partial_now.contains(read) {
            self.partial_now.push(read.clone());
        }
        match read {
            Read::Metrics => self.store.merge(call, answer, TABLE_WINDOW + 600),
            Read::Vitals => self.store.merge(call, answer, VITALS_WINDOW + 1800),
            Read::StorageTrend => self.store.merge(call, answer, TREND_WINDOW + 7200),
            _ => {
                self.charts.merge(call, answer, 30 * 86_400);
                return Touched::Nothing;
            }
        }
        let mut names: Vec<Arc<str>> = call.queries.iter().map(|query| query.database.clone()).collect();
        names.dedup();
        if *read == Read::StorageTrend {
            self.unestimated.extend(names.iter().cloned());
        }
        Touched::Named(names)
    }

    /// Estimates anew how long the storage of the DB instance at this place of the list lasts, where its trend is another.
    /// It is done when the DB instance is looked at, not for hundreds at once.
    pub fn estimate(&mut self, index: usize) {
        let database = self.databases.value().and_then(|all| all.get(index)).filter(|_| !self.unestimated.is_empty());
        let Some(id) = database.and_then(|database| self.unestimated.take(database.id.as_str())) else { return };
        match runway(&self.store, &id) {
            Some(runway) => self.runways.insert(id, runway),
            None => self.runways.remove(&id),
        };
    }

    /// All parts of metrics have come. The first time that changes what can be said of every instance; afterwards each
    /// was touched when its values came.
    fn measured(&mut self, read: &Read, now: Timestamp) -> Touched {
        self.partial.retain(|other| other != read);
        if self.partial_now.contains(read) {
            self.partial.push(read.clone());
        }
        let remote = match read {
            Read::Metrics => &mut self.metrics,
            Read::Vitals => &mut self.vitals,
            Read::StorageTrend => &mut self.trend,
            Read::History(database, period) => {
                self.history.entry((database.clone(), *period)).or_default().succeed((), now);
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        };
        let is_first = remote.value().is_none();
        remote.succeed((), now);
        if is_first { Touched::All } else { Touched::Nothing }
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
}

/// Where to go on reading events that were read at `read`.
fn events_since(read: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let kept = before(now, EVENTS_KEPT - 60);
    read.map_or(kept, |at| before(at, EVENTS_OVERLAP).max(kept))
}

/// How long the storage of each DB instance lasts, as its trend tells.
#[must_use]
pub fn runways(databases: &[Arc<Database>], store: &MetricStore) -> HashMap<Arc<str>, Runway> {
    databases.iter().filter_map(|d| Some((d.id.as_str().into(), runway(store, &d.id)?))).collect()
}

/// How long the storage of a DB instance lasts, as its trend tells.
fn runway(store: &MetricStore, database: &str) -> Option<Runway> {
    runway::estimate(store.series(database, Metric::FreeStorageSpace, TREND_PERIOD)?)
}
