//! Each class from the SDK's own error types.

use std::fmt;
use std::io;

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;

use super::*;
use crate::aws::chosen::BadSetting;
use crate::aws::process::ProcessError;
use crate::aws::profile::{By, NotSignedIn};
use crate::aws::shared_files::Unreadable;
use crate::aws::usable::usable;
use crate::aws::way::ProfileError;

const CALL: &str = "rds:DescribeDBInstances";

/// An error with a text and a cause.
#[derive(Debug)]
struct Because(&'static str, Option<Box<dyn Error + Send + Sync>>);

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Because {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

fn because(text: &'static str, cause: impl Error + Send + Sync + 'static) -> Because {
    Because(text, Some(Box::new(cause)))
}

fn response(status: u16, body: &'static str) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("x-amzn-requestid", "1b2c");
    response
}

/// A service error whose own type is its metadata.
fn service(status: u16, body: &'static str, metadata: ErrorMetadata) -> Fault {
    classified(&SdkError::service_error(metadata, response(status, body)))
}

fn classified(error: &SdkError<ErrorMetadata, HttpResponse>) -> Fault {
    fault(&SignIn::of("", Some("prod")), CALL, error)
}

fn of_dispatch(error: ConnectorError) -> Fault {
    classified(&SdkError::dispatch_failure(error))
}

fn of_credentials(error: CredentialsError) -> Fault {
    of_dispatch(ConnectorError::other(error.into(), None))
}

#[test]
fn an_error_code_is_classified_and_keeps_its_request_id() {
    let metadata = ErrorMetadata::builder()
        .code("AccessDenied")
        .message("User: arn:aws:iam::1:user/u is not authorized to perform: rds:DescribeDBInstances on resource: *");
    let fault = service(403, "<ErrorResponse/>", metadata.build());
    assert_eq!(fault.kind, FaultKind::Denied { action: CALL.into() });
    assert!(fault.message.starts_with("User: arn:aws:iam::1:user/u is not"), "{}", fault.message);
    assert_eq!(fault.request_id.as_deref(), Some("1b2c"));
}

#[test]
fn a_wrong_clock_says_what_to_do() {
    let metadata = ErrorMetadata::builder().code("RequestTimeTooSkewed").message("The difference is too large.");
    let fault = service(403, "", metadata.build());
    assert_eq!(fault.kind, FaultKind::WrongClock { behind: None });
    assert_eq!(fault.message, "this machine's clock differs from AWS's (The difference is too large.)");

    let said = "Signature expired: 20261122T022000Z is now earlier than 20261122T024500Z (20261122T030000Z - 15 min.)";
    let fault = service(403, "", ErrorMetadata::builder().code("SignatureDoesNotMatch").message(said).build());
    assert_eq!(fault.kind, FaultKind::WrongClock { behind: Some(2400) });
    assert!(fault.message.starts_with("this machine's clock is 40m behind AWS's ("), "{}", fault.message);

    // A key that is wrong is no clock, whatever the hour.
    let metadata = ErrorMetadata::builder().code("SignatureDoesNotMatch").message("The signature does not match.");
    assert_eq!(service(403, "", metadata.build()).kind, FaultKind::Other { code: "SignatureDoesNotMatch".into() });
}

#[test]
fn an_answer_without_a_word_about_it_is_dated() {
    let metadata = ErrorMetadata::builder().code("RequestTimeTooSkewed").build();
    let mut answer = response(403, "");
    answer.headers_mut().insert("date", "Thu, 01 Jan 1970 00:00:00 GMT");
    let fault = classified(&SdkError::service_error(metadata, answer));
    let FaultKind::WrongClock { behind: Some(behind) } = fault.kind else { panic!("{fault:?}") };
    assert!(behind < -86_400, "{behind}");
    assert!(fault.advice().contains("ahead"), "{}", fault.advice());
}

#[test]
fn what_is_not_an_answer_of_aws_is_broken() {
    let nothing = || ErrorMetadata::builder().build();
    for (status, body) in [
        (500, "<!DOCTYPE html><p>"),
        (403, "\n<html><h1>Blocked</h1>"),
        (200, "<html>"),
        (200, "{}"),
        (502, ""),
        (404, "no"),
    ] {
        let fault = service(status, body, nothing());
        assert_eq!(fault.kind, FaultKind::BrokenAnswer, "{status} {body}");
        assert!(fault.message.contains(&status.to_string()), "{}", fault.message);
    }
    assert_eq!(service(429, "", nothing()).kind, FaultKind::Throttled);
    assert_eq!(service(403, "", nothing()).kind, FaultKind::Denied { action: CALL.into() });
}

#[test]
fn the_ways_of_not_arriving() {
    let refused = || io::Error::new(io::ErrorKind::ConnectionRefused, "Connection refused (os error 111)");
    let fault = of_dispatch(ConnectorError::io(because("client error (Connect)", refused()).into()));
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Unreachable, "Connection refused (os error 111)"));

    let slow = because("HTTP read timeout occurred after 10s", Because("timed out", None));
    let fault = of_dispatch(ConnectorError::timeout(slow.into()));
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::TimedOut, "HTTP read timeout occurred after 10s"));

    let gone = Because("connection closed before message completed", None);
    let fault = of_dispatch(ConnectorError::other(gone.into(), Some(ErrorKind::TransientError)));
    assert_eq!(fault.kind, FaultKind::Unreachable);

    let late = SdkError::timeout_error(Because("operation timeout (all attempts) occurred after 30s", None));
    assert_eq!(classified(&late).kind, FaultKind::TimedOut);
}

#[test]
fn what_does_not_come_through_names_the_address() {
    let at = |source: Box<dyn Error + Send + Sync>| At { address: "localhost:9".into(), source };
    let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "Connection refused");
    let refused = ConnectorError::io(because("client error (Connect)", refused).into());
    let fault = of_dispatch(ConnectorError::other(at(refused.into()).into(), None));
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Unreachable, "localhost:9: Connection refused"));

    let late = SdkError::timeout_error(at(Because("no answer after 30s", None).into()));
    let fault = classified(&late);
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::TimedOut, "localhost:9: no answer after 30s"));

    let cut = at(Because("end of file before message length", None).into());
    let fault = classified(&SdkError::response_error(cut, response(200, "")));
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert!(fault.message.starts_with("localhost:9: "), "{}", fault.message);

    let nonsense = at(Because("expected a map", None).into());
    let fault = classified(&SdkError::response_error(nonsense, response(200, "")));
    assert_eq!(fault.message, "expected a map", "that one was reached");
}

#[test]
fn an_answer_that_asks_to_slow_down_is_known_by_its_code() {
    let xml = b"<ErrorResponse><Error><Code>RequestLimitExceeded</Code></Error></ErrorResponse>";
    let answers: [(u16, &[u8], bool); 5] = [
        (400, b"<Code>Throttling</Code>", true),
        (503, xml, true),
        (429, b"", true),
        (503, b"<Code>ServiceUnavailable</Code>", false),
        (200, b"<Tag>Throttling</Tag>", false),
    ];
    for (status, body, throttled) in answers {
        assert_eq!(is_throttled(status, body), throttled, "{status}");
    }
}

#[test]
fn a_cut_body_is_unreachable_and_nonsense_is_broken() {
    let cut = because("error reading a body from connection", Because("end of file before message length", None));
    let fault = classified(&SdkError::response_error(cut, response(200, "")));
    assert_eq!(fault.kind, FaultKind::Unreachable);
    let halt = Because("minimum throughput was specified at 1 B/s, but throughput of 0 B/s was observed", None);
    let fault = classified(&SdkError::response_error(halt, response(200, "")));
    assert_eq!(fault.kind, FaultKind::TimedOut);
    assert!(!fault.message.contains("B/s"), "{}", fault.message);
    let nonsense = SdkError::response_error(Because("expected a map", None), response(200, ""));
    let fault = classified(&nonsense);
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::BrokenAnswer, "expected a map"));
}

#[test]
fn credentials_that_are_not_there_ask_to_sign_in() {
    let fault = of_credentials(CredentialsError::not_loaded("no providers in chain provided credentials"));
    assert_eq!(fault.kind, FaultKind::NoCredentials { profile: Some("prod".into()), files: Vec::new() });
    assert_eq!(fault.message, "no providers in chain provided credentials");

    let sso = Because("the SSO token has expired and cannot be refreshed", None);
    let fault = of_credentials(CredentialsError::provider_error(sso));
    assert_eq!(fault.kind, FaultKind::Expired { login: Some("aws sso login --profile prod".into()) });

    // Nobody said that anything expired.
    let silent = Because("the response was malformed", None);
    let fault = of_credentials(CredentialsError::provider_error(silent));
    assert_eq!(fault.word(), "no usable credentials");
}

#[test]
fn what_stopped_the_fetching_of_credentials_is_told() {
    let offline = ConnectorError::io(Because("dns error", None).into());
    let fault = of_credentials(CredentialsError::provider_error(offline));
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Unreachable, "dns error"));

    let slow = CredentialsError::provider_timed_out(std::time::Duration::from_secs(5));
    assert_eq!(of_credentials(slow).kind, FaultKind::TimedOut);

    let denied = ErrorMetadata::builder()
        .code("AccessDenied")
        .message("User: u is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/reader");
    let fault = of_credentials(CredentialsError::provider_error(denied.build()));
    assert_eq!(fault.kind, FaultKind::Denied { action: "sts:AssumeRole".into() });
    assert!(fault.message.starts_with("User: u is not authorized"), "{}", fault.message);
}

#[test]
fn every_address_that_was_tried_is_named() {
    let at = |address: &str, source: Box<dyn Error + Send + Sync>| At { address: address.into(), source };
    let refused = ConnectorError::io(because("client error (Connect)", io::Error::other("Connection refused")).into());
    let second = at("sts.us-west-2.amazonaws.com:443", refused.into());
    let both = at("sts.us-east-1.amazonaws.com:443", second.into());
    let fault = of_credentials(CredentialsError::provider_error(both));
    assert_eq!(fault.kind, FaultKind::Unreachable);
    let both = "sts.us-east-1.amazonaws.com:443 and sts.us-west-2.amazonaws.com:443: Connection refused";
    assert_eq!(fault.message, both);
}

#[test]
fn a_certificate_that_is_not_trusted_is_no_matter_of_the_network() {
    let unknown = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let wrapped = because("client error (Connect)", io::Error::new(io::ErrorKind::InvalidData, unknown));
    let fault = of_dispatch(ConnectorError::io(wrapped.into()));
    assert!(matches!(fault.kind, FaultKind::Untrusted { .. }), "{fault:?}");
    assert!(fault.advice().contains("AWS_CA_BUNDLE") && fault.message.contains("UnknownIssuer"), "{fault:?}");

    let old = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
    let fault = of_dispatch(ConnectorError::io(io::Error::new(io::ErrorKind::InvalidData, old).into()));
    assert!(fault.advice().contains("clock"), "{fault:?}");
}

#[test]
fn never_signed_in_is_not_expired() {
    let never = CredentialsError::invalid_configuration(NotSignedIn::new(By::Sso, "prod"));
    let fault = of_credentials(never);
    assert_eq!(fault.kind, FaultKind::NotSignedIn { login: "aws sso login --profile prod".into() });
    assert_eq!(fault.message, "profile prod was never signed in on this machine");
    let login = of_credentials(CredentialsError::invalid_configuration(NotSignedIn::new(By::Login, "prod")));
    assert_eq!(login.advice(), "run: aws login --profile prod");
}

#[test]
fn what_is_wrong_on_this_machine_has_its_own_remedy() {
    let unusable = |error: CredentialsError| {
        let fault = of_credentials(error);
        assert!(matches!(fault.kind, FaultKind::Unusable { .. }), "{fault:?}");
        format!("{}; {}", fault.message, fault.advice())
    };
    let broken = Unreadable { place: "~/.aws/config:4".into(), reason: "[profile p] stands here a second time".into() };
    let said = unusable(CredentialsError::invalid_configuration(broken));
    assert!(said.starts_with("~/.aws/config:4: [profile p] stands here a second time; fix the file"), "{said}");
    let sourceless = ProfileError::Sourceless { profile: "p".into() };
    assert!(unusable(CredentialsError::invalid_configuration(sourceless)).contains("fix the profile"));
    let waiting = ProcessError::Waiting { profile: "p".into() };
    let said = unusable(CredentialsError::provider_error(waiting));
    assert!(said.starts_with("waits for credential_process of p; "), "{said}");
    let bad = usable(aws_credential_types::Credentials::new("A\n", "s", None, None, "test"), || "of p".into());
    let said = unusable(CredentialsError::invalid_configuration(bad.unwrap_err()));
    assert!(said.starts_with("the access key id of p has a control character in it; write the keys anew"), "{said}");

    let nameless = CredentialsError::invalid_configuration(BadSetting::Nameless { variable: "AWS_PROFILE" });
    let fault = of_credentials(nameless);
    assert!(matches!(fault.kind, FaultKind::Misconfigured { .. }), "{fault:?}");
    assert_eq!(fault.message, "AWS_PROFILE is set and names no profile");

    let rules = because("failed to resolve endpoint", Because("FIPS and custom endpoint are not supported", None));
    let fault = of_dispatch(ConnectorError::other(rules.into(), None));
    assert!(matches!(fault.kind, FaultKind::Misconfigured { .. }), "{fault:?}");
    assert!(fault.advice().contains("AWS_USE_FIPS_ENDPOINT"), "{fault:?}");
}

/// The connection has sent the call when it complains of the head of the answer.
#[test]
fn an_answer_that_is_no_http_does_not_mean_that_nothing_was_sent() {
    for said in ["message head is too large", "invalid HTTP version parsed", "invalid content-length parsed"] {
        let fault = of_dispatch(ConnectorError::other(said.into(), None));
        assert_eq!(fault.kind, FaultKind::BrokenAnswer, "{said}");
        assert!(!fault.message.contains("not sent"), "{}", fault.message);
    }
}

#[test]
fn anything_else_says_that_nothing_was_sent() {
    let fault = classified(&SdkError::construction_failure("no endpoint rule matched"));
    assert_eq!(fault.kind, FaultKind::Other { code: String::new() });
    assert_eq!(fault.message, "rds:DescribeDBInstances was not sent: no endpoint rule matched");
}
