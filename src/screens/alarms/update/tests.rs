use super::*;
use crate::screens::alarms::testing::{app, looked_at, names, select};
use crate::screens::alarms::{AlarmOrder, rebuild};
use crate::world::Scope;

fn press(app: &mut App, actions: &[Action]) -> bool {
    let mut is_heard = false;
    for action in actions {
        is_heard = handle(app, *action);
    }
    is_heard
}

#[test]
fn enter_and_escape_go_step_by_step() {
    let mut app = app();
    select(&mut app, "prod-all");
    assert!(press(&mut app, &[Action::Open]) && app.alarms.whole);
    // The composite alarm's first child, and from there its parent, as that is what it is a part of.
    assert!(press(&mut app, &[Action::Open]));
    assert_eq!((looked_at(&app).as_str(), app.alarms.whole), ("prod-cpu", true));
    assert!(press(&mut app, &[Action::Open]));
    assert_eq!(looked_at(&app), "prod-all");
    assert!(app.alarms.trail.is_empty(), "round is not further");
    assert!(press(&mut app, &[Action::Open]) && looked_at(&app) == "prod-cpu");
    for (name, whole) in [("prod-all", true), ("prod-all", false)] {
        assert!(press(&mut app, &[Action::Back]));
        assert_eq!((looked_at(&app).as_str(), app.alarms.whole), (name, whole));
    }
    assert!(!press(&mut app, &[Action::Back]), "the shell hears it");
}

#[test]
fn what_a_rule_names_and_is_not_there_is_said() {
    let mut app = app();
    select(&mut app, "prod-all");
    press(&mut app, &[Action::Open, Action::Down, Action::Open]);
    assert!(app.shell.toast.as_ref().is_some_and(|toast| toast.text.starts_with("gone was not read here")));
    assert_eq!(looked_at(&app), "prod-all");
}

#[test]
fn enter_opens_what_is_watched_where_no_alarm_is_related() {
    let mut app = app();
    select(&mut app, "qa-cpu");
    assert_eq!(selected(&app).map(|(_, database)| database.id.as_str()), Some("qa-db"));
    press(&mut app, &[Action::Open, Action::Open]);
    assert_eq!(app.views.database().map(|open| &*open.id), Some("qa-db"));
    let mut app = self::app();
    select(&mut app, "lab-queue");
    assert!(selected(&app).is_none());
    press(&mut app, &[Action::Open, Action::Open]);
    assert!(app.views.database().is_none() && app.shell.toast.is_some());
}

#[test]
fn the_story_is_scrolled_within_its_lines() {
    let mut app = app();
    // Low, so that there is more than is seen.
    app.shell.size = (80, 14);
    rebuild(&mut app);
    select(&mut app, "qa-cpu");
    press(&mut app, &[Action::Open]);
    let most = Scrolled::of(&app).unwrap().most;
    assert!(most > 0);
    press(&mut app, &[Action::Bottom, Action::Down]);
    assert_eq!(app.alarms.scroll, most);
    press(&mut app, &[Action::Up]);
    assert_eq!(app.alarms.scroll, most - 1);
    press(&mut app, &[Action::Top]);
    assert_eq!((app.alarms.scroll, looked_at(&app).as_str()), (0, "qa-cpu"));
}

#[test]
fn the_order_goes_round() {
    let mut app = app();
    for order in [AlarmOrder::Name, AlarmOrder::Since, AlarmOrder::Environment, AlarmOrder::State] {
        press(&mut app, &[Action::SortReverse, Action::Sort]);
        assert_eq!((app.alarms.order, app.alarms.reverse), (order, false));
    }
}

#[test]
fn a_filter_is_kept_and_cleared() {
    let mut app = app();
    press(&mut app, &[Action::Filter]);
    assert!(app.views.filter().is_some(), "a view takes the keys");
    app.views.close();
    filter(&mut app, "cpu".into());
    assert_eq!(names(&app), ["prod-cpu", "qa-cpu"]);
    assert!(press(&mut app, &[Action::Down]) && looked_at(&app) == "qa-cpu");
    assert!(press(&mut app, &[Action::Back]));
    assert_eq!((names(&app).len(), looked_at(&app).as_str()), (5, "qa-cpu"), "the cursor stays");
    for (text, found) in [("state:alarm", 2), ("env:qa", 1), ("region:nowhere", 0), ("state:alarm env:prod", 1)] {
        filter(&mut app, text.into());
        assert_eq!(names(&app).len(), found, "{text}: {:?}", names(&app));
    }
}

#[test]
fn another_alarm_is_opened_through_a_filter_but_not_out_of_the_scope() {
    let mut app = app();
    app.alarms.filter = "prod-all".into();
    rebuild(&mut app);
    press(&mut app, &[Action::Open, Action::Open]);
    assert_eq!((looked_at(&app).as_str(), app.alarms.filter.as_str()), ("prod-cpu", ""));
    let mut app = self::app();
    app.shell.scope = Scope::One(app.shell.world.estate.named("qa").unwrap());
    app.alarms.filter = "prod-all".into();
    rebuild(&mut app);
    select(&mut app, "prod-all");
    press(&mut app, &[Action::Open, Action::Open]);
    assert_eq!((looked_at(&app).as_str(), app.alarms.filter.as_str()), ("prod-all", "prod-all"));
    assert!(app.shell.toast.is_some());
}

#[test]
fn the_copy_menu_has_a_command_that_a_shell_takes() {
    let mut app = app();
    select(&mut app, "prod-cpu");
    let menu = copy_menu(&app).unwrap();
    let items: Vec<(&str, &str)> = menu.visible().map(|item| (item.label.as_str(), item.detail.as_str())).collect();
    assert_eq!(
        items,
        [
            ("name", "prod-cpu"),
            ("ARN", "arn:aws:cloudwatch:us-east-1:111122223333:alarm:prod-cpu"),
            ("reason", "because of prod-cpu"),
            (
                "AWS CLI",
                "aws cloudwatch describe-alarms --region us-east-1 --alarm-types MetricAlarm --alarm-names prod-cpu"
            ),
        ]
    );
    assert!(press(&mut app, &[Action::Copy]) && app.views.menu().is_some());
    let mut app = self::app();
    select(&mut app, "prod-all");
    let menu = copy_menu(&app).unwrap();
    assert!(menu.visible().any(|item| item.detail.contains("--alarm-types CompositeAlarm --alarm-names prod-all")));
}

#[test]
fn a_click_selects_the_row_under_it() {
    let mut app = app();
    app.shell.size = (80, 24);
    rebuild(&mut app);
    // Header 2, title 1, headings 1.
    click(&mut app, 4 + 3);
    assert_eq!(app.alarms.selected, 3);
    for nowhere in [0, 3, 9, 20, 23, 200] {
        click(&mut app, nowhere);
        assert_eq!(app.alarms.selected, 3, "{nowhere}");
    }
    app.alarms.whole = true;
    click(&mut app, 4);
    assert_eq!(app.alarms.selected, 3);
}

#[test]
fn hints_name_what_enter_does() {
    let mut app = app();
    let first = |app: &App| hints(app)[0];
    assert_eq!(first(&app), (Action::Open, "the whole story"));
    select(&mut app, "qa-cpu");
    app.alarms.whole = true;
    assert_eq!(first(&app), (Action::Open, "open the DB instance"));
    select(&mut app, "prod-cpu");
    assert_eq!(first(&app), (Action::Open, "open the alarm"));
}

#[test]
fn what_the_cursor_only_passes_is_not_read() {
    let mut app = app();
    rebuild(&mut app);
    let name = |app: &App| app.alarms.current().map(|row| row.name.clone());
    let read = |app: &App| app.alarms.looked_at(app.shell.world.now).map(|(_, name)| name);
    app.alarms.rest(app.shell.world.now);
    assert_eq!(read(&app), name(&app), "where it is first");
    press(&mut app, &[Action::Down]);
    app.alarms.rest(app.shell.world.now);
    assert_eq!(read(&app), None);
    app.shell.world.now = app.shell.world.now.checked_add(jiff::SignedDuration::from_millis(300)).unwrap();
    app.alarms.rest(app.shell.world.now);
    assert_eq!(read(&app), name(&app));
    press(&mut app, &[Action::Down, Action::Open]);
    assert_eq!(read(&app), name(&app), "what is opened is read at once");
}
