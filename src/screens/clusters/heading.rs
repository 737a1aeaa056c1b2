//! What stands above the list of clusters: how many, and of each site that could not be read why.

use crate::domain::{EnvironmentId, Fault, Remote, SiteId};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::Piece;
use crate::ui::prose::Line;
use crate::ui::{format, trouble};
use crate::world::data::SiteData;

/// Columns from which the order is said.
const ROOMY: u16 = 70;

/// The sites that the scope covers, with what is known of them.
fn sites(app: &App) -> impl Iterator<Item = (SiteId, &SiteData)> {
    let shell = &app.shell;
    shell.world.known().filter(move |(site, _)| shell.world.estate.in_scope(shell.scope, *site))
}

/// Why a site's list is old or not there: where it is not asked for because of who we are, that.
fn fault(data: &SiteData) -> Option<&Fault> {
    let unasked = matches!(data.kubernetes.clusters, Remote::Idle);
    data.kubernetes.clusters.fault().or_else(|| data.identity.fault().filter(|_| unasked))
}

/// Of each site whose list is old or was never read: why, and what to do.
#[must_use]
pub fn notices(app: &App) -> Vec<Line> {
    let one = |(site, data): (SiteId, &SiteData)| {
        let fault = fault(data)?;
        let known = match data.kubernetes.clusters.at() {
            Some(at) => format!("◌ list of {}", format::coarse_ago(app.shell.world.now, at)),
            None => "never read".into(),
        };
        Some(vec![
            (" ▲ ".into(), Role::Warning),
            (format!("{}  ", app.shell.world.estate.place(site)), Role::Text),
            (format!("{known}  "), Role::Stale),
            (format!("{} {}: {}", fault.call, trouble::cause(fault), trouble::advice(fault)), Role::Warning),
        ])
    };
    sites(app).filter_map(one).collect()
}

/// Of each site what was asked and found, where no cluster is shown.
#[must_use]
pub fn found(app: &App) -> Vec<Line> {
    let screen = &app.clusters;
    if !screen.all.is_empty() {
        let key = app.shell.keymap.key_for(app.layers(), Action::Back).unwrap_or_default();
        let words = format!(" nothing matches {}   {key} clears the filter", screen.filter);
        return vec![vec![(words, Role::Dim)]];
    }
    let mut lines: Vec<Line> = Vec::new();
    for (site, data) in sites(app).filter(|(_, data)| fault(data).is_none()) {
        let place = app.shell.world.estate.place(site);
        let words = match &data.kubernetes.clusters {
            Remote::Idle => format!(" {place}: not read yet"),
            Remote::Loading => format!(" {place}: asking EKS for clusters …"),
            Remote::Ready { value, .. } | Remote::Stale { value, .. } if value.is_empty() => {
                format!(" no EKS clusters in {place}")
            }
            Remote::Ready { value, .. } | Remote::Stale { value, .. } => {
                format!(" {place}: {} EKS clusters, none of this environment", value.len())
            }
            Remote::Failed { .. } => continue,
        };
        lines.push(vec![(words, Role::Dim)]);
    }
    if lines.is_empty() {
        let words = " whether there are clusters is not known: no list could be read";
        lines.push(vec![(words.into(), Role::Dim)]);
    }
    lines
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
    let screen = &app.clusters;
    if width < ROOMY || screen.rows.len() < 2 {
        return Line::new();
    }
    let arrow = if screen.order.is_descending() == screen.reverse { "↑" } else { "↓" };
    vec![(format!("  by {} {arrow} ", screen.order.name()), Role::Dim)]
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
