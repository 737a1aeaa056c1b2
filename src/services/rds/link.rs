//! Where the AWS console shows what is of RDS.

use crate::domain::Database;
use crate::domain::console::{address, encoded};

/// The page of a DB instance; none of DocumentDB's and Neptune's, which `DescribeDBInstances` lists and which have consoles of
/// their own.
#[must_use]
pub fn of_database(database: &Database) -> Option<String> {
    if matches!(database.engine.as_str(), "docdb" | "neptune") {
        return None;
    }
    address(&database.region, "rds", &format!("database:id={};is-cluster=false", encoded(&database.id)))
}

/// The page of a DB snapshot in a region, where that has one.
#[must_use]
pub fn of_snapshot(region: &str, id: &str) -> Option<String> {
    address(region, "rds", &format!("db-snapshot:id={}", encoded(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_db_instance_and_a_snapshot_have_their_pages() {
        let database = Database { id: "prod-db".into(), region: "us-gov-west-1".into(), ..Database::default() };
        assert_eq!(
            of_database(&database).unwrap(),
            "https://us-gov-west-1.console.amazonaws-us-gov.com/rds/home?region=us-gov-west-1\
             #database:id=prod-db;is-cluster=false"
        );
        assert_eq!(
            of_snapshot("eu-west-1", "rds:prod-db-2026-11-22").unwrap(),
            "https://eu-west-1.console.aws.amazon.com/rds/home?region=eu-west-1#db-snapshot:id=rds%3Aprod-db-2026-11-22"
        );
    }
}
