//! The menu of operations: what it offers on what is selected, how it is narrowed, and that it does what it does to
//! that and nothing else.

use quarterdeck::domain::EnvironmentId;
use quarterdeck::screens::command::Command;
use quarterdeck::screens::fleet::Item as Row;
use quarterdeck::screens::menu::{Menu, Purpose};
use quarterdeck::screens::{Screen, View};
use quarterdeck::services::rds::{Kind, TargetKind};

use super::{DEV, STAGING};
use crate::harness::Desk;

fn menu(desk: &Desk) -> &Menu {
    match desk.state.views.top() {
        View::Menu(menu) if menu.purpose == Purpose::Operations => menu,
        other => panic!("no menu of operations: {other:?}; {:?}", desk.state.shell.toast),
    }
}

fn chosen(desk: &Desk) -> &str {
    menu(desk).current().map_or("", |item| item.label.as_str())
}

/// Puts the cursor of the fleet on a line.
fn to(desk: &mut Desk, row: Row) {
    if desk.state.screen() != Screen::Fleet {
        desk.press("F");
    }
    desk.press("g g");
    for _ in 0..200 {
        if desk.state.fleet.current() == Some(row) {
            return;
        }
        desk.press("j");
    }
    panic!("{row:?} is not on the fleet");
}

fn rows(desk: &Desk) -> Vec<Row> {
    desk.state.fleet.items().collect()
}

fn name(desk: &Desk, id: EnvironmentId) -> String {
    desk.state.shell.world.estate.environment(id).expect("an environment").name.clone()
}

#[tokio::test(start_paused = true)]
async fn it_is_narrowed_by_typing_and_nothing_is_done_by_a_key() {
    let mut desk = Desk::new("quiet").await;
    desk.select(DEV);
    desk.press("a");
    let all = menu(&desk).len();
    assert!(all > 15, "{all}");
    // Letters that move or leave elsewhere are text here.
    desk.types("jkq");
    assert_eq!(menu(&desk).input.value(), "jkq");
    desk.press("ctrl-u");
    desk.types("reboot");
    assert_eq!(chosen(&desk), "Reboot", "named outright");
    desk.press("ctrl-p");
    assert_eq!(chosen(&desk), "Reboot with failover");
    desk.press("ctrl-n");
    let text = desk.text_at(80, 24);
    assert!(text.contains("Availability") && !text.contains("Lifecycle"), "{text}");
    assert!(text.contains("disruptive") && text.contains("nothing is sent by it"), "{text}");
    desk.press("enter");
    assert_eq!(desk.opened().kind, Kind::Reboot.into());
    desk.read().await;
    assert!(desk.mutations().is_empty() && desk.executed == 0);
}

#[tokio::test(start_paused = true)]
async fn why_something_is_not_available_is_said_in_full_at_every_width() {
    let mut desk = Desk::new("quiet").await;
    let Command::NotAvailable(why) = desk.offered(Kind::Stop, STAGING) else { panic!("it is offered") };
    for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
        let text = desk.text_at(columns, rows);
        let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "│").collect();
        assert!(words.join(" ").contains(&format!("not now: {why}")), "{columns}: {text}");
    }
    let text = desk.text_at(120, 40);
    for heading in ["Backup and restore", "Availability", "Size and storage", "Lifecycle", "Environment"] {
        assert!(text.contains(heading), "{heading}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn on_an_environment_of_the_fleet_it_offers_what_is_done_to_environments() {
    let mut desk = Desk::new("quiet").await;
    desk.press("F");
    let environments: Vec<EnvironmentId> =
        desk.state.shell.world.estate.environments().map(|(environment, _)| environment).collect();
    for environment in environments {
        to(&mut desk, Row::Environment(environment));
        desk.press("a");
        let name = name(&desk, environment);
        let expected = Kind::ALL.iter().filter(|kind| kind.target() == TargetKind::Environment).count();
        let labels: Vec<String> = menu(&desk).visible().map(|item| item.label.clone()).collect();
        assert_eq!(labels.len(), expected + 1, "{labels:?}");
        assert!(labels.iter().all(|label| label.contains(&name)), "{name}: {labels:?}");
        for item in menu(&desk).visible() {
            if let Command::PlanOn(_, target) = &item.command {
                assert_eq!((target.environment.as_str(), target.kind), (name.as_str(), TargetKind::Environment.into()));
            }
        }
        desk.press("esc");
    }
    assert_eq!(desk.state.screen(), Screen::Fleet);
}

#[tokio::test(start_paused = true)]
async fn arming_on_the_fleet_is_for_the_line_under_the_cursor() {
    let mut desk = Desk::new("a-bad-night").await;
    desk.press("F");
    for row in rows(&desk) {
        let (Row::Environment(of_row) | Row::Finding(of_row, _)) = row;
        to(&mut desk, row);
        desk.press("A");
        let question = desk.state.views.question().unwrap_or_else(|| panic!("{:?}", desk.state.shell.toast));
        assert_eq!(question.environment, of_row, "{row:?}");
        desk.press("esc");
        // The same by the menu, whatever the cursor does after it was opened.
        desk.press("a");
        desk.types(&format!("arm {}", name(&desk, of_row)));
        assert_eq!(menu(&desk).current().map(|item| item.command.clone()), Some(Command::Arm(of_row)), "{row:?}");
        desk.state.fleet.selected = 0;
        desk.press("enter");
        assert_eq!(desk.state.views.question().map(|question| question.environment), Some(of_row), "{row:?}");
        desk.press("esc");
    }
}

/// What is armed is not given up for another one by the way.
#[tokio::test(start_paused = true)]
async fn one_environment_is_armed_at_a_time() {
    let mut desk = Desk::new("quiet").await;
    desk.select(DEV);
    desk.arm("INC-4312").await;
    let armed = desk.state.shell.world.changes.arming.clone().expect("armed").environment;
    desk.press("F");
    for row in rows(&desk) {
        let (Row::Environment(of_row) | Row::Finding(of_row, _)) = row;
        to(&mut desk, row);
        desk.press("a");
        desk.types("arm");
        let here = name(&desk, of_row) == armed;
        let arming =
            menu(&desk).visible().find(|item| item.label.to_lowercase().contains("arm ")).expect("it is there");
        match &arming.command {
            Command::Disarm => assert!(here, "{row:?}"),
            Command::NotAvailable(why) => assert!(!here && why.contains(&armed), "{row:?}: {why}"),
            other => panic!("{row:?}: {other:?}"),
        }
        desk.press("esc");
    }
}

/// Help is of what it was opened over, and is narrowed without leaving it.
#[tokio::test(start_paused = true)]
async fn help_is_of_the_view_below_and_is_searched() {
    let mut desk = Desk::new("quiet").await;
    desk.press("F ?");
    for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
        let text = desk.text_at(columns, rows);
        assert!(text.contains("Keys: Fleet") && text.contains("Go to"), "{text}");
    }
    let text = desk.text_at(120, 40);
    for words in ["Move", "Look", "Change", "Marks", "the last good value, old", "operations on what is"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    desk.press("/");
    desk.types("arm or");
    let text = desk.text_at(80, 24);
    assert!(text.contains("arm or disarm") && !text.contains("next finding  "), "{text}");
    // Kept, then given up, then closed.
    desk.press("enter j");
    assert!(matches!(desk.state.views.top(), View::Help(help) if help.sought.value() == "arm or"));
    desk.press("esc");
    assert!(matches!(desk.state.views.top(), View::Help(help) if help.sought.value().is_empty()));
    desk.text_at(80, 24);
    desk.press("G");
    let text = desk.text_at(80, 24);
    assert!(text.contains("a limit"), "the end is not reached: {text}");
    desk.press("esc");
    assert_eq!(desk.state.views.overlay().map(View::title), None);
    desk.select(DEV);
    desk.press("a f1");
    let text = desk.text_at(80, 24);
    assert!(text.contains("Keys: menu"), "{text}");
    desk.press("f1");
    assert_eq!(menu(&desk).input.value(), "");
}

#[tokio::test(start_paused = true)]
async fn on_a_finding_what_is_advised_stands_first() {
    let mut desk = Desk::new("storage-filling").await;
    desk.pass(90).await;
    desk.press("F");
    let mut advised = 0;
    for row in rows(&desk) {
        let Row::Finding(..) = row else { continue };
        to(&mut desk, row);
        desk.press("a");
        let title = menu(&desk).title.to_string();
        let (_, database) = desk.state.selected().expect("its DB instance");
        assert!(title.contains(&database.id), "{title}");
        if menu(&desk).heading(0) == Some("Advised") {
            advised += 1;
            let labels: Vec<&str> = menu(&desk).visible().map(|item| item.label.as_str()).collect();
            assert_eq!(labels.iter().filter(|label| **label == labels[0]).count(), 1, "twice: {labels:?}");
            assert_eq!(chosen(&desk), labels[0]);
            let text = desk.text_at(80, 24);
            assert!(text.contains("Advised"), "{text}");
        }
        desk.press("esc");
    }
    assert!(advised > 0, "nothing is advised: {:?}", rows(&desk));
}
