//! How things look: a theme gives every [`Role`] a style.
//!
//! Themes are TOML files; the shipped ones are embedded. See `themes/dark.toml` for the format.

mod degrade;
mod load;
mod role;

pub use degrade::{ColorDepth, degrade};
pub use load::{load, shipped};
pub use role::Role;

use ratatui::style::Style;

/// A style for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// The name that it was loaded by.
    pub name: String,
    /// Indexed by `Role as usize`.
    styles: [Style; Role::COUNT],
}

impl Theme {
    /// A theme in which nothing is styled.
    #[must_use]
    pub fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), styles: [Style::new(); Role::COUNT] }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// Replaces the style of a role.
    pub fn set(&mut self, role: Role, style: Style) {
        self.styles[role as usize] = style;
    }
}

impl Default for Theme {
    fn default() -> Self {
        load("dark", None).0
    }
}
