//! What actions do: where the keys go first, then in the shell. Pure.

use super::effect::Effect;
use super::menus;
use super::operations;
use super::state::State;
use super::toast::{Toast, Tone};
use crate::aws::MfaCode;
use crate::collect::Dataset;
use crate::keymap::Action;
use crate::screens::command::Command;
use crate::screens::menu::{Menu, Purpose};
use crate::screens::{Screen, View, database, databases, executions, fleet, plan};
use crate::theme;
use crate::world::{self, Scope};

/// Says something at the foot of the screen.
pub fn say(state: &mut State, text: String, tone: Tone) {
    state.toast = Some(Toast::new(text, tone, state.world.now));
}

/// Performs an action where the keys go now.
pub fn run(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Quit => {
            if operations::may_leave(state) {
                operations::leave(state, effects);
                state.leaving = true;
                effects.push(Effect::Quit);
            }
        }
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Redraw => effects.push(Effect::Redraw),
        _ => {
            if !act(state, action, effects) {
                global(state, action, effects);
            }
        }
    }
}

/// Performs an action where the keys go; false when it means nothing there and the shell may hear it.
fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) -> bool {
    match state.views.top() {
        View::Fleet => return fleet::handle(state, action),
        View::Databases => return databases::handle(state, action),
        View::Database(_) => return database::handle(state, action),
        View::Plan(_) if matches!(action, Action::Help | Action::Errors) => return false,
        View::Plan(_) => plan::act(state, action, effects),
        View::Executions(_) => executions::act(state, action, effects),
        View::Filter(_) => filter(state, action),
        View::Arm(_) => arm(state, action, effects),
        View::Code(_) => code(state, action, effects),
        View::Help { .. } | View::Errors { .. } => read(state, action, effects),
        View::Menu(_) => choose(state, action, effects),
    }
    true
}

fn global(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Operations => operations::open_menu(state),
        Action::Arm => operations::ask_to_arm(state, effects),
        Action::Executions => state.views.open(View::Executions(executions::State::default())),
        Action::Help => state.views.open(View::Help { scroll: 0 }),
        Action::Errors => state.views.open(View::Errors { selected: 0 }),
        Action::Palette => open(state, |state| menus::palette(&state.world.estate, &state.keymap, state.layers())),
        Action::Fleet => to_fleet(state),
        Action::Databases => state.views.show(View::Databases),
        Action::Back if state.screen() == Screen::Databases && state.world.estate.count() > 1 => {
            to_fleet(state);
        }
        Action::Theme => open(state, |state| menus::themes(&state.theme)),
        Action::PlayScenario if state.world.estate.sandbox.is_some() => {
            open(state, |_| menus::scenarios());
        }
        Action::Environments => open(state, |state| menus::environments(&state.world.estate, state.scope)),
        Action::Refresh => refresh(state),
        Action::Dismiss => state.toast = None,
        Action::AllEnvironments => look(state, Scope::All),
        Action::NextEnvironment => cycle(state, 1),
        Action::PreviousEnvironment => cycle(state, state.world.estate.count()),
        _ => {
            if let Some(id) = action.environment().and_then(|place| state.world.estate.at(place)) {
                look(state, Scope::One(id));
            }
        }
    }
}

/// Opens a menu.
fn open(state: &mut State, menu: impl Fn(&State) -> Menu) {
    let menu = Box::new(menu(state));
    state.views.open(View::Menu(menu));
}

/// The fleet shows all environments: so does the frame around it.
fn to_fleet(state: &mut State) {
    state.views.show(View::Fleet);
    if state.world.estate.count() > 1 && state.scope != Scope::All {
        state.scope = Scope::All;
        databases::rebuild(state);
    }
}

/// All environments, then each, then all again.
fn cycle(state: &mut State, by: usize) {
    let estate = &state.world.estate;
    let next = (state.scope.place(estate) + by) % (estate.count() + 1);
    let scope = next.checked_sub(1).and_then(|place| estate.at(place)).map_or(Scope::All, Scope::One);
    look(state, scope);
}

/// Shows the databases of these environments.
pub fn look(state: &mut State, scope: Scope) {
    if matches!(scope, Scope::One(id) if state.world.estate.environment(id).is_none()) {
        return;
    }
    state.scope = scope;
    state.views.show(View::Databases);
    databases::rebuild(state);
}

fn refresh(state: &mut State) {
    let focus = state.focus();
    world::retire(&mut state.world, &focus);
    let (estate, scope, screen) = (&state.world.estate, state.scope, state.screen());
    let open = state.views.database().map(|d| d.site);
    let asked = state.world.schedule.force(|target| match screen {
        Screen::Database => Some(target.site) == open || matches!(target.dataset, Dataset::Databases),
        Screen::Databases | Screen::Fleet => estate.in_scope(scope, target.site),
    });
    let text = if asked == 0 { "already asking".into() } else { format!("asking again: {asked} datasets") };
    say(state, text, Tone::Plain);
}

/// Lines that an action moves by where something is read or chosen.
fn step(state: &State, action: Action) -> isize {
    let page = isize::try_from(state.size.1 / 2).unwrap_or(1).max(1);
    match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::HalfPageDown | Action::PageDown => page,
        Action::HalfPageUp | Action::PageUp => -page,
        Action::Bottom => 100_000,
        Action::Top => -100_000,
        _ => 0,
    }
}

/// Keys of the help and of the error log.
fn read(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let step = step(state, action);
    let most = super::view::help_scroll_limit(&state.keymap, state.screen(), state.size);
    match (state.views.top_mut(), action) {
        (_, Action::Back) | (View::Help { .. }, Action::Help) | (View::Errors { .. }, Action::Errors) => {
            state.views.close();
        }
        (View::Help { scroll }, _) => *scroll = scroll.saturating_add_signed(step).min(most),
        (View::Errors { selected }, Action::Dismiss) => {
            state.world.faults.dismiss(*selected);
            *selected = (*selected).min(state.world.faults.len().saturating_sub(1));
        }
        (View::Errors { selected }, Action::Copy) => {
            if let Some(entry) = state.world.faults.iter().nth(*selected) {
                effects.push(Effect::Copy(format!("{} {}", entry.place, entry.fault)));
            }
        }
        (View::Errors { selected }, _) => {
            let lines = state.world.faults.len() + fleet::problems::listed(&state.world.problems);
            *selected = selected.saturating_add_signed(step).min(lines.saturating_sub(1));
        }
        _ => {}
    }
}

/// Keys of a menu.
fn choose(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let step = step(state, action);
    let View::Menu(menu) = state.views.top_mut() else { return };
    match action {
        Action::Back => state.views.close(),
        Action::Open | Action::Toggle => {
            let Some(item) = menu.current() else { return };
            let command = item.command.clone();
            if menu.purpose == Purpose::Columns {
                menu.toggle_current();
            } else {
                state.views.close();
            }
            perform(state, command, effects);
        }
        _ => menu.step(step),
    }
}

/// Keys of the filter, while it is typed: what moves about moves in the table.
fn filter(state: &mut State, action: Action) {
    match action {
        Action::Back => {
            state.views.close();
            state.databases.filter.clear();
            databases::rebuild(state);
        }
        Action::Open => state.views.close(),
        Action::Down | Action::Up | Action::PageDown | Action::PageUp => {
            databases::handle(state, action);
        }
        _ => {}
    }
}

/// Keys of the question before arming.
fn arm(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Back => state.views.close(),
        Action::Open => operations::arm(state, effects),
        Action::NextPane | Action::PreviousPane | Action::Down | Action::Up => {
            if let Some(question) = state.views.question_mut() {
                question.on_minutes = !question.on_minutes;
            }
        }
        _ => {}
    }
}

/// Keys of the question for a code.
fn code(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let given = state.views.code().and_then(|code| MfaCode::parse(&code.typed));
    match (action, given) {
        (Action::Open, None) => say(state, "an MFA code has six digits".into(), Tone::Bad),
        (Action::Open, given) => {
            state.views.close();
            effects.push(Effect::GiveCode(given));
        }
        (Action::Back, _) => {
            state.views.close();
            effects.push(Effect::GiveCode(None));
        }
        _ => {}
    }
}

/// Does what was chosen from a menu.
fn perform(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Run(action) => run(state, action, effects),
        Command::Look(scope) => look(state, scope),
        Command::SortBy(column) => databases::sort_by(state, column),
        Command::ToggleColumn(column) => {
            let columns = &mut state.databases.columns;
            if let Some(at) = columns.iter().position(|c| *c == column) {
                columns.remove(at);
            } else {
                columns.push(column);
                columns.sort_unstable();
            }
        }
        Command::Range(range) => database::set_range(state, range),
        Command::Play(name) => effects.push(Effect::Play(name)),
        Command::Copy(text) => effects.push(Effect::Copy(text)),
        Command::ChooseSnapshot(kind, site, id) => operations::choose_snapshot(state, kind, site, &id),
        Command::PlanOn(kind, target) => operations::plan_on(state, kind, *target, effects),
        Command::NotAvailable(why) => say(state, why, Tone::Plain),
        Command::Theme(name) => {
            let (theme, _) = theme::load(&name, None);
            state.theme = theme::degrade(&theme, state.depth);
        }
    }
}
