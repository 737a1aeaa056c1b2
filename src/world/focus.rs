//! What somebody looks at: it decides what is read, and how often.

use std::sync::Arc;

use super::estate::Scope;
use crate::domain::SiteId;
use crate::slices::reads::Shown;

/// What somebody looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// The environments that are looked at.
    pub scope: Scope,
    /// What fills the screen.
    pub shown: Shown,
}

/// What of a [`Focus`] decides which things are read at all; how often, and of which time, is another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wants {
    Lists,
    Database(SiteId, Arc<str>, u32),
    Alarm(SiteId, Arc<str>),
}

impl Focus {
    /// Which things are read for it.
    #[must_use]
    pub fn wants(&self) -> Wants {
        match &self.shown {
            Shown::Databases | Shown::Alarms(None) => Wants::Lists,
            Shown::Database(site, open) => Wants::Database(*site, open.id.clone(), open.period),
            Shown::Alarms(Some((site, name))) => Wants::Alarm(*site, name.clone()),
        }
    }
}
