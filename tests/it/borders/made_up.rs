//! That the checks fail when they are to, on made-up sources.

use super::libraries::{self, Library};
use super::rooms::{self, Debt, Tables};
use super::tree::Tree;
use super::{circles, names};

/// Two rooms, one above the other.
const HOUSE: Tables =
    Tables { rooms: &[("low", &["low"]), ("high", &["high"])], allowed: &[("high", &["low"])], debt: &[] };

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::of(&files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect())
}

/// What is wrong with a house in which a file of the lower room is this text.
fn house(tables: &Tables, text: &str) -> Vec<String> {
    let tree = tree(&[
        ("lib.rs", "pub mod high; pub mod low;"),
        ("high.rs", "use crate::low::Thing; pub struct Deep;"),
        ("low/mod.rs", "mod deep; pub struct Thing;"),
        ("low/deep.rs", text),
    ]);
    rooms::check(&tree, tables)
}

/// Whether there is one problem, and it says this.
fn only(problems: &[String], words: &str) {
    assert!(problems.len() == 1 && problems[0].contains(words), "not only {words:?}: {problems:#?}");
}

#[test]
fn an_import_that_goes_up_is_found_however_it_is_written() {
    for text in [
        "use crate::high::Deep;",
        "use crate::high::*;",
        "use crate::high as above;",
        "use crate::{low::Thing as Own, high::{Deep as Other}};",
        "use super::super::high::Deep;",
        "pub(super) use super::super::high::{self};",
        "mod inner { use super::super::super::high::Deep; }",
        "fn f() { use crate::high::Deep; }",
        "fn f() -> u8 { crate::high::deep() }",
        "fn f() { assert!(matches!(x, [crate::high::Deep, ..])); }",
        "fn f() -> X { X { ..crate::high::usual() } }",
        "type Made = Vec<super::super::high::Deep>;",
        "#[derive(crate::high::Deep)] struct X;",
        "macro_rules! made { () => { $crate::high::Deep } }",
        "#[cfg(not(test))] use crate::high::Deep;",
        "#[cfg(test)] use std::{fs, io}; use crate::high::Deep;",
        "#[cfg(test)] const A: [u8; 1] = { [1] }; use crate::high::Deep;",
        "#[cfg(test)] const fn f<A, B>() { g() } use crate::high::Deep;",
        "struct X { #[cfg(test)] a: u8, b: crate::high::Deep }",
        "fn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' || crate::high::deep() }",
    ] {
        let problems = house(&HOUSE, text);
        only(&problems, "src/low/deep.rs:1: crate::high");
        only(&problems, "`low` may not import from `high`");
    }
}

#[test]
fn what_imports_nothing_is_let_alone() {
    for text in [
        "use crate::low::Thing;",
        "use super::Thing as high;",
        "// use crate::high::Deep;\n/* crate::high::Deep */",
        "/// See [`crate::high::Deep`].\nfn f() {}",
        "const A: &str = \"crate::high::Deep\"; const B: &str = r#\"use \"crate::high\";\"#;",
        "#[cfg(test)] mod tests;",
        "#[cfg(test)] mod tests { use crate::high::Deep; }",
        "#[cfg(test)] use crate::high::{Deep, Other};",
        "#[cfg(all(test, feature = \"x\"))] #[must_use] pub(super) fn f<A, B>(a: A) { crate::high::deep() }",
        "#![cfg(test)] use crate::high::Deep;",
        "pub(in crate::low) fn f() {}",
        "fn f(high: u8) -> u8 { high }",
    ] {
        assert_eq!(house(&HOUSE, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_debt_is_only_ever_paid() {
    const OWING: Tables = Tables {
        rooms: HOUSE.rooms,
        allowed: HOUSE.allowed,
        debt: &[Debt { from: "low", to: "high", imports: 2, why: "it was so" }],
    };
    assert_eq!(house(&OWING, "use crate::high::{Deep, deep};"), Vec::<String>::new());
    let grown = house(&OWING, "use crate::high::{Deep, deep};\nfn f() { crate::high::more() }");
    only(&grown, "it must not grow: it was so");
    only(&grown, "src/low/deep.rs:2: crate::high::more");
    only(&house(&OWING, "use crate::high::Deep;"), "lower it to 1");
    only(&house(&OWING, ""), "it is paid");
}

#[test]
fn the_tables_of_rooms_are_checked() {
    const ROUND: Tables = Tables { rooms: HOUSE.rooms, allowed: &[("high", &["low"]), ("low", &["high"])], debt: &[] };
    const RUIN: Tables = Tables {
        rooms: &[("low", &["low"]), ("ruin", &["low::ruin"]), ("high", &["high"])],
        allowed: HOUSE.allowed,
        debt: &[],
    };
    only(&house(&ROUND, "use crate::high::Deep;"), "`high` is not below `low`");
    only(&house(&RUIN, ""), "there is no module low::ruin");

    let unused = tree(&[("lib.rs", "mod high; mod low;"), ("high.rs", ""), ("low.rs", "")]);
    only(&rooms::check(&unused, &HOUSE), "no import goes from `high` to `low`");

    let attic = tree(&[
        ("lib.rs", "mod attic; mod high; mod low;"),
        ("attic.rs", ""),
        ("high.rs", "use crate::low::Thing;"),
        ("low.rs", ""),
    ]);
    only(&rooms::check(&attic, &HOUSE), "src/attic.rs: crate::attic is in no room");
}

#[test]
fn a_circle_is_found_through_what_is_handed_on() {
    let round = tree(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::c;\nfn f() { c::g() }"),
        ("c/mod.rs", "mod inner; pub use inner::g;"),
        ("c/inner.rs", "use crate::a::A; pub fn g() {}"),
    ]);
    let edges = round.edges();
    let new = circles::check(&edges, &[]);
    assert_eq!(new.len(), 3, "{new:#?}");
    assert_eq!(circles::check(&edges, &[&["a.rs", "b.rs", "c/inner.rs"]]), Vec::<String>::new());

    let joined = circles::check(&edges, &[&["a.rs", "b.rs"]]);
    only(&joined, "src/c/inner.rs joins a circle of 3 files");
    only(&joined, "src/b.rs:2 names src/c/inner.rs");
    only(&joined, "src/c/inner.rs:1 names src/a.rs");

    only(&circles::check(&edges, &[&["a.rs", "b.rs", "c/inner.rs", "d.rs"]]), "src/d.rs is in no circle any more");
    only(&circles::check(&edges, &[&["a.rs"], &["b.rs", "c/inner.rs"]]), "have become one");
}

#[test]
fn circles_that_come_apart_are_written_apart() {
    let two = tree(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use super::a::A;"),
        ("c.rs", "use crate::d::D;"),
        ("d.rs", "fn f() { crate::c::g() }"),
    ]);
    only(&circles::check(&two.edges(), &[&["a.rs", "b.rs", "c.rs", "d.rs"]]), "has come apart");
    assert_eq!(circles::check(&two.edges(), &[&["a.rs", "b.rs"], &["c.rs", "d.rs"]]), Vec::<String>::new());
}

#[test]
fn a_module_and_what_is_inside_it_are_no_circle() {
    let nested = tree(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; use b::B; pub struct A;"),
        ("a/b.rs", "use super::A; pub struct B;"),
    ]);
    assert_eq!(circles::check(&nested.edges(), &[]), Vec::<String>::new());
}

#[test]
fn a_circle_is_found_through_a_macro_and_through_all_that_is_there() {
    let parts = tree(&[
        ("lib.rs", "mod parts; mod whole;"),
        ("whole.rs", "macro_rules! all { ($($m:ident),+) => { $(pub use super::parts::$m::Part;)+ } } all!(one);"),
        ("parts/mod.rs", "pub mod one; pub mod two;"),
        ("parts/one.rs", "use crate::whole::W;"),
        ("parts/two.rs", "use crate::whole::W;"),
    ]);
    let known: &[&[&str]] = &[&["parts/one.rs", "whole.rs"]];
    assert_eq!(circles::check(&parts.edges(), known), Vec::<String>::new());

    let prelude = tree(&[
        ("lib.rs", "mod a; mod b; mod prelude;"),
        ("prelude.rs", "pub use crate::b::B; pub use crate::a::A;"),
        ("a.rs", "use crate::prelude::*; pub struct A; fn f() -> B { B }"),
        ("b.rs", "use crate::a::A; pub struct B;"),
    ]);
    let known: &[&[&str]] = &[&["a.rs", "b.rs", "prelude.rs"]];
    assert_eq!(circles::check(&prelude.edges(), known), Vec::<String>::new());
}

#[test]
fn a_library_is_found_under_another_name() {
    let table = [Library { names: &["ratatui*"], home: &["high.rs", "*/view.rs"], debt: &["low.rs"] }];
    let files = |low| {
        let high = ("high.rs", "use ratatui::Frame;");
        tree(&[("lib.rs", "mod high; mod low; mod view;"), high, ("low.rs", low), ("view.rs", "")])
    };
    let owing = libraries::check(&files("fn f() { vec![::ratatui::x()]; }"), &table);
    only(&owing, "nothing in */view.rs names ratatui*");

    let table = [Library { names: &["ratatui*"], home: &["high.rs"], debt: &[] }];
    let found = libraries::check(&files("use ratatui_core as drawn;\nfn f() { drawn::x() }"), &table);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[1].contains("src/low.rs:2 names `ratatui_core`, which stays in high.rs"), "{found:#?}");
    let clean = libraries::check(&files("/// ratatui::x\nfn f() { crate::ratatui::x(); \"ratatui::x\"; }"), &table);
    assert_eq!(clean, Vec::<String>::new());

    let table = [Library { names: &["ratatui*"], home: &["high.rs"], debt: &["low.rs"] }];
    only(&libraries::check(&files(""), &table), "nothing in low.rs names ratatui* any more");
}

#[test]
fn a_second_meaning_of_a_name_is_found() {
    let two = tree(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "pub struct Thing; pub struct State;"),
        ("b.rs", "pub(crate) enum Thing { A } pub type State = u8;"),
        ("c.rs", "struct Thing; impl Trait for Thing { type Thing = u8; }"),
        // The same thing with its parameters filled in.
        ("d.rs", "pub type Thing<'a> = crate::a::Thing<'a, u8>;"),
    ]);
    only(&names::check(&two, &[]), "2 types are called `Thing`; 1 were");
    assert_eq!(names::check(&two, &[("Thing", 2)]), Vec::<String>::new());
    only(&names::check(&two, &[("Thing", 3)]), "lower it to 2");
    only(&names::check(&two, &[("Thing", 2), ("Other", 2)]), "`Other` has one meaning");
}
