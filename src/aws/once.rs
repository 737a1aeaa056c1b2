//! What every call has that is sent once, and changes something.
//!
//! The SDK does not retry such a call. A second attempt after an answer that was lost could make the change twice;
//! whether the first arrived is found out by looking.

use std::time::Duration;

use aws_smithy_types::timeout::TimeoutConfig;

use super::verdict::refused_here;
use crate::ops::call::{ApiName, Call, Value};
use crate::ops::sent::SendFault;

/// Time to connect.
const CONNECT: Duration = Duration::from_secs(5);
/// Time to the answer. Longer than for a read: an answer that is given up may be a change that was
/// made, and restores take AWS some seconds to accept.
const ANSWER: Duration = Duration::from_secs(45);
/// The whole call, credentials included.
const WHOLE: Duration = Duration::from_secs(60);

/// How long a call may take.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ANSWER)
        .operation_attempt_timeout(ANSWER)
        .operation_timeout(WHOLE)
        .build()
}

/// The SDK would keep the last of two values, and the plan showed both.
pub(super) fn once_each<A: ApiName>(call: &Call<A>) -> Result<(), SendFault> {
    for (i, (name, _)) in call.parameters.iter().enumerate() {
        if call.parameters.iter().take(i).any(|(before, _)| before == name) {
            return Err(refused_here(call.api.id(), &format!("the parameter {name} is given twice")));
        }
    }
    Ok(())
}

/// A parameter that nobody here knows.
pub(super) fn unknown(api: &str, name: &str) -> SendFault {
    refused_here(api, &format!("this version cannot send the parameter {name}"))
}

/// A value of another type, or that says something else than it may.
pub(super) fn wrong(api: &str, name: &str, wanted: &str) -> SendFault {
    refused_here(api, &format!("the parameter {name} must be {wanted}"))
}

/// A parameter that is a text.
pub(super) fn text(api: &str, name: &str, value: &Value) -> Result<String, SendFault> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        _ => Err(wrong(api, name, "a text")),
    }
}
