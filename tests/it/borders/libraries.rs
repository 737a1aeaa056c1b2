//! Which library is named where.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::sources::TREE;
use super::tree::Tree;

/// Libraries that stay in their places.
pub struct Library {
    /// As in code; `aws_*` are all that begin so.
    pub names: &'static [&'static str],
    /// Where they belong, below `src/`: a folder (`ui/`), a file, or all files of a name (`*/view.rs`).
    pub home: &'static [&'static str],
    /// Files that name them today and are to do without.
    pub debt: &'static [&'static str],
}

const LIBRARIES: &[Library] = &[
    // The sandbox stands in for what carries the SDK's requests.
    Library { names: &["aws_*"], home: &["aws/", "sandbox/connector.rs"], debt: &[] },
    Library { names: &["winterbaume*", "ciborium", "form_urlencoded"], home: &["sandbox/"], debt: &[] },
    Library { names: &["hyper", "hyper_util"], home: &["sandbox/", "kube/"], debt: &[] },
    // What a request is, for whoever answers one in this process.
    Library { names: &["kube", "tower"], home: &["kube/", "runtime/sandboxed.rs"], debt: &[] },
    Library {
        names: &["ratatui"],
        home: &[
            "ui/",
            "theme/",
            "*/view.rs",
            // How a body is divided, in the rectangles that are drawn into.
            "*/places.rs",
            // What lies over the screens, and the foot: drawings that are of no screen.
            "app/overlays/",
            "app/foot.rs",
            "screens/screen.rs",
            "picture.rs",
            "picture/",
            "fuzzing/keys.rs",
            "runtime/headless.rs",
            "runtime/terminal.rs",
        ],
        debt: &["app/overlays.rs", "screens/database/charts.rs"],
    },
    Library { names: &["crossterm"], home: &["keymap/", "runtime/", "fuzzing/keys.rs"], debt: &[] },
    // One rule says what is near enough to be meant.
    Library { names: &["strsim"], home: &["nearest.rs"], debt: &[] },
    // One way to quote, for every command that is shown. Words are parted as Python does it, by a file of ours.
    Library { names: &["shlex"], home: &["domain/text.rs"], debt: &[] },
    // The shell alone is asynchronous.
    Library {
        names: &["tokio", "futures_util"],
        home: &["runtime/", "aws/", "kube/", "sandbox/", "main.rs", "commands/"],
        debt: &[],
    },
];

/// What the domain may use.
const OF_THE_DOMAIN: &[&str] = &["hex", "jiff", "rust_decimal", "serde", "shlex"];

/// What is wrong with where libraries are named, or with the table.
pub fn check(tree: &Tree, table: &[Library]) -> Vec<String> {
    let mut problems = Vec::new();
    let named = tree.libraries();
    for Library { names, home, debt } in table {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for (file, line, name) in named.iter().filter(|(_, _, name)| names.iter().any(|of| is_of(of, name))) {
            let place = home.iter().chain(*debt).find(|place| lies_in(place, file));
            used.extend(place);
            if place.is_none() {
                problems.push(format!(
                    "src/{file}:{line} names `{name}`, which stays in {}: hand over a type of this crate instead",
                    home.join(", ")
                ));
            }
        }
        for place in home.iter().chain(*debt).filter(|place| !used.contains(*place)) {
            problems.push(format!("LIBRARIES: nothing in {place} names {} any more: strike it", names.join(" or ")));
        }
    }
    problems
}

fn is_of(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

fn lies_in(place: &str, file: &str) -> bool {
    match place.strip_prefix('*') {
        Some(end) => file.ends_with(end),
        None => file == place || (place.ends_with('/') && file.starts_with(place)),
    }
}

/// The crates that the package depends on, as they are named in code.
fn dependencies() -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("Cargo.toml");
    let manifest: toml::Table = text.parse().expect("TOML");
    let table = manifest["dependencies"].as_table().expect("a table");
    table.keys().map(|name| name.replace('-', "_")).collect()
}

#[test]
fn libraries_stay_in_their_places() {
    let problems = check(&TREE, LIBRARIES);
    assert!(problems.is_empty(), "\n{}\n(tests/it/borders/libraries.rs)", problems.join("\n"));
}

#[test]
fn the_table_names_libraries_that_exist() {
    let dependencies = dependencies();
    for name in LIBRARIES.iter().flat_map(|library| library.names) {
        assert!(dependencies.iter().any(|dependency| is_of(name, dependency)), "no dependency is called {name}");
    }
}

#[test]
fn the_domain_stands_alone() {
    let dependencies = dependencies();
    let foreign: Vec<String> = TREE
        .libraries()
        .into_iter()
        .filter(|(file, _, _)| file.starts_with("domain/"))
        .filter(|(_, _, name)| dependencies.contains(name) && !OF_THE_DOMAIN.contains(&name.as_str()))
        .map(|(file, line, name)| format!("src/{file}:{line} names {name}"))
        .collect();
    assert_eq!(foreign, Vec::<String>::new(), "the domain is words: no I/O, no SDK, no terminal");
}
