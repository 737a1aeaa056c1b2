//! The shared config and credentials files of the AWS tools: where they are, and their sections.
//!
//! The format is that of the "AWS SDKs and Tools Reference Guide", "Shared config and credentials
//! files": `[profile name]` in the one, `[name]` in the other, `[default]` in both.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::text;

/// Where the two files are; `None` where there is no home to look in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedFiles {
    pub config: Option<PathBuf>,
    pub credentials: Option<PathBuf>,
}

impl SharedFiles {
    /// Those of this machine's user, as `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` say.
    #[must_use]
    pub fn here() -> Self {
        Self {
            config: file("AWS_CONFIG_FILE", "config"),
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        }
    }

    /// The texts of the config and of the credentials file. A file that is not there is empty.
    #[must_use]
    pub fn read(&self) -> (String, String) {
        (text_of(self.config.as_deref()), text_of(self.credentials.as_deref()))
    }

    /// Both paths for a person, `~` for the home.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        let home = home();
        let short = |path: &PathBuf| match home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        };
        [&self.config, &self.credentials].into_iter().flatten().map(|path| text::clean(&short(path))).collect()
    }
}

/// A line that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// What stands between `[` and `]`.
    Title(&'a str),
    /// `key = value`.
    Value(&'a str, &'a str),
}

/// The lines of a file that say something, in order; nested keys (indented) and comments do not.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter_map(|line| {
        if let Some(header) = line.trim_start().strip_prefix('[') {
            return Some(Line::Title(header.split(']').next().unwrap_or_default().trim()));
        }
        if line.starts_with([' ', '\t', '#', ';']) {
            return None;
        }
        let (key, value) = line.split_once('=')?;
        Some(Line::Value(key.trim(), value.split(" #").next().unwrap_or_default().trim()))
    })
}

/// The profile of a title in the config file: `profile name`, `profile "a name"` or `default`.
#[must_use]
pub fn profile_in_config(title: &str) -> Option<&str> {
    match title.split_once([' ', '\t']) {
        Some(("profile", name)) => named(name),
        None if title == "default" => Some(title),
        _ => None,
    }
}

/// The same in the credentials file: the title itself.
#[must_use]
pub fn profile_in_credentials(title: &str) -> Option<&str> {
    named(title)
}

/// The names of all profiles, those of the config file first; none twice.
#[must_use]
pub fn profile_names<'a>(config: &'a str, credentials: &'a str) -> Vec<&'a str> {
    let mut names = Vec::new();
    let all = lines(config).map(|line| (line, true)).chain(lines(credentials).map(|line| (line, false)));
    for (line, is_config) in all {
        let Line::Title(title) = line else { continue };
        let name = if is_config { profile_in_config(title) } else { profile_in_credentials(title) };
        if let Some(name) = name.filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

fn named(name: &str) -> Option<&str> {
    Some(name.trim().trim_matches(['"', '\''])).filter(|name| !name.is_empty())
}

fn file(variable: &str, name: &str) -> Option<PathBuf> {
    match env::var_os(variable).filter(|path| !path.is_empty()) {
        Some(path) => Some(PathBuf::from(path)),
        None => home().map(|home| home.join(".aws").join(name)),
    }
}

fn home() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    named("HOME").or_else(|| named("USERPROFILE")).map(PathBuf::from)
}

fn text_of(path: Option<&Path>) -> String {
    path.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_titles_and_values() {
        let text =
            "# x = 1\n[ profile a ] # why\nregion = eu-west-1  # Ireland\r\n s3 = nested\n;c = d\nnothing\nk=v=w\n";
        let expected = [Line::Title("profile a"), Line::Value("region", "eu-west-1"), Line::Value("k", "v=w")];
        assert_eq!(lines(text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_profile_is_named_once() {
        let config = "[default]\n[profile prod]\n[profile \"a role\"]\n[sso-session corp]\n[profile ]\n[services x]\n";
        assert_eq!(profile_names(config, "[prod]\n[old]\n[]\n[default]\n"), ["default", "prod", "a role", "old"]);
        assert_eq!(profile_names("", "[\n"), Vec::<&str>::new());
    }
}
