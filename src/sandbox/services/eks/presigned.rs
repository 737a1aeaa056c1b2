//! The tokens of `aws eks get-token`: a call of STS that somebody signed and did not send.
//!
//! Looked at as aws-iam-authenticator does (`pkg/token/token.go`, `Verify`) until it would ask STS. The signature is not
//! checked, as that of no call to the sandbox is: anybody's secret is as good as another. The name of the cluster is in
//! the signature alone; that its header was signed is checked, and what it said is not, but for one case: a token that
//! was made with the sandbox's own secret for another cluster is refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::signature;
use crate::sandbox::services::account_of;

/// What such a token begins with.
const PREFIX: &str = "k8s-aws-v1.";
/// The longest that is read, bytes (`maxTokenLenBytes`).
const LONGEST: usize = 4 * 1024;
/// How long it is good from the time of its signature (`presignedURLExpiration`).
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);
/// The header that has the cluster's name (`clusterIDHeader`).
const CLUSTER: &str = "x-k8s-aws-id";
/// The parameters that there may be, in lower case (`parameterWhitelist`).
const ALLOWED: [&str; 9] = [
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// Who signed a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Presigned {
    pub(super) account: String,
    /// That of temporary credentials.
    pub(super) session_token: Option<String>,
    signed: Timestamp,
    host: String,
    /// All parameters but the signature.
    query: Vec<(String, String)>,
    signature: String,
    date: String,
    scope: String,
}

impl Presigned {
    /// Reads a token; `None` for what is none.
    pub(super) fn read(token: &str) -> Option<Self> {
        let encoded = token.strip_prefix(PREFIX).filter(|_| token.len() <= LONGEST)?;
        let url = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
        let (scheme, rest) = url.split_once("://")?;
        let (place, query) = rest.split_once('?')?;
        let (host, path) = place.split_once('/').unwrap_or((place, ""));
        let is_asked = match scheme {
            "https" => is_sts(host),
            "http" => is_sandbox(host),
            _ => false,
        };
        if !is_asked || !path.is_empty() {
            return None;
        }
        let mut query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut names: Vec<String> = query.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        let is_twice = names.windows(2).any(|two| two[0] == two[1]);
        if is_twice || !names.iter().all(|name| ALLOWED.contains(&name.as_str())) {
            return None;
        }
        let at = query.iter().position(|(name, _)| name.eq_ignore_ascii_case("x-amz-signature"))?;
        let (_, signature) = query.remove(at);
        let get =
            |name: &str| query.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        let is_named = get("x-amz-signedheaders")?.split(';').any(|header| header.eq_ignore_ascii_case(CLUSTER));
        let seconds: i64 = get("x-amz-expires")?.parse().ok()?;
        let date = get("x-amz-date")?.to_owned();
        let moment = DateTime::strptime("%Y%m%dT%H%M%SZ", &date).ok()?;
        let signed = moment.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let is_call = get("action") == Some("GetCallerIdentity");
        let is_signature = signature.len() == 64 && signature.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_call || !is_signature || !is_named || !(0..=900).contains(&seconds) {
            return None;
        }
        // KEY/20261122/eu-west-1/sts/aws4_request
        let (key, scope) = get("x-amz-credential")?.split_once('/')?;
        if key.is_empty() || scope.split('/').nth(2) != Some("sts") {
            return None;
        }
        let session_token = get("x-amz-security-token").map(ToOwned::to_owned);
        let (account, host, scope) = (account_of(key).to_owned(), host.to_owned(), scope.to_owned());
        Some(Self { account, session_token, signed, host, query, signature, date, scope })
    }

    /// Whether it was made for this cluster, as far as that is known: with the sandbox's secret.
    pub(super) fn is_for(&self, cluster: &str) -> bool {
        signature::expected(&self.host, &self.query, &self.date, &self.scope, cluster) == self.signature
    }

    /// Whether it is good by a clock: not older than a quarter of an hour, and not of a time that is still to come, by
    /// more than clocks may differ (STS allows as much either way).
    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.signed);
        -GOOD_FOR <= age && age <= GOOD_FOR
    }
}

/// An address of this machine: that of a sandbox, which is asked in place of STS where `AWS_ENDPOINT_URL` names it.
fn is_sandbox(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

/// `sts.eu-west-1.amazonaws.com`, `sts.amazonaws.com`, and those of other partitions and of FIPS.
fn is_sts(host: &str) -> bool {
    let Some(rest) = host.strip_prefix("sts.").or_else(|| host.strip_prefix("sts-fips.")) else { return false };
    ["amazonaws.com", "amazonaws.com.cn", "api.aws"].iter().any(|suffix| {
        let region = rest.strip_suffix(suffix);
        region.is_some_and(|region| region.is_empty() || (region.ends_with('.') && region.matches('.').count() == 1))
    })
}
