//! Any sequence of keys, times, sizes, pastes and answers: the core never panics, the cursor stays
//! on a row, nobody's data is shown under another's name, and an answer that is not awaited
//! changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::Index;
use quarterdeck::app::settle::settle;
use quarterdeck::app::{Msg, Reconfiguration, Restyle, State};
use quarterdeck::domain::{Environment, Fault, FaultKind, SessionId};
use quarterdeck::keymap::Key;
use quarterdeck::screens::Screen;
use quarterdeck::services::rds;
use quarterdeck::slices::Policy;
use quarterdeck::slices::reads::{Answer, Request, Target};
use quarterdeck::world::Scope;

use crate::harness::{self, Desk};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Key(Key),
    /// Time goes on by so many seconds.
    Tick(i64),
    Resize(u16, u16),
    Paste(String),
    /// One of the outstanding requests is answered.
    Answer(Index, How),
    /// An answer that came before comes again.
    Again(Index),
    /// A frame is drawn.
    Draw,
    /// The configuration is read again, or cannot be.
    Reconfigure(Change),
    /// A key comes in a burst.
    Rushed(Key),
    Wheel(i8),
    Click(u16, u16),
    /// A session wants a code, or wants it no longer.
    Code(bool),
}

/// How the configuration has changed.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// A comment.
    Nothing,
    /// The environments stand in another order.
    Order,
    /// The first environment is gone.
    Fewer,
    /// Other rules of the guard.
    Rules,
    /// The credentials of all are others.
    Elsewhere,
    Broken,
}

/// What an answer is like.
#[derive(Debug, Clone)]
enum How {
    Good,
    Empty,
    /// So many of the DB instances are left; other answers are good.
    Fewer(usize),
    /// The first part came, the rest never does.
    Part,
    Fails(usize),
}

fn key(text: &str) -> Key {
    text.parse().expect("a key")
}

/// Every key of the shipped keymaps.
fn bound() -> Vec<Key> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("keymaps");
    let mut keys = Vec::new();
    for file in ["default.toml", "vim.toml"] {
        let text = fs::read_to_string(folder.join(file)).expect("a keymap");
        let keymap: toml::Table = text.parse().expect("TOML");
        let layers = keymap.values().filter_map(toml::Value::as_table);
        keys.extend(layers.flat_map(|layer| layer.keys()).flat_map(|sequence| sequence.split_whitespace()).map(key));
    }
    assert!(keys.len() > 60, "only {} keys", keys.len());
    keys
}

fn any_key() -> impl Strategy<Value = Key> {
    let written = prop::sample::select(vec![
        "backspace",
        "delete",
        "insert",
        "f1",
        "f5",
        "f12",
        "alt-x",
        "alt-enter",
        "ctrl-a",
        "ctrl-e",
        "ctrl-k",
        "ctrl-w",
        "ctrl-space",
        "shift-left",
        "shift-f3",
        "super-q",
        "é",
        "数",
        "\u{301}",
        "🚀",
        "\u{202e}",
    ]);
    let overlays = prop::sample::select(vec!["enter", "esc", "?", ":", "!", "e", "s", "c", "y", "t", "/", "tab"]);
    prop_oneof![
        6 => prop::sample::select(bound()),
        4 => overlays.prop_map(key),
        1 => prop::char::range('!', '~').prop_map(|c| key(&c.to_string())),
        1 => written.prop_map(key),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let seconds = prop::sample::select(vec![0, 1, 5, 31, 61, 600, 4000, 90_000, 1_300_000]);
    let small = (1..=40u16, 1..=12u16);
    prop_oneof![
        12 => any_key().prop_map(Step::Key),
        4 => seconds.prop_map(Step::Tick),
        1 => (1..=300u16, 1..=100u16).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => small.prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => ".{0,40}".prop_map(Step::Paste),
        8 => (any::<Index>(), how()).prop_map(|(which, how)| Step::Answer(which, how)),
        2 => any::<Index>().prop_map(Step::Again),
        3 => Just(Step::Draw),
        1 => prop::sample::select(CHANGES.to_vec()).prop_map(Step::Reconfigure),
        1 => any_key().prop_map(Step::Rushed),
        1 => (-3..=3i8).prop_map(Step::Wheel),
        1 => (0..130u16, 0..45u16).prop_map(|(column, row)| Step::Click(column, row)),
        1 => any::<bool>().prop_map(Step::Code),
    ]
}

const CHANGES: [Change; 6] =
    [Change::Nothing, Change::Order, Change::Fewer, Change::Rules, Change::Elsewhere, Change::Broken];

/// The message that a change of the configuration leads to.
fn reconfigured(state: &State, change: Change) -> Msg {
    let old = &state.shell.world.estate;
    let mut environments: Vec<(Environment, Policy)> = old
        .environments()
        .map(|(id, environment)| (environment.clone(), state.shell.world.changes.policy(id)))
        .collect();
    match change {
        Change::Broken => return Msg::ConfigurationRefused(vec!["config.toml:3: error: it is broken".into()]),
        Change::Order => environments.reverse(),
        Change::Fewer if environments.len() > 1 => drop(environments.remove(0)),
        Change::Rules => environments.iter_mut().for_each(|(_, policy)| policy.running_at_most += 1),
        Change::Fewer | Change::Nothing | Change::Elsewhere => {}
    }
    let mut estate = old.succeed();
    let mut policies = BTreeMap::new();
    for (mut environment, policy) in environments {
        for site in [Some(&mut environment.site), environment.dr_site.as_mut()].into_iter().flatten() {
            let known = old.site(*site).expect("a site");
            let elsewhere = SessionId(known.session.0 + 100);
            let session = if matches!(change, Change::Elsewhere) { elsewhere } else { known.session };
            *site = estate.add_site(session, &known.region);
        }
        policies.insert(estate.add(environment), policy);
    }
    Msg::Reconfigured(Box::new(Reconfiguration {
        estate,
        seed: 7,
        policies,
        operators: BTreeMap::new(),
        problems: Vec::new(),
        appearance: Restyle { ceiling: 1.0, ..Restyle::default() },
    }))
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![
        6 => Just(How::Good),
        1 => Just(How::Empty),
        1 => (0..4usize).prop_map(How::Fewer),
        1 => Just(How::Part),
        3 => (0..8usize).prop_map(How::Fails),
    ]
}

fn fault(which: usize, request: &Request) -> FaultKind {
    match which {
        0 => FaultKind::Throttled,
        1 => FaultKind::Denied { action: harness::operation(request).into() },
        2 => FaultKind::Expired { login: Some("aws sso login --profile ops".into()) },
        3 => FaultKind::Unreachable,
        4 => FaultKind::TimedOut,
        5 => FaultKind::NotFound,
        6 => FaultKind::BrokenAnswer,
        _ => FaultKind::Other { code: "InternalFailure".into() },
    }
}

fn results(request: &Request, how: &How) -> Vec<Result<Answer, Fault>> {
    match how {
        How::Good => harness::good(request),
        How::Empty => harness::empty(request),
        How::Part => harness::good(request).into_iter().take(1).collect(),
        How::Fails(which) => harness::failed(request, fault(*which, request), "as it happens"),
        How::Fewer(count) => harness::good(request)
            .into_iter()
            .map(|result| match result {
                Ok(Answer::Rds(rds::Answer::Databases(all))) => {
                    Ok(Answer::Rds(rds::Answer::Databases(all.into_iter().take(*count).collect())))
                }
                other => other,
            })
            .collect(),
    }
}

/// A console under test, which was told this.
struct Run {
    desk: Desk,
    told: Vec<(u64, Target, Result<Answer, Fault>)>,
}

impl Run {
    /// Delivers an answer; when nobody waits for it, it must change nothing that is known.
    fn tell(&mut self, id: u64, target: &Target, result: Result<Answer, Fault>) -> Result<(), TestCaseError> {
        let awaited = self.desk.state.shell.world.schedule.awaits(target, id);
        let before =
            (!awaited).then(|| (self.desk.state.shell.world.sites.clone(), self.desk.state.shell.world.faults.clone()));
        self.desk.send(Msg::Answered { id, target: target.clone(), result });
        if let Some((sites, faults)) = before {
            prop_assert!(
                sites == self.desk.state.shell.world.sites,
                "an answer to {target:?} that nobody awaits changed what is known"
            );
            prop_assert!(
                faults == self.desk.state.shell.world.faults,
                "an answer to {target:?} that nobody awaits was noted"
            );
        }
        Ok(())
    }

    fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Key(key) => self.desk.send(Msg::Key(key)),
            Step::Tick(seconds) => {
                let now = self.desk.state.shell.world.now + SignedDuration::from_secs(seconds);
                self.desk.send(Msg::Tick(now));
            }
            Step::Resize(columns, rows) => self.desk.send(Msg::Resize(columns, rows)),
            Step::Paste(text) => self.desk.send(Msg::Paste(text)),
            Step::Answer(which, how) => {
                let pending = self.desk.pending();
                if !pending.is_empty() {
                    let which = which.index(pending.len());
                    let request = pending.swap_remove_back(which).expect("one of them");
                    for result in results(&request, &how) {
                        self.told.push((request.id, request.target.clone(), result.clone()));
                        self.tell(request.id, &request.target, result)?;
                    }
                }
            }
            Step::Again(which) => {
                if !self.told.is_empty() {
                    let (id, target, result) = self.told[which.index(self.told.len())].clone();
                    self.tell(id, &target, result)?;
                }
            }
            Step::Draw => self.draw()?,
            Step::Reconfigure(change) => {
                let msg = reconfigured(&self.desk.state, change);
                if matches!(msg, Msg::Reconfigured(_)) {
                    // What was asked before has nobody to go to.
                    self.desk.pending().clear();
                    self.told.clear();
                }
                self.desk.send(msg);
            }
            Step::Rushed(key) => self.desk.send(Msg::Rushed(key)),
            Step::Wheel(notches) => self.desk.send(Msg::Wheel(notches)),
            Step::Click(column, row) => self.desk.send(Msg::Click(column, row)),
            Step::Code(true) => self.desk.send(Msg::CodeWanted { session: "prod".into(), serial: "arn".into() }),
            Step::Code(false) => self.desk.send(Msg::CodeOver),
        }
        self.cursor()
    }

    fn cursor(&self) -> Result<(), TestCaseError> {
        let screen = &self.desk.state.databases;
        let valid = screen.rows.is_empty() || screen.selected < screen.rows.len();
        prop_assert!(valid, "row {} of {}", screen.selected, screen.rows.len());
        let screen = &self.desk.state.alarms;
        let valid = screen.rows.is_empty() || screen.selected < screen.rows.len();
        prop_assert!(valid, "alarm {} of {}", screen.selected, screen.rows.len());
        Ok(())
    }

    /// Draws, and compares the rows with what the scope allows.
    fn draw(&mut self) -> Result<(), TestCaseError> {
        settle(&mut self.desk.state);
        let state = &self.desk.state;
        for row in &state.databases.rows {
            let Some(database) = row.database(&state.shell.world) else {
                return Err(TestCaseError::fail(format!("{} is a row and unknown", row.arn)));
            };
            prop_assert_eq!(&*row.arn, database.arn.as_str());
            prop_assert_eq!(state.shell.world.estate.owner(row.site, database), Some(row.environment));
            if let Scope::One(only) = state.shell.scope {
                prop_assert_eq!(row.environment, only, "{} belongs to another environment", &database.id);
            }
        }
        if state.screen() == Screen::Alarms {
            for row in &state.alarms.rows {
                let Some(alarm) = row.alarm(&state.shell.world) else {
                    return Err(TestCaseError::fail(format!("{} is a row and unknown", row.name)));
                };
                prop_assert_eq!(&*row.name, alarm.name.as_str());
                if let (Scope::One(only), Some(owner)) = (state.shell.scope, row.environment) {
                    prop_assert_eq!(owner, only, "{} belongs to another environment", &alarm.name);
                }
            }
        }
        let frame = harness::draw(state);
        for cell in frame.content() {
            let bad = cell.symbol().chars().find(|c| quarterdeck::domain::text::is_hostile(*c));
            prop_assert_eq!(bad, None);
        }
        Ok(())
    }
}

/// The console when it has just started, or when it knows everything.
fn start(knows: bool) -> Run {
    static FRESH: OnceLock<State> = OnceLock::new();
    if knows {
        return Run { desk: Desk::by_hand(harness::fleet()), told: Vec::new() };
    }
    let state = FRESH
        .get_or_init(|| {
            let ready = harness::fleet();
            State::new(
                ready.shell.world.estate,
                ready.shell.world.now,
                ready.shell.keymap,
                ready.shell.theme,
                ready.shell.depth,
            )
        })
        .clone();
    let now = state.shell.world.now;
    let mut run = Run { desk: Desk::by_hand(state), told: Vec::new() };
    run.desk.send(Msg::Tick(now));
    run
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        max_shrink_iters: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens(knows in any::<bool>(), steps in prop::collection::vec(any_step(), 1..60)) {
        let mut run = start(knows);
        for step in steps {
            run.take(step)?;
        }
        run.draw()?;
    }
}
