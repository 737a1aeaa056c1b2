//! A DB snapshot.

use jiff::Timestamp;

/// A DB snapshot as `DescribeDBSnapshots` tells it, text cleaned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    pub id: String,
    pub arn: String,
    /// `DBInstanceIdentifier` of its source.
    pub database: String,
    /// `creating`, `available`, `copying`, `failed`.
    pub status: String,
    /// `automated`, `manual`, `awsbackup`, `shared`, `public`.
    pub kind: String,
    /// `SnapshotCreateTime`; absent while it is being prepared.
    pub created: Option<Timestamp>,
    /// 0-100.
    pub progress: i32,
    /// GiB.
    pub allocated: i32,
    pub encrypted: bool,
    pub engine_version: String,
    /// Region of the source when it was copied from another one.
    pub source_region: Option<String>,
}
