//! Changes: what is armed, the plan that is open, the executions. Pure.

use std::time::Duration;

use jiff::Timestamp;
use tui_input::Input;

use super::actions::say;
use super::effect::Effect;
use super::state::State;
use super::toast::Tone;
use crate::collect::{self, Dataset};
use crate::domain::{Database, Environment, EnvironmentId, SiteId};
use crate::keymap::{Action, Layer};
use crate::ops::guard::{self, Gesture};
use crate::ops::journal::{ExecutionId, Outcome};
use crate::ops::{Arming, arming};
use crate::screens::arm::ArmQuestion;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::screens::{Screen, View, fleet, plan};
use crate::slices::{Body, Execution, Kind, On, Plan, Refusal, Situation, StepState, Target, TargetKind};
use crate::ui::environment::shown_name;
use crate::world::World;
use crate::world::estate::Scope;

/// Executions that ended stay in the panel this long, newest first; the journal keeps all.
const KEPT: usize = 200;
/// Seconds after which the state of an open plan is read again.
const RENEWED: i64 = 30;
/// Minutes that are offered for arming.
const ARMED_FOR: &str = "15";

/// What is being done about changes on the screen.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    /// Leaving was asked for while something runs; asked again at once, it is left.
    pub leaving: bool,
    /// The execution that was asked to be given up, and when; asked again, it is.
    pub giving_up: Option<(ExecutionId, Timestamp)>,
    /// Id of the next reading.
    next: u64,
}

impl Operations {
    fn ask(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// The DB instance that an operation would be done to: the one that is open or selected.
fn selected(state: &State) -> Option<(SiteId, &Database)> {
    match state.screen() {
        Screen::Database => state.open_database(),
        Screen::Databases => {
            let row = state.databases.rows.get(state.databases.selected)?;
            let all = state.world.site(row.site)?.databases.value()?;
            all.iter().find(|d| *d.arn == *row.arn).map(|d| (row.site, d))
        }
        Screen::Fleet => {
            let arn = fleet::selected_arn(state)?;
            state.world.all_databases().find(|(_, d)| d.arn == arn)
        }
    }
}

/// The menu that `a` opens: every operation for what is selected, each with why not.
pub fn open_menu(state: &mut State) {
    let Some((site, database)) = selected(state) else {
        return say(state, "select a DB instance first: D shows them all".into(), Tone::Plain);
    };
    let owner = state.world.estate.owner(site, database);
    let Some((environment, known)) = owner.and_then(|id| Some((id, state.world.estate.environment(id)?))) else {
        return say(state, "this DB instance belongs to no environment".into(), Tone::Bad);
    };
    let (name, shown) = (known.name.clone(), shown_name(known));
    let home = state.world.estate.site(known.site).map_or("", |site| site.region.as_str());
    let database = database.clone();
    let mine: Vec<&Database> = of_environment(state, environment);
    let policy = state.world.changes.policy(environment);
    // What was selected when the menu opened, whatever the table does meanwhile.
    let target = |kind, id: &str, region: &str| Target {
        environment: name.clone(),
        kind,
        id: id.to_owned(),
        region: region.to_owned(),
    };
    let command = |kind: Kind| match kind.target() {
        TargetKind::DbSnapshot => Command::ChooseSnapshot(kind, site, database.id.as_str().into()),
        TargetKind::DbInstance => {
            Command::PlanOn(kind, Box::new(target(TargetKind::DbInstance, &database.id, &database.region)))
        }
        TargetKind::Environment => Command::PlanOn(kind, Box::new(target(TargetKind::Environment, &name, home))),
    };
    let mut items = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        let why = match kind.target() {
            TargetKind::DbInstance => kind.unavailable(On::Database(&database)),
            TargetKind::Environment => kind.unavailable(On::Environment(&mine)),
            TargetKind::DbSnapshot => None,
        };
        let denied = kind.apis().first().and_then(|api| state.world.changes.denied.get(&(name.clone(), *api)));
        let why =
            denied.map(|action| format!("denied: {action}")).or_else(|| policy.refusal(kind, state.world.now)).or(why);
        let label = match kind.target() {
            TargetKind::Environment => format!("{} of {name}", kind.title()),
            TargetKind::DbSnapshot => format!("{} …", kind.title()),
            TargetKind::DbInstance => kind.title().to_owned(),
        };
        items.push(match why {
            Some(why) => Item { label, detail: why.clone(), checked: None, command: Command::NotAvailable(why) },
            None => Item { label, detail: String::new(), checked: None, command: command(kind) },
        });
    }
    let title = format!("Operations on {}, {shown}", database.id);
    let first = items.iter().position(|i| !matches!(i.command, Command::NotAvailable(_))).unwrap_or(0);
    state.views.open(View::Menu(Box::new(Menu::new(Purpose::Operations, title, items, first))));
}

fn of_environment(state: &State, environment: EnvironmentId) -> Vec<&Database> {
    let Some(known) = state.world.estate.environment(environment) else { return Vec::new() };
    let mine = |(site, d): &(SiteId, &Database)| {
        known.owns(*site, d) && state.world.estate.owner(*site, d) == Some(environment)
    };
    state.world.all_databases().filter(mine).map(|(_, d)| d).collect()
}

/// The choice of the snapshot of a DB instance for a snapshot's operation.
pub fn choose_snapshot(state: &mut State, kind: Kind, site: SiteId, id: &str) {
    let Some(database) = state.world.database(site, id) else {
        return say(state, format!("{id} is no longer there"), Tone::Bad);
    };
    let (id, region) = (database.id.clone(), database.region.clone());
    let owner = state.world.estate.owner(site, database).and_then(|id| state.world.estate.environment(id));
    let Some(name) = owner.map(|environment| environment.name.clone()) else { return };
    let known = state.world.site(site).and_then(|data| data.snapshots.get(id.as_str())).and_then(|s| s.value());
    let Some(snapshots) = known.filter(|all| !all.is_empty()) else {
        let text = format!("no snapshot of {id} is known yet: open the DB instance, they are read there");
        return say(state, text, Tone::Plain);
    };
    let items = snapshots
        .iter()
        .map(|snapshot| {
            let created = snapshot.created.map(|at| at.strftime("%Y-%m-%d %H:%MZ").to_string());
            let detail = format!("{}  {}", snapshot.kind, created.unwrap_or_default());
            let label = snapshot.id.clone();
            if let Some(why) = kind.unavailable(On::Snapshot(snapshot)) {
                let detail = format!("{detail}  {why}");
                return Item { label, detail, checked: None, command: Command::NotAvailable(why) };
            }
            let (kind_of, id, region) = (TargetKind::DbSnapshot, label.clone(), region.clone());
            let target = Target { environment: name.clone(), kind: kind_of, id, region };
            Item { label, detail, checked: None, command: Command::PlanOn(kind, Box::new(target)) }
        })
        .collect();
    state.views.open(View::Menu(Box::new(Menu::new(
        Purpose::Snapshots,
        format!("{} of {id}", kind.title()),
        items,
        0,
    ))));
}

/// Begins a plan for this target.
pub fn plan_on(state: &mut State, kind: Kind, target: Target, effects: &mut Vec<Effect>) {
    match state.world.estate.named(&target.environment) {
        Some(environment) => open(state, kind, target, environment, effects),
        None => say(state, format!("{} is not in the configuration any more", target.environment), Tone::Bad),
    }
}

/// Whether an environment is in this region.
fn is_in(state: &State, environment: EnvironmentId, region: &str) -> bool {
    let estate = &state.world.estate;
    estate.environment(environment).is_some_and(|known| estate.regions(known).any(|own| own == region))
}

fn open(state: &mut State, kind: Kind, target: Target, environment: EnvironmentId, effects: &mut Vec<Effect>) {
    if !is_in(state, environment, &target.region) {
        let text = format!("{} is not in {} any more", target.environment, target.region);
        return say(state, text, Tone::Bad);
    }
    let id = state.operations.ask();
    let mut opened = plan::State::new(kind, target.clone(), environment, id, state.world.now);
    let here = |arming: &&Arming| arming.environment == target.environment;
    if let Some(arming) = state.world.changes.arming.as_ref().filter(here) {
        opened.reason = Input::new(arming.reason.clone());
    }
    state.views.take_plan();
    state.views.open_beneath(View::Plan(Box::new(opened)));
    effects.push(Effect::Observe { id, kind, target });
}

/// Reads the state of the world again, because the engineer wants to see it; parameters stay.
pub fn reread(state: &mut State, effects: &mut Vec<Effect>) {
    observe(state, effects);
    if let Some(plan) = state.views.plan_mut() {
        plan.reading = true;
    }
}

fn observe(state: &mut State, effects: &mut Vec<Effect>) {
    let id = state.operations.ask();
    let now = state.world.now;
    let Some(plan) = state.views.plan_mut() else { return };
    plan.asked = id;
    plan.asked_at = now;
    plan.awaiting = true;
    effects.push(Effect::Observe { id, kind: plan.kind, target: plan.target.clone() });
}

/// Leaves the plan; that one was made and not carried out is recorded.
pub fn leave_plan(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(left) = state.views.take_plan() else { return };
    if let Some(plan) = left.plan {
        let operation = plan.operation.kind();
        let body =
            Body::PlanCancelled { operation, target: plan.target.clone(), fingerprint: plan.fingerprint.clone() };
        record(state, left.environment, body, effects);
    }
}

/// What keeps a plan on the screen from being approved, whatever is typed: the guard's own reasons, the first one
/// first.
#[must_use]
pub fn in_the_way(state: &State, open: &plan::State, plan: &Plan) -> Vec<Refusal> {
    situated(state, open, plan, |situation| guard::in_the_way(plan, situation))
}

/// Asks the guard about a plan on the screen, as things are now.
fn situated<T>(state: &State, open: &plan::State, plan: &Plan, ask: impl FnOnce(&Situation<'_>) -> T) -> T {
    let policy = state.world.changes.policy(open.environment);
    let here = state.world.changes.running().filter(|execution| execution.environment == plan.target.environment);
    let running: Vec<&Plan> = here.map(|execution| &execution.plan).collect();
    ask(&Situation {
        now: state.world.now,
        arming: state.world.changes.arming.as_ref(),
        policy: &policy,
        running: &running,
        shown_since: open.shown_since,
        read_since: open.worse_since.unwrap_or(open.shown_since).max(open.shown_since),
        identity: state.world.identity(open.environment),
        headless: false,
    })
}

/// Tries to approve the plan on the screen.
pub fn approve(state: &mut State, gesture: &Gesture, effects: &mut Vec<Effect>) {
    let Some(open) = state.views.plan() else { return };
    let Some(plan) = open.plan.as_deref().filter(|_| !open.reading) else {
        return say(state, "the state is still being read".into(), Tone::Plain);
    };
    let environment = open.environment;
    let result = match (&state.world.changes.journal, &state.world.changes.blocked) {
        (Some(why), _) => Err(format!("nothing is changed without a record, and the journal cannot be written: {why}")),
        (None, Some(why)) => Err(why.clone()),
        (None, None) => situated(state, open, plan, |situation| guard::approve(plan, gesture, situation))
            .map_err(|refusal| refusal.to_string()),
    };
    match result {
        Ok(approved) => {
            let title = plan.operation.kind().title();
            let text = format!("{title} of {}: approved, O shows how it goes", plan.target.id);
            state.views.take_plan();
            effects.push(Effect::Execute(Box::new(approved)));
            say(state, text, Tone::Plain);
        }
        Err(why) => {
            let body = Body::PlanRefused {
                operation: plan.operation.kind(),
                target: plan.target.clone(),
                fingerprint: plan.fingerprint.clone(),
                why: why.clone(),
            };
            if let Some(open) = state.views.plan_mut() {
                open.refusal = Some(why);
                // A key that is held down must not come through when the time for it has come.
                if matches!(gesture, Gesture::Typed { .. }) {
                    open.name = Input::default();
                }
            }
            record(state, environment, body, effects);
        }
    }
}

fn record(state: &State, environment: EnvironmentId, body: Body, effects: &mut Vec<Effect>) {
    let Some(name) = state.world.estate.environment(environment).map(|e| e.name.clone()) else { return };
    let arn = state.world.identity(environment).map(|identity| identity.arn.clone()).unwrap_or_default();
    effects.push(Effect::Record { environment: name, arn, body: Box::new(body) });
}

/// The environment that arming would be for: the plan's, the armed one's, or what is looked at.
fn armed_for(state: &State) -> Option<EnvironmentId> {
    if let Some(plan) = state.views.plan() {
        return Some(plan.environment);
    }
    if let Scope::One(id) = state.scope {
        return Some(id);
    }
    let (site, database) = selected(state)?;
    state.world.estate.owner(site, database)
}

/// Arms after a question, or disarms at once.
pub fn ask_to_arm(state: &mut State, effects: &mut Vec<Effect>) {
    if state.world.changes.arming.is_some() {
        return disarm(state, "disarmed by hand", effects);
    }
    let Some(environment) = armed_for(state) else {
        return say(state, "choose one environment first: e, or select a DB instance".into(), Tone::Plain);
    };
    if let Some(why) = state.world.changes.blocked.clone() {
        return say(state, why, Tone::Bad);
    }
    if state.world.identity(environment).is_none() {
        return say(state, "who we are there is not known yet: nothing can be armed".into(), Tone::Bad);
    }
    state.views.open(View::Arm(Box::new(ArmQuestion {
        environment,
        reason: Input::default(),
        minutes: Input::new(ARMED_FOR.into()),
        on_minutes: false,
        problem: None,
    })));
}

/// Takes the answer to the question.
pub fn arm(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(question) = state.views.question() else { return };
    let environment = question.environment;
    let policy = state.world.changes.policy(environment);
    let most = (policy.arm_at_most.as_secs() / 60).max(1);
    let reason = question.reason.value().trim().to_owned();
    let minutes: Option<u64> = question.minutes.value().trim().parse().ok().filter(|m| (1..=most).contains(m));
    let identity = state.world.identity(environment);
    let name = state.world.estate.environment(environment).map(|e| e.name.as_str());
    let unknown = identity.is_none().then(|| "who we are there is not known yet".to_owned());
    if let Some(problem) = state.world.changes.blocked.clone().or(unknown) {
        if let Some(question) = state.views.question_mut() {
            question.problem = Some(problem);
        }
        return;
    }
    let (Some(identity), Some(name)) = (identity, name) else { return };
    let armed = match minutes {
        Some(minutes) => {
            Arming::begin(name, identity, &reason, state.world.now, Duration::from_secs(minutes * 60), &policy)
                .map_err(|problem| (problem, false))
        }
        None if !arming::is_reason(&reason) => Err(("say why: the incident's id, or a few words".to_owned(), false)),
        None => Err((format!("1 to {most} minutes"), true)),
    };
    let armed = match armed {
        Ok(armed) => armed,
        Err((problem, on_minutes)) => {
            if let Some(question) = state.views.question_mut() {
                question.on_minutes = on_minutes;
                question.problem = Some(problem);
            }
            return;
        }
    };
    let until = armed.until;
    state.views.remove(|view| matches!(view, View::Arm(_)));
    state.world.changes.arming = Some(armed);
    if let Some(plan) = state.views.plan_mut().filter(|plan| plan.environment == environment) {
        // What was refused for want of arming is not refused any more.
        plan.refusal = None;
        if plan.reason.value().is_empty() {
            plan.reason = Input::new(reason.clone());
        }
    }
    record(state, environment, Body::Armed { reason, until }, effects);
}

/// Ends arming, with the reason in the journal.
pub fn disarm(state: &mut State, why: &str, effects: &mut Vec<Effect>) {
    let Some(arming) = state.world.changes.arming.take() else { return };
    let text =
        if why.starts_with(&arming.environment) { why.to_owned() } else { format!("{} {why}", arming.environment) };
    say(state, text, Tone::Plain);
    if let Some(environment) = state.world.estate.named(&arming.environment) {
        record(state, environment, Body::Disarmed { why: why.to_owned() }, effects);
    }
}

/// Reads the state of the open plan again from time to time: lag, connections and the newest
/// restorable time go on while the engineer thinks. Called after every message.
pub fn renew(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.world.now.as_second();
    let is_old = state.views.plan().is_some_and(|plan| {
        plan.seen.is_some() && !plan.awaiting && plan.edit.is_none() && now - plan.asked_at.as_second() >= RENEWED
    });
    if is_old {
        observe(state, effects);
    }
}

/// Ends arming because the console is left: the record says so.
pub fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    leave_plan(state, effects);
    disarm(state, "console closed", effects);
}

/// Ends arming and forbids changes for a reason that stays until it is taken away.
pub fn block(state: &mut State, why: &str, effects: &mut Vec<Effect>) {
    disarm(state, why, effects);
    state.world.changes.blocked = Some(why.to_owned());
}

/// Disarms when the time is over, another environment is looked at, or we are somebody else. Called
/// after every message.
pub fn watch(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(arming) = &state.world.changes.arming else { return };
    let armed = state.world.estate.named(&arming.environment);
    // All of them in view is no other one.
    let in_view = match state.scope {
        Scope::One(id) => state.world.estate.environment(id).map(|e| e.name.clone()),
        Scope::All => None,
    };
    let in_view = in_view.unwrap_or_else(|| arming.environment.clone());
    let identity = armed.and_then(|id| state.world.identity(id));
    if let Err(disarmed) = arming.still_valid(state.world.now, &in_view, identity) {
        disarm(state, &disarmed.to_string(), effects);
    }
}

/// Takes in the state of an execution.
pub fn take(state: &mut State, execution: Execution, effects: &mut Vec<Effect>) {
    let before = state.world.changes.executions.iter().position(|known| known.id == execution.id);
    let was_running = before.and_then(|at| state.world.changes.executions.get(at)).is_some_and(Execution::is_running);
    let ended = was_running && !execution.is_running();
    if ended {
        let outcome = execution.result_words();
        let title = execution.plan.operation.kind().title();
        let text = format!("{title} of {}: {outcome}", execution.plan.target.id);
        let is_good = execution.outcome.as_ref().is_some_and(Outcome::is_good);
        let tone = if is_good { Tone::Plain } else { Tone::Bad };
        effects.push(Effect::Notify(text.clone()));
        say(state, text, tone);
        // What it has changed is looked at now, however slowly the list is read.
        let World { estate, schedule, .. } = &mut state.world;
        for site in estate.by_name(&execution.environment).into_iter().flat_map(Environment::sites) {
            schedule.renew(&collect::Target { site, dataset: Dataset::Databases });
        }
    }
    let changed = execution.changed.clone();
    let again = (ended && !changed.is_empty() && state.views.plan().is_none()).then(|| execution.plan.clone());
    match before {
        Some(at) => state.world.changes.executions[at] = execution,
        None => state.world.changes.executions.push(execution),
    }
    let mut surplus = state.world.changes.executions.len().saturating_sub(KEPT);
    state.world.changes.executions.retain(|execution| {
        let goes = surplus > 0 && !execution.is_running();
        surplus -= usize::from(goes);
        !goes
    });
    // Back to a new plan: the same request on the state of now.
    if let Some(plan) = again {
        let Some(environment) = state.world.estate.named(&plan.target.environment) else { return };
        open(state, plan.operation.kind(), plan.target.clone(), environment, effects);
        if let Some(open) = state.views.plan_mut() {
            open.operation = Some(plan.operation);
            open.safety = plan.safety_snapshot;
            open.changed = changed;
        }
    }
}

/// Stops following an execution; asked twice, because nobody looks at it any more then.
pub fn give_up(state: &mut State, id: &ExecutionId, effects: &mut Vec<Effect>) {
    if !state.world.changes.running().any(|execution| execution.id == *id) {
        return say(state, "it has ended already".into(), Tone::Plain);
    }
    let asked = state
        .operations
        .giving_up
        .as_ref()
        .is_some_and(|(asked, at)| asked == id && state.world.now.as_second() - at.as_second() < 10);
    if asked {
        state.operations.giving_up = None;
        effects.push(Effect::GiveUp(id.clone()));
    } else {
        state.operations.giving_up = Some((id.clone(), state.world.now));
        let text = "AWS goes on with what was sent, steps that were not sent are not sent; again to stop following it";
        say(state, text.into(), Tone::Bad);
    }
}

/// Whether the console may be left now. While operations run it says first what becomes of them.
pub fn may_leave(state: &mut State) -> bool {
    let running: Vec<&Execution> = state.world.changes.running().collect();
    if running.is_empty() || state.operations.leaving {
        return true;
    }
    let unsent = running.iter().any(|e| e.is_live() && e.steps.contains(&StepState::Waiting));
    let what =
        if running.len() == 1 { "1 operation runs".to_owned() } else { format!("{} operations run", running.len()) };
    let key = state.keymap.key_for(&[Layer::Global], Action::Quit).unwrap_or_default();
    let text = if unsent {
        format!("{key} again to leave: {what}, and what was not sent yet will not be")
    } else {
        format!("{key} again to leave: {what} on in AWS, the next qd follows")
    };
    state.operations.leaving = true;
    say(state, text, Tone::Bad);
    false
}

/// Seconds that an execution has taken so far, or took.
#[must_use]
pub fn elapsed(execution: &Execution, now: Timestamp) -> i64 {
    execution.ended.unwrap_or(now).as_second() - execution.started.as_second()
}
