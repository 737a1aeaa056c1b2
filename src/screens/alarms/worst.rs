//! The worst of the alarms of each environment, found when a list is read, not while it is drawn.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{EnvironmentId, SiteId};
use crate::services::alarms::AlarmState;

/// The worst state of the alarms of each environment at each site, and of those that are nobody's.
#[derive(Debug, Clone, Default)]
pub struct Worst {
    states: BTreeMap<(SiteId, Option<EnvironmentId>), AlarmState>,
    /// What it was found in: when each list was read, and whether it was known whose they are.
    lists: Vec<(SiteId, Option<Timestamp>, bool)>,
}

impl Worst {
    /// Whether these are other lists than those in which it was found; then nothing is known, and they are looked through.
    pub fn renews(&mut self, lists: Vec<(SiteId, Option<Timestamp>, bool)>, are_others: bool) -> bool {
        if self.lists == lists && !are_others {
            return false;
        }
        self.lists = lists;
        self.states.clear();
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
