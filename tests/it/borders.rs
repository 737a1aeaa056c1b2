//! The borders between the rooms of the crate, checked from the sources: who may import from whom, which library
//! may be named where, who may print, and who may know the time.
//!
//! Each check holds a table: of what is right, and of what is there today though it is wrong. What is wrong may
//! become less and never more; when it is less, the test asks for the table to follow.

mod circles;
mod glyphs;
mod libraries;
mod made_up;
mod names;
mod parse;
mod rooms;
mod sources;
mod tree;

use sources::{SOURCES, lines};

/// What is printed is cleaned in one place; beside it only the screen is written, of cleaned text.
#[test]
fn everything_printed_goes_through_one_door() {
    let door = ["runtime/say.rs", "runtime/terminal.rs", "runtime/background.rs"];
    for (path, text) in SOURCES.iter().filter(|(path, _)| !door.contains(&path.as_str())) {
        for (number, line) in lines(text) {
            for word in ["stdout()", "stderr()", "print!(", "println!(", "stdio::"] {
                // A child's own `.stdout()` is read, not written.
                let ours = line.match_indices(word).any(|(at, _)| !line[..at].ends_with('.'));
                assert!(!ours, "src/{path}:{number}: {word}");
            }
        }
    }
}

/// The core gets the time as a message and never waits for anything.
#[test]
fn the_core_reads_no_clock_and_awaits_nothing() {
    let core = |path: &str| ["app/", "collect/", "domain/", "screens/", "ui/"].iter().any(|f| path.starts_with(f));
    for (path, text) in SOURCES.iter().filter(|(path, _)| core(path)) {
        for (number, line) in lines(text) {
            for word in
                ["Timestamp::now", "SystemTime::now", "Instant::now", "Zoned::now", "async ", "std::env", "std::fs"]
            {
                assert!(!line.contains(word), "src/{path}:{number}: {word}");
            }
            let awaits = line.match_indices(".await").any(|(at, word)| {
                let after = line[at + word.len()..].chars().next();
                after.is_none_or(|c| !c.is_alphanumeric() && c != '_')
            });
            assert!(!awaits, "src/{path}:{number}: .await");
        }
    }
}

/// `▲` says "warning" wherever it stands; orders, marks on an axis and lists that go on have other signs.
#[test]
fn the_sign_of_a_warning_has_the_role_of_one() {
    let mut found = 0;
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with("/testing.rs");
    for (path, text) in SOURCES.iter().filter(|(path, _)| *path != "ui/ascii.rs" && !is_test(path)) {
        let drawn: Vec<&str> =
            lines(text.split("#[cfg(test)]").next().unwrap_or_default()).map(|(_, line)| line).collect();
        for (at, _) in drawn.iter().enumerate().filter(|(_, line)| line.contains('▲')) {
            let near = &drawn[at.saturating_sub(1)..(at + 3).min(drawn.len())];
            assert!(near.iter().any(|line| line.contains("Warning")), "src/{path}:{}: ▲ without a warning", at + 1);
            found += 1;
        }
        assert!(!drawn.iter().any(|line| line.contains('▼')), "src/{path}: ▼ looks like a warning upside down");
    }
    assert!(found > 15, "only {found} warnings");
}
