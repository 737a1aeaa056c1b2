//! How much is asked of AWS, and how much of it AWS holds off.

use std::collections::BTreeMap;

/// Answers of one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// Attempts that were answered at all, retries included: what AWS counts.
    pub calls: u64,
    /// Those of them that AWS answered by asking to slow down.
    pub throttled: u64,
}

/// The answers of the last minute, by service (`rds`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    services: BTreeMap<String, Rate>,
}

impl Traffic {
    /// Counts one answer.
    pub fn count(&mut self, service: &str, throttled: bool) {
        let rate = self.services.entry(service.to_owned()).or_default();
        rate.calls += 1;
        rate.throttled += u64::from(throttled);
    }

    /// Of one service.
    #[must_use]
    pub fn of(&self, service: &str) -> Rate {
        self.services.get(service).copied().unwrap_or_default()
    }

    /// Of all services together.
    #[must_use]
    pub fn total(&self) -> Rate {
        self.services.values().fold(Rate::default(), |sum, rate| Rate {
            calls: sum.calls + rate.calls,
            throttled: sum.throttled + rate.throttled,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttled_answers_are_calls_too() {
        let mut traffic = Traffic::default();
        for (service, throttled) in [("rds", false), ("rds", true), ("cloudwatch", false)] {
            traffic.count(service, throttled);
        }
        assert_eq!(traffic.of("rds"), Rate { calls: 2, throttled: 1 });
        assert_eq!(traffic.of("sts"), Rate::default());
        assert_eq!(traffic.total(), Rate { calls: 3, throttled: 1 });
    }
}
