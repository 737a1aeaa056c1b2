//! The sandbox's own time: it begins at a moment of choice and may run faster than ours.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that began at `base` when `started`.
#[derive(Debug, Clone, Copy)]
pub struct SandboxClock {
    pub base: Timestamp,
    /// Tokio's instant, so that a paused test clock stops the sandbox too.
    pub started: Instant,
    /// Seconds of the sandbox in one of ours.
    pub speed: f64,
    /// It is always `base`.
    pub frozen: bool,
}

impl SandboxClock {
    /// A clock that starts now.
    #[must_use]
    pub fn new(base: Timestamp, speed: f64) -> Self {
        Self { base, started: Instant::now(), speed, frozen: false }
    }

    /// A clock that stands.
    #[must_use]
    pub fn frozen(base: Timestamp) -> Self {
        Self { base, started: Instant::now(), speed: 0.0, frozen: true }
    }

    /// The sandbox's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        if self.frozen {
            return self.base;
        }
        let passed = self.started.elapsed().as_secs_f64() * self.speed;
        SignedDuration::try_from_secs_f64(passed).and_then(|passed| self.base.checked_add(passed)).unwrap_or(self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_runs_at_its_speed_and_stands_when_frozen() {
        let base: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let (fast, still) = (SandboxClock::new(base, 60.0), SandboxClock::frozen(base));
        tokio::time::advance(std::time::Duration::from_secs(10)).await;
        assert_eq!(fast.now().as_second() - base.as_second(), 600);
        assert_eq!(still.now(), base);
    }
}
