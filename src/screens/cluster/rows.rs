//! What is shown is made anew when something was heard of the cluster, never while drawing.

use super::arrange::arrange;
use super::card::PoolCard;
use super::row::MachineSum;
use super::state::{ClusterScene, State};
use super::{machines, places};
use crate::domain::SiteId;
use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::services::kubernetes::ObjectKind;
use crate::world::World;

/// Makes what is shown anew; the cursor stays on its line.
pub fn rebuild(app: &mut App) {
    let Some(open) = app.views.cluster() else { return };
    let world = &app.shell.world;
    let scene = scene(world, open.site, &open.cluster, open.scene.revision, open.scene.made.is_some());
    let marks: Vec<Option<Severity>> = match &scene {
        Some(_) => Vec::new(),
        // The same machines: what is wrong with them may be other than before.
        None => open.scene.machines.iter().map(|row| worst(world, &row.thing)).collect(),
    };
    let page = places::page(app);
    let Some(open) = app.views.cluster_mut() else { return };
    match scene {
        Some(scene) => open.scene = scene,
        None => open.scene.machines.iter_mut().zip(marks).for_each(|(row, worst)| row.worst = worst),
    }
    open.pool = open.pool.min(open.scene.pools.len().saturating_sub(1));
    arrange(open, page);
}

/// Shows what was just typed lets through.
pub fn filter(app: &mut App, text: String) {
    let page = places::page(app);
    let Some(open) = app.views.cluster_mut() else { return };
    open.filter = text;
    arrange(open, page);
}

/// The worst finding of a thing.
pub(super) fn worst(world: &World, thing: &str) -> Option<Severity> {
    world.health.of(thing).map(|finding| finding.severity).max()
}

/// What is made of the cluster; none where it is as it was.
fn scene(world: &World, site: SiteId, cluster: &str, revision: u64, is_made: bool) -> Option<ClusterScene> {
    let data = &world.site(site)?.services.kubernetes;
    let Some(known) = data.get(cluster) else { return is_made.then(ClusterScene::default) };
    if is_made && known.revision == revision {
        return None;
    }
    let view = world.cluster(site, cluster)?;
    let arn = view.eks.map_or("", |eks| &*eks.arn);
    let now = world.now;
    let machines = machines::all(&view, arn, now, |thing| worst(world, thing));
    let has_pods = view.standing(ObjectKind::Pod).is_known();
    Some(ClusterScene {
        revision: known.revision,
        made: Some(now),
        whole: MachineSum::of(machines.iter()),
        waiting: has_pods.then(|| view.waiting().count()),
        pools: PoolCard::all(&view, arn, has_pods, now),
        machines,
    })
}

impl State {
    /// Something was made of it.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.scene.made.is_some()
    }
}
