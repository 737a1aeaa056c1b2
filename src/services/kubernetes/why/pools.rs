//! Each pool, and why it makes no node for a pod: what Karpenter says, and what the pool itself shows.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;

use super::attempts::{ClaimEnd, PastClaims};
use super::obstacle::{PoolObstacle, limits};
use super::refusal::{ClaimRefusal, RefusalKind, RefusalPart};
use super::{requirements, seconds_since};
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{CapacityType, NodePool, Pod, RequirementOperator};

/// A claim that vanished says something of the pool's capacity for so many seconds: Karpenter avoids what it could not
/// buy for three minutes (aws provider pkg/cache, `UnavailableOfferingsTTL`), and tries again.
const RECENT: i64 = 900;

/// What a pool has to say of a pod that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolAnswer {
    pub pool: Arc<str>,
    /// What keeps it from making a node; nothing is known against it where there are none.
    pub obstacles: Vec<PoolObstacle>,
    /// Karpenter's own words, where they are about this pool.
    pub said: Option<String>,
}

impl PoolAnswer {
    /// In words: `general is at its limit (cpu 24 of 24)`.
    #[must_use]
    pub fn words(&self) -> String {
        let reasons: Vec<String> = self.obstacles.iter().map(PoolObstacle::words).collect();
        if reasons.is_empty() {
            return format!("{}: nothing is known against it", self.pool);
        }
        format!("{} {}", self.pool, reasons.join(" and "))
    }

    /// It never goes together with the pod, whatever becomes free.
    #[must_use]
    pub fn is_excluded(&self) -> bool {
        self.obstacles.iter().any(PoolObstacle::is_exclusion)
    }
}

/// What every pool has to say of a pod, in the order in which Karpenter asks them: greater weight first, then the name
/// that is later in the alphabet (pkg/utils/nodepool, `OrderByWeight`).
pub(super) fn answers(
    view: &ClusterView<'_>,
    pod: &Pod,
    refusal: Option<&ClaimRefusal>,
    past: &PastClaims,
    now: Timestamp,
) -> Vec<PoolAnswer> {
    let mut pools: Vec<&NodePool> = view.pools().collect();
    pools.sort_by_key(|pool| (Reverse(pool.weight), Reverse(pool.name.clone())));
    let mut answers: Vec<PoolAnswer> = pools.iter().map(|pool| of_pool(view, pool, pod, refusal, past, now)).collect();
    // What names no pool is of the only one that nothing else is said of.
    let open: Vec<usize> = (0..answers.len()).filter(|at| answers[*at].obstacles.is_empty()).collect();
    if let ([at], Some([part])) = (open.as_slice(), refusal.map(nameless).as_deref()) {
        let answer = &mut answers[*at];
        answer.said = Some(part.words.clone());
        answer.obstacles.push(obstacle(&part.kind, &part.words, pools[*at]));
    }
    answers
}

/// The parts of a refusal that name no pool, and do not tell by a taint whose they are.
fn nameless(refusal: &ClaimRefusal) -> Vec<&RefusalPart> {
    let nameless = refusal.parts.iter().filter(|part| part.pool.is_none());
    nameless.filter(|part| !matches!(part.kind, RefusalKind::Taint(_) | RefusalKind::Requirement(_))).collect()
}

fn of_pool(
    view: &ClusterView<'_>,
    pool: &NodePool,
    pod: &Pod,
    refusal: Option<&ClaimRefusal>,
    past: &PastClaims,
    now: Timestamp,
) -> PoolAnswer {
    let part = refusal.and_then(|all| all.parts.iter().find(|part| part.pool.as_deref() == Some(&*pool.name)));
    let said = part.map(|part| part.words.clone());
    let mut answer = PoolAnswer { pool: pool.name.clone(), obstacles: shut(view, pool, pod), said };
    if !answer.obstacles.is_empty() {
        return answer;
    }
    // Karpenter minds a limit of another resource only for instance types, and so for pods, that have it.
    let is_counted = |name: &str| {
        matches!(name, "cpu" | "memory" | "nodes" | "pods" | "ephemeral-storage")
            || pod.requests.others.get(name).is_some_and(|asked| *asked > 0)
    };
    let full = limits(pool).into_iter().find(|(name, used, limit)| used >= limit && is_counted(name));
    answer.obstacles.extend(full.map(|(resource, used, limit)| PoolObstacle::AtLimit { resource, used, limit }));
    if let Some(part) = part {
        let told = obstacle(&part.kind, &part.words, pool);
        let is_known = matches!(told, PoolObstacle::BeyondLimit { .. }) && !answer.obstacles.is_empty();
        if !is_known {
            answer.obstacles.push(told);
        }
    }
    capacity(&mut answer.obstacles, pool, past, now);
    refused(&mut answer.obstacles, pool, past, now);
    answer.obstacles.extend(fruitless(view, pool, past));
    answer
}

/// What shuts a pool to the pod, whatever it has.
fn shut(view: &ClusterView<'_>, pool: &NodePool, pod: &Pod) -> Vec<PoolObstacle> {
    if pool.deleting.is_some() {
        return vec![PoolObstacle::Going];
    }
    if let Some(taint) = requirements::untolerated(pool, pod).first() {
        return vec![PoolObstacle::Taint((*taint).clone())];
    }
    if let Some(found) = requirements::mismatch(pool, pod) {
        return vec![PoolObstacle::Requirement { key: found.key, wanted: found.wanted }];
    }
    if pool.replicas.is_some() {
        return vec![PoolObstacle::Static];
    }
    not_ready(view, pool).into_iter().collect()
}

/// Why a pool is not ready; none where it is, or does not say.
pub(in crate::services::kubernetes) fn not_ready(view: &ClusterView<'_>, pool: &NodePool) -> Option<PoolObstacle> {
    if let Some(condition) =
        pool.conditions.get("NodeClassReady").filter(|_| pool.conditions.is_false("NodeClassReady"))
    {
        let class = pool.class.1.clone();
        return Some(PoolObstacle::ClassNotReady { class, message: class_message(view, pool, &condition.message) });
    }
    let ready = pool.conditions.get("Ready").filter(|_| pool.conditions.is_false("Ready"))?;
    let failing = pool.conditions.0.iter().find(|one| &*one.kind != "Ready" && pool.conditions.is_false(&one.kind));
    let one = failing.unwrap_or(ready);
    Some(PoolObstacle::NotReady { condition: one.kind.clone(), message: one.message.clone() })
}

/// The condition of a pool's class that fails, in its own words; the pool's where the class is not known.
fn class_message(view: &ClusterView<'_>, pool: &NodePool, said: &Arc<str>) -> Arc<str> {
    let failing = view.class_of(pool).and_then(|class| {
        class.conditions.0.iter().find(|one| &*one.kind != "Ready" && class.conditions.is_false(&one.kind))
    });
    match failing {
        Some(one) if one.message.is_empty() => one.kind.clone(),
        Some(one) => format!("{}: {}", one.kind, one.message).into(),
        None => said.clone(),
    }
}

/// What Karpenter says of a pool as an obstacle of it.
fn obstacle(kind: &RefusalKind, words: &str, pool: &NodePool) -> PoolObstacle {
    match kind {
        RefusalKind::NodeLimit | RefusalKind::Limit => {
            PoolObstacle::BeyondLimit { nearest: limits(pool).into_iter().next() }
        }
        RefusalKind::NoOffering { zones, capacity } => PoolObstacle::NoCapacity {
            zones: if zones.len() <= 2 {
                zones.iter().map(|zone| Arc::from(zone.as_str())).collect()
            } else {
                Vec::new()
            },
            capacity: capacity.filter(|_| !is_of_one_capacity(pool)),
            times: 0,
            last: None,
            is_told: true,
        },
        RefusalKind::TooBig => PoolObstacle::NoInstanceType { too_big: true },
        RefusalKind::NoType => PoolObstacle::NoInstanceType { too_big: false },
        RefusalKind::Topology(key) => PoolObstacle::Spread(key.clone()),
        RefusalKind::Taint(_) | RefusalKind::Requirement(_) | RefusalKind::Other => {
            PoolObstacle::Said(words.to_owned())
        }
    }
}

/// Whether all nodes of a pool are of one capacity type: then it need not be named.
fn is_of_one_capacity(pool: &NodePool) -> bool {
    let own = pool.requirements.iter().find(|one| &*one.key == "karpenter.sh/capacity-type");
    own.is_some_and(|one| one.operator == RequirementOperator::In && one.values.len() == 1)
}

/// What became of the claims of a pool that were given up, where none has become a node since: of those that are kept,
/// which are of the last hour.
fn fruitless(view: &ClusterView<'_>, pool: &NodePool, past: &PastClaims) -> Option<PoolObstacle> {
    let failed = past.of_pool(&pool.name);
    let newest = failed.iter().find(|claim| matches!(claim.end, ClaimEnd::NotLaunched | ClaimEnd::NotRegistered))?;
    let joined = view.claims().filter(|claim| claim.pool.as_deref() == Some(&*pool.name));
    let joined = joined.filter_map(|claim| claim.conditions.true_since("Registered")).max();
    let times = failed.iter().filter(|claim| claim.end == newest.end).count();
    let launched = newest.end == ClaimEnd::NotRegistered;
    (joined < newest.at).then_some(PoolObstacle::Fruitless { launched, times })
}

/// Adds for what else EC2 refused the last claim that it refused.
fn refused(obstacles: &mut Vec<PoolObstacle>, pool: &NodePool, past: &PastClaims, now: Timestamp) {
    let mut lately =
        past.of_pool(&pool.name).iter().filter(|claim| claim.at.is_some_and(|at| seconds_since(now, at) <= RECENT));
    let why = lately.find_map(|claim| match &claim.end {
        ClaimEnd::Refused { why, .. } => Some(why.clone()),
        _ => None,
    });
    obstacles.extend(why.map(PoolObstacle::Refused));
}

/// Adds what claims that vanished say of a pool's capacity.
fn capacity(obstacles: &mut Vec<PoolObstacle>, pool: &NodePool, past: &PastClaims, now: Timestamp) {
    let lately = past.of_pool(&pool.name).iter().filter(|claim| {
        matches!(claim.end, ClaimEnd::NoCapacity(_)) && claim.at.is_some_and(|at| seconds_since(now, at) <= RECENT)
    });
    let lately: Vec<_> = lately.collect();
    let Some(newest) = lately.first() else { return };
    let told = obstacles.iter_mut().find_map(|one| match one {
        PoolObstacle::NoCapacity { times, last, .. } => Some((times, last)),
        _ => None,
    });
    if let Some((times, last)) = told {
        *times = lately.len();
        *last = newest.at;
        return;
    }
    let mut zones: Vec<Arc<str>> = lately.iter().flat_map(|claim| claim.zones.iter().cloned()).collect();
    zones.sort();
    zones.dedup();
    let kind: Option<CapacityType> = newest.capacity.filter(|_| !is_of_one_capacity(pool));
    obstacles.push(PoolObstacle::NoCapacity {
        zones: if zones.len() <= 2 { zones } else { Vec::new() },
        capacity: kind,
        times: lately.len(),
        last: newest.at,
        is_told: false,
    });
}
