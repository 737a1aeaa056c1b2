//! Runs Python: a virtual environment with the pinned other implementations of AWS's protocols
//! (boto3, moto and the AWS CLI), scripts with a time limit, and moto as a server.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const REQUIREMENTS: &str = include_str!("../python/requirements.txt");

/// Between two looks at a condition.
const POLL: Duration = Duration::from_millis(20);
/// A script's time. Far more than any needs: a machine may be busy.
const SCRIPT: Duration = Duration::from_mins(5);
/// Time for a server to come up.
const START: Duration = Duration::from_mins(1);
/// Time to install what is required, over a slow network.
const INSTALLATION: Duration = Duration::from_mins(10);

/// The interpreter of the virtual environment.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(environment);

/// The folder of the scripts.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python")
}

/// The virtual environment of these requirements, made once. Test processes run at the same time:
/// a lock lets one make it while the others wait.
fn environment() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    REQUIREMENTS.hash(&mut hasher);
    // Beside target/tmp.
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("python");
    let home = all.join(format!("{:016x}", hasher.finish()));
    fs::create_dir_all(&all).expect("target/ can be written");
    let lock = File::create(home.with_extension("lock")).expect("target/ can be written");
    lock.lock().expect("files in target/ can be locked");
    let python = home.join("bin/python");
    let complete = home.join("complete");
    if !complete.exists() {
        if home.exists() {
            // Left by an installation that was interrupted.
            fs::remove_dir_all(&home).expect("target/ can be written");
        }
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv"]).arg(&home);
        install(&mut venv, "python3 -m venv: these tests need Python 3.10 or later with its venv module");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"]);
        pip.args(["--only-binary", ":all:", "--requirement"]).arg(scripts().join("requirements.txt"));
        install(
            &mut pip,
            "pip install: the first run of these tests needs the network (or a pip index in PIP_INDEX_URL)",
        );
        File::create(complete).expect("target/ can be written");
    }
    python
}

/// Runs a step of the installation; `need` is what to tell when it fails.
fn install(command: &mut Command, need: &str) {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let ended = end(child.unwrap_or_else(|error| panic!("{need}: {error}")), INSTALLATION);
    assert!(ended.succeeded(), "{need}\n{}{}", ended.stdout, ended.stderr);
}

/// How a process ended; without a status its time was over.
pub struct Ended {
    pub status: Option<ExitStatus>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// Waits for a process with piped output; kills it when its time is over.
fn end(mut child: Child, time: Duration) -> Ended {
    fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }
    let stdout = collect(child.stdout.take().expect("piped"));
    let stderr = collect(child.stderr.take().expect("piped"));
    let deadline = Instant::now() + time;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break Some(status);
        }
        if Instant::now() > deadline {
            child.kill().expect("a child can be killed");
            child.wait().expect("a child can be waited for");
            break None;
        }
        thread::sleep(POLL);
    };
    Ended { status, stdout: stdout.join().expect("read"), stderr: stderr.join().expect("read") }
}

/// A process in which nothing of the user's own AWS configuration is seen.
fn isolated(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(name);
    }
    command
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "testing")
        .stdin(Stdio::null());
    command
}

/// A script in the virtual environment, to which a warning is an error.
fn interpreter(script: &str) -> Command {
    let mut command = isolated(&*PYTHON);
    command.args(["-B", "-W", "error"]).arg(scripts().join(script));
    for name in ["PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONDEVMODE"] {
        command.env_remove(name);
    }
    command.env("PYTHONUTF8", "1");
    command
}

/// Runs a script of `tests/python` against an endpoint; gives its standard output. Whatever it
/// says on standard error, a warning or the trace of a failed assertion, fails the test.
pub fn python(script: &str, endpoint: &str, arguments: &[&str]) -> String {
    let mut command = interpreter(script);
    command.args(arguments).env("AWS_ENDPOINT_URL", endpoint);
    let ended = run(&mut command, SCRIPT);
    assert!(ended.status.is_some(), "{script} took longer than {SCRIPT:?}\n{}", ended.stderr);
    assert!(ended.succeeded() && ended.stderr.is_empty(), "{script}\n{}", ended.stderr);
    ended.stdout
}

/// Like [`python`], for a script that tells something as JSON.
pub fn told(script: &str, endpoint: &str, arguments: &[&str]) -> serde_json::Value {
    let text = python(script, endpoint, arguments);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{script}: {error}\n{text}"))
}

/// The AWS CLI (version 1, that of PyPI), with nothing of this process's environment.
#[cfg(feature = "sandbox")]
pub fn aws_cli() -> Command {
    let mut command = Command::new(&*PYTHON);
    command.env_clear().env("PYTHONUTF8", "1").arg("-B").arg(scripts().join("aws_cli.py"));
    command
}

/// Runs a command to its end, within a time.
pub fn run(command: &mut Command, time: Duration) -> Ended {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    end(child.unwrap_or_else(|error| panic!("{command:?}: {error}")), time)
}

/// A picture that `qd` draws of something that cannot be read whole: its exit code is 1.
pub fn qd_in_part(arguments: &[&str]) -> String {
    let mut command = isolated(env!("CARGO_BIN_EXE_qd"));
    let ended = run(command.args(arguments), Duration::from_mins(2));
    let code = ended.status.and_then(|status| status.code());
    assert_eq!(code, Some(1), "qd {arguments:?}\n{}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("could be read only in part"), "{}", ended.stderr);
    ended.stdout
}

/// A server of HTTP in a child process, which ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens: `http://127.0.0.1:49152`.
    endpoint: String,
}

impl Server {
    /// An empty moto.
    pub fn moto() -> Self {
        let mut command = interpreter("moto_server.py");
        // It ends when this is closed, so even when the test is killed.
        Self::start(command.stdin(Stdio::piped()))
    }

    /// `qd sandbox serve` on a free port.
    #[cfg(feature = "sandbox")]
    pub fn sandbox(options: &[&str]) -> Self {
        let mut command = isolated(env!("CARGO_BIN_EXE_qd"));
        Self::start(command.args(["sandbox", "serve", "--listen", "127.0.0.1:0"]).args(options))
    }

    /// Starts a server and waits for its first line, which names its address.
    fn start(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stderr = drain(child.stderr.take().expect("piped"));
        let lines = drain(child.stdout.take().expect("piped"));
        let mut server = Self { child, endpoint: String::new() };
        let first = lines.recv_timeout(START).unwrap_or_else(|_| {
            let said: Vec<String> = stderr.try_iter().collect();
            panic!("{command:?} does not come up\n{}", said.join("\n"))
        });
        let address = first.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"));
        address.unwrap_or_else(|| panic!("no address in {first:?}")).clone_into(&mut server.endpoint);
        server
    }

    /// Where it listens, as an AWS endpoint URL.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a pipe to its end, so that nobody waits for room in it; gives its lines.
fn drain(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Most are for nobody.
            let _ = sender.send(line);
        }
    });
    lines
}
