//! What `karpenter.sh/do-not-disrupt` makes of a pod.

use jiff::Timestamp;

use super::after;
use crate::services::kubernetes::model::Pod;

/// A pod that is not to be disrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Protection {
    /// Until then; for ever where there is none.
    pub(super) until: Option<Timestamp>,
}

/// What its annotation makes of a pod; none where it does not protect it now. What is no duration protects nothing, and a
/// duration counts from its start (`IsDoNotDisruptActive`); it protects what has not started.
pub(super) fn protected(pod: &Pod, now: Timestamp) -> Option<Protection> {
    let value = pod.do_not_disrupt.as_deref()?;
    if value == "true" {
        return Some(Protection { until: None });
    }
    let seconds = go_duration(value).filter(|seconds| *seconds > 0)?;
    let Some(started) = pod.started else { return Some(Protection { until: None }) };
    let until = after(started, seconds).filter(|until| *until > now)?;
    Some(Protection { until: Some(until) })
}

/// Seconds of a duration as Go writes it: `1h30m`.
fn go_duration(text: &str) -> Option<i64> {
    let mut seconds = 0.0;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| end + at);
        seconds += number
            * match &rest[end..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" | "μs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    Some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        for (text, seconds) in [
            ("5m", Some(300)),
            ("1h30m", Some(5_400)),
            ("90s", Some(90)),
            ("1.5h", Some(5_400)),
            ("2000000µs", Some(2)),
            ("3000000us1000000000ns", Some(4)),
            ("", None),
            ("5", None),
            ("1d", None),
        ] {
            assert_eq!(go_duration(text), seconds, "{text}");
        }
    }
}
