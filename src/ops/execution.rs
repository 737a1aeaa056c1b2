//! An approved plan on its way to its end: a pure step machine over journal records.
//!
//! Every change of state is a record ([`Body`]) that was written to the journal first, so the
//! machine of a live execution and the one that is rebuilt after a crash are the same. A rebuilt
//! one never sends: what was sent is found out by looking, what was not sent needs a new plan.

use std::ops::Range;
use std::time::Duration;

use jiff::Timestamp;

use super::call::ApiName;
use super::catalogue::Catalogue;
use super::fingerprint::Fingerprint;
use super::guard::Approval;
use super::journal::{Body, Entry, ExecutionId, Outcome, StepEnd};
use super::plan::{NoLonger, Plan, Resend, Verify, hashes};
use super::progress::{Happened, Progress};
use super::provider::Provider;
use crate::domain::{Event, Fault, FaultKind, Identity, duration};

/// Signs of a call whose answer was lost are sought for so long. AWS shows a call in its
/// resource's state within seconds; events trail by a minute or two.
const SEEK: Duration = Duration::from_secs(300);

/// A step that takes so many times its usual longest time is said to take longer than usual …
const STUCK: i64 = 3;
/// … but not before so many seconds.
const STUCK_AT_LEAST: i64 = 600;
/// Nothing is given up before so many seconds: a restore of terabytes takes hours.
const LONGEST_AT_LEAST: i64 = 12 * 3600;

/// Seconds before a refused call is sent again, for each time that it was refused …
const PAUSE: u64 = 5;
/// … and at most.
const LONGEST_PAUSE: u64 = 60;
/// So often a refused call is sent again: for about an hour.
const MOST_TRIES: u32 = 60;

/// How long a call that was refused so often is not sent again.
fn pause(refused: u32) -> Duration {
    Duration::from_secs((PAUSE * u64::from(refused)).min(LONGEST_PAUSE))
}

/// It came to no good end.
fn is_broken<P: Provider>(state: &StepState<P>) -> bool {
    match state {
        StepState::NotSent { .. } => true,
        StepState::Ended { end, .. } => !end.is_good(),
        _ => false,
    }
}

/// The record of a step's end; `failed` is for readers of before.
pub(crate) fn ended<P: Provider>(execution: ExecutionId, step: usize, words: String, end: StepEnd) -> Body<P> {
    Body::StepEnded { execution, step, words, failed: !end.is_good(), end: Some(end) }
}

/// Where a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState<P: Provider> {
    Waiting,
    /// The intent is written; whether it left is not known yet.
    Sending {
        at: Timestamp,
    },
    /// It was sent and no answer came; signs of it are sought.
    Seeking {
        at: Timestamp,
        why: String,
        before: Option<Box<P::Resource>>,
    },
    /// AWS took it; it is followed.
    Sent {
        at: Timestamp,
        request_id: Option<String>,
    },
    Ended {
        sent: Timestamp,
        at: Timestamp,
        words: String,
        end: StepEnd,
    },
    /// It was not carried out: AWS refused it (`by_aws`), or it never left.
    NotSent {
        at: Timestamp,
        why: String,
        by_aws: bool,
    },
}

/// How often a step was refused for now, when last, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Refused {
    times: u32,
    last: Option<Timestamp>,
    why: String,
}

/// What has to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Read the world anew and compare, before this step.
    Verify { step: usize },
    /// Write the intent, send, write the answer.
    Send { step: usize },
    /// Look at the world for what the sent steps have come to; nothing can be sent yet.
    Look,
    /// Write the end.
    Finish,
    /// It is over.
    Rest,
}

/// An execution, live or rebuilt.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution<P: Provider> {
    pub id: ExecutionId,
    pub plan: Plan<P>,
    pub approval: Approval,
    pub environment: String,
    pub started: Timestamp,
    pub steps: Vec<StepState<P>>,
    /// What is happening, in words, by step: `creating 62 %`. Not in the journal in full.
    pub words: Vec<String>,
    /// Why looking fails at the moment.
    pub trouble: Option<String>,
    pub outcome: Option<Outcome>,
    pub ended: Option<Timestamp>,
    /// Everything with its time, for the panel.
    pub history: Vec<(Timestamp, String)>,
    /// What had changed since the plan was approved: nothing was sent then.
    pub changed: Vec<String>,
    /// Events of a step's resource that were there before it was sent.
    before: Vec<Vec<Event>>,
    /// Seconds that AWS's clock was ahead when a step was sent.
    ahead: Vec<i64>,
    /// By step.
    refused: Vec<Refused>,
    /// The step that was verified last.
    verified: Option<usize>,
    /// True in the process that was given the approval.
    live: bool,
}

impl<P: Provider> Execution<P> {
    /// A live one, right after the approval was written.
    #[must_use]
    pub fn begin(id: ExecutionId, environment: &str, plan: Plan<P>, approval: Approval, at: Timestamp) -> Self {
        let count = plan.steps.len();
        let approved = format!("approved: {}", approval.reason);
        Self {
            id,
            plan,
            approval,
            environment: environment.to_owned(),
            started: at,
            steps: vec![StepState::Waiting; count],
            words: vec![String::new(); count],
            trouble: None,
            outcome: None,
            ended: None,
            history: vec![(at, approved)],
            changed: Vec::new(),
            before: vec![Vec::new(); count],
            ahead: vec![0; count],
            refused: vec![Refused::default(); count],
            verified: None,
            live: true,
        }
    }

    /// All executions that a journal tells of, oldest first; none of them may send.
    #[must_use]
    pub fn rebuild(entries: &[Entry<P>]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for entry in entries {
            if let Body::Approved { execution, plan, approval } = &entry.body {
                let mut begun =
                    Self::begin(execution.clone(), &entry.environment, (**plan).clone(), approval.clone(), entry.at);
                begun.live = false;
                all.push(begun);
            } else if let Some(id) = entry.body.execution()
                && let Some(known) = all.iter_mut().find(|known| known.id == *id)
            {
                known.apply(entry.at, &entry.body);
            }
        }
        all
    }

    /// Whether this process may send its steps.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// The outcome in words; empty while it goes on.
    #[must_use]
    pub fn result_words(&self) -> String {
        self.outcome.as_ref().map(Outcome::words).unwrap_or_default()
    }

    /// Events of the step's resource that were there before it was sent.
    #[must_use]
    pub fn events_before(&self, step: usize) -> &[Event] {
        self.before.get(step).map_or(&[], Vec::as_slice)
    }

    /// Seconds that AWS's clock was ahead of this machine's when the step was sent.
    #[must_use]
    pub fn ahead(&self, step: usize) -> i64 {
        self.ahead.get(step).copied().unwrap_or(0)
    }

    /// Whether it goes on.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.outcome.is_none()
    }

    /// Takes in a record that stands in the journal.
    pub fn apply(&mut self, at: Timestamp, body: &Body<P>) {
        match body {
            Body::Verified { .. } => {
                self.verified = self.upcoming();
                self.note(at, "state read again: as planned".to_owned());
            }
            Body::Changed { differences, .. } => {
                self.changed.clone_from(differences);
                self.note(at, format!("state read again, it changed: {}", differences.join("; ")));
            }
            Body::Sending { step, before, ahead, .. } => {
                if let Some(known) = self.ahead.get_mut(*step) {
                    *known = *ahead;
                }
                if let Some(known) = self.before.get_mut(*step) {
                    known.clone_from(before);
                }
                self.set(*step, StepState::Sending { at });
            }
            Body::Sent { step, request_id, .. } => {
                let sent = self.sent_at(*step).unwrap_or(at);
                self.set(*step, StepState::Sent { at: sent, request_id: request_id.clone() });
                let request = request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
                let call = self.call(*step);
                self.note(at, format!("{} took {call}{request}", self.taker(*step)));
            }
            Body::Rejected { step, fault, by_aws, .. } => {
                let call = self.call(*step);
                self.note(at, format!("{call} was not carried out: {fault}"));
                self.set(*step, StepState::NotSent { at, why: fault.clone(), by_aws: *by_aws });
            }
            Body::Deferred { step, fault, .. } => {
                let call = self.call(*step);
                let then = match self.resend(*step) {
                    Resend::Never => "the instance is looked at again",
                    Resend::WhenRefused => "it is sent again",
                };
                self.note(at, format!("{} does not take {call} yet: {fault}; {then}", self.taker(*step)));
                if let Some(known) = self.refused.get_mut(*step) {
                    let times = known.times.saturating_add(1);
                    *known = Refused { times, last: Some(at), why: fault.clone() };
                }
                self.verified = None;
                self.set(*step, StepState::Waiting);
            }
            Body::Ambiguous { step, fault, before, .. } => {
                let sent = self.sent_at(*step).unwrap_or(at);
                let call = self.call(*step);
                self.note(at, format!("no answer to {call}: {fault}; looking whether it arrived"));
                self.set(*step, StepState::Seeking { at: sent, why: fault.clone(), before: before.clone() });
            }
            Body::Found { step, happened: true, note, .. } => {
                let sent = self.sent_at(*step).unwrap_or(at);
                self.set(*step, StepState::Sent { at: sent, request_id: None });
                self.note(at, format!("it arrived: {note}"));
            }
            // That there is no sign of it does not mean that it did not arrive.
            Body::Found { step, note, .. } => {
                let sent = self.sent_at(*step).unwrap_or(at);
                self.set(*step, StepState::Ended { sent, at, words: note.clone(), end: StepEnd::Unknown });
                self.note(at, note.clone());
            }
            Body::Followed { step, words, .. } => {
                self.say(*step, words.clone());
                self.note(at, words.clone());
            }
            Body::StepEnded { step, words, failed, end, .. } => {
                let sent = self.sent_at(*step).unwrap_or(at);
                let end = StepEnd::told(end.as_ref(), words, *failed);
                self.say(*step, words.clone());
                self.note(at, if end == StepEnd::Failed { format!("failed: {words}") } else { words.clone() });
                self.set(*step, StepState::Ended { sent, at, words: words.clone(), end });
            }
            Body::Ended { outcome, .. } => {
                let outcome = outcome.in_window(self.window());
                self.ended = Some(at);
                self.trouble = None;
                self.note(at, outcome.words());
                self.outcome = Some(outcome);
            }
            Body::TakenOver { note, .. } => self.note(at, note.clone()),
            _ => {}
        }
    }

    /// What has to be done next.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Act {
        if self.outcome.is_some() {
            return Act::Rest;
        }
        let open = |state: &StepState<P>| {
            matches!(state, StepState::Sending { .. } | StepState::Seeking { .. } | StepState::Sent { .. })
        };
        // What was sent is followed to its end, whatever became of the rest.
        let over = if self.steps.iter().any(open) { Act::Look } else { Act::Finish };
        if self.never_began() {
            return over;
        }
        let mut from = 0;
        while from < self.steps.len() {
            let beside = self.plan.beside(from);
            from = beside.end;
            let states = self.steps.get(beside.clone()).unwrap_or_default();
            if let Some(step) = self.first_waiting(beside) {
                return match self.sent_again_from(step) {
                    _ if !self.live => over,
                    // What was compared is sent at once: a clock that is set back makes no comparison grow old.
                    _ if self.verified == Some(step) => Act::Send { step },
                    Some(then) if now < then => Act::Look,
                    _ => Act::Verify { step },
                };
            }
            // What comes after them needs all of them.
            if states.iter().any(is_broken) {
                return over;
            }
            if states.iter().any(open) {
                return Act::Look;
            }
        }
        over
    }

    /// The step that waits to be sent next.
    fn upcoming(&self) -> Option<usize> {
        let first = self.steps.iter().position(|state| *state == StepState::Waiting)?;
        self.first_waiting(self.plan.beside(first))
    }

    /// Of steps that are done beside each other, the one to be sent next: what was refused lets the others go first.
    fn first_waiting(&self, beside: Range<usize>) -> Option<usize> {
        let waiting = beside.filter(|step| self.steps.get(*step) == Some(&StepState::Waiting));
        waiting.min_by_key(|step| self.refused.get(*step).map_or(0, |refused| refused.times))
    }

    fn resend(&self, step: usize) -> Resend {
        self.plan.steps.get(step).map_or(Resend::Never, |step| step.resend)
    }

    /// From when on a call that was refused may be sent again.
    fn sent_again_from(&self, step: usize) -> Option<Timestamp> {
        let refused = self.refused.get(step).filter(|_| self.resend(step) == Resend::WhenRefused)?;
        refused.last?.checked_add(pause(refused.times)).ok()
    }

    /// Whether the call of a step is sent again that was refused with this: the plan says so, it came too early, and it
    /// was not tried too often.
    #[must_use]
    pub fn is_sent_again(&self, step: usize, refusal: &Fault) -> bool {
        let refused = self.refused.get(step).map_or(0, |refused| refused.times);
        self.resend(step) == Resend::WhenRefused && refusal.kind == FaultKind::Throttled && refused < MOST_TRIES
    }

    /// Whether the call of a step was refused for now, so that time has passed since it was to be sent first.
    #[must_use]
    pub fn was_refused(&self, step: usize) -> bool {
        self.refused.get(step).is_some_and(|refused| refused.times > 0)
    }

    /// How often, when last and why a step that waits was refused for now.
    #[must_use]
    pub fn refused_for_now(&self, step: usize) -> Option<(u32, Timestamp, &str)> {
        let refused = self.refused.get(step).filter(|_| self.steps.get(step) == Some(&StepState::Waiting))?;
        Some((refused.times, refused.last?, &refused.why))
    }

    /// Whether a step is one of many that do not need each other: what becomes of one is nothing to the others.
    #[must_use]
    pub fn is_one_of_many(&self, step: usize) -> bool {
        self.plan.beside(step).len() > 1
    }

    /// The first call never left: the state was another one, or nobody might send it. That ends them all.
    fn never_began(&self) -> bool {
        let is_untouched = |state: &StepState<P>| matches!(state, StepState::Waiting | StepState::NotSent { .. });
        matches!(self.steps.first(), Some(StepState::NotSent { by_aws: false, .. }))
            && (!self.was_refused(0) || self.steps.iter().all(is_untouched))
    }

    fn unsent(&self) -> Vec<usize> {
        let is_unsent = |state: &StepState<P>| matches!(state, StepState::Waiting | StepState::NotSent { .. });
        (0..self.steps.len()).filter(|i| self.steps.get(*i).is_some_and(is_unsent)).collect()
    }

    /// The outcome to be written by [`Act::Finish`].
    #[must_use]
    pub fn verdict(&self) -> Outcome {
        let unsent = self.unsent();
        let any_ended = self.steps.iter().any(|state| matches!(state, StepState::Ended { .. }));
        let broken = self.steps.iter().position(is_broken);
        if broken.is_some_and(|step| self.is_one_of_many(step)) && !self.never_began() {
            return self.of_independent(unsent);
        }
        for state in &self.steps {
            let outcome = match state {
                StepState::Ended { words, end, .. } => match end {
                    StepEnd::Failed => Outcome::Failed { why: words.clone() },
                    StepEnd::Unknown => Outcome::Unknown { unsent, why: words.clone() },
                    StepEnd::GivenUp => Outcome::GivenUp { unsent, why: words.clone() },
                    StepEnd::Done | StepEnd::Scheduled { .. } => continue,
                },
                StepState::NotSent { why, .. } if any_ended => Outcome::Interrupted { unsent, why: why.clone() },
                StepState::NotSent { why, by_aws: true, .. } => Outcome::Refused { why: why.clone() },
                StepState::NotSent { why, .. } => Outcome::NotSent { why: why.clone() },
                _ => continue,
            };
            return outcome;
        }
        if !unsent.is_empty() {
            let why = "the console that was carrying it out ended; make a new plan for the rest".to_owned();
            return Outcome::Interrupted { unsent, why };
        }
        Outcome::Done.in_window(self.window())
    }

    /// The maintenance window that a step was left to.
    fn window(&self) -> Option<&str> {
        self.steps.iter().rev().find_map(|state| match state {
            StepState::Ended { end: StepEnd::Scheduled { window }, .. } => Some(window.as_str()),
            _ => None,
        })
    }

    /// What of independent steps came to no good end or was not sent, each with its resource and why.
    fn of_independent(&self, unsent: Vec<usize>) -> Outcome {
        let is_not_done = |state: &StepState<P>| is_broken(state) || *state == StepState::Waiting;
        let all = 0..self.steps.len();
        let not_done: Vec<usize> = all.filter(|i| self.steps.get(*i).is_none_or(is_not_done)).collect();
        let why = not_done.iter().filter_map(|place| {
            let about = P::subject(&self.plan.steps.get(*place)?.follow).unwrap_or_default();
            match self.steps.get(*place)? {
                StepState::Ended { words, .. } => Some(format!("{about}: {words}")),
                StepState::NotSent { why, .. } => Some(format!("{about}: {why}")),
                StepState::Waiting => Some(format!("{about}: not sent")),
                _ => None,
            }
        });
        let why = why.collect::<Vec<_>>().join("; ");
        let is_unknown = |state: &StepState<P>| matches!(state, StepState::Ended { end: StepEnd::Unknown, .. });
        let is_refused =
            |state: &StepState<P>| matches!(state, StepState::NotSent { by_aws: true, .. } | StepState::Waiting);
        if self.steps.iter().any(is_unknown) {
            Outcome::Unknown { unsent, why }
        } else if self.steps.iter().all(is_refused) {
            Outcome::Refused { why }
        } else {
            Outcome::Incomplete { not_done, why }
        }
    }

    /// The outcome when the engineer gives it up: whatever was sent goes on in AWS.
    #[must_use]
    pub fn given_up(&self) -> Outcome {
        let unsent = self.unsent();
        if unsent.len() == self.steps.len() {
            return Outcome::NotSent { why: "given up by hand before anything was sent".into() };
        }
        let why = format!("by hand: {} goes on with what was sent, nobody looks at it any more", self.taker(0));
        Outcome::GivenUp { unsent, why }
    }

    /// What a look at the world says about a sent step: the record to be written, if any, and what
    /// is shown meanwhile.
    pub fn take_look(&mut self, step: usize, look: &P::Look) -> Option<Body<P>> {
        let follow = self.plan.steps.get(step)?.follow.clone();
        let execution = self.id.clone();
        let looked = P::looked_at(look).as_second();
        match self.steps.get(step)?.clone() {
            StepState::Sending { at } => self.seek(step, &follow, look, None, at),
            StepState::Seeking { at, before, .. } => self.seek(step, &follow, look, before.as_deref(), at),
            StepState::Sent { at, .. } => match P::progress(&follow, look, at) {
                Progress::Reached(words) => Some(ended(execution, step, words, StepEnd::Done)),
                Progress::Scheduled { window } => {
                    let words = format!("scheduled for the window {window} UTC");
                    Some(ended(execution, step, words, StepEnd::Scheduled { window }))
                }
                Progress::Failed(words) => Some(ended(execution, step, words, StepEnd::Failed)),
                Progress::Going(words) if looked - at.as_second() > self.longest(step) => {
                    let longest = duration::seconds(self.longest(step));
                    let taker = self.taker(step);
                    let words = format!("no end in {longest}, last seen: {words}; {taker} goes on with it");
                    Some(ended(execution, step, words, StepEnd::GivenUp))
                }
                Progress::Going(words) => {
                    let late = looked - at.as_second() > self.stuck_after(step);
                    let words = if late { format!("longer than usual: {words}") } else { words };
                    let steady = |text: &str| text.split(|c: char| c.is_ascii_digit()).collect::<String>();
                    let is_new = self.words.get(step).is_none_or(|known| steady(known) != steady(&words));
                    self.say(step, words.clone());
                    is_new.then_some(Body::Followed { execution, step, words })
                }
            },
            _ => None,
        }
    }

    /// Seconds after which a step is called longer than usual.
    fn stuck_after(&self, step: usize) -> i64 {
        let usual = self.plan.steps.get(step).map_or(0, |s| s.usual.1);
        (i64::from(usual) * STUCK).max(STUCK_AT_LEAST)
    }

    /// Seconds after which a step is no longer followed.
    #[must_use]
    pub fn longest(&self, step: usize) -> i64 {
        (self.stuck_after(step) * 4).max(LONGEST_AT_LEAST)
    }

    fn seek(
        &mut self,
        step: usize,
        follow: &P::Follow,
        look: &P::Look,
        before: Option<&P::Resource>,
        sent: Timestamp,
    ) -> Option<Body<P>> {
        let execution = self.id.clone();
        match P::happened(follow, look, before, sent) {
            Happened::Yes => Some(Body::Found { execution, step, happened: true, note: P::sight(look) }),
            Happened::NoSign if P::looked_at(look).as_second() - sent.as_second() < SEEK.as_secs() as i64 => {
                self.say(step, "no answer; looking whether it arrived".to_owned());
                None
            }
            Happened::NoSign => {
                let note = format!(
                    "it is not known whether {} arrived: no sign of it in {}. It is not sent again; look in CloudTrail",
                    self.call(step),
                    duration::words(SEEK)
                );
                Some(Body::Found { execution, step, happened: false, note })
            }
        }
    }

    /// Whether anything of it was taken, as far as is known.
    fn was_taken(&self) -> bool {
        self.steps.iter().any(|state| !matches!(state, StepState::Waiting | StepState::NotSent { .. }))
    }

    /// Steps that have to be looked at.
    #[must_use]
    pub fn open_steps(&self) -> Vec<usize> {
        let open = |state: &StepState<P>| {
            matches!(state, StepState::Sending { .. } | StepState::Seeking { .. } | StepState::Sent { .. })
        };
        (0..self.steps.len()).filter(|i| self.steps.get(*i).is_some_and(open)).collect()
    }

    /// When a step was sent, or meant to be.
    #[must_use]
    pub fn sent_at(&self, step: usize) -> Option<Timestamp> {
        match self.steps.get(step)? {
            StepState::Sending { at } | StepState::Seeking { at, .. } | StepState::Sent { at, .. } => Some(*at),
            StepState::Ended { sent, .. } => Some(*sent),
            StepState::Waiting | StepState::NotSent { .. } => None,
        }
    }

    /// The step that is under way: the first that has not ended.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        self.steps.iter().position(|state| !matches!(state, StepState::Ended { .. }))
    }

    /// Who takes the call of a step.
    #[must_use]
    pub fn taker(&self, step: usize) -> &'static str {
        self.plan.steps.get(step).map_or("AWS", |s| ApiName::taker(s.call.api))
    }

    fn call(&self, step: usize) -> &'static str {
        self.plan.steps.get(step).map_or("the call", |s| ApiName::id(s.call.api))
    }

    fn set(&mut self, step: usize, state: StepState<P>) {
        if let Some(place) = self.steps.get_mut(step) {
            *place = state;
        }
    }

    fn say(&mut self, step: usize, words: String) {
        if let Some(place) = self.words.get_mut(step) {
            *place = words;
        }
    }

    fn note(&mut self, at: Timestamp, words: String) {
        self.history.push((at, words));
    }
}

impl<P: Catalogue> Execution<P> {
    /// What a fresh reading means before `step`: the fingerprint to write down, or what is
    /// different. `operator` is who would send the call.
    ///
    /// # Errors
    /// What changed since the plan was approved; nothing may be sent then.
    pub fn verify(&self, step: usize, fresh: &P::Facts, operator: &Identity) -> Result<Fingerprint, Vec<String>> {
        self.plan.may_be_sent_by(step, operator).map_err(|why| vec![why])?;
        // Before the first call there is no reason to compare less than all, whatever a plan says. Once something was
        // taken the world is another one, by the plan itself: a first step that is sent again stands on its own thing.
        let how = match self.plan.steps.get(step) {
            Some(planned) if step > 0 => planned.verify,
            _ if self.was_taken() => Verify::Same,
            _ => Verify::Whole,
        };
        match how {
            Verify::Whole => {
                // A safety snapshot that was just taken is no change of the world.
                let stands_on = if step == 0 { self.plan.clone() } else { self.without_safety_snapshot() };
                match stands_on.still_holds(&stands_on.again(fresh)) {
                    Ok(()) => Ok(self.plan.fingerprint.clone()),
                    Err(NoLonger::Changed(why) | NoLonger::Unmet(why)) => Err(why),
                }
            }
            Verify::Same => self.same(step, fresh),
        }
    }

    /// The plan as it would be now that its snapshot was taken.
    fn without_safety_snapshot(&self) -> Plan<P> {
        let mut bare = self.plan.clone();
        if bare.safety_snapshot.take().is_some() && !bare.steps.is_empty() {
            bare.steps.remove(0);
            bare.fingerprint = hashes::of(&bare);
        }
        bare
    }

    /// What the step is about is there, is what the plan knew, and can take the call.
    fn same(&self, step: usize, fresh: &P::Facts) -> Result<Fingerprint, Vec<String>> {
        let account = &P::observation(fresh).identity.account;
        if *account != self.plan.account {
            return Err(vec![format!("the account is {account} now")]);
        }
        if let Some(step) = self.plan.steps.get(step) {
            let Plan { target, observed, .. } = &self.plan;
            P::ready(target, observed, &step.follow, fresh).map_err(|why| vec![why])?;
        }
        Ok(self.plan.fingerprint.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Level;
    use crate::services::rds::testing::{Body, Execution, at, database, seen_on};
    use crate::services::rds::{Kind, Plan, Seen, TargetKind};

    const REPLICA: &str = "rentaliq-prod-db-dr";

    fn begun(kind: Kind, seen: &Seen) -> Execution {
        let plan = Plan::make(&kind.offer(seen), None, seen);
        let approval = Approval {
            at: at(),
            reason: "INC-1".into(),
            typed: plan.name_to_type.clone(),
            level: Level::Confirm,
            headless: false,
            fingerprint: plan.fingerprint.clone(),
        };
        Execution::begin(ExecutionId::new(at(), &plan.fingerprint, 7), "PROD", plan, approval, at())
    }

    fn rejected(id: &ExecutionId, step: usize, fault: &str, by_aws: bool) -> Body {
        Body::Rejected { execution: id.clone(), step, fault: fault.into(), request_id: None, by_aws }
    }

    /// Storage may be optimised for a day, and the instance takes changes all the while: a promotion is not left
    /// without protection for it.
    #[test]
    fn a_later_step_is_ready_while_the_volume_is_at_work() {
        let seen = seen_on(TargetKind::DbInstance, REPLICA, "us-west-2");
        let execution = begun(Kind::PromoteReplica, &seen);
        assert!(execution.plan.steps.len() > 1);
        for (status, is_ready) in
            [("available", true), ("storage-optimization", true), ("backing-up", false), ("stopped", false)]
        {
            let mut fresh = seen.clone();
            let place = fresh.databases.iter().position(|d| d.id == REPLICA).unwrap();
            fresh.databases[place].status = status.into();
            assert_eq!(execution.verify(1, &fresh, &seen.identity).is_ok(), is_ready, "{status}");
        }
    }

    #[test]
    fn what_was_refused_after_something_was_sent_is_among_what_was_not_sent() {
        let seen = seen_on(TargetKind::DbInstance, REPLICA, "us-west-2");
        let mut execution = begun(Kind::PromoteReplica, &seen);
        let id = execution.id.clone();
        execution.apply(at(), &Body::Sending { execution: id.clone(), step: 0, call: None, before: vec![], ahead: 0 });
        execution.apply(at(), &Body::Sent { execution: id.clone(), step: 0, request_id: None });
        execution.apply(at(), &ended(id.clone(), 0, "available".into(), StepEnd::Done));
        execution.apply(at(), &rejected(&id, 1, "it is stopped", false));
        let Outcome::Interrupted { unsent, .. } = execution.verdict() else { panic!("{:?}", execution.verdict()) };
        assert_eq!(unsent.first(), Some(&1));
    }

    /// Each instance of many has its own end, and none hides another's.
    #[test]
    fn each_of_many_tells_why() {
        let mut seen = seen_on(TargetKind::Environment, "PROD", "us-east-1");
        seen.databases = ["rentaliq-jobs", "rentaliq-web"].map(|id| database(id, "us-east-1")).into();
        let refused = |reasons: &[(usize, bool)]| {
            let mut execution = begun(Kind::StopEnvironment, &seen);
            let id = execution.id.clone();
            for step in 0..execution.plan.steps.len() {
                let sending = Body::Sending { execution: id.clone(), step, call: None, before: vec![], ahead: 0 };
                execution.apply(at(), &sending);
                match reasons.iter().find(|(of, _)| *of == step) {
                    Some((_, true)) => execution.apply(at(), &rejected(&id, step, &format!("no {step}"), true)),
                    Some(_) => execution.apply(at(), &ended(id.clone(), step, "no sign".into(), StepEnd::Unknown)),
                    None => execution.apply(at(), &ended(id.clone(), step, "stopped".into(), StepEnd::Done)),
                }
            }
            execution.verdict()
        };
        let all: Vec<(usize, bool)> = (0..seen.databases.len()).map(|step| (step, true)).collect();
        let Outcome::Refused { why } = refused(&all) else { panic!("{:?}", refused(&all)) };
        assert!(why.contains("no 0") && why.contains("no 1"), "{why}");
        assert!(matches!(refused(&[(1, true)]), Outcome::Incomplete { not_done, .. } if not_done == [1]));
        assert!(matches!(refused(&[(1, false)]), Outcome::Unknown { .. }), "what is not known is not lost");
    }
}
