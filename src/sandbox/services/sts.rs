//! AWS Security Token Service (query protocol, API 2011-06-15): who am I, and roles.
//!
//! Nothing is kept: a temporary access key says which account it is for, its session token which
//! role and session.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use winterbaume_core::{MockRequest, MockResponse};
use winterbaume_sts::model::{
    AssumeRoleResponse, AssumedRoleUser, Credentials, GetCallerIdentityResponse, GetSessionTokenResponse,
};
use winterbaume_sts::wire;

use super::answer::Refusal;
use super::{Caller, TEMPORARY_KEY_PREFIX, operation, parameters};
use crate::sandbox::world::{DEFAULT_ACCOUNT, World, identity};

/// Namespace of the service's XML.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The external id that every role refuses.
pub const WRONG_EXTERNAL_ID: &str = "wrong";
/// The code that every MFA device refuses.
pub const WRONG_CODE: &str = "000000";

/// Who a caller with permanent keys is.
const READER: (&str, &str) = ("reader", "oncall");

/// Answers a request to STS.
#[must_use]
pub fn handle(world: &World, caller: &Caller, now: Timestamp, request: &MockRequest) -> MockResponse {
    let given = parameters(request);
    let (role, session) = session_of(request);
    let answer = match operation(request).as_str() {
        "GetCallerIdentity" => Ok(wire::serialize_get_caller_identity_response(&GetCallerIdentityResponse {
            account: Some(caller.account.clone()),
            arn: Some(user_arn(&caller.account, role, session)),
            user_id: Some(format!("{}:{session}", role_id(&caller.account, role))),
        })),
        "AssumeRole" => assume_role(world, &user_arn(&caller.account, role, session), now, &given),
        "GetSessionToken" => session_token(caller, now, &given),
        other => {
            let message = format!("Could not find operation {other} for version 2011-06-15");
            Err(Refusal::new("InvalidAction", message))
        }
    };
    answer.unwrap_or_else(|refusal| refusal.xml(NAMESPACE))
}

/// The role and the session that the caller's token is for.
pub(crate) fn session_of(request: &MockRequest) -> (&str, &str) {
    session_in(request.headers.get("x-amz-security-token").and_then(|token| token.to_str().ok()))
}

/// The role and the session that a session token is for; without one they are the reader's.
pub(crate) fn session_in(token: Option<&str>) -> (&str, &str) {
    token.and_then(|token| token.strip_prefix("sandbox/")?.split_once('/')).unwrap_or(READER)
}

/// As whom a session is known.
pub(crate) fn user_arn(account: &str, role: &str, session: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/{role}/{session}")
}

fn role_id(account: &str, role: &str) -> String {
    const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    format!("AROA{}", identity::draw(identity::hash(&["role", account, role]), CAPITALS, 17))
}

/// Any role of an account of the world, for anybody.
fn assume_role(
    world: &World,
    user: &str,
    now: Timestamp,
    given: &HashMap<String, String>,
) -> Result<MockResponse, Refusal> {
    let arn = required(given, "RoleArn")?;
    let session = required(given, "RoleSessionName")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&session.len()) || !session.chars().all(is_name) {
        let message = format!(
            "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\w+=,.@-]*"
        );
        return Err(Refusal::new("ValidationError", message));
    }
    let role = arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":role/"));
    let Some((account, path)) = role else {
        return Err(Refusal::new("ValidationError", format!("{arn} is invalid")));
    };
    let source = given.get("SourceIdentity");
    if let Some(source) = source.filter(|source| !(2..=64).contains(&source.len()) || !source.chars().all(is_name)) {
        let message = format!(
            "1 validation error detected: Value '{source}' at 'sourceIdentity' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\w+=,.@-]*"
        );
        return Err(Refusal::new("ValidationError", message));
    }
    let is_known = account == DEFAULT_ACCOUNT || world.instances.iter().any(|instance| instance.account == account);
    if !is_known || given.get("ExternalId").is_some_and(|id| id == WRONG_EXTERNAL_ID) {
        return Err(denied(format!("User: {user} is not authorized to perform: sts:AssumeRole on resource: {arn}")));
    }
    check_code(given)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let token = format!("sandbox/{name}/{session}");
    Ok(wire::serialize_assume_role_response(&AssumeRoleResponse {
        assumed_role_user: Some(AssumedRoleUser {
            arn: Some(user_arn(account, name, session)),
            assumed_role_id: Some(format!("{}:{session}", role_id(account, name))),
        }),
        credentials: Some(credentials(account, token, now, given)),
        source_identity: source.cloned(),
        ..AssumeRoleResponse::default()
    }))
}

/// Temporary keys for the caller itself.
fn session_token(caller: &Caller, now: Timestamp, given: &HashMap<String, String>) -> Result<MockResponse, Refusal> {
    check_code(given)?;
    let token = format!("sandbox/{}/{}", READER.0, READER.1);
    let credentials = Some(credentials(&caller.account, token, now, given));
    Ok(wire::serialize_get_session_token_response(&GetSessionTokenResponse { credentials }))
}

/// A serial number wants a code of six digits.
fn check_code(given: &HashMap<String, String>) -> Result<(), Refusal> {
    let code = given.get("TokenCode").map(String::as_str).unwrap_or_default();
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) && code != WRONG_CODE;
    if given.contains_key("SerialNumber") && !is_code {
        return Err(denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ".to_owned()));
    }
    Ok(())
}

fn credentials(account: &str, token: String, now: Timestamp, given: &HashMap<String, String>) -> Credentials {
    let seconds = given.get("DurationSeconds").and_then(|text| text.parse().ok()).unwrap_or(3600);
    let end = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    let end = Timestamp::from_second(end.as_second()).unwrap_or(end);
    Credentials {
        access_key_id: Some(format!("{TEMPORARY_KEY_PREFIX}{account}")),
        secret_access_key: Some("sandbox".to_owned()),
        session_token: Some(token),
        expiration: Some(end.to_string()),
    }
}

fn required<'a>(given: &'a HashMap<String, String>, name: &str) -> Result<&'a str, Refusal> {
    given
        .get(name)
        .map(String::as_str)
        .ok_or_else(|| Refusal::new("MissingParameter", format!("The request must contain the parameter {name}.")))
}

fn denied(message: String) -> Refusal {
    Refusal { status: 403, code: "AccessDenied", message }
}
