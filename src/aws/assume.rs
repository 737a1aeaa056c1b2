//! Assuming a role, with a code of multi-factor authentication where the role wants one.
//!
//! The SDK's own provider (`aws_config::sts::AssumeRoleProvider`) cannot carry a code, so that
//! both kinds go through this one call: at the session's own endpoint, as the AWS CLI does it, or at
//! that of a region.

use std::env;
use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, error::CredentialsError};
use aws_sdk_sts::config::Builder;
use aws_sdk_sts::config::retry::RetryPartition;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::{AssumeRoleError, AssumeRoleOutput};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::address::{Address, At};
use super::mfa::{Asker, MfaError};
use super::regions::Regions;
use super::whole::WholeXml;
use crate::domain::MfaCode;
use crate::domain::partition::Partition;
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
    /// The name in AWS's trail; `session_name` when there is none.
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
    regions: &Regions,
    credentials: Credentials,
    role: &AssumeRole,
    asker: &Asker,
) -> provider::Result {
    let code = match &role.mfa_serial {
        Some(serial) => Some(asker.ask(serial).await.map_err(CredentialsError::provider_error)?),
        None => None,
    };
    let mut asked = regions.all();
    if asked.is_empty() {
        // A session without a region of its own: STS is in every region of the role's partition.
        asked.push(Partition::of_arn(&role.arn).home_region().to_owned());
    }
    // An endpoint of its own is the same one for all regions.
    let asked = if config.endpoint_url().is_some() { asked.get(..1).unwrap_or_default() } else { asked.as_slice() };
    let (mut before, mut last) = (Vec::new(), None);
    for region in asked {
        match ask(config, region, credentials.clone(), role, code.as_ref()).await {
            Ok(answer) => {
                regions.answered(region);
                return given(answer);
            }
            Err(error) if is_silent(&error) => {
                before.extend(last.replace(error).as_ref().and_then(tried));
            }
            Err(error) => return Err(refused(error)),
        }
    }
    let error = last.map_or_else(|| CredentialsError::unhandled("there is no region to ask STS in"), refused);
    if before.is_empty() {
        return Err(error);
    }
    Err(CredentialsError::provider_error(At { address: before.join(" and "), source: error.into() }))
}

async fn ask(
    config: &SdkConfig,
    region: &str,
    credentials: Credentials,
    role: &AssumeRole,
    code: Option<&MfaCode>,
) -> Result<AssumeRoleOutput, SdkError<AssumeRoleError>> {
    let config = Builder::from(config)
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials)
        .retry_partition(RetryPartition::custom("quarterdeck-assume-role").build())
        .interceptor(Address)
        .interceptor(WholeXml)
        .build();
    aws_sdk_sts::Client::from_conf(config)
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
}

fn given(answer: AssumeRoleOutput) -> provider::Result {
    let given =
        answer.credentials.ok_or_else(|| CredentialsError::unhandled("STS gave no credentials for the role"))?;
    let expiry = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
    let (key, secret, token) = (given.access_key_id, given.secret_access_key, given.session_token);
    Ok(Credentials::new(key, secret, Some(token), Some(expiry), "AssumeRole"))
}

/// No answer came, or one that speaks of the region and not of the role.
fn is_silent(error: &SdkError<AssumeRoleError>) -> bool {
    match error {
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => true,
        SdkError::ServiceError(answer) => answer.raw().status().as_u16() >= 500,
        _ => false,
    }
}

/// Where it went.
fn tried(error: &SdkError<AssumeRoleError>) -> Option<String> {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.find_map(|cause| cause.downcast_ref::<At>()).map(|at| at.address.clone())
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
}
