//! How a cluster comes onto the screen, from lists and from what is in it.

use std::sync::Arc;

use super::rows::rebuild;
use super::state::{ClusterPane, State};
use crate::domain::SiteId;
use crate::screens::State as App;
use crate::screens::{OpenScreen, View};

/// Opens a cluster over what is on the screen.
pub fn open(app: &mut App, site: SiteId, cluster: &str) {
    app.views.open(View::Screen(OpenScreen::Cluster(Box::new(State::new(site, cluster)))));
    rebuild(app);
}

/// Shows the pools of a cluster from what is in it: on the screen of the cluster, below which nothing is lost.
pub fn open_pools(app: &mut App, site: SiteId, cluster: &Arc<str>) {
    let is_its = |view: &View| match view {
        View::Screen(OpenScreen::Cluster(open)) => (open.site, &open.cluster) == (site, cluster),
        _ => false,
    };
    if app.views.iter().any(is_its) {
        // Up to it, as Esc goes.
        while !is_its(app.views.top()) {
            app.views.close();
        }
        rebuild(app);
    } else {
        open(app, site, cluster);
    }
    if let Some(open) = app.views.cluster_mut() {
        (open.pane, open.beside) = (ClusterPane::Pools, Some(ClusterPane::Pools));
    }
}
