//! Why a pod waits.

use std::sync::Arc;

use jiff::Timestamp;

use super::attempts::PastClaims;
use super::claims;
use super::fit::{FitRefusal, is_fit_error};
use super::pools::{PoolAnswer, answers};
use super::refusal::{ClaimRefusal, between};
use super::{WhyLine, WhyTone, advice, listed, seconds_since};
use crate::services::kubernetes::model::{ClusterEvent, Pod};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// A promise of a node that is there already holds so long, seconds: Karpenter's own is 20 s
/// (pkg/controllers/state, `nominationWindow`); after it something else keeps the pod.
const PROMISED: i64 = 120;
/// How far back claims that vanished say something, seconds.
const PAST: i64 = 3600;

/// Where a pod stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodPlace {
    /// It has its node.
    On(Arc<str>),
    /// Karpenter has promised it one that is still to come, or has room for it (event `Nominated`).
    Promised {
        claim: Option<Arc<str>>,
        node: Option<Arc<str>>,
        since: Option<Timestamp>,
        /// What makes it doubtful that the claim becomes a node.
        doubt: Option<String>,
    },
    /// The scheduler has chosen it a node, from which other pods go first (`status.nominatedNodeName`).
    AfterOthers(Arc<str>),
    /// Its scheduling gates hold it (Kubernetes, "Pod Scheduling Readiness").
    Gated,
    /// The scheduler or Karpenter says that there is no place for it.
    Refused,
    /// Nobody has said anything yet.
    NotYetSaid,
}

/// Why a pod waits: what the scheduler says, what Karpenter says, and what is known of each pool.
#[derive(Debug, Clone, PartialEq)]
pub struct PodStory {
    pub place: PodPlace,
    /// Since when it waits.
    pub since: Option<Timestamp>,
    pub scheduler: Option<FitRefusal>,
    pub karpenter: Option<ClaimRefusal>,
    /// Each pool, in the order in which Karpenter asks them; none without Karpenter.
    pub pools: Vec<PoolAnswer>,
    /// What to do, the most useful first.
    pub advice: Vec<String>,
    /// It mounts volumes that are claimed: it has to be where they are.
    pub has_volumes: bool,
    /// What would tell more, and is not known.
    pub unread: Vec<ObjectKind>,
}

/// Why a pod waits.
#[must_use]
pub fn pod(view: &ClusterView<'_>, pod: &Pod, now: Timestamp) -> PodStory {
    story(view, pod, &PastClaims::of(view, PAST, now), now)
}

pub(super) fn story(view: &ClusterView<'_>, pod: &Pod, past: &PastClaims, now: Timestamp) -> PodStory {
    let condition = pod.condition("PodScheduled");
    let since = condition.and_then(|condition| condition.since).or(pod.created);
    let events = view.events("Pod", &pod.namespace, &pod.name);
    let of_it = |event: &&Arc<ClusterEvent>| pod.created.is_none_or(|made| event.last.is_none_or(|last| last >= made));
    let scheduler = condition
        .map(|condition| (condition.message.clone(), condition.since))
        .filter(|(message, _)| !message.is_empty())
        .or_else(|| {
            let said = events.iter().filter(of_it).find(|event| is_fit_error(&event.message));
            said.map(|event| (event.message.clone(), event.last))
        })
        .map(|(message, at)| FitRefusal { at, ..FitRefusal::parse(&message) });
    let karpenter = events.iter().filter(of_it).find_map(|event| ClaimRefusal::parse(&event.message, event.last));
    let mut story = PodStory {
        place: PodPlace::NotYetSaid,
        since,
        scheduler,
        karpenter,
        pools: Vec::new(),
        advice: Vec::new(),
        has_volumes: pod.has_claims,
        unread: unread(view),
    };
    if let Some(node) = &pod.node {
        story.place = PodPlace::On(node.clone());
        return story;
    }
    if pod.is_gated() {
        story.place = PodPlace::Gated;
        story.scheduler = None;
        return story;
    }
    // Karpenter makes no node for it either (`IsProvisionable`).
    let is_there = |name: &&Arc<str>| view.node(name).is_some() || !view.standing(ObjectKind::Node).is_known();
    if let Some(node) = pod.nominated_node.as_ref().filter(is_there) {
        story.place = PodPlace::AfterOthers(node.clone());
        return story;
    }
    let promise = events.iter().filter(of_it).find(|event| &*event.reason == "Nominated");
    let refused = story.karpenter.as_ref().and_then(|refusal| refusal.at);
    if let Some(place) = promise.filter(|event| refused < event.last).and_then(|event| promised(view, event, now)) {
        story.place = place;
        if let PodPlace::Promised { claim: Some(claim), doubt, .. } = &mut story.place
            && let Some(claim) = view.claim(claim)
        {
            let told = claims::story(view, claim, past, now);
            *doubt = told.doubt();
            story.advice = told.advice;
            // What would give it another node matters as soon as that one is doubtful.
            if doubt.is_some() && !pod.is_daemon() {
                story.pools = answers(view, pod, story.karpenter.as_ref(), past, now);
                advice::add(&mut story.advice, advice::of(&story.pools, None));
            }
        }
        return story;
    }
    if story.scheduler.is_some() || story.karpenter.is_some() {
        story.place = PodPlace::Refused;
    }
    // Karpenter makes no node for a pod of a DaemonSet (`IsProvisionable`).
    if pod.is_daemon() {
        return story;
    }
    story.pools = answers(view, pod, story.karpenter.as_ref(), past, now);
    story.advice = advice::of(&story.pools, story.scheduler.as_ref());
    story
}

/// Kinds that explain and are not known.
fn unread(view: &ClusterView<'_>) -> Vec<ObjectKind> {
    let mut kinds = vec![ObjectKind::Event];
    if view.has_karpenter() != Some(false) {
        kinds.extend([ObjectKind::NodePool, ObjectKind::NodeClaim]);
    }
    kinds.retain(|kind| !view.standing(*kind).is_known());
    kinds
}

/// What a promise is worth now: `Pod should schedule on: nodeclaim/general-x, node/ip-…`
/// (pkg/controllers/provisioning/scheduling/events.go, `NominatePodEvent`).
fn promised(view: &ClusterView<'_>, event: &ClusterEvent, now: Timestamp) -> Option<PodPlace> {
    let named = |before: &str| {
        let name = between(&event.message, before, "")?;
        Some(name.split([',', ' ']).next().unwrap_or(name))
    };
    let claim = named("nodeclaim/").and_then(|name| view.claim(name)).filter(|claim| claim.deleting.is_none());
    let node = named("node/").and_then(|name| view.node(name)).filter(|node| node.deleting.is_none());
    let is_coming = claim.is_some_and(|claim| !claim.conditions.is_true("Initialized"));
    let is_fresh = event.last.is_some_and(|last| seconds_since(now, last) <= PROMISED);
    (is_coming || (is_fresh && (claim.is_some() || node.is_some()))).then(|| PodPlace::Promised {
        // For a node that is there both are named.
        claim: claim.filter(|_| is_coming).map(|claim| claim.name.clone()),
        node: node.map(|node| node.name.clone()),
        since: event.last,
        doubt: None,
    })
}

impl PodStory {
    /// Why it waits, in one line.
    #[must_use]
    pub fn reason(&self, _now: Timestamp) -> String {
        match &self.place {
            PodPlace::On(node) => format!("runs on {node}"),
            PodPlace::Promised { claim: Some(claim), doubt: Some(doubt), .. } => {
                format!("claim {claim} is to become its node: {doubt}")
            }
            PodPlace::Promised { claim: Some(claim), .. } => format!("claim {claim} is to become its node"),
            PodPlace::Promised { node: Some(node), .. } => format!("is to go to {node}"),
            PodPlace::Promised { .. } => "is to get a node".to_owned(),
            PodPlace::AfterOthers(node) => format!("is to go to {node} once pods there are evicted"),
            PodPlace::Gated => "is held by its scheduling gates: whoever set them has to lift them".to_owned(),
            PodPlace::NotYetSaid if self.unread.contains(&ObjectKind::Event) => {
                "why it waits is not known: events are not read".to_owned()
            }
            PodPlace::NotYetSaid => "nobody has said yet why it waits".to_owned(),
            PodPlace::Refused => {
                reason(&self.pools, self.scheduler.as_ref(), !self.unread.contains(&ObjectKind::Event))
            }
        }
    }

    /// The whole explanation, line by line.
    #[must_use]
    pub fn lines(&self, now: Timestamp) -> Vec<WhyLine> {
        let mut lines = vec![match &self.place {
            PodPlace::On(_) => WhyLine::new(WhyTone::Good, self.reason(now)),
            PodPlace::AfterOthers(_) | PodPlace::Gated => {
                WhyLine::new(WhyTone::Waits, self.reason(now)).since(self.since)
            }
            PodPlace::Promised { since, doubt: Some(_), .. } => {
                WhyLine::new(WhyTone::Blocks, self.reason(now)).since(*since)
            }
            PodPlace::Promised { since, .. } => WhyLine::new(WhyTone::Waits, self.reason(now)).since(*since),
            PodPlace::Refused => WhyLine::new(WhyTone::Blocks, "there is no place for it").since(self.since),
            PodPlace::NotYetSaid => WhyLine::new(WhyTone::Unknown, self.reason(now)).since(self.since),
        }];
        if matches!(self.place, PodPlace::On(_) | PodPlace::Gated) {
            return lines;
        }
        if let Some(fit) = &self.scheduler {
            lines.push(WhyLine::new(WhyTone::Note, format!("scheduler: {}", fit.words())).since(fit.at));
        }
        for answer in &self.pools {
            let tone = if answer.obstacles.is_empty() { WhyTone::Unknown } else { WhyTone::Blocks };
            lines.push(WhyLine::new(tone, answer.words()));
        }
        if let Some(said) = &self.karpenter {
            let known = |words: &String| self.pools.iter().any(|answer| answer.said.as_ref() == Some(words));
            let rest: Vec<&str> =
                said.parts.iter().map(|part| &part.words).filter(|words| !known(words)).map(String::as_str).collect();
            if !rest.is_empty() {
                lines.push(WhyLine::new(WhyTone::Note, format!("Karpenter: {}", rest.join("; "))).since(said.at));
            }
        }
        if self.has_volumes {
            let words = "it mounts claimed volumes: where these are of one zone (EBS), its node has to be there";
            lines.push(WhyLine::new(WhyTone::Note, words));
        }
        let unread = self.unread.iter().map(|kind| format!("the {} are not known", kind.title()));
        lines.extend(unread.map(|words| WhyLine::new(WhyTone::Unknown, words)));
        lines
    }
}

/// Why pods wait, in one line: what could change first, then the pools that never take them.
pub(super) fn reason(pools: &[PoolAnswer], scheduler: Option<&FitRefusal>, has_events: bool) -> String {
    let (excluded, open): (Vec<&PoolAnswer>, Vec<&PoolAnswer>) = pools.iter().partition(|answer| answer.is_excluded());
    let mut parts: Vec<String> =
        open.iter().filter(|answer| !answer.obstacles.is_empty()).map(|answer| answer.words()).collect();
    let names: Vec<&str> = excluded.iter().map(|answer| &*answer.pool).collect();
    let is_all_said = !parts.is_empty() || (open.is_empty() && !excluded.is_empty());
    if !is_all_said {
        parts.extend(scheduler.map(FitRefusal::words));
    }
    if parts.is_empty() && excluded.len() == 1 {
        return excluded[0].words();
    }
    if !names.is_empty() {
        parts.push(format!("{} {}", listed(&names, 4), exclusion(&excluded)));
    }
    match (parts.is_empty(), has_events) {
        (false, _) => parts.join(", "),
        (true, true) => "nobody has said yet why".to_owned(),
        (true, false) => "why is not known: events are not read".to_owned(),
    }
}

fn exclusion(excluded: &[&PoolAnswer]) -> &'static str {
    use super::PoolObstacle::{Requirement, Taint};
    let all = || excluded.iter().flat_map(|answer| &answer.obstacles);
    if all().all(|one| matches!(one, Taint(_))) {
        "tainted"
    } else if all().all(|one| matches!(one, Requirement { .. })) {
        "not what they ask for"
    } else {
        "not for them"
    }
}

#[cfg(test)]
mod tests;
