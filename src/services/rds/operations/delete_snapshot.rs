//! `DeleteDBSnapshot`: a manual snapshot goes, for good.

use jiff::Timestamp;
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

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Irreversible, seen);
        let Some(snapshot) = seen.snapshot() else { return draft };
        let age = snapshot.data_at().map_or_else(
            || "its data of unknown age".to_owned(),
            |at| format!("its data {} old", restored::span(seen.at.duration_since(at).as_secs())),
        );
        draft.summary = format!(
            "The snapshot {} of {} ({} GiB, {age}) is deleted. It cannot be brought back.",
            snapshot.id, snapshot.database, snapshot.allocated
        );
        let manual = snapshot.kind == "manual";
        let why = format!("it is {}: AWS deletes only manual ones", snapshot.kind);
        draft.check(Check::must("it is a manual snapshot", manual, why));
        draft.check(checks::snapshot_is_available(snapshot));
        draft.say("Age and size", format!("{age}, {} GiB", snapshot.allocated), Tone::Plain);
        match is_newest(seen, snapshot) {
            Some(true) => {
                let text = format!("it has the newest data of the manual snapshots of {}", snapshot.database);
                draft.say("Newest", text, Tone::Critical);
            }
            Some(false) => {}
            None => draft.say("Newest", "whether another one has newer data is not known", Tone::Critical),
        }
        let elsewhere = snapshot.source_region.as_ref().filter(|home| **home != seen.target.region);
        let (text, tone) = match (covered(seen, snapshot), elsewhere) {
            (Some(true), None) => {
                ("automated backups still reach its moment, until their retention drops it".to_owned(), Tone::Good)
            }
            // It may be here for the day on which that region is lost.
            (Some(true), Some(home)) => (
                format!("automated backups reach its moment in {home} only, none in {}", seen.target.region),
                Tone::Warning,
            ),
            (Some(false), _) => ("no automated backup reaches its moment".to_owned(), Tone::Critical),
            (None, _) => ("whether an automated backup reaches its moment is not known".to_owned(), Tone::Critical),
        };
        draft.say("Backups", text, tone);
        let copies = "a copy that is being made of it is ended; finished copies stay";
        draft.say("Copies", copies, Tone::Warning);
        draft.say("Cost", "its storage is no longer billed", Tone::Plain);
        let region = &seen.target.region;
        let call = Call::new(Api::DeleteDbSnapshot, region).with("DBSnapshotIdentifier", &snapshot.id);
        let follow = Follow::SnapshotGone { region: region.clone(), snapshot: snapshot.id.clone() };
        draft.step("deletes the snapshot", call, follow, (5, 120));
        draft
    }
}

/// Whether no other manual snapshot of the instance has newer data; `None` where that is not known.
fn is_newest(seen: &Seen, snapshot: &Snapshot) -> Option<bool> {
    let others = seen.snapshots.iter().filter(|other| {
        other.kind == "manual"
            && other.status == "available"
            && other.id != snapshot.id
            && may_be_of_same(other, snapshot)
    });
    let others: Vec<&Snapshot> = others.collect();
    // A name may have gone to another instance since.
    if others.iter().chain([&snapshot]).any(|other| other.resource_id.is_empty()) {
        return None;
    }
    let ages: Vec<Option<Timestamp>> = others.iter().map(|other| other.data_at()).collect();
    let own = snapshot.data_at()?;
    if ages.iter().flatten().any(|other| *other > own) {
        return Some(false);
    }
    (seen.is_read(&Part::Snapshots) && ages.iter().all(Option::is_some)).then_some(true)
}

/// Whether two snapshots are of one instance, as far as AWS tells.
fn may_be_of_same(a: &Snapshot, b: &Snapshot) -> bool {
    if a.resource_id.is_empty() || b.resource_id.is_empty() {
        a.database == b.database
    } else {
        a.resource_id == b.resource_id
    }
}

/// Whether the instance that it was taken of can be restored to its moment, by AWS's own window of that
/// very instance; `None` where that is not known.
fn covered(seen: &Seen, snapshot: &Snapshot) -> Option<bool> {
    let at = snapshot.data_at()?;
    if !seen.is_read(&Part::Backups) {
        return None;
    }
    // Without its resource id the backups may be those of another instance of its name.
    if snapshot.resource_id.is_empty() {
        return None;
    }
    Some(seen.restore_window(&snapshot.resource_id).is_some_and(|(earliest, latest)| (earliest..=latest).contains(&at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::TargetKind;
    use crate::services::rds::testing::seen_on;

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
        // A copy of something old is old, however young the copy is.
        seen.snapshots[0].database_time = "2026-10-06T03:04:10Z".parse().ok();
        assert!(labels(&seen).contains(&("Backups".into(), Tone::Critical)));
        let said = |seen: &Seen| plan_of(Operation::DeleteSnapshot(DeleteSnapshot {}), seen).summary;
        assert!(said(&seen).contains("its data 47d old"), "{}", said(&seen));
        seen.snapshots[0].database_time = None;
        seen.snapshots[0].original_created = None;
        assert!(said(&seen).contains("of unknown age"), "{}", said(&seen));
        // Another instance of the same name has other backups.
        let mut seen = world();
        seen.backups[0].resource_id = "db-ANOTHER".into();
        assert!(labels(&seen).contains(&("Backups".into(), Tone::Critical)));
        let mut seen = world();
        seen.backups.clear();
        seen.missing = vec![crate::services::rds::seen::Unread { part: Part::Backups, why: "denied".into() }];
        let plan = plan_of(Operation::DeleteSnapshot(DeleteSnapshot {}), &seen);
        assert!(plan.consequences.iter().any(|c| c.label == "Backups" && c.text.contains("is not known")));
        assert!(DeleteSnapshot {}.set("name", "a", &seen).is_err());
    }

    /// The copy in the DR region is there for the day on which the other one is lost.
    #[test]
    fn backups_of_another_region_are_no_comfort_for_a_copy() {
        let mut seen = seen_on(TargetKind::DbSnapshot, "before-release-42", "us-west-2");
        seen.snapshots[0].source_region = Some("us-east-1".into());
        let plan = plan_of(Operation::DeleteSnapshot(DeleteSnapshot {}), &seen);
        let said = plan.consequences.iter().find(|c| c.label == "Backups").expect("said");
        assert_eq!(said.tone, Tone::Warning);
        assert!(said.text.contains("in us-east-1 only, none in us-west-2"), "{}", said.text);
    }

    /// A name may have gone to another instance: its newer snapshot is not one of this instance.
    #[test]
    fn the_newest_is_told_by_the_resource_and_not_by_the_name() {
        let mut seen = world();
        let mut newer = seen.snapshots[0].clone();
        newer.id = "newer".into();
        newer.original_created =
            seen.snapshots[0].original_created.and_then(|at| at.checked_add(jiff::SignedDuration::from_hours(1)).ok());
        newer.database_time = newer.original_created;
        seen.snapshots.push(newer);
        assert_eq!(is_newest(&seen, &seen.snapshots[0].clone()), Some(false));
        let last = seen.snapshots.len() - 1;
        seen.snapshots[last].resource_id = "db-OF-THE-RESTORED-ONE".into();
        assert_eq!(is_newest(&seen, &seen.snapshots[0].clone()), Some(true));
        seen.snapshots[last].resource_id = String::new();
        assert_eq!(is_newest(&seen, &seen.snapshots[0].clone()), None);
    }
}
