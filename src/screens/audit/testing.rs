//! A small journal for tests: two environments armed, a plan refused, and what is done with them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{take, view};
use crate::domain::{Criticality, Environment};
use crate::keymap::Keymap;
use crate::ops::Fingerprint;
use crate::ops::journal::{Head, Who, seal};
use crate::screens::State as App;
use crate::screens::{OpenScreen, View};
use crate::services::rds::{self, testing::seen};
use crate::slices::Body;
use crate::slices::testing::target_of;
use crate::theme::{ColorDepth, Theme};
use crate::trail::{Telling, Whose};
use crate::world::Estate;

/// The present of these tests.
pub fn now() -> Timestamp {
    "2026-11-22T03:12:44Z".parse().unwrap()
}

/// An arming, a plan that was refused and a disarming, of `count` environments, the oldest first; and the head.
pub fn journal(count: usize) -> (String, Vec<u8>) {
    let (mut head, mut text) = (None, String::new());
    for n in 0..count * 3 {
        let (seq, prev) = Head::next(head.as_ref());
        let at = now().checked_sub(SignedDuration::from_secs(60 * (count * 3 - n) as i64)).unwrap();
        let place = if (n / 3).is_multiple_of(2) { "prod" } else { "qa" };
        let body = match n % 3 {
            0 => Body::Armed { reason: format!("INC-{n} \u{1b}[2J"), until: now() },
            1 => Body::PlanRefused {
                operation: rds::Kind::Stop.into(),
                target: target_of(&seen()),
                fingerprint: Fingerprint::default(),
                why: "changes are frozen".into(),
                summary: String::new(),
                reason: String::new(),
            },
            _ => Body::Disarmed { why: "time is up".into() },
        };
        let who = Who { arn: "arn:aws:sts::1:assumed-role/reader/oncall".into(), ..Who::default() };
        let (entry, line) = seal(seq, at, who, place.into(), body, prev).unwrap();
        head = Some(Head { seq, hash: entry.hash });
        text.push_str(&format!("{line}\n"));
    }
    (text, serde_json::to_vec(&head.unwrap()).unwrap())
}

/// What is told of a journal.
pub fn told(text: &str, head: &[u8], most: usize) -> Arc<Telling> {
    let whose = Whose { path: "/home/alice/state/journal.jsonl".into(), user: "alice".into(), ..Whose::default() };
    Arc::new(Telling::of(text.as_bytes(), Some(head), whose, now(), most))
}

/// The screen, of which nothing was read yet.
pub fn unread() -> App {
    let mut estate = Estate::default();
    let session = estate.add_session_named("ops");
    let site = estate.add_site(session, "us-east-1");
    let criticality = Criticality::Production;
    estate.add(Environment { name: "prod".into(), criticality, site, ..Environment::default() });
    estate.add(Environment { name: "qa".into(), site, ..Environment::default() });
    let mut app = App::new(estate, now(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    app.views.show(View::Screen(OpenScreen::Audit));
    app
}

/// The screen with the journal of two environments.
pub fn app() -> App {
    let mut app = unread();
    let (text, head) = journal(2);
    take(&mut app, Ok(told(&text, &head, 100)));
    app
}

/// The body at the size of a terminal.
pub fn shown(app: &mut App, columns: u16, rows: u16) -> String {
    app.shell.size = (columns, rows);
    let area = Rect::new(0, 0, columns, rows.saturating_sub(3));
    let mut buf = Buffer::empty(area);
    view(app, area, &mut buf);
    let row = |y: u16| (0..columns).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..area.height).map(row).collect::<Vec<String>>().join("\n")
}
