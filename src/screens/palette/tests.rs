use jiff::Timestamp;
use tui_input::Input;

use super::*;
use crate::app::settle::settle;
use crate::domain::{Criticality, Database, Environment, Remote};
use crate::keymap::Keymap;
use crate::theme::{ColorDepth, Theme};
use crate::world::Estate;

/// A production environment with so many DB instances, in which nothing is selected: the fleet is on the screen.
fn state(databases: usize) -> State {
    let mut estate = Estate::default();
    let session = estate.add_session_named("ops");
    let site = estate.add_site(session, "eu-west-1");
    for (name, prefix) in [("prod", "load-"), ("qa", "qa-")] {
        let criticality = if name == "prod" { Criticality::Production } else { Criticality::Staging };
        let name_prefix = prefix.into();
        estate.add(Environment { name: name.into(), site, criticality, name_prefix, ..Environment::default() });
    }
    let now = Timestamp::UNIX_EPOCH;
    let mut state = State::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    let all = (0..databases).map(|i| Database {
        id: format!("load-{i:05}"),
        arn: format!("arn-{i}"),
        region: "eu-west-1".into(),
        ..Database::default()
    });
    state.shell.world.sites[0].rds.databases = Remote::Ready { value: all.map(std::sync::Arc::new).collect(), at: now };
    settle(&mut state);
    state
}

/// The labels that are left when this is typed, with what stands beside them.
fn typed(state: &State, text: &str) -> Vec<(String, String)> {
    let mut menu = menu(state, state.layers());
    menu.input = Input::new(text.to_owned());
    menu.narrow();
    menu.visible().map(|item| (item.label.clone(), item.detail.trim_end().to_owned())).collect()
}

#[test]
fn one_of_five_thousand_is_found_by_its_name() {
    let state = state(5000);
    let found = typed(&state, "load-04711");
    assert_eq!(found[0], ("load-04711".to_owned(), "PROD eu-west-1  DB instance".to_owned()));
    // What else is found is what is wrong with it.
    assert!(found[1..].iter().all(|(_, beside)| beside == "PROD load-04711  finding"), "{found:?}");
    assert!(typed(&state, "load").len() >= 5000);
}

#[test]
fn kinds_are_told_apart() {
    let state = state(3);
    for (text, label, beside) in [
        ("databases", "databases", "D  screen"),
        ("PROD", "PROD", "eu-west-1  environment"),
        ("prod", "PROD", "eu-west-1  environment"),
        ("qa", "qa", "eu-west-1  environment"),
        ("help", "help", "?  command"),
        ("theme light", "theme light", "setting"),
    ] {
        let found = typed(&state, text);
        assert_eq!(found.first(), Some(&(label.to_owned(), beside.to_owned())), "{text}");
    }
}

#[test]
fn an_operation_without_anything_to_do_it_to_says_so() {
    let state = state(3);
    let found = typed(&state, "failover");
    assert_eq!(found[0].0, "Reboot with failover");
    assert!(found[0].1.starts_with("select a DB instance first"), "{found:?}");
    let mut menu = menu(&state, state.layers());
    menu.input = Input::new("failover".into());
    menu.narrow();
    assert!(matches!(menu.current().map(|item| &item.command), Some(Command::NotAvailable(_))));
}
