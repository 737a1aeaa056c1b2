//! Resume: a budget that allows no node for a time is taken away before it ends.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pauses::{self, BUDGETS, PoolPause, REASONS};
use super::pool;
use super::prelude::*;
use crate::domain::duration;
use crate::domain::text::clean;
use crate::health::words::plural;
use crate::services::kubernetes::model::{DisruptionReason, NodePool};
use crate::services::kubernetes::why::{self, BudgetHold, ReasonBudget, reason_word};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// Takes one budget of no node away from a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeDisruption {
    /// Which: its schedule, duration and reasons as `PoolPause::text` has them; empty for none yet.
    pub budget: String,
}

impl Request for ResumeDisruption {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::NodePool(pool) = on else { return None };
        let has_none = !pool.budgets.iter().any(pauses::is_pause);
        has_none.then(|| "it has no budget that allows nothing for a time".to_owned())
    }

    /// The one that was added last, of those that hold and were set once. One that does not hold now may be meant for its
    /// day of the next year.
    fn offer(seen: &Seen) -> Self {
        let all = seen.object.as_ref().map(PoolPause::all).unwrap_or_default();
        let holds = |pause: &&PoolPause| pause.is_once() && matches!(pause.hold(seen.at), BudgetHold::Now(_));
        let chosen = all.iter().rev().find(holds);
        Self { budget: chosen.map(|pause| pause.text.clone()).unwrap_or_default() }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let all = seen.object.as_ref().map(PoolPause::all).unwrap_or_default();
        let offer = |pause: &PoolPause| {
            let kind = if pause.is_once() { "" } else { "; a rule of the pool" };
            Offer { value: pause.text.clone(), detail: format!("{}{kind}", held(pause.hold(seen.at))) }
        };
        let offers = FieldKind::Choice { offers: all.iter().map(offer).collect(), open: false };
        vec![
            Field::new("budget", "Budget", &self.budget, offers)
                .hint("which budget of 0 nodes is taken away; times are UTC"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        if name != "budget" {
            return Err(field::unknown(name, &["budget"]));
        }
        let all = seen.object.as_ref().map(PoolPause::all).unwrap_or_default();
        if !value.trim().is_empty() && !all.iter().any(|pause| pause.text == value.trim()) {
            let known: Vec<String> = all.into_iter().map(|pause| pause.text).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join("; ") };
            return Err(format!("it has no budget of 0 nodes {value:?}: there are {known}"));
        }
        value.trim().clone_into(&mut self.budget);
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return draft };
        let Some(pause) = PoolPause::all(object).into_iter().find(|pause| pause.text == self.budget) else {
            let (check, why) = if self.budget.is_empty() {
                ("a budget is chosen", "none of its budgets holds now that was set once: choose one".to_owned())
            } else {
                ("has this budget", format!("no budget of 0 nodes is {:?} any more", self.budget))
            };
            draft.summary = format!("Nothing is taken away from {}.", name.name);
            draft.check(Check::must(check, false, why));
            return draft;
        };
        let hold = pause.hold(seen.at);
        draft.summary = match hold {
            BudgetHold::Now(_) => {
                format!("Karpenter takes nodes of {} away again, as its other budgets allow.", name.name)
            }
            BudgetHold::Later(_) | BudgetHold::Broken => {
                format!("A pause of {} that does not hold now does not come back.", name.name)
            }
        };
        draft.check(Check::must("has this budget", true, ""));
        let why = "its schedule comes back by itself: it looks like a rule of this pool, and is taken away for good";
        draft.check(Check::should("was set once", pause.is_once(), why));
        pool::check_own(&mut draft, seen, &name);
        say_end(&mut draft, seen, hold);
        if pause.is_once() {
            let text = "in coming years too, should it have been meant for this day of each year";
            draft.say("Taken away", text, Tone::Plain);
        }
        say_allowed(&mut draft, seen, &pause, hold);
        pool::say_no_drift(&mut draft);
        undone::say(&mut draft, object, &["spec", "disruption", "budgets"]);
        let mut budgets = pauses::written(object).to_vec();
        let taken = budgets.remove(pause.at);
        let budgets = Value::Array(budgets);
        let shown = vec![(BUDGETS.to_owned(), budgets.to_string())];
        let patch = Patch::of(object).set(object, BUDGETS, budgets);
        pool::step(&mut draft, seen, &name, "takes the budget away", (&patch, shown));
        draft.inverse = Some(if pause.is_once() {
            "pause disruption again".to_owned()
        } else {
            format!("no operation here: write it into spec.disruption.budgets again: {}", clean(&taken.to_string()))
        });
        draft
    }
}

/// How a budget stands, in words.
fn held(hold: BudgetHold) -> String {
    match hold {
        BudgetHold::Now(Some(until)) => format!("holds until {}", pool::moment(until)),
        BudgetHold::Now(None) => "holds without an end".to_owned(),
        BudgetHold::Later(Some(from)) => format!("holds again from {}", pool::moment(from)),
        BudgetHold::Later(None) => "does not hold again".to_owned(),
        BudgetHold::Broken => "cannot be read".to_owned(),
    }
}

/// When it would have ended by itself.
fn say_end(draft: &mut Draft, seen: &Seen, hold: BudgetHold) {
    let text = match hold {
        BudgetHold::Now(Some(until)) => {
            let left = duration::seconds(until.duration_since(seen.at).as_secs());
            format!("by itself at {}, in {left}: now instead", pool::moment(until))
        }
        BudgetHold::Now(None) => "never: it begins again before it ends".to_owned(),
        BudgetHold::Later(_) | BudgetHold::Broken => format!("it does not hold now, and {}", held(hold)),
    };
    draft.say("Would end", text, Tone::Plain);
}

/// What Karpenter may do afterwards.
fn say_allowed(draft: &mut Draft, seen: &Seen, pause: &PoolPause, hold: BudgetHold) {
    if !matches!(hold, BudgetHold::Now(_)) {
        draft.say("Interruption", "none: Karpenter may do now what it may do without it", Tone::Good);
        return;
    }
    let Some((pool, view)) = seen.pool().zip(seen.view()) else {
        let text = "Karpenter may begin at once; how many nodes the other budgets allow was not read";
        draft.risk = Risk::Disruptive;
        draft.say("Interruption", text, Tone::Warning);
        return;
    };
    let mut without = NodePool { budgets: pool.budgets.clone(), ..pool.clone() };
    if let Some(at) = without.budgets.iter().position(|budget| *budget == pause.budget) {
        without.budgets.remove(at);
    }
    let allowed = why::budgets(&view, &without, seen.at);
    let is_of = |reason: &DisruptionReason| pause.budget.reasons.is_empty() || pause.budget.reasons.contains(reason);
    let of_it: Vec<&ReasonBudget> = REASONS.into_iter().filter(is_of).map(|reason| allowed.of(reason)).collect();
    let words: Vec<String> = of_it
        .iter()
        .map(|budget| format!("{} {}", reason_word(budget.reason), budget.words(allowed.total, seen.at)))
        .collect();
    let is_held = |budget: &&ReasonBudget| budget.broken || budget.by.as_ref().is_some_and(pauses::allows_none);
    if of_it.iter().all(is_held) {
        draft.say("Interruption", "none yet: other budgets allow nothing either", Tone::Warning);
    } else {
        draft.risk = Risk::Disruptive;
        draft.say("Interruption", "Karpenter may begin at once: pods of the nodes that it takes move", Tone::Warning);
        say_force(draft, seen, &view, pool);
    }
    draft.say("Allowed then", words.join("; "), Tone::Plain);
    if without.budgets.is_empty() {
        // The default of 10 % is of a pool that names none: an empty list is one (CRD, `budgets`, `default`).
        let text = "none is left, and an empty list has no default: all of its nodes may be taken at once";
        draft.say("Budgets", text, Tone::Critical);
    }
    if !seen.knows(ObjectKind::NodeClaim) {
        draft.say("Drifted", "which nodes are was not read", Tone::Plain);
        return;
    }
    let is_drifted = |claim: &&crate::services::kubernetes::model::NodeClaim| {
        claim.pool.as_ref() == Some(&pool.name) && claim.deleting.is_none() && claim.conditions.is_true("Drifted")
    };
    let drifted = view.claims().filter(is_drifted).count();
    if drifted > 0 && is_of(&DisruptionReason::Drifted) {
        draft.say("Drifted", format!("{} to be replaced", plural(drifted, "node")), Tone::Warning);
    }
}

/// Says what of the pods' protection is overridden where Karpenter takes a node away: a claim with a
/// terminationGracePeriod is drifted whatever its PDBs and annotations say, and ends by force after that (karpenter
/// designs/nodeclaim-termination-grace-period.md).
fn say_force(draft: &mut Draft, seen: &Seen, view: &ClusterView<'_>, pool: &NodePool) {
    if !seen.knows(ObjectKind::NodeClaim) {
        draft.say("By force", "whether its nodes have a terminationGracePeriod was not read", Tone::Warning);
        return;
    }
    let of_it = view.claims().filter(|claim| claim.pool.as_ref() == Some(&pool.name));
    let graces: BTreeSet<i64> = of_it.filter_map(|claim| claim.termination_grace).collect();
    let (Some(least), Some(most)) = (graces.first(), graces.last()) else { return };
    let words = |seconds: &i64| duration::seconds(*seconds);
    let within = if least == most { words(least) } else { format!("{} to {}", words(least), words(most)) };
    let text = format!(
        "a node that it takes ends within its terminationGracePeriod of {within}, whatever PDBs and do-not-disrupt say"
    );
    draft.say("By force", text, Tone::Critical);
}
