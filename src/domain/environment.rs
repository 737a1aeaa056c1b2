//! A named place that an engineer is on call for, and where its resources live.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::cluster::ClusterSpec;
use super::database::Database;
use super::threshold::Thresholds;

/// How much harm a mistake does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    #[default]
    Development,
    Staging,
    Production,
}

impl Criticality {
    /// What the name of a profile says about a place that nobody described. Production unless it
    /// says otherwise: the mistake that costs nothing.
    #[must_use]
    pub fn guess(profile: &str) -> Self {
        let name = profile.to_lowercase();
        // Whole words: `devops` and `latest` say nothing.
        let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let says = |known: &[&str]| words.iter().any(|word| known.contains(word));
        if says(&["prod", "prd", "production", "live"]) {
            Self::Production
        } else if says(&["dev", "development", "lab", "test", "sandbox", "local"]) {
            Self::Development
        } else if says(&["stage", "staging", "stg", "qa", "uat"]) {
            Self::Staging
        } else {
            Self::Production
        }
    }

    /// The word for it in a configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// One account as one identity sees it, in one region: the unit that is collected.
///
/// Several environments may share a site (RentalIQ's lab, qa and prod live in one account and
/// region): its resources are read once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Site {
    /// The session (profile, role, endpoint) that reads it.
    pub session: SessionId,
    /// AWS region, for example `us-east-1`.
    pub region: String,
}

/// The number of a [`Site`]: its own for as long as the console runs, whatever becomes of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SiteId(pub usize);

/// The number of an [`Environment`], likewise; those of one name have one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EnvironmentId(pub usize);

/// The number of a session, likewise: of what signs in as one identity, with one profile, role and endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SessionId(pub usize);

/// An environment: a name, how critical it is, and which resources of which sites belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// Short name as the engineer says it: `prod`.
    pub name: String,
    /// The group (the estate) that it is part of: `rentaliq`; empty when there is only one.
    pub estate: String,
    /// How much harm a mistake does here.
    pub criticality: Criticality,
    /// The site of the primary region.
    pub site: SiteId,
    /// The site of the disaster-recovery region, if it has one.
    pub dr_site: Option<SiteId>,
    /// Resources belong to it when their name starts with this; empty takes all of the site.
    pub name_prefix: String,
    /// Resources belong to it when they carry all of these tags.
    pub tags: Vec<(String, String)>,
    /// The account that its credentials must belong to; nothing is collected from another one.
    pub expected_account: Option<String>,
    /// Recovery point objective: how much data, in time, may be lost.
    pub rpo: Option<Duration>,
    /// Recovery time objective: how long it may take to be back.
    pub rto: Option<Duration>,
    /// Where its health rules draw their lines.
    pub thresholds: Thresholds,
    /// Clusters that are reached another way than EKS says.
    pub clusters: Vec<ClusterSpec>,
    /// Names of secrets that it must have in its primary region.
    pub secrets: Vec<String>,
}

impl Environment {
    /// Whether a DB instance at this site belongs to the environment.
    #[must_use]
    pub fn owns(&self, site: SiteId, database: &Database) -> bool {
        (site == self.site || Some(site) == self.dr_site)
            && database.id.starts_with(&self.name_prefix)
            && self.tags.iter().all(|tag| database.tags.contains(tag))
    }

    /// Whether a cluster at this site belongs to the environment.
    #[must_use]
    pub fn owns_cluster<'t>(
        &self,
        site: SiteId,
        name: &str,
        tags: &(impl Iterator<Item = (&'t str, &'t str)> + Clone),
    ) -> bool {
        let has = |key: &str, value: &str| tags.clone().any(|tag| tag == (key, value));
        (site == self.site || Some(site) == self.dr_site)
            && name.starts_with(&self.name_prefix)
            && self.tags.iter().all(|(key, value)| has(key, value))
    }

    /// Whether something at this site belongs to the environment whose name is made of parts, as those of secrets are:
    /// which of `-`, `/`, `_` and `.` stands between them is no matter, and a `/` may stand first. With the prefix
    /// `rentaliq-prod-` it has `rentaliq/prod/db/credentials`.
    #[must_use]
    pub fn owns_path(&self, site: SiteId, name: &str, tags: &[(String, String)]) -> bool {
        (site == self.site || Some(site) == self.dr_site)
            && begins_with_parts(name.strip_prefix('/').unwrap_or(name), &self.name_prefix)
            && self.tags.iter().all(|tag| tags.contains(tag))
    }

    /// The environment's sites, primary region first.
    pub fn sites(&self) -> impl Iterator<Item = SiteId> {
        std::iter::once(self.site).chain(self.dr_site)
    }
}

/// Whether a name begins with a prefix, whatever separates their parts.
fn begins_with_parts(name: &str, prefix: &str) -> bool {
    let is_between = |c: char| matches!(c, '-' | '/' | '_' | '.');
    let mut letters = name.chars();
    prefix.chars().all(|own| letters.next().is_some_and(|c| c == own || (is_between(c) && is_between(own))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_secrets_name_are_separated_by_whatever_there_is() {
        let environment = Environment { name_prefix: "rentaliq-prod-".into(), ..Environment::default() };
        for (name, is_its) in [
            ("rentaliq/prod/db/credentials", true),
            ("/rentaliq/prod/db/credentials", true),
            ("rentaliq-prod-keys", true),
            ("rentaliq/production/keys", false),
            ("rentaliq/prod", false),
            ("rentaliq/qa/keys", false),
        ] {
            assert_eq!(environment.owns_path(SiteId::default(), name, &[]), is_its, "{name}");
        }
        let tagged = Environment { tags: vec![tag("Environment", "prod")], ..Environment::default() };
        assert!(tagged.owns_path(SiteId::default(), "keys", &[tag("Environment", "prod")]));
        assert!(!tagged.owns_path(SiteId::default(), "keys", &[]));
    }

    fn tag(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn what_nobody_described_is_production() {
        for (name, expected) in [
            ("default", Criticality::Production),
            ("acme-prod-readonly", Criticality::Production),
            ("acme-dev", Criticality::Development),
            ("qa", Criticality::Staging),
        ] {
            assert_eq!(Criticality::guess(name), expected, "{name}");
        }
    }

    #[test]
    fn the_selector_takes_name_and_all_tags() {
        let environment = Environment {
            site: SiteId(1),
            dr_site: Some(SiteId(2)),
            name_prefix: "shop-".into(),
            tags: vec![tag("Environment", "prod"), tag("Team", "core")],
            ..Environment::default()
        };
        let both = vec![tag("Environment", "prod"), tag("Team", "core"), tag("Owner", "x")];
        let owned = |site: usize, id: &str, tags: &[(String, String)]| {
            let database = Database { id: id.into(), tags: tags.to_vec(), ..Database::default() };
            environment.owns(SiteId(site), &database)
        };
        assert!(owned(1, "shop-db", &both));
        assert!(owned(2, "shop-db", &both));
        assert!(!owned(0, "shop-db", &both), "another site");
        assert!(!owned(1, "orders-db", &both), "another name");
        assert!(!owned(1, "shop-db", &both[..1]), "a tag is missing");
        assert!(!owned(1, "shop-db", &[tag("Environment", "qa"), tag("Team", "core")]), "another value");
    }
}
