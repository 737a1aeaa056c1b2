//! What a killed program stands on: a sandbox, a configuration, and a folder of its own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::aws::{AssumeRole, InProcess, Session, SessionSpec};
use quarterdeck::config;
use quarterdeck::ops::journal::entries;
use quarterdeck::runtime::clusters::Reaching;
use quarterdeck::runtime::configured::Operators;
use quarterdeck::runtime::connect::places_of;
use quarterdeck::runtime::journal::{FILE, read};
use quarterdeck::runtime::place::Place;
use quarterdeck::sandbox::connector::{SandboxHttp, credentials};
use quarterdeck::sandbox::serve::serve;
use quarterdeck::sandbox::world::instance::Window;
use quarterdeck::sandbox::{Sandbox, SandboxClock, World, WorldOptions};
use quarterdeck::slices::{Entry, Execution};
use quarterdeck::world::Estate;
use tokio::sync::oneshot;

const QD: &str = env!("CARGO_BIN_EXE_qd");
pub const ENVIRONMENT: &str = "night";
pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "us-east-1";
/// The key of [`ACCOUNT`].
pub const KEY: &str = "AKIASANDBOX111122223333";

/// Seconds of the sandbox in one of ours: what takes RDS minutes is over in some seconds.
const SPEED: f64 = 200.0;

/// A quiet world of now, in which nothing is backed up or maintained for hours.
pub fn sandbox() -> Arc<Sandbox> {
    sandbox_of(Timestamp::now(), SPEED)
}

/// The same whose clock shows `now`, with so many seconds in one of ours.
pub fn sandbox_of(now: Timestamp, speed: f64) -> Arc<Sandbox> {
    let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch: now };
    let mut world = World::build(&options).unwrap();
    let hour = (now.as_second() / 3600 + 12).rem_euclid(24);
    let day = (now + SignedDuration::from_hours(72)).strftime("%a").to_string().to_lowercase();
    for instance in &mut world.instances {
        instance.backup_window = Window { start: hour * 3600, length: 3600 };
        instance.maintenance_window = format!("{day}:04:00-{day}:05:00");
    }
    Arc::new(Sandbox::new(world, SandboxClock::new(now, speed)))
}

/// Serves a sandbox, in a thread of its own, for as long as `work` takes.
pub fn served<T>(sandbox: &Arc<Sandbox>, work: impl FnOnce(&str) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = sandbox.clone();
    thread::scope(|scope| {
        scope.spawn(move || {
            block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                serve(served, listener, stop).await.unwrap();
            });
        });
        let result = work(&endpoint);
        drop(stop);
        result
    })
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// What the environment is made of.
#[derive(Debug, Clone, Copy)]
pub struct Ground {
    pub account: &'static str,
    pub region: &'static str,
    pub prefix: &'static str,
    /// The role that the program has, where it is not the reader's.
    pub role: Option<&'static str>,
}

/// RentalIQ's databases.
pub const DATABASES: Ground = Ground { account: ACCOUNT, region: REGION, prefix: "rentaliq-", role: None };

impl Ground {
    /// A configuration of one environment that may be changed without a screen.
    fn configured(self, endpoint: &str) -> String {
        let Self { account, region, prefix, .. } = self;
        format!(
            "[[environment]]\nname = \"{ENVIRONMENT}\"\ncriticality = \"development\"\nregion = \"{region}\"\n\
             name_prefix = \"{prefix}\"\naccount = \"{account}\"\nendpoint = \"{endpoint}\"\n"
        )
    }
}

/// The environment of the configuration, asked past the network with an account's keys and the roles
/// on top of them.
pub async fn place(sandbox: &Arc<Sandbox>, account: &str, roles: Vec<AssumeRole>) -> Place {
    place_on(DATABASES, sandbox, account, roles).await
}

/// The same on another ground.
pub async fn place_on(ground: Ground, sandbox: &Arc<Sandbox>, account: &str, roles: Vec<AssumeRole>) -> Place {
    let (config, problems) = config::parse(&ground.configured("http://127.0.0.1:9"), "qd.toml");
    assert!(problems.is_empty(), "{problems:?}");
    let mut estate = Estate::default();
    let reads = estate.add_session_named(ENVIRONMENT);
    config::place(&mut estate, reads, &config.environments[0]);
    let http = SandboxHttp::new(sandbox.clone()).shared();
    let in_process = Some(InProcess { http, credentials: credentials(account) });
    let session = Session::load(&SessionSpec { in_process, roles, ..SessionSpec::default() }).await;
    places_of(&estate, &[(reads, session)].into(), &Operators::new(), &Reaching::default()).remove(0)
}

/// Where a case keeps its files.
pub struct Home {
    pub folder: tempfile::TempDir,
    ground: Ground,
}

impl Home {
    pub fn new(endpoint: &str) -> Self {
        Self::on(DATABASES, endpoint)
    }

    pub fn on(ground: Ground, endpoint: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap(), ground };
        fs::write(home.configuration(), ground.configured(endpoint)).unwrap();
        home
    }

    pub fn configuration(&self) -> PathBuf {
        self.folder.path().join("qd.toml")
    }

    /// The folder of the journal.
    pub fn journal(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// What the program said.
    pub fn said(&self) -> PathBuf {
        self.folder.path().join("said")
    }

    /// The program, with nothing of this process's environment.
    pub fn qd(&self) -> Command {
        let mut command = Command::new(QD);
        command.env_clear().current_dir(self.folder.path()).arg("--config").arg(self.configuration());
        command.env("HOME", self.folder.path()).env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
        command.env("QD_STATE_DIR", self.journal()).env("AWS_EC2_METADATA_DISABLED", "true");
        let key = format!("AKIASANDBOX{}", self.ground.account);
        command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", "sandbox");
        if let Some(role) = self.ground.role {
            command.env("AWS_SESSION_TOKEN", format!("sandbox/{role}/oncall"));
        }
        command.stdin(Stdio::null());
        command
    }

    /// Everything for a failure's message.
    pub fn story(&self) -> String {
        let said = fs::read_to_string(self.said()).unwrap_or_default();
        let journal = fs::read_to_string(self.journal().join(FILE)).unwrap_or_default();
        let bodies = journal.lines().map(|line| line.find("\"body\"").map_or(line, |at| &line[at..]));
        let short = |text: &str| text.chars().take(200).collect::<String>();
        format!("{said}\n{}", bodies.map(|line| short(line) + "\n").collect::<String>())
    }
}

/// The entries of a journal that can be read.
pub fn entries_in(folder: &Path) -> Vec<Entry> {
    entries(&read(folder).unwrap().journal).0
}

/// Whether an execution has no end yet.
pub fn is_running(folder: &Path) -> bool {
    Execution::rebuild(&entries_in(folder)).iter().any(Execution::is_running)
}

/// Lines of a journal that have their end.
pub fn lines(folder: &Path) -> usize {
    fs::read(folder.join(FILE)).map_or(0, |text| text.split(|byte| *byte == b'\n').count() - 1)
}
