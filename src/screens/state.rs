//! What the console shows: the shell that all views stand on, and the views.

use jiff::Timestamp;

use super::pace::RowPace;
use super::{OpenScreen, Screen, View, Views, alarms, audit, clusters, databases, fleet, logs, secrets};
use crate::domain::{Database, SiteId};
use crate::keymap::{Keymap, Layer, Resolver};
use crate::services::kubernetes::EksCluster;
use crate::shell::Shell;
use crate::theme::{ColorDepth, Theme};
use crate::world::{Estate, Focus, World};

/// The whole state. Only [`crate::app::update()`] changes it, only [`crate::app::view`] draws it.
#[derive(Debug, Clone)]
pub struct State {
    /// What every view stands on.
    pub shell: Shell,
    /// What is open, from the bottom up.
    pub views: Views,
    pub fleet: fleet::State,
    pub databases: databases::State,
    pub clusters: clusters::State,
    /// How often what is made of clusters and secrets is made anew.
    pub cluster_pace: RowPace,
    /// The log that is read.
    pub log: logs::Reading,
    pub alarms: alarms::State,
    pub secrets: secrets::State,
    pub audit: audit::State,
    pub resolver: Resolver,
    /// Leaving was asked for while something runs; asked again at once, it is left.
    pub asked_to_leave: bool,
    /// The console is being left.
    pub leaving: bool,
}

impl State {
    /// A console that has not asked anything yet.
    #[must_use]
    pub fn new(estate: Estate, now: Timestamp, keymap: Keymap, theme: Theme, depth: ColorDepth) -> Self {
        let first =
            if estate.count() > 1 { View::Screen(OpenScreen::Fleet) } else { View::Screen(OpenScreen::Databases) };
        Self {
            shell: Shell::new(World::new(estate, now), keymap, theme, depth),
            views: Views::of(first),
            fleet: fleet::State::default(),
            databases: databases::State::default(),
            clusters: clusters::State::default(),
            cluster_pace: RowPace::default(),
            log: logs::Reading::default(),
            alarms: alarms::State::default(),
            secrets: secrets::State::default(),
            audit: audit::State::default(),
            resolver: Resolver::default(),
            asked_to_leave: false,
            leaving: false,
        }
    }

    /// Nothing more is waited for: what is made of clusters in its own time is made now.
    pub fn hurry(&mut self) {
        self.shell.world.hurry();
        self.cluster_pace = RowPace::default();
    }

    /// The layers of keys that are heard now, innermost first.
    #[must_use]
    pub fn layers(&self) -> &'static [Layer] {
        self.views.top().layers()
    }

    /// What fills the body.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.views.screen()
    }

    /// What is looked at.
    #[must_use]
    pub fn focus(&self) -> Focus {
        Focus { scope: self.shell.scope, shown: self.screen().shown(self) }
    }

    /// The DB instance that an operation would be done to: the one that is open or selected.
    #[must_use]
    pub fn selected(&self) -> Option<(SiteId, &Database)> {
        self.screen().selected(self)
    }

    /// The cluster of which something fills the body, or the one under the cursor of their list.
    #[must_use]
    pub fn cluster_looked_at(&self) -> Option<(SiteId, &EksCluster)> {
        let (site, name) = match self.screen() {
            Screen::Clusters => self.clusters.current().map(|row| (row.site, &row.eks.name))?,
            Screen::Cluster | Screen::Workloads | Screen::ClusterObject | Screen::Logs => self.views.open_cluster()?,
            _ => return None,
        };
        let eks = self.shell.world.site(site)?.services.kubernetes.eks(name)?;
        Some((site, eks))
    }

    /// The DB instance that the database screen shows, with its site.
    #[must_use]
    pub fn open_database(&self) -> Option<(SiteId, &Database)> {
        let open = self.views.database()?;
        self.shell.world.database(open.site, &open.id).map(|database| (open.site, database))
    }
}
