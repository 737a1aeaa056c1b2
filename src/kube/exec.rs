//! The command of a kubeconfig's user that prints a token (Kubernetes, "client-go credential plugins").
//!
//! kube would let it write on our terminal and wait for it without end. Here it runs in a session of its own, which has
//! no controlling terminal, without input, and has a time limit; what it says on standard error is told where it fails.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use kube::config::ExecConfig;
use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessSession};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use super::answer::fault;
use super::interned::cleaned;
use super::token::{BearerToken, KeptTokens, TokenSource};
use crate::domain::{Fault, FaultKind};

/// It has so long: it may have to ask a sign-in service.
const LONGEST: Duration = Duration::from_secs(30);
/// A credential is shorter.
const MOST: u64 = 256 << 10;
/// So much of what it says on standard error is kept: the end, where the reason is.
const LAST: usize = 2_048;
/// A token of which it does not say how long it lives is used for so long; the server refuses it when it is over.
const UNTOLD: SignedDuration = SignedDuration::from_mins(10);
/// A token is renewed so long before its end.
const BEFORE: SignedDuration = SignedDuration::from_secs(30);

/// The tokens that the command prints, each kept until it ends.
pub(super) fn tokens(command: ExecConfig, cluster: &str) -> Arc<dyn TokenSource> {
    let (command, cluster): (Arc<ExecConfig>, Arc<str>) = (Arc::new(command), cluster.into());
    Arc::new(KeptTokens::new(move || -> BoxFuture<'static, Result<BearerToken, Fault>> {
        let (command, cluster) = (command.clone(), cluster.clone());
        Box::pin(async move {
            let printed = run(&command, LONGEST).await;
            let token = printed.and_then(|printed| read(&printed, Timestamp::now()));
            token.map_err(|why| {
                let hint = command.install_hint.as_deref().map(|hint| format!("; {hint}")).unwrap_or_default();
                let name = command.command.as_deref().unwrap_or_default();
                let remedy = format!("run {} by hand and see what it says{hint}", cleaned(name));
                let call = format!("k8s: token for {}", cleaned(&cluster));
                let kind = FaultKind::Unusable { remedy: super::answer::one_line(&remedy) };
                fault(call, kind, &format!("the kubeconfig's command {name} {why}"))
            })
        })
    }))
}

/// Runs it to its end, or ends it with everything that it started.
async fn run(config: &ExecConfig, longest: Duration) -> Result<Vec<u8>, String> {
    let program = config.command.as_deref().ok_or("is missing")?;
    let mut spec = json!({ "interactive": false });
    if config.provide_cluster_info
        && let Ok(cluster) = serde_json::to_value(&config.cluster)
    {
        spec["cluster"] = cluster;
    }
    let info = json!({ "apiVersion": config.api_version, "kind": "ExecCredential", "spec": spec }).to_string();
    let mut command = CommandWrap::with_new(program, |command| {
        command.args(config.args.iter().flatten());
        let variables = config.env.iter().flatten();
        command.envs(variables.filter_map(|variable| Some((variable.get("name")?, variable.get("value")?))));
        command.env("KUBERNETES_EXEC_INFO", info);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    });
    command.wrap(ProcessSession);
    let child = command.spawn().map_err(|error| format!("cannot be started: {error}"))?;
    let mut running = RunningPlugin { child, has_ended: false };
    let followed = timeout(longest, running.follow()).await;
    followed.unwrap_or_else(|_| Err(format!("gave nothing within {} s and was ended", longest.as_secs())))
}

/// A command that runs. Dropped before its end, its whole process group is killed.
struct RunningPlugin {
    child: Box<dyn ChildWrapper>,
    has_ended: bool,
}

impl RunningPlugin {
    async fn follow(&mut self) -> Result<Vec<u8>, String> {
        let lost = |error: std::io::Error| format!("cannot be followed: {error}");
        let (output, errors) = (self.child.stdout().take(), self.child.stderr().take());
        let (printed, said) = tokio::try_join!(all_of(output), last_of(errors)).map_err(lost)?;
        if printed.len() as u64 > MOST {
            return Err("printed far too much and was ended".into());
        }
        let status = self.child.wait().await.map_err(lost)?;
        // What it left running in its group is its own affair now.
        self.has_ended = true;
        if status.success() {
            return Ok(printed);
        }
        let how = status.code().map_or_else(|| status.to_string(), |code| format!("exit code {code}"));
        let said = String::from_utf8_lossy(&said).into_owned();
        Err(if said.trim().is_empty() { format!("ended with {how}") } else { format!("ended with {how}: {said}") })
    }
}

impl Drop for RunningPlugin {
    fn drop(&mut self) {
        if !self.has_ended {
            // It may have ended by itself meanwhile.
            let _killed = self.child.start_kill();
        }
    }
}

/// Everything that is printed, and one byte more than is right at most.
async fn all_of(output: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut printed = Vec::new();
    if let Some(output) = output {
        output.take(MOST + 1).read_to_end(&mut printed).await?;
    }
    Ok(printed)
}

/// The end of what is said; the rest is read too, so that the command does not wait for a reader.
async fn last_of(errors: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let (mut last, mut piece) = (Vec::new(), [0_u8; 1024]);
    let Some(mut errors) = errors else { return Ok(last) };
    loop {
        let read = errors.read(&mut piece).await?;
        let Some(said) = piece.get(..read).filter(|said| !said.is_empty()) else { return Ok(last) };
        last.extend_from_slice(said);
        last.drain(..last.len().saturating_sub(LAST));
    }
}

/// What it prints (`client.authentication.k8s.io`, `ExecCredential`).
#[derive(Deserialize)]
struct ExecPrinted {
    status: Option<ExecPrintedStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecPrintedStatus {
    token: Option<String>,
    expiration_timestamp: Option<String>,
    client_certificate_data: Option<serde::de::IgnoredAny>,
}

/// The token in what was printed. Nothing of it is told.
fn read(printed: &[u8], now: Timestamp) -> Result<BearerToken, String> {
    let printed: ExecPrinted = serde_json::from_slice(printed).map_err(|_| "printed no ExecCredential in JSON")?;
    let status = printed.status.ok_or("printed an ExecCredential without a status")?;
    let Some(token) = status.token else {
        return Err(if status.client_certificate_data.is_some() {
            "gives a client certificate, and only tokens can be used here".into()
        } else {
            "printed an ExecCredential without a token".into()
        });
    };
    let until = match status.expiration_timestamp {
        None => now.checked_add(UNTOLD),
        Some(text) => {
            let end: Timestamp = text.parse().map_err(|_| "printed an expirationTimestamp that is no time")?;
            if end <= now {
                return Err("printed a token that is over already".into());
            }
            end.checked_sub(BEFORE)
        }
    };
    BearerToken::new(&token, until.unwrap_or(Timestamp::MAX)).ok_or_else(|| "printed a token that is none".into())
}

#[cfg(test)]
mod tests;
