//! What actions do: where the keys go first, then in the shell. Pure.

use super::menus;
use super::operations;
use crate::domain::MfaCode;
use crate::keymap::Action;
use crate::screens::State;
use crate::screens::command::Command;
use crate::screens::help::OpenHelp;
use crate::screens::menu::{Menu, Purpose};
use crate::screens::{
    OpenScreen, Screen, View, arm as question, database, databases, details, environments, executions, fleet,
    operations as choice, palette, plan, reach,
};
use crate::shell::Tone;
use crate::shell::{ArmingEnd, Effect};
use crate::slices::reads::Read;
use crate::theme;
use crate::world::faults::RootCause;
use crate::world::{self, Scope};

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
        // Whatever is open, its keys can be looked up.
        View::Plan(_)
        | View::Executions(_)
        | View::Details(_)
        | View::Filter(_)
        | View::Arm(_)
        | View::Code(_)
        | View::Errors { .. }
        | View::Menu(_)
            if action == Action::Help =>
        {
            return false;
        }
        View::Screen(_) => return state.screen().act(state, action),
        View::Plan(_) if action == Action::Errors => return false,
        View::Plan(_) => plan::act(state, action, effects),
        View::Executions(_) => executions::act(state, action, effects),
        View::Details(_) => details::act(state, action, effects),
        View::Filter(_) => filter(state, action),
        View::Arm(_) => arm(state, action, effects),
        View::Code(_) => code(state, action, effects),
        View::Help(_) => help(state, action),
        View::Errors { .. } => read(state, action, effects),
        View::Menu(_) => choose(state, action, effects),
    }
    true
}

fn global(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Operations => choice::open_menu(state),
        Action::Arm => question::ask_to_arm(state, effects),
        Action::Executions => state.views.open(View::Executions(executions::State::default())),
        Action::Details => details::open(state),
        Action::Link => match state.screen().link(state) {
            Some(link) => effects.push(Effect::OpenLink(link)),
            None => state.shell.say("select something first that the AWS console has a page for", Tone::Plain),
        },
        Action::Help => state.views.open(View::Help(OpenHelp::default())),
        Action::Errors => state.views.open(View::Errors { selected: 0 }),
        Action::Palette => {
            open(state, |state| palette::menu(state, state.layers()));
        }
        Action::Fleet => to_fleet(state),
        Action::Back if state.screen().is_of_scope() && state.shell.world.estate.count() > 1 => to_fleet(state),
        Action::Back if state.screen().is_of_scope() && state.screen() != Screen::Databases => {
            state.views.show(View::Screen(OpenScreen::Databases));
            databases::rebuild(state);
        }
        Action::Theme => open(state, |state| menus::themes(&state.shell.theme)),
        Action::PlayScenario if state.shell.world.estate.sandbox.is_some() => {
            open(state, |state| menus::scenarios(&state.shell.world.estate));
        }
        Action::Environments => open(state, environments::menu),
        Action::Refresh => refresh(state),
        Action::Dismiss => state.shell.toast = None,
        Action::AllEnvironments => databases::look(state, Scope::All),
        Action::NextEnvironment => cycle(state, 1),
        Action::PreviousEnvironment => cycle(state, state.shell.world.estate.count()),
        _ => {
            if Screen::open_by(state, action) {
                return;
            }
            // Its number is the one that stands before it in the header.
            if let Some(id) =
                action.environment().and_then(|place| fleet::order(&state.shell.world.estate).get(place).copied())
            {
                databases::look(state, Scope::One(id));
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
    state.views.show(View::Screen(OpenScreen::Fleet));
    if state.shell.world.estate.count() > 1 && state.shell.scope != Scope::All {
        state.shell.scope = Scope::All;
        databases::rebuild(state);
    }
}

/// All environments, then each as they stand in the header, then all again.
fn cycle(state: &mut State, by: usize) {
    let order = fleet::order(&state.shell.world.estate);
    let here = match state.shell.scope {
        Scope::All => 0,
        Scope::One(id) => order.iter().position(|other| *other == id).map_or(0, |place| place + 1),
    };
    let next = (here + by) % (order.len() + 1);
    let scope = next.checked_sub(1).and_then(|place| order.get(place)).map_or(Scope::All, |id| Scope::One(*id));
    databases::look(state, scope);
}

fn refresh(state: &mut State) {
    let focus = state.focus();
    world::retire(&mut state.shell.world, &focus);
    let (estate, scope, screen) = (&state.shell.world.estate, state.shell.scope, state.screen());
    let open = state.views.database().map(|d| d.site);
    let asked = state.shell.world.schedule.force(|target| match screen {
        Screen::Database => Some(target.site) == open || target.read == Read::DATABASES,
        _ => estate.in_scope(scope, target.site),
    });
    let asked = asked + state.shell.world.retry_watches(&focus);
    let text = if asked == 0 { "already asking".into() } else { format!("asking again: {asked} datasets") };
    state.shell.say(text, Tone::Plain);
}

/// Lines that an action moves by where something is read or chosen.
fn step(state: &State, action: Action) -> isize {
    let page = isize::try_from(state.shell.size.1 / 2).unwrap_or(1).max(1);
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

/// Keys of the help: what is looked for is given up first, then the help.
fn help(state: &mut State, action: Action) {
    let step = step(state, action);
    let View::Help(help) = state.views.top_mut() else { return };
    match action {
        Action::Help => return state.views.close(),
        Action::Back if !help.is_typing && help.sought.value().is_empty() => return state.views.close(),
        Action::Back => *help = OpenHelp::default(),
        Action::Filter => help.is_typing = true,
        Action::Open => help.is_typing = false,
        _ => {}
    }
    let open = help.clone();
    let most = super::view::help_scroll_limit(state, &open);
    if let View::Help(help) = state.views.top_mut() {
        help.scroll = open.scroll.saturating_add_signed(step).min(most);
    }
}

/// Keys of the error log.
fn read(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let step = step(state, action);
    match (state.views.top_mut(), action) {
        (_, Action::Back) | (View::Errors { .. }, Action::Errors) => {
            state.views.close();
        }
        (View::Errors { selected }, Action::Dismiss) => {
            let world = &mut state.shell.world;
            world.faults.dismiss(&world.estate, *selected);
            *selected = (*selected).min(world.faults.by_cause(&world.estate).len().saturating_sub(1));
        }
        (View::Errors { selected }, Action::Copy) => {
            let causes = state.shell.world.faults.by_cause(&state.shell.world.estate);
            if let Some(entry) = causes.get(*selected).and_then(RootCause::newest) {
                effects.push(Effect::Copy(format!("{} {}", entry.place, entry.fault)));
            }
        }
        (View::Errors { selected }, _) => {
            let causes = state.shell.world.faults.by_cause(&state.shell.world.estate).len();
            let lines = causes + fleet::problems::listed(&state.shell.world.problems);
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
        Action::Link => effects.extend(menu.current().and_then(|item| item.command.link()).map(Effect::OpenLink)),
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
    let screen = state.screen();
    match action {
        Action::Back => {
            state.views.close();
            screen.filter(state, String::new());
        }
        // One that cannot be read is not applied: why is said below the table.
        Action::Open if screen.filter_problem(state).is_some() => {}
        Action::Open => state.views.close(),
        Action::Down | Action::Up | Action::PageDown | Action::PageUp => {
            screen.act(state, action);
        }
        _ => {}
    }
}

/// Keys of the question before arming.
fn arm(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Back => state.views.close(),
        Action::Open => question::arm(state, effects),
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
        (Action::Open, None) => state.shell.say("an MFA code has six digits", Tone::Bad),
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
        Command::Look(scope) => databases::look(state, scope),
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
        Command::ChooseSnapshot(kind, site, id) => choice::choose_snapshot(state, kind, site, &id),
        Command::OpenDatabase(site, id, finding) => reach::open_database(state, site, &id, finding),
        Command::OpenAlarm(key) => reach::open_alarm(state, &key),
        Command::OpenCluster(key) => reach::open_cluster(state, &key),
        Command::OpenSecret(arn) => reach::open_secret(state, &arn),
        Command::PlanOn(kind, target) => plan::plan_on(state, kind, *target, effects),
        Command::Arm(environment) => question::ask(state, environment),
        Command::Disarm => state.shell.disarm(&ArmingEnd::ByHand, effects),
        Command::NotAvailable(why) => state.shell.say(why, Tone::Plain),
        Command::Theme(name) => {
            let (theme, _) = theme::load(&name, None);
            state.shell.theme = theme::degrade(&theme, state.shell.depth);
        }
    }
}
