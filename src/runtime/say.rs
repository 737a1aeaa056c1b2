//! The one door to standard output and standard error.
//!
//! Whatever the commands print goes through here and is cleaned: text comes from AWS, from files and
//! from the command line, and none of it may steer the terminal that it is shown on. Only the console's
//! own screen is written elsewhere ([`super::terminal`]), and is drawn of cleaned text.

use std::io::{self, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;

use crate::domain::text::{clean_lines, clean_picture};

/// Prints text to standard output. Who reads no further has enough.
///
/// # Errors
/// Why it cannot be written, for a person.
pub fn text(text: &str) -> Result<(), String> {
    print(&clean_lines(text))
}

/// Prints a picture, whose colours stay.
///
/// # Errors
/// Why it cannot be written, for a person.
pub fn picture(picture: &str) -> Result<(), String> {
    print(&clean_picture(picture))
}

/// Columns of a terminal that does not say how many it has.
const USUAL: usize = 80;

/// Columns of the terminal that standard output is; `None` where it is none, and nothing need be fitted to it.
#[must_use]
pub fn columns() -> Option<usize> {
    let is_terminal = io::stdout().is_terminal();
    let size =
        || crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns)).filter(|columns| *columns > 0);
    is_terminal.then(|| size().unwrap_or(USUAL))
}

fn print(clean: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(clean.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}

/// Prints `qd: …` to standard error.
pub fn note(message: &str) {
    notes(&format!("qd: {message}\n"));
}

/// Prints lines to standard error. Nobody is left to tell when it is gone.
pub fn notes(lines: &str) {
    let _ = io::stderr().write_all(clean_lines(lines).as_bytes());
}

/// Says what is wrong with the command line, or what was asked of it (help, version).
pub fn usage(told: &clap::Error) -> ExitCode {
    let words = told.render().to_string();
    if told.use_stderr() {
        notes(&words);
    } else if let Err(why) = text(&words) {
        note(&why);
    }
    ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2))
}

/// Standard output for a dialogue: cleaned piece by piece.
pub fn dialogue() -> Cleaned<StdoutLock<'static>> {
    Cleaned(io::stdout().lock())
}

/// A writer whose text is cleaned.
#[derive(Debug)]
pub struct Cleaned<W>(W);

impl<W: Write> Write for Cleaned<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(clean_lines(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialogue_is_cleaned() {
        let mut out = Cleaned(Vec::new());
        out.write_all(b"Profile\x1b]0;x\x07 [a\rb]: ").unwrap();
        out.write_all(b"\x1b[2J\xff\n").unwrap();
        out.flush().unwrap();
        assert_eq!(String::from_utf8(out.0).unwrap(), "Profile?]0;x? [a?b]: ?[2J\u{fffd}\n");
    }
}
