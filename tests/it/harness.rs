//! The harness: a console with the production performer of effects; only the terminal is missing. Keys and messages go
//! in; frames, the journal and what was copied come out.
//!
//! What stands behind the console is chosen when the desk is made:
//!
//! - [`Desk::new`], [`Desk::of`], [`Desk::over`]: everything, as `qd` wires it: driver, executor, journal, sandbox. For
//!   tests whose clock is paused: time goes on when [`Desk::pass`] says so, and the sandbox's with it.
//! - [`Desk::still`]: the driver and the sandbox at a moment that stands still, nobody who makes changes.
//!   [`Desk::settle`] waits for the answers.
//! - [`Desk::by_hand`]: nothing but the test, which answers by [`Desk::answer`]; time goes on by [`Desk::wait`].

mod answers;
mod behind;
mod frames;
mod known;
mod plans;
mod records;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use quarterdeck::app::settle::settle;
use quarterdeck::app::{Effect, Msg, Reconfiguration, Restyle, State, update};
use quarterdeck::cli::{Source, World};
use quarterdeck::domain::{EnvironmentId, Fault};
use quarterdeck::keymap::Key;
use quarterdeck::runtime::performer::ForTerminal;
use quarterdeck::runtime::{Clock, Driver, Performer, headless};
use quarterdeck::sandbox::Sandbox;
use quarterdeck::slices::Policy;
use quarterdeck::slices::reads::{Answer, Request};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

pub use answers::{denied, empty, failed, good, operation};
pub use frames::draw;
pub use known::{alarms, fleet, fresh, opened, run};

use behind::{Behind, Console, Kept, Whole};

/// The moment at which every desk begins, unless it is told another.
pub const MOMENT: &str = "2026-11-22T03:12:44Z";

/// The DB instance that [`opened`] shows: one with replicas, a standby and trouble.
pub const OPENED: &str = "prod-orders-db";

/// Whatever an operation waits for is over after so many seconds of the sandbox's time.
pub const LONG: u64 = 4 * 3600;

/// A console and what it stands on.
pub struct Desk {
    pub state: State,
    /// True once the console was left.
    pub left: bool,
    /// Approved plans that were handed to the executor since the console opened.
    pub executed: usize,
    performer: Performer<Behind, Kept>,
    /// What the driver has to say.
    answers: mpsc::Receiver<Msg>,
    /// What the executor has to say.
    happened: mpsc::Receiver<Msg>,
    time: Time,
    sandbox: Option<Arc<Sandbox>>,
    /// What a console needs that opens again.
    whole: Option<Whole>,
}

/// How time goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    /// As the sandbox's, with the runtime's clock.
    Passes,
    /// When the test says so.
    Stands,
}

impl Desk {
    /// A console over the sandbox that plays `scenario` from [`MOMENT`] on, in which the instances
    /// and the identities of all environments are known.
    pub async fn new(scenario: &str) -> Self {
        let world = World { scenario: scenario.into(), ..World::default() };
        Self::of(Source { sandbox: true, world, ..Source::default() }).await
    }

    /// The same for what a command line says of the sandbox.
    pub async fn of(source: Source) -> Self {
        let mut desk = Self::over(source).await;
        desk.begin().await;
        desk
    }

    async fn begin(&mut self) {
        self.send(Msg::Resize(120, 40));
        self.tick();
        for _ in 0..20 {
            let mut sites = self.state.shell.world.sites.iter();
            if sites.all(|s| s.rds.databases.value().is_some() && s.identity.value().is_some()) {
                return;
            }
            self.pass(1).await;
        }
    }

    /// The console and what it follows are gone as by a kill; another one opens on the same world
    /// and the same journal, and takes over.
    pub async fn restart(&mut self) {
        let Console { state, mut performer, answers, happened, sessions } = self.opens_again().await;
        performer.outlet = std::mem::take(&mut self.performer.outlet);
        // Dropping the executor ends its tasks where they wait; the new one has not begun yet.
        (self.performer, self.answers, self.happened) = (performer, answers, happened);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.state = state;
        self.whole.as_mut().expect("it opens again").sessions = sessions;
        (self.left, self.executed) = (false, 0);
        self.performer.executor.as_mut().expect("an executor").take_over(false);
        self.begin().await;
    }

    /// The configuration is read again: the same environments, under these rules.
    pub fn reconfigure(&mut self, policies: BTreeMap<EnvironmentId, Policy>) {
        let estate = self.state.shell.world.estate.clone();
        // As in the event loop: what the old driver has on its way has nobody to go to.
        let (driver, answers) = Driver::new(&self.whole().sessions, &estate);
        (self.performer.driver, self.answers) = (Behind::Driver(driver), answers);
        self.tick();
        self.send(Msg::Reconfigured(Box::new(Reconfiguration {
            estate,
            seed: 7,
            policies,
            operators: self.state.shell.world.changes.operators.clone(),
            problems: Vec::new(),
            appearance: Restyle { ceiling: 1.0, ..Restyle::default() },
        })));
    }

    /// Lets a message in and performs what comes of it. The test goes on when the console is left.
    pub fn send(&mut self, msg: Msg) {
        let mut wanted: VecDeque<Effect> = update(&mut self.state, msg).into();
        self.executed += wanted.iter().filter(|effect| matches!(effect, Effect::Execute(_))).count();
        while let Some(asked) = self.performer.perform(&mut wanted, &mut self.state).expect("it can be done here") {
            self.left |= asked == ForTerminal::Leave;
        }
    }

    /// The console learns what time it is, where time passes.
    pub fn tick(&mut self) {
        if self.time == Time::Passes {
            let now = self.sandbox().now();
            self.send(Msg::Tick(now));
        }
    }

    /// Presses keys, written as in keymap files with spaces between.
    pub fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let key: Key = key.parse().expect("a key");
            self.tick();
            self.send(Msg::Key(key));
        }
        settle(&mut self.state);
    }

    /// Types text, a key a character.
    pub fn types(&mut self, text: &str) {
        for character in text.chars() {
            self.tick();
            self.send(Msg::Key(Key::new(KeyCode::Char(character), KeyModifiers::NONE)));
        }
        settle(&mut self.state);
    }

    /// Time goes on second by second; messages are taken in as they come.
    pub async fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            let next = Instant::now() + Duration::from_secs(1);
            loop {
                let msg = tokio::select! {
                    biased;
                    Some(msg) = self.answers.recv() => msg,
                    Some(msg) = self.happened.recv() => msg,
                    () = sleep_until(next) => break,
                };
                self.tick();
                self.send(msg);
            }
            self.tick();
        }
        settle(&mut self.state);
    }

    /// Time goes on until this is so, at most for so many seconds.
    pub async fn until(&mut self, seconds: u64, what: &str, is_so: impl Fn(&State) -> bool) {
        for _ in 0..seconds {
            if is_so(&self.state) {
                return;
            }
            self.pass(1).await;
        }
        if !is_so(&self.state) {
            let screen = self.text();
            let toast = self.state.shell.toast.as_ref().map(|toast| toast.text.clone());
            let sent: Vec<String> = self.mutations().iter().map(|m| format!("{} {:?}", m.operation, m.code)).collect();
            let standing = self.state.shell.world.faults.iter().filter(|entry| entry.mended.is_none());
            let errors: Vec<String> = standing.map(|entry| format!("{:?} {}", entry.target, entry.fault)).collect();
            panic!(
                "after {seconds} s it is not so that {what}; sent {sent:?}; {toast:?}; errors: {errors:#?}\n{screen}"
            );
        }
    }

    /// Time that stands still goes on by this much.
    pub fn wait(&mut self, by: SignedDuration) {
        assert_eq!(self.time, Time::Stands, "time passes at this desk");
        let now = self.state.shell.world.now.checked_add(by).expect("in range");
        self.send(Msg::Tick(now));
        settle(&mut self.state);
    }

    /// Waits until everything is answered that is asked, at the moment that stands still.
    pub async fn settle(&mut self) {
        assert_eq!(self.time, Time::Stands, "time passes at this desk");
        let now: Timestamp = self.state.shell.world.now;
        let clock = Clock::from_fn(move || now);
        let Self { state, performer, answers, .. } = self;
        let complete = headless::pump(state, performer, answers, &clock, Vec::new()).await;
        assert!(complete.expect("nothing but reading"), "not everything was answered in time");
    }

    /// What was asked and is not answered yet, in the order of asking; where the test answers.
    pub fn pending(&mut self) -> &mut VecDeque<Request> {
        match &mut self.performer.driver {
            Behind::Hand(pending) => pending,
            Behind::Driver(_) => panic!("the driver answers at this desk"),
        }
    }

    /// Answers everything that is asked, and what that makes the console ask, with what `answer`
    /// gives; a request for which it gives nothing stays unanswered.
    pub fn answer(&mut self, mut answer: impl FnMut(&Request) -> Option<Vec<Result<Answer, Fault>>>) {
        let mut left = VecDeque::new();
        for _ in 0..10_000 {
            let Some(request) = self.pending().pop_front() else { break };
            match answer(&request) {
                None => left.push_back(request),
                Some(results) => {
                    for result in results {
                        self.send(Msg::Answered { id: request.id, target: request.target.clone(), result });
                    }
                }
            }
        }
        assert!(self.pending().is_empty(), "the console asks without end");
        *self.pending() = left;
        settle(&mut self.state);
    }
}
