//! The borders between the parts of the crate, checked from the sources: which part may use which
//! library, and which may know the time. Beside them what the screens and the README promise:
//! keys that are bound, commands that exist.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use quarterdeck::app::{State, view};
use quarterdeck::cli::Cli;
use quarterdeck::keymap::{self, Action, Keymap, Layer};
use quarterdeck::screens::{database, databases};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::stage;

/// A source file: its path below `src/`, with `/`, and its lines without comments.
struct Source {
    path: String,
    code: Vec<String>,
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    assert!(found.len() > 50, "only {} sources", found.len());
    found
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).expect("a source");
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned()).collect();
            let path = path.strip_prefix(&root).expect("below src");
            Source { path: path.to_string_lossy().replace('\\', "/"), code }
        })
        .collect()
}

/// Whether a line names the crate: as the beginning of a path, not as a part of a longer word.
fn names_crate(line: &str, krate: &str) -> bool {
    line.match_indices(krate).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + krate.len()..].chars().next();
        let starts = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':' && c != '"' && c != '-');
        starts
            && matches!(after, Some(':' | ';' | ' '))
            && (line[at + krate.len()..].starts_with("::") || line.contains("use "))
    })
}

/// Every line of the files of which `inside` is true that names one of the crates.
fn uses(sources: &[Source], crates: &[&str], inside: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| inside(&source.path)) {
        for (number, line) in (1..).zip(&source.code) {
            if crates.iter().any(|krate| names_crate(line, krate)) {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    found
}

/// The crates that the package depends on, as they are named in code.
fn dependencies() -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("Cargo.toml");
    let manifest: toml::Table = text.parse().expect("TOML");
    let table = manifest["dependencies"].as_table().expect("a table");
    table.keys().map(|name| name.replace('-', "_")).collect()
}

#[test]
fn crates_are_recognised() {
    for line in ["use tokio::time;", "    tokio::spawn(work)", "pub use tokio;", "fn f() -> tokio::time::Instant"] {
        assert!(names_crate(line, "tokio"), "{line}");
    }
    for line in ["use crate::tokio::time;", "let tokio = 1;", "use my_tokio::x;", "\"tokio::x\""] {
        assert!(!names_crate(line, "tokio"), "{line}");
    }
}

#[test]
fn the_domain_stands_alone() {
    let all = sources();
    let dependencies = dependencies();
    let foreign: Vec<&str> = dependencies
        .iter()
        .map(String::as_str)
        .filter(|name| !["jiff", "serde", "rust_decimal", "hex"].contains(name))
        .collect();
    assert!(foreign.contains(&"ratatui") && foreign.contains(&"aws_sdk_rds"));
    assert_eq!(uses(&all, &foreign, |path| path.starts_with("domain/")), Vec::<String>::new());
    for source in all.iter().filter(|source| source.path.starts_with("domain/")) {
        for line in source.code.iter().filter(|line| line.contains("crate::")) {
            assert!(line.contains("crate::domain"), "{}: {line}", source.path);
        }
    }
}

#[test]
fn the_sdk_stays_behind_the_adapters() {
    let all = sources();
    let dependencies = dependencies();
    let sdk: Vec<&str> = dependencies.iter().map(String::as_str).filter(|name| name.starts_with("aws_")).collect();
    let outside = |path: &str| !path.starts_with("aws/") && path != "aws.rs" && path != "sandbox/connector.rs";
    assert_eq!(uses(&all, &sdk, outside), Vec::<String>::new());
}

#[test]
fn the_sandbox_keeps_its_codecs() {
    let dependencies = dependencies();
    let codecs: Vec<&str> = dependencies
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with("winterbaume") || name.starts_with("hyper") || *name == "ciborium")
        .collect();
    assert_eq!(uses(&sources(), &codecs, |path| !path.starts_with("sandbox/")), Vec::<String>::new());
}

#[test]
fn only_views_draw() {
    let draws = |path: &str| {
        let folder = ["ui/", "theme/", "runtime/"].iter().any(|folder| path.starts_with(folder));
        let file = ["picture.rs", "app/view.rs", "app/overlays.rs", "fuzzing/keys.rs"].contains(&path);
        let screen = path.starts_with("screens/") && (path.ends_with("/view.rs") || path.ends_with("/charts.rs"));
        folder || file || screen
    };
    assert_eq!(uses(&sources(), &["ratatui"], |path| !draws(path)), Vec::<String>::new());
}

#[test]
fn the_terminal_belongs_to_the_runtime() {
    let outside =
        |path: &str| !path.starts_with("keymap/") && !path.starts_with("runtime/") && path != "fuzzing/keys.rs";
    assert_eq!(uses(&sources(), &["crossterm"], outside), Vec::<String>::new());
}

/// What is printed is cleaned in one place; beside it only the screen is written, of cleaned text.
#[test]
fn everything_printed_goes_through_one_door() {
    let door = ["runtime/say.rs", "runtime/terminal.rs", "runtime/background.rs"];
    for source in sources().iter().filter(|source| !door.contains(&source.path.as_str())) {
        for (number, line) in (1..).zip(&source.code) {
            for word in ["stdout()", "stderr()", "print!(", "println!(", "stdio::"] {
                // A child's own `.stdout()` is read, not written.
                let ours = line.match_indices(word).any(|(at, _)| !line[..at].ends_with('.'));
                assert!(!ours, "src/{}:{number}: {word}", source.path);
            }
        }
    }
}

#[test]
fn the_shell_alone_is_asynchronous() {
    let all = sources();
    let shell = |path: &str| {
        ["runtime/", "aws/", "sandbox/"].iter().any(|folder| path.starts_with(folder)) || path == "main.rs"
    };
    assert_eq!(uses(&all, &["tokio", "futures_util"], |path| !shell(path)), Vec::<String>::new());
}

/// The core gets the time as a message and never waits for anything.
#[test]
fn the_core_reads_no_clock_and_awaits_nothing() {
    let core = |path: &str| ["app/", "collect/", "domain/", "screens/", "ui/"].iter().any(|f| path.starts_with(f));
    for source in sources().iter().filter(|source| core(&source.path)) {
        for (number, line) in (1..).zip(&source.code) {
            for word in
                ["Timestamp::now", "SystemTime::now", "Instant::now", "Zoned::now", "async ", "std::env", "std::fs"]
            {
                assert!(!line.contains(word), "src/{}:{number}: {word}", source.path);
            }
            let awaits = line.match_indices(".await").any(|(at, word)| {
                let after = line[at + word.len()..].chars().next();
                after.is_none_or(|c| !c.is_alphanumeric() && c != '_')
            });
            assert!(!awaits, "src/{}:{number}: .await", source.path);
        }
    }
}

/// A hint for an action without a key would not be drawn, and nobody would miss it.
#[test]
fn every_hint_has_a_key_in_every_keymap() {
    for name in keymap::shipped() {
        let (keymap, warnings) = Keymap::load(name, None);
        assert_eq!(warnings, Vec::<String>::new());
        let of_databases = databases::hints(&stage::fleet());
        let of_database = database::hints(&stage::opened());
        for (layer, hints) in [(Layer::Table, of_databases), (Layer::Database, of_database)] {
            for (action, word) in hints {
                assert!(keymap.key_for(&[layer, Layer::Global], action).is_some(), "{name}: no key for {word:?}");
            }
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
        for mut state in [stage::fleet(), stage::opened()] {
            state.keymap = Keymap::load(name, None).0;
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
