//! `DescribeEvents`.

use jiff::Timestamp;
use winterbaume_rds::model::{Event, EventCategoriesList, EventList, EventsMessage};
use winterbaume_rds::wire;

use super::paging::page;
use super::{Answer, Call, malformed};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::World;
use crate::sandbox::world::events::{Happening, KEPT, between};
use crate::sandbox::world::identity;
use crate::sandbox::world::moment::{MINUTE, after};

/// `SourceType`s of the service model.
const KINDS: [&str; 11] = [
    "db-instance",
    "db-parameter-group",
    "db-security-group",
    "db-snapshot",
    "db-cluster",
    "db-cluster-snapshot",
    "custom-engine-version",
    "db-proxy",
    "blue-green-deployment",
    "db-shard-group",
    "zero-etl",
];

/// `DescribeEvents`: oldest first; the last hour unless the request says otherwise, and at most the
/// last fourteen days.
pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_describe_events_request(&call.parameters).map_err(malformed)?;
    let kind = request.source_type.as_deref();
    if let Some(kind) = kind.filter(|kind| !KINDS.contains(kind)) {
        return Err(Refusal::new("InvalidParameterValue", format!("Invalid source type: {kind}")));
    }
    let source = request.source_identifier.as_deref().map(str::to_ascii_lowercase);
    if source.is_some() && kind.is_none() {
        let message = "The SourceType parameter must be provided when SourceIdentifier is specified.";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    let (from, to) = period(request.start_time.as_deref(), request.end_time.as_deref(), request.duration, call.now)?;
    let categories = request.event_categories.map(|list| list.items).unwrap_or_default();
    let instance = source.as_deref().filter(|_| kind == Some("db-instance"));
    let mut found = between(world, &call.caller.account, &call.caller.region, instance, from, to);
    found.retain(|happening| {
        kind.is_none_or(|kind| happening.kind == kind)
            && source.as_deref().is_none_or(|source| happening.source == source)
            && (categories.is_empty() || happening.categories.iter().any(|category| categories.contains(category)))
    });
    found.sort_by_cached_key(key);
    let page = page(found.into_iter(), key, request.max_records, request.marker.as_deref())?;
    let items = page.items.into_iter().map(on_wire).collect();
    let message = EventsMessage { events: Some(EventList { items }), marker: page.marker };
    Ok(wire::serialize_describe_events_response(&message))
}

/// The time that is asked for, as far as events are kept and have happened.
fn period(
    start: Option<&str>,
    end: Option<&str>,
    duration: Option<i32>,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Refusal> {
    let minutes = i64::from(duration.unwrap_or(60));
    if !(0..=KEPT / MINUTE).contains(&minutes) {
        let message = format!("Invalid value {minutes} for Duration. Must be between 0 and {}", KEPT / MINUTE);
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let start = start.map(moment).transpose()?;
    let end = end.map(moment).transpose()?;
    let (from, to) = match (start, end) {
        (Some(start), Some(end)) => (start, end),
        (Some(start), None) if duration.is_some() => (start, after(start, minutes * MINUTE)),
        (Some(start), None) => (start, now),
        (None, end) => {
            let end = end.unwrap_or(now);
            (after(end, -minutes * MINUTE), end)
        }
    };
    if from > to {
        let message = "The specified start time is after the end time.";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    // A caller's clock may differ a little from ours.
    if from < after(now, -KEPT - 5 * MINUTE) {
        let message = "The specified start time is more than 14 days in the past.";
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    Ok((from.max(after(now, -KEPT)), to.min(now)))
}

/// A time of a request; without a zone it is UTC.
fn moment(text: &str) -> Result<Timestamp, Refusal> {
    text.parse::<Timestamp>()
        .or_else(|_| format!("{text}Z").parse())
        .map_err(|_| Refusal::new("InvalidParameterValue", format!("Invalid timestamp: {text}")))
}

fn key(happening: &Happening) -> String {
    let told = identity::hash(&[&happening.source, &happening.message]);
    format!("{:024}-{told:016x}", happening.at.as_nanosecond())
}

fn on_wire(happening: Happening) -> Event {
    Event {
        date: Some(happening.at.to_string()),
        event_categories: Some(EventCategoriesList { items: happening.categories }),
        message: Some(happening.message),
        source_arn: Some(happening.arn),
        source_identifier: Some(happening.source),
        source_type: Some(happening.kind.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let asked = |start, end, duration| period(start, end, duration, now).map_err(|refusal| refusal.code);
        assert_eq!(asked(None, None, None), Ok((at("2026-11-22T11:00:00Z"), now)));
        assert_eq!(asked(None, None, Some(1440)), Ok((at("2026-11-21T12:00:00Z"), now)));
        assert_eq!(asked(Some("2026-11-20T00:00:00Z"), None, None), Ok((at("2026-11-20T00:00:00Z"), now)));
        assert_eq!(
            asked(Some("2026-11-20T00:00:00"), None, Some(30)),
            Ok((at("2026-11-20T00:00:00Z"), at("2026-11-20T00:30:00Z")))
        );
        assert_eq!(asked(None, Some("2027-01-01T00:00:00Z"), Some(20_160)).map(|p| p.1), Ok(now));
        assert_eq!(asked(Some("2026-11-01T00:00:00Z"), None, None), Err("InvalidParameterValue"));
        assert_eq!(asked(Some("yesterday"), None, None), Err("InvalidParameterValue"));
        assert_eq!(asked(None, None, Some(20_161)), Err("InvalidParameterValue"));
        assert_eq!(
            asked(Some("2026-11-22T11:00:00Z"), Some("2026-11-22T10:00:00Z"), None),
            Err("InvalidParameterCombination")
        );
    }
}
