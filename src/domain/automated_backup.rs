//! What AWS can restore a DB instance to a point in time from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An automated backup as `DescribeDBInstanceAutomatedBackups` tells it, text cleaned.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AutomatedBackup {
    /// `DbiResourceId` of its source.
    pub resource_id: String,
    /// `active`; `retained` after its instance was deleted; `creating` before the first backup is done.
    pub status: String,
    /// `RestoreWindow`: earliest and latest; absent until there is something to restore.
    pub window: Option<(Timestamp, Timestamp)>,
}
