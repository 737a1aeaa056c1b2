//! What reached the sandbox's RDS that could change something, in order: a test proves with it what
//! was sent, and how often.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use winterbaume_core::{MockRequest, MockResponse};

use super::fault::reply::Reply;
use super::services::{Scope, parameters, sts};

/// Parameters that are secrets, and so are in no record.
const SECRETS: [&str; 3] = ["MasterUserPassword", "TdeCredentialPassword", "PreSignedUrl"];

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// `ModifyDBInstance` and so on.
    pub operation: String,
    /// All parameters as they came, without secrets, by name.
    pub parameters: BTreeMap<String, String>,
    pub account: String,
    pub region: String,
    /// The role that the caller's credentials are for.
    pub role: String,
    /// The sandbox's time.
    pub at: Timestamp,
    /// HTTP status that RDS gave; `None` when the call never reached it.
    pub executed: Option<u16>,
    /// HTTP status that reached the caller; `None` when nothing did.
    pub answered: Option<u16>,
    /// The error code of what reached the caller, or would have.
    pub code: Option<String>,
}

impl Logged {
    /// Whether RDS did what was asked.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.executed == Some(200)
    }
}

/// A call on its way.
pub(super) struct Entry<'a> {
    scope: &'a Scope,
    request: &'a MockRequest,
    operation: &'a str,
    at: Timestamp,
    executed: RefCell<Option<(u16, Option<String>)>>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(scope: &'a Scope, request: &'a MockRequest, operation: &'a str, at: Timestamp) -> Self {
        Self { scope, request, operation, at, executed: RefCell::new(None) }
    }

    /// Notes what the service said.
    pub(super) fn said(&self, answer: &MockResponse) {
        self.executed.replace(Some((answer.status, code(answer))));
    }

    /// The record, when this is a call to RDS that could change something.
    pub(super) fn end(self, reply: &Reply) -> Option<Logged> {
        let reads = ["Describe", "List", "Download"].iter().any(|prefix| self.operation.starts_with(prefix));
        if self.scope.service != "rds" || reads {
            return None;
        }
        let executed = self.executed.into_inner();
        let arrived = match reply {
            Reply::Whole(answer) | Reply::Late(answer) | Reply::Drip(answer) => Some((answer.status, code(answer))),
            Reply::Silent(_) | Reply::Cut(_) | Reply::Nothing | Reply::Refused => None,
        };
        let told = arrived.as_ref().or(executed.as_ref()).and_then(|(_, code)| code.clone());
        let hidden = |name: &str| SECRETS.contains(&name) || matches!(name, "Action" | "Version");
        Some(Logged {
            operation: self.operation.to_owned(),
            parameters: parameters(self.request).into_iter().filter(|(name, _)| !hidden(name)).collect(),
            account: self.scope.caller.account.clone(),
            region: self.scope.caller.region.clone(),
            role: sts::session_of(self.request).0.to_owned(),
            at: self.at,
            executed: executed.map(|(status, _)| status),
            answered: arrived.map(|(status, _)| status),
            code: told,
        })
    }
}

/// The error code of a refusal.
fn code(answer: &MockResponse) -> Option<String> {
    if answer.status < 400 {
        return None;
    }
    let text = std::str::from_utf8(&answer.body).ok()?;
    let (_, rest) = text.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.to_owned())
}
