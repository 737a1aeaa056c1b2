//! Reads a whole configuration, and looks at its environments side by side.

use toml::de::DeValue;

use super::document::{self, Part, found};
use super::nearest::hint;
use super::problem::{Problem, Problems, Severity};
use super::{Config, EnvironmentSpec, environment, settings};

pub(super) fn read(text: &str, file: &str) -> (Config, Vec<Problem>) {
    let mut problems = Problems::new(file);
    let mut config = Config::default();
    let mut described = false;
    let document = document::parse(text);
    for part in &document.parts {
        described |= read_part(part, &mut config, &mut problems);
    }
    for (line, message) in document.errors {
        problems.error(line, message);
    }
    if !described {
        let message = "no environment is described: expected at least one block [[environment]]".to_owned();
        problems.add(Severity::Warning, None, message);
    }
    config.environments = unique(config.environments, &mut problems);
    shadowed(&config.environments, &mut problems);
    (config, problems.into_sorted())
}

/// Reads a part; true when it has an environment, sound or not.
fn read_part(part: &Part<'_>, config: &mut Config, problems: &mut Problems<'_>) -> bool {
    let broken = !part.errors.is_empty();
    let before = problems.list.len();
    let mut described = false;
    let mut name = None;
    for entry in part.entries(&part.table) {
        match (entry.key, entry.value) {
            ("environment", DeValue::Array(blocks)) => {
                described = true;
                for block in blocks {
                    name = block.get_ref().as_table().and_then(environment::name_of);
                    config.environments.extend(environment::read(part, block, broken, problems));
                }
            }
            ("environment", value) => {
                described = true;
                problems.error(entry.line, format!("found {}, expected a block: [[environment]]", found(value)));
            }
            ("settings", DeValue::Table(table)) => settings::read(part, table, &mut config.settings, problems),
            ("settings", value) => {
                problems.error(entry.line, format!("found {}, expected a table: [settings]", found(value)));
            }
            (key, _) => {
                let key: String = crate::domain::text::clean(key);
                let message = format!("{key:?} is not known here{}", hint(&key, &["environment", "settings"]));
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
        let consequence = if described { "; the environment is left out" } else { "" };
        problems.error(*line, format!("{message}{consequence}"));
    }
    problems.environment = None;
    described
}

/// Leaves out environments whose name is taken.
fn unique(environments: Vec<EnvironmentSpec>, problems: &mut Problems<'_>) -> Vec<EnvironmentSpec> {
    let mut kept: Vec<EnvironmentSpec> = Vec::with_capacity(environments.len());
    for spec in environments {
        let taken = kept.iter().find(|other| other.name == spec.name).map(|other| other.line);
        match taken {
            Some(line) => {
                problems.environment = Some(spec.name.clone());
                problems.error(
                    spec.line,
                    format!(
                        "the name {:?} is taken by the environment of line {line}, expected another one; the \
                         environment is left out",
                        spec.name
                    ),
                );
            }
            None => kept.push(spec),
        }
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
