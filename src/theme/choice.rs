//! Which theme is wanted: one by name, or the one that suits the terminal.

use std::collections::BTreeSet;

use super::{Background, shipped};

/// The theme that a person chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    /// `auto`: dark or light, as the terminal is.
    #[default]
    Auto,
    /// A shipped one or a file of the user.
    Named(String),
}

impl Choice {
    /// What stands for [`Choice::Auto`] in settings and on the command line.
    pub const AUTO: &'static str = "auto";

    /// A choice as it is written; no text is the same as `auto`.
    #[must_use]
    pub fn new(written: &str) -> Self {
        match written.trim() {
            "" | Self::AUTO => Self::Auto,
            name => Self::Named(name.to_owned()),
        }
    }

    /// The name of the theme to load; a terminal that does not tell is taken for a dark one, as
    /// most are.
    #[must_use]
    pub fn name(&self, background: Option<Background>) -> &str {
        match self {
            Self::Auto => background.unwrap_or(Background::Dark).theme(),
            Self::Named(name) => name,
        }
    }
}

/// The names of all themes to choose from: the shipped ones, then the user's in alphabetical
/// order. `user` are the names of the user's files, without `.toml`.
pub fn names(user: impl Iterator<Item = String>) -> Vec<String> {
    let own: BTreeSet<String> = user.filter(|name| shipped().all(|known| known != name.as_str())).collect();
    shipped().map(str::to_owned).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_follows_the_terminal_and_a_name_does_not() {
        for written in ["auto", "", " auto "] {
            assert_eq!(Choice::new(written).name(Some(Background::Light)), "light", "{written:?}");
        }
        assert_eq!(Choice::Auto.name(Some(Background::Dark)), "dark");
        assert_eq!(Choice::Auto.name(None), "dark");
        assert_eq!(Choice::new("high-contrast").name(Some(Background::Light)), "high-contrast");
    }

    #[test]
    fn the_themes_for_terminals_are_shipped() {
        for background in [Background::Dark, Background::Light] {
            assert!(shipped().any(|name| name == background.theme()), "{background:?}");
        }
    }

    #[test]
    fn names_to_choose_from() {
        let user = ["mine", "dark", "autumn", "mine"].map(str::to_owned);
        assert_eq!(names(user.into_iter()), ["dark", "light", "high-contrast", "colour-blind", "autumn", "mine"]);
    }
}
