use std::time::Duration;

use http::header::AUTHORIZATION;
use serde_json::Value;

use super::*;

/// A time at which a test may wait for a cluster to be built: seconds of a processor, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(4);

fn clusters() -> Arc<SandboxClusters> {
    let clock = SandboxClock::frozen("2026-11-22T03:00:00Z".parse().unwrap());
    Arc::new(SandboxClusters::new("quiet", clock))
}

/// A request with a token of the reader, who signs when the clock stands.
fn request(path: &str) -> Request<Bytes> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let unsigned = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
               &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIASANDBOX666677778888%2F20261122%2Feu-west-1%2Fsts\
               %2Faws4_request&X-Amz-Date=20261122T030000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
               &X-Amz-Signature=";
    let token = format!("Bearer k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(format!("{unsigned}{}", "0".repeat(64))));
    Request::get(path).header(AUTHORIZATION, token).body(Bytes::new()).unwrap()
}

async fn json(response: Response<ApiBody>) -> Value {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

fn development(clusters: &Arc<SandboxClusters>) -> InProcessCluster {
    clusters.cluster("666677778888", "eu-west-1", "dev-eks").unwrap()
}

#[test]
fn a_cluster_is_found_in_its_place_alone() {
    let clusters = clusters();
    assert!(clusters.cluster("666677778888", "eu-west-1", "dev-eks").is_some());
    for (account, region, name) in [
        ("666677778888", "eu-west-1", "prod-eks"),
        ("444455556666", "eu-west-1", "dev-eks"),
        ("666677778888", "eu-central-1", "dev-eks"),
    ] {
        assert!(clusters.cluster(account, region, name).is_none(), "{account} {region} {name}");
    }
}

#[test]
fn scenarios_that_are_about_clusters_are_known() {
    assert!(of_clusters("quiet,replication-lag").is_empty());
    let names: Vec<String> = of_clusters("quiet, spot-storm,noisy-cluster").into_iter().collect();
    assert_eq!(names, ["noisy-cluster", "spot-storm"]);
}

/// One cluster is built in it, and one more: most of a minute of a slow machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_is_built_once_and_others_take_its_place_with_another_scenario() {
    let clusters = clusters();
    let cluster = development(&clusters);
    // Nobody waits for the first answer, and yet the cluster is built.
    drop(tokio::time::timeout(Duration::from_millis(1), cluster.call(request("/api/v1/nodes"))).await);
    let nodes = tokio::time::timeout(PATIENCE, cluster.call(request("/api/v1/nodes"))).await.unwrap();
    assert_eq!(nodes.status(), StatusCode::OK);
    let nodes = json(nodes).await;
    assert!(nodes["items"].as_array().unwrap().len() >= 3);
    let nobody = cluster.call(Request::get("/api/v1/nodes").body(Bytes::new()).unwrap()).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);

    let version = nodes["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let watch = format!("/api/v1/nodes?watch=true&resourceVersion={version}");
    let open = cluster.call(request(&watch)).await;
    assert_eq!(open.status(), StatusCode::OK);

    // Nothing about clusters: they stay.
    clusters.play("replication-lag");
    let again = json(development(&clusters).call(request("/api/v1/nodes")).await).await;
    assert_eq!(again["metadata"]["resourceVersion"], *version);

    clusters.play("spot-storm");
    // What was open ends, and does not stay silent.
    tokio::time::timeout(PATIENCE, open.into_body().collect()).await.unwrap().unwrap();
    let gone = tokio::time::timeout(PATIENCE, cluster.call(request(&watch))).await.unwrap();
    let told = gone.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&told).contains("\"code\":410"), "{told:?}");
    let other = json(cluster.call(request("/api/v1/nodes")).await).await;
    let other: u64 = other["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
    assert!(other > version.parse().unwrap());
}
