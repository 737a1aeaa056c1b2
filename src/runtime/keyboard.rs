//! The terminal's events, read by a thread of its own as soon as they come.
//!
//! crossterm's `EventStream` is not used. Its reader waits with an edge-triggered epoll and takes one
//! kilobyte, or one of several things that happened, each time: what is left waits for the next key
//! (crossterm 0.29, `event/source/unix/mio.rs`). With `use-dev-tty` its reader waits with `poll`, which
//! tells of everything that is still there, and this thread drains the terminal until it would block.
//! So the time of a key is when it came, however busy the console is; a change of size is a signal of
//! its own in the event loop.

use std::io::{self, stdin};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyEventKind};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::mpsc;

/// Events that may wait for the console; more wait in the terminal.
const BACKLOG: usize = 1024;
/// How long the reader looks whether there is more. With no time left it does not look even at what it
/// has read, so it is given much, and twice.
const GLANCE: Duration = Duration::from_millis(100);
const GLANCES: usize = 2;
/// Two keys that are closer were not both pressed by a person; keys that repeat themselves are 20 ms
/// and more apart.
const CLOSE: Duration = Duration::from_millis(5);
/// The first of so many close keys that is taken as one of a burst. Two can come at once: a slow line
/// holds one back, or two fingers hit two keys.
const BURST: usize = 3;

/// An event, and whether it is a key of a burst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub event: Event,
    /// It came faster than a person types: text that a terminal pastes as keys, or a program.
    pub rushed: bool,
}

/// Starts listening. The channel ends with the terminal.
///
/// # Errors
/// When there can be no thread.
pub fn listen() -> io::Result<mpsc::Receiver<io::Result<Heard>>> {
    let (heard, receiver) = mpsc::channel(BACKLOG);
    let reader = move || {
        if let Err(error) = hear(&heard)
            // What a terminal says that hung up.
            && Errno::from_io_error(&error) != Some(Errno::IO)
        {
            // The receiver is gone only when the console is leaving.
            let _ = heard.blocking_send(Err(error));
        }
    };
    thread::Builder::new().name("keyboard".to_owned()).spawn(reader)?;
    Ok(receiver)
}

/// Hands on what comes, until the terminal hangs up or nobody listens.
fn hear(heard: &mpsc::Sender<io::Result<Heard>>) -> io::Result<()> {
    let terminal = stdin();
    let mut pace = Pace::default();
    loop {
        let mut ready = [PollFd::new(&terminal, PollFlags::IN)];
        match poll(&mut ready, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let is_over = ready[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        let (mut came, mut quiet) = (false, 0);
        while quiet < GLANCES {
            if !event::poll(GLANCE)? {
                quiet += 1;
                continue;
            }
            (came, quiet) = (true, 0);
            let event = event::read()?;
            let is_press = matches!(&event, Event::Key(key) if key.kind != KeyEventKind::Release);
            let rushed = is_press && pace.is_rushed(Instant::now());
            if heard.blocking_send(Ok(Heard { event, rushed })).is_err() {
                return Ok(());
            }
            // The time that a full queue made it wait is no pause of the person.
            pace.resume(Instant::now());
        }
        if is_over && !came {
            return Ok(());
        }
    }
}

/// How fast keys come.
#[derive(Debug, Default)]
struct Pace {
    last: Option<Instant>,
    /// Keys in a row that were close to each other.
    row: usize,
}

impl Pace {
    /// Takes in a key that came at this moment.
    fn is_rushed(&mut self, at: Instant) -> bool {
        let close = self.last.is_some_and(|last| at.saturating_duration_since(last) < CLOSE);
        self.row = if close { self.row.saturating_add(1) } else { 1 };
        self.last = Some(at);
        self.row >= BURST
    }

    /// The next key is measured from now: what lies in the terminal has waited as long.
    fn resume(&mut self, at: Instant) {
        self.last = self.last.map(|last| last.max(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the keys at these milliseconds are rushed.
    fn rushed(at: &[u64]) -> Vec<bool> {
        let start = Instant::now();
        let mut pace = Pace::default();
        at.iter().map(|at| pace.is_rushed(start + Duration::from_millis(*at))).collect()
    }

    #[test]
    fn a_person_is_not_rushed_and_a_paste_is() {
        assert_eq!(rushed(&[0, 60, 62, 130, 160, 190]), [false; 6]);
        assert_eq!(rushed(&[0, 0, 0, 0, 1, 3]), [false, false, true, true, true, true]);
        assert_eq!(rushed(&[0, 1, 2, 7, 8, 9]), [false, false, true, false, false, true], "a pause ends it");
        assert_eq!(rushed(&[]), Vec::<bool>::new());
        // A queue that was full for a second does not make the last key of a paste a person's.
        let (start, mut pace) = (Instant::now(), Pace::default());
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert_eq!([0, 0, 0].map(|ms| pace.is_rushed(at(ms))), [false, false, true]);
        pace.resume(at(1000));
        assert!(pace.is_rushed(at(1001)));
    }
}
