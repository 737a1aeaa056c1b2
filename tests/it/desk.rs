//! A console with everything behind it: the core, the driver, the executor, the journal and the
//! sandbox, as `qd` wires them; only the terminal is missing. For tests whose clock is paused: time
//! goes on when [`Desk::pass`] says so, and the sandbox's with it.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use quarterdeck::app::settle::settle;
use quarterdeck::app::{Effect, Msg, Reconfiguration, Restyle, State, update};
use quarterdeck::aws::session::InProcess;
use quarterdeck::aws::{Session, SessionSpec};
use quarterdeck::cli::{Source, World};
use quarterdeck::domain::{Database, EnvironmentId};
use quarterdeck::keymap::{Key, Keymap};
use quarterdeck::ops::journal::{self, chain};
use quarterdeck::picture::{self, Format};
use quarterdeck::runtime::configured::Sessions;
use quarterdeck::runtime::connect::{connect, places};
use quarterdeck::runtime::executor::Executor;
use quarterdeck::runtime::journal::{Journal, read};
use quarterdeck::runtime::{Clock, Driver};
use quarterdeck::sandbox::connector::{SandboxHttp, credentials};
use quarterdeck::sandbox::log::Logged;
use quarterdeck::sandbox::world::{World as SandboxWorld, WorldOptions};
use quarterdeck::sandbox::{Sandbox, SandboxClock, environments};
use quarterdeck::slices::{Entry, Execution, Policy};
use quarterdeck::theme::{ColorDepth, Theme};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::stage::{self, MOMENT};

mod plans;

/// Whatever an operation waits for is over after so many seconds of the sandbox's time.
pub const LONG: u64 = 4 * 3600;

/// The console and what it stands on.
pub struct Desk {
    pub state: State,
    pub sandbox: Arc<Sandbox>,
    /// What the console would have rung the bell for.
    pub notified: Vec<String>,
    /// What went to the clipboard.
    pub copied: Vec<String>,
    /// True once the console was left.
    pub left: bool,
    /// Approved plans that were handed to the executor since the console opened.
    pub executed: usize,
    source: Source,
    folder: TempDir,
    runtime: Runtime,
}

/// What performs the effects.
struct Runtime {
    driver: Driver,
    answers: mpsc::Receiver<Msg>,
    executor: Executor,
    happened: mpsc::Receiver<Msg>,
    /// What the driver asks with.
    sessions: Sessions,
}

impl Desk {
    /// A console over the sandbox that plays `scenario` from [`MOMENT`] on, in which the instances
    /// and the identities of all environments are known.
    pub async fn new(scenario: &str) -> Self {
        let world = World { scenario: scenario.into(), ..World::default() };
        Self::of(Source { sandbox: true, world, ..Source::default() }).await
    }

    /// The same for what a command line says of the sandbox.
    pub async fn of(mut source: Source) -> Self {
        let at: Timestamp = source.world.at.unwrap_or_else(|| MOMENT.parse().expect("a timestamp"));
        // What is connected to is only asked for its rules; the world of the test goes on.
        source.world.at = Some(at);
        let played = &source.world;
        let options = WorldOptions {
            scenario: played.scenario.clone(),
            seed: played.seed,
            databases: played.databases,
            epoch: at,
        };
        let world = SandboxWorld::build(&options).expect("the world");
        let sandbox = Arc::new(Sandbox::new(world, SandboxClock::new(at, played.speed)));
        let folder = tempfile::tempdir().expect("a folder");
        let (state, runtime) = console(&sandbox, &source, folder.path()).await;
        let mut desk = Self {
            state,
            sandbox,
            notified: Vec::new(),
            copied: Vec::new(),
            left: false,
            executed: 0,
            source,
            folder,
            runtime,
        };
        desk.begin().await;
        desk
    }

    async fn begin(&mut self) {
        self.send(Msg::Resize(120, 40));
        self.tick();
        for _ in 0..20 {
            if self
                .state
                .shell
                .world
                .sites
                .iter()
                .all(|s| s.rds.databases.value().is_some() && s.identity.value().is_some())
            {
                return;
            }
            self.pass(1).await;
        }
    }

    /// The console and what it follows are gone as by a kill; another one opens on the same world
    /// and the same journal, and takes over.
    pub async fn restart(&mut self) {
        let (state, runtime) = console(&self.sandbox, &self.source, self.folder.path()).await;
        // Dropping the executor ends its tasks where they wait; the new one has not begun yet.
        self.runtime = runtime;
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.state = state;
        (self.left, self.executed) = (false, 0);
        self.runtime.executor.take_over(false);
        self.begin().await;
    }

    /// The configuration is read again: the same environments, under these rules.
    pub fn reconfigure(&mut self, policies: BTreeMap<EnvironmentId, Policy>) {
        let estate = self.state.shell.world.estate.clone();
        // As in the event loop: what the old driver has on its way has nobody to go to.
        (self.runtime.driver, self.runtime.answers) = Driver::new(&self.runtime.sessions, &estate);
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

    /// The folder of the journal.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Lets a message in and performs what comes of it.
    pub fn send(&mut self, msg: Msg) {
        let mut queue: VecDeque<Effect> = update(&mut self.state, msg).into();
        let Runtime { driver, executor, .. } = &mut self.runtime;
        executor.keep_rules(&self.state.shell.world);
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Fetch(request) => driver.fetch(request),
                Effect::Observe { id, kind, target } => executor.observe(id, kind, target),
                Effect::GiveUp(id) => executor.give_up(&id),
                Effect::Execute(approved) => {
                    self.executed += 1;
                    executor.execute(*approved);
                }
                Effect::Record { environment, arn, body } => executor.record(&environment, &arn, *body),
                Effect::Notify(text) => self.notified.push(text),
                Effect::Copy(text) => {
                    self.copied.push(text.clone());
                    queue.extend(update(&mut self.state, Msg::Copied(Ok(text))));
                }
                Effect::Play(name) => self.sandbox.play(&name).expect("the scenario"),
                Effect::Quit => self.left = true,
                Effect::GiveCode(_) | Effect::Suspend | Effect::Redraw => {}
            }
        }
    }

    /// The console learns what time it is.
    pub fn tick(&mut self) {
        let now = self.sandbox.now();
        self.send(Msg::Tick(now));
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
                    Some(msg) = self.runtime.answers.recv() => msg,
                    Some(msg) = self.runtime.happened.recv() => msg,
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
            panic!("after {seconds} s it is not so that {what}; sent {sent:?}; {toast:?}\n{screen}");
        }
    }

    /// The frame as text.
    pub fn text(&mut self) -> String {
        settle(&mut self.state);
        picture::render(&stage::draw(&self.state), Format::Text)
    }

    /// Waits until the newest execution has ended, and gives it.
    pub async fn finish(&mut self) -> Execution {
        if self.executed == 0 && self.state.shell.world.changes.executions.is_empty() {
            self.pass(5).await;
        }
        let refusal = self.state.views.plan().and_then(|open| open.refusal.clone());
        let begun = self.executed > 0 || !self.state.shell.world.changes.executions.is_empty();
        assert!(begun, "nothing was approved: {refusal:?}");
        let executed = self.executed;
        let ended = move |state: &State| {
            let all = &state.shell.world.changes.executions;
            all.len() >= executed && all.last().is_some_and(|newest| !newest.is_running())
        };
        self.until(LONG, "the newest execution has ended", ended).await;
        self.state.shell.world.changes.executions.last().cloned().expect("an execution")
    }

    /// The calls that could change something, in the order in which they reached RDS.
    pub fn mutations(&self) -> Vec<Logged> {
        self.sandbox.log()
    }

    /// The journal, oldest entry first.
    pub fn journal(&self) -> Vec<Entry> {
        journal::entries(&read(self.folder.path()).expect("the journal").journal).0
    }

    /// Whether the journal's chain is sound.
    pub fn verified(&self) -> bool {
        let stored = read(self.folder.path()).expect("the journal");
        let lines = stored.journal.split_inclusive(|byte| *byte == b'\n');
        chain::verify(lines).with_head(stored.head.as_deref()).is_sound()
    }

    /// A DB instance as the console knows it.
    pub fn database(&self, id: &str) -> Option<&Database> {
        self.state.shell.world.all_databases().map(|(_, database)| database).find(|database| database.id == id)
    }

    /// Asks for everything anew and waits for the answers.
    pub async fn refresh(&mut self) {
        self.pass(1).await;
        let asked = self.state.shell.world.now;
        self.state.shell.world.schedule.force(|_| true);
        let fresh =
            |state: &State| state.shell.world.sites.iter().all(|s| s.rds.databases.at().is_some_and(|at| at > asked));
        self.until(120, "everything is read again", fresh).await;
    }
}

/// A console that has asked nothing yet, wired as `qd` wires it.
async fn console(sandbox: &Arc<Sandbox>, source: &Source, folder: &Path) -> (State, Runtime) {
    let mut connection = connect(source).await.expect("the sandbox opens");
    let (_, accounts) = environments::estate(&source.world);
    let http = SandboxHttp::new(sandbox.clone());
    let in_process = |account: &str| Some(InProcess { http: http.shared(), credentials: credentials(account) });
    for (id, account) in &accounts {
        let spec = SessionSpec { in_process: in_process(account), ..SessionSpec::default() };
        connection.sessions.insert(*id, Session::load(&spec).await);
    }
    for (id, operator) in &mut connection.operators {
        let environment = connection.estate.environment(*id).expect("an environment");
        let reads = connection.estate.site(environment.site).expect("a site").session;
        let (_, account) = accounts.iter().find(|(id, _)| *id == reads).expect("an account");
        operator.in_process = in_process(account);
    }
    let world = sandbox.clone();
    connection.clock = Clock::from_fn(move || world.now());
    let places = places(&connection);
    let estate = connection.estate.clone();
    let (keymap, theme) = (Keymap::default(), Theme::default());
    let mut state = State::new(estate, connection.clock.now(), keymap, theme, ColorDepth::TrueColor);
    state.shell.world.changes.policies = connection.policies;
    let journal = Journal::open(folder).map(Arc::new);
    state.shell.world.changes.journal = journal.as_ref().err().map(ToString::to_string);
    let (driver, answers) = Driver::new(&connection.sessions, &connection.estate);
    let (executor, happened) = Executor::new(journal.ok(), places, connection.clock);
    (state, Runtime { driver, answers, executor, happened, sessions: connection.sessions })
}
