//! The interactive console: keys, answers and time go in, frames and effects come out.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEventKind};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::appearance::Appearance;
use super::background::LateAnswer;
use super::clock::Clock;
use super::configured::{Configured, SignIns};
use super::connect::{operators_of, places_of};
use super::driver::Driver;
use super::keyboard::{self, Heard};
use super::last_known::{self, Pace};
use super::own_files::OwnFiles;
use super::performer::{ForTerminal, Performer, Unperformed};
use super::terminal::{Beside, Guard};
use crate::app::operations;
use crate::app::settle::settle_while;
use crate::app::{Effect, Msg, Reconfiguration, State, update, view};
use crate::aws::MfaRequest;
use crate::aws::meter::Meter;
use crate::config::Settings;
use crate::keymap::Key;

/// Time enters the core this often; the ages on the screen have no finer grain.
const TICK: Duration = Duration::from_secs(1);
/// Messages that are taken in before a frame is drawn.
const BATCH: usize = 256;

/// So long the frame of a key has to reach the terminal before what is left is gone on with: the kernel hands it on in
/// a task of its own, which may have to wait for this one.
const GAP: Duration = Duration::from_millis(3);

/// So long answers are taken in, and DB instances examined, before a frame is drawn.
const LONGEST: Duration = Duration::from_millis(20);

/// What made the loop wake.
enum Wake {
    Terminal(Option<io::Result<Heard>>),
    Resized,
    Answer(Option<Msg>),
    Question(MfaRequest),
    Tick,
    /// A changed configuration was opened, or not.
    Reopened(Result<Box<Opened>, JoinError>),
    /// There are DB instances left to be examined.
    More,
    Signal,
}

/// A configuration that is being opened.
pub type Reopening = JoinHandle<Box<Opened>>;
/// The sign-ins, and what they opened or what is wrong with the file.
type Opened = (SignIns, Result<Configured, Vec<String>>);

/// What the console is connected to beside AWS.
pub struct Outside {
    /// Questions for MFA codes.
    pub codes: mpsc::Receiver<MfaRequest>,
    pub meter: Meter,
    /// Where the last known state is kept.
    pub memory: Option<PathBuf>,
    /// The user's own files, looked at for changes.
    pub own: OwnFiles,
    /// What the configuration's environments are read with, where there is a configuration.
    pub sign_ins: Option<SignIns>,
    /// A changed configuration that is being opened; it has the sign-ins meanwhile.
    pub reopening: Option<Reopening>,
    /// The settings that hold.
    pub settings: Settings,
    pub appearance: Appearance,
    /// What the terminal may still answer to a question of before.
    pub late: LateAnswer,
    /// What comes of changes.
    pub happened: mpsc::Receiver<Msg>,
    /// When the last known state was written last.
    pub remembered: Instant,
}

/// Seconds between two readings of the meter.
const METERED: i64 = 5;

/// Between two writings of the last known state, if nothing happens ([`Pace`]).
const REMEMBER: Duration = Duration::from_secs(120);

impl Outside {
    /// Writes the last known state from time to time and when `pace` says so, beside the loop.
    fn remember(&mut self, state: &State, pace: &mut Pace) {
        let Some(path) = self.memory.clone() else { return };
        if self.remembered.elapsed() < REMEMBER && !pace.is_due(state) {
            return;
        }
        self.remembered = Instant::now();
        pace.wrote(state);
        let document = last_known::gather(state);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = last_known::write(&document, &path) {
                tracing::warn!(%error, "the last known state is not kept");
            }
        });
    }
}

/// The signals that end the console, and that of another size. Registered before the terminal is taken, so that none of them
/// can leave it behind.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    resize: Signal,
}

impl Signals {
    /// Registers them; must be called inside the runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            resize: signal(SignalKind::window_change())?,
        })
    }
}

/// Runs until the engineer leaves or a signal asks for it.
pub async fn run(
    guard: &mut Guard,
    state: &mut State,
    performer: &mut Performer<Driver, Beside>,
    answers: &mut mpsc::Receiver<Msg>,
    clock: &Clock,
    signals: &mut Signals,
    outside: &mut Outside,
) -> Result<(), Unperformed> {
    let mut events = keyboard::listen()?;
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let Signals { interrupt, terminate, hangup, resize } = signals;

    let size = guard.screen.size()?;
    let mut effects = update(state, Msg::Tick(clock.now()));
    let mut pace = Pace::since(state.shell.world.now);
    effects.extend(update(state, Msg::Resize(size.width, size.height)));
    let mut is_of_key = false;
    loop {
        let mut wanted = VecDeque::from(effects);
        while let Some(asked) = performer.perform(&mut wanted, state)? {
            match asked {
                ForTerminal::Redraw => guard.redraw()?,
                ForTerminal::Suspend => guard.suspend()?,
                ForTerminal::Leave => return Ok(()),
            }
        }
        let begun = Instant::now();
        // A key goes before what is left, and so does a frame: at once where it is the answer to a key.
        let more = settle_while(state, || !is_of_key && events.is_empty() && begun.elapsed() < LONGEST);
        // A key that waits already has a frame of its own, which shows this too.
        if is_of_key || events.is_empty() {
            guard.screen.draw(|frame| view::draw(state, frame))?;
        }
        let wake = tokio::select! {
            biased;
            _ = interrupt.recv() => Wake::Signal,
            _ = terminate.recv() => Wake::Signal,
            _ = hangup.recv() => Wake::Signal,
            _ = resize.recv() => Wake::Resized,
            event = events.recv() => Wake::Terminal(event),
            answer = answers.recv() => Wake::Answer(answer),
            Some(msg) = outside.happened.recv() => Wake::Answer(Some(msg)),
            Some(question) = outside.codes.recv(), if !performer.is_asking() => Wake::Question(question),
            _ = tick.tick() => Wake::Tick,
            opened = reopened(&mut outside.reopening) => Wake::Reopened(opened),
            () = gap(is_of_key), if more => Wake::More,
        };
        is_of_key = matches!(wake, Wake::Terminal(Some(Ok(_))));
        effects = update(state, Msg::Tick(clock.now()));
        match wake {
            Wake::Signal | Wake::Terminal(None) | Wake::Answer(None) => {
                operations::leave(state, &mut effects);
                performer.record(effects);
                return Ok(());
            }
            Wake::Terminal(Some(Err(error))) => return Err(error.into()),
            Wake::Resized => {
                let size = guard.screen.size()?;
                effects.extend(update(state, Msg::Resize(size.width, size.height)));
            }
            Wake::Terminal(Some(Ok(heard))) => {
                hear(heard, state, &mut outside.late, &mut effects);
                // Whatever came meanwhile is one frame: a key that repeats itself is not drawn each time.
                for _ in 0..BATCH {
                    if effects.iter().any(|effect| matches!(effect, Effect::Quit | Effect::Suspend)) {
                        break;
                    }
                    let Ok(more) = events.try_recv() else { break };
                    hear(more?, state, &mut outside.late, &mut effects);
                }
            }
            Wake::Answer(Some(msg)) => {
                effects.extend(update(state, msg));
                let begun = Instant::now();
                for _ in 0..BATCH {
                    // A key goes before what else has come.
                    if !events.is_empty() || begun.elapsed() > LONGEST {
                        break;
                    }
                    let Ok(more) = answers.try_recv() else { break };
                    effects.extend(update(state, more));
                }
            }
            Wake::Question(question) => effects.extend(update(state, performer.ask(question))),
            Wake::More => {}
            Wake::Reopened(Ok(ended)) => {
                let (sign_ins, opened) = *ended;
                outside.sign_ins = Some(sign_ins);
                if opened.is_ok() {
                    // What was going to be asked names the places of the configuration before.
                    effects.retain(|effect| {
                        !matches!(effect, Effect::Fetch(_) | Effect::Watch { .. } | Effect::ReadLog { .. })
                    });
                    pace = Pace::since(state.shell.world.now);
                }
                let msg = reconfigured(opened, guard, performer, answers, outside)?;
                effects.extend(update(state, msg));
                outside.own.follow(&state.shell.theme.name, &state.shell.keymap.name);
            }
            Wake::Reopened(Err(error)) => {
                // The sign-ins are gone with the task: nothing is read again, and what runs goes on.
                tracing::error!(%error, "the changed configuration was not opened");
                let why = "the changed configuration could not be opened: leave and start again to use it";
                effects.extend(update(state, Msg::ConfigurationRefused(vec![why.into()])));
            }
            Wake::Tick => {
                // A rate over a minute need not be redrawn every second.
                if state.shell.world.now.as_second() % METERED == 0 {
                    effects.extend(update(state, Msg::Metered(outside.meter.last_minute())));
                }
                outside.remember(state, &mut pace);
                for msg in outside.own.changes() {
                    effects.extend(update(state, msg));
                }
                reopen(outside);
                // A mended keymap or theme takes its problems away.
                if let Some(problems) = outside.own.told_anew() {
                    effects.extend(update(state, Msg::AppearanceProblems(problems)));
                }
                if let Some(unopened) = performer.link_unopened() {
                    effects.extend(update(state, unopened));
                }
                if let Some(over) = performer.ask_no_longer() {
                    effects.extend(update(state, over));
                }
            }
        }
    }
}

/// Over when what is left can be gone on with.
async fn gap(is_of_key: bool) {
    if is_of_key {
        sleep(GAP).await;
    }
}

/// Opens a changed configuration in a task of its own: profiles and processes may take their time. Another change
/// waits until it is done.
fn reopen(outside: &mut Outside) {
    if outside.reopening.is_some() || outside.sign_ins.is_none() {
        return;
    }
    let Some(path) = outside.own.changed_configuration() else { return };
    let Some(mut sign_ins) = outside.sign_ins.take() else { return };
    outside.reopening = Some(tokio::spawn(async move {
        let opened = sign_ins.again(&path).await;
        Box::new((sign_ins, opened))
    }));
}

/// The task that opens a configuration, when it has ended; never while there is none.
async fn reopened(task: &mut Option<Reopening>) -> Result<Box<Opened>, JoinError> {
    match task {
        Some(running) => {
            let ended = running.await;
            *task = None;
            ended
        }
        None => std::future::pending().await,
    }
}

/// Puts what a configuration leads to in the place of what was; the message that tells the core of it.
fn reconfigured(
    opened: Result<Configured, Vec<String>>,
    guard: &mut Guard,
    performer: &mut Performer<Driver, Beside>,
    answers: &mut mpsc::Receiver<Msg>,
    outside: &mut Outside,
) -> io::Result<Msg> {
    let opened = match opened {
        Ok(opened) => opened,
        Err(problems) => return Ok(Msg::ConfigurationRefused(problems)),
    };
    if let Some(executor) = &mut performer.executor {
        let reach = performer.driver.reach();
        executor.set_places(places_of(&opened.estate, &opened.sessions, &opened.operators, reach));
    }
    // The old driver ends what it has on its way; its answers have nobody to go to.
    let reach = performer.driver.reach().clone();
    let (driver, heard) = Driver::new(&opened.sessions, &opened.estate);
    (performer.driver, *answers) = (driver.reaching(reach), heard);
    let appearance = outside.appearance.changes(&opened.settings, &outside.settings);
    guard.listen_to_mouse(opened.settings.mouse)?;
    outside.settings = opened.settings;
    outside.memory = last_known::path(&opened.estate);
    Ok(Msg::Reconfigured(Box::new(Reconfiguration {
        estate: opened.estate,
        seed: u64::from(std::process::id()),
        policies: opened.policies,
        operators: operators_of(&opened.operators),
        problems: opened.problems,
        appearance,
    })))
}

/// Lets the core hear what the terminal said.
fn hear(heard: Heard, state: &mut State, late: &mut LateAnswer, effects: &mut Vec<Effect>) {
    if let Some(msg) = message(heard, late) {
        effects.extend(update(state, msg));
    }
}

fn message(Heard { event, rushed }: Heard, late: &mut LateAnswer) -> Option<Msg> {
    match event {
        #[cfg(debug_assertions)]
        Event::Key(key)
            if key.code == crossterm::event::KeyCode::F(12) && std::env::var_os("QD_TEST_PANIC").is_some() =>
        {
            rehearse_a_panic()
        }
        Event::Key(key) if late.takes(&key, std::time::Instant::now()) => None,
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            Key::from_event(&key).map(if rushed { Msg::Rushed } else { Msg::Key })
        }
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollUp => Some(Msg::Wheel(-1)),
            MouseEventKind::ScrollDown => Some(Msg::Wheel(1)),
            MouseEventKind::Down(MouseButton::Left) => Some(Msg::Click(mouse.column, mouse.row)),
            _ => None,
        },
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
