//! Since when which finding stands, over looks and over starts of the console.

use super::*;
use crate::domain::finding::testing;

/// Nobody has looked before.
fn nobody(_: &'static str) -> Option<Timestamp> {
    None
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(minutes * 60).expect("in range")
}

fn finding(rule: &'static str, severity: Severity, since: Option<Since>) -> Finding {
    Finding { rule, severity, since, ..testing::finding() }
}

#[test]
fn the_earliest_beginning_is_kept_while_it_stands() {
    let mut ledger = Ledger::default();
    let since = |ledger: &Ledger| ledger.of("arn").next().and_then(|f| f.since);
    ledger.renew("arn", vec![finding("cpu", Severity::Warning, None)], at(10), &nobody);
    assert_eq!(since(&ledger), Some(Since::Seen(at(10))), "first seen");
    ledger.renew("arn", vec![finding("cpu", Severity::Critical, Some(Since::At(at(5))))], at(11), &nobody);
    assert_eq!(since(&ledger), Some(Since::At(at(5))), "the series knows better");
    ledger.renew("arn", vec![finding("cpu", Severity::Warning, Some(Since::At(at(9))))], at(12), &nobody);
    assert_eq!(since(&ledger), Some(Since::At(at(5))), "the series has moved on");
    ledger.renew("arn", vec![], at(13), &nobody);
    assert_eq!(ledger, Ledger::default());
    ledger.renew("arn", vec![finding("cpu", Severity::Warning, None)], at(20), &nobody);
    assert_eq!(since(&ledger), Some(Since::Seen(at(20))), "a new one");
}

#[test]
fn the_worst_and_the_freshest_come_first() {
    let mut ledger = Ledger::default();
    let findings = vec![
        finding("c", Severity::Warning, Some(Since::At(at(8)))),
        finding("a", Severity::Info, Some(Since::At(at(1)))),
        finding("d", Severity::Critical, Some(Since::At(at(9)))),
        finding("b", Severity::Warning, Some(Since::At(at(3)))),
    ];
    ledger.renew("arn", findings, at(10), &nobody);
    assert_eq!(ledger.of("arn").map(|f| f.rule).collect::<Vec<_>>(), vec!["d", "c", "b", "a"]);
    assert_eq!(ledger.standing("arn", "d"), Some(Severity::Critical));
    assert_eq!(ledger.standing("arn", "x"), None);
    assert_eq!(ledger.standing("other", "d"), None);
}

#[test]
fn what_is_gone_is_forgotten() {
    let mut ledger = Ledger::default();
    ledger.renew("one", vec![finding("cpu", Severity::Warning, None)], at(1), &nobody);
    ledger.renew("two", vec![finding("cpu", Severity::Warning, None)], at(1), &nobody);
    ledger.forget(|arn| arn == "one");
    assert_eq!((ledger.of("one").count(), ledger.of("two").count(), ledger.all().count()), (0, 1, 1));
}

/// Rules without a series say no beginning of their own: it outlives the console.
#[test]
fn a_beginning_outlives_the_console() {
    let mut before = Ledger::default();
    before.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(10), &nobody);
    before.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(60), &nobody);
    let mut after = Ledger::default();
    after.remember(before.beginnings(), at(500));
    assert_eq!(after.standing("arn", "upgrade"), Some(Severity::Warning), "it is cleared by a margin as before");
    after.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(501), &nobody);
    assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(Since::Seen(at(10))));
    after.renew("arn", vec![], at(502), &nobody);
    after.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(503), &nobody);
    assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(Since::Seen(at(503))), "it was over in between");
}

#[test]
fn what_began_after_anybody_looked_is_new() {
    let mut before = Ledger::default();
    before.renew("arn", vec![finding("cpu", Severity::Warning, Some(Since::At(at(5))))], at(10), &nobody);
    for (own, expected) in [(490, 490), (3, 3), (8, 5)] {
        let mut after = Ledger::default();
        after.remember(before.beginnings(), at(500));
        after.renew("arn", vec![finding("cpu", Severity::Warning, Some(Since::At(at(own))))], at(500), &nobody);
        assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(Since::At(at(expected))), "{own}");
    }
}

#[test]
fn what_is_not_given_again_soon_is_dropped() {
    let mut before = Ledger::default();
    before.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(10), &nobody);
    let mut after = Ledger::default();
    after.remember(before.beginnings(), at(500));
    assert_eq!(after.beginnings(), before.beginnings(), "a console that is left at once loses nothing");
    after.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(516), &nobody);
    assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(Since::Seen(at(516))));
    assert_eq!(after.beginnings().len(), 1);
}

/// The one finding's `since`, after looks at these minutes.
fn after(looks: &[(i64, Severity, Option<Since>)], well: &dyn Fn(&'static str) -> Option<Timestamp>) -> Option<Since> {
    let mut ledger = Ledger::default();
    for (minute, severity, own) in looks {
        ledger.renew("arn", vec![finding("rule", *severity, *own)], at(*minute), well);
    }
    ledger.of("arn").next().and_then(|finding| finding.since)
}

#[test]
fn the_edge_of_what_was_read_moves_on_and_the_first_one_stays() {
    let looks = [180, 240, 300].map(|now| (now, Severity::Warning, Some(Since::Before(at(now - 180)))));
    assert_eq!(after(&looks, &nobody), Some(Since::Before(at(0))), "it stands for five hours at least");
}

/// A latest restorable time that creeps on, a dip of a minute: while it stands, it stands since its beginning.
#[test]
fn an_age_does_not_restart_while_it_stands() {
    let looks = [(10, Severity::Critical, Some(Since::At(at(5)))), (11, Severity::Warning, Some(Since::At(at(11))))];
    assert_eq!(after(&looks, &nobody), Some(Since::At(at(5))));
    // The words come from the status first, from the series later.
    let looks = [(10, Severity::Critical, None), (11, Severity::Critical, Some(Since::At(at(11))))];
    assert_eq!(after(&looks, &nobody), Some(Since::Seen(at(10))));
    // The machine slept, and it began while nobody looked.
    let looks = [(10, Severity::Critical, Some(Since::At(at(5)))), (600, Severity::Critical, Some(Since::At(at(590))))];
    assert_eq!(after(&looks, &nobody), Some(Since::At(at(590))));
    let looks =
        [(10, Severity::Warning, Some(Since::At(at(5)))), (600, Severity::Warning, Some(Since::Before(at(420))))];
    assert_eq!(after(&looks, &nobody), Some(Since::Before(at(420))), "nobody knows how it was at night");
}

#[test]
fn what_aws_tells_is_taken_as_it_is() {
    let told = |minute| Some(Since::Told(at(minute)));
    let looks = [(10, Severity::Warning, told(5)), (11, Severity::Critical, told(11))];
    assert_eq!(after(&looks, &nobody), told(11), "it failed over again");
}

#[test]
fn what_was_well_shortly_before_began_now() {
    let well = |minute: i64| move |_: &'static str| Some(at(minute));
    let look = [(10, Severity::Critical, None)];
    assert_eq!(after(&look, &well(9)), Some(Since::At(at(10))));
    assert_eq!(after(&look, &well(-60)), Some(Since::Seen(at(10))), "too long ago");
    let mut ledger = Ledger::default();
    let notice = Finding { harm: Harm::Upkeep, ..finding("rule", Severity::Warning, None) };
    ledger.renew("arn", vec![notice], at(10), &well(9));
    let since = ledger.of("arn").next().and_then(|finding| finding.since);
    assert_eq!(since, Some(Since::Seen(at(10))), "AWS has known of it longer");
}

/// An instance that was stopped for days and now fails does not fail since days; a failure during which it was changed
/// for a while is one.
#[test]
fn a_note_is_not_the_beginning_of_what_follows_it() {
    let looks = [(10, Severity::Info, None), (20, Severity::Info, None), (21, Severity::Critical, None)];
    assert_eq!(after(&looks, &nobody), Some(Since::Seen(at(21))));
    let looks = [(10, Severity::Critical, None), (11, Severity::Info, None), (12, Severity::Critical, None)];
    assert_eq!(after(&looks, &nobody), Some(Since::Seen(at(10))));
}

#[test]
fn how_a_beginning_is_known_outlives_the_console_too() {
    for since in [Since::At(at(5)), Since::Before(at(5)), Since::Seen(at(5))] {
        let mut before = Ledger::default();
        let own = if matches!(since, Since::Seen(_)) { None } else { Some(since) };
        before.renew("arn", vec![finding("rule", Severity::Warning, own)], at(5), &nobody);
        let kept = serde_json::to_string(&before.beginnings()).expect("plain data");
        let mut next = Ledger::default();
        next.remember(serde_json::from_str::<Vec<Beginning>>(&kept).expect("as written"), at(500));
        next.renew("arn", vec![finding("rule", Severity::Warning, None)], at(500), &nobody);
        assert_eq!(next.of("arn").next().and_then(|finding| finding.since), Some(since));
    }
}
