//! Values at a regular step: what CloudWatch gives for one metric and one period.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::Range;

use jiff::Timestamp;

/// More values than any window that is looked at has (30 days of minutes): what is longer is no
/// window but a mistake, and must not take the memory.
const LONGEST: i64 = 100_800;

/// Values of one metric at a fixed period, contiguous in time; a moment without a datapoint is
/// NaN (missing is not zero), and one whose value the metric cannot have is infinite.
///
/// Seconds since the Unix epoch throughout: CloudWatch aligns datapoints to the period.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Series {
    /// Step in seconds; 0 only for the empty default.
    period: u32,
    /// Start of the first value's period; a multiple of `period`.
    #[serde(deserialize_with = "calendar")]
    start: i64,
    #[serde(with = "exact")]
    values: VecDeque<f32>,
}

/// A moment of the calendar, whatever a file says: sums with it cannot overflow.
fn calendar<'de, D: serde::Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let second = i64::deserialize(from)?;
    Ok(second.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second()))
}

/// Values as the bytes that they are in memory: a start of the console waits for each number that is parsed.
mod exact {
    use std::collections::VecDeque;
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(values: &VecDeque<f32>, out: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        out.serialize_bytes(&bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<VecDeque<f32>, D::Error> {
        from.deserialize_bytes(Values)
    }

    /// Takes the bytes where they stand: there are thousands of series.
    struct Values;

    impl Visitor<'_> for Values {
        type Value = VecDeque<f32>;

        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("values of four bytes each")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
            let (values, rest) = bytes.as_chunks();
            if !rest.is_empty() {
                return Err(E::invalid_length(bytes.len(), &self));
            }
            Ok(values.iter().map(|value| f32::from_le_bytes(*value)).collect())
        }
    }
}

/// NaN counts as equal to NaN: two series are the same when they would draw the same.
impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.period == other.period
            && self.start == other.start
            && self.values.len() == other.values.len()
            && self.values.iter().zip(&other.values).all(|(a, b)| a.to_bits() == b.to_bits() || a == b)
    }
}

impl Series {
    /// An empty series with this period in seconds.
    #[must_use]
    pub fn new(period: u32) -> Self {
        Self { period, start: 0, values: VecDeque::new() }
    }

    /// Step in seconds.
    #[must_use]
    pub fn period(&self) -> u32 {
        self.period
    }

    /// The seconds that are covered, from the first value's start to the end of the last period.
    #[must_use]
    pub fn covered(&self) -> Range<i64> {
        self.start..self.start_of(self.values.len())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The parts of `window` (seconds) that are not covered yet. When `window` does not touch
    /// what is covered, all of it.
    pub fn missing(&self, window: Range<i64>) -> impl Iterator<Item = Range<i64>> + use<> {
        let covered = self.covered();
        let is_apart = self.is_empty() || window.end < covered.start || window.start > covered.end;
        let before = (window.start < covered.start).then_some(window.start..covered.start);
        let after = (window.end > covered.end).then_some(covered.end..window.end);
        let (before, after) = if is_apart { (Some(window), None) } else { (before, after) };
        before.into_iter().chain(after)
    }

    /// Takes in an answer that covers `window`: its datapoints, and NaN where it has none.
    /// A window that does not touch what is covered replaces it; of one that is too long, the end counts.
    pub fn merge(&mut self, window: Range<i64>, points: impl IntoIterator<Item = (i64, f64)>) {
        let step = i64::from(self.period);
        if step == 0 || window.is_empty() {
            return;
        }
        let end = window.end.saturating_add(step - 1).div_euclid(step).saturating_mul(step);
        let start = window.start.div_euclid(step).saturating_mul(step);
        let window = start.max(end.saturating_sub(LONGEST.saturating_mul(step)))..end;
        let covered = self.covered();
        if self.is_empty() || window.end < covered.start || window.start > covered.end {
            self.values.clear();
            self.start = window.start;
        }
        while window.start < self.start {
            self.values.push_front(f32::NAN);
            self.start = self.start.saturating_sub(step);
        }
        while self.covered().end < window.end {
            self.values.push_back(f32::NAN);
        }
        self.forget_before(self.covered().end.saturating_sub(LONGEST.saturating_mul(step)));
        for (at, value) in points {
            if let Some(slot) = self.index(at).and_then(|i| self.values.get_mut(i)) {
                #[allow(clippy::cast_possible_truncation, reason = "seven digits are enough for a chart")]
                let value = value as f32;
                *slot = value;
            }
        }
    }

    /// Drops everything before `from` (seconds).
    pub fn forget_before(&mut self, from: i64) {
        while self.start < from && self.values.pop_front().is_some() {
            self.start = self.start.saturating_add(i64::from(self.period));
        }
    }

    /// The value of the period that contains `at` (seconds).
    #[must_use]
    pub fn at(&self, at: i64) -> Option<f64> {
        self.index(at).and_then(|i| self.values.get(i)).filter(|v| v.is_finite()).map(|v| f64::from(*v))
    }

    /// The newest value and the start of its period.
    #[must_use]
    pub fn last(&self) -> Option<(Timestamp, f64)> {
        let (i, v) = self.values.iter().enumerate().rev().find(|(_, v)| v.is_finite())?;
        Some((Timestamp::from_second(self.start_of(i)).ok()?, f64::from(*v)))
    }

    /// All points that have a value, oldest first: start of the period in seconds, value.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = (i64, f64)> + '_ {
        let finite = self.values.iter().enumerate().filter(|(_, v)| v.is_finite());
        finite.map(move |(i, v)| (self.start_of(i), f64::from(*v)))
    }

    /// The starts of the periods (seconds) whose value the metric cannot have, oldest first.
    pub fn impossible(&self) -> impl DoubleEndedIterator<Item = i64> + '_ {
        self.values.iter().enumerate().filter(|(_, v)| v.is_infinite()).map(move |(i, _)| self.start_of(i))
    }

    /// The start of the newest period that has a value (seconds), and the value: infinite where it is one that the
    /// metric cannot have.
    #[must_use]
    pub fn newest(&self) -> Option<(i64, f64)> {
        let (i, value) = self.values.iter().enumerate().rev().find(|(_, v)| !v.is_nan())?;
        Some((self.start_of(i), f64::from(*value)))
    }

    /// The start of the period with this number (seconds).
    fn start_of(&self, index: usize) -> i64 {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        self.start.saturating_add(i64::from(self.period).saturating_mul(index))
    }

    fn index(&self, at: i64) -> Option<usize> {
        if self.period == 0 {
            return None;
        }
        usize::try_from(at.checked_sub(self.start)?.div_euclid(i64::from(self.period))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(window: Range<i64>, points: &[(i64, f64)]) -> Series {
        let mut s = Series::new(60);
        s.merge(window, points.iter().copied());
        s
    }

    #[test]
    fn what_was_asked_and_not_answered_is_missing_not_zero() {
        let s = series(0..300, &[(0, 1.0), (120, 3.0)]);
        assert_eq!(s.covered(), 0..300);
        assert_eq!(s.at(59), Some(1.0));
        assert_eq!(s.at(60), None);
        assert_eq!(s.last().map(|(at, v)| (at.as_second(), v)), Some((120, 3.0)));
    }

    #[test]
    fn only_the_missing_ends_are_asked_for() {
        let s = series(600..1200, &[]);
        assert_eq!(s.missing(600..1200).collect::<Vec<_>>(), vec![]);
        assert_eq!(s.missing(660..1380).collect::<Vec<_>>(), vec![1200..1380]);
        assert_eq!(s.missing(0..1380).collect::<Vec<_>>(), vec![0..600, 1200..1380]);
        assert_eq!(s.missing(5000..6000).collect::<Vec<_>>(), vec![5000..6000]);
    }

    #[test]
    fn a_tail_extends_and_corrects() {
        let mut s = series(0..180, &[(0, 1.0), (60, 2.0), (120, 3.0)]);
        s.merge(120..300, [(120, 3.5), (180, 4.0)]);
        assert_eq!(s.points().collect::<Vec<_>>(), vec![(0, 1.0), (60, 2.0), (120, 3.5), (180, 4.0)]);
        s.forget_before(120);
        assert_eq!(s.covered(), 120..300);
    }

    #[test]
    fn a_distant_window_replaces() {
        let mut s = series(0..180, &[(0, 1.0)]);
        s.merge(6000..6120, [(6000, 9.0)]);
        assert_eq!(s.covered(), 6000..6120);
    }

    #[test]
    fn no_window_takes_more_than_its_end() {
        let mut s = Series::new(60);
        s.merge(i64::MIN..i64::MAX, [(0, 1.0), (i64::MIN, 2.0), (i64::MAX, 3.0)]);
        assert!(s.values.len() as i64 <= LONGEST);
        let mut s = series(0..600, &[(0, 1.0)]);
        s.merge(600..253_402_300_799, [(253_402_300_740, 9.0)]);
        assert!(s.values.len() as i64 <= LONGEST);
        assert_eq!(s.at(253_402_300_740), Some(9.0));
        s.merge(-1_000_000_000_000..0, []);
        assert!(s.values.len() as i64 <= LONGEST);
    }

    #[test]
    fn what_cannot_be_is_neither_a_value_nor_missing() {
        let mut s = series(0..180, &[(0, 1.0), (60, f64::INFINITY)]);
        assert_eq!((s.at(60), s.points().count()), (None, 1));
        assert_eq!(s.impossible().collect::<Vec<_>>(), vec![60]);
        s.merge(60..120, [(60, 2.0)]);
        assert_eq!(s.impossible().count(), 0);
    }
}
