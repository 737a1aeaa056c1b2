//! Rules of pools and their classes.

use std::collections::BTreeMap;

use super::facts::{ClusterThing, ThingSubject};
use super::{Case, ClusterNeed, Rule, Verdict};
use crate::domain::finding::{Harm, Severity};
use crate::domain::{Since, duration};
use crate::health::words::plural;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::{DisruptionReason, NodeClass, NodePool};
use crate::services::kubernetes::why::{
    ClaimEnd, FailedClaim, PoolObstacle, amount, drift_words, limits, pool_not_ready, tells,
};

pub static RULES: [Rule; 7] = [
    Rule {
        id: "class-not-ready",
        source: "karpenter-provider-aws, EC2NodeClass status conditions; EKS Auto Mode, NodeClass",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::NodePool)],
        applies: is_pool,
        check: class_not_ready,
    },
    Rule {
        id: "pool-not-ready",
        source: "karpenter, NodePool status conditions: Ready, NodeRegistrationHealthy",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::NodePool)],
        applies: is_pool,
        check: not_ready,
    },
    Rule {
        id: "claims-loop",
        source: "karpenter pkg/controllers/nodeclaim/lifecycle: launch.go, liveness.go",
        harm: Harm::Now,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::NodePool), ClusterNeed::Objects(ObjectKind::NodeClaim)],
        applies: is_pool,
        check: claims_loop,
    },
    Rule {
        id: "pool-at-limit",
        source: "karpenter, NodePool: spec.limits, status.resources",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::NodePool)],
        applies: is_pool,
        check: at_limit,
    },
    Rule {
        id: "spot-interruption",
        source: "karpenter-provider-aws, Interruption: event SpotInterrupted; EC2, Spot Instance interruption notices",
        harm: Harm::Now,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::NodePool), ClusterNeed::Objects(ObjectKind::Event)],
        applies: is_pool,
        check: interruption,
    },
    Rule {
        id: "drift-waiting",
        source: "karpenter, Disruption: drift and budgets",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[
            ClusterNeed::Objects(ObjectKind::NodePool),
            ClusterNeed::Objects(ObjectKind::NodeClaim),
            ClusterNeed::Objects(ObjectKind::Node),
        ],
        applies: is_pool,
        check: drift_waiting,
    },
    Rule {
        id: "deprecated-ami",
        source: "karpenter-provider-aws, EC2NodeClass: status.amis[].deprecated",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::NodePool), ClusterNeed::Objects(ObjectKind::Ec2NodeClass)],
        applies: is_pool,
        check: deprecated,
    },
];

/// So many claims that come to nothing are a loop, where the last is not older than so many seconds.
const LOOP: usize = 3;
const RECENT: f64 = 1_800.0;
/// So many interruptions within a quarter of an hour are trouble.
const STORM: usize = 3;

fn is_pool(subject: &ThingSubject<'_>) -> bool {
    matches!(subject.thing, ClusterThing::NodePool(_))
}

fn pool<'a>(case: &Case<'a>) -> Option<&'a NodePool> {
    match case.subject.thing {
        ClusterThing::NodePool(pool) => Some(pool),
        _ => None,
    }
}

/// The class of a pool, where it is this pool that tells of it, and the names of all pools that have it.
fn told_class<'a>(case: &Case<'a>, pool: &NodePool) -> Option<(Option<&'a NodeClass>, String)> {
    let facts = case.subject.facts;
    let is_teller = facts.tellers.get(&(&*pool.class.0, &*pool.class.1)) == Some(&&*pool.name);
    let names: Vec<&str> =
        facts.view.pools().filter(|other| other.class == pool.class).map(|other| &*other.name).collect();
    let word = if names.len() == 1 { "pool" } else { "pools" };
    is_teller.then(|| (facts.view.class_of(pool), format!("{word} {}", names.join(", "))))
}

fn class_not_ready(case: &Case<'_>) -> Option<Verdict> {
    let pool = pool(case)?;
    let Some(PoolObstacle::ClassNotReady { class, message }) = pool_not_ready(case.subject.facts.view, pool) else {
        return None;
    };
    let (known, pools) = told_class(case, pool)?;
    let since = known
        .and_then(|class| class.conditions.get("Ready"))
        .or_else(|| pool.conditions.get("NodeClassReady"))
        .and_then(|condition| condition.since);
    let why = if message.is_empty() { String::new() } else { format!(": {message}") };
    let advice = format!("Repair class {class}: no node of its pools is made until it is ready.");
    let verdict = Verdict::new(Severity::Warning, format!("class {class} is not ready{why}"), advice);
    Some(verdict.evidence([pools]).since(since.map(Since::Told)))
}

fn not_ready(case: &Case<'_>) -> Option<Verdict> {
    let pool = pool(case)?;
    let said = |message: &str| if message.is_empty() { String::new() } else { format!(": {message}") };
    let mut is_launched = true;
    let (kind, message) = match pool_not_ready(case.subject.facts.view, pool) {
        Some(PoolObstacle::NotReady { condition, message }) => (condition, message),
        // Its class says why.
        Some(_) => return None,
        None => {
            // Claims that do not register say it better.
            let failed = case.subject.facts.past.of_pool(&pool.name);
            let is_told =
                failed.iter().any(|claim| matches!(claim.end, ClaimEnd::NotRegistered | ClaimEnd::NotLaunched));
            let health = pool.conditions.get("NodeRegistrationHealthy").filter(|_| !is_told)?;
            if !pool.conditions.is_false("NodeRegistrationHealthy") {
                return None;
            }
            is_launched = &*health.reason == "RegistrationFailed";
            (health.kind.clone(), health.message.clone())
        }
    };
    let since = pool.conditions.get(&kind).and_then(|condition| condition.since);
    let (what, advice) = if !is_launched {
        // Karpenter then gives the reason of the claim's condition Launched (lifecycle/liveness.go).
        ("its claims are not launched", "Look at its class and at what EC2 refuses.")
    } else if &*kind == "NodeRegistrationHealthy" {
        ("its nodes do not register", "Look at AMI, network and role of its class: instances run and do not join.")
    } else {
        ("pool not ready", "Repair it: it makes no node until it is ready.")
    };
    let verdict = Verdict::new(Severity::Warning, format!("{what}{}", said(&message)), advice);
    Some(verdict.evidence([kind.to_string()]).since(since.map(Since::Told)))
}

fn claims_loop(case: &Case<'_>) -> Option<Verdict> {
    let pool = pool(case)?;
    let facts = case.subject.facts;
    let failed = facts.past.of_pool(&pool.name);
    let last = failed.iter().find_map(|claim| claim.at)?;
    let is_slow = failed.iter().any(|claim| matches!(claim.end, ClaimEnd::NotRegistered | ClaimEnd::NotLaunched));
    // Each of these took minutes.
    let enough = if is_slow { 2 } else { LOOP };
    if failed.len() < enough || case.seconds_since(last) > RECENT {
        return None;
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for claim in failed {
        *kinds.entry(claim.end.short()).or_default() += 1;
    }
    let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let kinds: Vec<String> = kinds.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let is_capacity = failed.iter().all(|claim| matches!(claim.end, ClaimEnd::NoCapacity(_)));
    // Whose pods wait for it says it already.
    let is_told = is_capacity && facts.told.contains_key(&pool.name);
    let severity = if is_told { Severity::Info } else { Severity::Warning };
    let first: Option<&FailedClaim> = failed.first();
    let words = first.map(|claim| claim.end.words()).unwrap_or_default();
    let ago = format!("last {}", duration::ago(case.seconds_since(last) as i64));
    let refused = first.and_then(|claim| match &claim.end {
        ClaimEnd::Refused { why, .. } => Some(why.advice(&format!("pool {}", pool.name))),
        _ => None,
    });
    let advice = if is_capacity {
        "Allow more instance types, zones or capacity types: EC2 had none of what it asked for.".to_owned()
    } else if let Some(advice) = refused {
        format!("{advice}.")
    } else if is_slow {
        "Look at AMI, network and role of its class: instances do not come up or do not join.".to_owned()
    } else {
        format!("Look at {} for why its claims go before they are nodes.", tells(facts.view))
    };
    let summary = format!("{} came to nothing in the last hour: {}", plural(failed.len(), "claim"), kinds.join(", "));
    let since = failed.iter().filter_map(|claim| claim.at).min();
    Some(Verdict::new(severity, summary, advice).evidence([words, ago]).since(since.map(Since::Told)))
}

fn at_limit(case: &Case<'_>) -> Option<Verdict> {
    let pool = pool(case)?;
    // What stands is over only when there is room for something again.
    let is_full = |used: i64, limit: i64| used >= limit || (case.standing.is_some() && used * 20 >= limit * 19);
    // A limit of nothing closes a pool on purpose.
    let (resource, used, limit) =
        limits(pool).into_iter().find(|(_, used, limit)| *limit > 0 && is_full(*used, *limit))?;
    let told = case.subject.facts.told.get(&pool.name);
    let severity = if told.is_some() { Severity::Info } else { Severity::Warning };
    let waiting = told.map(|things| {
        let names: Vec<&str> = things.iter().map(super::ThingRef::name).collect();
        format!("pods of {} wait", names.join(", "))
    });
    let at = if used < limit { "near" } else { "at" };
    let summary = format!("{at} its limit: {resource} {} of {}", amount(&resource, used), amount(&resource, limit));
    let advice = format!("Raise spec.limits.{resource} of {}, or free capacity there.", pool.name);
    Some(Verdict::new(severity, summary, advice).evidence(waiting))
}

fn interruption(case: &Case<'_>) -> Option<Verdict> {
    let pool = pool(case)?;
    let taken = case.subject.facts.interrupted_of(&pool.name)?;
    let first = taken.values().min().copied();
    let severity = if taken.len() >= STORM { Severity::Warning } else { Severity::Info };
    let names: Vec<&str> = taken.keys().take(4).copied().collect();
    let summary = format!("EC2 called back {} of spot in the last 15m", plural(taken.len(), "node"));
    let advice = "Watch its pods move: where they find no place, allow more instance types or on-demand.";
    Some(Verdict::new(severity, summary, advice).evidence([names.join(" ")]).since(first.map(Since::Told)))
}

fn drift_waiting(case: &Case<'_>) -> Option<Verdict> {
    let pool = pool(case)?;
    let facts = case.subject.facts;
    let drifted: Vec<_> = facts
        .view
        .claims()
        .filter(|claim| claim.pool.as_ref() == Some(&pool.name) && claim.deleting.is_none())
        .filter(|claim| claim.conditions.is_true("Drifted"))
        .collect();
    let since = drifted.iter().filter_map(|claim| claim.conditions.true_since("Drifted")).min();
    let reason =
        drifted.first()?.conditions.get("Drifted").map(|condition| condition.reason.clone()).unwrap_or_default();
    let allowed = facts.allowed.get(&*pool.name)?;
    let budget = allowed.of(DisruptionReason::Drifted);
    let summary = format!("{} of {} nodes drifted ({})", drifted.len(), allowed.total, drift_words(&reason));
    let budget = format!("budgets allow {}", budget.words(allowed.total, case.now));
    let advice = "Let Karpenter replace them within the pool's budgets; each node says what blocks it.";
    Some(Verdict::new(Severity::Info, summary, advice).evidence([budget]).since(since.map(Since::Told)))
}

fn deprecated(case: &Case<'_>) -> Option<Verdict> {
    let pool = pool(case)?;
    let (class, pools) = told_class(case, pool)?;
    let class = class?;
    let old: Vec<&str> = class.amis.iter().filter(|(.., deprecated)| *deprecated).map(|(id, ..)| &**id).collect();
    if old.is_empty() {
        return None;
    }
    let summary = format!("class {} starts nodes from {}", class.name, plural(old.len(), "deprecated AMI"));
    let advice = "Let its amiSelectorTerms choose a newer one.";
    Some(Verdict::new(Severity::Info, summary, advice).evidence([old.join(" "), pools]))
}
