//! What of answers and of watches somebody should hear of: failures, and that their cause is gone.

use super::World;
use crate::collect::Readable;
use crate::domain::fault::Reach;
use crate::domain::{Fault, SiteId};
use crate::slices::reads::Target;

/// What of an answer somebody should hear of at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// What failed, and where, if nothing has told of its cause yet.
    pub told: Option<String>,
    /// A cause more stands in the error log now, as the newest.
    pub logged: bool,
}

/// Puts a failure into the log; what of it somebody should hear of.
pub(super) fn record(world: &mut World, told: &Target, fault: &Fault) -> News {
    let (mut news, now) = (News::default(), world.now);
    let place = world.estate.place(told.site);
    let is_told = world.faults.is_told(&world.estate, told.site, &fault.kind);
    if world.faults.record(told, place.clone(), fault.clone(), now) {
        // A line of its own, above the others.
        let causes = world.faults.by_cause(&world.estate);
        news.logged = causes.first().is_some_and(|cause| cause.entries.len() == 1 && cause.entries[0].last == now);
        news.told = (!is_told).then(|| format!("{place}: {}", fault.words(&told.read.title())));
    }
    news
}

/// What failed because of the clock or the credentials is asked again at once when something that
/// failed for it works: nobody waits for what is mended already.
pub(super) fn wake(world: &mut World, site: SiteId, mended: Reach) {
    let World { estate, schedule, watches, rewatch, .. } = world;
    let session = |site: SiteId| estate.site(site).map(|site| site.session);
    let is_mended = |of: SiteId, reach: Reach| match (reach, mended) {
        (Reach::Call, _) | (_, Reach::Call) => false,
        (Reach::Machine, Reach::Machine) => true,
        _ => session(of) == session(site),
    };
    schedule.wake(|target, reach| is_mended(target.site, reach));
    watches.wake(|target, reach| is_mended(target.site, reach));
    *rewatch = true;
}
