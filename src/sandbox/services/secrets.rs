//! AWS Secrets Manager (JSON 1.1, API 2017-10-17): which secrets there are, and what is told of them. Values are given to
//! nobody.

use jiff::Timestamp;
use winterbaume_core::{MockRequest, MockResponse};
use winterbaume_secretsmanager::model::{
    DescribeSecretResponse, ListSecretVersionIdsResponse, ListSecretsResponse, ReplicationStatusType,
    RotationRulesType, SecretListEntry, SecretVersionsListEntry, Tag,
};
use winterbaume_secretsmanager::wire;

use super::answer::Refusal;
use super::{Caller, operation, sts};
use crate::sandbox::world::World;
use crate::sandbox::world::moment::{DAY, floor_to};
use crate::sandbox::world::secrets::SandboxSecret;

/// Records a page, where nobody says how many: the most that there are.
const PAGE: usize = 100;
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Answers a request to Secrets Manager.
#[must_use]
pub fn handle(world: &World, caller: &Caller, now: Timestamp, request: &MockRequest) -> MockResponse {
    let call = SecretsCall { world, caller, now };
    let answer = match operation(request).as_str() {
        "ListSecrets" => call.list(&request.body),
        "DescribeSecret" => call.describe(&request.body),
        "ListSecretVersionIds" => call.versions(&request.body),
        other => Err(call.denied(other, request)),
    };
    let mut answer = answer.unwrap_or_else(|refusal| refusal.json());
    answer.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(CONTENT_TYPE));
    answer
}

/// One call: whose secrets it looks at, and when.
struct SecretsCall<'a> {
    world: &'a World,
    caller: &'a Caller,
    now: Timestamp,
}

impl SecretsCall<'_> {
    fn list(&self, body: &[u8]) -> Result<MockResponse, Refusal> {
        let asked = wire::deserialize_list_secrets_request(body).map_err(unreadable)?;
        if asked.filters.as_ref().is_some_and(|filters| !filters.is_empty()) {
            return Err(Refusal::new("InvalidRequestException", "The sandbox has no filters of secrets."));
        }
        let with_deleted = asked.include_planned_deletion.unwrap_or_default();
        let mut all = self.all();
        all.retain(|secret| with_deleted || secret.deleted.is_none_or(|at| at > self.now));
        // As AWS lists them: the last that was made first (`SortBy`, `SortOrder` say otherwise).
        all.sort_by(|a, b| (b.created, &a.name).cmp(&(a.created, &b.name)));
        let (page, next) = paged(&all, asked.max_results, asked.next_token.as_deref())?;
        Ok(wire::serialize_list_secrets_response(&ListSecretsResponse {
            secret_list: Some(page.iter().map(|secret| self.entry(secret)).collect()),
            next_token: next,
        }))
    }

    fn describe(&self, body: &[u8]) -> Result<MockResponse, Refusal> {
        let asked = wire::deserialize_describe_secret_request(body).map_err(unreadable)?;
        let secret = self.find(&asked.secret_id)?;
        let SecretListEntry {
            a_r_n,
            name,
            description,
            rotation_enabled,
            rotation_lambda_a_r_n,
            rotation_rules,
            last_rotated_date,
            next_rotation_date,
            last_changed_date,
            last_accessed_date,
            deleted_date,
            tags,
            secret_versions_to_stages,
            owning_service,
            created_date,
            primary_region,
            ..
        } = self.entry(&secret);
        Ok(wire::serialize_describe_secret_response(&DescribeSecretResponse {
            a_r_n,
            name,
            description,
            rotation_enabled,
            rotation_lambda_a_r_n,
            rotation_rules,
            last_rotated_date,
            next_rotation_date,
            last_changed_date,
            last_accessed_date,
            deleted_date,
            tags,
            version_ids_to_stages: secret_versions_to_stages,
            owning_service,
            created_date,
            primary_region,
            replication_status: self.replicas(&secret),
            ..DescribeSecretResponse::default()
        }))
    }

    fn versions(&self, body: &[u8]) -> Result<MockResponse, Refusal> {
        let asked = wire::deserialize_list_secret_version_ids_request(body).map_err(unreadable)?;
        let secret = self.find(&asked.secret_id)?;
        let with_deprecated = asked.include_deprecated.unwrap_or_default();
        let mut all = secret.versions(self.now);
        all.retain(|(.., stage)| with_deprecated || stage.is_some());
        let (page, next) = paged(&all, asked.max_results, asked.next_token.as_deref())?;
        let read = secret.read_on(self.now);
        let one = |(id, made, stage): &(String, Timestamp, Option<&str>)| SecretVersionsListEntry {
            version_id: Some(id.clone()),
            version_stages: stage.map(|stage| vec![stage.to_owned()]),
            created_date: Some(seconds(*made)),
            last_accessed_date: (*stage == Some("AWSCURRENT") && read >= floor_to(*made, DAY)).then(|| seconds(read)),
            ..SecretVersionsListEntry::default()
        };
        Ok(wire::serialize_list_secret_version_ids_response(&ListSecretVersionIdsResponse {
            a_r_n: Some(self.arn(&secret)),
            name: Some(secret.name.clone()),
            versions: Some(page.iter().map(one).collect()),
            next_token: next,
        }))
    }

    fn all(&self) -> Vec<SandboxSecret> {
        self.world.secrets_of(&self.caller.account, &self.caller.region, self.now)
    }

    /// A secret by its ARN or its name.
    fn find(&self, id: &str) -> Result<SandboxSecret, Refusal> {
        let found = self.all().into_iter().find(|secret| secret.name == id || self.arn(secret) == id);
        found.ok_or_else(|| {
            Refusal::new("ResourceNotFoundException", "Secrets Manager can\u{2019}t find the specified secret.")
        })
    }

    /// A replica has the primary's ARN but for its region.
    fn arn(&self, secret: &SandboxSecret) -> String {
        let Caller { account, region, .. } = self.caller;
        format!("arn:aws:secretsmanager:{region}:{account}:secret:{}-{}", secret.name, secret.drawn)
    }

    fn entry(&self, secret: &SandboxSecret) -> SecretListEntry {
        let now = self.now;
        let is_primary = secret.region == self.caller.region;
        // A managed rotation has no function.
        let lambda = || format!("arn:aws:lambda:{}:{}:function:rotate-secrets", secret.region, secret.account);
        let rotated = secret.rotated_every.filter(|_| is_primary);
        let versions = secret.versions(now);
        let staged = versions.into_iter().filter_map(|(id, _, stage)| Some((id, vec![stage?.to_owned()])));
        SecretListEntry {
            a_r_n: Some(self.arn(secret)),
            name: Some(secret.name.clone()),
            description: Some(secret.description.clone()).filter(|text| !text.is_empty()),
            rotation_enabled: rotated.map(|_| true),
            rotation_lambda_a_r_n: rotated.filter(|_| secret.owner.is_none()).map(|_| lambda()),
            rotation_rules: rotated
                .map(|days| RotationRulesType { automatically_after_days: Some(days), ..RotationRulesType::default() }),
            last_rotated_date: rotated.and_then(|_| secret.rotated(now)).map(seconds),
            next_rotation_date: rotated.and_then(|_| secret.due(now)).map(seconds),
            last_changed_date: Some(seconds(secret.modified(now))),
            last_accessed_date: Some(seconds(secret.read_on(now))).filter(|_| is_primary),
            deleted_date: secret.deleted.filter(|at| *at <= now).map(seconds),
            tags: Some(secret.tags.iter().map(|(key, value)| tag(key, value)).collect()),
            secret_versions_to_stages: Some(staged.collect()),
            owning_service: secret.owner.map(str::to_owned),
            created_date: Some(seconds(secret.created)),
            primary_region: (!secret.replicas.is_empty()).then(|| secret.region.clone()),
            ..SecretListEntry::default()
        }
    }

    /// Its replicas, which the primary alone tells of.
    fn replicas(&self, secret: &SandboxSecret) -> Option<Vec<ReplicationStatusType>> {
        let one = |region: &String| ReplicationStatusType {
            region: Some(region.clone()),
            kms_key_id: Some("alias/aws/secretsmanager".into()),
            status: Some("InSync".into()),
            status_message: Some("Replication succeeded".into()),
            ..ReplicationStatusType::default()
        };
        let is_told = secret.region == self.caller.region && !secret.replicas.is_empty();
        is_told.then(|| secret.replicas.iter().map(one).collect())
    }

    /// What the reader's policy does not allow; a value is given to nobody.
    fn denied(&self, operation: &str, request: &MockRequest) -> Refusal {
        let (role, session) = sts::session_of(request);
        let user = sts::user_arn(&self.caller.account, role, session);
        let message = format!(
            "User: {user} is not authorized to perform: secretsmanager:{operation} because no identity-based policy \
             allows the secretsmanager:{operation} action"
        );
        Refusal::new("AccessDeniedException", message)
    }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: Some(key.to_owned()), value: Some(value.to_owned()) }
}

/// A timestamp as JSON carries it, seconds since 1970.
fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

fn unreadable(error: String) -> Refusal {
    Refusal::new("SerializationException", error)
}

/// The records of a page and the token of the next one: how many come before it.
fn paged<'a, T>(all: &'a [T], most: Option<i32>, token: Option<&str>) -> Result<(&'a [T], Option<String>), Refusal> {
    let invalid = || Refusal::new("InvalidNextTokenException", "The NextToken value is invalid.");
    let from = token.map_or(Ok(0), |token| token.parse::<usize>().map_err(|_| invalid()))?;
    let most = usize::try_from(most.unwrap_or(100)).unwrap_or(PAGE).clamp(1, PAGE);
    let rest = all.get(from..).ok_or_else(invalid)?;
    let page = rest.get(..most).unwrap_or(rest);
    let next = (rest.len() > most).then(|| (from + most).to_string());
    Ok((page, next))
}

#[cfg(test)]
mod tests;
