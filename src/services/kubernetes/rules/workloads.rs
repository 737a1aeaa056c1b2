//! Rules of what owns pods: pods that wait, that do not start, that are all in one zone; autoscalers and budgets.

use std::collections::BTreeSet;

use super::facts::{ClusterThing, ThingSubject};
use super::{Case, ClusterNeed, Rule, ThingRef, Verdict};
use crate::domain::Since;
use crate::domain::finding::{Harm, Severity};
use crate::health::words::plural;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::{Pod, Workload, WorkloadKind};
use crate::services::kubernetes::why::{
    Crashes, FitRefusal, Tries, WaitStory, claim_story, saturated, shuts, uncomputed,
};

pub static RULES: [Rule; 5] = [
    Rule {
        id: "unschedulable-pods",
        source: "Kubernetes, Pod conditions: PodScheduled; karpenter pkg/controllers/provisioning/scheduling, events \
                 FailedScheduling and Nominated",
        harm: Harm::Now,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Pod)],
        applies: is_workload,
        check: unschedulable,
    },
    Rule {
        id: "crash-loop",
        source: "Kubernetes, Pod lifecycle: container states, CrashLoopBackOff",
        harm: Harm::Now,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Pod)],
        applies: is_workload,
        check: crash_loop,
    },
    Rule {
        id: "autoscaler-saturated",
        source: "Kubernetes, HorizontalPodAutoscaler: maxReplicas, condition ScalingLimited",
        harm: Harm::Now,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Autoscaler)],
        applies: is_workload,
        check: autoscaler,
    },
    Rule {
        id: "budget-blocks",
        source: "Kubernetes, Specifying a Disruption Budget for your Application",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Pod), ClusterNeed::Objects(ObjectKind::DisruptionBudget)],
        applies: is_workload,
        check: budget_blocks,
    },
    Rule {
        id: "one-zone",
        source: "EKS best practices, Reliability: spread workloads across zones",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Pod), ClusterNeed::Objects(ObjectKind::Node)],
        applies: |subject| kept(subject).is_some_and(|workload| workload.kind != WorkloadKind::DaemonSet),
        check: one_zone,
    },
];

/// Pods that wait are told of from then on, seconds, unless it is said that there is no place for them.
const GRACE: i64 = 60;
/// A claim that is younger than this, seconds, is on its way.
const YOUNG: i64 = 300;
/// From then on whoever needs them is hurt, seconds.
const LONG: i64 = 300;
/// An autoscaler is at its maximum for so long, seconds, before that is told.
const SATURATED: i64 = 600;

fn is_workload(subject: &ThingSubject<'_>) -> bool {
    matches!(subject.thing, ClusterThing::Workload(_))
}

fn kept<'a>(subject: &ThingSubject<'a>) -> Option<&'a Workload> {
    match subject.thing {
        ClusterThing::Workload(workload) => workload,
        _ => None,
    }
}

/// What the pods of a thing are called: `14 pods of checkout-api wait`.
fn waiters(subject: &ThingSubject<'_>, count: usize) -> String {
    let verb = if count == 1 { "waits" } else { "wait" };
    match &subject.reference {
        ThingRef::Workload { kind, name, .. } if &**kind == "Pod" => format!("pod {name} {verb}"),
        other => format!("{} of {} {verb}", plural(count, "pod"), other.name()),
    }
}

fn unschedulable(case: &Case<'_>) -> Option<Verdict> {
    let subject = case.subject;
    let story = subject.facts.waits.get(&subject.reference)?;
    let waited = story.since.map_or(0, |since| case.seconds_since(since) as i64);
    if story.refused == 0 && story.promised > 0 {
        return promised(case, story);
    }
    let view = subject.facts.view;
    let is_last_word = story.is_karpenters || (view.has_karpenter() == Some(false) && story.scheduler.is_some());
    if !is_last_word && waited < GRACE {
        return None;
    }
    let tries: Vec<String> = story
        .short_pools()
        .filter_map(|pool| {
            let failed = subject.facts.past.of_pool(pool).len();
            (failed > 1).then(|| format!("{} of {pool} came to nothing in the last hour", plural(failed, "claim")))
        })
        .collect();
    let scheduler = story.scheduler.as_ref().map(FitRefusal::words).unwrap_or_default();
    let reason = story.reason(case.now);
    let scheduler = if reason.contains(&scheduler) { String::new() } else { scheduler };
    let summary = format!("{}: {reason}", waiters(subject, story.count));
    Some(
        Verdict::new(severity(subject, waited), summary, story.advice())
            .evidence(tries.into_iter().chain([scheduler]))
            .since(story.since.map(Since::Told)),
    )
}

/// Somebody is hurt where what serves lacks a tenth of its pods for minutes, or has none.
fn severity(subject: &ThingSubject<'_>, waited: i64) -> Severity {
    let Some(workload) = kept(subject).filter(|workload| workload.kind != WorkloadKind::DaemonSet) else {
        return Severity::Warning;
    };
    let (wanted, ready) = (workload.wanted, workload.ready);
    let lacks = wanted > 0 && (ready == 0 || (wanted - ready) * 10 >= wanted);
    if lacks && waited >= LONG { Severity::Critical } else { Severity::Warning }
}

/// Claims are to become their nodes: that is told only when one is late.
fn promised(case: &Case<'_>, story: &WaitStory) -> Option<Verdict> {
    let facts = case.subject.facts;
    let claims: Vec<_> = story.claims.iter().filter_map(|name| facts.view.claim(name)).collect();
    let age = |claim: &crate::services::kubernetes::model::NodeClaim| {
        claim.created.map_or(0, |created| case.seconds_since(created) as i64)
    };
    let oldest = claims.iter().max_by_key(|claim| age(claim))?;
    if age(oldest) < YOUNG {
        return None;
    }
    let told = claim_story(facts.view, oldest, &facts.past, case.now);
    let summary = format!("{} for claim {}: {}", waiters(case.subject, story.count), oldest.name, told.state());
    let advice = told
        .advice
        .first()
        .map_or_else(|| "Look at the claim: its node does not come up.".to_owned(), |advice| format!("{advice}."));
    let tries = told.tries.map(Tries::words).unwrap_or_default();
    let verdict = Verdict::new(Severity::Warning, summary, advice);
    Some(verdict.evidence([tries]).since(story.since.map(Since::Told)))
}

fn crash_loop(case: &Case<'_>) -> Option<Verdict> {
    let pods = case.subject.pods();
    let crashes = Crashes::of(&pods)?;
    let down = kept(case.subject).is_some_and(|w| w.kind != WorkloadKind::DaemonSet && w.wanted > 0 && w.ready == 0);
    let severity = if down { Severity::Critical } else { Severity::Warning };
    let share = kept(case.subject).map(|w| format!("{} of {} ready", w.ready, w.wanted)).unwrap_or_default();
    let last = crashes.last.map(|ended| ended.message.to_string()).unwrap_or_default();
    Some(Verdict::new(severity, crashes.words(), format!("{}.", crashes.advice())).evidence([share, last]))
}

fn autoscaler(case: &Case<'_>) -> Option<Verdict> {
    let ThingRef::Workload { kind, namespace, name } = &case.subject.reference else { return None };
    let scaler = case.subject.facts.scalers.get(&(&**kind, &**namespace, &**name))?;
    let above = saturated(scaler)?;
    let since = scaler.conditions.true_since("ScalingLimited").or(scaler.last_scaled)?;
    if case.seconds_since(since) < SATURATED as f64 {
        return None;
    }
    let summary = format!("autoscaler at its maximum of {}: {above}", scaler.maximum);
    let advice = format!("Raise maxReplicas of {}, if nodes and what it calls bear it.", scaler.name);
    Some(Verdict::new(Severity::Warning, summary, advice).since(Some(Since::Told(since))))
}

fn budget_blocks(case: &Case<'_>) -> Option<Verdict> {
    let pods = case.subject.pods();
    let pod = pods.iter().find(|pod| !pod.is_over())?;
    let budgets = &case.subject.facts.budgets;
    if let Some((budget, said)) = budgets.of_pod(pod).find_map(|budget| Some((budget, uncomputed(budget)?))) {
        let summary = format!("PDB {} cannot be computed: {said}", budget.name);
        let advice = "Repair its selector or what owns its pods: until then it lets no pod go.";
        return Some(Verdict::new(Severity::Warning, summary, advice).of_state("uncomputed"));
    }
    let budget = budgets.of_pod(pod).find(|budget| shuts(budget))?;
    let rule = match (&budget.max_unavailable, &budget.min_available) {
        (Some(most), _) => format!("maxUnavailable {most}"),
        (_, Some(least)) => format!("minAvailable {least}"),
        (None, None) => String::new(),
    };
    let summary = format!("PDB {} lets no pod go though all are healthy: evictions are refused", budget.name);
    let healthy = format!("{} of {} healthy", budget.healthy, budget.expected);
    let advice =
        format!("Give PDB {} a pod to spare: more replicas, or another minAvailable or maxUnavailable.", budget.name);
    Some(Verdict::new(Severity::Warning, summary, advice).evidence([rule, healthy]))
}

fn one_zone(case: &Case<'_>) -> Option<Verdict> {
    let facts = case.subject.facts;
    if facts.zones.len() < 2 {
        return None;
    }
    let pods = case.subject.pods();
    let ready: Vec<&&Pod> = pods.iter().filter(|pod| pod.ready && pod.deleting.is_none() && !pod.is_over()).collect();
    if ready.len() < 2 {
        return None;
    }
    let zone = |pod: &Pod| facts.view.node(pod.node.as_deref()?)?.zone.as_deref();
    let zones: Option<BTreeSet<&str>> = ready.iter().map(|pod| zone(pod)).collect();
    let zones = zones?;
    let (1, Some(only)) = (zones.len(), zones.first()) else { return None };
    let summary = format!("all {} pods that are ready run in {only}", ready.len());
    let advice = "Spread them over zones by topologySpreadConstraints: the zone takes all of them with it.";
    Some(Verdict::new(Severity::Info, summary, advice).evidence([format!("nodes in {} zones", facts.zones.len())]))
}
