//! The binary: arguments, the terminal guard, exit codes.

mod commands;

use std::process::ExitCode;
use std::time::SystemTime;

use clap::FromArgMatches;
use jiff::tz::TimeZone;

use quarterdeck::app::State;
use quarterdeck::audit;
use quarterdeck::aws;
use quarterdeck::cli::{self, Cli, Command, ConfigCommand, Look, Source};
use quarterdeck::config;
use quarterdeck::domain::partition::Partition;
use quarterdeck::keymap;
use quarterdeck::kube;
use quarterdeck::runtime::appearance::{self, Appearance};
use quarterdeck::runtime::apply;
use quarterdeck::runtime::background::{self, LateAnswer};
use quarterdeck::runtime::connect::{Connection, connect, operators_of, places};
use quarterdeck::runtime::contained::WORKER;
use quarterdeck::runtime::executor::Executor;
use quarterdeck::runtime::journal;
use quarterdeck::runtime::last_known::Ahead;
use quarterdeck::runtime::own_files::{Folders, OwnFiles};
use quarterdeck::runtime::{Driver, Performer, event_loop, last_known, leftovers, logging, say, terminal, workers};
use quarterdeck::shell::Tone;
use quarterdeck::slices::reads::Schedule;
use quarterdeck::theme::{self, ColorDepth};

fn main() -> ExitCode {
    let parsed = cli::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(told) => return say::usage(&told),
    };
    terminal::install_panic_hook(None);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if cli.command.is_none() {
        runtime.on_thread_start(workers::give_way);
    }
    let runtime = match runtime.worker_threads(2).thread_name(WORKER).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}")),
    };
    let code = runtime.block_on(async {
        let result = match cli.command {
            None => Box::pin(console(&cli.source, &cli.look)).await,
            Some(Command::Snapshot(ref options)) => {
                let drawn = Box::pin(commands::snapshot::draw(&cli.source, &cli.look, options)).await;
                return drawn.map_or_else(|message| fail(&message), ExitCode::from);
            }
            Some(Command::Config(ref command)) => config(&cli.source, command),
            Some(Command::Init(ref choice)) => {
                let outcome = commands::init::write(&cli.source, choice).await;
                return outcome.map_or_else(|message| fail(&message), ExitCode::from);
            }
            Some(Command::Completions { shell }) => say::text(&cli::completions(shell)),
            Some(Command::Man { ref dir }) => commands::manual(dir.as_deref()),
            Some(Command::Operations) => say::text(&apply::operations()),
            Some(Command::Plan(ref options)) => {
                return told(Box::pin(apply::plan(&cli.source, options)).await);
            }
            Some(Command::Apply(ref options)) => {
                let mut tell = |line: &str| {
                    // The journal has it all when nobody reads along any more.
                    let _ = say::text(line);
                };
                return changed(Box::pin(apply::apply(&cli.source, options, &mut tell)).await);
            }
            Some(Command::Audit(ref command)) => return told(audited(&cli.source, command)),
            Some(Command::IamPolicy { ref role, ref account, ref partition }) => {
                policy(role, account.as_deref(), partition_of(partition.as_deref(), &cli.source))
            }
            Some(Command::KubernetesRights { ref role, ref cluster, ref principal }) => {
                rights(role, cluster, principal.as_deref())
            }
            #[cfg(feature = "sandbox")]
            Some(Command::Sandbox(ref command)) => sandbox(&cli.source, command).await,
        };
        result.map_or_else(|message| fail(&message), |()| ExitCode::SUCCESS)
    });
    // Requests that still hang must not keep the process.
    runtime.shutdown_background();
    code
}

/// Says what a command has to say. Exit code 2: it has nothing, and why.
fn told(output: Result<audit::Output, String>) -> ExitCode {
    let said = output.and_then(|output| {
        say::notes(&output.note);
        say::text(&output.text).map(|()| output.code)
    });
    changed(said)
}

fn changed(code: Result<u8, String>) -> ExitCode {
    match code {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            fail(&message);
            ExitCode::from(2)
        }
    }
}

/// `qd audit …`.
fn audited(source: &Source, command: &audit::AuditCommand) -> Result<audit::Output, String> {
    let meant = source.meant();
    let folder = apply::journal_folder(meant.is_sandbox())
        .ok_or("HOME is no absolute path: set it, or QD_STATE_DIR, to say where the journal is")?;
    let asked = audit::Inquiry { folder: &folder, meant, now: jiff::Timestamp::now(), columns: say::columns() };
    audit::run(command, &asked).map_err(|error| format!("{}: {error}", folder.display()))
}

/// `qd iam-policy …`.
fn policy(role: &str, account: Option<&str>, partition: Partition) -> Result<(), String> {
    match (role, account) {
        ("operator", Some(account)) if !config::forms::is_account(account) => {
            Err(format!("{account:?} is no account id: expected 12 digits"))
        }
        ("operator", account) => say::text(&aws::policy::operator(aws::READS, account, partition)),
        (_, Some(_)) => Err("--account goes with iam-policy operator: reading asks for all there is".into()),
        (_, None) => say::text(&aws::policy::reader(aws::READS)),
    }
}

/// `qd k8s-rbac …`.
fn rights(role: &str, cluster: &str, principal: Option<&str>) -> Result<(), String> {
    let role = kube::rules::RbacRole::named(role).ok_or_else(|| format!("{role:?} is no role: reader or operator"))?;
    if !config::forms::is_cluster_name(cluster) {
        return Err(format!("{cluster:?} is no name of a cluster in EKS: expected letters, digits, - and _"));
    }
    if let Some(arn) = principal.filter(|arn| !config::forms::is_principal(arn)) {
        return Err(format!("{arn:?} is no ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/reader"));
    }
    say::text(&kube::rules::rbac_yaml(role, cluster, principal.unwrap_or("PRINCIPAL_ARN")))
}

/// The partition that is named, or that of the region.
fn partition_of(name: Option<&str>, source: &Source) -> Partition {
    let named = name.and_then(Partition::named);
    named.or(source.region.as_deref().map(Partition::of_region)).unwrap_or_default()
}

fn fail(message: &str) -> ExitCode {
    say::note(message);
    ExitCode::from(1)
}

/// The interactive console.
async fn console(source: &Source, look: &Look) -> Result<(), String> {
    if !terminal::is_there() {
        return Err("the console needs a terminal; for a picture of one screen: qd snapshot databases".into());
    }
    let log = logging::start().unwrap_or_else(|error| {
        say::note(&format!("no log file: {error}"));
        None
    });
    terminal::install_panic_hook(log);
    // Beside the sign-ins: the first frame waits for all of them.
    let folder = last_known::folder().filter(|_| !source.means_sandbox());
    let ahead = folder.as_deref().map(Ahead::begin).unwrap_or_default();
    let zone = std::thread::spawn(TimeZone::system);
    let connection = connect(source).await?;
    // Before anything is asked of the terminal: a signal must not leave it behind.
    let mut signals = event_loop::Signals::listen().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let folders = Folders::beside(source.config.as_deref());
    let mut appearance = Appearance { look: look.clone(), depth: depth_from_environment(), background: None, folders };
    let mut late = LateAnswer::default();
    let asked = appearance.wants_background(&connection.settings)
        && background::can_be_asked(std::env::var("TERM").ok().as_deref());
    if asked {
        match background::ask() {
            Ok(told) => (appearance.background, late) = told,
            Err(error) => tracing::warn!(%error, "the terminal cannot be asked for its background"),
        }
    }
    let mut state = open(&connection, &appearance);
    state.shell.zone = zone.join().unwrap_or(TimeZone::UTC);
    state.shell.world.ceiling = connection.settings.hourly_ceiling_usd;
    state.shell.ascii = appearance::is_ascii(&connection.settings);
    state.shell.world.schedule = Schedule::with_seed(u64::from(std::process::id()));
    state.shell.world.seed_watches(u64::from(std::process::id()));
    let memory = last_known::path(&connection.estate).filter(|_| connection.estate.sandbox.is_none());
    if let Some(memory) = &memory {
        last_known::recall(&mut state, memory, ahead);
    }
    if let Some(folder) = folder.filter(|_| memory.is_some()) {
        // Nothing waits for it, and nobody misses it when it fails.
        tokio::task::spawn_blocking(move || leftovers::remove(&folder, SystemTime::now()));
    }
    let folders = appearance.folders.clone();
    let mut own = OwnFiles::new(folders, &state.shell.theme.name, &state.shell.keymap.name, connection.path.as_deref());
    if let Some(problems) = own.told_anew() {
        state.shell.world.problems.of_appearance(problems);
    }
    if let Some(problem) = state.shell.world.problems.first() {
        let more = if state.shell.world.problems.len() > 1 { " (qd config check shows all)" } else { "" };
        state.shell.say(format!("{problem}{more}"), Tone::Bad);
    }
    let places = places(&connection);
    state.shell.world.changes.policies.clone_from(&connection.policies);
    state.shell.world.changes.operators = operators_of(&connection.operators);
    let (driver, mut answers) = Driver::new(&connection.sessions, &connection.estate);
    let driver = driver.reaching(connection.reach());
    let is_sandbox = connection.estate.sandbox.is_some();
    let journal = journal::of_console(is_sandbox);
    if let Err(why) = &journal {
        state.shell.world.changes.journal = Some(why.clone());
    }
    let (mut executor, happened) = Executor::new(journal.ok(), places, connection.clock.clone());
    executor.take_over(is_sandbox);
    let performer = Performer::new(driver, terminal::Beside::default()).changing(executor);
    #[cfg(feature = "sandbox")]
    let performer = performer.playing(connection.sandbox);
    let mut performer = performer;
    let mut guard = terminal::Guard::take(connection.settings.mouse)
        .map_err(|error| format!("cannot use this terminal: {error}"))?;
    let mut outside = event_loop::Outside {
        codes: connection.codes,
        meter: connection.meter,
        memory,
        own,
        sign_ins: connection.sign_ins,
        reopening: None,
        settings: connection.settings,
        appearance,
        late,
        happened,
        remembered: tokio::time::Instant::now(),
    };
    let clock = &connection.clock;
    let ended =
        event_loop::run(&mut guard, &mut state, &mut performer, &mut answers, clock, &mut signals, &mut outside).await;
    drop(guard);
    performer.settle().await;
    if let Some(memory) = &outside.memory
        && let Err(error) = last_known::write(&last_known::gather(&state), memory)
    {
        tracing::warn!(%error, "the last known state is not kept");
    }
    ended.map_err(|error| error.to_string())
}

/// A console that has asked nothing yet.
fn open(connection: &Connection, appearance: &Appearance) -> State {
    let (keymap, _) = appearance.keymap(&connection.settings);
    let (theme, _) = appearance.theme(&connection.settings);
    let mut state = State::new(connection.estate.clone(), connection.clock.now(), keymap, theme, appearance.depth);
    state.shell.world.problems.of_configuration(connection.problems.clone());
    state
}

/// `qd config …`: exit code 1 when an environment cannot be used.
fn config(source: &Source, command: &ConfigCommand) -> Result<(), String> {
    let path = config::locate(source.config.as_deref(), std::env::var_os("QD_CONFIG"))
        .ok_or("HOME is no absolute path: set it, or give --config FILE or QD_CONFIG")?;
    let shown = path.display().to_string();
    match command {
        ConfigCommand::Path => say::text(&format!("{shown}\n")),
        ConfigCommand::Check => {
            if !path.exists() {
                return Err(format!("{shown} is not there: qd init writes a first one"));
            }
            let folders = Folders::beside(source.config.as_deref());
            let (config, mut problems) =
                config::check(&path, &known(&folders)).map_err(|error| format!("{shown}: {error}"))?;
            problems.extend(folders.check());
            let count = config.environments.len();
            let noun = if count == 1 { "environment" } else { "environments" };
            say::text(&config::report(&problems, &shown))?;
            if problems.iter().any(|problem| problem.severity == config::Severity::Error) {
                return Err(format!("{count} {noun} can be used as the file stands"));
            }
            say::text(&format!("{count} {noun}\n"))
        }
    }
}

/// What a configuration may name on this machine.
fn known(folders: &Folders) -> config::Known {
    let themes = theme::names(folders.themes().into_iter());
    let profiles = config::init::found_here().into_iter().map(|profile| profile.name);
    config::Known {
        profiles: Some(profiles.collect()),
        themes: Some(themes.into_iter().chain([theme::Choice::AUTO.to_owned()]).collect()),
        keymaps: Some(keymap::names(folders.keymaps().into_iter())),
    }
}

fn depth_from_environment() -> ColorDepth {
    let read = |name| std::env::var(name).ok();
    ColorDepth::detect(read("NO_COLOR").as_deref(), read("COLORTERM").as_deref(), read("TERM").as_deref())
}

#[cfg(feature = "sandbox")]
async fn sandbox(source: &Source, command: &quarterdeck::cli::SandboxCommand) -> Result<(), String> {
    use quarterdeck::cli::SandboxCommand;
    use quarterdeck::sandbox::world::scenario;

    match command {
        SandboxCommand::Scenarios => {
            let lines: String =
                scenario::shipped().map(|(name, description)| format!("{name:<24} {description}\n")).collect();
            say::text(&lines)
        }
        SandboxCommand::Serve { listen, kubeconfig } => {
            Box::pin(commands::serve::run(source, *listen, kubeconfig.as_deref())).await
        }
    }
}
