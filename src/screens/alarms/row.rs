//! One row of the table.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{EnvironmentId, SiteId};
use crate::services::alarms::{Alarm, AlarmState};
use crate::world::World;

/// One row: where its alarm is, and what the table says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmRow {
    pub site: SiteId,
    /// Index into the site's alarms.
    pub index: usize,
    /// Whose it is; none where that is not known, or where it is of several.
    pub environment: Option<EnvironmentId>,
    /// Where the environment stands among the others; those of none stand last.
    pub place: usize,
    pub name: Arc<str>,
    /// Its ARN, or its name where that is missing.
    pub key: Arc<str>,
    pub state: AlarmState,
    pub since: Option<Timestamp>,
    /// A change of state does nothing now: its actions are switched off, or kept back.
    pub muted: bool,
    /// When it rings, in a line.
    pub condition: String,
    /// What it looks at, in words.
    pub watches: String,
}

/// What tells an alarm from all others: its site, and its ARN or its name.
pub type AlarmKey = (SiteId, Arc<str>);

/// Its ARN, or its name where that is missing.
#[must_use]
pub fn key(alarm: &Alarm) -> &str {
    if alarm.arn.is_empty() { &alarm.name } else { &alarm.arn }
}

/// Whether a change of state does nothing now.
#[must_use]
pub fn is_muted(alarm: &Alarm) -> bool {
    !alarm.actions_enabled || alarm.composite().is_some_and(|watch| watch.suppressed.is_some())
}

impl AlarmRow {
    /// What tells it from all others.
    #[must_use]
    pub fn id(&self) -> AlarmKey {
        (self.site, self.key.clone())
    }

    /// Whether it is the row of this alarm.
    #[must_use]
    pub fn is(&self, (site, key): &AlarmKey) -> bool {
        self.site == *site && self.key == *key
    }

    /// The alarm itself; none, where the list has changed since the row was made.
    #[must_use]
    pub fn alarm<'a>(&self, world: &'a World) -> Option<&'a Alarm> {
        let known = world.site(self.site)?.alarms.alarms().get(self.index);
        known.filter(|alarm| key(alarm) == &*self.key)
    }
}
