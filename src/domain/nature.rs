//! What a DB instance is. `DescribeDBInstances` lists everything that runs a database engine: RDS for
//! PostgreSQL beside other engines, members of Aurora and Multi-AZ DB clusters, Neptune, DocumentDB,
//! RDS Custom. Operations, rules and columns stand on this one notion.

use super::Database;

/// What a DB instance is. From `Engine`, `DBClusterIdentifier` and `DBInstanceClass`
/// (`DescribeDBInstances`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature<'a> {
    /// RDS for PostgreSQL, an instance of its own: what this console is for. A replica of one, or of
    /// a Multi-AZ DB cluster, is one too.
    Postgres,
    /// A member of an Aurora DB cluster: storage, backups and failover are the cluster's.
    Aurora { cluster: &'a str },
    /// A member of a Multi-AZ DB cluster. Its engine is `postgres` or `mysql` as that of an instance
    /// of its own, its backups and its failover are the cluster's.
    MultiAzCluster { cluster: &'a str },
    /// RDS Custom: the operating system is the customer's.
    Custom { engine: &'a str },
    /// Another engine: MySQL, MariaDB, Oracle, SQL Server, Db2, Neptune, DocumentDB.
    Other { engine: &'a str },
}

impl Nature<'_> {
    /// Why this console makes no changes to it; `None` for RDS for PostgreSQL.
    #[must_use]
    pub fn refusal(self) -> Option<String> {
        match self {
            Self::Postgres => None,
            Self::Aurora { cluster } => {
                Some(format!("it is a member of the Aurora cluster {cluster}: it is changed through its cluster"))
            }
            Self::MultiAzCluster { cluster } => {
                Some(format!("it is a member of the Multi-AZ DB cluster {cluster}: it is changed through its cluster"))
            }
            Self::Custom { engine } => Some(format!("it is RDS Custom ({engine}): changes are for RDS for PostgreSQL")),
            Self::Other { engine } => Some(format!("its engine is {engine}: changes are for RDS for PostgreSQL")),
        }
    }
}

impl Database {
    /// What it is. One whose engine AWS does not name (an emulator) counts as PostgreSQL: every real
    /// answer has it.
    #[must_use]
    pub fn nature(&self) -> Nature<'_> {
        let engine = self.engine.as_str();
        let cluster = self.cluster.as_deref().filter(|cluster| !cluster.is_empty());
        match cluster {
            // A serverless class is Aurora's, whatever else is told.
            _ if engine.starts_with("aurora") || self.class == "db.serverless" => {
                Nature::Aurora { cluster: cluster.unwrap_or("that is not named") }
            }
            Some(cluster) if matches!(engine, "postgres" | "mysql") => Nature::MultiAzCluster { cluster },
            _ if engine.starts_with("custom-") => Nature::Custom { engine },
            None if matches!(engine, "postgres" | "") => Nature::Postgres,
            _ => Nature::Other { engine },
        }
    }

    /// RDS for PostgreSQL, an instance of its own.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.nature() == Nature::Postgres
    }

    /// It speaks PostgreSQL, whatever its storage is: `psql` connects to it.
    #[must_use]
    pub fn speaks_postgres(&self) -> bool {
        matches!(self.engine.as_str(), "postgres" | "aurora-postgresql")
    }

    /// `postgres 16.4`, for a column; `aurora-postgresql 16.4`.
    #[must_use]
    pub fn engine_words(&self) -> String {
        format!("{} {}", self.engine, self.engine_version).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(engine: &str, class: &str, cluster: Option<&str>) -> Database {
        let cluster = cluster.map(ToOwned::to_owned);
        Database { engine: engine.into(), class: class.into(), cluster, ..Database::default() }
    }

    #[test]
    fn a_cluster_member_is_no_instance_of_its_own_whatever_its_engine_says() {
        let cases = [
            ("postgres", "db.t3.medium", None, Nature::Postgres),
            ("", "db.t3.medium", None, Nature::Postgres),
            ("postgres", "db.m6gd.large", Some("c"), Nature::MultiAzCluster { cluster: "c" }),
            ("aurora-postgresql", "db.r6g.large", Some("a"), Nature::Aurora { cluster: "a" }),
            ("aurora-postgresql", "db.serverless", Some("a"), Nature::Aurora { cluster: "a" }),
            ("neptune", "db.r5.large", Some("n"), Nature::Other { engine: "neptune" }),
            ("docdb", "db.r5.large", Some("n"), Nature::Other { engine: "docdb" }),
            ("mysql", "db.t3.micro", None, Nature::Other { engine: "mysql" }),
            ("custom-oracle-ee", "db.m5.large", None, Nature::Custom { engine: "custom-oracle-ee" }),
        ];
        for (engine, class, cluster, nature) in cases {
            let database = of(engine, class, cluster);
            assert_eq!(database.nature(), nature, "{engine} {class}");
            assert_eq!(database.nature().refusal().is_none(), nature == Nature::Postgres);
        }
    }
}
