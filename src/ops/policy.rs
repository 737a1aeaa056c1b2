//! What may be changed where, and how deliberately: the rules that a plan is approved by.
//!
//! A table by risk and criticality says what it takes to approve; beside it stand what is not
//! allowed at all, when nothing is changed (freezes), and how long an environment stays armed. An
//! environment may tighten the rules of the estate, never loosen them.

mod freeze;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use freeze::{Freeze, Window};

use super::kind::OperationKind;
use super::plan::Risk;
use crate::domain::{Criticality, duration};

/// What it takes to approve a plan; a later one is stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A deliberate key.
    Confirm,
    /// The target's name.
    TypeName,
    /// The target's name and a reason, and not before the plan has been on the screen this long.
    TypeNameAndReason { cool_down: Duration },
    /// It is not done with this console.
    Deny,
}

/// The time to read an irreversible plan before it can be approved.
pub const COOL_DOWN: Duration = Duration::from_secs(10);

impl Level {
    /// The words of a configuration, in the order of strictness.
    #[must_use]
    pub fn names() -> [&'static str; 4] {
        ["confirm", "type-name", "type-name-and-reason", "deny"]
    }

    /// The word for it in a configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::TypeName => "type-name",
            Self::TypeNameAndReason { .. } => "type-name-and-reason",
            Self::Deny => "deny",
        }
    }

    /// Reads the word of a configuration, with the default cool-down.
    ///
    /// # Errors
    /// The words that there are.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "confirm" => Ok(Self::Confirm),
            "type-name" => Ok(Self::TypeName),
            "type-name-and-reason" => Ok(Self::TypeNameAndReason { cool_down: COOL_DOWN }),
            "deny" => Ok(Self::Deny),
            _ => Err(format!("{word:?} is no level: there are {}", Self::names().join(", "))),
        }
    }

    /// What it takes, for the line under a plan.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Confirm => "confirm it with the approval key".to_owned(),
            Self::TypeName => "type the name".to_owned(),
            Self::TypeNameAndReason { cool_down } if cool_down.is_zero() => "type the name and a reason".to_owned(),
            Self::TypeNameAndReason { cool_down } => {
                format!("type the name and a reason, {} after the plan is shown", duration::words(cool_down))
            }
            Self::Deny => "it is not allowed".to_owned(),
        }
    }
}

/// The rules that hold for an environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy<K> {
    /// What it takes, by [`Risk`] and then by [`Criticality`], in the order of their variants.
    pub levels: [[Level; 3]; 3],
    /// The longest that an environment may stay armed.
    pub arm_at_most: Duration,
    /// How old a plan may be when it is approved: that of a file since it was made, that on a screen since
    /// its state was read.
    pub plan_valid_for: Duration,
    /// How many operations may run at the same time.
    pub running_at_most: usize,
    /// The operations that may be done at all; `None` allows all.
    pub allowed: Option<Vec<K>>,
    /// When nothing, or only some operations, may be done.
    pub freezes: Vec<Freeze<K>>,
    /// Whether a plan from a file may be applied without a screen.
    pub headless: bool,
}

impl<K> Default for Policy<K> {
    /// The rules where nothing was configured, for production: no changes without a screen.
    fn default() -> Self {
        let reason = Level::TypeNameAndReason { cool_down: COOL_DOWN };
        Self {
            levels: [
                [Level::Confirm, Level::Confirm, Level::Confirm],
                [Level::Confirm, Level::TypeName, Level::TypeName],
                [Level::TypeName, Level::TypeName, reason],
            ],
            arm_at_most: Duration::from_secs(30 * 60),
            plan_valid_for: Duration::from_secs(3600),
            running_at_most: 3,
            allowed: None,
            freezes: Vec::new(),
            headless: false,
        }
    }
}

impl<K: OperationKind> Policy<K> {
    /// The rules where nothing was configured: as [`Policy::default`], and without a screen where
    /// it is not production.
    #[must_use]
    pub fn usual(criticality: Criticality) -> Self {
        Self { headless: criticality != Criticality::Production, ..Self::default() }
    }

    /// With another level for one risk at one criticality.
    #[must_use]
    pub fn with_level(mut self, risk: Risk, criticality: Criticality, level: Level) -> Self {
        self.levels[row(risk)][column(criticality)] = level;
        self
    }

    /// With one more freeze.
    #[must_use]
    pub fn with_freeze(mut self, freeze: Freeze<K>) -> Self {
        self.freezes.push(freeze);
        self
    }

    /// What it takes to approve a plan of this risk.
    #[must_use]
    pub fn level(&self, risk: Risk, criticality: Criticality) -> Level {
        self.levels[row(risk)][column(criticality)]
    }

    /// Why an operation may not be done now: it is not among the allowed ones, or a freeze is on.
    #[must_use]
    pub fn refusal(&self, kind: K, now: Timestamp) -> Option<String> {
        if self.allowed.as_ref().is_some_and(|allowed| !allowed.contains(&kind)) {
            // No list of the user's is empty by chance: a guard that cannot be read allows nothing.
            return Some(if self.allowed.as_ref().is_some_and(Vec::is_empty) {
                "the configuration does not allow any change here, or its guard cannot be read: qd config check"
                    .to_owned()
            } else {
                format!("the configuration does not allow {} here", kind.name())
            });
        }
        let freeze = self.freezes.iter().find(|f| f.is_on(now) && !f.allows.contains(&kind))?;
        let allowed: Vec<&str> = freeze.allows.iter().map(|kind| kind.name()).collect();
        let but = if allowed.is_empty() { String::new() } else { format!(", only {}", allowed.join(", ")) };
        Some(format!("change freeze {}: nothing is changed {}{but}", freeze.name, freeze.until_words(now)))
    }

    /// The rules with those of an environment, which may only tighten them.
    ///
    /// # Errors
    /// One line for each value that would loosen a rule.
    pub fn tightened_by(&self, other: &PolicyOverride<K>) -> Result<Self, Vec<String>> {
        let mut policy = self.clone();
        let mut problems = Vec::new();
        for risk in Risk::ALL {
            for criticality in CRITICALITIES {
                let Some(wanted) = other.levels[row(risk)][column(criticality)] else { continue };
                let present = self.level(risk, criticality);
                if wanted < present {
                    problems.push(format!(
                        "{} changes in {} take {:?} already, {:?} would be looser",
                        risk.name(),
                        criticality.name(),
                        present.words(),
                        wanted.words()
                    ));
                } else {
                    policy.levels[row(risk)][column(criticality)] = wanted;
                }
            }
        }
        match other.arm_at_most {
            Some(wanted) if wanted > self.arm_at_most => problems.push(format!(
                "it stays armed for at most {} already, {} would be looser",
                duration::words(self.arm_at_most),
                duration::words(wanted)
            )),
            Some(wanted) => policy.arm_at_most = wanted,
            None => {}
        }
        match other.plan_valid_for {
            Some(wanted) if wanted > self.plan_valid_for => problems.push(format!(
                "a plan is valid for {} already, {} would be looser",
                duration::words(self.plan_valid_for),
                duration::words(wanted)
            )),
            Some(wanted) => policy.plan_valid_for = wanted,
            None => {}
        }
        match other.running_at_most {
            Some(wanted) if wanted > self.running_at_most => problems.push(format!(
                "at most {} operations may run at a time already, {wanted} would be looser",
                self.running_at_most
            )),
            Some(wanted) => policy.running_at_most = wanted,
            None => {}
        }
        if let Some(wanted) = &other.allowed {
            let allows = |kind: &K| self.allowed.as_ref().is_none_or(|allowed| allowed.contains(kind));
            for kind in wanted.iter().filter(|kind| !allows(kind)) {
                problems.push(format!("{} is not allowed for the whole estate, so it cannot be here", kind.name()));
            }
            policy.allowed = Some(wanted.clone());
        }
        policy.freezes.extend(other.freezes.iter().cloned());
        match other.headless {
            Some(true) if !self.headless => {
                problems.push("changes without a screen are not allowed already, allowing them would be looser".into());
            }
            Some(wanted) => policy.headless = wanted,
            None => {}
        }
        if problems.is_empty() { Ok(policy) } else { Err(problems) }
    }
}

/// What an environment says differently; what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyOverride<K> {
    /// By [`Risk`] and then by [`Criticality`].
    pub levels: [[Option<Level>; 3]; 3],
    pub arm_at_most: Option<Duration>,
    pub plan_valid_for: Option<Duration>,
    pub running_at_most: Option<usize>,
    pub allowed: Option<Vec<K>>,
    /// Freezes are added to those that there are.
    pub freezes: Vec<Freeze<K>>,
    pub headless: Option<bool>,
}

impl<K> Default for PolicyOverride<K> {
    /// Nothing is said differently.
    fn default() -> Self {
        Self {
            levels: [[None; 3]; 3],
            arm_at_most: None,
            plan_valid_for: None,
            running_at_most: None,
            allowed: None,
            freezes: Vec::new(),
            headless: None,
        }
    }
}

impl<K> PolicyOverride<K> {
    /// With a level for one risk at one criticality.
    #[must_use]
    pub fn with_level(mut self, risk: Risk, criticality: Criticality, level: Level) -> Self {
        self.levels[row(risk)][column(criticality)] = Some(level);
        self
    }
}

const CRITICALITIES: [Criticality; 3] = [Criticality::Development, Criticality::Staging, Criticality::Production];

fn row(risk: Risk) -> usize {
    match risk {
        Risk::Routine => 0,
        Risk::Disruptive => 1,
        Risk::Irreversible => 2,
    }
}

fn column(criticality: Criticality) -> usize {
    match criticality {
        Criticality::Development => 0,
        Criticality::Staging => 1,
        Criticality::Production => 2,
    }
}

#[cfg(test)]
mod tests;
