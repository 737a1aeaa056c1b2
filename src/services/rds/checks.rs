//! Preconditions of every operation, and those that many share.

use super::seen::Part;
use super::{Draft, Seen, TargetKind};
use crate::domain::partition::Partition;
use crate::domain::{Database, Snapshot};
use crate::ops::plan::{Check, Risk, Tone};

/// The states in which AWS starts an instance, by the words of its refusal: "cannot be started as it is
/// not in one of the following statuses: 'stopped, inaccessible-encryption-credentials-recoverable,
/// incompatible-network'" (`StartDBInstance`, `InvalidDBInstanceState`).
pub const STARTS_FROM: &[&str] =
    &["stopped", "inaccessible-encryption-credentials-recoverable", "incompatible-network"];

/// What must hold whatever is to be done: the right account, a target that is there.
#[must_use]
pub fn of_everything(seen: &Seen) -> Vec<Check> {
    let (account, expected) = (&seen.identity.account, seen.expected_account.as_deref());
    let mut checks = vec![Check::account(account, expected, &seen.target.environment)];
    let there = match seen.target.kind {
        TargetKind::DbInstance => seen.database().is_some(),
        TargetKind::DbSnapshot => seen.snapshot().is_some(),
        TargetKind::Environment => !seen.databases.is_empty(),
    };
    if !there {
        let name = format!("{} exists", seen.target.id);
        let gone = format!("there is no {} of this name in {}", seen.target.kind.noun(), seen.target.region);
        checks.push(Check::hard(name, false, gone));
    }
    if let Some(why) = seen.database().and_then(|database| database.nature().refusal()) {
        checks.push(Check::hard("is RDS for PostgreSQL", false, why));
    }
    if let Some(deployment) = &seen.blue_green {
        let is_blue = seen.database().is_some_and(|database| database.arn == deployment.source);
        let side = if is_blue { "blue, which serves" } else { "green, which is to take over" };
        let why = format!(
            "it is the {side}, of {} ({}): what is changed on one side is not on the other, and a switchover renames both",
            deployment.name, deployment.status
        );
        checks.push(Check::soft("in no blue/green deployment", false, why));
    }
    if there && !seen.owned {
        let name = format!("belongs to {}", seen.target.environment);
        let why = "name_prefix and tags of the configuration select it for another environment, or for none";
        checks.push(Check::hard(name, false, why));
    }
    for unread in &seen.missing {
        checks.push(Check::unknown("everything was read", unread.to_string()));
    }
    checks
}

/// With what is encrypted and comes from another region AWS wants a `PreSignedUrl` in some partitions, which
/// this version does not send.
pub fn no_presigned_url(draft: &mut Draft, is_needed: bool, region: &str, wanted_in: &[Partition]) {
    if is_needed && wanted_in.contains(&Partition::of_region(region)) {
        let why = "in this partition AWS wants a PreSignedUrl, which is not sent from here: the aws command makes one";
        draft.check(Check::hard("no PreSignedUrl is needed", false, why));
    }
}

/// The instance's status is `available`, or another one that AWS takes the call in.
#[must_use]
pub fn status_is(database: &Database, allowed: &[&str]) -> Check {
    let met = allowed.contains(&database.status.as_str());
    let why =
        format!("{} is {}: AWS takes this only while it is {}", database.id, database.status, allowed.join(" or "));
    Check::must(format!("{} is {}", database.id, allowed.first().unwrap_or(&"available")), met, why)
}

/// A snapshot is whole: "must be in the `available` state" to be copied or deleted (RDS API, `CopyDBSnapshot`,
/// `DeleteDBSnapshot`); from another one AWS restores nothing (`InvalidDBSnapshotStateFault`).
#[must_use]
pub fn snapshot_is_available(snapshot: &Snapshot) -> Check {
    Check::must("snapshot is available", snapshot.status == "available", format!("it is {}", snapshot.status))
}

/// Like [`status_is`], with states in which AWS's documents do not say that it refuses: the engineer decides,
/// AWS has the last word. Only storage changes are documented as refused while storage is optimised, which
/// can last a day.
#[must_use]
pub fn status_may_be(database: &Database, allowed: &[&str], doubtful: &[&str]) -> Check {
    if !doubtful.contains(&database.status.as_str()) {
        return status_is(database, allowed);
    }
    let name = format!("{} is {}", database.id, allowed.first().unwrap_or(&"available"));
    let why = format!(
        "it is {}: AWS does not say whether it takes this then; if it refuses, nothing changes",
        database.status
    );
    Check::soft(name, false, why)
}

/// What restarts an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// `RebootDBInstance` without failover.
    Reboot,
    /// A failover, or a change that takes one.
    Other,
}

/// What a restart does to parameters that wait for one (`ParameterApplyStatus`, `pending-reboot`). AWS says of a
/// reboot "without failover" that it applies them (`ModifyDBParameterGroup`, `Parameters`), and nothing of others.
pub fn say_restart(draft: &mut Draft, database: &Database, restart: Restart) {
    let group = database.parameter_groups.first().map_or("the parameter group", String::as_str);
    let (text, tone) = match &database.settings.parameter_status {
        _ if database.settings.parameters_wait() => {
            let text = match restart {
                Restart::Reboot => {
                    format!("changes in {group} wait for a reboot and take effect with it, wanted or not")
                }
                Restart::Other => format!(
                    "changes in {group} wait for a reboot: AWS promises them with a reboot without failover, they may \
                     take effect with this"
                ),
            };
            (text, Tone::Warning)
        }
        Some(status) if status == "in-sync" => (format!("none waits for a restart: {group} is in sync"), Tone::Plain),
        Some(status) => (format!("{group} is {status}"), Tone::Plain),
        None => ("whether changes wait for a restart was not told".to_owned(), Tone::Warning),
    };
    draft.say("Parameters", text, tone);
}

/// A change of class or zones gives a capacity reservation up: "Amazon RDS moves the DB instance to unreserved
/// capacity, and it releases the reserved capacity" (`ModifyDBInstance`, `DBCapacityReservationIdentifier`).
pub fn say_reservation(draft: &mut Draft, database: &Database) {
    if let Some(reservation) = &database.settings.capacity_reservation {
        let text = format!(
            "{reservation} is released with this: AWS moves the instance to unreserved capacity, and cannot promise \
             that there is any when it is needed"
        );
        draft.say("Reservation", text, Tone::Critical);
    }
}

/// Pending changes that interrupt when they are made ("An outage will result", `ModifyDBInstanceMessage`; a
/// retention from or to 0 among them).
const INTERRUPTS: &[&str] = &[
    "EngineVersion",
    "DBInstanceClass",
    "DBSubnetGroupName",
    "Port",
    "DBInstanceIdentifier",
    "BackupRetentionPeriod",
    "StorageType",
];

/// What waits for the window and is replaced by what this plan sends.
pub fn say_replaced(draft: &mut Draft, database: &Database, own: &[&str]) {
    let waiting = database.pending.iter().filter(|(name, _)| own.contains(&name.as_str()));
    let waiting: Vec<String> = waiting.map(|(name, value)| format!("{name}={value}")).collect();
    if !waiting.is_empty() {
        let text = format!("{}, which waits for the maintenance window", waiting.join(", "));
        draft.say("Replaces", text, Tone::Warning);
    }
}

/// What may be made by a restart: some of what is pending is (`ModifyDBInstanceMessage.ApplyImmediately`: "applied
/// on the next call to RebootDBInstance, or the next failure reboot").
pub fn say_pending(draft: &mut Draft, database: &Database) {
    let waiting: Vec<String> = database.pending.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if !waiting.is_empty() {
        let text = format!("{}: AWS may make it with this restart", waiting.join(", "));
        draft.say("Pending", text, Tone::Critical);
    }
}

/// Why an instance is in none of these states.
#[must_use]
pub fn other_state(database: &Database, states: &[&str]) -> Option<String> {
    (!states.contains(&database.status.as_str())).then(|| format!("it is {}", database.status))
}

/// What goes out with a call that applies immediately: the check, and what it makes of the plan. A pending
/// engine upgrade is among it, and that has no way back.
pub fn with_what_is_pending(draft: &mut Draft, database: &Database, own: &[&str], seen: &Seen) {
    draft.check(nothing_else_pending(database, own));
    let others = database.pending.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let interrupting: Vec<String> = others
        .filter(|(name, _)| INTERRUPTS.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if !interrupting.is_empty() {
        let text = format!("{} is pending and goes out with it: that restarts the instance", interrupting.join(", "));
        draft.say_instead("Interruption", text, Tone::Critical);
    }
    say_replaced(draft, database, own);
    let version = database.pending.iter().find(|(name, _)| name == "EngineVersion" && !own.contains(&"EngineVersion"));
    let forced = seen.maintenance.iter().find(|action| {
        let is_due = action.forced_at.or(action.auto_applied_after).or(action.current_apply).is_some();
        action.arn == database.arn && action.action == "db-upgrade" && is_due
    });
    let text = match (version, forced) {
        (Some((_, version)), _) => format!(
            "the pending upgrade of the engine to {version} is made at once with it: it cannot be taken back, only \
             restored from before"
        ),
        // AWS does not document it; engineers have reported it.
        (None, Some(_)) => {
            "a mandatory engine upgrade is pending: AWS may make it with this, and it cannot be taken back".to_owned()
        }
        (None, None) if !seen.is_read(&Part::Maintenance) => {
            let text = "whether one is pending was not read: AWS may make it with this";
            return draft.say("Engine upgrade", text, Tone::Warning);
        }
        (None, None) => return,
    };
    draft.say("Engine upgrade", text, Tone::Critical);
    draft.risk = Risk::Irreversible;
    draft.inverse = None;
}

/// A call that applies immediately applies everything else that is pending, too (`ModifyDBInstance`,
/// `ApplyImmediately`); `own` are the values that the call itself sets.
#[must_use]
pub fn nothing_else_pending(database: &Database, own: &[&str]) -> Check {
    let others = database.pending.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let others: Vec<String> = others.map(|(name, value)| format!("{name} {value}")).collect();
    let why = format!("AWS applies what waits for the window now as well: {}", others.join(", "));
    Check::should("nothing else is pending", others.is_empty(), why)
}

/// Whether a new snapshot may have this name: names are unique in an account and region, whichever
/// instance a snapshot is of.
#[must_use]
pub fn snapshot_name_is_free(seen: &Seen, region: &str, name: &str) -> Check {
    const WHAT: &str = "snapshot name is free";
    if let Err(wrong) = snapshot_name(name) {
        return Check::hard(WHAT, false, wrong);
    }
    let own = seen.snapshots.iter().filter(|_| region == seen.target.region).map(|s| s.id.as_str());
    let known = seen.snapshot_names(region);
    let taken = own.chain(known.into_iter().flatten().map(String::as_str)).any(|id| id.eq_ignore_ascii_case(name));
    match known {
        _ if taken => Check::hard(WHAT, false, "there is one of this name"),
        None => Check::unknown(WHAT, format!("snapshots of {region} were not read: AWS refuses a name that is taken")),
        Some(_) => Check::hard(WHAT, true, ""),
    }
}

/// Whether a new DB instance may have this name.
#[must_use]
pub fn instance_name_is_free(seen: &Seen, region: &str, name: &str) -> Check {
    const WHAT: &str = "name is free";
    if let Err(wrong) = instance_name(name) {
        return Check::hard(WHAT, false, wrong);
    }
    if seen.is_taken(region, name) {
        return Check::hard(WHAT, false, format!("there is a DB instance {name} in {region} already"));
    }
    if !seen.is_read(&Part::Databases(region.to_owned())) {
        let why = format!("DB instances of {region} were not read: AWS refuses a name that is taken");
        return Check::unknown(WHAT, why);
    }
    // Those that the environment does not select were read and left out: AWS knows their names.
    Check::hard(WHAT, true, "")
}

/// An identifier of a DB instance: 1-63 letters, digits and hyphens, a letter first, no two hyphens
/// in a row and none at the end (`CreateDBInstance`, `DBInstanceIdentifier`).
///
/// # Errors
/// What is wrong with it, in words.
pub fn instance_name(name: &str) -> Result<(), String> {
    identifier(name, 63)
}

/// An identifier of a manual DB snapshot: as an instance's, but up to 255 characters
/// (`CreateDBSnapshot`, `DBSnapshotIdentifier`).
///
/// # Errors
/// What is wrong with it, in words.
pub fn snapshot_name(name: &str) -> Result<(), String> {
    identifier(name, 255)
}

fn identifier(name: &str, most: usize) -> Result<(), String> {
    if name.is_empty() {
        Err("a name is needed".to_owned())
    } else if name.len() > most {
        Err(format!("at most {most} characters"))
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Err("it must begin with a letter".to_owned())
    } else if let Some(wrong) = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        Err(format!("only letters, digits and hyphens, not {wrong:?}"))
    } else if name.ends_with('-') || name.contains("--") {
        Err("no hyphen at the end, and no two in a row".to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_to_what_aws_takes() {
        assert_eq!(instance_name("prod-db-1"), Ok(()));
        for wrong in ["", "1db", "db-", "d--b", "d_b", "dä", &"a".repeat(64)] {
            assert!(instance_name(wrong).is_err(), "{wrong}");
        }
        assert_eq!(snapshot_name(&"a".repeat(255)), Ok(()));
    }
}
