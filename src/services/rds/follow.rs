//! How the end of a call is recognised, and how to find out whether a call arrived whose answer
//! did not. Pure: a look at the world in, a verdict out.

mod applied;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::checks::STARTS_FROM;
use crate::domain::database::Condition;
use crate::domain::{Database, Event, MaintenanceAction, Snapshot};
use crate::ops::progress::{Happened, Progress, SKEW};

/// A change of which neither the value nor a pending one is to be seen after so many seconds, while
/// the instance is `available`, was given up by AWS (no capacity, for example).
const LOST: i64 = 1800;
/// A start or a reboot that is to repair a state may show it for so many seconds more.
const RECOVERS: i64 = 900;
/// A snapshot that was taken is listed after so many seconds at the latest.
const LISTED: i64 = 300;

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "until")]
pub enum Follow {
    /// A snapshot is available; and its instance again, when it is named.
    SnapshotAvailable { region: String, snapshot: String, instance: Option<String> },
    /// A snapshot is no longer there.
    SnapshotGone { region: String, snapshot: String },
    /// A new instance is available; of a replica, replication runs as well.
    Created {
        region: String,
        id: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        replica: bool,
    },
    /// The instance shows these values and nothing of them is pending; `names` as in [`attribute`].
    Values { region: String, id: String, values: Vec<(String, String)> },
    /// AWS has put these values down for the next maintenance window, or shows them already.
    Pending { region: String, id: String, values: Vec<(String, String)> },
    /// A former replica is a standalone primary.
    Standalone { region: String, id: String },
    /// It was restarted; with `failover_from`, from this zone to another one.
    Restarted { region: String, id: String, failover_from: Option<String> },
    /// It is stopped, and the snapshot that was to be taken before is available.
    Stopped {
        region: String,
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        snapshot: Option<String>,
    },
    /// It runs.
    Running { region: String, id: String },
    /// It is no longer there, and its final snapshot is available.
    Gone {
        region: String,
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        final_snapshot: Option<String>,
    },
    /// A maintenance action of it is no longer pending and it is available, or it waits for the
    /// window as it was asked to.
    Maintained { region: String, id: String, action: String, opt_in: String },
}

/// What was seen of the followed resource. `None` means: it was asked for, of the right account, and is
/// not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    pub at: Timestamp,
    /// Seconds that AWS's clock is ahead of `at`'s.
    pub ahead: i64,
    /// The instance by its `DbiResourceId` where that is known: it may have another name by now.
    pub database: Option<Database>,
    pub snapshot: Option<Snapshot>,
    /// Events of the instance since about when the call was sent, oldest first, without those that were
    /// there before it.
    pub events: Vec<Event>,
    pub maintenance: Vec<MaintenanceAction>,
}

impl Follow {
    /// Region of what is followed.
    #[must_use]
    pub fn region(&self) -> &str {
        match self {
            Self::SnapshotAvailable { region, .. }
            | Self::SnapshotGone { region, .. }
            | Self::Created { region, .. }
            | Self::Values { region, .. }
            | Self::Pending { region, .. }
            | Self::Standalone { region, .. }
            | Self::Restarted { region, .. }
            | Self::Stopped { region, .. }
            | Self::Running { region, .. }
            | Self::Gone { region, .. }
            | Self::Maintained { region, .. } => region,
        }
    }

    /// The DB instance to look at.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        match self {
            Self::SnapshotAvailable { instance, .. } => instance.as_deref(),
            Self::SnapshotGone { .. } => None,
            Self::Created { id, .. }
            | Self::Values { id, .. }
            | Self::Pending { id, .. }
            | Self::Standalone { id, .. }
            | Self::Restarted { id, .. }
            | Self::Stopped { id, .. }
            | Self::Running { id, .. }
            | Self::Gone { id, .. }
            | Self::Maintained { id, .. } => Some(id),
        }
    }

    /// The snapshot to look at.
    #[must_use]
    pub fn snapshot(&self) -> Option<&str> {
        match self {
            Self::SnapshotAvailable { snapshot, .. } | Self::SnapshotGone { snapshot, .. } => Some(snapshot),
            Self::Stopped { snapshot, .. } => snapshot.as_deref(),
            Self::Gone { final_snapshot, .. } => final_snapshot.as_deref(),
            _ => None,
        }
    }

    /// How far it is; `sent` is when the call was sent.
    #[must_use]
    pub fn progress(&self, look: &Look, sent: Timestamp) -> Progress {
        match self {
            Self::SnapshotAvailable { snapshot, instance, .. } => snapshot_progress(look, snapshot, instance.is_some()),
            Self::SnapshotGone { .. } => match &look.snapshot {
                None => Progress::Reached("deleted".into()),
                Some(s) => Progress::Going(s.status.clone()),
            },
            Self::Gone { id, final_snapshot, .. } => match &look.database {
                None => gone(look, sent, final_snapshot.as_deref()),
                Some(d) if d.id != *id => Progress::Failed(format!("it was not deleted: it is called {} now", d.id)),
                Some(d) => Progress::Going(d.status.clone()),
            },
            _ => match &look.database {
                None if matches!(self, Self::Created { .. }) => Progress::Going("not listed yet".into()),
                None => Progress::Failed("it is no longer there: somebody deleted it".into()),
                Some(d) => self.of_instance(d, look, sent),
            },
        }
    }

    fn of_instance(&self, d: &Database, look: &Look, sent: Timestamp) -> Progress {
        let available = d.is_usable();
        // A start or a reboot is how some of these states are left.
        let recovers = matches!(self, Self::Running { .. } | Self::Restarted { .. })
            && look.at.as_second() - sent.as_second() < RECOVERS;
        if d.condition() == Condition::Critical && d.status != "storage-full" && !recovers {
            return Progress::Failed(format!("{} is {}", d.id, d.status));
        }
        let reached = match self {
            Self::Restarted { failover_from: Some(_), .. } if said(look, sent, &["abandon"]) => {
                return Progress::Failed("AWS gave the failover up: there was one shortly before".into());
            }
            Self::Values { values, .. } | Self::Pending { values, .. }
                if d.status == "available"
                    && look.at.as_second() - sent.as_second() > LOST
                    && values.iter().any(|wanted| !shows(d, wanted) && !awaits(d, wanted)) =>
            {
                return Progress::Failed("AWS shows neither the change nor that it is pending: it gave it up".into());
            }
            Self::Created { replica: true, .. } if terminated(d) => {
                return Progress::Failed("its replication was terminated".into());
            }
            Self::Created { replica, .. } => available && (!replica || replicates(d)),
            Self::Values { values, .. } => available && values.iter().all(|wanted| settled(d, wanted)),
            Self::Pending { values, .. } => values.iter().all(|wanted| settled(d, wanted) || awaits(d, wanted)),
            Self::Standalone { .. } => available && !d.is_replica(),
            Self::Restarted { failover_from: None, .. } => available && said(look, sent, &["restarted"]),
            Self::Restarted { failover_from: Some(from), .. } => {
                available
                    && (d.zone.as_deref().is_some_and(|zone| zone != from) || said(look, sent, &["failover completed"]))
            }
            Self::Stopped { snapshot: Some(name), .. } if d.status == "stopped" => {
                return with_snapshot("stopped", name, look, sent);
            }
            Self::Stopped { .. } => d.status == "stopped",
            Self::Running { .. } => available,
            Self::Maintained { action, opt_in, .. } => {
                let pending = look.maintenance.iter().find(|m| m.action == *action);
                match pending {
                    None => available,
                    // It waits for its window, which is what was asked for.
                    Some(pending) => opt_in != "immediate" && opted(pending, opt_in),
                }
            }
            Self::SnapshotAvailable { .. } | Self::SnapshotGone { .. } | Self::Gone { .. } => false,
        };
        match reached {
            true if self.waits(d, look) => Progress::Scheduled { window: d.maintenance_window.clone() },
            true => Progress::Reached(d.status.clone()),
            false => Progress::Going(self.waiting_words(d)),
        }
    }

    /// Whether AWS has only put the change down, for the maintenance window.
    fn waits(&self, d: &Database, look: &Look) -> bool {
        match self {
            Self::Pending { values, .. } => values.iter().any(|wanted| !shows(d, wanted)),
            Self::Maintained { action, opt_in, .. } => {
                opt_in == "next-maintenance" && look.maintenance.iter().any(|m| m.action == *action)
            }
            _ => false,
        }
    }

    fn waiting_words(&self, d: &Database) -> String {
        match self {
            Self::Created { replica: true, .. } if d.status == "available" => match d.replication() {
                Some(told) if told.message.is_empty() => format!("available, replication is {}", told.status),
                Some(told) => format!("available, replication is {}: {}", told.status, told.message),
                None => "available, AWS does not tell yet whether it replicates".to_owned(),
            },
            Self::Restarted { failover_from: Some(from), .. } if d.status == "available" => {
                format!("available, AWS still shows zone {from}")
            }
            Self::Values { values, .. } if d.status == "available" => {
                let open = values.iter().filter(|wanted| !shows(d, wanted));
                let open: Vec<&str> = open.map(|(name, _)| name.as_str()).collect();
                format!("available, waiting for {}", open.join(", "))
            }
            Self::Pending { .. } => format!("{}, AWS does not show the change yet", d.status),
            _ => d.status.clone(),
        }
    }

    /// Whether a call has arrived whose answer was lost; `before` is the instance as the plan saw
    /// it, `sent` when the call was sent. Signs are sought that only the call can have left.
    #[must_use]
    pub fn happened(&self, look: &Look, before: Option<&Database>, sent: Timestamp) -> Happened {
        let since = |at: Option<Timestamp>| at.is_none_or(|at| at.as_second() >= sent.as_second() + look.ahead - SKEW);
        let yes = match self {
            Self::SnapshotAvailable { .. } => look.snapshot.as_ref().is_some_and(|s| since(s.created)),
            Self::SnapshotGone { .. } => look.snapshot.as_ref().is_none_or(|s| s.status == "deleted"),
            Self::Created { .. } => look.database.as_ref().is_some_and(|d| since(d.created)),
            Self::Gone { .. } => look.database.as_ref().is_none_or(|d| d.status == "deleting"),
            _ => match &look.database {
                None => false,
                Some(d) => self.sign_on(d, look, before, sent),
            },
        };
        if yes { Happened::Yes } else { Happened::NoSign }
    }

    fn sign_on(&self, d: &Database, look: &Look, before: Option<&Database>, sent: Timestamp) -> bool {
        let now = |statuses: &[&str]| statuses.contains(&d.status.as_str());
        match self {
            // The window may open meanwhile, but a change that is begun is pending until it is made.
            Self::Values { values, .. } | Self::Pending { values, .. } => {
                let is_there = |d: &Database| values.iter().all(|wanted| settled(d, wanted) || awaits(d, wanted));
                is_there(d) && !before.is_some_and(is_there)
            }
            // Others modify and reboot a replica too: only these are a promotion's.
            Self::Standalone { .. } => !d.is_replica() || now(&["promoting"]) || said(look, sent, &["promot"]),
            Self::Restarted { failover_from, .. } => {
                now(&["rebooting"])
                    || said(look, sent, &["restarted", "shutdown", "failover started", "failover completed"])
                    || failover_from.as_ref().is_some_and(|from| d.zone.as_deref().is_some_and(|zone| zone != from))
            }
            Self::Stopped { .. } => now(&["stopping", "stopped"]),
            Self::Running { .. } => !now(&["stopping"]) && !now(STARTS_FROM),
            Self::Maintained { action, opt_in, .. } => {
                now(&["maintenance", "upgrading"])
                    || look.maintenance.iter().find(|m| m.action == *action).is_none_or(|m| opted(m, opt_in))
            }
            _ => false,
        }
    }
}

/// Whether the instance has a value; names as in [`attribute`].
fn shows(d: &Database, (name, value): &(String, String)) -> bool {
    attribute(d, name).as_deref() == Some(value.as_str())
}

/// Whether the instance has a value, and nothing else is pending for it.
fn settled(d: &Database, wanted: &(String, String)) -> bool {
    shows(d, wanted) && !d.pending.iter().any(|(name, _)| *name == wanted.0)
}

/// Whether a value is pending for the instance.
fn awaits(d: &Database, wanted: &(String, String)) -> bool {
    d.pending.contains(wanted)
}

fn opted(pending: &MaintenanceAction, opt_in: &str) -> bool {
    match opt_in {
        "undo-opt-in" => pending.opt_in.is_none(),
        wanted => pending.opt_in.as_deref() == Some(wanted),
    }
}

/// The end of an instance of which a final snapshot was to be taken.
fn gone(look: &Look, sent: Timestamp, final_snapshot: Option<&str>) -> Progress {
    match final_snapshot {
        Some(name) => with_snapshot("deleted", name, look, sent),
        None => Progress::Reached("deleted".into()),
    }
}

/// What is done was to leave a snapshot behind: it is the end only with it.
fn with_snapshot(done: &str, name: &str, look: &Look, sent: Timestamp) -> Progress {
    let waited = look.at.as_second() - sent.as_second();
    match look.snapshot.as_ref().map(|snapshot| (snapshot.status.as_str(), snapshot.progress)) {
        Some(("available", _)) => Progress::Reached(format!("{done}, {name} available")),
        Some(("failed", _)) => Progress::Failed(format!("{done}, and its snapshot {name} failed")),
        Some((status, progress)) => Progress::Going(format!("{done}, snapshot {status} {progress} %")),
        // What AWS lists may be some seconds old.
        None if waited < LISTED => Progress::Going(format!("{done}, {name} is not listed yet")),
        None => Progress::Failed(format!("{done}, and its snapshot {name} is not there")),
    }
}

/// RDS tells of a replica that it replicates (`StatusInfos`).
fn replicates(d: &Database) -> bool {
    d.replication().is_some_and(|told| told.normal && told.status == "replicating")
}

fn terminated(d: &Database) -> bool {
    d.replication().is_some_and(|told| told.status == "terminated")
}

/// Whether RDS has said one of these since the call was sent.
fn said(look: &Look, sent: Timestamp, words: &[&str]) -> bool {
    look.events.iter().filter(|e| e.at.as_second() >= sent.as_second() + look.ahead - SKEW).any(|e| {
        let message = e.message.to_lowercase();
        words.iter().any(|word| message.contains(word))
    })
}

fn snapshot_progress(look: &Look, name: &str, with_instance: bool) -> Progress {
    let Some(snapshot) = &look.snapshot else { return Progress::Going("not listed yet".into()) };
    match snapshot.status.as_str() {
        "available" => match look.database.as_ref().filter(|_| with_instance) {
            Some(d) if d.condition() == Condition::Changing && !d.is_usable() => {
                Progress::Going(format!("snapshot available, instance {}", d.status))
            }
            _ => Progress::Reached("available".into()),
        },
        "failed" => Progress::Failed(format!("snapshot {name} failed")),
        status => Progress::Going(format!("{status} {} %", snapshot.progress)),
    }
}

/// A value of an instance under the name of the request's parameter, as text.
#[must_use]
pub fn attribute(d: &Database, name: &str) -> Option<String> {
    Some(match name {
        "DBInstanceClass" => d.class.clone(),
        "AllocatedStorage" => d.storage.allocated.to_string(),
        // A limit at the allocated size is how autoscaling is switched off; whether AWS then shows
        // it or leaves it out, it is none.
        "MaxAllocatedStorage" => {
            let limit = d.storage.max_allocated.filter(|most| *most > d.storage.allocated);
            limit.map(|n| n.to_string()).unwrap_or_default()
        }
        "StorageType" => d.storage.kind.clone(),
        "Iops" => d.storage.iops.map(|n| n.to_string()).unwrap_or_default(),
        "StorageThroughput" => d.storage.throughput.map(|n| n.to_string()).unwrap_or_default(),
        "MultiAZ" => d.multi_az.to_string(),
        "BackupRetentionPeriod" => d.backup_retention_days.to_string(),
        "PreferredBackupWindow" => d.backup_window.clone(),
        "DeletionProtection" => d.deletion_protection.to_string(),
        "EngineVersion" => d.engine_version.clone(),
        "MonitoringInterval" => d.monitoring_interval.to_string(),
        "EnablePerformanceInsights" => d.performance_insights.to_string(),
        "PreferredMaintenanceWindow" => d.maintenance_window.clone(),
        "DatabaseInsightsMode" => d.settings.insights_mode.clone().unwrap_or_default(),
        "PerformanceInsightsRetentionPeriod" => {
            d.settings.insights_retention.map(|days| days.to_string()).unwrap_or_default()
        }
        "PerformanceInsightsKMSKeyId" => d.settings.insights_key.clone().unwrap_or_default(),
        "MonitoringRoleArn" => d.settings.monitoring_role.clone().unwrap_or_default(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::{at, database};

    const ID: &str = "rentaliq-prod-db";

    fn look(database: Option<Database>) -> Look {
        Look { at: at(), ahead: 0, database, snapshot: None, events: Vec::new(), maintenance: Vec::new() }
    }

    fn large() -> Vec<(String, String)> {
        vec![("DBInstanceClass".into(), "db.t3.large".into())]
    }

    fn values(values: Vec<(String, String)>) -> Follow {
        Follow::Values { region: "us-east-1".into(), id: ID.into(), values }
    }

    fn pending() -> Follow {
        Follow::Pending { region: "us-east-1".into(), id: ID.into(), values: large() }
    }

    #[test]
    fn a_change_for_the_window_is_through_when_aws_has_put_it_down() {
        let mut d = database(ID, "us-east-1");
        let before = d.clone();
        let going = Progress::Going("available, AWS does not show the change yet".into());
        assert_eq!(pending().progress(&look(Some(d.clone())), at()), going);
        assert_eq!(pending().happened(&look(Some(d.clone())), Some(&before), at()), Happened::NoSign);
        d.pending = vec![("DBInstanceClass".into(), "db.t3.small".into())];
        assert_eq!(pending().happened(&look(Some(d.clone())), Some(&before), at()), Happened::NoSign, "another one's");
        d.pending = large();
        let reached = Progress::Scheduled { window: "sun:04:00-sun:05:00".into() };
        assert_eq!(pending().progress(&look(Some(d.clone())), at()), reached);
        assert_eq!(pending().happened(&look(Some(d.clone())), Some(&before), at()), Happened::Yes);
        // The same values are not there yet for one who wants them now.
        assert!(matches!(values(large()).progress(&look(Some(d.clone())), at()), Progress::Going(_)));
        d.class = "db.t3.large".into();
        d.pending.clear();
        assert_eq!(pending().progress(&look(Some(d)), at()), Progress::Reached("available".into()));
        assert!(matches!(pending().progress(&look(None), at()), Progress::Failed(_)));
    }

    #[test]
    fn values_count_while_storage_is_optimised_but_not_before_it() {
        let more = values(vec![("AllocatedStorage".into(), "200".into())]);
        let mut d = database(ID, "us-east-1");
        let before = d.clone();
        d.status = "modifying".into();
        assert_eq!(more.progress(&look(Some(d.clone())), at()), Progress::Going("modifying".into()));
        // Somebody else may modify it: only the value is a sign.
        assert_eq!(more.happened(&look(Some(d.clone())), Some(&before), at()), Happened::NoSign);
        d.storage.allocated = 200;
        assert_eq!(more.happened(&look(Some(d.clone())), Some(&before), at()), Happened::Yes);
        assert_eq!(more.happened(&look(Some(d.clone())), Some(&d), at()), Happened::NoSign, "it was so before");
        d.status = "storage-optimization".into();
        assert_eq!(more.progress(&look(Some(d)), at()), Progress::Reached("storage-optimization".into()));
    }

    #[test]
    fn autoscaling_is_off_whether_aws_leaves_the_limit_out_or_shows_the_allocated_size() {
        let mut d = database(ID, "us-east-1");
        let limit = |d: &Database| attribute(d, "MaxAllocatedStorage").unwrap();
        assert_eq!(limit(&d), "500");
        d.storage.max_allocated = Some(100);
        assert_eq!(limit(&d), "");
        d.storage.max_allocated = None;
        assert_eq!(limit(&d), "");
    }

    #[test]
    fn maintenance_is_through_when_it_waits_as_it_was_asked_to() {
        let mut look = look(Some(database(ID, "us-east-1")));
        look.maintenance = vec![MaintenanceAction {
            arn: "arn:aws:rds:us-east-1:111122223333:db:rentaliq-prod-db".into(),
            action: "system-update".into(),
            description: String::new(),
            auto_applied_after: None,
            forced_at: None,
            current_apply: None,
            opt_in: None,
        }];
        let follow = |opt_in: &str| Follow::Maintained {
            region: "us-east-1".into(),
            id: ID.into(),
            action: "system-update".into(),
            opt_in: opt_in.into(),
        };
        assert!(matches!(follow("next-maintenance").progress(&look, at()), Progress::Going(_)));
        look.maintenance[0].opt_in = Some("next-maintenance".into());
        let waits = Progress::Scheduled { window: "sun:04:00-sun:05:00".into() };
        assert_eq!(follow("next-maintenance").progress(&look, at()), waits);
        assert!(matches!(follow("undo-opt-in").progress(&look, at()), Progress::Going(_)));
        assert!(matches!(follow("immediate").progress(&look, at()), Progress::Going(_)));
        look.maintenance.clear();
        assert_eq!(follow("immediate").progress(&look, at()), Progress::Reached("available".into()));
    }

    fn taken(name: &str, status: &str) -> Snapshot {
        Snapshot { id: name.into(), status: status.into(), progress: 40, ..Snapshot::default() }
    }

    fn later(seconds: i64) -> Timestamp {
        at().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn what_leaves_a_snapshot_behind_is_over_only_with_it() {
        let (region, id) = ("us-east-1".to_owned(), ID.to_owned());
        let gone = Follow::Gone { region: region.clone(), id: id.clone(), final_snapshot: Some("last".into()) };
        let mut seen = look(None);
        assert_eq!(gone.progress(&seen, at()), Progress::Going("deleted, last is not listed yet".into()));
        seen.at = later(301);
        assert!(matches!(gone.progress(&seen, at()), Progress::Failed(why) if why.contains("last is not there")));
        seen.snapshot = Some(taken("last", "creating"));
        assert_eq!(gone.progress(&seen, at()), Progress::Going("deleted, snapshot creating 40 %".into()));
        seen.snapshot = Some(taken("last", "available"));
        assert_eq!(gone.progress(&seen, at()), Progress::Reached("deleted, last available".into()));
        seen.snapshot = Some(taken("last", "failed"));
        assert!(matches!(gone.progress(&seen, at()), Progress::Failed(_)));
        let mut stopped = database(ID, "us-east-1");
        stopped.status = "stopped".into();
        let stop = Follow::Stopped { region, id, snapshot: Some("before".into()) };
        let mut seen = look(Some(stopped));
        assert!(matches!(stop.progress(&seen, at()), Progress::Going(_)));
        seen.snapshot = Some(taken("before", "available"));
        assert_eq!(stop.progress(&seen, at()), Progress::Reached("stopped, before available".into()));
    }

    #[test]
    fn what_was_renamed_was_not_deleted() {
        let gone = Follow::Gone { region: "us-east-1".into(), id: ID.into(), final_snapshot: None };
        let renamed = database("rentaliq-prod-db-old1", "us-east-1");
        let progress = gone.progress(&look(Some(renamed)), at());
        assert!(matches!(progress, Progress::Failed(why) if why.contains("rentaliq-prod-db-old1")));
    }

    #[test]
    fn a_replica_is_made_when_it_replicates() {
        let made = Follow::Created { region: "us-east-1".into(), id: ID.into(), replica: true };
        let mut d = database(ID, "us-east-1");
        let told = |status: &str, normal: bool| {
            vec![crate::domain::database::StatusInfo {
                kind: "read replication".into(),
                status: status.into(),
                normal,
                message: "wal segment is gone".into(),
            }]
        };
        assert!(matches!(made.progress(&look(Some(d.clone())), at()), Progress::Going(_)), "AWS says nothing yet");
        d.status_infos = told("error", false);
        let going = Progress::Going("available, replication is error: wal segment is gone".into());
        assert_eq!(made.progress(&look(Some(d.clone())), at()), going);
        d.status_infos = told("terminated", false);
        assert!(matches!(made.progress(&look(Some(d.clone())), at()), Progress::Failed(_)));
        d.status_infos = told("replicating", true);
        assert_eq!(made.progress(&look(Some(d)), at()), Progress::Reached("available".into()));
    }

    #[test]
    fn a_clock_that_is_wrong_neither_ends_a_restart_nor_keeps_it_from_ending() {
        let restart = Follow::Restarted { region: "us-east-1".into(), id: ID.into(), failover_from: None };
        let mut seen = look(Some(database(ID, "us-east-1")));
        let restarted = |at: Timestamp| {
            vec![Event { at, source: ID.into(), message: "DB instance restarted".into(), categories: Vec::new() }]
        };
        // AWS is ten minutes behind this machine: its event of now is ten minutes old here.
        seen.ahead = -600;
        seen.events = restarted(later(-590));
        assert!(matches!(restart.progress(&seen, at()), Progress::Reached(_)));
        // AWS is ten minutes ahead: what happened before the call looks as if it came after it.
        seen.ahead = 600;
        seen.events = restarted(later(400));
        assert!(matches!(restart.progress(&seen, at()), Progress::Going(_)));
    }

    #[test]
    fn a_start_that_is_to_mend_a_state_is_given_time_for_it() {
        let start = Follow::Running { region: "us-east-1".into(), id: ID.into() };
        let mut d = database(ID, "us-east-1");
        d.status = "inaccessible-encryption-credentials-recoverable".into();
        let mut seen = look(Some(d));
        assert!(matches!(start.progress(&seen, at()), Progress::Going(_)));
        seen.at = later(901);
        assert!(matches!(start.progress(&seen, at()), Progress::Failed(_)));
    }

    /// A replica of a Multi-AZ DB cluster has no source instance; it is a replica all the same.
    #[test]
    fn a_replica_of_a_cluster_is_no_primary_before_it_is() {
        let follow = Follow::Standalone { region: "us-east-1".into(), id: ID.into() };
        let mut d = database(ID, "us-east-1");
        d.source_cluster = Some("arn:aws:rds:us-east-1:111122223333:cluster:catalog".into());
        assert_eq!(follow.progress(&look(Some(d.clone())), at()), Progress::Going("available".into()));
        assert_eq!(follow.happened(&look(Some(d.clone())), Some(&d), at()), Happened::NoSign);
        let mut released = d.clone();
        released.source_cluster = None;
        assert_eq!(follow.progress(&look(Some(released)), at()), Progress::Reached("available".into()));
    }

    /// To set the class that it has takes back the one that waits; nothing happened while that waits.
    #[test]
    fn a_change_that_is_taken_back_waits_no_longer() {
        let mut d = database(ID, "us-east-1");
        let values = vec![("DBInstanceClass".to_owned(), d.class.clone())];
        let follow = Follow::Values { region: "us-east-1".into(), id: ID.into(), values };
        let settled = d.clone();
        d.pending = vec![("DBInstanceClass".into(), "db.r6g.4xlarge".into())];
        assert_eq!(follow.happened(&look(Some(d.clone())), Some(&d), at()), Happened::NoSign);
        assert_eq!(follow.happened(&look(Some(settled)), Some(&d), at()), Happened::Yes);
    }

    #[test]
    fn a_start_that_nobody_saw_is_not_taken_for_one() {
        let follow = Follow::Running { region: "us-east-1".into(), id: ID.into() };
        let mut d = database(ID, "us-east-1");
        for (status, happened) in [
            ("stopped", Happened::NoSign),
            ("incompatible-network", Happened::NoSign),
            ("inaccessible-encryption-credentials-recoverable", Happened::NoSign),
            ("starting", Happened::Yes),
            ("available", Happened::Yes),
        ] {
            d.status = status.into();
            assert_eq!(follow.happened(&look(Some(d.clone())), None, at()), happened, "{status}");
        }
    }
}
