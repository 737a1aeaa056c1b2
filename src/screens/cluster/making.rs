//! What is shown of a cluster, made part by part: a thousand nodes take longer than a key may wait.

use std::sync::Arc;

use jiff::Timestamp;

use super::card::PoolCard;
use super::machines::MachineSource;
use super::row::{MachineRow, MachineSum};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// Nodes whose lines are made at once: a millisecond or less.
const NODES: usize = 128;

/// What was made of the cluster when something was heard of it last.
#[derive(Debug, Clone, Default)]
pub struct ClusterScene {
    /// Of which state of the cluster.
    pub revision: u64,
    pub made: Option<Timestamp>,
    /// All nodes and claims, in the order of their names.
    pub machines: Vec<MachineRow>,
    pub whole: MachineSum,
    /// Pods that no node was found for; none where pods are not known.
    pub waiting: Option<usize>,
    pub pools: Vec<PoolCard>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
enum MakingStep {
    /// The nodes from this name on.
    Nodes(Arc<str>),
    Claims,
    /// The pools from this one on.
    Pools(usize),
    Done,
}

/// What was made up to now.
#[derive(Debug, Clone)]
pub struct SceneMaking {
    revision: u64,
    now: Timestamp,
    next: MakingStep,
    machines: Vec<MachineRow>,
    pools: Vec<PoolCard>,
}

impl SceneMaking {
    /// Of a cluster in this state, at a moment.
    #[must_use]
    pub fn begin(revision: u64, now: Timestamp) -> Self {
        let next = MakingStep::Nodes("".into());
        Self { revision, now, next, machines: Vec::new(), pools: Vec::new() }
    }

    /// Nothing is left to be made.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.next == MakingStep::Done
    }

    /// Makes the next part. What has changed in a part that is made already is seen when all is made again.
    pub fn go_on(&mut self, view: &ClusterView<'_>) {
        let arn = view.eks.map_or("", |eks| &*eks.arn);
        let source = MachineSource::of(view, arn, self.now);
        self.next = match &self.next {
            MakingStep::Nodes(from) => {
                let mut nodes = view.nodes_from(from);
                self.machines.extend(nodes.by_ref().take(NODES).map(|node| source.node(node)));
                nodes.next().map_or(MakingStep::Claims, |node| MakingStep::Nodes(node.name.clone()))
            }
            MakingStep::Claims => {
                self.machines.extend(source.claims());
                MakingStep::Pools(0)
            }
            MakingStep::Pools(at) => match view.pools().nth(*at) {
                Some(pool) => {
                    self.pools.push(PoolCard::of(view, pool, arn, has_pods(view), self.now));
                    MakingStep::Pools(at + 1)
                }
                None => MakingStep::Done,
            },
            MakingStep::Done => MakingStep::Done,
        };
    }

    /// What is shown, of all that was made.
    #[must_use]
    pub fn end(self, view: &ClusterView<'_>) -> ClusterScene {
        let Self { revision, now, machines, pools, .. } = self;
        ClusterScene {
            revision,
            made: Some(now),
            whole: MachineSum::of(machines.iter()),
            waiting: has_pods(view).then(|| view.waiting().count()),
            pools,
            machines,
        }
    }
}

fn has_pods(view: &ClusterView<'_>) -> bool {
    view.standing(ObjectKind::Pod).is_known()
}
