//! Why the pods of one owner wait, taken together.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::advice;
use super::attempts::PastClaims;
use super::fit::FitRefusal;
use super::obstacle::PoolObstacle;
use super::pods::{PodPlace, reason, story};
use super::pools::PoolAnswer;
use crate::services::kubernetes::model::Pod;
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// Of many pods so many are looked at closely: those of one template wait for the same.
const SAMPLED: usize = 8;
/// How far back claims that vanished say something, seconds.
const PAST: i64 = 3600;

/// Why pods of one owner wait.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitStory {
    /// How many wait.
    pub count: usize,
    /// When the first of them began to.
    pub since: Option<Timestamp>,
    /// How many of them were looked at.
    pub looked: usize,
    /// Of those that were looked at, how many were promised a node, and were refused one.
    pub promised: usize,
    pub refused: usize,
    /// Claims that are to become their nodes.
    pub claims: Vec<Arc<str>>,
    /// What makes it doubtful that the first doubtful one of these becomes a node: which, and where it is stuck.
    pub doubt: Option<(Arc<str>, String)>,
    /// What each pool has to say of those that were refused.
    pub pools: Vec<PoolAnswer>,
    pub scheduler: Option<FitRefusal>,
    /// What to do, the most useful first.
    pub advice: Vec<String>,
    /// Karpenter has said that it cannot.
    pub is_karpenters: bool,
    /// Whether what is said of them is read.
    pub has_events: bool,
}

/// Why pods wait; those that have a node are left out.
#[must_use]
pub fn waiting(view: &ClusterView<'_>, pods: &[&Pod], now: Timestamp) -> WaitStory {
    together(view, pods, &PastClaims::of(view, PAST, now), now)
}

/// The same with claims that were looked up before.
pub(in crate::services::kubernetes) fn together(
    view: &ClusterView<'_>,
    pods: &[&Pod],
    past: &PastClaims,
    now: Timestamp,
) -> WaitStory {
    let mut pods: Vec<&Pod> = pods.iter().copied().filter(|pod| pod.is_unschedulable()).collect();
    let began = |pod: &Pod| pod.condition("PodScheduled").and_then(|one| one.since).or(pod.created);
    pods.sort_by_key(|pod| began(pod).unwrap_or(Timestamp::MAX));
    let mut all = WaitStory {
        count: pods.len(),
        since: pods.first().and_then(|pod| began(pod)),
        looked: pods.len().min(SAMPLED),
        promised: 0,
        refused: 0,
        claims: Vec::new(),
        doubt: None,
        pools: Vec::new(),
        scheduler: None,
        advice: Vec::new(),
        is_karpenters: false,
        has_events: view.standing(ObjectKind::Event).is_known(),
    };
    let mut promised = BTreeMap::new();
    let is_daemon = pods.iter().all(|pod| pod.is_daemon());
    for pod in pods.into_iter().take(SAMPLED) {
        let one = story(view, pod, past, now);
        match one.place {
            PodPlace::Promised { claim, doubt, .. } => {
                all.promised += 1;
                promised.extend(claim.map(|claim| (claim, (doubt, one.advice))));
            }
            PodPlace::Refused | PodPlace::NotYetSaid => {
                all.refused += usize::from(one.place == PodPlace::Refused);
                all.is_karpenters |= one.karpenter.is_some();
                merge(&mut all.pools, one.pools);
                all.scheduler = all.scheduler.or(one.scheduler);
            }
            PodPlace::AfterOthers(_) => all.promised += 1,
            PodPlace::On(_) | PodPlace::Gated => {}
        }
    }
    all.claims = promised.keys().cloned().collect();
    // What helps others to a node does not help the pods of a DaemonSet: theirs is told.
    if !is_daemon {
        all.advice = advice::of(&all.pools, all.scheduler.as_ref());
    }
    if let Some((claim, doubt, advice)) =
        promised.into_iter().find_map(|(claim, (doubt, advice))| Some((claim, doubt?, advice)))
    {
        all.doubt = Some((claim, doubt));
        advice::add(&mut all.advice, advice);
    }
    all
}

/// Takes in what the pools say of another pod: what is said already is not said again.
fn merge(pools: &mut Vec<PoolAnswer>, more: Vec<PoolAnswer>) {
    for answer in more {
        let Some(known) = pools.iter_mut().find(|known| known.pool == answer.pool) else {
            pools.push(answer);
            continue;
        };
        known.said = known.said.take().or(answer.said);
        for obstacle in answer.obstacles {
            if let PoolObstacle::NoCapacity { zones: more, capacity: kind, is_told: told, .. } = &obstacle {
                let same = known.obstacles.iter_mut().find_map(|one| match one {
                    PoolObstacle::NoCapacity { zones, capacity, is_told, .. } => Some((zones, capacity, is_told)),
                    _ => None,
                });
                if let Some((zones, capacity, is_told)) = same {
                    // Where one pod may go anywhere, no zone is named.
                    if zones.is_empty() || more.is_empty() {
                        zones.clear();
                    } else {
                        zones.extend(more.iter().filter(|zone| !zones.contains(zone)).cloned().collect::<Vec<_>>());
                    }
                    *capacity = capacity.filter(|_| *capacity == *kind);
                    *is_told |= told;
                    continue;
                }
            }
            if !known.obstacles.contains(&obstacle) {
                known.obstacles.push(obstacle);
            }
        }
    }
}

impl WaitStory {
    /// Why they wait, in one line.
    #[must_use]
    pub fn reason(&self, _now: Timestamp) -> String {
        if self.promised > 0 && self.refused == 0 {
            if let Some((claim, doubt)) = &self.doubt {
                return format!("claim {claim} is to become their node: {doubt}");
            }
            return match self.claims.as_slice() {
                [] => "they are to go to nodes that are there".to_owned(),
                claims => format!("{} to become their node", super::listed(claims, 3)),
            };
        }
        reason(&self.pools, self.scheduler.as_ref(), self.has_events)
    }

    /// What to do, in at most two sentences.
    #[must_use]
    pub fn advice(&self) -> String {
        if self.advice.is_empty() {
            return "Look at the pods' events and at what they ask for.".to_owned();
        }
        advice::joined(&self.advice)
    }

    /// The pools that have no capacity, or no room, for them: their trouble is told here.
    pub fn short_pools(&self) -> impl Iterator<Item = &Arc<str>> {
        self.pools
            .iter()
            .filter(|answer| !answer.obstacles.is_empty() && !answer.is_excluded())
            .map(|answer| &answer.pool)
    }
}
