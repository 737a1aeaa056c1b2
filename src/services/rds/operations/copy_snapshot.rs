//! `CopyDBSnapshot`: a manual copy, here or in the region for disaster recovery.

use serde::{Deserialize, Serialize};

use super::destination::{self, RDS_KEY};
use super::prelude::*;
use crate::domain::Snapshot;
use crate::domain::database::region_of;
use crate::domain::partition::Partition;
use crate::services::rds::safety;

/// A copy of a snapshot. The call goes to the destination region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CopySnapshot {
    /// The destination region.
    pub region: String,
    /// `TargetDBSnapshotIdentifier`.
    pub name: String,
    /// `KmsKeyId`: ARN, id or alias of a key of the destination region; empty: as the source is.
    pub kms_key: String,
    pub copy_tags: bool,
}

const FIELDS: &[&str] = &["region", "name", "kms_key", "copy_tags"];

impl Request for CopySnapshot {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Snapshot(snapshot) = on else { return Some("it is done to a snapshot".into()) };
        (snapshot.status != "available").then(|| format!("it is {}", snapshot.status))
    }

    fn offer(seen: &Seen) -> Self {
        let plain = seen.target.id.rsplit(':').next().unwrap_or_default();
        let region = seen.target.region.clone();
        let name = format!("{plain}-copy-{}", seen.at.strftime("%Y%m%d-%H%M"));
        Self { region, name, kms_key: String::new(), copy_tags: true }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        vec![
            destination::region_field(seen, &self.region, "where it is"),
            Field::new("name", "Copy", &self.name, FieldKind::Text).hint("letters, digits and hyphens"),
            destination::key_field(&self.kms_key, "of the destination region; empty: as the source is"),
            Field::new("copy_tags", "Copy tags", self.copy_tags.to_string(), FieldKind::Switch),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match name {
            "region" => {
                self.region = destination::region_of(seen, value)?;
                // A copy into another region cannot keep the key; the offer is AWS's own.
                let away = self.region != seen.target.region;
                if away && self.kms_key.is_empty() && seen.snapshot().is_some_and(|s| s.encrypted) {
                    RDS_KEY.clone_into(&mut self.kms_key);
                } else if !away && self.kms_key == RDS_KEY {
                    // It was offered for the other region; at home a copy keeps the key of its source.
                    self.kms_key.clear();
                }
            }
            "name" => {
                checks::snapshot_name(value)?;
                // AWS keeps names in lower case.
                self.name = value.to_ascii_lowercase();
            }
            "kms_key" => value.trim().clone_into(&mut self.kms_key),
            "copy_tags" => self.copy_tags = field::switch(value)?,
            _ => return Err(field::unknown(name, FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let Some(snapshot) = seen.snapshot() else { return draft };
        let away = self.region != seen.target.region;
        draft.summary = format!(
            "The snapshot {} ({} GiB) is copied to {} as {}. The copy stays until it is deleted.",
            snapshot.id, snapshot.allocated, self.region, self.name
        );
        self.preconditions(snapshot, seen, &mut draft);
        draft.say("Source", "nothing happens to it or to its instance", Tone::Good);
        if away {
            draft.say("Duration", "minutes to hours: it goes to another region", Tone::Plain);
            draft.say("Transfer", "AWS bills the transfer between regions by GB", Tone::Plain);
        }
        if self.kms_key == RDS_KEY {
            let text = "under AWS's own key the copy cannot be shared with another account";
            draft.say("Sharing", text, Tone::Warning);
        }
        if !self.copy_tags {
            draft.say("Tags", "the copy has none", Tone::Warning);
        }
        draft.say("Cost", price::snapshot(snapshot.allocated), Tone::Plain);
        // AWS takes a name only for a snapshot of its own account in the region that is called.
        let foreign = matches!(snapshot.kind.as_str(), "shared" | "public");
        let source = if away || foreign { &snapshot.arn } else { &snapshot.id };
        let call = Call::new(Api::CopyDbSnapshot, &self.region)
            .with("SourceDBSnapshotIdentifier", source)
            .with("TargetDBSnapshotIdentifier", &self.name)
            .with_some("KmsKeyId", (!self.kms_key.is_empty()).then_some(&self.kms_key))
            .with("CopyTags", self.copy_tags);
        let follow =
            Follow::SnapshotAvailable { region: self.region.clone(), snapshot: self.name.clone(), instance: None };
        let (least, most) = safety::usual(snapshot.allocated);
        draft.step("copies the snapshot", call, follow, (least, if away { most * 4 } else { most }));
        draft.inverse = Some(format!("delete the copy {} in {}", self.name, self.region));
        draft
    }
}

impl CopySnapshot {
    fn preconditions(&self, snapshot: &Snapshot, seen: &Seen, draft: &mut Draft) {
        draft.check(checks::snapshot_is_available(snapshot));
        let away = self.region != seen.target.region;
        draft.check(checks::snapshot_name_is_free(seen, &self.region, &self.name));
        if away && snapshot.encrypted {
            let given = !self.kms_key.is_empty();
            let why = "it is encrypted: name a KMS key of the destination region, for example alias/aws/rds";
            draft.check(Check::must("a key of the region", given, why));
        }
        // `CopyDBSnapshotMessage.PreSignedUrl`: "only to GovCloud … ignored in other Regions".
        checks::no_presigned_url(draft, away && snapshot.encrypted, &self.region, &[Partition::GovCloud]);
        let of = region_of(&self.kms_key);
        if !of.is_empty() && of != self.region {
            let why = format!("the KMS key is of {of}: the copy needs one of {}", self.region);
            draft.check(Check::hard("key is of the destination", false, why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::TargetKind;
    use crate::services::rds::testing::seen_on;

    fn world() -> Seen {
        seen_on(TargetKind::DbSnapshot, "before-release-42", "us-east-1")
    }

    fn command(request: CopySnapshot, seen: &Seen) -> String {
        plan_of(Operation::CopySnapshot(request), seen).steps[0].call.as_command("")
    }

    #[test]
    fn a_copy_at_home_names_the_source_and_one_abroad_its_arn() {
        let seen = world();
        let mut request = CopySnapshot::offer(&seen);
        assert_eq!(request.set("name", "copy", &seen), Ok(()));
        assert_eq!(
            command(request.clone(), &seen),
            "aws rds copy-db-snapshot --region us-east-1 --source-db-snapshot-identifier before-release-42 \
             --target-db-snapshot-identifier copy --copy-tags"
        );
        assert_eq!(request.set("region", "us-west-2", &seen), Ok(()));
        assert_eq!(
            command(request, &seen),
            "aws rds copy-db-snapshot --region us-west-2 --source-db-snapshot-identifier \
             arn:aws:rds:us-east-1:111122223333:snapshot:before-release-42 --target-db-snapshot-identifier copy \
             --kms-key-id alias/aws/rds --copy-tags"
        );
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = world();
        let mut request = CopySnapshot::offer(&seen);
        request.name = "before-release-42".into();
        seen.snapshots[0].status = "creating".into();
        let operation = Operation::CopySnapshot(request.clone());
        assert_eq!(failed(&operation, &seen), ["snapshot is available", "snapshot name is free"]);
        seen.snapshots[0].status = "available".into();
        request.region = "us-west-2".into();
        assert_eq!(failed(&Operation::CopySnapshot(request.clone()), &seen), ["a key of the region"]);
        request.kms_key = "arn:aws:kms:us-east-1:111122223333:key/k-1".into();
        assert_eq!(failed(&Operation::CopySnapshot(request), &seen), ["key is of the destination"]);
    }

    #[test]
    fn only_what_aws_takes_is_taken() {
        let seen = seen_on(TargetKind::DbSnapshot, "rds:rentaliq-prod-db-2026-11-21-03-05", "us-east-1");
        let mut request = CopySnapshot::offer(&seen);
        assert_eq!(request.name, "rentaliq-prod-db-2026-11-21-03-05-copy-20261122-0312");
        assert!(request.set("region", "mars-1", &seen).is_err());
        assert!(request.set("name", "a_b", &seen).is_err());
        assert!(request.set("copy_tags", "perhaps", &seen).is_err());
        assert!(request.set("tags", "true", &seen).unwrap_err().contains("copy_tags"));
    }
}
