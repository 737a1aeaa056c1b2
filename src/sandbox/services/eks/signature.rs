//! Signature Version 4 of a presigned call of STS, for the one secret that is known: the sandbox's own.

use sha2::{Digest, Sha256};

/// The secret of the sandbox's sessions and of the roles that are assumed in it.
const SECRET: &str = "sandbox";

/// What the signature of a presigned GET is, in hexadecimal, when it was made with the sandbox's secret for a cluster of
/// this name. `query` are its parameters without the signature, `scope` is `20261122/eu-west-1/sts/aws4_request`.
///
/// Source: IAM user guide, "Create a signed AWS API request".
pub(super) fn expected(host: &str, query: &[(String, String)], date: &str, scope: &str, cluster: &str) -> String {
    let mut pairs: Vec<String> =
        query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.sort();
    let request = format!(
        "GET\n/\n{}\nhost:{host}\nx-k8s-aws-id:{cluster}\n\nhost;x-k8s-aws-id\n{}",
        pairs.join("&"),
        hex::encode(Sha256::digest(b""))
    );
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex::encode(Sha256::digest(request)));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in scope.split('/').chain([text.as_str()]) {
        key = authenticated(&key, part.as_bytes());
    }
    hex::encode(key)
}

/// HMAC-SHA256 (RFC 2104).
fn authenticated(key: &[u8], text: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut block = if key.len() > BLOCK { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(BLOCK, 0);
    let pad = |byte: u8| block.iter().map(|key| key ^ byte).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

/// RFC 3986's unreserved characters stay, all others are percent-encoded.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_authentication_code_is_that_of_the_standard() {
        let code = hex::encode(authenticated(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(code, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
