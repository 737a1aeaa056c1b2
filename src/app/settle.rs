//! Brings what is derived from what is known up to date, before a frame. Pure.

use crate::screens::State;
use crate::screens::{Screen, alarms, databases, fleet};
use crate::world::checkup;

/// Examines all of which something has changed, and brings what the screens derive from it up to date; called before
/// a frame, not once a message.
pub fn settle(state: &mut State) {
    settle_while(state, || true);
}

/// DB instances that are looked at before somebody may want something else: a millisecond or less.
const LOOKS: usize = 32;

/// Rows that are renewed at once: each time all rows are looked through.
const ROWS: usize = 256;

/// The same for as long as `go_on` says so, which is asked every millisecond or two: a key need not wait for
/// thousands. True when some are left.
pub fn settle_while(state: &mut State, mut go_on: impl FnMut() -> bool) -> bool {
    let is_news = std::mem::take(&mut state.shell.world.cluster_news);
    let mut examined = checkup::begin(&mut state.shell.world);
    let mut renewed = 0;
    while examined.more && go_on() {
        examined.then(checkup::look(&mut state.shell.world, LOOKS));
        if !examined.is_new && examined.instances.len() - renewed >= ROWS {
            databases::renew(state, &examined.instances[renewed..]);
            renewed = examined.instances.len();
        }
    }
    let is_heard = examined.is_new || !examined.sites.is_empty();
    if examined.is_new {
        databases::rebuild(state);
        fleet::rebuild(state);
    } else {
        databases::renew(state, &examined.instances[renewed..]);
        if examined.more {
            // A summary is of all instances of an environment: it is made when the last of them was looked at.
            state.shell.world.heard.extend(examined.sites);
        } else {
            fleet::renew(state, &examined.sites);
        }
    }
    if is_heard {
        alarms::watch(state, examined.is_new);
    }
    // Other tables are made when they are looked at.
    let screen = state.screen();
    if examined.is_new && screen != Screen::Databases {
        screen.rebuild(state);
    } else if is_heard || is_news || state.cluster_pace.is_owed() {
        screen.renew(state);
    }
    examined.more
}
