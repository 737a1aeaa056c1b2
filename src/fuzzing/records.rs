//! Files that this program writes and anybody may have touched: a plan, the journal.

use std::hint::black_box;
use std::str;

use jiff::Timestamp;

use super::assert_harmless;
use crate::audit::{Filter, csv, export, table};
use crate::domain::Identity;
use crate::ops::Fingerprint;
use crate::ops::journal::{Head, chain, entries};
use crate::runtime::apply::text;
use crate::runtime::journal::Stored;
use crate::services::kubernetes::change;
use crate::services::rds;
use crate::slices::{Body, Entry, Execution, Plan, Policy, Requested, Seen, TargetKind};
use crate::trail::{StoryLine, Telling, Whose, rows, story, words};

/// A plan as `qd apply` reads it: whether it is intact, what differs from another one, what is said
/// of it.
pub fn plan(input: &[u8]) {
    let Ok(json) = str::from_utf8(input) else { return };
    match Requested::read(json) {
        Ok(requested) => as_a_request(&requested),
        Err(why) => assert_harmless(&why),
    }
    let Ok(plan) = serde_json::from_str::<Plan>(json) else { return };
    if plan.is_intact() {
        let again = serde_json::to_string(&plan).and_then(|json| serde_json::from_str::<Plan>(&json));
        assert!(again.is_ok_and(|again| again.is_intact()), "an intact plan is another one after writing it");
    }
    let mut fresh = plan.clone();
    fresh.fingerprint = Fingerprint::default();
    fresh.account.push('1');
    fresh.observed.pop();
    fresh.checks.pop();
    for (approved, fresh) in [(&plan, &fresh), (&fresh, &plan), (&plan, &plan)] {
        black_box((approved.differences(fresh), approved.still_holds(fresh).is_ok(), approved.touches(fresh)));
    }
    let policy = Policy { headless: true, ..Policy::default() };
    let refusal = text::refusal(&plan, &policy, &[], plan.seen_at);
    assert_harmless(&text::plan(&plan, &policy, refusal.as_deref()));
}

/// What is believed of a plan's file: the plan that is made of it anew, in a world of which nothing is known.
fn as_a_request(requested: &Requested) {
    let (at, identity) = (Timestamp::UNIX_EPOCH, Identity::default());
    let seen: Seen = match requested.target.kind {
        TargetKind::Rds(kind) => rds::Seen::blank(at, requested.target.with_kind(kind), identity).into(),
        TargetKind::Kubernetes(kind) => change::Seen::blank(at, requested.target.with_kind(kind), identity).into(),
    };
    match requested.plan(&seen) {
        Ok(plan) => {
            assert!(plan.is_intact() && plan.operation == requested.operation, "another plan was made of the request");
            let policy = Policy { headless: true, ..Policy::default() };
            let refusal = text::refusal(&plan, &policy, &[], seen.at());
            assert_harmless(&text::plan(&plan, &policy, refusal.as_deref()));
        }
        Err(why) => assert_harmless(&why),
    }
}

/// A journal, and after the first NUL its head, where there is one: verification, its end, executions
/// after a crash, and all that `qd audit` tells.
pub fn journal(input: &[u8]) {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let journal = parts.next().unwrap_or_default().to_vec();
    let stored = Stored { journal, head: parts.next().map(<[u8]>::to_vec), ..Stored::default() };

    let report = stored.report();
    black_box((report.warning(), words::verdict(&report)));
    let tail = chain::tail(&stored.journal);
    let kept = stored.head.as_deref().and_then(Head::read);
    black_box((tail.is_torn(), Head::next(Head::newest(tail.last.as_ref(), kept.as_ref()).as_ref())));

    let (entries, _) = entries(&stored.journal);
    for execution in Execution::rebuild(&entries) {
        black_box((
            execution.next(execution.started),
            execution.verdict(),
            execution.given_up(),
            execution.open_steps(),
        ));
        black_box(execution.result_words());
    }
    for id in entries.iter().filter(|entry| is_beginning(entry)).filter_map(|entry| entry.body.execution()) {
        let own: Vec<&Entry> = entries.iter().filter(|entry| entry.body.execution() == Some(id)).collect();
        assert_harmless(&story::text(id, &own));
    }
    let (filter, rows) = (Filter::default(), rows::rows(&entries));
    for columns in [None, Some(80)] {
        assert_harmless(&table::table(&rows, columns));
    }
    assert_harmless(&table::json(&rows));
    assert_harmless(&csv::csv(&rows));
    let telling = Telling::of(&stored.journal, stored.head.as_deref(), Whose::default(), Timestamp::UNIX_EPOCH, 8);
    for row in &telling.rows {
        let lines: Vec<StoryLine> = telling.story(row);
        assert_harmless(&story::printed(&lines));
    }
    assert_harmless(&export::jsonl(&stored.journal, &filter));
    assert_harmless(&export::markdown(&entries, &report, &filter));
}

fn is_beginning(entry: &Entry) -> bool {
    matches!(entry.body, Body::Approved { .. })
}
