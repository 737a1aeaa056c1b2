//! Whether a call that failed did certainly not change anything, or may have.

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::aws::error::fault;
use crate::aws::session::SignIn;
use crate::domain::{Fault, FaultKind, text};
use crate::ops::sent::SendFault;

/// Codes of 4xx answers that come when AWS has waited for the request, or lost sight of it: not a
/// word about whether it was carried out.
const UNSURE: &[&str] = &["RequestTimeout", "RequestTimeoutException", "RequestExpired", "InternalFailure"];

/// The call was not even made: the plan asks for what this version cannot send.
pub(super) fn refused_here(call: &str, message: &str) -> SendFault {
    SendFault::NotSent(Fault {
        kind: FaultKind::Other { code: String::new() },
        call: call.to_owned(),
        message: text::clean(message),
        request_id: None,
    })
}

/// The verdict on a call that the SDK has tried to make.
pub(super) fn sent<E>(sign_in: &SignIn, call: &str, error: &SdkError<E, HttpResponse>) -> SendFault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let fault = fault(sign_in, call, error);
    match (is_definite(error, &fault), error) {
        (false, _) => SendFault::Ambiguous(fault),
        (true, SdkError::ServiceError(_)) => SendFault::Refused(fault),
        (true, _) => SendFault::NotSent(fault),
    }
}

/// Whether it is certain that nothing was changed. In doubt it is not.
fn is_definite<E>(error: &SdkError<E, HttpResponse>, fault: &Fault) -> bool
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::DispatchFailure(failure) => failure.as_connector_error().is_some_and(never_left),
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let code = context.err().code().unwrap_or_default();
            // A throttled request is turned away at the door, whatever the status.
            let is_refusal = (400..500).contains(&status) && !UNSURE.contains(&code);
            !code.is_empty() && (is_refusal || fault.kind == FaultKind::Throttled)
        }
        _ => false,
    }
}

/// Whether the request stayed here: there were no credentials to sign it with, or no connection.
fn never_left(error: &ConnectorError) -> bool {
    let chain = || std::iter::successors(Some(error as &(dyn Error + 'static)), |&cause| cause.source()).take(32);
    error.is_user()
        || chain().any(|cause| {
            cause.is::<CredentialsError>()
                || cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::ConnectionRefused)
                // The HTTP client's only word for what went wrong before there was a connection
                // (name, address, TLS, time to connect).
                || cause.to_string() == "client error (Connect)"
        })
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    type Failed = SdkError<ErrorMetadata, HttpResponse>;

    fn ambiguous(error: &Failed) -> bool {
        sent(&SignIn::default(), "rds:StopDBInstance", error).is_ambiguous()
    }

    fn answered(status: u16, code: &str) -> Failed {
        let mut metadata = ErrorMetadata::builder().message("…");
        if !code.is_empty() {
            metadata = metadata.code(code);
        }
        let status = StatusCode::try_from(status).unwrap();
        SdkError::service_error(metadata.build(), HttpResponse::new(status, SdkBody::empty()))
    }

    fn io(kind: io::ErrorKind) -> Failed {
        SdkError::dispatch_failure(ConnectorError::io(io::Error::new(kind, "…").into()))
    }

    #[test]
    fn a_refusal_with_aws_own_code_is_certain() {
        for (status, code) in [
            (400, "InvalidDBInstanceState"),
            (403, "AccessDenied"),
            (403, "ExpiredToken"),
            (404, "DBInstanceNotFound"),
            (400, "Throttling"),
            (503, "SlowDown"),
            (429, "TooManyRequestsException"),
        ] {
            assert!(!ambiguous(&answered(status, code)), "{status} {code}");
        }
    }

    #[test]
    fn what_is_not_aws_refusal_may_have_arrived() {
        for (status, code) in [
            (500, "InternalFailure"),
            (503, "ServiceUnavailable"),
            (502, ""),
            // A proxy in between: nobody knows what it did.
            (400, ""),
            (403, ""),
            (429, ""),
            (400, "RequestTimeout"),
            (200, ""),
        ] {
            assert!(ambiguous(&answered(status, code)), "{status} {code}");
        }
        let response = || HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::empty());
        assert!(ambiguous(&Failed::response_error("cut", response())));
        assert!(ambiguous(&Failed::timeout_error("too long")));
    }

    #[test]
    fn without_a_connection_nothing_arrived() {
        assert!(!ambiguous(&io(io::ErrorKind::ConnectionRefused)));
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe, io::ErrorKind::UnexpectedEof] {
            assert!(ambiguous(&io(kind)), "{kind}");
        }
        assert!(!ambiguous(&Failed::dispatch_failure(ConnectorError::user("no such address".into()))));
        assert!(ambiguous(&Failed::dispatch_failure(ConnectorError::timeout("no answer".into()))));
        assert!(ambiguous(&Failed::dispatch_failure(ConnectorError::other("who knows".into(), None))));
        let connect: Box<dyn Error + Send + Sync> = "client error (Connect)".into();
        assert!(!ambiguous(&Failed::dispatch_failure(ConnectorError::io(connect))));
    }

    #[test]
    fn without_credentials_nothing_left() {
        let error = CredentialsError::not_loaded("nothing there");
        assert!(!ambiguous(&Failed::dispatch_failure(ConnectorError::other(error.into(), None))));
        assert!(!ambiguous(&Failed::construction_failure("not built")));
    }

    #[test]
    fn doubt_is_said() {
        let fault = sent(&SignIn::default(), "rds:StopDBInstance", &answered(500, "InternalFailure"));
        assert!(fault.to_string().ends_with("it may have arrived nevertheless"), "{fault}");
        assert_eq!(fault.fault().call, "rds:StopDBInstance");
        let fault = refused_here("rds:StopDBInstance", "no \u{1b}[2J");
        assert_eq!(fault.fault().message, "no ?[2J");
    }
}
