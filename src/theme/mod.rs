//! How things look: a theme gives every [`Role`] a style.
//!
//! Themes are TOML files; the shipped ones are embedded. See `themes/dark.toml` for the format.

mod background;
mod choice;
mod degrade;
mod load;
mod rgb;
mod role;

pub use background::{BACKGROUND_QUERY, Background, parse_answer};
pub use choice::{Choice, names};
pub use degrade::{ColorDepth, degrade};
pub use load::{load, shipped};
pub use rgb::Rgb;
pub use role::Role;

use std::collections::BTreeMap;

use ratatui::style::Style;

/// A style for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// The name that it was loaded by.
    pub name: String,
    /// Indexed by `Role as usize`.
    styles: [Style; Role::COUNT],
    /// The roles that look otherwise on 16 colours than the table in `degrade` has it.
    ansi16: BTreeMap<Role, Style>,
    ground: Option<(Rgb, Rgb)>,
}

impl Theme {
    /// A theme in which nothing is styled.
    #[must_use]
    pub fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), styles: [Style::new(); Role::COUNT], ansi16: BTreeMap::new(), ground: None }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The terminal's colours that the theme was made for: foreground, background. Nothing is
    /// painted with them; pictures and measurements of contrast need them.
    #[must_use]
    pub fn ground(&self) -> Option<(Rgb, Rgb)> {
        self.ground
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
