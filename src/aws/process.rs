//! A profile's `credential_process`: a command of the user's that prints credentials.
//!
//! As the AWS CLI runs it (`botocore/credentials.py`, `ProcessProvider`): no shell, JSON on standard
//! output. Unlike there, a console is on the terminal meanwhile. A command in a background process group
//! could still write to `/dev/tty` (only reading is stopped, by SIGTTIN, and then for ever), so it runs
//! in a session of its own, which has no controlling terminal: opening `/dev/tty` fails at once. What it
//! asks there nobody can answer; what it says on standard error is told when it fails.

use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use jiff::Timestamp;
use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessSession};
use serde::Deserialize;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use super::shared_files::{expanded, split};

/// It has so long. A person may have to touch a key or answer a phone meanwhile.
const LONGEST: Duration = Duration::from_secs(60);
/// Credentials are shorter than this.
const MOST: usize = 64 * 1024;
/// So much of what it says on standard error is kept: the end, where the reason is.
const LAST: usize = 2048;

/// Why a command gives no credentials.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum ProcessError {
    /// It runs.
    #[error("waits for credential_process of {profile}")]
    Waiting { profile: String },
    #[error("credential_process of {profile} {why}")]
    Failed { profile: String, why: Why },
}

/// What went wrong. Nothing of what it printed on standard output is told.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Why {
    #[error("is no command: a quote is not closed, or nothing is there")]
    NoCommand,
    #[error("cannot be started: {0}")]
    NotStarted(String),
    #[error("cannot be followed: {0}")]
    Lost(String),
    #[error("ended with {0}")]
    Ended(String),
    #[error("printed more than 64 KiB in place of credentials and was ended")]
    TooMuch,
    #[error("gave nothing within {0} s and was ended")]
    TooLong(u64),
    #[error("printed no JSON object with credentials")]
    NoCredentials,
    #[error("printed credentials without {0}")]
    Lacks(&'static str),
    #[error("printed another version than 1")]
    Version,
    #[error("printed an Expiration that is no time")]
    NoTime,
    #[error("printed credentials that are over already")]
    Over,
}

/// What it prints: "Sourcing credentials with an external process" in the AWS CLI user guide.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    version: Option<serde_json::Value>,
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    session_token: Option<String>,
    expiration: Option<String>,
}

/// The credentials that the command of a profile prints.
///
/// # Errors
/// Why it prints none.
pub(super) async fn credentials(command: &str, profile: &str) -> Result<Credentials, ProcessError> {
    let printed = run(command, LONGEST).await;
    let credentials = printed.and_then(|printed| read(&printed, SystemTime::now()));
    credentials.map_err(|why| ProcessError::Failed { profile: profile.to_owned(), why })
}

/// Runs it to its end, or ends it with everything that it started.
async fn run(command: &str, longest: Duration) -> Result<Vec<u8>, Why> {
    let words = split(command).unwrap_or_default();
    let (program, arguments) = words.split_first().ok_or(Why::NoCommand)?;
    let program: OsString = expanded(Path::new(program)).into();
    let mut command = CommandWrap::with_new(program, |command| {
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    });
    command.wrap(ProcessSession);
    let mut running = Running::new(command.spawn().map_err(|error| Why::NotStarted(error.to_string()))?);
    let followed = timeout(longest, running.follow()).await;
    followed.unwrap_or(Err(Why::TooLong(longest.as_secs())))
}

/// A command that runs. Dropped before its end, its whole process group is killed.
struct Running {
    child: Box<dyn ChildWrapper>,
    has_ended: bool,
}

impl Running {
    fn new(child: Box<dyn ChildWrapper>) -> Self {
        Self { child, has_ended: false }
    }

    async fn follow(&mut self) -> Result<Vec<u8>, Why> {
        let (output, errors) = (self.child.stdout().take(), self.child.stderr().take());
        let (printed, said) = tokio::try_join!(all_of(output), last_of(errors))?;
        let status = self.child.wait().await.map_err(|error| Why::Lost(error.to_string()))?;
        // What it left running in its group is its own affair now.
        self.has_ended = true;
        if status.success() { Ok(printed) } else { Err(Why::Ended(ended(status, &line(&said)))) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            // It may have ended by itself meanwhile.
            let _killed = self.child.start_kill();
        }
    }
}

/// Everything that is printed, as long as it is not too much.
async fn all_of(output: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, Why> {
    let mut printed = Vec::new();
    if let Some(output) = output {
        let mut output = output.take(MOST as u64 + 1);
        output.read_to_end(&mut printed).await.map_err(|error| Why::Lost(error.to_string()))?;
    }
    if printed.len() > MOST { Err(Why::TooMuch) } else { Ok(printed) }
}

/// The end of what is said; the rest is read too, so that the command does not wait for a reader.
async fn last_of(errors: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, Why> {
    let (mut last, mut piece) = (Vec::new(), [0_u8; 1024]);
    let Some(mut errors) = errors else { return Ok(last) };
    loop {
        let read = errors.read(&mut piece).await.map_err(|error| Why::Lost(error.to_string()))?;
        let Some(said) = piece.get(..read).filter(|said| !said.is_empty()) else { return Ok(last) };
        last.extend_from_slice(said);
        last.drain(..last.len().saturating_sub(LAST));
    }
}

/// What was said, in one line.
fn line(said: &[u8]) -> String {
    String::from_utf8_lossy(said).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How it ended, and why as far as it said so.
fn ended(status: ExitStatus, said: &str) -> String {
    let how = status.code().map_or_else(|| status.to_string(), |code| format!("exit code {code}"));
    if said.is_empty() { how } else { format!("{how}: {said}") }
}

/// The credentials in what was printed.
fn read(printed: &[u8], now: SystemTime) -> Result<Credentials, Why> {
    let printed: Printed = serde_json::from_slice(printed).map_err(|_| Why::NoCredentials)?;
    if printed.version.as_ref().and_then(serde_json::Value::as_u64) != Some(1) {
        return Err(if printed.version.is_some() { Why::Version } else { Why::Lacks("Version") });
    }
    let id = printed.access_key_id.ok_or(Why::Lacks("AccessKeyId"))?;
    let secret = printed.secret_access_key.ok_or(Why::Lacks("SecretAccessKey"))?;
    let expiry = printed.expiration.map(|text| text.parse::<Timestamp>().map_err(|_| Why::NoTime)).transpose()?;
    let expiry = expiry.map(SystemTime::from);
    if expiry.is_some_and(|end| end <= now) {
        return Err(Why::Over);
    }
    Ok(Credentials::new(id, secret, printed.session_token, expiry, "CredentialProcess"))
}

#[cfg(test)]
mod tests;
