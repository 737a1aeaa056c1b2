//! What the mouse does: the wheel moves as keys do, a click puts the cursor on a row. Only where it
//! was switched on; nothing needs it.

use super::actions;
use crate::keymap::Action;
use crate::screens::State;
use crate::screens::View;
use crate::shell::Effect;

/// Lines for one notch of the wheel.
const NOTCH: u8 = 3;

/// The wheel was turned; up is negative. It goes where the arrow keys go.
pub fn wheel(state: &mut State, notches: i8, effects: &mut Vec<Effect>) {
    if matches!(state.views.top(), View::Code(_) | View::Arm(_)) {
        return;
    }
    let action = if notches < 0 { Action::Up } else { Action::Down };
    for _ in 0..notches.unsigned_abs().saturating_mul(NOTCH) {
        actions::run(state, action, effects);
    }
}

/// The left button was pressed. What lies over the screen is not looked through.
pub fn click(state: &mut State, row: u16) {
    if state.views.code().is_some() || state.views.overlay().is_some() {
        return;
    }
    state.screen().click(state, row);
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::{Msg, update};
    use crate::domain::{Database, Environment, Remote};
    use crate::keymap::Keymap;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    /// Ten DB instances on a screen of 24 rows.
    fn state() -> State {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "eu-west-1");
        estate.add(Environment { name: "prod".into(), site, ..Environment::default() });
        let now = Timestamp::UNIX_EPOCH;
        let mut state = State::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        let databases =
            (0..10).map(|i| Database { id: format!("db-{i}"), arn: format!("arn-{i}"), ..Database::default() });
        state.shell.world.sites[0].rds.databases =
            Remote::Ready { value: databases.map(std::sync::Arc::new).collect(), at: now };
        crate::app::settle::settle(&mut state);
        assert_eq!(state.databases.rows.len(), 10);
        state
    }

    #[test]
    fn the_wheel_moves_by_three_lines() {
        let mut state = state();
        update(&mut state, Msg::Wheel(2));
        assert_eq!(state.databases.selected, 6);
        update(&mut state, Msg::Wheel(-1));
        assert_eq!(state.databases.selected, 3);
        update(&mut state, Msg::Wheel(-127));
        assert_eq!(state.databases.selected, 0);
    }

    #[test]
    fn a_click_selects_the_row_under_it() {
        let mut state = state();
        update(&mut state, Msg::Click(10, 4 + 7));
        assert_eq!(state.databases.selected, 7);
        for nowhere in [0, 3, 14, 23, 200] {
            update(&mut state, Msg::Click(10, nowhere));
            assert_eq!(state.databases.selected, 7, "{nowhere}");
        }
    }
}
