//! What was read for a plan, and is read again before anything is sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Target;
use crate::domain::database::account_of;
use crate::domain::{AutomatedBackup, BlueGreen, Criticality, Database, Event, Identity, MaintenanceAction, Snapshot};
use crate::ops;

/// Seconds after which a lag is no longer what it is now; CloudWatch has one a minute, some minutes late.
const RECENT: i64 = 240;

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

/// A class that may be ordered in the region (`DescribeOrderableDBInstanceOptions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orderable {
    pub class: String,
    pub multi_az: bool,
    /// `gp2`, `gp3`, `io1`, `io2`.
    pub storage: String,
    pub read_replica: bool,
}

/// A part of what is read for a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Everything: the credentials are of another account.
    All,
    /// The DB instances of a region.
    Databases(String),
    /// The target snapshot.
    Snapshot,
    /// The other snapshots of the instance.
    Snapshots,
    /// Which names of snapshots are taken in a region.
    SnapshotNames(String),
    /// What can be restored to a point in time.
    Backups,
    /// Blue/green deployments.
    BlueGreen,
    Maintenance,
    Events,
    /// The instance classes that may be ordered.
    Classes,
    /// Some or all of the metrics of a region.
    Metrics(String),
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("nothing else was read"),
            Self::Databases(region) => write!(f, "DB instances of {region}"),
            Self::Snapshot => f.write_str("the snapshot"),
            Self::Snapshots => f.write_str("snapshots"),
            Self::SnapshotNames(region) => write!(f, "names of snapshots in {region}"),
            Self::Backups => f.write_str("automated backups"),
            Self::BlueGreen => f.write_str("blue/green deployments"),
            Self::Maintenance => f.write_str("pending maintenance"),
            Self::Events => f.write_str("events"),
            Self::Classes => f.write_str("classes that may be ordered"),
            Self::Metrics(region) => write!(f, "metrics of {region}"),
        }
    }
}

/// A part that could not be read, and why.
pub type Unread = ops::unread::Unread<Part>;

/// The state of the world that a plan stands on. Everything in it was read at `at` or is marked
/// with its own time; nothing is guessed: what was not read is empty and stands in `missing`, and
/// what stands on it is unknown ([`Seen::is_read`]).
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
    /// Names of the manual snapshots by region: no new one may have them.
    pub snapshot_names: Vec<(String, Vec<String>)>,
    /// Region and name of the DB instances that are of other environments, or of none: their names are taken.
    pub foreign: Vec<(String, String)>,
    /// Automated backups of the target, or of the instance that the target snapshot is of.
    pub backups: Vec<AutomatedBackup>,
    /// The blue/green deployment in force that the target is a side of.
    #[serde(default)]
    pub blue_green: Option<BlueGreen>,
    pub maintenance: Vec<MaintenanceAction>,
    /// Events of the target, oldest first: the last 24 h, or the whole restorable window (at most
    /// 14 days) for a restore.
    pub events: Vec<Event>,
    /// Empty when it was not asked for or is not known.
    pub orderable: Vec<Orderable>,
    /// By `DBInstanceIdentifier`: the newest datapoints, for the consequences.
    pub readings: Vec<Readings>,
    /// The instance whose settings the target has as it was read last, where it was not found now: see
    /// [`Seen::sought`].
    #[serde(default)]
    pub last_known: Option<LastKnown>,
    /// What could not be read, and why: shown, and makes the checks that need it unknown.
    pub missing: Vec<Unread>,
}

/// An instance as it was read before, while its region cannot be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastKnown {
    /// When it was read.
    pub at: Timestamp,
    pub database: Database,
}

/// An instance that a plan would take settings from, and that was not found.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    what: Missing<'a>,
    /// Another account may have one of the same name.
    account: &'a str,
}

#[derive(Debug, Clone, Copy)]
enum Missing<'a> {
    /// What a replica replicates from.
    SourceOf(&'a Database),
    /// What a snapshot is of, and the region that it is sought in by its name.
    OriginOf(&'a Snapshot, &'a str),
}

impl Sought<'_> {
    /// Whether this is the one.
    #[must_use]
    pub fn is(&self, database: &Database) -> bool {
        let is_it = match self.what {
            Missing::SourceOf(replica) => database.is_source_of(replica),
            Missing::OriginOf(snapshot, region) => snapshot.is_of(database, region),
        };
        is_it && account_of(&database.arn) == self.account
    }
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
    /// When the lag was measured: a metric that is no longer reported leaves its last value behind.
    pub lag_at: Option<Timestamp>,
    /// `FreeStorageSpace`, GiB.
    pub free_storage: Option<f64>,
    /// `CPUUtilization`, percent.
    pub cpu: Option<f64>,
    /// Of the newest of them.
    pub at: Option<Timestamp>,
}

impl Seen {
    /// A world of which nothing is known yet.
    #[must_use]
    pub fn blank(at: Timestamp, target: Target, identity: Identity) -> Self {
        Self {
            at,
            region: target.region.clone(),
            target,
            criticality: Criticality::Production,
            expected_account: None,
            identity,
            owned: false,
            dr_region: None,
            cli: String::new(),
            databases: Vec::new(),
            snapshots: Vec::new(),
            snapshot_names: Vec::new(),
            foreign: Vec::new(),
            backups: Vec::new(),
            blue_green: None,
            maintenance: Vec::new(),
            events: Vec::new(),
            orderable: Vec::new(),
            readings: Vec::new(),
            last_known: None,
            missing: Vec::new(),
        }
    }

    /// Whether a part was read: if not, whatever stands on it is unknown.
    #[must_use]
    pub fn is_read(&self, part: &Part) -> bool {
        !self.missing.iter().any(|unread| unread.part == *part || unread.part == Part::All)
    }

    /// The names of the manual snapshots of a region, if they were read.
    #[must_use]
    pub fn snapshot_names(&self, region: &str) -> Option<&[String]> {
        self.snapshot_names.iter().find(|(of, _)| of == region).map(|(_, names)| names.as_slice())
    }

    /// From when to when AWS can restore the instance with this `DbiResourceId` to a point in time, as
    /// AWS tells it; `None` when there is nothing to restore, or it was not read ([`Part::Backups`]).
    #[must_use]
    pub fn restore_window(&self, resource_id: &str) -> Option<(Timestamp, Timestamp)> {
        let mut of_it = self.backups.iter().filter(|backup| backup.resource_id == resource_id);
        of_it.find_map(|backup| backup.window)
    }

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
        self.databases.iter().find(|d| d.is_source_of(database))
    }

    /// The instance that a snapshot is of, if it is one of the environment's. Another one may bear its name by
    /// now: then the settings of that one are not those of the snapshot's.
    #[must_use]
    pub fn origin_of(&self, snapshot: &Snapshot) -> Option<&Database> {
        let region = self.home_of(snapshot);
        let all = || self.databases.iter().filter(|database| snapshot.is_of(database, region));
        // An emulator gives all of them one resource id.
        all().find(|database| database.id == snapshot.database).or_else(|| all().next())
    }

    /// Whether the instances of a region were read: nobody asks other regions than those of the environment and the
    /// target.
    #[must_use]
    pub fn looked_into(&self, region: &str) -> bool {
        let asked = [Some(self.region.as_str()), self.dr_region.as_deref(), Some(self.target.region.as_str())];
        asked.contains(&Some(region)) && self.is_read(&Part::Databases(region.to_owned()))
    }

    /// The region that a snapshot was made in or copied from last: where the instance is sought by its name.
    #[must_use]
    pub fn home_of<'a>(&'a self, snapshot: &'a Snapshot) -> &'a str {
        snapshot.source_region.as_deref().unwrap_or(&self.target.region)
    }

    /// What the target has its settings from, where that was not found: its region is down, or it was deleted.
    #[must_use]
    pub fn sought(&self) -> Option<Sought<'_>> {
        if let Some(replica) = self.database() {
            let is_missing = replica.source.is_some() && self.source_of(replica).is_none();
            return is_missing.then_some(Sought { what: Missing::SourceOf(replica), account: &self.identity.account });
        }
        let snapshot = self.snapshot().filter(|snapshot| self.origin_of(snapshot).is_none())?;
        let what = Missing::OriginOf(snapshot, self.home_of(snapshot));
        Some(Sought { what, account: &self.identity.account })
    }

    /// What is [sought](Self::sought), as it was read last.
    #[must_use]
    pub fn remembered(&self) -> Option<&LastKnown> {
        let sought = self.sought()?;
        self.last_known.as_ref().filter(|known| sought.is(&known.database))
    }

    /// The metrics of a DB instance.
    #[must_use]
    pub fn readings(&self, database: &Database) -> Option<&Readings> {
        self.readings.iter().find(|r| r.region == database.region && r.database == database.id)
    }

    /// The lag of a replica, in seconds, and when it was measured: within the last minutes, or it is not known.
    #[must_use]
    pub fn lag(&self, replica: &Database) -> Option<(f64, Timestamp)> {
        self.last_lag(replica).filter(|(_, at)| self.at.as_second() - at.as_second() <= RECENT)
    }

    /// The newest lag that CloudWatch gave, however old.
    #[must_use]
    pub fn last_lag(&self, replica: &Database) -> Option<(f64, Timestamp)> {
        let readings = self.readings(replica)?;
        Some((readings.lag?, readings.lag_at?))
    }

    /// True when a DB instance of this name is known in the region.
    #[must_use]
    pub fn is_taken(&self, region: &str, id: &str) -> bool {
        self.find(region, id).is_some() || self.foreign.iter().any(|(of, name)| of == region && name == id)
    }
}
