//! `DeleteDBSnapshot`: a manual snapshot goes, for good.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use super::restored;
use crate::domain::Snapshot;

/// The target snapshot is deleted. There is nothing to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteSnapshot {}

impl Request for DeleteSnapshot {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Snapshot(snapshot) = on else { return Some("it is done to a snapshot".into()) };
        if snapshot.kind == "manual" {
            (snapshot.status != "available").then(|| format!("it is {}", snapshot.status))
        } else {
            Some("only manual snapshots can be deleted: automated ones go with their retention".into())
        }
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        Vec::new()
    }

    fn set(&mut self, name: &str, _: &str, _: &Seen) -> Result<(), String> {
        Err(field::unknown(name, &[]))
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Irreversible, seen);
        let Some(snapshot) = seen.snapshot() else { return draft };
        let age = snapshot.created.map_or_else(
            || "of unknown age".to_owned(),
            |at| format!("{} old", restored::span(seen.at.duration_since(at).as_secs())),
        );
        draft.summary = format!(
            "The snapshot {} of {} ({} GiB, {age}) is deleted. It cannot be brought back.",
            snapshot.id, snapshot.database, snapshot.allocated
        );
        let manual = snapshot.kind == "manual";
        let why = if manual { String::new() } else { format!("it is {}: AWS deletes only manual ones", snapshot.kind) };
        draft.check(Check::hard("it is a manual snapshot", manual, why));
        let available = snapshot.status == "available";
        let why = if available { String::new() } else { format!("it is {}", snapshot.status) };
        draft.check(Check::hard("snapshot is available", available, why));
        draft.say("Age and size", format!("{age}, {} GiB", snapshot.allocated), Tone::Plain);
        if is_newest(seen, snapshot) {
            let text = format!("it is the newest manual snapshot of {}", snapshot.database);
            draft.say("Newest", text, Tone::Critical);
        }
        if covered(seen, snapshot) {
            let text = "automated backups still reach its moment, until their retention drops it";
            draft.say("Backups", text, Tone::Good);
        } else {
            draft.say("Backups", "no automated backup is known that reaches its moment", Tone::Critical);
        }
        draft.say("Cost", "its storage is no longer billed", Tone::Plain);
        let region = &seen.target.region;
        let call = Call::new(Api::DeleteDbSnapshot, region).with("DBSnapshotIdentifier", &snapshot.id);
        let follow = Follow::SnapshotGone { region: region.clone(), snapshot: snapshot.id.clone() };
        draft.step("deletes the snapshot", call, follow, (5, 120));
        draft
    }
}

fn is_newest(seen: &Seen, snapshot: &Snapshot) -> bool {
    let newer = |other: &Snapshot| {
        other.kind == "manual"
            && other.status == "available"
            && other.database == snapshot.database
            && other.id != snapshot.id
            && other.created > snapshot.created
    };
    !seen.snapshots.iter().any(newer)
}

/// Whether the source still stands and can be restored to the snapshot's moment.
fn covered(seen: &Seen, snapshot: &Snapshot) -> bool {
    let source = seen.find(&seen.target.region, &snapshot.database);
    source.zip(snapshot.created).is_some_and(|(d, at)| {
        let age = seen.at.duration_since(at).as_secs();
        age <= i64::from(d.backup_retention_days) * 86_400
            && d.created.is_some_and(|created| created <= at)
            && d.latest_restorable.is_some_and(|latest| at <= latest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::seen::TargetKind;
    use crate::ops::testing::seen_on;

    fn world() -> Seen {
        seen_on(TargetKind::DbSnapshot, "before-release-42", "us-east-1")
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(Operation::DeleteSnapshot(DeleteSnapshot {}), &world());
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds delete-db-snapshot --region us-east-1 --db-snapshot-identifier before-release-42"
        );
        assert_eq!((plan.risk, plan.inverse.as_deref()), (Risk::Irreversible, None));
        assert_eq!(plan.name_to_type, "before-release-42");
        assert_eq!(plan.obstacle(), None);
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = world();
        seen.snapshots[0].status = "creating".into();
        let operation = Operation::DeleteSnapshot(DeleteSnapshot {});
        assert_eq!(failed(&operation, &seen), ["snapshot is available"]);
        seen.snapshots[0].status = "available".into();
        seen.snapshots[0].kind = "automated".into();
        assert_eq!(failed(&operation, &seen), ["it is a manual snapshot"]);
    }

    #[test]
    fn what_is_lost_is_said() {
        let labels = |seen: &Seen| -> Vec<(String, Tone)> {
            let plan = plan_of(Operation::DeleteSnapshot(DeleteSnapshot {}), seen);
            plan.consequences.into_iter().map(|c| (c.label, c.tone)).collect()
        };
        let mut seen = world();
        assert!(labels(&seen).contains(&("Newest".into(), Tone::Critical)));
        assert!(labels(&seen).contains(&("Backups".into(), Tone::Good)));
        seen.snapshots[0].created = "2026-09-01T00:00:00Z".parse().ok();
        assert!(labels(&seen).contains(&("Backups".into(), Tone::Critical)));
        assert!(DeleteSnapshot {}.set("name", "a", &seen).is_err());
    }
}
