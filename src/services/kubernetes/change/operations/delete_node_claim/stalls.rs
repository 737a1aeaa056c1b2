//! At what Karpenter's drain of a node would stall.

use jiff::Timestamp;

use super::force::ForcedEnd;
use crate::ops::plan::{Check, Tone};
use crate::services::kubernetes::change::Draft;
use crate::services::kubernetes::why::{DrainHold, EvictionFate, NodeStory, PodFate};

/// What would hold a drain if it began now.
#[derive(Default)]
pub(super) struct Stalls {
    /// Each pod that is held, what does not go on by itself first.
    pods: Vec<(DrainHold, String)>,
    /// What holds them, each once: `PDB shop/api`.
    holds: Vec<String>,
}

impl Stalls {
    /// Of what is known of a node's pods.
    pub fn of(story: &NodeStory, now: Timestamp) -> Self {
        let mut all = Self::default();
        for pod in story.eviction.pods.iter().filter(|pod| pod.holds_drain()) {
            let (Some(hold), Some(by)) = (hold(pod), pod.hold(now)) else { continue };
            let words = hold.words(now);
            all.pods.push((hold, words));
            if !all.holds.contains(&by) {
                all.holds.push(by);
            }
        }
        all.pods.sort_by_key(|(hold, _)| !hold.is_block());
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
            let end = end.map(|end| format!("overridden at {}", end.moment()));
            let end = end.unwrap_or_else(|| "nothing overrides it".to_owned());
            return Check::soft(name, false, format!("{holds}; {end}"));
        }
        match unread(story) {
            Some(unread) => Check::unknown(name, unread),
            None => Check::soft(name, true, ""),
        }
    }

    /// Says each.
    pub fn say(&self, draft: &mut Draft, story: &NodeStory) {
        for (hold, words) in &self.pods {
            draft.say("Stalls at", words.clone(), if hold.is_block() { Tone::Critical } else { Tone::Warning });
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
