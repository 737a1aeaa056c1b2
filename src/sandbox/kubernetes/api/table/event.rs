//! Events (`printEvent`), in both of their groups.

use jiff::Timestamp;
use serde_json::Value;

use super::age;
use super::cell::{name, number, text, text_or};
use super::column::{NAME, PrinterColumn, text as column};

pub(super) const COLUMNS: &[PrinterColumn] = &[
    column("Last Seen", "When it happened last."),
    column("Type", "Normal or Warning."),
    column("Reason", "What happened, in a word."),
    column("Object", "What it happened to."),
    column("Subobject", "The part of it.").wide(),
    column("Source", "Who says so.").wide(),
    column("Message", "What happened."),
    column("First Seen", "When it happened first.").wide(),
    column("Count", "How often it happened.").wide(),
    NAME.wide(),
];

/// The cells of an event as the core group has it.
pub(super) fn cells(event: &Value, now: Timestamp) -> Vec<Value> {
    let told = |time: &Value| time.as_str().map(|_| age::since(time, now));
    let first = told(&event["firstTimestamp"]).unwrap_or_else(|| age::since(&event["eventTime"], now));
    let series = &event["series"];
    let (last, count) = if series.is_object() {
        (age::since(&series["lastObservedTime"], now), number(&series["count"]))
    } else {
        let last = told(&event["lastTimestamp"]).unwrap_or_else(|| first.clone());
        // A single event of the newer API counts nothing.
        (last, number(&event["count"]).max(1))
    };
    vec![
        last.into(),
        text(&event["type"]).into(),
        text(&event["reason"]).into(),
        object(&event["involvedObject"]).into(),
        text(&event["involvedObject"]["fieldPath"]).into(),
        source(event).into(),
        text(&event["message"]).trim().into(),
        first.into(),
        count.into(),
        name(event),
    ]
}

fn object(involved: &Value) -> String {
    let kind = text(&involved["kind"]).to_lowercase();
    match text(&involved["name"]) {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
}

fn source(event: &Value) -> String {
    let component = text_or(&event["source"]["component"], text(&event["reportingComponent"]));
    match text_or(&event["source"]["host"], text(&event["reportingInstance"])) {
        "" => component.to_owned(),
        instance => format!("{component}, {instance}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Upstream's cases (`TestPrintEvent`), and one of the newer API.
    #[test]
    fn an_event_tells_of_first_last_and_how_often() {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let event = json!({
            "metadata": {"name": "event2"}, "type": "Warning", "reason": "Event Reason", "message": "\tMessage\n",
            "involvedObject": {"kind": "Deployment", "name": "Deployment Name", "fieldPath": "spec.containers{foo}"},
            "source": {"component": "kubelet", "host": "Node1"}, "count": 7,
            "firstTimestamp": "2026-11-22T02:55:00Z", "lastTimestamp": "2026-11-22T02:57:00Z",
        });
        let said = json!([
            "3m",
            "Warning",
            "Event Reason",
            "deployment/Deployment Name",
            "spec.containers{foo}",
            "kubelet, Node1",
            "Message",
            "5m",
            7,
            "event2",
        ]);
        assert_eq!((Value::from(cells(&event, now)), COLUMNS.len()), (said, 10));
        let newer = json!({
            "metadata": {"name": "e"}, "type": "Normal", "reason": "R", "message": "m",
            "involvedObject": {"kind": "Node"}, "firstTimestamp": null, "lastTimestamp": null,
            "eventTime": "2026-11-22T02:58:59.123456Z", "reportingComponent": "karpenter", "reportingInstance": "k-0",
        });
        let said = json!(["60s", "Normal", "R", "node", "", "karpenter, k-0", "m", "60s", 1, "e"]);
        assert_eq!(Value::from(cells(&newer, now)), said);
        let mut series = newer;
        series["series"] = json!({"count": 4, "lastObservedTime": "2026-11-22T02:59:30Z"});
        let row = cells(&series, now);
        assert_eq!((&row[0], &row[7], &row[8]), (&json!("30s"), &json!("60s"), &json!(4)));
    }
}
