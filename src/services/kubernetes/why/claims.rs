//! Where a claim is on its way to a node, where it is stuck, and what ended one that is gone.

use std::sync::Arc;

use jiff::Timestamp;

use super::advice::{self, NOT_JOINED};
use super::attempts::{ClaimEnd, PastClaims, end_of, said_end};
use super::stage::ClaimStage;
use super::{WhyLine, WhyTone, seconds_since};
use crate::domain::duration;
use crate::services::kubernetes::model::{CapacityType, ConditionStatus, NodeClaim, ObjectCondition};
use crate::services::kubernetes::{ClusterView, GoneClaim};

/// Tries of a pool are counted so far back, seconds.
const TRIES: i64 = 3600;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StageState {
    Done,
    Waits,
    NotYet,
}

/// A step of a claim, and when it was done, or since when it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimStep {
    pub stage: ClaimStage,
    pub state: StageState,
    pub at: Option<Timestamp>,
}

/// The how-manieth claim of a pool it is since the first that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    pub nth: usize,
    /// Seconds since the first was gone.
    pub within: i64,
}

impl Tries {
    /// In words: `third try in 20m`.
    #[must_use]
    pub fn words(self) -> String {
        const ORDINALS: [&str; 8] = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
        let nth = self.nth.checked_sub(2).and_then(|at| ORDINALS.get(at)).map(|word| (*word).to_owned());
        let nth = nth.unwrap_or_else(|| format!("try {}", self.nth));
        let nth = if nth.starts_with("try") { nth } else { format!("{nth} try") };
        format!("{nth} in {}", duration::coarse(std::time::Duration::from_secs(self.within.unsigned_abs())))
    }
}

/// Where a claim is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimStory {
    pub steps: [ClaimStep; 4],
    /// Seconds that the step that waits may take in all, before Karpenter deletes the claim and tries another.
    pub limit: Option<i64>,
    /// Seconds for which that step waits.
    pub waits: Option<i64>,
    /// Why it waits, in the words of its condition.
    pub reason: Option<String>,
    /// Of a claim that is gone what ended it.
    pub end: Option<ClaimEnd>,
    /// When it was gone, as well as that is known.
    pub gone: Option<Timestamp>,
    /// None for a first try.
    pub tries: Option<Tries>,
    /// When it was told to go.
    pub leaving: Option<Timestamp>,
    pub advice: Vec<String>,
}

/// Where a claim is.
#[must_use]
pub fn claim(view: &ClusterView<'_>, claim: &NodeClaim, now: Timestamp) -> ClaimStory {
    story(view, claim, &PastClaims::of(view, TRIES, now), now)
}

/// The same with what was looked up before.
#[must_use]
pub fn story(view: &ClusterView<'_>, claim: &NodeClaim, past: &PastClaims, now: Timestamp) -> ClaimStory {
    let mut story = ClaimStory { leaving: claim.deleting, ..of_conditions(claim, now) };
    if story.waiting().is_some() {
        let made = claim.created.unwrap_or(now);
        let failed = claim.pool.as_deref().map(|pool| past.of_pool(pool)).unwrap_or_default();
        let before: Vec<Timestamp> = failed.iter().filter_map(|one| one.at).filter(|at| *at <= made).collect();
        story.tries =
            before.iter().min().map(|first| Tries { nth: before.len() + 1, within: seconds_since(now, *first) });
    }
    story.advice = advice(view, claim, &story);
    story
}

/// What became of a claim that is gone.
#[must_use]
pub fn gone(view: &ClusterView<'_>, gone: &GoneClaim, now: Timestamp) -> ClaimStory {
    let end = end_of(view, gone);
    let advice = advice_on_end(view, &end, gone.claim.pool.as_deref(), gone.claim.capacity_type);
    let story = of_conditions(&gone.claim, gone.gone.min(now));
    ClaimStory { end: Some(end), gone: Some(gone.gone), waits: None, limit: None, advice, ..story }
}

/// What became of a claim that only events tell of.
#[must_use]
pub fn told(view: &ClusterView<'_>, claim: &str, now: Timestamp) -> ClaimStory {
    let events = view.events("NodeClaim", "", claim);
    let (end, at) = said_end(events).unwrap_or((ClaimEnd::Deleted, None));
    let steps = ClaimStage::ALL.map(|stage| {
        let state = if stage == ClaimStage::Created { StageState::Done } else { StageState::NotYet };
        ClaimStep { stage, state, at: None }
    });
    let advice = advice_on_end(view, &end, view.pool_of_claim(claim).map(|pool| &*pool.name), None);
    let gone = at.filter(|at| *at <= now);
    ClaimStory {
        steps,
        limit: None,
        waits: None,
        reason: None,
        end: Some(end),
        gone,
        tries: None,
        leaving: None,
        advice,
    }
}

fn of_conditions(claim: &NodeClaim, now: Timestamp) -> ClaimStory {
    let mut waits = None;
    let mut is_before = true;
    let steps = ClaimStage::ALL.map(|stage| {
        if stage == ClaimStage::Created {
            return ClaimStep { stage, state: StageState::Done, at: claim.created };
        }
        let condition = claim.conditions.get(stage.condition());
        let since = condition.and_then(|condition| condition.since);
        if condition.is_some_and(|condition| condition.status == ConditionStatus::True) {
            return ClaimStep { stage, state: StageState::Done, at: since };
        }
        if is_before {
            is_before = false;
            waits = Some((stage, condition, since.or(claim.created)));
            return ClaimStep { stage, state: StageState::Waits, at: since.or(claim.created) };
        }
        ClaimStep { stage, state: StageState::NotYet, at: None }
    });
    let (limit, seconds, reason) = waits.map_or((None, None, None), |(stage, condition, since)| {
        (stage.limit(), since.map(|since| seconds_since(now, since)), condition.and_then(said))
    });
    ClaimStory {
        steps,
        limit,
        waits: seconds,
        reason,
        end: None,
        gone: None,
        tries: None,
        leaving: None,
        advice: Vec::new(),
    }
}

/// What a condition says of why it does not hold.
fn said(condition: &ObjectCondition) -> Option<String> {
    // Not every condition has a message: Karpenter's first is "AwaitingReconciliation".
    match (&*condition.reason, &*condition.message) {
        ("AwaitingReconciliation", _) | ("", "") => None,
        (reason, "") => Some(reason.to_owned()),
        (_, message) => Some(message.to_owned()),
    }
}

impl ClaimStory {
    /// The step that waits; none when it is a node, or gone.
    #[must_use]
    pub fn waiting(&self) -> Option<&ClaimStep> {
        self.steps.iter().find(|step| step.state == StageState::Waits).filter(|_| self.end.is_none())
    }

    /// In a cell: `launched ▸ registering 9m of 15m`.
    #[must_use]
    pub fn state(&self) -> String {
        if let Some(end) = &self.end {
            return format!("gone: {}", end.words());
        }
        if self.leaving.is_some() {
            return "going".to_owned();
        }
        let done =
            self.steps.iter().rev().find(|step| step.state == StageState::Done).map_or("", |step| step.stage.done());
        let Some(step) = self.waiting() else { return done.to_owned() };
        let coarse = |seconds: i64| duration::coarse(std::time::Duration::from_secs(seconds.unsigned_abs()));
        let waits = self.waits.map(|waits| format!(" {}", coarse(waits))).unwrap_or_default();
        let limit = self.limit.map(|limit| format!(" of {}", coarse(limit))).unwrap_or_default();
        format!("{done} ▸ {}{waits}{limit}", step.stage.going_on())
    }

    /// The whole explanation, line by line.
    #[must_use]
    pub fn lines(&self, _now: Timestamp) -> Vec<WhyLine> {
        let mut lines: Vec<WhyLine> = Vec::new();
        for step in self.steps.iter().filter(|step| step.state != StageState::NotYet) {
            if step.state == StageState::Done {
                lines.push(WhyLine::new(WhyTone::Good, step.stage.done()).since(step.at));
            } else if self.end.is_none() {
                let tone = if self.is_late() { WhyTone::Blocks } else { WhyTone::Waits };
                let limit =
                    self.limit.map(|limit| format!(", which Karpenter gives up after {}", duration::seconds(limit)));
                let words = format!("{}{}", step.stage.going_on(), limit.unwrap_or_default());
                lines.push(WhyLine::new(tone, words).since(step.at));
            }
        }
        lines.extend(self.reason.iter().map(|reason| WhyLine::new(WhyTone::Note, reason.clone())));
        lines.extend(self.tries.iter().map(|tries| WhyLine::new(WhyTone::Note, tries.words())));
        lines.extend(self.leaving.map(|at| WhyLine::new(WhyTone::Waits, "told to go").since(Some(at))));
        lines.extend(self.end.iter().map(|end| WhyLine::new(WhyTone::Blocks, end.words()).since(self.gone)));
        lines
    }

    /// What makes it doubtful that it becomes a node: it is late, or others of its pool came to nothing before it.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        (self.is_late() || self.tries.is_some()).then(|| {
            let tries = self.tries.map(|tries| format!(", {}", tries.words())).unwrap_or_default();
            format!("{}{tries}", self.state())
        })
    }

    /// It waits longer than a healthy start takes: an instance is launched within seconds, and joins within two minutes.
    #[must_use]
    pub fn is_late(&self) -> bool {
        let usual = match self.waiting().map(|step| step.stage) {
            Some(ClaimStage::Launched) => 60,
            Some(ClaimStage::Registered) => 180,
            Some(ClaimStage::Initialised) => 600,
            Some(ClaimStage::Created) | None => return false,
        };
        self.waits.is_some_and(|waits| waits >= usual)
    }
}

fn advice(view: &ClusterView<'_>, claim: &NodeClaim, story: &ClaimStory) -> Vec<String> {
    let Some(step) = story.waiting().filter(|_| story.is_late()) else { return Vec::new() };
    match step.stage {
        ClaimStage::Created => Vec::new(),
        ClaimStage::Launched => {
            vec![format!("Look at its class and at {}: EC2 was not asked, or refuses", tells(view))]
        }
        ClaimStage::Registered => {
            let mut all = Vec::new();
            if let Some(role) = unlisted_role(view, claim) {
                all.push(format!("No access entry of the cluster is for role {role}: nodes of it are not let in"));
            }
            let instance = claim.instance.as_deref().unwrap_or("the instance");
            all.push(format!("Read the console output of {instance}: {NOT_JOINED}"));
            all
        }
        ClaimStage::Initialised => {
            vec!["Look at the node: it waits to be ready, for a startup taint to go, or for a resource".to_owned()]
        }
    }
}

/// The role of a claim's class, where access entries alone let nodes in and none is of it (EKS user guide, "Grant IAM
/// users access to Kubernetes with EKS access entries").
fn unlisted_role(view: &ClusterView<'_>, claim: &NodeClaim) -> Option<Arc<str>> {
    let is_api = view.eks.is_some_and(|eks| &*eks.authentication == "API");
    let entries = view.cluster.access_entries.value().filter(|_| is_api)?;
    let class = view.class_of(view.pool(claim.pool.as_deref()?)?)?;
    let name =
        class.role.rsplit('/').next().filter(|name| !name.is_empty() && !class.role.contains("instance-profile"))?;
    let is_of = |entry: &Arc<str>| entry.rsplit('/').next() == Some(name);
    (!entries.iter().any(is_of)).then(|| name.into())
}

/// Where Karpenter says more: that of Auto Mode has no log that one could read.
pub(in crate::services::kubernetes) fn tells(view: &ClusterView<'_>) -> &'static str {
    if view.eks.is_some_and(|eks| eks.auto_mode) {
        "the events of the claim and its NodeClass"
    } else {
        "Karpenter's log"
    }
}

fn advice_on_end(
    view: &ClusterView<'_>,
    end: &ClaimEnd,
    pool: Option<&str>,
    capacity: Option<CapacityType>,
) -> Vec<String> {
    let pool = pool.and_then(|pool| view.pool(pool));
    pool.and_then(|pool| advice::on_end(pool, capacity, end)).into_iter().collect()
}

#[cfg(test)]
mod tests;
