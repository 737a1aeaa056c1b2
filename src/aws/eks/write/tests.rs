//! What a call says is what goes over the wire, once, and nothing else.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::{InProcess, SessionSpec};

/// Answers each request alike, and keeps what it was asked: method, path and body.
#[derive(Debug, Clone)]
struct Wire {
    /// Status and kind of error; none where no answer comes.
    says: Option<(u16, &'static str)>,
    asked: Arc<Mutex<Vec<(String, String, Json)>>>,
}

impl Wire {
    fn new(says: Option<(u16, &'static str)>) -> Self {
        Self { says, asked: Arc::default() }
    }

    async fn session(&self) -> Session {
        let wire = self.clone();
        let http = http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone()));
        let credentials = Credentials::new("AKIASANDBOX111122223333", "secret", None, None, "test");
        let in_process = Some(InProcess { http, credentials });
        Session::load(&SessionSpec { region: Some("eu-west-1".into()), in_process, ..SessionSpec::default() }).await
    }

    async fn post(&self, call: &Call) -> Result<Receipt, SendFault> {
        post(&self.session().await, call).await
    }

    fn asked(&self) -> Vec<(String, String, Json)> {
        self.asked.lock().unwrap().clone()
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: http::Uri = request.uri().parse().unwrap();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap();
        self.asked.lock().unwrap().push((request.method().to_owned(), uri.path().to_owned(), body));
        let Some((status, kind)) = self.says else { return HttpConnectorFuture::new(std::future::pending()) };
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from("{}"));
        if !kind.is_empty() {
            response.headers_mut().insert("x-amzn-errortype", kind);
        }
        response.headers_mut().insert("x-amzn-requestid", "7d1c");
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn scale(sizes: &str) -> Call {
    Call::new(Api::UpdateNodegroupConfig, "eu-west-1")
        .with("clusterName", "prod-eks")
        .with("nodegroupName", "system")
        .with("scalingConfig", sizes)
}

#[tokio::test]
async fn a_call_is_sent_as_the_plan_shows_it() {
    for (text, sizes) in [
        ("minSize=1,maxSize=3,desiredSize=2", json!({ "minSize": 1, "maxSize": 3, "desiredSize": 2 })),
        ("desiredSize=0", json!({ "desiredSize": 0 })),
        ("maxSize=5,minSize=0", json!({ "minSize": 0, "maxSize": 5 })),
    ] {
        let wire = Wire::new(Some((200, "")));
        let receipt = wire.post(&scale(text)).await.unwrap();
        assert_eq!(receipt, Receipt { request_id: Some("7d1c".into()) });
        let asked = wire.asked();
        let [(method, path, body)] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!((&**method, &**path), ("POST", "/clusters/prod-eks/node-groups/system/update-config"));
        let mut body = body.clone();
        // The SDK makes one for each request.
        let token = body.as_object_mut().unwrap().remove("clientRequestToken").unwrap();
        assert!(token.as_str().is_some_and(|token| !token.is_empty()), "{token}");
        assert_eq!(body, json!({ "scalingConfig": sizes }));
    }
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_shown_or_cannot_be_sent() {
    let without = |name: &str| {
        let mut call = scale("minSize=1");
        call.parameters.retain(|(known, _)| known != name);
        call
    };
    let mut cases = vec![
        (without("clusterName"), "the parameter clusterName is missing"),
        (without("nodegroupName"), "the parameter nodegroupName is missing"),
        (without("scalingConfig"), "the parameter scalingConfig is missing"),
        (scale("minSize=1").with("labels", "a=b"), "this version cannot send the parameter labels"),
        (scale("minSize=1").with("clusterName", "b"), "the parameter clusterName is given twice"),
        (without("nodegroupName").with("nodegroupName", 1), "the parameter nodegroupName must be a text"),
        (Call::new(Api::PatchNode, "eu-west-1"), "it is no call to EKS"),
    ];
    let like = "the parameter scalingConfig must be like minSize=1,maxSize=3,desiredSize=2";
    for odd in [
        "",
        "minSize",
        "minSize=",
        "minSize=x",
        "minSize=-1",
        "minSize=+1",
        "minSize=1.5",
        "minSize=2147483648",
        "minSize=1,minSize=1",
        "minSize=1,",
        "minSize=1, maxSize=2",
        "minsize=1",
        "size=1",
    ] {
        cases.push((scale(odd), like));
    }
    for (call, message) in cases {
        let wire = Wire::new(Some((200, "")));
        let Err(SendFault::NotSent(fault)) = wire.post(&call).await else { panic!("{message}") };
        assert_eq!((&*fault.message, &*fault.call), (message, call.api.id()));
        assert_eq!(wire.asked(), [], "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_apart_and_nothing_is_sent_again() {
    for (says, ambiguous) in [
        (Some((409, "ResourceInUseException")), false),
        (Some((400, "InvalidParameterException")), false),
        (Some((403, "AccessDeniedException")), false),
        (Some((429, "TooManyRequestsException")), false),
        (Some((500, "ServerException")), true),
        (Some((503, "ServiceUnavailableException")), true),
        (Some((502, "")), true),
        (None, true),
    ] {
        let wire = Wire::new(says);
        let fault = wire.post(&scale("minSize=1")).await.unwrap_err();
        assert_eq!(fault.is_ambiguous(), ambiguous, "{says:?}: {fault}");
        assert_eq!((wire.asked().len(), &*fault.fault().call), (1, "eks:UpdateNodegroupConfig"));
    }
}
