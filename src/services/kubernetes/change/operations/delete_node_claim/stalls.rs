//! At what Karpenter's drain of a node would stall.

use jiff::Timestamp;

use super::force::ForcedEnd;
use crate::ops::plan::{Check, Tone};
use crate::services::kubernetes::change::{Draft, Seen};
use crate::services::kubernetes::why::{DrainHold, EvictionFate, NodeStory, PodFate, moment};

/// What would hold a drain if it began now.
#[derive(Default)]
pub(super) struct Stalls {
    /// Each pod that is held, what does not go on by itself first, and when it is deleted nevertheless.
    pods: Vec<(DrainHold, String, Option<Timestamp>)>,
    /// What holds them, each once: `PDB shop/api`.
    holds: Vec<String>,
}

impl Stalls {
    /// Of what is known of a node's pods. What is deleted at once holds nothing.
    pub fn of(story: &NodeStory, seen: &Seen, end: Option<&ForcedEnd>) -> Self {
        let (now, mut all) = (seen.at, Self::default());
        for pod in story.eviction.pods.iter().filter(|pod| pod.holds_drain()) {
            let (Some(hold), Some(by)) = (hold(pod), pod.hold(now)) else { continue };
            let deleted = end.zip(seen.pods.get(&pod.pod())).and_then(|(end, detail)| end.deletes(detail));
            if deleted.is_some_and(|at| at <= now) {
                continue;
            }
            let words = hold.words(now);
            all.pods.push((hold, words, deleted));
            if !all.holds.contains(&by) {
                all.holds.push(by);
            }
        }
        all.pods.sort_by_key(|(hold, ..)| !hold.is_block());
        all
    }

    /// What holds it now, which an end by force overrides; none where nothing does.
    pub fn held_by(&self) -> Option<String> {
        (!self.holds.is_empty()).then(|| self.holds.join(", "))
    }

    /// Whether the drain goes through as things are.
    pub fn check(&self, story: &NodeStory, end: Option<&ForcedEnd>) -> Check {
        let name = "nothing holds its drain";
        if let Some(holds) = self.held_by() {
            let end = end.map(|end| format!("overridden by {}", end.moment()));
            let end = end.unwrap_or_else(|| "nothing overrides it".to_owned());
            return Check::soft(name, false, format!("{holds}; {end}"));
        }
        match unread(story) {
            Some(unread) => Check::unknown(name, unread),
            None => Check::soft(name, true, ""),
        }
    }

    /// Says each.
    pub fn say(&self, draft: &mut Draft, story: &NodeStory, now: Timestamp) {
        for (hold, words, deleted) in &self.pods {
            let ends = deleted.map(|at| format!("; deleted at {} nevertheless", moment(at, now))).unwrap_or_default();
            let tone = if hold.is_block() { Tone::Critical } else { Tone::Warning };
            draft.say("Stalls at", format!("{words}{ends}"), tone);
        }
        if let Some(unread) = unread(story) {
            draft.say("Stalls at", format!("not known: {unread}"), Tone::Warning);
        }
    }
}

fn hold(pod: &PodFate) -> Option<DrainHold> {
    match &pod.fate {
        EvictionFate::Budget(budgets) | EvictionFate::SeveralBudgets(budgets) => {
            Some(DrainHold::Budget { pod: pod.pod(), budgets: budgets.clone() })
        }
        EvictionFate::DoNotDisrupt { until } => Some(DrainHold::DoNotDisrupt { pod: pod.pod(), until: *until }),
        EvictionFate::Goes | EvictionFate::NobodyRecreates | EvictionFate::Ends => None,
    }
}

fn unread(story: &NodeStory) -> Option<&'static str> {
    match (story.eviction.has_pods, story.eviction.is_known) {
        (false, _) => Some("its pods were not read"),
        (true, false) => Some("the disruption budgets were not read"),
        (true, true) => None,
    }
}
