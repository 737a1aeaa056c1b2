//! Carries requests to AWS: bounded a service, each in a task of its own, answers as messages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::configured::Sessions;
use super::contained::{contained, defect};
use crate::app::Msg;
use crate::aws::{self, Session};
use crate::collect::Signing;
use crate::collect::metrics::MetricCall;
use crate::domain::{Fault, Site, SiteId};
use crate::services::{alarms, rds};
use crate::slices::reads::{Answer, Ask, Request, Target};
use crate::world::Estate;

/// Requests of one site to one service that are under way at once: AWS's limits are per account and
/// region, and a site that hangs must not hold up another. Well below the limits (`GetMetricData`
/// allows 50 a second), enough to hide the distance.
const RDS: usize = 4;
const CLOUDWATCH: usize = 6;
const STS: usize = 2;
/// Answers that may wait for the screen.
const BACKLOG: usize = 1024;

/// Performs [`Request`]s.
pub struct Driver {
    sites: HashMap<SiteId, Place>,
    answers: mpsc::Sender<Msg>,
    tasks: JoinSet<()>,
    /// The last answer to what is a list: what has not changed since is the same record.
    lists: Lists,
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
}

impl Driver {
    /// A driver for these sessions; answers come out of the receiver.
    #[must_use]
    pub fn new(sessions: &Sessions, estate: &Estate) -> (Self, mpsc::Receiver<Msg>) {
        let (answers, receiver) = mpsc::channel(BACKLOG);
        let limits =
            || Limits { rds: Semaphore::new(RDS), cloudwatch: Semaphore::new(CLOUDWATCH), sts: Semaphore::new(STS) };
        let place = |(id, site): (SiteId, &Site)| {
            let session = sessions.get(&site.session)?.clone();
            Some((id, Place { site: site.clone(), session, limits: Arc::new(limits()) }))
        };
        let sites = estate.sites().filter_map(place).collect();
        let driver = Self { sites, answers, tasks: JoinSet::new(), lists: Lists::default() };
        (driver, receiver)
    }

    /// Starts a request; returns at once.
    pub fn fetch(&mut self, request: Request) {
        while self.tasks.try_join_next().is_some() {}
        let Some(Place { site, session, limits }) = self.sites.get(&request.target.site).cloned() else { return };
        let (answers, lists) = (self.answers.clone(), self.lists.clone());
        self.tasks.spawn(async move {
            let Request { id, target, ask, signing } = request;
            let call = call_of(&ask);
            let work = Box::pin(answer(&session, &site, &limits, (ask, signing), (id, &target), &answers));
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

/// Carries a request out; parts of its answer are handed on before.
async fn answer(
    session: &Session,
    site: &Site,
    limits: &Limits,
    (ask, signing): (Ask, Signing),
    (id, target): (u64, &Target),
    answers: &mpsc::Sender<Msg>,
) -> Result<Answer, Fault> {
    match signing {
        Signing::Reread if session.asks_for_code() => {}
        Signing::Reread | Signing::Anew => session.forget_credentials(),
        Signing::Kept => {}
    }
    // Before any place in a queue is taken: a question for an MFA code may take minutes.
    session.signed_in(call_of(&ask)).await?;
    match ask {
        Ask::Rds(rds::Ask::Metrics { calls }) => metrics(session, site, limits, calls, id, target, answers).await,
        ask => single(session, site, limits, ask).await,
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
    }
}

async fn single(session: &Session, site: &Site, limits: &Limits, ask: Ask) -> Result<Answer, Fault> {
    let region = site.region.as_str();
    let limit = match ask {
        Ask::Identity => &limits.sts,
        Ask::Alarms(_) => &limits.cloudwatch,
        Ask::Rds(_) => &limits.rds,
    };
    let _permit = limit.acquire().await;
    match ask {
        Ask::Identity => aws::sts::identity(session, region).await.map(Answer::Identity),
        Ask::Rds(ask) => aws::rds::answer(session, region, ask).await.map(Answer::Rds),
        Ask::Alarms(ask) => aws::alarms::answer(session, region, ask).await.map(Answer::Alarms),
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
