//! What was read for a plan, and is read again before anything is sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Criticality, Database, Event, Identity, MaintenanceAction, Snapshot};

/// What an operation is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    DbInstance,
    DbSnapshot,
    /// All DB instances of an environment.
    Environment,
}

impl TargetKind {
    /// As it is said in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::DbInstance => "DB instance",
            Self::DbSnapshot => "DB snapshot",
            Self::Environment => "environment",
        }
    }
}

/// The resource that an operation is done to, by name; its state is in [`Seen`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Name of the environment.
    pub environment: String,
    pub kind: TargetKind,
    /// `DBInstanceIdentifier`, `DBSnapshotIdentifier`, or the environment's name.
    pub id: String,
    /// The region that it lives in.
    pub region: String,
}

/// A class that may be ordered in the region (`DescribeOrderableDBInstanceOptions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orderable {
    pub class: String,
    pub multi_az: bool,
    /// `gp2`, `gp3`, `io1`, `io2`.
    pub storage: String,
    pub read_replica: bool,
}

/// The state of the world that a plan stands on. Everything in it was read at `at` or is marked
/// with its own time; nothing is guessed: what was not read is `None` or empty with its `missing`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// When it was read.
    pub at: Timestamp,
    pub target: Target,
    pub criticality: Criticality,
    /// The account that the environment must belong to, if the configuration says.
    pub expected_account: Option<String>,
    pub identity: Identity,
    /// Whether the target is the environment's, by the selectors of the configuration.
    pub owned: bool,
    /// The environment's region, and its region for disaster recovery.
    pub region: String,
    pub dr_region: Option<String>,
    /// Options that the equivalent `aws` commands need (`--profile prod`).
    pub cli: String,
    /// All DB instances of the environment in both regions, read fresh.
    pub databases: Vec<Database>,
    /// Snapshots of the target (or the target itself), newest first, of its region.
    pub snapshots: Vec<Snapshot>,
    pub maintenance: Vec<MaintenanceAction>,
    /// Events of the target, oldest first: the last 24 h, or the whole restorable window (at most
    /// 14 days) for a restore.
    pub events: Vec<Event>,
    /// Empty when it was not asked for or is not known.
    pub orderable: Vec<Orderable>,
    /// By `DBInstanceIdentifier`: the newest datapoints, for the consequences.
    pub readings: Vec<Readings>,
    /// What could not be read, and why: shown, and makes the checks that need it unknown.
    pub missing: Vec<String>,
}

/// The newest metrics of a DB instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Readings {
    pub region: String,
    pub database: String,
    /// `DatabaseConnections`.
    pub connections: Option<f64>,
    /// `ReplicaLag`, seconds; -1 when replication is not running.
    pub lag: Option<f64>,
    /// `FreeStorageSpace`, GiB.
    pub free_storage: Option<f64>,
    /// `CPUUtilization`, percent.
    pub cpu: Option<f64>,
    /// Of the newest of them.
    pub at: Option<Timestamp>,
}

impl Seen {
    /// The DB instance that is the target.
    #[must_use]
    pub fn database(&self) -> Option<&Database> {
        (self.target.kind == TargetKind::DbInstance).then(|| self.find(&self.target.region, &self.target.id)).flatten()
    }

    /// A DB instance of the environment by region and name.
    #[must_use]
    pub fn find(&self, region: &str, id: &str) -> Option<&Database> {
        self.databases.iter().find(|d| d.region == region && d.id == id)
    }

    /// The snapshot that is the target.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        (self.target.kind == TargetKind::DbSnapshot)
            .then(|| self.snapshots.iter().find(|s| s.id == self.target.id))
            .flatten()
    }

    /// The instance that replicates to `database`, if it is one of the environment's.
    #[must_use]
    pub fn source_of(&self, database: &Database) -> Option<&Database> {
        let source = database.source.as_deref()?;
        let is_arn = source.starts_with("arn:");
        self.databases
            .iter()
            .find(|d| if is_arn { d.arn == source } else { d.region == database.region && d.id == source })
    }

    /// The metrics of a DB instance.
    #[must_use]
    pub fn readings(&self, database: &Database) -> Option<&Readings> {
        self.readings.iter().find(|r| r.region == database.region && r.database == database.id)
    }

    /// True when a DB instance of this name is known in the region.
    #[must_use]
    pub fn is_taken(&self, region: &str, id: &str) -> bool {
        self.find(region, id).is_some()
    }
}
