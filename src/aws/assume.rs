//! Assuming a role, with a code of multi-factor authentication where the role wants one.
//!
//! The SDK's own provider (`aws_config::sts::AssumeRoleProvider`) cannot carry a code, so that
//! both kinds go through this one call.

use std::env;
use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, error::CredentialsError};
use aws_sdk_sts::config::Builder;
use aws_sdk_sts::config::retry::RetryPartition;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::address::Address;
use super::mfa::{Asker, MfaError};
use super::whole::WholeXml;
use crate::domain::text;

/// A role to assume, on top of the credentials before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// `arn:aws:iam::111122223333:role/reader`.
    pub arn: String,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    pub external_id: Option<String>,
    /// The MFA device of the identity that assumes it: whoever has it is asked for a code.
    pub mfa_serial: Option<String>,
    /// The name in AWS's trail; [`session_name`] when there is none.
    pub session_name: Option<String>,
    /// Who is behind it, as `sts:SourceIdentity`: it stays in the trail through every role that is
    /// assumed from this one. The role's trust policy must allow `sts:SetSourceIdentity`.
    pub source_identity: Option<String>,
    /// How long the credentials last; an hour when not said, which is also the most for a role
    /// that is assumed from a role ("role chaining" in the IAM User Guide).
    pub duration: Option<Duration>,
}

/// The credentials of a role.
///
/// # Errors
/// What STS answered, or an [`MfaError`].
pub(super) async fn assume(
    config: &SdkConfig,
    credentials: Credentials,
    role: &AssumeRole,
    asker: &Asker,
) -> provider::Result {
    let code = match &role.mfa_serial {
        Some(serial) => Some(asker.ask(serial).await.map_err(CredentialsError::provider_error)?),
        None => None,
    };
    let region = config.region().cloned().unwrap_or_else(|| Region::new(home_region(&role.arn)));
    let config = Builder::from(config)
        .region(region)
        .credentials_provider(credentials)
        .retry_partition(RetryPartition::custom("quarterdeck-assume-role").build())
        .interceptor(Address)
        .interceptor(WholeXml)
        .build();
    let answer = aws_sdk_sts::Client::from_conf(config)
        .assume_role()
        .role_arn(&role.arn)
        .role_session_name(role.session_name.clone().unwrap_or_else(|| session_name(user().as_deref())))
        .set_external_id(role.external_id.clone())
        .set_source_identity(role.source_identity.clone().filter(|name| !name.is_empty()))
        .set_duration_seconds(role.duration.map(|d| i32::try_from(d.as_secs()).unwrap_or(i32::MAX)))
        .set_serial_number(role.mfa_serial.clone())
        .set_token_code(code.map(|code| code.reveal().to_owned()))
        .send()
        .await
        .map_err(refused)?;
    let given =
        answer.credentials.ok_or_else(|| CredentialsError::unhandled("STS gave no credentials for the role"))?;
    let expiry = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
    let (key, secret, token) = (given.access_key_id, given.secret_access_key, given.session_token);
    Ok(Credentials::new(key, secret, Some(token), Some(expiry), "AssumeRole"))
}

/// A wrong code is told from a role that may not be assumed: AWS calls both `AccessDenied`.
fn refused(error: SdkError<AssumeRoleError>) -> CredentialsError {
    match error.message() {
        Some(message) if error.code() == Some("AccessDenied") && is_about_code(message) => {
            CredentialsError::provider_error(MfaError::Wrong { message: text::clean(message.trim()) })
        }
        _ => CredentialsError::provider_error(error),
    }
}

fn is_about_code(message: &str) -> bool {
    message.contains("MultiFactorAuthentication failed")
}

/// The session's name for somebody: `qd-alice`. STS takes 2 to 64 of letters, digits and `_+=,.@-`.
fn session_name(user: Option<&str>) -> String {
    let name: String =
        user.unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(*c)).collect();
    let name: String = name.chars().take(61).collect();
    if name.is_empty() { "qd".to_owned() } else { format!("qd-{name}") }
}

fn user() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| env::var(name).ok().filter(|user| !user.is_empty()))
}

/// A region with STS in the partition of an ARN, for sessions without a region of their own.
fn home_region(arn: &str) -> &'static str {
    match arn.split(':').nth(1) {
        Some("aws-cn") => "cn-north-1",
        Some("aws-us-gov") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_named_after_the_user() {
        assert_eq!(session_name(Some("alice")), "qd-alice");
        assert_eq!(session_name(Some("CORP\\al ice ü")), "qd-CORPalice");
        assert_eq!(session_name(Some("ü")), "qd");
        assert_eq!(session_name(None), "qd");
        assert_eq!(session_name(Some(&"x".repeat(200))).len(), 64);
    }

    #[test]
    fn the_partition_chooses_the_region() {
        assert_eq!(home_region("arn:aws-cn:iam::111122223333:role/reader"), "cn-north-1");
        assert_eq!(home_region("arn:aws:iam::111122223333:role/reader"), "us-east-1");
        assert_eq!(home_region(""), "us-east-1");
    }
}
