//! What is shown is made anew when something was heard of the cluster, never while drawing.

use std::cmp::Reverse;

use super::arrange::arrange;
use super::card::Readiness;
use super::making::{ClusterScene, SceneMaking};
use super::places;
use super::state::{ClusterPane, State};
use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::world::World;

/// Makes what is shown anew; the cursor stays on its line.
pub fn rebuild(app: &mut App) {
    if let Some(open) = app.views.cluster_mut() {
        open.making = None;
    }
    renew(app, &mut || true);
}

/// The same part by part, for as long as `go_on` says so; true where a part is left. What was made before is shown until
/// all is made.
pub fn renew(app: &mut App, go_on: &mut dyn FnMut() -> bool) -> bool {
    let App { shell, views, .. } = app;
    let Some(open) = views.cluster_mut() else { return false };
    match make(&shell.world, open, go_on) {
        MadeScene::Partly(making) => {
            open.making = Some(making);
            return true;
        }
        MadeScene::Same => show(app, None),
        MadeScene::Whole(scene) => show(app, Some(*scene)),
    }
    false
}

/// How far what is shown was made.
enum MadeScene {
    Partly(Box<SceneMaking>),
    /// The cluster is as it was.
    Same,
    Whole(Box<ClusterScene>),
}

fn make(world: &World, open: &mut State, go_on: &mut dyn FnMut() -> bool) -> MadeScene {
    let data = world.site(open.site).map(|data| &data.services.kubernetes);
    let known = data.and_then(|data| data.get(&open.cluster));
    let Some((known, view)) = known.zip(world.cluster(open.site, &open.cluster)) else {
        // Nothing is known of it any more.
        return if open.is_made() { MadeScene::Whole(Box::default()) } else { MadeScene::Same };
    };
    if open.making.is_none() && open.is_made() && known.revision == open.scene.revision {
        return MadeScene::Same;
    }
    let mut making = open.making.take().unwrap_or_else(|| SceneMaking::begin(known.revision, world.now).into());
    while !making.is_done() {
        if !go_on() {
            return MadeScene::Partly(making);
        }
        making.go_on(&view);
    }
    MadeScene::Whole(making.end(&view).into())
}

/// Shows what was made; where nothing was, the same machines with what is wrong with them by now.
fn show(app: &mut App, scene: Option<ClusterScene>) {
    let page = places::page(app);
    let App { shell, views, .. } = app;
    let Some(open) = views.cluster_mut() else { return };
    let chosen = open.current_pool().filter(|_| open.pane == ClusterPane::Pools).map(|card| card.name.clone());
    if let Some(scene) = scene {
        open.scene = scene;
    }
    for row in &mut open.scene.machines {
        row.worst = worst(&shell.world, &row.thing);
    }
    // Those with trouble first; the cursor stays on its pool.
    open.scene.pools.sort_by_cached_key(|card| {
        (Reverse(worst(&shell.world, &card.thing)), matches!(card.readiness, Readiness::Ready), card.name.clone())
    });
    let at = chosen.and_then(|name| open.scene.pools.iter().position(|card| card.name == name));
    open.pool = at.unwrap_or(0);
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

impl State {
    /// Something is being made of it, and a part is left.
    #[must_use]
    pub fn is_being_made(&self) -> bool {
        self.making.is_some()
    }

    /// Something was made of it.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.scene.made.is_some()
    }
}
