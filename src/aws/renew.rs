//! Credentials that AWS refuses are fetched anew for the next call.
//!
//! A credentials file does not say when its keys end, and a session can be revoked before its end:
//! only the answer tells. What signs the call after that comes from the files as they are then, so
//! that the console goes on by itself after somebody has signed in again.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use super::keeper::Keeper;

/// What an answer says of credentials that are over or unknown, in whichever protocol ("Common
/// Errors" of the API references).
const OVER: [&str; 4] = ["ExpiredToken", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"];

/// Tells the keeper when AWS refuses its credentials.
#[derive(Debug, Clone)]
pub(super) struct Renew(pub(super) Keeper);

/// The access key that signed an attempt. An answer may come after the keys were renewed.
#[derive(Debug)]
struct SignedBy(String);

impl Storable for SignedBy {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Renew {
    fn name(&self) -> &'static str {
        "Renew"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(key) = context.request().headers().get("authorization").and_then(access_key) {
            config.interceptor_state().store_put(SignedBy(key.to_owned()));
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let is_refusal = matches!(response.status().as_u16(), 400..=403);
        if is_refusal && let Some(SignedBy(key)) = config.load::<SignedBy>() {
            let body = response.body().bytes().unwrap_or_default();
            let start = String::from_utf8_lossy(body.get(..4096).unwrap_or(body));
            // A JSON service has the code in a header, and the message alone in the body (EKS).
            let named = response.headers().get("x-amzn-errortype").unwrap_or_default();
            if OVER.iter().any(|code| start.contains(code) || named.starts_with(code)) {
                self.0.refused(key);
            }
        }
        Ok(())
    }
}

/// The key in `AWS4-HMAC-SHA256 Credential=KEY/20261122/us-east-1/rds/aws4_request, …`.
fn access_key(authorization: &str) -> Option<&str> {
    authorization.split_once("Credential=")?.1.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_access_key_is_read_from_the_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=ASIA123/20261122/us-east-1/rds/aws4_request, SignedHeaders=host";
        assert_eq!(access_key(header), Some("ASIA123"));
        assert_eq!(access_key("Bearer x"), None);
    }
}
