//! The objects of a cluster that are watched.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::events::EventStore;
use super::past::ClusterPast;
use super::placed::PlacedPods;
use super::standing::WatchStanding;
use crate::domain::delta::Changed;
use crate::domain::{Delta, Watched};
use crate::services::kubernetes::kind::ObjectKind;
use crate::services::kubernetes::model::{
    Application, Autoscaler, DisruptionBudget, Node, NodeClaim, NodeClass, NodePool, ObjectRef, Pod, Workload,
};
use crate::services::kubernetes::reads::WatchTold;

/// All objects that are watched, each kind with its own age.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects {
    pub nodes: Watched<Arc<Node>>,
    pub pods: Watched<Arc<Pod>>,
    pub pools: Watched<Arc<NodePool>>,
    pub claims: Watched<Arc<NodeClaim>>,
    pub ec2_classes: Watched<Arc<NodeClass>>,
    pub auto_classes: Watched<Arc<NodeClass>>,
    pub deployments: Watched<Arc<Workload>>,
    pub stateful_sets: Watched<Arc<Workload>>,
    pub daemon_sets: Watched<Arc<Workload>>,
    pub autoscalers: Watched<Arc<Autoscaler>>,
    pub budgets: Watched<Arc<DisruptionBudget>>,
    pub applications: Watched<Arc<Application>>,
    pub events: EventStore,
    /// The pods, by where they are and by what owns them.
    placed: PlacedPods,
}

impl Objects {
    /// The pods, by where they are and by what owns them.
    #[must_use]
    pub fn placed(&self) -> &PlacedPods {
        &self.placed
    }

    /// How it stands with a kind.
    #[must_use]
    pub fn standing(&self, kind: ObjectKind) -> WatchStanding<'_> {
        match kind {
            ObjectKind::Node => WatchStanding::of(self.nodes.items()),
            ObjectKind::Pod => WatchStanding::of(self.pods.items()),
            ObjectKind::NodePool => WatchStanding::of(self.pools.items()),
            ObjectKind::NodeClaim => WatchStanding::of(self.claims.items()),
            ObjectKind::Ec2NodeClass => WatchStanding::of(self.ec2_classes.items()),
            ObjectKind::AutoNodeClass => WatchStanding::of(self.auto_classes.items()),
            ObjectKind::Deployment => WatchStanding::of(self.deployments.items()),
            ObjectKind::StatefulSet => WatchStanding::of(self.stateful_sets.items()),
            ObjectKind::DaemonSet => WatchStanding::of(self.daemon_sets.items()),
            ObjectKind::Autoscaler => WatchStanding::of(self.autoscalers.items()),
            ObjectKind::DisruptionBudget => WatchStanding::of(self.budgets.items()),
            ObjectKind::Application => WatchStanding::of(self.applications.items()),
            ObjectKind::Event => self.events.whole(),
        }
    }

    /// A watch has begun.
    pub fn begin(&mut self, kind: ObjectKind, id: u64) {
        match kind {
            ObjectKind::Node => self.nodes.begin(id),
            ObjectKind::Pod => self.pods.begin(id),
            ObjectKind::NodePool => self.pools.begin(id),
            ObjectKind::NodeClaim => self.claims.begin(id),
            ObjectKind::Ec2NodeClass => self.ec2_classes.begin(id),
            ObjectKind::AutoNodeClass => self.auto_classes.begin(id),
            ObjectKind::Deployment => self.deployments.begin(id),
            ObjectKind::StatefulSet => self.stateful_sets.begin(id),
            ObjectKind::DaemonSet => self.daemon_sets.begin(id),
            ObjectKind::Autoscaler => self.autoscalers.begin(id),
            ObjectKind::DisruptionBudget => self.budgets.begin(id),
            ObjectKind::Event => self.events.begin(id),
            ObjectKind::Application => self.applications.begin(id),
        }
    }

    /// Nobody watches a kind any more.
    pub fn end(&mut self, kind: ObjectKind) {
        match kind {
            ObjectKind::Node => self.nodes.end(),
            ObjectKind::Pod => self.pods.end(),
            ObjectKind::NodePool => self.pools.end(),
            ObjectKind::NodeClaim => self.claims.end(),
            ObjectKind::Ec2NodeClass => self.ec2_classes.end(),
            ObjectKind::AutoNodeClass => self.auto_classes.end(),
            ObjectKind::Deployment => self.deployments.end(),
            ObjectKind::StatefulSet => self.stateful_sets.end(),
            ObjectKind::DaemonSet => self.daemon_sets.end(),
            ObjectKind::Autoscaler => self.autoscalers.end(),
            ObjectKind::DisruptionBudget => self.budgets.end(),
            ObjectKind::Event => self.events.end(),
            ObjectKind::Application => self.applications.end(),
        }
    }

    /// Takes in what a watch told; true when something is other than before. A claim that is gone goes into the past.
    pub fn take(&mut self, kind: ObjectKind, id: u64, told: WatchTold, past: &mut ClusterPast, now: Timestamp) -> bool {
        let lost = told.loss().is_some();
        let changed = match (kind, told) {
            (ObjectKind::Node, WatchTold::Nodes(delta)) => self.nodes.take(id, delta, now),
            (ObjectKind::Pod, WatchTold::Pods(delta)) => self.take_pods(id, delta, now),
            (ObjectKind::NodePool, WatchTold::NodePools(delta)) => self.pools.take(id, delta, now),
            (ObjectKind::NodeClaim, WatchTold::NodeClaims(delta)) => self.take_claims(id, delta, past, now),
            (ObjectKind::Ec2NodeClass, WatchTold::NodeClasses(delta)) => self.ec2_classes.take(id, delta, now),
            (ObjectKind::AutoNodeClass, WatchTold::NodeClasses(delta)) => self.auto_classes.take(id, delta, now),
            (ObjectKind::Deployment, WatchTold::Workloads(delta)) => self.deployments.take(id, delta, now),
            (ObjectKind::StatefulSet, WatchTold::Workloads(delta)) => self.stateful_sets.take(id, delta, now),
            (ObjectKind::DaemonSet, WatchTold::Workloads(delta)) => self.daemon_sets.take(id, delta, now),
            (ObjectKind::Autoscaler, WatchTold::Autoscalers(delta)) => self.autoscalers.take(id, delta, now),
            (ObjectKind::DisruptionBudget, WatchTold::DisruptionBudgets(delta)) => self.budgets.take(id, delta, now),
            (ObjectKind::Application, WatchTold::Applications(delta)) => self.applications.take(id, delta, now),
            (ObjectKind::Event, WatchTold::Events(delta)) => {
                let Self { events, nodes, claims, pools, pods, .. } = self;
                let is_there = |about: &ObjectRef| match &*about.kind {
                    "Node" => nodes.get(&about.name).is_some(),
                    "NodeClaim" => claims.get(&about.name).is_some() || past.has(&about.name),
                    "NodePool" => pools.get(&about.name).is_some(),
                    "Pod" => pods.get(&format!("{}/{}", about.namespace, about.name)).is_some(),
                    _ => false,
                };
                return events.take(id, delta, now, is_there) || lost;
            }
            // What is told of something else is no news of it.
            _ => return false,
        };
        changed != Changed::Nothing || lost
    }

    fn take_pods(&mut self, id: u64, delta: Delta<Arc<Pod>>, now: Timestamp) -> Changed {
        let before: Option<BTreeMap<Arc<str>, Arc<Pod>>> = match &delta {
            Delta::Changes { put, gone } => {
                let named = put.keys().chain(gone);
                Some(named.filter_map(|name| Some((name.clone(), self.pods.get(name)?.clone()))).collect())
            }
            Delta::Snapshot(_) | Delta::Alive | Delta::Lost(_) => None,
        };
        let changed = self.pods.take(id, delta, now);
        match (&changed, before) {
            (Changed::Nothing, _) => {}
            (Changed::These(names), Some(before)) => {
                for name in names {
                    self.placed.renew(before.get(name), self.pods.get(name));
                }
            }
            _ => {
                let all = self.pods.items().value();
                self.placed = PlacedPods::of(all.into_iter().flat_map(|pods| pods.values()));
            }
        }
        changed
    }

    fn take_claims(
        &mut self,
        id: u64,
        delta: Delta<Arc<NodeClaim>>,
        past: &mut ClusterPast,
        now: Timestamp,
    ) -> Changed {
        let is_known = |claims: &Watched<Arc<NodeClaim>>, name: &Arc<str>| claims.get(name).cloned();
        let leaving: Vec<Arc<NodeClaim>> = match &delta {
            Delta::Changes { put, gone } => gone
                .iter()
                .filter(|name| !put.contains_key(*name))
                .filter_map(|name| is_known(&self.claims, name))
                .collect(),
            Delta::Snapshot(all) => {
                let known = self.claims.items().value().into_iter().flatten();
                known.filter(|(name, _)| !all.contains_key(*name)).map(|(_, claim)| claim.clone()).collect()
            }
            Delta::Alive | Delta::Lost(_) => Vec::new(),
        };
        let changed = self.claims.take(id, delta, now);
        for claim in leaving.into_iter().filter(|claim| self.claims.get(&claim.name).is_none()) {
            past.lose(claim, now);
        }
        changed
    }
}
