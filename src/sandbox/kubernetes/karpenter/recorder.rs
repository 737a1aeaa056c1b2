//! Events as Karpenter publishes them: the same thing about the same object not again within minutes. What is
//! repeated word for word later is counted up in the event that is there, as every component's.

use crate::sandbox::kubernetes::controllers::events::{EventRecorder as Writer, Note};
use crate::sandbox::kubernetes::store::{Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::HashMap;

/// What is repeated is dropped for so long unless an event says otherwise.
const USUAL_PAUSE: SignedDuration = SignedDuration::from_mins(2);

pub use crate::sandbox::kubernetes::controllers::events::EventSeverity as Kind;

/// One event to publish.
#[derive(Debug)]
pub struct Notice {
    note: Note,
    same: String,
    pause: SignedDuration,
}

impl Notice {
    /// An event that is the same whenever it has the same reason and object, whatever its words: so upstream
    /// drops a second message about an object.
    pub fn new(kind: Kind, reason: &'static str, message: impl Into<String>) -> Self {
        let note = Note { severity: kind, reason, message: message.into() };
        Self { note, same: String::new(), pause: USUAL_PAUSE }
    }

    /// A value that must be equal too for two to be the same.
    #[must_use]
    pub fn apart_by(mut self, value: &str) -> Self {
        value.clone_into(&mut self.same);
        self
    }

    /// Repeats are dropped for this long.
    #[must_use]
    pub fn every(mut self, pause: SignedDuration) -> Self {
        self.pause = pause;
        self
    }
}

/// Publishes events of Karpenter.
#[derive(Debug)]
pub struct KarpenterRecorder {
    writer: Writer,
    published: HashMap<String, Timestamp>,
}

impl Default for KarpenterRecorder {
    fn default() -> Self {
        Self { writer: Writer::new("karpenter"), published: HashMap::new() }
    }
}

impl KarpenterRecorder {
    /// Publishes an event about an object, unless the same was published within its pause.
    pub fn publish(&mut self, store: &mut Store, about: &Value, notice: &Notice, now: Timestamp) {
        let same = format!("{}-{}-{}", notice.note.reason, metadata::uid(about), notice.same);
        if self.published.get(&same).is_some_and(|until| now < *until) {
            return;
        }
        if self.published.len() > 4096 {
            self.published.retain(|_, until| now < *until);
        }
        self.published.insert(same, now.checked_add(notice.pause).unwrap_or(now));
        self.writer.say(store, about, &notice.note, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::kubernetes::resources::Resource;
    use serde_json::json;

    fn events(store: &Store) -> Vec<Value> {
        store.list(Resource::Events).map(|(_, event)| Value::clone(event)).collect()
    }

    #[test]
    fn the_same_is_dropped_within_its_pause_and_counted_after() {
        let mut now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut store = Store::new(1);
        let node = store.create(Resource::Nodes, "", json!({ "metadata": { "name": "n" } }), now).unwrap();
        let mut recorder = KarpenterRecorder::default();
        let notice = |message: &str| Notice::new(Kind::Normal, "DisruptionBlocked", message);
        recorder.publish(&mut store, &node, &notice("one"), now);
        recorder.publish(&mut store, &node, &notice("another"), now);
        assert_eq!(events(&store).len(), 1, "the object makes it the same, not the words");
        now = now.checked_add(SignedDuration::from_secs(119)).unwrap();
        recorder.publish(&mut store, &node, &notice("one"), now);
        assert_eq!(events(&store)[0]["count"], 1);
        now = now.checked_add(SignedDuration::from_secs(1)).unwrap();
        recorder.publish(&mut store, &node, &notice("one"), now);
        assert_eq!(events(&store)[0]["count"], 2);
        assert_eq!(events(&store)[0]["source"]["component"], "karpenter");
    }
}
