//! AWS Security Token Service (query protocol, API 2011-06-15): who am I.

use winterbaume_core::{MockRequest, MockResponse};
use winterbaume_sts::model::GetCallerIdentityResponse;
use winterbaume_sts::wire;

use super::answer::Refusal;
use super::{Caller, operation};

/// Namespace of the service's XML.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers a request to STS.
#[must_use]
pub fn handle(caller: &Caller, request: &MockRequest) -> MockResponse {
    match operation(request).as_str() {
        "GetCallerIdentity" => wire::serialize_get_caller_identity_response(&GetCallerIdentityResponse {
            account: Some(caller.account.clone()),
            arn: Some(format!("arn:aws:sts::{}:assumed-role/reader/oncall", caller.account)),
            user_id: Some("AROASANDBOXREADER0001:oncall".to_owned()),
        }),
        other => {
            let message = format!("Could not find operation {other} for version 2011-06-15");
            Refusal::new("InvalidAction", message).xml(NAMESPACE)
        }
    }
}
