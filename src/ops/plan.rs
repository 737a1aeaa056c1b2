//! A plan: everything about a change before it is made, frozen.

mod check;
mod draft;
pub(super) mod hashes;

use std::ops::Range;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use check::{Check, CheckState};
pub use draft::Draft;

use super::call::Call;
use super::fingerprint::Fingerprint;
use super::provider::Provider;
use super::target::Target;
use crate::domain::{Criticality, Identity};

/// What a mistake with an operation costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Nobody who uses the database notices.
    Routine,
    /// Connections break or the database is slow or away for a while.
    Disruptive,
    /// There is no way back, or only a restore.
    Irreversible,
}

impl Risk {
    pub const ALL: [Self; 3] = [Self::Routine, Self::Disruptive, Self::Irreversible];

    /// The word for it, on the screen and in a configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Disruptive => "disruptive",
            Self::Irreversible => "irreversible",
        }
    }
}

/// What keeps a plan from being carried out that could be approved before, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLonger {
    /// The state that it stands on is another one.
    Changed(Vec<String>),
    /// Preconditions that are not met now.
    Unmet(Vec<String>),
}

/// How a consequence should be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Plain,
    Good,
    Warning,
    Critical,
}

/// One consequence: `Interruption`, `the replica restarts, usually 2-5 min`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequence {
    /// At most 14 columns: they stand under one another.
    pub label: String,
    pub text: String,
    pub tone: Tone,
}

/// What must still hold right before a step is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verify {
    /// The plan, made anew from a fresh reading, has the same fingerprint.
    Whole,
    /// A step before changed the target: it is the same resource of the same account, and available.
    Same,
}

/// What is asked again right before a step that is not the first: a wait may lie between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Policy and freezes, and whether the environment is armed still.
    #[default]
    All,
    /// Policy and freezes: it completes something new that nobody uses yet.
    Rules,
    /// Nothing: it completes what cannot be taken back, and to leave it undone is worse.
    None,
}

impl Gate {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// Whether a call that was refused is sent again. One whose answer was lost never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resend {
    #[default]
    Never,
    /// When it was refused because it came too early (HTTP 429), as an eviction that a disruption budget holds back:
    /// nothing was changed then.
    WhenRefused,
}

impl Resend {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_never(&self) -> bool {
        *self == Self::Never
    }
}

/// One call of a plan, and how its end is recognised.
///
/// Steps are done one after another, each when the one before has come to its end ([`Step::wait`]). Those that need not
/// wait and the one after them are done beside each other ([`Plan::beside`]): many calls of one kind, each with its own
/// state, none of which needs another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Step<P: Provider> {
    /// What it is for: `promotes the replica`.
    pub purpose: String,
    pub call: Call<P::Api>,
    pub follow: P::Follow,
    /// The next step waits until this one's end.
    pub wait: bool,
    pub verify: Verify,
    #[serde(default, skip_serializing_if = "Gate::is_all")]
    pub gate: Gate,
    /// The account on which it acts, where that is not the plan's. The region is the call's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Resend::is_never")]
    pub resend: Resend,
    /// Seconds that it usually takes, least and most.
    pub usual: (u32, u32),
}

impl<P: Provider> Step<P> {
    /// A step that stands on the whole plan, is sent once in the plan's account, and is waited for; `usual` are
    /// seconds, least and most.
    #[must_use]
    pub fn new(purpose: impl Into<String>, call: Call<P::Api>, follow: P::Follow, usual: (u32, u32)) -> Self {
        Self {
            purpose: purpose.into(),
            call,
            follow,
            wait: true,
            verify: Verify::Whole,
            gate: Gate::All,
            account: None,
            resend: Resend::Never,
            usual,
        }
    }

    /// The same step among those of several services.
    #[must_use]
    fn of<Q: Provider>(self) -> Step<Q>
    where
        Q::Api: From<P::Api>,
        Q::Follow: From<P::Follow>,
    {
        let Call { api, region, parameters } = self.call;
        Step {
            purpose: self.purpose,
            call: Call { api: api.into(), region, parameters },
            follow: self.follow.into(),
            wait: self.wait,
            verify: self.verify,
            gate: self.gate,
            account: self.account,
            resend: self.resend,
            usual: self.usual,
        }
    }

    /// Where it acts, for people: the region, and the account where that is not the plan's.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.account {
            Some(account) => format!("{} of account {account}", self.call.region),
            None => self.call.region.clone(),
        }
    }
}

/// A row of the comparison between a source and what is restored from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// AWS's name of the attribute.
    pub name: String,
    /// The source's value, which is asked for explicitly.
    pub value: String,
    /// What AWS would set if it were not asked for.
    pub default: String,
    /// False when it deliberately differs, or is `lost`.
    pub kept: bool,
    /// It cannot be kept; `default` is what there is instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

/// The form of plans that this version makes. Plans of the first form are read and verified (journals
/// have them), and not carried out.
pub const FORM: u8 = 2;

/// The form of a plan that does not say it.
pub(super) fn first_form() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_first(form: &u8) -> bool {
    *form == first_form()
}

/// A change, ready to be approved: targets frozen, exact calls, preconditions, consequences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Plan<P: Provider> {
    /// See [`FORM`].
    #[serde(default = "first_form", skip_serializing_if = "is_first")]
    pub form: u8,
    /// When it was made first; one that is made anew for a later reading keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
    pub operation: P::Operation,
    /// Name of a snapshot that is taken and waited for first.
    pub safety_snapshot: Option<String>,
    /// What the settings of a restore were taken from that could not be read: what carries the approved plan out
    /// compares with it. Of a file it is not believed: `qd apply` makes the plan anew from what is remembered there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<P::LastKnown>,
    pub target: Target<P::TargetKind>,
    pub criticality: Criticality,
    pub account: String,
    /// Role or user that read the state, without its session.
    pub principal: String,
    pub risk: Risk,
    pub summary: String,
    pub steps: Vec<Step<P>>,
    pub checks: Vec<Check>,
    pub consequences: Vec<Consequence>,
    pub kept: Vec<Kept>,
    pub monthly: Option<Decimal>,
    pub inverse: Option<String>,
    pub name_to_type: String,
    /// Options for the equivalent `aws` commands.
    pub cli: String,
    /// The observed state that counts: name and value.
    pub observed: Vec<(String, String)>,
    /// When the state was read.
    pub seen_at: Timestamp,
    pub fingerprint: Fingerprint,
    /// SHA-256 over all of it, the words too: a file whose words were edited is not this plan.
    #[serde(default)]
    pub seal: String,
}

impl<P: Provider> Plan<P> {
    /// With fingerprint and seal of what it says.
    #[must_use]
    pub(super) fn with_hashes(mut self) -> Self {
        self.fingerprint = hashes::of(&self);
        self.seal = hashes::seal(&self);
        self
    }

    /// The precondition that keeps it from being approved.
    #[must_use]
    pub fn obstacle(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.state == CheckState::Failed)
    }

    /// Whether what a file says is what was fingerprinted.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        hashes::of(self) == self.fingerprint && hashes::seal(self) == self.seal
    }

    /// Why the plan may not be carried out as it was approved, by one made anew from a fresh reading;
    /// the one comparison of a rehearsal and of what is done right before sending.
    ///
    /// # Errors
    /// The first of: another state, a precondition that fails, one that was met and is no longer.
    pub fn still_holds(&self, fresh: &Self) -> Result<(), NoLonger> {
        let differences = self.differences(fresh);
        if !differences.is_empty() {
            return Err(NoLonger::Changed(differences));
        }
        if let Some(check) = fresh.obstacle() {
            return Err(NoLonger::Unmet(vec![check.unmet()]));
        }
        let worse = self.worsened(fresh);
        if worse.is_empty() { Ok(()) } else { Err(NoLonger::Unmet(worse)) }
    }

    /// Preconditions that were met and are no longer, in words: an approval of the plan stands on
    /// them, although they do not count into the fingerprint (lag rises and falls).
    #[must_use]
    pub fn worsened(&self, fresh: &Self) -> Vec<String> {
        let was = |name: &str| self.checks.iter().find(|c| c.name == name).map(|c| c.state);
        let worse = fresh.checks.iter().filter(|c| match (c.state, was(&c.name)) {
            (CheckState::Met, _) | (CheckState::Doubtful, Some(CheckState::Doubtful)) => false,
            (CheckState::Doubtful | CheckState::Failed, _) => true,
            (CheckState::Unknown, before) => before == Some(CheckState::Met),
        });
        worse
            .map(|c| if c.why.is_empty() { format!("no longer: {}", c.name) } else { format!("{}: {}", c.name, c.why) })
            .collect()
    }

    /// Whether another plan is about one of the same resources: the target, what a call is sent to,
    /// what a call makes.
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        let own = self.resources();
        other.resources().iter().any(|resource| own.contains(resource))
    }

    /// Account, region and name of what it changes.
    fn resources(&self) -> Vec<(&str, &str, &str)> {
        let mut all = Vec::new();
        if P::is_resource(self.target.kind) {
            all.push((self.account.as_str(), self.target.region.as_str(), self.target.id.as_str()));
        }
        for (place, step) in self.steps.iter().enumerate() {
            let account = self.account_of(place);
            all.extend(P::resources(&step.follow).into_iter().map(|(region, id)| (account, region, id)));
        }
        all
    }

    /// The account on which a step acts.
    #[must_use]
    pub fn account_of(&self, step: usize) -> &str {
        self.steps.get(step).and_then(|step| step.account.as_deref()).unwrap_or(&self.account)
    }

    /// Whether who would send a step is of the account on which it acts.
    ///
    /// # Errors
    /// Both accounts, in words; it must not be sent then.
    pub fn may_be_sent_by(&self, step: usize, sender: &Identity) -> Result<(), String> {
        let account = self.account_of(step);
        if sender.account == account {
            return Ok(());
        }
        let what = if account == self.account { "the plan".to_owned() } else { format!("step {}", step + 1) };
        Err(format!("the operator's credentials are of account {}, {what} is for {account}", sender.account))
    }

    /// The steps that are done beside a step, itself among them: what becomes of one is nothing to the others, and the
    /// step after them needs all of them.
    #[must_use]
    pub fn beside(&self, step: usize) -> Range<usize> {
        let waits = |step: usize| self.steps.get(step).is_none_or(|step| step.wait);
        let (mut from, mut end) = (step, step + 1);
        while from > 0 && !waits(from - 1) {
            from -= 1;
        }
        while end < self.steps.len() && !waits(end - 1) {
            end += 1;
        }
        from..end
    }

    /// What is different in a plan made anew from a fresh reading, in words; empty when it is the
    /// same plan.
    #[must_use]
    pub fn differences(&self, fresh: &Self) -> Vec<String> {
        if self.fingerprint == fresh.fingerprint {
            return Vec::new();
        }
        let mut said = Vec::new();
        if self.account != fresh.account {
            said.push(format!("the account was {}, is {}", self.account, fresh.account));
        }
        if self.principal != fresh.principal {
            said.push(format!("the role was {}, is {}", self.principal, fresh.principal));
        }
        for (name, before) in &self.observed {
            match fresh.observed.iter().find(|(known, _)| known == name) {
                Some((_, now)) if now == before => {}
                Some((_, now)) => said.push(format!("{name} was {}, is {}", word(before), word(now))),
                None => said.push(format!("{name} was {}, is gone", word(before))),
            }
        }
        for (name, now) in &fresh.observed {
            if !self.observed.iter().any(|(known, _)| known == name) {
                said.push(format!("{name} is new: {}", word(now)));
            }
        }
        if said.is_empty() {
            said.push("the calls of the plan are different now".to_owned());
        }
        said
    }
}

fn word(value: &str) -> &str {
    if value.is_empty() { "empty" } else { value }
}
