//! Brings what is derived from what is known up to date, before a frame. Pure.

use crate::screens::State;
use crate::screens::{Screen, alarms, databases, fleet};
use crate::world::{self, checkup};

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
/// thousands. True when something is left.
pub fn settle_while(state: &mut State, mut go_on: impl FnMut() -> bool) -> bool {
    // What was put together is asked for when the core is told of time.
    let mut is_left = false;
    while world::is_packing(&state.shell.world) && go_on() {
        is_left |= world::pack(&mut state.shell.world);
    }
    is_left |= world::is_packing(&state.shell.world);
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
    } else if is_heard || is_news || state.cluster_pace.is_owed() || screen.is_being_made(state) {
        is_left |= screen.renew(state, &mut go_on);
    }
    is_left || examined.more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Environment, SiteId};
    use crate::keymap::Keymap;
    use crate::screens::cluster;
    use crate::services::kubernetes::testing::{CLUSTER, TestCluster, node, now};
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    /// A console on a cluster with so many nodes, of which something else is told.
    fn told(count: usize) -> State {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "eu-west-1");
        estate.add(Environment { name: "prod".into(), site, ..Environment::default() });
        let mut state = State::new(estate, now(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        state.shell.size = (120, 40);
        let nodes = |count| (0..count).map(|at| node(&format!("ip-{at:04}"))).collect();
        let data = |count| TestCluster { nodes: nodes(count), ..TestCluster::default() }.data();
        state.shell.world.sites[0].services.kubernetes = data(1);
        cluster::open(&mut state, SiteId(0), CLUSTER);
        settle(&mut state);
        state.shell.world.sites[0].services.kubernetes = data(count);
        if let Some(open) = state.views.cluster_mut() {
            open.scene.revision = 0;
        }
        state.shell.world.hurry();
        state
    }

    fn lines(state: &State) -> usize {
        state.views.cluster().map_or(0, |open| open.scene.machines.len())
    }

    #[test]
    fn the_frame_of_a_key_waits_for_nothing_that_is_made_of_a_cluster() {
        let mut state = told(1_000);
        assert!(settle_while(&mut state, || false), "it is left for later");
        assert_eq!(lines(&state), 1);
        // A key in the midst of it.
        let mut left = 3;
        let mut a_few = || {
            left -= 1;
            left >= 0
        };
        assert!(settle_while(&mut state, &mut a_few));
        assert_eq!(lines(&state), 1);
        let mut asked = 0;
        let more = settle_while(&mut state, || {
            asked += 1;
            true
        });
        assert_eq!((more, lines(&state)), (false, 1_000));
        assert!(asked >= 8, "asked {asked} times whether somebody wants something else");
    }
}
