//! What an operation says about itself, of which a plan is made.

use rust_decimal::Decimal;

use super::{Check, Consequence, Gate, Kept, Resend, Risk, Step, Tone, Verify};
use crate::ops::call::Call;
use crate::ops::provider::Provider;

/// What an operation says about itself for a state of the world; [`Plan::make`](super::Plan::make) makes a plan of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft<P: Provider> {
    pub risk: Risk,
    /// One or two sentences in plain words: what will be different afterwards.
    pub summary: String,
    pub steps: Vec<Step<P>>,
    pub checks: Vec<Check>,
    pub consequences: Vec<Consequence>,
    pub kept: Vec<Kept>,
    /// Difference in US dollars a month at on-demand prices; `None` when no price is known.
    pub monthly: Option<Decimal>,
    /// How it is undone, in words; `None`: it cannot be.
    pub inverse: Option<String>,
    /// The resource whose name is typed to approve.
    pub name_to_type: String,
    /// Region and name of the resources whose state the plan stands on, the target's included.
    pub subjects: Vec<(String, String)>,
}

impl<P: Provider> Draft<P> {
    /// The same draft among those of several services.
    #[must_use]
    pub fn of<Q: Provider>(self) -> Draft<Q>
    where
        Q::Api: From<P::Api>,
        Q::Follow: From<P::Follow>,
    {
        Draft {
            risk: self.risk,
            summary: self.summary,
            steps: self.steps.into_iter().map(Step::of).collect(),
            checks: self.checks,
            consequences: self.consequences,
            kept: self.kept,
            monthly: self.monthly,
            inverse: self.inverse,
            name_to_type: self.name_to_type,
            subjects: self.subjects,
        }
    }

    /// A draft that does nothing yet; the target's name is typed, and its state counts.
    #[must_use]
    pub fn new(risk: Risk, seen: &P::Facts) -> Self {
        let target = P::observation(seen).target;
        Self {
            risk,
            summary: String::new(),
            steps: Vec::new(),
            checks: Vec::new(),
            consequences: Vec::new(),
            kept: Vec::new(),
            monthly: None,
            inverse: None,
            subjects: P::subjects(&target),
            name_to_type: target.id,
        }
    }

    /// Adds a precondition.
    pub fn check(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Adds a consequence.
    pub fn say(&mut self, label: &str, text: impl Into<String>, tone: Tone) {
        self.consequences.push(Consequence { label: label.to_owned(), text: text.into(), tone });
    }

    /// Says it in place of what was said under this label.
    pub fn say_instead(&mut self, label: &str, text: impl Into<String>, tone: Tone) {
        self.consequences.retain(|said| said.label != label);
        self.say(label, text, tone);
    }

    /// Adds a call that is waited for; `usual` are seconds, least and most. The first one stands on
    /// the whole plan, later ones on the same resource.
    pub fn step(&mut self, purpose: &str, call: Call<P::Api>, follow: P::Follow, usual: (u32, u32)) {
        let verify = if self.steps.is_empty() { Verify::Whole } else { Verify::Same };
        self.steps.push(Step { verify, ..Step::<P>::new(purpose, call, follow, usual) });
    }

    /// Adds many calls of one kind that are made beside each other, each with what it is for; the step after them waits
    /// for all of them.
    pub fn each(&mut self, calls: Vec<(String, Call<P::Api>, P::Follow)>, usual: (u32, u32), resend: Resend) {
        let last = self.steps.len() + calls.len();
        for (purpose, call, follow) in calls {
            self.step(&purpose, call, follow, usual);
            let is_last = self.steps.len() == last;
            if let Some(step) = self.steps.last_mut() {
                (step.wait, step.resend) = (is_last, resend);
            }
        }
    }

    /// Lets the step that was added last act on another account than the plan's.
    pub fn in_account(&mut self, account: &str) {
        if let Some(step) = self.steps.last_mut() {
            step.account = Some(account.to_owned());
        }
    }

    /// Says what is asked again before the step that was added last.
    pub fn gated(&mut self, gate: Gate) {
        if let Some(step) = self.steps.last_mut() {
            step.gate = gate;
        }
    }
}
