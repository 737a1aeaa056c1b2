//! Where STS is asked for a role: in the session's own region, and when nothing comes from there in the
//! other regions that the session reads, so that the other side can be read while one is down.

use std::sync::{Arc, Mutex, PoisonError};

/// The regions of one session, the one to ask first at the front. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Regions(Arc<Mutex<Vec<String>>>);

impl Regions {
    /// Something is read there.
    pub(super) fn note(&self, region: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|other| other == region) {
            known.push(region.to_owned());
        }
    }

    /// It answered: it is asked first from now on.
    pub(super) fn answered(&self, region: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| other != region);
        known.insert(0, region.to_owned());
    }

    /// All of them, in the order in which they are asked.
    pub(super) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_answered_is_asked_first() {
        let regions = Regions::default();
        for region in ["us-east-1", "us-west-2", "us-east-1"] {
            regions.note(region);
        }
        assert_eq!(regions.all(), ["us-east-1", "us-west-2"]);
        regions.clone().answered("us-west-2");
        assert_eq!(regions.all(), ["us-west-2", "us-east-1"]);
    }
}
