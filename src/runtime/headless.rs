//! The console without a terminal: collects until there is nothing left to wait for, then draws
//! one frame.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::clock::Clock;
use super::driver::Driver;
use crate::app::settle::settle;
use crate::app::{Effect, Msg, State, update, view};
use crate::keymap::Key;

/// Waits at most this long for AWS.
const PATIENCE: Duration = Duration::from_secs(45);

/// Sends keys, waits for the answers after each, and gives the frame. True beside it when every
/// answer came in time.
pub async fn frame(
    state: &mut State,
    driver: &mut Driver,
    answers: &mut mpsc::Receiver<Msg>,
    clock: &Clock,
    keys: &[Key],
) -> (Buffer, bool) {
    let mut effects = update(state, Msg::Tick(clock.now()));
    let mut complete = pump(state, driver, answers, clock, effects).await;
    for key in keys {
        // What a key is pressed on is what would be shown.
        settle(state);
        effects = update(state, Msg::Key(*key));
        // Who did not answer one key in time is not waited for once more after each of the others.
        if complete {
            complete = pump(state, driver, answers, clock, effects).await;
        } else {
            start(effects, driver);
        }
    }
    settle(state);
    state.shell.toast = None;
    (draw(state), complete)
}

/// Performs effects and takes in answers until none is under way.
pub async fn pump(
    state: &mut State,
    driver: &mut Driver,
    answers: &mut mpsc::Receiver<Msg>,
    clock: &Clock,
    effects: Vec<Effect>,
) -> bool {
    let deadline = Instant::now() + PATIENCE;
    start(effects, driver);
    while state.shell.world.schedule.in_flight() > 0 {
        let Ok(Some(msg)) = timeout_at(deadline, answers.recv()).await else { return false };
        let effects = update(state, Msg::Tick(clock.now()));
        start(effects, driver);
        start(update(state, msg), driver);
    }
    settle(state);
    true
}

fn start(effects: Vec<Effect>, driver: &mut Driver) {
    for effect in effects {
        if let Effect::Fetch(request) = effect {
            driver.fetch(request);
        }
    }
}

/// Draws the state at its size.
#[must_use]
pub fn draw(state: &State) -> Buffer {
    let (columns, rows) = state.shell.size;
    let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
    let Ok(frame) = terminal.draw(|frame| view::draw(state, frame));
    frame.buffer.clone()
}
