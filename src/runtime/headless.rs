//! The console without a terminal: collects until there is nothing left to wait for, then draws
//! one frame.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::clock::Clock;
use super::performer::{Fetches, Outlet, Performer, Unperformed};
use crate::app::settle::settle;
use crate::app::{Effect, Msg, State, update, view};
use crate::keymap::Key;
use crate::shell::REST;

/// Waits at most this long for AWS.
const PATIENCE: Duration = Duration::from_secs(45);

/// Where there is no terminal: nothing can be copied, and nobody looks elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct NoTerminal;

impl Outlet for NoTerminal {
    fn copy(&mut self, _: &str) -> io::Result<()> {
        Err(io::Error::other("there is no terminal"))
    }

    fn notify(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// Sends keys, waits for the answers after each, and gives the frame. True beside it when every
/// answer came in time.
///
/// # Errors
/// When something was to be done that cannot be done here, as a change.
pub async fn frame<D: Fetches, O: Outlet>(
    state: &mut State,
    performer: &mut Performer<D, O>,
    answers: &mut mpsc::Receiver<Msg>,
    clock: &Clock,
    keys: &[Key],
) -> Result<(Buffer, bool), Unperformed> {
    let mut effects = update(state, Msg::Tick(clock.now()));
    let mut complete = pump(state, performer, answers, clock, effects).await?;
    for key in keys {
        // What a key is pressed on is what would be shown.
        settle(state);
        effects = update(state, Msg::Key(*key));
        // Who did not answer one key in time is not waited for once more after each of the others.
        if complete {
            complete = pump(state, performer, answers, clock, effects).await?;
        } else {
            perform(effects, state, performer)?;
        }
    }
    // Nobody presses another key: the cursor rests where it is.
    let later = clock.now().checked_add(REST).unwrap_or(Timestamp::MAX);
    effects = update(state, Msg::Tick(later));
    if complete {
        complete = pump(state, performer, answers, clock, effects).await?;
    } else {
        perform(effects, state, performer)?;
    }
    settle(state);
    state.shell.toast = None;
    Ok((draw(state), complete))
}

/// Performs effects and takes in answers until none is under way; whether all came in time.
///
/// # Errors
/// When something was to be done that cannot be done here, as a change.
pub async fn pump<D: Fetches, O: Outlet>(
    state: &mut State,
    performer: &mut Performer<D, O>,
    answers: &mut mpsc::Receiver<Msg>,
    clock: &Clock,
    effects: Vec<Effect>,
) -> Result<bool, Unperformed> {
    let deadline = Instant::now() + PATIENCE;
    perform(effects, state, performer)?;
    while state.shell.world.schedule.in_flight() > 0 {
        let Ok(Some(msg)) = timeout_at(deadline, answers.recv()).await else { return Ok(false) };
        let effects = update(state, Msg::Tick(clock.now()));
        perform(effects, state, performer)?;
        let effects = update(state, msg);
        perform(effects, state, performer)?;
    }
    settle(state);
    Ok(true)
}

/// Performs effects to the last: there is no terminal to draw anew, to stop at or to leave.
fn perform<D: Fetches, O: Outlet>(
    effects: Vec<Effect>,
    state: &mut State,
    performer: &mut Performer<D, O>,
) -> Result<(), Unperformed> {
    let mut wanted = VecDeque::from(effects);
    while performer.perform(&mut wanted, state)?.is_some() {}
    Ok(())
}

/// Draws the state at its size.
#[must_use]
pub fn draw(state: &State) -> Buffer {
    let (columns, rows) = state.shell.size;
    let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
    let Ok(frame) = terminal.draw(|frame| view::draw(state, frame));
    frame.buffer.clone()
}
