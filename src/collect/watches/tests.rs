use proptest::prelude::*;

use super::*;
use crate::domain::FaultKind;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn fault(kind: FaultKind) -> Fault {
    Fault { kind, call: "watch things".into(), message: String::new(), request_id: None }
}

fn lost() -> Fault {
    fault(FaultKind::Unreachable)
}

type Things = Watches<&'static str>;

fn nothing() -> Round<&'static str> {
    Round { dropped: Vec::new(), begun: Vec::new() }
}

#[test]
fn a_watch_begins_once_and_ends_when_nobody_wants_it() {
    let mut watches = Things::with_seed(0);
    assert_eq!(watches.round(["nodes", "pods"], at(0)).begun, [(1, "nodes"), (2, "pods")]);
    assert_eq!(watches.round(["pods", "nodes"], at(1)), nothing());
    assert_eq!((watches.awaited(), watches.told(&"pods", 2, true), watches.awaited()), (2, None, 1));
    let round = watches.round(["nodes"], at(2));
    assert_eq!(round, Round { dropped: vec![(2, "pods")], begun: vec![] });
    assert!(watches.awaits(&"nodes", 1) && !watches.awaits(&"pods", 2) && !watches.awaits(&"nodes", 2));
    assert_eq!(watches.round(["nodes", "pods"], at(3)).begun, [(3, "pods")], "a number is given once");
}

#[test]
fn a_loss_waits_longer_each_time_and_a_good_watch_ends_that() {
    let mut watches = Things::with_seed(0);
    let mut now = 0;
    let mut pauses = Vec::new();
    for (told, ran) in [(false, 0), (false, 0), (true, 5), (false, 500), (true, GOOD)] {
        let (id, _) = watches.round(["nodes"], at(now)).begun[0];
        if told {
            watches.told(&"nodes", id, true);
        }
        now += ran;
        watches.lost(&"nodes", id, &lost(), at(now));
        assert_eq!(watches.round(["nodes"], at(now)), nothing());
        let again = watches.retry_at(&"nodes").expect("a pause").as_second() + 1;
        pauses.push(again - now);
        now = again;
    }
    let [first, second, third, fourth, last] = pauses[..] else { panic!("{pauses:?}") };
    assert!((3..=5).contains(&first) && (5..=9).contains(&second), "{pauses:?}");
    assert!((9..=17).contains(&third) && (17..=33).contains(&fourth), "not good enough: {pauses:?}");
    assert!((3..=5).contains(&last), "it was a good one: {pauses:?}");
}

#[test]
fn what_another_watch_tells_or_loses_is_nothing() {
    let mut watches = Things::with_seed(0);
    watches.round(["nodes"], at(0));
    watches.lost(&"nodes", 1, &lost(), at(0));
    watches.round(["nodes"], at(60));
    assert!(watches.awaits(&"nodes", 2));
    let before = watches.clone();
    watches.lost(&"nodes", 1, &lost(), at(61));
    assert_eq!((watches.told(&"nodes", 1, true), watches.told(&"pods", 2, true)), (None, None));
    assert!(watches == before);
    assert_eq!(watches.told(&"nodes", 2, true), Some(Reach::Call), "why it was lost is gone");
    assert_eq!(watches.told(&"nodes", 2, true), None);
}

#[test]
fn a_key_and_a_cause_that_is_gone_wait_for_no_pause() {
    let mut watches = Things::with_seed(0);
    watches.round(["nodes", "pods"], at(0));
    watches.lost(&"nodes", 1, &fault(FaultKind::Expired { login: None }), at(0));
    assert_eq!(watches.round(["nodes", "pods"], at(0)), nothing());
    watches.wake(|_, reach| reach == Reach::Machine);
    assert_eq!(watches.round(["nodes", "pods"], at(0)), nothing());
    watches.wake(|_, reach| reach == Reach::Session);
    assert_eq!(watches.round(["nodes", "pods"], at(0)).begun, [(3, "nodes")]);
    watches.lost(&"nodes", 3, &lost(), at(0));
    assert_eq!(watches.force(|_| true), 2);
    let round = watches.round(["nodes", "pods"], at(0));
    assert_eq!(round, Round { dropped: vec![(2, "pods")], begun: vec![(4, "nodes"), (5, "pods")] });
}

const ALL: [&str; 3] = ["claims", "nodes", "pods"];

/// What happens.
#[derive(Debug, Clone)]
enum Step {
    /// These are wanted, of [`ALL`].
    Want([bool; 3]),
    /// A watch of these tells something, or is lost; so many before the last that began.
    Told(usize, u64),
    Lost(usize, u64),
    Force,
    Time(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<[bool; 3]>().prop_map(Step::Want),
        2 => (0..3usize, 0..4u64).prop_map(|(which, before)| Step::Told(which, before)),
        4 => (0..3usize, 0..4u64).prop_map(|(which, before)| Step::Lost(which, before)),
        1 => Just(Step::Force),
        3 => (0..200i64).prop_map(Step::Time),
    ]
}

proptest! {
    /// Whatever happens in whatever order: what runs is what was begun and neither dropped nor lost, it is one watch
    /// at most of a thing that is wanted, and what is wanted and does not run waits for the end of a pause.
    #[test]
    fn what_is_wanted_runs_once(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut watches = Things::with_seed(7);
        let (mut open, mut wanted) = (BTreeMap::<&str, u64>::new(), BTreeSet::new());
        let (mut now, mut last) = (0_i64, 0_u64);
        for step in steps {
            match step {
                Step::Want(of) => wanted = ALL.into_iter().zip(of).filter(|(_, is)| *is).map(|(key, _)| key).collect(),
                Step::Told(which, before) => {
                    watches.told(&ALL[which], last - before.min(last), true);
                }
                Step::Lost(which, before) => {
                    let id = last - before.min(last);
                    watches.lost(&ALL[which], id, &lost(), at(now));
                    if open.get(ALL[which]) == Some(&id) {
                        open.remove(ALL[which]);
                    }
                }
                Step::Force => {
                    watches.force(|_| true);
                }
                Step::Time(by) => now += by,
            }
            let Round { dropped, begun } = watches.round(wanted.clone(), at(now));
            for (id, key) in dropped {
                prop_assert_eq!(open.remove(key), Some(id));
            }
            for (id, key) in begun {
                prop_assert!(id > last, "a number came twice");
                last = id;
                prop_assert_eq!(open.insert(key, id), None);
            }
            for key in ALL {
                prop_assert!(wanted.contains(key) || !open.contains_key(key));
                prop_assert!(open.get(key).is_none_or(|id| watches.awaits(&key, *id)));
                let waits = watches.retry_at(&key).is_some_and(|until| until > at(now));
                prop_assert_eq!(wanted.contains(key), open.contains_key(key) || waits);
            }
        }
    }
}
