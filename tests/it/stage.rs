//! A console without a terminal: the real core over the embedded sandbox, at a moment that stands
//! still. Keys and answers go in, frames come out.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::app::settle::settle;
use quarterdeck::app::{Effect, Msg, State, update, view};
use quarterdeck::cli::{Source, World};
use quarterdeck::collect::metrics::{MetricAnswer, MetricCall, MetricStore};
use quarterdeck::domain::{Event, Fault, FaultKind};
use quarterdeck::keymap::{Key, Keymap};
use quarterdeck::picture::{self, Format};
use quarterdeck::runtime::connect::connect;
use quarterdeck::runtime::headless::{self, NoTerminal};
use quarterdeck::runtime::{Clock, Driver, Performer};
use quarterdeck::screens::databases;
use quarterdeck::screens::{OpenScreen, Screen, View};
use quarterdeck::services::{alarms, rds};
use quarterdeck::slices::reads::{Answer, Ask, Read, Request};
use quarterdeck::theme::{ColorDepth, Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use tokio::sync::mpsc;

/// The moment at which every stage begins.
pub const MOMENT: &str = "2026-11-22T03:12:44Z";

/// The DB instance that [`opened`] shows: one with replicas, a standby and trouble.
pub const OPENED: &str = "prod-orders-db";

/// A console, and what it asked for and nobody answered yet.
pub struct Stage {
    pub state: State,
    /// In the order of asking.
    pub pending: VecDeque<Request>,
    sandbox: Option<Sandbox>,
}

/// What answers like AWS.
struct Sandbox {
    performer: Performer<Driver, NoTerminal>,
    answers: mpsc::Receiver<Msg>,
    clock: Clock,
    seconds: Arc<AtomicI64>,
}

impl Stage {
    /// A console over the sandbox that plays `scenario`; it has asked nothing yet.
    pub async fn new(scenario: &str) -> Self {
        let at: Timestamp = MOMENT.parse().expect("a timestamp");
        let world = World { scenario: scenario.into(), at: Some(at), ..World::default() };
        let source = Source { sandbox: true, world, ..Source::default() };
        let connection = connect(&source).await.expect("the sandbox opens");
        let (keymap, theme) = (Keymap::default(), Theme::default());
        let mut state = State::new(connection.estate.clone(), at, keymap, theme, ColorDepth::TrueColor);
        state.views.show(View::Screen(OpenScreen::Databases));
        let (driver, answers) = Driver::new(&connection.sessions, &connection.estate);
        let seconds = Arc::new(AtomicI64::new(at.as_second()));
        let shared = seconds.clone();
        let clock = Clock::from_fn(move || Timestamp::from_second(shared.load(Ordering::SeqCst)).expect("in range"));
        let performer = Performer::new(driver, NoTerminal);
        let mut stage =
            Self { state, pending: VecDeque::new(), sandbox: Some(Sandbox { performer, answers, clock, seconds }) };
        stage.send(Msg::Tick(at));
        stage
    }

    /// A console in this state, of which only the test answers the requests.
    pub fn of(state: State) -> Self {
        Self { state, pending: VecDeque::new(), sandbox: None }
    }

    /// Lets a message in; what it makes the console ask for waits in `pending`.
    pub fn send(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = update(&mut self.state, msg);
        let (asked, rest): (Vec<Effect>, Vec<Effect>) =
            effects.into_iter().partition(|effect| matches!(effect, Effect::Fetch(_)));
        self.pending.extend(asked.into_iter().filter_map(|effect| match effect {
            Effect::Fetch(request) => Some(request),
            _ => None,
        }));
        rest
    }

    /// Presses keys, written as in keymap files with spaces between; gives what leaves the console
    /// besides requests.
    pub fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in keys.split_whitespace() {
            let key: Key = key.parse().expect("a key");
            effects.extend(self.send(Msg::Key(key)));
        }
        settle(&mut self.state);
        effects
    }

    /// Opens the DB instance of this name, which must be among the rows.
    pub fn open(&mut self, id: &str) {
        let rows = &self.state.databases.rows;
        let row =
            rows.iter().find(|row| row.database(&self.state.shell.world).is_some_and(|d| d.id == id)).expect("the row");
        let arn = row.arn.clone();
        databases::select(&mut self.state, &arn);
        self.press("enter");
        assert_eq!(self.state.screen(), Screen::Database, "{id} did not open");
    }

    /// Time goes on by this much.
    pub fn wait(&mut self, by: SignedDuration) {
        let now = self.state.shell.world.now.checked_add(by).expect("in range");
        if let Some(sandbox) = &self.sandbox {
            sandbox.seconds.store(now.as_second(), Ordering::SeqCst);
        }
        self.send(Msg::Tick(now));
        settle(&mut self.state);
    }

    /// The sandbox answers everything that is asked, until nothing is.
    pub async fn settle(&mut self) {
        let Some(sandbox) = &mut self.sandbox else { panic!("this stage has no sandbox") };
        let effects = self.pending.drain(..).map(Effect::Fetch).collect();
        let Sandbox { performer, answers, clock, .. } = sandbox;
        let complete = headless::pump(&mut self.state, performer, answers, clock, effects).await;
        assert!(complete.expect("nothing but reading"), "the sandbox did not answer in time");
    }

    /// Answers everything that is asked, and what that makes the console ask, with what `answer`
    /// gives; a request for which it gives nothing stays unanswered.
    pub fn answer(&mut self, mut answer: impl FnMut(&Request) -> Option<Vec<Result<Answer, Fault>>>) {
        let mut left = VecDeque::new();
        for _ in 0..10_000 {
            let Some(request) = self.pending.pop_front() else { break };
            match answer(&request) {
                None => left.push_back(request),
                Some(results) => {
                    for result in results {
                        self.send(Msg::Answered { id: request.id, target: request.target.clone(), result });
                    }
                }
            }
        }
        assert!(self.pending.is_empty(), "the console asks without end");
        self.pending = left;
        settle(&mut self.state);
    }

    /// The frame at a size.
    pub fn frame(&mut self, columns: u16, rows: u16) -> Buffer {
        self.send(Msg::Resize(columns, rows));
        settle(&mut self.state);
        draw(&self.state)
    }

    /// The frame at a size as text, lines without trailing blanks.
    pub fn text(&mut self, columns: u16, rows: u16) -> String {
        picture::render(&self.frame(columns, rows), Format::Text)
    }

    /// The frame at a size as text, and below it where which style is.
    pub fn styled(&mut self, columns: u16, rows: u16) -> String {
        let frame = self.frame(columns, rows);
        format!("{}\n{}", picture::render(&frame, Format::Text), styles(&frame, &self.state.shell.theme))
    }
}

/// Draws a state at its own size.
pub fn draw(state: &State) -> Buffer {
    let area = Rect::new(0, 0, state.shell.size.0, state.shell.size.1);
    let mut frame = Buffer::empty(area);
    view::render(state, area, &mut frame);
    frame
}

/// Runs asynchronous work to its end, on a thread of its own so that it may be called anywhere.
pub fn run<T: Send, F: Future<Output = T>>(work: impl FnOnce() -> F + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work())
        });
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The fleet of `a-bad-night` as the sandbox tells it, read once.
pub fn fleet() -> State {
    ready().0.clone()
}

/// The same with [`OPENED`] open.
pub fn opened() -> State {
    ready().1.clone()
}

fn ready() -> &'static (State, State) {
    static READY: OnceLock<(State, State)> = OnceLock::new();
    READY.get_or_init(|| {
        run(|| async {
            let mut stage = Stage::new("a-bad-night").await;
            stage.settle().await;
            let fleet = stage.state.clone();
            stage.open(OPENED);
            stage.settle().await;
            (fleet, stage.state)
        })
    })
}

/// The console as it was before [`fleet`] had asked anything.
pub fn fresh() -> Stage {
    let ready = fleet();
    let at: Timestamp = MOMENT.parse().expect("a timestamp");
    let mut stage =
        Stage::of(State::new(ready.shell.world.estate, at, ready.shell.keymap, ready.shell.theme, ready.shell.depth));
    stage.state.views.show(View::Screen(OpenScreen::Databases));
    stage.send(Msg::Tick(at));
    stage
}

/// The good answers to a request, from what [`opened`] knows.
pub fn good(request: &Request) -> Vec<Result<Answer, Fault>> {
    let state = &ready().1;
    // A site that a changed configuration brought answers as one of those that are known.
    let data = &state.shell.world.sites[request.target.site.0 % state.shell.world.sites.len()];
    let answer = match &request.ask {
        Ask::Identity => Answer::Identity(data.identity.value().expect("read").clone()),
        Ask::Rds(rds::Ask::Databases) => {
            Answer::Rds(rds::Answer::Databases(data.rds.databases.value().cloned().unwrap_or_default()))
        }
        Ask::Rds(rds::Ask::Maintenance) => Answer::Rds(rds::Answer::Maintenance(
            data.rds.maintenance.value().into_iter().flat_map(|all| all.values().flatten().cloned()).collect(),
        )),
        Ask::Alarms(alarms::Ask::All) => {
            Answer::Alarms(alarms::Answer::All(data.alarms.all.value().cloned().unwrap_or_default()))
        }
        Ask::Alarms(alarms::Ask::History { alarm, .. }) => {
            let past = data.alarms.history.get(alarm).and_then(|past| past.value());
            Answer::Alarms(alarms::Answer::History(past.cloned().unwrap_or_default()))
        }
        Ask::Alarms(alarms::Ask::Curve(_)) => {
            let Read::Alarms(alarms::Read::Curve(alarm)) = &request.target.read else { unreachable!("a curve") };
            let curve = data.alarms.curves.get(alarm).and_then(|curve| curve.value());
            Answer::Alarms(alarms::Answer::Curve(curve.cloned().unwrap_or_default()))
        }
        Ask::Rds(rds::Ask::Events { of, since, until }) => {
            let grave = data.rds.events.value().into_iter().flat_map(HashMap::values).flatten();
            let mut events: Vec<Event> = match of {
                rds::EventsOf::Grave => grave.cloned().collect(),
                rds::EventsOf::Database(database) => {
                    data.rds.instance_events.get(database).and_then(|known| known.value()).cloned().unwrap_or_default()
                }
            };
            events.retain(|event| (*since..*until).contains(&event.at));
            Answer::Rds(rds::Answer::Events { events, window: *since..*until })
        }
        Ask::Rds(rds::Ask::Snapshots { database }) => Answer::Rds(rds::Answer::Snapshots(
            data.rds.snapshots.get(database).and_then(|s| s.value()).cloned().unwrap_or_default(),
        )),
        Ask::Rds(rds::Ask::Metrics { calls }) => {
            let store = if matches!(request.target.read, Read::Rds(rds::Read::History(..))) {
                &data.rds.charts
            } else {
                &data.rds.store
            };
            return metrics(calls, |call| points(store, call));
        }
    };
    vec![Ok(answer)]
}

/// Well-formed answers in which there is nothing.
pub fn empty(request: &Request) -> Vec<Result<Answer, Fault>> {
    let answer = match &request.ask {
        Ask::Identity => return good(request),
        Ask::Rds(rds::Ask::Databases) => Answer::Rds(rds::Answer::Databases(Vec::new())),
        Ask::Rds(rds::Ask::Maintenance) => Answer::Rds(rds::Answer::Maintenance(Vec::new())),
        Ask::Alarms(alarms::Ask::All) => Answer::Alarms(alarms::Answer::All(Vec::new())),
        Ask::Alarms(alarms::Ask::History { .. }) => Answer::Alarms(alarms::Answer::History(alarms::Past::default())),
        Ask::Alarms(alarms::Ask::Curve(_)) => Answer::Alarms(alarms::Answer::Curve(alarms::Curve::default())),
        Ask::Rds(rds::Ask::Events { since, until, .. }) => {
            Answer::Rds(rds::Answer::Events { events: Vec::new(), window: *since..*until })
        }
        Ask::Rds(rds::Ask::Snapshots { .. }) => Answer::Rds(rds::Answer::Snapshots(Vec::new())),
        Ask::Rds(rds::Ask::Metrics { calls }) => return metrics(calls, |call| vec![Vec::new(); call.queries.len()]),
    };
    vec![Ok(answer)]
}

fn metrics(calls: &[MetricCall], points: impl Fn(&MetricCall) -> Vec<Vec<(i64, f64)>>) -> Vec<Result<Answer, Fault>> {
    let part = |call: &MetricCall| {
        let answer = MetricAnswer { points: points(call), partial: false };
        Ok(Answer::Rds(rds::Answer::MetricPart { call: call.clone(), answer }))
    };
    calls.iter().map(part).chain([Ok(Answer::Rds(rds::Answer::MetricsDone))]).collect()
}

fn points(store: &MetricStore, call: &MetricCall) -> Vec<Vec<(i64, f64)>> {
    call.queries
        .iter()
        .map(|query| {
            let series = store.series(&query.database, query.metric, call.period);
            series
                .into_iter()
                .flat_map(quarterdeck::domain::Series::points)
                .filter(|(at, _)| call.window.contains(at))
                .collect()
        })
        .collect()
}

/// The operation behind a request, as IAM names it.
pub fn operation(request: &Request) -> &'static str {
    match &request.ask {
        Ask::Identity => "sts:GetCallerIdentity",
        Ask::Rds(rds::Ask::Databases) => "rds:DescribeDBInstances",
        Ask::Rds(rds::Ask::Maintenance) => "rds:DescribePendingMaintenanceActions",
        Ask::Rds(rds::Ask::Events { .. }) => "rds:DescribeEvents",
        Ask::Alarms(alarms::Ask::All) => "cloudwatch:DescribeAlarms",
        Ask::Rds(rds::Ask::Snapshots { .. }) => "rds:DescribeDBSnapshots",
        Ask::Alarms(alarms::Ask::History { .. }) => "cloudwatch:DescribeAlarmHistory",
        Ask::Rds(rds::Ask::Metrics { .. }) | Ask::Alarms(alarms::Ask::Curve(_)) => "cloudwatch:GetMetricData",
    }
}

/// A failure of a request.
pub fn failed(request: &Request, kind: FaultKind, message: &str) -> Vec<Result<Answer, Fault>> {
    let call = operation(request).to_owned();
    vec![Err(Fault { kind, call, message: message.into(), request_id: None })]
}

/// The identity may not do it.
pub fn denied(request: &Request) -> Vec<Result<Answer, Fault>> {
    let action = operation(request);
    let message = format!("User: arn:aws:sts::111122223333:assumed-role/reader/oncall is not authorized: {action}");
    failed(request, FaultKind::Denied { action: action.into() }, &message)
}

/// Which style is where: a line for each row that has any, with runs of columns by role. Blank
/// cells without a background look the same in every style and are left out.
pub fn styles(frame: &Buffer, theme: &Theme) -> String {
    let names = names(theme);
    let mut out = String::new();
    for y in frame.area.top()..frame.area.bottom() {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in frame.area.left()..frame.area.right() {
            let cell = &frame[(x, y)];
            let look = look(cell);
            let bare = look.1 == Color::Reset && !look.2.intersects(Modifier::REVERSED | Modifier::UNDERLINED);
            if (cell.symbol().trim().is_empty() && bare) || look == (Color::Reset, Color::Reset, Modifier::empty()) {
                continue;
            }
            let name = names.iter().find(|(known, _)| *known == look).map_or_else(|| raw(look), |(_, n)| n.clone());
            match runs.last_mut() {
                Some((_, end, last)) if *last == name && blank(frame, y, *end + 1..x) => *end = x,
                _ => runs.push((x, x, name)),
            }
        }
        if runs.is_empty() {
            continue;
        }
        let _ = write!(out, "{y:>3}:");
        for (start, end, name) in runs {
            let _ = if start == end { write!(out, " {start} {name},") } else { write!(out, " {start}-{end} {name},") };
        }
        out.pop();
        out.push('\n');
    }
    out
}

type Look = (Color, Color, Modifier);

fn look(cell: &Cell) -> Look {
    (cell.fg, cell.bg, cell.modifier)
}

fn blank(frame: &Buffer, y: u16, mut columns: std::ops::Range<u16>) -> bool {
    columns.all(|x| frame[(x, y)].symbol().trim().is_empty() && frame[(x, y)].bg == Color::Reset)
}

/// The looks that have a name: each role, and each role with the selection over or under it. Of
/// roles that look the same the first gives its name.
fn names(theme: &Theme) -> Vec<(Look, String)> {
    let selection = theme.style(Role::Selection);
    let mut names = Vec::new();
    for role in Role::ALL {
        let mut cell = Cell::default();
        cell.set_style(theme.style(*role));
        names.push((look(&cell), role.name().to_owned()));
    }
    for role in Role::ALL {
        let (mut over, mut under) = (Cell::default(), Cell::default());
        over.set_style(theme.style(*role)).set_style(selection);
        under.set_style(selection).set_style(theme.style(*role));
        names.push((look(&over), format!("{}+selection", role.name())));
        names.push((look(&under), format!("{}+selection", role.name())));
    }
    for role in Role::ALL {
        let mut cell = Cell::default();
        cell.set_style(theme.style(*role));
        cell.modifier.insert(Modifier::REVERSED);
        names.push((look(&cell), format!("{}+reversed", role.name())));
    }
    names
}

fn raw((ink, ground, modifier): Look) -> String {
    format!("{ink}/{ground}/{modifier:?}")
}
