//! Datapoints of one metric: a period's statistics over the samples that lie in it.

use winterbaume_cloudwatch::wire::Dimension;

use super::{Call, DIMENSION, NAMESPACE};
use crate::sandbox::world::metrics::{Probe, RdsMetric};

const DAY: i64 = 86_400;

/// Periods longer than this are read at [`SAMPLES`] moments instead of every minute of them, to stay
/// fast over months.
const READ_WHOLE: i64 = 900;
const SAMPLES: i64 = 15;

/// Seconds after an interval's end until CloudWatch has its datapoint.
const DELAY: i64 = 60;

/// A statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stat {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// 0 to 100.
    Percentile(f64),
}

impl Stat {
    /// Reads `Average`, `p99.9` and so on.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SampleCount" => Some(Self::SampleCount),
            "Average" => Some(Self::Average),
            "Sum" => Some(Self::Sum),
            "Minimum" => Some(Self::Minimum),
            "Maximum" => Some(Self::Maximum),
            other => {
                let share = other.strip_prefix('p').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
                share.parse::<f64>().ok().filter(|share| (0.0..=100.0).contains(share)).map(Self::Percentile)
            }
        }
    }
}

/// Reads one metric period by period.
#[derive(Debug)]
pub struct Reader<'a> {
    probe: Probe<'a>,
    now: i64,
    /// Samples of the period that was loaded last.
    values: Vec<f64>,
    /// Share of that period's intervals that were looked at.
    share: f64,
}

impl<'a> Reader<'a> {
    /// A reader of a probe as it is seen at `now`.
    pub fn new(probe: Probe<'a>, now: i64) -> Self {
        Self { probe, now, values: Vec::new(), share: 1.0 }
    }

    /// The reader of what a request names; `None` where CloudWatch has no such metric, which is no
    /// error there: the answer has no datapoints.
    pub fn find(
        call: &Call<'a>,
        now: i64,
        namespace: &str,
        metric: &str,
        dimensions: &[Dimension],
        unit: Option<&str>,
    ) -> Option<Self> {
        let [dimension] = dimensions else { return None };
        if namespace != NAMESPACE || dimension.name != DIMENSION {
            return None;
        }
        let metric = RdsMetric::from_name(metric).filter(|metric| unit.is_none_or(|unit| unit == metric.unit()))?;
        let instance = call.world.find(&call.caller.account, &call.caller.region, &dimension.value)?;
        Probe::new(call.world, instance, metric).map(|probe| Self::new(probe, now))
    }

    /// CloudWatch's unit of the datapoints.
    pub fn unit(&self) -> &'static str {
        self.probe.metric().unit()
    }

    /// Since when there is every datapoint until a second, and each is below `limit`, where that is known unread.
    pub fn below_since(&self, limit: f64, until: i64) -> Option<i64> {
        self.probe.below_since(limit, until)
    }

    /// Takes the samples of the period that begins at `start`; false if there are none.
    pub fn load(&mut self, start: i64, period: i64) -> bool {
        self.values.clear();
        let interval = self.probe.interval();
        let first = align_up(start, interval);
        // An interval is there once it is over and its datapoint has come in.
        let end = (start + period).min(self.now - interval - DELAY + 1);
        let there = (end - first + interval - 1).div_euclid(interval);
        if there <= 0 {
            return false;
        }
        let stride = if period > READ_WHOLE { (there + SAMPLES - 1) / SAMPLES } else { 1 };
        let mut at = 0;
        let mut read = 0;
        while at < there {
            self.values.extend(self.probe.at(first + at * interval));
            read += 1;
            at += stride;
        }
        self.share = f64::from(read) / there as f64;
        !self.values.is_empty()
    }

    /// A statistic of the samples that were loaded; there must be some.
    pub fn stat(&mut self, stat: Stat) -> f64 {
        let taken = self.values.len() as f64;
        let count = (taken / self.share).round();
        let average = self.values.iter().sum::<f64>() / taken;
        match stat {
            Stat::SampleCount => count,
            Stat::Average => average,
            Stat::Sum => average * count,
            Stat::Minimum => self.values.iter().copied().fold(f64::INFINITY, f64::min),
            Stat::Maximum => self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Stat::Percentile(share) => {
                self.values.sort_by(f64::total_cmp);
                percentile(&self.values, share)
            }
        }
    }
}

/// A percentile of sorted values, between neighbours.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share / 100.0 * sorted.len().saturating_sub(1) as f64;
    let below = sorted.get(place.floor() as usize).copied().unwrap_or_default();
    let above = sorted.get(place.ceil() as usize).copied().unwrap_or(below);
    below + (above - below) * place.fract()
}

/// The oldest moment at which CloudWatch still has datapoints of that period: 15 days under five
/// minutes, 63 days under an hour, 455 days otherwise.
pub fn oldest(period: i64, now: i64) -> i64 {
    let days = match period {
        ..300 => 15,
        300..3_600 => 63,
        _ => 455,
    };
    now - days * DAY
}

/// The last multiple of `step` that is not after `at`.
pub fn align_down(at: i64, step: i64) -> i64 {
    at.div_euclid(step) * step
}

/// The first multiple of `step` that is not before `at`.
pub fn align_up(at: i64, step: i64) -> i64 {
    align_down(at + step - 1, step)
}

/// A request's moment in whole seconds, kept to what a timestamp can be.
pub fn whole_seconds(at: f64) -> i64 {
    (at.floor() as i64).clamp(0, 253_402_207_200)
}

/// Whether CloudWatch knows a period of that many seconds.
pub fn is_period(seconds: i32) -> bool {
    matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds >= 60 && seconds % 60 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read_by_name() {
        assert_eq!(Stat::parse("Maximum"), Some(Stat::Maximum));
        assert_eq!(Stat::parse("p99.9"), Some(Stat::Percentile(99.9)));
        for wrong in ["", "average", "p", "pinf", "p101", "p-1", "tm99", "pNaN"] {
            assert_eq!(Stat::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn percentiles_lie_between_neighbours() {
        let sorted = [1.0, 2.0, 3.0, 4.0, 5.0];
        for (share, expected) in [(0.0, 1.0), (50.0, 3.0), (90.0, 4.6), (100.0, 5.0)] {
            assert!((percentile(&sorted, share) - expected).abs() < 1e-9, "p{share}");
        }
        assert!((percentile(&[7.0], 99.0) - 7.0).abs() < 1e-9);
    }

    #[test]
    fn alignment() {
        assert_eq!((align_down(119, 60), align_down(-1, 60), align_up(61, 60), align_up(120, 60)), (60, -60, 120, 120));
        assert_eq!(whole_seconds(f64::NAN), 0);
        assert!(is_period(30) && is_period(7_200) && !is_period(0) && !is_period(90) && !is_period(-60));
    }
}
