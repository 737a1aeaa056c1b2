//! Opens addresses where a person sees them: with the system's opener, beside the console. Over SSH, and where there is
//! no display, nothing is started: a browser would open where nobody sits.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// What opens an address with the program that is set for it (xdg-utils; macOS).
const PROGRAM: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Openers at a time: some stay for as long as the browser that they began.
const MOST: usize = 8;

/// What an opener and the browser that it begins have no need of.
const SECRETS: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// The openers that run, each with its address. Nobody waits for them.
#[derive(Debug, Default)]
pub struct Opener {
    running: Vec<(Child, String)>,
}

impl Opener {
    /// Begins to open an address; false where nobody would see it, or nothing opens addresses.
    pub fn open(&mut self, link: &str) -> bool {
        if !has_display(|name| env::var_os(name)) || self.running.len() >= MOST {
            return false;
        }
        self.begin(PROGRAM, link)
    }

    fn begin(&mut self, program: &str, link: &str) -> bool {
        let mut command = Command::new(program);
        command.arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // What is typed for the console is no signal for it, nor does it take the terminal.
        command.process_group(0);
        for name in SECRETS {
            command.env_remove(name);
        }
        match command.spawn() {
            Ok(child) => {
                self.running.push((child, link.to_owned()));
                true
            }
            Err(error) => {
                tracing::warn!(%error, program, "an address cannot be opened");
                false
            }
        }
    }

    /// Takes in which openers have ended, without waiting for any; an address that one of them could not open, once.
    pub fn failed(&mut self) -> Option<String> {
        let mut at = 0;
        while let Some((child, _)) = self.running.get_mut(at) {
            match child.try_wait() {
                Ok(None) => at += 1,
                ended => {
                    let (_, link) = self.running.swap_remove(at);
                    if !matches!(ended, Ok(Some(status)) if status.success()) {
                        tracing::warn!(?ended, "an address was not opened");
                        return Some(link);
                    }
                }
            }
        }
        None
    }
}

/// Whether who types sits where a browser would open: not over SSH (ssh(1), ENVIRONMENT), and with a display, which a
/// Mac has.
fn has_display(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    if is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
        return false;
    }
    cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    const LINK: &str = "https://us-east-1.console.aws.amazon.com/rds/home";

    fn displayed(set: &[&str]) -> bool {
        has_display(|name| set.contains(&name).then(|| OsString::from("x")))
    }

    #[test]
    fn nothing_opens_where_nobody_sits() {
        assert!(displayed(&["WAYLAND_DISPLAY"]) && displayed(&["DISPLAY"]));
        assert!(!displayed(&["DISPLAY", "SSH_CONNECTION"]) && !displayed(&["DISPLAY", "SSH_TTY"]));
        assert_eq!(displayed(&[]), cfg!(target_os = "macos"));
    }

    /// What failed within a few seconds.
    fn failed(opener: &mut Opener) -> Option<String> {
        for _ in 0..500 {
            if let Some(link) = opener.failed() {
                return Some(link);
            }
            if opener.running.is_empty() {
                return None;
            }
            sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }

    #[test]
    fn what_is_missing_or_fails_is_said_and_what_succeeds_is_not() {
        let mut opener = Opener::default();
        assert!(!opener.begin("/no/such/opener", LINK));
        assert!(opener.begin("false", LINK));
        assert_eq!(failed(&mut opener).as_deref(), Some(LINK));
        assert!(opener.begin("true", LINK));
        assert_eq!(failed(&mut opener), None);
        assert!(opener.running.is_empty(), "nothing is left of it");
    }

    #[test]
    fn nobody_waits_for_an_opener_that_stays() {
        let mut opener = Opener::default();
        assert!(opener.begin("sleep", "60"));
        assert_eq!(opener.failed(), None);
        let (mut child, _) = opener.running.pop().expect("it runs");
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
    }
}
