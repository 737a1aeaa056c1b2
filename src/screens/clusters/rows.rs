//! Which rows the table has, in which order. Rebuilt when something was heard, never while drawing.

use std::cmp::Ordering;
use std::sync::Arc;

use super::places;
use super::row::{ClusterRow, Inside};
use super::state::ClusterOrder;
use crate::domain::finding::Severity;
use crate::domain::{EnvironmentId, SiteId};
use crate::fuzzy::{Finder, Fit};
use crate::screens::State as App;
use crate::services::kubernetes::{ClusterView, EksCluster, ObjectKind};
use crate::ui::environment::shown_name;
use crate::world::{Estate, Scope, World};

/// Makes the rows anew; the cursor stays on its cluster.
pub fn rebuild(app: &mut App) {
    let world = &app.shell.world;
    let mut all = Vec::new();
    for (site, eks) in world.clusters() {
        let environment = world.estate.owner_of_cluster(site, eks);
        if !is_in_scope(&world.estate, app.shell.scope, site, environment) {
            continue;
        }
        let before = app.clusters.all.iter().find(|row| row.site == site && row.eks.name == eks.name);
        all.push(Arc::new(row(world, site, eks, environment, before.map(AsRef::as_ref))));
    }
    let (order, reverse) = (app.clusters.order, app.clusters.reverse);
    all.sort_by(|a, b| {
        let ordering = compare(order, a, b);
        if reverse { ordering.reverse() } else { ordering }
    });
    app.clusters.all = all;
    narrow(app);
}

/// Shows what was just typed lets through; the cursor goes to the nearest match.
pub fn filter(app: &mut App, text: String) {
    app.clusters.filter = text;
    let best = narrow(app);
    if let Some(at) = best.filter(|_| !app.clusters.filter.trim().is_empty()) {
        let page = places::page(app);
        app.clusters.go(at, page);
    }
}

/// Shows the rows that match best. Gives the nearest.
fn narrow(app: &mut App) -> Option<usize> {
    let page = places::page(app);
    let App { shell, clusters, .. } = app;
    clusters.narrow(page, |finder, row| fit(&shell.world, finder, row))
}

/// How well a row matches the filter.
fn fit(world: &World, finder: &mut Finder, row: &ClusterRow) -> Option<Fit> {
    let environment = row.environment.and_then(|id| world.estate.environment(id));
    let shown = environment.map(shown_name).unwrap_or_default();
    let names = [&*row.eks.name, shown.as_str(), environment.map_or("", |known| known.name.as_str())];
    finder.fit(&names, &[&row.region, &row.eks.version, &row.eks.status])
}

/// Whether a cluster is of what is looked at; what belongs to nobody is everybody's who has the site.
fn is_in_scope(estate: &Estate, scope: Scope, site: SiteId, environment: Option<EnvironmentId>) -> bool {
    match (scope, environment) {
        (Scope::One(only), Some(owner)) => only == owner,
        _ => estate.in_scope(scope, site),
    }
}

fn row(
    world: &World,
    site: SiteId,
    eks: &Arc<EksCluster>,
    environment: Option<EnvironmentId>,
    before: Option<&ClusterRow>,
) -> ClusterRow {
    let data = world.site(site).map(|data| &data.services.kubernetes);
    let revision = data.and_then(|data| data.get(&eks.name)).map_or(0, |cluster| cluster.revision);
    let inside = match before {
        // It is the same cluster as before: only its age and what keeps it from being newer may be others.
        Some(before) if before.inside.revision == revision && revision > 0 && before.eks.arn == eks.arn => data
            .and_then(|data| data.get(&eks.name))
            .map_or_else(Inside::default, |cluster| Inside { at: at(cluster), ..before.inside.clone() }),
        _ => world.cluster(site, &eks.name).map_or_else(Inside::default, |view| inside(&view, revision)),
    };
    let known = data.and_then(|data| data.versions.value());
    ClusterRow {
        site,
        environment,
        place: environment.and_then(|id| world.estate.place_of(id)).unwrap_or(usize::MAX),
        region: world.estate.site(site).map_or_else(|| "".into(), |site| site.region.as_str().into()),
        version: known.and_then(|all| all.iter().find(|known| known.version == eks.version)).cloned(),
        worst: worst(world, &eks.arn),
        eks: eks.clone(),
        inside,
    }
}

/// The worst of what is wrong with a cluster and with the things in it.
fn worst(world: &World, arn: &str) -> Option<Severity> {
    world.health.under(arn).map(|finding| finding.severity).max()
}

/// Up to when its nodes and pods are known.
fn at(cluster: &crate::services::kubernetes::Cluster) -> Option<jiff::Timestamp> {
    let of = |kind| cluster.objects.standing(kind).at();
    Some(of(ObjectKind::Node)?.min(of(ObjectKind::Pod)?))
}

fn inside(view: &ClusterView<'_>, revision: u64) -> Inside {
    let (nodes, pods) = (view.standing(ObjectKind::Node), view.standing(ObjectKind::Pod));
    let fault = view.cluster.served.fault().or_else(|| nodes.fault()).or_else(|| pods.fault());
    Inside {
        revision,
        nodes: nodes.is_known().then(|| view.whole()),
        waiting: pods.is_known().then(|| view.waiting().count()),
        at: view.known_at(),
        fault: fault.cloned(),
    }
}

/// The order of two rows.
fn compare(order: ClusterOrder, a: &ClusterRow, b: &ClusterRow) -> Ordering {
    let place = || a.place.cmp(&b.place);
    let nodes = |row: &ClusterRow| row.inside.nodes.as_ref().map_or(0, |nodes| nodes.nodes);
    let first = match order {
        ClusterOrder::Trouble => b.worst.cmp(&a.worst).then_with(place),
        ClusterOrder::Name => Ordering::Equal,
        ClusterOrder::Environment => place(),
        ClusterOrder::Version => minor(&a.eks.version).cmp(&minor(&b.eks.version)),
        ClusterOrder::Nodes => nodes(b).cmp(&nodes(a)),
    };
    first.then_with(|| a.eks.name.cmp(&b.eks.name)).then_with(|| a.site.cmp(&b.site))
}

/// `1.33` as numbers: 1.9 is before 1.10.
fn minor(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
