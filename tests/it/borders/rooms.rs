//! The rooms, from the ground up, and which may import from which.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::parse::Module;
use super::sources::TREE;
use super::tree::Tree;

/// The tables of this file, or made-up ones.
pub struct Tables {
    /// A room and the modules that it is made of, each with what is inside it; the longest name counts.
    pub rooms: &'static [(&'static str, &'static [&'static str])],
    /// What a room may import from: rooms that stand before it in `rooms`, so that there is no circle.
    pub allowed: &'static [(&'static str, &'static [&'static str])],
    pub debt: &'static [Debt],
}

/// Imports that are there today and are to go.
pub struct Debt {
    pub from: &'static str,
    pub to: &'static str,
    /// How many names are imported.
    pub imports: usize,
    /// Why they are wrong, or what takes their place.
    pub why: &'static str,
}

const TABLES: Tables = Tables { rooms: ROOMS, allowed: ALLOWED, debt: DEBT };

/// From the ground up.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("matching", &["fuzzy", "nearest"]),
    ("plain_file", &["plain_file"]),
    ("collect", &["collect"]),
    ("ops", &["ops"]),
    ("cost", &["cost"]),
    ("health", &["health"]),
    ("services", &["services"]),
    ("slices", &["slices"]),
    ("aws", &["aws"]),
    ("kube", &["kube"]),
    ("sandbox", &["sandbox"]),
    ("world", &["world"]),
    ("trail", &["trail"]),
    ("keymap", &["keymap"]),
    ("theme", &["theme"]),
    ("ui", &["ui"]),
    ("shell", &["shell"]),
    ("screens", &["screens"]),
    ("app", &["app"]),
    ("picture", &["picture"]),
    ("config", &["config"]),
    ("runtime", &["runtime"]),
    ("audit", &["audit"]),
    ("cli", &["cli"]),
    ("fuzzing", &["fuzzing"]),
    ("main", &["main"]),
];

/// What is right.
const ALLOWED: &[(&str, &[&str])] = &[
    ("collect", &["domain"]),
    ("ops", &["domain"]),
    ("cost", &["domain"]),
    ("health", &["domain"]),
    ("services", &["domain", "collect", "ops", "cost", "health"]),
    ("slices", &["domain", "collect", "ops", "services"]),
    ("aws", &["domain", "matching", "plain_file", "collect", "ops", "services"]),
    ("kube", &["domain", "ops", "services"]),
    ("sandbox", &["domain"]),
    ("world", &["domain", "collect", "ops", "health", "services", "slices"]),
    ("trail", &["domain", "ops", "slices"]),
    ("keymap", &["matching"]),
    ("ui", &["domain", "theme"]),
    ("shell", &["domain", "ops", "slices", "world", "keymap", "theme", "ui"]),
    (
        "screens",
        &[
            "domain", "matching", "ops", "services", "slices", "health", "world", "trail", "keymap", "theme", "ui",
            "shell",
        ],
    ),
    ("app", &["domain", "collect", "ops", "slices", "world", "trail", "keymap", "theme", "ui", "shell", "screens"]),
    ("config", &["domain", "matching", "plain_file", "ops", "slices", "world"]),
    (
        "runtime",
        &[
            "domain",
            "matching",
            "plain_file",
            "collect",
            "ops",
            "health",
            "services",
            "slices",
            "aws",
            "kube",
            "sandbox",
            "world",
            "trail",
            "keymap",
            "theme",
            "shell",
            "app",
            "config",
        ],
    ),
    ("audit", &["domain", "ops", "slices", "trail", "config", "runtime"]),
    ("cli", &["picture", "audit"]),
    (
        "fuzzing",
        &[
            "domain", "collect", "ops", "services", "slices", "aws", "world", "trail", "keymap", "theme", "app",
            "config", "runtime", "audit",
        ],
    ),
    (
        "main",
        &[
            "domain", "slices", "aws", "kube", "sandbox", "world", "keymap", "theme", "shell", "screens", "app",
            "picture", "config", "runtime", "audit", "cli",
        ],
    ),
];

/// What is there though it is wrong.
const DEBT: &[Debt] = &[
    Debt { from: "config", to: "aws", imports: 3, why: "who runs `config init` hands the profiles in" },
    Debt { from: "sandbox", to: "config", imports: 3, why: "the environments of the samples are read above it" },
    Debt { from: "sandbox", to: "world", imports: 1, why: "the environments of the samples are read above it" },
    Debt { from: "sandbox", to: "cli", imports: 1, why: "it plays what it is told, whoever is asked for it" },
    Debt { from: "runtime", to: "cli", imports: 7, why: "headless commands belong to `cli`, which calls the runtime" },
    Debt {
        from: "runtime",
        to: "audit",
        imports: 1,
        why: "headless commands belong to `cli`, which calls the runtime",
    },
];

/// What is wrong with the imports, or with the tables.
pub fn check(tree: &Tree, tables: &Tables) -> Vec<String> {
    let mut problems = of_tables(tables);
    for module in tree.modules().filter(|module| module.path != ["crate"]) {
        if room(tables, module).is_none() {
            let path = module.path.join("::");
            problems.push(format!("src/{}: {path} is in no room: give it one in ROOMS", module.file));
        }
    }
    for (name, modules) in tables.rooms {
        for missing in modules.iter().filter(|of| !tree.modules().any(|module| inside(module, of))) {
            problems.push(format!("ROOMS: there is no module {missing} for `{name}`: strike it"));
        }
    }

    let mut crossings: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for import in tree.imports() {
        if let (Some(from), Some(to)) = (room(tables, import.module), room(tables, import.named))
            && from != to
        {
            crossings.entry((from, to)).or_default().push(import.told());
        }
    }
    for ((from, to), imports) in &crossings {
        if let Some(debt) = owed(tables, from, to) {
            problems.extend(paid(debt, imports));
        } else if !allows(tables, from, to) {
            problems.extend(imports.iter().map(|import| {
                format!(
                    "{import}\n    `{from}` may not import from `{to}`. Turn it round (a type below both, a message, a \
                     trait); where it is right by docs/architecture.md, add it to ALLOWED"
                )
            }));
        }
    }
    for (from, all) in tables.allowed {
        for to in all.iter().filter(|to| !crossings.contains_key(&(*from, **to))) {
            problems.push(format!("ALLOWED: no import goes from `{from}` to `{to}` any more: strike it"));
        }
    }
    for debt in tables.debt.iter().filter(|debt| !crossings.contains_key(&(debt.from, debt.to))) {
        problems.push(format!(
            "DEBT: no import goes from `{}` to `{}` any more: strike it, it is paid",
            debt.from, debt.to
        ));
    }
    problems
}

/// What is wrong with a debt of which these imports are there.
fn paid(debt: &Debt, imports: &[String]) -> Option<String> {
    let Debt { from, to, imports: known, why } = debt;
    let now = imports.len();
    match now.cmp(known) {
        Ordering::Equal => None,
        Ordering::Less => {
            Some(format!("DEBT: `{from}` imports {now} names from `{to}`, not {known}: lower it to {now}"))
        }
        Ordering::Greater => Some(format!(
            "`{from}` imports {now} names from `{to}`; {known} were there, and it must not grow: {why}. All of \
             them:\n    {}",
            imports.join("\n    ")
        )),
    }
}

/// What is wrong with the tables themselves.
fn of_tables(tables: &Tables) -> Vec<String> {
    let floor = |room: &str| tables.rooms.iter().position(|(name, _)| *name == room);
    let mut problems = Vec::new();
    for (from, all) in tables.allowed {
        for to in *all {
            match (floor(from), floor(to)) {
                (Some(above), Some(below)) if below < above => {}
                (Some(_), Some(_)) => problems.push(format!(
                    "ALLOWED: `{to}` is not below `{from}`. ROOMS goes from the ground up and imports go down, so that \
                     no circle is allowed: put the room elsewhere in ROOMS, or the edge into DEBT"
                )),
                _ => problems.push(format!("ALLOWED: `{from}` or `{to}` is not in ROOMS")),
            }
            if owed(tables, from, to).is_some() {
                problems.push(format!("`{from}` to `{to}` is in ALLOWED and in DEBT: strike it from one"));
            }
        }
    }
    for debt in tables.debt.iter().filter(|debt| floor(debt.from).is_none() || floor(debt.to).is_none()) {
        problems.push(format!("DEBT: `{}` or `{}` is not in ROOMS", debt.from, debt.to));
    }
    problems
}

/// The room of a module: that of the longest name.
fn room(tables: &Tables, module: &Module) -> Option<&'static str> {
    let all = tables.rooms.iter().flat_map(|(room, modules)| modules.iter().map(move |of| (*room, *of)));
    all.filter(|(_, of)| inside(module, of)).max_by_key(|(_, of)| of.len()).map(|(room, _)| room)
}

/// Whether a module is the one of a name, as in ROOMS, or inside it.
fn inside(module: &Module, of: &str) -> bool {
    let path = module.path.strip_prefix(&["crate".to_owned()]).unwrap_or(&module.path);
    let mut parts = path.iter();
    of.split("::").all(|part| parts.next().is_some_and(|own| own == part))
}

fn owed<'a>(tables: &'a Tables, from: &str, to: &str) -> Option<&'a Debt> {
    tables.debt.iter().find(|debt| debt.from == from && debt.to == to)
}

fn allows(tables: &Tables, from: &str, to: &str) -> bool {
    tables.allowed.iter().any(|(room, all)| *room == from && all.contains(&to))
}

#[test]
fn imports_go_down() {
    let problems = check(&TREE, &TABLES);
    assert!(problems.is_empty(), "\n{}\n(tests/it/borders/rooms.rs)", problems.join("\n"));
}
