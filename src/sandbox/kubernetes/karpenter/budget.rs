//! How many nodes of a pool may be disrupted now, by Karpenter's rule for budgets.

use crate::domain::cron::BudgetSchedule;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Why Karpenter takes a node away of its own accord.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DisruptionReason {
    Empty,
    Drifted,
    Underutilized,
}

impl DisruptionReason {
    /// As it stands in budgets and conditions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Drifted => "Drifted",
            Self::Underutilized => "Underutilized",
        }
    }
}

/// The least that any active budget for the reason allows of `nodes` nodes: a number, or a share rounded
/// *up*. A pool without the field has one of 10 %. A budget that cannot be read allows none; `usize::MAX`
/// where nothing bounds.
pub fn allowed(pool: &Value, nodes: usize, reason: DisruptionReason, now: Timestamp) -> usize {
    let Some(budgets) = pool.pointer("/spec/disruption/budgets").and_then(Value::as_array) else {
        return scaled("10%", nodes).unwrap_or(0);
    };
    let mut least = usize::MAX;
    for budget in budgets {
        let reasons = budget.get("reasons").and_then(Value::as_array);
        if reasons.is_some_and(|list| !list.iter().any(|one| one.as_str() == Some(reason.name()))) {
            continue;
        }
        let Some(active) = is_active(budget, now) else { return 0 };
        if active {
            let value = budget.get("nodes").and_then(Value::as_str).unwrap_or("10%");
            least = least.min(scaled(value, nodes).unwrap_or(0));
        }
    }
    least
}

/// What remains when those that are deleted already or are not ready are subtracted.
pub fn remaining(pool: &Value, nodes: usize, busy: usize, reason: DisruptionReason, now: Timestamp) -> usize {
    allowed(pool, nodes, reason, now).saturating_sub(busy)
}

fn scaled(value: &str, nodes: usize) -> Option<usize> {
    match value.strip_suffix('%') {
        Some(share) => share.parse::<usize>().ok().map(|share| (nodes * share).div_ceil(100)),
        None => value.parse().ok(),
    }
}

/// Without a schedule always. With one: its last beginning lies less than the duration ago.
fn is_active(budget: &Value, now: Timestamp) -> Option<bool> {
    let schedule = budget.get("schedule").and_then(Value::as_str);
    let duration = budget.get("duration").and_then(Value::as_str);
    match (schedule, duration) {
        (None, None) => Some(true),
        (Some(schedule), Some(duration)) => {
            let began = now.checked_sub(super::moment::duration(duration)?).ok()?;
            let next = BudgetSchedule::parse(schedule)?.next_after(began, SignedDuration::from_hours(24 * 366 * 5))?;
            Some(next <= now)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn now() -> Timestamp {
        // A Sunday.
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn shares_are_rounded_up() {
        for (nodes, share, expected) in [
            (0, "10%", 0),
            (1, "10%", 1),
            (5, "10%", 1),
            (10, "10%", 1),
            (11, "10%", 2),
            (18, "10%", 2),
            (19, "20%", 4),
            (20, "5%", 1),
            (7, "0%", 0),
            (3, "100%", 3),
            (3, "5", 5),
            (9, "0", 0),
        ] {
            let pool = json!({ "spec": { "disruption": { "budgets": [{ "nodes": share }] } } });
            assert_eq!(allowed(&pool, nodes, DisruptionReason::Empty, now()), expected, "{share} of {nodes}");
        }
    }

    #[test]
    fn without_budgets_ten_percent_and_busy_nodes_count() {
        let pool = json!({ "spec": {} });
        assert_eq!(allowed(&pool, 18, DisruptionReason::Drifted, now()), 2);
        assert_eq!(remaining(&pool, 18, 1, DisruptionReason::Drifted, now()), 1);
        assert_eq!(remaining(&pool, 18, 3, DisruptionReason::Drifted, now()), 0);
    }

    #[test]
    fn the_least_of_those_for_the_reason_counts() {
        let pool = json!({ "spec": { "disruption": { "budgets": [
            { "nodes": "50%" },
            { "nodes": "0", "reasons": ["Drifted"] },
            { "nodes": "3", "reasons": ["Empty", "Underutilized"] },
        ] } } });
        assert_eq!(allowed(&pool, 10, DisruptionReason::Drifted, now()), 0);
        assert_eq!(allowed(&pool, 10, DisruptionReason::Empty, now()), 3);
        let none = json!({ "spec": { "disruption": { "budgets": [{ "nodes": "1", "reasons": ["Empty"] }] } } });
        assert_eq!(allowed(&none, 10, DisruptionReason::Drifted, now()), usize::MAX);
    }

    #[test]
    fn a_schedule_opens_and_closes() {
        let pool = |schedule: &str, duration: &str| {
            json!({ "spec": { "disruption": { "budgets": [
                { "nodes": "0", "schedule": schedule, "duration": duration }] } } })
        };
        assert_eq!(allowed(&pool("0 2 * * sun", "2h"), 10, DisruptionReason::Empty, now()), 0);
        assert_eq!(allowed(&pool("0 2 * * mon-fri", "2h"), 10, DisruptionReason::Empty, now()), usize::MAX);
        assert_eq!(allowed(&pool("0 1 * * *", "1h59m"), 10, DisruptionReason::Empty, now()), usize::MAX);
        // Exactly its duration ago it is over: the next beginning after that moment counts.
        assert_eq!(allowed(&pool("0 1 * * *", "2h"), 10, DisruptionReason::Empty, now()), usize::MAX);
        assert_eq!(allowed(&pool("0 1 * * *", "2h1m"), 10, DisruptionReason::Empty, now()), 0);
        assert_eq!(allowed(&pool("@daily", "3h30m"), 10, DisruptionReason::Empty, now()), 0);
        assert_eq!(allowed(&pool("61 1 * * *", "2h"), 10, DisruptionReason::Empty, now()), 0, "unreadable: closed");
    }
}
