//! The value axis: where it begins and ends, and what its labels say.

use crate::domain::Unit;

/// Where the value axis begins and ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum YRange {
    /// From 0 to a round number above the highest value. For rates and counts.
    From0,
    /// The same, and far enough that both of these values are seen. For what is judged by a limit.
    Holding(f64, f64),
    /// From 0 to 100.
    Percent,
    /// Between these, and further where the data goes further. For what has a limit.
    Fixed(f64, f64),
    /// Close around the data, from 0 where that is near. For what is read by its shape.
    Auto,
}

/// Between the ends of a tight axis at least, as a share of the greater: three digits tell that apart.
const LEAST_SPREAD: f64 = 0.02;

/// A value axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub lo: f64,
    pub hi: f64,
    intervals: u32,
    /// Values are divided by this for their labels.
    divisor: f64,
    suffix: &'static str,
}

impl Scale {
    /// An axis for data between these bounds, over so many rows of the screen.
    pub fn new(range: YRange, unit: Unit, bounds: Option<(f64, f64)>, rows: u16) -> Self {
        let intervals: u32 = match rows {
            0..5 => 1,
            5..9 => 2,
            _ => 4,
        };
        let (least, most) = bounds.unwrap_or((0.0, 0.0));
        let (lo, hi) = match range {
            YRange::Percent => (0.0, 100.0),
            YRange::Fixed(lo, hi) => (lo.min(least), hi.max(most)),
            YRange::From0 => (least.min(0.0), most.max(0.0)),
            YRange::Holding(lo, hi) => (least.min(lo).min(0.0), most.max(hi).max(0.0)),
            // A chart that begins just below half of the highest value might as well begin at 0.
            YRange::Auto if least >= 0.0 && least < most / 2.0 => (0.0, most),
            YRange::Auto => (least, most),
        };
        let (divisor, _) = divisor(unit, lo.abs().max(hi.abs()));
        let (lo, hi) = match range {
            YRange::Percent => (lo, hi),
            YRange::Fixed(..) if hi > lo => (lo, hi),
            YRange::Auto => tight_ends(lo / divisor, hi / divisor, divisor),
            // Where only the ends have a label they are as near to the data as with one between them.
            _ => round_ends(lo / divisor, hi / divisor, intervals.max(2), divisor),
        };
        // The ends may be of a greater unit than the data: 1ms, not 1000µs.
        let (divisor, suffix) = self::divisor(unit, lo.abs().max(hi.abs()));
        Self { lo, hi, intervals, divisor, suffix }
    }

    /// The values that get a label, from the highest.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let step = (self.hi - self.lo) / f64::from(self.intervals);
        let (lo, intervals) = (self.lo, self.intervals);
        (0..=intervals).rev().map(move |tick| lo + step * f64::from(tick))
    }

    /// The place of a value among `steps` from the top; values beyond the ends stand at the ends.
    pub fn place(&self, value: f64, steps: usize) -> usize {
        let last = steps.saturating_sub(1) as f64;
        ((self.hi - value) / (self.hi - self.lo) * last).round().clamp(0.0, last) as usize
    }

    /// A label, in the same unit for the whole axis: `64G`, `1.5k`, `250ms`, `0`.
    pub fn label(&self, value: f64) -> String {
        label(value / self.divisor, self.suffix)
    }
}

/// A value alone, in the unit that suits it: `60s`, `80%`, `20ms`.
pub(super) fn short(unit: Unit, value: f64) -> String {
    let (divisor, suffix) = divisor(unit, value.abs());
    label(value / divisor, suffix)
}

/// Three digits and the unit.
fn label(scaled: f64, suffix: &str) -> String {
    let trimmed = |full: String| full.trim_end_matches('0').trim_end_matches('.').to_owned();
    let digits = match scaled.abs() {
        99.95.. => format!("{scaled:.0}"),
        9.995.. => trimmed(format!("{scaled:.1}")),
        _ => trimmed(format!("{scaled:.2}")),
    };
    if digits == "0" || digits == "-0" { "0".to_owned() } else { format!("{digits}{suffix}") }
}

/// The unit of the labels for values up to `most`. That a rate is one stands in the title.
fn divisor(unit: Unit, most: f64) -> (f64, &'static str) {
    const SIZES: [&str; 6] = ["B", "K", "M", "G", "T", "P"];
    let power = || {
        let mut power = 0;
        let mut left = most;
        while left >= 1024.0 && power + 1 < SIZES.len() {
            left /= 1024.0;
            power += 1;
        }
        (1024_f64.powi(power as i32), power)
    };
    match unit {
        Unit::Percent => (1.0, "%"),
        Unit::Count | Unit::PerSecond if most >= 1e10 => (1e9, "G"),
        Unit::Count | Unit::PerSecond if most >= 1e7 => (1e6, "M"),
        Unit::Count | Unit::PerSecond if most >= 1e4 => (1e3, "k"),
        Unit::Count | Unit::PerSecond => (1.0, ""),
        Unit::Bytes | Unit::BytesPerSecond => {
            let (divisor, power) = power();
            (divisor, SIZES[power])
        }
        Unit::Seconds if most <= 0.0 => (1.0, "s"),
        Unit::Seconds if most < 1e-3 => (1e-6, "µs"),
        Unit::Seconds if most < 1.0 => (1e-3, "ms"),
        Unit::Seconds if most < 1000.0 => (1.0, "s"),
        Unit::Seconds if most < 60_000.0 => (60.0, "m"),
        Unit::Seconds => (3600.0, "h"),
    }
}

/// Ends around `lo..hi` so that every label is a round number; given in label units, returned in
/// those of the data.
fn round_ends(lo: f64, hi: f64, intervals: u32, divisor: f64) -> (f64, f64) {
    let parts = f64::from(intervals);
    let spread = hi - lo;
    if spread <= 0.0 && lo == 0.0 {
        return (0.0, divisor);
    }
    // A flat line stands in the middle of a little room.
    let room = if spread > 0.0 { spread } else { lo.abs() / 10.0 };
    let mut step = round_up(room / parts);
    for _ in 0..6 {
        let start = (lo / step + 1e-9).floor() * step;
        let end = start + step * parts;
        if end >= hi - step * 1e-9 {
            return (start * divisor, end * divisor);
        }
        step = round_up(step * 1.01);
    }
    (lo * divisor, hi.max(lo + 1.0) * divisor)
}

/// Ends close around `lo..hi`, in label units; returned in those of the data. Never so close that the
/// labels of both ends read the same.
fn tight_ends(lo: f64, hi: f64, divisor: f64) -> (f64, f64) {
    let least = lo.abs().max(hi.abs()) * LEAST_SPREAD;
    if least <= 0.0 {
        return (0.0, divisor);
    }
    let lacking = (least - (hi - lo)).max(0.0);
    // What is from 0 stays from 0.
    let (lo, hi) = if lo == 0.0 { (lo, hi + lacking) } else { (lo - lacking / 2.0, hi + lacking / 2.0) };
    let step = round_up((hi - lo) / 4.0);
    ((lo / step + 1e-9).floor() * step * divisor, (hi / step - 1e-9).ceil() * step * divisor)
}

/// The next of 1, 2, 2.5, 5, 10 times a power of ten.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let factor = value / power;
    let round = [1.0, 2.0, 2.5, 5.0].into_iter().find(|round| factor <= round + 1e-9).unwrap_or(10.0);
    round * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::runway::GIB;

    fn labels(range: YRange, unit: Unit, bounds: Option<(f64, f64)>, rows: u16) -> Vec<String> {
        let scale = Scale::new(range, unit, bounds, rows);
        scale.ticks().map(|tick| scale.label(tick)).collect()
    }

    #[test]
    fn labels_are_round_and_in_one_unit() {
        let from0 = YRange::From0;
        assert_eq!(labels(YRange::Percent, Unit::Percent, Some((3.0, 41.0)), 5), ["100%", "50%", "0"]);
        assert_eq!(labels(from0, Unit::Count, Some((3.0, 182.0)), 5), ["200", "100", "0"]);
        assert_eq!(labels(from0, Unit::Count, Some((3.0, 41.0)), 5), ["50", "25", "0"]);
        assert_eq!(labels(from0, Unit::Seconds, Some((0.001, 0.0031)), 5), ["4ms", "2ms", "0"]);
        assert_eq!(labels(from0, Unit::Seconds, Some((0.0, 312.0)), 9), ["400s", "300s", "200s", "100s", "0"]);
        assert_eq!(labels(from0, Unit::PerSecond, Some((0.0, 12_000.0)), 3), ["20k", "0"]);
        assert_eq!(labels(from0, Unit::BytesPerSecond, Some((0.0, 1_258_291.0)), 5), ["2M", "1M", "0"]);
    }

    #[test]
    fn a_limit_stays_the_end_unless_the_data_passes_it() {
        let limit = YRange::Fixed(0.0, 100.0 * GIB);
        assert_eq!(labels(limit, Unit::Bytes, Some((GIB, 62.0 * GIB)), 5), ["100G", "50G", "0"]);
        assert_eq!(labels(limit, Unit::Bytes, Some((GIB, 120.0 * GIB)), 5), ["120G", "60G", "0"]);
    }

    #[test]
    fn a_limit_that_is_far_from_the_data_is_on_the_axis() {
        assert_eq!(labels(YRange::Holding(0.0, 95.0), Unit::Count, Some((3.0, 41.0)), 5), ["100", "50", "0"]);
        assert_eq!(labels(YRange::Holding(-1.0, 0.0), Unit::Count, Some((0.0, 1.0)), 5), ["1", "0", "-1"]);
        assert_eq!(labels(YRange::Holding(0.0, 5.0), Unit::Count, Some((3.0, 182.0)), 5), ["200", "100", "0"]);
    }

    #[test]
    fn a_shape_far_from_zero_gets_its_own_room() {
        assert_eq!(labels(YRange::Auto, Unit::Count, Some((90.0, 96.0)), 5), ["96", "93", "90"]);
        assert_eq!(labels(YRange::Auto, Unit::Percent, Some((4.9, 5.2)), 3), ["5.2%", "4.9%"]);
        assert_eq!(labels(YRange::Auto, Unit::Bytes, Some((388.0 * GIB, 388.1 * GIB)), 3), ["392G", "384G"]);
        assert_eq!(labels(YRange::Auto, Unit::Count, Some((10.0, 96.0)), 5), ["100", "50", "0"]);
    }

    #[test]
    fn without_data_there_is_still_an_axis() {
        assert_eq!(labels(YRange::From0, Unit::Count, None, 3), ["1", "0"]);
        assert_eq!(labels(YRange::From0, Unit::Count, Some((0.0, 0.0)), 3), ["1", "0"]);
    }

    #[test]
    fn few_rows_have_labels_at_the_ends_only() {
        for (rows, count) in [(1, 2), (3, 2), (4, 2), (5, 3), (8, 3), (9, 5)] {
            assert_eq!(labels(YRange::From0, Unit::Count, Some((0.0, 26.0)), rows).len(), count, "{rows}");
        }
        assert_eq!(labels(YRange::From0, Unit::Count, Some((0.0, 26.0)), 3), ["40", "0"]);
    }

    #[test]
    fn a_value_alone_has_its_own_unit() {
        for (unit, value, shown) in [
            (Unit::Seconds, 60.0, "60s"),
            (Unit::Seconds, 0.02, "20ms"),
            (Unit::Percent, 80.0, "80%"),
            (Unit::Bytes, 10.0 * GIB, "10G"),
            (Unit::Count, 12_000.0, "12k"),
            (Unit::Count, 364.5, "364"),
        ] {
            assert_eq!(short(unit, value), shown);
        }
    }

    #[test]
    fn labels_are_short() {
        for unit in [Unit::Percent, Unit::Count, Unit::PerSecond, Unit::Bytes, Unit::BytesPerSecond, Unit::Seconds] {
            for power in -12..27 {
                let most = if unit == Unit::Percent { 100.0 } else { 1.37 * 2_f64.powi(power) };
                for range in [YRange::From0, YRange::Fixed(0.0, most), YRange::Auto] {
                    for label in labels(range, unit, Some((most / 7.0, most)), 9) {
                        assert!(label.chars().count() <= 6, "{unit:?} {most} {label}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_axis_holds_its_data() {
        for range in [YRange::From0, YRange::Auto, YRange::Fixed(0.0, 10.0), YRange::Holding(-2.0, 1e4)] {
            for (lo, hi) in [(0.0, 0.3), (-5.0, 7.0), (99.0, 99.0), (1e-7, 2e-7), (1e12, 1.1e12), (7.0, 1e9)] {
                for unit in [Unit::Count, Unit::Bytes, Unit::Seconds] {
                    let scale = Scale::new(range, unit, Some((lo, hi)), 6);
                    assert!(scale.lo < scale.hi, "{range:?} {lo} {hi} {scale:?}");
                    let room = (scale.hi - scale.lo) * 1e-6;
                    assert!(scale.lo <= lo + room && scale.hi >= hi - room, "{range:?} {lo} {hi} {scale:?}");
                }
            }
        }
    }

    #[test]
    fn places_run_from_the_top() {
        let scale = Scale::new(YRange::Percent, Unit::Percent, None, 3);
        for (value, place) in [(100.0, 0), (0.0, 10), (50.0, 5), (140.0, 0), (-1.0, 10)] {
            assert_eq!(scale.place(value, 11), place);
        }
    }
}
