//! The same of the API servers of clusters: what reached one, and what became of it.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::Value;

use super::{BODY, Logged, QUERY};
use crate::sandbox::fault::server::SERVICE;
use crate::sandbox::kubernetes::api::{ApiAsked, ApiBody, whole};
use crate::sandbox::kubernetes::estate::ClusterSite;

impl Logged {
    /// A request to the API server of a cluster, of which nothing has become yet; none for one that only reads.
    pub(in crate::sandbox) fn of_server(
        site: ClusterSite,
        asked: &ApiAsked,
        request: &Request<Bytes>,
        at: Timestamp,
    ) -> Option<Self> {
        if !asked.is_change() {
            return None;
        }
        let (namespace, name) = asked.place();
        let body = String::from_utf8_lossy(request.body());
        let query = request.uri().query().unwrap_or_default();
        let all =
            [("cluster", site.cluster()), ("namespace", namespace), ("name", name), (BODY, &body), (QUERY, query)];
        let said = all.into_iter().filter(|(_, value)| !value.is_empty());
        Some(Self {
            service: SERVICE.to_owned(),
            operation: asked.operation(),
            parameters: said.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            account: site.account().to_owned(),
            region: site.region().to_owned(),
            role: String::new(),
            at,
            executed: None,
            answered: None,
            code: None,
        })
    }
}

/// The reason that a refusal gives (`Status`), and the same answer again.
pub(in crate::sandbox) async fn reason(answer: Response<ApiBody>) -> (Option<String>, Response<ApiBody>) {
    if answer.status().as_u16() < 400 {
        return (None, answer);
    }
    let (head, body) = answer.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let status = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    let reason = status.get("reason").and_then(Value::as_str).map(ToOwned::to_owned);
    (reason, Response::from_parts(head, whole(bytes)))
}
