//! How far a change is: the followed resource by its name, and what RDS said of it since.

use jiff::{SignedDuration, Timestamp};

use super::{events, find_database, find_resource, find_snapshot, maintenance};
use crate::aws::{GET_CALLER_IDENTITY, Session, sts};
use crate::domain::{Database, Event, Fault, FaultKind, MaintenanceAction, Snapshot};
use crate::ops::progress::SKEW;
use crate::services::rds::EventsOf;
use crate::services::rds::{Follow, Look};

/// What is known of the followed resource from before the call.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The account that it is in.
    pub account: &'a str,
    /// `DbiResourceId`, which stays when it is renamed.
    pub resource_id: Option<&'a str>,
    /// Its events that were there before the call.
    pub events: &'a [Event],
    /// Seconds that AWS's clock was ahead of this machine's when the call was sent.
    pub ahead: i64,
}

/// Looks at what is followed; `since` is when the call was sent. What AWS does not know is `None`, and is
/// so only in the right account: another one does not have it either.
///
/// # Errors
/// The [`Fault`] of a call without which the end could not be recognised;
/// [`FaultKind::WrongAccount`] while the credentials are of another account.
pub async fn look(
    session: &Session,
    follow: &Follow,
    known: &Known<'_>,
    since: Timestamp,
    now: Timestamp,
) -> Result<Look, Fault> {
    let region = follow.region();
    let (identity, database, snapshot, events, maintenance) = tokio::join!(
        Box::pin(sts::identity(session, region)),
        Box::pin(database(session, region, follow.instance(), known.resource_id)),
        Box::pin(snapshot(session, region, follow.snapshot())),
        Box::pin(said(session, region, follow.instance(), sent_at(session, known, since), now)),
        Box::pin(pending(session, region, follow)),
    );
    let identity = identity?;
    if identity.account != known.account {
        let (expected, actual) = (known.account.to_owned(), identity.account);
        let message = format!("the change was made in account {expected}");
        let kind = FaultKind::WrongAccount { expected, actual };
        return Err(Fault { kind, call: GET_CALLER_IDENTITY.to_owned(), message, request_id: None });
    }
    let database = database?;
    let mut events = match events {
        // Without them a restart in place cannot be told from none at all.
        Err(fault) if stands_on_events(follow) => return Err(fault),
        events => events.unwrap_or_default(),
    };
    events.retain(|event| !known.events.contains(event));
    let maintenance = of_instance(maintenance?, database.as_ref());
    Ok(Look { at: now, ahead: known.ahead, database, snapshot: snapshot?, events, maintenance })
}

/// When the call was sent, for a question that is moved to AWS's clock of now: that clock may run otherwise.
fn sent_at(session: &Session, known: &Known<'_>, sent: Timestamp) -> Timestamp {
    let drift = SignedDuration::from_secs(known.ahead.saturating_sub(session.ahead().unwrap_or(0)));
    sent.checked_add(drift).unwrap_or(sent)
}

/// The instance: by its resource where that is known, because a name may be another one's by now.
async fn database(
    session: &Session,
    region: &str,
    id: Option<&str>,
    resource_id: Option<&str>,
) -> Result<Option<Database>, Fault> {
    let Some(id) = id else { return Ok(None) };
    let named = find_database(session, region, id).await?;
    match resource_id {
        Some(resource) if named.as_ref().is_none_or(|d| d.resource_id != resource) => {
            find_resource(session, region, resource).await
        }
        _ => Ok(named),
    }
}

async fn snapshot(session: &Session, region: &str, id: Option<&str>) -> Result<Option<Snapshot>, Fault> {
    match id {
        Some(id) => find_snapshot(session, region, id).await,
        None => Ok(None),
    }
}

async fn said(
    session: &Session,
    region: &str,
    id: Option<&str>,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, Fault> {
    let Some(id) = id else { return Ok(Vec::new()) };
    let (since, until) = window(since, now);
    events(session, region, &EventsOf::Database(id.into()), since, until).await
}

/// Both ends moved outwards, so that an event is not missed for a difference of clocks.
fn window(since: Timestamp, now: Timestamp) -> (Timestamp, Timestamp) {
    let skew = SignedDuration::from_secs(SKEW);
    let since = since.checked_sub(skew).unwrap_or(since);
    (since, now.max(since).checked_add(skew).unwrap_or(now))
}

async fn pending(session: &Session, region: &str, follow: &Follow) -> Result<Vec<MaintenanceAction>, Fault> {
    if matches!(follow, Follow::Maintained { .. }) { maintenance(session, region).await } else { Ok(Vec::new()) }
}

fn of_instance(mut actions: Vec<MaintenanceAction>, database: Option<&Database>) -> Vec<MaintenanceAction> {
    actions.retain(|action| database.is_some_and(|database| database.arn == action.arn));
    actions
}

/// With a zone to leave, the instance itself tells; a restart in place is only in the events.
fn stands_on_events(follow: &Follow) -> bool {
    matches!(follow, Follow::Restarted { failover_from: None, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_never_empty_and_reaches_beyond_both_ends() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (sent, now) = (at("2026-11-22T03:12:00Z"), at("2026-11-22T03:13:00Z"));
        assert_eq!(window(sent, now), (at("2026-11-22T03:11:00Z"), at("2026-11-22T03:14:00Z")));
        // The clock was set back while it ran.
        let (since, until) = window(now, at("2026-11-22T02:00:00Z"));
        assert!(since < until);
    }

    #[test]
    fn only_the_maintenance_of_the_followed_instance_counts() {
        let action = |arn: &str| MaintenanceAction {
            arn: arn.into(),
            action: "system-update".into(),
            description: String::new(),
            auto_applied_after: None,
            forced_at: None,
            current_apply: None,
            opt_in: None,
        };
        let database = Database { arn: "arn:aws:rds:us-east-1:1:db:a".into(), ..Database::default() };
        let both = vec![action("arn:aws:rds:us-east-1:1:db:a"), action("arn:aws:rds:us-east-1:1:db:b")];
        assert_eq!(of_instance(both.clone(), Some(&database)), both[..1]);
        assert!(of_instance(both, None).is_empty());
    }

    #[test]
    fn a_restart_in_place_is_known_from_events_alone() {
        let restarted = |failover_from: Option<&str>| Follow::Restarted {
            region: "us-east-1".into(),
            id: "a".into(),
            failover_from: failover_from.map(Into::into),
        };
        assert!(stands_on_events(&restarted(None)));
        assert!(!stands_on_events(&restarted(Some("us-east-1a"))));
        assert!(!stands_on_events(&Follow::Stopped { region: "us-east-1".into(), id: "a".into(), snapshot: None }));
    }
}
