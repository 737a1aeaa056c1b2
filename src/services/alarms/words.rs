//! When an alarm rings, in a line, and what else decides.

use std::time::Duration;

use super::metric::{AlarmMetric, ComparisonOperator, EvaluationWindow, Judgement, MathWatch};
use super::model::{Alarm, Watching};
use crate::domain::duration;

/// "Alarms that evaluate metrics in the AWS/DynamoDB namespace always ignore missing data even if you choose a
/// different option for TreatMissingData" (API reference, `PutMetricAlarm`).
const IGNORES_MISSING: &str = "AWS/DynamoDB";

/// One sentence about what else decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub words: String,
    /// Whoever does not know it takes the state for more than it is, or waits for a call that does not come.
    pub is_grave: bool,
}

impl Remark {
    fn plain(words: impl Into<String>) -> Self {
        Self { words: words.into(), is_grave: false }
    }
}

impl Alarm {
    /// When it is in ALARM, in a line: `CPUUtilization > 80 (Average) for 5 of 5 × 1 min`. Of a composite alarm it is
    /// the rule, of one that is not modelled what it is.
    #[must_use]
    pub fn condition(&self) -> String {
        match &self.watches {
            Watching::Metric(watch) => {
                let side = side(&watch.judged, Some(&watch.metric));
                let statistic = in_brackets(&watch.metric.statistic);
                format!("{} {side}{statistic}{}", watch.metric.name, length(&watch.judged, watch.metric.period))
            }
            Watching::Expression(watch) => of_math(watch),
            Watching::Composite(watch) => watch.rule.clone(),
            Watching::Other(watch) => watch.kind.clone(),
        }
    }

    /// What else decides whether it rings, and whether anybody hears of it: one sentence each.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        let mut all = Vec::new();
        all.extend(self.evaluation.as_ref().map(|state| Remark { words: state.words(), is_grave: true }));
        if let Some(judged) = self.judged() {
            // What is treated in a way of its own is a metric alarm's; an expression may read several namespaces.
            let dynamo = matches!(&self.watches, Watching::Metric(watch) if watch.metric.namespace == IGNORES_MISSING);
            all.push(Remark::plain(if dynamo {
                format!("missing data leaves the state as it is, as always of {IGNORES_MISSING}")
            } else {
                judged.missing.words()
            }));
            if judged.ignores_low_samples {
                all.push(Remark::plain("too few samples for the percentile leave the state as it is"));
            }
            match &judged.window {
                EvaluationWindow::Sliding => {}
                EvaluationWindow::WallClock { timezone } => {
                    let zone = timezone.as_deref().unwrap_or("UTC");
                    all.push(Remark::plain(format!("its periods begin at full ones of the clock ({zone})")));
                }
                EvaluationWindow::Unknown => {
                    all.push(Remark::plain("its evaluation window is of a kind not known here"));
                }
            }
        }
        all.extend(self.notes.iter().map(Remark::plain));
        if let Some(composite) = self.composite() {
            if let Some(suppressor) = &composite.suppressor {
                all.push(Remark::plain(format!("its actions are kept back while {} is in ALARM", suppressor.alarm)));
            }
            if let Some(suppressed) = &composite.suppressed {
                let reason = &suppressed.reason;
                let words = suppressed.by.words(composite.suppressor.as_ref());
                let words = if reason.is_empty() { words } else { format!("{words} ({reason})") };
                all.push(Remark { words, is_grave: self.is_kept_back() });
            }
        }
        if !self.actions_enabled {
            all.push(Remark::plain("its actions are switched off: it takes none by itself"));
        } else if self.actions.alarm.is_empty() {
            all.push(Remark::plain("it takes no action for ALARM by itself"));
        }
        all
    }
}

/// Metric math: what the watched query is called, and which way is bad.
fn of_math(watch: &MathWatch) -> String {
    let Some(query) = watch.watched() else {
        return format!("an expression that is not told, {}", side(&watch.judged, None));
    };
    let statistic = query.metric().map(|metric: &AlarmMetric| in_brackets(&metric.statistic)).unwrap_or_default();
    format!(
        "{} {}{statistic}{}",
        query.title(),
        side(&watch.judged, query.metric()),
        length(&watch.judged, watch.period())
    )
}

/// Which values are beyond the threshold, or beyond the band: `> 80`, `above its band`.
fn side(judged: &Judgement, metric: Option<&AlarmMetric>) -> String {
    let sign: &str = match &judged.comparison {
        ComparisonOperator::GreaterThanOrEqualToThreshold => ">=",
        ComparisonOperator::GreaterThanThreshold => ">",
        ComparisonOperator::LessThanThreshold => "<",
        ComparisonOperator::LessThanOrEqualToThreshold => "<=",
        ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold => return "outside its band".into(),
        ComparisonOperator::LessThanLowerThreshold => return "below its band".into(),
        ComparisonOperator::GreaterThanUpperThreshold => return "above its band".into(),
        ComparisonOperator::Unknown(name) if name.is_empty() => "compared with",
        ComparisonOperator::Unknown(name) => name,
    };
    match judged.threshold {
        Some(threshold) => format!("{sign} {}", amount(threshold, metric)),
        None => format!("{sign} a threshold that is not told"),
    }
}

/// For how long: ` for 3 of 5 × 1m`; nothing where it is not told.
fn length(judged: &Judgement, period: Option<u32>) -> String {
    let (of, all) = (judged.datapoints_to_alarm, judged.evaluation_periods);
    match period {
        _ if all == 0 => String::new(),
        Some(period) => format!(" for {of} of {all} × {}", span(period)),
        None => format!(" for {of} of {all} periods"),
    }
}

fn in_brackets(statistic: &str) -> String {
    if statistic.is_empty() { String::new() } else { format!(" ({statistic})") }
}

/// A threshold in the unit of its metric: bytes in the unit that says them whole, or to two digits.
fn amount(value: f64, metric: Option<&AlarmMetric>) -> String {
    const UNITS: [(&str, f64); 4] =
        [("TiB", 1_099_511_627_776.0), ("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)];
    let is_short = |of: f64| (value / of * 100.0).fract() == 0.0;
    let unit = metric.filter(|metric| metric.is_of_bytes()).and_then(|_| {
        let fitting = UNITS.iter().find(|(_, of)| value.abs() >= *of);
        fitting.filter(|(_, of)| is_short(*of))
    });
    unit.map_or_else(|| figure(value), |(unit, of)| format!("{} {unit}", figure(value / of)))
}

/// A number as a person writes it; very large and very small ones with an exponent.
#[must_use]
pub fn figure(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) { format!("{value:e}") } else { format!("{value}") }
}

/// A period: `10s`, `1m`, `6h`, `1d`.
#[must_use]
pub fn span(seconds: u32) -> String {
    duration::words(Duration::from_secs(u64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::testing::{anomaly, composite, cpu, expression, of};
    use crate::services::alarms::{EvaluationState, MissingData, OtherWatch, SuppressedBy, Suppression, Suppressor};

    fn remarks(alarm: &Alarm) -> Vec<String> {
        alarm.remarks().into_iter().map(|remark| remark.words).collect()
    }

    #[test]
    fn a_condition_is_a_line() {
        assert_eq!(cpu().condition(), "CPUUtilization > 80 (Average) for 5 of 5 × 1m");
        let math = of(Watching::Expression(expression()));
        assert_eq!(math.condition(), "m1 + m2 >= 5 for 3 of 3 × 5m");
        let band = of(Watching::Expression(anomaly()));
        assert_eq!(band.condition(), "CPUUtilization above its band (Average) for 2 of 2 × 5m");
        assert_eq!(composite("ALARM(a) OR OK(b)").condition(), "ALARM(a) OR OK(b)");
        let other = OtherWatch { kind: "log alarm".into(), facts: Vec::new() };
        assert_eq!(of(Watching::Other(other)).condition(), "log alarm");
    }

    #[test]
    fn m_of_n_and_a_percentile_are_said() {
        let mut alarm = cpu();
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.statistic = "p99.9".into();
            watch.judged.datapoints_to_alarm = 3;
            watch.judged.comparison = ComparisonOperator::LessThanOrEqualToThreshold;
            watch.judged.threshold = Some(0.25);
        }
        assert_eq!(alarm.condition(), "CPUUtilization <= 0.25 (p99.9) for 3 of 5 × 1m");
    }

    #[test]
    fn bytes_are_said_in_the_unit_that_says_them_whole() {
        let mut alarm = cpu();
        for (name, unit, threshold, said) in [
            ("FreeStorageSpace", None, 10_737_418_240.0, "< 10 GiB"),
            ("FreeStorageSpace", None, 10_737_418_241.0, "< 10737418241"),
            ("FreeableMemory", None, 1_610_612_736.0, "< 1.5 GiB"),
            ("Backlog", Some("Bytes"), 2048.0, "< 2 KiB"),
            ("Backlog", None, 2048.0, "< 2048"),
            ("CPUUtilization", None, 2048.0, "< 2048"),
        ] {
            if let Watching::Metric(watch) = &mut alarm.watches {
                (watch.metric.name, watch.metric.unit) = (name.into(), unit.map(ToOwned::to_owned));
                watch.judged.threshold = Some(threshold);
                watch.judged.comparison = ComparisonOperator::LessThanThreshold;
            }
            assert!(alarm.condition().contains(&format!("{said} (")), "{}", alarm.condition());
        }
    }

    #[test]
    fn what_is_not_told_is_not_invented() {
        let mut alarm = cpu();
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.statistic.clear();
            watch.metric.period = None;
            watch.judged.threshold = None;
        }
        assert_eq!(alarm.condition(), "CPUUtilization > a threshold that is not told for 5 of 5 periods");
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.judged.evaluation_periods = 0;
            watch.judged.comparison = ComparisonOperator::from_name("Near");
            watch.judged.threshold = Some(1.0);
        }
        assert_eq!(alarm.condition(), "CPUUtilization Near 1");
    }

    #[test]
    fn what_else_decides_is_said() {
        assert_eq!(remarks(&cpu()), ["INSUFFICIENT_DATA when all data is missing"]);
        let mut alarm = cpu();
        alarm.evaluation = Some(EvaluationState::PartialData);
        alarm.actions_enabled = false;
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.namespace = IGNORES_MISSING.into();
            watch.judged.missing = MissingData::Breaching;
            watch.judged.ignores_low_samples = true;
            watch.judged.window = EvaluationWindow::WallClock { timezone: None };
        }
        let remarks = remarks(&alarm);
        assert_eq!(remarks.len(), 5, "{remarks:#?}");
        assert!(remarks[1].starts_with("missing data leaves the state as it is"), "{remarks:#?}");
        assert!(remarks[3].ends_with("(UTC)"), "{remarks:#?}");
    }

    #[test]
    fn that_it_tells_nobody_by_itself_is_said() {
        let off = Alarm { actions_enabled: false, ..cpu() };
        assert_eq!(remarks(&off)[1], "its actions are switched off: it takes none by itself");
        let mut none = cpu();
        none.actions.ok = std::mem::take(&mut none.actions.alarm);
        assert_eq!(remarks(&none)[1], "it takes no action for ALARM by itself");
    }

    #[test]
    fn a_suppressed_alarm_says_so() {
        let mut alarm = composite("ALARM(a)");
        if let Watching::Composite(watch) = &mut alarm.watches {
            let alarm = "deployment".to_owned();
            watch.suppressor = Some(Suppressor { alarm, wait: Some(60), extension: Some(60) });
            watch.suppressed = Some(Suppression { by: SuppressedBy::Alarm, reason: "release".into() });
        }
        let wanted = [
            "its actions are kept back while deployment is in ALARM",
            "its actions are kept back: the suppressor is in ALARM (release)",
        ];
        assert_eq!(remarks(&alarm), wanted);
    }

    #[test]
    fn figures_and_spans_are_short() {
        for (value, said) in
            [(80.0, "80"), (0.02, "0.02"), (-1.5, "-1.5"), (0.0, "0"), (1e300, "1e300"), (1e-9, "1e-9")]
        {
            assert_eq!(figure(value), said);
        }
        for (seconds, said) in
            [(10, "10s"), (60, "1m"), (90, "1m 30s"), (300, "5m"), (3600, "1h"), (604_800, "7d"), (0, "0s")]
        {
            assert_eq!(span(seconds), said);
        }
    }
}
