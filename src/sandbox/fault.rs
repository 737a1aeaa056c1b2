//! What stands between a caller and the sandbox's AWS and its clusters: throttling, a missing permission, a dead
//! endpoint, an answer that is not one. A fault says which calls it hits and when; [`reply`] makes of it what arrives
//! at who calls AWS, [`server`] what arrives at who asks the API server of a cluster.

pub mod body;
pub mod disturbance;
mod forms;
pub mod reply;
pub mod server;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Deserialize;

use super::services::Scope;
use super::world::identity;

/// What happens to a call. Its words are AWS's; the API server of a cluster says the same in its own ([`server`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `Throttling`, "Rate exceeded".
    Throttled,
    /// The connection stands and nothing ever comes.
    Hangs,
    /// Nobody listens.
    Refuses,
    /// HTTP 200, the right headers, and bytes without any meaning.
    Garbage,
    /// HTTP 500 with a web page, as a proxy or a load balancer answers.
    #[serde(rename = "html-500")]
    Html500,
    /// `InternalFailure` (500): the service failed.
    Internal,
    /// `ServiceUnavailable` (503).
    Unavailable,
    /// `ExpiredToken`.
    Expired,
    /// `AccessDenied`, naming the IAM action.
    Denied,
    /// The signature is too old: this machine's clock is behind.
    ClockSkew,
    /// The credentials are another account's, whose resources are shown.
    WrongAccount,
    /// The right answer, after [`reply::LATE`].
    Slow,
    /// The right answer, a byte a second.
    Drip,
    /// The head of the right answer, and nothing after it.
    Silent,
    /// The connection is cut in the middle of the right answer.
    Cut,
    /// The right answer with ten megabytes that nobody asked for.
    Huge,
    /// HTTP 200 with a JSON document in place of XML or CBOR, as an API gateway answers.
    WrongContentType,
    /// What is asked for is done, and the answer never comes.
    AnswerLost,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Throttled,
        Self::Hangs,
        Self::Refuses,
        Self::Garbage,
        Self::Html500,
        Self::Internal,
        Self::Unavailable,
        Self::Expired,
        Self::Denied,
        Self::ClockSkew,
        Self::WrongAccount,
        Self::Slow,
        Self::Drip,
        Self::Silent,
        Self::Cut,
        Self::Huge,
        Self::WrongContentType,
        Self::AnswerLost,
    ];
}

/// A service of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    Rds,
    /// CloudWatch, by its signing name.
    Monitoring,
    Sts,
    Eks,
    #[serde(rename = "secretsmanager")]
    Secrets,
    /// The API servers of the account's clusters.
    Kubernetes,
}

impl Service {
    /// The name that requests are signed for; nothing is signed for an API server.
    #[must_use]
    pub fn signing_name(self) -> &'static str {
        match self {
            Self::Rds => "rds",
            Self::Monitoring => "monitoring",
            Self::Sts => "sts",
            Self::Eks => "eks",
            Self::Secrets => "secretsmanager",
            Self::Kubernetes => server::SERVICE,
        }
    }
}

/// A fault, and the calls that it hits. An empty list means all.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub kind: Kind,
    pub services: Vec<Service>,
    /// `DescribeDBInstances` and so on; of an API server the right that is needed, as `list nodes`, `get /version` or
    /// `watch nodepools.karpenter.sh`.
    pub operations: Vec<String>,
    pub accounts: Vec<String>,
    pub regions: Vec<String>,
    /// `None`: it has always been there.
    pub starts: Option<Timestamp>,
    /// `None`: it does not end by itself.
    pub ends: Option<Timestamp>,
    /// The part of the calls that it hits, from 0 to 1. Which ones is decided by the number of the
    /// call: the same calls in the same order fare alike.
    pub share: f64,
    /// The account that answers in place of the caller's ([`Kind::WrongAccount`]).
    pub becomes: String,
}

/// The account of a [`Fault`] that names none.
pub const STRANGER: &str = "999988887777";

impl Fault {
    /// A fault that hits every call, always.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            services: Vec::new(),
            operations: Vec::new(),
            accounts: Vec::new(),
            regions: Vec::new(),
            starts: None,
            ends: None,
            share: 1.0,
            becomes: STRANGER.to_owned(),
        }
    }

    /// The same for one account alone.
    #[must_use]
    pub fn in_account(mut self, account: &str) -> Self {
        self.accounts.push(account.to_owned());
        self
    }

    /// The same for one more operation of a service: `Service::Rds`, `StopDBInstance`.
    #[must_use]
    pub fn in_operation(mut self, service: Service, operation: &str) -> Self {
        if !self.services.contains(&service) {
            self.services.push(service);
        }
        self.operations.push(operation.to_owned());
        self
    }

    /// Whether it hits this call.
    #[must_use]
    pub fn hits(&self, call: &Call<'_>) -> bool {
        let among = |names: &[String], name: &str| names.is_empty() || names.iter().any(|known| known == name);
        let caller = &call.scope.caller;
        let asked = self.services.is_empty()
            || self.services.iter().any(|service| service.signing_name() == call.scope.service);
        asked
            && among(&self.operations, call.operation)
            && among(&self.accounts, &caller.account)
            && among(&self.regions, &caller.region)
            && self.starts.is_none_or(|starts| starts <= call.at)
            && self.ends.is_none_or(|ends| call.at < ends)
            && self.takes(call.number)
    }

    fn takes(&self, number: u64) -> bool {
        // 32 bits are exact in a float.
        let chance = (identity::mix(number) >> 32) as f64 / f64::from(u32::MAX);
        self.share >= 1.0 || chance < self.share
    }
}

/// A call, as faults look at it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub scope: &'a Scope,
    pub operation: &'a str,
    /// Its number among all calls to the sandbox.
    pub number: u64,
    pub at: Timestamp,
}

impl Call<'_> {
    /// The first fault that hits it.
    #[must_use]
    pub fn struck_by<'f>(&self, faults: &'f [Fault]) -> Option<&'f Fault> {
        faults.iter().find(|fault| fault.hits(self))
    }
}
