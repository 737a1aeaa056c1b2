//! Which metrics there are, their names and units, how often they are published and for which
//! instances.

use crate::domain::class::InstanceClass;
use crate::sandbox::world::instance::Instance;

/// A metric of `AWS/RDS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RdsMetric {
    CpuUtilization,
    DatabaseConnections,
    FreeableMemory,
    FreeStorageSpace,
    SwapUsage,
    ReadIops,
    WriteIops,
    ReadLatency,
    WriteLatency,
    ReadThroughput,
    WriteThroughput,
    DiskQueueDepth,
    NetworkReceive,
    NetworkTransmit,
    CpuCreditBalance,
    CpuCreditUsage,
    BurstBalance,
    EbsIoBalance,
    EbsByteBalance,
    ReplicaLag,
    MaximumUsedTransactionIds,
    OldestReplicationSlotLag,
    TransactionLogsDiskUsage,
    CheckpointLag,
    DbLoad,
    DbLoadCpu,
    DbLoadNonCpu,
}

impl RdsMetric {
    /// Every metric with its `MetricName` and CloudWatch's unit.
    const TABLE: [(Self, &'static str, &'static str); 27] = [
        (Self::CpuUtilization, "CPUUtilization", "Percent"),
        (Self::DatabaseConnections, "DatabaseConnections", "Count"),
        (Self::FreeableMemory, "FreeableMemory", "Bytes"),
        (Self::FreeStorageSpace, "FreeStorageSpace", "Bytes"),
        (Self::SwapUsage, "SwapUsage", "Bytes"),
        (Self::ReadIops, "ReadIOPS", "Count/Second"),
        (Self::WriteIops, "WriteIOPS", "Count/Second"),
        (Self::ReadLatency, "ReadLatency", "Seconds"),
        (Self::WriteLatency, "WriteLatency", "Seconds"),
        (Self::ReadThroughput, "ReadThroughput", "Bytes/Second"),
        (Self::WriteThroughput, "WriteThroughput", "Bytes/Second"),
        (Self::DiskQueueDepth, "DiskQueueDepth", "Count"),
        (Self::NetworkReceive, "NetworkReceiveThroughput", "Bytes/Second"),
        (Self::NetworkTransmit, "NetworkTransmitThroughput", "Bytes/Second"),
        (Self::CpuCreditBalance, "CPUCreditBalance", "Count"),
        (Self::CpuCreditUsage, "CPUCreditUsage", "Count"),
        (Self::BurstBalance, "BurstBalance", "Percent"),
        (Self::EbsIoBalance, "EBSIOBalance%", "Percent"),
        (Self::EbsByteBalance, "EBSByteBalance%", "Percent"),
        (Self::ReplicaLag, "ReplicaLag", "Seconds"),
        (Self::MaximumUsedTransactionIds, "MaximumUsedTransactionIDs", "Count"),
        (Self::OldestReplicationSlotLag, "OldestReplicationSlotLag", "Bytes"),
        (Self::TransactionLogsDiskUsage, "TransactionLogsDiskUsage", "Bytes"),
        (Self::CheckpointLag, "CheckpointLag", "Seconds"),
        (Self::DbLoad, "DBLoad", "None"),
        (Self::DbLoadCpu, "DBLoadCPU", "None"),
        (Self::DbLoadNonCpu, "DBLoadNonCPU", "None"),
    ];

    /// Every metric, in the table's order.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.into_iter().map(|(metric, _, _)| metric)
    }

    /// The metric of that `MetricName`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// `MetricName` in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        // The table is in the order of the variants; a test holds it to that.
        Self::TABLE[self as usize].1
    }

    /// CloudWatch's `StandardUnit` of the datapoints.
    #[must_use]
    pub fn unit(self) -> &'static str {
        Self::TABLE[self as usize].2
    }

    /// Seconds between two datapoints: EC2 publishes CPU credits every five minutes, RDS the rest
    /// every minute.
    #[must_use]
    pub fn interval(self) -> i64 {
        match self {
            Self::CpuCreditBalance | Self::CpuCreditUsage => 300,
            _ => 60,
        }
    }

    /// Whether an instance gives this metric at all; `replicated` says that others replicate from it.
    #[must_use]
    pub fn is_given_by(self, instance: &Instance, replicated: bool) -> bool {
        match self {
            Self::ReplicaLag => instance.is_replica(),
            Self::CpuCreditBalance | Self::CpuCreditUsage => {
                InstanceClass::parse(&instance.class).is_some_and(|class| class.burstable)
            }
            Self::BurstBalance => instance.storage_type == "gp2",
            Self::OldestReplicationSlotLag => replicated,
            Self::DbLoad | Self::DbLoadCpu | Self::DbLoadNonCpu => instance.performance_insights_days.is_some(),
            _ => true,
        }
    }

    /// True where the value depends on the instances that replicate from this one.
    pub(super) fn needs_replicas(self) -> bool {
        matches!(self, Self::OldestReplicationSlotLag | Self::TransactionLogsDiskUsage)
    }
}

#[cfg(test)]
mod tests {
    use super::RdsMetric;
    use crate::domain::metric::Metric;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, metric) in RdsMetric::all().enumerate() {
            assert_eq!(metric as usize, index);
            assert_eq!(RdsMetric::from_name(metric.name()), Some(metric));
        }
    }

    #[test]
    fn every_metric_that_the_console_reads_is_published() {
        for metric in Metric::CHARTED {
            let found = RdsMetric::from_name(metric.name());
            assert_eq!(
                found.map(super::RdsMetric::interval),
                Some(i64::from(metric.finest_period())),
                "{}",
                metric.name()
            );
        }
        assert_eq!(RdsMetric::from_name("cpuutilization"), None);
    }
}
