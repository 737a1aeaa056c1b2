//! `DescribeAlarmHistory`: how the state of alarms changed, whom they told of it, and when they were put. It is worked
//! out from the same metrics as the state, one stretch of time after the other and only as far as the answer needs.

use std::ops::Range;

use ciborium::Value;
use winterbaume_cloudwatch::wire::DescribeAlarmHistoryInput;

use super::Call;
use super::alarm::{self, Kinds, State};
use super::alarm_state::{DELAY, KEPT, STRETCHES, Transition, stretch};
use super::composite;
use super::data::without_null;
use super::fault::Fault;
use super::history_item::{ACTION, CONFIGURATION, Remembered, STATE};
use super::protocol::text;
use super::token::{Token, page_size};

/// Items in an answer if the request does not say.
pub const PAGE: usize = 100;

/// After so many stretches of alarms an answer ends, however few items it has: the next page goes on there. No history
/// of one alarm needs as many.
pub const MOST_WORK: usize = 1_000;

/// `HistoryItemType`. Alarms on one metric have no contributors, so there are no items of the last two.
const ITEM_TYPES: [&str; 5] = [CONFIGURATION, STATE, ACTION, "AlarmContributorStateUpdate", "AlarmContributorAction"];

/// What an item is about. In one moment an alarm is put, changes and then acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Matter {
    /// It was put, for the first time or again.
    Put { again: bool },
    /// The change of that number in the stretch, newest first.
    Change(usize),
    /// What was done at that change.
    Act(usize),
}

/// An item: when, of which alarm, and what it is about.
type Noted = (i64, usize, Matter);

/// Answers a request.
///
/// # Errors
/// `ValidationError` and `InvalidNextToken`, as CloudWatch gives them.
pub fn answer(call: &Call<'_>, input: &DescribeAlarmHistoryInput) -> Result<Value, Fault> {
    let most = page_size(input.max_records, PAGE)?;
    let kinds = Kinds::read(input.alarm_types.as_deref())?;
    let newest_first = match input.scan_by.as_deref() {
        None | Some("TimestampDescending") => true,
        Some("TimestampAscending") => false,
        Some(other) => return Err(Fault::not_among(other, "scanBy", &["TimestampDescending", "TimestampAscending"])),
    };
    if let Some(other) = input.history_item_type.as_deref().filter(|kind| !ITEM_TYPES.contains(kind)) {
        return Err(Fault::not_among(other, "historyItemType", &ITEM_TYPES));
    }
    let request = format!(
        "{:?} {:?} {kinds:?} {:?} {:?} {:?} {newest_first}",
        input.alarm_name, input.alarm_contributor_id, input.history_item_type, input.start_date, input.end_date
    );
    let from = match &input.next_token {
        Some(token) => Token::read(token, &request)?,
        None => Token { now: call.now, index: 0, offset: 0 },
    };
    let mut alarms = remembered(call, input, kinds, from.now);
    let weight: usize = alarms.iter().map(Remembered::weight).sum();
    let mut items: Vec<Value> = Vec::new();
    let mut work = 0;
    let mut next: Option<Token> = None;
    for index in from.index..STRETCHES {
        let number = if newest_first { index } else { STRETCHES - 1 - index };
        let stretch = stretch(from.now, number);
        if !is_asked_for(input, &stretch) {
            continue;
        }
        if work > 0 && work + weight > MOST_WORK {
            next = Some(Token { now: from.now, index, offset: 0 });
            break;
        }
        work += weight;
        let changes: Vec<Vec<Transition>> = alarms.iter_mut().map(|alarm| changes(input, alarm, &stretch)).collect();
        let mut noted: Vec<Noted> = Vec::new();
        for (number, (alarm, changes)) in alarms.iter().zip(&changes).enumerate() {
            noted.extend(of_alarm(input, alarm, changes, &stretch).map(|(at, matter)| (at, number, matter)));
        }
        noted.retain(|(at, ..)| is_within(input, *at) && *at >= from.now - KEPT);
        noted.sort_unstable();
        if newest_first {
            noted.reverse();
        }
        let given = if index == from.index { from.offset } else { 0 };
        let end = noted.len().min(given + most - items.len());
        for item in noted.iter().take(end).skip(given) {
            items.extend(told(call, &mut alarms, &changes, number, *item));
        }
        if end < noted.len() {
            next = Some(Token { now: from.now, index, offset: end });
            break;
        }
    }
    let token = next.map_or(Value::Null, |token| text(token.write(&request)));
    Ok(without_null([("AlarmHistoryItems", Value::Array(items)), ("NextToken", token)]))
}

/// The alarms whose history is asked for: one, or all of a kind.
fn remembered<'a>(call: &Call<'a>, input: &DescribeAlarmHistoryInput, kinds: Kinds, now: i64) -> Vec<Remembered<'a>> {
    if input.alarm_contributor_id.is_some() {
        return Vec::new();
    }
    let is_named = |name: &str| input.alarm_name.as_deref().is_none_or(|asked| asked == name);
    let all = alarm::all(call, now);
    let mut found = Vec::new();
    if kinds.composite {
        let composites = composite::over(&all).into_iter().filter(|composite| is_named(composite.name()));
        found.extend(composites.map(|composite| Remembered::composite(call, composite, now)));
    }
    if kinds.metric {
        let alarms = all.into_iter().filter(|alarm| is_named(&alarm.name()));
        found.extend(alarms.map(|alarm| Remembered::metric(call, alarm, now)));
    }
    found
}

/// Whether a moment lies between the request's dates.
fn is_within(input: &DescribeAlarmHistoryInput, at: i64) -> bool {
    input.start_date.is_none_or(|start| start <= at as f64) && input.end_date.is_none_or(|end| at as f64 <= end)
}

/// Whether anything of a stretch of time can lie between the request's dates.
fn is_asked_for(input: &DescribeAlarmHistoryInput, stretch: &Range<i64>) -> bool {
    input.start_date.is_none_or(|start| start <= (stretch.end + DELAY) as f64)
        && input.end_date.is_none_or(|end| (stretch.start + DELAY) as f64 <= end)
}

/// Whether items of a type are asked for.
fn wants(input: &DescribeAlarmHistoryInput, kind: &str) -> bool {
    input.history_item_type.as_deref().is_none_or(|asked| asked == kind)
}

/// The changes of an alarm's state in a stretch, newest first, where they matter.
fn changes(input: &DescribeAlarmHistoryInput, alarm: &mut Remembered<'_>, stretch: &Range<i64>) -> Vec<Transition> {
    if wants(input, STATE) || wants(input, ACTION) { alarm.transitions(stretch) } else { Vec::new() }
}

/// What there is to tell of an alarm in a stretch, in no order.
fn of_alarm(
    input: &DescribeAlarmHistoryInput,
    alarm: &Remembered<'_>,
    changes: &[Transition],
    stretch: &Range<i64>,
) -> impl Iterator<Item = (i64, Matter)> {
    let mut found = Vec::new();
    if wants(input, CONFIGURATION) {
        for (number, at) in alarm.configured().into_iter().enumerate() {
            if stretch.start + DELAY < at && at <= stretch.end + DELAY {
                found.push((at, Matter::Put { again: number > 0 }));
            }
        }
    }
    for (number, change) in changes.iter().enumerate() {
        if wants(input, STATE) {
            found.push((change.at, Matter::Change(number)));
        }
        // Nothing is to be done when there is no data.
        if wants(input, ACTION) && alarm.acts() && change.to != State::InsufficientData {
            found.push((change.at, Matter::Act(number)));
        }
    }
    found.into_iter()
}

/// An item as CloudWatch gives it.
fn told(
    call: &Call<'_>,
    alarms: &mut [Remembered<'_>],
    changes: &[Vec<Transition>],
    stretch: usize,
    (at, number, matter): Noted,
) -> Option<Value> {
    let (alarm, changes) = (alarms.get_mut(number)?, changes.get(number)?);
    match matter {
        Matter::Put { again } => Some(alarm.put(call, at, !again)),
        Matter::Act(_) => Some(alarm.acted(call, at)),
        Matter::Change(number) => {
            let change = changes.get(number)?;
            let before = match changes.get(number + 1) {
                Some(earlier) => earlier.cause.clone(),
                None => alarm.cause_before(change, stretch + 1),
            };
            Some(alarm.updated(change, &before))
        }
    }
}
