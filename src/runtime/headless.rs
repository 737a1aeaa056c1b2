//! The console without a terminal: collects until there is nothing left to wait for, then draws one frame, and says
//! what of it could not be read.

mod shortfall;
mod stories;

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
use crate::world::is_packing;

pub use shortfall::shortfall;
pub use stories::stories;

/// Waits at most this long for AWS.
const PATIENCE: Duration = Duration::from_secs(45);

/// Where there is no terminal: nothing can be copied, and nobody looks elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct NoTerminal;

impl Outlet for NoTerminal {
    fn copy(&mut self, _: &str) -> io::Result<()> {
        Err(io::Error::other("there is no terminal"))
    }

    fn open(&mut self, _: &str) -> bool {
        false
    }

    fn notify(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// A console that nobody sits at: it waits after each thing that is done, for a time that is given for all of them.
pub struct Unattended<'a, D, O> {
    pub state: &'a mut State,
    performer: Performer<D, O>,
    answers: mpsc::Receiver<Msg>,
    /// What is read for plans.
    happened: mpsc::Receiver<Msg>,
    clock: &'a Clock,
    until: Instant,
    is_complete: bool,
}

impl<'a, D: Fetches, O: Outlet> Unattended<'a, D, O> {
    /// One that asked nothing yet. Plans are made of what `happened` brings.
    pub fn new(
        state: &'a mut State,
        performer: Performer<D, O>,
        (answers, happened): (mpsc::Receiver<Msg>, mpsc::Receiver<Msg>),
        clock: &'a Clock,
        wait: Duration,
    ) -> Self {
        Self { state, performer, answers, happened, clock, until: Instant::now() + wait, is_complete: true }
    }

    /// Lets time come to now, and waits for what is asked then.
    ///
    /// # Errors
    /// When something was to be done that cannot be done here, as a change.
    pub async fn look(&mut self) -> Result<(), Unperformed> {
        let effects = update(self.state, Msg::Tick(self.clock.now()));
        self.wait(effects).await
    }

    /// Presses a key on what would be shown.
    ///
    /// # Errors
    /// When something was to be done that cannot be done here, as a change.
    pub async fn press(&mut self, key: Key) -> Result<(), Unperformed> {
        settle(self.state);
        let effects = update(self.state, Msg::Key(key));
        self.wait(effects).await
    }

    /// Performs effects and waits for what comes of them. Who did not answer in time is not waited for once more.
    ///
    /// # Errors
    /// When something was to be done that cannot be done here, as a change.
    pub async fn wait(&mut self, effects: Vec<Effect>) -> Result<(), Unperformed> {
        let Self { state, performer, answers, happened, clock, until, .. } = self;
        if self.is_complete {
            self.is_complete = wait(state, performer, (answers, Some(happened)), clock, effects, *until).await?;
            Ok(())
        } else {
            perform(effects, state, performer)
        }
    }

    /// The frame when the cursor rests where it is; true beside it when every answer came in time.
    ///
    /// # Errors
    /// When something was to be done that cannot be done here, as a change.
    pub async fn frame(&mut self) -> Result<(Buffer, bool), Unperformed> {
        // Nobody presses another key.
        let later = self.clock.now().checked_add(REST).unwrap_or(Timestamp::MAX);
        let effects = update(self.state, Msg::Tick(later));
        self.wait(effects).await?;
        settle(self.state);
        self.state.shell.toast = None;
        Ok((draw(self.state), self.is_complete))
    }
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
    wait(state, performer, (answers, None), clock, effects, Instant::now() + PATIENCE).await
}

async fn wait<D: Fetches, O: Outlet>(
    state: &mut State,
    performer: &mut Performer<D, O>,
    (answers, mut happened): (&mut mpsc::Receiver<Msg>, Option<&mut mpsc::Receiver<Msg>>),
    clock: &Clock,
    effects: Vec<Effect>,
    until: Instant,
) -> Result<bool, Unperformed> {
    perform(effects, state, performer)?;
    loop {
        if is_packing(&state.shell.world) {
            settle(state);
            let effects = update(state, Msg::Tick(clock.now()));
            perform(effects, state, performer)?;
        }
        let for_plan = happened.as_deref_mut().filter(|_| state.views.plan().is_some_and(|plan| plan.awaiting));
        let is_awaited = state.shell.world.schedule.in_flight() + state.shell.world.awaited_watches() > 0;
        if !is_awaited && for_plan.is_none() {
            break;
        }
        let next = async {
            match for_plan {
                Some(happened) => tokio::select! {
                    Some(msg) = answers.recv() => Some(msg),
                    Some(msg) = happened.recv() => Some(msg),
                    else => None,
                },
                None => answers.recv().await,
            }
        };
        let Ok(Some(msg)) = timeout_at(until, next).await else { return Ok(false) };
        let effects = update(state, Msg::Tick(clock.now()));
        perform(effects, state, performer)?;
        let effects = update(state, msg);
        perform(effects, state, performer)?;
    }
    state.hurry();
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
