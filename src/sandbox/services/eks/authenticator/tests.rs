//! Tokens that the AWS CLI 1.44 made with the sandbox's credentials at 03:00:00 (`aws eks get-token --region eu-west-1`,
//! without their base64).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

/// For prod-eks.
const PRODUCTION: &str = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
    &X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIASANDBOX444455556666%2F20261122%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261122T030000Z\
    &X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
    &X-Amz-Signature=f00c11a9b36ae8a3ebf2b069051a5e638106a7dc548fbe28c0c32bb2b4977164";
/// The signature of the same for staging-eks.
const FOR_STAGING: &str = "0fd1efda274fe5cfb5972f90d221161e3b10d027cfaff749e6a9843e8a703ccc";
/// That of the first.
const FOR_PRODUCTION: &str = "f00c11a9b36ae8a3ebf2b069051a5e638106a7dc548fbe28c0c32bb2b4977164";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn signed() -> Timestamp {
    at("2026-11-22T03:00:00Z")
}

fn token(url: &str) -> String {
    format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url))
}

fn authenticator(site: ClusterSite) -> EksAuthenticator {
    // The machine's clock is far away.
    EksAuthenticator { site, token: Some("static".into()), machine: || Timestamp::UNIX_EPOCH }
}

fn user_at(url: &str, now: Timestamp) -> Option<String> {
    authenticator(ClusterSite::Production).user(Some(&token(url)), now)
}

#[test]
fn a_token_of_the_cli_lets_in_for_a_quarter_of_an_hour() {
    let reader = Some("arn:aws:sts::444455556666:assumed-role/reader/oncall".to_owned());
    for (now, expected) in [
        (signed(), &reader),
        (at("2026-11-22T03:15:00Z"), &reader),
        (at("2026-11-22T03:15:01Z"), &None),
        (at("2026-11-22T02:44:59Z"), &None),
    ] {
        assert_eq!(user_at(PRODUCTION, now), *expected, "{now}");
    }
    // By the clock of the machine, when the sandbox is in another time.
    let elsewhere = EksAuthenticator { machine: signed, ..authenticator(ClusterSite::Production) };
    assert_eq!(elsewhere.user(Some(&token(PRODUCTION)), at("2027-01-01T00:00:00Z")), reader);
}

#[test]
fn what_is_no_such_token_lets_nobody_in() {
    for (from, to) in [
        ("https://sts.eu-west-1.amazonaws.com/", "https://sts.eu-west-1.example.com/"),
        ("https://sts.eu-west-1.amazonaws.com/", "http://sts.eu-west-1.amazonaws.com/"),
        ("https://sts.eu-west-1.amazonaws.com/", "https://sts.eu-west-1.amazonaws.com/x"),
        ("https://sts.", "https://s3."),
        ("Action=GetCallerIdentity", "Action=GetSessionToken"),
        ("host%3Bx-k8s-aws-id", "host"),
        ("X-Amz-Expires=60", "X-Amz-Expires=901"),
        ("X-Amz-Expires=60", "X-Amz-Expires=-1"),
        ("&X-Amz-Expires=60", ""),
        ("X-Amz-Date=20261122T030000Z", "X-Amz-Date=today"),
        ("Version=2011-06-15", "Version=2011-06-15&version=2011-06-15"),
        ("Version=2011-06-15", "Version=2011-06-15&DurationSeconds=1"),
        ("%2Fsts%2F", "%2Feks%2F"),
        (FOR_PRODUCTION, &FOR_PRODUCTION[..58]),
        ("&X-Amz-Signature=", "&X-Amz-Security-Token="),
        // An account whose cluster it is not.
        ("444455556666", "555566667777"),
        // The sandbox's own credentials, for another cluster.
        (FOR_PRODUCTION, FOR_STAGING),
    ] {
        let url = PRODUCTION.replace(from, to);
        assert_ne!(url, PRODUCTION, "{from}");
        assert_eq!(user_at(&url, signed()), None, "{from} {to}");
    }
    let production = authenticator(ClusterSite::Production);
    let long = token(&format!("{PRODUCTION}&X-Amz-Security-Token={}", "x".repeat(4_000)));
    let padded = format!("{}=", token(PRODUCTION));
    for text in [None, Some(""), Some("k8s-aws-v1."), Some("k8s-aws-v1.!"), Some(long.as_str()), Some(padded.as_str())]
    {
        assert_eq!(production.user(text, signed()), None);
    }
    assert_eq!(authenticator(ClusterSite::Staging).user(Some(&token(PRODUCTION)), signed()), None);
}

#[test]
fn a_sandbox_in_the_place_of_sts_and_anybodys_secret_are_as_good() {
    let served = PRODUCTION.replace("https://sts.eu-west-1.amazonaws.com/", "http://127.0.0.1:5566/");
    let others = PRODUCTION.replace(FOR_PRODUCTION, &"0".repeat(64));
    for url in [served, others] {
        assert!(user_at(&url, signed()).is_some(), "{url}");
    }
}

#[test]
fn a_role_may_what_its_access_entry_says() {
    let production = authenticator(ClusterSite::Production);
    let user = |role: &str| {
        let role = format!("&X-Amz-Security-Token=sandbox%2F{role}%2Fann&X-Amz-Signature=");
        user_at(&PRODUCTION.replace("&X-Amz-Signature=", &role), signed())
    };
    let may = |user: &str, verb: &str| {
        let asked = AccessQuestion { verb: verb.into(), resource: "nodes".into(), ..AccessQuestion::default() };
        production.allows(user, &asked, signed())
    };
    let operator = user("oncall-operator").unwrap();
    assert_eq!(operator, "arn:aws:sts::444455556666:assumed-role/oncall-operator/ann");
    assert!(
        may(&operator, "list") && may(&operator, "patch") && !may(&operator, "delete") && !may(&operator, "update")
    );
    let may_do = |user: &str, verb: &str, group: &str, resource: &str| {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let asked = AccessQuestion {
            verb: verb.into(),
            group: group.into(),
            resource: resource.into(),
            subresource: subresource.into(),
            ..AccessQuestion::default()
        };
        production.allows(user, &asked, signed())
    };
    for (verb, group, resource, expected) in [
        ("create", "", "pods/eviction", true),
        ("delete", "", "pods", false),
        ("delete", "karpenter.sh", "nodeclaims", true),
        ("patch", "karpenter.sh", "nodeclaims", false),
        ("patch", "karpenter.sh", "nodepools", true),
        ("patch", "apps", "deployments", true),
        ("patch", "apps", "deployments/scale", false),
        ("patch", "apps", "statefulsets", true),
        ("patch", "apps", "daemonsets", true),
        ("patch", "apps", "replicasets", false),
        ("patch", "autoscaling", "horizontalpodautoscalers", true),
        ("patch", "policy", "poddisruptionbudgets", false),
        ("get", "", "pods/log", true),
        ("create", "", "pods/exec", false),
    ] {
        assert_eq!(may_do(&operator, verb, group, resource), expected, "{verb} {resource}");
        let reads = matches!(verb, "get");
        assert_eq!(may_do(&user("oncall-reader").unwrap(), verb, group, resource), reads, "{verb} {resource}");
    }
    let reader = user("oncall-reader").unwrap();
    assert!(may(&reader, "list") && may(&reader, "watch") && !may(&reader, "patch") && !may(&reader, "create"));
    for role in ["stranger", "prod-eks-system-node"] {
        assert_eq!(user(role), None, "{role}");
    }
    let maker = production.user(Some("static"), signed()).unwrap();
    assert!(may(&maker, "delete"));
    assert!(!may("arn:aws:sts::555566667777:assumed-role/oncall-operator/ann", "list"));
    assert!(!format!("{production:?}").contains("static"));
}
