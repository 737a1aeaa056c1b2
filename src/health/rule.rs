//! What a rule is made of: what it judges, when it applies, what it sees, and how it grades without flapping.

use jiff::Timestamp;

use crate::domain::finding::{About, Harm, Severity};
use crate::domain::limits::Limits;
use crate::domain::{Metric, Since};

/// What the rules of a service judge: its resources of one kind. The type only stands for that kind.
pub trait Judged: Sized + 'static {
    /// One of the resources, and everything that the rules look at.
    type Subject<'a>;
    /// What is read for the rules, each for itself: one may be known while another is denied.
    type Read: Clone + Eq + 'static;
    /// An operation that advice may come to; [`Infallible`](std::convert::Infallible) where there is none.
    type Operation;

    /// The kind of resource that it is.
    const ABOUT: About;
    /// The read that lists the resources: every rule needs it.
    const LISTED: Self::Read;

    /// Every rule, in the order in which equally bad findings are told.
    fn rules() -> impl Iterator<Item = &'static Rule<Self>>;

    /// What a resource is called, and its ARN.
    fn resource<'s>(subject: &'s Self::Subject<'_>) -> (&'s str, &'s str);
}

/// One check of a resource.
pub struct Rule<J: Judged> {
    /// Its name: lower case with hyphens, stable over versions.
    pub id: &'static str,
    /// The API or document that it comes from.
    pub source: &'static str,
    /// What its findings do to whom; a verdict may say otherwise.
    pub harm: Harm,
    /// The metric that shows it.
    pub metric: Option<Metric>,
    /// What it reads besides the list of the resources: without it, it says nothing.
    pub needs: &'static [J::Read],
    /// Which of the resources it judges.
    pub applies: fn(&J::Subject<'_>) -> bool,
    /// What it says of one that it judges.
    pub check: fn(&Case<'_, J>) -> Option<Verdict<J::Operation>>,
}

/// What a check sees.
pub struct Case<'a, J: Judged> {
    /// The resource.
    pub subject: &'a J::Subject<'a>,
    /// The moment at which ages are judged.
    pub now: Timestamp,
    /// The severity at which this rule's finding stands already.
    pub standing: Option<Severity>,
}

impl<J: Judged> Case<'_, J> {
    /// Seconds since `then`; negative when it lies ahead.
    pub fn seconds_since(&self, then: Timestamp) -> f64 {
        self.now.duration_since(then).as_secs_f64()
    }
}

/// What a check found, and the operation `O` that its advice may come to.
pub struct Verdict<O> {
    /// How soon somebody has to act.
    pub severity: Severity,
    /// What is wrong, in plain words with its numbers.
    pub summary: String,
    /// What supports it; may be empty.
    pub evidence: String,
    /// When it began, where what was read tells.
    pub since: Option<Since>,
    /// What it does to whom, where that is not as the rule says.
    pub harm: Option<Harm>,
    /// What to do next, one sentence.
    pub advice: String,
    /// The operation that the advice comes to, where this console has it.
    pub operation: Option<O>,
    /// What the values of the rule's metric are held against, where they are.
    pub limits: Option<Limits>,
    /// The state that it is about, where the rule tells of several.
    pub state: Option<String>,
}

impl<O> Verdict<O> {
    /// A verdict without evidence or a beginning.
    pub fn new(severity: Severity, summary: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            severity,
            summary: summary.into(),
            evidence: String::new(),
            since: None,
            harm: None,
            advice: advice.into(),
            operation: None,
            limits: None,
            state: None,
        }
    }

    /// What supports it: the parts that are not empty, joined.
    #[must_use]
    pub fn evidence(mut self, parts: impl IntoIterator<Item = String>) -> Self {
        self.evidence = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        self
    }

    /// When it began.
    #[must_use]
    pub fn since(mut self, since: Option<Since>) -> Self {
        self.since = since;
        self
    }

    /// It is about this state: another one is another trouble.
    #[must_use]
    pub fn of_state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// It does something else to somebody than the rule says.
    #[must_use]
    pub fn harm(mut self, harm: Harm) -> Self {
        self.harm = Some(harm);
        self
    }
}
