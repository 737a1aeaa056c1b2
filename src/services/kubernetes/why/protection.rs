//! What `karpenter.sh/do-not-disrupt` makes of a pod.

use jiff::Timestamp;

use super::after;
use crate::domain::go_seconds;
use crate::services::kubernetes::model::Pod;

/// A pod that is not to be disrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::services::kubernetes) struct Protection {
    /// Until then; for ever where there is none.
    pub(in crate::services::kubernetes) until: Option<Timestamp>,
}

/// What its annotation makes of a pod; none where it does not protect it now. What is no duration protects nothing, and a
/// duration counts from its start (`IsDoNotDisruptActive`); it protects what has not started.
pub(in crate::services::kubernetes) fn protected(pod: &Pod, now: Timestamp) -> Option<Protection> {
    let value = pod.do_not_disrupt.as_deref()?;
    if value == "true" {
        return Some(Protection { until: None });
    }
    let seconds = go_seconds(value).filter(|seconds| *seconds > 0)?;
    let Some(started) = pod.started else { return Some(Protection { until: None }) };
    let until = after(started, seconds).filter(|until| *until > now)?;
    Some(Protection { until: Some(until) })
}
