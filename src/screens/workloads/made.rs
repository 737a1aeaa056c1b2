//! The page, made when something was heard of the cluster, or another order or filter is wanted.

use jiff::{SignedDuration, Timestamp};

use super::sections;
use super::state::WorkloadCounts;
use crate::screens::State as App;
use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::theme::Role;

/// What a page says of ages is made anew after this.
const OLD: SignedDuration = SignedDuration::from_secs(10);

/// Makes the page anew, if the cluster is another than before.
pub fn rebuild(app: &mut App) {
    let Some(open) = app.views.workloads() else { return };
    let world = &app.shell.world;
    let known = world.site(open.site).and_then(|data| data.services.kubernetes.get(&open.cluster));
    let revision = known.map_or(0, |cluster| cluster.revision);
    let is_made = |(of, at): (u64, Timestamp)| of == revision && world.now.duration_since(at) < OLD;
    if open.made.is_some_and(is_made) {
        return;
    }
    let now = world.now;
    let made = world.cluster(open.site, &open.cluster).map(|view| sections::page(&view, open, now));
    let (page, counts) = made.unwrap_or_else(|| {
        let mut page = ClusterPage::default();
        page.push(PageItem::marked(("○", Role::Unknown), 1, "nothing of this cluster was read yet", Role::Unknown));
        (page, WorkloadCounts::default())
    });
    let Some(open) = app.views.workloads_mut() else { return };
    open.made = Some((revision, now));
    (open.page, open.counts) = (page, counts);
    open.cursor.keep(&open.page);
}
