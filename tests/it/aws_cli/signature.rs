//! The signature of a request ("Signature Version 4 signing process" of the AWS General Reference): by
//! whom, for which region, and whether the secret behind it is the key's.
//!
//! In the table the secret of a key is `secret-of-` and the key. That of a key which AWS would have
//! handed out (`ASIA…`) goes with a token, `token-of-` and the key; that of a user's has none.

use sha2::{Digest, Sha256};

use super::endpoint::Request;

/// Who signed, and for where.
pub struct Signed {
    pub key: String,
    pub region: String,
}

/// The secret of a key.
pub fn secret_of(key: &str) -> String {
    format!("secret-of-{key}")
}

/// The token of a key.
pub fn token_of(key: &str) -> String {
    format!("token-of-{key}")
}

/// Reads and verifies a signature; in words what is wrong with it.
pub fn check(request: &Request) -> Result<Signed, String> {
    let authorization = request.header("authorization");
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(name)?;
        Some(rest.split([',', ' ']).next().unwrap_or_default())
    };
    // A key may have any characters, also those that end a part.
    let scope = authorization.split_once("Credential=").and_then(|(_, rest)| rest.split_once("/aws4_request"));
    let scope: Vec<&str> = scope.map(|(scope, _)| scope.split('/').collect()).unwrap_or_default();
    let (&[key, date, region, service], Some(headers), Some(signature)) =
        (scope.as_slice(), part("SignedHeaders="), part("Signature="))
    else {
        return Err("it is not signed".to_owned());
    };

    let signed: String = headers.split(';').map(|name| format!("{name}:{}\n", words(request.header(name)))).collect();
    let hash = hex::encode(Sha256::digest(&request.body));
    let (method, path, query) = (&request.method, request.path(), request.query());
    let canonical = format!("{method}\n{path}\n{query}\n{signed}\n{headers}\n{hash}");
    let canonical = hex::encode(Sha256::digest(canonical.as_bytes()));
    let at = request.header("x-amz-date");
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{date}/{region}/{service}/aws4_request\n{canonical}");

    let mut secret = format!("AWS4{}", secret_of(key)).into_bytes();
    for part in [date, region, service, "aws4_request"] {
        secret = hmac(&secret, part.as_bytes());
    }
    if hex::encode(hmac(&secret, text.as_bytes())) != signature {
        return Err(format!("it is not signed with the secret of {key}"));
    }
    let token = request.header("x-amz-security-token");
    let expected = if key.starts_with("ASIA") { token_of(key) } else { String::new() };
    if token != expected {
        return Err(format!("{token:?} is not the token of {key}"));
    }
    Ok(Signed { key: key.to_owned(), region: region.to_owned() })
}

/// The value of a header with one blank between its words.
fn words(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// HMAC with SHA-256 (RFC 2104), for keys of up to 64 bytes, as those of signatures are.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}
