//! Why an alarm is in its state, in a sentence of our own: from `StateReasonData`, which is JSON, never from the prose
//! beside it.

use super::grounds::{Datapoint, Grounds};
use super::metric::{AlarmMetric, ComparisonOperator};
use super::model::{Alarm, RDS, Watching};
use crate::domain::{Metric, Unit};

impl Alarm {
    /// Why it is in its state, as its data tells: `5 of 5 over 60 s, last 157 s at 13:39Z`.
    #[must_use]
    pub fn grounds_in_words(&self) -> Option<String> {
        match self.grounds.as_ref()? {
            grounds @ Grounds::Alarms(_) => grounds.alarms_in_words(),
            Grounds::Datapoints { values, newest, threshold } => self.judged_in_words(values, *newest, *threshold),
        }
    }

    /// Why it is in its state, in a line: our sentence, or else CloudWatch's.
    #[must_use]
    pub fn why(&self) -> String {
        self.grounds_in_words().unwrap_or_else(|| shortened(&self.reason))
    }

    fn judged_in_words(&self, values: &[f64], newest: Option<Datapoint>, threshold: Option<f64>) -> Option<String> {
        let threshold = threshold.or(self.threshold())?;
        let judged = self.judged()?;
        // What stands for a period without data is told by CloudWatch's own words alone.
        if values.len() < usize::try_from(judged.evaluation_periods).unwrap_or(usize::MAX) {
            return None;
        }
        let comparison = &judged.comparison;
        let (word, is_beyond): (&str, fn(f64, f64) -> bool) = match comparison {
            ComparisonOperator::GreaterThanThreshold => ("over", |v, limit| v > limit),
            ComparisonOperator::GreaterThanOrEqualToThreshold => ("at or over", |v, limit| v >= limit),
            ComparisonOperator::LessThanThreshold => ("under", |v, limit| v < limit),
            ComparisonOperator::LessThanOrEqualToThreshold => ("at or under", |v, limit| v <= limit),
            // A band has no one threshold.
            _ => return None,
        };
        // The numbers of an expression are its own.
        let metric = match &self.watches {
            Watching::Metric(watch) => Some(&watch.metric),
            _ => None,
        };
        let beyond = values.iter().filter(|value| is_beyond(**value, threshold)).count();
        let judged = format!("{beyond} of {} {word} {}", values.len(), amount(threshold, metric));
        let last = newest.map(|Datapoint { at, value }| {
            // Beside the date of its state the time says enough.
            let same_day =
                self.since.is_some_and(|since| since.strftime("%F").to_string() == at.strftime("%F").to_string());
            let at = at.strftime(if same_day { "%H:%MZ" } else { "%Y-%m-%d %H:%MZ" });
            format!(", last {} at {at}", amount(value, metric))
        });
        Some(judged + &last.unwrap_or_default())
    }
}

/// A value in the unit of its metric, with four significant digits at most.
fn amount(value: f64, metric: Option<&AlarmMetric>) -> String {
    const BYTES: [(&str, f64); 4] =
        [("TiB", 1_099_511_627_776.0), ("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)];
    if metric.is_some_and(AlarmMetric::is_of_bytes) {
        let fitting = BYTES.iter().find(|(_, of)| value.abs() >= *of);
        return fitting
            .map_or_else(|| format!("{} B", four(value)), |(unit, of)| format!("{} {unit}", four(value / of)));
    }
    let unit = metric.and_then(|metric| match metric.unit.as_deref() {
        Some(unit) => Some(unit),
        None if metric.namespace == RDS => match Metric::from_name(&metric.name)?.unit() {
            Unit::Seconds => Some("Seconds"),
            Unit::Percent => Some("Percent"),
            Unit::PerSecond => Some("Count/Second"),
            Unit::BytesPerSecond => Some("Bytes/Second"),
            Unit::Count | Unit::Bytes => None,
        },
        None => None,
    });
    match unit {
        Some("Seconds") if value != 0.0 && value.abs() < 1.0 => format!("{} ms", four(value * 1000.0)),
        Some("Seconds") => format!("{} s", four(value)),
        Some("Milliseconds") => format!("{} ms", four(value)),
        Some("Percent") => format!("{} %", four(value)),
        Some("Count/Second") => format!("{}/s", four(value)),
        Some("Bytes/Second") => format!("{} B/s", four(value)),
        _ => four(value),
    }
}

/// A number with four significant digits at most, without empty decimals: `157.3`, `0.02151`, `12350`.
fn four(value: f64) -> String {
    // Rounded by its form with an exponent, which has its digits in front.
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    let size = rounded.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) { format!("{rounded:e}") } else { format!("{rounded}") }
}

/// A text of CloudWatch's with its numbers cut down to four significant digits: `157.33333333333334` says no more than
/// `157.3`. Whole numbers, dates and versions stay.
#[must_use]
pub fn shortened(prose: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut said = String::with_capacity(prose.len());
    let mut rest = prose;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !is_part(c)).unwrap_or(from.len());
        let (found, after) = from.split_at(end);
        // The end of a sentence is no part of a number.
        let number = found.trim_end_matches('.');
        let is_word =
            before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '/'));
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let is_long = number.matches('.').count() == 1 && digits > 4 && !is_word;
        let value = number.parse::<f64>().ok().filter(|_| is_long);
        said.push_str(before);
        match value {
            Some(value) => said.push_str(&four(value)),
            None => said.push_str(number),
        }
        said.push_str(&found[number.len()..]);
        rest = after;
    }
    said.push_str(rest);
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::testing::{composite, cpu, judged, metric, of};
    use crate::services::alarms::{MetricWatch, Watching};

    const DATA: &str = r#"{"version":"1.0","queryDate":"2026-11-22T13:40:04.000+0000",
        "startDate":"2026-11-22T13:35:00.000+0000","statistic":"Maximum","period":60,
        "recentDatapoints":[61.5,99.9,121.0,140.1,157.33333333333334],"threshold":60.0,"evaluatedDatapoints":[
        {"timestamp":"2026-11-22T13:39:00.000+0000","sampleCount":1.0,"value":157.33333333333334}]}"#;

    fn lag() -> Alarm {
        let judged = judged(ComparisonOperator::GreaterThanThreshold, Some(60.0), 5);
        let since = "2026-11-22T13:40:04Z".parse().ok();
        Alarm { since, ..of(Watching::Metric(MetricWatch { metric: metric("ReplicaLag", 60), judged })) }
    }

    #[test]
    fn a_metric_alarm_says_how_many_beyond_what_and_the_last() {
        let mut alarm = Alarm { grounds: Grounds::read(DATA), ..lag() };
        assert_eq!(alarm.why(), "5 of 5 over 60 s, last 157.3 s at 13:39Z");
        alarm.since = "2026-11-23T00:01:00Z".parse().ok();
        assert_eq!(alarm.why(), "5 of 5 over 60 s, last 157.3 s at 2026-11-22 13:39Z");
        // Without a time nobody knows which is the last.
        let old = r#"{"recentDatapoints":[157.3,59.0,61.0,62.0,63.0],"threshold":60.0}"#;
        assert_eq!(Alarm { grounds: Grounds::read(old), ..lag() }.why(), "4 of 5 over 60 s");
        // Two of the five periods had no data: what stood for them is CloudWatch's to tell.
        let reason = "Threshold Crossed: 3 datapoints were received for 5 periods and 2 missing datapoints were treated \
                      as [Breaching].";
        let partial = r#"{"recentDatapoints":[157.3,59.0,61.0],"threshold":60.0}"#;
        let alarm = Alarm { grounds: Grounds::read(partial), reason: reason.into(), ..lag() };
        assert_eq!(alarm.why(), reason);
        let of_percent = Alarm { grounds: Grounds::read(DATA), ..cpu() };
        assert!(of_percent.why().starts_with("5 of 5 over 60 %, last 157.3 % at"), "{}", of_percent.why());
    }

    #[test]
    fn a_composite_says_which_alarms_and_no_arn() {
        let child = |name: &str, state: &str| {
            format!(
                r#"{{"arn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:{name}","state":{{"value":"{state}"}}}}"#
            )
        };
        let data = |children: &[String]| format!(r#"{{"triggeringAlarms":[{}]}}"#, children.join(","));
        let said = |data: &str| Alarm { grounds: Grounds::read(data), ..composite("ALARM(lag-high)") }.why();
        assert_eq!(said(&data(&[child("lag-high", "ALARM")])), "lag-high is in ALARM");
        let many: Vec<String> = ["a", "b", "c", "d", "e"].iter().map(|name| child(name, "ALARM")).collect();
        assert_eq!(said(&data(&many)), "a, b, c and 2 more are in ALARM");
        assert_eq!(said(&data(&[child("a", "OK"), child("b", "ALARM")])), "b is in ALARM; a is in OK");
    }

    #[test]
    fn what_cannot_be_read_is_said_as_cloudwatch_says_it() {
        for data in ["", "{}", "[]", "{\"triggeringAlarms\":[]}", "{\"recentDatapoints\":[]}", "nonsense"] {
            assert_eq!(Grounds::read(data), None, "{data}");
        }
        let reason = "Threshold Crossed: 1 datapoint [157.33333333333334 (22/11/26 13:39:00)] was greater than the \
                      threshold (60.0).";
        let alarm = Alarm { reason: reason.into(), ..lag() };
        assert_eq!(
            alarm.why(),
            "Threshold Crossed: 1 datapoint [157.3 (22/11/26 13:39:00)] was greater than the threshold (60.0)."
        );
    }

    #[test]
    fn only_long_numbers_are_cut() {
        for (text, said) in [
            ("at 0.021512345678 s.", "at 0.02151 s."),
            ("10.0.0.12345 and 16.4.12345", "10.0.0.12345 and 16.4.12345"),
            ("1.073741824E10 bytes", "1.074E10 bytes"),
            ("account 111122223333, db-1.23456789", "account 111122223333, db-1.23456789"),
            ("(99.98765).", "(99.99)."),
            ("", ""),
        ] {
            assert_eq!(shortened(text), said);
        }
        assert_eq!((four(12_346.0), four(0.0), four(-1.5)), ("12350".into(), "0".into(), "-1.5".into()));
    }
}
