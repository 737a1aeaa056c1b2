//! How the world is said on the wire: the services' protocols over the same requests that the
//! official SDKs send.

pub mod answer;
pub mod cloudwatch;
pub mod eks;
pub mod rds;
pub mod secrets;
pub mod sts;

use std::collections::HashMap;

use http::HeaderMap;
use winterbaume_core::MockRequest;

use super::world::DEFAULT_ACCOUNT;

/// Access keys of the sandbox are this and the twelve digits of the account.
pub const ACCESS_KEY_PREFIX: &str = "AKIASANDBOX";
/// Those of an assumed role likewise.
pub const TEMPORARY_KEY_PREFIX: &str = "ASIASANDBOX";

/// Who calls, and in which region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub account: String,
    pub region: String,
    pub access_key: String,
}

/// What a request's signature is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub caller: Caller,
    /// The service's signing name: `rds`, `monitoring`, `sts`, `eks`, `secretsmanager`.
    pub service: String,
}

/// Reads the credential scope from the `Authorization` header of Signature Version 4:
/// `AWS4-HMAC-SHA256 Credential=KEY/20261122/us-east-1/rds/aws4_request, …`. `None` when there is
/// none. The signature itself is not checked: there is no secret to keep.
#[must_use]
pub fn scope(headers: &HeaderMap) -> Option<Scope> {
    let header = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (_, rest) = header.split_once("Credential=")?;
    let credential = rest.split([',', ' ']).next()?;
    let mut parts = credential.split('/');
    let (access_key, _date, region, service) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if [access_key, region, service].contains(&"") {
        return None;
    }
    let caller = Caller {
        account: account_of(access_key).to_owned(),
        region: region.to_owned(),
        access_key: access_key.to_owned(),
    };
    Some(Scope { caller, service: service.to_owned() })
}

/// The account that an access key belongs to.
pub(crate) fn account_of(access_key: &str) -> &str {
    access_key
        .strip_prefix(ACCESS_KEY_PREFIX)
        .or_else(|| access_key.strip_prefix(TEMPORARY_KEY_PREFIX))
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or(DEFAULT_ACCOUNT)
}

/// The name of the operation that a request asks for, in whichever protocol; empty when it names
/// none.
#[must_use]
pub fn operation(request: &MockRequest) -> String {
    if scope(&request.headers).is_some_and(|scope| scope.service == "eks") {
        return eks::operation(request);
    }
    let target = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    if let Some((_, name)) = target.and_then(|target| target.rsplit_once('.')) {
        return name.to_owned();
    }
    let path = request.uri.split('?').next().unwrap_or_default();
    if let Some((_, name)) = path.rsplit_once("/operation/") {
        return name.to_owned();
    }
    parameters(request).remove("Action").unwrap_or_default()
}

/// The parameters of a query-protocol request: those of its body, and those of its query string.
pub(crate) fn parameters(request: &MockRequest) -> HashMap<String, String> {
    let query = request.uri.split_once('?').map(|(_, query)| query).unwrap_or_default();
    // Who sends a file sends the end of its last line too.
    let body = request.body.trim_ascii_end();
    form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(body))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn signed(credential: &str) -> HeaderMap {
        let value = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00");
        HeaderMap::from_iter([(http::header::AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn the_scope_tells_account_region_and_service() {
        let scope = scope(&signed("AKIASANDBOX444455556666/20261122/eu-west-1/rds/aws4_request")).unwrap();
        assert_eq!(scope.service, "rds");
        assert_eq!((scope.caller.account.as_str(), scope.caller.region.as_str()), ("444455556666", "eu-west-1"));
    }

    #[test]
    fn temporary_keys_have_an_account_too() {
        assert_eq!(account_of("ASIASANDBOX444455556666"), "444455556666");
    }

    #[test]
    fn other_keys_are_the_default_account_and_nonsense_is_nobody() {
        for key in ["AKIAIOSFODNN7EXAMPLE", "AKIASANDBOX12", "AKIASANDBOX44445555666x"] {
            let scope = scope(&signed(&format!("{key}/20261122/us-east-1/sts/aws4_request"))).unwrap();
            assert_eq!(scope.caller.account, DEFAULT_ACCOUNT, "{key}");
        }
        for credential in ["", "key", "key/20261122", "key/20261122//rds/aws4_request"] {
            assert_eq!(scope(&signed(credential)), None, "{credential}");
        }
        assert_eq!(scope(&HeaderMap::new()), None);
    }

    /// What a form sends, by its names.
    fn sent(uri: &str, form: &'static str) -> Vec<(String, String)> {
        let body = Bytes::from_static(form.as_bytes());
        let request = MockRequest { method: "POST".into(), uri: uri.into(), headers: HeaderMap::new(), body };
        let mut sent: Vec<(String, String)> = parameters(&request).into_iter().collect();
        sent.sort();
        sent
    }

    #[test]
    fn forms_are_decoded_as_utf8() {
        for (written, meant) in [
            ("Id=a%2Fb+c%20d", "a/b c d"),
            ("Id=%E6%9D%B1", "東"),
            ("Id=100%", "100%"),
            ("Id=%zz%4", "%zz%4"),
            ("Id=%+1", "% 1"),
            ("Id=a%3Db=c", "a=b=c"),
            ("Id=", ""),
            ("&Id=prod\r\n", "prod"),
        ] {
            assert_eq!(sent("/", written), [("Id".to_owned(), meant.to_owned())], "{written}");
        }
        assert!(sent("/", "").is_empty());
    }

    #[test]
    fn the_query_string_counts_where_the_body_says_nothing() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sent = sent("http://127.0.0.1/?Action=DescribeEvents&Marker=a%2B", "Action=DescribeDBInstances");
        assert_eq!(sent, [pair("Action", "DescribeDBInstances"), pair("Marker", "a+")]);
    }
}
