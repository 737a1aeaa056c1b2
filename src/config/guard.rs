//! The rules of changes: `[guard]` for all environments, `[environment.guard]` for one of them,
//! which may only tighten.
//!
//! What cannot be read must not make anything easier: the environments that it is about change
//! nothing until it is mended.

mod read;

use std::time::Duration;

use super::problem::Problems;
use crate::domain::{Criticality, duration};
use crate::nearest::nearest;
use crate::ops::plan::Risk;
use crate::ops::policy::{COOL_DOWN, Level};
use crate::slices::{Freeze, Kind, Policy, PolicyOverride};

pub(super) use read::read;

/// What a message about a rule that cannot be read ends with.
pub(super) const CLOSED: &str = "nothing is changed here until it is fixed";

/// Whether a name that is not known may have been meant for a guard table, or is a rule that stands
/// where none is read. `known` are the names that there are in that place. A restriction that is not
/// seen would allow everything.
pub(super) fn is_meant(name: &str, known: &[&str]) -> bool {
    let said = name.to_lowercase();
    said.contains("guard")
        || read::KEYS.contains(&said.as_str())
        || nearest(name, known.iter().copied()) == Some("guard")
}

/// What a guard table says, as far as it is sound.
#[derive(Debug, Default)]
pub(super) struct Guard {
    rules: Vec<Rule>,
    /// Something of it could not be read: nothing may be changed.
    pub closed: bool,
}

/// One rule, and where it stands.
#[derive(Debug)]
struct Rule {
    line: usize,
    /// As it is named in a message: `levels.production.routine`.
    key: String,
    wanted: Wanted,
}

#[derive(Debug, Clone)]
enum Wanted {
    Level(Risk, Criticality, Level),
    CoolDown(Duration),
    ArmAtMost(Duration),
    PlanValidFor(Duration),
    RunningAtMost(usize),
    Allowed(Vec<Kind>),
    Freeze(Freeze),
    Headless(bool),
}

impl Guard {
    fn add(&mut self, line: usize, key: &str, wanted: Wanted) {
        self.rules.push(Rule { line, key: key.to_owned(), wanted });
    }

    /// The time to read a plan, when it is said; the last one counts.
    fn cool_down(&self) -> Option<Duration> {
        self.rules.iter().rev().find_map(|rule| match rule.wanted {
            Wanted::CoolDown(time) => Some(time),
            _ => None,
        })
    }

    /// The rules of an environment for which nothing of its own is said. What is not written is as
    /// usual for its criticality.
    pub fn whole(&self, criticality: Criticality) -> Policy {
        let mut policy = Policy::usual(criticality);
        for rule in &self.rules {
            match &rule.wanted {
                Wanted::Level(risk, of, level) => policy = policy.with_level(*risk, *of, *level),
                Wanted::CoolDown(_) => {}
                Wanted::ArmAtMost(time) => policy.arm_at_most = *time,
                Wanted::PlanValidFor(time) => policy.plan_valid_for = *time,
                Wanted::RunningAtMost(count) => policy.running_at_most = *count,
                Wanted::Allowed(kinds) => policy.allowed = Some(kinds.clone()),
                Wanted::Freeze(freeze) => policy.freezes.push(freeze.clone()),
                Wanted::Headless(may) => policy.headless = *may,
            }
        }
        cooled(&mut policy, self.cool_down().unwrap_or(COOL_DOWN));
        if self.closed {
            policy.allowed = Some(Vec::new());
        }
        policy
    }

    /// The rules of an environment, this being what it says itself. A rule that would be looser is
    /// a problem, and that of the whole file holds.
    pub fn policy(&self, whole: &Self, criticality: Criticality, problems: &mut Problems<'_>) -> Policy {
        let mut policy = whole.whole(criticality);
        let known = whole.cool_down().unwrap_or(COOL_DOWN);
        for rule in &self.rules {
            let Some(other) = other(&rule.wanted, known) else { continue };
            match policy.tightened_by(&other) {
                Ok(tighter) => policy = tighter,
                Err(why) => problems.error(
                    rule.line,
                    format!(
                        "guard.{}: {}; expected nothing looser than [guard] and its defaults, which hold",
                        rule.key,
                        why.join("; ")
                    ),
                ),
            }
        }
        for rule in &self.rules {
            match rule.wanted {
                Wanted::CoolDown(time) if time < known => problems.error(
                    rule.line,
                    format!(
                        "guard.cool_down: a plan is read for {} already, {} would be looser; expected nothing \
                         looser than [guard] and its defaults, which hold",
                        duration::words(known),
                        duration::words(time)
                    ),
                ),
                Wanted::CoolDown(time) => cooled(&mut policy, time),
                _ => {}
            }
        }
        if self.closed || whole.closed {
            policy.allowed = Some(Vec::new());
        }
        policy
    }
}

/// One rule as what an environment says differently; `None` for what is looked at by itself.
fn other(wanted: &Wanted, cool_down: Duration) -> Option<PolicyOverride> {
    let none = PolicyOverride::default();
    Some(match wanted {
        Wanted::CoolDown(_) => return None,
        Wanted::Level(risk, of, Level::TypeNameAndReason { .. }) => {
            none.with_level(*risk, *of, Level::TypeNameAndReason { cool_down })
        }
        Wanted::Level(risk, of, level) => none.with_level(*risk, *of, *level),
        Wanted::ArmAtMost(time) => PolicyOverride { arm_at_most: Some(*time), ..none },
        Wanted::PlanValidFor(time) => PolicyOverride { plan_valid_for: Some(*time), ..none },
        Wanted::RunningAtMost(count) => PolicyOverride { running_at_most: Some(*count), ..none },
        Wanted::Allowed(kinds) => PolicyOverride { allowed: Some(kinds.clone()), ..none },
        Wanted::Freeze(freeze) => PolicyOverride { freezes: vec![freeze.clone()], ..none },
        Wanted::Headless(may) => PolicyOverride { headless: Some(*may), ..none },
    })
}

/// Puts the time to read a plan into every level that has one.
fn cooled(policy: &mut Policy, time: Duration) {
    for level in policy.levels.iter_mut().flatten() {
        if let Level::TypeNameAndReason { cool_down } = level {
            *cool_down = time;
        }
    }
}

#[cfg(test)]
mod tests;
