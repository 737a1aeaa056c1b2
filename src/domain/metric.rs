//! The metrics of `AWS/RDS` that we read: name, unit, statistic, and how a chart of it is honest.

use serde::{Deserialize, Serialize};

use super::Database;

/// Unit of a metric's values as CloudWatch gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Percent,
    Count,
    Bytes,
    BytesPerSecond,
    PerSecond,
    Seconds,
}

/// The statistic that we ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Statistic {
    Average,
    Minimum,
    Maximum,
}

impl Statistic {
    /// CloudWatch's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Average => "Average",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
        }
    }
}

/// A metric in the namespace `AWS/RDS`, dimension `DBInstanceIdentifier`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Metric {
    CPUUtilization,
    DatabaseConnections,
    FreeStorageSpace,
    ReplicaLag,
    FreeableMemory,
    ReadLatency,
    WriteLatency,
    ReadIOPS,
    WriteIOPS,
    DiskQueueDepth,
    NetworkReceiveThroughput,
    NetworkTransmitThroughput,
    CPUCreditBalance,
    EBSIOBalance,
    EBSByteBalance,
    MaximumUsedTransactionIDs,
    OldestReplicationSlotLag,
}

impl Metric {
    /// The charts of the database screen, in its order.
    pub const CHARTED: [Self; 13] = [
        Self::CPUUtilization,
        Self::DatabaseConnections,
        Self::FreeStorageSpace,
        Self::ReplicaLag,
        Self::FreeableMemory,
        Self::CPUCreditBalance,
        Self::ReadLatency,
        Self::WriteLatency,
        Self::ReadIOPS,
        Self::WriteIOPS,
        Self::DiskQueueDepth,
        Self::NetworkReceiveThroughput,
        Self::NetworkTransmitThroughput,
    ];

    /// Those that a list of DB instances shows of each.
    pub const TABLE: [Self; 4] =
        [Self::CPUUtilization, Self::DatabaseConnections, Self::FreeStorageSpace, Self::ReplicaLag];

    /// Read beside the table's metrics, for the health rules alone.
    pub const VITALS: [Self; 8] = [
        Self::ReadLatency,
        Self::WriteLatency,
        Self::FreeableMemory,
        Self::CPUCreditBalance,
        Self::EBSIOBalance,
        Self::EBSByteBalance,
        Self::MaximumUsedTransactionIDs,
        Self::OldestReplicationSlotLag,
    ];

    /// `MetricName` in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CPUUtilization => "CPUUtilization",
            Self::DatabaseConnections => "DatabaseConnections",
            Self::FreeStorageSpace => "FreeStorageSpace",
            Self::ReplicaLag => "ReplicaLag",
            Self::FreeableMemory => "FreeableMemory",
            Self::ReadLatency => "ReadLatency",
            Self::WriteLatency => "WriteLatency",
            Self::ReadIOPS => "ReadIOPS",
            Self::WriteIOPS => "WriteIOPS",
            Self::DiskQueueDepth => "DiskQueueDepth",
            Self::NetworkReceiveThroughput => "NetworkReceiveThroughput",
            Self::NetworkTransmitThroughput => "NetworkTransmitThroughput",
            Self::CPUCreditBalance => "CPUCreditBalance",
            Self::EBSIOBalance => "EBSIOBalance%",
            Self::EBSByteBalance => "EBSByteBalance%",
            Self::MaximumUsedTransactionIDs => "MaximumUsedTransactionIDs",
            Self::OldestReplicationSlotLag => "OldestReplicationSlotLag",
        }
    }

    /// The metric of that `MetricName`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::CHARTED.into_iter().chain(Self::VITALS).find(|m| m.name() == name)
    }

    /// What a person calls it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::CPUUtilization => "CPU",
            Self::DatabaseConnections => "connections",
            Self::FreeStorageSpace => "free storage",
            Self::ReplicaLag => "replica lag",
            Self::FreeableMemory => "free memory",
            Self::ReadLatency => "read latency",
            Self::WriteLatency => "write latency",
            Self::ReadIOPS => "read IOPS",
            Self::WriteIOPS => "write IOPS",
            Self::DiskQueueDepth => "queue depth",
            Self::NetworkReceiveThroughput => "network in",
            Self::NetworkTransmitThroughput => "network out",
            Self::CPUCreditBalance => "CPU credits",
            Self::EBSIOBalance => "EBS IO balance",
            Self::EBSByteBalance => "EBS byte balance",
            Self::MaximumUsedTransactionIDs => "transaction ids used",
            Self::OldestReplicationSlotLag => "replication slot lag",
        }
    }

    /// Unit of the values.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::CPUUtilization | Self::EBSIOBalance | Self::EBSByteBalance => Unit::Percent,
            Self::DatabaseConnections
            | Self::DiskQueueDepth
            | Self::CPUCreditBalance
            | Self::MaximumUsedTransactionIDs => Unit::Count,
            Self::FreeStorageSpace | Self::FreeableMemory | Self::OldestReplicationSlotLag => Unit::Bytes,
            Self::ReplicaLag | Self::ReadLatency | Self::WriteLatency => Unit::Seconds,
            Self::ReadIOPS | Self::WriteIOPS => Unit::PerSecond,
            Self::NetworkReceiveThroughput | Self::NetworkTransmitThroughput => Unit::BytesPerSecond,
        }
    }

    /// The statistic that does not flatter: the lowest free storage, the highest lag.
    #[must_use]
    pub fn statistic(self) -> Statistic {
        match self {
            Self::FreeStorageSpace
            | Self::FreeableMemory
            | Self::CPUCreditBalance
            | Self::EBSIOBalance
            | Self::EBSByteBalance => Statistic::Minimum,
            Self::ReplicaLag | Self::MaximumUsedTransactionIDs | Self::OldestReplicationSlotLag => Statistic::Maximum,
            _ => Statistic::Average,
        }
    }

    /// The finest period at which AWS publishes it, seconds.
    #[must_use]
    pub fn finest_period(self) -> u32 {
        match self {
            Self::CPUCreditBalance => 300,
            _ => 60,
        }
    }

    /// Whether AWS publishes it for this instance: lag for replicas, credits for T classes.
    #[must_use]
    pub fn applies_to(self, database: &Database) -> bool {
        match self {
            Self::ReplicaLag => database.is_replica(),
            Self::CPUCreditBalance => database.instance_class().is_none_or(|class| class.burstable),
            _ => true,
        }
    }

    /// True when a falling value is the bad direction.
    #[must_use]
    pub fn low_is_bad(self) -> bool {
        matches!(
            self,
            Self::FreeStorageSpace
                | Self::FreeableMemory
                | Self::CPUCreditBalance
                | Self::EBSIOBalance
                | Self::EBSByteBalance
        )
    }

    /// Whether the metric can have this value at all. What it cannot have is no measurement.
    #[must_use]
    pub fn can_be(self, value: f64) -> bool {
        let least = match self {
            // "The ReplicaLag metric reports -1 if replication is not active" (RDS user guide, "Monitoring
            // read replication"); the same sign is let pass where there may be no slot to measure.
            Self::ReplicaLag | Self::OldestReplicationSlotLag | Self::MaximumUsedTransactionIDs => -1.0,
            _ => 0.0,
        };
        let most = match self.unit() {
            // An average of samples may come out a little above the whole.
            Unit::Percent => 101.0,
            // More than 30 years.
            Unit::Seconds => 1e9,
            // Beyond the largest storage (256 TiB), rate or count by far.
            Unit::Count | Unit::PerSecond | Unit::Bytes | Unit::BytesPerSecond => 1e16,
        };
        (least..=most).contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_metric_cannot_be_is_known() {
        for metric in Metric::CHARTED.into_iter().chain(Metric::VITALS) {
            assert!(metric.can_be(0.0) && metric.can_be(1.0), "{metric:?}");
            for value in [-5.0, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
                assert!(!metric.can_be(value), "{metric:?} {value}");
            }
        }
        assert!(Metric::ReplicaLag.can_be(-1.0), "replication does not run");
        assert!(!Metric::CPUUtilization.can_be(-1.0) && !Metric::CPUUtilization.can_be(250.0));
        assert!(Metric::FreeStorageSpace.can_be(256.0 * 1024.0 * super::super::runway::GIB));
    }
}
