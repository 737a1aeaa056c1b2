//! A named place that an engineer is on call for, and where its resources live.

use serde::{Deserialize, Serialize};

/// How much harm a mistake does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    #[default]
    Development,
    Staging,
    Production,
}

/// One account as one identity sees it, in one region: the unit that is collected.
///
/// Several environments may share a site (RentalIQ's lab, qa and prod live in one account and
/// region): its resources are read once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Site {
    /// Index of the session (profile, role, endpoint) that reads it.
    pub session: usize,
    /// AWS region, for example `us-east-1`.
    pub region: String,
}

/// Index of a [`Site`] in the estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub usize);

/// An environment: a name, how critical it is, and which resources of which sites belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Short name as the engineer says it: `prod`.
    pub name: String,
    /// The estate that it is part of: `rentaliq`; empty when there is only one.
    pub estate: String,
    /// How much harm a mistake does here.
    pub criticality: Criticality,
    /// The site of the primary region.
    pub site: SiteId,
    /// The site of the disaster-recovery region, if it has one.
    pub dr_site: Option<SiteId>,
    /// Resources belong to it when their name starts with this; empty takes all of the site.
    pub name_prefix: String,
}

impl Environment {
    /// Whether a resource of this name at this site belongs to the environment.
    #[must_use]
    pub fn owns(&self, site: SiteId, name: &str) -> bool {
        (site == self.site || Some(site) == self.dr_site) && name.starts_with(&self.name_prefix)
    }

    /// The environment's sites, primary region first.
    pub fn sites(&self) -> impl Iterator<Item = SiteId> {
        std::iter::once(self.site).chain(self.dr_site)
    }
}
