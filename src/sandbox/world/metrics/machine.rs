//! One instance as a machine under load: every metric follows from the same load, so that CPU,
//! connections, latency, queue and network move together as they do on a real database.

use crate::domain::class::InstanceClass;
use crate::sandbox::world::World;
use crate::sandbox::world::backups;
use crate::sandbox::world::identity::{hash, mix};
use crate::sandbox::world::instance::{GONE, Instance};
use crate::sandbox::world::noise::{unit, wave};
use crate::sandbox::world::scenario::IncidentKind;

use super::name::RdsMetric;
use super::rhythm;
use super::trouble::Troubles;

/// Bytes in a GiB and a MiB.
pub const GIB: f64 = 1_073_741_824.0;
pub const MIB: f64 = 1_048_576.0;

/// What a class that this program does not know is taken for.
const UNKNOWN_CLASS: InstanceClass = InstanceClass { vcpus: 2, memory_gib: 8.0, burstable: false };

/// Normal load never drives the CPU beyond this, %: a quiet world must not raise an alarm at 80.
const CALM_CPU: f64 = 77.0;

/// Seconds after its window opens within which a daily backup has begun and ended.
const BACKUP_WITHIN: i64 = 2_700;

/// An instance, and everything that its metrics are computed from.
#[derive(Debug)]
pub struct Machine<'a> {
    pub(super) instance: &'a Instance,
    pub(super) class: InstanceClass,
    pub(super) seed: u64,
    /// The epoch of the world, seconds since 1970.
    pub(super) epoch: i64,
    pub(super) troubles: Troubles<'a>,
    /// Troubles of the replicas that hold this instance's logs back.
    pub(super) replicas: Vec<Troubles<'a>>,
    pub(super) hours_ahead: i64,
}

impl<'a> Machine<'a> {
    /// The machine of an instance; its replicas are looked for only where a metric needs them.
    #[must_use]
    pub fn new(world: &'a World, instance: &'a Instance, with_replicas: bool) -> Self {
        let replicas = if with_replicas {
            world.followers_of(instance).map(|other| Troubles::of(&world.incidents, &other.id)).collect()
        } else {
            Vec::new()
        };
        Self {
            instance,
            class: InstanceClass::parse(&instance.class).unwrap_or(UNKNOWN_CLASS),
            seed: mix(world.seed ^ hash(&[&instance.account, &instance.region, &instance.id])),
            epoch: world.epoch.as_second(),
            troubles: Troubles::of(&world.incidents, &instance.id).with(&instance.record.interruptions),
            replicas,
            hours_ahead: rhythm::hours_ahead(&instance.region),
        }
    }

    /// Whether it runs and so reports. The daily backup does not matter here.
    #[must_use]
    pub fn runs_at(&self, second: i64) -> bool {
        let Ok(at) = jiff::Timestamp::from_second(second) else { return false };
        self.instance.settled_status_at(at).is_some_and(runs_in)
    }

    /// Since when it has run without a break until a second; `None` when it does not run then.
    #[must_use]
    pub fn runs_since(&self, second: i64) -> Option<i64> {
        let at = jiff::Timestamp::from_second(second).ok()?;
        let statuses = &self.instance.statuses;
        let past = statuses.partition_point(|(from, _)| *from <= at);
        let running = statuses.iter().take(past).rev().take_while(|(_, status)| runs_in(status));
        // A status may begin within a second, and then it is not that second's.
        running.last().map(|(from, _)| from.as_second() + 1)
    }

    /// What its CPU always stays below, or reaches at most, %; `None` where incidents drive it further.
    #[must_use]
    pub fn most_cpu(&self) -> Option<f64> {
        let (knee, room) = self.knee();
        self.troubles.is_calm().then_some(knee + room)
    }

    /// The value of a metric at a second, in CloudWatch's unit.
    #[must_use]
    pub fn read(&self, metric: RdsMetric, second: i64) -> f64 {
        match metric {
            RdsMetric::CpuUtilization => self.cpu(second),
            RdsMetric::DatabaseConnections => self.connections(second),
            RdsMetric::FreeableMemory => self.free_memory(second),
            RdsMetric::FreeStorageSpace => self.free_storage(second),
            RdsMetric::SwapUsage => self.swap(second),
            RdsMetric::ReadIops => self.read_iops(second),
            RdsMetric::WriteIops => self.write_iops(second),
            RdsMetric::ReadLatency => self.read_latency(second),
            RdsMetric::WriteLatency => self.write_latency(second),
            RdsMetric::ReadThroughput => self.read_iops(second) * (13.0 + 6.0 * unit(self.seed, 30)) * 1024.0,
            RdsMetric::WriteThroughput => self.write_iops(second) * (9.0 + 5.0 * unit(self.seed, 31)) * 1024.0,
            RdsMetric::DiskQueueDepth => self.queue(second),
            RdsMetric::NetworkReceive => self.network(second, 2.0, 10.0),
            RdsMetric::NetworkTransmit => self.network(second, 22.0, 6.0),
            RdsMetric::CpuCreditBalance => self.credits(second),
            RdsMetric::CpuCreditUsage => self.cpu(second) / 100.0 * f64::from(self.class.vcpus) * 5.0,
            RdsMetric::BurstBalance => self.burst_balance(second),
            RdsMetric::EbsIoBalance => self.ebs_balance(second, 1.0),
            RdsMetric::EbsByteBalance => self.ebs_balance(second, 0.85),
            RdsMetric::ReplicaLag => self.replica_lag(second),
            RdsMetric::MaximumUsedTransactionIds => self.transaction_ids(second),
            RdsMetric::OldestReplicationSlotLag => self.slot_lag(second),
            RdsMetric::TransactionLogsDiskUsage => self.transaction_logs(second),
            RdsMetric::CheckpointLag => self.checkpoint_lag(second),
            RdsMetric::DbLoad => self.load_on_cpu(second) + self.load_waiting(second),
            RdsMetric::DbLoadCpu => self.load_on_cpu(second),
            RdsMetric::DbLoadNonCpu => self.load_waiting(second),
        }
    }

    /// Load as a share of the mean, without incidents.
    pub(super) fn factor(&self, second: i64) -> f64 {
        rhythm::factor(self.seed, second, self.hours_ahead)
    }

    /// CPU, %.
    pub(super) fn cpu(&self, second: i64) -> f64 {
        let ordinary = self.instance.load.cpu * self.factor(second) * (1.0 + 0.05 * wave(self.seed, 2, second));
        self.under_troubles(ordinary + 3.0 * self.backing_up(second), second)
    }

    /// What incidents make of an ordinary CPU.
    pub(super) fn under_troubles(&self, ordinary: f64, second: i64) -> f64 {
        let (knee, room) = self.knee();
        let calm = if ordinary > knee { knee + room * (1.0 - (-(ordinary - knee) / room).exp()) } else { ordinary };
        let troubles = &self.troubles;
        let jitter = wave(self.seed, 3, second);
        let mut cpu = blend(calm, 91.0 + 4.0 * jitter, troubles.level(IncidentKind::Load, second, 240.0, 300.0));
        cpu = blend(cpu, 88.0 + 4.0 * jitter, self.storm(second));
        cpu += 9.0 * self.memory_pressure(second);
        blend(cpu, 3.0, troubles.outage(second)).clamp(0.4, 100.0)
    }

    /// The CPU above which demand queues instead of showing as CPU, and how much more of it is shown at most, %.
    fn knee(&self) -> (f64, f64) {
        let knee = self.instance.load.cpu.clamp(CALM_CPU - 22.0, 95.0);
        (knee, (CALM_CPU - knee).max(4.0))
    }

    /// Connections, a whole number.
    fn connections(&self, second: i64) -> f64 {
        let limit = self.class.default_max_connections();
        let pooled = 0.5 + 0.5 * self.factor(second);
        let ordinary = self.instance.load.connections * pooled * (1.0 + 0.07 * wave(self.seed, 4, second));
        let stormy = limit * (0.90 + 0.05 * wave(self.seed, 5, second));
        let wanted = blend(ordinary.min(limit * 0.8), stormy, self.storm(second));
        (wanted * (1.0 - self.troubles.outage(second))).round().max(0.0)
    }

    /// Freeable memory, bytes.
    fn free_memory(&self, second: i64) -> f64 {
        let total = self.class.memory_gib * GIB;
        let share = 0.38 + 0.14 * unit(self.seed, 32) + 0.012 * wave(self.seed, 6, second);
        let above = self.connections(second) - self.instance.load.connections;
        let ordinary = total * (share - 0.03 * (self.factor(second) - 1.0)) - above.max(0.0) * 5.0 * MIB;
        let pressed = total * (0.035 + 0.01 * wave(self.seed, 7, second));
        blend(ordinary, pressed, self.memory_pressure(second)).clamp(total * 0.012, total * 0.9)
    }

    /// Swap in use, bytes: small classes always have some.
    fn swap(&self, second: i64) -> f64 {
        let small = if self.class.memory_gib <= 4.0 { 30.0 + 90.0 * unit(self.seed, 33) } else { 0.0 };
        let slow = self.troubles.level(IncidentKind::LowMemory, second, 3_600.0, 7_200.0);
        ((small + 2.0 * wave(self.seed, 8, second)).max(0.0) * MIB + 0.3 * slow * self.class.memory_gib * GIB).floor()
    }

    /// Network traffic, bytes a second: KiB for each read and each write, and what idling costs.
    fn network(&self, second: i64, per_read: f64, per_write: f64) -> f64 {
        let noise = 1.0 + 0.08 * wave(self.seed, 9, second);
        let traffic = self.read_iops(second) * per_read + self.write_iops(second) * per_write;
        (traffic * noise + 1.4 + 0.05 * self.connections(second)) * 1024.0
    }

    /// Sessions that run on a CPU.
    fn load_on_cpu(&self, second: i64) -> f64 {
        self.cpu(second) / 100.0 * f64::from(self.class.vcpus) * 0.92
    }

    /// Sessions that wait for disks, locks or a place.
    fn load_waiting(&self, second: i64) -> f64 {
        let crowd = 2.2 * f64::from(self.class.vcpus) * self.storm(second);
        0.6 * self.queue(second) + crowd + (0.05 + 0.05 * wave(self.seed, 10, second)).max(0.0)
    }

    /// How much of a connection storm there is.
    pub(super) fn storm(&self, second: i64) -> f64 {
        self.troubles.level(IncidentKind::ConnectionStorm, second, 300.0, 180.0)
    }

    /// How far memory has run out.
    pub(super) fn memory_pressure(&self, second: i64) -> f64 {
        self.troubles.level(IncidentKind::LowMemory, second, 1_200.0, 600.0)
    }

    /// How much of the daily backup is going on; it comes and goes within a minute.
    pub(super) fn backing_up(&self, second: i64) -> f64 {
        let window = self.instance.backup_window.start;
        let since = (second - window).rem_euclid(86_400);
        // Most moments are not near the window: only then is the day's backup worth working out.
        if since > BACKUP_WITHIN {
            return 0.0;
        }
        let day = (second - since).div_euclid(86_400);
        backups::of_day(self.instance, day).map_or(0.0, |backup| {
            let along = second - backup.at.as_second();
            (along.min(backup.seconds - along) as f64 / 60.0).clamp(0.0, 1.0)
        })
    }
}

/// Whether an instance in that status runs and so reports.
fn runs_in(status: &str) -> bool {
    match status {
        GONE | "creating" | "stopped" | "starting" | "rebooting" | "deleting" | "failed" | "terminated" => false,
        other => !other.starts_with("incompatible-") && !other.starts_with("inaccessible-"),
    }
}

/// `from` at 0, `to` at 1.
pub fn blend(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}
