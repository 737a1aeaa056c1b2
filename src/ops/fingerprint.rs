//! The fingerprint of a plan: what was approved, in sixteen characters.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::plan::Plan;
use super::seen::{Part, Seen, TargetKind};
use crate::domain::Database;

/// SHA-256 over everything that a plan stands on and everything that it sends, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// For people: `7f3a-91c2`.
    #[must_use]
    pub fn short(&self) -> String {
        match (self.0.get(..4), self.0.get(4..8)) {
            (Some(a), Some(b)) => format!("{a}-{b}"),
            _ => "none".to_owned(),
        }
    }

    /// For an approval on the command line: `7f3a-91c2-0b5e-44d1`. Whoever can edit the file can try out
    /// requests until eight characters fit; sixteen (64 bits) they cannot.
    #[must_use]
    pub fn long(&self) -> String {
        let group = |n: usize| self.0.get(n * 4..n * 4 + 4);
        let groups: Option<Vec<&str>> = (0..4).map(group).collect();
        groups.map_or_else(|| "none".to_owned(), |groups| groups.join("-"))
    }

    /// All 64 characters.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.0
    }

    /// Whether somebody means this one: the whole, or the long form or more of it, with or without dashes.
    #[must_use]
    pub fn is_meant_by(&self, text: &str) -> bool {
        let text = text.trim().replace('-', "").to_lowercase();
        text.len() >= 16 && self.0.starts_with(&text)
    }
}

/// The fingerprint of a plan. Left out is what may differ between two readings without another
/// meaning: times, consequences (they carry metrics), words.
#[must_use]
pub fn of(plan: &Plan) -> Fingerprint {
    let calls: Vec<_> = plan.steps.iter().map(|step| (&step.call, &step.follow, step.wait, step.verify)).collect();
    let gates: Vec<_> = plan.steps.iter().map(|step| step.gate).collect();
    // When it was made counts, too: nobody makes an old approval young again.
    let form = match plan.form {
        1 => "quarterdeck plan 1".to_owned(),
        form => format!("quarterdeck plan {form}, made {:?}, asked again {gates:?}", plan.made_at),
    };
    let stands_on = (
        form,
        &plan.target,
        plan.criticality,
        (&plan.account, &plan.principal),
        (&plan.operation, &plan.safety_snapshot),
        calls,
        plan.risk,
        &plan.name_to_type,
        &plan.observed,
    );
    // A tuple of strings, numbers and lists always has a JSON form; an empty one matches nothing.
    let text = serde_json::to_string(&stands_on).unwrap_or_default();
    Fingerprint(hex::encode(Sha256::digest(text.as_bytes())))
}

/// The seal of a plan: over everything in it but the seal.
#[must_use]
pub fn seal(plan: &Plan) -> String {
    let mut bare = plan.clone();
    bare.seal = String::new();
    let text = serde_json::to_string(&bare).unwrap_or_default();
    hex::encode(Sha256::digest(text.as_bytes()))
}

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
