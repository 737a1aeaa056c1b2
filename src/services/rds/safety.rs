//! A snapshot before a risky change: the first step of a plan that asks for it.

use jiff::Timestamp;

use super::{Api, Call, Draft, Follow, Seen, Step, checks};
use crate::cost::rds as price;
use crate::ops::plan::{Check, Tone};

/// A name for it that says before which operation it was taken: `qa-db-before-change-class-20261122-0312`.
#[must_use]
pub fn name(operation: &str, database: &str, at: Timestamp) -> String {
    format!("{database}-before-{operation}-{}", at.strftime("%Y%m%d-%H%M"))
}

/// The step, and the checks that belong to it.
#[must_use]
pub fn first(name: &str, seen: &Seen) -> (Option<Step>, Vec<Check>) {
    let Some(database) = seen.database() else { return (None, Vec::new()) };
    let mut all = vec![checks::status_is(database, &["available", "storage-optimization"])];
    all.push(checks::snapshot_name_is_free(seen, &database.region, name));
    let call = Call::new(Api::CreateDbSnapshot, &database.region)
        .with("DBInstanceIdentifier", &database.id)
        .with("DBSnapshotIdentifier", name);
    let follow = Follow::SnapshotAvailable {
        region: database.region.clone(),
        snapshot: name.to_owned(),
        instance: Some(database.id.clone()),
    };
    let usual = usual(database.storage.allocated);
    (Some(Step::new("takes a safety snapshot and waits for it", call, follow, usual)), all)
}

/// What the snapshot itself means, beside the change that it is for.
pub fn say(draft: &mut Draft, seen: &Seen) {
    let Some(database) = seen.database() else { return };
    let mut text = format!("it is taken now and waited for; {}", price::snapshot(database.storage.allocated));
    if !database.multi_az {
        text.push_str("; ");
        text.push_str(SUSPENDED);
    }
    if draft.steps.iter().any(|step| matches!(step.follow, Follow::Pending { .. } | Follow::Maintained { .. })) {
        text.push_str("; the change may come days later, in its window");
    }
    text.push_str("; the environment must be armed still when it is done");
    draft.say("Snapshot first", text, Tone::Plain);
}

/// "Data in unlogged tables might not be restored from snapshots" (RDS user guide, Creating a DB snapshot).
pub const UNLOGGED: &str = "data of UNLOGGED tables may not come back from it";

/// How a snapshot of an instance without a standby interrupts: "a brief I/O suspension that can last from a few
/// seconds to a few minutes, depending on the size and class" (RDS user guide, Creating a DB snapshot).
pub const SUSPENDED: &str = "I/O is suspended for seconds to a few minutes when it begins (Single-AZ)";

/// Seconds that a snapshot usually takes. The first of an instance is a whole copy, later ones are
/// what changed: a wide span by allocated storage, GiB. AWS promises nothing.
#[must_use]
pub fn usual(allocated: i32) -> (u32, u32) {
    let gib = allocated.max(0).unsigned_abs();
    (120 + gib / 10, 300 + gib * 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_what_it_is_for() {
        let at: Timestamp = "2026-11-22T03:12:44Z".parse().unwrap();
        assert_eq!(name("change-class", "qa-db", at), "qa-db-before-change-class-20261122-0312");
    }
}
