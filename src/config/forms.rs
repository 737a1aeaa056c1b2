//! The forms of what AWS gives and engineers write: account ids, regions, role ARNs, durations.

use std::time::Duration;

/// The regions of the commercial, GovCloud, China and European sovereign partitions ("AWS Regions"
/// in the "AWS Regions and Availability Zones" guide). Others are accepted with a warning: there
/// will be more.
const REGIONS: [&str; 39] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-gov-east-1",
    "us-gov-west-1",
];

/// Whether a text can be a region: words and a number, joined by `-`.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [words @ .., number] = parts.as_slice() else { return false };
    let word = |w: &&str| w.len() >= 2 && w.chars().all(|c| c.is_ascii_lowercase());
    let digits = (1..=2).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit());
    words.len() >= 2 && words.iter().all(word) && digits
}

/// The known region that a text most likely means; itself when it is one.
#[must_use]
pub fn nearest_region(text: &str) -> Option<&'static str> {
    REGIONS.iter().copied().find(|region| *region == text).or_else(|| crate::nearest::nearest(text, REGIONS))
}

/// Whether a region is one of those that exist at the time of writing.
#[must_use]
pub fn is_known_region(text: &str) -> bool {
    REGIONS.contains(&text)
}

/// Whether a text is an AWS account id: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

/// The account in a role's ARN (`arn:aws:iam::111122223333:role/path/name`), when it is one.
#[must_use]
pub fn account_of_role(arn: &str) -> Option<&str> {
    account_of(arn, "role/")
}

/// Whether a text is the ARN of a role or a user of IAM: who an access entry of a cluster is for (EKS API reference,
/// `CreateAccessEntry`, `principalArn`).
#[must_use]
pub fn is_principal(arn: &str) -> bool {
    ["role/", "user/"].into_iter().any(|kind| account_of(arn, kind).is_some())
}

/// The account in the ARN of something of IAM.
fn account_of<'t>(arn: &'t str, kind: &str) -> Option<&'t str> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (prefix, partition, service, region, account, resource) = (next(), next(), next(), next(), next(), next());
    let name = resource.strip_prefix(kind)?;
    // "IAM and AWS STS quotas, name requirements, and character limits".
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=,.@-".contains(c);
    let sound = prefix == "arn"
        && partition.starts_with("aws")
        && service == "iam"
        && region.is_empty()
        && is_account(account)
        && !name.is_empty()
        && name.chars().all(allowed);
    sound.then_some(account)
}

/// Whether a text is the serial number of an MFA device: the ARN of a virtual one, or the number of
/// a hardware token ("AssumeRole" in the STS API reference: 9 to 256 characters).
#[must_use]
pub fn is_mfa_serial(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=/:,.@-".contains(c);
    (9..=256).contains(&text.len()) && text.chars().all(allowed)
}

/// Whether a text can be a role session's name (STS API reference: 2 to 64 of `[\w+=,.@-]`).
#[must_use]
pub fn is_session_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    (2..=64).contains(&text.len()) && text.chars().all(allowed)
}

/// Whether a text can be the name of a cluster (EKS API reference, `ClusterName`: 1 to 100 of
/// `^[0-9A-Za-z][A-Za-z0-9\-_]*`).
#[must_use]
pub fn is_cluster_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    text.len() <= 100 && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(allowed)
}

/// A duration as engineers write it: `30s`, `5m`, `24h`, `7d`, `1h30m`. `None` for anything else,
/// and for nothing at all.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let mut total: u64 = 0;
    let mut digits = String::new();
    for c in text.trim().chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let seconds = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            ' ' if digits.is_empty() => continue,
            _ => return None,
        };
        let count: u64 = digits.parse().ok()?;
        digits.clear();
        total = total.checked_add(count.checked_mul(seconds)?)?;
    }
    // A year is far beyond any target, and small enough for every clock.
    (digits.is_empty() && (1..=31_622_400).contains(&total)).then(|| Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("30s", Some(30)),
            ("5m", Some(300)),
            ("24h", Some(86_400)),
            ("1h30m", Some(5_400)),
            ("1h 30m", Some(5_400)),
            ("7d", Some(604_800)),
            ("5", None),
            ("", None),
            ("0m", None),
            ("5 minutes", None),
            ("-5m", None),
            ("1.5h", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn regions() {
        assert!(REGIONS.iter().all(|region| is_region(region)));
        for bad in ["", "us-east", "us-east-1a", "US-EAST-1", "useast1", "us-east-1 ", "-east-1", "us--east-1"] {
            assert!(!is_region(bad), "{bad}");
        }
        assert_eq!(nearest_region("us-esat-1"), Some("us-east-1"));
        assert_eq!(nearest_region("eu-west-1a"), Some("eu-west-1"));
        assert_eq!(nearest_region("somewhere"), None);
    }

    #[test]
    fn roles() {
        assert_eq!(account_of_role("arn:aws:iam::111122223333:role/reader"), Some("111122223333"));
        assert_eq!(account_of_role("arn:aws-us-gov:iam::111122223333:role/a/b"), Some("111122223333"));
        for bad in
            ["reader", "arn:aws:iam::1:role/r", "arn:aws:iam::111122223333:user/r", "arn:aws:iam::111122223333:role/"]
        {
            assert_eq!(account_of_role(bad), None, "{bad}");
        }
    }

    #[test]
    fn principals() {
        for good in [
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/Reader_1",
            "arn:aws-cn:iam::111122223333:user/jo",
        ] {
            assert!(is_principal(good), "{good}");
        }
        for bad in ["", "jo", "arn:aws:sts::111122223333:assumed-role/reader/jo", "arn:aws:iam::111122223333:group/g"] {
            assert!(!is_principal(bad), "{bad}");
        }
    }

    #[test]
    fn cluster_names() {
        for good in ["a", "prod-eks", "9_B"] {
            assert!(is_cluster_name(good), "{good}");
        }
        for bad in ["", "-a", "a.b", "a b", "a\u{1b}", "é", &"a".repeat(101)] {
            assert!(!is_cluster_name(bad), "{bad}");
        }
    }
}
