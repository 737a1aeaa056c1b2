//! Reads themes. Nothing in a theme file stops the program: what cannot be understood is left as
//! it was inherited, and a warning names the line.

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::degrade::is_ansi;
use super::{Rgb, Role, Theme};

const SHIPPED: [(&str, &str); 4] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../themes/colour-blind.toml")),
];

/// The names of the themes in the binary.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Loads the theme of this name. `user_text` is the user's file of that name, where there is one;
/// it inherits the shipped theme that it names with `inherits`, else the shipped one of its own
/// name, else `dark`. The strings are warnings, each beginning with the line that it is about
/// where there is one.
#[must_use]
pub fn load(name: &str, user_text: Option<&str>) -> (Theme, Vec<String>) {
    let mut warnings = Vec::new();
    let mut own = Draft::default();
    let inherits = user_text.and_then(|text| own.read(text, &mut warnings));
    let base = match &inherits {
        Some((base, line)) => shipped_text(base).or_else(|| {
            warnings.push(format!(
                "line {line}: there is no theme {base:?} to inherit: dark is used; shipped are {}",
                names()
            ));
            None
        }),
        None => shipped_text(name).or_else(|| {
            if user_text.is_none() {
                warnings.push(format!("there is no theme {name:?}: dark is used; shipped are {}", names()));
            }
            None
        }),
    };
    let mut draft = Draft::default();
    draft.read(base.unwrap_or(SHIPPED[0].1), &mut warnings);
    draft.overlay(own);
    (draft.resolve(name, &mut warnings), warnings)
}

fn shipped_text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

fn names() -> String {
    shipped().collect::<Vec<_>>().join(", ")
}

/// A theme as written: colours by name, so that a palette can be replaced under the roles.
#[derive(Default)]
struct Draft {
    palette: BTreeMap<String, Color>,
    roles: BTreeMap<Role, Look>,
    /// The roles for terminals of 16 colours, where they are not those of the table.
    ansi16: BTreeMap<Role, Look>,
    foreground: Option<Rgb>,
    background: Option<Rgb>,
}

/// One role as written.
#[derive(Default)]
struct Look {
    fg: Option<Named>,
    bg: Option<Named>,
    modifiers: Modifier,
}

/// A colour as written, and the line that it stands in.
struct Named {
    text: String,
    line: usize,
}

impl Draft {
    /// Reads a theme file into the draft; gives what it inherits, with the line.
    fn read(&mut self, text: &str, warnings: &mut Vec<String>) -> Option<(String, usize)> {
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            warnings.push(format!("line {line}: {}", error.message()));
        }
        let mut inherits = None;
        for (key, line, value) in entries(text, document.get_ref()) {
            match (key, value.get_ref()) {
                ("inherits", DeValue::String(base)) => inherits = Some((base.clone().into_owned(), line)),
                ("palette", DeValue::Table(table)) => self.read_palette(text, table, warnings),
                ("roles", DeValue::Table(table)) => self.roles.extend(read_roles(text, table, warnings)),
                ("ansi16", DeValue::Table(table)) => self.ansi16.extend(read_roles(text, table, warnings)),
                ("ground", DeValue::Table(table)) => self.read_ground(text, table, warnings),
                ("inherits", _) => warnings.push(format!("line {line}: inherits must be the name of a theme")),
                ("palette" | "roles" | "ansi16" | "ground", _) => {
                    warnings.push(format!("line {line}: {key} must be a table: [{key}]"));
                }
                _ => warnings.push(format!(
                    "line {line}: {key:?} is not known here; a theme has inherits, [palette], [ground], [roles] \
                     and [ansi16]"
                )),
            }
        }
        inherits
    }

    fn read_palette(&mut self, text: &str, table: &DeTable<'_>, warnings: &mut Vec<String>) {
        for (name, line, value) in entries(text, table) {
            if let Some(color) = written(value.get_ref()).and_then(|written| color(&written)) {
                self.palette.insert(name.to_owned(), color);
            } else {
                warnings.push(format!(
                    "line {line}: the colour {name:?} must be \"#rrggbb\", an ANSI name such as \"light_red\", or 0-255"
                ));
            }
        }
    }

    fn read_ground(&mut self, text: &str, table: &DeTable<'_>, warnings: &mut Vec<String>) {
        for (name, line, value) in entries(text, table) {
            let rgb = written(value.get_ref()).and_then(|written| color(&written)).and_then(Rgb::of);
            match (name, rgb) {
                ("foreground", Some(rgb)) => self.foreground = Some(rgb),
                ("background", Some(rgb)) => self.background = Some(rgb),
                ("foreground" | "background", None) => {
                    warnings.push(format!("line {line}: {name} must be \"#rrggbb\" or 16-255"));
                }
                _ => warnings.push(format!("line {line}: [ground] has background and foreground, not {name:?}")),
            }
        }
    }

    /// Lays another draft over this one: its colours and roles replace those of the same name.
    fn overlay(&mut self, other: Self) {
        self.palette.extend(other.palette);
        // A role that is given anew says nothing about 16 colours any more, unless it does so too.
        self.ansi16.retain(|role, _| !other.roles.contains_key(role));
        self.roles.extend(other.roles);
        self.ansi16.extend(other.ansi16);
        self.foreground = other.foreground.or(self.foreground);
        self.background = other.background.or(self.background);
    }

    fn resolve(&self, name: &str, warnings: &mut Vec<String>) -> Theme {
        let mut theme = Theme::plain(name);
        for (role, look) in &self.roles {
            theme.set(*role, self.style(*role, look, warnings));
        }
        for (role, look) in &self.ansi16 {
            // The palette is for many colours: here only ANSI names count.
            let plain = Self::default();
            let style = plain.style(*role, look, warnings);
            if is_ansi(style) {
                theme.ansi16.insert(*role, style);
            } else {
                let line = look.fg.as_ref().or(look.bg.as_ref()).map_or(1, |named| named.line);
                warnings
                    .push(format!("line {line}: the role {} in [ansi16] must be in ANSI names or 0-15", role.name()));
            }
        }
        theme.ground = self.foreground.zip(self.background);
        theme
    }

    fn style(&self, role: Role, look: &Look, warnings: &mut Vec<String>) -> Style {
        let mut style = Style::new().add_modifier(look.modifiers);
        style.fg = look.fg.as_ref().and_then(|named| self.color(role, named, warnings));
        style.bg = look.bg.as_ref().and_then(|named| self.color(role, named, warnings));
        style
    }

    fn color(&self, role: Role, named: &Named, warnings: &mut Vec<String>) -> Option<Color> {
        let found = self.palette.get(&named.text).copied().or_else(|| color(&named.text));
        if found.is_none() {
            warnings.push(format!(
                "line {}: the role {} has an unknown colour {:?}: name it in [palette], or write \"#rrggbb\", an ANSI \
                 name, or 0-255",
                named.line,
                role.name(),
                named.text
            ));
        }
        found
    }
}

fn read_roles(text: &str, table: &DeTable<'_>, warnings: &mut Vec<String>) -> BTreeMap<Role, Look> {
    let mut roles = BTreeMap::new();
    for (name, line, value) in entries(text, table) {
        let Some(role) = Role::from_name(name) else {
            warnings.push(format!("line {line}: there is no role {name:?}"));
            continue;
        };
        let look = if let DeValue::Table(table) = value.get_ref() {
            read_look(text, name, table, warnings)
        } else if let Some(written) = written(value.get_ref()) {
            Look { fg: Some(Named { text: written, line }), ..Look::default() }
        } else {
            warnings.push(format!(
                "line {line}: the role {name} must be a colour or {{ fg = …, bg = …, modifiers = […] }}"
            ));
            continue;
        };
        roles.insert(role, look);
    }
    roles
}

fn read_look(text: &str, role: &str, table: &DeTable<'_>, warnings: &mut Vec<String>) -> Look {
    let mut look = Look::default();
    for (key, line, value) in entries(text, table) {
        match (key, value.get_ref()) {
            ("modifiers", DeValue::Array(array)) => {
                for item in array {
                    if let Some(modifier) = item.get_ref().as_str().and_then(modifier) {
                        look.modifiers.insert(modifier);
                    } else {
                        warnings.push(format!(
                            "line {}: the role {role} has an unknown modifier; known are bold, dim, italic, \
                             underlined, reversed, crossed_out",
                            line_of(text, item.span().start)
                        ));
                    }
                }
            }
            ("fg" | "bg", value) => {
                if let Some(written) = written(value) {
                    let named = Some(Named { text: written, line });
                    *(if key == "fg" { &mut look.fg } else { &mut look.bg }) = named;
                } else {
                    warnings.push(format!("line {line}: {key} of the role {role} must be a colour"));
                }
            }
            _ => warnings.push(format!("line {line}: the role {role} has fg, bg and modifiers = […], not {key:?}")),
        }
    }
    look
}

/// Modifiers that a theme may use. Blinking is not among them: nothing blinks here.
fn modifier(name: &str) -> Option<Modifier> {
    Some(match name {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" | "underline" => Modifier::UNDERLINED,
        "reversed" | "reverse" => Modifier::REVERSED,
        "crossed_out" => Modifier::CROSSED_OUT,
        _ => return None,
    })
}

/// A colour's text: a string, or an integer as an index.
fn written(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(index) => Some(index.to_string()),
        _ => None,
    }
}

fn color(text: &str) -> Option<Color> {
    if text == "default" { Some(Color::Reset) } else { Color::from_str(text).ok() }
}

/// The entries of a table in the order of the file, with their lines.
fn entries<'t, 'i>(text: &str, table: &'t DeTable<'i>) -> Vec<(&'t str, usize, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries.into_iter().map(|(key, value)| (&**key.get_ref(), line_of(text, key.span().start), value)).collect()
}

/// The line of a byte offset, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_themes_are_complete_and_without_warnings() {
        for (name, text) in SHIPPED {
            let (theme, warnings) = load(name, None);
            assert_eq!(warnings, Vec::<String>::new(), "{name}");
            assert_eq!(theme.style(Role::Text).bg, None, "{name} keeps the terminal's background");
            let mut draft = Draft::default();
            draft.read(text, &mut Vec::new());
            for role in Role::ALL {
                assert!(draft.roles.contains_key(role), "{name} lacks {}", role.name());
            }
        }
    }

    #[test]
    fn a_palette_recolours_what_is_inherited() {
        let (theme, warnings) = load("mine", Some("inherits = \"light\"\n[palette]\nred = \"#010203\"\n"));
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(theme.style(Role::Critical).fg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(theme.style(Role::Accent), load("light", None).0.style(Role::Accent));
    }

    #[test]
    fn a_role_is_a_colour_or_a_table() {
        let text = "[palette]\nmine = 130\n[roles]\ngood = \"mine\"\ndim = { bg = \"cyan\", modifiers = [\"bold\"] }\n";
        let (theme, warnings) = load("mine", Some(text));
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(theme.style(Role::Good), Style::new().fg(Color::Indexed(130)));
        assert_eq!(theme.style(Role::Dim), Style::new().bg(Color::Cyan).add_modifier(Modifier::BOLD));
    }

    #[test]
    fn the_ground_is_inherited_by_halves() {
        let (theme, warnings) = load("mine", Some("[ground]\nbackground = \"#000000\"\n"));
        assert_eq!(warnings, Vec::<String>::new());
        let (foreground, _) = load("dark", None).0.ground().expect("the ground of dark");
        assert_eq!(theme.ground(), Some((foreground, Rgb::new(0, 0, 0))));
        let (theme, warnings) = load("mine", Some("[ground]\nbackground = \"red\"\nforground = \"#ffffff\"\n"));
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert_eq!(theme.ground(), load("dark", None).0.ground());
    }

    #[test]
    fn a_role_given_anew_is_not_bound_by_what_it_was_on_16_colours() {
        let (theme, _) = load("mine", Some("inherits = \"colour-blind\"\n[roles]\ngood = \"#00ff00\"\n"));
        assert_eq!(theme.ansi16.get(&Role::Good), None);
        assert!(theme.ansi16.contains_key(&Role::Critical));
        let (theme, warnings) = load("mine", Some("[ansi16]\ngood = \"blue\"\ndim = \"#888888\"\n"));
        assert_eq!(theme.ansi16.get(&Role::Good), Some(&Style::new().fg(Color::Blue)));
        assert_eq!(theme.ansi16.get(&Role::Dim), None);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with("line 3: "), "{warnings:?}");
    }

    #[test]
    fn warnings_name_the_line_and_the_rest_is_kept() {
        let text = "inherits = \"nope\"\n\n[roles]\nwarning = \"mauve\"\nworning = \"red\"\n\
                    good = { modifiers = [\"blink\"] }\naccent = \"cyan\"\n";
        let (theme, warnings) = load("mine", Some(text));
        let lines: Vec<_> = warnings.iter().map(|w| w.split(':').next().unwrap_or("")).collect();
        assert_eq!(lines, ["line 5", "line 6", "line 1", "line 4"]);
        assert_eq!(theme.style(Role::Accent).fg, Some(Color::Cyan));
    }

    #[test]
    fn an_unknown_name_falls_back_to_dark() {
        let (theme, warnings) = load("nope", None);
        assert_eq!(warnings.len(), 1);
        assert_eq!(theme.style(Role::Critical), load("dark", None).0.style(Role::Critical));
    }
}
