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
    /// Why a change of state does nothing now; none where it does what is configured.
    pub silent: Option<Silence>,
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
    alarm.key()
}

/// Why a change of state does nothing now. "Muted" is AWS's word for what mute rules do, which are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// `ActionsEnabled` is false.
    Off,
    /// Its suppressor is in ALARM.
    KeptBack,
}

impl Silence {
    /// Why a change of an alarm's state does nothing now. What waits for its suppressor is not kept back yet.
    #[must_use]
    pub fn of(alarm: &Alarm) -> Option<Self> {
        if !alarm.actions_enabled {
            return Some(Self::Off);
        }
        alarm.is_kept_back().then_some(Self::KeptBack)
    }

    /// Of an alarm that is named: `actions off`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Off => "actions off",
            Self::KeptBack => "kept back",
        }
    }

    /// Before the name of an alarm.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Off => "off ",
            Self::KeptBack => "kept back ",
        }
    }
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
        known.filter(|alarm| key(alarm) == &*self.key).map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::testing::{composite, cpu};
    use crate::services::alarms::{SuppressedBy, Suppression, Watching};

    #[test]
    fn what_waits_for_its_suppressor_is_not_kept_back() {
        let by = |by: SuppressedBy| {
            let mut alarm = composite("ALARM(a)");
            if let Watching::Composite(watch) = &mut alarm.watches {
                watch.suppressed = Some(Suppression { by, reason: String::new() });
            }
            alarm
        };
        assert_eq!(Silence::of(&cpu()), None);
        assert_eq!(Silence::of(&by(SuppressedBy::WaitPeriod)), None);
        assert_eq!(Silence::of(&by(SuppressedBy::Alarm)), Some(Silence::KeptBack));
        let off = Alarm { actions_enabled: false, ..by(SuppressedBy::Alarm) };
        assert_eq!(Silence::of(&off), Some(Silence::Off));
    }
}
