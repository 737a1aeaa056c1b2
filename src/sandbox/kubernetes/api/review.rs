//! SelfSubjectAccessReview: may I?

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::super::access::AccessQuestion;
use super::body::ApiBody;
use super::server::{ApiCaller, json};
use super::{ApiRefusal, ApiServer, accept, protobuf};

impl ApiServer {
    pub(super) fn review(&self, request: &Request<Bytes>, caller: &ApiCaller) -> Result<Response<ApiBody>, ApiRefusal> {
        if request.method() != Method::POST {
            return Err(ApiRefusal::not_allowed());
        }
        let asked = if accept::content_type(request) == "application/vnd.kubernetes.protobuf" {
            let refused = || ApiRefusal::unknown_format(&["application/json"]);
            protobuf::review(request.body()).ok_or_else(refused)?
        } else {
            let body = accept::body(request)?;
            // Paths that are no objects are open to whoever is known.
            if body["spec"]["nonResourceAttributes"].is_object() {
                return Ok(answer(&body["spec"], true));
            }
            asked(&body["spec"]["resourceAttributes"])
        };
        let allowed = self.access.allows(&caller.user, &asked, caller.now);
        let spec = json!({"resourceAttributes": {
            "namespace": asked.namespace, "verb": asked.verb, "group": asked.group, "resource": asked.resource,
            "subresource": asked.subresource, "name": asked.name,
        }});
        Ok(answer(&spec, allowed))
    }
}

fn asked(attributes: &Value) -> AccessQuestion {
    let text = |field: &str| attributes[field].as_str().unwrap_or_default().to_owned();
    AccessQuestion {
        verb: text("verb"),
        group: text("group"),
        resource: text("resource"),
        subresource: text("subresource"),
        namespace: text("namespace"),
        name: text("name"),
    }
}

fn answer(spec: &Value, allowed: bool) -> Response<ApiBody> {
    let review = json!({
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {"creationTimestamp": null},
        "spec": spec,
        "status": {"allowed": allowed},
    });
    json(StatusCode::CREATED, &review)
}
