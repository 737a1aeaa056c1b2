//! What a source file names of others: read from its tokens, so that neither a comment nor a string deceives, and
//! nothing hides in a macro. What is compiled for tests alone is passed over.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A path in its parts; the first is empty where it is written with `::` before it.
pub type Path = Vec<String>;

/// A module as its source tells it.
pub struct Module {
    /// Where it is: `crate`, `ops`, `plan`. `qd` itself begins with `main`.
    pub path: Path,
    /// Its file below `src/`.
    pub file: String,
    /// The modules that it declares.
    pub children: BTreeSet<String>,
    /// What it imports.
    pub uses: Vec<Use>,
    /// The paths in its code, and where.
    pub paths: Vec<(Path, usize)>,
    /// The names that it defines.
    pub items: BTreeSet<String>,
    /// Every word of its code.
    pub words: BTreeSet<String>,
    /// The types that others may name, and where.
    pub types: Vec<(String, usize)>,
}

/// One name that a `use` brings.
pub struct Use {
    pub path: Path,
    /// What it is called here; nothing where all is brought (`*`), or whatever a macro puts in.
    pub name: Option<String>,
    pub line: usize,
}

/// What is in one file.
pub struct Parsed {
    pub modules: Vec<Module>,
    /// The modules that have files of their own.
    pub elsewhere: Vec<Path>,
}

impl Parsed {
    /// Reads a file, which is the module `path`.
    pub fn of(text: &str, path: Path, file: &str) -> Self {
        let stream = text.parse::<TokenStream>().unwrap_or_else(|error| panic!("src/{file}: {error}"));
        let mut parsed = Self { modules: vec![Module::new(path, file)], elsewhere: Vec::new() };
        parsed.walk(&Row::of(stream), 0);
        parsed
    }

    fn walk(&mut self, row: &Row, module: usize) {
        let mut at = 0;
        while at < row.len() {
            at = self.step(row, at, module);
        }
    }

    /// Takes what begins at a position; where the next begins.
    fn step(&mut self, row: &Row, at: usize, module: usize) -> usize {
        if row.is(at, '#') {
            if let Some(attribute) = row.group(at + 1, Delimiter::Bracket) {
                if only_in_tests(&attribute) {
                    return row.after_item(at + 2);
                }
                self.walk(&attribute, module);
                return at + 2;
            }
            if row.is(at + 1, '!') && row.group(at + 2, Delimiter::Bracket).is_some_and(|a| only_in_tests(&a)) {
                return row.len();
            }
        }
        if let Some(inside) = row.inside(at) {
            self.walk(&inside, module);
            return at + 1;
        }
        if row.colons(at) && row.word(at + 2).is_some() {
            let (mut path, next) = row.path(at + 2);
            path.insert(0, String::new());
            self.modules[module].paths.push((path, row.line(at)));
            return next;
        }
        match row.word(at) {
            Some(word) => self.word(&word, row, at, module),
            None => at + 1,
        }
    }

    /// Takes what begins with a word.
    fn word(&mut self, word: &str, row: &Row, at: usize, module: usize) -> usize {
        self.modules[module].words.insert(word.to_owned());
        // A field or a method; but `..super::usual()` is a path.
        if row.is(at.wrapping_sub(1), '.') && !row.is(at.wrapping_sub(2), '.') {
            return at + 1;
        }
        match word {
            // `pub(in super::super)` imports nothing.
            "pub" => {
                let inside = row.group(at + 1, Delimiter::Parenthesis);
                if inside.is_some_and(|inside| inside.len() == 1 || inside.word(0).as_deref() == Some("in")) {
                    return at + 2;
                }
            }
            "use" if !row.is(at + 1, '<') => {
                let end = row.find(at, ';');
                bring(row, at + 1, end, &[], &mut self.modules[module].uses);
                return end + 1;
            }
            "mod" => {
                if let Some(child) = row.word(at + 1) {
                    self.child(child, row.group(at + 2, Delimiter::Brace), module);
                    return at + 3;
                }
            }
            "struct" | "enum" | "trait" | "type" | "fn" | "const" | "static" => {
                if let Some(name) = row.word(at + 1) {
                    let is_type = matches!(word, "struct" | "enum" | "trait" | "type");
                    let again = word == "type" && row.is_filled_in(at, &name);
                    if is_type && !again && row.is_public(at) {
                        self.modules[module].types.push((name.clone(), row.line(at)));
                    }
                    self.modules[module].items.insert(name);
                }
            }
            _ => {}
        }
        let (path, next) = row.path(at);
        self.modules[module].words.extend(path.iter().cloned());
        if path.len() > 1 {
            self.modules[module].paths.push((path, row.line(at)));
        }
        next
    }

    /// Takes a module: what is inside it, when that is here.
    fn child(&mut self, name: String, body: Option<Row>, parent: usize) {
        let mut path = self.modules[parent].path.clone();
        path.push(name.clone());
        self.modules[parent].children.insert(name);
        let Some(body) = body else {
            self.elsewhere.push(path);
            return;
        };
        let file = self.modules[parent].file.clone();
        let child = self.modules.len();
        self.modules.push(Module::new(path, &file));
        self.walk(&body, child);
    }
}

impl Module {
    fn new(path: Path, file: &str) -> Self {
        Self {
            path,
            file: file.to_owned(),
            children: BTreeSet::new(),
            uses: Vec::new(),
            paths: Vec::new(),
            items: BTreeSet::new(),
            words: BTreeSet::new(),
            types: Vec::new(),
        }
    }
}

/// What a `use` brings, written between two positions, below the path that stands before its braces.
fn bring(row: &Row, from: usize, end: usize, before: &[String], found: &mut Vec<Use>) {
    let mut path = before.to_vec();
    let mut at = from;
    if row.colons(at) {
        path.push(String::new());
        at += 2;
    }
    while at < end {
        let line = row.line(at);
        if let Some(part) = row.word(at) {
            // `a::{self}` is `a`.
            if part != "self" || path.is_empty() {
                path.push(part);
            }
            at += 1;
            if row.colons(at) {
                at += 2;
                continue;
            }
            let alias = if row.word(at).as_deref() == Some("as") { row.word(at + 1) } else { None };
            let name = alias.or_else(|| path.last().cloned());
            found.push(Use { path, name, line });
            return;
        }
        if let Some(inside) = row.group(at, Delimiter::Brace) {
            let mut start = 0;
            for at in 0..=inside.len() {
                if at == inside.len() || inside.is(at, ',') {
                    bring(&inside, start, at, &path, found);
                    start = at + 1;
                }
            }
            return;
        }
        found.push(Use { path, name: None, line });
        return;
    }
}

/// Whether an attribute is `cfg(test)`, or asks for it beside other things.
fn only_in_tests(attribute: &Row) -> bool {
    fn asks(row: &Row) -> bool {
        (0..row.len()).any(|at| match row.word(at).as_deref() {
            Some("test") => true,
            Some("all") => row.group(at + 1, Delimiter::Parenthesis).is_some_and(|inside| asks(&inside)),
            _ => false,
        })
    }
    let cfg = attribute.word(0).as_deref() == Some("cfg");
    cfg && attribute.group(1, Delimiter::Parenthesis).is_some_and(|inside| asks(&inside))
}

/// Tokens in a row; there is nothing before the first and behind the last.
struct Row(Vec<TokenTree>);

impl Row {
    fn of(stream: TokenStream) -> Self {
        Self(stream.into_iter().collect())
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn word(&self, at: usize) -> Option<String> {
        match self.0.get(at) {
            Some(TokenTree::Ident(word)) => Some(word.to_string()),
            _ => None,
        }
    }

    fn is(&self, at: usize, sign: char) -> bool {
        matches!(self.0.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
    }

    /// Whether `::` begins here.
    fn colons(&self, at: usize) -> bool {
        let joint = matches!(self.0.get(at), Some(TokenTree::Punct(punct)) if punct.spacing() == Spacing::Joint);
        joint && self.is(at, ':') && self.is(at + 1, ':')
    }

    /// What is between brackets of any kind.
    fn inside(&self, at: usize) -> Option<Self> {
        match self.0.get(at) {
            Some(TokenTree::Group(group)) => Some(Self::of(group.stream())),
            _ => None,
        }
    }

    fn is_group(&self, at: usize, delimiter: Delimiter) -> bool {
        matches!(self.0.get(at), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
    }

    fn group(&self, at: usize, delimiter: Delimiter) -> Option<Self> {
        if self.is_group(at, delimiter) { self.inside(at) } else { None }
    }

    fn line(&self, at: usize) -> usize {
        self.0.get(at).map_or(0, |token| token.span().start().line)
    }

    /// Where a sign stands next.
    fn find(&self, from: usize, sign: char) -> usize {
        (from..self.len()).find(|at| self.is(*at, sign)).unwrap_or(self.len())
    }

    /// The path that begins here with a word, and where it ends.
    fn path(&self, from: usize) -> (Path, usize) {
        let mut path: Path = self.word(from).into_iter().collect();
        let mut at = from + 1;
        while self.colons(at)
            && let Some(part) = self.word(at + 2)
        {
            path.push(part);
            at += 3;
        }
        (path, at)
    }

    /// Whether the `type` of this name that begins here only fills in the parameters of one that has the name:
    /// `type Plan = ops::Plan<Rds>`.
    fn is_filled_in(&self, at: usize, name: &str) -> bool {
        self.path(self.find(at, '=') + 1).0.last().is_some_and(|last| last == name)
    }

    /// Whether `pub`, or `pub(…)`, stands before this.
    fn is_public(&self, at: usize) -> bool {
        let restricted = self.is_group(at.wrapping_sub(1), Delimiter::Parenthesis);
        let before = at.wrapping_sub(if restricted { 2 } else { 1 });
        self.word(before).as_deref() == Some("pub")
    }

    /// Where the item, the field or the arm that begins here is over.
    fn after_item(&self, from: usize) -> usize {
        const WITH_SEMICOLON: [&str; 4] = ["use", "static", "type", "let"];
        const WITH_BODY: [&str; 12] = [
            "fn",
            "mod",
            "impl",
            "struct",
            "enum",
            "trait",
            "union",
            "macro_rules",
            "extern",
            "unsafe",
            "async",
            "const",
        ];
        let mut at = from;
        while self.is(at, '#') && self.is_group(at + 1, Delimiter::Bracket) {
            at += 2;
        }
        if self.word(at).as_deref() == Some("pub") {
            at += if self.is_group(at + 1, Delimiter::Parenthesis) { 2 } else { 1 };
        }
        let word = self.word(at).unwrap_or_default();
        let function = matches!(self.word(at + 1).as_deref(), Some("fn" | "unsafe" | "async" | "extern"));
        let statement = WITH_SEMICOLON.contains(&word.as_str()) || (word == "const" && !function);
        let item = statement || WITH_BODY.contains(&word.as_str());
        while at < self.len() {
            let body = !statement && self.is_group(at, Delimiter::Brace);
            let over = body || self.is(at, ';') || (!item && self.is(at, ','));
            at += 1;
            if over {
                break;
            }
        }
        at
    }
}
