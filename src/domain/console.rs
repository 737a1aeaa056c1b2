//! Addresses in the AWS Management Console.

use super::partition::Partition;

impl Partition {
    /// What the hosts of its console end with (the endpoint references of the partitions; the sovereign cloud's is in
    /// its "Service endpoints").
    #[must_use]
    fn console(self) -> &'static str {
        match self {
            Self::Commercial => "console.aws.amazon.com",
            Self::China => "console.amazonaws.cn",
            Self::GovCloud => "console.amazonaws-us-gov.com",
            Self::EuropeanSovereign => "console.amazonaws-eusc.eu",
        }
    }
}

/// The page of a service in a region, at a place of it; none where the console of its partition is not known (those of the
/// isolated ones: `us-iso-east-1`). What of the place is a name goes through [`encoded`] first.
#[must_use]
pub fn address(region: &str, service: &str, place: &str) -> Option<String> {
    Some(format!("{}/{service}/home?region={}#{place}", host(region)?, encoded(region)))
}

/// The same of a service whose pages have paths of their own (`secret`), each of one resource by its name, which is
/// escaped here.
#[must_use]
pub fn page(region: &str, service: &str, path: &str, name: &str) -> Option<String> {
    Some(format!("{}/{service}/{path}?name={}&region={}", host(region)?, encoded(name), encoded(region)))
}

/// Where the console of a region is.
fn host(region: &str) -> Option<String> {
    let is_isolated = region.split('-').nth(1).is_some_and(|part| part.starts_with("iso"));
    (!is_isolated).then(|| format!("https://{}.{}", encoded(region), Partition::of_region(region).console()))
}

/// A name as it stands in an address: all but letters, digits and `-._~` is escaped, byte by byte (RFC 3986, 2.3).
#[must_use]
pub fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_console() {
        for (region, host) in [
            ("us-east-1", "us-east-1.console.aws.amazon.com"),
            ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
            ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
            ("eusc-de-east-1", "eusc-de-east-1.console.amazonaws-eusc.eu"),
        ] {
            assert_eq!(address(region, "rds", "x:"), Some(format!("https://{host}/rds/home?region={region}#x:")));
        }
        for region in ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"] {
            assert_eq!(address(region, "rds", "x:"), None);
        }
    }

    #[test]
    fn a_name_can_be_nothing_but_a_name() {
        assert_eq!(encoded("prod-cpu_1.b~"), "prod-cpu_1.b~");
        assert_eq!(encoded("a b/c:50%&d#e"), "a%20b%2Fc%3A50%25%26d%23e");
        assert_eq!(encoded("größe\u{1b}"), "gr%C3%B6%C3%9Fe%1B");
        let address = address("x.evil.example/", "rds", "").unwrap();
        assert!(address.starts_with("https://x.evil.example%2F.console.aws.amazon.com/"), "{address}");
    }
}
