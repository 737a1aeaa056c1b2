//! What the screens and the README promise: keys that are bound, commands that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::Parser;
use quarterdeck::app::{State, foot, view};
use quarterdeck::cli::Cli;
use quarterdeck::keymap::{self, Action, Keymap, Layer};
use quarterdeck::screens::{OpenScreen, View};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::harness::{self, Desk};

/// Every screen, and every view that can be opened over one.
fn views() -> Vec<State> {
    let mut all = Vec::new();
    let mut fleet = harness::fleet();
    fleet.views.show(View::Screen(OpenScreen::Fleet));
    let mut audit = harness::fleet();
    audit.views.show(View::Screen(OpenScreen::Audit));
    for state in [fleet, harness::fleet(), harness::opened()].into_iter().chain([harness::alarms(), audit]) {
        // What opens by a key of this screen, and by a key in that.
        for keys in ["", "a", ":", "e", "?", "? /", "!", "O", "A", "s", "c", "y", "T", "W", "/", "t", "d"] {
            let mut desk = Desk::by_hand(state.clone());
            desk.press(keys);
            all.push(desk.state);
        }
    }
    let titles: BTreeSet<&str> = all.iter().map(|state| state.views.top().title()).collect();
    for title in ["Fleet", "Databases", "Database", "Alarms", "Audit", "menu", "help", "errors", "filter", "arming"] {
        assert!(titles.contains(title), "{title} was not opened: {titles:?}");
    }
    all
}

/// A hint for an action without a key would not be drawn, and nobody would miss it.
#[test]
fn every_hint_has_a_key_in_every_keymap() {
    for name in keymap::shipped() {
        let (keymap, warnings) = Keymap::load(name, None);
        assert_eq!(warnings, Vec::<String>::new());
        for mut state in views() {
            state.shell.keymap = keymap.clone();
            let view = state.views.top();
            let (heard, title) = (view.heard(), view.title());
            let hints = foot::hints(&state);
            assert!(hints.len() > 1, "{title}: {hints:?}");
            for (action, word) in &hints {
                assert!(keymap.key_for(heard, *action).is_some(), "{name}, {title}: no key for {word:?}");
            }
            let helps = hints.iter().any(|(action, _)| *action == Action::Help);
            assert!(helps || matches!(view, View::Help(_)), "{name}, {title}: no help");
        }
        for action in
            [Action::Open, Action::Back, Action::Down, Action::Up, Action::Toggle, Action::Copy, Action::Dismiss]
        {
            assert!(keymap.key_for(&[Layer::Overlay], action).is_some(), "{name}: no key for {action:?} in an overlay");
        }
        for action in [Action::Open, Action::Back, Action::Quit] {
            assert!(keymap.key_for(&[Layer::Prompt], action).is_some(), "{name}: no key for {action:?} while typing");
        }
    }
}

#[test]
fn what_can_be_done_somewhere_has_a_key_somewhere() {
    for name in keymap::shipped() {
        let (keymap, _) = Keymap::load(name, None);
        for action in Action::ALL {
            let bound = Layer::ALL.iter().any(|layer| keymap.bindings(*layer).any(|(_, bound)| bound == *action));
            assert!(bound, "{name}: nothing does {action:?}");
        }
    }
}

#[test]
fn hints_fit_their_line_with_every_keymap() {
    for name in keymap::shipped() {
        for mut state in [harness::fleet(), harness::opened()] {
            state.shell.keymap = Keymap::load(name, None).0;
            let last = last_line(&state);
            assert!(last.contains("help"), "{name}: {last}");
        }
    }
}

/// The footer of a terminal of 120 columns.
fn last_line(state: &State) -> String {
    let area = Rect::new(0, 0, 120, 40);
    let mut frame = Buffer::empty(area);
    view::render(state, area, &mut frame);
    (0..area.width).map(|x| frame[(x, area.height - 1)].symbol()).collect()
}

/// What README says to type: the part of each line of its code that begins with `qd`, and such code
/// within a sentence.
fn promised() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).expect("README.md, which Cargo.toml names");
    let mut commands = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            commands.extend(command(line));
        } else {
            commands.extend(line.split('`').skip(1).step_by(2).filter_map(command));
        }
    }
    commands
}

/// The call of `qd` in a line of shell, without prompt, variables, comment and redirection.
fn command(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches("$ ").trim_start_matches("./target/release/");
    let line = match line.strip_prefix("cargo run --release") {
        Some(rest) => format!("qd {}", rest.trim().trim_start_matches("-- ")),
        None => line.to_owned(),
    };
    let all: Vec<&str> =
        line.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-')).collect();
    let end = all.iter().position(|w| ["|", ">", "2>", "&&", "&", "#", ";"].contains(w)).unwrap_or(all.len());
    let words = &all[..end];
    let sensible = words.get(1).is_none_or(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_lowercase()));
    (words.first() == Some(&"qd") && sensible).then(|| words.join(" "))
}

/// Splits at blanks outside of quotation marks.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().expect("one at least").push(c),
        }
    }
    words
}

#[test]
fn commands_are_found_in_shell() {
    assert_eq!(
        command("$ AWS_PROFILE=ops qd --region us-east-1  # the console").as_deref(),
        Some("qd --region us-east-1")
    );
    assert_eq!(command("cargo run --release -- sandbox serve").as_deref(), Some("qd sandbox serve"));
    assert_eq!(command("cargo run --release    # the console").as_deref(), Some("qd"));
    assert_eq!(command("cargo build --release"), None);
    assert_eq!(words("qd snapshot database --keys 'tab t'"), ["qd", "snapshot", "database", "--keys", "tab t"]);
}

#[test]
fn the_commands_of_the_readme_exist() {
    let commands = promised();
    assert!(!commands.is_empty(), "README names no commands");
    for command in commands {
        let parsed = Cli::try_parse_from(words(&command));
        let asked = parsed.as_ref().err().is_some_and(|e| !e.use_stderr());
        assert!(parsed.is_ok() || asked, "README says {command:?}: {:?}", parsed.err());
    }
}
