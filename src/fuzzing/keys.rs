//! What a terminal sends: keys, pastes, sizes, the mouse, its answer about colours.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Arc, OnceLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::assert_harmless;
use crate::app::settle::settle;
use crate::app::{Msg, State, update, view};
use crate::config;
use crate::domain::{Database, Identity, Remote};
use crate::keymap::{Key, Keymap};
use crate::theme::{self, ColorDepth, Theme};
use crate::world::{Estate, SessionName, World};

/// 2026-11-22T03:12:44Z.
const MOMENT: i64 = 1_795_317_164;
const ACCOUNT: &str = "111122223333";
/// Messages of one input.
const MOST: usize = 256;
/// What bytes that are no text stand for, beside the rest of [`other`].
const CODES: [KeyCode; 16] = [
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Insert,
    KeyCode::Delete,
    KeyCode::BackTab,
    KeyCode::F(1),
    KeyCode::F(5),
    KeyCode::Enter,
    KeyCode::Null,
    KeyCode::Char('t'),
];
const SIZES: [(u16, u16); 6] = [(80, 24), (120, 40), (19, 4), (1, 1), (0, 0), (61, 17)];
const PASTED: [&str; 3] = ["rentaliq-prod-db", "one\nline\u{1b}[2J", "\u{202e}status:modifying cpu:>80 数"];

/// A console of a few DB instances that gets all of this and then draws a frame. Text is typed, with
/// its controls as a terminal sends them; bytes that are no text are keys without a letter, and all
/// that is no key. The words in it are read as keys in a keymap are, and the whole as a terminal's
/// answer.
pub fn keys(input: &[u8]) {
    static START: OnceLock<State> = OnceLock::new();
    black_box(theme::parse_answer(input));
    written(&String::from_utf8_lossy(input));
    let mut state = START.get_or_init(console).clone();
    let mut left = MOST;
    for chunk in input.utf8_chunks() {
        for c in chunk.valid().chars().take(left) {
            let (code, modifiers) = typed(c);
            press(&mut state, code, modifiers);
        }
        for byte in chunk.invalid() {
            other(&mut state, *byte);
        }
        left = left.saturating_sub(chunk.valid().chars().count() + chunk.invalid().len());
        if left == 0 {
            break;
        }
    }
    settle(&mut state);
    let area = Rect::new(0, 0, state.shell.size.0, state.shell.size.1);
    let mut frame = Buffer::empty(area);
    view::render(&state, area, &mut frame);
    for cell in frame.content() {
        assert_harmless(cell.symbol());
    }
}

/// A key that can be read is written so that it is read as the same one.
fn written(text: &str) {
    for key in text.split_whitespace().take(MOST).filter_map(|word| word.parse::<Key>().ok()) {
        assert_eq!(key.to_string().parse::<Key>(), Ok(key));
        black_box(key.label());
    }
}

fn press(state: &mut State, code: KeyCode, modifiers: KeyModifiers) {
    if let Some(key) = Key::from_event(&KeyEvent::new(code, modifiers)) {
        black_box(update(state, Msg::Key(key)));
    }
}

/// A character as a terminal's driver tells it.
fn typed(c: char) -> (KeyCode, KeyModifiers) {
    match c {
        '\r' => (KeyCode::Enter, KeyModifiers::NONE),
        '\t' => (KeyCode::Tab, KeyModifiers::NONE),
        '\u{1b}' => (KeyCode::Esc, KeyModifiers::NONE),
        '\u{8}' | '\u{7f}' => (KeyCode::Backspace, KeyModifiers::NONE),
        '\0' => (KeyCode::Char(' '), KeyModifiers::CONTROL),
        '\u{1}'..='\u{1a}' => {
            let letter = u32::from('a') - 1 + u32::from(c);
            (KeyCode::Char(char::from_u32(letter).unwrap_or(c)), KeyModifiers::CONTROL)
        }
        _ => (KeyCode::Char(c), KeyModifiers::NONE),
    }
}

/// What a byte that is no text stands for: by its lower five bits, with modifiers or an amount by the
/// two above.
fn other(state: &mut State, byte: u8) {
    let amount = usize::from((byte >> 5) & 3);
    let msg = match byte & 31 {
        code @ 0..=15 => {
            let known = [KeyModifiers::NONE, KeyModifiers::SHIFT, KeyModifiers::ALT, KeyModifiers::CONTROL];
            return press(state, CODES[usize::from(code)], known[amount]);
        }
        size @ 16..=21 => {
            let (columns, rows) = SIZES[usize::from(size) - 16];
            Msg::Resize(columns, rows)
        }
        22 | 23 => Msg::Wheel(if amount > 1 { 1 } else { -1 }),
        24 | 25 => Msg::Click(7, u16::from(byte >> 4)),
        26 | 27 => Msg::Paste(PASTED[amount % PASTED.len()].to_owned()),
        // What is pasted by a terminal that does not say so.
        29 => {
            let code = [KeyCode::Enter, KeyCode::Char('a'), KeyCode::Char('j'), KeyCode::Backspace][amount];
            let Some(key) = Key::from_event(&KeyEvent::new(code, KeyModifiers::NONE)) else { return };
            Msg::Rushed(key)
        }
        28 => Msg::CodeWanted { session: "rentaliq".to_owned(), serial: "GAHT12345678".to_owned() },
        _ => {
            let passed = SignedDuration::from_secs([1, 31, 600, 90_000][amount]);
            Msg::Tick(state.shell.world.now.checked_add(passed).unwrap_or(state.shell.world.now))
        }
    };
    black_box(update(state, msg));
}

/// The sample configuration's estate, with a DB instance in each environment, and nothing else known.
fn console() -> State {
    let (_, text) = config::SAMPLES[0];
    let (config, _) = config::parse(text, "config.toml");
    let mut estate = Estate::default();
    let mut policies = BTreeMap::new();
    for spec in config.environments {
        let name = SessionName { name: spec.name.clone(), cli: format!(" --profile {}", spec.name) };
        let session = estate.add_session(None, name);
        policies.insert(config::place(&mut estate, session, &spec), spec.policy);
    }
    estate.environments_mut().for_each(|environment| environment.expected_account = None);
    let now = Timestamp::from_second(MOMENT).unwrap_or_default();
    let (keymap, theme) = (Keymap::default(), Theme::default());
    let mut state = State::new(estate, now, keymap, theme, ColorDepth::TrueColor);
    state.shell.world.changes.policies = policies;
    let World { estate, sites, .. } = &mut state.shell.world;
    for (id, site) in estate.sites() {
        let Some(data) = sites.get_mut(id.0) else { continue };
        let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/oncall");
        let identity = Identity { account: ACCOUNT.to_owned(), arn, expires: None };
        data.identity = Remote::Ready { value: identity, at: now };
        let databases = estate
            .of_site(id)
            .map(|environment| Arc::new(database(&format!("{}db", environment.name_prefix), &site.region)));
        data.rds.databases = Remote::Ready { value: databases.collect(), at: now };
    }
    state.shell.world.forget_checkups();
    settle(&mut state);
    state
}

fn database(id: &str, region: &str) -> Database {
    Database {
        id: id.to_owned(),
        arn: format!("arn:aws:rds:{region}:{ACCOUNT}:db:{id}"),
        region: region.to_owned(),
        status: "available".to_owned(),
        class: "db.t3.medium".to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        ..Database::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_keys_as_a_terminal_sends_them() {
        assert_eq!(typed('\u{3}'), (KeyCode::Char('c'), KeyModifiers::CONTROL));
        assert_eq!(typed('\u{1a}'), (KeyCode::Char('z'), KeyModifiers::CONTROL));
        assert_eq!(typed('\n'), (KeyCode::Char('j'), KeyModifiers::CONTROL));
        assert_eq!(typed('é'), (KeyCode::Char('é'), KeyModifiers::NONE));
    }

    #[test]
    fn the_console_knows_instances() {
        let state = console();
        assert!(state.databases.rows.len() >= 3, "{} rows", state.databases.rows.len());
    }
}
