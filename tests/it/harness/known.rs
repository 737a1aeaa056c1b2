//! Consoles that know something, read once from the sandbox.

use std::future::Future;
use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::app::{Msg, State};
use quarterdeck::screens::{OpenScreen, View};

use super::{Desk, MOMENT, OPENED};

/// Runs asynchronous work to its end, on a thread of its own so that it may be called anywhere.
pub fn run<T: Send, F: Future<Output = T>>(work: impl FnOnce() -> F + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work())
        });
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The fleet of `a-bad-night` as the sandbox tells it, read once.
pub fn fleet() -> State {
    ready().0.clone()
}

/// The same with [`OPENED`] open.
pub fn opened() -> State {
    ready().1.clone()
}

/// The same with the alarms on the screen, and what the one under the cursor is made of.
pub fn alarms() -> State {
    ready().2.clone()
}

/// All of them.
pub(super) fn ready() -> &'static (State, State, State) {
    static READY: OnceLock<(State, State, State)> = OnceLock::new();
    READY.get_or_init(|| {
        run(|| async {
            let mut desk = Desk::still("a-bad-night").await;
            desk.settle().await;
            let fleet = desk.state.clone();
            desk.enter(OPENED);
            desk.settle().await;
            let opened = desk.state.clone();
            desk.press("L g g j");
            // The cursor rests.
            desk.wait(SignedDuration::from_secs(1));
            desk.settle().await;
            (fleet, opened, desk.state)
        })
    })
}

/// The console as it was before [`fleet`] had asked anything.
pub fn fresh() -> Desk {
    let ready = fleet();
    let at: Timestamp = MOMENT.parse().expect("a timestamp");
    let shell = ready.shell;
    let state = State::new(shell.world.estate, at, shell.keymap, shell.theme, shell.depth);
    let mut desk = Desk::by_hand(state);
    desk.state.views.show(View::Screen(OpenScreen::Databases));
    desk.send(Msg::Tick(at));
    desk
}
