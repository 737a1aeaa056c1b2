//! Which checks could be made: a rule whose data was not read, or is old, has not said that all is
//! well.

use crate::domain::database::Condition;

use super::{Subject, rules};

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
    Events,
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

/// The checks of a DB instance: how many there are, and how many could be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Rules that apply to it once everything is read.
    pub expected: usize,
    /// Those of them whose data was read and is current.
    pub made: usize,
    /// What the others wait for, each once.
    pub missing: Vec<Part>,
}

impl Coverage {
    /// Every check was made: only then no finding means that all is well.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Which checks of a DB instance could be made. `current` tells of each part whether it was read and
/// is fresh; a metric of the table without a value since `oldest` (seconds since 1970) says nothing
/// of an instance that serves.
#[must_use]
pub fn coverage(subject: &Subject<'_>, oldest: i64, current: &dyn Fn(Part) -> bool) -> Coverage {
    let whole = Subject { metrics_known: true, maintenance_known: true, ..subject.clone() };
    let serves = matches!(subject.database.condition(), Condition::Healthy | Condition::Unknown);
    let mut coverage = Coverage::default();
    for rule in rules::all().filter(|rule| rule.judges(&whole)) {
        coverage.expected += 1;
        // Rules of the table's metrics show the metric that they judge.
        let valued = rule.metric.filter(|_| serves && rule.needs == [Part::Metrics]);
        let silent = valued.is_some_and(|metric| subject.metrics.latest(metric, oldest).is_none());
        let mut made = true;
        for part in std::iter::once(Part::Inventory).chain(rule.needs.iter().copied()) {
            if current(part) && !(silent && part == Part::Metrics) {
                continue;
            }
            made = false;
            if !coverage.missing.contains(&part) {
                coverage.missing.push(part);
            }
        }
        coverage.made += usize::from(made);
    }
    coverage
}

#[cfg(test)]
mod tests {
    use crate::domain::Metric;
    use crate::health::checks;
    use crate::health::testing::{Bed, NOW};

    use super::*;

    fn covered(bed: &Bed, without: &[Part]) -> Coverage {
        coverage(&bed.subject(), NOW - 900, &|part| !without.contains(&part))
    }

    #[test]
    fn what_does_not_apply_is_not_counted() {
        let primary = covered(&Bed::healthy(), &[]);
        assert!(primary.is_whole() && primary.made == primary.expected, "{primary:?}");
        assert!(primary.expected < checks());
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
