//! The worst of the alarms of each environment, found when a list is read, not while it is drawn.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{EnvironmentId, SiteId};
use crate::services::alarms::AlarmState;

/// The worst state of the alarms of each environment at each site, and of those that are nobody's.
#[derive(Debug, Clone, Default)]
pub struct Worst {
    states: BTreeMap<(SiteId, Option<EnvironmentId>), AlarmState>,
    /// What it was found in: when the list of each site was read, and whether it was known whose they are.
    lists: BTreeMap<SiteId, (Option<Timestamp>, bool)>,
}

impl Worst {
    /// The environments are others: nothing is known any more.
    pub fn forget(&mut self) {
        self.lists.clear();
        self.states.clear();
    }

    /// Whether this is another list of a site than that in which it was found; then nothing is known of the site, and the
    /// list is looked through.
    pub fn renews(&mut self, site: SiteId, read: Option<Timestamp>, are_known: bool) -> bool {
        if self.lists.insert(site, (read, are_known)) == Some((read, are_known)) {
            return false;
        }
        self.states.retain(|(of, _), _| *of != site);
        true
    }

    /// Takes in an alarm of such a list.
    pub fn take(&mut self, site: SiteId, owner: Option<EnvironmentId>, state: AlarmState) {
        let worst = self.states.entry((site, owner)).or_insert(state);
        // The worst is the least.
        *worst = state.min(*worst);
    }

    /// The worst of those that are looked at; none, where there are none.
    #[must_use]
    pub fn of(&self, is_seen: impl Fn(SiteId, Option<EnvironmentId>) -> bool) -> Option<AlarmState> {
        self.states.iter().filter(|((site, owner), _)| is_seen(*site, *owner)).map(|(_, state)| *state).min()
    }
}
