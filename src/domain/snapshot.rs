//! A DB snapshot.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A DB snapshot as `DescribeDBSnapshots` tells it, text cleaned.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// ARN of the key that it is encrypted with.
    pub kms_key: Option<String>,
    /// `StorageType`: `gp2`, `gp3`, `io1`, `io2`.
    pub storage_kind: String,
    /// `Engine`.
    pub engine: String,
    pub engine_version: String,
    /// Region of the source when it was copied from another one.
    pub source_region: Option<String>,
    /// `TagList`, sorted by key.
    pub tags: Vec<(String, String)>,
}
