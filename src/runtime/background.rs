//! Asks the terminal for its background, so that the theme suits it.
//!
//! The question (OSC 11) is followed by one that every terminal answers (DA1, primary device
//! attributes): its answer says that there will be none to the first (xterm, "Control Sequences").

use std::io::{self, Write, stdin, stdout};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};

use crate::theme::{BACKGROUND_QUERY, Background};

/// Primary device attributes.
const SENTINEL: &str = "\x1b[c";
/// Who has not answered then is not waited for: nobody should notice that a question was asked.
const PATIENCE: Duration = Duration::from_millis(100);
/// An answer that is later than this was lost.
const LATEST: Duration = Duration::from_secs(5);
/// More than any answer has.
const LONGEST: usize = 40;

/// Whether this terminal can be asked: some print what they do not understand.
#[must_use]
pub fn can_be_asked(term: Option<&str>) -> bool {
    term.is_some_and(|term| !matches!(term, "" | "dumb" | "linux"))
}

/// Asks, and waits for at most a tenth of a second. Keys that are pressed meanwhile are lost. The
/// terminal must not be read by anybody else at that time.
///
/// # Errors
/// When the terminal cannot be written, read or set.
pub fn ask() -> io::Result<(Option<Background>, LateAnswer)> {
    enable_raw_mode()?;
    let heard = exchange();
    disable_raw_mode()?;
    let heard = heard?;
    let background = Background::detect(Some(&heard), None);
    let late = if background.is_some() { LateAnswer::default() } else { LateAnswer::awaited(Instant::now()) };
    Ok((background, late))
}

/// Everything that came until the second question was answered, or time was over.
fn exchange() -> io::Result<Vec<u8>> {
    let mut out = stdout();
    out.write_all(BACKGROUND_QUERY.as_bytes())?;
    out.write_all(SENTINEL.as_bytes())?;
    out.flush()?;
    let deadline = Instant::now() + PATIENCE;
    let terminal = stdin();
    let mut heard = Vec::new();
    while !is_over(&heard) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let timeout = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
        let mut ready = [PollFd::new(&terminal, PollFlags::IN)];
        match poll(&mut ready, Some(&timeout)) {
            Ok(0) => break,
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        // Past the buffer of the standard library, which would keep what nobody reads from it.
        let mut bytes = [0_u8; 256];
        match read(&terminal, &mut bytes) {
            Ok(0) => break,
            Ok(count) => heard.extend_from_slice(&bytes[..count]),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(heard)
}

/// Whether the answer to the second question is in it: `ESC [ ? 6 2 ; 2 2 c`.
fn is_over(heard: &[u8]) -> bool {
    const START: &[u8] = b"\x1b[?";
    heard.windows(START.len()).enumerate().filter(|(_, window)| *window == START).any(|(at, _)| {
        let rest = heard[at + START.len()..].iter();
        rest.copied().find(|byte| !byte.is_ascii_digit() && *byte != b';') == Some(b'c')
    })
}

/// Takes an answer that comes late out of the keys: to their reader it is Alt-], its characters, and
/// Alt-\ or Ctrl-g. The answer to the second question is no key to it.
///
/// It may also come after that one: GNU Screen answers the second question itself and hands the first on.
#[derive(Debug, Clone, Default)]
pub struct LateAnswer {
    /// Until when one may come.
    until: Option<Instant>,
    /// Keys of it that came.
    taken: usize,
}

impl LateAnswer {
    fn awaited(asked: Instant) -> Self {
        Self { until: asked.checked_add(LATEST), taken: 0 }
    }

    /// Whether this key is a part of the answer, and nobody pressed it.
    pub fn takes(&mut self, key: &KeyEvent, now: Instant) -> bool {
        if self.until.is_none_or(|until| now > until) {
            return false;
        }
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let begins = alt && key.code == KeyCode::Char(']');
        if self.taken == 0 {
            self.taken = usize::from(begins);
            return begins;
        }
        self.taken += 1;
        let bell = key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('g');
        if bell || (alt && key.code == KeyCode::Char('\\')) {
            self.until = None;
            return true;
        }
        let belongs = matches!(key.code, KeyCode::Char(c) if c.is_ascii_hexdigit() || ";:/#rgba".contains(c));
        if !belongs || self.taken > LONGEST {
            self.until = None;
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), modifiers)
    }

    #[test]
    fn the_second_answer_ends_the_waiting() {
        for (heard, over) in [
            ("", false),
            ("\x1b]11;rgb:1414/1717/1c1c\x1b\\", false),
            ("\x1b]11;rgb:1414/1717/1c1c\x1b\\\x1b[?62;22c", true),
            ("\x1b[?1;2c", true),
            ("\x1b[?6c", true),
            ("\x1b[?62;2", false),
            ("jc\x1b[Ac", false),
            ("\x1b[?25h\x1b[?6c", true),
        ] {
            assert_eq!(is_over(heard.as_bytes()), over, "{heard:?}");
        }
    }

    #[test]
    fn a_late_answer_is_no_key() {
        let now = Instant::now();
        let mut late = LateAnswer::awaited(now);
        assert!(!late.takes(&key('q', KeyModifiers::NONE), now), "a key before it");
        assert!(late.takes(&key(']', KeyModifiers::ALT), now));
        for c in "11;rgb:1414/1717/1c1c".chars() {
            assert!(late.takes(&key(c, KeyModifiers::NONE), now), "{c}");
        }
        assert!(late.takes(&key('\\', KeyModifiers::ALT), now));
        assert!(!late.takes(&key('1', KeyModifiers::NONE), now), "a key after it");
    }

    #[test]
    fn keys_are_given_back_when_it_is_no_answer() {
        let now = Instant::now();
        let mut late = LateAnswer::awaited(now);
        assert!(late.takes(&key(']', KeyModifiers::ALT), now));
        assert!(!late.takes(&key('q', KeyModifiers::NONE), now));
        assert!(!late.takes(&key('1', KeyModifiers::NONE), now));
        let mut none = LateAnswer::default();
        assert!(!none.takes(&key(']', KeyModifiers::ALT), now));
        let mut old = LateAnswer::awaited(now);
        assert!(!old.takes(&key(']', KeyModifiers::ALT), now + LATEST + Duration::from_secs(1)));
    }

    #[test]
    fn terminals_that_would_print_the_question_are_not_asked() {
        assert!(can_be_asked(Some("xterm-256color")) && can_be_asked(Some("tmux-256color")));
        for term in [None, Some(""), Some("dumb"), Some("linux")] {
            assert!(!can_be_asked(term), "{term:?}");
        }
    }
}
