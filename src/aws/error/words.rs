//! The message of a fault: one line, without secrets.

use aws_smithy_types::error::ErrorMetadata;

use super::Chain;
use crate::domain::text;

/// A message is cut after this many characters.
const LONGEST: usize = 300;

/// Texts that say no more than which kind of error it is.
const GENERIC: &[&str] = &[
    "",
    "an error occurred while loading credentials",
    "connector error",
    "dispatch failure",
    "failed to construct request",
    "io error",
    "operation error",
    "other",
    "request has timed out",
    "response error",
    "service error",
    "the call did not come through",
    "timed out",
    "timeout",
    "unexpected credentials error",
    "unhandled error",
    "user error",
];

/// What the deepest cause says that says anything.
pub(super) fn deepest(chain: &Chain<'_>) -> String {
    let said = chain.iter().rev().find_map(|cause| {
        // The metadata's own text is a debug print of its fields.
        let text = match cause.downcast_ref::<ErrorMetadata>() {
            Some(metadata) => metadata.message().or(metadata.code()).unwrap_or_default().to_owned(),
            None => cause.to_string(),
        };
        // The SDK watches over a body that comes to a halt, and says so in bytes a second.
        if text.contains("minimum throughput") {
            return Some("an answer began, and the rest of it does not come".to_owned());
        }
        (!GENERIC.contains(&text.trim())).then_some(text)
    });
    let kinds = || chain.iter().rev().filter(|cause| !cause.is::<ErrorMetadata>()).map(ToString::to_string);
    said.or_else(|| kinds().find(|kind| !kind.is_empty())).unwrap_or_else(|| "no further details".to_owned())
}

/// One cleaned line without what must not be on a screen or in a log.
pub(super) fn one_line(message: &str) -> String {
    // AWS repeats the canonical request of a wrong signature, session token included.
    let message = message.split("The Canonical String").next().unwrap_or_default();
    let words: Vec<String> = message.split_whitespace().map(|word| text::clean(&without_secrets(word))).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        None => line,
        Some(_) => line.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

/// Masks what looks like a key or a token: a long run of base64 with digits and letters of both
/// cases. Paths of ARNs have slashes and are shorter than a token.
fn without_secrets(word: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/".contains(c);
    let mut masked = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let inside = is_base64(first);
        let end = rest.find(|c: char| is_base64(c) != inside).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        masked.push_str(if inside && is_secret(run) { "[hidden]" } else { run });
        rest = after;
    }
    masked
}

fn is_secret(run: &str) -> bool {
    let has = |is: fn(&u8) -> bool| run.as_bytes().iter().any(is);
    (run.len() >= 80 || (run.len() >= 40 && !run.contains('/')))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_clean_line() {
        assert_eq!(one_line("  a\r\n\tb\u{1b}[31m \u{202e}c "), "a b?[31m ?c");
        assert_eq!(one_line(&"é ".repeat(400)).chars().count(), LONGEST);
        assert_eq!(one_line(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
    }

    #[test]
    fn tokens_are_hidden_and_arns_are_not() {
        let token = "IQoJb3JpZ2luX2VjEJr0ZHlbXVzLWVhc3QtMSJHMEUCIQDabc123";
        assert_eq!(one_line(&format!("token={token}, end")), "token=[hidden], end");
        let canonical = format!("does not match. The Canonical String was 'x-amz-security-token:{token}'");
        assert_eq!(one_line(&canonical), "does not match.");
        let arn =
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ReadOnlyAccess_0123456789abcdef/On.Call@example.com";
        assert_eq!(one_line(arn), arn);
    }
}
