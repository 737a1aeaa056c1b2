//! Watches a kind: a list in pages, then what changes after it, for as long as somebody listens.
//!
//! Kubernetes, API Concepts, "Efficient detection of changes". Each watch is asked to end before a load balancer would
//! end it in silence, and is opened again where it stood; bookmarks keep that place fresh, and tell that everything up
//! to now was told. So does the end that was asked for. That it was opened tells nothing: what has changed since the
//! place where it stood is still to come, and may never do. Where the server no longer knows the place (410, as an answer or in the stream) everything is
//! listed anew. What cannot go on is told as lost, with the reason; trying anew is up to whoever listens.

mod lines;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::time::{Instant, sleep, timeout_at};

use self::lines::{LineTold, WatchLines};
use super::answer::{self, ApiFailure};
use super::ask::ApiLine;
use super::interned::Interned;
use super::pages::{self, PageEnd};
use super::request::{ApiRequest, Chosen};
use super::wire::{ObjectTold, Projected, change, list, with_model};
use crate::domain::{Delta, Fault, FaultKind, Items};
use crate::services::kubernetes::{ObjectKind, WatchTold};

/// A watch is asked to last so long, seconds: less than the 240 s after which load balancers drop what is idle, and
/// less than 295, which kube refuses. Each kind lasts a little longer than the one before, so that they do not all
/// begin anew in the same moment.
const LASTS: u64 = 200;
const LASTS_MORE: u64 = 2;
/// A server that has said nothing for so long after the time that a watch was to last has gone; one that ends it no
/// earlier than this before that time has ended it as it was asked to.
const MARGIN: Duration = Duration::from_secs(10);
/// What changes within this is told at once.
const GATHERED: Duration = Duration::from_millis(100);
/// No list has more pages: 500 objects each.
const MOST_PAGES: usize = 2_000;
/// So many watches in a row may end without having told anything, or be told that the place is no longer known.
const FRUITLESS: u32 = 3;
/// A connection that lasted so long was a good one.
const FRUITFUL: Duration = Duration::from_secs(10);
/// Waited before a watch is opened again that told nothing.
const PAUSE: Duration = Duration::from_secs(1);

/// Watches a kind.
pub(super) fn watch(line: Arc<ApiLine>, kind: ObjectKind) -> BoxStream<'static, WatchTold> {
    with_model!(kind, Model => watching::<Model>(line, kind))
}

fn watching<M: Projected>(line: Arc<ApiLine>, kind: ObjectKind) -> BoxStream<'static, WatchTold> {
    let first = ObjectWatch {
        line,
        kind,
        words: Interned::default(),
        phase: WatchPhase::List,
        version: String::new(),
        fruitless: 0,
        odd: 0,
    };
    stream::unfold(first, |mut watch| async move { watch.next::<M>().await.map(|delta| (M::told(delta), watch)) })
        .boxed()
}

/// A watch, over all of its connections.
struct ObjectWatch {
    line: Arc<ApiLine>,
    kind: ObjectKind,
    words: Interned,
    phase: WatchPhase,
    /// The place up to which everything was told.
    version: String,
    /// How often in a row it was opened, or listed, without anything that came of it.
    fruitless: u32,
    /// Objects that could not be read since this was said the last time.
    odd: usize,
}

enum WatchPhase {
    List,
    Open,
    Read(Box<OpenWatch>),
    /// It is lost, and that is still to be told.
    Lost(Fault),
    Over,
}

/// One connection.
struct OpenWatch {
    lines: WatchLines,
    opened: Instant,
    /// Something was heard on it.
    heard: bool,
}

/// What a line comes to.
enum WatchHeard<M> {
    Delta(Delta<Arc<M>>),
    Nothing,
    /// The connection is over.
    Next(WatchPhase),
    /// The connection has lasted as it was asked to: everything up to now was told.
    Whole,
}

impl ObjectWatch {
    async fn next<M: Projected>(&mut self) -> Option<Delta<Arc<M>>> {
        loop {
            match std::mem::replace(&mut self.phase, WatchPhase::Over) {
                WatchPhase::Over => return None,
                WatchPhase::Lost(fault) => return Some(Delta::Lost(fault)),
                WatchPhase::List => match self.list::<M>().await {
                    Ok(all) => {
                        self.phase = WatchPhase::Open;
                        return Some(Delta::Snapshot(all));
                    }
                    Err(failure) => self.phase = WatchPhase::Lost(failure.fault),
                },
                WatchPhase::Open => match open(&self.line, &self.request(), self.longest()).await {
                    Ok(open) => self.phase = WatchPhase::Read(Box::new(open)),
                    Err(failure) if failure.is_gone => self.phase = self.relist(failure.fault).await,
                    Err(failure) => self.phase = WatchPhase::Lost(failure.fault),
                },
                WatchPhase::Read(open) => {
                    if let Some(delta) = self.gather::<M>(open).await {
                        return Some(delta);
                    }
                }
            }
        }
    }

    /// How long a watch is asked to last.
    fn lasts(&self) -> u64 {
        let place = ObjectKind::ALL.iter().position(|kind| *kind == self.kind).unwrap_or_default();
        LASTS + LASTS_MORE * place as u64
    }

    /// How long it may say nothing.
    fn longest(&self) -> Duration {
        Duration::from_secs(self.lasts()) + MARGIN
    }

    fn request(&self) -> ApiRequest {
        ApiRequest::Watch { kind: self.kind, version: self.version.clone(), seconds: self.lasts() }
    }

    async fn list<M: Projected>(&mut self) -> Result<Items<Arc<M>>, ApiFailure> {
        let (kind, words) = (self.kind, &mut self.words);
        let take = |all: &mut (Items<Arc<M>>, usize), body: &[u8]| {
            let page = list::<M>(kind, body, words)?;
            all.0.extend(page.items.into_iter().map(|(key, object)| (key, Arc::new(object))));
            all.1 += page.odd;
            Ok(PageEnd { version: page.version, next: page.next })
        };
        let read = pages::read(&self.line, kind, &Chosen::all(), MOST_PAGES, take).await?;
        let (items, odd) = read.all;
        self.odd += odd;
        self.tell_odd();
        self.version = read.version;
        Ok(items)
    }

    /// What comes next of a connection, and what comes within a tenth of a second after it.
    async fn gather<M: Projected>(&mut self, mut open: Box<OpenWatch>) -> Option<Delta<Arc<M>>> {
        let mut all: Option<Delta<Arc<M>>> = None;
        let mut until = None;
        loop {
            let told = match until {
                None => open.lines.next().await,
                Some(at) => match timeout_at(at, open.lines.next()).await {
                    Ok(told) => told,
                    Err(_) => break,
                },
            };
            match self.hear::<M>(&mut open, told).await {
                WatchHeard::Nothing => {}
                WatchHeard::Delta(delta) => {
                    until.get_or_insert_with(|| Instant::now() + GATHERED);
                    match &mut all {
                        // A loss is never among them.
                        Some(before) => drop(before.absorb(delta)),
                        None => all = Some(delta),
                    }
                    // Lines that are there already never make the time that is waited for come.
                    if until.is_some_and(|at| Instant::now() >= at) {
                        break;
                    }
                }
                WatchHeard::Next(phase) => {
                    self.phase = phase;
                    self.tell_odd();
                    return all;
                }
                WatchHeard::Whole => {
                    self.phase = WatchPhase::Open;
                    self.tell_odd();
                    return all.or(Some(Delta::Alive));
                }
            }
        }
        self.tell_odd();
        self.phase = WatchPhase::Read(open);
        all
    }

    async fn hear<M: Projected>(&mut self, open: &mut OpenWatch, told: LineTold) -> WatchHeard<M> {
        let request = self.request();
        let lost =
            |kind, message: &str| WatchHeard::Next(WatchPhase::Lost(ApiFailure::of(&request, kind, message).fault));
        let line = match told {
            LineTold::Line(line) => line,
            LineTold::End if open.opened.elapsed() + MARGIN >= Duration::from_secs(self.lasts()) => {
                return WatchHeard::Whole;
            }
            LineTold::End => return WatchHeard::Next(self.ended(open, None).await),
            LineTold::Cut(why) => return WatchHeard::Next(self.ended(open, Some(why)).await),
            LineTold::TooLong => return lost(FaultKind::BrokenAnswer, "a line of the watch does not end"),
            LineTold::Silent => {
                let message = format!("nothing was heard of the watch for {} s", open.lines.longest().as_secs());
                return lost(FaultKind::TimedOut, &message);
            }
        };
        let Ok(told) = change::<M>(self.kind, &line, &mut self.words) else {
            return lost(FaultKind::BrokenAnswer, "the watch told what is not of the Kubernetes API");
        };
        let (version, heard) = match told {
            ObjectTold::Put { version, key, object } => {
                let put = Items::from([(key, Arc::new(object))]);
                (version, WatchHeard::Delta(Delta::Changes { put, gone: BTreeSet::new() }))
            }
            ObjectTold::Gone { version, key } => {
                (version, WatchHeard::Delta(Delta::Changes { put: Items::new(), gone: BTreeSet::from([key]) }))
            }
            ObjectTold::Odd { version } => {
                self.odd += 1;
                (version, WatchHeard::Nothing)
            }
            ObjectTold::Bookmark { version } => (version, WatchHeard::Delta(Delta::Alive)),
            ObjectTold::Error(said) => {
                let failure = answer::told(&request, &self.line.route, &said);
                return WatchHeard::Next(if failure.is_gone {
                    self.relist(failure.fault).await
                } else {
                    WatchPhase::Lost(failure.fault)
                });
            }
        };
        if !version.is_empty() {
            self.version = version;
        }
        open.heard = true;
        if open.opened.elapsed() >= FRUITFUL {
            self.fruitless = 0;
        }
        heard
    }

    /// A connection has ended before it was asked to: the next one goes on after the last whole line. Not without end
    /// where they all end at once.
    async fn ended(&mut self, open: &mut OpenWatch, cut: Option<String>) -> WatchPhase {
        let lasted = open.opened.elapsed() >= Duration::from_secs(self.lasts() / 2);
        if lasted && cut.is_none() {
            return WatchPhase::Open;
        }
        if open.heard {
            // Whatever cuts it after each line is not connected to at the speed of the network.
            if open.opened.elapsed() < FRUITFUL {
                sleep(PAUSE).await;
            }
            return WatchPhase::Open;
        }
        self.fruitless += 1;
        if self.fruitless < FRUITLESS {
            sleep(PAUSE).await;
            return WatchPhase::Open;
        }
        let message = match cut {
            Some(why) => format!("the watch is cut off each time: {why}"),
            None => "the server ends the watch each time without a word".to_owned(),
        };
        WatchPhase::Lost(ApiFailure::of(&self.request(), FaultKind::Unreachable, &message).fault)
    }

    /// The place is no longer known: everything anew. Not without end where it never is.
    async fn relist(&mut self, fault: Fault) -> WatchPhase {
        self.fruitless += 1;
        if self.fruitless > FRUITLESS {
            return WatchPhase::Lost(fault);
        }
        if self.fruitless > 1 {
            sleep(PAUSE).await;
        }
        WatchPhase::List
    }

    fn tell_odd(&mut self) {
        if self.odd > 0 {
            let (title, cluster) = (self.kind.title(), &self.line.route.cluster);
            tracing::warn!(cluster = %cluster, count = self.odd, "{title} that cannot be read are left out");
            self.odd = 0;
        }
    }
}

async fn open(line: &ApiLine, request: &ApiRequest, longest: Duration) -> Result<OpenWatch, ApiFailure> {
    let answer = line.ask(request).await?;
    Ok(OpenWatch { lines: WatchLines::new(answer.into_body(), longest), opened: Instant::now(), heard: false })
}

#[cfg(test)]
mod tests;
