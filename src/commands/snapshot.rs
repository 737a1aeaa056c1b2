//! `qd snapshot`: one frame without a terminal, and what of it could not be read.

use std::path::Path;

use quarterdeck::app::State;
use quarterdeck::cli::{Look, Motif, Snapshot, Source};
use quarterdeck::config;
use quarterdeck::keymap::Key;
use quarterdeck::picture::{self, Ground};
use quarterdeck::runtime::appearance::Appearance;
use quarterdeck::runtime::apply;
use quarterdeck::runtime::connect::{connect, places};
use quarterdeck::runtime::executor::Executor;
use quarterdeck::runtime::headless::{NoTerminal, Unattended, shortfall, stories};
use quarterdeck::runtime::own_files::Folders;
use quarterdeck::runtime::{Driver, Performer, say};
use quarterdeck::screens::{OpenScreen, View, fleet};
use quarterdeck::theme::{ColorDepth, Rgb};
use quarterdeck::world::Scope;

use super::opening;

/// Draws it; exit code 1 when something of it could not be read.
pub async fn draw(source: &Source, look: &Look, options: &Snapshot) -> Result<u8, String> {
    let wanted = options.screen.wanted(&options.names)?;
    let keys = keys(&options.keys)?;
    let mut connection = connect(source).await?;
    apply::sign_in(&mut connection).await?;
    let folders = Folders::beside(source.config.as_deref());
    let appearance = Appearance { look: look.clone(), depth: ColorDepth::TrueColor, background: None, folders };
    let mut state = crate::open(&connection, &appearance);
    // The picture is of a fleet; what is wrong with a file of the user's is told beside it.
    let (_, themes) = appearance.theme(&connection.settings);
    let (_, keymaps) = appearance.keymap(&connection.settings);
    for problem in themes.iter().chain(&keymaps) {
        say::note(problem);
    }
    state.shell.size = options.size;
    // A picture may be for another machine: the locale of this one says nothing about it.
    state.shell.ascii = connection.settings.ascii == config::Ascii::Always;
    state.shell.world.changes.policies.clone_from(&connection.policies);
    let first = if options.screen == Motif::Fleet { OpenScreen::Fleet } else { OpenScreen::Databases };
    state.views.show(View::Screen(first));
    state.shell.scope = scope(&state, options.environment.as_deref())?;
    let (driver, answers) = Driver::new(&connection.sessions, &connection.estate);
    let driver = driver.reaching(connection.reach());
    // Without a journal, and without anybody who makes changes: a picture is of what is read.
    let (reader, happened) = Executor::new(None, places(&connection), connection.clock.clone());
    let folder = apply::journal_folder(connection.estate.sandbox.is_some());
    let performer = Performer::new(driver, NoTerminal).planning(reader).telling(folder.clone());
    let heard = (answers, happened);
    let mut console = Unattended::new(&mut state, performer, heard, &connection.clock, options.wait);
    console.look().await.map_err(|error| error.to_string())?;
    if options.screen == Motif::Executions {
        told(console.state, folder.as_deref())?;
    }
    let effects = opening::open(console.state, options.screen, &wanted, options.database.as_deref());
    let effects =
        effects.map_err(|why| shortfall(console.state).map_or(why.clone(), |unread| format!("{why}; {unread}")))?;
    console.wait(effects).await.map_err(|error| error.to_string())?;
    for key in keys {
        console.press(key).await.map_err(|error| error.to_string())?;
    }
    let (frame, _) = console.frame().await.map_err(|error| error.to_string())?;
    let parts = |color: Rgb| [color.red, color.green, color.blue];
    let ground = state.shell.theme.ground().map(|(ink, paper)| Ground::new(parts(ink), parts(paper)));
    say::picture(&picture::render_on(ground.unwrap_or_default(), &frame, options.format))?;
    let unread = [left_out(&state), shortfall(&state)];
    let mut code = 0;
    for words in unread.into_iter().flatten() {
        say::note(&words);
        code = 1;
    }
    Ok(code)
}

/// That environments may be missing, for what is wrong in their configuration.
fn left_out(state: &State) -> Option<String> {
    let errors = state.shell.world.problems.iter().filter(|problem| fleet::problems::is_error(problem));
    let mut errors = errors.peekable();
    let first = errors.peek().copied()?.clone();
    let more = errors.count() - 1;
    let others = if more == 0 { String::new() } else { format!(" (and {more} more: qd config check)") };
    Some(format!("what cannot be used of the configuration is not in the picture: {first}{others}"))
}

/// Reads keys that are separated by spaces.
fn keys(text: &str) -> Result<Vec<Key>, String> {
    text.split_whitespace().map(|key| key.parse::<Key>().map_err(|error| error.to_string())).collect()
}

/// The environment of this name; without one what is usual.
fn scope(state: &State, name: Option<&str>) -> Result<Scope, String> {
    let estate = &state.shell.world.estate;
    let Some(name) = name else { return Ok(state.shell.scope) };
    let known: Vec<&str> = estate.environments().map(|(_, environment)| environment.name.as_str()).collect();
    let found = estate.named(name).map(Scope::One);
    found.ok_or_else(|| format!("there is no environment {name}; the environments are {}", known.join(", ")))
}

/// Tells the state what the journal tells of executions.
fn told(state: &mut State, folder: Option<&Path>) -> Result<(), String> {
    let Some(folder) = folder else { return Ok(()) };
    for story in stories(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        quarterdeck::app::update(state, story);
    }
    Ok(())
}
