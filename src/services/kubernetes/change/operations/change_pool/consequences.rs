//! What other limits and another weight come to.

use std::cmp::Reverse;

use super::limits::{LimitChange, LimitedResource};
use super::{ChangePool, weight};
use crate::health::words::plural;
use crate::services::kubernetes::change::operations::pool;
use crate::services::kubernetes::change::operations::prelude::*;
use crate::services::kubernetes::model::Pod;
use crate::services::kubernetes::price::HourlyPrice;
use crate::services::kubernetes::why::{self, PoolObstacle};
use crate::services::kubernetes::{ClusterView, ObjectKind};

impl ChangePool {
    pub(super) fn consequences(&self, draft: &mut Draft, seen: &Seen, name: &ObjectName, changes: &[LimitChange]) {
        let Some(object) = &seen.object else { return };
        // Limits are asked when a node is to be made, and only then (karpenter pkg/controllers/provisioning/provisioner.go,
        // `Create`).
        // A replacement that a limit has refused is made when there is room (pkg/controllers/disruption/queue.go).
        let is_raised = changes.iter().any(|change| !change.is_lowered());
        let text = match (is_raised, self.weight != weight(object)) {
            (true, _) => {
                "none at once; drifted or consolidated nodes whose replacement had no room may be replaced now"
            }
            (false, true) => "none at once; nodes that Karpenter replaces later may become nodes of another pool",
            (false, false) => "none: nodes that are there stay",
        };
        draft.say("Interruption", text, if is_raised { Tone::Warning } else { Tone::Good });
        match object.number("/spec/replicas") {
            Some(replicas) => changes.iter().for_each(|change| say_static(draft, change, replicas)),
            None => say_dynamic(draft, seen, &name.name, changes),
        }
        if self.weight != weight(object) {
            self.say_weight(draft, seen, &name.name);
        }
        pool::say_no_drift(draft);
    }

    /// Greater weight first, then the name that is later in the alphabet (karpenter pkg/utils/nodepool, `OrderByWeight`);
    /// static pools are not asked for pods.
    fn say_weight(&self, draft: &mut Draft, seen: &Seen, name: &str) {
        let Some(view) = seen.view().filter(|_| seen.knows(ObjectKind::NodePool)) else {
            draft.say("Weight", "for new nodes alone; which pools are asked before it was not read", Tone::Plain);
            return;
        };
        let weight = |pool: &str, known: i32| if pool == name { self.weight } else { known };
        let mut order: Vec<(i32, &str)> = view
            .pools()
            .filter(|pool| pool.replicas.is_none())
            .map(|pool| (weight(&pool.name, pool.weight), &*pool.name))
            .collect();
        order.sort_unstable_by_key(|one| Reverse(*one));
        let order: Vec<String> = order.into_iter().map(|(weight, pool)| format!("{pool} {weight}")).collect();
        draft.say("Weight", format!("new nodes are asked of pools in this order: {}", order.join(", ")), Tone::Plain);
    }
}

/// The limits of a pool that makes nodes for pods.
fn say_dynamic(draft: &mut Draft, seen: &Seen, name: &str, changes: &[LimitChange]) {
    let mut is_over = false;
    for change in changes {
        let used = seen.pool().map(|pool| change.limit.used(pool));
        let (text, tone) = room(change, used);
        draft.say(label(change.limit), text, tone);
        is_over |= used.zip(change.after_units()).is_some_and(|(used, limit)| used > limit);
    }
    if is_over {
        // `Create` refuses a replacement too (`ExceededBy`).
        let text = "none either: drifted or consolidated nodes are not replaced while more is in use than a limit";
        draft.say("Replacement", text, Tone::Warning);
    }
    if changes.is_empty() {
        return;
    }
    let (is_lowered, is_raised) =
        (changes.iter().any(LimitChange::is_lowered), changes.iter().any(|change| !change.is_lowered()));
    say_waiting(draft, seen, name, is_raised);
    if is_raised {
        draft.say("Cost", cost(seen, name), Tone::Warning);
    } else if is_lowered {
        draft.say("Cost", "no less: no node goes", Tone::Plain);
    }
}

fn label(limit: LimitedResource) -> &'static str {
    match limit {
        LimitedResource::Cpu => "CPU",
        LimitedResource::Memory => "Memory",
        LimitedResource::Nodes => "Nodes",
    }
}

/// What a limit leaves.
fn room(change: &LimitChange, used: Option<i64>) -> (String, Tone) {
    let words = |units: i64| change.limit.words(units);
    match (change.after_units(), used) {
        (None, _) => ("no limit any more: nothing caps what pods make Karpenter buy".to_owned(), Tone::Warning),
        (Some(limit), None) => (format!("{}; how much is in use was not read", words(limit)), Tone::Warning),
        (Some(limit), Some(used)) if used >= limit => {
            let text = format!(
                "{} in use of {}: none goes, and no node is made until what one needs is free below the limit",
                words(used),
                words(limit)
            );
            (text, Tone::Warning)
        }
        (Some(limit), Some(used)) => (
            format!(
                "{} in use of {}: {} left, for a node that needs no more",
                words(used),
                words(limit),
                words(limit - used)
            ),
            Tone::Plain,
        ),
    }
}

/// What pods that wait have of it.
fn say_waiting(draft: &mut Draft, seen: &Seen, name: &str, is_raised: bool) {
    let view = seen.view().filter(|_| seen.knows(ObjectKind::Pod) && seen.knows(ObjectKind::NodePool));
    let Some(view) = view else {
        draft.say("Waiting", "which pods wait was not read", Tone::Plain);
        return;
    };
    let waiting: Vec<&Pod> = view.waiting().collect();
    if waiting.is_empty() {
        return;
    }
    let said = said_of(&view, &waiting, name, seen).map(|said| format!(": {said}")).unwrap_or_default();
    let count = plural(waiting.len(), "pod");
    let text =
        if is_raised { format!("{count} now{said}") } else { format!("{count} now, and may go on waiting{said}") };
    draft.say("Waiting", text, Tone::Plain);
}

/// What the pool has to say of pods that wait.
fn said_of(view: &ClusterView<'_>, waiting: &[&Pod], name: &str, seen: &Seen) -> Option<String> {
    let story = why::waiting(view, waiting, seen.at);
    let answer = story.pools.iter().find(|answer| &*answer.pool == name)?;
    let is_limit = |one: &PoolObstacle| matches!(one, PoolObstacle::AtLimit { .. } | PoolObstacle::BeyondLimit { .. });
    if answer.obstacles.iter().any(is_limit) || answer.obstacles.is_empty() {
        return Some(answer.words());
    }
    Some(format!("not for a limit of it, {}", answer.words()))
}

/// Nobody knows what Karpenter will buy; what it has bought is known.
fn cost(seen: &Seen, name: &str) -> String {
    let known = seen.view().filter(|_| seen.knows(ObjectKind::Node)).map(|view| view.pool_use(name));
    let now = match known.map(|sum| (sum.nodes, sum.price)) {
        Some((nodes, HourlyPrice::Known(usd))) => format!("; now ${usd:.2}/h for {}", plural(nodes, "node")),
        Some((nodes, HourlyPrice::AtMost(usd))) => format!("; now at most ${usd:.2}/h for {}", plural(nodes, "node")),
        _ => String::new(),
    };
    format!("more, how much is not known: Karpenter buys what pods ask for{now}")
}

/// The limit of a static pool, of which its replicas and what replaces them are counted (karpenter
/// pkg/controllers/state/statenodepool.go, `ReserveNodeCount`).
fn say_static(draft: &mut Draft, change: &LimitChange, replicas: i64) {
    let (text, tone) = match change.after_units() {
        None => ("no limit any more: spec.replicas alone says how many".to_owned(), Tone::Plain),
        Some(limit) if limit < replicas => {
            let text =
                format!("fewer than its {replicas} replicas: none goes, and of those that end not all are made again");
            (text, Tone::Warning)
        }
        Some(limit) if limit == replicas => (
            format!("as many as its replicas: a drifted node is not replaced, which needs one more than {limit}"),
            Tone::Warning,
        ),
        Some(limit) => (format!("{} more than its replicas, for replacements", limit - replicas), Tone::Plain),
    };
    draft.say("Nodes", text, tone);
}
