//! Reads `[settings]`.

use toml::de::{DeTable, DeValue};

use super::Settings;
use super::document::{Entry, Part, found, number};
use super::nearest::hint;
use super::problem::Problems;

const KEYS: [&str; 5] = ["theme", "keymap", "hourly_ceiling_usd", "mouse", "ascii"];

/// Reads the table over what is there. A setting that cannot be used stays as it was.
pub(super) fn read<'t>(part: &Part<'t>, table: &DeTable<'t>, settings: &mut Settings, problems: &mut Problems<'_>) {
    for entry in part.entries(table) {
        let expected = match entry.key {
            "theme" => set(&mut settings.theme, name(&entry).map(Some), "the name of a theme, for example \"dark\""),
            "keymap" => set(&mut settings.keymap, name(&entry).map(Some), "the name of a keymap, for example \"vim\""),
            "mouse" => set(&mut settings.mouse, entry.value.as_bool(), "true or false"),
            "ascii" => set(&mut settings.ascii, entry.value.as_bool(), "true or false"),
            "hourly_ceiling_usd" => {
                let value = number(entry.value).filter(|usd| (0.0..=1000.0).contains(usd));
                set(&mut settings.hourly_ceiling_usd, value, "a number of US dollars between 0 and 1000, such as 1.00")
            }
            key => {
                problems.warning(entry.line, format!("{key:?} is not known in [settings]{}", hint(key, &KEYS)));
                None
            }
        };
        if matches!(entry.key, "mouse" | "ascii") && entry.value.as_bool() == Some(true) {
            problems.warning(entry.line, format!("{} is not built yet: it has no effect", entry.key));
        }
        if let Some(expected) = expected {
            problems.error(
                entry.line,
                format!("{}: found {}, expected {expected}; the default holds", entry.key, found(entry.value)),
            );
        }
    }
}

/// Takes the value; gives back what was expected when there is none.
fn set<T>(place: &mut T, value: Option<T>, expected: &'static str) -> Option<&'static str> {
    match value {
        Some(value) => {
            *place = value;
            None
        }
        None => Some(expected),
    }
}

fn name(entry: &Entry<'_, '_>) -> Option<String> {
    match entry.value {
        DeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}
