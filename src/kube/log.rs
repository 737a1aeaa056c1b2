//! The log of a container, as its lines come.

mod lines;

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::client::Body;
use tokio::time::{Instant, timeout_at};

use self::lines::LogParts;
use super::answer::ApiFailure;
use super::ask::ApiLine;
use super::request::ApiRequest;
use super::unanswered;
use crate::domain::{Fault, FaultKind};
use crate::services::kubernetes::logs::{LogLine, LogSource, LogTold};

/// Lines that come within this are told at once.
const GATHERED: Duration = Duration::from_millis(100);
/// So many are told at once at most.
const AT_ONCE: usize = 500;
/// A container may say nothing for hours, and a connection may die in silence: after so long it is opened again from
/// the last line on. Less than the 240 s after which load balancers drop what is idle.
const QUIET: Duration = Duration::from_secs(200);
/// The log of the container that ran before is there, or it is not.
const PREVIOUS: Duration = Duration::from_secs(15);

/// Reads a log.
pub(super) fn log(line: Arc<ApiLine>, source: LogSource) -> BoxStream<'static, LogTold> {
    let first = LogReading { line, source, phase: LogPhase::Open, last: None };
    stream::unfold(first, |mut reading| async move { reading.next().await.map(|told| (told, reading)) }).boxed()
}

struct LogReading {
    line: Arc<ApiLine>,
    source: LogSource,
    phase: LogPhase,
    /// When the last line was said that was told.
    last: Option<Timestamp>,
}

enum LogPhase {
    Open,
    Read(Box<OpenLog>),
    Lost(Fault),
    Ended,
    Over,
}

struct OpenLog {
    body: Body,
    parts: LogParts,
    heard: Instant,
    /// Lines up to this moment were told on the connection before.
    after: Option<Timestamp>,
}

impl LogReading {
    async fn next(&mut self) -> Option<LogTold> {
        loop {
            match std::mem::replace(&mut self.phase, LogPhase::Over) {
                LogPhase::Over => return None,
                LogPhase::Lost(fault) => return Some(LogTold::Lost(fault)),
                LogPhase::Ended => return Some(LogTold::Ended),
                LogPhase::Open => {
                    self.phase = match self.line.ask(&self.request()).await {
                        Ok(answer) => LogPhase::Read(Box::new(OpenLog {
                            body: answer.into_body(),
                            parts: LogParts::default(),
                            heard: Instant::now(),
                            after: self.last,
                        })),
                        Err(failure) => LogPhase::Lost(failure.fault),
                    };
                }
                LogPhase::Read(open) => {
                    let lines = self.gather(open).await;
                    if !lines.is_empty() {
                        return Some(LogTold::Lines(lines));
                    }
                }
            }
        }
    }

    fn request(&self) -> ApiRequest {
        // Whole seconds (`sinceTime` is an RFC 3339 time that the kubelet compares by seconds).
        let since = self.last.and_then(|last| Timestamp::from_second(last.as_second()).ok());
        ApiRequest::Log { source: self.source.clone(), since: since.map(|since| since.to_string()) }
    }

    /// What comes next, and what comes within a tenth of a second after it.
    async fn gather(&mut self, mut open: Box<OpenLog>) -> Vec<LogLine> {
        let mut lines = Vec::new();
        let mut until = None;
        while lines.len() < AT_ONCE && until.is_none_or(|at| Instant::now() < at) {
            if let Some(line) = open.parts.next() {
                let is_told = open.after.is_some_and(|after| line.at.is_some_and(|at| at <= after));
                if !is_told {
                    self.last = line.at.or(self.last);
                    lines.push(line);
                    until.get_or_insert_with(|| Instant::now() + GATHERED);
                }
                continue;
            }
            let quiet = open.heard + if self.source.previous { PREVIOUS } else { QUIET };
            let frame = match timeout_at(until.unwrap_or(quiet), open.body.frame()).await {
                Ok(frame) => frame,
                Err(_) if until.is_some() => break,
                Err(_) => {
                    self.phase = self.quiet();
                    return lines;
                }
            };
            match frame {
                Some(Ok(frame)) => {
                    open.heard = Instant::now();
                    if let Ok(data) = frame.into_data() {
                        open.parts.take(&data);
                    }
                }
                Some(Err(error)) => {
                    lines.extend(open.parts.rest());
                    self.phase = LogPhase::Lost(unanswered::cut(&self.request(), &error).fault);
                    return lines;
                }
                None => {
                    lines.extend(open.parts.rest());
                    self.phase = LogPhase::Ended;
                    return lines;
                }
            }
        }
        self.phase = LogPhase::Read(open);
        lines
    }

    fn quiet(&self) -> LogPhase {
        if !self.source.previous {
            return LogPhase::Open;
        }
        let message = format!("a log began, and the rest of it did not come within {} s", PREVIOUS.as_secs());
        LogPhase::Lost(ApiFailure::of(&self.request(), FaultKind::TimedOut, &message).fault)
    }
}

#[cfg(test)]
mod tests;
