//! Which findings stand, and since when.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::beginning::Beginning;
use crate::domain::Since;
use crate::domain::finding::{Finding, Harm, Severity};

/// Data comes back piece by piece after a start: a finding that appears later than this is a new one. Nobody has looked
/// for so long: what is found may have been over in between.
const BREAK: SignedDuration = SignedDuration::from_mins(15);

/// A finding that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The finding, with the earliest beginning that is known.
    pub finding: Arc<Finding>,
    /// When the rule first gave it, without a break since.
    pub first_seen: Timestamp,
    /// When the rule last gave it.
    pub last_seen: Timestamp,
    /// The worst that it was since then.
    pub worst: Severity,
}

/// What is known of a finding from before.
struct Before {
    since: Option<Since>,
    first_seen: Timestamp,
    last_seen: Timestamp,
    worst: Severity,
    state: Option<String>,
}

impl Before {
    /// Whether it is the same trouble that is found now, at `seen`.
    fn goes_on(&self, finding: &Finding, seen: Timestamp) -> bool {
        // A series reaches back some hours: its word is not later than what was known, unless it began after anybody
        // last looked.
        let is_unbroken = seen.duration_since(self.last_seen) <= BREAK;
        let is_older = finding.since.is_none_or(|own| own.moment() <= self.last_seen);
        // An instance that was stopped for a week and fails today fails since today.
        let is_new_trouble = self.worst == Severity::Info
            && finding.severity > Severity::Info
            && finding.since.is_none()
            && finding.harm > Harm::Upkeep;
        (is_unbroken || is_older) && !is_new_trouble && self.state == finding.state
    }
}

/// The standing findings of every resource, by its ARN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    resources: BTreeMap<String, Vec<Standing>>,
    /// From the last time that the console ran, by ARN: what no rule has given again yet.
    remembered: HashMap<String, Vec<Beginning>>,
    /// When what is left of `remembered` is dropped.
    remembered_until: Option<Timestamp>,
}

impl Ledger {
    /// Takes in what the rules say of a resource: what is not among it is over, what stood before keeps its beginning,
    /// in whatever words it is told now. `seen` is the moment of the data that the rules looked at; `well` tells when a
    /// rule last looked and found nothing: what it finds now began after that. True when something else is said than
    /// before.
    pub fn renew(
        &mut self,
        arn: &str,
        findings: Vec<Finding>,
        seen: Timestamp,
        well: &dyn Fn(&'static str) -> Option<Timestamp>,
    ) -> bool {
        if self.remembered_until.is_some_and(|until| seen >= until) {
            self.remembered.clear();
            self.remembered_until = None;
        }
        let before = self.resources.remove(arn).unwrap_or_default();
        if findings.is_empty() {
            return !before.is_empty();
        }
        let mut after: Vec<Standing> = findings
            .into_iter()
            .map(|finding| {
                let known = self.before(arn, &before, finding.rule);
                stand(finding, known, seen, well)
            })
            .collect();
        after.sort_by(|a, b| a.finding.order(&b.finding));
        let is_same =
            before.iter().map(|standing| &standing.finding).eq(after.iter().map(|standing| &standing.finding));
        self.resources.insert(arn.to_owned(), after);
        !is_same
    }

    /// What is known of a rule's finding from before: that it stands, or what was remembered of it.
    fn before(&mut self, arn: &str, standing: &[Standing], rule: &str) -> Option<Before> {
        if let Some(old) = standing.iter().find(|standing| standing.finding.rule == rule) {
            let Standing { finding, first_seen, last_seen, worst } = old;
            let since = finding.since;
            let state = finding.state.clone();
            return Some(Before { since, first_seen: *first_seen, last_seen: *last_seen, worst: *worst, state });
        }
        let kept = self.recollect(arn, rule)?;
        let since = Some(kept.since());
        let Beginning { since: first_seen, seen: last_seen, severity: worst, state, .. } = kept;
        Some(Before { since, first_seen, last_seen, worst, state })
    }

    /// What was remembered of a finding, once.
    fn recollect(&mut self, arn: &str, rule: &str) -> Option<Beginning> {
        let of_resource = self.remembered.get_mut(arn)?;
        let at = of_resource.iter().position(|beginning| beginning.rule == rule)?;
        Some(of_resource.swap_remove(at))
    }

    /// What the next start of the console has to know, so that beginnings outlive this one.
    #[must_use]
    pub fn beginnings(&self) -> Vec<Beginning> {
        let standing = self
            .resources
            .iter()
            .flat_map(|(arn, all)| all.iter().map(|s| Beginning::of(arn, &s.finding, s.first_seen, s.last_seen)));
        standing.chain(self.remembered.values().flatten().cloned()).collect()
    }

    /// Takes in what an earlier run of the console gave as [`Self::beginnings`]. `now` is the
    /// present: what no rule gives again soon is dropped.
    pub fn remember(&mut self, beginnings: impl IntoIterator<Item = Beginning>, now: Timestamp) {
        for beginning in beginnings {
            self.remembered.entry(beginning.arn.clone()).or_default().push(beginning);
        }
        self.remembered_until = now.checked_add(BREAK).ok();
    }

    /// The severity at which a rule's finding about a resource stands: what `examine` asks for.
    #[must_use]
    pub fn standing(&self, arn: &str, rule: &str) -> Option<Severity> {
        let standing = self.of(arn).find(|finding| finding.rule == rule).map(|finding| finding.severity);
        standing.or_else(|| self.remembered.get(arn)?.iter().find(|b| b.rule == rule).map(|b| b.severity))
    }

    /// The findings about a resource, in the order of [`Finding::order`].
    pub fn of(&self, arn: &str) -> impl Iterator<Item = &Arc<Finding>> {
        self.resources.get(arn).into_iter().flatten().map(|standing| &standing.finding)
    }

    /// The findings about a resource and about what is within it (`<arn>#…`), in no order.
    pub fn under<'s>(&'s self, arn: &'s str) -> impl Iterator<Item = &'s Arc<Finding>> {
        let is_its =
            move |key: &str| key.strip_prefix(arn).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'));
        // `#` stands before all that a name may go on with.
        let own = self
            .resources
            .range::<str, _>((Bound::Included(arn), Bound::Unbounded))
            .take_while(move |(key, _)| is_its(key));
        own.flat_map(|(_, all)| all).map(|standing| &standing.finding)
    }

    /// Everything that stands, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Standing> {
        self.resources.values().flatten()
    }

    /// Forgets the resources for which `gone` is true: deleted ones, and what is not watched any more.
    pub fn forget(&mut self, mut gone: impl FnMut(&str) -> bool) {
        self.resources.retain(|arn, _| !gone(arn));
    }
}

/// A finding as it stands from now on.
fn stand(
    mut finding: Finding,
    known: Option<Before>,
    seen: Timestamp,
    well: &dyn Fn(&'static str) -> Option<Timestamp>,
) -> Standing {
    let known = known.filter(|known| known.goes_on(&finding, seen));
    let first_seen = known.as_ref().map_or(seen, |known| known.first_seen);
    let worst = known.as_ref().map_or(finding.severity, |known| known.worst.max(finding.severity));
    // Between two looks shortly after each other: it began, to the minute. Work that is announced is announced before
    // anybody looks.
    let is_caught = known.is_none()
        && finding.harm > Harm::Upkeep
        && well(finding.rule).is_some_and(|last| seen.duration_since(last) <= BREAK);
    let own = finding.since.unwrap_or(if is_caught { Since::At(seen) } else { Since::Seen(first_seen) });
    let known = known.and_then(|known| known.since);
    finding.since = Some(known.map_or(own, |known| own.with_known(known)));
    Standing { finding: Arc::new(finding), first_seen, last_seen: seen, worst }
}

#[cfg(test)]
mod tests;
