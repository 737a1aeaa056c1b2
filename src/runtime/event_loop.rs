//! The interactive console: keys, answers and time go in, frames and effects come out.

use std::io;
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{Event, EventStream, KeyEventKind};
use crossterm::execute;
use futures_util::StreamExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::clock::Clock;
use super::driver::Driver;
use super::terminal::Guard;
use crate::app::update::settle;
use crate::app::{Effect, Msg, State, update, view};
use crate::keymap::Key;

/// Time enters the core this often; the ages on the screen have no finer grain.
const TICK: Duration = Duration::from_secs(1);
/// Messages that are taken in before a frame is drawn.
const BATCH: usize = 256;

/// What made the loop wake.
enum Wake {
    Terminal(Option<io::Result<Event>>),
    Answer(Option<Msg>),
    Tick,
    Signal,
}

/// The signals that end the console. Registered before the terminal is taken, so that none of them
/// can leave it behind.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// Registers them; must be called inside the runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

/// Runs until the engineer leaves or a signal asks for it.
pub async fn run(
    guard: &mut Guard,
    state: &mut State,
    driver: &mut Driver,
    answers: &mut mpsc::Receiver<Msg>,
    clock: &Clock,
    signals: &mut Signals,
) -> io::Result<()> {
    let mut events = EventStream::new();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let Signals { interrupt, terminate, hangup } = signals;

    let size = guard.screen.size()?;
    let mut effects = update(state, Msg::Tick(clock.now()));
    effects.extend(update(state, Msg::Resize(size.width, size.height)));
    loop {
        if perform(effects, guard, state, driver)? {
            return Ok(());
        }
        settle(state);
        guard.screen.draw(|frame| view::draw(state, frame))?;
        let wake = tokio::select! {
            biased;
            _ = interrupt.recv() => Wake::Signal,
            _ = terminate.recv() => Wake::Signal,
            _ = hangup.recv() => Wake::Signal,
            event = events.next() => Wake::Terminal(event),
            answer = answers.recv() => Wake::Answer(answer),
            _ = tick.tick() => Wake::Tick,
        };
        effects = update(state, Msg::Tick(clock.now()));
        match wake {
            Wake::Signal | Wake::Terminal(None) | Wake::Answer(None) => return Ok(()),
            Wake::Terminal(Some(Err(error))) => return Err(error),
            Wake::Terminal(Some(Ok(event))) => {
                if let Some(msg) = message(event) {
                    effects.extend(update(state, msg));
                }
            }
            Wake::Answer(Some(msg)) => {
                effects.extend(update(state, msg));
                for _ in 0..BATCH {
                    let Ok(more) = answers.try_recv() else { break };
                    effects.extend(update(state, more));
                }
            }
            Wake::Tick => {}
        }
    }
}

fn message(event: Event) -> Option<Msg> {
    match event {
        #[cfg(debug_assertions)]
        Event::Key(key)
            if key.code == crossterm::event::KeyCode::F(12) && std::env::var_os("QD_TEST_PANIC").is_some() =>
        {
            rehearse_a_panic()
        }
        Event::Key(key) if key.kind != KeyEventKind::Release => Key::from_event(&key).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(columns, rows) => Some(Msg::Resize(columns, rows)),
        _ => None,
    }
}

/// For the test that a panic gives the terminal back; not in released binaries.
#[cfg(debug_assertions)]
#[allow(clippy::panic, reason = "that is its purpose")]
fn rehearse_a_panic() -> ! {
    panic!("rehearsed by QD_TEST_PANIC")
}

/// Carries effects out; true when the console is to be left.
fn perform(effects: Vec<Effect>, guard: &mut Guard, state: &mut State, driver: &mut Driver) -> io::Result<bool> {
    let mut queue: std::collections::VecDeque<Effect> = effects.into();
    while let Some(effect) = queue.pop_front() {
        match effect {
            Effect::Fetch(request) => driver.fetch(request),
            Effect::Quit => return Ok(true),
            Effect::Suspend => guard.suspend()?,
            Effect::Copy(text) => {
                let copied = execute!(guard.screen.backend_mut(), CopyToClipboard::to_clipboard_from(&text))
                    .map(|()| text)
                    .map_err(|error| error.to_string());
                queue.extend(update(state, Msg::Copied(copied)));
            }
        }
    }
    Ok(false)
}
