//! What stands above the list of clusters: how many, and of each site that could not be read why.

use std::sync::Arc;

use crate::domain::{EnvironmentId, SiteId};
use crate::screens::State as App;
use crate::screens::list::sites::{self, SiteList};
use crate::services::kubernetes::EksCluster;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::Piece;
use crate::ui::prose::Line;

/// Columns from which the order is said.
const ROOMY: u16 = 70;

/// The list, and its words.
const LIST: SiteList<Arc<EksCluster>> =
    SiteList { of: |data| &data.services.kubernetes.clusters, what: "EKS clusters", asking: "asking EKS for clusters" };

/// Of each site whose list is old or was never read: why, and what to do.
#[must_use]
pub fn notices(app: &App) -> Vec<Line> {
    LIST.notices(app)
}

/// Of each site what was asked and found, where no cluster is shown.
#[must_use]
pub fn found(app: &App) -> Vec<Line> {
    let screen = &app.clusters;
    if screen.all.is_empty() { LIST.found(app) } else { vec![sites::nothing_matches(app, &screen.filter)] }
}

/// The left side of the title: filter and counts.
#[must_use]
pub fn left(app: &App) -> Line {
    let screen = &app.clusters;
    let mut line: Line = vec![(" Clusters".into(), Role::Header)];
    if !screen.filter.is_empty() {
        line.push((format!("  /{}", screen.filter), Role::Match));
    }
    let (rows, total) = (screen.rows.len(), screen.all.len());
    if total > 0 {
        let words = if rows == total { format!("  {total}") } else { format!("  {rows} of {total}") };
        line.push((words, Role::Dim));
    }
    let waiting: usize = screen.all.iter().filter_map(|row| row.inside.waiting).sum();
    if waiting > 0 {
        line.push(("  ".into(), Role::Text));
        let words = if waiting == 1 { "1 pod waits".into() } else { format!("{waiting} pods wait") };
        line.push((words, Role::Warning));
    }
    let dark = screen.all.iter().filter(|row| row.inside.at.is_none() && row.inside.fault.is_some()).count();
    if dark > 0 {
        line.push((format!("  {dark} not looked into"), Role::Warning));
    }
    line
}

/// The right side of the title: the order.
#[must_use]
pub fn right(app: &App, width: u16) -> Line {
    let words = app.clusters.order_words().filter(|_| width >= ROOMY);
    words.into_iter().map(|words| (words, Role::Dim)).collect()
}

/// An environment as it is shown beside a cluster; the region of one that belongs to none.
#[must_use]
pub fn badge(app: &App, site: SiteId, environment: Option<EnvironmentId>) -> Piece {
    let estate = &app.shell.world.estate;
    match environment.and_then(|id| estate.environment(id)) {
        Some(known) => (shown_name(known), criticality_role(known.criticality)),
        None => (estate.site(site).map_or_else(String::new, |site| site.region.clone()), Role::Dim),
    }
}
