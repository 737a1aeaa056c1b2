//! One key as it is pressed and as it is written in keymap files.
//!
//! Written: a character (`g`, `G`, `?`), or a name (`enter`, `esc`, `tab`, `backtab`, `space`,
//! `left`, `pageup`, `f5` …), with `ctrl-`, `alt-`, `shift-` or `super-` in front. Shift on a
//! character is the character (`shift-g` is `G`); with `ctrl-` the case of a letter means
//! nothing, because terminals do not tell.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use thiserror::Error;

/// Names of keys that are not characters: as written, and as shown in hints.
const NAMES: [(&str, KeyCode, &str); 19] = [
    ("esc", KeyCode::Esc, "Esc"),
    ("enter", KeyCode::Enter, "Enter"),
    ("tab", KeyCode::Tab, "Tab"),
    ("backtab", KeyCode::BackTab, "Shift-Tab"),
    ("backspace", KeyCode::Backspace, "Backspace"),
    ("delete", KeyCode::Delete, "Del"),
    ("insert", KeyCode::Insert, "Ins"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pageup", KeyCode::PageUp, "PgUp"),
    ("pagedown", KeyCode::PageDown, "PgDn"),
    ("space", KeyCode::Char(' '), "Space"),
    // Second names for what is above.
    ("escape", KeyCode::Esc, "Esc"),
    ("return", KeyCode::Enter, "Enter"),
    ("del", KeyCode::Delete, "Del"),
];

/// Modifiers as written and as shown, in the order of both.
const MODIFIERS: [(&str, KeyModifiers, &str); 4] = [
    ("ctrl-", KeyModifiers::CONTROL, "Ctrl-"),
    ("alt-", KeyModifiers::ALT, "Alt-"),
    ("super-", KeyModifiers::SUPER, "Super-"),
    ("shift-", KeyModifiers::SHIFT, "Shift-"),
];

/// A key with its modifiers, in one normal form: two keys are equal when a terminal cannot tell
/// them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a key; keys are written like g, G, ?, ctrl-d, enter, esc, pageup, space")]
pub struct BadKey(pub String);

impl Key {
    /// A key in its normal form.
    #[must_use]
    pub fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::SHIFT;
        let mut modifiers = modifiers & known;
        let shifted = modifiers.contains(KeyModifiers::SHIFT);
        let code = match code {
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => KeyCode::Char(c.to_ascii_lowercase()),
            KeyCode::Char(c) => {
                modifiers.remove(KeyModifiers::SHIFT);
                KeyCode::Char(if shifted { upper(c) } else { c })
            }
            KeyCode::Tab | KeyCode::BackTab if shifted || code == KeyCode::BackTab => {
                modifiers.remove(KeyModifiers::SHIFT);
                KeyCode::BackTab
            }
            other => other,
        };
        Self { code, modifiers }
    }

    /// The key of a terminal event; `None` when it is the release of one.
    #[must_use]
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        (event.kind != KeyEventKind::Release).then(|| Self::new(event.code, event.modifiers))
    }

    /// The character that it types, where it types one.
    #[must_use]
    pub fn character(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// How a hint shows it: `Ctrl-d`, `Enter`, `←`.
    #[must_use]
    pub fn label(self) -> String {
        let mut label = String::new();
        for (_, modifier, shown) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                label.push_str(shown);
            }
        }
        match (NAMES.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((_, _, shown)), _) => label.push_str(shown),
            (None, KeyCode::Char(c)) => label.push(c),
            (None, KeyCode::F(n)) => {
                label.push('F');
                label.push_str(&n.to_string());
            }
            (None, _) => label.push('?'),
        }
        label
    }
}

/// As it is written in keymap files.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (written, modifier, _) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(written)?;
            }
        }
        match (NAMES.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((written, _, _)), _) => f.write_str(written),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(n)) => write!(f, "f{n}"),
            (None, _) => f.write_str("?"),
        }
    }
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((modifier, after)) = modifier_prefix(rest) {
            modifiers.insert(modifier);
            rest = after;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && !c.is_whitespace() => KeyCode::Char(c),
            _ => named(rest).ok_or_else(|| BadKey(text.to_owned()))?,
        };
        Ok(Self::new(code, modifiers))
    }
}

/// A modifier at the start of `text` and what follows it, if something does.
fn modifier_prefix(text: &str) -> Option<(KeyModifiers, &str)> {
    MODIFIERS.iter().find_map(|(written, modifier, _)| {
        let (start, after) = text.split_at_checked(written.len())?;
        (start.eq_ignore_ascii_case(written) && !after.is_empty()).then_some((*modifier, after))
    })
}

fn named(text: &str) -> Option<KeyCode> {
    let text = text.to_ascii_lowercase();
    if let Some((_, code, _)) = NAMES.iter().find(|(written, _, _)| *written == text) {
        return Some(*code);
    }
    let number = text.strip_prefix('f')?.parse::<u8>().ok()?;
    (1..=24).contains(&number).then_some(KeyCode::F(number))
}

/// The capital of a letter, where it is one character.
fn upper(c: char) -> char {
    let mut capital = c.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(capital), None) => capital,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
        Key::from_event(&KeyEvent::new(code, modifiers))
    }

    #[test]
    fn written_keys_are_the_pressed_ones() {
        let none = KeyModifiers::NONE;
        for (written, code, modifiers) in [
            ("g", KeyCode::Char('g'), none),
            ("G", KeyCode::Char('G'), KeyModifiers::SHIFT),
            ("G", KeyCode::Char('g'), KeyModifiers::SHIFT),
            ("shift-g", KeyCode::Char('G'), none),
            ("?", KeyCode::Char('?'), KeyModifiers::SHIFT),
            ("-", KeyCode::Char('-'), none),
            ("ctrl--", KeyCode::Char('-'), KeyModifiers::CONTROL),
            ("ctrl-D", KeyCode::Char('d'), KeyModifiers::CONTROL),
            ("Ctrl-Alt-x", KeyCode::Char('x'), KeyModifiers::CONTROL | KeyModifiers::ALT),
            ("space", KeyCode::Char(' '), none),
            ("shift-tab", KeyCode::BackTab, KeyModifiers::SHIFT),
            ("shift-left", KeyCode::Left, KeyModifiers::SHIFT),
            ("PageUp", KeyCode::PageUp, none),
            ("f12", KeyCode::F(12), none),
            ("é", KeyCode::Char('é'), none),
        ] {
            assert_eq!(written.parse::<Key>().ok(), pressed(code, modifiers), "{written}");
        }
    }

    #[test]
    fn what_is_shown_can_be_written() {
        for written in ["g", "G", "ctrl-d", "alt-enter", "shift-left", "backtab", "space", "f1", "]", "ctrl-shift-c"] {
            assert_eq!(written.parse::<Key>().map(|key| key.to_string()), Ok(written.to_owned()));
        }
        assert_eq!("ctrl-d".parse::<Key>().map(Key::label), Ok("Ctrl-d".to_owned()));
        assert_eq!("pagedown".parse::<Key>().map(Key::label), Ok("PgDn".to_owned()));
    }

    #[test]
    fn what_is_no_key_says_so() {
        for text in ["", "ctrl-", "gg", "f0", "f25", "hyper-x", "\t", "entre"] {
            assert_eq!(text.parse::<Key>(), Err(BadKey(text.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn copying_in_a_terminal_is_not_quitting() {
        let copy = pressed(KeyCode::Char('C'), KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        assert_ne!(copy, "ctrl-c".parse::<Key>().ok());
    }

    #[test]
    fn a_release_is_nothing() {
        let mut event = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(Key::from_event(&event), None);
    }
}
