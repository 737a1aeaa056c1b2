//! A DB snapshot.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Database;

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
    /// `SnapshotCreateTime`; absent while it is being prepared. A copy has the time at which it was
    /// made here, not that of its data: see [`Snapshot::data_at`].
    pub created: Option<Timestamp>,
    /// `OriginalSnapshotCreateTime`: when the first one was taken; stays through copies.
    #[serde(default)]
    pub original_created: Option<Timestamp>,
    /// `SnapshotDatabaseTime`: the newest transaction that is in it.
    #[serde(default)]
    pub database_time: Option<Timestamp>,
    /// `DbiResourceId` of its source.
    #[serde(default)]
    pub resource_id: String,
    /// `Iops` and `StorageThroughput` (MiB/s) of the instance then.
    #[serde(default)]
    pub iops: Option<i32>,
    #[serde(default)]
    pub throughput: Option<i32>,
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

impl Snapshot {
    /// Whether it is of this instance: by the resource id, which no other ever has, wherever it was copied to and
    /// whatever the instance is called now; where AWS did not tell it, by its name in `region`.
    #[must_use]
    pub fn is_of(&self, database: &Database, region: &str) -> bool {
        if self.resource_id.is_empty() {
            return self.database == database.id && region == database.region;
        }
        self.resource_id == database.resource_id
    }

    /// How new its data is: the newest transaction in it, else when the first snapshot of it was taken.
    /// `None` when AWS tells neither: the time at which this one was made is a copy's own and says
    /// nothing of the data (RDS API reference, `DBSnapshot`: `SnapshotCreateTime` "changes for the copy").
    #[must_use]
    pub fn data_at(&self) -> Option<Timestamp> {
        self.database_time.or(self.original_created)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_as_old_as_its_data() {
        let at = |text: &str| text.parse::<Timestamp>().ok();
        let copy = Snapshot {
            created: at("2026-11-22T03:00:00Z"),
            original_created: at("2026-10-06T03:05:00Z"),
            database_time: at("2026-10-06T03:04:10Z"),
            ..Snapshot::default()
        };
        assert_eq!(copy.data_at(), at("2026-10-06T03:04:10Z"));
        assert_eq!(Snapshot { database_time: None, ..copy.clone() }.data_at(), at("2026-10-06T03:05:00Z"));
        assert_eq!(Snapshot { database_time: None, original_created: None, ..copy }.data_at(), None);
    }
}
