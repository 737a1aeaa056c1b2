//! What the scheduler hears of nodes and pods, and whom it wakes for it.

use jiff::Timestamp;
use serde_json::Value;

use super::Scheduler;
use super::node::NodeInfo;
use super::pod::PodInfo;
use super::world::SchedulingWorld;
use crate::sandbox::kubernetes::controllers::feed::Feed;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// For whom the world became better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Better {
    Not,
    /// For pods whose place depends on others'.
    ForThoseWhoLook,
    ForAll,
}

impl Scheduler {
    /// Takes in what changed since the last look.
    pub(super) fn hear(&mut self, store: &Store, now: Timestamp) {
        let (nodes, pods) = (self.nodes.news(store), self.pods.news(store));
        if nodes.anew || pods.anew {
            self.world = SchedulingWorld::default();
            self.waiting.clear();
            if !(nodes.anew && pods.anew) {
                // One history was lost: both lists are read, so that nodes and pods fit each other.
                self.nodes = Feed::new(Resource::Nodes);
                self.pods = Feed::new(Resource::Pods);
                return self.hear(store, now);
            }
        }
        let mut better = Better::Not;
        for heard in nodes.heard {
            let Some(node) = heard.after.as_deref().and_then(NodeInfo::read) else {
                self.world.remove_node(&heard.key.name);
                continue;
            };
            if self.world.put_node(node) {
                better = Better::ForAll;
            }
        }
        for heard in pods.heard {
            better = better.max(self.hear_pod(&heard.key, heard.before.as_deref(), heard.after.as_deref(), now));
        }
        if better != Better::Not {
            self.waiting.wake(now, better == Better::ForAll);
        }
    }

    /// Takes a change of a pod in; for whom it may be good news.
    fn hear_pod(&mut self, key: &ObjectKey, before: Option<&Value>, after: Option<&Value>, now: Timestamp) -> Better {
        let gone = |world: &mut SchedulingWorld, pod: &Value| {
            if world.remove_pod(metadata::uid(pod)).is_some() { Better::ForAll } else { Better::Not }
        };
        let Some(after) = after else {
            self.waiting.remove(key);
            let Some(before) = before else { return Better::Not };
            self.world.forget_nomination(metadata::uid(before));
            return gone(&mut self.world, before);
        };
        let Some(info) = PodInfo::read(after) else { return Better::Not };
        if info.ended {
            self.waiting.remove(key);
            return gone(&mut self.world, after);
        }
        if info.node.is_some() {
            self.waiting.remove(key);
            self.world.forget_nomination(&info.uid);
            let labelled = before.is_none_or(|before| before["metadata"]["labels"] != after["metadata"]["labels"]);
            let terminating = before.is_some_and(|before| !metadata::is_terminating(before)) && info.terminating;
            let bound = before.is_none_or(|before| metadata::node_name(before).is_empty());
            self.world.put_pod(info);
            // One that is bound may be what others want to be beside, one that ends no longer counts for spreads.
            return if bound || labelled || terminating { Better::ForThoseWhoLook } else { Better::Not };
        }
        if info.terminating || info.gated {
            self.waiting.remove(key);
            return Better::Not;
        }
        // Only what the pod asks for makes it news: its own condition does not.
        if before.is_none_or(|before| {
            before["spec"] != after["spec"] || before["metadata"]["labels"] != after["metadata"]["labels"]
        }) {
            let since = metadata::creation_timestamp(after).unwrap_or(now);
            self.waiting.add(key.clone(), (info.priority, since, info.looks_at_others()), now);
            if before.is_none()
                && let Some(node) = info.nominated.clone()
            {
                self.world.nominate(&node, info);
            }
        }
        Better::Not
    }
}
