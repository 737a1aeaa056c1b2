//! Events as components write them: the older recorder counts repetitions up, the scheduler's newer one keeps a series;
//! both end after an hour without news.

mod expiry;
mod series;

pub use expiry::Expiry;
pub use series::SeriesRecorder;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// Events that one source may write about one object at once (`EventSourceObjectSpamFilter`).
const BURST: f64 = 25.0;

/// And how many more a second after that: one in five minutes.
const REFILL: f64 = 1.0 / 300.0;

/// Normal or Warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventSeverity {
    Normal,
    Warning,
}

impl EventSeverity {
    /// As events hold it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Warning => "Warning",
        }
    }
}

/// What is said of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Note {
    pub severity: EventSeverity,
    pub reason: &'static str,
    pub message: String,
}

impl Note {
    /// A normal one.
    #[must_use]
    pub fn normal(reason: &'static str, message: String) -> Self {
        Self { severity: EventSeverity::Normal, reason, message }
    }

    /// A warning.
    #[must_use]
    pub fn warning(reason: &'static str, message: String) -> Self {
        Self { severity: EventSeverity::Warning, reason, message }
    }
}

/// Where an event's object's events are kept: its namespace, `default` for what has none.
fn namespace_of(object: &Value) -> String {
    let namespace = metadata::namespace(object);
    if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() }
}

fn reference(object: &Value, field_path: Option<&str>) -> Value {
    let mut reference = json!({
        "apiVersion": object["apiVersion"],
        "kind": object["kind"],
        "name": metadata::name(object),
        "uid": metadata::uid(object),
        "resourceVersion": metadata::resource_version(object),
    });
    if !metadata::namespace(object).is_empty() {
        reference["namespace"] = metadata::namespace(object).into();
    }
    if let Some(path) = field_path {
        reference["fieldPath"] = path.into();
    }
    reference
}

/// `web-5d4f.18a3f…`: the object's name and the time in hexadecimal nanoseconds; `count` keeps two of one moment apart.
fn name_of(object: &Value, now: Timestamp, count: u64) -> String {
    let nanos = now.as_nanosecond().unsigned_abs() as u64;
    format!("{}.{:x}", metadata::name(object), nanos.wrapping_add(count))
}

/// Writes events of one component (`core/v1` recorder): kubelet, controllers.
#[derive(Debug)]
pub struct EventRecorder {
    component: &'static str,
    /// What was written, by source, object and words.
    known: HashMap<(String, String, Note), ObjectKey>,
    /// What one source may still write about one object, and since when.
    tokens: HashMap<(String, String), (f64, Timestamp)>,
    written: u64,
    /// When what is no longer needed was thrown away last.
    tidied: Option<Timestamp>,
}

impl EventRecorder {
    /// Of `component`: `kubelet`, `deployment-controller`.
    #[must_use]
    pub fn new(component: &'static str) -> Self {
        Self { component, known: HashMap::new(), tokens: HashMap::new(), written: 0, tidied: None }
    }

    /// Says something about an object.
    pub fn say(&mut self, store: &mut Store, object: &Value, note: &Note, now: Timestamp) {
        self.say_from(store, object, note, "", None, now);
    }

    /// Says something from a host, about a part of an object.
    pub fn say_from(
        &mut self,
        store: &mut Store,
        object: &Value,
        note: &Note,
        host: &str,
        field_path: Option<&str>,
        now: Timestamp,
    ) {
        self.tidy(store, now);
        let source = (host.to_owned(), metadata::uid(object).to_owned());
        if !self.may_write(source.clone(), now) {
            return;
        }
        let same = (source.0, format!("{}{}", source.1, field_path.unwrap_or_default()), note.clone());
        let time = metadata::time(now);
        if let Some(key) = self.known.get(&same) {
            let counted = store.update(key, now, |event| {
                let count = event["count"].as_i64().unwrap_or(1) + 1;
                event["count"] = count.into();
                event["lastTimestamp"] = time.clone().into();
            });
            if counted.is_ok() {
                return;
            }
        }
        let namespace = namespace_of(object);
        self.written += 1;
        let mut origin = json!({"component": self.component});
        if !host.is_empty() {
            origin["host"] = host.into();
        }
        let event = json!({
            "metadata": {"name": name_of(object, now, self.written)},
            "involvedObject": reference(object, field_path),
            "reason": note.reason,
            "message": note.message,
            "type": note.severity.as_str(),
            "source": origin,
            "firstTimestamp": time,
            "lastTimestamp": time,
            "count": 1,
            "eventTime": null,
            "reportingComponent": self.component,
            "reportingInstance": host,
        });
        if let Ok(event) = store.create(Resource::Events, &namespace, event, now) {
            self.known.insert(same, ObjectKey::of(Resource::Events, &event));
        }
    }

    fn may_write(&mut self, source: (String, String), now: Timestamp) -> bool {
        let (tokens, since) = self.tokens.entry(source).or_insert((BURST, now));
        *tokens = (*tokens + now.duration_since(*since).as_secs_f64() * REFILL).min(BURST);
        *since = now;
        let may = *tokens >= 1.0;
        if may {
            *tokens -= 1.0;
        }
        may
    }

    fn tidy(&mut self, store: &Store, now: Timestamp) {
        let due = self.tidied.is_none_or(|at| now.duration_since(at).as_secs() > 600);
        if due {
            self.tidied = Some(now);
            self.known.retain(|_, key| store.contains(key));
            self.tokens
                .retain(|_, (tokens, since)| *tokens + now.duration_since(*since).as_secs_f64() * REFILL < BURST);
        }
    }
}
