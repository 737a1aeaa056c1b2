//! What reached the sandbox that could change something, in order: RDS, EKS and the API servers of its clusters. A test
//! proves with it what was sent, and how often.

pub(super) mod server;

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use winterbaume_core::{MockRequest, MockResponse};

use super::fault::reply::Reply;
use super::services::{Scope, eks, parameters, sts};

/// Parameters that are secrets, and so are in no record.
const SECRETS: [&str; 3] = ["MasterUserPassword", "TdeCredentialPassword", "PreSignedUrl"];

/// The parameter that is a whole body of JSON.
pub const BODY: &str = "body";
/// The parameter that is what stands behind the path of a request to a cluster.
pub const QUERY: &str = "query";

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// `rds`, `eks`, or `kubernetes` for the API server of a cluster.
    pub service: String,
    /// `ModifyDBInstance`, `UpdateNodegroupConfig`, `create pods/eviction` and so on.
    pub operation: String,
    /// All parameters as they came, without secrets, by name. What is no form has what its address names, and all of its
    /// [`BODY`] and its [`QUERY`], where there are such.
    pub parameters: BTreeMap<String, String>,
    pub account: String,
    pub region: String,
    /// The role that the caller's credentials are for; empty where the call is to a cluster, which is called with a token.
    pub role: String,
    /// The sandbox's time.
    pub at: Timestamp,
    /// HTTP status that the service gave; `None` when the call never reached it.
    pub executed: Option<u16>,
    /// HTTP status that reached the caller; `None` when nothing did.
    pub answered: Option<u16>,
    /// The error code of what reached the caller, or would have.
    pub code: Option<String>,
}

impl Logged {
    /// Whether the service did what was asked.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.executed.is_some_and(|status| (200..300).contains(&status))
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

    /// The record, when this is a call to RDS or EKS that could change something.
    pub(super) fn end(self, reply: &Reply) -> Option<Logged> {
        let reads = ["Describe", "List", "Download"].iter().any(|prefix| self.operation.starts_with(prefix));
        if !matches!(self.scope.service.as_str(), "rds" | "eks") || reads {
            return None;
        }
        let executed = self.executed.into_inner();
        let arrived = match reply {
            Reply::Whole(answer) | Reply::Late(answer) | Reply::Drip(answer) => Some((answer.status, code(answer))),
            Reply::Silent(_) | Reply::Cut(_) | Reply::Nothing | Reply::Refused => None,
        };
        let told = arrived.as_ref().or(executed.as_ref()).and_then(|(_, code)| code.clone());
        let hidden = |name: &str| SECRETS.contains(&name) || matches!(name, "Action" | "Version");
        let parameters = match self.scope.service.as_str() {
            "eks" => {
                let body = String::from_utf8_lossy(&self.request.body).into_owned();
                let body = (!body.is_empty()).then(|| (BODY.to_owned(), body));
                eks::labels(self.request).into_iter().chain(body).collect()
            }
            _ => parameters(self.request).into_iter().filter(|(name, _)| !hidden(name)).collect(),
        };
        Some(Logged {
            service: self.scope.service.clone(),
            operation: self.operation.to_owned(),
            parameters,
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
    if let Some(named) = answer.headers.get("x-amzn-errortype") {
        return Some(named.to_str().ok()?.to_owned());
    }
    let text = std::str::from_utf8(&answer.body).ok()?;
    let (_, rest) = text.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.to_owned())
}
