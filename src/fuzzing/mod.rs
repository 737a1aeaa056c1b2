//! What is tried with broken input: a function for each kind of text or bytes that comes from
//! outside. It does all with it that the console does, and asserts what must hold of the result.
//!
//! The mutation test and the fuzz targets call these; nothing else does, and they may change with
//! any version. Each is thin: it decides nothing.

mod files;
mod keys;
mod records;
mod wire;

pub use files::{configuration, keymap, theme};
pub use keys::keys;
pub use records::{journal, plan};
pub use wire::Wire;

use crate::domain::text::is_hostile;

/// Asserts that no character of a text could steer a terminal or hide a part of it; lines may end.
fn assert_harmless(text: &str) {
    let bad = text.chars().find(|c| *c != '\n' && is_hostile(*c));
    assert_eq!(bad, None, "in {text:?}");
}

/// Asserts that no text reaches a terminal as anything but text. Weaker than [`assert_harmless`]: what
/// a person wrote into their own file may be said again with its invisible letters.
fn assert_steers_nothing(text: &str) {
    let bad = text.chars().find(|c| *c != '\n' && c.is_control());
    assert_eq!(bad, None, "in {text:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_seen() {
        assert_harmless("two\nlines, größe");
        assert_steers_nothing("two\nlines, \u{3164}");
        for bad in ["\u{1b}[2J", "\u{9b}2J", "a\rb"] {
            assert!(std::panic::catch_unwind(|| assert_harmless(bad)).is_err(), "{bad:?}");
            assert!(std::panic::catch_unwind(|| assert_steers_nothing(bad)).is_err(), "{bad:?}");
        }
    }

    /// Sound input goes all the way, so that broken input begins from there.
    #[test]
    fn sound_input_is_taken() {
        for (_, text) in crate::config::SAMPLES {
            configuration(text.as_bytes());
        }
        theme(include_bytes!("../../themes/dark.toml"));
        keymap(include_bytes!("../../keymaps/vim.toml"));
        keys(b"jjGgg/prod\r\x1bD\xff\x90");
    }
}
