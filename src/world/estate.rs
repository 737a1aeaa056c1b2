//! The places that this console looks at.

use crate::domain::{Database, Environment, Site, SiteId};

/// Environments, and the sites that hold their resources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Estate {
    pub environments: Vec<Environment>,
    /// By [`SiteId`].
    pub sites: Vec<Site>,
    /// Name of each session (its profile, or the sandbox's account), by `Site::session`.
    pub sessions: Vec<String>,
    /// Options that make the AWS CLI ask the same place, by session: ` --profile ops`.
    pub cli: Vec<String>,
    /// The endpoint in place of AWS's own, if one was given.
    pub endpoint: Option<String>,
    /// What the sandbox plays, when this is not AWS.
    pub sandbox: Option<String>,
}

/// Which environments are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    #[default]
    All,
    /// One, by index.
    One(usize),
}

impl Estate {
    /// A site of the estate.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.get(id.0)
    }

    /// Options for the AWS CLI to reach a site's account.
    #[must_use]
    pub fn cli_options(&self, id: SiteId) -> &str {
        self.site(id).and_then(|site| self.cli.get(site.session)).map_or("", String::as_str)
    }

    /// The id of a site, added when it is new.
    pub fn add_site(&mut self, session: usize, region: &str) -> SiteId {
        let site = Site { session, region: region.to_owned() };
        if let Some(found) = self.sites.iter().position(|s| *s == site) {
            return SiteId(found);
        }
        self.sites.push(site);
        SiteId(self.sites.len() - 1)
    }

    /// The first environment that owns a DB instance.
    #[must_use]
    pub fn owner(&self, site: SiteId, database: &Database) -> Option<usize> {
        self.environments.iter().position(|e| e.owns(site, database))
    }

    /// The account that a site's credentials must belong to.
    #[must_use]
    pub fn expected_account(&self, id: SiteId) -> Option<&str> {
        let mut here = self.environments.iter().filter(|e| e.sites().any(|s| s == id));
        here.find_map(|e| e.expected_account.as_deref())
    }

    /// Whether a site belongs to what is looked at.
    #[must_use]
    pub fn in_scope(&self, scope: Scope, site: SiteId) -> bool {
        match scope {
            Scope::All => true,
            Scope::One(index) => self.environments.get(index).is_some_and(|e| e.sites().any(|s| s == site)),
        }
    }

    /// Where a site is, in the words of an error: `profile ops, eu-west-1`.
    #[must_use]
    pub fn place(&self, id: SiteId) -> String {
        let Some(site) = self.site(id) else { return String::new() };
        let names: Vec<&str> =
            self.environments.iter().filter(|e| e.sites().any(|s| s == id)).map(|e| e.name.as_str()).collect();
        format!("{} ({})", names.join(", "), site.region)
    }
}
