//! What is known of each site.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::checkups::Checkups;
use super::cluster_checkups::ClusterCheckups;
use super::gist::Gist;
use super::links::AlarmLinks;
use super::twins::SecretTwins;
use crate::domain::{EnvironmentId, Fault, Identity, Remote};
use crate::services::alarms::health::AlarmNeed;
use crate::services::rds;
use crate::services::secrets::Secret;
use crate::services::secrets::health::SecretNeed;
use crate::slices::reads::{Data, Read};

/// Whether a site's credentials are those of the account that is expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trust {
    /// Nobody has looked yet whether an account is expected.
    #[default]
    Unasked,
    /// None is expected: every account is the right one.
    Free,
    /// One is, and who we are is not known yet.
    Awaited,
    /// They are.
    Right,
    /// They are of another one.
    Wrong,
    /// It is impossible to ask who we are; every list's ARNs are looked at instead.
    Silent,
}

impl Trust {
    /// Whether anything but the identity may be asked for.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Free | Self::Right | Self::Silent)
    }
}

/// Everything read from one site: who we are there, and what the services know of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SiteData {
    pub identity: Remote<Identity>,
    /// What the services know; as if it stood here.
    pub services: Data,
    /// The account that the data on disk was read from, until the identity is known.
    pub recalled_from: Option<String>,
    /// Renewed with the identity.
    pub trust: Trust,
    /// Another account answered last: the credentials may have been mended on disk since.
    pub strange: bool,
    /// What was made of the DB instances.
    pub checkups: Checkups<rds::Read, Gist>,
    /// What was made of the alarms.
    pub alarm_checkups: Checkups<AlarmNeed>,
    /// What was made of the clusters.
    pub cluster_checkups: ClusterCheckups,
    /// What was made of the secrets.
    pub secret_checkups: Checkups<SecretNeed>,
    /// Those that are expected and not there, each with whose it would be; they have their places after those that are.
    pub missing_secrets: Vec<(EnvironmentId, Arc<Secret>)>,
    /// What the regions for disaster recovery have of them; of the lists that `secret_checkups` are laid out for.
    pub secret_twins: SecretTwins,
    /// Which alarms have to do with each other; of the list that `alarm_checkups` are laid out for.
    pub alarm_links: AlarmLinks,
}

impl Deref for SiteData {
    type Target = Data;

    fn deref(&self) -> &Data {
        &self.services
    }
}

impl DerefMut for SiteData {
    fn deref_mut(&mut self) -> &mut Data {
        &mut self.services
    }
}

impl SiteData {
    /// An attempt has begun.
    pub fn begin(&mut self, read: &Read) {
        match read {
            Read::Identity => self.identity.begin(),
            read => self.services.begin(read),
        }
    }

    /// An attempt failed.
    pub fn fail(&mut self, read: &Read, fault: Fault) {
        match read {
            Read::Identity => self.identity.fail(fault),
            read => self.services.fail(read, fault),
        }
    }
}
