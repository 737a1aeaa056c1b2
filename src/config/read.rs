//! Reads a whole configuration, and looks at its environments side by side.

use toml::de::DeValue;

use super::document::{self, Part, found};
use super::guard::{self, CLOSED, Guard};
use super::known::Known;
use super::nearest::hint;
use super::problem::{Problem, Problems, Severity};
use super::{Config, EnvironmentSpec, environment, settings};

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
    shadowed(&config.environments, &mut problems);
    (config, problems.into_sorted())
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
    let (mut described, mut guarding) = (false, false);
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
            ("environment", value) => {
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
            (key, _) => {
                let key: String = crate::domain::text::clean(key);
                let message = format!("{key:?} is not known here{}", hint(&key, &["environment", "settings", "guard"]));
                problems.warning(entry.line, message);
            }
        }
    }
    // A value that is not TOML is read as something else; one complaint about a line is enough.
    let unreadable = |line: Option<usize>| line.is_some_and(|line| part.errors.iter().any(|(bad, _)| *bad == line));
    let read = problems.list.split_off(before);
    problems.list.extend(read.into_iter().filter(|problem| !unreadable(problem.line)));
    problems.environment = name;
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

/// Warns of environments that own nothing, because one before them takes all of it.
fn shadowed(environments: &[EnvironmentSpec], problems: &mut Problems<'_>) {
    let regions = |spec: &EnvironmentSpec| [Some(spec.region.clone()), spec.dr_region.clone()];
    for (index, spec) in environments.iter().enumerate() {
        let taker = environments.iter().take(index).find(|other| {
            other.connection == spec.connection
                && other.expected_account == spec.expected_account
                && regions(other).contains(&Some(spec.region.clone()))
                && other.selector.covers(&spec.selector)
        });
        if let Some(taker) = taker {
            problems.environment = Some(spec.name.clone());
            problems.warning(
                spec.line,
                format!(
                    "{} (line {}) takes everything that name_prefix and tags select here, because it comes first; \
                     expected a narrower selector there or this environment before it",
                    taker.name, taker.line
                ),
            );
        }
    }
    problems.environment = None;
}
