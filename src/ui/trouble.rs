//! Faults in the words of a screen that has room for a line.

use crate::domain::{Fault, FaultKind};

/// Why, in a few words that need no subject: `unreachable`, `credentials expired`.
#[must_use]
pub fn cause(fault: &Fault) -> &'static str {
    fault.word()
}

/// What has failed: `metrics denied`; `credentials expired`, whatever was asked with them.
#[must_use]
pub fn words(what: &str, fault: &Fault) -> String {
    fault.words(what)
}

/// What to do, with what matters first: the end is cut off where there is no room.
#[must_use]
pub fn advice(fault: &Fault) -> String {
    match &fault.kind {
        FaultKind::WrongAccount { expected, actual } => {
            format!("account {actual} answers, not {expected}: fix profile or role; nothing is shown")
        }
        _ => fault.advice(),
    }
}

/// What to do first in a line that is too short for all: the command alone, where a command does it.
#[must_use]
pub fn remedy(fault: &Fault) -> String {
    fault.command().map_or_else(|| advice(fault), |command| format!("run: {command}"))
}

/// The call and what was said about it. What the transport says of a time-out is about its own
/// settings: all that it means is that no answer came.
#[must_use]
pub fn detail(fault: &Fault) -> String {
    let message = match fault.kind {
        FaultKind::TimedOut => "no answer came in time",
        _ => fault.message.as_str(),
    };
    let request = fault.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    format!("{}: {message}{request}", fault.call)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind) -> Fault {
        Fault {
            kind,
            call: "rds:DescribeDBInstances".into(),
            message: "minimum throughput was specified at 1 B/s".into(),
            request_id: Some("r-1".into()),
        }
    }

    #[test]
    fn what_fails_is_named() {
        assert_eq!(words("databases", &fault(FaultKind::Expired { login: None })), "credentials expired");
        assert_eq!(words("databases", &fault(FaultKind::Unreachable)), "databases unreachable");
        let wrong = FaultKind::WrongAccount { expected: "111122223333".into(), actual: "999999999999".into() };
        assert_eq!(words("identity", &fault(wrong.clone())), "wrong account");
        assert!(advice(&fault(wrong)).starts_with("account 999999999999 answers, not 111122223333"));
    }

    #[test]
    fn a_time_out_says_that_no_answer_came() {
        assert_eq!(
            detail(&fault(FaultKind::TimedOut)),
            "rds:DescribeDBInstances: no answer came in time (request r-1)"
        );
        assert!(detail(&fault(FaultKind::Unreachable)).contains("1 B/s"));
    }
}
