//! Every screen in every condition at several sizes, as text and styles. The words that must be
//! there are asserted beside the pictures, so that accepting a picture cannot lose them.
//!
//! Pictures are compared with the files under `snapshots/`; `INSTA_UPDATE=always` writes them.

use std::sync::Arc;

use jiff::SignedDuration;
use quarterdeck::app::{Msg, State};
use quarterdeck::domain::FaultKind;
use quarterdeck::screens::{Screen, View};
use quarterdeck::services::{alarms, rds};
use quarterdeck::slices::reads::Read;
use quarterdeck::trail::{Telling, Whose};

use crate::harness::{self, Desk, denied, empty, failed, good};

#[cfg(feature = "sandbox")]
mod clusters;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];
const OVERLAY_SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];
/// A journal with two executions, of an earlier version, and its head.
const JOURNAL: &[u8] = include_bytes!("fixtures/form-1/journal.jsonl");
const HEAD: &[u8] = include_bytes!("fixtures/form-1/journal.head");
/// The DB instance that [`harness::opened`] shows.
const FIRST: &str = harness::OPENED;

/// Compares with the picture of that name.
fn picture(name: &str, desk: &mut Desk, (columns, rows): (u16, u16)) {
    let shown = desk.styled(columns, rows);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), shown);
    });
}

/// Compares at every size; each frame must have these words.
fn pictures(name: &str, desk: &mut Desk, words: &[&str]) {
    for size in SIZES {
        let text = desk.text_at(size.0, size.1);
        for word in words {
            assert!(text.contains(word), "{name} at {size:?} does not say {word:?}:\n{text}");
        }
        picture(name, desk, size);
    }
}

/// All lists of DB instances are known, one is open, and nothing else has been answered.
fn just_opened() -> Desk {
    let mut desk = harness::fresh();
    desk.answer(|request| match request.target.read {
        Read::Identity | Read::Rds(rds::Read::Databases) => Some(good(request)),
        _ => None,
    });
    desk.enter(FIRST);
    assert_eq!(desk.state.screen(), Screen::Database);
    desk
}

/// From here on nothing can be reached, for four minutes.
fn cut_off(state: State) -> Desk {
    let mut desk = Desk::by_hand(state);
    for _ in 0..24 {
        desk.wait(SignedDuration::from_secs(10));
        desk.answer(|request| Some(failed(request, FaultKind::Unreachable, "connection refused")));
    }
    // Let the last toast go.
    desk.wait(SignedDuration::from_secs(11));
    desk
}

#[test]
fn databases_loading() {
    pictures("databases-loading", &mut harness::fresh(), &["asking AWS for DB instances"]);
}

#[test]
fn databases_ready() {
    let mut desk = Desk::by_hand(harness::fleet());
    pictures("databases-ready", &mut desk, &["Databases 14", FIRST, "rentaliq-prod-db", "data < 1m", "READ-ONLY"]);
}

#[test]
fn databases_stale() {
    let mut ready = Desk::by_hand(harness::fleet());
    let before = ready.text_at(120, 40);
    let mut desk = cut_off(harness::fleet());
    pictures("databases-stale", &mut desk, &["◌", "data 4m", "unreachable", "Databases 14", FIRST, "rentaliq-lab-db"]);
    let after = desk.text_at(120, 40);
    for value in ["87.0 %", "4583/~5000", "68/~405"] {
        assert!(before.contains(value) && after.contains(value), "{value} is gone:\n{after}");
    }
}

#[test]
fn databases_denied() {
    let mut desk = harness::fresh();
    desk.answer(|request| Some(denied(request)));
    desk.wait(SignedDuration::from_secs(15));
    pictures("databases-denied", &mut desk, &["denied", "rds:DescribeDBInstances"]);
}

#[test]
fn databases_empty() {
    let mut desk = harness::fresh();
    desk.answer(|request| Some(empty(request)));
    pictures("databases-empty", &mut desk, &["Databases 0", "no DB instances in any environment"]);
}

#[test]
fn database_loading() {
    pictures("database-loading", &mut just_opened(), &[FIRST, "asking CloudWatch"]);
}

#[test]
fn database_ready() {
    let mut desk = Desk::by_hand(harness::opened());
    pictures("database-ready", &mut desk, &[FIRST, "available", "CPU", "87.0 %", "connections"]);
    let wide = desk.text_at(200, 50);
    for word in ["Replication", "prod-orders-db-replica-1", "postgres 17.5", "daily backups 14×, since 11-09"] {
        assert!(wide.contains(word), "{word} is missing:\n{wide}");
    }
}

#[test]
fn database_stale() {
    let mut desk = cut_off(harness::opened());
    pictures("database-stale", &mut desk, &["◌", "4m", "unreachable", FIRST, "available", "87.0 %"]);
}

#[test]
fn database_denied() {
    let mut desk = just_opened();
    desk.answer(|request| Some(denied(request)));
    desk.wait(SignedDuration::from_secs(15));
    pictures("database-denied", &mut desk, &[FIRST, "denied", "cloudwatch:GetMetricData"]);
}

#[test]
fn database_empty() {
    let mut desk = just_opened();
    desk.answer(|request| Some(empty_but_databases(request)));
    pictures("database-empty", &mut desk, &[FIRST, "no datapoints"]);
    assert!(desk.text_at(120, 40).contains("no events"));
}

/// The DB instances exist, and AWS has nothing to say about them.
fn empty_but_databases(
    request: &quarterdeck::slices::reads::Request,
) -> Vec<Result<quarterdeck::slices::reads::Answer, quarterdeck::domain::Fault>> {
    match request.target.read {
        Read::Rds(rds::Read::Databases) => good(request),
        _ => empty(request),
    }
}

/// The lists of DB instances and alarms are known, and nothing of the alarm under the cursor.
fn alarms_listed() -> Desk {
    let mut desk = harness::fresh();
    desk.press("L");
    desk.answer(|request| match request.target.read {
        Read::Identity | Read::Rds(rds::Read::Databases) | Read::Alarms(alarms::Read::All) => Some(good(request)),
        _ => None,
    });
    assert_eq!(desk.state.screen(), Screen::Alarms);
    desk
}

#[test]
fn alarms_loading() {
    let mut desk = harness::fresh();
    desk.press("L");
    pictures("alarms-loading", &mut desk, &["Alarms", "reading alarms"]);
}

#[test]
fn alarms_ready() {
    let mut desk = Desk::by_hand(harness::alarms());
    pictures(
        "alarms-ready",
        &mut desk,
        &["2 in alarm", "actions off", "rentaliq-prod-db-dr-replica-lag-high", "ReplicaLag"],
    );
}

#[test]
fn alarms_story() {
    let mut desk = Desk::by_hand(harness::alarms());
    desk.press("enter");
    pictures("alarms-story", &mut desk, &["ReplicaLag > 60 (Maximum) for 5 of 5 × 1m", "Part of"]);
}

#[test]
fn alarms_listed_only() {
    pictures("alarms-listed", &mut alarms_listed(), &["2 in alarm", "rentaliq-prod-database"]);
}

#[test]
fn alarms_stale() {
    let mut desk = cut_off(harness::alarms());
    pictures("alarms-stale", &mut desk, &["2 in alarm", "unreachable"]);
}

#[test]
fn alarms_denied() {
    let mut desk = harness::fresh();
    desk.press("L");
    desk.answer(|request| match request.target.read {
        Read::Alarms(_) => Some(denied(request)),
        _ => Some(good(request)),
    });
    desk.wait(SignedDuration::from_secs(11));
    pictures("alarms-denied", &mut desk, &["denied", "never read"]);
}

#[test]
fn alarms_empty() {
    let mut desk = harness::fresh();
    desk.press("L");
    desk.answer(|request| Some(if request.target.read == Read::Identity { good(request) } else { empty(request) }));
    pictures("alarms-empty", &mut desk, &["no CloudWatch alarms"]);
}

/// The audit, which was told this journal.
fn audit(journal: &[u8], head: Option<&[u8]>) -> Desk {
    let mut desk = Desk::by_hand(harness::fleet());
    desk.press("g u");
    let path = "/home/alice/.local/state/quarterdeck/journal.jsonl".into();
    let whose = Whose { path, user: "alice".into(), ..Whose::default() };
    // It is of a week later than the world of these pictures.
    let now = "2026-11-30T08:00:00Z".parse().expect("a time");
    desk.state.shell.world.now = now;
    let told = Telling::of(journal, head, whose, now, 1_000);
    desk.send(Msg::JournalRead(Ok(Arc::new(told))));
    assert_eq!(desk.state.screen(), Screen::Audit);
    desk
}

#[test]
fn audit_loading() {
    let mut desk = Desk::by_hand(harness::fleet());
    desk.press("g u");
    pictures("audit-loading", &mut desk, &["Audit", "reading"]);
}

#[test]
fn audit_ready() {
    pictures("audit-ready", &mut audit(JOURNAL, Some(HEAD)), &["chain intact", "of alice", "WHEN (UTC)"]);
}

#[test]
fn audit_story() {
    let mut desk = audit(JOURNAL, Some(HEAD));
    desk.press("enter");
    pictures("audit-story", &mut desk, &["Outcome      scheduled for sun 04:00Z", "Approved"]);
}

#[test]
fn audit_broken() {
    let altered = String::from_utf8_lossy(JOURNAL).replacen("50 GiB", "10 GiB", 1);
    assert_ne!(altered.as_bytes(), JOURNAL);
    pictures("audit-broken", &mut audit(altered.as_bytes(), Some(HEAD)), &["altered"]);
}

#[test]
fn audit_empty() {
    pictures("audit-empty", &mut audit(b"", None), &["Audit"]);
}

#[test]
fn audit_unreadable() {
    let mut desk = audit(b"", None);
    desk.send(Msg::JournalRead(Err("/home/alice/.local/state/quarterdeck/journal.jsonl: permission denied".into())));
    pictures("audit-unreadable", &mut desk, &["permission denied"]);
}

/// Opens an overlay by key and compares it; each frame must have the words, and the footer the
/// hints: one that is missing there is bound to no key.
fn overlay(name: &str, state: State, keys: &str, words: &[&str], hints: &[&str]) {
    let mut desk = Desk::by_hand(state);
    desk.press(keys);
    assert!(desk.state.views.overlay().is_some(), "{keys} opens nothing");
    for size in OVERLAY_SIZES {
        let text = desk.text_at(size.0, size.1);
        for word in words {
            assert!(text.contains(word), "{name} at {size:?} does not say {word:?}:\n{text}");
        }
        let footer = text.lines().last().unwrap_or_default();
        for hint in hints {
            assert!(footer.contains(hint), "{name} at {size:?}: no hint {hint:?} in {footer:?}");
        }
        picture(name, &mut desk, size);
    }
    desk.press("esc");
    assert!(desk.state.views.overlay().is_none(), "Esc does not close {name}");
}

#[test]
fn overlay_help() {
    overlay("overlay-help", harness::fleet(), "?", &["Keys", "Databases"], &["close", "down", "up"]);
}

#[test]
fn overlay_palette() {
    overlay(
        "overlay-palette",
        harness::fleet(),
        ":",
        &["Commands", "operations running", "screen", "environment"],
        &["choose", "close"],
    );
}

#[test]
fn overlay_errors() {
    let state = cut_off(harness::fleet()).state;
    let words = ["Errors", "unreachable, affects ", "connection refused", "check the network"];
    overlay("overlay-errors", state, "!", &words, &["close", "dismiss", "copy"]);
}

#[test]
fn overlay_errors_when_there_are_none() {
    overlay("overlay-errors-none", harness::fleet(), "!", &["nothing has failed"], &["close"]);
}

#[test]
fn overlay_sort() {
    overlay("overlay-sort", harness::fleet(), "s", &["Sort by", "health"], &["choose", "close"]);
}

#[test]
fn overlay_columns() {
    overlay("overlay-columns", harness::fleet(), "c", &["Columns", "✔"], &["show or hide", "close"]);
}

#[test]
fn overlay_copy() {
    overlay("overlay-copy", harness::fleet(), "y", &["Copy", "ARN", "psql"], &["choose", "close"]);
}

#[test]
fn overlay_operations() {
    overlay("overlay-operations", harness::opened(), "a", &["snapshot", "failover"], &["close"]);
}

#[test]
fn overlay_environments() {
    overlay(
        "overlay-environments",
        harness::fleet(),
        "e",
        &["Environment", "staging", "eu-west-1"],
        &["choose", "close"],
    );
}

#[test]
fn overlay_range() {
    overlay("overlay-range", harness::opened(), "t", &["Range", "14d", "every 1m"], &["choose", "close"]);
}

#[test]
fn an_error_is_dismissed_with_the_key_that_the_footer_shows() {
    let mut desk = Desk::by_hand(cut_off(harness::fleet()).state);
    let causes = |desk: &Desk| desk.state.shell.world.faults.by_cause(&desk.state.shell.world.estate).len();
    let before = causes(&desk);
    assert!(before > 1);
    desk.press("! x");
    assert!(matches!(desk.state.views.overlay(), Some(View::Errors { .. })), "x closed the errors");
    assert_eq!(causes(&desk), before - 1, "a line is a cause, with all of its calls");
}

#[test]
fn small_terminals() {
    for (name, state) in [("databases", harness::fleet()), ("database", harness::opened())] {
        let mut desk = Desk::by_hand(state);
        let text = desk.text_at(19, 4);
        assert!(text.contains("20×5 at least"), "{text}");
        let text = desk.text_at(40, 12);
        assert!(text.contains(FIRST), "{name} at 40×12 does not name {FIRST}:\n{text}");
        for size in [(19, 4), (20, 5), (40, 12)] {
            picture(&format!("{name}-small"), &mut desk, size);
        }
    }
}

#[test]
fn the_smallest_terminal_names_the_selected_database() {
    let mut desk = Desk::by_hand(harness::fleet());
    let text = desk.text_at(20, 5);
    let row = desk.state.databases.current().and_then(|row| row.database(&desk.state.shell.world)).expect("a row");
    let beginning: String = row.id.chars().take(6).collect();
    assert!(text.contains(&beginning), "no {beginning}:\n{text}");
}

#[test]
fn every_small_size_can_be_drawn() {
    for state in [harness::fleet(), harness::opened(), cut_off(harness::fleet()).state] {
        for keys in ["", "?", ":", "!", "y"] {
            let mut desk = Desk::by_hand(state.clone());
            desk.press(keys);
            for columns in (1..48).step_by(3) {
                for rows in 1..14 {
                    desk.frame(columns, rows);
                }
            }
        }
    }
}

#[test]
fn large_terminals() {
    for state in [harness::fleet(), harness::opened()] {
        let text = Desk::by_hand(state).text_at(300, 100);
        let header = text.lines().next().unwrap_or_default();
        assert!(header.contains("SANDBOX") && header.contains("READ-ONLY") && header.contains("03:12Z"), "{header}");
        assert_eq!(text.lines().count(), 100);
    }
}
