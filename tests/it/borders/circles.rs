//! Circles of files: each names the next, directly or through others, and the last names the first.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::TREE;
use super::tree::Edges;

/// The circles of today, which are to go.
const CIRCLES: &[&[&str]] = &[
    &["sandbox/world/backups.rs", "sandbox/world/instance.rs", "sandbox/world/record.rs", "sandbox/world/settings.rs"],
    &["sandbox/fault.rs", "sandbox/services/mod.rs", "sandbox/world/mod.rs"],
];

/// The files of each circle.
fn circles(edges: &Edges) -> Vec<BTreeSet<&str>> {
    let all: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|file| (file.as_str(), reached(edges, file))).collect();
    let mut circles = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for (file, there) in &all {
        if there.contains(*file) && !done.contains(*file) {
            let comes_back = |other: &str| all.get(other).is_some_and(|from| from.contains(*file));
            let circle: BTreeSet<&str> = there.iter().copied().filter(|other| comes_back(other)).collect();
            done.extend(circle.iter().copied());
            circles.push(circle);
        }
    }
    circles
}

/// What a file names, directly or through others.
fn reached<'a>(edges: &'a Edges, file: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next = vec![file];
    while let Some(file) = next.pop() {
        for to in edges.get(file).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(to.as_str()) {
                next.push(to);
            }
        }
    }
    found
}

/// What is wrong with the circles, or with the table.
pub fn check(edges: &Edges, table: &[&[&str]]) -> Vec<String> {
    let mut problems = Vec::new();
    let found = circles(edges);
    for circle in &found {
        let known: Vec<&&[&str]> =
            table.iter().filter(|known| known.iter().any(|file| circle.contains(*file))).collect();
        for file in circle.iter().filter(|file| !known.iter().any(|known| known.contains(file))) {
            problems.push(joins(edges, circle, file));
        }
        if let [[first, ..], [second, ..], ..] = known.as_slice() {
            problems.push(format!("The circles of src/{first} and of src/{second} have become one"));
        }
    }
    for known in table {
        for file in known.iter().filter(|file| !found.iter().any(|circle| circle.contains(**file))) {
            problems.push(format!("CIRCLES: src/{file} is in no circle any more: strike it"));
        }
        let parts: Vec<_> = found.iter().filter(|circle| known.iter().any(|file| circle.contains(*file))).collect();
        if parts.len() > 1 {
            problems.push(format!(
                "CIRCLES: the circle of src/{} has come apart, write its parts apart: {parts:#?}",
                known[0]
            ));
        }
    }
    problems
}

/// That a file is in a circle and was not, and by which lines.
fn joins(edges: &Edges, circle: &BTreeSet<&str>, file: &str) -> String {
    let mut lines = Vec::new();
    for from in circle {
        for (to, line) in edges.get(*from).into_iter().flatten() {
            if (*from == file && circle.contains(to.as_str())) || to == file {
                lines.push(format!("\n    src/{from}:{line} names src/{to}"));
            }
        }
    }
    format!(
        "src/{file} joins a circle of {} files. Cut it at one of these lines, by what both need in a file below \
         both:{}",
        circle.len(),
        lines.concat()
    )
}

#[test]
fn no_file_joins_a_circle() {
    let problems = check(&TREE.edges(), CIRCLES);
    assert!(problems.is_empty(), "\n{}\n(tests/it/borders/circles.rs)", problems.join("\n"));
}
