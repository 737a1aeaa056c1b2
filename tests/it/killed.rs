//! `qd apply` killed with SIGKILL at any moment between the approval and the end: nothing is sent
//! twice, nothing is forgotten, and the next console tells truly what happened.
//!
//! The program is the real one, over HTTP; its sandbox is in this process, so that what reached RDS
//! is counted there and not by the program.

mod drain;
pub mod home;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use quarterdeck::ops::call::ApiName;
use quarterdeck::runtime::Clock;
use quarterdeck::runtime::executor::Executor;
use quarterdeck::runtime::journal::Journal;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{self, Fault, Service};
use quarterdeck::sandbox::log::Logged;
use quarterdeck::sandbox::world::identity::mix;
use quarterdeck::sandbox::{Sandbox, SandboxClock};
use quarterdeck::services::rds::safety;
use quarterdeck::services::rds::{Kind, TargetKind};
use quarterdeck::slices::{self, Execution, Plan, StepState, Target};
use tokio::time::timeout;

use self::home::{
    ACCOUNT, ENVIRONMENT, Home, KEY, REGION, block_on, entries_in, is_running, lines, place, sandbox, served,
};
use crate::pty::{Console, Start};
use crate::safety::invariants;

/// Seconds in one of ours for the console that takes over: it gives up seeking after minutes.
const SEEKING: f64 = 60.0;
/// For whatever has no deadline of its own.
const PATIENCE: Duration = Duration::from_secs(80);
/// Cases at the same time: they mostly wait.
const AT_ONCE: usize = 12;
/// Kills at a moment by chance, unless `QD_KILLS` says how many.
const BY_CHANCE: usize = 54;

/// What is done, to what, and the lines that the journal has of it before the last.
const OPERATIONS: [(Kind, &str, usize); 3] = [
    (Kind::CreateSnapshot, "rentaliq-lab-db", 5),
    (Kind::ChangeClass, "rentaliq-qa-db", 9),
    (Kind::PromoteReplica, "rentaliq-prod-db-replica-1", 9),
];

/// One kill.
#[derive(Debug, Clone)]
struct Case {
    number: usize,
    kind: Kind,
    database: &'static str,
    /// It comes when the journal has so many lines,
    lines: usize,
    /// and this much later.
    delay: Duration,
    /// The first call gets no answer, so that the kill falls between the call and the record of it.
    held: Option<fault::Kind>,
}

/// What a kill left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Left {
    lines: usize,
    /// The execution was not over.
    running: bool,
    /// A step was about to be sent, and what became of it is not in the journal; true when RDS did
    /// what was asked.
    open: Option<bool>,
}

fn cases() -> Vec<Case> {
    let kills = std::env::var("QD_KILLS").map_or(BY_CHANCE, |kills| kills.parse().unwrap());
    let by_chance = (0..kills).map(|number| {
        let (kind, database, most) = OPERATIONS[number % OPERATIONS.len()];
        let round = number / OPERATIONS.len();
        let micros = [300, 3_000, 30_000, 1_500_000][(round + round / 4) % 4];
        let delay = Duration::from_micros(mix(number as u64) % micros);
        Case { number, kind, database, lines: round % (most + 1), delay, held: None }
    });
    let held = OPERATIONS.iter().flat_map(|(kind, database, _)| {
        [fault::Kind::AnswerLost, fault::Kind::Hangs].map(|held| (*kind, *database, held))
    });
    let held = held.enumerate().map(|(number, (kind, database, held))| Case {
        number: kills + number,
        kind,
        database,
        lines: 3,
        delay: Duration::from_millis(1500),
        held: Some(held),
    });
    by_chance.chain(held).collect()
}

#[test]
fn whenever_it_is_killed_nothing_is_sent_twice_and_nothing_forgotten() {
    let cases = cases();
    let next = AtomicUsize::new(0);
    let left = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let found = run(case);
                    left.lock().unwrap_or_else(PoisonError::into_inner).push(found);
                }
            });
        }
    });
    // The kills came where they were meant to.
    let left = left.into_inner().unwrap();
    assert_eq!(left.len(), cases.len());
    let cut = left.iter().filter(|left| left.running).count();
    let open = left.iter().filter(|left| left.open.is_some()).count();
    println!("{} kills; {cut} cut an execution off, {open} of them between a call and the record of it", left.len());
    assert!(cut >= 30, "only {cut} executions were cut off");
    let places: BTreeSet<usize> = left.iter().filter(|left| left.running).map(|left| left.lines).collect();
    assert!(places.len() >= 6, "they were cut off after {places:?} lines only");
    for done in [true, false] {
        let count = left.iter().filter(|left| left.open == Some(done)).count();
        assert!(count >= OPERATIONS.len(), "{count} were cut off at a call whose being done was {done}");
    }
}

/// Serves a sandbox of its own to one case.
fn run(case: &Case) -> Left {
    let sandbox = sandbox();
    served(&sandbox, |endpoint| case.play(&sandbox, endpoint))
}

impl Case {
    fn play(&self, sandbox: &Arc<Sandbox>, endpoint: &str) -> Left {
        let home = Home::new(endpoint);
        let plan = block_on(self.plan(sandbox));
        if let Some(kind) = self.held {
            let fault =
                Fault::new(kind).in_operation(Service::Rds, plan.steps[0].call.api.id().trim_start_matches("rds:"));
            sandbox.disturb(Disturbance::new(fault).times(1));
        }
        let mut child = Self::apply(&home, &plan);
        self.wait(&mut child, &home);
        // It may have come to its end just now.
        let _ = child.kill();
        child.wait().unwrap();
        sandbox.calm();
        // What was on its way to RDS arrives.
        thread::sleep(Duration::from_millis(200));
        let left = self.left(sandbox, &home);
        if left.running {
            if self.number % 9 == 4 && left.open != Some(false) {
                self.open_a_console(&home);
            } else {
                block_on(self.take_over(sandbox, &home));
            }
        }
        self.judge(sandbox, &home);
        left
    }

    /// The plan, with everything that may be done beside it.
    async fn plan(&self, sandbox: &Arc<Sandbox>) -> Plan {
        let now = Timestamp::now();
        let target = Target {
            environment: ENVIRONMENT.into(),
            kind: TargetKind::DbInstance.into(),
            id: self.database.into(),
            region: REGION.into(),
        };
        let seen = place(sandbox, ACCOUNT, Vec::new()).await.read(self.kind.into(), &target, now).await.unwrap();
        let safety = self.kind.offers_safety_snapshot().then(|| safety::name(self.kind.name(), self.database, now));
        let plan = Plan::make(&slices::Kind::from(self.kind).offer(&seen).unwrap(), safety.as_deref(), &seen);
        assert_eq!(plan.obstacle(), None, "{self:?}");
        assert_eq!(plan.steps.len(), if self.kind == Kind::CreateSnapshot { 1 } else { 2 }, "{self:?}");
        plan
    }

    fn apply(home: &Home, plan: &Plan) -> Child {
        let path = home.folder.path().join("plan.json");
        fs::write(&path, serde_json::to_string(plan).unwrap()).unwrap();
        let said = File::create(home.said()).unwrap();
        let mut command = home.qd();
        command.args(["apply", "--approve", plan.fingerprint.whole(), "--reason", "INC-4312", "--plan"]).arg(path);
        command.stdout(said.try_clone().unwrap()).stderr(said);
        command.spawn().unwrap()
    }

    /// Until the moment of the kill.
    fn wait(&self, child: &mut Child, home: &Home) {
        let begun = Instant::now();
        while lines(&home.journal()) < self.lines && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "{self:?} does not come so far\n{}", home.story());
            thread::sleep(Duration::from_micros(500));
        }
        thread::sleep(self.delay);
    }

    fn left(&self, sandbox: &Sandbox, home: &Home) -> Left {
        let all = Execution::rebuild(&entries_in(&home.journal()));
        assert!(all.len() <= 1, "{self:?}: {} executions", all.len());
        let log = sandbox.log();
        let open = all.first().and_then(|execution| {
            let step = execution.steps.iter().position(|state| matches!(state, StepState::Sending { .. }))?;
            let call = &execution.plan.steps[step].call;
            Some(log.iter().any(|logged| logged.is_done() && invariants::is_same(call, logged)))
        });
        let running = all.iter().any(Execution::is_running);
        if self.held.is_some() {
            assert_eq!(open, Some(self.held == Some(fault::Kind::AnswerLost)), "{self:?}\n{}", home.story());
            assert_eq!(log.len(), 1, "{self:?}: {log:?}");
        }
        Left { lines: lines(&home.journal()), running, open }
    }

    /// The next console follows what the killed one left, as far as it takes.
    async fn take_over(&self, sandbox: &Arc<Sandbox>, home: &Home) {
        let journal = Arc::new(Journal::open(&home.journal()).unwrap());
        let time = SandboxClock::new(Timestamp::now(), SEEKING);
        let clock = Clock::from_fn(move || time.now());
        let (mut executor, mut happened) =
            Executor::new(Some(journal), vec![place(sandbox, ACCOUNT, Vec::new()).await], clock);
        executor.take_over(false);
        let begun = Instant::now();
        while is_running(&home.journal()) {
            assert!(begun.elapsed() < PATIENCE, "{self:?} is not brought to its end\n{}", home.story());
            // It tells each of its states, and waits when nobody listens.
            let _ = timeout(Duration::from_millis(100), happened.recv()).await;
        }
    }

    /// The same with the program itself on a terminal.
    fn open_a_console(&self, home: &Home) {
        let (configuration, journal) = (home.configuration(), home.journal());
        let args = ["--config", configuration.to_str().unwrap()];
        let env = [
            ("QD_STATE_DIR", journal.to_str().unwrap()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", "sandbox"),
        ];
        let console = Console::start(&Start { args: &args, env: &env, ..Start::default() });
        let begun = Instant::now();
        while is_running(&journal) {
            let screen = console.lines().join("\n");
            assert!(begun.elapsed() < PATIENCE, "{self:?} is not brought to its end\n{}\n{screen}", home.story());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What the journal says in the end is what happened.
    fn judge(&self, sandbox: &Sandbox, home: &Home) {
        let all = entries_in(&home.journal());
        let log = sandbox.log();
        let calls = invariants::check(&all, &log).unwrap_or_else(|why| panic!("{self:?}: {why}\n{}", home.story()));
        for execution in Execution::rebuild(&all) {
            assert!(execution.outcome.is_some(), "{self:?}: {} has no end\n{}", execution.id, home.story());
            for (step, state) in execution.steps.iter().enumerate() {
                let mine = |call: &invariants::StepOf| *call == (execution.id.clone(), step);
                let call = calls.iter().position(mine).map(|at| &log[at]);
                let done = call.is_some_and(Logged::is_done);
                let is_true = match state {
                    // Nothing fails in this world: a failed step is one that there was no sign of.
                    StepState::Ended { end, .. } => done == end.is_good(),
                    StepState::NotSent { .. } => !done,
                    StepState::Waiting => call.is_none(),
                    _ => false,
                };
                assert!(is_true, "{self:?}: step {step} is {state:?}, and RDS has {call:?}\n{}", home.story());
            }
        }
        let verified = home.qd().args(["audit", "verify"]).output().unwrap();
        assert!(verified.status.success(), "{self:?}: {verified:?}\n{}", home.story());
    }
}
