//! Whatever is pressed, whatever time passes and whatever fails: what was not approved is not sent.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use quarterdeck::app::Msg;
use quarterdeck::app::settle::settle;
use quarterdeck::ops::Level;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{self, Fault, Service};
use quarterdeck::sandbox::world::instance::GONE;
use quarterdeck::screens::View;
use quarterdeck::screens::databases;
use quarterdeck::services::rds::Kind;
use quarterdeck::slices::Body;
use tokio::time::advance;

use super::{ACCOUNT, DATABASE, REGION, invariants, noon};
use crate::harness::Desk;

/// What can be asked for: operations of every risk in every kind of environment.
const WISHES: [(Kind, &str); 14] = [
    (Kind::CreateSnapshot, DATABASE),
    (Kind::Reboot, DATABASE),
    (Kind::ChangeClass, DATABASE),
    (Kind::Stop, DATABASE),
    (Kind::CreateReplica, DATABASE),
    (Kind::StopEnvironment, DATABASE),
    (Kind::DeleteInstance, DATABASE),
    (Kind::ChangeRetention, "rentaliq-qa-db"),
    (Kind::DeletionProtection, "rentaliq-qa-db"),
    (Kind::CreateSnapshot, "rentaliq-prod-db"),
    (Kind::Failover, "rentaliq-prod-db"),
    (Kind::PromoteReplica, "rentaliq-prod-db-replica-1"),
    (Kind::Reboot, "staging-orders-db"),
    (Kind::CreateSnapshot, "dev-orders-db"),
];

const TROUBLES: [fault::Kind; 10] = [
    fault::Kind::Throttled,
    fault::Kind::AnswerLost,
    fault::Kind::Cut,
    fault::Kind::Expired,
    fault::Kind::Denied,
    fault::Kind::Hangs,
    fault::Kind::Refuses,
    fault::Kind::Html500,
    fault::Kind::Garbage,
    fault::Kind::WrongAccount,
];

/// Which calls have the trouble; without a name all of the service's.
const TROUBLED: [(Service, Option<&str>); 10] = [
    (Service::Rds, Some("CreateDBSnapshot")),
    (Service::Rds, Some("RebootDBInstance")),
    (Service::Rds, Some("ModifyDBInstance")),
    (Service::Rds, Some("StopDBInstance")),
    (Service::Rds, Some("PromoteReadReplica")),
    (Service::Rds, Some("DescribeDBInstances")),
    (Service::Rds, Some("DescribeDBSnapshots")),
    (Service::Rds, None),
    (Service::Monitoring, None),
    (Service::Sts, None),
];

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Keys(&'static str),
    Types(&'static str),
    /// The arming key, a reason, Enter.
    Arm(&'static str),
    /// An operation is chosen from the menu of a DB instance.
    Choose(Index),
    /// What the guard asks for is done with what is on the screen.
    Approve,
    /// All of it, from the menu to the approval, with the safety snapshot or without.
    Operate(Index, bool),
    /// Time goes on, seconds.
    Pass(u64),
    /// The machine sleeps, seconds.
    Leap(u64),
    /// Some calls fail: so many pass first, so many are hit.
    Disturb(Index, Index, u64, u64),
    Calm,
    /// Somebody else changes the instance.
    Change(usize),
    /// The console is killed and started again.
    Restart,
    /// The configuration is read again, with other rules or the same.
    Reconfigure(bool),
    /// The configuration is broken from now on.
    Break,
}

fn any_step() -> impl Strategy<Value = Step> {
    let keys = prop::sample::select(vec![
        "a", "A", "O", "j", "k", "enter", "tab", "backtab", "esc", "ctrl-t", "S", "R", "space", "D", "F", "e", "0",
        "1", "2", "3", "4", "6", "ctrl-u",
    ]);
    let texts = prop::sample::select(vec![
        DATABASE,
        "rentaliq-lab-dx",
        "rentaliq-prod-db",
        "rentaliq-qa-db",
        "RENTALIQ-LAB-DB",
        "INC-4312",
        "lab",
        "7",
        "x",
    ]);
    let reasons = prop::sample::select(vec!["INC-4312", "disk full", "x", ""]);
    let leaps = prop::sample::select(vec![30, 120, 600, 1000, 3600]);
    prop_oneof![
        8 => keys.prop_map(Step::Keys),
        2 => texts.prop_map(Step::Types),
        2 => reasons.prop_map(Step::Arm),
        3 => any::<Index>().prop_map(Step::Choose),
        3 => Just(Step::Approve),
        4 => (any::<Index>(), any::<bool>()).prop_map(|(wish, safety)| Step::Operate(wish, safety)),
        4 => (1..15_u64).prop_map(Step::Pass),
        2 => leaps.prop_map(Step::Leap),
        3 => (any::<Index>(), any::<Index>(), 0..3_u64, 1..4_u64)
            .prop_map(|(kind, call, after, times)| Step::Disturb(kind, call, after, times)),
        1 => Just(Step::Calm),
        1 => (0..5_usize).prop_map(Step::Change),
        1 => Just(Step::Restart),
        1 => any::<bool>().prop_map(Step::Reconfigure),
        1 => Just(Step::Break),
    ]
}

/// A console to which things happen.
struct Night {
    desk: Desk,
    /// Without it the arming key is never pressed.
    may_arm: bool,
}

impl Night {
    /// Presses keys. Each has a moment of its own, so that their records can be put in order.
    async fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace().filter(|key| self.may_arm || *key != "A").collect::<Vec<_>>() {
            self.desk.press(key);
            advance(Duration::from_millis(1)).await;
        }
    }

    /// Types; where nothing is typed into, these are keys as well.
    async fn types(&mut self, text: &str) {
        for character in text.chars().filter(|c| *c != ' ' && (self.may_arm || *c != 'A')).collect::<Vec<_>>() {
            self.desk.types(&character.to_string());
            advance(Duration::from_millis(1)).await;
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Keys(keys) => self.press(keys).await,
            Step::Types(text) => self.types(text).await,
            Step::Arm(reason) => self.arm(reason).await,
            Step::Choose(wish) => self.choose(WISHES[wish.index(WISHES.len())]).await,
            Step::Approve => self.approve().await,
            Step::Operate(wish, safety) => self.operate(WISHES[wish.index(WISHES.len())], safety).await,
            Step::Pass(seconds) => self.desk.pass(seconds).await,
            Step::Leap(seconds) => {
                advance(Duration::from_secs(seconds)).await;
                self.desk.pass(1).await;
            }
            Step::Disturb(kind, call, after, times) => {
                let (service, operation) = TROUBLED[call.index(TROUBLED.len())];
                let mut fault = Fault::new(TROUBLES[kind.index(TROUBLES.len())]);
                fault.services.push(service);
                fault.operations.extend(operation.map(str::to_owned));
                self.desk.sandbox().disturb(Disturbance::new(fault).after(after).times(times));
            }
            Step::Calm => self.desk.sandbox().calm(),
            Step::Change(which) => self.change(which),
            Step::Restart => self.desk.restart().await,
            Step::Reconfigure(other) => {
                let mut policies = self.desk.state.shell.world.changes.policies.clone();
                for policy in policies.values_mut() {
                    policy.running_at_most += usize::from(other);
                }
                let armed = self.desk.state.shell.world.changes.arming.is_some();
                self.desk.reconfigure(policies);
                let state = &self.desk.state;
                assert!(!(armed && other && state.shell.world.changes.arming.is_some()), "armed under other rules");
                advance(Duration::from_millis(1)).await;
            }
            Step::Break => {
                self.desk.tick();
                self.desk.send(Msg::ConfigurationRefused(vec!["config.toml:3: error: it is broken".into()]));
                assert!(self.desk.state.shell.world.changes.arming.is_none(), "armed under rules that nobody can read");
                advance(Duration::from_millis(1)).await;
            }
        }
    }

    async fn arm(&mut self, reason: &str) {
        self.press("A").await;
        self.types(reason).await;
        self.press("enter").await;
    }

    /// Leaves whatever is open.
    async fn close(&mut self) {
        for _ in 0..6 {
            let state = &self.desk.state;
            let open = state.views.plan().is_some() || state.views.question().is_some();
            if !open && state.views.overlay().is_none() && state.views.filter().is_none() {
                return;
            }
            self.press("esc").await;
        }
    }

    /// Opens the plan of an operation, when it is offered, and waits for its reading.
    async fn choose(&mut self, (kind, database): (Kind, &str)) {
        self.close().await;
        self.press("D").await;
        settle(&mut self.desk.state);
        let known = &self.desk.state;
        let row =
            known.databases.rows.iter().find(|row| row.database(&known.shell.world).is_some_and(|d| d.id == database));
        let Some(arn) = row.map(|row| row.arn.clone()) else { return };
        databases::select(&mut self.desk.state, &arn);
        self.press("a").await;
        for _ in 0..=Kind::ALL.len() {
            let Some(View::Menu(menu)) = self.desk.state.views.overlay() else { return };
            if menu.current().is_some_and(|item| item.command.operation() == Some(kind.into())) {
                break;
            }
            self.press("down").await;
        }
        self.press("enter").await;
        for _ in 0..60 {
            if self.desk.state.views.plan().is_none_or(|open| !open.reading) {
                break;
            }
            self.desk.pass(1).await;
        }
    }

    /// The environment and the level of the plan on the screen.
    fn planned(&self) -> Option<(String, Level)> {
        let state = &self.desk.state;
        let open =
            state.views.plan().filter(|_| state.views.overlay().is_none() && state.views.question().is_none())?;
        let made = open.plan.as_deref()?;
        let level = state.shell.world.changes.policy(open.environment).level(made.risk, made.criticality);
        Some((made.target.environment.clone(), level))
    }

    async fn approve(&mut self) {
        if self.planned().is_some() {
            self.desk.gesture();
            advance(Duration::from_millis(1)).await;
        }
    }

    async fn operate(&mut self, wish: (Kind, &str), safety: bool) {
        self.choose(wish).await;
        let Some((environment, _)) = self.planned() else { return };
        if safety {
            self.press("S").await;
        }
        let armed = self.desk.state.shell.world.changes.arming.as_ref().map(|arming| arming.environment.clone());
        if armed.as_ref() != Some(&environment) {
            if armed.is_some() {
                self.press("A").await;
            }
            self.arm("INC-4312").await;
        }
        if let Some((_, Level::TypeNameAndReason { cool_down })) = self.planned() {
            self.desk.pass(cool_down.as_secs() + 1).await;
        }
        self.approve().await;
        self.desk.pass(3).await;
    }

    fn change(&self, which: usize) {
        let now = self.desk.sandbox().now();
        self.desk.sandbox().change(|world| {
            let Some(lab) = world.find_mut(ACCOUNT, REGION, DATABASE) else { return };
            match which {
                0 => lab.deletion_protection = !lab.deletion_protection,
                1 => lab.class = "db.t3.small".into(),
                2 => lab.resource_id = "db-ANOTHERONE".into(),
                3 => lab.statuses.push((now, GONE.into())),
                _ => {
                    lab.pass_through("modifying", now, 300);
                }
            }
        });
    }
}

/// What a run came to.
struct Came {
    approved: usize,
    sent: usize,
}

async fn night(may_arm: bool, steps: Vec<Step>) -> Result<Came, TestCaseError> {
    let mut night = Night { desk: noon().await, may_arm };
    for step in steps {
        night.take(step).await;
    }
    night.desk.sandbox().calm();
    advance(Duration::from_secs(400)).await;
    night.desk.pass(12).await;
    let (entries, log) = (night.desk.journal(), night.desk.mutations());
    prop_assert!(night.desk.verified(), "the journal's chain is broken");
    invariants::check(&entries, &log).map_err(TestCaseError::fail)?;
    prop_assert!(may_arm || log.is_empty(), "never armed, and yet: {:?}", log);
    let approved = entries.iter().filter(|entry| matches!(entry.body, Body::Approved { .. })).count();
    Ok(Came { approved, sent: log.len() })
}

#[test]
fn whatever_is_pressed_nothing_is_sent_that_was_not_approved() {
    let config =
        ProptestConfig { cases: 48, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() };
    let (approved, sent) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let runs = (prop::bool::weighted(0.85), prop::collection::vec(any_step(), 8..24));
    let result = TestRunner::new(config).run(&runs, |(may_arm, steps)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        let came = runtime.expect("a runtime").block_on(Box::pin(night(may_arm, steps)))?;
        approved.fetch_add(came.approved, Ordering::SeqCst);
        sent.fetch_add(came.sent, Ordering::SeqCst);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    // Otherwise it would prove nothing.
    let (approved, sent) = (approved.into_inner(), sent.into_inner());
    assert!(approved >= 12 && sent >= 8, "only {approved} plans were approved and {sent} calls sent");
}
