//! Which checks of a DB instance could be made.

use super::{DbInstances, Rule, Subject};
use crate::collect::Readable;
use crate::domain::database::Condition;
use crate::health::{self, Coverage};
use crate::services::rds::Read;

/// What the rules need.
pub const NEEDED: [Read; 6] =
    [Read::Databases, Read::Metrics, Read::Vitals, Read::StorageTrend, Read::Events, Read::Maintenance];

/// What a person calls what is missing: all that comes from CloudWatch is metrics.
#[must_use]
pub fn title(read: &Read) -> String {
    match read {
        Read::Vitals | Read::StorageTrend => Read::Metrics.title(),
        read => read.title(),
    }
}

/// Which checks of a DB instance could be made. `current` tells of each part whether it was read and
/// is fresh; a metric of the table without a value since `oldest` (seconds since 1970) says nothing
/// of an instance that serves.
#[must_use]
pub fn coverage(subject: &Subject<'_>, oldest: i64, current: &dyn Fn(&Read) -> bool) -> Coverage<Read> {
    let whole = Subject { metrics_known: true, maintenance_known: true, ..subject.clone() };
    let serves = matches!(subject.database.condition(), Condition::Healthy | Condition::Unknown);
    let is_silent = |rule: &Rule| {
        // Rules of the table's metrics show the metric that they judge.
        let valued = rule.metric.filter(|_| serves && rule.needs == [Read::Metrics]);
        valued.is_some_and(|metric| subject.metrics.latest(metric, oldest).is_none())
    };
    health::coverage::<DbInstances>(&whole, &|rule, read| current(read) && !(*read == Read::Metrics && is_silent(rule)))
}

#[cfg(test)]
mod tests {
    use crate::domain::Metric;
    use crate::health::Judged;
    use crate::services::rds::health::testing::{Bed, NOW};

    use super::*;

    fn covered(bed: &Bed, without: &[Read]) -> Coverage<Read> {
        coverage(&bed.subject(), NOW - 900, &|read| !without.contains(read))
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
        for read in [Read::Metrics, Read::Vitals, Read::StorageTrend, Read::Events, Read::Maintenance] {
            let partial = covered(&Bed::healthy(), std::slice::from_ref(&read));
            assert_eq!((partial.expected, partial.missing.as_slice()), (whole.expected, std::slice::from_ref(&read)));
            assert!(partial.made < whole.made, "{read:?}");
        }
        assert_eq!(covered(&Bed::healthy(), &[Read::Databases]).made, 0);
    }

    #[test]
    fn what_was_never_read_counts_as_expected() {
        let mut unread = Bed::healthy();
        let whole = covered(&unread, &[]).expected;
        unread.metrics_known = false;
        assert_eq!(covered(&unread, &[Read::Metrics, Read::Vitals, Read::StorageTrend]).expected, whole);
        unread.vitals_known = false;
        unread.store = crate::collect::metrics::MetricStore::default();
        let unread = covered(&unread, &[Read::Metrics, Read::Vitals, Read::StorageTrend]);
        assert!(unread.expected >= whole && unread.made < whole / 2 + 2, "{unread:?}");
    }

    #[test]
    fn an_instance_that_serves_has_values() {
        let silent = Bed::healthy().at_60(Metric::CPUUtilization, |_| None);
        let partial = covered(&silent, &[]);
        assert_eq!((partial.expected - partial.made, partial.missing), (1, vec![Read::Metrics]));
        let mut changing = Bed::healthy().at_60(Metric::CPUUtilization, |_| None);
        changing.database.status = "modifying".into();
        assert!(covered(&changing, &[]).is_whole(), "it comes back with its values");
    }
}
