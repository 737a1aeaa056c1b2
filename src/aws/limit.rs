//! How large one answer may be.
//!
//! The SDK reads an answer's body to its end before it decodes it, however long that takes in memory:
//! neither a length nor the chunks of a body without one are limited. So every body is counted here,
//! below the SDK, for the calls of the console and those that fetch credentials alike.

use std::error::Error;
use std::fmt;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// MB of one answer that are read. A page of 100 DB instances has about half of one.
const MOST_MB: usize = 32;
/// The same in bytes.
const MOST: usize = MOST_MB * 1024 * 1024;

/// The answer has more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer is larger than {MOST_MB} MB: it was not read")
    }
}

impl Error for TooLarge {}

/// This client, or the one that the SDK takes where none is given, with answers of a limited size.
pub(super) fn limited(client: Option<SharedHttpClient>) -> SharedHttpClient {
    SharedHttpClient::new(LimitedClient(client.unwrap_or_else(default_client)))
}

fn default_client() -> SharedHttpClient {
    client(None)
}

/// What the SDK makes by default (aws-smithy-runtime 1.16, `client::http::default_https_client`), which
/// cannot be had to be wrapped; with whose certificates are trusted, where that is not the machine's own.
pub(super) fn client(trusted: Option<TlsContext>) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let provider = tls::Provider::Rustls(CryptoMode::AwsLc);
        let mut connector = ConnectorBuilder::default().tls_provider(provider);
        if let Some(trusted) = &trusted {
            connector.set_tls_context(trusted.clone());
        }
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

#[derive(Debug)]
struct LimitedClient(SharedHttpClient);

impl HttpClient for LimitedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(LimitedConnector(self.0.http_connector(settings, components)))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        HttpClient::validate_base_client_config(&self.0, components, config)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        HttpClient::validate_final_config(&self.0, components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[derive(Debug)]
struct LimitedConnector(SharedHttpConnector);

impl HttpConnector for LimitedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move { Ok(answer.await?.map(counted)) })
    }
}

/// The body, ending in [`TooLarge`] where it goes on for too long.
fn counted(body: SdkBody) -> SdkBody {
    // One that is in memory already is as large as it is.
    if body.bytes().is_some_and(|bytes| bytes.len() <= MOST) {
        return body;
    }
    SdkBody::from_body_1_x(Limited::new(body, MOST).map_err(named))
}

fn named(error: BoxError) -> BoxError {
    if error.is::<LengthLimitError>() { TooLarge.into() } else { error }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use aws_smithy_runtime_api::client::http::http_client_fn;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use http_body_util::{Full, StreamBody};

    use super::*;
    use crate::aws::{InProcess, Session, SessionSpec, rds};
    use crate::domain::FaultKind;

    static CHUNK: [u8; 64 * 1024] = [b' '; 64 * 1024];

    /// Answers with chunks without end.
    #[derive(Debug, Clone, Copy)]
    struct Endless;

    impl HttpConnector for Endless {
        fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
            let chunks = stream::repeat(()).then(|()| async {
                let mut chunk = Full::new(Bytes::from_static(&CHUNK));
                chunk.frame().await.unwrap()
            });
            let body = SdkBody::from_body_1_x(StreamBody::new(chunks));
            HttpConnectorFuture::ready(Ok(HttpResponse::new(200_u16.try_into().unwrap(), body)))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_without_end_is_not_read_to_its_end() {
        let http = http_client_fn(|_, _| SharedHttpConnector::new(Endless));
        let credentials = Credentials::new("AKIASANDBOX111122223333", "secret", None, None, "test");
        let in_process = Some(InProcess { http, credentials });
        let session = Session::load(&SessionSpec { in_process, ..SessionSpec::default() }).await;
        let fault = rds::databases(&session, "us-east-1").await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::BrokenAnswer);
        assert_eq!(fault.message, "the answer is larger than 32 MB: it was not read");
    }

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read_and_one_beyond_it_is_not() {
        for (length, whole) in [(0, true), (MOST, true), (MOST + 1, false)] {
            let body = SdkBody::from_body_1_x(Full::new(Bytes::from(vec![b'x'; length])));
            let read = counted(body).collect().await;
            match read {
                Ok(read) => assert!(whole && read.to_bytes().len() == length, "{length}"),
                Err(error) => assert!(!whole && error.is::<TooLarge>(), "{length}: {error}"),
            }
        }
    }
}
