//! Carries requests to AWS: bounded a service, each in a task of its own, answers as messages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{self, FuturesUnordered, StreamExt};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use super::clusters::{ApiServers, Reaching};
use super::configured::Sessions;
use super::contained::{contained, defect};
use super::streams::Streams;
use crate::app::Msg;
use crate::aws::{self, Session};
use crate::collect::Signing;
use crate::collect::metrics::MetricCall;
use crate::domain::{Fault, Site, SiteId};
use crate::services::kubernetes::logs::{LogAsk, LogTold};
use crate::services::kubernetes::{ServerAddress, ServerAsk, WatchTold};
use crate::services::{alarms, kubernetes, rds};
use crate::slices::reads::{Answer, Ask, Request, Target};
use crate::world::{Estate, WatchTarget};

/// Requests of one site to one service that are under way at once: AWS's limits are per account and
/// region, and a site that hangs must not hold up another. Well below the limits (`GetMetricData`
/// allows 50 a second), enough to hide the distance.
const RDS: usize = 4;
const CLOUDWATCH: usize = 6;
const STS: usize = 2;
const EKS: usize = 3;
const SECRETS: usize = 2;
const SERVERS: usize = 4;
/// Answers that may wait for the screen.
const BACKLOG: usize = 1024;
/// While so many wait nothing more of a log is put among them.
const LOG_BACKLOG: usize = 16;

/// Performs [`Request`]s.
pub struct Driver {
    sites: HashMap<SiteId, Place>,
    answers: mpsc::Sender<Msg>,
    tasks: JoinSet<()>,
    /// The last answer to what is a list: what has not changed since is the same record.
    lists: Lists,
    /// The API servers of clusters.
    clusters: ApiServers,
    /// What is watched there.
    streams: Streams<Msg>,
    /// The logs that are read there.
    logs: HashMap<u64, AbortHandle>,
}

/// What answered last, by what was asked.
type Lists = Arc<Mutex<HashMap<Target, Answer>>>;

/// A site, and what it is asked through.
#[derive(Clone)]
struct Place {
    site: Site,
    session: Session,
    limits: Arc<Limits>,
}

struct Limits {
    rds: Semaphore,
    cloudwatch: Semaphore,
    sts: Semaphore,
    eks: Semaphore,
    secrets: Semaphore,
    /// Questions to API servers of clusters; watches are none.
    servers: Semaphore,
}

impl Driver {
    /// A driver for these sessions; answers come out of the receiver.
    #[must_use]
    pub fn new(sessions: &Sessions, estate: &Estate) -> (Self, mpsc::Receiver<Msg>) {
        let (answers, receiver) = mpsc::channel(BACKLOG);
        let limits = || Limits {
            rds: Semaphore::new(RDS),
            cloudwatch: Semaphore::new(CLOUDWATCH),
            sts: Semaphore::new(STS),
            eks: Semaphore::new(EKS),
            secrets: Semaphore::new(SECRETS),
            servers: Semaphore::new(SERVERS),
        };
        let place = |(id, site): (SiteId, &Site)| {
            let session = sessions.get(&site.session)?.clone();
            Some((id, Place { site: site.clone(), session, limits: Arc::new(limits()) }))
        };
        let sites = estate.sites().filter_map(place).collect();
        let driver = Self {
            sites,
            streams: Streams::new(answers.clone()),
            answers,
            tasks: JoinSet::new(),
            lists: Lists::default(),
            clusters: ApiServers::default(),
            logs: HashMap::new(),
        };
        (driver, receiver)
    }

    /// The same with this to reach clusters by.
    #[must_use]
    pub fn reaching(mut self, reach: Reaching) -> Self {
        self.clusters = ApiServers::new(reach);
        self
    }

    /// With what clusters are reached.
    #[must_use]
    pub fn reach(&self) -> &Reaching {
        self.clusters.reach()
    }

    /// Starts a watch of this number; returns at once.
    pub fn watch(&mut self, id: u64, target: WatchTarget, address: Arc<ServerAddress>) {
        let Some(Place { site, session, .. }) = self.sites.get(&target.site).cloned() else { return };
        let (clusters, kind, at) = (self.clusters.clone(), target.watch.kind, target.site);
        let opened = async move {
            match clusters.api(&session, &site.region, at, &address).await {
                Ok(api) => {
                    let doubted = clusters.clone();
                    let doubt = move |told: &WatchTold| {
                        told.loss().into_iter().for_each(|fault| doubted.doubt(at, &address, fault));
                    };
                    api.watch(kind).inspect(doubt).boxed()
                }
                Err(fault) => stream::iter([WatchTold::lost(kind, fault)]).boxed(),
            }
        };
        let call = format!("k8s: watch {}", kind.resource().2);
        let open = Box::new(move || opened.flatten_stream().boxed());
        let say = move |told| Msg::Streamed { id, target: target.clone(), told };
        self.streams.begin(id, &call, open, move |fault| WatchTold::lost(kind, fault), say);
    }

    /// Ends a watch.
    pub fn unwatch(&mut self, id: u64) {
        self.streams.end(id);
    }

    /// Starts to read a log; returns at once.
    pub fn read_log(&mut self, id: u64, at: SiteId, ask: LogAsk) {
        let Some(Place { site, session, .. }) = self.sites.get(&at).cloned() else { return };
        let (clusters, answers) = (self.clusters.clone(), self.answers.clone());
        let task = self.tasks.spawn(async move {
            let opened = async move {
                match clusters.api(&session, &site.region, at, &ask.address).await {
                    Ok(api) => api.log(&ask.source),
                    Err(fault) => stream::iter([LogTold::Lost(fault)]).boxed(),
                }
            };
            let answered = answers.clone();
            let work = async move {
                let mut lines = opened.flatten_stream().boxed();
                while let Some(told) = lines.next().await {
                    // A log that says much leaves room for everything else, and waits outside of this process.
                    while answered.capacity() < BACKLOG - LOG_BACKLOG {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    if answered.send(Msg::Logged { id, told }).await.is_err() {
                        break;
                    }
                }
            };
            if let Err(said) = contained(Box::pin(work)).await {
                let told = LogTold::Lost(defect("k8s: get pods/log", &said));
                let _ = answers.send(Msg::Logged { id, told }).await;
            }
        });
        self.logs.retain(|_, task| !task.is_finished());
        self.logs.insert(id, task);
    }

    /// Reads a log no further.
    pub fn leave_log(&mut self, id: u64) {
        if let Some(task) = self.logs.remove(&id) {
            task.abort();
        }
    }

    /// Starts a request; returns at once.
    pub fn fetch(&mut self, request: Request) {
        while self.tasks.try_join_next().is_some() {}
        let Some(Place { site, session, limits }) = self.sites.get(&request.target.site).cloned() else { return };
        let (answers, lists, clusters) = (self.answers.clone(), self.lists.clone(), self.clusters.clone());
        self.tasks.spawn(async move {
            let Request { id, target, ask, signing } = request;
            let call = call_of(&ask);
            let of = Asked { session: &session, site: &site, limits: &limits, clusters: &clusters };
            let work = Box::pin(answer(of, (ask, signing), (id, &target), &answers));
            let mut result = contained(work).await.unwrap_or_else(|said| Err(defect(call, &said)));
            if let Ok(answer) = &mut result {
                share(&lists, &target, answer);
            }
            // The receiver is gone only when the console is leaving.
            let _ = answers.send(Msg::Answered { id, target, result }).await;
        });
    }
}

/// What has not changed since the last answer becomes the same record as there, so that it is neither compared nor
/// freed where the screen would wait for it.
fn share(lists: &Lists, target: &Target, answer: &mut Answer) {
    if !answer.is_list() {
        return;
    }
    let lock = || lists.lock().unwrap_or_else(PoisonError::into_inner);
    let before = lock().remove(target);
    if let Some(before) = &before {
        answer.share(before);
    }
    lock().insert(target.clone(), answer.clone());
}

/// Who is asked, and through what.
#[derive(Clone, Copy)]
struct Asked<'a> {
    session: &'a Session,
    site: &'a Site,
    limits: &'a Limits,
    clusters: &'a ApiServers,
}

/// Carries a request out; parts of its answer are handed on before.
async fn answer(
    of: Asked<'_>,
    (ask, signing): (Ask, Signing),
    (id, target): (u64, &Target),
    answers: &mpsc::Sender<Msg>,
) -> Result<Answer, Fault> {
    let Asked { session, site, limits, .. } = of;
    match signing {
        Signing::Reread if session.asks_for_code() => {}
        Signing::Reread | Signing::Anew => {
            session.forget_credentials();
            of.clusters.forget(target.site);
        }
        Signing::Kept => {}
    }
    // Before any place in a queue is taken: a question for an MFA code may take minutes.
    session.signed_in(call_of(&ask)).await?;
    match ask {
        Ask::Rds(rds::Ask::Metrics { calls }) => metrics(session, site, limits, calls, id, target, answers).await,
        Ask::Kubernetes(kubernetes::Ask::Server(address, ask)) => server(of, target.site, &address, ask).await,
        ask => single(of, ask).await,
    }
}

/// The call that a fault before it would be a fault of.
fn call_of(ask: &Ask) -> &'static str {
    match ask {
        Ask::Identity => aws::GET_CALLER_IDENTITY,
        Ask::Rds(rds::Ask::Databases) => aws::DESCRIBE_DB_INSTANCES,
        Ask::Rds(rds::Ask::Maintenance) => aws::DESCRIBE_PENDING_MAINTENANCE_ACTIONS,
        Ask::Rds(rds::Ask::Events { .. }) => aws::DESCRIBE_EVENTS,
        Ask::Rds(rds::Ask::Snapshots { .. }) => aws::DESCRIBE_DB_SNAPSHOTS,
        Ask::Rds(rds::Ask::Metrics { .. }) | Ask::Alarms(alarms::Ask::Curve(_)) => aws::GET_METRIC_DATA,
        Ask::Alarms(alarms::Ask::All) => aws::DESCRIBE_ALARMS,
        Ask::Alarms(alarms::Ask::History { .. }) => aws::DESCRIBE_ALARM_HISTORY,
        Ask::Kubernetes(kubernetes::Ask::Eks(ask)) => aws::eks::call_of(ask),
        Ask::Secrets(ask) => aws::secrets::call_of(ask),
        Ask::Kubernetes(kubernetes::Ask::Server(_, ServerAsk::Served)) => "k8s: get /apis",
        Ask::Kubernetes(kubernetes::Ask::Server(_, ServerAsk::Usage)) => "k8s: list nodes.metrics.k8s.io",
    }
}

/// Asks the API server of a cluster.
async fn server(of: Asked<'_>, at: SiteId, address: &Arc<ServerAddress>, ask: ServerAsk) -> Result<Answer, Fault> {
    let _permit = of.limits.servers.acquire().await;
    let api = of.clusters.api(of.session, &of.site.region, at, address).await?;
    let answer = match ask {
        ServerAsk::Served => api.served().await.map(kubernetes::Answer::Served),
        ServerAsk::Usage => api.usage().await.map(kubernetes::Answer::Usage),
    };
    answer.map(Answer::Kubernetes).inspect_err(|fault| of.clusters.doubt(at, address, fault))
}

async fn single(of: Asked<'_>, ask: Ask) -> Result<Answer, Fault> {
    let Asked { session, site, limits, .. } = of;
    let region = site.region.as_str();
    let limit = match ask {
        Ask::Identity => &limits.sts,
        Ask::Alarms(_) => &limits.cloudwatch,
        Ask::Rds(_) => &limits.rds,
        Ask::Kubernetes(_) => &limits.eks,
        Ask::Secrets(_) => &limits.secrets,
    };
    let _permit = limit.acquire().await;
    match ask {
        Ask::Identity => aws::sts::identity(session, region).await.map(Answer::Identity),
        Ask::Rds(ask) => aws::rds::answer(session, region, ask).await.map(Answer::Rds),
        Ask::Alarms(ask) => aws::alarms::answer(session, region, ask).await.map(Answer::Alarms),
        Ask::Kubernetes(kubernetes::Ask::Eks(ask)) => {
            aws::eks::answer(session, region, ask).await.map(Answer::Kubernetes)
        }
        Ask::Secrets(ask) => aws::secrets::answer(session, region, ask).await.map(Answer::Secrets),
        Ask::Kubernetes(kubernetes::Ask::Server(..)) => Err(defect("k8s", "an API server is asked elsewhere")),
    }
}

/// All calls of a metrics request side by side; each answer is handed on as it comes, the first
/// failure ends up as the request's result after all have ended.
async fn metrics(
    session: &Session,
    site: &Site,
    limits: &Limits,
    calls: Vec<MetricCall>,
    id: u64,
    target: &Target,
    answers: &mpsc::Sender<Msg>,
) -> Result<Answer, Fault> {
    let mut under_way: FuturesUnordered<_> = calls
        .into_iter()
        .map(|call| async move {
            let _permit = limits.cloudwatch.acquire().await;
            let answer = aws::cloudwatch::metric_data(session, &site.region, &call).await;
            (call, answer)
        })
        .collect();
    let mut result = Ok(rds::Answer::MetricsDone.into());
    while let Some((call, answer)) = under_way.next().await {
        match answer {
            Ok(answer) => {
                let part = rds::Answer::MetricPart { call, answer }.into();
                let _ = answers.send(Msg::Answered { id, target: target.clone(), result: Ok(part) }).await;
            }
            Err(fault) if result.is_ok() => result = Err(fault),
            Err(_) => {}
        }
    }
    result
}
