//! Nodes that may be disrupted, and why others may not.

use super::condition;
use super::object::{CAPACITY_TYPE, DO_NOT_DISRUPT, INSTANCE_TYPE, POOL, ZONE, sentence, wrapped};
use super::recorder::{Kind, Notice};
use super::state::StateNode;
use super::{Karpenter, pod};
use crate::sandbox::kubernetes::cloud::spot_price;
use crate::sandbox::kubernetes::instance_types::InstanceType;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// A node that nothing protects.
#[derive(Debug, Clone)]
pub struct DisruptionCandidate {
    pub state: StateNode,
    pub claim: Arc<Value>,
    pub pool: Arc<Value>,
    pub kind: Option<&'static InstanceType>,
    /// USD an hour; 0 when it is not known.
    pub price: f64,
    /// 1 and what the eviction of its pods costs.
    pub cost: f64,
    /// Pods that would have to go somewhere else.
    pub pods: Vec<Arc<Value>>,
}

impl DisruptionCandidate {
    /// The node's name.
    pub fn name(&self) -> &str {
        self.state.name()
    }

    /// The claim's name.
    pub fn claim_name(&self) -> &str {
        metadata::name(&self.claim)
    }

    /// The pool's name.
    pub fn pool_name(&self) -> &str {
        metadata::name(&self.pool)
    }

    /// No pod would miss it.
    pub fn is_empty(&self) -> bool {
        self.cost <= 1.0
    }

    /// Whether it is a spot instance.
    pub fn is_spot(&self) -> bool {
        self.state.label(CAPACITY_TYPE) == Some("spot")
    }
}

/// Whether what protects pods only delays the disruption: drift overrides it where the claim has a grace period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Graceful,
    Eventual,
}

/// Why a node is no candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Node(String),
    /// A pod holds it; an eventual disruption of a claim with a grace period passes over it.
    Pod(String),
}

impl Karpenter {
    /// All nodes that may be disrupted; events tell why others may not.
    pub(super) fn candidates(
        &mut self,
        store: &mut Store,
        nodes: &[StateNode],
        class: Class,
        now: Timestamp,
    ) -> Vec<DisruptionCandidate> {
        let guards = Self::guards(store);
        let mut found = Vec::new();
        for node in nodes {
            let Some(claim) = node.claim.clone() else { continue };
            if self.disruption.is_marked(metadata::name(&claim)) {
                continue;
            }
            let block = match self.node_block(node, &claim, now) {
                Some(block) => Some(block),
                None => pods_block(store, node.name(), &guards, now),
            };
            let block = block.filter(|block| {
                let delayed = matches!(block, Block::Pod(_)) && class == Class::Eventual;
                !(delayed && claim.pointer("/spec/terminationGracePeriod").is_some())
            });
            match block {
                Some(Block::Node(why) | Block::Pod(why)) => self.blocked(store, node, &sentence(&why), now),
                None => found.extend(self.candidate(store, node, claim, now)),
            }
        }
        found
    }

    fn candidate(
        &mut self,
        store: &mut Store,
        node: &StateNode,
        claim: Arc<Value>,
        now: Timestamp,
    ) -> Option<DisruptionCandidate> {
        let name = node.label(POOL)?.to_owned();
        let Some(pool) = store.get(&ObjectKey::cluster(Resource::NodePools, &name)).cloned() else {
            self.blocked(store, node, &wrapped("NodePool not found", &[("NodePool", &name)]), now);
            return None;
        };
        let pods: Vec<Arc<Value>> = store
            .pods_on(node.name())
            .filter(|(_, pod)| pod::is_reschedulable(pod))
            .map(|(_, pod)| Arc::clone(pod))
            .collect();
        let kind = node.label(INSTANCE_TYPE).and_then(InstanceType::named);
        let price = kind.map_or(0.0, |kind| match node.label(CAPACITY_TYPE) {
            Some("spot") => spot_price(kind, node.label(ZONE).unwrap_or_default()),
            _ => kind.on_demand,
        });
        Some(DisruptionCandidate {
            state: node.clone(),
            claim,
            pool,
            kind,
            price,
            cost: 1.0 + pods.iter().map(|pod| pod::eviction_cost(pod).max(0.0)).sum::<f64>(),
            pods,
        })
    }

    fn node_block(&self, node: &StateNode, claim: &Value, now: Timestamp) -> Option<Block> {
        let words = if node.node.is_none() {
            "nodeclaim does not have an associated node".to_owned()
        } else if !node.is_initialized() || !condition::is_true(claim, "Initialized") {
            "node isn't initialized".to_owned()
        } else if node.is_terminating() {
            "node is deleting or marked for deletion".to_owned()
        } else if self.nominated.get(node.name()).is_some_and(|until| now < *until) {
            "node is nominated for a pending pod".to_owned()
        } else if node.node.as_deref().and_then(|node| metadata::annotation(node, DO_NOT_DISRUPT)) == Some("true") {
            format!("disruption is blocked through the \"{DO_NOT_DISRUPT}\" annotation")
        } else {
            return None;
        };
        Some(Block::Node(words))
    }

    /// An event on node and claim that says why they stay.
    pub(super) fn blocked(&mut self, store: &mut Store, node: &StateNode, why: &str, now: Timestamp) {
        let notice = Notice::new(Kind::Normal, "DisruptionBlocked", why);
        for about in node.node.iter().chain(&node.claim) {
            self.recorder.publish(store, about, &notice, now);
        }
    }
}

/// The first pod that holds its node: by its annotation, or by its budgets.
fn pods_block(store: &Store, node: &str, guards: &[pod::PodGuard], now: Timestamp) -> Option<Block> {
    for (key, pod) in store.pods_on(node) {
        if pod::is_active(pod) && pod::is_protected(pod, now) {
            let name = format!("{}/{}", key.namespace, key.name);
            let words = wrapped(&format!("pod has \"{DO_NOT_DISRUPT}\" annotation"), &[("Pod", &name)]);
            return Some(Block::Pod(words));
        }
    }
    for (_, pod) in store.pods_on(node) {
        let blocking = pod::blocking(pod, guards, now);
        let names: Vec<&str> = blocking.iter().map(|guard| guard.name.as_str()).collect();
        let list = format!("[{}]", names.join(" "));
        match names.len() {
            0 => {}
            1 => return Some(Block::Pod(wrapped("pdb prevents pod evictions", &[("PodDisruptionBudget", &list)]))),
            _ => {
                let words = "eviction does not support multiple PDBs";
                return Some(Block::Pod(wrapped(words, &[("PodDisruptionBudget(s)", &list)])));
            }
        }
    }
    None
}
