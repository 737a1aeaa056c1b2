//! The only code that changes anything in EKS: one call of an approved plan, sent once.
//!
//! As with RDS ([`crate::aws::rds::write`]) each parameter goes to the SDK through one setter, and what is not known, is
//! of another type, comes twice or is missing is refused before anything is sent. `clientRequestToken` is not given:
//! the SDK makes one for each request (`@idempotencyToken` of the API's model), and no request is sent twice.

use aws_sdk_eks::config::Builder;
use aws_sdk_eks::config::retry::RetryConfig;
use aws_sdk_eks::operation::RequestId;
use aws_sdk_eks::types::NodegroupScalingConfig;

use crate::aws::Session;
use crate::aws::once::{once_each, text, timeouts, unknown, wrong};
use crate::aws::verdict::{refused_here, sent};
use crate::domain;
use crate::ops::call::Value;
use crate::ops::guard::ApprovedCall;
use crate::ops::sent::{Receipt, SendFault};
use crate::services::kubernetes::change::{Api, Call};

/// What a call must have.
const NEEDED: [&str; 3] = ["clusterName", "nodegroupName", "scalingConfig"];

/// Sends a call of an approved plan, once.
///
/// # Errors
/// Whether the call did certainly not change anything, or may have.
pub async fn send(session: &Session, approved: &ApprovedCall<Api>) -> Result<Receipt, SendFault> {
    post(session, approved.call()).await
}

async fn post(session: &Session, call: &Call) -> Result<Receipt, SendFault> {
    let api = call.api.id();
    if call.api != Api::UpdateNodegroupConfig {
        return Err(refused_here(api, "it is no call to EKS"));
    }
    once_each(call)?;
    // Without its sizes EKS would take it for an update of nothing.
    if let Some(name) = NEEDED.iter().find(|name| call.get(name).is_none()) {
        return Err(refused_here(api, &format!("the parameter {name} is missing")));
    }
    let mut request = session.eks(&call.region).update_nodegroup_config();
    for (name, value) in &call.parameters {
        request = match &**name {
            "clusterName" => request.cluster_name(text(api, name, value)?),
            "nodegroupName" => request.nodegroup_name(text(api, name, value)?),
            "scalingConfig" => request.scaling_config(sizes(api, name, value)?),
            _ => return Err(unknown(api, name)),
        };
    }
    let once = Builder::new().retry_config(RetryConfig::disabled()).timeout_config(timeouts());
    let answer = request.customize().config_override(once).send().await;
    let answer = answer.map_err(|error| sent(session.sign_in(), api, &error))?;
    Ok(Receipt { request_id: answer.request_id().map(domain::text::clean) })
}

/// Sizes as the AWS CLI takes them, `minSize=1,maxSize=3,desiredSize=2`: each once at most, and one at least.
fn sizes(api: &str, name: &str, value: &Value) -> Result<NodegroupScalingConfig, SendFault> {
    let wrong = || wrong(api, name, "like minSize=1,maxSize=3,desiredSize=2");
    let (mut minimum, mut maximum, mut desired) = (None, None, None);
    for term in text(api, name, value)?.split(',') {
        let (size, number) = term.split_once('=').ok_or_else(wrong)?;
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse::<i32>().ok().filter(|_| is_plain).ok_or_else(wrong)?;
        let place = match size {
            "minSize" => &mut minimum,
            "maxSize" => &mut maximum,
            "desiredSize" => &mut desired,
            _ => return Err(wrong()),
        };
        if place.replace(number).is_some() {
            return Err(wrong());
        }
    }
    let config = NodegroupScalingConfig::builder().set_min_size(minimum).set_max_size(maximum);
    Ok(config.set_desired_size(desired).build())
}

#[cfg(test)]
mod tests;
