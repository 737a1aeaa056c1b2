//! What went wrong where no API server answered, as a fault.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::answer::ApiFailure;
use super::interned::cleaned;
use super::request::ApiRequest;
use super::route::{ApiRoute, ApiVia};
use crate::domain::FaultKind;

/// The failure of a request that got no answer.
pub(super) fn unanswered(request: &ApiRequest, route: &ApiRoute, error: &(dyn Error + 'static)) -> ApiFailure {
    let chain = causes(error);
    let mut message = deepest(&chain);
    let kind = if let Some(kind) = tls(route, &chain) {
        kind
    } else if is_connecting(&chain) {
        let is_silent = has_io(&chain, &[io::ErrorKind::TimedOut]);
        match route.via {
            ApiVia::Endpoint { is_private: true } => {
                message = format!("its private endpoint cannot be reached from here: {message}");
                FaultKind::NoPath { remedy: way_in(&route.cluster) }
            }
            ApiVia::Proxy => {
                message = format!("through the proxy: {message}");
                if is_silent { FaultKind::TimedOut } else { FaultKind::Unreachable }
            }
            ApiVia::Tunnel => {
                message = format!("nothing answers at the tunnel's address: {message}");
                if is_silent { FaultKind::TimedOut } else { FaultKind::Unreachable }
            }
            _ if is_silent => FaultKind::TimedOut,
            _ => FaultKind::Unreachable,
        }
    } else if chain.iter().any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)) {
        FaultKind::BrokenAnswer
    } else if has_io(&chain, &[io::ErrorKind::TimedOut]) {
        FaultKind::TimedOut
    } else {
        FaultKind::Unreachable
    };
    ApiFailure::of(request, kind, &message)
}

/// The failure of a request whose answer was cut off.
pub(super) fn cut(request: &ApiRequest, error: &(dyn Error + 'static)) -> ApiFailure {
    ApiFailure::of(request, FaultKind::Unreachable, &format!("the answer was cut off: {}", deepest(&causes(error))))
}

/// Whether a request certainly stayed here: no connection was made for it.
pub(super) fn never_left(error: &(dyn Error + 'static)) -> bool {
    let chain = causes(error);
    // Of a connection that was made before, a route that is lost says nothing.
    chain.iter().any(connects) || has_io(&chain, &[io::ErrorKind::ConnectionRefused])
}

/// What to configure for a cluster that is reached from within its network alone.
fn way_in(cluster: &str) -> String {
    format!(
        "configure a way: [[environment.cluster]] name = \"{}\" with proxy_url, or with address and tls_server_name (a \
         tunnel), or with context (of a kubeconfig)",
        cleaned(cluster)
    )
}

/// Whoever answered is not trusted, or speaks no TLS.
fn tls(route: &ApiRoute, chain: &[&(dyn Error + 'static)]) -> Option<FaultKind> {
    let error = chain.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    let rustls::Error::InvalidCertificate(wrong) = error else { return Some(FaultKind::BrokenAnswer) };
    let remedy = match wrong {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let set = match route.via {
                ApiVia::Tunnel => "set tls_server_name to the name in the certificate",
                ApiVia::Context => "set tls-server-name of the context's cluster",
                _ => "check what answers at this address",
            };
            format!("the certificate is for another name: {set}")
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid at this time: check this machine's clock".to_owned()
        }
        _ => {
            let set = match route.via {
                ApiVia::Tunnel => "check where the tunnel's address leads",
                ApiVia::Proxy => "a proxy that opens TLS cannot be used; check proxy_url",
                ApiVia::Context => "check certificate-authority of the context's cluster",
                _ => "something between may answer in its place",
            };
            format!("the cluster's own authority did not sign this certificate: {set}")
        }
    };
    Some(FaultKind::Untrusted { remedy })
}

fn is_connecting(chain: &[&(dyn Error + 'static)]) -> bool {
    let refused = [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::HostUnreachable,
        io::ErrorKind::NetworkUnreachable,
        io::ErrorKind::AddrNotAvailable,
    ];
    chain.iter().any(connects) || has_io(chain, &refused)
}

/// It is the failure to connect, TLS with it.
fn connects(cause: &&(dyn Error + 'static)) -> bool {
    let failed = cause.downcast_ref::<hyper_util::client::legacy::Error>();
    failed.is_some_and(hyper_util::client::legacy::Error::is_connect)
}

fn has_io(chain: &[&(dyn Error + 'static)], kinds: &[io::ErrorKind]) -> bool {
    chain.iter().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| kinds.contains(&error.kind())))
}

/// An error and its causes, outermost first. What an I/O error was made of is one of them, though it does not say so
/// itself.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    // A source that is its own source would never end; no real chain is this long.
    std::iter::successors(Some(error), |cause| inner(*cause)).take(32).collect()
}

fn inner<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => cause.source(),
    }
}

/// What the deepest cause says that says anything.
fn deepest(chain: &[&(dyn Error + 'static)]) -> String {
    let said = chain.iter().rev().map(ToString::to_string).find(|said| !said.trim().is_empty());
    said.unwrap_or_else(|| "no further details".into())
}
