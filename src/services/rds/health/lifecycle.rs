//! How long RDS supports a major version of PostgreSQL.

use jiff::civil::{Date, date};

/// Dates of one major version on RDS (RDS for PostgreSQL release notes, "Release calendars").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineSupport {
    pub major: u16,
    /// Last day of standard support.
    pub standard_ends: Date,
    /// From this day extended support costs twice as much.
    pub dearer_from: Date,
    /// Last day of extended support; afterwards RDS upgrades the instance by itself.
    pub extended_ends: Date,
}

/// USD for a vCPU and hour of extended support in us-east-1, in its first two years (Amazon RDS
/// for PostgreSQL pricing, 2026); other regions differ a little.
pub const EXTENDED_SUPPORT_PRICE: f64 = 0.10;

/// Standard support ends with the February that follows the community's last release; extended
/// support lasts three years more. Version 11 was given a month of grace.
const CALENDAR: [EngineSupport; 8] = [
    EngineSupport {
        major: 11,
        standard_ends: date(2024, 2, 29),
        dearer_from: date(2026, 4, 1),
        extended_ends: date(2027, 3, 31),
    },
    EngineSupport {
        major: 12,
        standard_ends: date(2025, 2, 28),
        dearer_from: date(2027, 3, 1),
        extended_ends: date(2028, 2, 29),
    },
    EngineSupport {
        major: 13,
        standard_ends: date(2026, 2, 28),
        dearer_from: date(2028, 3, 1),
        extended_ends: date(2029, 2, 28),
    },
    EngineSupport {
        major: 14,
        standard_ends: date(2027, 2, 28),
        dearer_from: date(2029, 3, 1),
        extended_ends: date(2030, 2, 28),
    },
    EngineSupport {
        major: 15,
        standard_ends: date(2028, 2, 29),
        dearer_from: date(2030, 3, 1),
        extended_ends: date(2031, 2, 28),
    },
    EngineSupport {
        major: 16,
        standard_ends: date(2029, 2, 28),
        dearer_from: date(2031, 3, 1),
        extended_ends: date(2032, 2, 29),
    },
    EngineSupport {
        major: 17,
        standard_ends: date(2030, 2, 28),
        dearer_from: date(2032, 3, 1),
        extended_ends: date(2033, 2, 28),
    },
    EngineSupport {
        major: 18,
        standard_ends: date(2031, 2, 28),
        dearer_from: date(2033, 3, 1),
        extended_ends: date(2034, 2, 28),
    },
];

/// Support of an engine version as RDS names it (`17.5`); `None` for a major version that is not
/// in the calendar.
#[must_use]
pub fn engine_support(version: &str) -> Option<EngineSupport> {
    let major: u16 = version.split('.').next()?.parse().ok()?;
    CALENDAR.into_iter().find(|support| support.major == major)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minor_version_is_supported_as_its_major() {
        assert_eq!(engine_support("13.16-R2").map(|s| s.standard_ends), Some(date(2026, 2, 28)));
        assert_eq!(engine_support("17").map(|s| s.major), Some(17));
        for unknown in ["", "9.6.24", "99.1", "x"] {
            assert_eq!(engine_support(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_version_is_dearer_before_it_ends() {
        for support in CALENDAR {
            assert!(support.standard_ends < support.dearer_from && support.dearer_from < support.extended_ends);
        }
        assert!(CALENDAR.is_sorted_by_key(|s| (s.major, s.standard_ends)));
    }
}
