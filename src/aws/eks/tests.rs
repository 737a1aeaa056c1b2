//! The adapter over answers as EKS gives them, below the SDK.

mod updates;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::aws::{InProcess, SessionSpec};
use crate::services::kubernetes::{EksTrouble, Support};

/// Answers by the path and query of a request: status, kind of error, body. Each takes a second.
#[derive(Debug, Clone, Default)]
struct AnswersByPath {
    answers: HashMap<&'static str, (u16, &'static str, String)>,
    told: Arc<Mutex<PathsAsked>>,
}

#[derive(Debug, Default)]
struct PathsAsked {
    asked: Vec<String>,
    under_way: usize,
    most: usize,
}

impl AnswersByPath {
    fn with(mut self, path: &'static str, body: &str) -> Self {
        self.answers.insert(path, (200, "", body.to_owned()));
        self
    }

    fn failing(mut self, path: &'static str, status: u16, kind: &'static str, message: &str) -> Self {
        self.answers.insert(path, (status, kind, format!("{{\"message\":\"{message}\"}}")));
        self
    }

    async fn session(&self) -> Session {
        let paths = self.clone();
        let http = http_client_fn(move |_, _| SharedHttpConnector::new(paths.clone()));
        let end = Some(std::time::SystemTime::now() + Duration::from_secs(86_400));
        let credentials = Credentials::new("AKIASANDBOX111122223333", "secret", None, end, "test");
        let in_process = Some(InProcess { http, credentials });
        Session::load(&SessionSpec { region: Some("eu-west-1".into()), in_process, ..SessionSpec::default() }).await
    }

    async fn ask(&self, ask: EksAsk) -> Result<Answer, Fault> {
        answer(&self.session().await, "eu-west-1", ask).await
    }

    fn asked(&self) -> Vec<String> {
        self.told.lock().unwrap().asked.clone()
    }
}

impl HttpConnector for AnswersByPath {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: http::Uri = request.uri().parse().unwrap();
        let path = uri.path_and_query().unwrap().as_str().to_owned();
        let answer = self.answers.get(path.as_str()).cloned();
        let (status, kind, body) = answer.unwrap_or_else(|| panic!("nobody should ask for {path}"));
        let told = self.told.clone();
        HttpConnectorFuture::new(async move {
            {
                let mut told = told.lock().unwrap();
                told.asked.push(path);
                told.under_way += 1;
                told.most = told.most.max(told.under_way);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            told.lock().unwrap().under_way -= 1;
            let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            if !kind.is_empty() {
                response.headers_mut().insert("x-amzn-errortype", kind);
            }
            response.headers_mut().insert("x-amzn-requestid", "7d1c");
            Ok(response)
        })
    }
}

const ALL: &str = "/clusters?maxResults=100";

fn of(cluster: &str) -> Arc<str> {
    cluster.into()
}

/// As the API reference shows it, with what is read of it.
const CLUSTER: &str = r#"{"cluster": {
  "name": "shop-prod", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/shop-prod", "createdAt": 1764547200.5,
  "version": "1.33", "endpoint": "https://ABC.gr7.eu-west-1.eks.amazonaws.com", "status": "HIBERNATING",
  "certificateAuthority": {"data": "LS0t"}, "platformVersion": "eks.41",
  "resourcesVpcConfig": {"endpointPublicAccess": false, "endpointPrivateAccess": true, "publicAccessCidrs": ["10.0.0.0/8"]},
  "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": true}, {"types": ["scheduler"], "enabled": false}]},
  "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-west-1:111122223333:key/1"}}],
  "health": {"issues": [{"code": "Ec2SubnetNotFound", "message": "gone:\nsubnet-1", "resourceIds": ["subnet-1"]}]},
  "accessConfig": {"authenticationMode": "API"}, "upgradePolicy": {"supportType": "EXTENDED"},
  "zonalShiftConfig": {"enabled": true}, "computeConfig": {"enabled": true, "nodePools": ["general-purpose"]},
  "deletionProtection": false, "tags": {"team": "shop\u001b[31m"}, "aFieldOfTomorrow": {"x": 1}
}}"#;

#[tokio::test(start_paused = true)]
async fn clusters_are_described_over_all_pages_and_one_that_is_gone_is_left_out() {
    let paths = AnswersByPath::default()
        .with(ALL, r#"{"clusters": ["shop-prod", "shop-gone"], "nextToken": "a+b"}"#)
        .with("/clusters?maxResults=100&nextToken=a%2Bb", r#"{"clusters": ["bare", "shop-prod"], "nextToken": null}"#)
        .with("/clusters/shop-prod", CLUSTER)
        .with("/clusters/bare", r#"{"cluster": {}}"#)
        .failing("/clusters/shop-gone", 404, "ResourceNotFoundException", "No cluster found for name: shop-gone.");
    let Ok(Answer::Clusters(found)) = paths.ask(EksAsk::Clusters).await else { panic!() };
    assert_eq!(found.iter().map(|cluster| &*cluster.name).collect::<Vec<_>>(), ["bare", "shop-prod"]);
    assert_eq!(paths.asked().len(), 5, "the one that is on two pages is described once");

    let prod = &found[1];
    assert_eq!((&*prod.status, &*prod.version, &*prod.platform), ("HIBERNATING", "1.33", "eks.41"));
    assert_eq!(prod.created.map(|at| at.to_string()).as_deref(), Some("2025-12-01T00:00:00.5Z"));
    assert_eq!((&*prod.endpoint, &*prod.authority), ("https://ABC.gr7.eu-west-1.eks.amazonaws.com", "LS0t"));
    assert!(!prod.access.public && prod.access.private);
    assert_eq!((prod.access.cidrs.as_slice(), &*prod.authentication), (&[of("10.0.0.0/8")][..], "API"));
    assert_eq!(
        (prod.logs_on.as_slice(), prod.logs_off.as_slice()),
        (&[of("api"), of("audit")][..], &[of("scheduler")][..])
    );
    assert_eq!(prod.secrets_key.as_deref(), Some("arn:aws:kms:eu-west-1:111122223333:key/1"));
    assert_eq!((prod.upgrade_policy.as_deref(), prod.deletion_protection), (Some("EXTENDED"), Some(false)));
    assert!(prod.auto_mode && prod.zonal_shift && prod.auto_pools == [of("general-purpose")]);
    let trouble =
        EksTrouble { code: of("Ec2SubnetNotFound"), message: of("gone: subnet-1"), resources: vec![of("subnet-1")] };
    assert_eq!(prod.health, [trouble]);
    assert_eq!(prod.tags.get("team").map(|value| &**value), Some("shop?[31m"));

    let bare = &found[0];
    assert_eq!((&*bare.endpoint, &*bare.status, bare.created, bare.deletion_protection), ("", "", None, None));
    assert!(bare.access.public && !bare.auto_mode && bare.upgrade_policy.is_none() && bare.health.is_empty());
}

#[tokio::test(start_paused = true)]
async fn few_are_described_at_once() {
    let names: Vec<String> = (0..12).map(|i| format!("\"c{i:02}\"")).collect();
    let mut paths = AnswersByPath::default().with(ALL, &format!("{{\"clusters\": [{}]}}", names.join(",")));
    for path in [
        "/clusters/c00",
        "/clusters/c01",
        "/clusters/c02",
        "/clusters/c03",
        "/clusters/c04",
        "/clusters/c05",
        "/clusters/c06",
        "/clusters/c07",
        "/clusters/c08",
        "/clusters/c09",
        "/clusters/c10",
        "/clusters/c11",
    ] {
        paths = paths.with(path, r#"{"cluster": {}}"#);
    }
    let Ok(Answer::Clusters(found)) = paths.ask(EksAsk::Clusters).await else { panic!() };
    assert_eq!((found.len(), &*found[11].name), (12, "c11"));
    assert_eq!(paths.told.lock().unwrap().most, AT_ONCE);
}

#[tokio::test(start_paused = true)]
async fn one_that_may_not_be_described_fails_the_read() {
    let said = "User: arn:aws:sts::111122223333:assumed-role/reader/jo is not authorized to perform: \
                eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/a";
    let paths = AnswersByPath::default()
        .with(ALL, r#"{"clusters": ["a", "b"]}"#)
        .with("/clusters/b", r#"{"cluster": {}}"#)
        .failing("/clusters/a", 403, "AccessDeniedException", said);
    let fault = paths.ask(EksAsk::Clusters).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Denied { action: "eks:DescribeCluster".into() });
    assert_eq!((fault.call.as_str(), fault.request_id.as_deref()), (DESCRIBE_CLUSTER, Some("7d1c")));
}

#[tokio::test(start_paused = true)]
async fn what_eks_refuses_has_its_class() {
    let of_kind = async |status, kind, message| {
        AnswersByPath::default().failing(ALL, status, kind, message).ask(EksAsk::Clusters).await.unwrap_err().kind
    };
    let other = |code: &str| FaultKind::Other { code: code.into() };
    assert_eq!(of_kind(429, "TooManyRequestsException", "Too Many Requests").await, FaultKind::Throttled);
    assert_eq!(of_kind(429, "ThrottlingException", "Rate exceeded").await, FaultKind::Throttled);
    assert_eq!(of_kind(500, "ServerException:http://x", "internal").await, other("ServerException"));
    assert_eq!(of_kind(503, "ServiceUnavailableException", "later").await, other("ServiceUnavailableException"));
    assert_eq!(of_kind(400, "ClientException", "no").await, other("ClientException"));
    let token = "The security token included in the request is expired";
    assert!(matches!(of_kind(403, "ExpiredTokenException", token).await, FaultKind::Expired { .. }));
    let unknown = of_kind(403, "UnrecognizedClientException", "The security token is invalid.").await;
    assert!(matches!(unknown, FaultKind::NotAccepted { .. }), "{unknown:?}");
    assert_eq!(of_kind(403, "", "Forbidden").await, FaultKind::Denied { action: "eks:ListClusters".into() });
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_what_it_is_about_is_broken() {
    let insights = || EksAsk::Insights { cluster: of("a") };
    for (path, body, ask) in [
        (ALL, "{}", EksAsk::Clusters),
        (ALL, "", EksAsk::Clusters),
        (ALL, r#"{"clusters": null}"#, EksAsk::Clusters),
        (ALL, r#"{"clusters": ["a", "#, EksAsk::Clusters),
        (ALL, "<html><body>Sign in</body></html>", EksAsk::Clusters),
        ("/cluster-versions?maxResults=100&includeAll=true", "[]", EksAsk::Versions),
    ] {
        let fault = AnswersByPath::default().with(path, body).ask(ask).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::BrokenAnswer, "{body}");
    }
    // `ListInsights` is a POST.
    let fault = AnswersByPath::default().with("/clusters/a/insights", "{}").ask(insights()).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.message.as_str()),
        (FaultKind::BrokenAnswer, "the answer is without its \"insights\"")
    );
    let empty = AnswersByPath::default().with("/clusters/a/insights", r#"{"insights": []}"#).ask(insights()).await;
    assert_eq!(empty, Ok(Answer::Insights(Vec::new())));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_again_ends_the_list_with_a_fault() {
    let paths = AnswersByPath::default()
        .with(ALL, r#"{"clusters": ["a"], "nextToken": "t"}"#)
        .with("/clusters?maxResults=100&nextToken=t", r#"{"clusters": ["b"], "nextToken": "t"}"#);
    let fault = paths.ask(EksAsk::Clusters).await.unwrap_err();
    assert_eq!((fault.kind, fault.call.as_str(), paths.asked().len()), (FaultKind::BrokenAnswer, LIST_CLUSTERS, 2));
}

#[tokio::test(start_paused = true)]
async fn versions_are_those_of_clusters_in_the_region() {
    let body = r#"{"clusterVersions": [
        {"clusterVersion": "1.34", "clusterType": "eks", "defaultVersion": true, "releaseDate": 1759363200,
         "endOfStandardSupportDate": 1796169600, "endOfExtendedSupportDate": 1827705600,
         "status": "standard-support", "versionStatus": "STANDARD_SUPPORT"},
        {"clusterVersion": "1.31", "clusterType": "eks", "status": "extended-support"},
        {"clusterVersion": "1.29", "versionStatus": "UNSUPPORTED"},
        {"clusterVersion": "1.28", "versionStatus": "RETIRED"},
        {"clusterVersion": "1.31", "clusterType": "eks-local-outposts", "versionStatus": "STANDARD_SUPPORT"},
        {"clusterType": "eks"}]}"#;
    let paths = AnswersByPath::default().with("/cluster-versions?maxResults=100&includeAll=true", body);
    let Ok(Answer::Versions(found)) = paths.ask(EksAsk::Versions).await else { panic!() };
    let told: Vec<_> = found.iter().map(|version| (&*version.version, version.support)).collect();
    let supports = [Some(Support::Standard), Some(Support::Extended), Some(Support::Ended), None];
    assert_eq!(told, ["1.34", "1.31", "1.29", "1.28"].into_iter().zip(supports).collect::<Vec<_>>());
    assert!(found[0].is_default && !found[1].is_default);
    assert_eq!(found[0].standard_until.map(|at| at.to_string()).as_deref(), Some("2026-12-02T00:00:00Z"));
    assert_eq!(found[0].extended_until.map(|at| at.to_string()).as_deref(), Some("2027-12-02T00:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn what_eks_manages_in_a_cluster() {
    let paths = AnswersByPath::default()
        .with("/clusters/a/node-groups?maxResults=100", r#"{"nodegroups": ["system"]}"#)
        .with(
            "/clusters/a/node-groups/system",
            r#"{"nodegroup": {"nodegroupName": "system", "nodegroupArn": "arn:n", "version": "1.33", "status": "DEGRADED",
                "releaseVersion": "1.33.1-20250715", "capacityType": "ON_DEMAND", "amiType": "AL2023_x86_64_STANDARD",
                "instanceTypes": ["m6i.large"], "scalingConfig": {"minSize": 0, "maxSize": 4},
                "health": {"issues": [{"code": "NodeCreationFailure", "message": "no", "resourceIds": ["i-1", "i-2"]}]}}}"#,
        )
        .with("/clusters/a/addons?maxResults=100", r#"{"addons": ["vpc-cni", "coredns"]}"#)
        .with("/clusters/a/addons/vpc-cni", r#"{"addon": {"addonName": "vpc-cni", "status": "ACTIVE", "addonVersion": "v1.20.0"}}"#)
        .with(
            "/clusters/a/addons/coredns",
            r#"{"addon": {"status": "DEGRADED", "health": {"issues": [{"code": "InsufficientNumberOfReplicas"}]}}}"#,
        );
    let cluster = of("a");
    let Ok(Answer::Nodegroups(groups)) = paths.ask(EksAsk::Nodegroups { cluster: cluster.clone() }).await else {
        panic!()
    };
    let group = &groups[0];
    assert_eq!((&*group.name, &*group.status, &*group.release), ("system", "DEGRADED", "1.33.1-20250715"));
    assert_eq!((group.minimum, group.maximum, group.desired), (Some(0), Some(4), None));
    assert_eq!((&*group.health[0].code, group.health[0].resources.len()), ("NodeCreationFailure", 2));
    assert_eq!((&*group.ami_type, group.instance_types.as_slice()), ("AL2023_x86_64_STANDARD", &[of("m6i.large")][..]));

    let Ok(Answer::Addons(addons)) = paths.ask(EksAsk::Addons { cluster: cluster.clone() }).await else { panic!() };
    let told: Vec<_> = addons.iter().map(|addon| (&*addon.name, &*addon.status, addon.health.len())).collect();
    assert_eq!(told, [("coredns", "DEGRADED", 1), ("vpc-cni", "ACTIVE", 0)]);

    let paths = paths
        .with(
            "/clusters/a/insights",
            r#"{"insights": [{"id": "i1", "name": "Deprecated APIs", "category": "UPGRADE_READINESS",
                "kubernetesVersion": "1.34", "lastRefreshTime": 1764547200, "description": "Checks\n\n**all** of it",
                "insightStatus": {"status": "WARNING", "reason": "used"}}, {"id": "i2"}]}"#,
        )
        .with("/clusters/a/access-entries?maxResults=100", r#"{"accessEntries": ["arn:b", "arn:a"]}"#);
    let Ok(Answer::Insights(insights)) = paths.ask(EksAsk::Insights { cluster: cluster.clone() }).await else {
        panic!()
    };
    assert_eq!((&*insights[0].status, &*insights[0].reason, &*insights[0].version), ("WARNING", "used", "1.34"));
    assert_eq!((&*insights[0].description, &*insights[1].status), ("Checks **all** of it", ""));
    let entries = paths.ask(EksAsk::AccessEntries { cluster }).await;
    assert_eq!(entries, Ok(Answer::AccessEntries(vec![of("arn:a"), of("arn:b")])));
}

#[tokio::test(start_paused = true)]
async fn keys_that_eks_does_not_know_are_asked_for_anew() {
    // EKS says the code in a header alone: what is told of it is not in the body.
    let paths = AnswersByPath::default().failing(ALL, 403, "UnrecognizedClientException", "no");
    let session = paths.session().await;
    session.signed_in(LIST_CLUSTERS).await.unwrap();
    assert!(session.expiry().is_some());
    clusters(&session, "eu-west-1").await.unwrap_err();
    assert!(session.expiry().is_none(), "they are kept no longer");
}

#[tokio::test]
async fn a_token_is_signed_with_the_sessions_credentials() {
    let paths = AnswersByPath::default();
    let signed = token::token(&paths.session().await, "eu-west-1", "shop-prod").await.unwrap();
    let encoded = signed.text.strip_prefix("k8s-aws-v1.").unwrap().replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - encoded.len() % 4) % 4);
    let url = String::from_utf8(aws_smithy_types::base64::decode(encoded + &padding).unwrap()).unwrap();
    assert!(url.starts_with("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&"), "{url}");
    assert!(url.contains("Credential=AKIASANDBOX111122223333%2F"), "{url}");
    let now = jiff::Timestamp::now();
    assert!(signed.until > now && signed.until.duration_since(now) <= jiff::SignedDuration::from_mins(14));
    assert_eq!(paths.asked(), Vec::<String>::new(), "nothing is sent");
}
