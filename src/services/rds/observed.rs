//! What of a reading counts into the fingerprint of a plan.

use super::seen::{Part, Seen, TargetKind};
use crate::domain::Database;

/// The observed state that counts, as names and values. The same for every operation: whatever of
/// an instance differs between the plan and the approval, the engineer should look again.
#[must_use]
pub fn observed(seen: &Seen, subjects: &[(String, String)]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (region, id) in subjects {
        match seen.find(region, id) {
            Some(database) => facts(database, subjects.len() > 1, &mut all),
            None => all.push((format!("{id} in {region}"), "not there".to_owned())),
        }
    }
    // When AWS does what is pending by itself belongs to what was agreed to.
    if !seen.is_read(&Part::Maintenance) {
        all.push(("maintenance".into(), "not read".to_owned()));
    }
    let arn = seen.database().map(|d| d.arn.as_str());
    for action in seen.maintenance.iter().filter(|action| Some(action.arn.as_str()) == arn) {
        let dates = [("at", action.current_apply), ("from", action.auto_applied_after), ("forced", action.forced_at)];
        let dates = dates.into_iter().filter_map(|(word, at)| Some(format!("{word} {}", at?.strftime("%FT%TZ"))));
        let opted = action.opt_in.as_deref().map_or("nobody opted in".to_owned(), |kind| format!("opted in {kind}"));
        let value = std::iter::once(opted).chain(dates).collect::<Vec<_>>().join(", ");
        all.push((format!("maintenance {}", action.action), value));
    }
    if seen.target.kind == TargetKind::DbSnapshot {
        match seen.snapshot() {
            Some(snapshot) => {
                all.push(("status".into(), snapshot.status.clone()));
                all.push(("ARN".into(), snapshot.arn.clone()));
                all.push(("created".into(), snapshot.created.map(|at| at.to_string()).unwrap_or_default()));
                all.push(("encrypted".into(), snapshot.encrypted.to_string()));
            }
            None => all.push((format!("snapshot {}", seen.target.id), "not there".to_owned())),
        }
    }
    all
}

fn facts(d: &Database, named: bool, all: &mut Vec<(String, String)>) {
    let storage = &d.storage;
    let mut say = |name: &str, value: String| {
        all.push((if named { format!("{} {} {name}", d.region, d.id) } else { name.to_owned() }, value));
    };
    say("ARN", d.arn.clone());
    say("resource id", d.resource_id.clone());
    say("status", d.status.clone());
    say("class", d.class.clone());
    say("engine version", d.engine_version.clone());
    say("Multi-AZ", d.multi_az.to_string());
    say("zone", d.zone.clone().unwrap_or_default());
    say("storage", format!("{} {} GiB", storage.kind, storage.allocated));
    let number = |n: Option<i32>| n.map(|n| n.to_string()).unwrap_or_default();
    say("maximum storage", number(storage.max_allocated));
    say("IOPS", number(storage.iops));
    say("throughput", number(storage.throughput));
    say("source", d.source.clone().unwrap_or_default());
    say("replicas", sorted(d.followers().map(str::to_owned).collect()).join(" "));
    say("cluster", d.cluster.clone().or(d.source_cluster.clone()).unwrap_or_default());
    say("backup retention", d.backup_retention_days.to_string());
    say("deletion protection", d.deletion_protection.to_string());
    say("backup window", d.backup_window.clone());
    say("maintenance window", d.maintenance_window.clone());
    let pending: Vec<String> = d.pending.iter().map(|(name, value)| format!("{name}={value}")).collect();
    say("pending changes", sorted(pending).join(" "));
    // Only where it is so: the plans of before it was looked at stay what they were.
    if d.settings.parameters_wait() {
        say("parameters", "wait for a restart".to_owned());
    }
}

/// AWS lists in any order; the world is the same in each.
fn sorted(mut all: Vec<String>) -> Vec<String> {
    all.sort_unstable();
    all
}
