//! What is read of all services: which reads there are, what is asked and answered, where the answers are kept.

use std::sync::Arc;

use jiff::Timestamp;

use crate::collect::{self, Attention, Readable, Taken};
use crate::domain::{ClusterSpec, Fault, Identity, SiteId};
use crate::services::{alarms, kubernetes, rds, secrets};

/// What is said of watches and logs of clusters.
pub use crate::services::kubernetes::logs::{LogAsk, LogTold};
pub use crate::services::kubernetes::{ServerAddress, WatchTold};

pub type Target = collect::Target<Read>;
pub type Request = collect::Request<Read, Ask>;
pub type Schedule = collect::Schedule<Read>;

/// One thing that is read as a whole and has one age.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Read {
    /// Who we are (`sts:GetCallerIdentity`).
    Identity,
    Rds(rds::Read),
    Alarms(alarms::Read),
    Kubernetes(kubernetes::Read),
    Secrets(secrets::Read),
}

/// What exactly is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Identity,
    Rds(rds::Ask),
    Alarms(alarms::Ask),
    Kubernetes(kubernetes::Ask),
    Secrets(secrets::Ask),
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Identity(Identity),
    Rds(rds::Answer),
    Alarms(alarms::Answer),
    Kubernetes(kubernetes::Answer),
    Secrets(secrets::Answer),
}

/// What fills the screen: it decides what is read more often, or at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Shown {
    /// The DB instances of all that is looked at.
    #[default]
    Databases,
    /// One DB instance.
    Database(SiteId, rds::Opened),
    /// The alarms of all that is looked at, and the one under the cursor by its name.
    Alarms(Option<(SiteId, Arc<str>)>),
    /// The clusters of all that is looked at.
    Clusters,
    /// One cluster, or something of it.
    Cluster(SiteId, Arc<str>),
    /// The secrets of all that is looked at, and the one under the cursor by its ARN.
    Secrets(Option<(SiteId, Arc<str>)>),
}

/// What of [`Shown`] decides which things are read at all; how often, and of which time, is another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wants {
    Lists,
    Database(SiteId, Arc<str>, u32),
    Alarm(SiteId, Arc<str>),
    Cluster(SiteId, Arc<str>),
    Secret(SiteId, Arc<str>),
}

impl Shown {
    /// Which things are read for it.
    #[must_use]
    pub fn wants(&self) -> Wants {
        match self {
            Self::Databases | Self::Alarms(None) | Self::Clusters | Self::Secrets(None) => Wants::Lists,
            Self::Database(site, open) => Wants::Database(*site, open.id.clone(), open.period),
            Self::Alarms(Some((site, name))) => Wants::Alarm(*site, name.clone()),
            Self::Cluster(site, name) => Wants::Cluster(*site, name.clone()),
            Self::Secrets(Some((site, arn))) => Wants::Secret(*site, arn.clone()),
        }
    }
}

/// What the services know of a site.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    pub rds: rds::Data,
    pub alarms: alarms::Data,
    pub kubernetes: kubernetes::Data,
    pub secrets: secrets::Data,
}

impl Read {
    /// All DB instances of a site.
    pub const DATABASES: Self = Self::Rds(rds::Read::Databases);

    /// The node groups of a cluster.
    #[must_use]
    pub fn nodegroups(cluster: &str) -> Self {
        Self::Kubernetes(kubernetes::Read::Nodegroups(cluster.into()))
    }

    /// It is wanted only while what it is of is looked at.
    #[must_use]
    pub fn is_of_detail(&self) -> bool {
        match self {
            Self::Identity => false,
            Self::Rds(read) => read.is_of_detail(),
            Self::Alarms(read) => read.is_of_detail(),
            Self::Kubernetes(read) => read.is_of_detail(),
            Self::Secrets(read) => read.is_of_detail(),
        }
    }

    /// Under what its failures are told: one cause for all alarms or secrets that are looked at one after the other.
    #[must_use]
    pub fn told_as(&self) -> Self {
        match self {
            Self::Alarms(alarms::Read::History(_)) => Self::Alarms(alarms::Read::History("".into())),
            Self::Alarms(alarms::Read::Curve(_)) => Self::Alarms(alarms::Read::Curve("".into())),
            Self::Secrets(read) => Self::Secrets(read.of_any()),
            other => other.clone(),
        }
    }

    /// Everything else is read through it.
    #[must_use]
    pub fn is_basic(&self) -> bool {
        matches!(self, Self::Identity) || *self == Self::DATABASES
    }
}

impl Readable for Read {
    fn title(&self) -> String {
        match self {
            Self::Identity => "identity".into(),
            Self::Rds(read) => read.title(),
            Self::Alarms(alarms::Read::History(name)) if name.is_empty() => "history of alarms".into(),
            Self::Alarms(alarms::Read::Curve(name)) if name.is_empty() => "curves of alarms".into(),
            Self::Alarms(read) => read.title(),
            Self::Kubernetes(read) => read.title(),
            Self::Secrets(read) => read.title(),
        }
    }

    fn intervals(&self) -> [i64; 3] {
        match self {
            Self::Identity => [300, 300, 900],
            Self::Rds(read) => read.intervals(),
            Self::Alarms(read) => read.intervals(),
            Self::Kubernetes(read) => read.intervals(),
            Self::Secrets(read) => read.intervals(),
        }
    }

    fn is_of_periods(&self) -> bool {
        match self {
            Self::Identity => false,
            Self::Rds(read) => read.is_of_periods(),
            Self::Alarms(read) => read.is_of_periods(),
            Self::Kubernetes(_) => false,
            Self::Secrets(read) => read.is_of_periods(),
        }
    }
}

impl From<rds::Read> for Read {
    fn from(read: rds::Read) -> Self {
        Self::Rds(read)
    }
}

impl From<alarms::Read> for Read {
    fn from(read: alarms::Read) -> Self {
        Self::Alarms(read)
    }
}

impl From<kubernetes::Read> for Read {
    fn from(read: kubernetes::Read) -> Self {
        Self::Kubernetes(read)
    }
}

impl From<secrets::Read> for Read {
    fn from(read: secrets::Read) -> Self {
        Self::Secrets(read)
    }
}

impl From<rds::Answer> for Answer {
    fn from(answer: rds::Answer) -> Self {
        Self::Rds(answer)
    }
}

impl From<alarms::Answer> for Answer {
    fn from(answer: alarms::Answer) -> Self {
        Self::Alarms(answer)
    }
}

impl Ask {
    /// Metrics that CloudWatch is asked for: it takes money for each.
    #[must_use]
    pub fn metrics(&self) -> usize {
        match self {
            Self::Rds(rds::Ask::Metrics { calls }) => calls.iter().map(|call| call.queries.len()).sum(),
            Self::Alarms(alarms::Ask::Curve(question)) => question.queries.len(),
            _ => 0,
        }
    }

    /// The answer, where nothing has to be asked for it.
    #[must_use]
    pub fn answered(&self) -> Option<Answer> {
        let is_settled = matches!(self, Self::Rds(rds::Ask::Metrics { calls }) if calls.is_empty());
        is_settled.then_some(Answer::Rds(rds::Answer::MetricsDone))
    }
}

impl Answer {
    /// What has not changed since another answer to the same becomes the same record as there.
    pub fn share(&mut self, before: &Self) {
        match (self, before) {
            (Self::Rds(fresh), Self::Rds(before)) => fresh.share(before),
            (Self::Alarms(fresh), Self::Alarms(before)) => fresh.share(before),
            (Self::Secrets(fresh), Self::Secrets(before)) => fresh.share(before),
            _ => {}
        }
    }

    /// It is a list of records that an answer to the same is worth being compared with.
    #[must_use]
    pub fn is_list(&self) -> bool {
        match self {
            Self::Identity(_) => false,
            Self::Rds(answer) => answer.is_list(),
            Self::Alarms(answer) => answer.is_list(),
            Self::Kubernetes(_) => false,
            Self::Secrets(answer) => answer.is_list(),
        }
    }

    /// It is a part of an answer; the request is still under way.
    #[must_use]
    pub fn is_part(&self) -> bool {
        matches!(self, Self::Rds(rds::Answer::MetricPart { .. }))
    }

    /// The accounts that its ARNs are of: the credentials may have changed since we asked who we are.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        let of_rds = if let Self::Rds(answer) = self { Some(answer.accounts()) } else { None };
        let of_alarms = if let Self::Alarms(answer) = self { Some(answer.accounts()) } else { None };
        let of_clusters = if let Self::Kubernetes(answer) = self { Some(answer.accounts()) } else { None };
        let of_secrets = if let Self::Secrets(answer) = self { Some(answer.accounts()) } else { None };
        let others = of_alarms.into_iter().flatten().chain(of_clusters.into_iter().flatten());
        of_rds.into_iter().flatten().chain(others).chain(of_secrets.into_iter().flatten())
    }
}

/// What of a site is worth reading, and how eagerly. `is_there` where it belongs to what is looked at; `is_dear` when
/// the console's own calls cost more than they may.
#[must_use]
pub fn wanted(shown: &Shown, site: SiteId, is_there: bool, is_dear: bool, data: &Data) -> Vec<(Read, Attention)> {
    let database = match shown {
        Shown::Database(at, open) if *at == site => Some(open),
        _ => None,
    };
    let alarm = match shown {
        Shown::Alarms(Some((at, name))) if *at == site => Some(name),
        _ => None,
    };
    let cluster = match shown {
        Shown::Cluster(at, name) if *at == site => Some(&**name),
        _ => None,
    };
    let list = match shown {
        _ if database.is_some() => Attention::Watched,
        _ if !is_there => Attention::Hidden,
        Shown::Databases => Attention::Watched,
        Shown::Database(..) | Shown::Alarms(_) | Shown::Clusters | Shown::Cluster(..) | Shown::Secrets(_) => {
            Attention::Near
        }
    };
    let alarms = match shown {
        Shown::Alarms(_) if is_there => Attention::Watched,
        Shown::Databases if list == Attention::Watched => Attention::Near,
        _ => list,
    };
    let clusters = match shown {
        Shown::Clusters if is_there => Attention::Watched,
        _ if cluster.is_some() => Attention::Watched,
        _ if is_there => Attention::Near,
        _ => Attention::Hidden,
    };
    let (secrets, secret) = match shown {
        Shown::Secrets(open) if is_there => {
            (Attention::Watched, open.as_ref().filter(|(at, _)| *at == site).map(|(_, arn)| arn))
        }
        _ if is_there => (Attention::Near, None),
        _ => (Attention::Hidden, None),
    };
    // Metrics are what costs. A key (`R`, opening a DB instance) still brings them at once.
    let paid = if is_dear { list.min(Attention::Hidden) } else { list };
    let of_rds = rds::reads::wanted(list, paid, database).into_iter().map(|(read, eager)| (read.into(), eager));
    let of_alarms = alarms::wanted(alarms, alarm).into_iter().map(|(read, eager)| {
        let is_paid = matches!(read, alarms::Read::Curve(_));
        (read.into(), if is_paid && is_dear { eager.min(Attention::Near) } else { eager })
    });
    let known = data.kubernetes.metered();
    let of_clusters =
        kubernetes::wanted(clusters, cluster, &known).into_iter().map(|(read, eager)| (read.into(), eager));
    let of_secrets = secrets::wanted(secrets, secret).into_iter().map(|(read, eager)| (read.into(), eager));
    let identity = (Read::Identity, list.max(alarms).max(clusters).max(secrets));
    std::iter::once(identity).chain(of_rds).chain(of_alarms).chain(of_clusters).chain(of_secrets).collect()
}

impl Data {
    /// Of a site that another account answered for: nothing, and why.
    #[must_use]
    pub fn refused(fault: Fault) -> Self {
        let kubernetes = kubernetes::Data::refused(fault.clone());
        let secrets = secrets::Data::refused(fault.clone());
        Self { rds: rds::Data::refused(fault), kubernetes, secrets, ..Self::default() }
    }

    /// Nothing was ever read of any service.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        let Self { rds, alarms, kubernetes, secrets } = self;
        rds.databases.value().is_none()
            && alarms.all.value().is_none()
            && kubernetes.clusters.value().is_none()
            && secrets.all.value().is_none()
    }

    /// The exact question; none when it cannot be asked yet. `specs` say how the clusters of the site are reached.
    #[must_use]
    pub fn ask(&mut self, read: &Read, shown: &Shown, specs: &[ClusterSpec], now: Timestamp) -> Option<Ask> {
        match read {
            Read::Identity => Some(Ask::Identity),
            Read::Rds(read) => {
                let open = if let Shown::Database(_, open) = shown { Some(open) } else { None };
                self.rds.ask(read, open, now).map(Ask::Rds)
            }
            Read::Alarms(read) => self.alarms.ask(read, now).map(Ask::Alarms),
            Read::Kubernetes(read) => self.kubernetes.ask(read, specs).map(Ask::Kubernetes),
            Read::Secrets(read) => Some(Ask::Secrets(self.secrets.ask(read))),
        }
    }

    /// An attempt has begun.
    pub fn begin(&mut self, read: &Read) {
        match read {
            Read::Identity => {}
            Read::Rds(read) => self.rds.begin(read),
            Read::Alarms(read) => self.alarms.begin(read),
            Read::Kubernetes(read) => self.kubernetes.begin(read),
            Read::Secrets(read) => self.secrets.begin(read),
        }
    }

    /// An attempt failed.
    pub fn fail(&mut self, read: &Read, fault: Fault) {
        match read {
            Read::Identity => {}
            Read::Rds(read) => self.rds.fail(read, fault),
            Read::Alarms(read) => self.alarms.fail(read, fault),
            Read::Kubernetes(read) => self.kubernetes.fail(read, fault),
            Read::Secrets(read) => self.secrets.fail(read, fault),
        }
    }

    /// Takes an answer in. One to something else is no answer.
    pub fn store(&mut self, read: &Read, answer: Answer, now: Timestamp) -> Taken<Read> {
        match (read, answer) {
            (Read::Rds(read), Answer::Rds(answer)) => self.rds.store(read, answer, now).map(Read::Rds),
            (Read::Alarms(read), Answer::Alarms(answer)) => self.alarms.store(read, answer, now).into(),
            (Read::Kubernetes(read), Answer::Kubernetes(answer)) => self.kubernetes.store(read, answer, now).into(),
            (Read::Secrets(read), Answer::Secrets(answer)) => self.secrets.store(read, answer, now).into(),
            _ => Taken::default(),
        }
    }

    /// Records that the last answer to a list gave.
    #[must_use]
    pub fn records(&self, read: &Read) -> usize {
        match read {
            Read::Identity => 0,
            Read::Rds(read) => self.rds.records(read),
            Read::Alarms(read) => self.alarms.records(read),
            Read::Kubernetes(read) => self.kubernetes.records(read),
            Read::Secrets(read) => self.secrets.records(read),
        }
    }
}
