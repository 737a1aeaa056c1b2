//! What is believed of a plan that comes from a file: what is to be done, to what, and when it was
//! planned. Calls, checks, risk and words are made anew from a fresh reading, and the approval must
//! be of that plan: whoever can edit the file can compute its hashes, too.

use jiff::Timestamp;
use serde::Deserialize;

use super::operation::Operation;
use super::plan::{FORM, Plan};
use super::seen::{Seen, Target};
use crate::domain::text::clean;

/// A plan's request. Everything else in the file is left unread.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Requested {
    /// The form of plans that it was made in; the first one did not say.
    #[serde(default = "super::plan::first_form")]
    pub form: u8,
    pub operation: Operation,
    #[serde(default)]
    pub safety_snapshot: Option<String>,
    pub target: Target,
    #[serde(default)]
    pub made_at: Option<Timestamp>,
}

impl Requested {
    /// Reads the request out of a plan's JSON.
    ///
    /// # Errors
    /// Why it is none, without anything that could steer a terminal.
    pub fn read(json: &str) -> Result<Self, String> {
        let requested: Self = serde_json::from_str(json).map_err(|error| clean(&error.to_string()))?;
        let kind = requested.operation.kind();
        if requested.form != FORM || requested.made_at.is_none() {
            return Err("another version of qd has made it: make it again with qd plan".to_owned());
        }
        if kind.target() != requested.target.kind {
            let (noun, other) = (kind.target().noun(), requested.target.kind.noun());
            return Err(format!("{} is done to a {noun}, and the file says {other}", kind.name()));
        }
        // It becomes part of a host's name.
        let region = &requested.target.region;
        let is_region = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if region.is_empty() || region.len() > 40 || !region.bytes().all(is_region) {
            return Err(format!("{:?} is no region", clean(region)));
        }
        if requested.safety_snapshot.is_some() && !kind.offers_safety_snapshot() {
            return Err(format!("no snapshot is taken before {}", kind.name()));
        }
        Ok(requested)
    }

    /// The plan of the request for a fresh reading.
    ///
    /// # Errors
    /// A parameter that the operation does not take: nothing but what could be asked for on the command
    /// line or the screen becomes a plan.
    pub fn plan(&self, seen: &Seen) -> Result<Plan, String> {
        let mut again = self.operation.clone();
        for field in self.operation.fields(seen) {
            let value = field.value.as_str();
            again.set(field.name, value, seen).map_err(|why| format!("{}: {}", field.name, clean(&why)))?;
        }
        if again != self.operation {
            return Err("its parameters are not as qd plan writes them".to_owned());
        }
        Ok(Plan::made(&self.operation, self.safety_snapshot.as_deref(), seen, self.made_at.unwrap_or(seen.at)))
    }
}

#[cfg(test)]
mod tests;
