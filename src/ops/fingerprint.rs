//! The fingerprint of a plan: what was approved, in sixteen characters.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// SHA-256 over everything that a plan stands on and everything that it sends, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a text that says all of it.
    #[must_use]
    pub(super) fn of(text: &str) -> Self {
        Self(hex::encode(Sha256::digest(text.as_bytes())))
    }

    /// For people: `7f3a-91c2`.
    #[must_use]
    pub fn short(&self) -> String {
        match (self.0.get(..4), self.0.get(4..8)) {
            (Some(a), Some(b)) => format!("{a}-{b}"),
            _ => "none".to_owned(),
        }
    }

    /// For an approval on the command line: `7f3a-91c2-0b5e-44d1`. Whoever can edit the file can try out
    /// requests until eight characters fit; sixteen (64 bits) they cannot.
    #[must_use]
    pub fn long(&self) -> String {
        let group = |n: usize| self.0.get(n * 4..n * 4 + 4);
        let groups: Option<Vec<&str>> = (0..4).map(group).collect();
        groups.map_or_else(|| "none".to_owned(), |groups| groups.join("-"))
    }

    /// All 64 characters.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.0
    }

    /// Whether somebody means this one: the whole, or the long form or more of it, with or without dashes.
    #[must_use]
    pub fn is_meant_by(&self, text: &str) -> bool {
        let text = text.trim().replace('-', "").to_lowercase();
        text.len() >= 16 && self.0.starts_with(&text)
    }
}
