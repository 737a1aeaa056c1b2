//! MFA codes on the terminal that the command was started from. What is typed is not shown.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio::sync::mpsc;

use super::told;
use crate::aws::{CodeSource, GET_CALLER_IDENTITY, MfaRequest};
use crate::domain::MfaCode;
use crate::domain::text::clean;
use crate::runtime::connect::Connection;

/// So often a code may be mistyped.
const TRIES: usize = 3;

/// Answers the sessions' questions until there are no sessions any more.
pub(super) async fn answer(mut questions: mpsc::Receiver<MfaRequest>) {
    while let Some(question) = questions.recv().await {
        let (session, serial) = (clean(&question.session), clean(&question.serial));
        let prompt = format!("{session}: MFA code of {serial}: ");
        match tokio::task::spawn_blocking(move || ask(&prompt)).await {
            Ok(Ok(Some(code))) => {
                question.answer(code);
            }
            // Dropping the question dismisses it.
            Ok(Ok(None)) | Err(_) => {}
            // There is no terminal: whoever waits is told at once, and tells it.
            Ok(Err(_)) => question.nobody_to_ask(),
        }
    }
}

/// Signs in where a person has to give a code for it, before anything else is done without a person.
///
/// # Errors
/// Whose code was needed, when nobody gave it.
pub async fn sign_in(connection: &mut Connection) -> Result<(), String> {
    let (_, none) = CodeSource::channel();
    tokio::spawn(answer(std::mem::replace(&mut connection.codes, none)));
    for session in connection.sessions.values().filter(|session| session.asks_for_code()) {
        session.signed_in(GET_CALLER_IDENTITY).await.map_err(|fault| told(&fault))?;
    }
    Ok(())
}

/// Asks on the terminal itself, whatever standard input and output are. `None`: it was dismissed.
fn ask(prompt: &str) -> io::Result<Option<MfaCode>> {
    let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    for _ in 0..TRIES {
        terminal.write_all(prompt.as_bytes())?;
        let heard = hidden(&mut terminal);
        terminal.write_all(b"\n")?;
        let Some(text) = heard? else { return Ok(None) };
        if let Some(code) = MfaCode::parse(&text) {
            return Ok(Some(code));
        }
        terminal.write_all(b"Six digits are expected.\n")?;
    }
    Ok(None)
}

fn hidden(terminal: &mut File) -> io::Result<Option<String>> {
    enable_raw_mode()?;
    let heard = line(terminal);
    disable_raw_mode()?;
    heard
}

/// A line as it is typed in raw mode; `None` after Ctrl-C, Ctrl-D, Esc or the end of the input.
fn line(input: &mut impl Read) -> io::Result<Option<String>> {
    let mut text = String::new();
    let mut byte = [0_u8; 1];
    loop {
        if input.read(&mut byte)? == 0 {
            return Ok(None);
        }
        match byte[0] {
            b'\r' | b'\n' => return Ok(Some(text)),
            0x03 | 0x04 | 0x1b => return Ok(None),
            0x08 | 0x7f => {
                text.pop();
            }
            other if other.is_ascii_graphic() || other == b' ' => text.push(char::from(other)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_was_typed_until_enter() {
        let typed = |bytes: &[u8]| line(&mut &*bytes).unwrap();
        assert_eq!(typed(b"123 456\rrest").as_deref(), Some("123 456"));
        assert_eq!(typed(b"129\x7f\x083\n").as_deref(), Some("13"));
        for given_up in [b"12\x03\r".as_slice(), b"\x1b", b"", b"123"] {
            assert_eq!(typed(given_up), None);
        }
    }
}
