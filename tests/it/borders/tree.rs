//! The modules of the crate and of `qd`, and what their paths mean.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::{Module, Parsed, Path};

/// How often a name that is only handed on is followed; a `use` may name itself.
const DEPTH: usize = 16;

/// All modules by their paths, without the tests.
pub struct Tree {
    modules: BTreeMap<Path, Module>,
}

/// A path that is written out: in a `use`, or in code from `crate`, `self` or `super`.
pub struct Import<'a> {
    pub module: &'a Module,
    pub line: usize,
    /// From the root.
    pub path: Path,
    /// The module that it names, or in which it names something.
    pub named: &'a Module,
}

/// Which file names which others, and in which line first.
pub type Edges = BTreeMap<String, BTreeMap<String, usize>>;

/// A path of a module.
struct Mention<'a> {
    module: &'a Module,
    line: usize,
    written_out: bool,
    /// Whether all that is there is meant.
    all: bool,
    meaning: Meaning,
}

enum Meaning {
    /// Something of this package, by its path from the root.
    Here(Path),
    /// Something of another crate, or a type's own name.
    Library(String),
}

impl Import<'_> {
    /// Where it is, and what is imported.
    pub fn told(&self) -> String {
        format!("src/{}:{}: {}", self.module.file, self.line, self.path.join("::"))
    }
}

impl Tree {
    /// Reads `lib.rs`, `main.rs` and what they declare, of files by their paths below `src/`.
    pub fn of(sources: &BTreeMap<String, String>) -> Self {
        let mut modules = BTreeMap::new();
        let mut next: Vec<(Path, String)> = Vec::new();
        for (root, file) in [("crate", "lib.rs"), ("main", "main.rs")] {
            if sources.contains_key(file) {
                next.push((vec![root.to_owned()], file.to_owned()));
            }
        }
        while let Some((path, file)) = next.pop() {
            let parsed = Parsed::of(&sources[&file], path, &file);
            for child in parsed.elsewhere {
                let place = child[1..].join("/");
                let files = [format!("{place}.rs"), format!("{place}/mod.rs")];
                let found = files.into_iter().find(|file| sources.contains_key(file));
                let found = found.unwrap_or_else(|| panic!("src/{file}: no file for {}", child.join("::")));
                next.push((child, found));
            }
            modules.extend(parsed.modules.into_iter().map(|module| (module.path.clone(), module)));
        }
        Self { modules }
    }

    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.values()
    }

    pub fn files(&self) -> BTreeSet<&str> {
        self.modules().map(|module| module.file.as_str()).collect()
    }

    /// What is imported from modules of this package.
    pub fn imports(&self) -> Vec<Import<'_>> {
        let mut imports = Vec::new();
        for mention in self.mentions().into_iter().filter(|mention| mention.written_out) {
            if let Meaning::Here(path) = mention.meaning {
                let named = self.deepest(&path).0;
                imports.push(Import { module: mention.module, line: mention.line, path, named });
            }
        }
        imports
    }

    /// Where other crates are named: file, line and crate.
    pub fn libraries(&self) -> Vec<(&str, usize, String)> {
        let mut libraries = Vec::new();
        for mention in self.mentions() {
            if let Meaning::Library(name) = mention.meaning {
                libraries.push((mention.module.file.as_str(), mention.line, name));
            }
        }
        libraries
    }

    /// Which file names which. A name that a module only hands on is followed to the file that has it; modules and
    /// those inside them are one.
    pub fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for mention in self.mentions() {
            let Meaning::Here(path) = &mention.meaning else { continue };
            let named = self.resolve(path, DEPTH);
            let mut targets = vec![named];
            if mention.all {
                // Of all that is there, what the code has a word of.
                let names = named.children.iter().chain(named.uses.iter().filter_map(|it| it.name.as_ref()));
                for name in names.filter(|name| mention.module.words.contains(*name)) {
                    targets.push(self.resolve(&joined(&named.path, std::slice::from_ref(name)), DEPTH));
                }
            }
            let from = self.owner(mention.module);
            for target in targets {
                let to = self.owner(target);
                if !from.path.starts_with(&to.path) && !to.path.starts_with(&from.path) {
                    let named = edges.entry(from.file.clone()).or_default();
                    named.entry(to.file.clone()).or_insert(mention.line);
                }
            }
        }
        edges
    }

    /// The types that others may name, and the modules that have one of the name.
    pub fn types(&self) -> BTreeMap<&str, BTreeSet<String>> {
        let mut types: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for module in self.modules() {
            let mut seen = BTreeSet::new();
            for (name, line) in &module.types {
                // Once a module, however often for other features.
                if seen.insert(name) {
                    let place = format!("{} (src/{}:{line})", module.path.join("::"), module.file);
                    types.entry(name).or_default().insert(place);
                }
            }
        }
        types
    }

    fn mentions(&self) -> Vec<Mention<'_>> {
        let mut mentions = Vec::new();
        for module in self.modules() {
            for it in &module.uses {
                let meaning = meaning(module, &it.path, DEPTH);
                mentions.push(Mention { module, line: it.line, written_out: true, all: it.name.is_none(), meaning });
            }
            for (path, line) in &module.paths {
                let meaning = meaning(module, path, DEPTH);
                let written_out = ["crate", "quarterdeck", "self", "super"].contains(&path[0].as_str());
                mentions.push(Mention { module, line: *line, written_out, all: false, meaning });
            }
        }
        mentions
    }

    /// The module that a path from the root leads to, and how many of its parts it takes.
    fn deepest(&self, path: &[String]) -> (&Module, usize) {
        let mut length = 1;
        while length < path.len() && self.modules.contains_key(&path[..=length]) {
            length += 1;
        }
        (&self.modules[&path[..length]], length)
    }

    /// The module that has what a path from the root names.
    fn resolve(&self, path: &[String], depth: usize) -> &Module {
        let (module, length) = self.deepest(path);
        let rest = &path[length..];
        let Some(name) = rest.first().filter(|_| depth > 0) else { return module };
        if let Some(it) = module.uses.iter().find(|it| it.name.as_ref() == Some(name)) {
            return match meaning(module, &it.path, DEPTH) {
                Meaning::Here(target) => self.resolve(&joined(&target, &rest[1..]), depth - 1),
                Meaning::Library(_) => module,
            };
        }
        if module.items.contains(name) {
            return module;
        }
        for it in module.uses.iter().filter(|it| it.name.is_none()) {
            if let Meaning::Here(target) = meaning(module, &it.path, DEPTH) {
                let all = self.resolve(&target, depth - 1);
                let has = all.items.contains(name)
                    || all.children.contains(name)
                    || all.uses.iter().any(|it| it.name.as_ref() == Some(name));
                if has && all.path != module.path {
                    return self.resolve(&joined(&all.path, rest), depth - 1);
                }
            }
        }
        module
    }

    /// The module that is the whole file in which a module is written.
    fn owner<'a>(&'a self, module: &'a Module) -> &'a Module {
        let parent = &module.path[..module.path.len() - 1];
        match self.modules.get(parent) {
            Some(parent) if parent.file == module.file => self.owner(parent),
            _ => module,
        }
    }
}

/// What a path means where it is written.
fn meaning(module: &Module, path: &[String], depth: usize) -> Meaning {
    let Some((first, rest)) = path.split_first() else {
        return Meaning::Library(String::new());
    };
    match first.as_str() {
        "" => Meaning::Library(rest.first().cloned().unwrap_or_default()),
        "crate" => Meaning::Here(joined(&module.path[..1], rest)),
        "quarterdeck" => Meaning::Here(joined(&["crate".to_owned()], rest)),
        "self" | "super" => {
            let steps = path.iter().take_while(|part| matches!(part.as_str(), "self" | "super")).count();
            let up = path[..steps].iter().filter(|part| *part == "super").count();
            let kept = module.path.len().saturating_sub(up).max(1);
            Meaning::Here(joined(&module.path[..kept], &path[steps..]))
        }
        _ if module.children.contains(first) => Meaning::Here(joined(&module.path, path)),
        _ => match module.uses.iter().find(|it| it.name.as_ref() == Some(first)) {
            Some(it) if depth > 0 => match meaning(module, &it.path, depth - 1) {
                Meaning::Here(target) => Meaning::Here(joined(&target, rest)),
                library @ Meaning::Library(_) => library,
            },
            _ => Meaning::Library(first.clone()),
        },
    }
}

/// Two pieces of a path as one.
fn joined(first: &[String], second: &[String]) -> Path {
    [first, second].concat()
}
