//! The pods that wait for a node, by who owns them and what they ask for: what asks for the same waits for the same reason.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::block::WorkloadBlock;
use crate::screens::cluster_object::page::PageItem;
use crate::screens::cluster_object::{ThingKey, cpu, memory, owner_words};
use crate::services::kubernetes::model::{OwnerRef, Pod};
use crate::services::kubernetes::{ClusterView, ObjectKind, why};
use crate::theme::Role;

/// What pods that wait for the same reason have in common.
type AskedAlike<'a> = (&'a str, Option<&'a OwnerRef>, i64, i64, &'a [(std::sync::Arc<str>, std::sync::Arc<str>)]);

/// They, the longest wait first.
#[must_use]
pub fn groups<'a>(view: &ClusterView<'a>) -> Vec<Vec<&'a Pod>> {
    let mut groups: BTreeMap<AskedAlike<'a>, Vec<&'a Pod>> = BTreeMap::new();
    for pod in view.waiting() {
        let asked =
            (&*pod.namespace, pod.owner.as_ref(), pod.requests.cpu, pod.requests.memory, &pod.node_selector[..]);
        groups.entry(asked).or_default().push(pod);
    }
    let mut all: Vec<Vec<&Pod>> = groups.into_values().collect();
    // Many that wait hurt more than one.
    all.sort_by_key(|pods| (std::cmp::Reverse(pods.len()), pods.iter().filter_map(|pod| pod.created).min()));
    all
}

/// A block for each group: which pods, why each pool does not take them, and what to do.
#[must_use]
pub fn blocks(view: &ClusterView<'_>, now: Timestamp) -> Vec<WorkloadBlock> {
    groups(view).into_iter().filter_map(|pods| block(view, &pods, now)).collect()
}

fn block(view: &ClusterView<'_>, pods: &[&Pod], now: Timestamp) -> Option<WorkloadBlock> {
    let first = pods.first()?;
    let story = why::waiting(view, pods, now);
    let whose = first.owner.as_ref().map_or_else(|| "nobody".into(), owner_words);
    // Of many some are looked at: those of one template wait for the same.
    let is_promised = story.promised > 0 && story.promised == story.looked;
    let is_coming = is_promised && story.doubt.is_none();
    let mark = if is_coming { ("◐", Role::Text) } else { ("✖", Role::Critical) };
    let owner = first.owner.as_ref();
    let (what, key) = if pods.len() == 1 {
        (format!("{}/{}", first.namespace, first.name), Some(ThingKey::pod(first)))
    } else {
        let name = owner.map_or("nobody", |owner| &owner.name);
        let key = owner.and_then(|owner| ThingKey::owner(owner, &first.namespace));
        (format!("{} pods of {}/{name}", pods.len(), first.namespace), key.or_else(|| Some(ThingKey::pod(first))))
    };
    let node = if story.doubt.is_some() { "a node that may not come" } else { "a node that is coming" };
    let does = match (is_promised, story.promised) {
        (true, _) => format!("wait for {node}"),
        (false, 0) => "wait".to_owned(),
        (false, promised) if story.looked < pods.len() => {
            format!("wait, {promised} of the {} that wait longest for {node}", story.looked)
        }
        (false, promised) => format!("wait, {promised} of them for {node}"),
    };
    let does = if pods.len() == 1 { does.replacen("wait", "waits", 1) } else { does };
    let each = if pods.len() == 1 { "" } else { " each" };
    let asks = format!("cpu {}, memory {}{each}", cpu(first.requests.cpu), memory(first.requests.memory));
    let words = format!("{what} {does} ({asks})");
    let mut items = vec![PageItem::marked(mark, 1, words, Role::Text).since(story.since).to(key).wrong(!is_coming)];
    let reason = story.reason(now);
    let is_told = story.pools.iter().any(|pool| !pool.obstacles.is_empty() || pool.said.is_some());
    if !is_told {
        let scheduler = story.scheduler.as_ref().map(|said| format!("scheduler: {}", said.words()));
        let words = if story.pools.is_empty() { Some(reason.clone()) } else { scheduler };
        let words = words.filter(|words| !words.is_empty()).unwrap_or_else(|| reason.clone());
        items.push(PageItem::marked(("·", Role::Dim), 3, words, Role::Text));
    }
    for pool in &story.pools {
        let role = if pool.obstacles.is_empty() { Role::Dim } else { Role::Text };
        items.push(PageItem::marked(("·", Role::Dim), 3, pool.words(), role));
    }
    if !is_coming {
        items.push(PageItem::advice(3, story.advice()));
    }
    let names: Vec<&str> = pods.iter().map(|pod| &*pod.name).collect();
    let names = names.join(" ");
    Some(WorkloadBlock::new(items, &[&first.namespace, &whose, &names, &reason, "waiting"]))
}

/// Whether it is known which pods wait.
#[must_use]
pub fn is_known(view: &ClusterView<'_>) -> bool {
    view.standing(ObjectKind::Pod).is_known()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::testing::{CLUSTER, TestCluster, event, now, unregistered, waiting_pod};

    #[test]
    fn of_more_than_are_looked_at_all_may_be_promised() {
        let told = |promised: usize| {
            let name = |at: usize| format!("api-{at:02}");
            let said = "Pod should schedule on: nodeclaim/general-bbbbb";
            let data = TestCluster {
                pods: (0..12)
                    .map(|at| waiting_pod("shop", &name(at), "api", "0/3 nodes are available: 3 x."))
                    .collect(),
                events: (0..promised).map(|at| event("Pod", "shop", &name(at), "Nominated", said, 10)).collect(),
                claims: vec![unregistered("general-bbbbb", "general", 10)],
                ..TestCluster::default()
            }
            .data();
            let view = ClusterView::of(&data, CLUSTER).unwrap();
            let block = blocks(&view, now()).remove(0);
            (block.items[0].is_wrong, format!("{:?}", block.items[0].body))
        };
        let (is_wrong, words) = told(12);
        assert!(!is_wrong && words.contains("12 pods of shop/api wait for a node that is coming"), "{words}");
        let (is_wrong, words) = told(3);
        assert!(is_wrong && words.contains("wait, 3 of the 8 that wait longest for a node that is coming"), "{words}");
    }
}
