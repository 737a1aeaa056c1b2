use std::ops::Range;

use proptest::prelude::*;

use super::*;
use crate::domain::FaultKind;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn fault() -> Fault {
    let call = "s3:ListObjectsV2".to_owned();
    Fault { kind: FaultKind::TimedOut, call, message: String::new(), request_id: None }
}

fn page(keys: Range<usize>) -> Vec<usize> {
    keys.collect()
}

fn token(key: usize) -> String {
    key.to_string()
}

/// A list of which the first thousand came at second 10, by request 1.
fn pages() -> Pages<usize> {
    let mut pages = Pages::default();
    assert_eq!((pages.is_due(0, 20), pages.shown(), pages.begin(1)), (true, None, None));
    assert!(pages.take(1, page(0..1000), Some(token(1000)), at(10)));
    pages
}

#[test]
fn the_next_page_is_asked_for_near_the_end_and_once() {
    let mut pages = pages();
    assert_eq!(pages.shown().as_deref(), Some("1,000, and more"));
    assert!(!pages.is_due(979, 20) && pages.is_due(980, 20) && pages.is_due(usize::MAX, 20));
    assert_eq!(pages.begin(2), Some(token(1000)));
    assert!(!pages.is_due(999, 20) && pages.is_asking());
    assert!(pages.take(2, page(1000..1234), None, at(70)));
    assert_eq!((pages.shown().as_deref(), pages.is_due(1233, 20)), (Some("1,234"), false));
    assert_eq!(*pages.read(), Remote::Ready { value: page(0..1234), at: at(10) }, "as old as its oldest page");
}

#[test]
fn a_late_page_of_another_listing_is_dropped() {
    let mut pages = pages();
    pages.begin(2);
    let before = pages.clone();
    assert!(!pages.take(1, page(0..5), None, at(20)) && !pages.fail(1, fault()));
    assert!(pages == before);
}

#[test]
fn a_page_that_failed_can_be_asked_for_again() {
    let mut pages = pages();
    pages.begin(2);
    assert!(pages.fail(2, fault()));
    assert_eq!(*pages.read(), Remote::Stale { value: page(0..1000), at: at(10), fault: fault() });
    assert_eq!((pages.is_due(999, 20), pages.shown().as_deref()), (false, Some("1,000, and more")));
    pages.again();
    assert!(pages.is_due(999, 20));
    assert_eq!(pages.begin(3), Some(token(1000)));
    assert!(pages.take(3, page(1000..1001), None, at(30)));
    assert_eq!(*pages.read(), Remote::Ready { value: page(0..1001), at: at(10) });
}

#[test]
fn a_refresh_blanks_nothing() {
    let mut pages = pages();
    pages.begin(2);
    pages.refresh();
    assert!(!pages.take(2, page(1000..2000), Some(token(2000)), at(20)), "it is of before the refresh");
    assert!(pages.is_due(0, 20));
    assert_eq!(pages.begin(3), None);
    pages.refresh();
    assert!(!pages.is_due(0, 20), "it is being read anew already");
    assert!(pages.fail(3, fault()));
    pages.again();
    assert_eq!((pages.read().value().map(Vec::len), pages.begin(4)), (Some(1000), None));
    assert!(pages.take(4, page(0..7), Some(String::new()), at(40)));
    assert_eq!(*pages.read(), Remote::Ready { value: page(0..7), at: at(40) });
    assert!(!pages.has_more(), "an empty token is none");
}

/// What happens.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody looks at this row, and what is due is asked for.
    Look(usize),
    /// The request that began so many before the last is answered, well or not.
    Answer(u64, bool),
    Again,
    Refresh,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..60usize).prop_map(Step::Look),
        6 => any::<bool>().prop_map(|well| Step::Answer(0, well)),
        2 => (1..3u64, any::<bool>()).prop_map(|(before, well)| Step::Answer(before, well)),
        2 => Just(Step::Again),
        1 => Just(Step::Refresh),
    ]
}

/// How many there are in all, and on a page.
const TOTAL: usize = 47;
const PAGE: usize = 10;

proptest! {
    /// Whatever happens in whatever order: the list begins as it does in AWS and has no gap, is never blank once it
    /// was read, says that there is more exactly while there is, and awaits one page at most.
    #[test]
    fn it_is_the_beginning_of_the_list(steps in prop::collection::vec(any_step(), 1..80)) {
        let mut pages = Pages::default();
        // Where each request begins.
        let mut asked: Vec<usize> = Vec::new();
        for step in steps {
            let before = pages.clone();
            match step {
                Step::Look(row) => {
                    if pages.is_due(row, 5) {
                        prop_assert!(!pages.is_asking());
                        let after = pages.begin(asked.len() as u64);
                        asked.push(after.map_or(0, |key| key.parse().expect("one of ours")));
                    }
                }
                Step::Answer(earlier, well) => {
                    let Some(id) = (asked.len() as u64).checked_sub(1 + earlier) else { continue };
                    let from = asked[id as usize];
                    let end = TOTAL.min(from + PAGE);
                    let next = (end < TOTAL).then(|| token(end));
                    let is_heard = if well {
                        pages.take(id, page(from..end), next, at(1))
                    } else {
                        pages.fail(id, fault())
                    };
                    prop_assert!(earlier == 0 || !is_heard);
                    prop_assert!(is_heard || pages == before, "what nobody awaits changed something");
                }
                Step::Again => pages.again(),
                Step::Refresh => pages.refresh(),
            }
            let count = pages.read().value().map(Vec::len);
            prop_assert!(before.read().value().is_none() || count.is_some());
            if let Some(all) = pages.read().value() {
                prop_assert!(all.iter().copied().eq(0..all.len()), "there is a gap");
                prop_assert_eq!(pages.has_more(), all.len() < TOTAL);
                let words = pages.shown().unwrap_or_default();
                prop_assert_eq!(words.ends_with(", and more"), all.len() < TOTAL);
            }
        }
    }
}
