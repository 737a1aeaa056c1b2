//! Watches: the changes of a kind as they happen, a line each. A watch holds no queue: it reads
//! from the store's history whenever its connection takes more, and whoever is too slow for that
//! history is told so (410).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use super::super::cluster::Cluster;
use super::super::resources::Served;
use super::super::store::{Expired, ObjectChange, ObjectEvent, metadata};
use super::body::{self, ApiBody};
use super::events::presented;
use super::filter::ListFilter;
use super::list::options;
use super::request::{Objects, Query};
use super::server::{ClusterClock, content};
use super::table::TablePrinter;
use super::{ApiRefusal, ApiServer, lease};

/// The time between two bookmarks (apiserver, cacher `defaultBookmarkFrequency`).
const BOOKMARKS: Duration = Duration::from_mins(1);
/// How long before its end a watch sends its last bookmark (cacher, `nextBookmarkTime`).
const BEFORE_THE_END: Duration = Duration::from_secs(2);
/// The least time of a watch that names none, seconds; upstream adds up to as much by chance
/// (`min-request-timeout`).
const LEAST_TIME: u64 = 1_800;
/// The most time of a watch, seconds: nobody waits for more, and sums of it stay in range.
const MOST_TIME: u64 = 24 * 60 * 60;
/// The most changes that are written at once.
const AT_ONCE: usize = 256;

/// A watch under way.
struct Watching {
    cluster: Arc<Cluster>,
    news: Receiver<u64>,
    filter: ListFilter,
    lines: EventLines,
    /// What there is at the beginning, not yet written.
    first: VecDeque<Arc<Value>>,
    /// Everything up to and with this revision was written.
    seen: u64,
    ends: Instant,
    /// When the next bookmark is due.
    bookmark: Option<Instant>,
    over: bool,
}

/// How the events of a watch are written.
struct EventLines {
    served: &'static Served,
    /// Objects as tables of one row, if they are.
    table: Option<TablePrinter>,
    /// Whether the next table names its columns: the first one does.
    headed: bool,
    clock: ClusterClock,
}

/// What the history holds for a watch.
enum FeedNews {
    Events(Vec<Arc<ObjectEvent>>),
    Expired(Expired),
}

impl ApiServer {
    pub(super) fn watch(
        &self,
        objects: &Objects,
        query: &Query,
        table: Option<TablePrinter>,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        if query.get("sendInitialEvents").is_some() {
            // client-go falls back to a list and a watch on this; an answer that ignores it hangs.
            let what =
                "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
            return Err(options("sendInitialEvents", "FieldValueForbidden", what));
        }
        if query.get("resourceVersionMatch").is_some() {
            let what = "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
            return Err(options("resourceVersionMatch", "FieldValueForbidden", what));
        }
        let filter = ListFilter::of(objects, query)?;
        let version = query.number::<u64>("resourceVersion")?.filter(|version| *version > 0);
        let news = self.cluster.news();
        let (first, seen) = self.cluster.read(|store| {
            if let Some(version) = version {
                return (VecDeque::new(), version);
            }
            let all = store.list(filter.resource()).map(|(_, object)| object);
            (all.filter(|object| filter.accepts(object)).cloned().collect(), store.revision())
        });
        let least = LEAST_TIME + seen.wrapping_mul(7_919) % LEAST_TIME;
        let seconds =
            query.number::<u64>("timeoutSeconds")?.filter(|seconds| *seconds > 0).unwrap_or(least).min(MOST_TIME);
        let now = Instant::now();
        let ends = now + Duration::from_secs(seconds);
        let bookmark = query.is_on("allowWatchBookmarks").then(|| next_bookmark(now, ends)).flatten();
        let cluster = Arc::clone(&self.cluster);
        let lines = EventLines { served: filter.served, table, headed: true, clock: Arc::clone(&self.clock) };
        let watching = Watching { cluster, news, filter, lines, first, seen, ends, bookmark, over: false };
        let parts =
            stream::unfold(watching, |mut watching| async move { watching.next().await.map(|part| (part, watching)) });
        Ok(content(StatusCode::OK, "application/json", body::stream(parts)))
    }
}

/// A minute after the last, or shortly before the end.
fn next_bookmark(now: Instant, ends: Instant) -> Option<Instant> {
    let last = ends.checked_sub(BEFORE_THE_END)?;
    (last > now).then(|| last.min(now + BOOKMARKS))
}

impl Watching {
    /// The next lines; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        if !self.first.is_empty() {
            let mut lines = Vec::new();
            for object in self.first.drain(..self.first.len().min(AT_ONCE)) {
                self.lines.write(&mut lines, "ADDED", &object);
            }
            return Some(Bytes::from(lines));
        }
        loop {
            match self.read() {
                FeedNews::Events(events) => {
                    let lines = self.told(&events);
                    if !lines.is_empty() {
                        return Some(Bytes::from(lines));
                    }
                    if events.len() == AT_ONCE {
                        continue;
                    }
                }
                FeedNews::Expired(expired) => {
                    self.over = true;
                    return Some(too_old(expired));
                }
            }
            let wakes = self.bookmark.map_or(self.ends, |bookmark| bookmark.min(self.ends));
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(wakes) => {
                    if Instant::now() >= self.ends {
                        return None;
                    }
                    self.bookmark = next_bookmark(wakes, self.ends);
                    return Some(self.mark());
                }
                news = self.news.changed() => {
                    // The cluster is gone.
                    news.ok()?;
                }
            }
        }
    }

    /// What happened since, at most a handful; the lock is held for no longer.
    fn read(&mut self) -> FeedNews {
        self.news.borrow_and_update();
        let (events, revision) = self.cluster.read(|store| {
            let events = store.since(self.filter.resource(), self.seen);
            (events.map(|events| events.take(AT_ONCE).cloned().collect::<Vec<_>>()), store.revision())
        });
        match events {
            Ok(events) => {
                // A client may start at a revision that is yet to come.
                self.seen = match events.last() {
                    Some(last) if events.len() == AT_ONCE => last.revision,
                    _ => self.seen.max(revision),
                };
                FeedNews::Events(events)
            }
            Err(expired) => FeedNews::Expired(expired),
        }
    }

    fn told(&mut self, events: &[Arc<ObjectEvent>]) -> Vec<u8> {
        let mut lines = Vec::new();
        for event in events {
            match event.change(|object| self.filter.accepts(object)) {
                Some(ObjectChange::Added(object)) => self.lines.write(&mut lines, "ADDED", object),
                Some(ObjectChange::Modified(object)) => self.lines.write(&mut lines, "MODIFIED", object),
                Some(ObjectChange::Deleted(object)) => {
                    // The last state that was seen, with the revision of its end.
                    let mut last = Value::clone(object);
                    metadata::of(&mut last).insert("resourceVersion".to_owned(), event.revision.to_string().into());
                    self.lines.write(&mut lines, "DELETED", &last);
                }
                None => {}
            }
        }
        lines
    }

    fn mark(&mut self) -> Bytes {
        let served = self.filter.served;
        let mark = json!({
            "kind": served.kind,
            "apiVersion": served.api_version,
            "metadata": {"resourceVersion": self.seen.to_string(), "creationTimestamp": null},
        });
        let mut bytes = Vec::new();
        self.lines.write(&mut bytes, "BOOKMARK", &mark);
        Bytes::from(bytes)
    }
}

impl EventLines {
    /// Writes an event of an object as it is stored.
    fn write(&mut self, lines: &mut Vec<u8>, kind: &str, object: &Value) {
        let now = (self.clock)();
        let object = lease::renewed(self.served, object, now);
        let Some(table) = self.table else {
            return line(lines, kind, &presented(self.served, &object));
        };
        let headed = std::mem::take(&mut self.headed);
        line(lines, kind, &table.one(self.served, &object, headed, now));
    }
}

fn too_old(expired: Expired) -> Bytes {
    let message = format!("too old resource version: {} ({})", expired.revision, expired.oldest);
    let mut bytes = Vec::new();
    line(&mut bytes, "ERROR", &ApiRefusal::expired(message).status());
    Bytes::from(bytes)
}

fn line(lines: &mut Vec<u8>, kind: &str, object: &Value) {
    lines.extend_from_slice(format!("{{\"type\":\"{kind}\",\"object\":").as_bytes());
    // Into a vector, of a value: it cannot fail.
    let _ = serde_json::to_writer(&mut *lines, object);
    lines.extend_from_slice(b"}\n");
}
