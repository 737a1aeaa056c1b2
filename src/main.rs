//! The binary: arguments, the terminal guard, exit codes.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use jiff::tz::TimeZone;

use quarterdeck::app::{Scope, State};
use quarterdeck::cli::{Cli, Command, Look, Snapshot, Source};
use quarterdeck::collect::Schedule;
use quarterdeck::keymap::{Key, Keymap};
use quarterdeck::runtime::connect::{Connection, connect};
use quarterdeck::runtime::{Driver, event_loop, headless, logging, terminal};
use quarterdeck::theme::{self, ColorDepth};
use quarterdeck::{picture, screens};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}")),
    };
    let result = runtime.block_on(async {
        match cli.command {
            None => console(&cli.source, &cli.look).await,
            Some(Command::Snapshot(ref options)) => snapshot(&cli.source, &cli.look, options).await,
            #[cfg(feature = "sandbox")]
            Some(Command::Sandbox(ref command)) => sandbox(&cli.source, command).await,
        }
    });
    // Requests that still hang must not keep the process.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    // Nobody is left to tell when stderr is gone.
    let _ = writeln!(io::stderr(), "qd: {message}");
    ExitCode::from(1)
}

fn say(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}

/// The interactive console.
async fn console(source: &Source, look: &Look) -> Result<(), String> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err("the console needs a terminal; for a picture of one screen: qd snapshot databases".into());
    }
    let log = logging::start().unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "qd: no log file: {error}");
        None
    });
    terminal::install_panic_hook(log);
    let connection = connect(source).await?;
    let mut state = open(&connection, look, depth_from_environment())?;
    state.zone = TimeZone::system();
    state.schedule = Schedule::with_seed(u64::from(std::process::id()));
    let (mut driver, mut answers) = Driver::new(connection.sessions, &connection.estate);
    let mut signals = event_loop::Signals::listen().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let mut guard = terminal::Guard::take().map_err(|error| format!("cannot use this terminal: {error}"))?;
    let ended =
        event_loop::run(&mut guard, &mut state, &mut driver, &mut answers, &connection.clock, &mut signals).await;
    drop(guard);
    ended.map_err(|error| format!("the terminal is gone: {error}"))
}

/// A console that has asked nothing yet.
fn open(connection: &Connection, look: &Look, depth: ColorDepth) -> Result<State, String> {
    let (keymap, keymap_warnings) = Keymap::load(&look.keymap, None);
    let (theme, theme_warnings) = theme::load(&look.theme, None);
    if let Some(warning) = keymap_warnings.first().or(theme_warnings.first()) {
        return Err(warning.clone());
    }
    let theme = theme::degrade(&theme, depth);
    Ok(State::new(connection.estate.clone(), connection.clock.now(), keymap, theme, depth))
}

fn depth_from_environment() -> ColorDepth {
    let read = |name| std::env::var(name).ok();
    ColorDepth::detect(read("NO_COLOR").as_deref(), read("COLORTERM").as_deref(), read("TERM").as_deref())
}

/// One frame without a terminal.
async fn snapshot(source: &Source, look: &Look, options: &Snapshot) -> Result<(), String> {
    let connection = connect(source).await?;
    let mut state = open(&connection, look, ColorDepth::TrueColor)?;
    state.size = options.size;
    if let Some(name) = &options.environment {
        let found = state.estate.environments.iter().position(|e| e.name == *name);
        let known: Vec<&str> = state.estate.environments.iter().map(|e| e.name.as_str()).collect();
        let index = found
            .ok_or_else(|| format!("there is no environment {name}; the environments are {}", known.join(", ")))?;
        state.scope = Scope::One(index);
    }
    let (mut driver, mut answers) = Driver::new(connection.sessions, &connection.estate);
    let none: &[Key] = &[];
    let (_, first) = headless::frame(&mut state, &mut driver, &mut answers, &connection.clock, none).await;
    if let Some(id) = &options.database {
        let found = state.databases.rows.iter().find(|row| row.database(&state).is_some_and(|d| d.id == *id));
        let arn = found.map(|row| row.arn.clone()).ok_or_else(|| format!("there is no DB instance {id} here"))?;
        screens::databases::select(&mut state, &arn);
    }
    let opening = match options.screen.as_str() {
        "databases" => "",
        "database" => "enter",
        "help" => "?",
        "errors" => "!",
        "palette" => ":",
        other => {
            return Err(format!(
                "there is no screen {other}; the screens are databases, database, help, errors, palette"
            ));
        }
    };
    let mut keys = Vec::new();
    for text in opening.split_whitespace().chain(options.keys.split_whitespace()) {
        keys.push(text.parse::<Key>().map_err(|error| error.to_string())?);
    }
    let (frame, rest) = headless::frame(&mut state, &mut driver, &mut answers, &connection.clock, &keys).await;
    if !(first && rest) {
        let _ = writeln!(io::stderr(), "qd: not every answer came in time; the picture shows what did");
    }
    say(&picture::render(&frame, options.format))
}

#[cfg(feature = "sandbox")]
async fn sandbox(source: &Source, command: &quarterdeck::cli::SandboxCommand) -> Result<(), String> {
    use quarterdeck::cli::SandboxCommand;
    use quarterdeck::runtime::connect::build;
    use quarterdeck::sandbox::{serve, world::scenario};

    match command {
        SandboxCommand::Scenarios => {
            let lines: String =
                scenario::shipped().map(|(name, description)| format!("{name:<20} {description}\n")).collect();
            say(&lines)
        }
        SandboxCommand::Serve { listen } => {
            let world = build(source)?;
            let listener = tokio::net::TcpListener::bind(listen).await.map_err(|e| format!("{listen}: {e}"))?;
            let address = listener.local_addr().map_err(|error| error.to_string())?;
            if address.ip().is_loopback() {
                say(&format!("sandbox on http://{address} (AWS_ENDPOINT_URL); any credentials; Ctrl-C ends it\n"))?;
            }
            let stop = async {
                // Without a handler for the signal there is nothing to wait for but the kill.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            serve::serve(std::sync::Arc::new(world), listener, stop).await.map_err(|error| error.to_string())
        }
    }
}
