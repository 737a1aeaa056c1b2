//! What is believed of a plan that comes from a file: what is to be done, to what, and when it was
//! planned. Calls, checks, risk and words are made anew from a fresh reading, and the approval must
//! be of that plan: whoever can edit the file can compute its hashes, too.

use jiff::Timestamp;
use serde::Deserialize;

use super::catalogue::Catalogue;
use super::kind::OperationKind;
use super::plan::{FORM, Plan};
use super::provider::Provider;
use super::target::Target;
use crate::domain::text::clean;

/// A plan's request. Everything else in the file is left unread.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(bound = "")]
pub struct Requested<P: Provider> {
    /// The form of plans that it was made in; the first one did not say.
    #[serde(default = "super::plan::first_form")]
    pub form: u8,
    pub operation: P::Operation,
    #[serde(default)]
    pub safety_snapshot: Option<String>,
    pub target: Target<P::TargetKind>,
    #[serde(default)]
    pub made_at: Option<Timestamp>,
}

impl<P: Catalogue> Requested<P> {
    /// Reads the request out of a plan's JSON.
    ///
    /// # Errors
    /// Why it is none, without anything that could steer a terminal.
    pub fn read(json: &str) -> Result<Self, String> {
        let requested: Self = serde_json::from_str(json).map_err(|error| clean(&error.to_string()))?;
        let kind = P::kind(&requested.operation);
        let (done_to, name) = (P::done_to(kind), OperationKind::name(kind));
        if requested.form != FORM || requested.made_at.is_none() {
            return Err("another version of qd has made it: make it again with qd plan".to_owned());
        }
        if done_to != requested.target.kind {
            let (noun, other) = (P::noun(done_to), P::noun(requested.target.kind));
            return Err(format!("{name} is done to a {noun}, and the file says {other}"));
        }
        // It becomes part of a host's name.
        let region = &requested.target.region;
        let is_region = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if region.is_empty() || region.len() > 40 || !region.bytes().all(is_region) {
            return Err(format!("{:?} is no region", clean(region)));
        }
        if requested.safety_snapshot.is_some() && !P::offers_safety_snapshot(kind) {
            return Err(format!("no snapshot is taken before {name}"));
        }
        Ok(requested)
    }

    /// The plan of the request for a fresh reading.
    ///
    /// # Errors
    /// A parameter that the operation does not take: nothing but what could be asked for on the command
    /// line or the screen becomes a plan.
    pub fn plan(&self, seen: &P::Facts) -> Result<Plan<P>, String> {
        let mut again = self.operation.clone();
        for field in P::fields(&self.operation, seen) {
            let value = field.value.as_str();
            P::set(&mut again, field.name, value, seen).map_err(|why| format!("{}: {}", field.name, clean(&why)))?;
        }
        if again != self.operation {
            return Err("its parameters are not as qd plan writes them".to_owned());
        }
        Ok(Plan::made(
            &self.operation,
            self.safety_snapshot.as_deref(),
            seen,
            self.made_at.unwrap_or(P::observation(seen).at),
        ))
    }
}

#[cfg(test)]
mod tests;
