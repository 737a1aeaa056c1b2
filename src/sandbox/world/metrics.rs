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
    /// Whether the instance gives the metric as it is now.
    is_given: bool,
    /// What it was until some second, the last first; nothing where it did not give the metric.
    former: Vec<(i64, Option<Machine<'a>>)>,
}

impl<'a> Probe<'a> {
    /// `None` for a metric that this instance never had: `ReplicaLag` of a primary, CPU credits
    /// outside the T classes, `BurstBalance` outside gp2, a slot's lag where nothing replicates.
    #[must_use]
    pub fn new(world: &'a World, instance: &'a Instance, metric: RdsMetric) -> Option<Self> {
        let machine = Machine::new(world, instance, metric.needs_replicas());
        let is_given = metric.is_given_by(instance, !machine.replicas.is_empty());
        let mut former = Vec::new();
        let mut before = instance.record.before.as_deref();
        while let Some(state) = before {
            let machine = Machine::new(world, &state.instance, metric.needs_replicas());
            let gave = metric.is_given_by(&state.instance, !machine.replicas.is_empty());
            former.push((state.until.as_second(), gave.then_some(machine)));
            before = state.instance.record.before.as_deref();
        }
        let ever = is_given || former.iter().any(|(_, machine)| machine.is_some());
        ever.then_some(Self { metric, machine, is_given, former })
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
        // Its statuses are all with what it is now.
        if !self.machine.runs_at(middle) {
            return None;
        }
        let machine = match self.former.iter().rev().find(|(until, _)| middle < *until) {
            Some((_, then)) => then.as_ref()?,
            None if self.is_given => &self.machine,
            None => return None,
        };
        Some(machine.read(self.metric, middle))
    }

    /// Since when there is every datapoint until a second, and each is below `limit`; `None` where only reading them
    /// tells. Most databases are never in trouble, and their past need not be worked out to know that.
    #[must_use]
    pub fn below_since(&self, limit: f64, until: i64) -> Option<i64> {
        let is_below = |machine: &Machine<'_>| machine.most_cpu().is_some_and(|most| most < limit);
        let was_below = self.former.iter().all(|(_, then)| then.as_ref().is_some_and(is_below));
        if self.metric == RdsMetric::CpuUtilization && self.is_given && was_below && is_below(&self.machine) {
            self.machine.runs_since(until)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
