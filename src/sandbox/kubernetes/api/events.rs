//! `events.k8s.io/v1`: the events of the core group in other words.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::super::resources::Served;
use super::super::store::metadata;

/// Fields of the core group, and what they are called in the other one.
const NAMES: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("count", "deprecatedCount"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("reportingComponent", "reportingController"),
];

/// A stored object as this version of its kind has it.
pub(super) fn presented<'a>(served: &Served, object: &'a Value) -> Cow<'a, Value> {
    match object {
        Value::Object(fields) if served.group() == "events.k8s.io" => Cow::Owned(renamed(fields, served, false)),
        _ => Cow::Borrowed(object),
    }
}

/// An object of this version as it is stored.
pub(super) fn stored(served: &Served, object: Value) -> Value {
    match object {
        Value::Object(fields) if served.group() == "events.k8s.io" => renamed(&fields, served.resource.served(), true),
        other => other,
    }
}

fn renamed(fields: &Map<String, Value>, as_kind: &Served, back: bool) -> Value {
    let new = |name: &str| {
        let names = NAMES.iter().map(|(core, other)| if back { (*other, *core) } else { (*core, *other) });
        names.into_iter().find(|(old, _)| *old == name).map(|(_, new)| new.to_owned())
    };
    let renamed: Map<String, Value> =
        fields.iter().map(|(name, value)| (new(name).unwrap_or_else(|| name.clone()), value.clone())).collect();
    let mut object = Value::Object(renamed);
    metadata::map(&mut object).insert("apiVersion".to_owned(), as_kind.api_version.into());
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::resources::{Resource, find};
    use super::*;

    #[test]
    fn an_event_comes_back_as_it_was() {
        let other = find("events.k8s.io", "v1", "events").unwrap();
        let event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "involvedObject": {"kind": "Pod"},
            "message": "m", "count": 3, "reason": "R", "source": {"component": "c"},
        });
        let shown = presented(other, &event).into_owned();
        assert_eq!((&shown["note"], &shown["regarding"]["kind"]), (&json!("m"), &json!("Pod")));
        assert_eq!(shown["apiVersion"], "events.k8s.io/v1");
        assert_eq!(stored(other, shown), event);
        assert_eq!(*presented(Resource::Events.served(), &event), event);
    }
}
