//! A small world for tests: two environments in one region, and one in another.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::rebuild;
use crate::domain::{Criticality, Database, Environment, Remote};
use crate::keymap::Keymap;
use crate::screens::State as App;
use crate::screens::executions;
use crate::services::alarms::testing::{all, composite, cpu};
use crate::services::alarms::{Alarm, AlarmState, Data, Read, Watching};
use crate::theme::{ColorDepth, Theme};
use crate::world::Estate;

/// The present of these tests.
pub fn now() -> Timestamp {
    "2026-11-22T03:12:44Z".parse().unwrap()
}

/// So many seconds before the present.
pub fn before(seconds: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

/// An alarm on the processor of a DB instance.
pub fn on(name: &str, database: &str, state: AlarmState, since: Option<Timestamp>) -> Alarm {
    let mut alarm = cpu();
    if let Watching::Metric(watch) = &mut alarm.watches {
        watch.metric.dimensions = vec![("DBInstanceIdentifier".into(), database.into())];
    }
    let arn = format!("arn:aws:cloudwatch:us-east-1:111122223333:alarm:{name}");
    Alarm { name: name.into(), arn, state, since, reason: format!("because of {name}"), ..alarm }
}

/// An alarm on a queue.
fn queue() -> Alarm {
    let mut alarm = on("lab-queue", "", AlarmState::Ok, None);
    if let Watching::Metric(watch) = &mut alarm.watches {
        watch.metric.namespace = "AWS/SQS".into();
        watch.metric.name = "ApproximateNumberOfMessagesVisible".into();
        watch.metric.dimensions = vec![("QueueName".into(), "mail".into())];
    }
    alarm
}

/// The world, of which no alarm was read yet.
pub fn unread() -> App {
    let mut estate = Estate::default();
    let session = estate.add_session_named("ops");
    let (home, far) = (estate.add_site(session, "us-east-1"), estate.add_site(session, "eu-west-1"));
    let criticality = Criticality::Production;
    let prod = Environment {
        name: "prod".into(),
        name_prefix: "prod-".into(),
        site: home,
        criticality,
        ..Environment::default()
    };
    estate.add(prod);
    let qa = Environment { name: "qa".into(), name_prefix: "qa-".into(), site: home, ..Environment::default() };
    estate.add(qa);
    estate.add(Environment { name: "lab".into(), site: far, ..Environment::default() });
    let mut app = App::new(estate, now(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    let databases = ["prod-db", "qa-db"].map(|id| Database { id: id.into(), arn: id.into(), ..Database::default() });
    app.shell.world.sites[0].rds.databases = Remote::Ready { value: databases.map(Arc::new).to_vec(), at: now() };
    rebuild(&mut app);
    app
}

/// The world, with five alarms.
pub fn app() -> App {
    let mut app = unread();
    let all = Alarm {
        name: "prod-all".into(),
        state: AlarmState::Alarm,
        since: Some(before(60)),
        ..composite("ALARM(prod-cpu) OR ALARM(gone)")
    };
    let mut off = on("qa-cpu", "qa-db", AlarmState::Ok, Some(before(7_200)));
    off.actions_enabled = false;
    let idle = on("prod-idle", "prod-db", AlarmState::InsufficientData, Some(before(3_600)));
    put(&mut app, 0, vec![on("prod-cpu", "prod-db", AlarmState::Alarm, Some(before(840))), idle, off, all]);
    put(&mut app, 1, vec![queue()]);
    app
}

/// These are a site's alarms now.
pub fn put(app: &mut App, site: usize, alarms: Vec<Alarm>) {
    let at = app.shell.world.now;
    app.shell.world.sites[site].alarms.store(&Read::All, all(alarms), at);
    rebuild(app);
}

/// What is known where these alarms were read.
pub fn known(alarms: Vec<Alarm>) -> Data {
    let mut data = Data::default();
    data.store(&Read::All, all(alarms), now());
    data
}

/// A site's alarms.
pub fn read(app: &App, site: usize) -> Vec<Alarm> {
    app.shell.world.sites[site].alarms.alarms().iter().map(|alarm| (**alarm).clone()).collect()
}

/// The names of the rows.
pub fn names(app: &App) -> Vec<String> {
    app.alarms.rows.iter().map(|row| row.name.to_string()).collect()
}

/// The name of the alarm under the cursor.
pub fn looked_at(app: &App) -> String {
    app.alarms.current().map(|row| row.name.to_string()).unwrap_or_default()
}

/// Puts the cursor on an alarm.
pub fn select(app: &mut App, name: &str) {
    let at = app.alarms.rows.iter().position(|row| &*row.name == name).unwrap();
    app.alarms.go(at, 10);
}

/// The columns and rows of the body of the screen.
pub fn body(app: &App) -> (u16, u16) {
    let body = executions::body(&app.shell);
    (body.width, body.height)
}
