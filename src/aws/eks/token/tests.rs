//! Tokens, against URLs that botocore signed.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SESSION: &str = "FwoGZXIvYXdzE/+a=b==";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The parts of a URL, its parameters in no order.
fn parts(url: &str) -> (String, BTreeMap<String, String>) {
    let (place, query) = url.split_once('?').unwrap();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    (place.to_owned(), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Made with `botocore.signers.RequestSigner.generate_presigned_url`, as `aws eks get-token` calls it, with its clock at
/// this moment.
#[test]
fn the_url_is_the_one_that_botocore_signs() {
    let signed_at = at("2026-11-22T03:12:44Z");
    for (key, session, place, region, wanted) in [
        (
            "AKIAIOSFODNN7EXAMPLE",
            None,
            "https://sts.eu-west-1.amazonaws.com",
            "eu-west-1",
            "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=\
             AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122%2Feu-west-1%2Fsts%2Faws4_request&\
             X-Amz-Date=20261122T031244Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=\
             a369aa3547b7876d053b5d4a91ffe027a71e7e45637ce00a8375d919a367e425",
        ),
        (
            "ASIAIOSFODNN7EXAMPLE",
            Some(SESSION),
            "https://sts.cn-north-1.amazonaws.com.cn/",
            "cn-north-1",
            "https://sts.cn-north-1.amazonaws.com.cn/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=\
             AWS4-HMAC-SHA256&X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20261122%2Fcn-north-1%2Fsts%2Faws4_request&\
             X-Amz-Date=20261122T031244Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&\
             X-Amz-Security-Token=FwoGZXIvYXdzE%2F%2Ba%3Db%3D%3D&X-Amz-Signature=\
             ce87b260bda55a9aa2c649a951e447c3d99821b1a12378900edf866bfe45c583",
        ),
        (
            "ASIAIOSFODNN7EXAMPLE",
            Some(SESSION),
            "http://127.0.0.1:5566",
            "eu-west-1",
            "http://127.0.0.1:5566/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&\
             X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20261122%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=\
             20261122T031244Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=\
             FwoGZXIvYXdzE%2F%2Ba%3Db%3D%3D&X-Amz-Signature=\
             87442fc53c4dffad59975ecedf1b967e4ed86ea49e2027fa97468459b1d8124f",
        ),
    ] {
        let credentials = Credentials::new(key, SECRET, session.map(str::to_owned), None, "test");
        let url = presigned(&credentials, place, region, "shop-prod", signed_at).unwrap();
        assert_eq!(parts(&url), parts(wanted), "{place}");
    }
}

/// RFC 4648, section 5, without padding; the text has what differs from section 4 in it.
#[test]
fn a_token_is_url_safe() {
    assert_eq!(token_of("https://x/?a>b?c~d"), "k8s-aws-v1.aHR0cHM6Ly94Lz9hPmI_Y35k");
    assert_eq!(token_of("a>>b"), "k8s-aws-v1.YT4-Yg");
}

#[tokio::test]
async fn the_endpoint_is_that_of_the_region_in_its_partition() {
    for (region, place) in [
        ("eu-west-1", "https://sts.eu-west-1.amazonaws.com"),
        ("us-east-1", "https://sts.us-east-1.amazonaws.com"),
        ("us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "https://sts.eusc-de-east-1.amazonaws.eu"),
    ] {
        assert_eq!(regional(region).await.unwrap(), place);
    }
}

#[test]
fn an_endpoint_of_ones_own_is_told_from_aws() {
    for url in [
        "https://sts.us-east-1.amazonaws.com",
        "https://vpce-0a-1b.sts.eu-west-1.vpce.amazonaws.com/",
        "https://sts-fips.us-east-1.amazonaws.com:443",
        "https://sts.eu-west-1.api.aws",
        "https://sts.cn-north-1.amazonaws.com.cn",
    ] {
        assert!(is_of_aws(url), "{url}");
    }
    for url in
        ["http://127.0.0.1:5566", "http://localhost:4566", "https://evilamazonaws.com", "https://amazonaws.com.x", ""]
    {
        assert!(!is_of_aws(url), "{url}");
    }
}

#[test]
fn a_token_ends_with_its_credentials_at_the_latest() {
    let (now, minute) = (at("2026-11-22T03:00:00Z"), SignedDuration::from_mins(1));
    assert_eq!(until(now, None, SignedDuration::ZERO), at("2026-11-22T03:14:00Z"));
    assert_eq!(until(now, Some(at("2026-11-22T04:00:00Z")), SignedDuration::ZERO), at("2026-11-22T03:14:00Z"));
    assert_eq!(until(now, Some(at("2026-11-22T03:05:00Z")), SignedDuration::ZERO), at("2026-11-22T03:05:00Z"));
    // Theirs is a minute ahead: what ends at five past ends here at four past.
    assert_eq!(until(now, Some(at("2026-11-22T03:05:00Z")), minute), at("2026-11-22T03:04:00Z"));
}

#[test]
fn a_token_is_not_printed() {
    let token = SignedToken { text: "k8s-aws-v1.secret".to_owned(), until: Timestamp::UNIX_EPOCH };
    let printed = format!("{token:?}");
    assert!(printed.contains("until") && !printed.contains("secret"), "{printed}");
}

#[test]
fn a_name_that_cannot_stand_in_a_header_is_a_fault() {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET, None, Some(UNIX_EPOCH), "test");
    let place = "https://sts.eu-west-1.amazonaws.com";
    let error = presigned(&credentials, place, "eu-west-1", "shop\nprod", Timestamp::UNIX_EPOCH).unwrap_err();
    let fault = unsigned(error.as_ref());
    assert_eq!(fault.call, GET_CALLER_IDENTITY);
    assert!(fault.message.starts_with("a token for the cluster cannot be signed: "), "{}", fault.message);
}
