//! The token for a cluster's API server: a call of STS that is signed and not sent.
//!
//! As `aws eks get-token` makes it (`awscli/customizations/eks/get_token.py`): `k8s-aws-v1.` and, in URL-safe base64
//! without padding, the presigned URL of `GetCallerIdentity` with the cluster's name in a signed header. The cluster
//! sends it to STS to learn who we are (aws-iam-authenticator, `pkg/token/token.go`).

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use jiff::{SignedDuration, Timestamp};

use crate::aws::{GET_CALLER_IDENTITY, Session, error};
use crate::domain::partition::Partition;
use crate::domain::{Fault, FaultKind};

/// What such a token begins with (`TOKEN_PREFIX`).
const PREFIX: &str = "k8s-aws-v1.";
/// The header that has the cluster's name (`CLUSTER_NAME_HEADER`).
const CLUSTER: &str = "x-k8s-aws-id";
/// What is asked of STS.
const QUESTION: &str = "?Action=GetCallerIdentity&Version=2011-06-15";
/// `X-Amz-Expires` (`URL_TIMEOUT`).
const EXPIRES: Duration = Duration::from_secs(60);
/// A cluster takes a token for 15 minutes from its signature, whatever `X-Amz-Expires` says (`presignedURLExpiration`);
/// it is said to end a minute before (`TOKEN_EXPIRATION_MINS`).
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(14);

/// A token for one cluster's API server.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedToken {
    /// The bearer token.
    pub text: String,
    /// It is good until then, by this machine's clock.
    pub until: Timestamp,
}

impl fmt::Debug for SignedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the token.
        f.debug_struct("SignedToken").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Signs a token for a cluster of a region with the session's credentials. Nothing is sent, but credentials may be
/// fetched.
///
/// # Errors
/// The [`Fault`] of a call without credentials.
pub async fn token(session: &Session, region: &str, cluster: &str) -> Result<SignedToken, Fault> {
    let credentials = session.signing(GET_CALLER_IDENTITY).await?;
    let now = Timestamp::now();
    let own = session.sts_endpoint().filter(|url| !is_of_aws(url));
    // Where AWS answers its clock counts, however wrong this machine's is. An endpoint of one's own is of this machine.
    let ahead = if own.is_some() || session.is_in_process() { 0 } else { session.ahead().unwrap_or(0) };
    let ahead = SignedDuration::from_secs(ahead);
    let place = match own {
        Some(url) => url,
        None => regional(region).await.map_err(|error| unsigned(error.as_ref()))?,
    };
    let signed_at = now.checked_add(ahead).unwrap_or(now);
    let url = presigned(&credentials, &place, region, cluster, signed_at).map_err(|error| unsigned(error.as_ref()))?;
    let end = credentials.expiry().and_then(|end| Timestamp::try_from(end).ok());
    Ok(SignedToken { text: token_of(&url), until: until(now, end, ahead) })
}

/// The token that a presigned URL is.
fn token_of(url: &str) -> String {
    let encoded = aws_smithy_types::base64::encode(url);
    // RFC 4648: section 5 differs from section 4 in two characters.
    PREFIX.chars().chain(encoded.trim_end_matches('=').chars().map(url_safe)).collect()
}

fn url_safe(c: char) -> char {
    match c {
        '+' => '-',
        '/' => '_',
        c => c,
    }
}

/// Until when a token is good that is signed now. The credentials end by AWS's clock, which is so far ahead.
fn until(now: Timestamp, credentials_end: Option<Timestamp>, ahead: SignedDuration) -> Timestamp {
    let token_ends = now.checked_add(GOOD_FOR).unwrap_or(now);
    let credentials_end = credentials_end.and_then(|end| end.checked_sub(ahead).ok());
    credentials_end.map_or(token_ends, |end| end.min(token_ends))
}

/// Whether a configured endpoint is AWS's own: that of a VPC (`….sts.eu-west-1.vpce.amazonaws.com`), of FIPS … It is
/// the cluster that sends the call, and it sends it to the public endpoints alone (`verifyHost` of the authenticator).
fn is_of_aws(url: &str) -> bool {
    let Ok(url) = url.parse::<http::Uri>() else { return false };
    let host = url.host().unwrap_or_default();
    let suffixes = Partition::ALL.into_iter().map(Partition::suffix).chain(["api.aws"]);
    suffixes.into_iter().any(|suffix| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')))
}

/// The endpoint of STS in a region, of whichever partition, neither of FIPS nor of both protocols: those every cluster
/// knows.
async fn regional(region: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    let params = Params::builder().region(region).use_fips(false).use_dual_stack(false).use_global_endpoint(false);
    let endpoint = DefaultResolver::new().resolve_endpoint(&params.build()?).await?;
    Ok(endpoint.url().to_owned())
}

/// The presigned URL. `place` is where STS is: `https://sts.eu-west-1.amazonaws.com`.
fn presigned(
    credentials: &Credentials,
    place: &str,
    region: &str,
    cluster: &str,
    signed_at: Timestamp,
) -> Result<String, Box<dyn Error + Send + Sync>> {
    let url = format!("{}/{QUESTION}", place.trim_end_matches('/'));
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(SystemTime::from(signed_at))
        .settings(settings)
        .build()?
        .into();
    let headers = std::iter::once((CLUSTER, cluster));
    let request = SignableRequest::new("GET", url.as_str(), headers, SignableBody::Bytes(&[]))?;
    let (instructions, _signature) = sign(request, &params)?.into_parts();
    let mut request = http::Request::builder().uri(url).body(())?;
    instructions.apply_to_request_http1x(&mut request);
    Ok(request.uri().to_string())
}

/// Credentials that can sign were looked at before: what is left is a name that cannot stand in a header, or a region
/// that cannot be one.
fn unsigned(error: &(dyn Error + Send + Sync)) -> Fault {
    Fault {
        kind: FaultKind::Other { code: String::new() },
        call: GET_CALLER_IDENTITY.to_owned(),
        message: error::one_line(&format!("a token for the cluster cannot be signed: {error}")),
        request_id: None,
    }
}

#[cfg(test)]
mod tests;
