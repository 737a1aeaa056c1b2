//! What disruption budgets make of a drain: what they refuse, and what they let go one after another.

use super::leaving::{name_of, names};
use super::pods::{PodBudgets, PodsUnder};
use crate::ops::plan::{Check, Tone};
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::{Draft, Seen};
use crate::services::kubernetes::model::DisruptionBudget;
use crate::services::kubernetes::why;

/// How a refused eviction is sent again: by the engine's patience, and its gate before each call.
const AGAIN: &str = "is sent again for about an hour, on the screen no longer than the environment is armed";

/// Checks what is refused now. Evictions that a budget refuses are sent again: another pod may be ready by then.
pub(super) fn check(draft: &mut Draft, seen: &Seen, budgets: &PodBudgets<'_>) {
    let name = "no PDB refuses a pod now";
    if !seen.knows(ObjectKind::DisruptionBudget) {
        draft.check(Check::unknown(name, "the disruption budgets were not read"));
        return;
    }
    // "there is a misconfiguration, for example multiple PodDisruptionBudgets reference the same Pod": 500 (Kubernetes,
    // "API-initiated Eviction").
    let several = budgets.several.iter().map(|(pod, budgets)| {
        let budgets: Vec<String> = budgets.iter().map(|budget| id_of(budget)).collect();
        format!("{} is under {}: no eviction of it is ever taken", name_of(pod), budgets.join(" and "))
    });
    let several: Vec<String> = several.collect();
    draft.check(Check::hard("no pod is under several PDBs", several.is_empty(), several.join("; ")));
    let shut: Vec<String> = budgets.shut.iter().map(refusal).collect();
    draft.check(Check::soft(name, shut.is_empty(), shut.join("; ")));
}

/// Says what goes one after another, and what becomes of a refused eviction.
pub(super) fn say(draft: &mut Draft, seen: &Seen, budgets: &PodBudgets<'_>) {
    if !seen.knows(ObjectKind::DisruptionBudget) {
        draft.say("PDBs", format!("were not read: an eviction may be refused, and {AGAIN}"), Tone::Warning);
        return;
    }
    for under in &budgets.in_turn {
        let (budget, all) = (under.budget, under.pods.len());
        let text = format!("PDB {} lets {} of {all} go at once: {}", id_of(budget), budget.allowed, names(&under.pods));
        draft.say("In turn", text, Tone::Warning);
    }
    if budgets.any {
        draft.say("Refused", format!("an eviction that a PDB refuses {AGAIN}"), Tone::Plain);
    }
}

/// `namespace/name`.
fn id_of(budget: &DisruptionBudget) -> String {
    format!("{}/{}", budget.namespace, budget.name)
}

fn refusal(under: &PodsUnder<'_>) -> String {
    let (budget, pods) = (under.budget, names(&under.pods));
    let why = if let Some(said) = why::uncomputed(budget) {
        format!("it cannot be computed: {said}")
    } else if !budget.is_observed {
        "its status is not of its newest specification yet".to_owned()
    } else if why::shuts(budget) {
        format!("all {} are healthy, and it spares none: it does not get better by itself", budget.expected)
    } else {
        format!("it needs {} healthy and has {}", budget.wanted_healthy, budget.healthy)
    };
    format!("PDB {} does not let {pods} go ({why})", id_of(budget))
}
