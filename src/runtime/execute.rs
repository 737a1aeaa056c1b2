//! Carries approved plans out: journal, fresh reading, call, follow, journal.
//!
//! The one place from which a mutating call leaves. Nothing is sent that is not in the journal,
//! nothing is sent twice, and what was sent is followed until AWS shows its end, also by the next
//! console when this one is killed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::clock::Clock;
use super::journal::{Claim, Journal};
use super::place::{Place, Sender};
use super::rules::Rules;
use crate::app::Msg;
use crate::aws::rds::find_database;
use crate::domain::database::Condition;
use crate::domain::{Database, Event, Fault, FaultKind, Identity};
use crate::ops::Approved;
use crate::ops::call::ApiName;
use crate::ops::execution::{Act, ended};
use crate::ops::journal::{ExecutionId, Outcome, StepEnd};
use crate::ops::plan::Gate;
use crate::ops::sent::SendFault;
use crate::services::rds;
use crate::slices::{Body, Entry, Execution, Plan, Resource, Seen, StepState};

/// Between two looks at what was sent: short at first, because much is over in seconds.
const LOOKS: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];
/// So many looks at each pace.
const LOOKS_AT_A_PACE: usize = 15;
/// A step that needs its instance `available` waits for it so long: a restore or a promotion shows
/// `available` and goes on for moments with backups and reboots of its own.
const SETTLES_WITHIN: i64 = 1800;
/// Before a call is made again that AWS did not take yet; longer each time, up to the longest.
const PAUSE: Duration = Duration::from_secs(15);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where the course of an execution is told.
#[derive(Clone)]
pub enum Report {
    Console(mpsc::Sender<Msg>),
    /// Each state as it comes, for a run without a screen.
    Plain(mpsc::UnboundedSender<Execution>),
}

/// One execution's surroundings.
pub struct Run {
    pub journal: Arc<Journal>,
    pub place: Place,
    pub clock: Clock,
    /// ARN of the identity that read the plan's state.
    pub reader: String,
    pub report: Report,
    /// Executions that are no longer to be followed, or gone on with.
    pub given_up: watch::Receiver<Vec<ExecutionId>>,
    /// The world is this process's own (the sandbox): other consoles change others.
    pub world_is_own: bool,
    /// The rules of now, asked again before later steps.
    pub rules: watch::Receiver<Rules>,
}

/// What the last reading before a step has given.
#[derive(Default)]
struct Verified {
    /// Who sends.
    operator: Option<Sender>,
    /// What the step is about, as it was.
    before: Option<Box<Resource>>,
    /// Its newest events.
    events: Vec<Event>,
    /// A step whose call AWS did not take for the state of the instance: since when, and how often.
    deferred: Option<(usize, Instant, u32)>,
}

impl Run {
    /// From the approval to the end. Returns the last state.
    pub async fn begin(self, approved: Approved<Plan>) -> Option<Execution> {
        let at = self.clock.now();
        let (plan, approval) = (approved.plan().clone(), approved.approval().clone());
        let id = ExecutionId::new(at, &plan.fingerprint, random());
        let environment = plan.target.environment.clone();
        let Ok(Some(claim)) = self.journal.claim(&id) else {
            self.tell(Msg::NotBegun("the lock of the execution cannot be taken: nothing was sent".into())).await;
            return None;
        };
        let body = Body::Approved { execution: id.clone(), plan: Box::new(plan.clone()), approval: approval.clone() };
        // Without the record nothing begins.
        if let Err(why) = append(&self.journal, at, &environment, &self.reader, body).await {
            self.tell(Msg::JournalFailed(why)).await;
            return None;
        }
        let mut execution = Execution::begin(id, &environment, plan, approval, at);
        // The journal's order decides between two that were approved at once in two consoles.
        self.publish(&execution).await;
        let refused = match self.collides(&execution).await {
            Ok(None) => None,
            Ok(Some(other)) => Some(format!("{other} is being carried out on the same resource: nothing was sent")),
            Err(why) => Some(format!("whether another one is being carried out cannot be read: {why}")),
        };
        if let Some(why) = refused {
            let body = Body::Ended { execution: execution.id.clone(), outcome: Outcome::NotSent { why } };
            if let Err(why) = self.write(&mut execution, body).await {
                self.tell(Msg::JournalFailed(why)).await;
            }
            self.publish(&execution).await;
            return Some(execution);
        }
        Some(Box::pin(self.carry(execution, Some(&approved), claim)).await)
    }

    /// An execution before this one that is still followed and touches the same resources.
    async fn collides(&self, execution: &Execution) -> Result<Option<ExecutionId>, String> {
        if self.world_is_own {
            return Ok(None);
        }
        let (journal, own, environment) = (self.journal.clone(), execution.plan.clone(), execution.environment.clone());
        let id = execution.id.clone();
        let found = tokio::task::spawn_blocking(move || {
            let known = Execution::rebuild(&journal.read_all().map_err(|error| error.to_string())?);
            let mut before = known.into_iter().take_while(|other| other.id != id);
            // Whoever holds its lock follows it; a lock that cannot be tried is held.
            let other = before.find(|other| {
                other.is_running()
                    && other.environment == environment
                    && other.plan.touches(&own)
                    && !matches!(journal.claim(&other.id), Ok(Some(_)))
            });
            Ok(other.map(|other| other.id))
        });
        found.await.map_err(|error| error.to_string())?
    }

    /// From what the journal tells to the end; nothing is sent.
    pub async fn resume(self, mut execution: Execution, claim: Claim) -> Execution {
        let note = "another console goes on following it".to_owned();
        let body = Body::TakenOver { execution: execution.id.clone(), note };
        if self.write(&mut execution, body).await.is_err() {
            return execution;
        }
        Box::pin(self.carry(execution, None, claim)).await
    }

    /// Ends what belongs to a world that is no more.
    pub(super) async fn abandon(&self, mut execution: Execution, _claim: Claim) {
        let unsent = (0..execution.steps.len()).filter(|i| execution.steps[*i] == StepState::Waiting).collect();
        let why = "the sandbox began anew, its world of before is gone".to_owned();
        let body = Body::Ended { execution: execution.id.clone(), outcome: Outcome::Abandoned { unsent, why } };
        if self.write(&mut execution, body).await.is_ok() {
            self.publish(&execution).await;
        }
    }

    async fn carry(&self, mut execution: Execution, approved: Option<&Approved<Plan>>, _claim: Claim) -> Execution {
        let mut looks = 0;
        let mut verified = Verified::default();
        let mut unseen_since = None;
        let mut given_up = self.given_up.clone();
        loop {
            self.publish(&execution).await;
            let act = execution.next(self.clock.now());
            let ends = matches!(act, Act::Rest | Act::Finish);
            let is_given_up = !ends && given_up.borrow_and_update().contains(&execution.id);
            let written = match (act, approved) {
                _ if is_given_up => {
                    let outcome = execution.given_up();
                    let body = Body::Ended { execution: execution.id.clone(), outcome };
                    self.write(&mut execution, body).await
                }
                (Act::Rest, _) => return execution,
                (Act::Finish, _) => {
                    let outcome = execution.verdict();
                    let body = Body::Ended { execution: execution.id.clone(), outcome };
                    self.write(&mut execution, body).await
                }
                (Act::Verify { step }, _) => {
                    looks = 0;
                    self.verify(&mut execution, step, &mut verified).await
                }
                (Act::Send { step }, Some(approved)) => {
                    looks = 0;
                    self.send(&mut execution, approved, step, &mut verified).await
                }
                // Only a live execution is told to send, and a live one has its approval.
                (Act::Send { .. }, None) => return execution,
                (Act::Look, _) => {
                    // Giving up does not wait for the next look.
                    tokio::select! {
                        () = sleep(pace(looks)) => {}
                        Ok(()) = given_up.changed() => continue,
                    }
                    looks += 1;
                    self.look(&mut execution, &mut unseen_since).await
                }
            };
            if let Err(why) = written {
                // What cannot be recorded is not gone on with; the next console takes it over.
                execution.trouble = Some(format!("the journal cannot be written, nothing more is sent: {why}"));
                self.publish(&execution).await;
                self.tell(Msg::JournalFailed(why)).await;
                return execution;
            }
        }
    }

    /// Reads the world anew and compares, right before a step.
    async fn verify(&self, execution: &mut Execution, step: usize, verified: &mut Verified) -> Result<(), String> {
        let id = execution.id.clone();
        // By the world's clock, and by this machine's where the world stands still.
        let longest = settles_within(execution, step);
        let until = self.clock.now().as_second() + longest;
        let patience = Instant::now() + Duration::from_secs(longest.unsigned_abs());
        sleep(verified.pause_before(step)).await;
        loop {
            let in_time = step > 0 && self.clock.now().as_second() < until && Instant::now() < patience;
            let found = self.read_for(execution, step, verified.operator.as_ref()).await;
            let (waits_for, body) = match found {
                // Half of a change is made: one bad answer must not leave it at that.
                Err(fault) if in_time && !matches!(fault.kind, FaultKind::Denied { .. }) => {
                    (format!("the state cannot be read before the next step: {}", words(&fault)), None)
                }
                Err(fault) => {
                    self.denied(execution, step, &fault).await;
                    let fault = format!("the state could not be read right before sending: {}", words(&fault));
                    (String::new(), Some(rejected(id.clone(), step, fault)))
                }
                Ok((sender, identity, fresh)) => match execution.verify(step, &fresh, &identity) {
                    Ok(fingerprint) => {
                        let body = match self.refused(execution, step) {
                            Some(why) => rejected(id.clone(), step, format!("nothing more was sent: {why}")),
                            None => Body::Verified { execution: id.clone(), fingerprint, sender: identity.arn.clone() },
                        };
                        verified.operator = Some(sender);
                        verified.before =
                            instance_of(execution, step, &fresh).cloned().map(|known| Box::new(Resource::Rds(known)));
                        verified.events = newest_events(execution, step, &fresh);
                        (String::new(), Some(body))
                    }
                    // A later step's instance may still be settling; the first one's may not.
                    Err(_) if in_time && !execution.is_one_of_many(step) && is_settling(execution, step, &fresh) => {
                        verified.operator = Some(sender);
                        ("waiting until the instance is available".to_owned(), None)
                    }
                    Err(differences) => {
                        execution.trouble = None;
                        let what = if step == 0 { "nothing was sent" } else { "nothing more was sent" };
                        let fault = format!("{what}, the state changed: {}", differences.join("; "));
                        self.write(execution, Body::Changed { execution: id.clone(), differences }).await?;
                        let execution = id.clone();
                        (String::new(), Some(rejected(execution, step, fault)))
                    }
                },
            };
            if let Some(body) = body {
                execution.trouble = None;
                return self.write(execution, body).await;
            }
            if self.given_up.borrow().contains(&id) {
                return Ok(());
            }
            execution.trouble = Some(waits_for);
            self.publish(execution).await;
            sleep(LOOKS[1]).await;
        }
    }

    async fn read_for(
        &self,
        execution: &Execution,
        step: usize,
        kept: Option<&Sender>,
    ) -> Result<(Sender, Identity, Seen), Fault> {
        let (sender, identity) = self.place.operator(execution, kept).await?;
        let (kind, target) = (execution.plan.operation.kind(), execution.plan.target.clone());
        let now = self.clock.now();
        let mut seen = match step {
            0 => self.place.read(kind, &target, now).await?,
            _ => self.place.read_again(kind, &target, now).await?,
        };
        // What a step before has made may bear a name that the environment does not select.
        if let Some(seen) = seen.rds_mut()
            && let Some(follow) = followed(execution, step).filter(|_| step > 0)
            && let Some(id) = follow.instance().filter(|id| seen.find(follow.region(), id).is_none())
            && (0..step)
                .filter_map(|before| followed(execution, before))
                .any(|of| matches!(of, rds::Follow::Created { id: made, .. } if made == id))
        {
            seen.databases.extend(find_database(&self.place.reader, follow.region(), id).await?);
        }
        Ok((sender, identity, seen))
    }

    async fn send(
        &self,
        execution: &mut Execution,
        approved: &Approved<Plan>,
        step: usize,
        verified: &mut Verified,
    ) -> Result<(), String> {
        let id = execution.id.clone();
        let Some(sender) = verified.operator.clone() else {
            let fault = "nobody is there to send it".to_owned();
            return self.write(execution, rejected(id, step, fault)).await;
        };
        let call = approved.plan().steps.get(step).map(|s| Box::new(s.call.clone()));
        let before = std::mem::take(&mut verified.events);
        let ahead = sender.session.ahead().unwrap_or(0);
        self.write(execution, Body::Sending { execution: id.clone(), step, call, before, ahead }).await?;
        self.publish(execution).await;
        let body = match self.place.send(&sender, approved, step).await {
            Ok(receipt) => Body::Sent { execution: id, step, request_id: receipt.request_id },
            // It came too early, or AWS is busy with the instance for longer than it shows: nothing was changed.
            Err(SendFault::Refused(fault))
                if execution.is_sent_again(step, &fault)
                    || (step > 0
                        && !execution.is_one_of_many(step)
                        && is_state(&fault)
                        && verified.waits_for(execution, step)) =>
            {
                let request_id = fault.request_id.clone();
                Body::Deferred { execution: id, step, fault: fault.to_string(), request_id }
            }
            Err(failed @ (SendFault::Refused(_) | SendFault::NotSent(_))) => {
                let by_aws = matches!(failed, SendFault::Refused(_));
                let fault = failed.fault();
                self.denied(execution, step, fault).await;
                let request_id = fault.request_id.clone();
                Body::Rejected { execution: id, step, fault: words(fault), request_id, by_aws }
            }
            Err(SendFault::Ambiguous(fault)) => {
                let before = verified.before.take();
                Body::Ambiguous { execution: id, step, fault: words(&fault), before }
            }
        };
        self.write(execution, body).await
    }

    async fn look(&self, execution: &mut Execution, unseen_since: &mut Option<Instant>) -> Result<(), String> {
        for step in execution.open_steps() {
            let since = execution.sent_at(step).unwrap_or(execution.started);
            match self.place.look(execution, step, since, self.clock.now()).await {
                // What may never be looked at has no end that could be seen.
                Err(fault)
                    if unseen_since.get_or_insert_with(Instant::now).elapsed().as_secs()
                        > unseen_for(&fault, execution, step).unsigned_abs() =>
                {
                    let taker = execution.taker(step);
                    let words = format!("how it ended cannot be read: {fault}; {taker} goes on with it");
                    let body = ended(execution.id.clone(), step, words, StepEnd::Unknown);
                    self.write(execution, body).await?;
                }
                Err(fault) => {
                    execution.trouble = Some(format!("it cannot be looked at: {fault}; {}", fault.advice()));
                }
                Ok(seen) => {
                    *unseen_since = None;
                    execution.trouble = None;
                    if let Some(body) = execution.take_look(step, &seen) {
                        self.write(execution, body).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Why a step is not sent now: nothing is begun that could not be ended here, and the rules of now count for a later
    /// step, or one that is sent again.
    fn refused(&self, execution: &Execution, step: usize) -> Option<String> {
        let plan = &execution.plan;
        if let Some(other) = (0..plan.steps.len()).map(|step| plan.account_of(step)).find(|own| *own != plan.account) {
            // `Place` signs in to one account.
            return Some(format!("a step of the plan acts in account {other}, and one account is signed in to"));
        }
        let is_later = step > 0 || execution.was_refused(step);
        let planned = execution.plan.steps.get(step).filter(|_| is_later)?.gate;
        // A first step completes nothing yet, whatever its gate.
        let gate = if step == 0 { Gate::All } else { planned };
        self.rules.borrow().refusal(&execution.plan, gate, execution.approval.at, self.clock.now())
    }

    async fn write(&self, execution: &mut Execution, body: Body) -> Result<(), String> {
        let at = self.clock.now();
        append(&self.journal, at, &execution.environment, &self.reader, body.clone()).await?;
        execution.apply(at, &body);
        Ok(())
    }

    async fn publish(&self, execution: &Execution) {
        match &self.report {
            Report::Console(messages) => {
                let _ = messages.send(Msg::Execution(Box::new(execution.clone()))).await;
            }
            Report::Plain(states) => {
                let _ = states.send(execution.clone());
            }
        }
    }

    async fn tell(&self, msg: Msg) {
        if let Report::Console(messages) = &self.report {
            let _ = messages.send(msg).await;
        }
    }

    /// Remembers what the identity may not do, so that it is not offered again.
    async fn denied(&self, execution: &Execution, step: usize, fault: &Fault) {
        if let FaultKind::Denied { action } | FaultKind::Forbidden { rule: action } = &fault.kind
            && let Some(api) = execution.plan.steps.get(step).map(|s| s.call.api)
            && fault.call == api.id()
        {
            let (environment, action) = (execution.environment.clone(), action.clone());
            self.tell(Msg::Denied { environment, api, action }).await;
        }
    }
}

impl Verified {
    /// Whether a step that AWS did not take for the state of its instance may be tried once more.
    fn waits_for(&mut self, execution: &Execution, step: usize) -> bool {
        let known = self.deferred.filter(|(of, ..)| *of == step);
        let (_, since, times) = known.unwrap_or((step, Instant::now(), 0));
        self.deferred = Some((step, since, times + 1));
        since.elapsed() < Duration::from_secs(settles_within(execution, step).unsigned_abs())
    }

    /// How long to wait before such a step is tried again: AWS does not count a refused call as none.
    fn pause_before(&self, step: usize) -> Duration {
        match self.deferred {
            Some((of, _, times)) if of == step => LONGEST_PAUSE.min(PAUSE * times),
            _ => Duration::ZERO,
        }
    }
}

/// Seconds in which a step's instance may become ready. A step that completes something new waits as long as it
/// would be followed: the first backup of a promoted or restored instance takes as long as its volume is large.
fn settles_within(execution: &Execution, step: usize) -> i64 {
    let completes = execution.plan.steps.get(step).is_some_and(|s| s.gate != Gate::All);
    if completes { execution.longest(step) } else { SETTLES_WITHIN }
}

/// Seconds in which looks at what was sent may fail. A denial does not pass by itself, a network does.
fn unseen_for(fault: &Fault, execution: &Execution, step: usize) -> i64 {
    match fault.kind {
        FaultKind::Denied { .. } | FaultKind::WrongAccount { .. } => SETTLES_WITHIN,
        _ => execution.longest(step),
    }
}

/// AWS did not take a call because of the state that its resource is in.
fn is_state(fault: &Fault) -> bool {
    const CODES: [&str; 2] = ["InvalidDBInstanceState", "InvalidDBInstanceStateFault"];
    matches!(&fault.kind, FaultKind::Other { code } if CODES.contains(&code.as_str()))
}

/// The record of a call that never left.
fn rejected(execution: ExecutionId, step: usize, fault: String) -> Body {
    Body::Rejected { execution, step, fault, request_id: None, by_aws: false }
}

/// Events that are kept of before a call, the newest of its instance.
const EVENTS_KEPT: usize = 20;

fn newest_events(execution: &Execution, step: usize, seen: &Seen) -> Vec<Event> {
    let Some(seen) = seen.rds() else { return Vec::new() };
    let about = followed(execution, step).and_then(rds::Follow::instance).unwrap_or_default();
    let of_it = seen.events.iter().filter(|event| event.source == about);
    let all: Vec<Event> = of_it.cloned().collect();
    all[all.len().saturating_sub(EVENTS_KEPT)..].to_vec()
}

/// The DB instance that a step is about, as it was read.
fn instance_of<'a>(execution: &Execution, step: usize, seen: &'a Seen) -> Option<&'a Database> {
    let follow = followed(execution, step)?;
    seen.rds()?.find(follow.region(), follow.instance()?)
}

/// What is waited for after a step, where it is of RDS.
fn followed(execution: &Execution, step: usize) -> Option<&rds::Follow> {
    execution.plan.steps.get(step)?.follow.rds()
}

/// Whether a later step waits only for its instance to be ready again: it passes through whatever
/// AWS does to a new or changed one.
fn is_settling(execution: &Execution, step: usize, fresh: &Seen) -> bool {
    step > 0 && instance_of(execution, step, fresh).is_some_and(|d| d.condition() == Condition::Changing)
}

fn pace(looks: usize) -> Duration {
    LOOKS.get(looks / LOOKS_AT_A_PACE).copied().unwrap_or(LOOKS[2])
}

fn words(fault: &Fault) -> String {
    format!("{fault}; {}", fault.advice_on_change())
}

/// Four hex digits more, so that two executions of one plan in one second differ.
fn random() -> u16 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish() as u16
}

/// Appends on a thread that may block: the record is on the disk when this returns.
pub(super) async fn append(
    journal: &Arc<Journal>,
    at: Timestamp,
    environment: &str,
    arn: &str,
    body: Body,
) -> Result<Entry, String> {
    let journal = journal.clone();
    let (environment, arn) = (environment.to_owned(), arn.to_owned());
    tokio::task::spawn_blocking(move || journal.append(at, &environment, &arn, body))
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())
}
