//! The mark of the clusters in the bar of places.

use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::world::Scope;
use crate::world::cluster_checkups::CheckedCluster;

/// The worst of what is wrong in the clusters that are looked at; of what was never read nothing is known, and where
/// there are none nothing is well.
#[must_use]
pub fn mark(app: &App) -> Piece {
    let world = &app.shell.world;
    let (mut worst, mut is_whole, mut count) = (None, true, 0);
    for (site, data) in world.known().filter(|(site, _)| world.estate.in_scope(app.shell.scope, *site)) {
        is_whole &= data.services.kubernetes.clusters.value().is_some();
        for cluster in data.services.kubernetes.clusters.value().into_iter().flatten() {
            let Some(owner) = world.estate.owner_of_cluster(site, cluster) else { continue };
            if matches!(app.shell.scope, Scope::One(other) if other != owner) {
                continue;
            }
            count += 1;
            is_whole &= data.cluster_checkups.get(&cluster.name).is_some_and(CheckedCluster::is_whole);
            worst = worst.max(world.health.under(&cluster.arn).map(|finding| finding.severity).max());
        }
    }
    let (mark, role) = match worst {
        Some(Severity::Critical) => ("✖", Role::Critical),
        Some(Severity::Warning) => ("▲", Role::Warning),
        Some(Severity::Info) | None if is_whole && count > 0 => ("●", Role::Good),
        Some(Severity::Info) | None => ("○", Role::Unknown),
    };
    (mark.into(), role)
}
