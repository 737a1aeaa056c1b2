//! What is on the disks, how busy they are, and what follows from it: latency, replication, CPU
//! credits and the other balances that run down.

use crate::sandbox::world::noise::{unit, wave};
use crate::sandbox::world::scenario::IncidentKind;

use super::machine::{GIB, MIB, Machine};
use super::rhythm;

/// Bytes of transaction log for each write.
const LOG_PER_WRITE: f64 = 8.0 * 1024.0;

/// Seconds between two checkpoints, `checkpoint_timeout` on RDS.
const CHECKPOINT: i64 = 300;

impl Machine<'_> {
    /// Free storage, bytes: the use at the epoch, its growth, and what incidents add.
    pub(super) fn free_storage(&self, second: i64) -> f64 {
        let load = &self.instance.load;
        let allocated = f64::from(self.instance.allocated_gib);
        let days = second.saturating_sub(self.epoch) as f64 / 86_400.0;
        // Temporary files and logs come and go: small against a day's growth, so a trend stays one.
        let passing = 0.0004 * allocated * wave(self.seed, 20, second);
        let used = (load.used_gib + load.growth_gib_per_day * days + passing).max(0.3);
        ((allocated - used - self.troubles.filled_gib(second)).clamp(0.0, allocated * 0.995) * GIB).floor()
    }

    /// Reads a second.
    pub(super) fn read_iops(&self, second: i64) -> f64 {
        let noise = 1.0 + 0.25 * wave(self.seed, 21, second);
        let missing_cache = 1.0 + 1.5 * self.memory_pressure(second);
        let backup = self.backing_up(second) * (90.0 + 0.2 * f64::from(self.instance.allocated_gib));
        self.busy(self.instance.load.read_iops * noise * missing_cache, second) + backup
    }

    /// Writes a second.
    pub(super) fn write_iops(&self, second: i64) -> f64 {
        let noise = 1.0 + 0.2 * wave(self.seed, 22, second);
        let flushing = if self.since_checkpoint(second) < 120 { 1.18 } else { 0.94 };
        self.busy(self.instance.load.write_iops * noise * flushing, second) + 12.0 * self.backing_up(second)
    }

    /// A mean rate under the load of the moment and its incidents.
    fn busy(&self, mean: f64, second: i64) -> f64 {
        let load = self.troubles.level(IncidentKind::Load, second, 240.0, 300.0);
        let pushed = 1.0 + 1.3 * load + 1.1 * self.storm(second);
        (mean * self.factor(second) * pushed * (1.0 - self.troubles.outage(second))).max(0.0)
    }

    /// Seconds a read takes.
    pub(super) fn read_latency(&self, second: i64) -> f64 {
        let thrashing = 1.0 + 3.0 * self.memory_pressure(second);
        0.8 * self.device() * (1.0 + 0.15 * wave(self.seed, 23, second)) * self.strain(second) * thrashing
    }

    /// Seconds a write takes.
    pub(super) fn write_latency(&self, second: i64) -> f64 {
        let replaying = 1.0 + 0.6 * self.troubles.level(IncidentKind::ReplicationLag, second, 120.0, 120.0);
        self.device() * (1.0 + 0.15 * wave(self.seed, 24, second)) * self.strain(second) * replaying
    }

    /// Seconds that a write takes on an idle volume.
    fn device(&self) -> f64 {
        let volume = match self.instance.storage_type.as_str() {
            "io1" | "io2" => 0.000_5,
            "gp3" => 0.000_9,
            "standard" => 0.004,
            _ => 0.001_1,
        };
        // A write to a Multi-AZ instance waits for the standby.
        if self.instance.multi_az { volume * 1.5 } else { volume }
    }

    /// How many times longer everything takes: next to nothing up to 70 % of CPU, then more and more.
    fn strain(&self, second: i64) -> f64 {
        let over = ((self.cpu(second) - 70.0) / 12.0).max(0.0);
        (1.0 + over * over) * (1.0 + 7.0 * self.storm(second)) * (1.0 + 0.25 * self.backing_up(second))
    }

    /// Requests that wait for the volume, by Little's law.
    pub(super) fn queue(&self, second: i64) -> f64 {
        self.read_iops(second) * self.read_latency(second) + self.write_iops(second) * self.write_latency(second)
    }

    /// Seconds behind the source; -1 when replication does not run.
    pub(super) fn replica_lag(&self, second: i64) -> f64 {
        let terminated = self.instance.record.terminated.is_some_and(|at| at.as_second() <= second);
        if terminated || self.troubles.stopped_for(second).is_some() {
            return -1.0;
        }
        if self.instance.load.write_iops < 0.5 {
            // Nothing is written, so nothing is replayed, until the next log switch after 5 minutes.
            let phase = (unit(self.seed, 34) * 300.0) as i64;
            return (second + phase).rem_euclid(300) as f64;
        }
        let peak = 2.0 * (self.factor(second) - 1.3).max(0.0);
        (0.7 + 0.7 * wave(self.seed, 25, second) + peak).max(0.0) + self.troubles.lag(second)
    }

    /// Bytes of log that the slowest replica holds back.
    pub(super) fn slot_lag(&self, second: i64) -> f64 {
        let behind = |replica: &super::trouble::Troubles<'_>| {
            replica.stopped_for(second).unwrap_or_default().max(replica.lag(second))
        };
        let seconds = self.replicas.iter().map(behind).fold(0.3, f64::max);
        (seconds * self.instance.load.write_iops * LOG_PER_WRITE).floor()
    }

    /// Bytes of transaction logs on the disk: what PostgreSQL keeps anyway, and what replicas need.
    pub(super) fn transaction_logs(&self, second: i64) -> f64 {
        let kept = 64.0 * (4.0 + 4.0 * unit(self.seed, 35) + wave(self.seed, 26, second)).round();
        kept * MIB + if self.replicas.is_empty() { 0.0 } else { self.slot_lag(second) }
    }

    /// Seconds since the last checkpoint ended.
    pub(super) fn checkpoint_lag(&self, second: i64) -> f64 {
        self.since_checkpoint(second) as f64
    }

    fn since_checkpoint(&self, second: i64) -> i64 {
        (second + (unit(self.seed, 36) * 300.0) as i64).rem_euclid(CHECKPOINT)
    }

    /// Age of the oldest transaction: rises with the writes until the vacuum at 200 million.
    pub(super) fn transaction_ids(&self, second: i64) -> f64 {
        let a_second = 0.2 + 0.6 * self.instance.load.write_iops;
        let cycle = 160e6 / a_second;
        let along = (second as f64 / cycle + unit(self.seed, 37)).fract();
        (40e6 + 160e6 * along).floor()
    }

    /// CPU credits left, worked out over the last day hour by hour: a database that stays below
    /// its baseline gets back to a full account every night.
    pub(super) fn credits(&self, second: i64) -> f64 {
        let vcpus = f64::from(self.class.vcpus);
        let earned = credits_an_hour(&self.instance.class);
        let most = earned * 24.0;
        let spent = |at: i64| {
            let ordinary = self.instance.load.cpu * rhythm::week(at, self.hours_ahead);
            self.under_troubles(ordinary, at) / 100.0 * vcpus * 60.0
        };
        let this_hour = second.div_euclid(3_600) * 3_600;
        let mut balance = if self.instance.load.cpu / 100.0 * vcpus * 60.0 < earned { most } else { most * 0.25 };
        for hours_ago in (1..=24).rev() {
            balance = (balance + earned - spent(this_hour - hours_ago * 3_600)).clamp(0.0, most);
        }
        let part = (second - this_hour) as f64 / 3_600.0;
        (balance + (earned - spent(this_hour)) * part).clamp(0.0, most)
    }

    /// I/O credits of a gp2 volume, %: run down only above its 3 IOPS a GiB.
    pub(super) fn burst_balance(&self, second: i64) -> f64 {
        let baseline = (3.0 * f64::from(self.instance.allocated_gib)).max(100.0);
        let used = (self.read_iops(second) + self.write_iops(second)) / baseline;
        (100.0 - 60.0 * (used - 1.0).max(0.0)).clamp(0.0, 100.0)
    }

    /// What is left of the instance's own I/O bandwidth, %.
    pub(super) fn ebs_balance(&self, second: i64, weight: f64) -> f64 {
        let limit = 1_500.0 * f64::from(self.class.vcpus);
        let used = (self.read_iops(second) + self.write_iops(second)) * weight / limit;
        (99.4 + 0.5 * wave(self.seed, 27, second) - 90.0 * (used - 0.7).max(0.0)).clamp(0.0, 100.0)
    }
}

/// CPU credits that a T class earns in an hour, from the EC2 user guide's table of burstable
/// instances (the same for T3 and T4g).
fn credits_an_hour(class: &str) -> f64 {
    match class.rsplit('.').next() {
        Some("micro") => 12.0,
        Some("large") => 36.0,
        Some("xlarge") => 96.0,
        Some("2xlarge") => 192.0,
        _ => 24.0,
    }
}
