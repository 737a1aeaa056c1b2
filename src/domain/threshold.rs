//! Where health rules draw their lines.

use serde::{Deserialize, Serialize};

/// The limits of the health rules for one environment; what a configuration leaves out stays at
/// the default. Every number is finite: the configuration refuses others.
///
/// A warning is given beyond `…_warning`, a critical finding beyond `…_critical`. Percentages are
/// 0-100, fractions 0-1. "AWS's alarm" is the CloudWatch user guide, "Best practice alarm
/// recommendations", Amazon RDS.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thresholds {
    /// CPU, percent, mean of five minutes. The reference estate alarms at 80; AWS's alarm is at 90.
    pub cpu_warning: f64,
    /// CPU, percent: nothing is left for a backlog or a failover's extra load.
    pub cpu_critical: f64,
    /// Connections, fraction of the class's default `max_connections`.
    pub connections_warning: f64,
    /// Connections, fraction: AWS's alarm, 0.9. Beyond the maximum clients are refused.
    pub connections_critical: f64,
    /// Replication lag, seconds: AWS's alarm, 60.
    pub lag_warning: f64,
    /// Replication lag, seconds: as much as the reference estate's RPO of five minutes.
    pub lag_critical: f64,
    /// Free storage, fraction of what is allocated: AWS's alarm, 0.1; storage autoscaling starts there.
    pub free_storage_warning: f64,
    /// Free storage, fraction. At 0 the instance becomes `storage-full` and stops writing.
    pub free_storage_critical: f64,
    /// Days until no storage is free: a working week.
    pub runway_warning: f64,
    /// Days until no storage is free: less than a weekend.
    pub runway_critical: f64,
    /// Read latency, seconds: AWS's alarm, 0.02.
    pub read_latency_warning: f64,
    /// Read latency, seconds.
    pub read_latency_critical: f64,
    /// Write latency, seconds: AWS's alarm, 0.02.
    pub write_latency_warning: f64,
    /// Write latency, seconds.
    pub write_latency_critical: f64,
    /// Free memory, fraction of the class's memory. AWS's alarm is at 0.25, but PostgreSQL gives
    /// what is left to the page cache and small classes live below that: 0.05 is where swapping starts.
    pub free_memory_warning: f64,
    /// Free memory, fraction: the kernel is about to kill a backend.
    pub free_memory_critical: f64,
    /// CPU credits of a T class. One is a vCPU at full load for a minute: 20 last ten minutes on two.
    pub cpu_credits_warning: f64,
    /// EBS IO and byte balance, percent: AWS's alarm, 10.
    pub ebs_balance_warning: f64,
    /// Age of the oldest transaction id: AWS's alarm, one billion.
    pub transaction_ids_warning: f64,
    /// Age of the oldest transaction id; PostgreSQL stops taking writes before 2.15 billion.
    pub transaction_ids_critical: f64,
    /// WAL that a replication slot holds back, bytes: 10 GiB, half the smallest reference instance.
    pub slot_lag_warning: f64,
    /// WAL that a replication slot holds back, bytes: 50 GiB.
    pub slot_lag_critical: f64,
    /// Days until the server certificate ends.
    pub certificate_warning_days: f64,
    /// Days until the server certificate ends; clients that verify it are refused afterwards.
    pub certificate_critical_days: f64,
    /// Days until RDS standard support of the major version ends: told as information, time to plan.
    pub engine_support_notice_days: f64,
    /// Days until RDS standard support of the major version ends: the surcharge is near.
    pub engine_support_warning_days: f64,
    /// Minutes added to an RPO before the age of the latest restorable time counts against it: RDS
    /// uploads transaction logs every five minutes (RDS user guide, "Restoring to a specified time").
    pub restorable_slack_minutes: f64,
    /// Age of the latest restorable time in minutes where the environment has no RPO.
    pub restorable_warning_minutes: f64,
    /// The same, critical.
    pub restorable_critical_minutes: f64,
    /// Hours for which a failover is worth a line.
    pub recent_failover_hours: f64,
}

/// Made of finite numbers only, so that comparing is total.
impl Eq for Thresholds {}

/// Bytes in a GiB.
const GIB: f64 = 1_073_741_824.0;

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cpu_warning: 80.0,
            cpu_critical: 95.0,
            connections_warning: 0.8,
            connections_critical: 0.9,
            lag_warning: 60.0,
            lag_critical: 300.0,
            free_storage_warning: 0.1,
            free_storage_critical: 0.03,
            runway_warning: 7.0,
            runway_critical: 2.0,
            read_latency_warning: 0.02,
            read_latency_critical: 0.1,
            write_latency_warning: 0.02,
            write_latency_critical: 0.1,
            free_memory_warning: 0.05,
            free_memory_critical: 0.02,
            cpu_credits_warning: 20.0,
            ebs_balance_warning: 10.0,
            transaction_ids_warning: 1e9,
            transaction_ids_critical: 1.5e9,
            slot_lag_warning: 10.0 * GIB,
            slot_lag_critical: 50.0 * GIB,
            certificate_warning_days: 60.0,
            certificate_critical_days: 14.0,
            engine_support_notice_days: 180.0,
            engine_support_warning_days: 30.0,
            restorable_slack_minutes: 5.0,
            restorable_warning_minutes: 15.0,
            restorable_critical_minutes: 60.0,
            recent_failover_hours: 24.0,
        }
    }
}

/// What a threshold may be, for checking a configuration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The key, as in the configuration.
    pub name: &'static str,
    /// The value as it stands.
    pub value: f64,
    /// The smallest value that makes sense.
    pub least: f64,
    /// The largest value that makes sense.
    pub most: f64,
    /// The key of the milder limit that this one must be at least as strict as.
    pub milder: Option<&'static str>,
    /// The finding is about low values: the stricter limit is the smaller number.
    pub low_is_bad: bool,
}

impl Thresholds {
    /// Every threshold with its value and bounds, in the order of the fields.
    #[must_use]
    pub fn bounds(&self) -> Vec<Bound> {
        const PERCENT: (f64, f64) = (0.0, 100.0);
        const FRACTION: (f64, f64) = (0.0, 1.0);
        const DAYS: (f64, f64) = (0.0, 3650.0);
        const MINUTES: (f64, f64) = (0.0, 60.0 * 24.0 * 35.0);
        let high = |name, value, (least, most), milder| Bound { name, value, least, most, milder, low_is_bad: false };
        let low = |name, value, (least, most), milder| Bound { name, value, least, most, milder, low_is_bad: true };
        vec![
            high("cpu_warning", self.cpu_warning, PERCENT, None),
            high("cpu_critical", self.cpu_critical, PERCENT, Some("cpu_warning")),
            high("connections_warning", self.connections_warning, FRACTION, None),
            high("connections_critical", self.connections_critical, FRACTION, Some("connections_warning")),
            high("lag_warning", self.lag_warning, (1.0, 86_400.0 * 30.0), None),
            high("lag_critical", self.lag_critical, (1.0, 86_400.0 * 30.0), Some("lag_warning")),
            low("free_storage_warning", self.free_storage_warning, FRACTION, None),
            low("free_storage_critical", self.free_storage_critical, FRACTION, Some("free_storage_warning")),
            low("runway_warning", self.runway_warning, DAYS, None),
            low("runway_critical", self.runway_critical, DAYS, Some("runway_warning")),
            high("read_latency_warning", self.read_latency_warning, (0.0001, 60.0), None),
            high("read_latency_critical", self.read_latency_critical, (0.0001, 60.0), Some("read_latency_warning")),
            high("write_latency_warning", self.write_latency_warning, (0.0001, 60.0), None),
            high("write_latency_critical", self.write_latency_critical, (0.0001, 60.0), Some("write_latency_warning")),
            low("free_memory_warning", self.free_memory_warning, FRACTION, None),
            low("free_memory_critical", self.free_memory_critical, FRACTION, Some("free_memory_warning")),
            low("cpu_credits_warning", self.cpu_credits_warning, (0.0, 5000.0), None),
            low("ebs_balance_warning", self.ebs_balance_warning, PERCENT, None),
            high("transaction_ids_warning", self.transaction_ids_warning, (2e8, 2.1e9), None),
            high(
                "transaction_ids_critical",
                self.transaction_ids_critical,
                (2e8, 2.1e9),
                Some("transaction_ids_warning"),
            ),
            high("slot_lag_warning", self.slot_lag_warning, (0.0, 65_536.0 * GIB), None),
            high("slot_lag_critical", self.slot_lag_critical, (0.0, 65_536.0 * GIB), Some("slot_lag_warning")),
            low("certificate_warning_days", self.certificate_warning_days, DAYS, None),
            low("certificate_critical_days", self.certificate_critical_days, DAYS, Some("certificate_warning_days")),
            low("engine_support_notice_days", self.engine_support_notice_days, DAYS, None),
            low(
                "engine_support_warning_days",
                self.engine_support_warning_days,
                DAYS,
                Some("engine_support_notice_days"),
            ),
            high("restorable_slack_minutes", self.restorable_slack_minutes, MINUTES, None),
            high("restorable_warning_minutes", self.restorable_warning_minutes, MINUTES, None),
            high(
                "restorable_critical_minutes",
                self.restorable_critical_minutes,
                MINUTES,
                Some("restorable_warning_minutes"),
            ),
            high("recent_failover_hours", self.recent_failover_hours, (0.0, 14.0 * 24.0), None),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_own_bounds() {
        let bounds = Thresholds::default().bounds();
        for bound in &bounds {
            assert!((bound.least..=bound.most).contains(&bound.value), "{bound:?}");
            if let Some(milder) = bound.milder {
                let milder = bounds.iter().find(|b| b.name == milder).expect("a threshold");
                let strict = if bound.low_is_bad { bound.value <= milder.value } else { bound.value >= milder.value };
                assert!(strict, "{bound:?} is milder than {milder:?}");
            }
        }
    }

    #[test]
    fn every_field_is_bounded_under_its_own_name() {
        let thresholds = Thresholds::default();
        let fields = format!("{thresholds:?}");
        let bounds = thresholds.bounds();
        assert_eq!(bounds.len(), fields.matches(": ").count(), "{fields}");
        for bound in bounds {
            assert!(fields.contains(&format!("{}: {:?}", bound.name, bound.value)), "{bound:?} in {fields}");
        }
    }
}
