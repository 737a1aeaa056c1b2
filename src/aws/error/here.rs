//! What is wrong on this machine, and no matter of AWS's or of the network's: each with its own remedy.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::{Chain, says};
use crate::aws::chosen::BadSetting;
use crate::aws::process::ProcessError;
use crate::aws::profile::NotSignedIn;
use crate::aws::session::SignIn;
use crate::aws::shared_files::Unreadable;
use crate::aws::trust::BadBundle;
use crate::aws::usable::BadKey;
use crate::aws::way::ProfileError;
use crate::domain::FaultKind;

/// What the endpoint rules of the services say of settings that exclude each other (botocore's
/// `endpoint-rule-set-1.json`: "FIPS and custom endpoint are not supported").
const EXCLUDED: &str = "and custom endpoint are not supported";

/// The class of a failure that comes from this machine, if it does.
pub(super) fn wrong(sign_in: &SignIn, chain: &Chain<'_>) -> Option<FaultKind> {
    let found = chain.iter().find_map(|&cause| of_cause(sign_in, cause));
    found.or_else(|| says(chain, &[EXCLUDED]).then(excluded))
}

fn of_cause(sign_in: &SignIn, cause: &(dyn Error + 'static)) -> Option<FaultKind> {
    if let Some(never) = cause.downcast_ref::<NotSignedIn>() {
        return Some(never.kind());
    }
    if let Some(process) = cause.downcast_ref::<ProcessError>() {
        return Some(unusable(match process {
            ProcessError::Waiting { .. } => "it is ended when it has given nothing after a minute",
            ProcessError::Failed { .. } => {
                "run the command of credential_process by hand: it must print JSON and ask nothing"
            }
        }));
    }
    if cause.is::<BadKey>() {
        return Some(unusable("write the keys anew where they are kept, for example by aws configure"));
    }
    if cause.is::<Unreadable>() {
        return Some(unusable("fix the file: the AWS CLI refuses it too"));
    }
    match cause.downcast_ref::<ProfileError>() {
        Some(ProfileError::Unknown { .. } | ProfileError::Empty { .. }) => return None,
        Some(_) => return Some(unusable("fix the profile in ~/.aws/config or ~/.aws/credentials")),
        None => {}
    }
    if let Some(bad) = cause.downcast_ref::<BadSetting>() {
        return Some(FaultKind::Misconfigured { remedy: bad.remedy() });
    }
    if cause.is::<BadBundle>() {
        let remedy = "name a file with PEM certificates there, or take the setting away".to_owned();
        return Some(FaultKind::Misconfigured { remedy });
    }
    match certificate(cause)? {
        CertificateError::UnknownIssuer => Some(sign_in.untrusted()),
        _ => Some(FaultKind::Untrusted {
            remedy: "check who answers there (proxy, AWS_ENDPOINT_URL) and this machine's clock".to_owned(),
        }),
    }
}

/// What is wrong with a certificate. The transport wraps it in an error that does not name it as a cause.
fn certificate<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let tls = cause.downcast_ref::<rustls::Error>();
    match tls.or_else(|| wrapped.and_then(|inner| inner.downcast_ref::<rustls::Error>()))? {
        rustls::Error::InvalidCertificate(wrong) => Some(wrong),
        _ => None,
    }
}

fn unusable(remedy: &str) -> FaultKind {
    FaultKind::Unusable { remedy: remedy.to_owned() }
}

fn excluded() -> FaultKind {
    FaultKind::Misconfigured {
        remedy: "an endpoint of your own goes without FIPS and dual-stack: unset AWS_USE_FIPS_ENDPOINT and \
                 AWS_USE_DUALSTACK_ENDPOINT (use_fips_endpoint, use_dualstack_endpoint in the profile), or the endpoint"
            .to_owned(),
    }
}
