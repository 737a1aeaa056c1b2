//! Getting there: what is typed leads to what is meant, and what is highlighted is what Enter acts on.

use std::collections::BTreeSet;

use proptest::prelude::*;
use quarterdeck::domain::finding::About;
use quarterdeck::screens::command::Command;
use quarterdeck::screens::fleet;
use quarterdeck::screens::fleet::Item;
use quarterdeck::screens::{Screen, View};
use quarterdeck::services::rds::Kind;
use quarterdeck::ui::environment::shown_name;
use quarterdeck::world::Scope;

use crate::harness::{self, Desk};

/// The list of DB instances.
fn listed() -> Desk {
    let mut desk = Desk::by_hand(harness::fleet());
    desk.press("D");
    desk
}

/// The environments of the rows, each once, in the order of the table.
fn environments(desk: &Desk) -> Vec<String> {
    let estate = &desk.state.shell.world.estate;
    let mut names: Vec<String> = Vec::new();
    for row in &desk.state.databases.rows {
        let name = estate.environment(row.environment).expect("an environment").name.clone();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Id and environment, as it is shown, of the DB instance under the cursor.
fn under_cursor(desk: &Desk) -> Option<(String, String)> {
    let row = desk.state.databases.current()?;
    let world = &desk.state.shell.world;
    let environment = world.estate.environment(row.environment)?;
    Some((row.database(world)?.id.clone(), shown_name(environment)))
}

#[test]
fn a_filter_leaves_the_cursor_on_what_is_meant() {
    for (typed, shown) in [("qa", "qa"), ("lab", "lab"), ("PROD", "PROD"), ("prod", "PROD"), ("staging", "staging")] {
        let mut desk = listed();
        desk.press("/");
        desk.types(typed);
        let (id, environment) = under_cursor(&desk).unwrap_or_else(|| panic!("/{typed} shows nothing"));
        assert_eq!(environment, shown, "/{typed} leaves the cursor on {id}");
    }
    let mut desk = listed();
    desk.press("/");
    desk.types("qa");
    assert_eq!(environments(&desk), ["qa"], "q and a are in the names of production, too");
    desk.press("ctrl-u");
    desk.types("PROD");
    let names = environments(&desk);
    assert!(names.iter().all(|name| name.starts_with("prod")), "{names:?}");
    desk.press("esc");
    assert_eq!(desk.state.databases.rows.len(), desk.state.databases.total);
}

#[test]
fn letters_in_order_are_found_where_nothing_is_named_so() {
    let mut desk = listed();
    desk.press("/");
    desk.types("rlabd");
    assert_eq!(under_cursor(&desk).map(|(id, _)| id).as_deref(), Some("rentaliq-lab-db"));
}

#[test]
fn what_is_wrong_with_a_filter_is_said_and_the_table_stays() {
    for (typed, said) in [
        ("foo:bar", "foo is no column: name, env, status,"),
        ("cpu:>abc", "abc is no number"),
        ("name:>5", "name is not compared by number: cpu,"),
        ("cpu:", "cpu: a text, or > or < and a number"),
    ] {
        let mut desk = listed();
        let before = desk.state.databases.rows.clone();
        desk.press("/");
        desk.types(typed);
        for size in [(80, 24), (120, 40), (200, 50)] {
            let text = desk.text_at(size.0, size.1);
            assert!(text.contains(said), "/{typed} at {size:?}:\n{text}");
        }
        assert_eq!(desk.state.databases.rows, before, "/{typed}");
        desk.press("enter");
        assert!(desk.state.views.filter().is_some(), "/{typed} is not applied");
        desk.press("esc");
        assert!(!desk.text_at(80, 24).contains(said) && desk.state.databases.rows.len() == before.len());
    }
    let mut desk = Desk::by_hand(harness::alarms());
    desk.press("/");
    desk.types("foo:bar");
    let text = desk.text_at(80, 24);
    assert!(text.contains("foo is no column: name, env, state, region"), "{text}");
}

#[test]
fn g_shows_the_places_and_goes_there() {
    let mut desk = listed();
    desk.press("g");
    for size in [(80, 24), (120, 40), (200, 50)] {
        let text = desk.text_at(size.0, size.1);
        for words in ["f  fleet", "d  databases", "a  alarms", "o  operations running and done", "g  first", "e  last"]
        {
            assert!(text.contains(words), "{words} at {size:?}:\n{text}");
        }
    }
    desk.press("esc");
    assert!(desk.state.resolver.pending().is_empty() && desk.state.screen() == Screen::Databases);
    assert!(!desk.text_at(80, 24).contains("f  fleet"));
    desk.press("g e");
    assert_eq!(desk.state.databases.selected, desk.state.databases.rows.len() - 1);
    desk.press("g g");
    assert_eq!(desk.state.databases.selected, 0);
    for (keys, screen) in [("g f", Screen::Fleet), ("g a", Screen::Alarms), ("g d", Screen::Databases)] {
        desk.press(keys);
        assert_eq!(desk.state.screen(), screen, "{keys}");
    }
    desk.press("g o");
    assert!(matches!(desk.state.views.top(), View::Executions(_)));
}

#[test]
fn the_digits_are_those_of_the_header_and_stay_what_they_are() {
    let mut desk = listed();
    let order = fleet::order(&desk.state.shell.world.estate);
    assert!(order.len() > 3);
    for (place, id) in order.iter().enumerate() {
        desk.press(&(place + 1).to_string());
        assert_eq!(desk.state.shell.scope, Scope::One(*id), "{}", place + 1);
    }
    desk.press("0 >");
    assert_eq!(desk.state.shell.scope, Scope::One(order[0]), "the next of all is the first");
    desk.press("0");
    for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
        let text = desk.text_at(columns, rows);
        let header = text.lines().next().unwrap_or_default();
        assert!(header.contains(" 1 ✖ PROD "), "{header}");
        assert!(header.contains("  READ-ONLY"), "it collides: {header}");
    }
}

#[test]
fn the_bar_of_places_says_how_bad_it_is_everywhere() {
    let mut desk = Desk::by_hand(harness::alarms());
    for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
        let text = desk.text_at(columns, rows);
        assert_eq!(
            text.lines().nth(1),
            Some(" ✖ Fleet   ✖ Databases   ○ Clusters   ✖ Alarms   ● Secrets   ○ Audit"),
            "{columns}"
        );
    }
    let mut desk = harness::fresh();
    let text = desk.text_at(80, 24);
    assert_eq!(
        text.lines().nth(1),
        Some(" ○ Fleet   ○ Databases   ○ Clusters   ○ Alarms   ○ Secrets   ○ Audit"),
        "nothing was read"
    );
}

/// What is typed into the palette; the label and the command under its cursor.
fn named(desk: &mut Desk, text: &str) -> (String, String, Command) {
    desk.press(":");
    desk.types(text);
    let item = desk.state.views.menu().and_then(|menu| menu.current()).unwrap_or_else(|| panic!("no {text}"));
    (item.label.clone(), item.detail.trim_end().to_owned(), item.command.clone())
}

#[test]
fn the_palette_finds_by_name() {
    let mut desk = listed();
    let (label, detail, _) = named(&mut desk, "alarms");
    assert!(label == "alarms" && detail.ends_with("screen"), "{label} {detail}");
    desk.press("enter");
    assert_eq!(desk.state.screen(), Screen::Alarms);

    let mut desk = listed();
    let (label, detail, _) = named(&mut desk, "prod-orders-db");
    assert_eq!((label.as_str(), detail.rsplit("  ").next()), ("prod-orders-db", Some("DB instance")));
    desk.press("enter");
    assert_eq!(desk.state.views.database().map(|open| &*open.id), Some("prod-orders-db"));

    // From one DB instance to the finding of another: the way back is to the list.
    let (label, detail, command) = named(&mut desk, "lag");
    assert!(label.contains("lag") && detail.ends_with("finding"), "{label} {detail}");
    assert!(matches!(command, Command::OpenDatabase(.., Some(_))), "{command:?}");
    desk.press("enter");
    let open = desk.state.views.database().expect("a DB instance");
    assert!(open.finding.is_some() && detail.contains(&*open.id), "{detail} opened {}", open.id);
    desk.press("esc");
    assert_eq!(desk.state.screen(), Screen::Databases);
}

#[test]
fn an_operation_in_the_palette_leads_to_its_plan() {
    let mut desk = listed();
    desk.select("prod-orders-db");
    let (_, detail, command) = named(&mut desk, "failover");
    let Command::PlanOn(kind, target) = command else { panic!("{detail}: {command:?}") };
    assert_eq!((kind, target.id.as_str()), (Kind::Failover.into(), "prod-orders-db"));
    assert!(detail.starts_with("prod-orders-db"), "{detail}");
    desk.press("enter");
    let plan = desk.state.views.plan().expect("its plan");
    assert_eq!((plan.kind, plan.target.id.as_str()), (Kind::Failover.into(), "prod-orders-db"));
    assert_eq!(desk.executed, 0);
}

#[test]
fn what_is_opened_by_name_is_of_the_environment_that_is_looked_at() {
    let mut desk = listed();
    let qa = desk.state.shell.world.estate.named("qa").expect("qa");
    let place = fleet::order(&desk.state.shell.world.estate).iter().position(|id| *id == qa).expect("a number");
    desk.press(&(place + 1).to_string());
    named(&mut desk, "prod-orders-db-reporting");
    desk.press("enter");
    let production = desk.state.shell.world.estate.named("production").expect("production");
    assert_eq!(desk.state.shell.scope, Scope::One(production), "A would arm the environment that is looked at");
}

const KEYS: [&str; 46] = [
    "a",
    "b",
    "c",
    "d",
    "e",
    "g",
    "i",
    "l",
    "n",
    "o",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
    "v",
    "x",
    "z",
    "P",
    "R",
    "O",
    "D",
    "Q",
    "A",
    "-",
    ":",
    ">",
    "<",
    "=",
    ".",
    "1",
    "5",
    "/",
    "é",
    "space",
    "backspace",
    "backspace",
    "up",
    "down",
    "down",
    "ctrl-n",
    "ctrl-p",
    "ctrl-w",
    "pagedown",
    "left",
];

fn typed() -> impl Strategy<Value = Vec<&'static str>> {
    let names = vec![
        vec!["q", "a"],
        vec!["l", "a", "b"],
        vec!["l", "a", "g"],
        vec!["P", "R", "O", "D"],
        vec!["p", "r", "o", "d", "-"],
        vec!["c", "p", "u", ":", ">", "5"],
        vec!["e", "n", "v", ":", "q"],
        vec!["r", "e", "b", "o", "o", "t"],
    ];
    let word = prop_oneof![
        2 => prop::sample::select(names),
        3 => prop::sample::select(KEYS.to_vec()).prop_map(|key| vec![key]),
    ];
    prop::collection::vec(word, 0..8).prop_map(|words| words.concat())
}

/// The line of the table that is highlighted.
fn row(desk: &mut Desk) -> Option<String> {
    desk.text_at(200, 50).lines().find(|line| line.starts_with('▸')).map(ToOwned::to_owned)
}

/// The line of the palette that is highlighted, between its borders.
fn choice(desk: &mut Desk) -> Option<String> {
    let text = desk.text_at(120, 40);
    let line = text.lines().find(|line| line.contains("│ ▸ "))?;
    let (_, after) = line.rsplit_once("│ ▸ ")?;
    Some(after.split('│').next().unwrap_or_default().trim().to_owned())
}

/// Whether a line says this name; a long one may be cut in its middle.
fn says(line: &str, name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    let part = letters.len().min(12);
    let (first, last): (String, String) =
        (letters[..part].iter().collect(), letters[letters.len() - part..].iter().collect());
    line.contains(&first) && line.contains(&last)
}

/// What Enter in the palette led to is what the highlighted line says.
fn is_as_said(desk: &Desk, line: &str) -> Result<(), TestCaseError> {
    let state = &desk.state;
    let world = &state.shell.world;
    let ends = |kind: &str| line.ends_with(kind);
    if ends("DB instance") || ends("finding") {
        let Some((site, database)) = state.open_database() else {
            return Err(TestCaseError::fail(format!("{line} opened nothing")));
        };
        let owner = world.estate.owner(site, database).expect("an owner");
        let environment = world.estate.environment(owner).expect("an environment");
        prop_assert!(line.contains(&shown_name(environment)), "{line}: opened in {}", environment.name);
        prop_assert!(matches!(state.shell.scope, Scope::All) || state.shell.scope == Scope::One(owner));
        let rule = state.views.database().and_then(|open| open.finding);
        if ends("finding") {
            let mut all = world.health.of(&database.arn);
            let finding = all.find(|finding| Some(finding.rule) == rule).expect("its finding");
            let beginning: String = finding.summary.chars().take(16).collect();
            prop_assert!(line.starts_with(&beginning) && line.contains(&database.id), "{line}: {}", finding.summary);
        } else {
            prop_assert!(line.split_whitespace().next() == Some(&*database.id) && rule.is_none(), "{line}");
        }
    } else if ends("alarm") {
        let name = state.alarms.current().map(|row| row.name.to_string()).unwrap_or_default();
        prop_assert!(state.screen() == Screen::Alarms && state.alarms.whole);
        prop_assert_eq!(line.split("  ").next(), Some(name.as_str()));
    } else if ends("environment") {
        let said = match state.shell.scope {
            Scope::All => "all".to_owned(),
            Scope::One(id) => world.estate.environment(id).map(shown_name).unwrap_or_default(),
        };
        prop_assert_eq!(line.split("  ").next(), Some(said.as_str()));
    } else if ends("operation") {
        let title = match (state.views.plan(), state.views.menu(), &state.shell.toast) {
            (Some(plan), ..) => plan.kind.title().to_owned(),
            (None, Some(menu), _) => menu.title.split(" of ").next().unwrap_or_default().to_owned(),
            // Why it is not available, or what has to be read first.
            (None, None, Some(toast)) => {
                let why: String = toast.text.chars().take(12).collect();
                prop_assert!(line.contains(&why) || toast.text.starts_with("no snapshot of"), "{line}: {}", toast.text);
                return Ok(());
            }
            (None, None, None) => return Err(TestCaseError::fail(format!("{line} did nothing"))),
        };
        let rest = line.strip_prefix(title.as_str());
        let is_it = rest.is_some_and(|rest| ["  ", " …", " of "].iter().any(|next| rest.starts_with(next)));
        prop_assert!(is_it, "{line}: {title}");
    } else if ends("screen") {
        let is_there = match line.split("  ").next().unwrap_or_default() {
            "fleet" => state.screen() == Screen::Fleet,
            "databases" => state.screen() == Screen::Databases,
            "clusters" => state.screen() == Screen::Clusters,
            "alarms" => state.screen() == Screen::Alarms,
            "audit" => state.screen() == Screen::Audit,
            "operations running and done" => matches!(state.views.top(), View::Executions(_)),
            other => return Err(TestCaseError::fail(format!("{other} is a screen of which nothing is known here"))),
        };
        prop_assert!(is_there, "{line}: {:?}", state.screen());
    } else if ends("setting") {
        prop_assert!(line.contains(&state.shell.theme.name), "{line}: {}", state.shell.theme.name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn enter_in_the_palette_does_what_the_line_says(place in 0..7usize, keys in typed()) {
        let mut desk = Desk::by_hand(harness::alarms());
        desk.press("D");
        desk.press(&place.to_string());
        desk.press(":");
        for key in keys {
            desk.press(key);
        }
        let line = choice(&mut desk);
        desk.state.shell.toast = None;
        desk.press("enter");
        match line {
            Some(line) => is_as_said(&desk, &line)?,
            None => prop_assert!(desk.state.views.menu().is_some(), "nothing matches, and something was done"),
        }
    }

    #[test]
    fn what_is_filtered_opens_and_arms_what_the_row_says(place in 0..7usize, keys in typed()) {
        let mut desk = listed();
        desk.press(&place.to_string());
        desk.press("/");
        for key in keys {
            desk.press(key);
        }
        desk.press("enter");
        if desk.state.views.filter().is_some() {
            prop_assert!(desk.state.databases.problem.is_some(), "it is closed unless something is wrong");
            return Ok(());
        }
        let line = row(&mut desk);
        prop_assert_eq!(line.is_none(), desk.state.databases.rows.is_empty());
        desk.press("A");
        if let (Some(question), Some(line)) = (desk.state.views.question(), &line) {
            let environment = desk.state.shell.world.estate.environment(question.environment).expect("an environment");
            let shown = shown_name(environment);
            // One environment needs no column for it.
            let said = desk.state.shell.scope == Scope::One(question.environment)
                || line.split_whitespace().any(|word| word == shown);
            prop_assert!(said, "{} would be armed: {}", shown, line);
            desk.press("esc");
        }
        prop_assert_eq!(&row(&mut desk), &line, "the question moves no cursor");
        desk.press("enter");
        match (line, desk.state.open_database()) {
            (Some(line), Some((_, database))) => prop_assert!(says(&line, &database.id), "{}: {}", line, database.id),
            (None, None) => {}
            (line, open) => prop_assert!(false, "{:?} opened {:?}", line, open.map(|(_, database)| &database.id)),
        }
    }

    #[test]
    fn what_is_filtered_of_the_alarms_is_what_the_row_says(keys in typed()) {
        let mut desk = Desk::by_hand(harness::alarms());
        desk.press("/");
        for key in keys {
            desk.press(key);
        }
        desk.press("enter");
        if desk.state.views.filter().is_some() {
            prop_assert!(desk.state.alarms.problem.is_some(), "it is closed unless something is wrong");
            return Ok(());
        }
        let line = row(&mut desk);
        desk.press("enter");
        match (line, desk.state.alarms.current()) {
            (Some(line), Some(alarm)) => {
                prop_assert!(desk.state.alarms.whole && says(&line, &alarm.name), "{}: {}", line, alarm.name);
            }
            (None, None) => {}
            (line, alarm) => prop_assert!(false, "{:?} opened {:?}", line, alarm.map(|row| &row.name)),
        }
    }
}

/// Each finding that the fleet tells of, in nights that have them of nearly every kind.
#[tokio::test]
async fn every_finding_of_the_fleet_leads_to_the_screen_of_what_it_is_about() {
    let mut seen = BTreeSet::new();
    for scenario in ["a-bad-night,stuck-rotation", "capacity-shortage"] {
        let mut desk = Desk::still(scenario).await;
        desk.press("F");
        desk.settle().await;
        let items: Vec<Item> = desk.state.fleet.items().collect();
        for (at, item) in items.into_iter().enumerate() {
            let Item::Finding(environment, place) = item else { continue };
            let about = desk.state.fleet.summary(environment).expect("a summary").findings[place].about;
            let (screen, name) = match about {
                About::DbInstance => (Screen::Database, "DB instance"),
                About::Alarm => (Screen::Alarms, "alarm"),
                About::Cluster => (Screen::Cluster, "cluster"),
                About::Secret => (Screen::Secrets, "secret"),
            };
            for keys in ["enter", "d", "."] {
                let mut other = Desk::by_hand(desk.state.clone());
                other.state.fleet.selected = at;
                other.press(keys);
                let is_there = match (about, other.state.screen()) {
                    // Something in it has a page of its own.
                    (About::Cluster, Screen::ClusterObject) => true,
                    (About::DbInstance, Screen::Fleet) => keys == "d" && other.state.views.overlay().is_some(),
                    (_, found) => found == screen,
                };
                assert!(is_there, "{keys} on a finding about a {name}:\n{}", other.text());
            }
            let mut other = Desk::by_hand(desk.state.clone());
            other.state.fleet.selected = at;
            other.press("y");
            assert!(other.state.views.overlay().is_some(), "y on a finding about a {name}:\n{}", other.text());
            seen.insert(name);
        }
    }
    // Of an alarm nothing is said in these nights that another finding does not say.
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["DB instance", "cluster", "secret"]);
}
