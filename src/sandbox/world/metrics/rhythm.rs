//! The week of a database: office hours, quiet nights, quieter weekends, and the odd spike.

use std::f64::consts::TAU;

use crate::sandbox::world::identity::mix;
use crate::sandbox::world::noise::{smooth, unit, wave};

/// Hours that the people who use a region's databases are ahead of UTC (winter time).
#[must_use]
pub fn hours_ahead(region: &str) -> i64 {
    match region {
        "us-east-1" | "us-east-2" | "ca-central-1" => -5,
        "us-west-1" | "us-west-2" => -8,
        "sa-east-1" => -3,
        "eu-central-1" | "eu-north-1" | "eu-south-1" | "eu-west-3" => 1,
        "ap-south-1" => 5,
        "ap-southeast-1" => 8,
        "ap-northeast-1" | "ap-northeast-2" => 9,
        "ap-southeast-2" => 10,
        _ => 0,
    }
}

/// Share of the mean load at that second, about 1 over a week, without noise.
#[must_use]
pub fn week(second: i64, hours_ahead: i64) -> f64 {
    let local = second.saturating_add(hours_ahead * 3_600);
    // 1970-01-01 was a Thursday: day 3 of a week that starts on Monday.
    let weekday = (local.div_euclid(86_400) + 3).rem_euclid(7);
    let hour = local.rem_euclid(86_400) as f64 / 3_600.0;
    let day = 1.0 + 0.5 * (TAU * (hour - 13.5) / 24.0).cos() + 0.12 * (TAU * (hour - 14.0) / 12.0).cos();
    let weekend = match weekday {
        4 => smooth((hour - 18.0) / 6.0),
        5 => 1.0,
        6 => 1.0 - smooth((hour - 20.0) / 4.0),
        _ => 0.0,
    };
    day * (1.0 - 0.35 * weekend) / 0.9
}

/// Load at that second as a share of the mean: the week, noise, and a spike now and then.
#[must_use]
pub fn factor(seed: u64, second: i64, hours_ahead: i64) -> f64 {
    let noise = 1.0 + 0.16 * wave(seed, 1, second);
    (week(second, hours_ahead) * noise + spike(seed, second)).max(0.05)
}

/// What a batch job or a bad query adds: in about one of twenty-five slots of ninety minutes, for
/// two to seven minutes, falling off.
fn spike(seed: u64, second: i64) -> f64 {
    const SLOT: i64 = 5_400;
    let slot = mix(seed ^ mix(second.div_euclid(SLOT).cast_unsigned()));
    if unit(slot, 1) > 0.04 {
        return 0.0;
    }
    let length = 120.0 + 300.0 * unit(slot, 2);
    let start = (SLOT as f64 - length) * unit(slot, 3);
    let along = (second.rem_euclid(SLOT) as f64 - start) / length;
    if (0.0..1.0).contains(&along) { (0.2 + 0.3 * unit(slot, 4)) * (1.0 - 0.6 * along) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 2026-11-16T00:00:00Z.
    const MONDAY: i64 = 1_794_787_200;

    #[test]
    fn nights_and_weekends_are_quiet() {
        let noon = week(MONDAY + 14 * 3_600, 0);
        let night = week(MONDAY + 2 * 3_600, 0);
        let saturday = week(MONDAY + 5 * 86_400 + 14 * 3_600, 0);
        assert!(noon > 1.6 && night < 0.8 && saturday < noon * 0.7, "{noon} {night} {saturday}");
        // The same noon comes five hours later in New York.
        assert!((week(MONDAY + 19 * 3_600, hours_ahead("us-east-1")) - noon).abs() < 1e-9);
    }

    #[test]
    fn a_week_is_about_one_on_average() {
        let mean = (0..10_080).map(|m| factor(42, MONDAY + m * 60, 0)).sum::<f64>() / 10_080.0;
        assert!((0.9..1.1).contains(&mean), "{mean}");
    }

    #[test]
    fn a_week_has_no_steps() {
        for minute in 0..10_080 {
            let step = week(MONDAY + (minute + 1) * 60, 0) - week(MONDAY + minute * 60, 0);
            assert!(step.abs() < 0.02, "minute {minute}: {step}");
        }
    }
}
