//! Dispatch: every message, every action. Pure.

use tui_input::{Input, InputRequest};

use super::command::Command;
use super::effect::Effect;
use super::menu::{Item, Menu, Purpose};
use super::mouse;
use super::msg::Msg;
use super::operations;
use super::state::{CodePrompt, Overlay, Screen, State};
use super::succession;
use super::toast::{Toast, Tone};
use crate::aws::MfaCode;
use crate::collect::{Answer, Dataset, Target};
use crate::domain::Fault;
use crate::keymap::{Action, Key, Layer, Resolution};
use crate::screens::{database, databases, executions, fleet, plan};
use crate::theme;
use crate::world::{self, Estate, Scope, checkup};

/// Takes in a message: changes the state, gives what is to be done outside.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    match msg {
        Msg::Tick(now) => tick(state, now),
        Msg::Resize(columns, rows) => {
            state.size = (columns, rows);
            state.databases.reveal(databases::page(state.size));
            database::clamp_scroll(state);
        }
        Msg::Key(key) => key_pressed(state, key, &mut effects),
        Msg::Rushed(key) => {
            state.rushed = true;
            key_pressed(state, key, &mut effects);
            state.rushed = false;
        }
        Msg::Paste(text) => paste(state, &text),
        Msg::Answered { id, target, result } => answered(state, id, &target, result),
        Msg::Reconfigured(next) => succession::reconfigure(state, *next, &mut effects),
        Msg::ConfigurationRefused(problems) => succession::refuse(state, problems, &mut effects),
        Msg::AppearanceProblems(problems) => state.world.problems.of_appearance(problems),
        Msg::Restyled { theme, keymap, warnings } => {
            if let Some(theme) = theme {
                state.theme = theme::degrade(&theme, state.depth);
            }
            if let Some(keymap) = keymap {
                state.keymap = *keymap;
            }
            let text = warnings.first().map_or_else(|| "theme and keymap read again".to_owned(), Clone::clone);
            say(state, text, if warnings.is_empty() { Tone::Plain } else { Tone::Bad });
        }
        Msg::Wheel(notches) => mouse::wheel(state, notches, &mut effects),
        Msg::Click(_, row) => mouse::click(state, row),
        Msg::Metered(calls) => state.world.calls = calls,
        Msg::CodeWanted { session, serial } => {
            state.code = Some(CodePrompt { session, serial, typed: String::new() });
        }
        Msg::CodeOver => state.code = None,
        Msg::Observed { id, result } => plan::observed(state, id, result),
        Msg::Execution(execution) => operations::take(state, *execution, &mut effects),
        Msg::Denied { environment, api, action } => {
            state.world.changes.denied.insert((environment, api), action);
        }
        Msg::JournalDoubtful(why) => {
            say(state, why.clone(), Tone::Bad);
            state.world.problems.of_journal(why);
        }
        Msg::NotBegun(why) => say(state, why, Tone::Bad),
        Msg::JournalFailed(why) => {
            say(state, format!("the journal fails, nothing can be changed: {why}"), Tone::Bad);
            state.world.changes.journal = Some(why);
        }
        Msg::Copied(Ok(text)) => say(state, format!("sent to the terminal's clipboard: {text}"), Tone::Plain),
        Msg::Copied(Err(why)) => say(state, format!("not sent to the terminal's clipboard: {why}"), Tone::Bad),
    }
    operations::watch(state, &mut effects);
    operations::renew(state, &mut effects);
    let focus = state.focus();
    effects.extend(world::due(&mut state.world, &focus).into_iter().map(Effect::Fetch));
    effects
}

/// Examines all of which something has changed, and brings what the screens derive from it up to date; called before
/// a frame, not once a message.
pub fn settle(state: &mut State) {
    settle_while(state, || true);
}

/// DB instances that are looked at before somebody may want something else: a millisecond or two.
const LOOKS: usize = 64;

/// The same for as long as `go_on` says so, which is asked every millisecond or two: a key need not wait for
/// thousands. True when some are left.
pub fn settle_while(state: &mut State, mut go_on: impl FnMut() -> bool) -> bool {
    let mut examined = checkup::examine(&mut state.world, LOOKS);
    while examined.more && go_on() {
        let next = checkup::examine(&mut state.world, LOOKS);
        examined.then(next);
    }
    if examined.is_new {
        databases::rebuild(state);
        fleet::rebuild(state);
    } else if !examined.sites.is_empty() {
        databases::renew(state, &examined.instances);
        fleet::renew(state, &examined.sites);
    }
    examined.more
}

fn tick(state: &mut State, now: jiff::Timestamp) {
    state.world.now = now;
    if state.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        state.toast = None;
    }
    let focus = state.focus();
    world::retire(&mut state.world, &focus);
}

/// Takes an answer in and tells what it brought.
fn answered(state: &mut State, id: u64, target: &Target, result: Result<Answer, Fault>) {
    let news = world::take(&mut state.world, id, target, result);
    // The cursor stays on its error when a newer one comes above it.
    if let Some(Overlay::Errors { selected }) = &mut state.overlay {
        *selected += usize::from(news.logged && state.world.faults.len() > 1);
    }
    if let Some(text) = news.told {
        say(state, text, Tone::Bad);
    }
}

/// Says something at the foot of the screen.
pub fn say(state: &mut State, text: String, tone: Tone) {
    state.toast = Some(Toast::new(text, tone, state.world.now));
}

fn key_pressed(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    let asked = state.operations.leaving;
    hear(state, key, effects);
    // Only the very next key answers.
    if asked {
        state.operations.leaving = false;
    }
}

fn hear(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    if let Some(code) = &mut state.code {
        match (key.to_string().as_str(), key.character()) {
            ("esc", _) => {
                state.code = None;
                effects.push(Effect::GiveCode(None));
            }
            ("enter", _) => match MfaCode::parse(&code.typed) {
                Some(given) => {
                    state.code = None;
                    effects.push(Effect::GiveCode(Some(given)));
                }
                None => say(state, "an MFA code has six digits".into(), Tone::Bad),
            },
            ("backspace", _) => {
                code.typed.pop();
            }
            ("ctrl-c", _) => run(state, Action::Quit, effects),
            ("ctrl-l", _) => run(state, Action::Redraw, effects),
            (_, Some(digit)) if digit.is_ascii_digit() && code.typed.len() < 6 => code.typed.push(digit),
            _ => {}
        }
        return;
    }
    if state.operations.question.is_some() {
        return arm_key(state, key, effects);
    }
    if state.overlay.is_none() && state.operations.plan.as_ref().is_some_and(plan::State::is_typing) {
        return match resolve(state, &[Layer::Prompt], key) {
            Resolution::Action(action @ (Action::Quit | Action::Suspend | Action::Redraw)) => {
                run(state, action, effects);
            }
            Resolution::Action(action) if !plan::is_text(state, key) => plan::act(state, action, effects),
            Resolution::Pending => {}
            // A name that comes in a burst was pasted, whatever the terminal calls it.
            _ if state.rushed && plan::is_naming(state) => plan::paste(state, ""),
            _ => plan::typed(state, key),
        };
    }
    if state.databases.prompt.is_some() {
        let resolution = resolve(state, &[Layer::Prompt], key);
        return filter_key(state, key, resolution, effects);
    }
    let typed = matches!(&state.overlay, Some(Overlay::Menu(menu)) if typed(menu));
    let layers: &[Layer] = if typed { &[Layer::Prompt] } else { state.layers() };
    let resolution = resolve(state, layers, key);
    match resolution {
        // Whatever a keymap says: a change is not on Enter, Space or a single character.
        Resolution::Action(Action::Approve)
            if key.character().is_some() || matches!(key.to_string().as_str(), "enter" | "space") =>
        {
            say(
                state,
                "a change is not approved by Enter, Space or a single character: bind another key".into(),
                Tone::Bad,
            );
        }
        Resolution::Action(action) => run(state, action, effects),
        Resolution::Pending => {}
        Resolution::None => {
            if let (true, Some(Overlay::Menu(menu))) = (typed, &mut state.overlay)
                && edit(&mut menu.input, key)
            {
                menu.narrow();
            }
        }
    }
}

/// What a key does. One that came in a burst moves about or is text, and does nothing else: text that a
/// terminal pastes as keys approves nothing and opens nothing.
fn resolve(state: &mut State, layers: &[Layer], key: Key) -> Resolution {
    match state.resolver.resolve(&state.keymap, layers, key) {
        Resolution::Action(action) if state.rushed && !is_harmless(action) => {
            say(state, format!("{key} came faster than a person types: press it again"), Tone::Bad);
            Resolution::Pending
        }
        resolution => resolution,
    }
}

/// Actions that only move about, or leave.
fn is_harmless(action: Action) -> bool {
    moves(action)
        || matches!(
            action,
            Action::Back
                | Action::NextPane
                | Action::PreviousPane
                | Action::NextFinding
                | Action::PreviousFinding
                | Action::PanBack
                | Action::PanForward
                | Action::ZoomIn
                | Action::ZoomOut
                | Action::CursorLeft
                | Action::CursorRight
                | Action::CursorClear
                | Action::Now
                | Action::Redraw
                | Action::Suspend
                | Action::Quit
        )
}

/// The palette and the environments are found by typing.
fn typed(menu: &Menu) -> bool {
    matches!(menu.purpose, Purpose::Palette | Purpose::Environments)
}

/// Keys of the question before arming.
fn arm_key(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    match resolve(state, &[Layer::Prompt], key) {
        Resolution::Action(Action::Back) => state.operations.question = None,
        Resolution::Action(Action::Open) => operations::arm(state, effects),
        Resolution::Action(Action::NextPane | Action::PreviousPane | Action::Down | Action::Up) => {
            if let Some(question) = &mut state.operations.question {
                question.on_minutes = !question.on_minutes;
            }
        }
        Resolution::Action(action @ (Action::Quit | Action::Suspend | Action::Redraw)) => run(state, action, effects),
        Resolution::Action(_) | Resolution::Pending => {}
        Resolution::None => {
            if let Some(question) = &mut state.operations.question {
                edit(if question.on_minutes { &mut question.minutes } else { &mut question.reason }, key);
                question.problem = None;
            }
        }
    }
}

fn filter_key(state: &mut State, key: Key, resolution: Resolution, effects: &mut Vec<Effect>) {
    match resolution {
        Resolution::Action(Action::Back) => {
            state.databases.prompt = None;
            state.databases.filter.clear();
            databases::rebuild(state);
        }
        Resolution::Action(Action::Open) => state.databases.prompt = None,
        Resolution::Action(action @ (Action::Down | Action::Up | Action::PageDown | Action::PageUp)) => {
            databases::handle(state, action);
        }
        Resolution::Action(action @ (Action::Quit | Action::Suspend | Action::Redraw)) => run(state, action, effects),
        Resolution::Action(_) | Resolution::Pending => {}
        Resolution::None => {
            let Some(prompt) = &mut state.databases.prompt else { return };
            if edit(prompt, key) {
                state.databases.filter = prompt.value().to_owned();
                databases::narrow(state);
            }
        }
    }
}

fn paste(state: &mut State, text: &str) {
    let text: String = crate::domain::text::clean(text).chars().take(200).collect();
    if let Some(question) = &mut state.operations.question {
        insert(if question.on_minutes { &mut question.minutes } else { &mut question.reason }, &text);
    } else if state.operations.plan.is_some() && state.overlay.is_none() {
        plan::paste(state, &text);
    } else if let Some(prompt) = &mut state.databases.prompt {
        insert(prompt, &text);
        state.databases.filter = prompt.value().to_owned();
        databases::narrow(state);
    } else if let Some(Overlay::Menu(menu)) = &mut state.overlay
        && typed(menu)
    {
        insert(&mut menu.input, &text);
        menu.narrow();
    }
}

/// Inserts text where the cursor of the line is.
pub fn insert(input: &mut Input, text: &str) {
    for c in text.chars() {
        input.handle(InputRequest::InsertChar(c));
    }
}

/// Edits a line of text as shells do; false when the key is not for editing.
pub fn edit(input: &mut Input, key: Key) -> bool {
    let request = match (key.character(), key.to_string().as_str()) {
        (Some(character), _) if crate::domain::text::is_hostile(character) => return false,
        (Some(character), _) => InputRequest::InsertChar(character),
        (_, "space") => InputRequest::InsertChar(' '),
        (_, "backspace") => InputRequest::DeletePrevChar,
        (_, "delete") => InputRequest::DeleteNextChar,
        (_, "left") => InputRequest::GoToPrevChar,
        (_, "right") => InputRequest::GoToNextChar,
        (_, "home" | "ctrl-a") => InputRequest::GoToStart,
        (_, "end" | "ctrl-e") => InputRequest::GoToEnd,
        (_, "ctrl-w") => InputRequest::DeletePrevWord,
        (_, "ctrl-u") => InputRequest::DeleteLine,
        (_, "ctrl-k") => InputRequest::DeleteTillEnd,
        _ => return false,
    };
    input.handle(request);
    true
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
        _ if state.overlay.is_some() => overlay(state, action, effects),
        Action::Help | Action::Errors if state.operations.plan.is_some() => global(state, action, effects),
        _ if state.operations.plan.is_some() => plan::act(state, action, effects),
        _ => {
            let heard = match state.screen {
                Screen::Fleet => fleet::handle(state, action),
                Screen::Databases => databases::handle(state, action),
                Screen::Database => database::handle(state, action),
            };
            if !heard {
                global(state, action, effects);
            }
        }
    }
}

fn global(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Operations => operations::open_menu(state),
        Action::Arm => operations::ask_to_arm(state, effects),
        Action::Executions => state.overlay = Some(Overlay::Executions(executions::State::default())),
        Action::Help => state.overlay = Some(Overlay::Help { scroll: 0 }),
        Action::Errors => state.overlay = Some(Overlay::Errors { selected: 0 }),
        Action::Palette => state.overlay = Some(Overlay::Menu(palette(state))),
        Action::Fleet => to_fleet(state),
        Action::Databases => state.screen = Screen::Databases,
        Action::Back if state.screen == Screen::Databases && state.world.estate.count() > 1 => {
            to_fleet(state);
        }
        Action::Theme => state.overlay = Some(Overlay::Menu(themes(state))),
        Action::PlayScenario if state.world.estate.sandbox.is_some() => {
            state.overlay = Some(Overlay::Menu(scenarios()));
        }
        Action::Environments => state.overlay = Some(Overlay::Menu(environments(state))),
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

/// The fleet shows all environments: so does the frame around it.
fn to_fleet(state: &mut State) {
    state.screen = Screen::Fleet;
    if state.world.estate.count() > 1 && state.scope != Scope::All {
        state.scope = Scope::All;
        databases::rebuild(state);
    }
}

/// Where a scope stands in the list of environments, in which all of them come first.
fn place_of(estate: &Estate, scope: Scope) -> usize {
    match scope {
        Scope::All => 0,
        Scope::One(id) => estate.place_of(id).map_or(0, |place| place + 1),
    }
}

/// All environments, then each, then all again.
fn cycle(state: &mut State, by: usize) {
    let estate = &state.world.estate;
    let next = (place_of(estate, state.scope) + by) % (estate.count() + 1);
    let scope = next.checked_sub(1).and_then(|place| estate.at(place)).map_or(Scope::All, Scope::One);
    look(state, scope);
}

/// Shows the databases of these environments.
pub fn look(state: &mut State, scope: Scope) {
    if matches!(scope, Scope::One(id) if state.world.estate.environment(id).is_none()) {
        return;
    }
    state.scope = scope;
    state.screen = Screen::Databases;
    databases::rebuild(state);
}

fn refresh(state: &mut State) {
    let focus = state.focus();
    world::retire(&mut state.world, &focus);
    let (estate, scope, screen) = (&state.world.estate, state.scope, state.screen);
    let open = state.database.as_ref().map(|d| d.site);
    let asked = state.world.schedule.force(|target| match screen {
        Screen::Database => Some(target.site) == open || matches!(target.dataset, Dataset::Databases),
        Screen::Databases | Screen::Fleet => estate.in_scope(scope, target.site),
    });
    let text = if asked == 0 { "already asking".into() } else { format!("asking again: {asked} datasets") };
    say(state, text, Tone::Plain);
}

fn overlay(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let page = usize::from(state.size.1 / 2).max(1);
    let Some(open) = &mut state.overlay else { return };
    let step = match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::HalfPageDown | Action::PageDown => isize::try_from(page).unwrap_or(1),
        Action::HalfPageUp | Action::PageUp => -isize::try_from(page).unwrap_or(1),
        Action::Bottom => 100_000,
        Action::Top => -100_000,
        _ => 0,
    };
    match (open, action) {
        (Overlay::Help { .. }, Action::Back | Action::Help)
        | (Overlay::Errors { .. }, Action::Back | Action::Errors) => {
            state.overlay = None;
        }
        (_, Action::Back) => state.overlay = None,
        (Overlay::Executions(_), _) => executions::act(state, action, effects),
        (Overlay::Help { scroll }, _) => {
            let most = super::view::help_scroll_limit(&state.keymap, state.screen, state.size);
            *scroll = scroll.saturating_add_signed(step).min(most);
        }
        (Overlay::Errors { selected }, Action::Dismiss) => {
            state.world.faults.dismiss(*selected);
            *selected = (*selected).min(state.world.faults.len().saturating_sub(1));
        }
        (Overlay::Errors { selected }, Action::Copy) => {
            if let Some(entry) = state.world.faults.iter().nth(*selected) {
                effects.push(Effect::Copy(format!("{} {}", entry.place, entry.fault)));
            }
        }
        (Overlay::Errors { selected }, _) => {
            let lines = state.world.faults.len() + fleet::problems::listed(&state.world.problems);
            *selected = selected.saturating_add_signed(step).min(lines.saturating_sub(1));
        }
        (Overlay::Menu(menu), Action::Open | Action::Toggle) => {
            let Some(item) = menu.current() else { return };
            let command = item.command.clone();
            if menu.purpose == Purpose::Columns {
                menu.toggle_current();
            } else {
                state.overlay = None;
            }
            perform(state, command, effects);
        }
        (Overlay::Menu(menu), _) => menu.step(step),
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

/// The keys that only move a cursor.
fn moves(action: Action) -> bool {
    matches!(
        action,
        Action::Down
            | Action::Up
            | Action::Top
            | Action::Bottom
            | Action::HalfPageDown
            | Action::HalfPageUp
            | Action::PageDown
            | Action::PageUp
            | Action::Left
            | Action::Right
    )
}

/// Moving about is not a command, nor is mending a screen on which none can be read.
fn in_palette(action: Action) -> bool {
    !moves(action)
        && !matches!(
            action,
            Action::Toggle
                | Action::Palette
                | Action::CursorLeft
                | Action::CursorRight
                | Action::Back
                | Action::AllEnvironments
                | Action::Redraw
        )
        && action.environment().is_none()
}

/// What stands in a menu whose items are those of now.
pub fn listed(state: &State, purpose: Purpose) -> Vec<Item> {
    match purpose {
        Purpose::Palette => commands(state),
        Purpose::Environments => scopes(state),
        _ => Vec::new(),
    }
}

fn palette(state: &State) -> Menu {
    Menu::new(Purpose::Palette, "Commands", commands(state), 0)
}

fn commands(state: &State) -> Vec<Item> {
    let layers = state.layers();
    let mut items: Vec<Item> = Action::ALL
        .iter()
        .copied()
        .filter(|action| in_palette(*action))
        .filter(|action| *action != Action::PlayScenario || state.world.estate.sandbox.is_some())
        .filter_map(|action| {
            let keys = state.keymap.key_for(layers, action)?;
            Some(Item { label: action.describe().into(), detail: keys, checked: None, command: Command::Run(action) })
        })
        .collect();
    items.push(look_item("all environments", Scope::All));
    for (id, environment) in state.world.estate.environments() {
        items.push(look_item(&format!("environment {}", environment.name), Scope::One(id)));
    }
    for name in theme::shipped() {
        items.push(Item {
            label: format!("theme {name}"),
            detail: String::new(),
            checked: None,
            command: Command::Theme(name.to_owned()),
        });
    }
    items
}

fn look_item(label: &str, scope: Scope) -> Item {
    Item { label: label.into(), detail: String::new(), checked: None, command: Command::Look(scope) }
}

fn themes(state: &State) -> Menu {
    let names: Vec<&str> = theme::shipped().collect();
    let items = names.iter().map(|name| Item {
        label: (*name).to_owned(),
        detail: String::new(),
        checked: None,
        command: Command::Theme((*name).to_owned()),
    });
    let selected = names.iter().position(|name| *name == state.theme.name).unwrap_or(0);
    Menu::new(Purpose::Theme, "Theme", items.collect(), selected)
}

#[cfg(feature = "sandbox")]
fn scenarios() -> Menu {
    let items = crate::sandbox::world::scenario::shipped().map(|(name, description)| Item {
        label: name.to_owned(),
        detail: description,
        checked: None,
        command: Command::Play(name.to_owned()),
    });
    Menu::new(Purpose::Scenario, "Scenario", items.collect(), 0)
}

#[cfg(not(feature = "sandbox"))]
fn scenarios() -> Menu {
    Menu::new(Purpose::Scenario, "Scenario", Vec::new(), 0)
}

fn environments(state: &State) -> Menu {
    let selected = place_of(&state.world.estate, state.scope);
    Menu::new(Purpose::Environments, "Environment", scopes(state), selected)
}

fn scopes(state: &State) -> Vec<Item> {
    let mut items = vec![Item {
        label: "all".into(),
        detail: "every environment".into(),
        checked: None,
        command: Command::Look(Scope::All),
    }];
    for (id, environment) in state.world.estate.environments() {
        let region = state.world.estate.site(environment.site).map_or("", |s| s.region.as_str());
        items.push(Item {
            label: environment.name.clone(),
            detail: format!("{} {region}", environment.estate).trim().to_owned(),
            checked: None,
            command: Command::Look(Scope::One(id)),
        });
    }
    items
}
