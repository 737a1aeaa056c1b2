//! A call that does not come through names the address that was tried: "connection refused" alone
//! does not tell a wrong `AWS_ENDPOINT_URL` from a dead VPN.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// Notes where an attempt goes, and puts it into the error when none comes through.
#[derive(Debug)]
pub(super) struct Address;

/// `host:port` of the last attempt.
#[derive(Debug)]
struct Tried(String);

impl Storable for Tried {
    type Storer = StoreReplace<Self>;
}

/// What went wrong at an address. Its text names no address, because errors are told apart by
/// their texts and a host may be called anything.
#[derive(Debug)]
pub(super) struct At {
    /// `host:port`.
    pub address: String,
    pub source: BoxError,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call did not come through")
    }
}

impl Error for At {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

#[dyn_dispatch_hint]
impl Intercept for Address {
    fn name(&self) -> &'static str {
        "Address"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(address) = address(context.request().uri()) {
            config.interceptor_state().store_put(Tried(address));
        }
        Ok(())
    }

    /// After the last attempt: what decides about a retry sees the error as it was.
    fn modify_before_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Err(error)) = context.output_or_error_mut() else { return Ok(()) };
        let Some(Tried(address)) = config.load::<Tried>() else { return Ok(()) };
        let (connector, timeout) = (error.is_connector_error(), error.is_timeout_error());
        if connector || timeout || error.is_response_error() {
            let was = std::mem::replace(error, OrchestratorError::other("being named"));
            let at: BoxError = Box::new(At { address: address.clone(), source: Box::new(was) });
            *error = if connector {
                OrchestratorError::connector(ConnectorError::other(at, None))
            } else if timeout {
                OrchestratorError::timeout(at)
            } else {
                OrchestratorError::response(at)
            };
        }
        Ok(())
    }
}

/// `host:port` of a URL, the scheme's own port where it names none.
fn address(url: &str) -> Option<String> {
    let url: http::Uri = url.parse().ok()?;
    let port = url.port_u16().unwrap_or(if url.scheme_str() == Some("http") { 80 } else { 443 });
    Some(format!("{}:{port}", url.host()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_host_and_port() {
        for (url, expected) in [
            ("https://rds.us-east-1.amazonaws.com/", Some("rds.us-east-1.amazonaws.com:443")),
            ("http://localhost/", Some("localhost:80")),
            ("http://user:secret@127.0.0.1:4566/x?y", Some("127.0.0.1:4566")),
            ("https://[::1]:8443/", Some("[::1]:8443")),
            ("/only/a/path", None),
            ("", None),
        ] {
            assert_eq!(address(url).as_deref(), expected, "{url}");
        }
    }
}
