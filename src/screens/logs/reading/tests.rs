use jiff::Timestamp;

use super::*;
use crate::domain::SiteId;
use crate::keymap::Keymap;
use crate::screens::logs::State;
use crate::screens::{OpenScreen, View};
use crate::services::kubernetes::logs::LogLine;
use crate::services::kubernetes::logs::LogSource;
use crate::services::kubernetes::testing::{self, CLUSTER, TestCluster};
use crate::theme::{ColorDepth, Theme};
use crate::world::Estate;

fn source(container: &str) -> LogSource {
    LogSource { namespace: "orders".into(), pod: "api-0".into(), container: container.into(), previous: false }
}

fn app() -> App {
    let mut estate = Estate::default();
    let session = estate.add_session_named("ops");
    let site = estate.add_site(session, "eu-west-1");
    estate.add(crate::domain::Environment { name: "lab".into(), site, ..crate::domain::Environment::default() });
    let now: Timestamp = testing::now();
    let mut app = App::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    app.shell.world.sites[0].services.kubernetes =
        TestCluster { eks: Some(testing::eks()), ..TestCluster::default() }.data();
    app
}

fn open(app: &mut App, container: &str) {
    app.views.open(View::Screen(OpenScreen::Logs(Box::new(State::new(SiteId(0), CLUSTER, source(container))))));
}

fn line(text: &str) -> LogTold {
    LogTold::Lines(vec![LogLine { at: None, text: text.into(), is_cut: false }])
}

fn wanted(app: &mut App) -> Vec<Effect> {
    let mut effects = Vec::new();
    want(app, &mut effects);
    effects
}

#[test]
fn the_log_that_is_open_is_read_once_and_left_with_it() {
    let mut app = app();
    assert_eq!(wanted(&mut app).len(), 0, "no log is open");
    open(&mut app, "app");
    let effects = wanted(&mut app);
    assert!(matches!(&effects[..], [Effect::ReadLog { id: 1, ask, .. }] if ask.source == source("app")), "{effects:?}");
    assert_eq!(wanted(&mut app).len(), 0, "it is read already");
    app.views.close();
    assert!(matches!(wanted(&mut app)[..], [Effect::LeaveLog(1)]));
    assert_eq!(wanted(&mut app).len(), 0);
}

#[test]
fn another_container_is_another_log_and_what_is_of_the_first_is_dropped() {
    let mut app = app();
    open(&mut app, "app");
    wanted(&mut app);
    take(&mut app, 1, line("of the first"));
    app.views.logs_mut().unwrap().turn(source("sidecar"));
    let effects = wanted(&mut app);
    assert!(matches!(effects[..], [Effect::LeaveLog(1), Effect::ReadLog { id: 2, .. }]), "{effects:?}");
    take(&mut app, 1, line("late"));
    assert_eq!(app.log.tail.lines().len(), 0);
    take(&mut app, 2, line("of the second"));
    assert_eq!(&*app.log.tail.lines()[0].text, "of the second");
}

#[test]
fn what_has_ended_is_begun_anew_when_it_is_asked_for_again_alone() {
    let mut app = app();
    open(&mut app, "app");
    wanted(&mut app);
    take(&mut app, 1, LogTold::Ended);
    assert_eq!(wanted(&mut app).len(), 0);
    app.views.logs_mut().unwrap().attempt += 1;
    assert!(matches!(wanted(&mut app)[..], [Effect::ReadLog { id: 2, .. }]), "nothing is left: it has ended");
}

#[test]
fn a_cluster_without_an_address_says_so_and_is_asked_once_it_has_one() {
    let mut app = app();
    let data = std::mem::take(&mut app.shell.world.sites[0].services.kubernetes);
    open(&mut app, "app");
    assert_eq!(wanted(&mut app).len(), 0);
    let end = app.log.tail.end.clone();
    assert!(matches!(end, Some(Err(Fault { kind: FaultKind::NoPath { .. }, .. }))), "{end:?}");
    app.shell.world.sites[0].services.kubernetes = data;
    assert!(matches!(wanted(&mut app)[..], [Effect::ReadLog { id: 1, .. }]));
    assert_eq!(app.log.tail.end, None);
}
