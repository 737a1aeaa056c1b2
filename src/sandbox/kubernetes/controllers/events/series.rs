//! The newer recorder, `events.k8s.io`: repetitions are a series.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Note, name_of, namespace_of, reference};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// A series ends when nothing was added for so long, seconds (client-go, tools/events).
const SERIES_ENDS: i64 = 360;

/// A series is written again after so long, seconds.
const SERIES_REFRESH: i64 = 1800;

/// A series that goes on.
#[derive(Debug)]
struct Series {
    key: ObjectKey,
    count: i64,
    last: Timestamp,
    /// The count that the store has, and since when.
    written: (i64, Timestamp),
}

/// Writes events of the newer recorder (`events.k8s.io`): the scheduler. Repetitions of the same reason about the same
/// object are one series; what it said first stays its message, and its count is written late, as client-go does.
#[derive(Debug)]
pub struct SeriesRecorder {
    component: &'static str,
    series: HashMap<(String, &'static str), Series>,
    /// No series ends before.
    ends: Option<Timestamp>,
    written: u64,
}

impl SeriesRecorder {
    /// Of `component`: `default-scheduler`.
    #[must_use]
    pub fn new(component: &'static str) -> Self {
        Self { component, series: HashMap::new(), ends: None, written: 0 }
    }

    /// Says something about an object.
    pub fn say(&mut self, store: &mut Store, object: &Value, note: &Note, action: &str, now: Timestamp) {
        let same = (metadata::uid(object).to_owned(), note.reason);
        if let Some(series) = self.series.get_mut(&same)
            && now.duration_since(series.last).as_secs() < SERIES_ENDS
        {
            series.count += 1;
            series.last = now;
            let (count, at) = series.written;
            // The second is written at once, for it makes the series; later ones when it is refreshed.
            if count == 1 || now.duration_since(at).as_secs() >= SERIES_REFRESH {
                write_series(store, &series.key, series.count, now, now);
                series.written = (series.count, now);
            }
            return;
        }
        self.written += 1;
        let event = json!({
            "metadata": {"name": name_of(object, now, self.written)},
            "involvedObject": reference(object, None),
            "reason": note.reason,
            "message": note.message,
            "type": note.severity.as_str(),
            "action": action,
            "eventTime": micro_time(now),
            "firstTimestamp": null,
            "lastTimestamp": null,
            "source": {},
            "reportingComponent": self.component,
            "reportingInstance": format!("{}-0", self.component),
        });
        if let Ok(event) = store.create(Resource::Events, &namespace_of(object), event, now) {
            let key = ObjectKey::of(Resource::Events, &event);
            self.series.insert(same, Series { key, count: 1, last: now, written: (1, now) });
            self.ends = self.ends.or_else(|| now.checked_add(SignedDuration::from_secs(SERIES_ENDS)).ok());
        }
    }

    /// Writes the last count of series that ended; says when to look again.
    pub fn finish(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        if self.ends.is_none_or(|ends| ends > now) {
            return self.ends;
        }
        let mut over = Vec::new();
        self.series.retain(|_, series| {
            let lives = now.duration_since(series.last).as_secs() < SERIES_ENDS;
            if !lives && series.count > series.written.0 {
                over.push((series.key.clone(), series.count, series.last));
            }
            lives
        });
        // The order of a hash map is another in every run.
        over.sort();
        for (key, count, last) in over {
            write_series(store, &key, count, last, now);
        }
        // A look a minute is enough: a count is late anyway.
        self.ends = if self.series.is_empty() { None } else { now.checked_add(SignedDuration::from_mins(1)).ok() };
        self.ends
    }
}

fn write_series(store: &mut Store, key: &ObjectKey, count: i64, last: Timestamp, now: Timestamp) {
    // The event may be gone after its hour.
    let _ = store.update(key, now, |event| {
        event["series"] = json!({"count": count, "lastObservedTime": micro_time(last)});
    });
}

/// The time in microseconds, as `eventTime` has it.
fn micro_time(at: Timestamp) -> String {
    format!("{at:.6}")
}
