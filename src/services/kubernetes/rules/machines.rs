//! Rules of nodes.

use super::facts::{ClusterThing, ThingSubject};
use super::{Case, ClusterNeed, Rule, Verdict};
use crate::domain::finding::{Harm, Severity};
use crate::domain::{Since, duration};
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::{ConditionStatus, Node, NodeProvider};
use crate::services::kubernetes::why::{DriftBlock, NodeStory, node_story};

pub static RULES: [Rule; 3] = [
    Rule {
        id: "node-not-ready",
        source: "Kubernetes, Node status: condition Ready",
        harm: Harm::Now,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Node)],
        applies: is_node,
        check: not_ready,
    },
    Rule {
        id: "node-stuck-terminating",
        source: "karpenter pkg/controllers/node/termination; events FailedDraining, AwaitingVolumeDetachment",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Node), ClusterNeed::Objects(ObjectKind::Pod)],
        applies: is_node,
        check: stuck,
    },
    Rule {
        id: "drift-blocked",
        source: "karpenter, Disruption: drift; NodeClaim condition Drifted",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[
            ClusterNeed::Objects(ObjectKind::NodeClaim),
            ClusterNeed::Objects(ObjectKind::Pod),
            ClusterNeed::Objects(ObjectKind::DisruptionBudget),
        ],
        applies: is_node,
        check: drift_blocked,
    },
];

/// A kubelet that misses a report or two is not gone: so long, seconds, it is not told.
const GRACE: f64 = 60.0;
/// A node that begins has so long, seconds, to become ready.
const BEGINS: f64 = 300.0;
/// A node that goes is looked at from then on where something holds it, and told as trouble from then on, seconds.
const HELD: i64 = 300;
const STUCK: i64 = 1_800;

fn is_node(subject: &ThingSubject<'_>) -> bool {
    matches!(subject.thing, ClusterThing::Node(_))
}

fn node<'a>(case: &Case<'a>) -> Option<&'a Node> {
    match case.subject.thing {
        ClusterThing::Node(node) => Some(node),
        _ => None,
    }
}

fn story(case: &Case<'_>, node: &Node) -> NodeStory {
    let facts = case.subject.facts;
    let allowed = node.pool().and_then(|pool| facts.allowed.get(&**pool));
    node_story(facts.view, &facts.budgets, allowed, node, case.now)
}

fn is_going(case: &Case<'_>, node: &Node) -> bool {
    node.deleting.is_some() || case.subject.facts.view.claim_of(node).is_some_and(|claim| claim.deleting.is_some())
}

fn not_ready(case: &Case<'_>) -> Option<Verdict> {
    let node = node(case)?;
    let ready = node.conditions.get("Ready").filter(|ready| ready.status != ConditionStatus::True)?;
    let since = ready.since.or(node.created);
    let is_new = node.created.is_some_and(|created| case.seconds_since(created) < BEGINS);
    if is_going(case, node) || is_new || since.is_some_and(|since| case.seconds_since(since) < GRACE) {
        return None;
    }
    let what = match ready.status {
        ConditionStatus::Unknown => "node not heard of: its kubelet reports nothing".to_owned(),
        _ if ready.message.is_empty() => format!("node not ready: {}", ready.reason),
        _ => format!("node not ready: {}", ready.message),
    };
    let view = case.subject.facts.view;
    let pods = view.pods_on(&node.name).iter().filter(|pod| !pod.is_over()).count();
    let pods = view.standing(ObjectKind::Pod).is_known().then(|| crate::health::words::plural(pods, "pod"));
    let kind = [node.instance_type.as_deref(), node.zone.as_deref()];
    let place = kind.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let advice = match (&node.provider, node.instance.as_deref()) {
        (NodeProvider::Fargate, _) => "Look at the events of its pod: Fargate has no instance to look at.".to_owned(),
        (_, instance) => format!(
            "Look at the status checks and the console output of {}; after 5 minutes its pods are evicted; those of \
             stateful sets wait until the node is gone.",
            instance.unwrap_or("its instance")
        ),
    };
    let evidence = pods.into_iter().chain([place]);
    Some(Verdict::new(Severity::Warning, what, advice).evidence(evidence).since(since.map(Since::Told)))
}

fn stuck(case: &Case<'_>) -> Option<Verdict> {
    let node = node(case).filter(|node| is_going(case, node))?;
    let story = story(case, node);
    let drain = &story.drain;
    let since = drain.since?;
    let seconds = case.seconds_since(since) as i64;
    let is_late = drain.ends.is_some_and(|ends| ends < case.now);
    let is_held = drain.holds.iter().any(crate::services::kubernetes::why::DrainHold::is_block);
    let severity = if seconds >= STUCK || is_late {
        Severity::Warning
    } else if seconds >= HELD && is_held {
        Severity::Info
    } else {
        return None;
    };
    let hold = drain.holds.first().map_or_else(|| unsaid(case, node), |hold| hold.words(case.now));
    let summary = format!("not gone in {}: {hold}", duration::seconds(seconds));
    let end = match drain.ends {
        Some(ends) if ends < case.now => "its grace period is over".to_owned(),
        Some(ends) => format!("goes by force {}", duration::ago(-ends.duration_since(case.now).as_secs())),
        None if !drain.knows_end => "whether it goes by force is not known".to_owned(),
        None => "no terminationGracePeriod".to_owned(),
    };
    let more = drain.holds.iter().skip(1).map(|hold| hold.words(case.now));
    let advice =
        drain.advice().map_or_else(|| "Look at its events and its finalizers.".to_owned(), |all| format!("{all}."));
    let verdict = Verdict::new(severity, summary, advice);
    Some(verdict.evidence([end].into_iter().chain(more.take(3))).since(Some(Since::Told(since))))
}

/// Why nothing says what holds a node.
fn unsaid(case: &Case<'_>, node: &Node) -> String {
    let mut unread = vec![ObjectKind::Event, ObjectKind::DisruptionBudget];
    unread.extend(node.pool().map(|_| ObjectKind::NodeClaim));
    unread.retain(|kind| !case.subject.facts.view.standing(*kind).is_known());
    let titles: Vec<&str> = unread.iter().map(|kind| kind.title()).collect();
    if titles.is_empty() {
        "nothing says why".to_owned()
    } else {
        format!("why is not known: {} are not read", titles.join(", "))
    }
}

fn drift_blocked(case: &Case<'_>) -> Option<Verdict> {
    let node = node(case)?;
    let claim = case.subject.facts.view.claim_of(node).filter(|claim| claim.conditions.is_true("Drifted"))?;
    if claim.deleting.is_some() || node.deleting.is_some() {
        return None;
    }
    let story = story(case, node);
    let drift = &story.drift;
    // What the budgets hold is told by the pool.
    let is_own = |block: &&DriftBlock| !matches!(block, DriftBlock::NoBudget { .. } | DriftBlock::BudgetTaken { .. });
    drift.blocks.iter().find(is_own)?;
    if drift.since.is_some_and(|since| case.seconds_since(since) < HELD as f64) {
        return None;
    }
    let advice = drift.advice().map(|advice| format!("{advice}.")).unwrap_or_default();
    let more = drift.blocks.iter().skip(1).map(|block| block.words(case.now));
    let verdict = Verdict::new(Severity::Warning, drift.words(case.now), advice).evidence(more.take(3));
    Some(verdict.since(drift.since.map(Since::Told)))
}
