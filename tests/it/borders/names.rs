//! One meaning a type's name: which names more than one module gives to a type today.

use std::collections::BTreeSet;

use super::sources::TREE;
use super::tree::Tree;

/// Each screen has its own state, each service its own reads, and each that is changed its own types for the change
/// engine: they are called by the name of the screen or service.
const EVERYWHERE: &[&str] = &[
    "Answer",
    "Api",
    "Ask",
    "Data",
    "Follow",
    "Kind",
    "Look",
    "On",
    "Operation",
    "Read",
    "Request",
    "Seen",
    "State",
    "TargetKind",
];

/// A name, and how many types have it.
const NAMES: &[(&str, usize)] = &[
    ("Alarm", 2),
    ("BadKey", 2),
    ("BlueGreen", 2),
    ("Body", 3),
    ("Call", 2),
    ("Column", 3),
    ("Command", 2),
    ("Document", 2),
    ("Entry", 6),
    ("Estate", 2),
    ("Fault", 3),
    ("Filter", 2),
    ("Focus", 2),
    ("Guard", 2),
    ("Item", 2),
    ("Key", 2),
    ("Known", 2),
    ("Level", 2),
    ("Line", 2),
    ("Order", 2),
    ("Outcome", 2),
    ("Part", 2),
    ("Plan", 2),
    ("Problems", 2),
    ("Profile", 2),
    ("Question", 2),
    ("Refusal", 3),
    ("Regions", 2),
    ("Report", 2),
    ("Row", 2),
    ("Scope", 2),
    ("Screen", 2),
    ("Series", 2),
    ("Settings", 3),
    ("Severity", 2),
    ("Site", 2),
    ("Snapshot", 2),
    ("Source", 3),
    ("Standing", 3),
    ("Start", 2),
    ("Subject", 2),
    ("Target", 2),
    ("Tone", 2),
    ("Watch", 2),
    ("Way", 2),
    ("Window", 2),
    ("World", 3),
];

/// How many of the types of a name count: the sandbox's clusters are API servers, which have the words of Kubernetes'
/// API for what they serve, as whoever asks them has for what comes of it; a name may be used on both sides.
fn counted(places: &BTreeSet<String>) -> usize {
    let inside = places.iter().filter(|place| place.starts_with("crate::sandbox::kubernetes")).count();
    (places.len() - inside).max(inside)
}

/// What is wrong with the names of types, or with the table.
pub fn check(tree: &Tree, table: &[(&str, usize)]) -> Vec<String> {
    let mut problems = Vec::new();
    let types = tree.types();
    for (name, places) in types.iter().filter(|(name, _)| !EVERYWHERE.contains(*name)) {
        let known = table.iter().find(|(known, _)| known == name).map_or(1, |(_, count)| *count);
        let now = counted(places);
        if now > known {
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            problems.push(format!(
                "{now} types are called `{name}`; {known} were. Find a name of its own for the new one:\n    {}",
                places.join("\n    ")
            ));
        }
    }
    for (name, known) in table {
        let now = types.get(name).map_or(0, counted);
        if now < 2 {
            problems.push(format!("NAMES: `{name}` has one meaning, or none, by now: strike it"));
        } else if now < *known {
            problems.push(format!("NAMES: {now} types are called `{name}`, not {known}: lower it to {now}"));
        }
    }
    problems
}

#[test]
fn a_types_name_has_one_meaning() {
    let problems = check(&TREE, NAMES);
    assert!(problems.is_empty(), "\n{}\n(tests/it/borders/names.rs)", problems.join("\n"));
}
