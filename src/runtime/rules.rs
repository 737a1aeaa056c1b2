//! What is asked again before a later step: the rules of now, not those of the approval.

use jiff::Timestamp;

use crate::domain::duration;
use crate::ops::Arming;
use crate::ops::plan::Gate;
use crate::slices::{Plan, Policy};
use crate::world::World;

/// Seconds after its approval in which a plan's steps may be sent: what was looked at yesterday nobody has
/// looked at.
const LONGEST_DELAY: i64 = 12 * 3600;
/// The same for a step on what the plan itself has made and nobody uses yet: a restore may take a day.
const LONGEST_DELAY_OF_NEW: i64 = 3 * 24 * 3600;

/// Policies by environment, what is armed, and whether changes are blocked altogether.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    policies: Vec<(String, Policy)>,
    arming: Option<Arming>,
    blocked: Option<String>,
    /// Without a screen nothing is armed.
    headless: bool,
}

impl Rules {
    /// Those of a console.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let all = world.estate.environments();
        Self {
            policies: all.map(|(id, e)| (e.name.clone(), world.changes.policy(id))).collect(),
            arming: world.changes.arming.clone(),
            blocked: world.changes.blocked.clone(),
            headless: false,
        }
    }

    /// Those of a command.
    #[must_use]
    pub fn headless(environment: &str, policy: Policy) -> Self {
        Self { policies: vec![(environment.to_owned(), policy)], headless: true, ..Self::default() }
    }

    /// Whether these are a console's rules still; made anew only when they are not.
    #[must_use]
    pub fn are_of(&self, world: &World) -> bool {
        let changes = &world.changes;
        let default = Policy::default();
        self.arming == changes.arming
            && self.blocked == changes.blocked
            && self.policies.len() == world.estate.count()
            && world.estate.environments().zip(&self.policies).all(|((id, e), (name, policy))| {
                e.name == *name && changes.policies.get(&id).unwrap_or(&default) == policy
            })
    }

    /// Why a later step of a plan that was approved at `approved` is not sent now.
    #[must_use]
    pub fn refusal(&self, plan: &Plan, gate: Gate, approved: Timestamp, now: Timestamp) -> Option<String> {
        let delay = now.as_second() - approved.as_second();
        let longest = match gate {
            Gate::All => LONGEST_DELAY,
            Gate::Rules => LONGEST_DELAY_OF_NEW,
            Gate::None => i64::MAX,
        };
        if delay > longest {
            return Some(format!(
                "it was approved {} ago: what was looked at then is too old",
                duration::seconds(delay)
            ));
        }
        let environment = &plan.target.environment;
        let policy = self.policies.iter().find(|(name, _)| name == environment).map(|(_, policy)| policy);
        match (gate, policy, &self.blocked) {
            (Gate::None, ..) => return None,
            (_, None, _) => return Some(format!("the rules of {environment} are not known any more")),
            (_, _, Some(why)) => return Some(why.clone()),
            (_, Some(policy), None) => {
                if let Some(why) = policy.refusal(plan.operation.kind(), now) {
                    return Some(why);
                }
            }
        }
        let armed = self.arming.as_ref().is_some_and(|arming| {
            arming.environment == *environment && arming.is_on(now) && arming.account == plan.account
        });
        (gate == Gate::All && !self.headless && !armed).then(|| format!("{environment} is no longer armed"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ops::policy::Window;
    use crate::services::rds::{
        Kind,
        testing::{at, seen},
    };
    use crate::slices::Freeze;
    use crate::slices::testing::plan_of;

    fn plan() -> Plan {
        plan_of(Kind::CreateSnapshot.offer(&seen()), &seen())
    }

    fn armed() -> Rules {
        let arming =
            Arming::begin("PROD", &seen().identity, "INC-1", at(), Duration::from_secs(600), &Policy::default()).ok();
        Rules { policies: vec![("PROD".into(), Policy::default())], arming, ..Rules::default() }
    }

    fn later(seconds: i64) -> Timestamp {
        at().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn a_step_after_a_wait_needs_rules_freeze_and_arming_of_now() {
        let (plan, rules) = (plan(), armed());
        let refusal = |rules: &Rules, gate: Gate, seconds: i64| rules.refusal(&plan, gate, at(), later(seconds));
        assert_eq!(refusal(&rules, Gate::All, 60), None);
        assert!(refusal(&rules, Gate::All, 700).unwrap().contains("no longer armed"), "its time is over");
        assert_eq!(refusal(&rules, Gate::Rules, 700), None);
        let disarmed = Rules { arming: None, ..rules.clone() };
        assert!(refusal(&disarmed, Gate::All, 60).is_some());
        let frozen = Freeze {
            name: "release".into(),
            window: Window::Between { from: at(), to: later(3600) },
            allows: Vec::new(),
        };
        let policies = vec![("PROD".into(), Policy::default().with_freeze(frozen))];
        let frozen = Rules { policies, ..rules.clone() };
        for gate in [Gate::All, Gate::Rules] {
            assert!(refusal(&frozen, gate, 60).unwrap().contains("change freeze release"), "{gate:?}");
        }
        assert!(refusal(&rules, Gate::All, 13 * 3600).unwrap().contains("approved 13h ago"));
        // What is restored is not in use: its settings follow however long it took, within days.
        assert_eq!(refusal(&rules, Gate::Rules, 13 * 3600), None);
        assert!(refusal(&rules, Gate::Rules, 73 * 3600).unwrap().contains("approved 3d 1h ago"));
        // What was promoted is a primary already: its protection comes whatever the rules say by now.
        assert_eq!(refusal(&frozen, Gate::None, 13 * 3600), None);
        let blocked = Rules { blocked: Some("the configuration is broken".into()), ..rules.clone() };
        assert!(refusal(&blocked, Gate::Rules, 1).is_some());
        assert!(Rules::default().refusal(&plan, Gate::Rules, at(), at()).is_some(), "nothing is known");
        let headless = Rules::headless("PROD", Policy::default());
        assert_eq!(refusal(&headless, Gate::All, 700), None, "nothing is armed without a screen");
    }
}
