//! Names that AWS would draw at random and the sandbox derives, so that they are the same in every
//! run: resource ids, endpoints' labels, security groups.

/// A 64-bit hash of some text, the same on every machine and in every version (FNV-1a, then the
/// finaliser of `SplitMix64` so that near names give far values).
#[must_use]
pub fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    mix(state)
}

/// The finaliser of `SplitMix64`: spreads a counter over 64 bits.
#[must_use]
pub fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// `count` characters of `alphabet`, drawn from `seed`.
#[must_use]
pub fn draw(seed: u64, alphabet: &[u8], count: usize) -> String {
    let size = alphabet.len().max(1) as u64;
    let mut state = seed;
    (0..count)
        .filter_map(|_| {
            state = mix(state);
            alphabet.get((state % size) as usize).map(|byte| char::from(*byte))
        })
        .collect()
}

const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

/// `DbiResourceId`: `db-` and 26 capitals and digits.
#[must_use]
pub fn resource_id(account: &str, region: &str, id: &str) -> String {
    format!("db-{}", draw(hash(&["resource", account, region, id]), CAPITALS, 26))
}

/// The label that all endpoints of one account and region share.
#[must_use]
pub fn endpoint_label(account: &str, region: &str) -> String {
    format!("c{}", draw(hash(&["endpoint", account, region]), LOWER, 11))
}

/// The identifier of an automated backup: `ab-` and 39 lower-case characters.
#[must_use]
pub fn automated_backup_id(resource_id: &str) -> String {
    format!("ab-{}", draw(hash(&["backup", resource_id]), LOWER, 39))
}

/// An EC2-style identifier such as `sg-0a1b2c3d4e5f67890`.
#[must_use]
pub fn ec2_id(prefix: &str, parts: &[&str]) -> String {
    format!("{prefix}-0{}", draw(hash(parts), HEX, 16))
}

/// A UUID-shaped text for request ids and keys.
#[must_use]
pub fn uuid(seed: u64) -> String {
    let digits = draw(seed, HEX, 32);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_have_the_shape_that_aws_gives_them() {
        let id = resource_id("1", "us-east-1", "orders");
        assert_eq!(id.len(), 29);
        assert!(id.starts_with("db-"));
        assert_eq!(id, resource_id("1", "us-east-1", "orders"));
        assert_ne!(id, resource_id("1", "us-west-2", "orders"));
        assert_eq!(uuid(7).len(), 36);
        assert_eq!(ec2_id("sg", &["a"]).len(), 20);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
