//! Credentials are looked at before anything is signed with them: the SDK's signer panics on a key that
//! cannot stand in a header.

use aws_credential_types::Credentials;
use thiserror::Error;

/// What is wrong with credentials, without what they are.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {part} {origin} {wrong}")]
pub(super) struct BadKey {
    /// `access key id`.
    part: &'static str,
    /// `of profile prod (~/.aws/credentials)`.
    origin: String,
    wrong: Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Wrong {
    #[error("is empty")]
    Empty,
    #[error("has a control character in it")]
    Control,
    #[error("has a blank in it")]
    Blank,
    #[error("has a character in it that is none of a key")]
    Foreign,
}

/// The credentials, if requests can be signed with them. `origin` says whose they are, for a person.
///
/// AWS gives keys of letters, digits and `/+=` (IAM API reference, `AccessKey`); what stands in a header
/// is any visible ASCII character (RFC 9110, 5.5), and that is what is asked for.
pub(super) fn usable(credentials: Credentials, origin: impl Fn() -> String) -> Result<Credentials, BadKey> {
    let parts = [
        ("access key id", Some(credentials.access_key_id())),
        ("secret access key", Some(credentials.secret_access_key())),
        ("session token", credentials.session_token()),
    ];
    for (part, value) in parts {
        if let Some(wrong) = value.and_then(wrong) {
            return Err(BadKey { part, origin: origin(), wrong });
        }
    }
    Ok(credentials)
}

fn wrong(value: &str) -> Option<Wrong> {
    if value.is_empty() {
        return Some(Wrong::Empty);
    }
    let strange = value.chars().find(|c| !c.is_ascii_graphic())?;
    Some(match strange {
        strange if strange.is_control() => Wrong::Control,
        strange if strange.is_whitespace() => Wrong::Blank,
        _ => Wrong::Foreign,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_stand_in_a_header_is_found_and_not_shown() {
        for (id, secret, token, said) in [
            ("AKIA\u{1}X", "s", None, "the access key id of profile p has a control character in it"),
            ("AKIA\u{7f}", "s", None, "the access key id of profile p has a control character in it"),
            ("AKIA\nX", "s", None, "the access key id of profile p has a control character in it"),
            ("", "s", None, "the access key id of profile p is empty"),
            ("AKIA", "a b", None, "the secret access key of profile p has a blank in it"),
            ("AKIA", "", None, "the secret access key of profile p is empty"),
            ("AKIA", "s", Some("t\u{1b}[2J"), "the session token of profile p has a control character in it"),
            ("AKIA", "s", Some("tökén"), "the session token of profile p has a character in it that is none of a key"),
        ] {
            let credentials = Credentials::new(id, secret, token.map(str::to_owned), None, "test");
            let bad = usable(credentials, || "of profile p".into()).unwrap_err();
            assert_eq!(bad.to_string(), said);
        }
    }

    #[test]
    fn keys_as_aws_gives_them_are_usable() {
        let token = Some("IQoJb3JpZ2luX2VjEJr//8AwEaCXVz+LWVhc3QtMSJ=".to_owned());
        let credentials = Credentials::new("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCY", token, None, "test");
        assert!(usable(credentials, String::new).is_ok());
    }
}
