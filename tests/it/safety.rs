//! Nothing is sent that was not planned, shown, approved and verified: proofs over a whole console,
//! counted where the calls arrive.

mod changed;
mod clusters;
mod faulty;
pub mod invariants;
mod night;
mod odd;

use quarterdeck::cli::{Source, World};
use quarterdeck::slices::Execution;

use crate::harness::Desk;

/// A DB instance of an environment for development, which has no operator's role.
const DATABASE: &str = "rentaliq-lab-db";
const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";

/// A console on a quiet Monday at noon: no backup and no maintenance window is near.
async fn noon() -> Desk {
    let at = "2026-11-23T12:00:00Z".parse().expect("a timestamp");
    let world = World { scenario: "quiet".into(), at: Some(at), ..World::default() };
    Desk::of(Source { sandbox: true, world, ..Source::default() }).await
}

/// What the journal tells of an execution, a word an entry: `approved`, `verified`, `sending` …
fn story(desk: &Desk, execution: &Execution) -> Vec<String> {
    let entries = desk.journal();
    let mine = entries.iter().filter(|entry| entry.body.execution() == Some(&execution.id));
    mine.map(|entry| serde_json::to_value(&entry.body).expect("JSON")["event"].as_str().expect("a word").to_owned())
        .collect()
}

/// The journal is sound, and every call that arrived was approved.
fn is_sound(desk: &Desk) {
    assert!(desk.verified());
    invariants::check(&desk.journal(), &desk.mutations()).unwrap_or_else(|why| panic!("{why}"));
}
