//! CloudWatch: alarms of every kind, their history, and the curve that one judges.
//!
//! Limits from the CloudWatch API reference: `DescribeAlarms` and `DescribeAlarmHistory` give 100 records a page. Both
//! tell of metric alarms alone unless `AlarmTypes` says more, and of composite alarms only where the action is allowed
//! for `*`.

mod convert;

use std::sync::Arc;

use aws_sdk_cloudwatch::types::{AlarmType, HistoryItemType, ScanBy, StatusCode};
use jiff::Timestamp;

use super::error::fault;
use super::pages::Markers;
use super::{DESCRIBE_ALARM_HISTORY, DESCRIBE_ALARMS, Session, cloudwatch, time};
use crate::domain::{Fault, FaultKind};
use crate::services::alarms::{Alarm, AlarmChange, Answer, Ask, Curve, CurveQuestion, Gathered, Past};

/// Records a page, the most that AWS gives.
const PAGE: i32 = 100;
/// Entries of a history that are read.
pub const MOST_CHANGES: usize = 200;
/// The kinds that are asked for. The last is new: an endpoint that does not know it is asked again without.
const KINDS: [AlarmType; 3] = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];

/// Answers a question.
///
/// # Errors
/// The call's [`Fault`].
pub async fn answer(session: &Session, region: &str, ask: Ask) -> Result<Answer, Fault> {
    match ask {
        Ask::All => all(session, region).await.map(|all| Answer::All(all.into_iter().map(Arc::new).collect())),
        Ask::History { alarm, since, until } => {
            history(session, region, &alarm, since, until).await.map(Answer::History)
        }
        Ask::Curve(question) => curve(session, region, &question).await.map(Answer::Curve),
    }
}

/// Reads the alarms of a region: metric alarms, then composite ones, then the rest, each by name. One that begins to
/// ring stands where it stood: the list is the same one.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn all(session: &Session, region: &str) -> Result<Vec<Alarm>, Fault> {
    let client = session.cloudwatch(region);
    let mut kinds = kinds(session, region);
    let (mut pages, mut token) = (Markers::default(), None);
    let (mut metric, mut composite, mut other) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let answer = client
            .describe_alarms()
            .set_alarm_types(Some(kinds.clone()))
            .max_records(PAGE)
            .set_next_token(token.clone())
            .send()
            .await;
        let said = answer.map_err(|error| fault(session.sign_in(), DESCRIBE_ALARMS, &error));
        let Some(page) = taken(session, region, &mut kinds, token.is_none(), said)? else { continue };
        metric.extend(page.metric_alarms.unwrap_or_default().into_iter().map(convert::metric_alarm));
        composite.extend(page.composite_alarms.unwrap_or_default().into_iter().map(convert::composite_alarm));
        other.extend(page.log_alarms.unwrap_or_default().into_iter().map(convert::log_alarm));
        token = pages.next(DESCRIBE_ALARMS, page.next_token, metric.len() + composite.len() + other.len())?;
        if token.is_none() {
            break;
        }
    }
    let mut found = Vec::with_capacity(metric.len() + composite.len() + other.len());
    for mut kind in [metric, composite, other] {
        kind.sort_by(|a: &Alarm, b: &Alarm| a.name.cmp(&b.name));
        found.append(&mut kind);
    }
    Ok(found)
}

/// Reads what happened to an alarm in a time, newest first, at most [`MOST_CHANGES`] entries.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn history(
    session: &Session,
    region: &str,
    alarm: &str,
    since: Timestamp,
    until: Timestamp,
) -> Result<Past, Fault> {
    let client = session.cloudwatch(region);
    let mut kinds = kinds(session, region);
    let (mut pages, mut token, mut past) = (Markers::default(), None, Past::default());
    loop {
        let answer = client
            .describe_alarm_history()
            .alarm_name(alarm)
            .set_alarm_types(Some(kinds.clone()))
            .start_date(time::date_time(since))
            .end_date(time::date_time(until))
            .scan_by(ScanBy::TimestampDescending)
            .max_records(PAGE)
            .set_next_token(token.clone())
            .send()
            .await;
        let said = answer.map_err(|error| fault(session.sign_in(), DESCRIBE_ALARM_HISTORY, &error));
        let Some(page) = taken(session, region, &mut kinds, token.is_none(), said)? else { continue };
        for item in page.alarm_history_items.unwrap_or_default() {
            // An entry without a moment has no place in a history.
            let Some(at) = time::optional(item.timestamp) else {
                past.cut = true;
                continue;
            };
            let kind = item.history_item_type().map(HistoryItemType::as_str).unwrap_or_default();
            let (summary, data) = (item.history_summary().unwrap_or_default(), item.history_data().unwrap_or_default());
            let contributor = item.alarm_contributor_attributes().into_iter().flatten();
            let contributor = contributor.map(|(name, value)| (name.as_str(), value.as_str()));
            past.changes.push(AlarmChange::of(at, kind, summary, data).of_contributor(contributor));
        }
        token = pages.next(DESCRIBE_ALARM_HISTORY, page.next_token, past.changes.len())?;
        if token.is_none() || past.changes.len() >= MOST_CHANGES {
            past.cut |= token.is_some() || past.changes.len() > MOST_CHANGES;
            past.changes.sort_by_key(|change| std::cmp::Reverse(change.at));
            past.changes.truncate(MOST_CHANGES);
            return Ok(past);
        }
    }
}

/// Reads the curve that an alarm judges, and its band where it has one.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn curve(session: &Session, region: &str, question: &CurveQuestion) -> Result<Curve, Fault> {
    let mut gathered = Gathered::new(question);
    let queries = question.queries.iter().map(|query| convert::query(query, question.period)).collect();
    let cut = cloudwatch::results(session, region, queries, &question.window, |result| {
        let points = result.timestamps().iter().zip(result.values()).map(|(at, value)| (at.secs(), *value));
        let complete = result.status_code() == Some(&StatusCode::Complete);
        gathered.take(result.id().unwrap_or_default(), result.label().unwrap_or_default(), points, complete);
    })
    .await?;
    Ok(gathered.finish(cut))
}

/// What an endpoint that does not know a kind of alarms calls that: an error of validation, each in a word of its own.
const REFUSALS: [&str; 5] = [
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "SerializationException",
    "ValidationError",
    "ValidationException",
];

/// The kinds that a region is asked for.
fn kinds(session: &Session, region: &str) -> Vec<AlarmType> {
    let all = if session.knows_log_alarms(region) { KINDS.len() } else { KINDS.len() - 1 };
    KINDS.into_iter().take(all).collect()
}

/// A region has answered: one that did so only without the newest kind is not asked for it again.
fn learn(session: &Session, region: &str, kinds: &[AlarmType]) {
    if kinds.len() < KINDS.len() && session.knows_log_alarms(region) {
        session.note_without_log_alarms(region);
    }
}

/// The page that a region gave; none, where it is to be asked again for fewer kinds.
fn taken<T>(
    session: &Session,
    region: &str,
    kinds: &mut Vec<AlarmType>,
    is_first: bool,
    answer: Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    match answer {
        Ok(page) => {
            learn(session, region, kinds);
            Ok(Some(page))
        }
        Err(said) if is_first && with_fewer(kinds, &said) => Ok(None),
        Err(said) => Err(said),
    }
}

/// Whether it is worth asking again for fewer kinds of alarms: the newest is then no longer among them. Only where the
/// question itself was refused: what is denied, or fails, is said and not left out.
fn with_fewer(kinds: &mut Vec<AlarmType>, said: &Fault) -> bool {
    let FaultKind::Other { code } = &said.kind else { return false };
    REFUSALS.contains(&code.as_str()) && kinds.pop_if(|kind| *kind == AlarmType::LogAlarm).is_some()
}

#[cfg(test)]
mod tests;
