//! The list as a whole.

use std::sync::Arc;

use jiff::SignedDuration;
use ratatui::buffer::Buffer;

use super::{SecretOrder, filter, handle, link, mark, rebuild, view};
use crate::domain::{Criticality, Environment, Fault, FaultKind};
use crate::keymap::{Action, Keymap};
use crate::screens::{OpenScreen, Screen, State as App, View, executions, reach};
use crate::services::secrets::testing::{ago, all, pending, rotated, secret};
use crate::services::secrets::{Answer, Read, Replica, ReplicaStatus, Secret, SecretDetail, SecretVersion};
use crate::slices::reads::Shown;
use crate::theme::{ColorDepth, Theme};
use crate::world::{Estate, Scope, checkup};

/// A console on an environment in two regions and one in another account.
fn app(size: (u16, u16)) -> App {
    let mut estate = Estate::default();
    let session = estate.add_session_named("ops");
    let (home, there) = (estate.add_site(session, "us-east-1"), estate.add_site(session, "us-west-2"));
    let criticality = Criticality::Production;
    let name_prefix = "rentaliq-prod-".to_owned();
    estate.add(Environment {
        name: "prod".into(),
        site: home,
        dr_site: Some(there),
        criticality,
        name_prefix,
        ..Environment::default()
    });
    let lab = "rentaliq-lab-".to_owned();
    estate.add(Environment { name: "lab".into(), site: home, name_prefix: lab, ..Environment::default() });
    let mut app = App::new(estate, ago(0), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    app.shell.size = size;
    app.views.show(View::Screen(OpenScreen::Secrets));
    app
}

fn told(app: &mut App, site: usize, secrets: Vec<Secret>) {
    let data = &mut app.shell.world.sites[site];
    let mut secrets = secrets;
    secrets.sort_by(|a, b| a.name.cmp(&b.name));
    let touched = data.services.secrets.store(&Read::All, all(secrets), ago(0));
    data.secret_checkups.take(&touched);
    let mut more = checkup::begin(&mut app.shell.world).more;
    while more {
        more = checkup::look(&mut app.shell.world, 32).more;
    }
    rebuild(app);
}

fn shown(app: &App) -> String {
    let area = executions::body(&app.shell);
    let mut buf = Buffer::empty(area);
    view(app, area, &mut buf);
    let row = |y: u16| (area.left()..area.right()).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (area.top()..area.bottom()).map(|y| row(y).trim_end().to_owned()).collect::<Vec<String>>().join("\n")
}

fn has(frame: &str, parts: &[&str]) {
    for part in parts {
        assert!(frame.contains(part), "{part}:\n{frame}");
    }
}

fn names(app: &App) -> Vec<&str> {
    app.secrets.rows.iter().map(|row| row.secret.name.as_str()).collect()
}

#[test]
fn what_is_wrong_stands_first_and_is_told_with_what_to_do() {
    let mut app = app((120, 34));
    told(&mut app, 0, vec![secret("rentaliq/prod/api/keys"), pending("rentaliq/prod/db/credentials", 18_000)]);
    assert_eq!(names(&app), ["rentaliq/prod/db/credentials", "rentaliq/prod/api/keys"]);
    let frame = shown(&app);
    has(&frame, &["Secrets  2", "1 stuck in rotation", "stuck", "a rotation does not end", "→ Read the log of"]);
    assert_eq!(mark(&app).0, "▲");
}

#[test]
fn a_replica_is_told_in_the_row_of_its_secret() {
    let mut app = app((140, 34));
    let known = secret("rentaliq/prod/api/keys");
    told(&mut app, 0, vec![known.clone(), secret("rentaliq/prod/s3/config")]);
    has(&shown(&app), &["RECOVERY", "?"]);
    assert_ne!(mark(&app).0, "●", "the other region was not read");
    let replica = Secret { primary_region: Some("us-east-1".into()), arn: "arn-there".into(), ..known.clone() };
    told(&mut app, 1, vec![replica]);
    assert_eq!(names(&app), ["rentaliq/prod/s3/config", "rentaliq/prod/api/keys"], "its replica is no row");
    has(&shown(&app), &["not in us-west-2", "us-west-2"]);
    let alone =
        Secret { primary_region: Some("eu-west-1".into()), arn: "arn-alone".into(), ..secret("rentaliq/prod/x") };
    told(&mut app, 1, vec![alone]);
    has(&shown(&app), &["replica of eu-west-1"]);
    assert_eq!(names(&app).len(), 3);
}

#[test]
fn what_is_read_of_one_alone_is_told_below() {
    let mut app = app((140, 44));
    told(&mut app, 0, vec![rotated("rentaliq/prod/api/keys", 3)]);
    let arn: Arc<str> = app.secrets.rows[0].arn.clone();
    app.secrets.rest(ago(0));
    assert!(matches!(Screen::Secrets.shown(&app), Shown::Secrets(Some((_, known))) if known == arn));
    let data = &mut app.shell.world.sites[0].services.secrets;
    let (one, versions) = (Read::One(arn.clone()), Read::Versions(arn));
    data.begin(&one);
    data.begin(&versions);
    has(&shown(&app), &["every 30 days", "Versions  being read"]);
    let failed = Replica {
        region: "us-west-2".into(),
        status: ReplicaStatus::Failed,
        message: "Secret with this name already exists in this region".into(),
        ..Replica::default()
    };
    let detail = SecretDetail { secret: rotated("rentaliq/prod/api/keys", 3), replicas: vec![failed] };
    let data = &mut app.shell.world.sites[0].services.secrets;
    data.store(&one, Answer::One(Box::new(detail)), ago(0));
    let version = |id: &str, stages: &[&str]| SecretVersion {
        id: id.into(),
        stages: stages.iter().map(ToString::to_string).collect(),
        created: Some(ago(3 * 86_400)),
        read_on: None,
    };
    let all = vec![version("11111111-aaaa", &["AWSCURRENT"]), version("22222222-aaaa", &[])];
    data.store(&versions, Answer::Versions(all), ago(0));
    has(
        &shown(&app),
        &[
            "✖ us-west-2 Failed: Secret with this name already exists in this region, read never",
            "11111111  AWSCURRENT  made 3d ago",
        ],
    );
    has(&shown(&app), &["22222222  no stage", "read never"]);
    let kind = FaultKind::Denied { action: "secretsmanager:ListSecretVersionIds".into() };
    let fault =
        Fault { kind, call: "secretsmanager:ListSecretVersionIds".into(), message: String::new(), request_id: None };
    app.shell.world.sites[0].services.secrets.fail(&versions, fault);
    has(&shown(&app), &["secretsmanager:ListSecretVersionIds denied", "11111111"]);
}

#[test]
fn what_the_cursor_only_passes_is_not_read() {
    let mut app = app((120, 34));
    told(&mut app, 0, vec![secret("rentaliq/prod/a"), secret("rentaliq/prod/b")]);
    app.secrets.rest(ago(0));
    let open = |app: &App| match Screen::Secrets.shown(app) {
        Shown::Secrets(Some((_, arn))) => Some(arn),
        _ => None,
    };
    assert!(open(&app).is_some(), "where it is first it has always been");
    assert!(handle(&mut app, Action::Down));
    app.secrets.rest(app.shell.world.now);
    assert_eq!(open(&app), None);
    app.shell.world.now = ago(0).checked_add(SignedDuration::from_secs(2)).unwrap();
    assert!(open(&app).is_some_and(|arn| arn.contains("rentaliq/prod/b")));
}

#[test]
fn nothing_is_said_site_by_site() {
    let mut app = app((120, 24));
    has(&shown(&app), &["not read yet"]);
    let kind = FaultKind::Denied { action: "secretsmanager:ListSecrets".into() };
    let fault = Fault { kind, call: "secretsmanager:ListSecrets".into(), message: String::new(), request_id: None };
    app.shell.world.sites[0].services.secrets.fail(&Read::All, fault);
    told(&mut app, 1, Vec::new());
    has(&shown(&app), &["never read", "secretsmanager:ListSecrets denied", "no secrets in prod (us-west-2)"]);
    assert_eq!(mark(&app).0, "○");
}

#[test]
fn keys_order_narrow_and_lead_away() {
    let mut app = app((120, 34));
    told(&mut app, 0, vec![secret("rentaliq/prod/b"), secret("rentaliq/prod/a"), secret("rentaliq/lab/c")]);
    assert!(handle(&mut app, Action::Sort));
    assert_eq!((app.secrets.order, names(&app)[0]), (SecretOrder::Name, "rentaliq/lab/c"));
    assert!(handle(&mut app, Action::SortReverse));
    assert_eq!(names(&app)[0], "rentaliq/prod/b");
    filter(&mut app, "lab".into());
    assert_eq!(names(&app), ["rentaliq/lab/c"]);
    assert!(link(&app).is_some_and(|link| link.contains("secret?name=rentaliq%2Flab%2Fc&region=us-east-1")));
    assert!(handle(&mut app, Action::Back) && names(&app).len() == 3);
    app.shell.scope = Scope::One(app.shell.world.estate.named("lab").unwrap());
    rebuild(&mut app);
    assert_eq!(names(&app), ["rentaliq/lab/c"]);
    let arn = secret("rentaliq/prod/a").arn;
    app.views.show(View::Screen(OpenScreen::Fleet));
    reach::open_secret(&mut app, &arn);
    assert_eq!((app.screen(), app.secrets.current().map(|row| &*row.arn)), (Screen::Secrets, Some(arn.as_str())));
}
