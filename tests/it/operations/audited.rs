//! What was done, armed and refused, read on the audit screen.

use quarterdeck::app::State;
use quarterdeck::screens::Screen;
use quarterdeck::services::rds::Kind;

use super::{DEV, carried_out, put_away, refused_with};
use crate::harness::Desk;

/// Opens the screen and waits until the journal is read.
async fn audit(desk: &mut Desk) {
    desk.press("g u");
    assert_eq!(desk.state.screen(), Screen::Audit);
    desk.until(5, "the journal is read", |state: &State| state.audit.telling.is_some() && !state.audit.asked).await;
}

/// Environment, operation and outcome of each row on the screen, the newest first.
fn rows(desk: &Desk) -> Vec<String> {
    let screen = &desk.state.audit;
    let rows = (0..screen.rows.len()).filter_map(|place| screen.row(place));
    rows.map(|row| format!("{} {} {}", row.environment, row.what(), row.outcome.word())).collect()
}

#[tokio::test(start_paused = true)]
async fn refusal_arming_and_operation_are_rows_with_their_stories() {
    let mut desk = Desk::new("quiet").await;
    desk.plan(Kind::CreateSnapshot, DEV).await;
    refused_with(&mut desk, "development is read-only: arm it first").await;
    put_away(&mut desk);
    desk.arm("INC-4312 disk").await;
    desk.plan(Kind::CreateSnapshot, DEV).await;
    desk.set("name", "before-it");
    let execution = carried_out(&mut desk).await;
    // The screen behind the plan is left.
    desk.press("D");
    audit(&mut desk).await;
    let told = rows(&desk);
    let place = |wanted: &str| {
        told.iter().position(|row| row == wanted).unwrap_or_else(|| panic!("{wanted} is not in {told:#?}"))
    };
    let done = place("development create-snapshot done");
    let armed = place("development armed armed");
    assert!(done < armed && armed < place("development create-snapshot refused"), "{told:#?}");

    let screen = desk.text_at(120, 40);
    let count = desk.journal().len();
    for words in [&format!("● {count} records, chain intact"), "rehearsals in the sandbox, of ", "INC-4312 disk", DEV]
    {
        assert!(screen.contains(words), "{words:?} is not on the screen:\n{screen}");
    }

    // The whole story, with the request ids, as the command tells it.
    for _ in 0..done {
        desk.press("j");
    }
    desk.press("enter");
    let screen = desk.text_at(120, 140);
    for words in [
        execution.id.as_str(),
        "Course (UTC)",
        "approved: ",
        "rds:CreateDBSnapshot: AWS took it (request id ",
        "over: done",
    ] {
        assert!(screen.contains(words), "{words:?} is not on the screen:\n{screen}");
    }
    desk.press("y");
    desk.press("j enter");
    let copied = desk.copied().last().cloned().expect("the story");
    assert!(copied.contains("request id ") && copied.contains("With         the approval key"), "{copied}");
    desk.press("esc");

    // By typing, only what matches.
    desk.press("/");
    desk.types("outcome:refused");
    desk.press("enter");
    assert_eq!(rows(&desk), ["development create-snapshot refused"]);
    desk.press("esc");
    assert_eq!(rows(&desk), told);
}

#[tokio::test(start_paused = true)]
async fn it_renews_itself_when_the_console_writes() {
    let mut desk = Desk::new("quiet").await;
    desk.select(DEV);
    desk.arm("INC-1 one").await;
    audit(&mut desk).await;
    assert_eq!(rows(&desk), ["development armed armed"]);
    // Disarmed from the screen itself.
    desk.press("A");
    desk.until(5, "the disarming is told", |state: &State| state.audit.rows.len() == 2).await;
    assert_eq!(rows(&desk), ["development disarmed disarmed", "development armed armed"]);
    assert_eq!(desk.state.screen(), Screen::Audit);
}
