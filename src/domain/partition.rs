//! AWS's partitions: worlds of their own, with their own ARNs, regions and names (botocore's
//! `partitions.json`).

/// A partition that quarterdeck knows the names of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Partition {
    #[default]
    Commercial,
    China,
    GovCloud,
    EuropeanSovereign,
}

impl Partition {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Commercial, Self::China, Self::GovCloud, Self::EuropeanSovereign];

    /// As ARNs begin: `aws`, `aws-us-gov` …
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
            Self::EuropeanSovereign => "aws-eusc",
        }
    }

    /// By its id.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|partition| partition.id() == id)
    }

    /// The one that a region lies in.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        if region.starts_with("cn-") {
            Self::China
        } else if region.starts_with("us-gov-") {
            Self::GovCloud
        } else if region.starts_with("eusc-") {
            Self::EuropeanSovereign
        } else {
            Self::Commercial
        }
    }

    /// The one that an ARN names.
    #[must_use]
    pub fn of_arn(arn: &str) -> Self {
        arn.split(':').nth(1).and_then(Self::named).unwrap_or_default()
    }

    /// A region that has been in it from the start.
    #[must_use]
    pub fn home_region(self) -> &'static str {
        match self {
            Self::Commercial => "us-east-1",
            Self::China => "cn-north-1",
            Self::GovCloud => "us-gov-west-1",
            Self::EuropeanSovereign => "eusc-de-east-1",
        }
    }

    /// What its hosts end with.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Commercial | Self::GovCloud => "amazonaws.com",
            Self::China => "amazonaws.com.cn",
            Self::EuropeanSovereign => "amazonaws.eu",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_and_arns_lead_to_their_partition() {
        for partition in Partition::ALL {
            assert_eq!(Partition::named(partition.id()), Some(partition));
            assert_eq!(Partition::of_region(partition.home_region()), partition);
            assert_eq!(Partition::of_arn(&format!("arn:{}:iam::111122223333:role/reader", partition.id())), partition);
        }
        assert_eq!(Partition::of_region("us-west-2"), Partition::Commercial);
        assert_eq!(Partition::of_arn(""), Partition::Commercial);
    }
}
