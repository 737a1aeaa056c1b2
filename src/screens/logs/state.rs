//! What it remembers while it is open.

use std::sync::Arc;

use crate::domain::SiteId;
use crate::services::kubernetes::logs::LogSource;

/// State of the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Where the cluster is.
    pub site: SiteId,
    /// Its name.
    pub cluster: Arc<str>,
    /// Which log.
    pub source: LogSource,
    /// The last line stays in view.
    pub follows: bool,
    /// Long lines are wrapped, not cut.
    pub wraps: bool,
    /// Lines without these words are not shown.
    pub filter: String,
    /// The first line in view, by its number since the log was begun; where it does not follow.
    pub top: u64,
    /// Columns that lines are shifted by, where they are not wrapped.
    pub shift: usize,
    /// It is read anew with each of them.
    pub attempt: u64,
}

impl State {
    /// The log of a container, followed.
    #[must_use]
    pub fn new(site: SiteId, cluster: impl Into<Arc<str>>, source: LogSource) -> Self {
        Self {
            site,
            cluster: cluster.into(),
            source,
            follows: true,
            wraps: false,
            filter: String::new(),
            top: 0,
            shift: 0,
            attempt: 0,
        }
    }

    /// Another log in the place of this one: from its end.
    pub fn turn(&mut self, source: LogSource) {
        (self.source, self.follows, self.top, self.shift) = (source, true, 0, 0);
    }
}
