//! What an older version has written is read and verified by this one: plans and a journal of the
//! first form, as `qd` 0.1.0 wrote them before plans said when they were made.

use quarterdeck::ops::journal::{entries, verify};
use quarterdeck::slices::{Execution, Plan, Requested};
use quarterdeck::trail::rows::rows;

const PLANS: [&str; 5] = [
    include_str!("fixtures/form-1/plan-create-snapshot.json"),
    include_str!("fixtures/form-1/plan-change-class.json"),
    include_str!("fixtures/form-1/plan-delete-instance.json"),
    include_str!("fixtures/form-1/plan-promote-replica.json"),
    include_str!("fixtures/form-1/plan-restore-to-point-in-time.json"),
];
const JOURNAL: &[u8] = include_bytes!("fixtures/form-1/journal.jsonl");
const HEAD: &[u8] = include_bytes!("fixtures/form-1/journal.head");

#[test]
fn plans_of_the_first_form_are_intact_and_are_not_carried_out() {
    for text in PLANS {
        let plan: Plan = serde_json::from_str(text).expect("a plan of the first form");
        assert_eq!((plan.form, plan.made_at), (1, None));
        assert!(plan.is_intact(), "{:?}", plan.operation.kind());
        assert!(Requested::read(text).unwrap_err().contains("another version of qd has made it"));
    }
}

#[test]
fn a_journal_of_the_first_form_is_sound_and_tells_how_everything_ended() {
    let report = verify(JOURNAL.split_inclusive(|byte| *byte == b'\n')).with_head(Some(HEAD));
    assert!(report.is_sound(), "{report:?}");
    let (all, unread) = entries(JOURNAL);
    assert_eq!((all.len(), unread), (18, 0));
    let executions = Execution::rebuild(&all);
    assert!(executions.iter().all(|execution| !execution.is_running() && execution.plan.is_intact()));
    // The class change was left to its window, which the first form told in words only.
    let outcomes: Vec<&str> = rows(&all).iter().map(|row| row.outcome.word()).collect();
    assert_eq!(outcomes, ["done", "scheduled", "scheduled"]);
}
