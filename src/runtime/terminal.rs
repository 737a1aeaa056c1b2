//! The terminal, taken and always given back: on leaving, on a signal, on a panic.

use std::io::{self, IsTerminal, Write, stdin, stdout};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use color_eyre::config::{HookBuilder, Theme};
use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{QueueableCommand, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::contained::WORKER;
use super::opener::Opener;
use super::performer::Outlet;
use super::say;
use crate::domain::text::clean;

/// Whether the terminal is in our hands, so that it is given back once.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the mouse is listened to while it is.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// The screen that is drawn on.
pub type Screen = Terminal<CrosstermBackend<io::BufWriter<io::Stdout>>>;

/// Whether there is a terminal to take.
#[must_use]
pub fn is_there() -> bool {
    stdout().is_terminal() && stdin().is_terminal()
}

/// Holds the terminal; dropping it gives the terminal back.
pub struct Guard {
    /// Never dropped: ratatui would show the cursor once more, which [`give_back`] has done, and would complain on
    /// a standard error that is gone with its terminal, which panics.
    pub screen: ManuallyDrop<Screen>,
}

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste; the mouse where it is wanted.
    pub fn take(mouse: bool) -> io::Result<Self> {
        MOUSE.store(mouse, Ordering::SeqCst);
        enter()?;
        let screen = ManuallyDrop::new(screen().inspect_err(|_| give_back())?);
        Ok(Self { screen })
    }

    /// Listens to the mouse from now on, or no longer.
    pub fn listen_to_mouse(&mut self, wanted: bool) -> io::Result<()> {
        match (MOUSE.swap(wanted, Ordering::SeqCst), wanted) {
            (false, true) => execute!(self.screen.backend_mut(), EnableMouseCapture),
            (true, false) => execute!(self.screen.backend_mut(), DisableMouseCapture),
            _ => Ok(()),
        }
    }

    /// Empties the screen, so that the next frame draws all of it: something else wrote on it.
    pub fn redraw(&mut self) -> io::Result<()> {
        wipe(self.screen.backend_mut())?;
        // Not `clear`: that asks the terminal where the cursor is, and waits for the answer.
        self.screen = ManuallyDrop::new(screen()?);
        Ok(())
    }

    /// Gives the terminal back, stops the process as Ctrl-Z does, and takes it again when the
    /// shell continues it.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        enter()?;
        // Not `clear`: that asks the terminal where the cursor is, and waits for the answer.
        self.screen = ManuallyDrop::new(screen()?);
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// What reaches the terminal beside the screen, between two frames: a frame is written out whole.
#[derive(Debug, Default)]
pub struct Beside {
    opener: Opener,
}

impl Outlet for Beside {
    /// By OSC 52, which not every terminal takes.
    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    fn open(&mut self, link: &str) -> bool {
        self.opener.open(link)
    }

    fn unopened(&mut self) -> Option<String> {
        self.opener.failed()
    }

    /// Bell, and OSC 9 for terminals that show notifications.
    fn notify(&mut self, text: &str) -> io::Result<()> {
        let mut out = stdout().lock();
        write!(out, "\x07\x1b]9;{}\x07", clean(text))?;
        out.flush()
    }
}

fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()
        .and_then(|()| open(&mut stdout()))
        .and_then(|()| if MOUSE.load(Ordering::SeqCst) { execute!(stdout(), EnableMouseCapture) } else { Ok(()) })
        .inspect_err(|_| give_back())
}

/// Opens an empty screen. A console that was killed leaves its own behind, and its colours: terminals
/// empty the alternate screen only on the way in, and what is blank in the first frame is not drawn.
fn open(out: &mut impl Write) -> io::Result<()> {
    out.queue(EnterAlternateScreen)?;
    wipe(out)
}

fn wipe(out: &mut impl Write) -> io::Result<()> {
    out.queue(ResetColor)?.queue(Clear(ClearType::All))?.queue(EnableBracketedPaste)?.queue(Hide)?.flush()
}

/// An empty screen: the first frame draws all of it.
fn screen() -> io::Result<Screen> {
    Terminal::new(CrosstermBackend::new(io::BufWriter::with_capacity(64 * 1024, stdout())))
}

/// Gives the terminal back if it is in our hands; errors have nobody left to tell.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        if MOUSE.load(Ordering::SeqCst) {
            let _ = execute!(stdout(), DisableMouseCapture);
        }
        let _ = execute!(stdout(), Show, DisableBracketedPaste, LeaveAlternateScreen);
        let _ = disable_raw_mode();
        let _ = stdout().flush();
    }
}

/// A panic of the console's own gives the terminal back first, says in words what happened and where
/// the log is, and ends the process: a console in an unknown state must not go on. One in a task ends
/// that task ([`super::contained`]); it is logged, and said where there is no screen to say it on.
pub fn install_panic_hook(log: Option<std::path::PathBuf>) {
    let plain = HookBuilder::blank().theme(Theme::new()).display_env_section(false);
    let (reporter, _) = plain.add_default_filters().into_hooks();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let what = crate::aws::error::one_line(info.payload_as_str().unwrap_or("no message"));
        if std::thread::current().name() == Some(WORKER) {
            tracing::error!(place, what, "a task panicked");
            log_report(&reporter.panic_report(info).to_string());
            if !TAKEN.load(Ordering::SeqCst) {
                say::note(&format!("a defect of its own at {place}: {what}"));
            }
            return;
        }
        give_back();
        tracing::error!(place, what, "panic");
        log_report(&reporter.panic_report(info).to_string());
        say::notes(&format!("qd stopped by a defect of its own at {place}: {what}\n"));
        say::notes("What was sent to AWS goes on there; the next qd follows it.\n");
        if let Some(log) = &log {
            say::notes(&format!("Please report it with the end of {}\n", log.display()));
        }
        std::process::exit(101);
    }));
}

/// Logs a report line by line, cleaned and without secrets: a panic's message may hold anything. With
/// `RUST_BACKTRACE=1` there is a backtrace in it.
fn log_report(report: &str) {
    for line in report.lines().filter(|line| !line.trim().is_empty()) {
        tracing::error!("  {}", crate::aws::error::one_line(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_console_left_on_the_screen_is_wiped_without_its_colours() {
        let mut written = Vec::new();
        open(&mut written).expect("a vector takes everything");
        let text = String::from_utf8(written).expect("escape sequences are text");
        let at = |sequence: &str| text.find(sequence).unwrap_or_else(|| panic!("{sequence:?} is not in {text:?}"));
        let order = ["\u{1b}[?1049h", "\u{1b}[0m", "\u{1b}[2J"].map(at);
        assert!(order.is_sorted(), "{text:?}");
    }

    #[test]
    fn drawing_anew_wipes_and_stays_where_it_is() {
        let mut written = Vec::new();
        wipe(&mut written).expect("a vector takes everything");
        let text = String::from_utf8(written).expect("escape sequences are text");
        assert!(text.starts_with("\u{1b}[0m\u{1b}[2J") && !text.contains("1049"), "{text:?}");
    }
}
