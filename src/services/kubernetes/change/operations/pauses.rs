//! Budgets of a pool that allow nothing for a time: what `pause-disruption` adds and `resume-disruption` takes away.
//!
//! A budget has no place for a mark of ours (`spec.disruption.budgets[]` is `nodes`, `reasons`, `schedule`, `duration`), so
//! that one that was set once is known by its shape: no node, and a schedule that names minute, hour, day and month.

use jiff::Timestamp;
use serde_json::Value;

use super::prelude::*;
use crate::domain::cron::BudgetSchedule;
use crate::domain::go_seconds;
use crate::domain::text::clean;
use crate::services::kubernetes::model::{Budget, DisruptionReason};
use crate::services::kubernetes::why::{BudgetHold, budget_hold, reason_word};

/// Where the budgets of a pool stand.
pub(super) const BUDGETS: &str = "/spec/disruption/budgets";

/// Every reason that a budget can be for.
pub(super) const REASONS: [DisruptionReason; 3] =
    [DisruptionReason::Underutilized, DisruptionReason::Empty, DisruptionReason::Drifted];

/// The budgets of a pool as they are written.
pub(super) fn written(pool: &ApiObject) -> &[Value] {
    pool.at(BUDGETS).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A budget of no node that holds for a time.
#[derive(Debug)]
pub(super) struct PoolPause {
    /// Its place among the budgets.
    pub at: usize,
    pub budget: Budget,
    /// As it is chosen: `12 3 22 11 * for 4h`, with its reasons where it is not for all.
    pub text: String,
}

impl PoolPause {
    /// The pauses of a pool, in the order in which they are written. What cannot be read is none.
    pub(super) fn all(pool: &ApiObject) -> Vec<Self> {
        written(pool).iter().enumerate().filter_map(|(at, element)| Self::read(at, element)).collect()
    }

    fn read(at: usize, element: &Value) -> Option<Self> {
        let budget = read(element)?;
        let schedule = budget.schedule.as_deref().filter(|schedule| BudgetSchedule::parse(schedule).is_some())?;
        let fields: Vec<&str> = schedule.split_whitespace().collect();
        let duration = element.get("duration").and_then(Value::as_str)?;
        let reasons =
            if budget.reasons.is_empty() { String::new() } else { format!(" ({})", reasons_words(&budget.reasons)) };
        let text = clean(&format!("{} for {duration}{reasons}", fields.join(" ")));
        is_pause(&budget).then_some(Self { at, budget, text })
    }

    /// Its schedule names one moment of the year.
    pub(super) fn is_once(&self) -> bool {
        let schedule = self.budget.schedule.as_deref().unwrap_or_default();
        let fields: Vec<&str> = schedule.split_whitespace().collect();
        let is_number = |field: &&str| field.bytes().all(|byte| byte.is_ascii_digit());
        matches!(fields.as_slice(), [named @ .., "*"] if named.len() == 4 && named.iter().all(is_number))
    }

    /// Whether it holds now.
    pub(super) fn hold(&self, now: Timestamp) -> BudgetHold {
        budget_hold(&self.budget, now)
    }
}

/// A budget as it is written; none where all of its reasons are words that are not known: it is not one for every reason.
fn read(element: &Value) -> Option<Budget> {
    let text = |name: &str| element.get(name).and_then(Value::as_str);
    let words: Vec<&str> =
        element.get("reasons").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let known = |word: &&str| REASONS.into_iter().find(|reason| reason_word(*reason) == *word);
    let reasons: Vec<DisruptionReason> = words.iter().filter_map(known).collect();
    (words.is_empty() || !reasons.is_empty()).then(|| Budget {
        nodes: text("nodes").unwrap_or_default().into(),
        reasons,
        schedule: text("schedule").map(Into::into),
        duration: text("duration").and_then(go_seconds),
    })
}

/// Whether a budget allows no node while it holds, however many there are.
pub(super) fn allows_none(budget: &Budget) -> bool {
    matches!(&*budget.nodes, "0" | "0%")
}

/// Whether a budget allows no node for a time.
pub(super) fn is_pause(budget: &Budget) -> bool {
    allows_none(budget) && budget.schedule.is_some() && budget.duration.is_some()
}

/// Until when no node may be taken for a reason, however many there are: the end of the budget that holds longest,
/// [`Timestamp::MAX`] where it has none. None where a node may be taken now. A budget that cannot be read allows nothing for
/// any reason (karpenter pkg/apis/v1/nodepool.go, `MustGetAllowedDisruptions`).
pub(super) fn held_until(pool: &ApiObject, reason: DisruptionReason, now: Timestamp) -> Option<Timestamp> {
    let is_for = |budget: &Budget| budget.reasons.is_empty() || budget.reasons.contains(&reason);
    let ends = written(pool).iter().filter_map(read).filter_map(|budget| match budget_hold(&budget, now) {
        BudgetHold::Broken => Some(Timestamp::MAX),
        BudgetHold::Now(until) if allows_none(&budget) && is_for(&budget) => Some(until.unwrap_or(Timestamp::MAX)),
        BudgetHold::Now(_) | BudgetHold::Later(_) => None,
    });
    ends.max()
}

/// A duration as Go writes it, and as a budget takes it: `4h`, `1h30m`, `45m` (CRD, `budgets[].duration`).
pub(super) fn go(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
}

/// For which reasons: `Underutilized, Empty`; of none `all`, for that is what a budget without reasons is for.
pub(super) fn reasons_words(reasons: &[DisruptionReason]) -> String {
    let words: Vec<&str> = reasons.iter().map(|reason| reason_word(*reason)).collect();
    if words.is_empty() { "all".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pauses(budgets: &Value) -> Vec<(usize, String, bool)> {
        let pool = ApiObject::new(json!({ "spec": { "disruption": { "budgets": budgets } } }));
        PoolPause::all(&pool).into_iter().map(|pause| (pause.at, pause.text.clone(), pause.is_once())).collect()
    }

    #[test]
    fn a_pause_is_known_by_its_shape() {
        let found = pauses(&json!([
            { "nodes": "10%" },
            { "nodes": "0" },
            { "nodes": "0", "schedule": "12 3 22 11 *", "duration": "4h" },
            { "nodes": "0", "schedule": "0 9 * * mon-fri", "duration": "8h", "reasons": ["Drifted", "Empty"] },
            { "nodes": "1", "schedule": "12 3 22 11 *", "duration": "4h" },
            { "nodes": "0%", "schedule": "0 9 1 1 mon", "duration": "30m" },
            { "nodes": "0", "schedule": "@yearly", "duration": "30m" },
            { "nodes": "0", "schedule": "wrongly", "duration": "4h" },
            { "nodes": "0", "schedule": "12 3 22 11 *", "duration": "for long" },
        ]));
        assert_eq!(
            found,
            [
                (2, "12 3 22 11 * for 4h".to_owned(), true),
                (3, "0 9 * * mon-fri for 8h (Drifted, Empty)".to_owned(), false),
                (5, "0 9 1 1 mon for 30m".to_owned(), false),
                (6, "@yearly for 30m".to_owned(), false),
            ]
        );
        assert_eq!(pauses(&Value::Null), []);
        assert!(PoolPause::all(&ApiObject::new(json!({}))).is_empty());
    }

    #[test]
    fn a_pool_is_held_by_a_budget_of_nothing_alone() {
        let now: Timestamp = "2026-11-22T03:12:00Z".parse().unwrap();
        let until = |budgets: Value| {
            let pool = ApiObject::new(json!({ "spec": { "disruption": { "budgets": budgets } } }));
            held_until(&pool, DisruptionReason::Empty, now).map(|at| at.to_string())
        };
        let (morning, later) = (json!("0 0 22 11 *"), json!("0 9 22 11 *"));
        let end = Some("2026-11-22T08:00:00Z".to_owned());
        let pause = json!({ "nodes": "0", "schedule": morning, "duration": "8h" });
        assert_eq!(until(json!([{ "nodes": "10%" }, { "nodes": "1" }])), None);
        assert_eq!(until(json!([{ "nodes": "10%" }, pause])), end);
        assert_eq!(until(json!([{ "nodes": "0", "schedule": later, "duration": "8h" }])), None);
        assert_eq!(
            until(json!([{ "nodes": "0", "schedule": morning, "duration": "8h", "reasons": ["Drifted"] }])),
            None
        );
        assert_eq!(until(json!([{ "nodes": "0", "schedule": morning, "duration": "8h", "reasons": ["Empty"] }])), end);
        assert_eq!(until(json!([{ "nodes": "0", "reasons": ["Unheard"] }])), None);
        let always = Some(Timestamp::MAX.to_string());
        assert_eq!(until(json!([pause, { "nodes": "0%" }])), always);
        assert_eq!(
            until(json!([{ "nodes": "5", "schedule": "wrongly", "duration": "8h" }])),
            always,
            "it cannot be read"
        );
        assert_eq!(until(Value::Null), None);
    }

    #[test]
    fn a_duration_is_written_as_the_crd_takes_it() {
        assert_eq!([go(1), go(45), go(60), go(90), go(43_200)], ["1m", "45m", "1h", "1h30m", "720h"]);
    }
}
