//! What a health rule has to say about a resource.

use std::cmp::{Ordering, Reverse};

use super::limits::Limits;
pub use super::severity::Severity;
use super::{Metric, Since};

/// What it does to whom, beside how bad it is. Ordered: what hurts soonest is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Harm {
    /// Nothing is broken: work that waits for its day, advice that stands for weeks.
    Upkeep,
    /// It will hurt if it goes on, or leaves somebody blind or without a way back.
    Later,
    /// Somebody is hurt now: an outage, data that is lost, replication that is behind, a disk that is nearly full.
    Now,
}

/// The kind of resource that a finding is about: it has its screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    DbInstance,
    Alarm,
    /// An EKS cluster, or something in it.
    Cluster,
    /// A secret of Secrets Manager.
    Secret,
}

/// One rule's verdict about one resource: what, how bad, on what evidence, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule's name, stable over versions: `replica-lag`.
    pub rule: &'static str,
    pub severity: Severity,
    pub harm: Harm,
    /// What kind of resource `arn` names.
    pub about: About,
    /// What the resource is called: `DBInstanceIdentifier`, `AlarmName`.
    pub resource: String,
    /// ARN of the resource; unique over accounts and regions.
    pub arn: String,
    /// What is wrong, in plain words with its numbers: `replication lag 312 s, limit 60 s`.
    pub summary: String,
    /// What supports it: `rising 22 s/min`. May be empty.
    pub evidence: String,
    /// Since when: from the series or the events where they tell, else when it was first seen;
    /// `None` only before the ledger has taken it in.
    pub since: Option<Since>,
    /// What to do next, one sentence.
    pub advice: String,
    /// The API or document that the rule comes from.
    pub source: &'static str,
    /// The metric that shows it, for a small chart beside it.
    pub metric: Option<Metric>,
    /// What its rule holds the values of that metric against; none where it judges otherwise.
    pub limits: Option<Limits>,
    /// The state that it is about, where a rule tells of several: another one is another trouble.
    pub state: Option<String>,
}

impl Finding {
    /// The order of findings, everywhere: the worst first, among equals what hurts now, of that the freshest, and what
    /// stands for weeks last. Names decide between what is equal in all of this, so that no line jumps.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let grade = |finding: &Self| (Reverse(finding.severity), Reverse(finding.harm));
        let fresh = match (self.since, other.since) {
            (Some(own), Some(others)) => own.by_freshness(others),
            (own, others) => own.is_none().cmp(&others.is_none()),
        };
        grade(self)
            .cmp(&grade(other))
            .then(fresh)
            .then_with(|| (&self.resource, self.rule, &self.arn).cmp(&(&other.resource, other.rule, &other.arn)))
    }
}

/// A finding for tests.
#[cfg(test)]
pub mod testing {
    use super::*;

    /// A warning of a DB instance, of which nothing is known that a test does not set.
    pub fn finding() -> Finding {
        Finding {
            rule: "rule",
            severity: Severity::Warning,
            harm: Harm::Now,
            about: About::DbInstance,
            limits: None,
            state: None,
            resource: "db".into(),
            arn: "arn".into(),
            summary: "something".into(),
            evidence: String::new(),
            since: None,
            advice: "Do something.".into(),
            source: "test",
            metric: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn finding(rule: &'static str, severity: Severity, harm: Harm, began: i64) -> Finding {
        Finding {
            rule,
            severity,
            harm,
            summary: String::new(),
            since: Timestamp::from_second(began).ok().map(Since::At),
            advice: String::new(),
            ..testing::finding()
        }
    }

    #[test]
    fn a_fresh_outage_is_above_old_warnings_and_upkeep_is_below_all_of_its_severity() {
        use Severity::{Critical, Info, Warning};
        let mut all = [
            finding("pending-maintenance", Warning, Harm::Upkeep, 900),
            finding("latency", Warning, Harm::Now, 100),
            finding("burst", Warning, Harm::Later, 800),
            finding("stopped", Info, Harm::Now, 999),
            finding("lag", Warning, Harm::Now, 700),
            finding("engine-support", Critical, Harm::Upkeep, 950),
            finding("storage-full", Critical, Harm::Now, 50),
        ];
        all.sort_by(Finding::order);
        let rules: Vec<&str> = all.iter().map(|finding| finding.rule).collect();
        assert_eq!(
            rules,
            ["storage-full", "engine-support", "lag", "latency", "burst", "pending-maintenance", "stopped"]
        );
    }

    #[test]
    fn what_is_equal_stands_by_its_name() {
        let (a, b) = (finding("a", Severity::Warning, Harm::Now, 5), finding("b", Severity::Warning, Harm::Now, 5));
        assert_eq!((a.order(&b), b.order(&a), a.order(&a)), (Ordering::Less, Ordering::Greater, Ordering::Equal));
    }
}
