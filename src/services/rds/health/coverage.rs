//! Which checks of a DB instance could be made.

use super::{DbInstances, Rule, Subject};
use crate::domain::database::Condition;
use crate::health::{self, Coverage};

/// A kind of data that rules need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The list of DB instances; every rule needs it.
    Inventory,
    /// The table's metrics, at 60 s.
    Metrics,
    /// The metrics that only the rules need, at 300 s.
    Vitals,
    /// Free storage of the last week.
    Trend,
    /// The grave events of the instances.
    Events,
    /// What is pending for them.
    Maintenance,
}

impl Part {
    /// All of them, in the order of declaration.
    pub const ALL: [Self; 6] =
        [Self::Inventory, Self::Metrics, Self::Vitals, Self::Trend, Self::Events, Self::Maintenance];

    /// What a person calls it: all that comes from CloudWatch is metrics.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Inventory => "databases",
            Self::Metrics | Self::Vitals | Self::Trend => "metrics",
            Self::Events => "events",
            Self::Maintenance => "pending maintenance",
        }
    }
}

/// Which checks of a DB instance could be made. `current` tells of each part whether it was read and
/// is fresh; a metric of the table without a value since `oldest` (seconds since 1970) says nothing
/// of an instance that serves.
#[must_use]
pub fn coverage(subject: &Subject<'_>, oldest: i64, current: &dyn Fn(Part) -> bool) -> Coverage<Part> {
    let whole = Subject { metrics_known: true, maintenance_known: true, ..subject.clone() };
    let serves = matches!(subject.database.condition(), Condition::Healthy | Condition::Unknown);
    let is_silent = |rule: &Rule| {
        // Rules of the table's metrics show the metric that they judge.
        let valued = rule.metric.filter(|_| serves && rule.needs == [Part::Metrics]);
        valued.is_some_and(|metric| subject.metrics.latest(metric, oldest).is_none())
    };
    health::coverage::<DbInstances>(&whole, &|rule, part| current(part) && !(part == Part::Metrics && is_silent(rule)))
}

#[cfg(test)]
mod tests {
    use crate::domain::Metric;
    use crate::health::Judged;
    use crate::services::rds::health::testing::{Bed, NOW};

    use super::*;

    fn covered(bed: &Bed, without: &[Part]) -> Coverage<Part> {
        coverage(&bed.subject(), NOW - 900, &|part| !without.contains(&part))
    }

    #[test]
    fn what_does_not_apply_is_not_counted() {
        let primary = covered(&Bed::healthy(), &[]);
        assert!(primary.is_whole() && primary.made == primary.expected, "{primary:?}");
        assert!(primary.expected < DbInstances::rules().count());
        let source = Bed::healthy().at_300(Metric::OldestReplicationSlotLag, |_| Some(0.0));
        assert_eq!(covered(&source, &[]).expected, primary.expected + 1);
        // Two rules of lag and one of replication, less those of backups and of transaction ids.
        assert_eq!(covered(&Bed::replica(), &[]).expected, primary.expected);
    }

    #[test]
    fn a_check_without_its_data_has_not_passed() {
        let whole = covered(&Bed::healthy(), &[]);
        for part in [Part::Metrics, Part::Vitals, Part::Trend, Part::Events, Part::Maintenance] {
            let partial = covered(&Bed::healthy(), &[part]);
            assert_eq!((partial.expected, partial.missing.as_slice()), (whole.expected, [part].as_slice()));
            assert!(partial.made < whole.made, "{part:?}");
        }
        assert_eq!(covered(&Bed::healthy(), &[Part::Inventory]).made, 0);
    }

    #[test]
    fn what_was_never_read_counts_as_expected() {
        let mut unread = Bed::healthy();
        let whole = covered(&unread, &[]).expected;
        unread.metrics_known = false;
        assert_eq!(covered(&unread, &[Part::Metrics, Part::Vitals, Part::Trend]).expected, whole);
        unread.vitals_known = false;
        unread.store = crate::collect::metrics::MetricStore::default();
        let unread = covered(&unread, &[Part::Metrics, Part::Vitals, Part::Trend]);
        assert!(unread.expected >= whole && unread.made < whole / 2 + 2, "{unread:?}");
    }

    #[test]
    fn an_instance_that_serves_has_values() {
        let silent = Bed::healthy().at_60(Metric::CPUUtilization, |_| None);
        let partial = covered(&silent, &[]);
        assert_eq!((partial.expected - partial.made, partial.missing), (1, vec![Part::Metrics]));
        let mut changing = Bed::healthy().at_60(Metric::CPUUtilization, |_| None);
        changing.database.status = "modifying".into();
        assert!(covered(&changing, &[]).is_whole(), "it comes back with its values");
    }
}
