//! `RestoreDBInstanceFromDBSnapshot`: a new instance with the data of a snapshot.

use serde::{Deserialize, Serialize};

use super::carried::{Way, afterwards};
use super::prelude::*;
use super::restored::{self, Wanted};
use crate::domain::database::Storage;
use crate::domain::{Criticality, Database, Snapshot, duration};

/// A new instance from the target snapshot, like the instance that the snapshot is of where that
/// still exists. Empty text and an empty list: AWS's default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreFromSnapshot {
    /// `DBInstanceIdentifier` of the new instance.
    pub name: String,
    pub class: String,
    pub multi_az: bool,
    pub deletion_protection: bool,
    pub subnet_group: String,
    pub security_groups: Vec<String>,
    pub parameter_group: String,
}

const FIELDS: &[&str] =
    &["name", "class", "multi_az", "deletion_protection", "subnet_group", "security_groups", "parameter_group"];

impl Request for RestoreFromSnapshot {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Snapshot(snapshot) = on else { return Some("it is done to a snapshot".into()) };
        (snapshot.status != "available").then(|| format!("it is {}", snapshot.status))
    }

    fn offer(seen: &Seen) -> Self {
        let base = seen.snapshot().map_or("restored", |s| s.database.as_str());
        let name = restored::named(base, &format!("restored-{}", seen.at.strftime("%Y%m%d-%H%M")));
        let source = source(seen);
        let known = source.map(|(source, _)| source.clone()).unwrap_or_default();
        // Groups are of one region, and a parameter group of one major version.
        let here = source.is_some_and(|(_, way)| way == Way::FromSnapshot);
        let fits = here && is_same_major(seen);
        Self {
            name,
            class: known.class,
            multi_az: known.multi_az,
            // What is not known is decided for the side on which a mistake costs nothing.
            deletion_protection: source
                .map_or(seen.criticality == Criticality::Production, |(source, _)| source.deletion_protection),
            subnet_group: known.subnet_group.filter(|_| here).unwrap_or_default(),
            security_groups: if here { known.security_groups } else { Vec::new() },
            parameter_group: known.parameter_groups.into_iter().next().filter(|_| fits).unwrap_or_default(),
        }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let text = |name, label, value: &str, hint: &str| Field::new(name, label, value, FieldKind::Text).hint(hint);
        vec![
            text("name", "New instance", &self.name, "letters, digits and hyphens"),
            restored::class_field(seen, &self.class, self.multi_az),
            Field::new("multi_az", "Multi-AZ", self.multi_az.to_string(), FieldKind::Switch),
            Field::new("deletion_protection", "Protection", self.deletion_protection.to_string(), FieldKind::Switch)
                .hint("against deletion"),
            text("subnet_group", "Subnet group", &self.subnet_group, "empty: AWS's default"),
            text(
                "security_groups",
                "Sec. groups",
                &self.security_groups.join(","),
                "with commas; empty: AWS's default",
            ),
            text("parameter_group", "Parameters", &self.parameter_group, "empty: the engine's default group"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        let value = value.trim();
        match name {
            "name" => {
                checks::instance_name(value)?;
                // AWS keeps names in lower case.
                self.name = value.to_ascii_lowercase();
            }
            "class" => self.class = restored::class_of(seen, value)?,
            "multi_az" => self.multi_az = field::switch(value)?,
            "deletion_protection" => self.deletion_protection = field::switch(value)?,
            "subnet_group" => value.clone_into(&mut self.subnet_group),
            "security_groups" => {
                let groups: Vec<String> =
                    value.split([',', ' ']).filter(|group| !group.is_empty()).map(ToOwned::to_owned).collect();
                if let Some(wrong) = groups.iter().find(|group| !group.starts_with("sg-")) {
                    return Err(format!("{wrong:?} is no security group: they begin with sg-"));
                }
                self.security_groups = groups;
            }
            "parameter_group" => value.clone_into(&mut self.parameter_group),
            _ => return Err(field::unknown(name, FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let Some(snapshot) = seen.snapshot() else { return draft };
        let (source, way) = source(seen).unzip();
        let way = way.unwrap_or(Way::FromSnapshot);
        let region = &seen.target.region;
        draft.summary = format!(
            "A new DB instance {} is made from the snapshot {} of {}. No existing instance is touched.",
            self.name, snapshot.id, snapshot.database
        );
        draft.check(checks::snapshot_is_available(snapshot));
        draft.check(checks::instance_name_is_free(seen, region, &self.name));
        // A restore takes the source's storage type, else the snapshot's: see below.
        let storage_kind = source.map_or(&snapshot.storage_kind, |source| &source.storage.kind);
        if let Some(check) = restored::class_check(seen, &self.class, storage_kind, self.multi_az) {
            draft.check(check);
        }
        if !matches!(snapshot.engine.as_str(), "" | "postgres") {
            let why = format!("it is a snapshot of {}: restores are for RDS for PostgreSQL", snapshot.engine);
            draft.check(Check::hard("is RDS for PostgreSQL", false, why));
        }
        let home = seen.home_of(snapshot);
        say_basis(&mut draft, snapshot, seen);
        if source.is_some() && way == Way::FromSnapshotAfar {
            let home = source.map_or(home, |source| source.region.as_str());
            let text = format!(
                "{} is in {home}: its subnet, security and parameter groups are not of {region}; empty is the default",
                snapshot.database
            );
            draft.say("Groups", text, Tone::Warning);
        }
        self.check_parameter_group(&mut draft, seen);
        match snapshot.data_at() {
            Some(at) => {
                let age = duration::ago(seen.at.duration_since(at).as_secs());
                let at = restored::moment(at);
                draft.say("Data", format!("as of {at}, {age}: nothing later is in it"), Tone::Warning);
            }
            None => draft.say("Data", "how old it is AWS does not tell: look before you rely on it", Tone::Critical),
        }
        restored::say_usual(&mut draft, source, snapshot.allocated);
        let storage = source.map_or_else(
            || Storage { kind: snapshot.storage_kind.clone(), ..Storage::default() },
            |d| d.storage.clone(),
        );
        let storage = Storage { allocated: snapshot.allocated, ..storage };
        restored::say_cost(&mut draft, &self.class, &storage, self.multi_az);

        let foreign = matches!(snapshot.kind.as_str(), "shared" | "public");
        let call = Call::new(Api::RestoreFromSnapshot, region)
            .with("DBInstanceIdentifier", &self.name)
            .with("DBSnapshotIdentifier", if foreign { &snapshot.arn } else { &snapshot.id });
        let wanted = Wanted {
            class: &self.class,
            multi_az: self.multi_az,
            deletion_protection: self.deletion_protection,
            subnet_group: &self.subnet_group,
            security_groups: &self.security_groups,
            parameter_group: &self.parameter_group,
        };
        let mut carried = restored::ask(call, source, &wanted, snapshot.allocated, way);
        if source.is_none() {
            // The snapshot itself knows its storage; AWS would take gp3.
            let kind = snapshot.storage_kind.as_str();
            let takes = |takes: fn(&str, i32) -> bool| takes(kind, snapshot.allocated);
            carried.call = carried
                .call
                .with_some("StorageType", (!kind.is_empty()).then_some(kind))
                .with_some("Iops", snapshot.iops.filter(|_| takes(Storage::takes_iops)))
                .with_some("StorageThroughput", snapshot.throughput.filter(|_| takes(Storage::takes_throughput)));
        }
        draft.kept = std::mem::take(&mut carried.kept);
        let call = carried.call.clone();
        let follow = Follow::Created { region: region.clone(), id: self.name.clone(), replica: false };
        draft.step("restores into a new instance", call, follow, restored::usual(snapshot.allocated));
        for (purpose, call, follow) in afterwards(&carried, region, &self.name) {
            draft.step(purpose, call, follow, (60, 600));
            draft.gated(Gate::Rules);
        }
        draft.inverse = Some(format!("delete the new instance {}", self.name));
        draft
    }
}

impl RestoreFromSnapshot {
    /// A parameter group is for one major version ("must be in the same DB parameter group family").
    fn check_parameter_group(&self, draft: &mut Draft, seen: &Seen) {
        let of_source = source(seen).and_then(|(source, _)| source.parameter_groups.first());
        if of_source != Some(&self.parameter_group) || is_same_major(seen) {
            return;
        }
        let version = seen.snapshot().map_or("", |snapshot| snapshot.engine_version.as_str());
        let why = format!(
            "the snapshot is of version {version}, {} is for the version that the instance has now: take another group, or \
             none",
            self.parameter_group
        );
        draft.check(Check::hard("parameter group fits the version", false, why));
    }
}

/// Whether the snapshot is of the major version that its source has now.
fn is_same_major(seen: &Seen) -> bool {
    let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    let Some((snapshot, (source, _))) = seen.snapshot().zip(source(seen)) else { return true };
    snapshot.engine_version.is_empty() || major(&snapshot.engine_version) == major(&source.engine_version)
}

/// The instance that the snapshot is of, where the snapshot is or where it was copied from; as it was read last,
/// where it is not found now.
fn source(seen: &Seen) -> Option<(&Database, Way)> {
    let snapshot = seen.snapshot()?;
    let found = seen.origin_of(snapshot).or_else(|| Some(&seen.remembered()?.database))?;
    let is_here = found.region == seen.target.region;
    Some((found, if is_here { Way::FromSnapshot } else { Way::FromSnapshotAfar }))
}

/// Where the settings are from, when the instance that had them is not found.
fn say_basis(draft: &mut Draft, snapshot: &Snapshot, seen: &Seen) {
    if seen.origin_of(snapshot).is_some() {
        return;
    }
    let (home, name) = (seen.home_of(snapshot), &snapshot.database);
    let is_anothers = seen.foreign.iter().any(|(region, id)| region == home && id == name);
    let absent = if !seen.looked_into(home) {
        format!("{home} was not read")
    } else if is_anothers {
        format!("the {name} of {home} is not of this environment, or another than the snapshot is of")
    } else {
        format!("the {name} that it is of is not in {home} any more")
    };
    let why = match seen.remembered() {
        Some(known) => {
            let age = duration::ago(seen.at.duration_since(known.at).as_secs());
            format!("{absent}: the settings of {name} are those of {}, {age}", restored::moment(known.at))
        }
        None => format!("{absent}: what is not given here is AWS's default"),
    };
    draft.check(Check::soft("settings of the source were read", false, why));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::CheckState;
    use crate::services::rds::testing::seen_on;
    use crate::services::rds::{Plan, TargetKind};

    fn world() -> Seen {
        seen_on(TargetKind::DbSnapshot, "before-release-42", "us-east-1")
    }

    fn request(seen: &Seen) -> RestoreFromSnapshot {
        RestoreFromSnapshot { name: "back".into(), ..RestoreFromSnapshot::offer(seen) }
    }

    #[test]
    fn the_plan_asks_for_what_aws_would_drop() {
        let seen = world();
        let plan = plan_of(Operation::RestoreFromSnapshot(request(&seen)), &seen);
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds restore-db-instance-from-db-snapshot --region us-east-1 --db-instance-identifier back \
             --db-snapshot-identifier before-release-42 --db-instance-class db.t3.medium --multi-az \
             --db-subnet-group-name rentaliq-private --vpc-security-group-ids sg-0aa1 \
             --db-parameter-group-name rentaliq-pg16 --deletion-protection \
             --backup-retention-period 30 --preferred-backup-window 03:00-04:00 --no-publicly-accessible \
             --auto-minor-version-upgrade --storage-type gp3 --enable-cloudwatch-logs-exports postgresql \
             --tags '[{\"Key\":\"Environment\",\"Value\":\"prod\"}]'"
        );
        assert_eq!(
            plan.steps[1].call.as_command(""),
            "aws rds modify-db-instance --region us-east-1 --db-instance-identifier back --apply-immediately \
             --max-allocated-storage 500 --enable-performance-insights \
             --preferred-maintenance-window sun:04:00-sun:05:00"
        );
        assert_eq!(plan.obstacle(), None);
        assert!(plan.kept.iter().all(|k| k.kept || k.lost));
    }

    #[test]
    fn without_the_source_aws_s_defaults_are_said_to_be_ones() {
        let mut seen = world();
        seen.databases.clear();
        let plan = plan_of(Operation::RestoreFromSnapshot(request(&seen)), &seen);
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds restore-db-instance-from-db-snapshot --region us-east-1 --db-instance-identifier back \
             --db-snapshot-identifier before-release-42 --no-multi-az --deletion-protection"
        );
        assert_eq!((plan.steps.len(), plan.kept.len(), plan.monthly), (1, 0, None));
        assert!(plan.checks.iter().any(|c| c.why.contains("AWS's default")));
    }

    fn says(seen: &Seen, label: &str) -> bool {
        let plan = plan_of(Operation::RestoreFromSnapshot(request(seen)), seen);
        plan.consequences.iter().any(|said| said.label == label)
    }

    /// The snapshot is a copy in the DR region, and the region of the instance is down.
    #[test]
    fn with_the_region_down_it_gets_the_settings_that_were_read_last() {
        let mut seen = seen_on(TargetKind::DbSnapshot, "before-release-42", "us-west-2");
        seen.snapshots[0].source_region = Some("us-east-1".into());
        let mut known = seen.databases[0].clone();
        seen.databases.retain(|database| database.region != "us-east-1");
        let why = "timed out".into();
        seen.missing = vec![crate::services::rds::seen::Unread { part: Part::Databases("us-east-1".into()), why }];
        let basis = |plan: &Plan| {
            let check = plan.checks.iter().find(|c| c.name == "settings of the source were read").expect("said");
            (check.state, check.why.clone())
        };
        let (state, why) = basis(&plan_of(Operation::RestoreFromSnapshot(request(&seen)), &seen));
        assert!(state == CheckState::Doubtful && why.ends_with("AWS's default"), "{why}");

        known.backup_retention_days = 21;
        let at = "2026-11-22T02:41:00Z".parse().unwrap();
        seen.last_known = Some(crate::services::rds::LastKnown { at, database: known });
        let plan = plan_of(Operation::RestoreFromSnapshot(request(&seen)), &seen);
        let call = plan.steps[0].call.as_command("");
        for asked in ["--db-instance-class db.t3.medium --multi-az", "--backup-retention-period 21"] {
            assert!(call.contains(asked), "{call}");
        }
        assert!(!call.contains("rentaliq-private") && !call.contains("sg-0aa1"), "of another region: {call}");
        let (state, why) = basis(&plan);
        assert!(state == CheckState::Doubtful && why.contains("us-east-1 was not read"), "{why}");
        assert!(why.ends_with("31m 44s ago"), "{why}");
        assert_eq!(plan.obstacle(), None);
        // Whoever sends it may remember nothing, or another one of the name.
        seen.last_known = None;
        assert_eq!(plan.still_holds(&plan.again(&seen)), Ok(()));
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap().again(&seen).fingerprint, plan.fingerprint);
        let mut other = plan.last_known.clone().unwrap();
        other.database.resource_id = "db-OF-BEFORE".into();
        seen.snapshots[0].resource_id = "db-RENTALIQ-PROD-DB".into();
        seen.last_known = Some(other);
        let plan = plan_of(Operation::RestoreFromSnapshot(request(&seen)), &seen);
        assert_eq!((plan.kept.len(), plan.last_known), (0, None));
    }

    /// A name says nothing: the instance that bears it now may be another one, with other settings.
    #[test]
    fn another_instance_of_the_same_name_is_no_source() {
        let mut seen = world();
        seen.snapshots[0].resource_id = "db-OF-BEFORE".into();
        let plan = plan_of(Operation::RestoreFromSnapshot(request(&seen)), &seen);
        assert!(plan.kept.is_empty(), "{:?}", plan.kept);
        assert!(plan.checks.iter().any(|c| c.why.contains("not in us-east-1 any more")));
    }

    #[test]
    fn what_is_restored_without_backups_is_said_to_have_none() {
        let mut seen = world();
        assert!(!says(&seen, "Backups"));
        seen.databases[0].backup_retention_days = 0;
        assert!(says(&seen, "Backups"));
    }

    #[test]
    fn a_name_of_another_environment_is_taken() {
        let mut seen = world();
        seen.foreign = vec![("us-east-1".into(), "back".into())];
        assert_eq!(failed(&Operation::RestoreFromSnapshot(request(&seen)), &seen), ["name is free"]);
        seen.foreign = vec![("us-west-2".into(), "back".into())];
        assert!(failed(&Operation::RestoreFromSnapshot(request(&seen)), &seen).is_empty());
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = world();
        let mut asked = request(&seen);
        asked.name = "rentaliq-prod-db".into();
        asked.class = "db.r9.large".into();
        seen.snapshots[0].status = "creating".into();
        let failures = failed(&Operation::RestoreFromSnapshot(asked), &seen);
        assert_eq!(failures, ["snapshot is available", "name is free", "class can be ordered"]);
    }

    /// What is offered of a class may not be what is asked for together.
    #[test]
    fn a_class_is_offered_with_a_storage_and_a_number_of_zones() {
        let mut seen = world();
        let mut asked = request(&seen);
        asked.multi_az = true;
        let refused = |asked: &RestoreFromSnapshot, seen: &Seen| {
            failed(&Operation::RestoreFromSnapshot(asked.clone()), seen) == ["class can be ordered"]
        };
        assert!(!refused(&asked, &seen));
        let of_class: Vec<usize> =
            (0..seen.orderable.len()).filter(|i| seen.orderable[*i].class == asked.class).collect();
        for i in of_class.clone() {
            seen.orderable[i].multi_az = false;
        }
        assert!(refused(&asked, &seen));
        asked.multi_az = false;
        assert!(!refused(&asked, &seen));
        for i in of_class {
            seen.orderable[i].storage = "io2".into();
        }
        assert!(refused(&asked, &seen));
    }

    #[test]
    fn only_what_aws_takes_is_taken() {
        let seen = world();
        let mut asked = request(&seen);
        assert_eq!(asked.set("security_groups", "sg-1, sg-2", &seen), Ok(()));
        assert_eq!(asked.security_groups, ["sg-1", "sg-2"]);
        assert!(asked.set("security_groups", "default", &seen).is_err());
        assert!(asked.set("name", "a--b", &seen).is_err());
        assert!(asked.set("class", "db.r9.large", &seen).is_err());
        assert!(asked.set("vpc", "a", &seen).unwrap_err().contains("subnet_group"));
    }

    /// A copy that came back home names the region that it came from; a third region is not one that was read.
    #[test]
    fn the_instance_is_found_by_its_resource_and_nothing_is_said_of_other_regions() {
        let mut seen = world();
        let why = |seen: &Seen| {
            let plan = plan_of(Operation::RestoreFromSnapshot(request(seen)), seen);
            let check = plan.checks.into_iter().find(|c| c.name == "settings of the source were read");
            check.map(|check| check.why)
        };
        seen.snapshots[0].resource_id.clone_from(&seen.databases[0].resource_id);
        seen.snapshots[0].source_region = Some("us-west-2".into());
        assert_eq!(why(&seen), None, "it stands in us-east-1");
        assert_eq!(source(&seen).map(|(_, way)| way), Some(Way::FromSnapshot));
        seen.snapshots[0].resource_id = "db-OF-ELSEWHERE".into();
        assert!(why(&seen).is_some_and(|why| why.contains("is not in us-west-2 any more")));
        seen.snapshots[0].source_region = Some("eu-west-1".into());
        assert!(why(&seen).is_some_and(|why| why.starts_with("eu-west-1 was not read")), "{:?}", why(&seen));
        seen.snapshots[0].source_region = None;
        seen.databases.remove(0);
        seen.foreign = vec![("us-east-1".into(), "rentaliq-prod-db".into())];
        assert!(why(&seen).is_some_and(|why| why.contains("is not of this environment")), "{:?}", why(&seen));
    }
}
