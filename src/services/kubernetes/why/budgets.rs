//! What a pool's disruption budgets allow now.

use jiff::{SignedDuration, Timestamp};

use super::{after, moment};
use crate::domain::cron::BudgetSchedule;
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{Budget, DisruptionReason, NodePool};

/// A window is followed so many beginnings ahead: one that never ends is without an end.
const FOLLOWED: usize = 64;

/// What a pool's budgets allow Karpenter to take away of itself.
///
/// `allowed = roundup(total × %) − deleting − not ready`, of all budgets that are for the reason the least (karpenter
/// pkg/apis/v1/nodepool.go, `GetAllowedDisruptionsByReason`; pkg/controllers/disruption/helpers.go,
/// `BuildDisruptionBudgetMapping`). Expiry, interruption and repair ask no budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolBudgets {
    /// Its nodes that are initialised.
    pub total: i64,
    /// Those of them that are going, or not ready.
    pub busy: i64,
    /// Underutilized, Empty, Drifted.
    pub reasons: [ReasonBudget; 3],
}

/// What is allowed for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonBudget {
    pub reason: DisruptionReason,
    /// Nodes that may be taken away now.
    pub allowed: i64,
    /// What the budgets say, before what is busy; none where no budget holds now.
    pub limit: Option<i64>,
    /// The budget that says least, of those that say the same the one that lasts longest; none where none holds.
    pub by: Option<Budget>,
    /// When that budget no longer holds, where it has a schedule.
    pub until: Option<Timestamp>,
    /// A budget cannot be read: Karpenter then allows nothing.
    pub broken: bool,
}

/// What a pool's budgets allow now, by reason.
#[must_use]
pub fn budgets(view: &ClusterView<'_>, pool: &NodePool, now: Timestamp) -> PoolBudgets {
    let (mut total, mut busy) = (0, 0);
    for node in view.nodes().filter(|node| node.pool() == Some(&pool.name)) {
        let claim = view.claim_of(node);
        let is_initialised = node.labels.get("karpenter.sh/initialized").is_some_and(|value| &**value == "true");
        if !is_initialised || claim.is_some_and(|claim| claim.conditions.is_true("InstanceTerminating")) {
            continue;
        }
        total += 1;
        let is_going = node.deleting.is_some() || claim.is_some_and(|claim| claim.deleting.is_some());
        busy += i64::from(is_going || !node.is_ready());
    }
    of_counts(pool, total, busy, now)
}

pub(super) fn of_counts(pool: &NodePool, total: i64, busy: i64, now: Timestamp) -> PoolBudgets {
    let reasons = [DisruptionReason::Underutilized, DisruptionReason::Empty, DisruptionReason::Drifted];
    PoolBudgets { total, busy, reasons: reasons.map(|reason| of_reason(pool, reason, total, busy, now)) }
}

fn of_reason(pool: &NodePool, reason: DisruptionReason, total: i64, busy: i64, now: Timestamp) -> ReasonBudget {
    let written = &pool.budgets;
    let mut least: Option<(i64, &Budget, Timestamp)> = None;
    // One that cannot be read stops all reasons (`MustGetAllowedDisruptions`).
    let broken = written.iter().find(|budget| share(budget, total, now).is_err());
    for budget in written.iter().filter(|budget| budget.reasons.is_empty() || budget.reasons.contains(&reason)) {
        let Ok(Some(value)) = share(budget, total, now) else { continue };
        let lasts = end(budget, now).unwrap_or(Timestamp::MAX);
        if least.is_none_or(|(known, _, until)| value < known || (value == known && lasts > until)) {
            least = Some((value, budget, lasts));
        }
    }
    if let Some(budget) = broken {
        let by = Some(budget.clone());
        return ReasonBudget { reason, allowed: 0, limit: Some(0), by, until: None, broken: true };
    }
    let limit = least.map(|(value, ..)| value);
    let by = least.map(|(_, budget, _)| budget);
    ReasonBudget {
        reason,
        allowed: (limit.unwrap_or(total) - busy).max(0),
        limit,
        by: by.cloned(),
        until: least.map(|(.., until)| until).filter(|until| *until != Timestamp::MAX),
        broken: false,
    }
}

/// Cannot be read.
struct BrokenBudget;

/// A beginning that comes later is looked for so far ahead, hours: a leap day comes again within eight years.
const AHEAD: i64 = 24 * 366 * 8;

/// Whether a budget holds, by its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetHold {
    /// Until then; without an end where there is none.
    Now(Option<Timestamp>),
    /// From then on; not again where there is none.
    Later(Option<Timestamp>),
    /// It cannot be read: Karpenter then allows nothing.
    Broken,
}

/// Whether a budget holds, and until or from when.
#[must_use]
pub fn budget_hold(budget: &Budget, now: Timestamp) -> BudgetHold {
    match (is_active(budget, now), window(budget)) {
        (Ok(true), _) => BudgetHold::Now(end(budget, now)),
        (Ok(false), Ok(Some((schedule, _)))) => {
            BudgetHold::Later(schedule.next_after(now, SignedDuration::from_hours(AHEAD)))
        }
        _ => BudgetHold::Broken,
    }
}

/// How many nodes a budget allows; none while it does not hold.
fn share(budget: &Budget, total: i64, now: Timestamp) -> Result<Option<i64>, BrokenBudget> {
    if !is_active(budget, now)? {
        return Ok(None);
    }
    if let Ok(nodes) = budget.nodes.parse::<i64>() {
        return Ok(Some(nodes));
    }
    let percent = budget.nodes.strip_suffix('%').and_then(|percent| percent.parse::<i64>().ok()).ok_or(BrokenBudget)?;
    let share = total * percent;
    Ok(Some(share.div_euclid(100) + i64::from(share.rem_euclid(100) != 0)))
}

/// Whether a budget holds: its schedule has begun within its duration (`IsActive`).
fn is_active(budget: &Budget, now: Timestamp) -> Result<bool, BrokenBudget> {
    let Some((schedule, duration)) = window(budget)? else { return Ok(true) };
    Ok(begun(&schedule, duration, now).is_some())
}

fn window(budget: &Budget) -> Result<Option<(BudgetSchedule, i64)>, BrokenBudget> {
    if budget.schedule.is_none() && budget.duration.is_none() {
        return Ok(None);
    }
    let schedule = budget.schedule.as_deref().and_then(BudgetSchedule::parse).ok_or(BrokenBudget)?;
    Ok(Some((schedule, budget.duration.unwrap_or_default().max(0))))
}

/// A beginning of the window that now is in.
fn begun(schedule: &BudgetSchedule, duration: i64, now: Timestamp) -> Option<Timestamp> {
    let from = now.checked_sub(SignedDuration::from_secs(duration)).ok()?;
    schedule.next_after(from, SignedDuration::from_secs(duration))
}

/// When a budget no longer holds: a beginning before its end makes it longer. None where it goes on and on.
fn end(budget: &Budget, now: Timestamp) -> Option<Timestamp> {
    let (schedule, duration) = window(budget).ok().flatten()?;
    let mut began = begun(&schedule, duration, now)?;
    for _ in 0..FOLLOWED {
        match schedule.next_after(began, SignedDuration::from_secs(duration)) {
            Some(next) => began = next,
            None => return after(began, duration),
        }
    }
    None
}

impl PoolBudgets {
    /// What is allowed for a reason.
    #[must_use]
    pub fn of(&self, reason: DisruptionReason) -> &ReasonBudget {
        match reason {
            DisruptionReason::Underutilized => &self.reasons[0],
            DisruptionReason::Empty => &self.reasons[1],
            DisruptionReason::Drifted => &self.reasons[2],
        }
    }

    /// How many nodes may go for a reason where others that go or are not ready take all of it; none where something is
    /// left, or the budgets allow none at all.
    #[must_use]
    pub fn taken(&self, reason: DisruptionReason) -> Option<i64> {
        let budget = self.of(reason);
        let limit = budget.limit.unwrap_or(self.total);
        (budget.allowed == 0 && limit > 0 && self.busy > 0).then_some(limit)
    }
}

/// The word of Karpenter for a reason.
#[must_use]
pub fn reason_word(reason: DisruptionReason) -> &'static str {
    match reason {
        DisruptionReason::Underutilized => "Underutilized",
        DisruptionReason::Empty => "Empty",
        DisruptionReason::Drifted => "Drifted",
    }
}

impl ReasonBudget {
    /// In words: `0 of 12: budget 0 until 17:00Z`.
    #[must_use]
    pub fn words(&self, total: i64, now: Timestamp) -> String {
        let why = match (self.broken, &self.by, self.limit) {
            (true, Some(budget), _) => {
                format!("budget {} cannot be read", budget.schedule.as_ref().unwrap_or(&budget.nodes))
            }
            (_, Some(budget), Some(limit)) => {
                let until = self.until.map(|until| format!(" until {}", moment(until, now))).unwrap_or_default();
                let busy = limit - self.allowed;
                let busy = if busy > 0 && limit > 0 { format!(", {busy} busy") } else { String::new() };
                format!("budget {}{until}{busy}", budget.nodes)
            }
            _ => "no budget holds now".to_owned(),
        };
        format!("{} of {total}: {why}", self.allowed)
    }
}

#[cfg(test)]
mod tests;
