//! What is polled, how often, and in how many calls; what is watched.
//!
//! Pure: [`Schedule`] decides from time and attention what is due, [`metrics`] packs what is
//! wanted into as few calls as AWS allows, [`Watches`] says which watches begin and end. The runtime carries it out.

pub mod backoff;
pub mod cadence;
pub mod metrics;
pub mod schedule;
pub mod traffic;
pub mod watches;

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::identity::Identity;
use crate::domain::{Database, Event, MaintenanceAction, SiteId, Snapshot};
use crate::services::alarms::Alarm;
use metrics::{MetricAnswer, MetricCall};

pub use cadence::Attention;
pub use schedule::Schedule;
pub use traffic::{Rate, Traffic};
pub use watches::{Round, Watches};

/// One thing that is read as a whole and has one age.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dataset {
    /// Who we are (`sts:GetCallerIdentity`).
    Identity,
    /// All DB instances of the site.
    Databases,
    /// All pending maintenance of the site.
    Maintenance,
    /// Failovers, failures and full storage of the last 14 days, of all DB instances.
    Events,
    /// All events of one DB instance, last 14 days.
    InstanceEvents(Arc<str>),
    /// CloudWatch alarms.
    Alarms,
    /// The table's metrics, last hour at 60 s, of every DB instance of the site.
    Metrics,
    /// The metrics that only the health rules need, last three hours at 300 s.
    Vitals,
    /// Free storage of the last week at one hour, of every DB instance: for the runway.
    StorageTrend,
    /// Snapshots of one DB instance.
    Snapshots(Arc<str>),
    /// The charts of one DB instance at this period (seconds).
    History(Arc<str>, u32),
}

impl Dataset {
    /// What a person calls it.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Identity => "identity".into(),
            Self::Databases => "databases".into(),
            Self::Maintenance => "pending maintenance".into(),
            Self::Events => "events".into(),
            Self::InstanceEvents(database) => format!("events of {database}"),
            Self::Alarms => "alarms".into(),
            Self::Metrics => "metrics".into(),
            Self::Vitals => "vitals".into(),
            Self::StorageTrend => "storage trend".into(),
            Self::Snapshots(database) => format!("snapshots of {database}"),
            Self::History(database, _) => format!("charts of {database}"),
        }
    }
}

/// A dataset of a site: the unit of scheduling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    pub site: SiteId,
    pub dataset: Dataset,
}

/// A request on its way. `id` grows: an answer with an id that is no longer awaited is dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub id: u64,
    pub target: Target,
    pub ask: Ask,
    pub signing: Signing,
}

/// Whose credentials sign a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signing {
    /// Those that the session holds.
    #[default]
    Kept,
    /// The files may say something else by now: they are read again, unless that would ask a person
    /// for an MFA code.
    Reread,
    /// They are fetched anew, whoever must be asked for a code: the engineer wants it.
    Anew,
}

/// What exactly is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Identity,
    Databases,
    Maintenance,
    Events { of: EventsOf, since: Timestamp, until: Timestamp },
    Alarms,
    Snapshots { database: Arc<str> },
    Metrics { calls: Vec<MetricCall> },
}

/// Which events: a large account has hundreds of thousands, nearly all of them backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventsOf {
    /// Of all DB instances, the categories that somebody must know of.
    Grave,
    /// All of one DB instance.
    Database(Arc<str>),
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Identity(Identity),
    Databases(Vec<Database>),
    Maintenance(Vec<MaintenanceAction>),
    Events {
        events: Vec<Event>,
        window: Range<Timestamp>,
    },
    Alarms(Vec<Alarm>),
    Snapshots(Vec<Snapshot>),
    /// One of a request's metric calls; the request is still under way.
    MetricPart {
        call: MetricCall,
        answer: MetricAnswer,
    },
    /// All metric calls of the request have been answered.
    MetricsDone,
}
