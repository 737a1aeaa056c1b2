//! RDS: DB instances, snapshots, events and pending maintenance (API 2014-10-31).
//!
//! Every list is followed to its end. What an operation stands on is read in `observe`, how far it is
//! in `look`; [`mod@write`] alone changes anything.

mod backups;
mod blue_green;
mod convert;
pub mod look;
pub mod observe;
mod orderable;
pub mod write;

#[cfg(any(fuzzing, debug_assertions))]
pub(crate) use {
    backups::{Of, automated_backups},
    blue_green::blue_green,
    orderable::orderable,
};

use std::ops::Range;
use std::sync::Arc;

use aws_sdk_rds::types::{Filter, SourceType};
use jiff::{SignedDuration, Timestamp};

use self::convert::{action, database, event, snapshot};
use super::error::fault;
use super::pages::Markers;
use super::{
    DESCRIBE_DB_INSTANCES, DESCRIBE_DB_SNAPSHOTS, DESCRIBE_EVENTS, DESCRIBE_PENDING_MAINTENANCE_ACTIONS, Session, time,
    words,
};
use crate::domain::{Database, Event, Fault, FaultKind, MaintenanceAction, Snapshot};
use crate::services::rds::{Answer, Ask, EventsOf};

/// Records a page, the most that AWS gives.
const PAGE: i32 = 100;
/// AWS keeps events for 14 days and refuses to look further back. A minute less, because the clocks may differ a little.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_secs(14 * 86_400 - 60);
/// The same in minutes, the form in which no clock but AWS's own counts: `Duration`, "The number of minutes to retrieve
/// events for" (API reference, `DescribeEvents`).
const ALL_KEPT: i32 = 14 * 24 * 60;

/// Answers a question in one piece; metrics come in parts of their own.
///
/// # Errors
/// The call's [`Fault`].
pub async fn answer(session: &Session, region: &str, ask: Ask) -> Result<Answer, Fault> {
    match ask {
        Ask::Databases => {
            databases(session, region).await.map(|all| Answer::Databases(all.into_iter().map(Arc::new).collect()))
        }
        Ask::Maintenance => maintenance(session, region).await.map(Answer::Maintenance),
        Ask::Snapshots { database } => snapshots(session, region, &database).await.map(Answer::Snapshots),
        Ask::Events { of, since, until } => {
            // What is known goes up to where AWS's clock was then, which it need not be as far from ours as now.
            let since = by_aws(session.ahead_at(since), since);
            let (events, window) = events_told(session, region, &of, since, until).await?;
            Ok(Answer::Events { events, window })
        }
        Ask::Metrics { .. } => Ok(Answer::MetricsDone),
    }
}

/// Reads the DB instances of a region, sorted by identifier.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn databases(session: &Session, region: &str) -> Result<Vec<Database>, Fault> {
    instances(session, region, None, None).await
}

/// Reads one DB instance by its name; `None` when AWS knows none of this name.
///
/// # Errors
/// The call's [`Fault`].
pub async fn find_database(session: &Session, region: &str, id: &str) -> Result<Option<Database>, Fault> {
    let found = or_none(instances(session, region, Some(id), None).await)?;
    Ok(found.into_iter().find(|database| database.id.eq_ignore_ascii_case(id)))
}

/// Reads one DB instance by its `DbiResourceId`, whatever it is called by now.
///
/// # Errors
/// The call's [`Fault`].
pub async fn find_resource(session: &Session, region: &str, resource_id: &str) -> Result<Option<Database>, Fault> {
    let found = or_none(instances(session, region, None, Some(resource_id)).await)?;
    Ok(found.into_iter().find(|database| database.resource_id == resource_id))
}

async fn instances(
    session: &Session,
    region: &str,
    id: Option<&str>,
    resource_id: Option<&str>,
) -> Result<Vec<Database>, Fault> {
    let filter = resource_id.map(|id| vec![Filter::builder().name("dbi-resource-id").values(id).build()]);
    let client = session.rds(region);
    let (mut pages, mut marker, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_db_instances()
            .set_db_instance_identifier(id.map(ToOwned::to_owned))
            .set_filters(filter.clone())
            .max_records(PAGE)
            .set_marker(marker)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_DB_INSTANCES, &error))?;
        found.extend(page.db_instances.unwrap_or_default().into_iter().map(|raw| database(raw, region)));
        marker = pages.next(DESCRIBE_DB_INSTANCES, page.marker, found.len())?;
        if marker.is_none() {
            found.sort_by(|a, b| a.id.cmp(&b.id));
            return Ok(found);
        }
    }
}

/// Reads the snapshots of one DB instance, newest first; one that is still being prepared and has
/// no time yet is the newest.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn snapshots(session: &Session, region: &str, database: &str) -> Result<Vec<Snapshot>, Fault> {
    listed(session, region, Some(database), None, None).await
}

/// Names of the manual snapshots of a region: a new one may have none of them. Those that AWS makes
/// have a colon in theirs, which nobody may choose.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
async fn snapshot_names(session: &Session, region: &str) -> Result<Vec<String>, Fault> {
    let found = listed(session, region, None, None, Some("manual")).await?;
    Ok(found.into_iter().map(|snapshot| snapshot.id).collect())
}

/// Reads one snapshot by its name; `None` when AWS knows none of this name.
///
/// # Errors
/// The call's [`Fault`].
pub async fn find_snapshot(session: &Session, region: &str, id: &str) -> Result<Option<Snapshot>, Fault> {
    let found = or_none(listed(session, region, None, Some(id), kind_of(id)).await)?;
    Ok(found.into_iter().find(|snapshot| snapshot.id.eq_ignore_ascii_case(id)))
}

/// `SnapshotType` for a lookup by name: "if this identifier is for an automated snapshot, the
/// SnapshotType parameter must also be specified" (`DescribeDBSnapshots`, `DBSnapshotIdentifier`).
fn kind_of(id: &str) -> Option<&'static str> {
    [("rds:", "automated"), ("awsbackup:", "awsbackup")]
        .into_iter()
        .find(|(start, _)| id.starts_with(start))
        .map(|k| k.1)
}

async fn listed(
    session: &Session,
    region: &str,
    database: Option<&str>,
    id: Option<&str>,
    kind: Option<&str>,
) -> Result<Vec<Snapshot>, Fault> {
    let client = session.rds(region);
    let (mut pages, mut marker, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_db_snapshots()
            .set_db_instance_identifier(database.map(ToOwned::to_owned))
            .set_db_snapshot_identifier(id.map(ToOwned::to_owned))
            .set_snapshot_type(kind.map(ToOwned::to_owned))
            .max_records(PAGE)
            .set_marker(marker)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_DB_SNAPSHOTS, &error))?;
        found.extend(page.db_snapshots.unwrap_or_default().into_iter().map(snapshot));
        marker = pages.next(DESCRIBE_DB_SNAPSHOTS, page.marker, found.len())?;
        if marker.is_none() {
            newest_first(&mut found);
            return Ok(found);
        }
    }
}

/// Categories of what somebody must know of ("Amazon RDS event categories").
const GRAVE: [&str; 4] = ["failover", "failure", "low storage", "recovery"];

/// Reads events of DB instances of a region between two moments, oldest first and each once.
/// AWS keeps 14 days: an earlier `since` is moved there.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn events(
    session: &Session,
    region: &str,
    of: &EventsOf,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<Event>, Fault> {
    let since = by_aws(session.ahead(), since);
    events_told(session, region, of, since, until).await.map(|(events, _)| events)
}

/// The same with the time that they are of, by AWS's clock, as their dates are; `since` is by it too.
async fn events_told(
    session: &Session,
    region: &str,
    of: &EventsOf,
    since: Timestamp,
    until: Timestamp,
) -> Result<(Vec<Event>, Range<Timestamp>), Fault> {
    let (source, categories) = match of {
        EventsOf::Grave => (None, Some(GRAVE.map(ToOwned::to_owned).to_vec())),
        EventsOf::Database(id) => (Some(id.to_string()), None),
    };
    let client = session.rds(region);
    let window = since..by_aws(session.ahead(), until);
    let oldest = window.end.checked_sub(EVENTS_KEPT).unwrap_or(window.start);
    // Where everything is wanted AWS counts back by its own clock: ours need not know what it says.
    let is_all = window.start <= oldest;
    let bounds = (!is_all).then(|| (time::date_time(window.start), time::date_time(window.end)));
    let (start, end) = bounds.unzip();
    let (mut pages, mut marker, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_events()
            .source_type(SourceType::DbInstance)
            .set_source_identifier(source.clone())
            .set_event_categories(categories.clone())
            .set_start_time(start)
            .set_end_time(end)
            .set_duration(is_all.then_some(ALL_KEPT))
            .max_records(PAGE)
            .set_marker(marker)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_EVENTS, &error))?;
        found.extend(page.events.unwrap_or_default().into_iter().filter_map(event));
        marker = pages.next(DESCRIBE_EVENTS, page.marker, found.len())?;
        if marker.is_none() {
            each_once(&mut found);
            // The answer has told AWS's clock anew, and perhaps for the first time.
            let until = by_aws(session.ahead(), until);
            let since = if is_all { until.checked_sub(EVENTS_KEPT).unwrap_or(until) } else { window.start };
            return Ok((found, since..if is_all { until } else { window.end }));
        }
    }
}

/// A moment of this machine's clock by AWS's, which is so many seconds ahead where that is known.
fn by_aws(ahead: Option<i64>, at: Timestamp) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(ahead.unwrap_or(0))).unwrap_or(at)
}

/// Reads the pending maintenance of a region, sorted by resource.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn maintenance(session: &Session, region: &str) -> Result<Vec<MaintenanceAction>, Fault> {
    let client = session.rds(region);
    let (mut pages, mut marker, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_pending_maintenance_actions()
            .max_records(PAGE)
            .set_marker(marker)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_PENDING_MAINTENANCE_ACTIONS, &error))?;
        for resource in page.pending_maintenance_actions.unwrap_or_default() {
            let arn = words(resource.resource_identifier);
            let details = resource.pending_maintenance_action_details.unwrap_or_default();
            found.extend(details.into_iter().map(|raw| action(&arn, raw)));
        }
        marker = pages.next(DESCRIBE_PENDING_MAINTENANCE_ACTIONS, page.marker, found.len())?;
        if marker.is_none() {
            found.sort_by(|a, b| (&a.arn, &a.action).cmp(&(&b.arn, &b.action)));
            return Ok(found);
        }
    }
}

/// Nothing when AWS says that it knows none of this name.
fn or_none<T: Default>(answer: Result<T, Fault>) -> Result<T, Fault> {
    match answer {
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(T::default()),
        answer => answer,
    }
}

fn newest_first(snapshots: &mut [Snapshot]) {
    snapshots.sort_by(|a, b| {
        // `true` sorts after `false`: what has no time yet comes first.
        let age = |s: &Snapshot| (s.created.is_some(), s.created.map(std::cmp::Reverse));
        age(a).cmp(&age(b)).then_with(|| a.id.cmp(&b.id))
    });
}

fn each_once(events: &mut Vec<Event>) {
    events.sort();
    events.dedup_by(|a, b| a.at == b.at && a.source == b.source && a.message == b.message);
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::types::{DbSnapshot, Event as SdkEvent};
    use aws_smithy_types::DateTime;

    use super::*;

    #[test]
    fn snapshots_are_newest_first_and_the_unborn_is_newest() {
        let of = |id: &str, at: Option<i64>| {
            snapshot(
                DbSnapshot::builder()
                    .db_snapshot_identifier(id)
                    .set_snapshot_create_time(at.map(DateTime::from_secs))
                    .build(),
            )
        };
        let mut found = vec![of("old", Some(1)), of("new", Some(2)), of("unborn", None)];
        newest_first(&mut found);
        assert_eq!(found.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["unborn", "new", "old"]);
    }

    #[test]
    fn a_snapshot_of_aws_is_looked_up_with_its_type() {
        assert_eq!(kind_of("rds:db-2026-11-22-03-05"), Some("automated"));
        assert_eq!(kind_of("awsbackup:job-1"), Some("awsbackup"));
        assert_eq!(kind_of("before-release"), None);
    }

    #[test]
    fn an_event_on_two_pages_is_one_event() {
        let of = |at: i64, message: &str| {
            event(SdkEvent::builder().date(DateTime::from_secs(at)).source_identifier("a").message(message).build())
        };
        assert_eq!(event(SdkEvent::builder().message("no date").build()), None);
        let mut found: Vec<_> =
            [of(2, "two"), of(1, "one"), of(2, "two"), of(2, "too")].into_iter().flatten().collect();
        each_once(&mut found);
        assert_eq!(found.iter().map(|e| e.message.as_str()).collect::<Vec<_>>(), ["one", "too", "two"]);
    }
}
