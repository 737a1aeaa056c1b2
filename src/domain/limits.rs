//! Limits of a value, with a margin by which it must recover: a value that hovers around one gives one finding, not one a
//! minute.

use super::severity::Severity;

/// The share of a limit by which a value must recover before what stands is cleared or eased: a
/// value that hovers around the limit gives one finding, not one a minute.
const MARGIN: f64 = 0.1;

/// Two limits of a value, and which side of them is bad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Beyond it a warning is given.
    pub warning: f64,
    /// Beyond it a critical finding is given, where there is such a limit.
    pub critical: Option<f64>,
    low_is_bad: bool,
}

impl Limits {
    /// Values above are bad.
    #[must_use]
    pub fn high(warning: f64, critical: Option<f64>) -> Self {
        Self { warning, critical, low_is_bad: false }
    }

    /// Values below are bad.
    #[must_use]
    pub fn low(warning: f64, critical: Option<f64>) -> Self {
        Self { warning, critical, low_is_bad: true }
    }

    /// The severity of a value where a finding of severity `standing` stands already: it is kept
    /// until the value has recovered by the margin.
    #[must_use]
    pub fn grade(self, value: f64, standing: Option<Severity>) -> Option<Severity> {
        let stands = |severity| standing.is_some_and(|s| s >= severity);
        if self.critical.is_some_and(|limit| self.is_beyond(value, limit, stands(Severity::Critical))) {
            Some(Severity::Critical)
        } else if self.is_beyond(value, self.warning, stands(Severity::Warning)) {
            Some(Severity::Warning)
        } else {
            None
        }
    }

    /// The value is beyond the level at which a warning is cleared.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        self.is_beyond(value, self.warning, true)
    }

    /// The value is beyond the limit at which a warning is given.
    #[must_use]
    pub fn is_passed(self, value: f64) -> bool {
        self.is_beyond(value, self.warning, false)
    }

    /// `clears below 54 s`, for a value that keeps a finding though it is within the limit again;
    /// empty for others.
    #[must_use]
    pub fn easing(self, value: f64, words: impl Fn(f64) -> String) -> String {
        if self.is_beyond(value, self.warning, false) {
            String::new()
        } else {
            let side = if self.low_is_bad { "above" } else { "below" };
            format!("clears {side} {}", words(self.clears_at(self.warning)))
        }
    }

    fn clears_at(self, limit: f64) -> f64 {
        limit * if self.low_is_bad { 1.0 + MARGIN } else { 1.0 - MARGIN }
    }

    fn is_beyond(self, value: f64, limit: f64, stands: bool) -> bool {
        let level = if stands { self.clears_at(limit) } else { limit };
        if self.low_is_bad { value < level } else { value > level }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const W: Option<Severity> = Some(Severity::Warning);
    const C: Option<Severity> = Some(Severity::Critical);

    #[test]
    fn a_high_value_is_raised_at_the_limit_and_cleared_below_the_margin() {
        let limits = Limits::high(60.0, Some(300.0));
        for (value, standing, expected) in [
            (60.0, None, None),
            (61.0, None, W),
            (55.0, None, None),
            (55.0, W, W),
            (53.0, W, None),
            (301.0, None, C),
            (280.0, None, W),
            (280.0, W, W),
            (280.0, C, C),
            (269.0, C, W),
            (53.0, C, None),
            (55.0, Some(Severity::Info), None),
        ] {
            assert_eq!(limits.grade(value, standing), expected, "{value} with {standing:?}");
        }
    }

    #[test]
    fn a_low_value_is_the_mirror_image() {
        let limits = Limits::low(10.0, Some(3.0));
        for (value, standing, expected) in [
            (10.0, None, None),
            (9.9, None, W),
            (10.9, W, W),
            (11.1, W, None),
            (2.9, None, C),
            (3.2, C, C),
            (3.4, C, W),
            (3.2, W, W),
        ] {
            assert_eq!(limits.grade(value, standing), expected, "{value} with {standing:?}");
        }
        assert_eq!(Limits::low(10.0, None).grade(0.0, None), W);
    }

    #[test]
    fn a_finding_within_the_limit_says_when_it_clears() {
        let words = |v: f64| format!("{v:.0} s");
        assert_eq!(Limits::high(60.0, None).easing(57.0, words), "clears below 54 s");
        assert_eq!(Limits::high(60.0, None).easing(61.0, words), "");
        assert_eq!(Limits::low(10.0, None).easing(10.5, words), "clears above 11 s");
    }

    proptest! {
        /// However a value moves within the margin around a limit, the severity changes once at most.
        #[test]
        fn an_oscillation_around_a_limit_does_not_flap(
            limit in 1.0f64..1e9,
            low in any::<bool>(),
            critical in any::<bool>(),
            wobble in prop::collection::vec(-0.09f64..0.09, 1..60),
        ) {
            let limits = match (low, critical) {
                (false, false) => Limits::high(limit, None),
                (false, true) => Limits::high(limit / 2.0, Some(limit)),
                (true, false) => Limits::low(limit, None),
                (true, true) => Limits::low(limit * 2.0, Some(limit)),
            };
            let mut standing = None;
            let mut changes = Vec::new();
            for part in wobble {
                let next = limits.grade(limit * (1.0 + part), standing);
                if next != standing {
                    changes.push(next);
                }
                standing = next;
            }
            // From nothing to a warning to critical, never back.
            prop_assert!(changes.is_sorted(), "{:?}", changes);
        }
    }
}
