//! The fleet screen with no, one, three and a hundred environments, in each theme.

use quarterdeck::app::settle::settle;
use quarterdeck::domain::{Criticality, Environment};
use quarterdeck::screens::{OpenScreen, Screen, View};
use quarterdeck::theme::{self, ColorDepth};

use crate::harness::{self, Desk};

/// A console whose fleet has so many environments; beyond the sandbox's own they share its sites.
fn fleet(count: usize) -> Desk {
    let mut desk = Desk::by_hand(harness::fleet());
    let state = &mut desk.state;
    state.views.show(View::Screen(OpenScreen::Fleet));
    let own: Vec<Environment> = state.shell.world.estate.environments().map(|(_, e)| e.clone()).collect();
    let mut estate = state.shell.world.estate.succeed();
    estate.sandbox.clone_from(&state.shell.world.estate.sandbox);
    for environment in &own {
        for site in environment.sites().filter_map(|site| state.shell.world.estate.site(site)) {
            estate.add_site(site.session, &site.region);
        }
    }
    for i in 0..count {
        let template = own[i % own.len()].clone();
        estate.add(if i < own.len() {
            template
        } else {
            let name = format!("{}-{i:02}", template.name);
            let criticality = if i % 9 == 0 { Criticality::Production } else { Criticality::Staging };
            Environment { name, criticality, name_prefix: format!("none-{i}"), ..template }
        });
    }
    state.shell.world.estate = estate;
    state.shell.world.forget_checkups();
    settle(state);
    desk
}

#[test]
fn the_fleet_is_the_same_in_every_theme_but_for_its_colours() {
    for count in [0, 1, 3, 100] {
        let mut desk = fleet(count);
        let mut shown = Vec::new();
        for name in theme::shipped() {
            let (theme, warnings) = theme::load(name, None);
            assert_eq!(warnings, Vec::<String>::new());
            for depth in [ColorDepth::TrueColor, ColorDepth::Ansi16, ColorDepth::None] {
                desk.state.shell.theme = theme::degrade(&theme, depth);
                shown.push(desk.text_at(120, 40));
            }
        }
        assert!(shown.windows(2).all(|pair| pair[0] == pair[1]), "{count}");
    }
}

#[test]
fn the_fleet_at_every_size() {
    for count in [0, 1, 3, 100] {
        for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
            let mut desk = fleet(count);
            desk.state.shell.size = (columns, rows);
            let shown = desk.styled(columns, rows);
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("fleet-{count}-{columns}x{rows}"), shown);
            });
        }
    }
}

#[test]
fn what_is_wrong_stands_first_with_its_words() {
    let mut desk = fleet(6);
    let text = desk.text_at(120, 40);
    let lines: Vec<&str> = text.lines().collect();
    let at = |word: &str| lines.iter().position(|line| line.contains(word)).unwrap_or_else(|| panic!("{word}\n{text}"));
    assert!(at("replication lag") < at("checks pass"), "{text}");
    assert!(at("✖") <= 2, "{text}");
    desk.press("N enter");
    assert_eq!(desk.state.screen(), Screen::Database);
    desk.press("esc");
    assert_eq!(desk.state.screen(), Screen::Fleet);
}

#[test]
fn what_is_wrong_with_the_configuration_stays_on_the_fleet() {
    let mut desk = fleet(3);
    desk.state
        .shell
        .world
        .problems
        .of_configuration(vec!["config.toml:7: error: account: expected twelve digits".into()]);
    assert!(desk.text_at(120, 40).contains("▲ config.toml:7: error: account"));
}

#[test]
fn a_hundred_environments_are_one_line_each_and_can_be_walked() {
    let mut desk = fleet(100);
    desk.state.shell.size = (120, 40);
    desk.press("z G");
    let text = desk.text_at(120, 40);
    let last = desk.state.fleet.summaries.last().expect("an environment").environment;
    let name = desk.state.shell.world.estate.environment(last).expect("it is there").name.clone();
    assert!(text.to_lowercase().contains(&name), "{name}\n{text}");
    assert_eq!(desk.state.fleet.items().count(), 100);
}
