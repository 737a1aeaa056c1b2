//! Reads `[environment.thresholds]`. Which keys there are, and what they may be, is what
//! [`Thresholds::bounds`] says.

use std::collections::BTreeMap;

use toml::de::DeTable;
use toml::{Table, Value};

use super::document::{Part, found, number};
use super::problem::Problems;
use crate::domain::threshold::{Bound, Thresholds};
use crate::nearest::hint;

/// Reads the table. A threshold that cannot be used stays at its default, and so does a pair whose
/// critical limit is milder than its warning.
pub(super) fn read<'t>(part: &Part<'t>, table: &DeTable<'t>, problems: &mut Problems<'_>) -> Thresholds {
    let standard = Thresholds::default().bounds();
    let names: Vec<&str> = standard.iter().map(|bound| bound.name).collect();
    let mut written: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for entry in part.entries(table) {
        let Some(bound) = standard.iter().find(|bound| bound.name == entry.key) else {
            problems.warning(
                entry.line,
                format!("{:?} is not known in [environment.thresholds]{}", entry.key, hint(entry.key, &names)),
            );
            continue;
        };
        match number(entry.value).filter(|value| (bound.least..=bound.most).contains(value)) {
            Some(value) => {
                written.insert(bound.name, (entry.line, value));
            }
            None => problems.error(
                entry.line,
                format!(
                    "thresholds.{}: found {}, expected a number from {} to {}; the default {} holds",
                    bound.name,
                    found(entry.value),
                    bound.least,
                    bound.most,
                    bound.value
                ),
            ),
        }
    }
    for bound in &standard {
        milder_than_its_warning(bound, &standard, &mut written, problems);
    }
    // Plain numbers under their own names, within bounds: reading them back cannot fail.
    overlaid(&written).unwrap_or_default()
}

fn overlaid(written: &BTreeMap<&str, (usize, f64)>) -> Option<Thresholds> {
    let mut whole = Table::try_from(Thresholds::default()).ok()?;
    for (name, (_, value)) in written {
        whole.insert((*name).to_owned(), Value::Float(*value));
    }
    whole.try_into().ok()
}

/// Reports a limit that is milder than the one that it must be at least as strict as, and takes
/// both back.
fn milder_than_its_warning(
    bound: &Bound,
    standard: &[Bound],
    written: &mut BTreeMap<&str, (usize, f64)>,
    problems: &mut Problems<'_>,
) {
    let Some(milder) = bound.milder.and_then(|name| standard.iter().find(|other| other.name == name)) else { return };
    let value = |bound: &Bound| written.get(bound.name).map_or(bound.value, |(_, value)| *value);
    let (strict, mild) = (value(bound), value(milder));
    let wrong = if bound.low_is_bad { strict > mild } else { strict < mild };
    let line = written.get(bound.name).or_else(|| written.get(milder.name)).map(|(line, _)| *line);
    if let (true, Some(line)) = (wrong, line) {
        let (side, word) = if bound.low_is_bad { ("above", "at most") } else { ("below", "at least") };
        problems.error(
            line,
            format!(
                "thresholds.{} is {strict}, {side} {} ({mild}): expected {word} {mild}, because it is the stricter of \
                 the two; the defaults {} and {} hold",
                bound.name, milder.name, bound.value, milder.value
            ),
        );
        written.remove(bound.name);
        written.remove(milder.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::document::parse;

    fn read_text(text: &str) -> (Thresholds, Vec<String>) {
        let document = parse(text);
        let mut problems = Problems::new("f");
        let part = &document.parts[0];
        let thresholds = read(part, &part.table, &mut problems);
        (thresholds, problems.into_sorted().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_written_holds_and_the_rest_stays() {
        let (read, problems) = read_text("lag_warning = 30\nfree_storage_warning = 0.2\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(read, Thresholds { lag_warning: 30.0, free_storage_warning: 0.2, ..Thresholds::default() });
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_range() {
        let (read, problems) =
            read_text("connections_warning = 80\ncpu_warning = \"80%\"\nlag_warnin = 5\ncpu_critical = nan\n");
        assert_eq!(read, Thresholds::default());
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert_eq!(
            problems[0],
            "f:1: error: thresholds.connections_warning: found the number 80, expected a number from 0 to 1; the \
             default 0.8 holds"
        );
        assert!(problems[2].contains("did you mean \"lag_warning\"?"), "{problems:?}");
        for (written, said) in [("lag_warn", "did you mean \"lag_warning\"?"), ("whatever_else", " others")] {
            let (_, problems) = read_text(&format!("{written} = 5\n"));
            assert!(problems[0].ends_with(said) && problems[0].len() < 400, "{problems:?}");
        }
    }

    #[test]
    fn critical_is_never_milder_than_warning() {
        let (read, problems) = read_text("lag_critical = 30\nrunway_warning = 1\nread_latency_warning = 0.05\n");
        let expected = Thresholds { read_latency_warning: 0.05, ..Thresholds::default() };
        assert_eq!(read, expected, "both limits of a wrong pair are at their defaults");
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("f:1: error: thresholds.lag_critical is 30, below lag_warning (60)"));
        assert!(problems[1].starts_with("f:2: error: thresholds.runway_critical is 2, above runway_warning (1)"));
    }
}
