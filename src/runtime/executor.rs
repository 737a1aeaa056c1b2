//! Starts executions, each in a task of its own, and takes over those that nobody follows any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::clock::Clock;
use super::contained::{contained, defect};
use super::execute::{Report, Run, append};
use super::journal::{self, Claim, Journal};
use super::place::Place;
use super::rules::Rules;
use crate::app::Msg;
use crate::aws;
use crate::domain::{Fault, FaultKind};
use crate::ops::Approved;
use crate::ops::journal::{self as records, ExecutionId};
use crate::slices::{Body, Execution, Kind, Plan, Target};
use crate::world::World;

/// Messages that may wait for the screen.
const BACKLOG: usize = 256;
/// Whoever leaves waits so long for the disk.
const LEAVING: Duration = Duration::from_secs(2);

/// Starts and follows executions.
pub struct Executor {
    /// Without it nothing is carried out.
    journal: Option<Arc<Journal>>,
    places: Vec<Place>,
    clock: Clock,
    messages: mpsc::Sender<Msg>,
    tasks: JoinSet<()>,
    /// Records that are being written.
    records: JoinSet<()>,
    /// The world is this process's own, and began with it (the sandbox).
    world_is_own: bool,
    /// Executions that are no longer to be followed, or gone on with.
    given_up: watch::Sender<Vec<ExecutionId>>,
    /// The rules of now, which later steps are asked for.
    rules: watch::Sender<Rules>,
}

impl Executor {
    /// For these environments; what happens comes as messages.
    #[must_use]
    pub fn new(journal: Option<Arc<Journal>>, places: Vec<Place>, clock: Clock) -> (Self, mpsc::Receiver<Msg>) {
        let (messages, receiver) = mpsc::channel(BACKLOG);
        let given_up = watch::Sender::new(Vec::new());
        (
            Self {
                journal,
                places,
                clock,
                messages,
                tasks: JoinSet::new(),
                records: JoinSet::new(),
                world_is_own: false,
                given_up,
                rules: watch::Sender::new(Rules::default()),
            },
            receiver,
        )
    }

    /// What is armed and allowed now; executions ask it before their later steps.
    pub fn keep_rules(&self, world: &World) {
        self.rules.send_if_modified(|rules| {
            let changed = !rules.are_of(world);
            if changed {
                *rules = Rules::of(world);
            }
            changed
        });
    }

    /// The environments are other ones now; what runs goes on as it began.
    pub fn set_places(&mut self, places: Vec<Place>) {
        self.places = places;
    }

    /// Reads the state of the world for a plan; the answer is [`Msg::Observed`].
    pub fn observe(&mut self, id: u64, kind: Kind, target: Target) {
        self.reap();
        let (messages, clock) = (self.messages.clone(), self.clock.clone());
        let place = self.place(&target.environment);
        self.tasks.spawn(async move {
            let Some(place) = place else {
                let _ = messages.send(Msg::Observed { id, result: Err(nowhere(&target.environment)) }).await;
                return;
            };
            let read = contained(Box::pin(place.read(kind, &target, clock.now()))).await;
            let result = read.unwrap_or_else(|said| Err(defect(aws::GET_CALLER_IDENTITY, &said)));
            let _ = messages.send(Msg::Observed { id, result: result.map(Box::new) }).await;
        });
    }

    /// Writes a record that belongs to no execution; a failure is [`Msg::JournalFailed`].
    pub fn record(&mut self, environment: &str, arn: &str, body: Body) {
        self.reap();
        let Some(journal) = self.journal.clone() else { return };
        let (messages, at) = (self.messages.clone(), self.clock.now());
        let (environment, arn) = (environment.to_owned(), arn.to_owned());
        self.records.spawn(async move {
            match append(&journal, at, &environment, &arn, body).await {
                // Nobody has to hear it: a console that is left does not wait for it.
                Ok(_) => drop(messages.try_send(Msg::Recorded)),
                Err(why) => {
                    let _ = messages.send(Msg::JournalFailed(why)).await;
                }
            }
        });
    }

    /// Reads the journal and tells it, beside the event loop; the answer is [`Msg::JournalRead`].
    pub fn read_journal(&mut self, is_sandbox: bool) {
        self.reap();
        let folder = self.journal.as_ref().map(|journal| journal.folder().to_owned());
        let (messages, at) = (self.messages.clone(), self.clock.now());
        self.tasks.spawn(async move {
            let told = match folder {
                Some(folder) => tokio::task::spawn_blocking(move || journal::tell(&folder, is_sandbox, at))
                    .await
                    .unwrap_or_else(|error| Err(error.to_string())),
                None => Err("there is none, it could not be opened".to_owned()),
            };
            let _ = messages.send(Msg::JournalRead(told.map(Arc::new))).await;
        });
    }

    /// Waits until what was to be recorded is, for as long as somebody who leaves would.
    pub async fn settle(&mut self) {
        let _ = timeout(LEAVING, async { while self.records.join_next().await.is_some() {} }).await;
    }

    /// Carries an approved plan out.
    pub fn execute(&mut self, approved: Approved<Plan>) {
        self.reap();
        let environment = approved.plan().target.environment.clone();
        let (Some(place), Some(journal)) = (self.place(&environment), self.journal.clone()) else {
            let why = format!("{environment} is not there any more, or there is no journal: nothing was sent");
            let messages = self.messages.clone();
            self.tasks.spawn(async move {
                let _ = messages.send(Msg::NotBegun(why)).await;
            });
            return;
        };
        let run = Run {
            given_up: self.given_up.subscribe(),
            rules: self.rules.subscribe(),
            world_is_own: self.world_is_own,
            journal,
            place,
            clock: self.clock.clone(),
            reader: approved.plan().principal.clone(),
            report: Report::Console(self.messages.clone()),
        };
        let messages = self.messages.clone();
        self.tasks.spawn(async move {
            if let Err(said) = contained(Box::pin(run.begin(approved))).await {
                let _ = messages.send(Msg::NotBegun(broken_off(&said))).await;
            }
        });
    }

    /// Stops following an execution, and sends nothing more of it.
    pub fn give_up(&mut self, id: &ExecutionId) {
        self.given_up.send_modify(|all| all.push(id.clone()));
        // One that nobody follows has nobody to hear it: its lock can be had, and its end is written here.
        let Some(journal) = self.journal.clone() else { return };
        let (id, clock, messages) = (id.clone(), self.clock.clone(), self.messages.clone());
        self.records.spawn(async move {
            let Ok(Some(_claim)) = journal.claim(&id) else { return };
            let Some(mut execution) = again(&journal, &id).await else { return };
            if !execution.is_running() {
                // It ended elsewhere, and is shown as running here.
                let _ = messages.send(Msg::Execution(Box::new(execution))).await;
                return;
            }
            let (at, body) = (clock.now(), Body::Ended { execution: id, outcome: execution.given_up() });
            let reader = execution.plan.principal.clone();
            match append(&journal, at, &execution.environment, &reader, body.clone()).await {
                Ok(_) => {
                    execution.apply(at, &body);
                    let _ = messages.send(Msg::Execution(Box::new(execution))).await;
                }
                Err(why) => {
                    let _ = messages.send(Msg::JournalFailed(why)).await;
                }
            }
        });
    }

    /// Goes on following what the journal tells of and nobody follows any more. All executions
    /// that it tells of are reported first.
    ///
    /// In a world that `began_anew` (the sandbox's) there is nothing to follow: they are ended.
    pub fn take_over(&mut self, began_anew: bool) {
        self.world_is_own = began_anew;
        let Some(journal) = self.journal.clone() else { return };
        let (places, clock, messages) = (self.places.clone(), self.clock.clone(), self.messages.clone());
        let (given_up, rules) = (self.given_up.subscribe(), self.rules.subscribe());
        self.tasks.spawn(async move {
            // Read once, here and not before the first frame: it grows with every change.
            let reader = journal.clone();
            let read = tokio::task::spawn_blocking(move || {
                let stored = journal::read(reader.folder())?;
                Ok((records::entries(&stored.journal).0, stored.report().warning()))
            });
            let read: Result<_, String> = match read.await {
                Ok(read) => read.map_err(|error: std::io::Error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            let (entries, warning) = match read {
                Ok(read) => read,
                Err(why) => {
                    let _ = messages.send(Msg::JournalFailed(why)).await;
                    return;
                }
            };
            if let Some(warning) = warning {
                let _ = messages.send(Msg::JournalDoubtful(warning)).await;
            }
            let mut runs = JoinSet::new();
            for execution in Execution::rebuild(&entries) {
                let _ = messages.send(Msg::Execution(Box::new(execution.clone()))).await;
                // Whoever holds it follows it; a place that is no longer configured cannot be looked at.
                let place = places.iter().find(|place| place.environment == execution.environment).cloned();
                let Some(place) = place.filter(|_| execution.is_running()) else { continue };
                let run = Run {
                    given_up: given_up.clone(),
                    rules: rules.clone(),
                    world_is_own: began_anew,
                    journal: journal.clone(),
                    place,
                    clock: clock.clone(),
                    reader: execution.plan.principal.clone(),
                    report: Report::Console(messages.clone()),
                };
                let told = messages.clone();
                let watched = Watched { journal: journal.clone(), given_up: given_up.clone(), messages: told.clone() };
                runs.spawn(async move {
                    let work = async move {
                        let Some((execution, claim)) = watched.until_free(&execution.id).await else { return };
                        if began_anew {
                            run.abandon(execution, claim).await;
                        } else {
                            Box::pin(run.resume(execution, claim)).await;
                        }
                    };
                    if let Err(said) = contained(Box::pin(work)).await {
                        let _ = told.send(Msg::NotBegun(broken_off(&said))).await;
                    }
                });
            }
            while runs.join_next().await.is_some() {}
        });
    }

    fn place(&self, environment: &str) -> Option<Place> {
        self.places.iter().find(|place| place.environment == environment).cloned()
    }

    fn reap(&mut self) {
        while self.tasks.try_join_next().is_some() {}
        while self.records.try_join_next().is_some() {}
    }
}

/// Between two looks whether another process still follows an execution.
const HELD: Duration = Duration::from_secs(10);

/// An execution that another process follows, or nobody.
struct Watched {
    journal: Arc<Journal>,
    given_up: watch::Receiver<Vec<ExecutionId>>,
    messages: mpsc::Sender<Msg>,
}

impl Watched {
    /// Waits until nobody else follows it and tells its course meanwhile, as the journal has it. `None` when it has
    /// ended, or is given up here.
    async fn until_free(&self, id: &ExecutionId) -> Option<(Execution, Claim)> {
        let mut told = 0;
        loop {
            let claim = self.journal.claim(id).ok()?;
            // It may have gone on since it was read; once it is ours it does not.
            let execution = again(&self.journal, id).await?;
            if !execution.is_running() || (claim.is_none() && execution.history.len() != told) {
                told = execution.history.len();
                let _ = self.messages.send(Msg::Execution(Box::new(execution.clone()))).await;
            }
            match claim {
                _ if !execution.is_running() => return None,
                Some(claim) => return Some((execution, claim)),
                None if self.given_up.borrow().contains(id) => return None,
                None => sleep(HELD).await,
            }
        }
    }
}

/// An execution as the journal tells it now.
async fn again(journal: &Arc<Journal>, id: &ExecutionId) -> Option<Execution> {
    let journal = journal.clone();
    let entries = tokio::task::spawn_blocking(move || journal.read_all()).await.ok()?.ok()?;
    Execution::rebuild(&entries).into_iter().find(|known| known.id == *id)
}

/// That an execution is followed no longer, because of a defect of our own.
fn broken_off(said: &str) -> String {
    let what = aws::error::one_line(said);
    format!("a defect of qd's own ended the following of a change: what was sent goes on in AWS, see O ({what})")
}

/// There is no such environment any more.
fn nowhere(environment: &str) -> Fault {
    let message = format!("the environment {environment} is not configured any more");
    Fault { kind: FaultKind::NotFound, call: aws::GET_CALLER_IDENTITY.to_owned(), message, request_id: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::guard::Approval;
    use crate::ops::journal::Outcome;
    use crate::ops::{Fingerprint, Level};
    use crate::services::rds::{
        Kind,
        testing::{at, seen},
    };
    use crate::slices::testing::plan_of;

    /// A journal with an execution that was approved and no more.
    fn begun(folder: &std::path::Path) -> (Arc<Journal>, ExecutionId) {
        let seen = seen();
        let plan = plan_of(Kind::CreateSnapshot.offer(&seen), &seen);
        let approval = Approval {
            at: at(),
            reason: "INC-1".into(),
            typed: plan.fingerprint.short(),
            level: Level::Confirm,
            headless: true,
            fingerprint: plan.fingerprint.clone(),
        };
        let id = ExecutionId::new(at(), &plan.fingerprint, 7);
        let journal = Arc::new(Journal::open(folder).unwrap());
        let body = Body::Approved { execution: id.clone(), plan: Box::new(plan), approval };
        journal.append(at(), "PROD", "", body).unwrap();
        (journal, id)
    }

    fn watched(journal: &Arc<Journal>) -> (Watched, mpsc::Receiver<Msg>, watch::Sender<Vec<ExecutionId>>) {
        let (messages, told) = mpsc::channel(8);
        let (sender, given_up) = watch::channel(Vec::new());
        (Watched { journal: journal.clone(), given_up, messages }, told, sender)
    }

    /// `qd apply` in another terminal is killed while a console looks on.
    #[tokio::test(start_paused = true)]
    async fn what_another_process_no_longer_follows_is_taken_over_by_a_live_console() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, id) = begun(folder.path());
        let theirs = Journal::open(folder.path()).unwrap().claim(&id).unwrap().expect("nobody holds it");
        let (watched, mut told, _given_up) = watched(&journal);
        let of = id.clone();
        let waiting = tokio::spawn(async move { watched.until_free(&of).await });
        assert!(matches!(told.recv().await, Some(Msg::Execution(known)) if known.history.len() == 1));

        // It goes on elsewhere, and is shown as it goes.
        let body = Body::Verified { execution: id.clone(), fingerprint: Fingerprint::default(), sender: String::new() };
        journal.append(at(), "PROD", "", body).unwrap();
        assert!(matches!(told.recv().await, Some(Msg::Execution(known)) if known.history.len() == 2));
        assert!(!waiting.is_finished(), "it was taken from who follows it");

        drop(theirs);
        let (execution, _claim) = waiting.await.unwrap().expect("it is nobody's");
        assert!(execution.id == id && execution.is_running());
    }

    #[tokio::test(start_paused = true)]
    async fn what_ends_elsewhere_is_told_and_what_is_given_up_here_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, id) = begun(folder.path());
        let _theirs = Journal::open(folder.path()).unwrap().claim(&id).unwrap().expect("nobody holds it");
        let (first, _, given_up) = watched(&journal);
        given_up.send_replace(vec![id.clone()]);
        assert!(first.until_free(&id).await.is_none());

        let body = Body::Ended { execution: id.clone(), outcome: Outcome::Done };
        journal.append(at(), "PROD", "", body).unwrap();
        let (second, mut told, _given_up) = watched(&journal);
        assert!(second.until_free(&id).await.is_none());
        assert!(matches!(told.recv().await, Some(Msg::Execution(known)) if known.outcome == Some(Outcome::Done)));
    }
}
