//! What it remembers while it is open.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::key::ThingKey;
use super::page::{ClusterPage, PageCursor};
use super::top::PageHead;
use crate::domain::SiteId;

/// State of the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Where the cluster is.
    pub site: SiteId,
    /// Its name.
    pub cluster: Arc<str>,
    /// What is looked at.
    pub key: ThingKey,
    pub head: PageHead,
    /// All that is said of it.
    pub page: ClusterPage,
    pub cursor: PageCursor,
    /// What is shown in full.
    pub unfolded: BTreeSet<&'static str>,
    /// What was last known of it, without its events.
    pub kept: Option<(PageHead, ClusterPage)>,
    /// When it was first seen to be gone.
    pub gone: Option<Timestamp>,
    /// Of which revision of the cluster it was made, and when: what stands in it of ages is of then.
    pub made: Option<(u64, Timestamp)>,
}

impl State {
    /// A thing that nothing was looked up of yet.
    #[must_use]
    pub fn new(site: SiteId, cluster: impl Into<Arc<str>>, key: ThingKey) -> Self {
        Self {
            site,
            cluster: cluster.into(),
            key,
            head: PageHead::default(),
            page: ClusterPage::default(),
            cursor: PageCursor::default(),
            unfolded: BTreeSet::new(),
            kept: None,
            gone: None,
            made: None,
        }
    }
}
