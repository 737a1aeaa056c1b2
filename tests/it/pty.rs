//! The real binary in a pseudo-terminal: it starts, draws, listens to keys, resizes, and gives the
//! terminal back however it ends.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// For whatever has no deadline of its own; a debug build on a busy machine is slow.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the kernel is asked for what it does not announce.
const POLL: Duration = Duration::from_millis(10);

const QD: &str = env!("CARGO_BIN_EXE_qd");
/// A row of the sandbox's table, present at every size that these tests use.
const ROW: &str = "prod-orders-db";

/// For the terminal's background, and what every terminal answers.
pub const QUESTION: &str = "\x1b]11;?\x1b\\\x1b[c";

/// What came out of the terminal so far.
struct Heard {
    raw: Vec<u8>,
    screen: vt100::Parser,
    ended: bool,
}

type Shared = Arc<(Mutex<Heard>, Condvar)>;

/// A process in a pseudo-terminal; dropping it kills the process.
pub struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    /// Held so that the terminal's settings can be read after the process.
    slave: Option<Box<dyn SlavePty + Send>>,
    writer: Box<dyn Write + Send>,
    heard: Shared,
    home: PathBuf,
    /// The terminal's settings before the process was started.
    settings: String,
    /// Another process to kill, where the child is a shell.
    job: Option<Pid>,
    /// When something was typed last.
    typed: Option<Instant>,
}

/// Between two keys of a person; a held key repeats itself as fast. A frame may be drawn sooner, and keys that are
/// typed at its heels are no person's to the console: the third in a row opens nothing.
const KEYSTROKE: Duration = Duration::from_millis(20);

/// How to start one.
pub struct Start<'a> {
    pub program: &'a str,
    pub args: &'a [&'a str],
    pub env: &'a [(&'a str, &'a str)],
    /// Columns and rows.
    pub size: (u16, u16),
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self { program: QD, args: &["--sandbox"], env: &[], size: (120, 40) }
    }
}

impl Console {
    /// Starts a process in a terminal of its own, with nothing of this process's environment.
    pub fn start(start: &Start<'_>) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pty-{}-{number}", std::process::id()));
        fs::create_dir_all(&home).expect("a home");

        let pair = native_pty_system().openpty(size(start.size)).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(start.program);
        command.args(start.args);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("PATH", "/usr/bin:/bin");
        command.env("TZ", "UTC");
        command.env("HOME", &home);
        command.env("XDG_STATE_HOME", home.join("state"));
        for (name, value) in start.env {
            command.env(name, value);
        }
        command.cwd(&home);

        let settings = settings(pair.master.as_ref());
        let screen = vt100::Parser::new(start.size.1, start.size.0, 0);
        let heard = Arc::new((Mutex::new(Heard { raw: Vec::new(), screen, ended: false }), Condvar::new()));
        let reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let child = pair.slave.spawn_command(command).expect("the process starts");
        let shared = heard.clone();
        thread::spawn(move || listen(reader, &shared));
        Self {
            child,
            master: pair.master,
            slave: Some(pair.slave),
            writer,
            heard,
            home,
            settings,
            job: None,
            typed: None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what was heard is as wanted; gives how long that took.
    fn until(&self, what: &str, patience: Duration, wanted: impl Fn(&Heard) -> bool) -> Duration {
        let begun = Instant::now();
        let mut heard = self.lock();
        while !wanted(&heard) {
            let left = patience.saturating_sub(begun.elapsed());
            assert!(!left.is_zero(), "no {what} in {patience:?}; the screen is\n{}", heard.screen.screen().contents());
            assert!(!heard.ended, "it ended before {what}; its last words were {:?}", tail(&heard.raw));
            heard = self.heard.1.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        begun.elapsed()
    }

    /// Waits until the screen shows a text.
    pub fn shows(&self, text: &str) {
        self.shows_within(text, PATIENCE);
    }

    /// Waits at most so long until the screen shows a text.
    pub fn shows_within(&self, text: &str, patience: Duration) -> Duration {
        self.until(&format!("{text:?} on the screen"), patience, |heard| {
            heard.screen.screen().contents().contains(text)
        })
    }

    /// Waits until the screen does not show a text.
    pub fn hides(&self, text: &str) {
        self.until(&format!("screen without {text:?}"), PATIENCE, |heard| {
            !heard.screen.screen().contents().contains(text)
        });
    }

    /// The lines of the screen.
    pub fn lines(&self) -> Vec<String> {
        let heard = self.lock();
        let (_, columns) = heard.screen.screen().size();
        heard.screen.screen().rows(0, columns).collect()
    }

    /// Everything that came out of the terminal.
    pub fn raw(&self) -> Vec<u8> {
        self.lock().raw.clone()
    }

    /// Types, at once what is given together, and not sooner after what was typed before than a person would.
    pub fn types(&mut self, keys: &str) {
        let pause = self.typed.map_or(Duration::ZERO, |typed| KEYSTROKE.saturating_sub(typed.elapsed()));
        thread::sleep(pause);
        self.typed = Some(Instant::now());
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).expect("the terminal takes keys");
    }

    /// The window gets another size.
    fn resize(&self, columns: u16, rows: u16) {
        self.lock().screen.screen_mut().set_size(rows, columns);
        self.master.resize(size((columns, rows))).expect("resized");
    }

    fn pid(&self) -> Pid {
        let id = self.child.process_id().and_then(|id| i32::try_from(id).ok()).expect("a process");
        Pid::from_raw(id).expect("a process")
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is there");
    }

    /// Waits for the end of the process, and of what it wrote; gives its status.
    pub fn ends(&mut self) -> ExitStatus {
        self.ends_within(PATIENCE)
    }

    fn ends_within(&mut self, patience: Duration) -> ExitStatus {
        let mut status = None;
        poll("end of the process", patience, || {
            status = self.child.try_wait().expect("a child can be waited for");
            status.is_some()
        });
        let after = settings(self.master.as_ref());
        assert_eq!(self.settings, after, "the terminal's settings are not what they were");
        self.slave = None;
        self.until_ended();
        status.expect("it ended")
    }

    fn until_ended(&self) {
        let begun = Instant::now();
        let mut heard = self.lock();
        while !heard.ended {
            assert!(begun.elapsed() < PATIENCE, "the terminal stays open");
            heard = self.heard.1.wait_timeout(heard, POLL).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The terminal is as a shell expects it.
    fn is_given_back(&self) {
        let heard = self.lock();
        let screen = heard.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was not left");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        for sequence in ["\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l"] {
            assert!(position(&heard.raw, sequence).is_some(), "{sequence:?} was not sent");
        }
        // A terminal need not answer a question, and a slow one answers late: where the cursor is is
        // never asked, what it is once at most, before the first screen.
        assert!(position(&heard.raw, "\x1b[6n").is_none(), "the terminal was asked where the cursor is");
        let screen = position(&heard.raw, "\x1b[?1049h").unwrap_or(0);
        assert!(position(&heard.raw[screen..], QUESTION).is_none(), "the terminal was asked on the screen");
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Errors mean that it is gone already.
        if let Some(job) = self.job {
            let _ = kill_process(job, Signal::KILL);
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// Takes in what the process writes, until it cannot write any more.
fn listen(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = reader.read(&mut buffer).unwrap_or(0);
        let mut heard = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        if count == 0 {
            heard.ended = true;
        } else {
            heard.raw.extend_from_slice(&buffer[..count]);
            heard.screen.process(&buffer[..count]);
        }
        shared.1.notify_all();
        if count == 0 {
            return;
        }
    }
}

fn size((columns, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// The terminal's settings (termios), in a form that can be compared.
fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has settings"))
}

/// Waits until a condition holds that nobody announces.
fn poll(what: &str, patience: Duration, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < patience, "no {what} in {patience:?}");
        thread::sleep(POLL);
    }
}

fn position(raw: &[u8], sequence: &str) -> Option<usize> {
    raw.windows(sequence.len()).position(|window| window == sequence.as_bytes())
}

fn tail(raw: &[u8]) -> String {
    String::from_utf8_lossy(&raw[raw.len().saturating_sub(400)..]).into_owned()
}

/// `R`, `S`, `T` … of a process (proc(5)).
fn process_state(pid: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    stat.rsplit(')').next()?.trim().chars().next()
}

/// A console on the sandbox with its table on the screen.
fn ready() -> Console {
    let console = Console::start(&Start::default());
    console.shows(ROW);
    console
}

#[test]
fn the_first_screen_has_data_and_its_log_is_private() {
    let mut console = ready();
    console.shows("checks pass");
    console.types("D");
    console.shows("Databases 14");
    console.shows("data < 1m");
    assert!(console.lines().first().is_some_and(|line| line.contains("SANDBOX") && line.contains("READ-ONLY")));
    assert!(console.lock().screen.screen().alternate_screen());
    let log = console.home.join("state/quarterdeck/qd.log");
    let mode = fs::metadata(&log).expect("the log file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "others may read {}", log.display());
    console.types("q");
    assert!(console.ends().success());
    console.is_given_back();
}

#[test]
fn another_size_is_drawn_at_once() {
    let mut console = ready();
    for (columns, rows) in [(160, 50), (80, 24), (200, 30), (40, 12)] {
        console.resize(columns, rows);
        let footer = usize::from(rows) - 1;
        console.until("footer in the last row", PATIENCE, |heard| {
            let lines: Vec<String> = heard.screen.screen().rows(0, columns).collect();
            let edge = lines.first().map(|line| line.trim_end().chars().count() + 2);
            let edge = edge.is_some_and(|edge| edge >= usize::from(columns));
            edge && lines.get(footer).is_some_and(|line| line.contains("Enter open"))
        });
    }
    console.resize(15, 3);
    console.shows("20×5");
    console.resize(120, 40);
    console.shows(ROW);
    console.types("q");
    assert!(console.ends().success());
    console.is_given_back();
}

/// Both at the same moment: neither waits for the next key.
#[test]
fn a_key_beside_another_size_is_heard() {
    let mut console = ready();
    for (columns, rows) in [(160, 50), (120, 40), (100, 30), (120, 40), (160, 50)] {
        console.resize(columns, rows);
        console.types("?");
        console.shows("Keys: ");
        console.resize(columns - 1, rows);
        console.types("\x1b");
        console.hides("Keys: ");
    }
    console.types("q");
    assert!(console.ends().success());
}

#[test]
fn a_flood_of_keys_is_drained_and_opens_nothing() {
    let mut console = ready();
    console.types("D");
    console.shows("Databases 14");
    console.types(&("j".repeat(12_000) + "\r"));
    console.shows("came faster than a person types");
    assert!(console.lines().iter().any(|line| line.contains("Databases 14")), "{:?}", console.lines());
    console.types("?");
    console.shows("Keys: ");
    console.types("\x1b");
    console.hides("Keys: ");
    console.types("q");
    assert!(console.ends().success());
    console.is_given_back();
}

/// Something else wrote on the screen.
#[test]
fn the_screen_is_drawn_anew() {
    for keymap in ["default", "vim", "emacs"] {
        let mut console = Console::start(&Start { args: &["--sandbox", "--keymap", keymap], ..Start::default() });
        console.shows(ROW);
        console.lock().screen.process(b"\x1b[1;1HBroadcast message");
        console.shows("Broadcast message");
        console.types("\x0c");
        console.hides("Broadcast message");
        console.shows(ROW);
        console.types("q");
        assert!(console.ends().success());
    }
}

#[test]
fn keys_leave() {
    for keys in ["q", "\x03"] {
        let mut console = ready();
        console.types(keys);
        assert!(console.ends().success(), "{keys:?}");
        console.is_given_back();
    }
}

#[test]
fn signals_leave() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut console = ready();
        console.signal(signal);
        console.ends();
        console.is_given_back();
    }
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_gives_the_terminal_back_and_says_so() {
    let mut console = Console::start(&Start { env: &[("QD_TEST_PANIC", "1")], ..Start::default() });
    console.shows(ROW);
    console.types("\x1b[24~");
    let status = console.ends();
    assert_eq!(status.exit_code(), 101);
    console.is_given_back();
    let screen = console.lock().screen.screen().contents();
    assert!(screen.contains("qd stopped by a defect of its own"), "{screen}");
    assert!(screen.contains("qd.log"), "{screen}");
    let log = fs::read_to_string(console.home.join("state/quarterdeck/qd.log")).expect("the log file");
    assert!(log.contains("panic") && log.contains("crashed"), "{log}");
}

/// Only a shell with job control can continue what was stopped, so one runs the console here: it
/// waits for a line between the stop and `fg`.
#[test]
fn suspended_and_continued_as_by_a_shell() {
    let script = format!("'{QD}' --sandbox; echo STOPPED; read line; fg; echo OVER");
    let start = Start { program: "/bin/sh", args: &["-mc", script.as_str()], ..Start::default() };
    let mut console = Console::start(&start);
    console.shows(ROW);
    let job = console.master.process_group_leader().and_then(Pid::from_raw).expect("the console's process group");
    assert_ne!(job, console.pid(), "the shell did not give the console a process group of its own");
    console.job = Some(job);

    console.types("\x1a");
    poll("stop", PATIENCE, || process_state(job) == Some('T'));
    console.shows("STOPPED");
    console.is_given_back();
    assert_eq!(console.settings, settings(console.master.as_ref()), "the shell gets another terminal than it gave");

    console.types("\n");
    console.shows("checks pass");
    console.types("D");
    console.shows("Databases 14");
    console.shows(ROW);
    assert!(console.lock().screen.screen().alternate_screen());
    console.types("?");
    console.shows("Keys: ");
    console.types("\x1b");
    console.hides("Keys: ");
    console.types("q");
    console.shows("OVER");
    console.ends();
    console.is_given_back();
}

/// Environment of a console that looks at an endpoint on this machine.
const CREDENTIALS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "an-example-and-no-secret")];

#[test]
fn keys_are_answered_while_the_endpoint_hangs() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    // Takes connections, and never says anything.
    thread::spawn(move || {
        let held: Vec<_> = listener.incoming().take(256).collect();
        drop(held);
    });
    let args = ["--endpoint-url", url.as_str(), "--region", "us-east-1"];
    let mut console = Console::start(&Start { args: &args, env: &CREDENTIALS, ..Start::default() });
    console.shows("asking AWS for DB instances");
    let soon = Duration::from_secs(2);
    console.types("?");
    console.shows_within("Keys: ", soon);
    console.types("q");
    console.until("closed help", soon, |heard| !heard.screen.screen().contents().contains("Keys: "));
    console.types(":");
    console.shows_within("Commands", soon);
    console.types("\x1b");
    console.until("closed palette", soon, |heard| !heard.screen.screen().contents().contains("Commands"));
    console.types("q");
    assert!(console.ends_within(soon).success());
    console.is_given_back();
}

#[test]
fn a_refused_endpoint_says_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let args = ["--endpoint-url", url.as_str(), "--region", "us-east-1"];
    let mut console = Console::start(&Start { args: &args, env: &CREDENTIALS, ..Start::default() });
    console.shows("rds:DescribeDBInstances unreachable");
    console.shows("check the network, VPN, region and AWS_ENDPOINT_URL");
    console.types("!");
    console.shows("Errors");
    console.types("q");
    console.hides("Errors");
    console.types("q");
    assert!(console.ends().success());
    console.is_given_back();
}

#[test]
fn a_terminal_that_is_known_is_not_asked() {
    for start in [
        Start { env: &[("COLORFGBG", "15;0")], ..Start::default() },
        Start { env: &[("TERM", "linux")], ..Start::default() },
        Start { args: &["--sandbox", "--theme", "dark"], ..Start::default() },
    ] {
        let mut console = Console::start(&start);
        console.shows(ROW);
        assert!(position(&console.raw(), QUESTION).is_none(), "{:?} {:?}", start.env, start.args);
        console.types("q");
        assert!(console.ends().success());
    }
}

#[test]
fn an_answer_about_the_background_is_no_key() {
    for late in [false, true] {
        let mut console = Console::start(&Start::default());
        console.until("question", PATIENCE, |heard| position(&heard.raw, QUESTION).is_some());
        if late {
            console.until("screen", PATIENCE, |heard| heard.screen.screen().alternate_screen());
        }
        // Its `:` would open the palette, its digits would choose environments.
        console.types("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c");
        console.shows(ROW);
        console.types("?");
        console.shows("Keys: ");
        assert!(!console.lines().iter().any(|line| line.contains("Commands")), "{:?}", console.lines());
        console.types("q");
        console.hides("Keys: ");
        console.types("q");
        assert!(console.ends().success());
        console.is_given_back();
    }
}

#[test]
fn a_changed_configuration_is_taken_in_and_a_broken_one_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let environment = |name: &str| {
        format!(
            "[[environment]]\nname = \"{name}\"\ncriticality = \"staging\"\nregion = \"us-east-1\"\n\
             name_prefix = \"{name}-\"\nendpoint = \"{url}\"\n\n"
        )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    // Written beside and moved over it, as editors do.
    let write = |text: String| {
        let beside = folder.path().join("new");
        fs::write(&beside, text).expect("written");
        fs::rename(&beside, &path).expect("moved");
    };
    write([environment("alpha"), environment("beta")].concat());
    let named = path.display().to_string();
    let args = ["--config", named.as_str()];
    let mut console = Console::start(&Start { args: &args, env: &CREDENTIALS, ..Start::default() });
    console.shows("alpha");
    console.shows("beta");

    write([environment("alpha"), environment("gamma")].concat());
    console.shows("gamma");
    console.hides("beta");
    console.shows("alpha");

    write([environment("alpha"), "[[environment]]\nname = = 1\n".to_owned()].concat());
    console.shows("this is not TOML");
    console.shows("gamma");

    write([environment("alpha"), environment("delta")].concat());
    console.shows("delta");
    console.hides("this is not TOML");
    console.types("q");
    assert!(console.ends().success());
    console.is_given_back();
}

#[test]
fn the_mouse_is_listened_to_only_where_it_is_wanted() {
    let mut console = ready();
    assert!(position(&console.raw(), "\x1b[?1000h").is_none(), "nobody asked for the mouse");
    console.types("q");
    assert!(console.ends().success());
    assert!(position(&console.raw(), "\x1b[?1000l").is_none());
}

#[test]
fn without_a_terminal_it_says_so() {
    let output = std::process::Command::new(QD).arg("--sandbox").output().expect("it runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("qd snapshot"));
    assert!(output.stdout.is_empty());
}
