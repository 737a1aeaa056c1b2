use super::*;
use crate::domain::Environment;
use crate::keymap::Keymap;
use crate::ops::guard::{Gesture, approve};
use crate::services::rds::{
    Kind,
    testing::{at, seen},
};
use crate::slices::testing::plan_of;
use crate::slices::{Policy, Situation};
use crate::theme::{ColorDepth, Theme};
use crate::world::Estate;

/// Answers nothing.
struct Silent;

impl Fetches for Silent {
    fn fetch(&mut self, _: Request) {}
    fn watch(&mut self, _: u64, _: WatchTarget, _: Arc<ServerAddress>) {}
    fn unwatch(&mut self, _: u64) {}
    fn read_log(&mut self, _: u64, _: SiteId, _: LogAsk) {}
    fn leave_log(&mut self, _: u64) {}
}

/// Keeps what is said, until the terminal is gone.
#[derive(Default)]
struct Said {
    all: Vec<String>,
    is_gone: bool,
}

impl Said {
    fn say(&mut self, text: &str) -> io::Result<()> {
        if self.is_gone {
            return Err(io::Error::other("hung up"));
        }
        self.all.push(text.to_owned());
        Ok(())
    }
}

impl Outlet for Said {
    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.say(text)
    }

    fn open(&mut self, link: &str) -> bool {
        !self.is_gone && self.say(&format!("open {link}")).is_ok()
    }

    fn notify(&mut self, text: &str) -> io::Result<()> {
        self.say(text)
    }
}

fn state() -> State {
    let mut estate = Estate::default();
    let session = estate.add_session_named("prod");
    let site = estate.add_site(session, "us-east-1");
    estate.add(Environment { name: "PROD".into(), site, ..Environment::default() });
    State::new(estate, at(), Keymap::default(), Theme::default(), ColorDepth::TrueColor)
}

/// A performer that changes nothing.
fn reading() -> Performer<Silent, Said> {
    Performer::new(Silent, Said::default())
}

fn toast(state: &State) -> &str {
    state.shell.toast.as_ref().map_or("", |toast| toast.text.as_str())
}

/// The approval of a snapshot.
fn approval() -> Effect {
    let seen = seen();
    let plan = plan_of(Kind::CreateSnapshot.offer(&seen), &seen);
    let policy = Policy { headless: true, ..Policy::default() };
    let situation = Situation {
        now: seen.at,
        arming: None,
        policy: &policy,
        running: &[],
        shown_since: seen.at,
        read_since: seen.at,
        identity: Some(&seen.identity),
        headless: true,
    };
    let gesture = Gesture::Fingerprint { text: plan.fingerprint.long(), reason: "INC-1".into() };
    Effect::Execute(Box::new(approve(&plan, &gesture, &situation).unwrap()))
}

#[test]
fn what_is_for_the_terminal_is_handed_back_in_its_turn() {
    let (mut performer, mut state) = (reading(), state());
    let mut wanted: VecDeque<Effect> = [
        Effect::Notify("one".into()),
        Effect::Redraw,
        Effect::Notify("two".into()),
        Effect::Suspend,
        Effect::Quit,
        Effect::Notify("three".into()),
    ]
    .into();
    for (asked, said) in [(ForTerminal::Redraw, 1), (ForTerminal::Suspend, 2), (ForTerminal::Leave, 2)] {
        assert_eq!(performer.perform(&mut wanted, &mut state).unwrap(), Some(asked));
        assert_eq!(performer.outlet.all.len(), said, "{asked:?}");
    }
    assert_eq!(wanted, [Effect::Notify("three".into())]);
    assert_eq!(performer.perform(&mut wanted, &mut state).unwrap(), None);
}

#[test]
fn the_core_hears_whether_its_text_was_sent_to_the_clipboard() {
    let (mut performer, mut state) = (reading(), state());
    assert_eq!(performer.perform(&mut [Effect::Copy("an ARN".into())].into(), &mut state).unwrap(), None);
    assert_eq!(performer.outlet.all, ["an ARN"]);
    assert_eq!(toast(&state), "sent to the terminal's clipboard: an ARN");
    performer.outlet.is_gone = true;
    assert_eq!(performer.perform(&mut [Effect::Copy("an ARN".into())].into(), &mut state).unwrap(), None);
    assert_eq!(toast(&state), "not sent to the terminal's clipboard: hung up");
}

#[test]
fn a_terminal_that_is_gone_is_an_error() {
    let (mut performer, mut state) = (reading(), state());
    performer.outlet.is_gone = true;
    let error = performer.perform(&mut [Effect::Notify("done".into())].into(), &mut state).unwrap_err();
    assert_eq!(error.to_string(), "the terminal is gone: hung up");
}

/// As in a picture: whatever the keys were, it is refused in words, and what would follow is not done.
#[test]
fn where_nobody_makes_changes_an_approved_one_is_refused() {
    let (mut performer, mut state) = (reading(), state());
    let mut wanted: VecDeque<Effect> = [approval(), Effect::Notify("done".into())].into();
    let error = performer.perform(&mut wanted, &mut state).unwrap_err();
    assert!(matches!(&error, Unperformed::NobodyMakesChanges { environment } if environment == "PROD"), "{error}");
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    assert_eq!((performer.outlet.all.len(), wanted.len()), (0, 1));
}
