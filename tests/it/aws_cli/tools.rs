//! The two tools, each on an endpoint and a home of its own.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use super::outcome::Run;
use super::row::{Given, Row};
use super::service::{Call, Service};
use crate::pty::{Console, Start};
use crate::python::{aws_cli, run};

const QD: &str = env!("CARGO_BIN_EXE_qd");
/// Columns and rows in which an account has its place.
const SIZE: (u16, u16) = (400, 40);
/// Time for one run; a machine may be busy.
const PATIENCE: Duration = Duration::from_mins(2);
/// Time for what a console does on its screen.
const SOON: Duration = Duration::from_mins(1);
/// Between two looks at a screen.
const POLL: Duration = Duration::from_millis(20);

/// `aws sts get-caller-identity`. It asks for a code on standard input.
pub fn aws(row: &Row) -> Run {
    let endpoint = Endpoint::start(Service::of(row.words()));
    let given = row.give(&endpoint.url());
    let mut command = aws_cli();
    command.args(&given.options).args(["sts", "get-caller-identity"]);
    command.stdin(Stdio::null());
    if let Some(code) = &row.code {
        let path = given.home.path().join("code");
        fs::write(&path, format!("{code}\n")).unwrap();
        command.stdin(File::open(path).unwrap());
    }
    ended(&mut command, &given, &endpoint)
}

/// A screen of `qd`, or the console where a code is asked for.
pub fn qd(row: &Row) -> Run {
    let endpoint = Endpoint::start(Service::of(row.words()));
    let given = row.give(&endpoint.url());
    if let Some(code) = &row.code {
        return console(code, &given, &endpoint);
    }
    let mut command = Command::new(QD);
    command.env_clear().stdin(Stdio::null()).args(&given.options);
    command.args(["snapshot", "fleet", "--size", &format!("{}x{}", SIZE.0, SIZE.1)]);
    ended(&mut command, &given, &endpoint)
}

/// Runs a command to its end.
fn ended(command: &mut Command, given: &Given, endpoint: &Endpoint) -> Run {
    for (name, value) in &given.variables {
        command.env(name, value);
    }
    command.current_dir(given.home.path());
    let ended = run(command, PATIENCE);
    let succeeded = ended.status.map(|status| status.success());
    Run::of(endpoint.calls(), ended.stdout + &ended.stderr, succeeded)
}

/// Gives a code on the screen, and looks at it once the console knows who it is.
fn console(code: &str, given: &Given, endpoint: &Endpoint) -> Run {
    let args: Vec<&str> = given.options.iter().map(String::as_str).collect();
    let env: Vec<(&str, &str)> = given.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut console = Console::start(&Start { args: &args, env: &env, size: SIZE, ..Start::default() });
    let asked = shows(&console, "MFA code");
    if asked {
        console.types(code);
        console.types("\r");
        endpoint.hears(|call| matches!(call, Call::Identity(_)), SOON);
    }
    let known = endpoint.calls().into_iter().find_map(|call| match call {
        Call::Identity(identity) => Some(identity.account()),
        _ => None,
    });
    let answered = known.is_some_and(|account| shows(&console, &account));
    Run::of(endpoint.calls(), console.lines().join("\n"), Some(answered))
}

/// Whether a screen comes to show a text.
fn shows(console: &Console, text: &str) -> bool {
    let begun = Instant::now();
    loop {
        if console.lines().iter().any(|line| line.contains(text)) {
            return true;
        }
        if begun.elapsed() > SOON {
            return false;
        }
        thread::sleep(POLL);
    }
}
