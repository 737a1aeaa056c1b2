//! Health rules: what is known of a resource in, findings out.
//!
//! Pure, and without a service: a room of `services` says what is judged ([`Judged`]) and has the rules of it. A
//! finding that stands is cleared only by a margin ([`Limits`]), so that nothing flaps; what stands is kept in the
//! [`Ledger`], that of all services in one.

mod beginning;
mod coverage;
mod ledger;
pub mod reading;
mod rule;
#[cfg(test)]
mod tests;
pub mod words;

use jiff::Timestamp;

use crate::domain::finding::{Finding, Severity};

pub use crate::domain::limits::Limits;
pub use beginning::{Beginning, Certainty};
pub use coverage::{Coverage, coverage, was_made};
pub use ledger::{Ledger, Standing};
pub use rule::{Case, Judged, Rule, Verdict};

/// What is wrong with a resource, in the order of [`Finding::order`].
///
/// `standing` tells the severity at which a rule's finding stands now for this resource
/// ([`Ledger::standing`]): it decides how far a value must recover. `now` is the present while
/// the list is current; where it is stale, the time at which it was read, or else ages
/// grow that nobody has measured.
#[must_use]
pub fn examine<'a, J: Judged>(
    subject: &'a J::Subject<'a>,
    now: Timestamp,
    standing: &dyn Fn(&'static str) -> Option<Severity>,
) -> Vec<Finding> {
    let verdicts = verdicts::<J>(subject, now, standing).into_iter();
    let mut findings: Vec<Finding> = verdicts.map(|(rule, verdict)| finding::<J>(subject, rule, verdict)).collect();
    findings.sort_by(Finding::order);
    findings
}

/// What the rules say of a resource, in their own order.
#[must_use]
pub fn verdicts<'a, J: Judged>(
    subject: &'a J::Subject<'a>,
    now: Timestamp,
    standing: &dyn Fn(&'static str) -> Option<Severity>,
) -> Vec<(&'static Rule<J>, Verdict<J::Operation>)> {
    let rules = J::rules().filter(|rule| (rule.applies)(subject));
    let judged = rules.filter_map(|rule| {
        let case: Case<'a, J> = Case { subject, now, standing: standing(rule.id) };
        Some((rule, (rule.check)(&case)?))
    });
    judged.collect()
}

fn finding<J: Judged>(subject: &J::Subject<'_>, rule: &Rule<J>, verdict: Verdict<J::Operation>) -> Finding {
    let (resource, arn) = J::resource(subject);
    Finding {
        rule: rule.id,
        severity: verdict.severity,
        harm: verdict.harm.unwrap_or(rule.harm),
        about: J::ABOUT,
        resource: resource.to_owned(),
        arn: arn.to_owned(),
        summary: verdict.summary,
        evidence: verdict.evidence,
        since: verdict.since,
        advice: verdict.advice,
        source: rule.source,
        metric: rule.metric,
        limits: verdict.limits,
        state: verdict.state,
    }
}
