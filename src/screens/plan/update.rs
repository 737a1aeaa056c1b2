//! What keys do in a plan. Nothing here changes the world: the most that comes out of it is an
//! approved plan.

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use super::approve::approve;
use super::planning::{leave, reread};
use super::refused::{LastRefusal, RefusedBy};
use super::state::{Edit, Focus, State};
use crate::domain::Fault;
use crate::keymap::{Action, Key};
use crate::ops::guard::Gesture;
use crate::ops::{CheckState, FieldKind, Level};
use crate::screens::State as App;
use crate::screens::arm;
use crate::screens::line::{edit as edit_line, insert};
use crate::services::kubernetes::change::{self, Permission};
use crate::shell::Effect;
use crate::shell::Tone;
use crate::slices::{Api, LastKnown, Seen};

/// Takes in a reading.
pub fn observed(app: &mut App, id: u64, result: Result<Box<Seen>, Fault>) {
    let now = app.shell.world.now;
    let mut result = result;
    if let Ok(seen) = &mut result {
        remember(app, seen);
        learn(app, seen);
    }
    let Some(plan) = app.views.plan_mut().filter(|plan| plan.asked == id) else { return };
    plan.reading = false;
    plan.awaiting = false;
    match result {
        Err(fault) => plan.fault = Some(fault),
        Ok(seen) => {
            plan.fault = None;
            if plan.operation.is_none() {
                plan.operation = plan.kind.offer(&seen);
            }
            plan.seen = Some(seen);
            let before = plan.plan.clone();
            plan.remake(now);
            if let (Some(before), Some(after)) = (&before, &plan.plan) {
                let mut differences = before.differences(after);
                differences.extend(before.worsened(after));
                // What has recovered since is no difference any more.
                if !differences.is_empty() || !after.checks.iter().any(|c| c.state != CheckState::Met) {
                    plan.changed = differences;
                }
            }
        }
    }
}

/// What the plan's reading did not find, as the console read it last.
fn remember(app: &App, seen: &mut Seen) {
    let Some(seen) = seen.rds_mut() else { return };
    let known = seen.sought().and_then(|sought| {
        let (site, database) = app.shell.world.all_databases().find(|(_, d)| sought.is(d))?;
        let at = app.shell.world.site(site)?.rds.databases.at()?;
        Some(LastKnown { at, database: database.clone() })
    });
    seen.last_known = known;
}

/// What the API server says of rights in the whole cluster is remembered: what is denied is not offered again, until it
/// is allowed.
fn learn(app: &mut App, seen: &Seen) {
    let Seen::Kubernetes(seen) = seen else { return };
    let denied = &mut app.shell.world.changes.denied;
    for api in change::Api::ALL.into_iter().filter(|api| api.is_of_cluster()) {
        let key = (seen.target.environment.clone(), Api::Kubernetes(api));
        match api.right().and_then(|right| Some((right, seen.permission(right)?))) {
            Some((right, Permission::Denied(_))) => drop(denied.insert(key, right.to_string())),
            Some((_, Permission::Allowed)) => drop(denied.remove(&key)),
            None => {}
        }
    }
}

/// Performs an action; typing is not one.
pub fn act(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    let page = usize::from(app.shell.size.1 / 2).max(1);
    let now = app.shell.world.now;
    let level = level(app);
    let most = super::scroll_limit(app);
    let Some(plan) = app.views.plan_mut() else { return };
    if plan.edit.is_some() {
        return edit_action(app, action);
    }
    let count = plan.fields().len();
    match action {
        Action::Back => match plan.focus {
            Focus::Field(_) => leave(app, effects),
            Focus::Reason | Focus::Name => plan.focus = Focus::Field(0),
        },
        Action::Down => {
            plan.focus = following(plan.focus, count, level);
            plan.scroll = 0;
        }
        Action::Up => {
            plan.focus = preceding(plan.focus, count, level);
            plan.scroll = 0;
        }
        // Straight to where it is approved, and back.
        Action::NextPane | Action::PreviousPane => {
            plan.focus = match plan.focus {
                // A reason that is there needs no second one: what is typed next is the name.
                Focus::Field(_) => match following(Focus::Field(count.saturating_sub(1)), count, level) {
                    Focus::Reason if !plan.reason.value().trim().is_empty() => Focus::Name,
                    next => next,
                },
                Focus::Reason if action == Action::NextPane => Focus::Name,
                Focus::Name if action == Action::PreviousPane => preceding(Focus::Name, count, level),
                Focus::Reason | Focus::Name => Focus::Field(0),
            };
            plan.scroll = 0;
        }
        Action::HalfPageDown | Action::PageDown => plan.scroll = plan.scroll.saturating_add(page).min(most),
        Action::HalfPageUp | Action::PageUp => plan.scroll = plan.scroll.saturating_sub(page),
        Action::Top => plan.scroll = 0,
        Action::Open | Action::Toggle => match plan.focus {
            Focus::Field(field) => begin_edit(plan, field, now),
            Focus::Reason => plan.focus = Focus::Name,
            Focus::Name => {
                let name = plan.name.value().to_owned();
                // Where no reason is asked for, that of the arming holds.
                let asked = matches!(level, Some(Level::TypeNameAndReason { .. }));
                let reason = if asked { plan.reason.value().to_owned() } else { String::new() };
                approve(app, &Gesture::Typed { name, reason }, effects);
            }
        },
        Action::Approve => approve(app, &Gesture::Key, effects),
        Action::SafetySnapshot if plan.kind.offers_safety_snapshot() => plan.toggle_safety(now),
        Action::Refresh => reread(app, effects),
        Action::Copy => {
            if let Some(made) = &plan.plan {
                let lines: Vec<String> = made.steps.iter().map(|step| step.call.as_command(&made.cli)).collect();
                effects.push(Effect::Copy(lines.join("\n")));
            }
        }
        Action::Arm => arm::ask_to_arm(app, effects),
        _ => {}
    }
}

/// The guard's level for the plan on the screen.
fn level(app: &App) -> Option<Level> {
    let plan = app.views.plan()?;
    let made = plan.plan.as_ref()?;
    Some(app.shell.world.changes.policy(plan.environment).level(made.risk, made.criticality))
}

fn following(focus: Focus, count: usize, level: Option<Level>) -> Focus {
    let approval = match level {
        Some(Level::TypeNameAndReason { .. }) => Focus::Reason,
        Some(Level::TypeName) => Focus::Name,
        _ => return Focus::Field(if let Focus::Field(at) = focus { (at + 1).min(count.saturating_sub(1)) } else { 0 }),
    };
    match focus {
        Focus::Field(at) if at + 1 < count => Focus::Field(at + 1),
        Focus::Field(_) => approval,
        Focus::Reason | Focus::Name => Focus::Name,
    }
}

fn preceding(focus: Focus, count: usize, level: Option<Level>) -> Focus {
    match focus {
        Focus::Field(at) => Focus::Field(at.saturating_sub(1)),
        Focus::Name if matches!(level, Some(Level::TypeNameAndReason { .. })) => Focus::Reason,
        Focus::Reason | Focus::Name => Focus::Field(count.saturating_sub(1)),
    }
}

fn begin_edit(plan: &mut State, place: usize, now: Timestamp) {
    let Some(field) = plan.fields().into_iter().nth(place) else { return };
    if let FieldKind::Switch = field.kind {
        let flipped = if field.value == "true" { "false" } else { "true" };
        if let (Some(operation), Some(seen)) = (&mut plan.operation, &plan.seen)
            && let Err(problem) = operation.set(field.name, flipped, seen)
        {
            plan.refused = Some(LastRefusal::new(problem, RefusedBy::Parameter, now));
            return;
        }
        return plan.remake(now);
    }
    let chosen = match &field.kind {
        FieldKind::Choice { offers, .. } => offers.iter().position(|offer| offer.value == field.value),
        FieldKind::Moment { marks, .. } => {
            let at: Option<Timestamp> = field.value.parse().ok();
            marks.iter().position(|mark| at.is_some_and(|at| mark.at.as_second() - 60 == at.as_second()))
        }
        _ => None,
    };
    plan.edit = Some(Edit { field: place, input: Input::new(field.value), chosen, problem: None });
}

fn edit_action(app: &mut App, action: Action) {
    let now = app.shell.world.now;
    let Some(plan) = app.views.plan_mut() else { return };
    let Some(field) = plan.edited() else {
        plan.edit = None;
        return;
    };
    let Some(edit) = plan.edit.as_mut() else { return };
    match action {
        Action::Back => plan.edit = None,
        Action::Up | Action::Down => {
            let step = if action == Action::Down { 1 } else { -1 };
            choose(edit, &field.kind, step);
        }
        Action::Open => {
            let value = edit.input.value().to_owned();
            let (Some(operation), Some(seen)) = (&mut plan.operation, &plan.seen) else { return };
            match operation.set(field.name, &value, seen) {
                Ok(()) => {
                    plan.edit = None;
                    plan.remake(now);
                }
                Err(problem) => edit.problem = Some(problem),
            }
        }
        _ => {}
    }
}

/// The next offer, or one minute before the next thing that happened.
fn choose(edit: &mut Edit, kind: &FieldKind, step: isize) {
    // Marks are listed newest first.
    let step = if matches!(kind, FieldKind::Moment { .. }) { -step } else { step };
    let count = match kind {
        FieldKind::Choice { offers, .. } => offers.len(),
        FieldKind::Moment { marks, .. } => marks.len(),
        _ => 0,
    };
    if count == 0 {
        return;
    }
    let chosen = match edit.chosen {
        // The newest mark is the likeliest; the first offer is.
        None if matches!(kind, FieldKind::Moment { .. }) => count - 1,
        None => 0,
        Some(at) => at.saturating_add_signed(step).min(count - 1),
    };
    let value = match kind {
        FieldKind::Choice { offers, .. } => offers.get(chosen).map(|offer| offer.value.clone()),
        FieldKind::Moment { earliest, latest, marks } => marks.get(chosen).map(|mark| {
            let before = mark.at.checked_sub(SignedDuration::from_secs(60)).unwrap_or(mark.at);
            whole_seconds(before.clamp(*earliest, *latest)).to_string()
        }),
        _ => None,
    };
    if let Some(value) = value {
        edit.chosen = Some(chosen);
        edit.input = Input::new(value);
        edit.problem = None;
    }
}

/// AWS takes a moment to the second.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Whether a key that is bound while typing moves a moment instead: pages are hours there.
#[must_use]
pub fn is_text(app: &App, key: Key) -> bool {
    let edited = app.views.plan().and_then(State::edited);
    matches!(edited.map(|field| field.kind), Some(FieldKind::Moment { .. }))
        && matches!(key.to_string().as_str(), "pageup" | "pagedown")
}

/// A key that is text, or moves a moment.
pub fn typed(app: &mut App, key: Key) {
    let Some(plan) = app.views.plan_mut() else { return };
    let moment = match plan.edited().map(|field| field.kind) {
        Some(FieldKind::Moment { earliest, latest, .. }) => Some((earliest, latest)),
        _ => None,
    };
    if let Some(edit) = plan.edit.as_mut() {
        let minutes = match key.to_string().as_str() {
            "left" => -1,
            "right" => 1,
            "shift-left" | "pageup" => -60,
            "shift-right" | "pagedown" => 60,
            _ => 0,
        };
        if let (Some((earliest, latest)), true) = (moment, minutes != 0) {
            let at: Timestamp = edit.input.value().parse().unwrap_or(latest);
            let moved = at.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(at).clamp(earliest, latest);
            edit.input = Input::new(whole_seconds(moved).to_string());
            edit.problem = None;
        } else if edit_line(&mut edit.input, key) {
            edit.problem = None;
            edit.chosen = None;
        }
        return;
    }
    match plan.focus {
        Focus::Reason => edit_line(&mut plan.reason, key),
        Focus::Name => edit_line(&mut plan.name, key),
        Focus::Field(_) => false,
    };
    plan.refused = None;
}

/// Whether the name to approve is being typed.
#[must_use]
pub fn is_naming(app: &App) -> bool {
    app.views.plan().is_some_and(|plan| plan.edit.is_none() && plan.focus == Focus::Name)
}

/// Text from the clipboard. The name to approve must be typed: pasting it proves nothing.
pub fn paste(app: &mut App, text: &str) {
    let Some(plan) = app.views.plan_mut() else { return };
    if let Some(edit) = plan.edit.as_mut() {
        insert(&mut edit.input, text);
    } else if plan.focus == Focus::Reason {
        insert(&mut plan.reason, text);
    } else if plan.focus == Focus::Name {
        app.shell.say("the name is typed, not pasted", Tone::Bad);
    }
}
