//! Pause: for a time Karpenter takes no node of a pool away by itself (a budget of 0 nodes, which ends by itself).

mod consequences;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::pauses::{self, BUDGETS, REASONS, go, reasons_words};
use super::pool;
use super::prelude::*;
use crate::domain::go_seconds;
use crate::services::kubernetes::model::DisruptionReason;
use crate::services::kubernetes::why::reason_word;

/// Adds one budget to a pool, which allows no node for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseDisruption {
    /// The minute in which it was planned: a budget holds from the minute on that its schedule names (`IsActive`).
    pub from: Timestamp,
    pub minutes: i64,
    /// For these alone; for all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<DisruptionReason>,
}

const FIELDS: [&str; 2] = ["duration", "reasons"];
/// Minutes that are offered, the usual ones first.
const OFFERED: [i64; 4] = [240, 60, 480, 1_440];
/// Minutes: nodes do not get older by default (CRD, `expireAfter` is 720h), and a pause does not keep them longer.
const MOST: i64 = 720 * 60;
/// Budgets that a pool may have (CRD, `budgets`, `maxItems`).
const MOST_BUDGETS: usize = 50;

impl Request for PauseDisruption {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::NodePool(pool) = on else { return None };
        pool.deleting.is_some().then(|| "it is being deleted".to_owned())
    }

    fn offer(seen: &Seen) -> Self {
        Self { from: minute(seen.at), minutes: OFFERED[0], reasons: Vec::new() }
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        let offer = |minutes: i64| {
            let until = Self { minutes, ..self.clone() }.until();
            Offer { value: go(minutes), detail: format!("until {}", pool::moment(until)) }
        };
        let durations = FieldKind::Choice { offers: OFFERED.map(offer).to_vec(), open: true };
        let reason = |value: &str, detail: &str| Offer { value: value.to_owned(), detail: detail.to_owned() };
        let reasons = FieldKind::Choice {
            offers: vec![
                reason("all", "neither consolidation nor drift"),
                reason("Underutilized, Empty", "no consolidation; drifted nodes are replaced"),
                reason("Drifted", "no drift; nodes are consolidated"),
            ],
            open: true,
        };
        vec![
            Field::new("duration", "Duration", go(self.minutes), durations).hint(format!(
                "from {}, until {}; 4h, 90m, 1h30m",
                pool::moment(self.from),
                pool::moment(self.until())
            )),
            Field::new("reasons", "Reasons", reasons_words(&self.reasons), reasons)
                .hint("what Karpenter does not do meanwhile: all, or some of Underutilized, Empty, Drifted"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match name {
            "duration" => {
                self.minutes = minutes(value)?;
                self.from = minute(seen.at);
            }
            "reasons" => self.reasons = reasons(value)?,
            _ => return Err(field::unknown(name, &FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return draft };
        let until = pool::moment(self.until());
        let reasons = if self.reasons.is_empty() {
            "by consolidation or drift".to_owned()
        } else {
            format!("as {}", self.words(" or "))
        };
        draft.summary = format!(
            "Until {until} Karpenter takes no node of {} away {reasons}. A budget of 0 nodes is added, which ends by itself.",
            name.name
        );
        self.check(&mut draft, seen, object);
        pool::check_own(&mut draft, seen, &name);
        self.consequences(&mut draft, seen, &name, object);
        let mut budgets = pauses::written(object).to_vec();
        budgets.push(self.element());
        let budgets = Value::Array(budgets);
        let shown = vec![(BUDGETS.to_owned(), budgets.to_string())];
        let patch = Patch::of(object).set(object, BUDGETS, budgets);
        pool::step(&mut draft, seen, &name, "adds the budget", (&patch, shown));
        draft.inverse = Some("resume disruption: it takes exactly this budget away".to_owned());
        draft
    }
}

impl PauseDisruption {
    /// When it ends.
    fn until(&self) -> Timestamp {
        self.from.checked_add(SignedDuration::from_mins(self.minutes)).unwrap_or(Timestamp::MAX)
    }

    /// The budget. Its schedule is of UTC, and comes back every year: cron has no year.
    fn element(&self) -> Value {
        let schedule = self.from.strftime("%-M %-H %-d %-m *").to_string();
        let mut element = json!({ "nodes": "0", "schedule": schedule, "duration": go(self.minutes) });
        if !self.reasons.is_empty() {
            let words: Vec<&str> = self.reasons.iter().map(|reason| reason_word(*reason)).collect();
            element["reasons"] = json!(words);
        }
        element
    }

    /// Its reasons that mean something: a static pool is asked for drift alone (karpenter
    /// pkg/controllers/disruption/staticdrift.go; CRD, `replicas`: the consolidation of such a pool is ignored).
    fn asked(&self, object: &ApiObject) -> Vec<DisruptionReason> {
        let is_asked = |reason: &DisruptionReason| {
            (self.reasons.is_empty() || self.reasons.contains(reason))
                && (!pool::is_static(object) || *reason == DisruptionReason::Drifted)
        };
        REASONS.into_iter().filter(is_asked).collect()
    }

    fn words(&self, between: &str) -> String {
        let words: Vec<&str> = self.reasons.iter().map(|reason| reason_word(*reason)).collect();
        words.join(between)
    }

    fn check(&self, draft: &mut Draft, seen: &Seen, object: &ApiObject) {
        let why = format!("it would have ended at {}: set its duration anew", pool::moment(self.until()));
        draft.check(Check::must("ends later than now", self.until() > seen.at, why));
        let has_room = pauses::written(object).len() < MOST_BUDGETS;
        draft.check(Check::must(
            "room for a budget",
            has_room,
            "it has 50 budgets, which is the most: take one away first",
        ));
        let asked = self.asked(object);
        if asked.is_empty() {
            let why = "it is a static pool, which Karpenter does not consolidate: only Drifted means something";
            draft.check(Check::must("something to pause", false, why));
            return;
        }
        let held: Vec<(DisruptionReason, Timestamp)> =
            asked.iter().filter_map(|reason| Some((*reason, pauses::held_until(object, *reason, seen.at)?))).collect();
        let is_covered = held.iter().filter(|(_, end)| *end >= self.until()).count() == asked.len();
        let shortest = held.iter().map(|(_, end)| *end).min().map(until_words).unwrap_or_default();
        draft.check(Check::must("is not paused", !is_covered, format!("its budgets allow nothing {shortest} already")));
        if !is_covered && !held.is_empty() {
            let said: Vec<String> =
                held.iter().map(|(reason, end)| format!("{} {}", reason_word(*reason), until_words(*end))).collect();
            draft.say("Held already", said.join(", "), Tone::Plain);
        }
    }
}

/// How long a budget holds.
fn until_words(end: Timestamp) -> String {
    if end == Timestamp::MAX { "without an end".to_owned() } else { format!("until {}", pool::moment(end)) }
}

/// The minute in which a moment is.
fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}

/// Reads a duration of whole minutes.
fn minutes(value: &str) -> Result<i64, String> {
    let value = value.trim();
    let is_plain = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'h' | b'm'));
    let minutes = go_seconds(value).filter(|_| is_plain).map(|seconds| seconds / 60);
    match minutes {
        None => Err(format!("{value:?} is no duration of hours and minutes: 4h, 90m, 1h30m")),
        Some(minutes) if (1..=MOST).contains(&minutes) => Ok(minutes),
        Some(_) => Err(format!("{value} is not within 1m and {}", go(MOST))),
    }
}

/// Reads reasons, whatever their case: `all`, or some with commas between.
fn reasons(value: &str) -> Result<Vec<DisruptionReason>, String> {
    if value.trim().eq_ignore_ascii_case("all") {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for word in value.split([',', ' ']).filter(|word| !word.is_empty()) {
        let named = REASONS.into_iter().find(|reason| reason_word(*reason).eq_ignore_ascii_case(word));
        let reason =
            named.ok_or_else(|| format!("{word:?} is no reason: there are all, Underutilized, Empty, Drifted"))?;
        if !found.contains(&reason) {
            found.push(reason);
        }
    }
    if found.is_empty() { Err("no reason is named: all, Underutilized, Empty, Drifted".to_owned()) } else { Ok(found) }
}
