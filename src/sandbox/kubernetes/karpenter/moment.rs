//! Durations and moments as Kubernetes writes them.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Go's spelling in the units that Karpenter allows: `720h`, `1h30m`, `30s`. `Never` is none.
pub fn duration(text: &str) -> Option<SignedDuration> {
    let mut total = SignedDuration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let seconds = match rest[digits..].chars().next()? {
            'h' => number.checked_mul(3600)?,
            'm' => number.checked_mul(60)?,
            's' => number,
            _ => return None,
        };
        total = total.checked_add(SignedDuration::from_secs(seconds))?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

/// A moment to the second, as in `metadata.creationTimestamp`.
pub fn written(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// The moment at a place of an object.
pub fn at(object: &Value, pointer: &str) -> Option<Timestamp> {
    object.pointer(pointer)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        for (text, seconds) in [("720h", Some(2_592_000)), ("1h30m", Some(5400)), ("0s", Some(0)), ("Never", None)] {
            assert_eq!(duration(text).map(|one| one.as_secs()), seconds, "{text}");
        }
        for text in ["", "5", "h", "5d", "-3m"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
