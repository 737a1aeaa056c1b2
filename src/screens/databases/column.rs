//! The columns of the databases table.

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Health,
    Environment,
    Name,
    Status,
    Class,
    Engine,
    MultiAz,
    Cpu,
    CpuTrend,
    Connections,
    Storage,
    Runway,
    Lag,
    Restorable,
    Maintenance,
    Region,
    Zone,
    Retention,
    Created,
    Endpoint,
}

impl Column {
    /// Every column, in the order of the table.
    pub const ALL: [Self; 20] = [
        Self::Health,
        Self::Environment,
        Self::Name,
        Self::Status,
        Self::Class,
        Self::Engine,
        Self::MultiAz,
        Self::Cpu,
        Self::CpuTrend,
        Self::Connections,
        Self::Storage,
        Self::Runway,
        Self::Lag,
        Self::Restorable,
        Self::Maintenance,
        Self::Region,
        Self::Zone,
        Self::Retention,
        Self::Created,
        Self::Endpoint,
    ];

    /// Shown until the engineer chooses otherwise.
    #[must_use]
    pub fn is_default(self) -> bool {
        !matches!(self, Self::Zone | Self::Retention | Self::Created | Self::Endpoint)
    }

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Health => "",
            Self::Environment => "ENV",
            Self::Name => "DB INSTANCE",
            Self::Status => "STATUS",
            Self::Class => "CLASS",
            Self::Engine => "ENGINE",
            Self::MultiAz => "MULTI-AZ",
            Self::Cpu => "CPU",
            Self::CpuTrend => "CPU 1 H",
            Self::Connections => "CONN",
            Self::Storage => "STORAGE GiB",
            Self::Runway => "FULL IN",
            Self::Lag => "LAG",
            Self::Restorable => "RESTORABLE",
            Self::Maintenance => "MAINTENANCE",
            Self::Region => "REGION",
            Self::Zone => "ZONE",
            Self::Retention => "RETENTION",
            Self::Created => "CREATED",
            Self::Endpoint => "ENDPOINT",
        }
    }

    /// The name in a filter (`cpu:>80`) and in menus.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Environment => "env",
            Self::Name => "name",
            Self::Status => "status",
            Self::Class => "class",
            Self::Engine => "engine",
            Self::MultiAz => "multi-az",
            Self::Cpu => "cpu",
            Self::CpuTrend => "cpu-trend",
            Self::Connections => "connections",
            Self::Storage => "storage",
            Self::Runway => "runway",
            Self::Lag => "lag",
            Self::Restorable => "restorable",
            Self::Maintenance => "maintenance",
            Self::Region => "region",
            Self::Zone => "zone",
            Self::Retention => "retention",
            Self::Created => "created",
            Self::Endpoint => "endpoint",
        }
    }

    /// What it says, for the menus.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Health => "worst first",
            Self::Environment => "environment",
            Self::Name => "DBInstanceIdentifier",
            Self::Status => "DBInstanceStatus",
            Self::Class => "DBInstanceClass",
            Self::Engine => "engine version, or another engine",
            Self::MultiAz => "standby in another zone",
            Self::Cpu => "CPU, last minute, %",
            Self::CpuTrend => "CPU over the last hour",
            Self::Connections => "connections of the class's default limit",
            Self::Storage => "used / allocated → autoscaling limit",
            Self::Runway => "time until allocated storage is full",
            Self::Lag => "replica lag",
            Self::Restorable => "age of the newest restorable time",
            Self::Maintenance => "pending maintenance",
            Self::Region => "region",
            Self::Zone => "availability zone",
            Self::Retention => "backup retention, days",
            Self::Created => "creation date",
            Self::Endpoint => "host name",
        }
    }

    /// The column of that key; a prefix that fits one only is enough.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        let key = key.to_lowercase();
        if let Some(exact) = Self::ALL.into_iter().find(|c| c.key() == key) {
            return Some(exact);
        }
        let mut fits = Self::ALL.into_iter().filter(|c| !key.is_empty() && c.key().starts_with(&key));
        fits.next().filter(|_| fits.next().is_none())
    }

    /// True when the largest comes first in the order that one wants at first.
    #[must_use]
    pub fn descending_first(self) -> bool {
        matches!(
            self,
            Self::Health
                | Self::Cpu
                | Self::CpuTrend
                | Self::Connections
                | Self::Storage
                | Self::Lag
                | Self::Restorable
                | Self::Maintenance
                | Self::Created
        )
    }
}
