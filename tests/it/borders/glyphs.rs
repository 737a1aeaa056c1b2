//! What is drawn has something that stands for it where there is ASCII only.

use std::collections::BTreeSet;

use quarterdeck::ui::ascii::stand_in;

use super::sources::{SOURCES, TREE, lines};

#[test]
fn every_glyph_of_ours_has_a_stand_in() {
    let draws = |path: &str| ["app/", "screens/", "shell/", "ui/"].iter().any(|room| path.starts_with(room));
    // It names what it replaces.
    let drawn = SOURCES.iter().filter(|(path, _)| draws(path) && *path != "ui/ascii.rs");
    let reached = TREE.files();
    let own = drawn.filter(|(path, _)| reached.contains(path.as_str()));
    let code = own.filter_map(|(_, text)| text.split("#[cfg(test)]").next()).flat_map(lines).map(|(_, line)| line);
    let glyphs: BTreeSet<char> = code.flat_map(str::chars).filter(|c| !c.is_ascii()).collect();
    assert!(glyphs.len() > 20, "{glyphs:?}");
    let lost: Vec<char> = glyphs.into_iter().filter(|glyph| stand_in(*glyph) == Some('?')).collect();
    assert_eq!(lost, Vec::<char>::new());
}
