//! The files below `src/`, read once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::tree::Tree;

/// Every source file: its path below `src/`, with `/`, and its text.
pub static SOURCES: LazyLock<BTreeMap<String, String>> = LazyLock::new(all);
/// The modules in them, without the tests.
pub static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::of(&SOURCES));

fn all() -> BTreeMap<String, String> {
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
    found
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).expect("a source");
            let path = path.strip_prefix(&root).expect("below src");
            (path.to_string_lossy().replace('\\', "/"), text)
        })
        .collect()
}

/// The lines of a file without their comments, each with its number.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines().map(|line| line.split("//").next().unwrap_or_default()))
}

/// A file that no module of the crate or of `qd` reaches is one of the tests; there are few.
#[test]
fn the_tree_is_read_whole() {
    let read = TREE.files();
    assert!(read.len() > 300, "only {} sources", read.len());
    let left: Vec<&String> = SOURCES.keys().filter(|file| !read.contains(file.as_str())).collect();
    assert!(left.len() * 5 < SOURCES.len(), "more than the tests is left out: {left:#?}");
}
