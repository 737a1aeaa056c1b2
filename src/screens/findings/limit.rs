//! Where a rule draws its line on the metric that shows what it found.

use crate::domain::finding::Severity;
use crate::domain::runway::GIB;
use crate::domain::threshold::Thresholds;
use crate::domain::{Database, Metric};

/// The value beyond which the health rules give a finding of this severity; none where they judge the metric otherwise.
#[must_use]
pub fn limit(metric: Metric, severity: Severity, database: &Database, limits: &Thresholds) -> Option<f64> {
    let class = database.instance_class();
    let of = |warning, critical| if severity == Severity::Critical { critical } else { warning };
    Some(match metric {
        Metric::CPUUtilization => of(limits.cpu_warning, limits.cpu_critical),
        Metric::DatabaseConnections => {
            class?.default_max_connections() * of(limits.connections_warning, limits.connections_critical)
        }
        Metric::FreeStorageSpace => {
            f64::from(database.storage.allocated) * GIB * of(limits.free_storage_warning, limits.free_storage_critical)
        }
        Metric::ReplicaLag => of(limits.lag_warning, limits.lag_critical),
        Metric::FreeableMemory => class?.memory_gib * GIB * of(limits.free_memory_warning, limits.free_memory_critical),
        Metric::ReadLatency => of(limits.read_latency_warning, limits.read_latency_critical),
        Metric::WriteLatency => of(limits.write_latency_warning, limits.write_latency_critical),
        Metric::CPUCreditBalance => limits.cpu_credits_warning,
        Metric::EBSIOBalance | Metric::EBSByteBalance => limits.ebs_balance_warning,
        Metric::MaximumUsedTransactionIDs => of(limits.transaction_ids_warning, limits.transaction_ids_critical),
        Metric::OldestReplicationSlotLag => of(limits.slot_lag_warning, limits.slot_lag_critical),
        Metric::ReadIOPS
        | Metric::WriteIOPS
        | Metric::DiskQueueDepth
        | Metric::NetworkReceiveThroughput
        | Metric::NetworkTransmitThroughput => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_critical_finding_is_held_against_its_own_limit() {
        let (database, limits) = (Database::default(), Thresholds::default());
        let of = |metric, severity| limit(metric, severity, &database, &limits);
        assert_eq!(of(Metric::ReplicaLag, Severity::Warning), Some(60.0));
        assert_eq!(of(Metric::ReplicaLag, Severity::Critical), Some(300.0));
        assert_eq!(of(Metric::EBSIOBalance, Severity::Warning), Some(10.0));
        assert_eq!(of(Metric::ReadIOPS, Severity::Warning), None);
        assert_eq!(of(Metric::FreeableMemory, Severity::Warning), None, "of no class that is known");
    }
}
