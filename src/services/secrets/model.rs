//! What Secrets Manager tells of a secret. Shapes from its API (`secretsmanager`, 2017-10-17): `SecretListEntry`,
//! `DescribeSecretResponse`, `ReplicationStatusType`, `SecretVersionsListEntry`.

use jiff::Timestamp;

/// The stage of the version that applications get ("Secrets Manager user guide", "Secret versions").
pub const AWSCURRENT: &str = "AWSCURRENT";
/// The stage of the version that a rotation prepares.
pub const AWSPENDING: &str = "AWSPENDING";
/// The stage of the version before the current one.
pub const AWSPREVIOUS: &str = "AWSPREVIOUS";

/// A secret, as the list tells of it. AWS says of the list that it "might not reflect changes from the last five
/// minutes" (`ListSecrets`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secret {
    /// Its name: `rentaliq/prod/db/credentials`.
    pub name: String,
    /// It ends with six characters that AWS draws, so that a name that is taken again is another ARN.
    pub arn: String,
    pub description: String,
    /// The KMS key that encrypts it; none where it is AWS's managed key `aws/secretsmanager`.
    pub kms_key: Option<String>,
    pub rotation: Rotation,
    pub created: Option<Timestamp>,
    /// When it "was modified in any way".
    pub changed: Option<Timestamp>,
    /// The day on which it was read last in this region, at its midnight UTC; none where it never was.
    pub read_on: Option<Timestamp>,
    /// It is marked for deletion: its value can be read no more. Of `DeletedDate` AWS says both that it is when "the
    /// deletion of the secret occurred" (`ListSecrets`) and when it "is scheduled" (`DescribeSecret`).
    pub deleted: Option<Timestamp>,
    /// The service of AWS that made it and manages it: `rds`.
    pub owning_service: Option<String>,
    /// The region that it was made in: another than that of the list where it is a replica there.
    pub primary_region: Option<String>,
    /// The versions that stand at a stage, by their ids.
    pub staged: Vec<StagedVersion>,
    pub tags: Vec<(String, String)>,
}

/// How a secret is rotated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rotation {
    /// It is, by itself. What follows may stand there from before it was switched off.
    pub enabled: bool,
    /// The ARN of the Lambda function that does it; none where a service manages it.
    pub lambda: Option<String>,
    /// Days between two rotations, as AWS counts them from the schedule.
    pub every_days: Option<i64>,
    /// `rate(10 days)` or `cron(…)`, in UTC.
    pub schedule: Option<String>,
    /// How long its window is: `3h`.
    pub duration: Option<String>,
    /// When a rotation succeeded last; none where none ever did.
    pub last: Option<Timestamp>,
    /// "On or before this date"; "if rotation is unsuccessful, this date may be in the past".
    pub next: Option<Timestamp>,
}

/// A version that stands at one stage at least.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StagedVersion {
    pub id: String,
    pub stages: Vec<String>,
}

/// What is said of a secret that is looked at (`DescribeSecret`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecretDetail {
    /// The same as in the list, as it is now.
    pub secret: Secret,
    /// Its copies in other regions.
    pub replicas: Vec<Replica>,
}

/// A copy of a secret in another region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replica {
    pub region: String,
    pub status: ReplicaStatus,
    /// Why it failed: `Secret with this name already exists in this region`.
    pub message: String,
    pub kms_key: Option<String>,
    /// The day on which it was read last there.
    pub read_on: Option<Timestamp>,
}

/// How a replica is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ReplicaStatus {
    InSync,
    Failed,
    InProgress,
    /// Another word of AWS, or none.
    Other(String),
    #[default]
    Unsaid,
}

/// A version of a secret (`ListSecretVersionIds`), one without a stage too: such are "subject to deletion".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecretVersion {
    pub id: String,
    pub stages: Vec<String>,
    pub created: Option<Timestamp>,
    /// The day on which it was read last.
    pub read_on: Option<Timestamp>,
}

impl Secret {
    /// What tells it from all others: its ARN, or its name where that is missing.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.arn.is_empty() { &self.name } else { &self.arn }
    }

    /// The version at a stage.
    #[must_use]
    pub fn at(&self, stage: &str) -> Option<&StagedVersion> {
        self.staged.iter().find(|version| version.stages.iter().any(|own| own == stage))
    }

    /// A rotation has begun and not ended: `AWSPENDING` stands at a version that is not the current one. "If the
    /// AWSPENDING staging label is present but not attached to the same version as AWSCURRENT, then any later invocation
    /// of `RotateSecret` assumes that a previous rotation request is still in progress and returns an error"
    /// (`RotateSecret`).
    #[must_use]
    pub fn is_pending(&self) -> bool {
        let current = self.at(AWSCURRENT).map(|version| &version.id);
        self.at(AWSPENDING).is_some_and(|pending| Some(&pending.id) != current)
    }

    /// It is a replica of one in another region: it is changed there.
    #[must_use]
    pub fn is_replica_in(&self, region: &str) -> bool {
        self.primary_region.as_deref().is_some_and(|primary| primary != region)
    }
}

impl ReplicaStatus {
    /// In AWS's words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::InSync => "InSync",
            Self::Failed => "Failed",
            Self::InProgress => "InProgress",
            Self::Other(word) => word,
            Self::Unsaid => "?",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::secrets::testing::secret;

    fn staged(id: &str, stages: &[&str]) -> StagedVersion {
        StagedVersion { id: id.into(), stages: stages.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn a_rotation_is_under_way_while_another_version_than_the_current_is_pending() {
        for (versions, is_pending) in [
            (vec![staged("a", &[AWSCURRENT])], false),
            (vec![staged("a", &[AWSCURRENT, AWSPENDING])], false),
            (vec![staged("a", &[AWSCURRENT]), staged("b", &[AWSPENDING])], true),
            (vec![staged("b", &[AWSPENDING])], true),
            (vec![], false),
        ] {
            let known = Secret { staged: versions.clone(), ..secret("a") };
            assert_eq!(known.is_pending(), is_pending, "{versions:?}");
        }
    }

    #[test]
    fn a_replica_names_another_region_as_its_own() {
        let mut known = secret("a");
        assert!(!known.is_replica_in("eu-west-1"));
        known.primary_region = Some("eu-west-1".into());
        assert!(!known.is_replica_in("eu-west-1") && known.is_replica_in("eu-central-1"));
    }
}
