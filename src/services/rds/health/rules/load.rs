//! Is the machine large enough: CPU, connections, memory, CPU credits.

use crate::domain::Metric;
use crate::domain::class::InstanceClass;
use crate::domain::finding::{Harm, Severity};
use crate::health::words::{self, GIB};
use crate::health::{Limits, reading};
use crate::services::rds::Kind;
use crate::services::rds::Read;
use crate::services::rds::health::{Case, Rule, Subject, TABLE_PERIOD, VITALS_PERIOD, Verdict};

pub static RULES: [Rule; 4] = [
    Rule {
        id: "cpu",
        source: "CloudWatch user guide, Best practice alarm recommendations: CPUUtilization",
        harm: Harm::Now,
        metric: Some(Metric::CPUUtilization),
        needs: &[Read::Metrics],
        applies: is_measured,
        check: cpu,
    },
    Rule {
        id: "connections",
        source: "CloudWatch user guide, Best practice alarm recommendations: DatabaseConnections",
        harm: Harm::Now,
        metric: Some(Metric::DatabaseConnections),
        needs: &[Read::Metrics],
        applies: has_known_class,
        check: connections,
    },
    Rule {
        id: "memory",
        source: "CloudWatch user guide, Best practice alarm recommendations: FreeableMemory",
        harm: Harm::Now,
        metric: Some(Metric::FreeableMemory),
        needs: &[Read::Vitals],
        applies: has_known_class,
        check: memory,
    },
    Rule {
        id: "cpu-credits",
        source: "RDS user guide, DB instance class types: burstable-performance; EC2 user guide, CPU credits",
        harm: Harm::Later,
        metric: Some(Metric::CPUCreditBalance),
        needs: &[Read::Vitals, Read::Metrics],
        applies: has_credits,
        check: credits,
    },
];

/// CPU so far below its baseline earns credits and needs none; at the baseline a T2 is held there.
const NEAR_BASELINE: f64 = 0.9;

fn is_measured(subject: &Subject<'_>) -> bool {
    subject.is_measured()
}

fn has_known_class(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && subject.is_measured() && subject.database.instance_class().is_some()
}

fn has_credits(subject: &Subject<'_>) -> bool {
    subject.is_postgres()
        && subject.database.instance_class().is_some_and(|class| class.burstable)
        && subject.gives(Metric::CPUCreditBalance)
}

/// The mean of the last five minutes.
fn five_minutes(case: &Case<'_>, metric: Metric) -> Option<f64> {
    reading::mean(&case.recent(metric, TABLE_PERIOD, 300))
}

fn cpu(case: &Case<'_>) -> Option<Verdict> {
    let value = five_minutes(case, Metric::CPUUtilization)?;
    let limits = Limits::high(case.thresholds().cpu_warning, Some(case.thresholds().cpu_critical));
    let severity = limits.grade(value, case.standing)?;
    let summary = format!("CPU {}, limit {}", words::percent(value), words::percent(limits.warning));
    Some(
        Verdict::new(
            severity,
            summary,
            "Look for the statements with the most load in Database Insights or pg_stat_activity.",
        )
        .evidence(["mean of 5m".to_owned(), limits.easing(value, words::percent)])
        .beyond(case, Metric::CPUUtilization, TABLE_PERIOD, limits),
    )
}

fn connections(case: &Case<'_>) -> Option<Verdict> {
    let value = five_minutes(case, Metric::DatabaseConnections)?;
    let most = case.database().instance_class()?.default_max_connections();
    let limits =
        Limits::high(case.thresholds().connections_warning * most, Some(case.thresholds().connections_critical * most));
    let graded = limits.grade(value, case.standing)?;
    let since = case.since(Metric::DatabaseConnections, TABLE_PERIOD, limits);
    let class = &case.database().class;
    if value > most * 1.05 {
        // They are there, so the maximum is not the class's: what is left cannot be told.
        return Some(
            Verdict::new(
                Severity::Warning,
                format!("{value:.0} connections, more than the {most:.0} that {class} allows by default"),
                "Its parameter group raises max_connections: set the limit for this environment by it.",
            )
            .since(since),
        );
    }
    Some(
        Verdict::new(
            graded,
            format!("{value:.0} of about {most:.0} connections"),
            "Find who opens them in pg_stat_activity; idle ones point to a missing pool, waiting ones to a lock.",
        )
        .evidence([
            format!("mean of 5m, {} of {class}'s default max_connections", words::percent(value / most * 100.0)),
            limits.easing(value, |v| format!("{v:.0}")),
        ])
        .beyond(case, Metric::DatabaseConnections, TABLE_PERIOD, limits),
    )
}

fn memory(case: &Case<'_>) -> Option<Verdict> {
    let free = reading::median(&case.recent(Metric::FreeableMemory, VITALS_PERIOD, 900))?;
    let total = case.database().instance_class()?.memory_gib * GIB;
    let limits = Limits::low(
        case.thresholds().free_memory_warning * total,
        Some(case.thresholds().free_memory_critical * total),
    );
    let severity = limits.grade(free, case.standing)?;
    let summary = format!(
        "free memory {} of {}, limit {}",
        words::bytes(free),
        words::bytes(total),
        words::bytes(limits.warning)
    );
    Some(
        Verdict::new(
            severity,
            summary,
            "Look for many or large sessions (work_mem times their number), then consider a larger class.",
        )
        .evidence([limits.easing(free, words::bytes)])
        .beyond(case, Metric::FreeableMemory, VITALS_PERIOD, limits)
        .by(Kind::ChangeClass, case.database()),
    )
}

fn credits(case: &Case<'_>) -> Option<Verdict> {
    let balance = case.recent(Metric::CPUCreditBalance, VITALS_PERIOD, 300).last()?.1;
    let cpu = five_minutes(case, Metric::CPUUtilization)?;
    let baseline = baseline(&case.database().class);
    let limits = Limits::low(case.thresholds().cpu_credits_warning, None);
    let severity = limits.grade(balance, case.standing)?;
    let needed = Limits::high(baseline * NEAR_BASELINE, None);
    needed.grade(cpu, case.standing)?;
    let vcpus = case.database().instance_class().map_or(2, |class: InstanceClass| class.vcpus);
    let advice = if case.database().class.starts_with("db.t2.") {
        "It is held at its baseline until it has earned credits again: lower the load or change the class."
    } else {
        "Above its baseline it now costs extra (T3 and T4g run unlimited): lower the load or change the class."
    };
    let lasts = if cpu > baseline && balance > 0.5 {
        // One credit is a vCPU at full load for a minute.
        let spent = (cpu - baseline) / 100.0 * f64::from(vcpus);
        format!("used up in {}", words::span(balance / spent * 60.0))
    } else {
        String::new()
    };
    Some(
        Verdict::new(
            severity,
            format!(
                "{} CPU credits left at {} CPU, baseline {}",
                words::number(balance.max(0.0)),
                words::percent(cpu),
                words::percent(baseline)
            ),
            advice,
        )
        .evidence([lasts, limits.easing(balance, |credits| format!("{} credits", words::number(credits)))])
        .beyond(case, Metric::CPUCreditBalance, VITALS_PERIOD, limits),
    )
}

/// Baseline CPU of a T class, percent of all its vCPUs (EC2 user guide, "Key concepts for
/// burstable performance instances"; T3 and T4g).
fn baseline(class: &str) -> f64 {
    match class.rsplit('.').next() {
        Some("micro") => 10.0,
        Some("large") => 30.0,
        Some("xlarge" | "2xlarge") => 40.0,
        _ => 20.0,
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::Since;
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    #[test]
    fn cpu_is_the_mean_of_five_minutes() {
        for (value, expected) in [(79.0, None), (81.0, Some(Severity::Warning)), (97.0, Some(Severity::Critical))] {
            assert_eq!(Bed::healthy().at_60(Metric::CPUUtilization, |_| Some(value)).severity("cpu"), expected);
        }
        let spike = Bed::healthy().at_60(Metric::CPUUtilization, |ago| Some(if ago == 60 { 100.0 } else { 60.0 }));
        assert_eq!(spike.severity("cpu"), None);
        let rise = Bed::healthy().at_60(Metric::CPUUtilization, |ago| Some(if ago <= 540 { 91.2 } else { 40.0 }));
        let finding = rise.finding("cpu").expect("a finding");
        assert_eq!((finding.summary.as_str(), finding.since), ("CPU 91.2 %, limit 80 %", Some(Since::At(ago(540)))));
        assert_eq!(finding.metric, Some(Metric::CPUUtilization));
    }

    #[test]
    fn connections_are_judged_by_the_class() {
        // db.m6g.large: 8 GiB, 811 connections by default.
        for (value, expected) in [
            (600.0, None),
            (700.0, Some(Severity::Warning)),
            (760.0, Some(Severity::Critical)),
            // The parameter group must allow more: only a warning.
            (900.0, Some(Severity::Warning)),
        ] {
            let bed = Bed::healthy().at_60(Metric::DatabaseConnections, |_| Some(value));
            assert_eq!(bed.severity("connections"), expected, "{value}");
        }
        let bed = Bed::healthy().at_60(Metric::DatabaseConnections, |_| Some(760.0));
        assert_eq!(bed.finding("connections").map(|f| f.summary), Some("760 of about 811 connections".into()));
    }

    #[test]
    fn memory_is_a_share_of_the_class() {
        for (gib, expected) in [(0.5, None), (0.3, Some(Severity::Warning)), (0.1, Some(Severity::Critical))] {
            let bed = Bed::healthy().at_300(Metric::FreeableMemory, |_| Some(gib * GIB));
            assert_eq!(bed.severity("memory"), expected, "{gib}");
        }
        let mut unknown = Bed::healthy().at_300(Metric::FreeableMemory, |_| Some(0.0));
        unknown.database.class = "db.q1.large".into();
        assert_eq!(unknown.severity("memory"), None);
    }

    #[test]
    fn credits_matter_only_while_they_are_spent() {
        let burst = |credits: f64, cpu: f64| {
            let mut bed = Bed::healthy()
                .at_300(Metric::CPUCreditBalance, |_| Some(credits))
                .at_60(Metric::CPUUtilization, |_| Some(cpu));
            bed.database.class = "db.t3.medium".into();
            bed
        };
        for (credits, cpu, expected) in [(5.0, 60.0, Some(Severity::Warning)), (5.0, 10.0, None), (200.0, 60.0, None)] {
            assert_eq!(burst(credits, cpu).severity("cpu-credits"), expected, "{credits} {cpu}");
        }
        let finding = burst(8.0, 60.0).finding("cpu-credits").expect("a finding");
        assert_eq!(finding.summary, "8 CPU credits left at 60 % CPU, baseline 20 %");
        assert_eq!(finding.evidence, "used up in 10m");
    }

    #[test]
    fn stale_values_are_no_finding() {
        let bed = Bed::healthy().at_60(Metric::CPUUtilization, |ago| (ago > 1800).then_some(99.0));
        assert_eq!(bed.severity("cpu"), None);
    }
}
