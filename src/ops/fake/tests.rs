//! From the plan to the end, by the engine alone.

use std::time::Duration;

use super::*;
use crate::domain::{Fault, FaultKind};
use crate::ops::arming::Arming;
use crate::ops::execution::{Act, Execution, StepState};
use crate::ops::guard::{Approved, Gesture, Refusal, Situation, approve, in_the_way};
use crate::ops::journal::{Body, ExecutionId, Outcome, Who, chain, entries, seal};
use crate::ops::plan::hashes;
use crate::ops::policy::Policy;

/// The steps: cordon, evict `web`, evict `api`, terminate.
const LAST: usize = 3;

/// What the guard says of a plan that is typed right, by somebody who has armed or not.
fn asked<T>(is_armed: bool, ask: impl FnOnce(&Situation<'_, Nodes>) -> T) -> T {
    let (identity, policy) = (identity(ACCOUNT), Policy::default());
    let arming = Arming::begin("edge", &identity, "INC-1", after(0), Duration::from_secs(600), &policy).unwrap();
    ask(&Situation {
        now: after(60),
        arming: Some(&arming).filter(|_| is_armed),
        policy: &policy,
        running: &[],
        shown_since: after(0),
        read_since: after(0),
        identity: Some(&identity),
        headless: false,
    })
}

fn approved(plan: &Plan<Nodes>) -> Result<Approved<Plan<Nodes>>, Refusal<Kind>> {
    let gesture = Gesture::Typed { name: "node-1".into(), reason: "INC-1".into() };
    asked(true, |situation| approve(plan, &gesture, situation))
}

/// An execution, and the world around it.
struct Drive {
    execution: Execution<Nodes>,
    facts: Cluster,
    now: Timestamp,
}

impl Drive {
    fn begin() -> Self {
        let approved = approved(&plan()).unwrap();
        let (plan, approval) = (approved.plan().clone(), approved.approval().clone());
        let id = ExecutionId::new(after(60), &plan.fingerprint, 7);
        let execution = Execution::begin(id, "edge", plan, approval, after(60));
        Self { execution, facts: cluster(), now: after(60) }
    }

    /// One whose node takes no more pods.
    fn cordoned() -> Self {
        let mut drive = Self::begin();
        drive.send(0);
        drive.taken(0);
        drive.facts.nodes[0].cordoned = true;
        drive.look(0);
        drive
    }

    fn next(&self) -> Act {
        self.execution.next(self.now)
    }

    fn record(&mut self, body: &Body<Nodes>) {
        self.execution.apply(self.now, body);
    }

    /// Sends the step, which must be the one that comes next.
    fn send(&mut self, step: usize) {
        assert_eq!(self.next(), Act::Verify { step });
        let sender = identity(self.execution.plan.account_of(step));
        let fingerprint = self.execution.verify(step, &self.facts, &sender).unwrap();
        let execution = self.execution.id.clone();
        self.record(&Body::Verified { execution: execution.clone(), fingerprint, sender: sender.arn });
        assert_eq!(self.next(), Act::Send { step });
        self.record(&Body::Sending { execution, step, call: None, before: Vec::new(), ahead: 0 });
    }

    fn taken(&mut self, step: usize) {
        self.record(&Body::Sent { execution: self.execution.id.clone(), step, request_id: None });
    }

    /// The call of the step is refused; whether it is sent again.
    fn refused(&mut self, step: usize, kind: FaultKind) -> bool {
        let fault = fault(kind);
        let (execution, words) = (self.execution.id.clone(), fault.to_string());
        let is_sent_again = self.execution.is_sent_again(step, &fault);
        self.record(&if is_sent_again {
            Body::Deferred { execution, step, fault: words, request_id: None }
        } else {
            Body::Rejected { execution, step, fault: words, request_id: None, by_aws: true }
        });
        is_sent_again
    }

    fn look(&mut self, step: usize) {
        let look = Look { at: self.now, nodes: self.facts.nodes.clone(), pods: self.facts.pods.clone() };
        if let Some(body) = self.execution.take_look(step, &look) {
            self.record(&body);
        }
    }

    fn is_done(&self, step: usize) -> bool {
        matches!(&self.execution.steps[step], StepState::Ended { end, .. } if end.is_good())
    }
}

fn fault(kind: FaultKind) -> Fault {
    Fault { kind, call: "nodes:EvictPod".into(), message: "a disruption budget".into(), request_id: None }
}

#[test]
fn a_plan_of_another_service_is_approved_by_the_same_rules() {
    let plan = plan();
    let commands: Vec<String> = plan.steps.iter().map(|step| step.call.as_command("")).collect();
    assert_eq!(commands[1], "aws nodes evictpod --region eu-west-1 --pod web");
    assert_eq!((plan.obstacle(), plan.beside(0), plan.beside(2)), (None, 0..1, 1..3));
    assert!(approved(&plan).is_ok());
    let not_armed: [Refusal<Kind>; 1] = [Refusal::NotArmed { environment: "edge".into() }];
    assert_eq!(asked(false, |situation| in_the_way(&plan, situation)), not_armed);
    let mut gone = cluster();
    gone.nodes.clear();
    let gone: Plan<Nodes> = Plan::make(&plan.operation, None, &gone);
    assert!(matches!(approved(&gone), Err(Refusal::Obstacle { .. })));
}

#[test]
fn a_call_that_came_too_early_is_sent_again_and_the_others_go_on_meanwhile() {
    let mut drive = Drive::cordoned();
    drive.send(1);
    assert!(drive.refused(1, FaultKind::Throttled));
    // The other one needs it not.
    drive.send(2);
    drive.taken(2);
    assert_eq!(drive.next(), Act::Look, "it is too early still");
    drive.now = after(64);
    assert_eq!(drive.next(), Act::Look);
    drive.now = after(65);
    drive.send(1);
    drive.taken(1);
    assert_eq!(drive.next(), Act::Look, "the machine waits for both");
    drive.facts.pods.clear();
    drive.look(1);
    assert_eq!(drive.next(), Act::Look);
    drive.look(2);
    drive.send(LAST);
    drive.taken(LAST);
    drive.facts.nodes.clear();
    drive.look(LAST);
    assert!((0..=LAST).all(|step| drive.is_done(step)));
    assert_eq!((drive.next(), drive.execution.verdict()), (Act::Finish, Outcome::Done));
}

#[test]
fn it_is_not_sent_again_for_ever_and_what_needs_it_is_not_sent() {
    let mut drive = Drive::cordoned();
    drive.send(1);
    drive.refused(1, FaultKind::Throttled);
    drive.send(2);
    drive.taken(2);
    drive.facts.pods.retain(|pod| pod != "api");
    drive.look(2);
    let mut tries = 1;
    loop {
        drive.now = drive.now.checked_add(SignedDuration::from_secs(60)).unwrap();
        drive.send(1);
        tries += 1;
        if !drive.refused(1, FaultKind::Throttled) {
            break;
        }
    }
    assert_eq!((tries, drive.next()), (61, Act::Finish));
    let Outcome::Incomplete { not_done, why } = drive.execution.verdict() else { panic!("it is incomplete") };
    assert_eq!(not_done, [1, LAST]);
    assert!(why.starts_with("web: "), "{why}");
}

#[test]
fn nothing_else_is_sent_again() {
    let drive = Drive::cordoned();
    let again = |step: usize, kind: FaultKind| drive.execution.is_sent_again(step, &fault(kind));
    assert!(again(1, FaultKind::Throttled));
    for kind in [FaultKind::TimedOut, FaultKind::Unreachable, FaultKind::NotFound, FaultKind::BrokenAnswer] {
        assert!(!again(1, kind.clone()), "{kind:?}");
    }
    for step in [0, LAST] {
        assert!(!again(step, FaultKind::Throttled), "step {step} is sent once");
    }
}

#[test]
fn a_step_in_another_account_is_sent_by_somebody_of_that_account_alone() {
    let drive = Drive::cordoned();
    let verify = |step: usize, account: &str| drive.execution.verify(step, &drive.facts, &identity(account));
    let why = verify(LAST, ACCOUNT).unwrap_err().concat();
    assert!(why.contains(ACCOUNT) && why.contains(&format!("step 4 is for {MACHINES}")), "{why}");
    assert!(verify(LAST, MACHINES).is_ok());
    assert!(verify(1, ACCOUNT).is_ok());
    assert!(verify(1, MACHINES).unwrap_err().concat().contains(&format!("the plan is for {ACCOUNT}")));
    // The same name in the one account is not that in the other.
    let (plan, mut other) = (plan(), plan());
    other.steps.drain(..LAST);
    other.target.id = "node-2".into();
    assert!(plan.touches(&other));
    other.steps[0].account = None;
    assert!(plan.touches(&other), "the target is in the plan's account");
    let mut machine = plan.clone();
    machine.steps.drain(..LAST);
    machine.target.id = "node-3".into();
    assert!(!machine.touches(&other));
}

#[test]
fn what_can_neither_be_stopped_nor_undone_says_so_and_goes_on_when_it_is_given_up() {
    let mut drive = Drive::begin();
    let plan = &drive.execution.plan;
    assert_eq!((plan.risk, &plan.inverse, plan.steps[LAST].gate), (Risk::Irreversible, &None, Gate::None));
    assert!(matches!(drive.execution.given_up(), Outcome::NotSent { .. }));
    drive.send(0);
    drive.taken(0);
    let Outcome::GivenUp { unsent, .. } = drive.execution.given_up() else { panic!("something was sent") };
    assert_eq!(unsent, [1, 2, LAST]);
}

#[test]
fn account_and_resend_are_written_where_they_are_and_nowhere_else() {
    let plan = plan();
    let value = serde_json::to_value(&plan).unwrap();
    let steps = value["steps"].as_array().unwrap();
    let has = |step: usize, key: &str| steps[step].get(key).is_some();
    assert_eq!((0..=LAST).map(|step| has(step, "account")).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!((0..=LAST).map(|step| has(step, "resend")).collect::<Vec<_>>(), [false, true, true, false]);
    assert_eq!(serde_json::from_value::<Plan<Nodes>>(value).unwrap(), plan);
    let ways: [fn(&mut Plan<Nodes>); 2] = [
        |plan: &mut Plan<Nodes>| plan.steps[LAST].account = None,
        |plan: &mut Plan<Nodes>| plan.steps[1].resend = Resend::Never,
    ];
    for spoil in ways {
        let mut other = plan.clone();
        spoil(&mut other);
        assert_ne!(hashes::of(&other), plan.fingerprint);
    }
}

#[test]
fn what_the_journal_tells_is_followed_and_never_sent() {
    let mut drive = Drive::begin();
    let (execution, plan) = (drive.execution.id.clone(), Box::new(drive.execution.plan.clone()));
    let approval = drive.execution.approval.clone();
    let body = Body::Approved { execution, plan, approval };
    let (entry, line) = seal(1, after(60), Who::default(), "edge".into(), body, chain::FIRST.into()).unwrap();
    let (read, unread) = entries::<Nodes>(line.as_bytes());
    assert_eq!((read.as_slice(), unread), ([entry].as_slice(), 0));
    let mut rebuilt = Execution::rebuild(&read).remove(0);
    assert!(rebuilt.plan.is_intact() && !rebuilt.is_live());
    assert_eq!(rebuilt.next(after(61)), Act::Finish);
    drive.send(0);
    let sending = Body::Sending { execution: rebuilt.id.clone(), step: 0, call: None, before: Vec::new(), ahead: 0 };
    rebuilt.apply(after(61), &sending);
    assert_eq!(rebuilt.next(after(61)), Act::Look);
}

/// What was found to be another before anything was taken ends all of them, however often AWS said "too early".
#[test]
fn none_of_many_goes_out_on_a_state_that_was_found_to_be_another() {
    let approved = approved(&plan()).unwrap();
    let (mut plan, approval) = (approved.plan().clone(), approved.approval().clone());
    plan.steps.remove(0);
    let id = ExecutionId::new(after(60), &plan.fingerprint, 7);
    let execution = Execution::begin(id.clone(), "edge", plan, approval, after(60));
    let mut drive = Drive { execution, facts: cluster(), now: after(60) };
    assert!(drive.execution.is_one_of_many(0) && drive.execution.is_one_of_many(1));
    for step in [0, 1] {
        drive.record(&Body::Sending { execution: id.clone(), step, call: None, before: Vec::new(), ahead: 0 });
        assert!(drive.refused(step, FaultKind::Throttled));
    }
    drive.now = after(600);
    let fault = "the state changed".to_owned();
    drive.record(&Body::Rejected { execution: id, step: 0, fault, request_id: None, by_aws: false });
    assert_eq!(drive.next(), Act::Finish);
    assert!(matches!(drive.execution.verdict(), Outcome::NotSent { .. }), "{:?}", drive.execution.verdict());
}
