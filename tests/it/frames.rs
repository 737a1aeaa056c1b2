//! Every screen in every condition at several sizes, as text and styles. The words that must be
//! there are asserted beside the pictures, so that accepting a picture cannot lose them.
//!
//! Pictures are compared with the files under `snapshots/`; `INSTA_UPDATE=always` writes them.

use jiff::SignedDuration;
use quarterdeck::app::State;
use quarterdeck::domain::FaultKind;
use quarterdeck::screens::{Screen, View};
use quarterdeck::services::rds;
use quarterdeck::slices::reads::Read;

use crate::stage::{self, Stage, denied, empty, failed, good};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];
const OVERLAY_SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];
/// The DB instance that [`stage::opened`] shows.
const FIRST: &str = stage::OPENED;

/// Compares with the picture of that name.
fn picture(name: &str, stage: &mut Stage, (columns, rows): (u16, u16)) {
    let shown = stage.styled(columns, rows);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), shown);
    });
}

/// Compares at every size; each frame must have these words.
fn pictures(name: &str, stage: &mut Stage, words: &[&str]) {
    for size in SIZES {
        let text = stage.text(size.0, size.1);
        for word in words {
            assert!(text.contains(word), "{name} at {size:?} does not say {word:?}:\n{text}");
        }
        picture(name, stage, size);
    }
}

/// All lists of DB instances are known, one is open, and nothing else has been answered.
fn just_opened() -> Stage {
    let mut stage = stage::fresh();
    stage.answer(|request| match request.target.read {
        Read::Identity | Read::Rds(rds::Read::Databases) => Some(good(request)),
        _ => None,
    });
    stage.open(FIRST);
    assert_eq!(stage.state.screen(), Screen::Database);
    stage
}

/// From here on nothing can be reached, for four minutes.
fn cut_off(state: State) -> Stage {
    let mut stage = Stage::of(state);
    for _ in 0..24 {
        stage.wait(SignedDuration::from_secs(10));
        stage.answer(|request| Some(failed(request, FaultKind::Unreachable, "connection refused")));
    }
    // Let the last toast go.
    stage.wait(SignedDuration::from_secs(11));
    stage
}

#[test]
fn databases_loading() {
    pictures("databases-loading", &mut stage::fresh(), &["asking AWS for DB instances"]);
}

#[test]
fn databases_ready() {
    let mut stage = Stage::of(stage::fleet());
    pictures("databases-ready", &mut stage, &["Databases 14", FIRST, "rentaliq-prod-db", "data < 1m", "READ-ONLY"]);
}

#[test]
fn databases_stale() {
    let mut ready = Stage::of(stage::fleet());
    let before = ready.text(120, 40);
    let mut stage = cut_off(stage::fleet());
    pictures("databases-stale", &mut stage, &["◌", "data 4m", "unreachable", "Databases 14", FIRST, "rentaliq-lab-db"]);
    let after = stage.text(120, 40);
    for value in ["87.0 %", "4583/~5000", "68/~405"] {
        assert!(before.contains(value) && after.contains(value), "{value} is gone:\n{after}");
    }
}

#[test]
fn databases_denied() {
    let mut stage = stage::fresh();
    stage.answer(|request| Some(denied(request)));
    stage.wait(SignedDuration::from_secs(15));
    pictures("databases-denied", &mut stage, &["denied", "rds:DescribeDBInstances"]);
}

#[test]
fn databases_empty() {
    let mut stage = stage::fresh();
    stage.answer(|request| Some(empty(request)));
    pictures("databases-empty", &mut stage, &["Databases 0", "no DB instances in any environment"]);
}

#[test]
fn database_loading() {
    pictures("database-loading", &mut just_opened(), &[FIRST, "asking CloudWatch"]);
}

#[test]
fn database_ready() {
    let mut stage = Stage::of(stage::opened());
    pictures("database-ready", &mut stage, &[FIRST, "available", "CPU", "87.0 %", "connections"]);
    let wide = stage.text(200, 50);
    for word in ["Replication", "prod-orders-db-replica-1", "postgres 17.5", "Finished DB Instance backup"] {
        assert!(wide.contains(word), "{word} is missing:\n{wide}");
    }
}

#[test]
fn database_stale() {
    let mut stage = cut_off(stage::opened());
    pictures("database-stale", &mut stage, &["◌", "4m", "unreachable", FIRST, "available", "87.0 %"]);
}

#[test]
fn database_denied() {
    let mut stage = just_opened();
    stage.answer(|request| Some(denied(request)));
    stage.wait(SignedDuration::from_secs(15));
    pictures("database-denied", &mut stage, &[FIRST, "denied", "cloudwatch:GetMetricData"]);
}

#[test]
fn database_empty() {
    let mut stage = just_opened();
    stage.answer(|request| Some(empty_but_databases(request)));
    pictures("database-empty", &mut stage, &[FIRST, "no datapoints"]);
    assert!(stage.text(120, 40).contains("no events"));
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

/// Opens an overlay by key and compares it; each frame must have the words, and the footer the
/// hints: one that is missing there is bound to no key.
fn overlay(name: &str, state: State, keys: &str, words: &[&str], hints: &[&str]) {
    let mut stage = Stage::of(state);
    stage.press(keys);
    assert!(stage.state.views.overlay().is_some(), "{keys} opens nothing");
    for size in OVERLAY_SIZES {
        let text = stage.text(size.0, size.1);
        for word in words {
            assert!(text.contains(word), "{name} at {size:?} does not say {word:?}:\n{text}");
        }
        let footer = text.lines().last().unwrap_or_default();
        for hint in hints {
            assert!(footer.contains(hint), "{name} at {size:?}: no hint {hint:?} in {footer:?}");
        }
        picture(name, &mut stage, size);
    }
    stage.press("esc");
    assert!(stage.state.views.overlay().is_none(), "Esc does not close {name}");
}

#[test]
fn overlay_help() {
    overlay("overlay-help", stage::fleet(), "?", &["Keys", "Databases"], &["close", "down", "up"]);
}

#[test]
fn overlay_palette() {
    overlay("overlay-palette", stage::fleet(), ":", &["Commands", "operations on"], &["choose", "close"]);
}

#[test]
fn overlay_errors() {
    let state = cut_off(stage::fleet()).state;
    let words = ["Errors", "unreachable", "connection refused", "check the network"];
    overlay("overlay-errors", state, "!", &words, &["close", "dismiss", "copy"]);
}

#[test]
fn overlay_errors_when_there_are_none() {
    overlay("overlay-errors-none", stage::fleet(), "!", &["nothing has failed"], &["close"]);
}

#[test]
fn overlay_sort() {
    overlay("overlay-sort", stage::fleet(), "s", &["Sort by", "health"], &["choose", "close"]);
}

#[test]
fn overlay_columns() {
    overlay("overlay-columns", stage::fleet(), "c", &["Columns", "✔"], &["show or hide", "close"]);
}

#[test]
fn overlay_copy() {
    overlay("overlay-copy", stage::fleet(), "y", &["Copy", "ARN", "psql"], &["choose", "close"]);
}

#[test]
fn overlay_environments() {
    overlay(
        "overlay-environments",
        stage::fleet(),
        "e",
        &["Environment", "staging", "eu-west-1"],
        &["choose", "close"],
    );
}

#[test]
fn overlay_range() {
    overlay("overlay-range", stage::opened(), "t", &["Range", "14 d", "every 1 min"], &["choose", "close"]);
}

#[test]
fn an_error_is_dismissed_with_the_key_that_the_footer_shows() {
    let mut stage = Stage::of(cut_off(stage::fleet()).state);
    let before = stage.state.shell.world.faults.len();
    assert!(before > 1);
    stage.press("! x");
    assert!(matches!(stage.state.views.overlay(), Some(View::Errors { .. })), "x closed the errors");
    assert_eq!(stage.state.shell.world.faults.len(), before - 1);
}

#[test]
fn small_terminals() {
    for (name, state) in [("databases", stage::fleet()), ("database", stage::opened())] {
        let mut stage = Stage::of(state);
        let text = stage.text(19, 4);
        assert!(text.contains("20×5 at least"), "{text}");
        let text = stage.text(40, 12);
        assert!(text.contains(FIRST), "{name} at 40×12 does not name {FIRST}:\n{text}");
        for size in [(19, 4), (20, 5), (40, 12)] {
            picture(&format!("{name}-small"), &mut stage, size);
        }
    }
}

#[test]
fn the_smallest_terminal_names_the_selected_database() {
    let mut stage = Stage::of(stage::fleet());
    let text = stage.text(20, 5);
    let row = stage.state.databases.current().and_then(|row| row.database(&stage.state.shell.world)).expect("a row");
    let beginning: String = row.id.chars().take(6).collect();
    assert!(text.contains(&beginning), "no {beginning}:\n{text}");
}

#[test]
fn every_small_size_can_be_drawn() {
    for state in [stage::fleet(), stage::opened(), cut_off(stage::fleet()).state] {
        for keys in ["", "?", ":", "!", "y"] {
            let mut stage = Stage::of(state.clone());
            stage.press(keys);
            for columns in (1..48).step_by(3) {
                for rows in 1..14 {
                    stage.frame(columns, rows);
                }
            }
        }
    }
}

#[test]
fn large_terminals() {
    for state in [stage::fleet(), stage::opened()] {
        let text = Stage::of(state).text(300, 100);
        let header = text.lines().next().unwrap_or_default();
        assert!(header.contains("SANDBOX") && header.contains("READ-ONLY") && header.contains("03:12Z"), "{header}");
        assert_eq!(text.lines().count(), 100);
    }
}
