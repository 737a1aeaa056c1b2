//! `PromoteReadReplica`: a replica becomes a standalone primary, and keeps what its source had.
//!
//! AWS gives a promoted replica one day of backups and leaves Multi-AZ and deletion protection as
//! the replica had them; here the source's values are asked for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::carried::differences;
use super::failover::connected;
use super::prelude::*;
use super::restored;
use crate::domain::{Criticality, Database, duration};

/// A read replica is promoted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromoteReplica {
    /// `BackupRetentionPeriod`, days.
    pub retention: i32,
    /// `PreferredBackupWindow`, UTC; empty leaves it to AWS.
    pub backup_window: String,
    pub multi_az: bool,
    pub deletion_protection: bool,
    /// What the values above were offered by.
    #[serde(default, skip_serializing_if = "Basis::is_source")]
    pub basis: Basis,
}

/// What is known of the source whose settings a promoted replica should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It was read.
    #[default]
    Source,
    /// It could not be read: it is as it was read at this moment.
    LastKnown(Timestamp),
    /// Nothing is known of it: these are the console's own values for a production.
    Nothing,
}

impl Basis {
    fn is_source(&self) -> bool {
        *self == Self::Source
    }
}

/// Days of backups that are offered where nothing is known of the source.
const RETENTION: i32 = 30;

/// Lag up to here, in seconds, is what replication usually has.
const LAG_AT_MOST: f64 = 60.0;

/// Seconds. AWS promises nothing; the replica restarts once.
const USUAL: (u32, u32) = (120, 300);

/// Seconds until Multi-AZ and deletion protection are shown; a standby is made from a snapshot.
const USUAL_MODIFY: (u32, u32) = (60, 1800);

/// Seconds of lag from which on it may be on purpose; an idle source overstates it by up to five minutes.
const DELAYED_ABOVE: f64 = 330.0;

const NAMES: &[&str] = &["retention", "backup_window", "multi_az", "deletion_protection"];

impl Request for PromoteReplica {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        if database.is_replica() {
            checks::other_state(database, &["available", "storage-optimization"])
        } else {
            Some("it is not a read replica".into())
        }
    }

    fn offer(seen: &Seen) -> Self {
        let replica = seen.database();
        let known = seen.remembered();
        let source = replica.and_then(|replica| seen.source_of(replica)).or(known.map(|known| &known.database));
        let Some(model) = source.filter(|_| replica.is_some()) else {
            // AWS would set one day, Single-AZ and no protection: on the day when the region is gone, too.
            let production = seen.criticality == Criticality::Production;
            return Self {
                retention: RETENTION,
                backup_window: String::new(),
                multi_az: production || replica.is_some_and(|d| d.multi_az),
                deletion_protection: true,
                basis: Basis::Nothing,
            };
        };
        Self {
            retention: model.backup_retention_days.max(1),
            backup_window: replica.map(|replica| window_for(model, replica)).unwrap_or_default(),
            multi_az: model.multi_az,
            deletion_protection: model.deletion_protection,
            basis: known.map_or(Basis::Source, |known| Basis::LastKnown(known.at)),
        }
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        let days = FieldKind::Whole { unit: "days" };
        vec![
            Field::new("retention", "Backups kept", self.retention.to_string(), days)
                .hint("0 to 35; 0 switches automated backups off"),
            Field::new("backup_window", "Backup window", &self.backup_window, FieldKind::Text)
                .hint("UTC, HH:MM-HH:MM, 30 minutes or more; empty leaves it to AWS"),
            Field::new("multi_az", "Multi-AZ", self.multi_az.to_string(), FieldKind::Switch),
            Field::new("deletion_protection", "Protection", self.deletion_protection.to_string(), FieldKind::Switch)
                .hint("against deletion"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "retention" => self.retention = field::whole(value, 0, 35)?,
            "backup_window" => {
                let value = value.trim();
                if !value.is_empty() {
                    let (from, to) = daily(value).ok_or("it is written as 03:00-04:00")?;
                    if (to - from).rem_euclid(DAY) < 30 {
                        return Err("AWS wants 30 minutes or more".into());
                    }
                }
                value.clone_into(&mut self.backup_window);
            }
            "multi_az" => self.multi_az = field::switch(value)?,
            "deletion_protection" => self.deletion_protection = field::switch(value)?,
            _ => return Err(field::unknown(name, NAMES)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Irreversible, seen);
        let Some(replica) = seen.database() else { return draft };
        let source = seen.source_of(replica);
        let primary = replica.source_id().unwrap_or("its source");
        draft.summary =
            format!("It becomes a standalone primary. Replication from {primary} ends and cannot be resumed.");
        self.check_all(&mut draft, replica, seen);
        self.say_basis(&mut draft, primary, seen);
        say_delay(&mut draft, replica, seen);
        let (lost, tone) = may_be_lost(replica, seen);
        // "Not replicated to standby servers" (PostgreSQL, CREATE TABLE, UNLOGGED).
        draft.say("May be lost", format!("{lost}; UNLOGGED tables are empty on it"), tone);
        let text = format!("the replica restarts, usually 2-5 min. {primary} {}: fence it first", writes(source));
        draft.say("Interruption", text, Tone::Critical);
        let on_primary = source.map_or_else(|| "how many is not known".into(), |source| connected(source, seen));
        let text = format!("{on_primary} on the primary, {} on the replica", connected(replica, seen));
        draft.say("Connected", text.replace(" now", ""), Tone::Plain);
        self.say_kept(&mut draft, replica, source, seen);
        if replica.backup_retention_days == 0 {
            // "Enable backups and complete at least one backup prior to promotion" (`PromoteReadReplica`).
            let text = format!(
                "none before its first backup has ended: the past is only in the backups of {primary}, do not delete it"
            );
            draft.say("Restore points", text, Tone::Critical);
        }
        let siblings: Vec<&str> = seen
            .databases
            .iter()
            .filter(|d| d.is_replica() && d.arn != replica.arn)
            .filter(|d| source.is_some() && seen.source_of(d).map(|s| &s.arn) == source.map(|s| &s.arn))
            .map(|d| d.id.as_str())
            .collect();
        if !siblings.is_empty() {
            draft.say("Siblings", format!("{} keep following {primary}", siblings.join(", ")), Tone::Warning);
        }
        let endpoint = replica.endpoint.as_deref().unwrap_or("its endpoint");
        draft.say(
            "Endpoint",
            format!("{endpoint} stays; writers, and an RDS Proxy, must be pointed to it"),
            Tone::Plain,
        );
        self.steps(&mut draft, replica, seen);
        draft
    }
}

impl PromoteReplica {
    /// By what the settings were chosen, where the source was not read.
    fn say_basis(&self, draft: &mut Draft, primary: &str, seen: &Seen) {
        let name = "settings of the source were read";
        match self.basis {
            Basis::Source => {}
            Basis::LastKnown(at) => {
                let age = duration::ago(seen.at.duration_since(at).as_secs());
                let why = format!("{primary} cannot be read: they are those of {}, {age}", restored::moment(at));
                draft.check(Check::soft(name, false, why));
            }
            Basis::Nothing => {
                let text = format!(
                    "of {primary} nothing is known: retention, Multi-AZ and protection are what this console offers for \
                     {}, look at each",
                    seen.criticality.name()
                );
                draft.say("Settings", text.clone(), Tone::Critical);
                draft.check(Check::soft(name, false, text));
            }
        }
    }

    fn check_all(&self, draft: &mut Draft, replica: &Database, seen: &Seen) {
        draft.check(Check::must("is a read replica", replica.is_replica(), "it is a primary already"));
        draft.check(checks::status_may_be(replica, &["available"], &["storage-optimization"]));
        let quiet = replica.status != "backing-up";
        let why = "AWS does not promote during a backup: wait for its end";
        draft.check(Check::must("not backing up", quiet, why));
        draft.check(fenced(seen.source_of(replica)));
        let lag = seen.lag(replica).map(|(lag, _)| lag);
        if let Some(lag) = lag {
            let why = "what came since it stopped is missing";
            draft.check(Check::should("replication is running", lag >= 0.0, why));
        }
        draft.check(lag_check(replica, seen));
        // A replica that is a source itself must have backups.
        let kept = self.retention > 0 || replica.followers().next().is_none();
        let why = "it has replicas of its own: AWS does not switch its backups off";
        draft.check(Check::must("backups kept", kept, why));
        if overlap(&self.backup_window, &replica.maintenance_window) {
            let why = format!(
                "{} overlaps the replica's maintenance window {}: AWS refuses that; take another one, or none",
                self.backup_window, replica.maintenance_window
            );
            draft.check(Check::hard("windows apart", false, why));
        }
    }

    /// What is asked for beside what AWS would do, and what it costs.
    fn say_kept(&self, draft: &mut Draft, replica: &Database, source: Option<&Database>, seen: &Seen) {
        let mut words = vec![format!("retention {}d (AWS would set 1d)", self.retention)];
        if !self.backup_window.is_empty() {
            words.push(format!("backup window {}", self.backup_window));
        }
        let storage = &replica.storage;
        let month = |multi_az: bool| {
            let instance = price::instance_month(&replica.class, multi_az)?;
            let disk =
                price::storage_month(&storage.kind, storage.allocated, storage.iops, storage.throughput, multi_az)?;
            Some(instance + disk)
        };
        if self.multi_az != replica.multi_az {
            draft.monthly = month(self.multi_az).zip(month(replica.multi_az)).map(|(after, before)| after - before);
        }
        match (self.multi_az, draft.monthly) {
            (true, Some(monthly)) => words.push(format!("Multi-AZ ({})", price::difference(monthly))),
            (true, None) => words.push("Multi-AZ".into()),
            (false, _) => words.push("Single-AZ".into()),
        }
        words.push(if self.deletion_protection { "deletion protection" } else { "no deletion protection" }.into());
        draft.say("Kept", words.join(", "), Tone::Plain);
        let model = source.or(seen.remembered().map(|known| &known.database));
        if let Some(model) = model.filter(|_| self.retention > 0 && self.backup_window.is_empty())
            && overlap(&model.backup_window, &replica.maintenance_window)
        {
            let text = format!(
                "AWS chooses one: the source's {} overlaps the replica's maintenance window {}",
                model.backup_window, replica.maintenance_window
            );
            draft.say("Backup window", text, Tone::Warning);
        }
        let less = model.is_some_and(|source| {
            self.retention < source.backup_retention_days
                || (source.multi_az && !self.multi_az)
                || (source.deletion_protection && !self.deletion_protection)
        });
        draft.kept = model.map(|source| differences(replica, source)).unwrap_or_default();
        if less {
            draft.say("Less than", "the source had: see the parameters", Tone::Warning);
        }
        draft.say("Cost", "both instances are billed until one is deleted", Tone::Plain);
    }

    fn steps(&self, draft: &mut Draft, replica: &Database, seen: &Seen) {
        let (region, id) = (replica.region.clone(), replica.id.clone());
        let window = (self.retention > 0 && !self.backup_window.is_empty()).then_some(&self.backup_window);
        let call = Call::new(Api::PromoteReadReplica, &region)
            .with("DBInstanceIdentifier", &id)
            .with("BackupRetentionPeriod", self.retention)
            .with_some("PreferredBackupWindow", window);
        let follow = Follow::Standalone { region: region.clone(), id: id.clone() };
        draft.step("promotes the replica", call, follow, USUAL);
        let multi_az = (self.multi_az != replica.multi_az).then_some(self.multi_az);
        let protection = (self.deletion_protection != replica.deletion_protection).then_some(self.deletion_protection);
        // Protection comes at once whatever `ApplyImmediately` says, and must not wait for a standby.
        for (name, value, now) in [("DeletionProtection", protection, false), ("MultiAZ", multi_az, true)] {
            let Some(value) = value else { continue };
            let call = Call::new(Api::ModifyDbInstance, &region)
                .with("DBInstanceIdentifier", &id)
                .with(name, value)
                .with("ApplyImmediately", now);
            let (region, id) = (region.clone(), id.clone());
            let follow = Follow::Values { region, id, values: vec![(name.to_owned(), value.to_string())] };
            draft.step(&format!("restores {name}"), call, follow, if now { USUAL_MODIFY } else { (5, 60) });
            draft.gated(Gate::None);
        }
        if multi_az.is_some() {
            checks::say_reservation(draft, replica);
            checks::with_what_is_pending(draft, replica, &["MultiAZ"], seen);
        }
    }
}

/// The model's backup window, where it is apart from the replica's maintenance window: "must not conflict
/// with the preferred maintenance window" (`PromoteReadReplica`, `PreferredBackupWindow`). Else AWS chooses.
fn window_for(model: &Database, replica: &Database) -> String {
    if overlap(&model.backup_window, &replica.maintenance_window) { String::new() } else { model.backup_window.clone() }
}

/// Whether the source can still take writes. It is no ground of the plan: its region may be down,
/// which is when this is done. But not to see it is not to know that it is fenced.
fn fenced(source: Option<&Database>) -> Check {
    let name = "its source no longer serves";
    match source {
        None => Check::unknown(name, "its state was not read: it may take writes, fence it first"),
        Some(source) if matches!(source.status.as_str(), "stopped" | "deleting" | "failed") => {
            Check::hard(name, true, "")
        }
        Some(source) => {
            let why = format!("{} is {} and may take writes: fence it first", source.id, source.status);
            Check::soft(name, false, why)
        }
    }
}

/// What is claimed of the source's writes.
fn writes(source: Option<&Database>) -> &'static str {
    match source {
        Some(source) if source.is_usable() => "keeps taking writes",
        _ => "may be taking writes",
    }
}

/// A replica that is held behind on purpose is the way back to the moment before a mistake, and a promotion takes
/// that away. Members of the model say nothing of the delay: it is a parameter of the group
/// (`recovery_min_apply_delay`), so only its lag tells.
fn say_delay(draft: &mut Draft, replica: &Database, seen: &Seen) {
    match seen.lag(replica) {
        Some((lag, _)) if lag > DELAYED_ABOVE => {
            let text = format!(
                "it is {} behind: if that is on purpose (recovery_min_apply_delay), promotion replays all that it \
                 holds back, and the moment of before is gone: restore to a point in time instead",
                restored::span(lag as i64)
            );
            draft.say("Delayed", text, Tone::Critical);
        }
        Some(_) => {}
        None => {
            let text = "not known: if recovery_min_apply_delay is set, promotion replays all that it holds back";
            draft.say("Delayed", text, Tone::Warning);
        }
    }
}

fn lag_check(replica: &Database, seen: &Seen) -> Check {
    let name = "lag within 60 s";
    match seen.lag(replica).map(|(lag, _)| lag) {
        None => {
            let last = seen.last_lag(replica).map(|(lag, at)| format!(", the last was {lag:.0} s at {}", clock(at)));
            let why = format!("CloudWatch has no recent lag{}: look at the replica itself", last.unwrap_or_default());
            Check::unknown(name, why)
        }
        Some(lag) if lag < 0.0 => {
            Check::soft(name, false, "replication is not running: everything since it stopped is missing")
        }
        Some(lag) => Check::soft(name, lag <= LAG_AT_MOST, format!("{lag:.0} s")),
    }
}

/// What the promotion loses, by CloudWatch's lag (`now() - pg_last_xact_replay_timestamp()`: an idle
/// source shows up to five minutes of lag that is none).
fn may_be_lost(replica: &Database, seen: &Seen) -> (String, Tone) {
    let Some((lag, read)) = seen.lag(replica) else {
        let last = seen.last_lag(replica).map(|(lag, at)| format!(", the last was {lag:.0} s at {}", clock(at)));
        let text = format!("how much is not known: CloudWatch has no recent lag{}", last.unwrap_or_default());
        return (text, Tone::Critical);
    };
    if lag < 0.0 {
        return ("all commits since replication stopped".into(), Tone::Critical);
    }
    let words = format!("{lag:.0} s of lag; an idle source can overstate it by up to 5m");
    let text = match read.checked_sub(std::time::Duration::from_secs(lag as u64)) {
        Ok(since) => format!("commits after {} ({words})", since.strftime("%H:%M:%SZ")),
        Err(_) => words,
    };
    (text, if lag > LAG_AT_MOST { Tone::Critical } else { Tone::Warning })
}

fn clock(at: jiff::Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// Begin and end of `03:00-04:00`, in minutes of the day.
fn daily(window: &str) -> Option<(i32, i32)> {
    let (from, to) = window.split_once('-')?;
    Some((minutes(from)?, minutes(to)?))
}

fn minutes(time: &str) -> Option<i32> {
    let (hours, minutes) = time.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

/// Whether a daily backup window meets a weekly maintenance window (`sun:04:00-sun:05:00`).
fn overlap(backup: &str, maintenance: &str) -> bool {
    let of_day = |text: &str| text.split_once(':').and_then(|(_, time)| minutes(time));
    let maintenance = maintenance.split_once('-').and_then(|(from, to)| Some((of_day(from)?, of_day(to)?)));
    let (Some((from, to)), Some((start, end))) = (daily(backup), maintenance) else { return false };
    let length = |from: i32, to: i32| (to - from).rem_euclid(DAY);
    // Two arcs of a circle meet when one begins within the other.
    length(from, start) < length(from, to) || length(start, from) < length(start, end)
}

#[cfg(test)]
mod tests;
