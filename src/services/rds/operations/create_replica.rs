//! `CreateDBInstanceReadReplica`: a read replica, here or in the region for disaster recovery.

use serde::{Deserialize, Serialize};

use super::carried::{Way, afterwards, carry};
use super::destination::{self, RDS_KEY};
use super::prelude::*;
use super::restored;
use crate::domain::Database;
use crate::domain::database::region_of;
use crate::domain::partition::Partition;

/// A read replica of the target. The call goes to the replica's region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateReplica {
    /// `DBInstanceIdentifier` of the replica.
    pub name: String,
    /// The replica's region.
    pub region: String,
    pub class: String,
    pub multi_az: bool,
    /// `KmsKeyId`: of the replica's region; empty beside the source: the source's, or not encrypted.
    pub kms_key: String,
    pub deletion_protection: bool,
}

const FIELDS: &[&str] = &["name", "region", "class", "multi_az", "kms_key", "deletion_protection"];

/// RDS takes it in these states of the source.
const STATES: &[&str] = &["available", "storage-optimization"];

/// Replicas that a source may have (RDS for PostgreSQL).
const MOST: usize = 15;

/// Levels of replicas below the first source (RDS for PostgreSQL).
const LEVELS: usize = 3;

impl Request for CreateReplica {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        if database.backup_retention_days == 0 {
            Some("automated backups are off: a source of replicas needs them".into())
        } else {
            (!STATES.contains(&database.status.as_str())).then(|| format!("it is {}", database.status))
        }
    }

    fn offer(seen: &Seen) -> Self {
        let region = seen.target.region.clone();
        let free = (1..=MOST + 1)
            .map(|n| restored::named(&seen.target.id, &format!("replica-{n}")))
            .find(|name| !seen.is_taken(&region, name));
        Self {
            name: free.unwrap_or_else(|| restored::named(&seen.target.id, "replica")),
            region,
            class: seen.database().map(|d| d.class.clone()).unwrap_or_default(),
            multi_az: false,
            kms_key: String::new(),
            deletion_protection: seen.database().is_some_and(|d| d.deletion_protection),
        }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        vec![
            Field::new("name", "Replica", &self.name, FieldKind::Text).hint("letters, digits and hyphens"),
            destination::region_field(seen, &self.region, "beside the source"),
            restored::class_field(seen, &self.class, self.multi_az),
            Field::new("multi_az", "Multi-AZ", self.multi_az.to_string(), FieldKind::Switch),
            destination::key_field(
                &self.kms_key,
                "a key of the replica's region; empty beside its source: the source's",
            ),
            Field::new("deletion_protection", "Protection", self.deletion_protection.to_string(), FieldKind::Switch)
                .hint("against deletion"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match name {
            "name" => {
                checks::instance_name(value)?;
                // AWS keeps names in lower case.
                self.name = value.to_ascii_lowercase();
            }
            "region" => {
                self.region = destination::region_of(seen, value)?;
                let away = self.region != seen.target.region;
                if !away && self.kms_key == RDS_KEY {
                    // It was offered for the other region; at home the source's is taken.
                    self.kms_key.clear();
                } else if away && self.kms_key.is_empty() && seen.database().is_some_and(|d| d.encrypted) {
                    RDS_KEY.clone_into(&mut self.kms_key);
                }
            }
            "class" => self.class = restored::class_of(seen, value)?,
            "multi_az" => self.multi_az = field::switch(value)?,
            "kms_key" => value.trim().clone_into(&mut self.kms_key),
            "deletion_protection" => self.deletion_protection = field::switch(value)?,
            _ => return Err(field::unknown(name, FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let Some(database) = seen.database() else { return draft };
        let away = self.region != database.region;
        draft.summary = format!(
            "A read replica {} of {} is made in {}. Applications go on as before.",
            self.name, database.id, self.region
        );
        self.preconditions(database, seen, &mut draft);
        if database.multi_az {
            draft.say("Interruption", "none: the first copy is taken from the standby", Tone::Good);
        } else {
            draft.risk = Risk::Disruptive;
            let text = "reads and writes of the source pause for a second to a minute when it begins (Single-AZ)";
            draft.say("Interruption", text, Tone::Warning);
        }
        draft.say("Backups", "off on the replica, until its retention is set", Tone::Warning);
        if away {
            let text = "the region's default subnet, security and parameter groups: set them before it is needed";
            draft.say("Groups", text, Tone::Warning);
            draft.say("Transfer", "AWS bills what is replicated between regions by GB, all the time", Tone::Plain);
        }
        let gib = database.storage.allocated;
        let (least, most) = restored::usual(gib);
        let text = format!("usually {}-{}m; AWS promises nothing", least / 60, most / 60);
        draft.say("Duration", text, Tone::Plain);
        restored::say_cost(&mut draft, &self.class, &database.storage, self.multi_az);

        // Across regions AWS knows the source only by its ARN.
        let source = if away { &database.arn } else { &database.id };
        let call = Call::new(Api::CreateReadReplica, &self.region)
            .with("DBInstanceIdentifier", &self.name)
            .with("SourceDBInstanceIdentifier", source)
            .with("DBInstanceClass", &self.class)
            .with("MultiAZ", self.multi_az)
            .with_some("KmsKeyId", (!self.kms_key.is_empty()).then_some(&self.kms_key))
            .with("DeletionProtection", self.deletion_protection);
        let mut carried = carry(call, database, if away { Way::ReplicaAfar } else { Way::Replica }, gib);
        draft.kept = std::mem::take(&mut carried.kept);
        let call = carried.call.clone();
        let follow = Follow::Created { region: self.region.clone(), id: self.name.clone(), replica: true };
        draft.step("creates the replica", call, follow, (least, if away { most * 2 } else { most }));
        for (purpose, call, follow) in afterwards(&carried, &self.region, &self.name) {
            draft.step(purpose, call, follow, (60, 600));
            draft.gated(Gate::Rules);
        }
        draft.inverse = Some(format!("delete the replica {} in {}", self.name, self.region));
        draft
    }
}

impl CreateReplica {
    fn preconditions(&self, database: &Database, seen: &Seen, draft: &mut Draft) {
        let away = self.region != database.region;
        draft.check(checks::status_is(database, STATES));
        let on = database.backup_retention_days > 0;
        let why = "a source of replicas needs automated backups: set a retention first";
        draft.check(Check::must("automated backups are on", on, why));
        if database.settings.master_secret.is_some() {
            let why = "RDS keeps its master password in Secrets Manager: AWS makes no replica of such an instance";
            draft.check(Check::hard("password is not managed", false, why));
        }
        let count = database.followers().count();
        let why = format!("{} has {count} of at most {MOST}", database.id);
        draft.check(Check::hard("room for another replica", count < MOST, why));
        let level = level(seen, database) + 1;
        if level > 1 {
            let met = level <= LEVELS;
            let why = format!("it would be on level {level}; AWS allows {LEVELS}");
            draft.check(Check::must("chain of replicas is short", met, why));
            let version = cascades(&database.engine_version);
            draft.check(Check::must("version allows a chain", version, "replicas of replicas need PostgreSQL 14.1"));
        }
        if away && database.is_replica() {
            let why = "a replica cannot be the source of one in another region: take the primary";
            draft.check(Check::hard("source is a primary", false, why));
        }
        if away && database.encrypted {
            let given = !self.kms_key.is_empty();
            let why = "it is encrypted: name a KMS key of the replica's region";
            draft.check(Check::must("a key of the region", given, why));
        }
        if !database.encrypted && !self.kms_key.is_empty() {
            // "You can't create an encrypted read replica from an unencrypted DB instance" (`KmsKeyId`).
            let why = "its source is not encrypted: AWS makes no encrypted replica of it, leave the key out";
            draft.check(Check::hard("no key for what is not encrypted", false, why));
        }
        let of = region_of(&self.kms_key);
        // `CreateDBInstanceReadReplicaMessage.PreSignedUrl`.
        let wanted_in = [Partition::GovCloud, Partition::China];
        checks::no_presigned_url(draft, away && database.encrypted, &self.region, &wanted_in);
        // "The read replica is encrypted with that KMS key, which can be different from the KMS key of the source."
        if !of.is_empty() && of != self.region {
            let why = format!("the KMS key is of {of}: the replica needs one of {}", self.region);
            draft.check(Check::hard("key is of the destination", false, why));
        }
        draft.check(checks::instance_name_is_free(seen, &self.region, &self.name));
        // What may be ordered was read for the target's region only.
        let check = if away {
            Some(Check::unknown("class can be ordered", format!("not read for {}: AWS will say", self.region)))
        } else {
            restored::class_check(seen, &self.class, &database.storage.kind, self.multi_az)
        };
        if let Some(check) = check {
            draft.check(check);
        }
    }
}

/// 0 for a primary, 1 for its replica, 2 for a replica of that.
fn level(seen: &Seen, database: &Database) -> usize {
    let mut level = 0;
    let mut at = Some(database);
    // AWS allows three; the bound only keeps a circle in what was read from being endless.
    while let Some(d) = at.filter(|d| d.is_replica() && level <= LEVELS) {
        level += 1;
        at = seen.source_of(d);
    }
    level
}

/// Replicas of replicas: PostgreSQL 14.1 and later.
fn cascades(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (14, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::seen;

    fn named(name: &str, seen: &Seen) -> CreateReplica {
        CreateReplica { name: name.into(), ..CreateReplica::offer(seen) }
    }

    fn command(request: CreateReplica, seen: &Seen) -> String {
        plan_of(Operation::CreateReplica(request), seen).steps[0].call.as_command("")
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let seen = seen();
        let mut request = named("more", &seen);
        let tail = "--no-publicly-accessible --storage-type gp3 --max-allocated-storage 500 \
                    --enable-cloudwatch-logs-exports postgresql --enable-performance-insights \
                    --tags '[{\"Key\":\"Environment\",\"Value\":\"prod\"}]'";
        assert_eq!(
            command(request.clone(), &seen),
            format!(
                "aws rds create-db-instance-read-replica --region us-east-1 --db-instance-identifier more \
                 --source-db-instance-identifier rentaliq-prod-db --db-instance-class db.t3.medium --no-multi-az \
                 --deletion-protection --vpc-security-group-ids sg-0aa1 {tail}"
            )
        );
        assert_eq!(request.set("region", "us-west-2", &seen), Ok(()));
        assert_eq!(
            command(request, &seen),
            format!(
                "aws rds create-db-instance-read-replica --region us-west-2 --db-instance-identifier more \
                 --source-db-instance-identifier arn:aws:rds:us-east-1:111122223333:db:rentaliq-prod-db \
                 --db-instance-class db.t3.medium --no-multi-az --kms-key-id alias/aws/rds --deletion-protection {tail}"
            )
        );
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        let asked = Operation::CreateReplica(named("more", &seen));
        assert!(failed(&asked, &seen).is_empty());
        seen.databases[0].status = "modifying".into();
        seen.databases[0].backup_retention_days = 0;
        seen.databases[0].replicas = vec!["r".into(); 15];
        let all = ["rentaliq-prod-db is available", "automated backups are on", "room for another replica"];
        assert_eq!(failed(&asked, &seen), all);
    }

    #[test]
    fn keys_names_and_classes_are_checked() {
        let seen = seen();
        let mut request = named("rentaliq-prod-db-dr", &seen);
        request.region = "us-west-2".into();
        let of = |request: &CreateReplica| failed(&Operation::CreateReplica(request.clone()), &seen);
        assert_eq!(of(&request), ["a key of the region", "name is free"]);
        request.name = "more".into();
        request.kms_key = "arn:aws:kms:us-east-1:111122223333:key/k-1".into();
        assert_eq!(of(&request), ["key is of the destination"]);
        request.region = "us-east-1".into();
        request.class = "db.r9.large".into();
        assert_eq!(of(&request), ["class can be ordered"], "another key of the same region is fine");
        let mut plain = seen.clone();
        plain.databases[0].encrypted = false;
        request.class.clone_from(&plain.databases[0].class);
        let refused = failed(&Operation::CreateReplica(request.clone()), &plain);
        assert_eq!(refused, ["no key for what is not encrypted"]);
    }

    #[test]
    fn leaving_a_region_and_coming_back_leaves_no_key_behind() {
        let seen = seen();
        let mut request = named("more", &seen);
        request.set("region", "us-west-2", &seen).unwrap();
        assert_eq!(request.kms_key, RDS_KEY);
        request.set("region", "us-east-1", &seen).unwrap();
        assert_eq!(request.kms_key, "");
    }

    #[test]
    fn in_other_partitions_what_is_not_sent_is_not_planned() {
        let mut seen = seen();
        seen.dr_region = Some("us-gov-east-1".into());
        let mut request = named("more", &seen);
        request.set("region", "us-gov-east-1", &seen).unwrap();
        let failures = failed(&Operation::CreateReplica(request), &seen);
        assert!(failures.contains(&"no PreSignedUrl is needed".to_owned()), "{failures:?}");
    }

    #[test]
    fn a_chain_has_an_end() {
        let mut seen = seen();
        seen.databases[0].source = Some("rentaliq-prod-db-replica-1".into());
        seen.databases[1].source = Some("elsewhere".into());
        let mut request = named("more", &seen);
        assert!(failed(&Operation::CreateReplica(request.clone()), &seen).is_empty());
        seen.databases[0].engine_version = "14.0".into();
        assert_eq!(failed(&Operation::CreateReplica(request.clone()), &seen), ["version allows a chain"]);
        seen.databases[0].engine_version = "16.4".into();
        request.region = "us-west-2".into();
        request.kms_key = RDS_KEY.into();
        assert_eq!(failed(&Operation::CreateReplica(request.clone()), &seen), ["source is a primary"]);
        // A circle, as two readings at different moments may show one, is too long and not endless.
        seen.databases[1].source = Some("rentaliq-prod-db".into());
        request.region = "us-east-1".into();
        request.kms_key.clear();
        assert_eq!(failed(&Operation::CreateReplica(request), &seen), ["chain of replicas is short"]);
    }

    #[test]
    fn only_what_aws_takes_is_taken() {
        let seen = seen();
        let mut request = CreateReplica::offer(&seen);
        assert_eq!(request.name, "rentaliq-prod-db-replica-2");
        for (name, wrong) in [("name", "a_b"), ("region", "mars-1"), ("class", "large"), ("multi_az", "perhaps")] {
            assert!(request.set(name, wrong, &seen).is_err(), "{name}");
        }
        assert!(request.set("zone", "a", &seen).unwrap_err().contains("kms_key"));
    }
}
