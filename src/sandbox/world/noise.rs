//! Noise that is a pure function of a seed and a moment: any moment may be asked for, in any order,
//! and always answers the same.

use super::identity::mix;

/// Octaves of [`wave`]: wavelength in seconds and share of the whole.
const OCTAVES: [(i64, f64); 3] = [(7_200, 0.45), (1_500, 0.27), (400, 0.16)];

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
    let mut sum = GRAIN * knot(seed, 0, second.div_euclid(60));
    for (octave, (length, share)) in (1u64..).zip(OCTAVES) {
        let index = second.div_euclid(length);
        let along = second.rem_euclid(length) as f64 / length as f64;
        let (left, right) = (knot(seed, octave, index), knot(seed, octave, index + 1));
        sum += share * (left + (right - left) * smooth(along));
    }
    sum
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
    fn time_before_1970_is_only_more_time() {
        assert!((-1.0..=1.0).contains(&wave(1, 1, -86_401)));
    }

    #[test]
    fn smooth_keeps_its_ends() {
        assert!(smooth(-1.0).abs() < 1e-12 && (smooth(2.0) - 1.0).abs() < 1e-12);
        assert!((smooth(0.5) - 0.5).abs() < 1e-12);
    }
}
