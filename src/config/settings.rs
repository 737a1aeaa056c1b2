//! Reads `[settings]`, which may also be written `[ui]`.

use toml::de::{DeTable, DeValue};

use super::document::{Entry, Part, found, number};
use super::known::{self, Known};
use super::problem::Problems;
use super::{Ascii, Settings};
use crate::nearest::hint;

const KEYS: [&str; 5] = ["theme", "keymap", "hourly_ceiling_usd", "mouse", "ascii"];

/// Reads the table over what is there. A setting that cannot be used stays as it was.
pub(super) fn read<'t>(
    part: &Part<'t>,
    table: &DeTable<'t>,
    settings: &mut Settings,
    known: &Known,
    problems: &mut Problems<'_>,
) {
    for entry in part.entries(table) {
        let expected = match entry.key {
            "theme" => set(&mut settings.theme, name(&entry).map(Some), "the name of a theme, for example \"dark\""),
            "keymap" => set(&mut settings.keymap, name(&entry).map(Some), "the name of a keymap, for example \"vim\""),
            "mouse" => set(&mut settings.mouse, entry.value.as_bool(), "true or false"),
            "ascii" => set(&mut settings.ascii, ascii(entry.value), "true, false or \"auto\""),
            "hourly_ceiling_usd" => {
                let value = number(entry.value).filter(|usd| (0.0..=1000.0).contains(usd));
                set(&mut settings.hourly_ceiling_usd, value, "a number of US dollars between 0 and 1000, such as 1.00")
            }
            key => {
                problems.warning(entry.line, format!("{key:?} is not known in [settings]{}", hint(key, &KEYS)));
                None
            }
        };
        let names = match entry.key {
            "theme" => known.themes.as_deref(),
            "keymap" => known.keymaps.as_deref(),
            _ => None,
        };
        if let (Some(names), Some(name)) = (names, name(&entry))
            && let Some(hint) = known::stranger(&name, names)
        {
            problems.warning(entry.line, format!("{}: there is no {name:?}{hint}", entry.key));
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

fn ascii(value: &DeValue<'_>) -> Option<Ascii> {
    match (value.as_bool(), value.as_str()) {
        (Some(true), _) => Some(Ascii::Always),
        (Some(false), _) => Some(Ascii::Never),
        (None, Some("auto")) => Some(Ascii::Auto),
        _ => None,
    }
}

fn name(entry: &Entry<'_, '_>) -> Option<String> {
    match entry.value {
        DeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}
