//! What somebody looks at: it decides what is read, and how often.

use std::ops::Range;
use std::sync::Arc;

use super::estate::Scope;
use crate::domain::SiteId;

/// What somebody looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// The environments that are looked at.
    pub scope: Scope,
    /// The one DB instance that fills the screen.
    pub detail: Option<Detail>,
}

/// What of a [`Focus`] decides which things are read at all; how often, and of which time, is another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wants(Option<(SiteId, Arc<str>, u32)>);

impl Focus {
    /// Which things are read for it.
    #[must_use]
    pub fn wants(&self) -> Wants {
        Wants(self.detail.as_ref().map(|detail| (detail.site, detail.id.clone(), detail.period)))
    }
}

/// One DB instance, and the time that its charts show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub site: SiteId,
    /// `DBInstanceIdentifier`.
    pub id: Arc<str>,
    /// Seconds that a point of the charts covers.
    pub period: u32,
    /// Seconds since 1970.
    pub window: Range<i64>,
}
