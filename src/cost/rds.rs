//! RDS for PostgreSQL, on demand, us-east-1, US dollars.
//!
//! Prices of other regions differ by some percent; the figures here say which region they are of.
//! Source: the AWS price list at [`DATED`], 730 hours a month.

use rust_decimal::Decimal;

use crate::domain::Database;
use crate::domain::partition::Partition;

/// When the prices were read.
pub const DATED: &str = "2026-11";

/// Whether these prices are near those of a region: other partitions have their own.
#[must_use]
pub fn covers(region: &str) -> bool {
    Partition::of_region(region) == Partition::Commercial
}

/// Hours that AWS counts in a month.
const HOURS: i64 = 730;

/// Thousandths of a dollar an hour, Single-AZ. Only what the price list says: no size is inferred.
const INSTANCES: &[(&str, i64)] = &[
    ("t3.micro", 18),
    ("t3.small", 36),
    ("t3.medium", 72),
    ("t3.large", 145),
    ("t3.xlarge", 290),
    ("t3.2xlarge", 579),
    ("t4g.micro", 16),
    ("t4g.small", 32),
    ("t4g.medium", 65),
    ("t4g.large", 129),
    ("t4g.xlarge", 258),
    ("m6g.large", 159),
    ("m6g.xlarge", 318),
    ("m6g.2xlarge", 636),
    ("m7g.large", 168),
    ("m7g.xlarge", 337),
    ("m7g.2xlarge", 674),
    ("m6i.large", 178),
    ("m6i.xlarge", 356),
    ("m6i.2xlarge", 712),
    ("r6g.large", 225),
    ("r6g.xlarge", 450),
    ("r6g.2xlarge", 899),
    ("r6i.large", 250),
    ("r6i.xlarge", 500),
    ("r6i.2xlarge", 1000),
    ("r7g.large", 239),
    ("r7g.xlarge", 478),
    ("r7g.2xlarge", 956),
];

/// An instance a month; `None` for a class whose price is not known.
#[must_use]
pub fn instance_month(class: &str, multi_az: bool) -> Option<Decimal> {
    let class = class.strip_prefix("db.")?;
    let (_, single) = INSTANCES.iter().find(|(known, _)| *known == class)?;
    let hour = match (class, multi_az) {
        // AWS rounds the doubled price by itself.
        ("t3.medium", true) => 145,
        (_, true) => single * 2,
        (_, false) => *single,
    };
    Some(Decimal::new(hour * HOURS, 3))
}

/// Storage a month: `gib` of `kind`, with provisioned `iops` and `throughput` (MiB/s). `None` for a
/// kind, or a throughput, whose price is not known.
#[must_use]
pub fn storage_month(
    kind: &str,
    gib: i32,
    iops: Option<i32>,
    throughput: Option<i32>,
    multi_az: bool,
) -> Option<Decimal> {
    let copies = if multi_az { 2 } else { 1 };
    let space = Decimal::new(i64::from(gib) * 115 * copies, 3);
    match kind {
        "gp2" => Some(space),
        "gp3" => {
            // What gp3 for PostgreSQL includes ("Amazon RDS DB instance storage", gp3).
            let (free_iops, free_throughput) = if gib < 400 { (3000, 125) } else { (12_000, 500) };
            if throughput.is_some_and(|t| t > free_throughput) {
                return None;
            }
            let extra = i64::from((iops.unwrap_or(0) - free_iops).max(0));
            Some(space + Decimal::new(extra * 20 * copies, 3))
        }
        _ => None,
    }
}

/// A DB instance a month: instance and storage, without backups and transfer.
#[must_use]
pub fn of(database: &Database) -> Option<Decimal> {
    let storage = &database.storage;
    let space = storage_month(&storage.kind, storage.allocated, storage.iops, storage.throughput, database.multi_az)?;
    Some(instance_month(&database.class, database.multi_az)? + space)
}

/// What a snapshot of `gib` costs at most, in words.
#[must_use]
pub fn snapshot(gib: i32) -> String {
    let most = dollars(Decimal::new(i64::from(gib) * 95, 3));
    format!("at most {most}/mo ({gib} GiB at $0.095; AWS bills what exceeds the provisioned storage)")
}

/// A difference a month, in words: `+$105.85/mo`, `−$52.56/mo`, `no change`.
#[must_use]
pub fn difference(by: Decimal) -> String {
    let by = by.round_dp(2);
    if by.is_zero() {
        "no change".to_owned()
    } else {
        format!("{}{}/mo", if by.is_sign_negative() { "−" } else { "+" }, dollars(by.abs()))
    }
}

fn dollars(amount: Decimal) -> String {
    let mut amount = amount.round_dp(2);
    amount.rescale(2);
    format!("${amount}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::database::Storage;

    fn month(class: &str, gib: i32, multi_az: bool) -> String {
        let storage = Storage { allocated: gib, kind: "gp3".into(), ..Storage::default() };
        let database = Database { class: class.into(), multi_az, storage, ..Database::default() };
        of(&database).map(dollars).unwrap()
    }

    #[test]
    fn the_reference_estates_cost_what_aws_bills() {
        assert_eq!(instance_month("db.t3.micro", false), Some(Decimal::new(1314, 2)));
        assert_eq!(month("db.t3.micro", 20, false), "$15.44");
        assert_eq!(instance_month("db.t3.small", false), Some(Decimal::new(2628, 2)));
        assert_eq!(month("db.t3.small", 50, false), "$32.03");
        assert_eq!(instance_month("db.t3.medium", true), Some(Decimal::new(10_585, 2)));
        assert_eq!(month("db.t3.medium", 100, true), "$128.85");
    }

    #[test]
    fn what_is_not_in_the_list_has_no_price() {
        assert_eq!(instance_month("db.x2g.large", false), None);
        assert_eq!(instance_month("db.t4g.2xlarge", false), None);
        assert_eq!(instance_month("t3.micro", false), None);
        assert_eq!(storage_month("io2", 100, Some(3000), None, false), None);
        assert_eq!(storage_month("gp3", 400, None, Some(600), false), None);
    }

    #[test]
    fn only_provisioned_iops_beyond_the_included_ones_cost() {
        let of = |gib, iops| storage_month("gp3", gib, Some(iops), Some(125), false);
        assert_eq!(of(100, 3000), Some(Decimal::new(1150, 2)));
        assert_eq!(of(400, 12_000), Some(Decimal::new(4600, 2)));
        assert_eq!(of(400, 13_000), Some(Decimal::new(6600, 2)));
    }

    #[test]
    fn amounts_as_they_are_said() {
        assert_eq!(difference(Decimal::new(10_585, 2)), "+$105.85/mo");
        assert_eq!(difference(Decimal::new(-5256, 2)), "−$52.56/mo");
        assert_eq!(difference(Decimal::new(1, 3)), "no change");
        assert_eq!(difference(Decimal::new(23, 0)), "+$23.00/mo");
        assert_eq!(
            snapshot(100),
            "at most $9.50/mo (100 GiB at $0.095; AWS bills what exceeds the provisioned storage)"
        );
    }
}
