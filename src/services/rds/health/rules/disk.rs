//! Is the disk quick: latency, and the burst balance of the instance's EBS bandwidth.

use crate::domain::Metric;
use crate::domain::finding::Harm;
use crate::health::{Limits, reading, words};
use crate::services::rds::Read;
use crate::services::rds::health::{Case, Rule, VITALS_PERIOD, Verdict};

pub static RULES: [Rule; 4] = [
    Rule {
        id: "read-latency",
        source: "CloudWatch user guide, Best practice alarm recommendations: ReadLatency",
        harm: Harm::Now,
        metric: Some(Metric::ReadLatency),
        needs: &[Read::Vitals],
        applies: |subject| subject.gives(Metric::ReadLatency),
        check: |case| {
            let limits = (case.thresholds().read_latency_warning, case.thresholds().read_latency_critical);
            latency(case, Metric::ReadLatency, limits)
        },
    },
    Rule {
        id: "write-latency",
        source: "CloudWatch user guide, Best practice alarm recommendations: WriteLatency",
        harm: Harm::Now,
        metric: Some(Metric::WriteLatency),
        needs: &[Read::Vitals],
        applies: |subject| subject.gives(Metric::WriteLatency),
        check: |case| {
            let limits = (case.thresholds().write_latency_warning, case.thresholds().write_latency_critical);
            latency(case, Metric::WriteLatency, limits)
        },
    },
    Rule {
        id: "ebs-io-balance",
        source: "CloudWatch user guide, Best practice alarm recommendations: EBSIOBalance%",
        harm: Harm::Later,
        metric: Some(Metric::EBSIOBalance),
        needs: &[Read::Vitals],
        applies: |subject| subject.is_postgres() && subject.gives(Metric::EBSIOBalance),
        check: |case| balance(case, Metric::EBSIOBalance, "I/O"),
    },
    Rule {
        id: "ebs-byte-balance",
        source: "CloudWatch user guide, Best practice alarm recommendations: EBSByteBalance%",
        harm: Harm::Later,
        metric: Some(Metric::EBSByteBalance),
        needs: &[Read::Vitals],
        applies: |subject| subject.is_postgres() && subject.gives(Metric::EBSByteBalance),
        check: |case| balance(case, Metric::EBSByteBalance, "throughput"),
    },
];

/// The median of a quarter of an hour: a checkpoint or a backup passes in less.
fn quarter_of_an_hour(case: &Case<'_>, metric: Metric) -> Option<f64> {
    reading::median(&case.recent(metric, VITALS_PERIOD, 900))
}

fn latency(case: &Case<'_>, metric: Metric, (warning, critical): (f64, f64)) -> Option<Verdict> {
    let value = quarter_of_an_hour(case, metric)?;
    let limits = Limits::high(warning, Some(critical));
    let severity = limits.grade(value, case.standing)?;
    let summary = format!("{} {}, limit {}", metric.title(), words::seconds(value), words::seconds(warning));
    Some(
        Verdict::new(
            severity,
            summary,
            "Compare IOPS and throughput with what storage and class allow, and look for a statement that scans.",
        )
        .evidence(["median of 15m".to_owned(), limits.easing(value, words::seconds)])
        .beyond(case, metric, VITALS_PERIOD, limits),
    )
}

fn balance(case: &Case<'_>, metric: Metric, what: &str) -> Option<Verdict> {
    let value = quarter_of_an_hour(case, metric)?;
    let limits = Limits::low(case.thresholds().ebs_balance_warning, None);
    let severity = limits.grade(value, case.standing)?;
    let class = &case.database().class;
    Some(
        Verdict::new(
            severity,
            format!("{} of {class}'s EBS {what} burst is left", words::percent(value)),
            "At 0 % the disk falls to the class's baseline: lower the load or choose a larger class.",
        )
        .evidence([limits.easing(value, words::percent)])
        .beyond(case, metric, VITALS_PERIOD, limits),
    )
}

#[cfg(test)]
mod tests {
    use crate::domain::Since;
    use crate::domain::finding::Severity;
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    #[test]
    fn latency_is_judged_by_its_median() {
        for (metric, rule) in [(Metric::ReadLatency, "read-latency"), (Metric::WriteLatency, "write-latency")] {
            for (value, expected) in [(0.019, None), (0.03, Some(Severity::Warning)), (0.2, Some(Severity::Critical))] {
                let bed = Bed::healthy().at_300(metric, |_| Some(value));
                assert_eq!(bed.severity(rule), expected, "{rule} {value}");
            }
            let spike = Bed::healthy().at_300(metric, |ago| Some(if ago == 300 { 0.5 } else { 0.001 }));
            assert_eq!(spike.severity(rule), None);
        }
        let bed = Bed::healthy().at_300(Metric::WriteLatency, |ago| Some(if ago <= 1800 { 0.0315 } else { 0.002 }));
        let finding = bed.finding("write-latency").expect("a finding");
        assert_eq!(finding.summary, "write latency 31.5 ms, limit 20 ms");
        assert_eq!(finding.since, Some(Since::At(ago(1800))));
    }

    #[test]
    fn a_balance_warns_when_it_is_nearly_used_up() {
        for (value, expected) in [(50.0, None), (9.0, Some(Severity::Warning)), (0.0, Some(Severity::Warning))] {
            let bed = Bed::healthy().at_300(Metric::EBSByteBalance, |_| Some(value));
            assert_eq!(bed.severity("ebs-byte-balance"), expected, "{value}");
            assert_eq!(bed.severity("ebs-io-balance"), None, "not measured");
        }
        let bed = Bed::healthy().at_300(Metric::EBSIOBalance, |_| Some(10.5));
        assert_eq!(bed.severity_after("ebs-io-balance", Severity::Warning), Some(Severity::Warning));
    }
}
