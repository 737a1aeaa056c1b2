//! One answer in place of AWS's, whatever is asked: for hearing what no AWS would say.

use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::{AssumeRole, InProcess, Session, SessionSpec};

/// Answers every request with the same status and body. Clones share both.
#[derive(Debug, Clone, Default)]
pub struct Canned {
    answer: Arc<Mutex<(u16, Vec<u8>)>>,
}

impl Canned {
    /// What is answered from now on.
    pub fn set(&self, status: u16, body: &[u8]) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = (status, body.to_vec());
    }

    /// A session whose calls are answered by this, with these roles on top of its credentials.
    pub async fn session(&self, roles: Vec<AssumeRole>) -> Session {
        let http = SharedHttpClient::new(self.clone());
        let credentials = Credentials::new("AKIASANDBOX111122223333", "canned", None, None, "quarterdeck-canned");
        Session::load(&SessionSpec {
            region: Some("us-east-1".to_owned()),
            // Nothing goes there; a given endpoint spares the search for AWS's own.
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            roles,
            in_process: Some(InProcess { http, credentials }),
            ..SessionSpec::default()
        })
        .await
    }
}

impl HttpConnector for Canned {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None));
        HttpConnectorFuture::ready(status.map(|status| HttpResponse::new(status, SdkBody::from(body))))
    }
}

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
