//! What a piece of the screen means. Views name a role; the theme decides how it looks.

use serde::{Deserialize, Serialize};

/// One list for the enum, its names in theme files and `ALL`, so that they cannot drift apart.
macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $name:tt,)*) => {
        /// The meaning of a piece of the screen; `snake_case` in theme files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Role {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Role {
            /// Every role, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in theme files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

roles! {
    /// Ordinary text: the terminal's own colours.
    Text = "text",
    /// Secondary text: units, captions.
    Dim = "dim",
    /// Barely there: rules, thumbs, empty tracks.
    Faint = "faint",
    /// The one accent: focus, the selected row's mark.
    Accent = "accent",
    /// Laid over the whole selected row.
    Selection = "selection",
    /// Column headings and panel titles.
    Header = "header",
    /// Lines between panels.
    Border = "border",
    /// The focused panel's line.
    BorderFocus = "border_focus",
    /// Healthy. Used sparingly: a healthy estate is nearly monochrome.
    Good = "good",
    /// Needs attention.
    Warning = "warning",
    /// Wrong now.
    Critical = "critical",
    /// Not known.
    Unknown = "unknown",
    /// The last good value, no longer fresh.
    Stale = "stale",
    /// The name of a production environment; must not be mistaken for any other.
    Production = "production",
    /// The name of a staging environment.
    Staging = "staging",
    /// The name of a development environment.
    Development = "development",
    /// The line of a chart.
    ChartLine = "chart_line",
    /// A second line, or one to compare with.
    ChartLineAlt = "chart_line_alt",
    /// A threshold behind the data.
    ChartThreshold = "chart_threshold",
    /// The vertical cursor and the time that it stands at.
    ChartCursor = "chart_cursor",
    /// An event on the time axis.
    ChartMark = "chart_mark",
    /// Characters that a filter matched.
    Match = "match",
    /// The header while changes are allowed.
    Armed = "armed",
    /// The header while this is not the real AWS.
    Sandbox = "sandbox",
    /// A key in a hint or in the help.
    Key = "key",
    /// The name of a production environment in the rows of a table: not the block of [`Role::Production`], for many of
    /// them outshine what is wrong.
    ProductionRow = "production_row",
}

impl Role {
    /// How many roles there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The role of that name in theme files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_its_own_place_in_the_list() {
        for (place, role) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, place);
            assert_eq!(Role::from_name(role.name()), Some(*role));
        }
        assert_eq!(Role::from_name("Text"), None);
    }
}
