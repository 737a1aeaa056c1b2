//! Secrets as the SDK has them become ours.

use std::collections::HashMap;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{
    ReplicationStatusType, RotationRulesType, SecretListEntry, SecretVersionsListEntry, StatusType, Tag,
};

use crate::aws::{list, named, time, words};
use crate::domain::text;
use crate::services::secrets::{Replica, ReplicaStatus, Rotation, Secret, SecretDetail, SecretVersion, StagedVersion};

/// What an entry of the list and an answer about one secret say alike, in the same members.
macro_rules! secret {
    ($raw:ident, $stages:ident) => {
        Secret {
            name: words($raw.name),
            arn: words($raw.arn),
            description: words($raw.description),
            kms_key: named($raw.kms_key_id),
            rotation: Rotation {
                enabled: $raw.rotation_enabled.unwrap_or_default(),
                lambda: named($raw.rotation_lambda_arn),
                last: time::optional($raw.last_rotated_date),
                next: time::optional($raw.next_rotation_date),
                ..rules($raw.rotation_rules)
            },
            created: time::optional($raw.created_date),
            changed: time::optional($raw.last_changed_date),
            read_on: time::optional($raw.last_accessed_date),
            deleted: time::optional($raw.deleted_date),
            owning_service: named($raw.owning_service),
            primary_region: named($raw.primary_region),
            staged: staged($raw.$stages),
            tags: tags($raw.tags),
        }
    };
}

/// A secret of a list.
pub fn entry(raw: SecretListEntry) -> Secret {
    secret!(raw, secret_versions_to_stages)
}

/// A secret that was asked for.
pub fn detail(raw: DescribeSecretOutput) -> SecretDetail {
    let mut replicas: Vec<Replica> = raw.replication_status.unwrap_or_default().into_iter().map(replica).collect();
    replicas.sort_by(|a, b| a.region.cmp(&b.region));
    SecretDetail { secret: secret!(raw, version_ids_to_stages), replicas }
}

/// A version.
pub fn version(raw: SecretVersionsListEntry) -> SecretVersion {
    SecretVersion {
        id: words(raw.version_id),
        stages: sorted(raw.version_stages),
        created: time::optional(raw.created_date),
        read_on: time::optional(raw.last_accessed_date),
    }
}

fn replica(raw: ReplicationStatusType) -> Replica {
    Replica {
        region: words(raw.region),
        status: match raw.status {
            Some(StatusType::InSync) => ReplicaStatus::InSync,
            Some(StatusType::Failed) => ReplicaStatus::Failed,
            Some(StatusType::InProgress) => ReplicaStatus::InProgress,
            Some(other) => ReplicaStatus::Other(text::clean(other.as_str())),
            None => ReplicaStatus::Unsaid,
        },
        message: words(raw.status_message),
        kms_key: named(raw.kms_key_id),
        read_on: time::optional(raw.last_accessed_date),
    }
}

fn rules(raw: Option<RotationRulesType>) -> Rotation {
    let Some(raw) = raw else { return Rotation::default() };
    Rotation {
        every_days: raw.automatically_after_days,
        schedule: named(raw.schedule_expression),
        duration: named(raw.duration),
        ..Rotation::default()
    }
}

/// By id: a map has no order of its own.
fn staged(raw: Option<HashMap<String, Vec<String>>>) -> Vec<StagedVersion> {
    let one =
        |(id, stages): (String, Vec<String>)| StagedVersion { id: text::clean(&id), stages: sorted(Some(stages)) };
    let mut all: Vec<StagedVersion> = raw.unwrap_or_default().into_iter().map(one).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn sorted(raw: Option<Vec<String>>) -> Vec<String> {
    let mut all = list(raw);
    all.sort();
    all
}

fn tags(raw: Option<Vec<Tag>>) -> Vec<(String, String)> {
    raw.unwrap_or_default().into_iter().map(|tag| (words(tag.key), words(tag.value))).collect()
}
