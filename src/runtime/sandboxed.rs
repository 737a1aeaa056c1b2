//! The sandbox's clusters in this process, as API servers that are asked like any other.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use tower::service_fn;

use crate::domain::{Fault, FaultKind};
use crate::kube::connect::{self, Patience};
use crate::kube::{ClusterApi, TokenSource};
use crate::sandbox::Sandbox;
use crate::services::kubernetes::ServerAddress;

/// The API server of a cluster of the sandbox.
///
/// # Errors
/// There is none of this name.
pub fn connect(
    sandbox: &Arc<Sandbox>,
    region: &str,
    address: &ServerAddress,
    tokens: Arc<dyn TokenSource>,
) -> Result<ClusterApi, Fault> {
    let account = address.arn.split(':').nth(4).unwrap_or_default();
    let Some(cluster) = sandbox.clusters().cluster(account, region, &address.cluster) else {
        return Err(Fault {
            kind: FaultKind::NotFound,
            call: "k8s: connect".into(),
            message: format!("the sandbox has no cluster {} in {region}", address.cluster),
            request_id: None,
        });
    };
    let sandbox = Arc::clone(sandbox);
    let service = service_fn(move |request: Request<kube::client::Body>| {
        let (sandbox, cluster) = (sandbox.clone(), cluster.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
            let site = cluster.site();
            sandbox.arriving(site, Request::from_parts(parts, body), move |request| cluster.call(request)).await
        }
    });
    Ok(connect::answered_by(service, &address.cluster, tokens, Patience::InProcess))
}
