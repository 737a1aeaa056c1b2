use jiff::Timestamp;

use super::*;
use crate::keymap::Action;
use crate::screens::cluster_object::key::ThingKey;
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::prose::plain;
use crate::ui::table::Column;

fn now() -> Timestamp {
    "2026-11-22T03:12:44Z".parse().unwrap()
}

fn link_to(name: &str) -> PageLink {
    PageLink::Object(ThingKey::Node(name.into()))
}

/// Two sections: three lines of words and two nodes, then thirty nodes.
fn page() -> ClusterPage {
    let mut page = ClusterPage::default();
    page.section("Why", "");
    for words in ["one", "two", "three"] {
        page.push(PageItem::plain(vec![(words.into(), Role::Text)]));
    }
    page.push(PageItem::plain(vec![("a".into(), Role::Text)]).opening(Some(link_to("a"))));
    page.push(PageItem::plain(vec![("b".into(), Role::Text)]).opening(Some(link_to("b"))).wrong(true));
    page.section("Nodes", "30");
    for at in 0..30 {
        page.push(PageItem::plain(vec![(format!("n{at}"), Role::Text)]).opening(Some(link_to(&format!("n{at}")))));
    }
    page
}

fn lines<'a>(laid: &'a LaidPage<'_>) -> Vec<LaidLine<'a>> {
    (0..laid.len()).filter_map(|at| laid.line(at)).collect()
}

fn at(page: &ClusterPage, cursor: &PageCursor) -> String {
    match cursor.current(page) {
        Some(PageLink::Object(key)) => key.name().to_string(),
        other => format!("{other:?}"),
    }
}

fn acted(page: &ClusterPage, rows: usize, actions: &[Action]) -> (String, usize) {
    let laid = LaidPage::of(page, 80, now());
    let mut cursor = PageCursor::default();
    cursor.keep(page);
    for action in actions {
        assert!(cursor.act(page, &laid, rows, *action), "{action:?}");
    }
    (at(page, &cursor), cursor.scroll)
}

#[test]
fn the_cursor_goes_from_stop_to_stop_and_is_always_seen() {
    let page = page();
    assert_eq!(acted(&page, 10, &[]), ("a".into(), 0));
    assert_eq!(acted(&page, 10, &[Action::Down]), ("b".into(), 0));
    assert_eq!(acted(&page, 10, &[Action::Down, Action::Down]).0, "n0");
    assert_eq!(acted(&page, 10, &[Action::Down, Action::Down, Action::Up, Action::Up]), ("a".into(), 0));
    let laid = LaidPage::of(&page, 80, now());
    for rows in 1..40 {
        let mut cursor = PageCursor::default();
        cursor.keep(&page);
        for action in [Action::Down; 50].into_iter().chain([Action::Up; 60]) {
            cursor.act(&page, &laid, rows, action);
            assert!(cursor.scroll <= laid.most(rows), "{rows}");
        }
        assert_eq!((at(&page, &cursor), cursor.scroll), ("a".into(), 0), "{rows}");
    }
}

#[test]
fn sections_and_ends_are_reached_at_once() {
    let page = page();
    assert_eq!(acted(&page, 10, &[Action::NextPane]).0, "n0");
    assert_eq!(acted(&page, 10, &[Action::NextPane, Action::NextPane]), ("a".into(), 0), "around the end");
    let laid = LaidPage::of(&page, 80, now());
    assert_eq!(acted(&page, 10, &[Action::Bottom]), ("n29".into(), laid.most(10)));
    assert_eq!(acted(&page, 10, &[Action::Bottom, Action::Top]), ("a".into(), 0));
    assert_eq!(acted(&page, 10, &[Action::Bottom, Action::NextFinding]).0, "b", "around the end");
}

#[test]
fn the_cursor_stays_on_what_it_was_moved_to() {
    let (mut page, mut cursor) = (page(), PageCursor::default());
    cursor.keep(&page);
    let laid = LaidPage::of(&page, 80, now());
    cursor.act(&page, &laid, 10, Action::Down);
    let first = PageItem::plain(Line::new()).opening(Some(link_to("new")));
    page.items.insert(1, first);
    cursor.keep(&page);
    assert_eq!(at(&page, &cursor), "b");
    page.items.retain(|item| item.opens != Some(link_to("b")));
    cursor.keep(&page);
    assert!(["a", "n0"].contains(&at(&page, &cursor).as_str()), "near where it was");
}

#[test]
fn what_is_new_at_the_top_is_seen_while_the_cursor_was_not_moved() {
    let (mut page, mut cursor) = (page(), PageCursor::default());
    cursor.keep(&page);
    page.items.insert(1, PageItem::plain(Line::new()).opening(Some(link_to("worse"))));
    cursor.keep(&page);
    assert_eq!(at(&page, &cursor), "worse");
}

#[test]
fn an_age_stands_at_the_right_and_words_are_wrapped_beside_it() {
    let since: Option<Timestamp> = "2026-11-22T03:02:44Z".parse().ok();
    let mut page = ClusterPage::default();
    page.push(PageItem::marked(("▲", Role::Warning), 1, "launched, the node never joined", Role::Text).since(since));
    let wide = LaidPage::of(&page, 120, now());
    assert_eq!(lines(&wide)[0].right, "03:02Z  10m");
    let narrow = LaidPage::of(&page, 24, now());
    let laid = lines(&narrow);
    let words: Vec<String> = laid.iter().map(|line| plain(&line.pieces)).collect();
    assert_eq!(words, [" ▲ launched, the", "   node never", "   joined"]);
    assert_eq!(laid.iter().map(|line| line.right.as_str()).collect::<Vec<_>>(), ["10m", "", ""]);
    assert_eq!((laid[0].is_first, laid[1].is_first), (true, false));
}

#[test]
fn tables_of_several_pages_keep_their_columns() {
    let column = |title: &'static str| Column {
        title: title.into(),
        width: crate::ui::Width::Min(4),
        align: crate::ui::Align::Left,
        priority: 0,
    };
    let (mut first, mut second) = (ClusterPage::default(), ClusterPage::default());
    let table = first.table(vec![column("ONE")]);
    first.push(PageItem::of(PageBody::Row(table, vec![cell("1", Role::Text)])));
    let table = second.table(vec![column("TWO")]);
    second.push(PageItem::of(PageBody::Row(table, vec![cell("2", Role::Text)])));
    first.append(second);
    let laid = LaidPage::of(&first, 40, now());
    let words: Vec<String> = lines(&laid).iter().map(|line| plain(&line.pieces)).collect();
    assert_eq!(words, [" ONE", " 1", " TWO", " 2"]);
}
