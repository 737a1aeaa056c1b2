//! Noise that is a pure function of a seed and a moment: any moment may be asked for, in any order,
//! and always answers the same.

use super::identity::mix;

/// Share of the noise that differs from one minute to the next.
const GRAIN: f64 = 0.12;

/// A number in `0.0..1.0` for that seed and channel.
#[must_use]
pub fn unit(seed: u64, channel: u64) -> f64 {
    (mix(seed ^ mix(channel)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Three times x squared less two times x cubed: 0 before 0, 1 after 1, smooth between.
#[must_use]
pub fn smooth(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// Value noise in `-1.0..=1.0` at `second`: slow swells, minutes' ripple and a grain per minute.
/// Different channels of one seed are independent.
#[must_use]
pub fn wave(seed: u64, channel: u64, second: i64) -> f64 {
    let seed = mix(seed ^ channel.wrapping_mul(0xd6e8_feb8_6659_fd93));
    GRAIN * knot(seed, 0, second.div_euclid(60))
        + 0.45 * octave::<7_200>(seed, 1, second)
        + 0.27 * octave::<1_500>(seed, 2, second)
        + 0.16 * octave::<400>(seed, 3, second)
}

/// The noise's value in `-1.0..1.0` between two points of an octave's lattice that are `LENGTH` seconds apart. That is
/// a constant because this is asked millions of times, and the compiler makes a multiplication of the division by one.
fn octave<const LENGTH: i64>(seed: u64, number: u64, second: i64) -> f64 {
    let index = second.div_euclid(LENGTH);
    let along = second.rem_euclid(LENGTH) as f64 / LENGTH as f64;
    let (left, right) = (knot(seed, number, index), knot(seed, number, index + 1));
    left + (right - left) * smooth(along)
}

/// The noise's value in `-1.0..1.0` at one point of an octave's lattice.
fn knot(seed: u64, octave: u64, index: i64) -> f64 {
    unit(seed.wrapping_add(octave), index.cast_unsigned()) * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_bounded_repeatable_and_not_constant() {
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        for minute in 0..5_000 {
            let value = wave(7, 3, 1_764_000_000 + minute * 60);
            assert!((-1.0..=1.0).contains(&value), "{value}");
            assert_eq!(value.to_bits(), wave(7, 3, 1_764_000_000 + minute * 60).to_bits());
            low = low.min(value);
            high = high.max(value);
        }
        assert!(low < -0.3 && high > 0.3, "{low} {high}");
    }

    #[test]
    fn a_value_stays_what_it_is_to_the_last_bit() {
        for (seed, channel, second, bits) in [
            (7, 3, 1_764_000_030, 0x3fd9_da3a_0598_5276),
            (7, 3, -86_401, 0x3fa1_2a2a_29b6_ae55),
            (0xfeed_0123_4567_89ab, 21, 1_795_318_199, 0xbfb3_052b_11a2_b297),
            (42, 1, 0, 0x3fc7_17ce_88d8_bb16),
        ] {
            assert_eq!(wave(seed, channel, second).to_bits(), bits, "{seed} {channel} {second}");
        }
    }

    #[test]
    fn time_before_1970_is_only_more_time() {
        assert!((-1.0..=1.0).contains(&wave(1, 1, -86_401)));
    }

    #[test]
    fn smooth_keeps_its_ends() {
        assert!(smooth(-1.0).abs() < 1e-12 && (smooth(2.0) - 1.0).abs() < 1e-12);
        assert!((smooth(0.5) - 0.5).abs() < 1e-12);
    }
}
