//! What stands behind a desk: the wiring of the console, as `qd` has it, and what takes its place.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck::app::{Msg, State};
use quarterdeck::aws::session::InProcess;
use quarterdeck::aws::{Session, SessionSpec};
use quarterdeck::cli::{Source, World};
use quarterdeck::domain::SiteId;
use quarterdeck::keymap::Keymap;
use quarterdeck::runtime::configured::Sessions;
use quarterdeck::runtime::connect::{connect, places};
use quarterdeck::runtime::executor::Executor;
use quarterdeck::runtime::journal::Journal;
use quarterdeck::runtime::performer::{Fetches, Outlet};
use quarterdeck::runtime::{Clock, Driver, Performer};
use quarterdeck::sandbox::connector::{SandboxHttp, credentials};
use quarterdeck::sandbox::world::{World as SandboxWorld, WorldOptions};
use quarterdeck::sandbox::{Sandbox, SandboxClock, environments};
use quarterdeck::screens::{OpenScreen, View};
use quarterdeck::services::kubernetes::ServerAddress;
use quarterdeck::services::kubernetes::logs::LogAsk;
use quarterdeck::slices::reads::Request;
use quarterdeck::theme::{ColorDepth, Theme};
use quarterdeck::world::WatchTarget;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{Desk, MOMENT, Time};

/// What answers requests.
pub enum Behind {
    /// The test, some time.
    Hand(VecDeque<Request>),
    Driver(Driver),
}

impl Fetches for Behind {
    fn fetch(&mut self, request: Request) {
        match self {
            Self::Hand(pending) => pending.push_back(request),
            Self::Driver(driver) => driver.fetch(request),
        }
    }

    fn watch(&mut self, id: u64, target: WatchTarget, address: Arc<ServerAddress>) {
        if let Self::Driver(driver) = self {
            driver.watch(id, target, address);
        }
    }

    fn unwatch(&mut self, id: u64) {
        if let Self::Driver(driver) = self {
            driver.unwatch(id);
        }
    }

    fn read_log(&mut self, id: u64, site: SiteId, ask: LogAsk) {
        if let Self::Driver(driver) = self {
            driver.read_log(id, site, ask);
        }
    }

    fn leave_log(&mut self, id: u64) {
        if let Self::Driver(driver) = self {
            driver.leave_log(id);
        }
    }
}

/// Keeps what a terminal would have got beside the screen.
#[derive(Default)]
pub struct Kept {
    pub copied: Vec<String>,
    pub notified: Vec<String>,
    pub opened: Vec<String>,
    /// Whether there is a display on which something can be opened.
    pub has_display: bool,
}

impl Outlet for Kept {
    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }

    fn open(&mut self, link: &str) -> bool {
        if self.has_display {
            self.opened.push(link.to_owned());
        }
        self.has_display
    }

    fn notify(&mut self, text: &str) -> io::Result<()> {
        self.notified.push(text.to_owned());
        Ok(())
    }
}

/// What stays when a console is gone.
pub struct Whole {
    pub source: Source,
    /// Where the journal lies.
    pub folder: TempDir,
    /// What the driver asks with.
    pub sessions: Sessions,
}

/// A console that has asked nothing yet, with what performs its effects.
pub struct Console {
    pub state: State,
    pub performer: Performer<Behind, Kept>,
    pub answers: mpsc::Receiver<Msg>,
    pub happened: mpsc::Receiver<Msg>,
    pub sessions: Sessions,
}

impl Desk {
    /// Everything, before the console has asked anything.
    pub async fn over(mut source: Source) -> Self {
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
        let Console { state, performer, answers, happened, sessions } = console(&sandbox, &source, folder.path()).await;
        Self {
            state,
            left: false,
            executed: 0,
            performer,
            answers,
            happened,
            time: Time::Passes,
            sandbox: Some(sandbox),
            whole: Some(Whole { source, folder, sessions }),
        }
    }

    /// The list of DB instances over the sandbox that plays `scenario`, at [`MOMENT`]: its first requests are under
    /// way. Nobody makes changes.
    pub async fn still(scenario: &str) -> Self {
        let at: Timestamp = MOMENT.parse().expect("a timestamp");
        let world = World { scenario: scenario.into(), at: Some(at), ..World::default() };
        let source = Source { sandbox: true, world, ..Source::default() };
        let connection = connect(&source).await.expect("the sandbox opens");
        let (keymap, theme) = (Keymap::default(), Theme::default());
        let mut state = State::new(connection.estate.clone(), at, keymap, theme, ColorDepth::TrueColor);
        state.views.show(View::Screen(OpenScreen::Databases));
        let (driver, answers) = Driver::new(&connection.sessions, &connection.estate);
        let driver = driver.reaching(connection.reach());
        let performer = Performer::new(Behind::Driver(driver), Kept::default());
        let mut desk = Self { answers, sandbox: connection.sandbox, performer, ..Self::by_hand(state) };
        desk.send(Msg::Tick(at));
        desk
    }

    /// A console in this state, of which only the test answers the requests. Nobody makes changes.
    pub fn by_hand(state: State) -> Self {
        // Nobody has anything to say by these.
        let ((_, answers), (_, happened)) = (mpsc::channel(1), mpsc::channel(1));
        Self {
            state,
            left: false,
            executed: 0,
            performer: Performer::new(Behind::Hand(VecDeque::new()), Kept::default()),
            answers,
            happened,
            time: Time::Stands,
            sandbox: None,
            whole: None,
        }
    }

    /// Another console on the same world and the same journal.
    pub(super) async fn opens_again(&self) -> Console {
        let Whole { source, folder, .. } = self.whole();
        console(self.sandbox(), source, folder.path()).await
    }

    pub(super) fn whole(&self) -> &Whole {
        self.whole.as_ref().expect("a desk with everything behind it")
    }
}

/// Wires a console as `qd` does.
async fn console(sandbox: &Arc<Sandbox>, source: &Source, folder: &Path) -> Console {
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
    connection.sandbox = Some(sandbox.clone());
    let world = sandbox.clone();
    connection.clock = Clock::from_fn(move || world.now());
    let places = places(&connection);
    let estate = connection.estate.clone();
    let (keymap, theme) = (Keymap::default(), Theme::default());
    let mut state = State::new(estate, connection.clock.now(), keymap, theme, ColorDepth::TrueColor);
    let reach = connection.reach();
    state.shell.world.changes.policies = connection.policies;
    let journal = Journal::open(folder).map(Arc::new);
    state.shell.world.changes.journal = journal.as_ref().err().map(ToString::to_string);
    let (driver, answers) = Driver::new(&connection.sessions, &connection.estate);
    let driver = driver.reaching(reach);
    let (executor, happened) = Executor::new(journal.ok(), places, connection.clock);
    let performer =
        Performer::new(Behind::Driver(driver), Kept::default()).changing(executor).playing(Some(sandbox.clone()));
    Console { state, performer, answers, happened, sessions: connection.sessions }
}
