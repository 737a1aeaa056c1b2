//! The sandbox as the SDK's HTTP client: requests are answered in this process, so that
//! serialisation, signing and retries are the SDK's own.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::{HttpError, StatusCode};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use winterbaume_core::{MockRequest, MockResponse};

use super::Sandbox;
use super::fault::body;
use super::fault::reply::{LATE, Reply, SILENCE};
use super::services::ACCESS_KEY_PREFIX;
use super::world::identity;

/// Credentials that make the caller this account.
#[must_use]
pub fn credentials(account: &str) -> Credentials {
    Credentials::new(format!("{ACCESS_KEY_PREFIX}{account}"), "sandbox", None, None, "quarterdeck-sandbox")
}

/// An HTTP client for `aws_config` or a service's configuration.
#[derive(Debug, Clone)]
pub struct SandboxHttp {
    sandbox: Arc<Sandbox>,
    latency: Duration,
}

impl SandboxHttp {
    /// Answers at once.
    #[must_use]
    pub fn new(sandbox: Arc<Sandbox>) -> Self {
        Self { sandbox, latency: Duration::ZERO }
    }

    /// As the SDK's configuration takes it.
    #[must_use]
    pub fn shared(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Answers after half to one and a half of `latency`, by the content of the request.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }
}

impl HttpConnector for SandboxHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (sandbox, latency) = (Arc::clone(&self.sandbox), self.latency);
        HttpConnectorFuture::new(async move {
            let request = read(request).await.map_err(ConnectorError::io)?;
            if !latency.is_zero() {
                let body = String::from_utf8_lossy(&request.body);
                let permille = 500 + identity::hash(&[&request.uri, &body]) % 1001;
                tokio::time::sleep(latency.mul_f64(permille as f64 / 1000.0)).await;
            }
            match sandbox.reply(&request) {
                Reply::Whole(answer) => respond(&answer, SdkBody::from(answer.body.clone())),
                Reply::Late(answer) => {
                    tokio::time::sleep(LATE).await;
                    respond(&answer, SdkBody::from(answer.body.clone()))
                }
                Reply::Silent(answer) => respond(&answer, SdkBody::from_body_1_x(body::silent())),
                Reply::Cut(answer) => respond(&answer, SdkBody::from_body_1_x(body::cut(&answer.body))),
                Reply::Drip(answer) => respond(&answer, SdkBody::from_body_1_x(body::drip(answer.body.clone()))),
                Reply::Nothing => {
                    tokio::time::sleep(SILENCE).await;
                    Err(ConnectorError::timeout("nothing came".into()))
                }
                Reply::Refused => {
                    let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
                    Err(ConnectorError::io(refused.into()))
                }
            }
        })
    }
}

impl HttpClient for SandboxHttp {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The SDK's request as the services read it. Headers that HTTP does not allow are left out.
async fn read(request: HttpRequest) -> Result<MockRequest, BoxError> {
    let (method, uri) = (request.method().to_owned(), request.uri().to_owned());
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    let body = request.into_body();
    let body = if let Some(bytes) = body.bytes() {
        Bytes::copy_from_slice(bytes)
    } else {
        ByteStream::new(body).collect().await?.into_bytes()
    };
    Ok(MockRequest { method, uri, headers, body })
}

/// The services' response as the SDK reads it, with the body as it arrives.
fn respond(answer: &MockResponse, body: SdkBody) -> Result<HttpResponse, ConnectorError> {
    write(answer, body).map_err(|error| ConnectorError::other(error.into(), None))
}

fn write(answer: &MockResponse, body: SdkBody) -> Result<HttpResponse, HttpError> {
    let status = StatusCode::try_from(answer.status)?;
    let mut response = HttpResponse::new(status, body);
    for (name, value) in &answer.headers {
        if let Ok(value) = value.to_str() {
            response.headers_mut().try_append(name.as_str().to_owned(), value.to_owned())?;
        }
    }
    Ok(response)
}
