//! Runs watches: each in a task of its own, what it tells as messages.
//!
//! A watch is a stream of [`Tale`]s, whoever makes it. What it tells within a tenth of a second is one message, and
//! while there is no room for messages it goes on gathering: what waits is no more than the things that are watched,
//! and neither the screen nor the connection waits for the other.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt};
use tokio::sync::mpsc;
use tokio::task::coop::consume_budget;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::contained::{contained, defect};
use crate::domain::{Fault, FaultKind, Tale};

/// So long what is told is gathered before it is handed on.
pub const GATHERED: Duration = Duration::from_millis(100);
/// A watch that tells nothing for so long, not even that it is alive, is lost: load balancers cut an idle connection
/// without a word. Kubernetes sends a bookmark about once a minute to who asks for them, and promises no interval: who
/// makes a watch of it begins it anew sooner than this.
pub const SILENCE: Duration = Duration::from_secs(300);

/// Opens a watch and gives what it tells; called in the watch's own task. A stream that ends without a loss is lost.
pub type Opening<T> = Box<dyn FnOnce() -> BoxStream<'static, T> + Send>;

/// The watches that run; they end with it.
pub struct Streams<M> {
    messages: mpsc::Sender<M>,
    tasks: JoinSet<()>,
    running: HashMap<u64, AbortHandle>,
}

impl<M: Send + 'static> Streams<M> {
    /// None yet; what they will tell goes into `messages`, however many others do.
    #[must_use]
    pub fn new(messages: mpsc::Sender<M>) -> Self {
        Self { messages, tasks: JoinSet::new(), running: HashMap::new() }
    }

    /// Starts the watch of this number; returns at once. `call` is what a fault of it is a fault of, `lose` tells a loss
    /// in its words, and `say` makes a message of what it tells. A loss is the last that is heard of it, whatever it was
    /// lost for: a panic is one.
    pub fn begin<T: Tale + Send + 'static>(
        &mut self,
        id: u64,
        call: &str,
        open: Opening<T>,
        lose: impl Fn(Fault) -> T + Send + 'static,
        say: impl FnMut(T) -> M + Send + 'static,
    ) {
        self.reap();
        let task = self.tasks.spawn(follow(call.to_owned(), open, lose, say, self.messages.clone()));
        if let Some(before) = self.running.insert(id, task) {
            before.abort();
        }
    }

    /// Ends a watch and its connection. What it told may still be among the messages.
    pub fn end(&mut self, id: u64) {
        if let Some(task) = self.running.remove(&id) {
            task.abort();
        }
        self.reap();
    }

    /// How many run.
    pub fn running(&mut self) -> usize {
        self.reap();
        self.running.len()
    }

    fn reap(&mut self) {
        while self.tasks.try_join_next().is_some() {}
        self.running.retain(|_, task| !task.is_finished());
    }
}

/// Hands on what a watch tells, and that it is lost.
async fn follow<T: Tale, M>(
    call: String,
    open: Opening<T>,
    lose: impl Fn(Fault) -> T,
    mut say: impl FnMut(T) -> M,
    messages: mpsc::Sender<M>,
) {
    let work = Box::pin(hand_on(&call, open, &mut say, &messages));
    let fault = match contained(work).await {
        Ok(Some(fault)) => fault,
        // Nobody listens any more.
        Ok(None) => return,
        Err(said) => defect(&call, &said),
    };
    let _ = messages.send(say(lose(fault))).await;
}

/// Hands on what a watch tells until it is lost, and why it is; `None` where nobody listens any more.
async fn hand_on<T: Tale, M>(
    call: &str,
    open: Opening<T>,
    say: &mut impl FnMut(T) -> M,
    messages: &mpsc::Sender<M>,
) -> Option<Fault> {
    let mut told = open();
    let mut waiting: Option<T> = None;
    let mut heard = Instant::now();
    let mut due = heard;
    let fault = loop {
        let next = tokio::select! {
            biased;
            permit = room(messages, due), if waiting.is_some() => {
                let permit = permit?;
                if let Some(delta) = waiting.take() {
                    permit.send(say(delta));
                }
                continue;
            }
            next = timeout_at(heard + SILENCE, told.next()) => next,
        };
        match next {
            Err(_) => break lost(call, FaultKind::TimedOut, "nothing was heard of the watch for 5m"),
            Ok(None) => break lost(call, FaultKind::Unreachable, "the watch ended"),
            Ok(Some(delta)) => {
                if let Some(fault) = delta.loss() {
                    break fault.clone();
                }
                heard = Instant::now();
                // Neither is a loss: they become one.
                if let Some(earlier) = &mut waiting {
                    earlier.absorb(delta);
                } else {
                    due = heard + GATHERED;
                    waiting = Some(delta);
                }
                // A stream that always has more leaves room for others.
                consume_budget().await;
            }
        }
    };
    if let Some(delta) = waiting {
        messages.send(say(delta)).await.ok()?;
    }
    Some(fault)
}

/// Room for a message, when it is due; `None` where nobody listens any more.
async fn room<M>(messages: &mpsc::Sender<M>, due: Instant) -> Option<mpsc::Permit<'_, M>> {
    sleep_until(due).await;
    messages.reserve().await.ok()
}

fn lost(call: &str, kind: FaultKind, message: &str) -> Fault {
    Fault { kind, call: call.to_owned(), message: message.to_owned(), request_id: None }
}

#[cfg(test)]
mod tests;
