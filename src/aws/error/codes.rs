//! AWS's error codes.

use super::clock;
use crate::aws::action_of;
use crate::aws::session::SignIn;
use crate::domain::{FaultKind, text};

/// The rate was too high. AWS has about as many words for it as services.
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "TooManyRequestsException",
];

/// The identity is known and may not.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "ForbiddenException",
    "NotAuthorized",
    "NotAuthorizedException",
    "UnauthorizedOperation",
];

/// The credentials are over, or the sign-in is that they come from. ("Common Errors" of the API references; IAM
/// Identity Center gives `UnauthorizedException` for a session token that is not valid any more. `InvalidIdentityToken`: "Get
/// a new identity token from the identity provider", STS.)
const EXPIRED: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidGrantException",
    "InvalidIdentityToken",
    "UnauthorizedException",
];

/// AWS does not know the credentials. `InvalidClientTokenId`: "The X.509 certificate or AWS access key ID provided does
/// not exist in our records" ("Common Errors"): that nothing expired is all that it says.
const UNKNOWN: &[&str] = &[
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
];

/// The signature is wrong: a wrong secret key, a proxy that changes requests, or the clock.
const SIGNATURE: &[&str] =
    &["IncompleteSignature", "IncompleteSignatureException", "InvalidSignatureException", "SignatureDoesNotMatch"];

/// The class of an error answer that has a code.
pub(super) fn classify(call: &str, status: u16, code: &str, message: &str, sign_in: &SignIn) -> FaultKind {
    // `LimitExceeded` is a quota in most services and a rate in some: the message tells.
    let is_rate = code.starts_with("LimitExceeded") && message.to_lowercase().contains("rate");
    if status == 429 || code.starts_with("Throttl") || THROTTLED.contains(&code) || is_rate {
        FaultKind::Throttled
    } else if is_clock(code, message) {
        FaultKind::WrongClock { behind: clock::told(message) }
    } else if EXPIRED.contains(&code) {
        FaultKind::Expired { login: sign_in.command(message.to_lowercase().contains("sso")) }
    } else if UNKNOWN.contains(&code) {
        FaultKind::NotAccepted { login: sign_in.command(false) }
    } else if SIGNATURE.contains(&code) {
        other(code)
    } else if DENIED.contains(&code) {
        denied(call, message)
    } else if ["NotFound", "NotFoundFault", "NotFoundException"].iter().any(|end| code.ends_with(end)) {
        FaultKind::NotFound
    } else if status == 403 {
        denied(call, message)
    } else {
        other(code)
    }
}

/// Whether the text of an error answer has one of the codes for a rate that was too high.
pub(super) fn names_throttling(text: &str) -> bool {
    text.contains("Throttl") || THROTTLED.iter().any(|code| text.contains(code))
}

/// True when AWS refuses because our time is not its time.
fn is_clock(code: &str, message: &str) -> bool {
    let about_time = || message.contains("Signature expired") || message.contains("Signature not yet current");
    matches!(code, "RequestExpired" | "RequestTimeTooSkewed" | "RequestInTheFuture")
        || (SIGNATURE.contains(&code) && about_time())
}

fn other(code: &str) -> FaultKind {
    FaultKind::Other { code: text::clean(code) }
}

fn denied(call: &str, message: &str) -> FaultKind {
    FaultKind::Denied { action: action_in(message).unwrap_or_else(|| action_of(call)).to_owned() }
}

/// The IAM action in "User: … is not authorized to perform: rds:DescribeDBInstances on resource: …".
fn action_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform")?;
    let action = rest.trim_start_matches([':', ' ']).split([' ', ',', ';', '\n']).next()?.trim_end_matches('.');
    let (service, name) = action.split_once(':')?;
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (is_word(service) && is_word(name)).then_some(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: u16, code: &str, message: &str) -> FaultKind {
        let config = "[profile prod]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
                      [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n";
        classify("rds:DescribeEvents", status, code, message, &SignIn::of(config, Some("prod")))
    }

    #[test]
    fn every_code_has_its_class() {
        let denied = |action: &str| FaultKind::Denied { action: action.into() };
        let expired = FaultKind::Expired { login: Some("aws sso login --profile prod".into()) };
        let refused = FaultKind::NotAccepted { login: Some("aws sso login --profile prod".into()) };
        let other = |code: &str| FaultKind::Other { code: code.into() };
        let told = "User: arn:aws:sts::1:assumed-role/r/u is not authorized to perform: rds:ListTagsForResource on resource: x";
        for (status, code, message, class_wanted) in [
            (400, "Throttling", "Rate exceeded", FaultKind::Throttled),
            (400, "ThrottledException", "", FaultKind::Throttled),
            (503, "SlowDown", "", FaultKind::Throttled),
            (429, "Whatever", "", FaultKind::Throttled),
            (400, "LimitExceeded", "The rate of requests is too high", FaultKind::Throttled),
            (400, "LimitExceeded", "Too many alarms", other("LimitExceeded")),
            (403, "AccessDenied", told, denied("rds:ListTagsForResource")),
            (403, "AccessDenied", "no", denied("rds:DescribeEvents")),
            (403, "SomethingNew", "no", denied("rds:DescribeEvents")),
            (403, "ExpiredToken", "The security token included in the request is expired", expired),
            (403, "InvalidClientTokenId", "The security token included in the request is invalid.", refused),
            (403, "SignatureDoesNotMatch", "…", other("SignatureDoesNotMatch")),
            (403, "RequestTimeTooSkewed", "…", FaultKind::WrongClock { behind: None }),
            (404, "DBInstanceNotFound", "DBInstance x not found.", FaultKind::NotFound),
            (400, "ResourceNotFoundException", "", FaultKind::NotFound),
            (500, "InternalFailure", "", other("InternalFailure")),
        ] {
            assert_eq!(class(status, code, message), class_wanted, "{status} {code} {message}");
        }
    }

    #[test]
    fn only_a_well_formed_action_is_believed() {
        assert_eq!(action_in("not authorized to perform: rds:DescribeEvents"), Some("rds:DescribeEvents"));
        assert_eq!(action_in("not authorized to perform rds:DescribeEvents."), Some("rds:DescribeEvents"));
        assert_eq!(action_in("not authorized to perform: \u{1b}[2J:x on y"), None);
        assert_eq!(action_in("not authorized to perform: this"), None);
        assert_eq!(action_in("not authorized to perform"), None);
    }

    #[test]
    fn a_wrong_clock_is_told_from_a_wrong_key() {
        assert!(is_clock("SignatureDoesNotMatch", "Signature expired: 20261122T030000Z is now earlier than …"));
        assert!(!is_clock("SignatureDoesNotMatch", "The request signature we calculated does not match …"));
    }
}
