//! The three environments and where their clusters are.

use crate::sandbox::kubernetes::cloud::Zone;

/// An environment with a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClusterSite {
    Production,
    Staging,
    Development,
}

impl ClusterSite {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Production, Self::Staging, Self::Development];

    /// `production`
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
        }
    }

    /// The EKS cluster's name.
    pub fn cluster(self) -> &'static str {
        match self {
            Self::Production => "prod-eks",
            Self::Staging => "staging-eks",
            Self::Development => "dev-eks",
        }
    }

    /// The AWS account.
    pub fn account(self) -> &'static str {
        match self {
            Self::Production => "444455556666",
            Self::Staging => "555566667777",
            Self::Development => "666677778888",
        }
    }

    /// The region, the same for all.
    pub fn region(self) -> &'static str {
        "eu-west-1"
    }

    /// What names and uids grow from.
    pub fn seed(self) -> u64 {
        match self {
            Self::Production => 0x9d0d,
            Self::Staging => 0x57a6,
            Self::Development => 0xde71,
        }
    }

    /// Chooses by environment.
    pub fn pick<T>(self, production: T, staging: T, development: T) -> T {
        match self {
            Self::Production => production,
            Self::Staging => staging,
            Self::Development => development,
        }
    }

    /// The zones with their private subnets, a /19 each.
    pub fn zones(self) -> Vec<Zone> {
        let network = self.pick(20, 30, 40);
        // The order of a zone's letter and its id is each account's own.
        let ids = self.pick(
            ["euw1-az2", "euw1-az3", "euw1-az1"],
            ["euw1-az1", "euw1-az2", "euw1-az3"],
            ["euw1-az3", "euw1-az1", "euw1-az2"],
        );
        let subnets = self.pick(
            ["subnet-0b41f7d2c9e86a035", "subnet-0e7c3a95d1f2b8640", "subnet-03d8b6f1e4a7c2950"],
            ["subnet-06a2e9c4f8b1d7350", "subnet-0c9f5b3e7a1d48260", "subnet-01e7d4b8c6f3a2950"],
            ["subnet-08f1c6a3e9d7b2450", "subnet-04b9e2d7c1f5a8360", "subnet-0a5d3f8b6e2c79140"],
        );
        let places = ["a", "b", "c"].into_iter().zip(ids).zip(subnets).zip([0, 32, 64]);
        places
            .map(|(((letter, id), subnet), third)| Zone {
                name: format!("eu-west-1{letter}"),
                id: id.to_owned(),
                subnet: subnet.to_owned(),
                network: (network, third),
            })
            .collect()
    }
}
