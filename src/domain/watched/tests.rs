use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::FaultKind;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn fault() -> Fault {
    let kind = FaultKind::Unreachable;
    Fault { kind, call: "watch things".into(), message: String::new(), request_id: None }
}

fn items(all: &[(&str, u8)]) -> Items<u8> {
    all.iter().map(|(name, item)| (Arc::from(*name), *item)).collect()
}

fn names(all: &[&str]) -> BTreeSet<Arc<str>> {
    all.iter().map(|name| Arc::from(*name)).collect()
}

fn changes(put: &[(&str, u8)], gone: &[&str]) -> Delta<u8> {
    Delta::Changes { put: items(put), gone: names(gone) }
}

/// A watch of generation 1 that told the whole at second 10.
fn watched() -> Watched<u8> {
    let mut watched = Watched::default();
    watched.begin(1);
    assert_eq!(watched.take(1, Delta::Snapshot(items(&[("a", 1), ("b", 1)])), at(10)), Changed::All);
    watched
}

#[test]
fn a_quiet_watch_is_fresh_and_a_dead_one_ages() {
    let mut watched = watched();
    assert_eq!(watched.items().age(at(70)), Some(Duration::from_secs(60)));
    assert_eq!(watched.take(1, Delta::Alive, at(70)), Changed::Nothing);
    assert_eq!(watched.items().at(), Some(at(70)));
    assert_eq!(watched.take(1, Delta::Alive, at(5)), Changed::Nothing);
    assert_eq!(watched.items().at(), Some(at(70)), "this machine's clock went back");
}

#[test]
fn only_what_changed_is_told() {
    let mut watched = watched();
    assert_eq!(watched.take(1, changes(&[("a", 1)], &["z"]), at(11)), Changed::Nothing, "it was so before");
    assert_eq!(watched.items().at(), Some(at(11)));
    let told = watched.take(1, changes(&[("a", 2), ("c", 1)], &["b"]), at(12));
    assert_eq!(told, Changed::These(names(&["a", "b", "c"])));
    assert_eq!((watched.get("a"), watched.get("b"), watched.get("c")), (Some(&2), None, Some(&1)));
    let told = watched.take(1, changes(&[("c", 2)], &["c"]), at(13));
    assert_eq!((told, watched.get("c")), (Changed::These(names(&["c"])), Some(&2)), "it was made anew");
}

#[test]
fn a_loss_keeps_what_was_known_until_another_watch_told_the_whole() {
    let mut watched = watched();
    assert_eq!(watched.take(1, Delta::Lost(fault()), at(20)), Changed::Nothing);
    let known = items(&[("a", 1), ("b", 1)]);
    let stale = Remote::Stale { value: known, at: at(10), fault: fault() };
    assert_eq!(*watched.items(), stale);
    watched.begin(2);
    for (generation, late) in [(1, changes(&[("a", 9)], &[])), (2, changes(&[("a", 9)], &[])), (2, Delta::Alive)] {
        assert_eq!(watched.take(generation, late, at(30)), Changed::Nothing);
        assert_eq!(*watched.items(), stale);
    }
    let told = watched.take(2, Delta::Snapshot(items(&[("a", 1), ("c", 1)])), at(40));
    assert_eq!(told, Changed::These(names(&["b", "c"])), "what vanished meanwhile is gone");
    assert_eq!(*watched.items(), Remote::Ready { value: items(&[("a", 1), ("c", 1)]), at: at(40) });
}

#[test]
fn a_watch_that_nobody_wants_leaves_what_it_told() {
    let mut watched = watched();
    watched.end();
    assert_eq!(watched.take(1, Delta::Snapshot(Items::new()), at(20)), Changed::Nothing);
    assert_eq!((watched.get("a"), watched.items().at()), (Some(&1), Some(at(10))));
    let mut waiting = Watched::<u8>::default();
    waiting.begin(1);
    assert_eq!(*waiting.items(), Remote::Loading);
    waiting.end();
    assert_eq!(*waiting.items(), Remote::Idle, "nobody waits for it");
}

/// What happens.
#[derive(Debug, Clone)]
enum Step {
    Begin,
    End,
    /// Something is told by the watch that began so many before the last.
    Told(u64, Delta<u8>),
    /// The clock goes on by so many seconds, or back.
    Time(i64),
}

fn name() -> impl Strategy<Value = Arc<str>> {
    prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(|name| -> Arc<str> { name.into() })
}

fn any_items() -> impl Strategy<Value = Items<u8>> {
    prop::collection::btree_map(name(), 0..3u8, 0..4)
}

fn any_delta() -> impl Strategy<Value = Delta<u8>> {
    let any_names = prop::collection::btree_set(name(), 0..3);
    prop_oneof![
        2 => any_items().prop_map(Delta::Snapshot),
        4 => (any_items(), any_names).prop_map(|(put, gone)| Delta::Changes { put, gone }),
        2 => Just(Delta::Alive),
        1 => Just(Delta::Lost(fault())),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Begin),
        1 => Just(Step::End),
        8 => any_delta().prop_map(|delta| Step::Told(0, delta)),
        2 => (1..3u64, any_delta()).prop_map(|(before, delta)| Step::Told(before, delta)),
        3 => (-50..200i64).prop_map(Step::Time),
    ]
}

/// A model that simply keeps a map.
#[derive(Debug, Default)]
struct Model {
    all: Option<BTreeMap<Arc<str>, u8>>,
    /// The last watch that began.
    last: u64,
    /// It goes on.
    goes_on: bool,
    whole: bool,
    lost: bool,
}

impl Model {
    /// Takes in what the last watch told; whether that is news of what there is.
    fn take(&mut self, delta: &Delta<u8>) -> bool {
        let is_heard = self.goes_on && (self.whole || matches!(delta, Delta::Snapshot(_) | Delta::Lost(_)));
        match delta {
            _ if !is_heard => return false,
            Delta::Snapshot(all) => {
                self.all = Some(all.clone());
                (self.whole, self.lost) = (true, false);
            }
            Delta::Changes { put, gone } => {
                let all = self.all.get_or_insert_default();
                all.retain(|name, _| !gone.contains(name));
                all.extend(put.clone());
            }
            Delta::Alive => {}
            Delta::Lost(_) => {
                (self.goes_on, self.whole, self.lost) = (false, false, true);
                return false;
            }
        }
        true
    }
}

/// The names whose things differ.
fn different(before: &Items<u8>, after: &Items<u8>) -> BTreeSet<Arc<str>> {
    before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

proptest! {
    /// Whatever is told in whatever order: what is known is what a map would have, a watch of before changes
    /// nothing, what is said to have changed is what has, and the time of it never goes back.
    #[test]
    fn it_knows_what_a_map_would(steps in prop::collection::vec(any_step(), 1..60)) {
        let (mut watched, mut model, mut now) = (Watched::default(), Model::default(), 1_000);
        for step in steps {
            let before = watched.clone();
            match step {
                Step::Time(by) => now += by,
                Step::Begin => {
                    model.last += 1;
                    (model.goes_on, model.whole) = (true, false);
                    watched.begin(model.last);
                }
                Step::End => {
                    (model.goes_on, model.whole) = (false, false);
                    watched.end();
                }
                Step::Told(0, delta) => {
                    let is_news = model.take(&delta);
                    let told = watched.take(model.last, delta, at(now));
                    if is_news {
                        let renewed = before.items.at().map_or(at(now), |before| at(now).max(before));
                        prop_assert_eq!(watched.items.at(), Some(renewed));
                    }
                    match (before.items.value(), watched.items.value()) {
                        (Some(before), Some(after)) => {
                            prop_assert_eq!(told, Changed::of(different(before, after)));
                        }
                        (None, Some(_)) => prop_assert_eq!(told, Changed::All),
                        (_, None) => prop_assert_eq!(told, Changed::Nothing),
                    }
                }
                Step::Told(earlier, delta) => {
                    if let Some(generation) = model.last.checked_sub(earlier) {
                        prop_assert_eq!(watched.take(generation, delta, at(now)), Changed::Nothing);
                        prop_assert!(watched == before, "a watch of before was listened to");
                    }
                }
            }
            prop_assert_eq!(watched.items.value(), model.all.as_ref());
            prop_assert!(watched.items.at() >= before.items.at(), "it is older than before");
            prop_assert_eq!(watched.items.fault().is_some(), model.lost);
        }
    }

    /// Deltas that were made one tell the same as one by one.
    #[test]
    fn what_is_gathered_is_the_same(deltas in prop::collection::vec(any_delta(), 1..20)) {
        let deltas: Vec<Delta<u8>> =
            deltas.into_iter().filter(|delta| !matches!(delta, Delta::Lost(_))).collect();
        let (mut single, mut gathered) = (watched(), watched());
        let mut one = Delta::Alive;
        for delta in deltas {
            single.take(1, delta.clone(), at(20));
            prop_assert_eq!(one.absorb(delta), None);
        }
        gathered.take(1, one, at(20));
        prop_assert_eq!(gathered.items.value(), single.items.value());
    }
}
