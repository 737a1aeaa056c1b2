//! Reads a whole configuration, and looks at its environments side by side.

use toml::de::{DeTable, DeValue};

use super::document::{self, Part, found};
use super::guard::{self, CLOSED, Guard};
use super::known::Known;
use super::problem::{Problem, Problems, Severity};
use super::{Config, EnvironmentSpec, Settings, environment, overlap, settings};
use crate::domain::text::clean;
use crate::nearest::hint;

/// The tables of a file.
const TABLES: [&str; 3] = ["environment", "settings", "guard"];

pub(super) fn read(text: &str, file: &str, known: &Known) -> (Config, Vec<Problem>) {
    let mut problems = Problems::new(file);
    let mut config = Config::default();
    let mut described = false;
    let mut blocks = Vec::new();
    let mut whole = Guard::default();
    let document = document::parse(text);
    for part in &document.parts {
        described |= read_part(part, &mut blocks, &mut config, &mut whole, known, &mut problems);
    }
    guarded(&mut blocks, &whole, &mut problems);
    for (line, message) in document.errors {
        problems.error(line, message);
    }
    if !described {
        let message = "no environment is described: expected at least one block [[environment]]".to_owned();
        problems.add(Severity::Warning, None, message);
    }
    config.environments = unique(blocks, &mut problems);
    overlap::tell(&config.environments, &mut problems);
    (config, problems.into_sorted())
}

/// Reads the settings alone: what else the file says is for others.
pub(super) fn read_settings(text: &str, file: &str) -> (Settings, Vec<Problem>) {
    let (known, mut problems, mut read) = (Known::default(), Problems::new(file), Settings::default());
    for part in &document::parse(text).parts {
        let mut found = matches!(part.header, Some("settings" | "ui"));
        for entry in part.entries(&part.table) {
            if let ("settings" | "ui", DeValue::Table(table)) = (entry.key, entry.value) {
                found = true;
                settings::read(part, table, &mut read, &known, &mut problems);
            }
        }
        for (line, message) in part.errors.iter().filter(|_| found) {
            problems.list.retain(|problem| problem.line != Some(*line));
            problems.error(*line, message.clone());
        }
    }
    (read, problems.into_sorted())
}

/// One `[[environment]]`, sound or not.
struct Block {
    /// As far as it can be read.
    name: Option<String>,
    line: usize,
    /// `None` when the environment is left out.
    spec: Option<EnvironmentSpec>,
    /// What it says about changes.
    guard: Guard,
}

/// Gives each environment the rules of its changes, once all of the file is known.
fn guarded(blocks: &mut [Block], whole: &Guard, problems: &mut Problems<'_>) {
    for block in blocks {
        let Some(spec) = &mut block.spec else { continue };
        problems.environment.clone_from(&block.name);
        spec.policy = block.guard.policy(whole, spec.criticality, problems);
    }
    problems.environment = None;
}

/// Reads a part; true when it has an environment, sound or not.
fn read_part(
    part: &Part<'_>,
    blocks: &mut Vec<Block>,
    config: &mut Config,
    whole: &mut Guard,
    known: &Known,
    problems: &mut Problems<'_>,
) -> bool {
    let broken = !part.errors.is_empty();
    let before = problems.list.len();
    // A header that is not TOML takes its block along: only its words tell what the block was.
    let (mut described, mut guarding) = match part.header.filter(|_| broken) {
        Some("environment") => (true, false),
        Some(name) if guard::is_meant(name, &TABLES) => (false, true),
        _ => (false, false),
    };
    whole.closed |= guarding;
    let mut name = None;
    for entry in part.entries(&part.table) {
        match (entry.key, entry.value) {
            ("environment", DeValue::Array(written)) => {
                described = true;
                for block in written {
                    name = block.get_ref().as_table().and_then(environment::name_of);
                    let mut guard = Guard::default();
                    let spec = environment::read(part, block, broken, known, &mut guard, problems);
                    blocks.push(Block { name: name.clone(), line: part.line(block), spec, guard });
                }
            }
            ("environment", value) if !broken => {
                described = true;
                problems.error(entry.line, format!("found {}, expected a block: [[environment]]", found(value)));
            }
            ("settings" | "ui", DeValue::Table(table)) => {
                settings::read(part, table, &mut config.settings, known, problems);
            }
            (key @ ("settings" | "ui"), value) => {
                problems.error(entry.line, format!("found {}, expected a table: [{key}]", found(value)));
            }
            ("guard", DeValue::Table(table)) => {
                guarding = true;
                guard::read(part, table, "[guard]", whole, problems);
                whole.closed |= broken;
            }
            ("guard", value) => {
                whole.closed = true;
                problems.error(entry.line, format!("found {}, expected a table: [guard]; {CLOSED}", found(value)));
            }
            // What stands here may be anything; the syntax error is what there is to say.
            _ if broken => {}
            (key, value) => {
                let key = clean(key);
                let message = format!("{key:?} is not known here{}", hint(&key, &TABLES));
                // `[enviroment.guard]` has its guard inside.
                let inner =
                    |table: &DeTable<'_>| table.iter().any(|(key, _)| guard::is_meant(key.get_ref(), &["guard"]));
                if guard::is_meant(&key, &TABLES) || value.as_table().is_some_and(inner) {
                    whole.closed = true;
                    problems.error(entry.line, format!("{message}; {CLOSED}"));
                } else {
                    problems.warning(entry.line, message);
                }
            }
        }
    }
    // A value that is not TOML is read as something else; one complaint about a line is enough.
    let unreadable = |line: Option<usize>| line.is_some_and(|line| part.errors.iter().any(|(bad, _)| *bad == line));
    let read = problems.list.split_off(before);
    problems.list.extend(read.into_iter().filter(|problem| !unreadable(problem.line)));
    problems.environment = name.or_else(|| part.line_by_line(environment::name_of).filter(|_| described));
    for (line, message) in &part.errors {
        let consequence = match (described, guarding) {
            (true, _) => "; the environment is left out".to_owned(),
            (false, true) => format!("; {CLOSED}"),
            (false, false) => String::new(),
        };
        problems.error(*line, format!("{message}{consequence}"));
    }
    problems.environment = None;
    described
}

/// Leaves out environments whose name is taken; a name that is written twice is told whatever else
/// is wrong with the blocks.
fn unique(blocks: Vec<Block>, problems: &mut Problems<'_>) -> Vec<EnvironmentSpec> {
    let mut kept: Vec<EnvironmentSpec> = Vec::with_capacity(blocks.len());
    let mut seen: Vec<(String, usize)> = Vec::new();
    for Block { name, line, spec, .. } in blocks {
        let Some(name) = name else { continue };
        problems.environment = Some(name.clone());
        let taken = kept.iter().find(|other| other.name == name).map(|other| other.line);
        let written = seen.iter().find(|(other, _)| *other == name).map(|(_, line)| *line);
        if let Some(first) = taken {
            problems.error(
                line,
                format!(
                    "the name {name:?} is taken by the environment of line {first}, expected another one; the \
                     environment is left out"
                ),
            );
        } else {
            if let Some(first) = written {
                let message = format!(
                    "the name {name:?} is also that of line {first}, where the environment is left out; expected \
                     another one"
                );
                problems.warning(line, message);
            }
            kept.extend(spec);
        }
        seen.push((name, line));
    }
    problems.environment = None;
    kept
}
