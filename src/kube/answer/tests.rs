use std::io;

use rustls::CertificateError;

use super::super::request::{Chosen, ListPage, MetricsOf};
use super::super::unanswered::unanswered;
use super::*;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::logs::LogSource;

fn route(via: ApiVia) -> ApiRoute {
    ApiRoute { cluster: "shop".into(), via }
}

fn public() -> ApiRoute {
    route(ApiVia::Endpoint { is_private: false })
}

fn list(kind: ObjectKind) -> ApiRequest {
    ApiRequest::List { kind, of: Chosen::all(), page: ListPage::First }
}

fn log() -> ApiRequest {
    let source = LogSource { namespace: "shop".into(), pod: "p".into(), container: "c".into(), previous: false };
    ApiRequest::Log { source, since: None }
}

fn said(request: &ApiRequest, status: u16, body: &str) -> Fault {
    refused(request, &public(), status, body.as_bytes()).fault
}

#[test]
fn a_denial_names_the_missing_rule() {
    let rule = |request: ApiRequest| match said(&request, 403, "{}").kind {
        FaultKind::Forbidden { rule } => rule,
        kind => panic!("{kind:?}"),
    };
    assert_eq!(rule(list(ObjectKind::Node)), "list nodes");
    let watch = ApiRequest::Watch { kind: ObjectKind::NodePool, version: "1".into(), seconds: 5 };
    assert_eq!(rule(watch), "watch nodepools.karpenter.sh");
    assert_eq!(rule(log()), "get pods/log");
    assert_eq!(rule(ApiRequest::Metrics(MetricsOf::Pods)), "list pods.metrics.k8s.io");
    assert_eq!(rule(ApiRequest::Version), "get /version");
}

#[test]
fn statuses_are_told_apart() {
    let object =
        r#"{"message":"pods \"p\" not found","reason":"NotFound","details":{"name":"p","kind":"pods"},"code":404}"#;
    let request = list(ObjectKind::Application);
    let other = FaultKind::Other { code: String::new() };
    for (status, body, kind, message) in [
        (404, object, FaultKind::NotFound, r#"pods "p" not found"#),
        (404, "404 page not found\n", FaultKind::NotServed, "404 page not found"),
        (405, "", FaultKind::NotServed, "HTTP 405"),
        (429, r#"{"message":"a\nb\u001b[2J"}"#, FaultKind::Throttled, "a b?[2J"),
        (504, "", FaultKind::TimedOut, "HTTP 504"),
        (500, r#"{"reason":"InternalError"}"#, other, "HTTP 500 InternalError"),
        (302, "", FaultKind::BrokenAnswer, "HTTP 302"),
        (
            403,
            "\n<HTML><body>Blocked by proxy</body>",
            FaultKind::BrokenAnswer,
            "HTTP 403 with a web page in place of the API server's answer",
        ),
    ] {
        let fault = said(&request, status, body);
        assert_eq!((fault.kind, fault.message.trim_end()), (kind, message), "{status} {body}");
        assert_eq!(fault.call, "k8s: list applications.argoproj.io");
    }
    assert!(refused(&request, &public(), 410, b"{}").is_gone);
    assert!(!refused(&request, &public(), 404, b"{}").is_gone);
}

#[test]
fn who_is_not_let_in_is_told_how_to_be() {
    let of = |via| refused(&list(ObjectKind::Pod), &route(via), 401, b"{}").fault.advice();
    let entry = "let this identity into shop: qd k8s-rbac reader prints the access entry (with CONFIG_MAP: aws-auth); if it \
                 is in, see whether its credentials are over";
    assert_eq!(of(ApiVia::Tunnel), entry);
    assert!(of(ApiVia::Context).starts_with("shop does not take the credentials of its kubeconfig context"));
}

#[test]
fn why_there_is_no_log_is_said_for_a_person() {
    let of = |message: &str| said(&log(), 400, &serde_json::json!({ "message": message, "code": 400 }).to_string());
    let previous = of(r#"previous terminated container "c" in pod "p" not found"#);
    assert_eq!(previous.message, "the container has not run before: there is no previous log");
    assert_eq!(previous.kind, FaultKind::NotFound);
    let waiting = of(r#"container "c" in pod "p" is waiting to start: ContainerCreating"#);
    assert_eq!(waiting.message, "the container has not started yet: ContainerCreating");
    let other = of("container x is not valid for pod p");
    assert_eq!(other.message, "container x is not valid for pod p");
}

fn service(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> kube::Error {
    kube::Error::Service(error.into())
}

fn certificate(why: CertificateError) -> kube::Error {
    service(io::Error::new(io::ErrorKind::InvalidData, rustls::Error::InvalidCertificate(why)))
}

#[test]
fn who_is_not_trusted_is_told_from_who_is_not_reached() {
    let of = |via, error: &kube::Error| unanswered(&list(ObjectKind::Node), &route(via), error).fault;
    let private = ApiVia::Endpoint { is_private: true };
    for (via, why, remedy) in [
        (ApiVia::Tunnel, CertificateError::NotValidForName, "set tls_server_name to the name in the certificate"),
        (private, CertificateError::UnknownIssuer, "something between may answer in its place"),
        (ApiVia::Proxy, CertificateError::UnknownIssuer, "a proxy that opens TLS cannot be used; check proxy_url"),
        (private, CertificateError::Expired, "check this machine's clock"),
    ] {
        let fault = of(via, &certificate(why));
        assert_eq!(fault.word(), "not trusted");
        assert!(fault.advice().ends_with(remedy), "{}", fault.advice());
    }
    let refused = || service(io::Error::from(io::ErrorKind::ConnectionRefused));
    let fault = of(private, &refused());
    assert_eq!(fault.word(), "no network path");
    assert_eq!(
        fault.advice(),
        "configure a way: [[environment.cluster]] name = \"shop\" with proxy_url, or with address and tls_server_name \
         (a tunnel), or with context (of a kubeconfig)"
    );
    assert_eq!(fault.message, "its private endpoint cannot be reached from here: connection refused");
    for via in [ApiVia::Endpoint { is_private: false }, ApiVia::Tunnel, ApiVia::Proxy, ApiVia::Context] {
        assert_eq!(of(via, &refused()).kind, FaultKind::Unreachable, "{via:?}");
    }
    let tunnel = of(ApiVia::Tunnel, &refused());
    assert_eq!(tunnel.message, "nothing answers at the tunnel's address: connection refused");
    assert_eq!(of(ApiVia::Tunnel, &service(io::Error::from(io::ErrorKind::TimedOut))).kind, FaultKind::TimedOut);
    let reset = service(io::Error::from(io::ErrorKind::ConnectionReset));
    assert_eq!(of(private, &reset).kind, FaultKind::Unreachable, "it was reached");
    let no_tls = service(io::Error::other(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)));
    assert_eq!(of(private, &no_tls).kind, FaultKind::BrokenAnswer);
}
