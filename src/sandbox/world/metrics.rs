//! The metrics of `AWS/RDS` that an instance of the sandbox gives, as pure functions of the world
//! and a moment: nothing is simulated forwards, so any minute of the past costs the same and reads
//! the same twice.
//!
//! Units are CloudWatch's (percent, bytes, seconds, counts a second). Names and meanings follow the
//! RDS user guide, "Amazon CloudWatch metrics for Amazon RDS".

mod machine;
mod name;
mod rhythm;
mod storage;
mod trouble;

use jiff::Timestamp;

use self::machine::Machine;
pub use self::name::RdsMetric;
use super::World;
use super::instance::Instance;

/// The value of `metric` for the minute that `at` lies in (the five minutes for CPU credits).
///
/// `None` where CloudWatch has no datapoint: a metric that is unknown or that this instance does
/// not have, or an instance that is not there, still being created, or stopped. What has not
/// happened yet is the caller's matter: only the caller knows the time.
#[must_use]
pub fn value(world: &World, instance: &Instance, metric: &str, at: Timestamp) -> Option<f64> {
    let probe = Probe::new(world, instance, RdsMetric::from_name(metric)?)?;
    let interval = probe.interval();
    probe.at(at.as_second().div_euclid(interval) * interval)
}

/// One metric of one instance, ready to be read at many moments.
#[derive(Debug)]
pub struct Probe<'a> {
    metric: RdsMetric,
    machine: Machine<'a>,
}

impl<'a> Probe<'a> {
    /// `None` for a metric that this instance never has: `ReplicaLag` of a primary, CPU credits
    /// outside the T classes, `BurstBalance` outside gp2, a slot's lag where nothing replicates.
    #[must_use]
    pub fn new(world: &'a World, instance: &'a Instance, metric: RdsMetric) -> Option<Self> {
        let machine = Machine::new(world, instance, metric.needs_replicas());
        metric.is_given_by(instance, !machine.replicas.is_empty()).then_some(Self { metric, machine })
    }

    /// The metric that is read.
    #[must_use]
    pub fn metric(&self) -> RdsMetric {
        self.metric
    }

    /// Seconds between two datapoints.
    #[must_use]
    pub fn interval(&self) -> i64 {
        self.metric.interval()
    }

    /// The datapoint of the interval that starts at that second since 1970.
    #[must_use]
    pub fn at(&self, second: i64) -> Option<f64> {
        // The middle of a minute stands for it, so that what begins within a minute shows in it.
        let middle = second.saturating_add(30);
        self.machine.runs_at(middle).then(|| self.machine.read(self.metric, middle))
    }
}

#[cfg(test)]
mod tests;
