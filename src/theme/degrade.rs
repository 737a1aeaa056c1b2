//! Fewer colours: what a role looks like where the terminal has 256, 16 or none.
//!
//! With 16 colours a nearest match would be luck (amber may land on grey), so there is a table
//! by role. It stands on dark and on light backgrounds: secondary text is dimmed rather than
//! grey, because several popular palettes have a bright black that is their background.

use ratatui::style::{Color, Modifier, Style};

use super::{Role, Theme};

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColorDepth {
    /// No colour at all: bold, dim, reverse and underline only.
    None,
    Ansi16,
    Indexed,
    TrueColor,
}

impl ColorDepth {
    /// Decides from the environment variables `NO_COLOR`, `COLORTERM` and `TERM`.
    ///
    /// `NO_COLOR` counts when it is present and not empty (<https://no-color.org>).
    #[must_use]
    pub fn detect(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Self {
        const TRUE_COLOR_TERMS: [&str; 6] = ["kitty", "alacritty", "wezterm", "ghostty", "foot", "iterm"];
        if no_color.is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let term = term.unwrap_or_default().to_ascii_lowercase();
        if term == "dumb" || term.ends_with("-mono") || term.ends_with("-m") || is_monochrome_vt(&term) {
            return Self::None;
        }
        let colorterm = colorterm.unwrap_or_default().to_ascii_lowercase();
        if colorterm == "truecolor"
            || colorterm == "24bit"
            || term.contains("direct")
            || TRUE_COLOR_TERMS.iter().any(|name| term.contains(name))
        {
            Self::TrueColor
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Ansi16
        }
    }
}

/// The theme as a terminal of this depth can show it.
#[must_use]
pub fn degrade(theme: &Theme, depth: ColorDepth) -> Theme {
    let mut degraded = theme.clone();
    for role in Role::ALL.iter().copied() {
        let style = theme.style(role);
        let style = match depth {
            ColorDepth::TrueColor => style,
            ColorDepth::Indexed => {
                let mut indexed = style;
                indexed.fg = style.fg.map(index);
                indexed.bg = style.bg.map(index);
                indexed
            }
            // A theme that says how it looks in 16 colours knows better than the table.
            ColorDepth::Ansi16 => match theme.ansi16.get(&role) {
                Some(own) => *own,
                None if is_ansi(style) => style,
                None => ansi16(role),
            },
            ColorDepth::None => colourless(role),
        };
        degraded.set(role, style);
    }
    degraded
}

/// The DEC terminals, `vt100` and on; not `vte`, which is a modern one.
fn is_monochrome_vt(term: &str) -> bool {
    term.strip_prefix("vt").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// True when the style needs no more than the 16 colours.
pub(super) fn is_ansi(style: Style) -> bool {
    [style.fg, style.bg].iter().all(|color| !matches!(color, Some(Color::Rgb(..) | Color::Indexed(16..))))
}

fn ansi16(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::Staging => plain,
        Role::Dim | Role::Faint | Role::Border | Role::ChartThreshold | Role::Development => {
            plain.add_modifier(Modifier::DIM)
        }
        Role::Accent | Role::BorderFocus | Role::ChartLine => plain.fg(Color::Cyan),
        Role::Selection => plain.fg(Color::White).bg(Color::Blue).remove_modifier(Modifier::DIM),
        Role::Header | Role::ChartCursor | Role::Key | Role::ProductionRow => plain.add_modifier(Modifier::BOLD),
        Role::Good => plain.fg(Color::Green),
        Role::Warning => plain.fg(Color::Yellow),
        Role::Critical => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Unknown | Role::ChartLineAlt | Role::ChartMark => plain.fg(Color::Magenta),
        Role::Stale => plain.fg(Color::Yellow).add_modifier(Modifier::DIM),
        Role::Production => plain.add_modifier(Modifier::BOLD | Modifier::REVERSED),
        Role::Match => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        Role::Armed => plain.fg(Color::Red).add_modifier(Modifier::BOLD | Modifier::REVERSED),
        Role::Sandbox => plain.fg(Color::Black).bg(Color::Cyan),
    }
}

fn colourless(role: Role) -> Style {
    let modifiers = match role {
        Role::Text | Role::Good | Role::Staging | Role::ChartLine => Modifier::empty(),
        Role::Dim
        | Role::Faint
        | Role::Border
        | Role::Unknown
        | Role::ChartLineAlt
        | Role::ChartThreshold
        | Role::ChartCursor => Modifier::DIM,
        Role::Accent
        | Role::Header
        | Role::BorderFocus
        | Role::Warning
        | Role::Development
        | Role::ChartMark
        | Role::Key
        | Role::ProductionRow => Modifier::BOLD,
        Role::Stale => Modifier::DIM | Modifier::ITALIC,
        Role::Critical => Modifier::BOLD | Modifier::UNDERLINED,
        Role::Match => Modifier::UNDERLINED,
        Role::Selection | Role::Sandbox => Modifier::REVERSED,
        Role::Production | Role::Armed => Modifier::BOLD | Modifier::REVERSED,
    };
    let style = Style::new().add_modifier(modifiers);
    // Dimmed text in a reversed row can hardly be read.
    if role == Role::Selection { style.remove_modifier(Modifier::DIM) } else { style }
}

/// The nearest of the 240 fixed colours of the xterm palette (cube 16-231, greys 232-255).
fn index(color: Color) -> Color {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let Color::Rgb(r, g, b) = color else { return color };
    let level = |value: u8| {
        LEVELS.iter().enumerate().min_by_key(|(_, level)| level.abs_diff(value)).map_or((0, 0), |(i, l)| (i as u8, *l))
    };
    let ((ri, rl), (gi, gl), (bi, bl)) = (level(r), level(g), level(b));
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + 10 * step;
    let distance = |cr: u8, cg: u8, cb: u8| {
        let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
        square(r, cr) + square(g, cg) + square(b, cb)
    };
    if distance(grey, grey, grey) < distance(rl, gl, bl) {
        Color::Indexed(232 + step)
    } else {
        Color::Indexed(16 + 36 * ri + 6 * gi + bi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::load;

    #[test]
    fn depth_is_detected_from_the_environment() {
        for (no_color, colorterm, term, depth) in [
            (Some("1"), Some("truecolor"), Some("xterm-256color"), ColorDepth::None),
            (Some(""), Some("truecolor"), Some("xterm-256color"), ColorDepth::TrueColor),
            (None, Some("24bit"), None, ColorDepth::TrueColor),
            (None, None, Some("xterm-kitty"), ColorDepth::TrueColor),
            (None, None, Some("tmux-256color"), ColorDepth::Indexed),
            (None, None, Some("linux"), ColorDepth::Ansi16),
            (None, None, None, ColorDepth::Ansi16),
            (None, None, Some("dumb"), ColorDepth::None),
            (None, None, Some("vt220"), ColorDepth::None),
            (None, None, Some("vte-256color"), ColorDepth::Indexed),
        ] {
            assert_eq!(ColorDepth::detect(no_color, colorterm, term), depth, "{no_color:?} {colorterm:?} {term:?}");
        }
    }

    const DEPTHS: [ColorDepth; 4] = [ColorDepth::None, ColorDepth::Ansi16, ColorDepth::Indexed, ColorDepth::TrueColor];

    /// Severities differ from each other and from ordinary text, by colour or by modifier.
    #[test]
    fn severities_stay_apart_at_every_depth() {
        let severe = [
            Role::Text,
            Role::Good,
            Role::Warning,
            Role::Critical,
            Role::Unknown,
            Role::Stale,
            Role::Production,
            Role::Selection,
        ];
        for name in crate::theme::shipped() {
            for depth in DEPTHS {
                let theme = degrade(&load(name, None).0, depth);
                for (i, a) in severe.iter().enumerate() {
                    for b in &severe[i + 1..] {
                        // Without colours the healthy is plain on purpose: what is wrong stands out.
                        if (*a, *b, depth) == (Role::Text, Role::Good, ColorDepth::None) {
                            continue;
                        }
                        assert_ne!(theme.style(*a), theme.style(*b), "{name} {depth:?} {a:?} {b:?}");
                    }
                }
            }
        }
    }

    /// Production, sandbox and armed are blocks on every terminal, and none passes for a selected row
    /// or production for the sandbox.
    #[test]
    fn blocks_stand_out_at_every_depth() {
        for name in crate::theme::shipped() {
            for depth in DEPTHS {
                let theme = degrade(&load(name, None).0, depth);
                for block in [Role::Production, Role::Sandbox, Role::Armed] {
                    let style = theme.style(block);
                    let inverse = style.add_modifier.contains(Modifier::REVERSED);
                    assert!(style.bg.is_some() || inverse, "{name} {depth:?} {block:?}");
                    assert_ne!(style, theme.style(Role::Selection), "{name} {depth:?} {block:?}");
                }
                let (production, sandbox) = (theme.style(Role::Production), theme.style(Role::Sandbox));
                assert_ne!(production, sandbox, "{name} {depth:?}");
            }
        }
    }

    #[test]
    fn no_color_means_none() {
        for name in crate::theme::shipped() {
            let theme = degrade(&load(name, None).0, ColorDepth::None);
            for role in Role::ALL {
                let style = theme.style(*role);
                assert_eq!((style.fg, style.bg), (None, None), "{name} {role:?}");
            }
        }
    }

    #[test]
    fn sixteen_colours_hold_only_those() {
        for name in crate::theme::shipped() {
            let theme = degrade(&load(name, None).0, ColorDepth::Ansi16);
            for role in Role::ALL {
                assert!(is_ansi(theme.style(*role)), "{name} {role:?}");
            }
        }
    }

    /// On 16 colours too, this theme asks nobody to tell red from green.
    #[test]
    fn colour_blind_has_no_green_beside_red() {
        let theme = degrade(&load("colour-blind", None).0, ColorDepth::Ansi16);
        let green = |color: Option<Color>| matches!(color, Some(Color::Green | Color::LightGreen));
        for role in Role::ALL {
            let style = theme.style(*role);
            assert!(!green(style.fg) && !green(style.bg), "{role:?}");
        }
    }

    #[test]
    fn indexed_takes_the_nearest() {
        for (rgb, nearest) in [
            (Color::Rgb(255, 0, 0), Color::Indexed(196)),
            (Color::Rgb(0, 0, 0), Color::Indexed(16)),
            (Color::Rgb(128, 128, 128), Color::Indexed(244)),
            (Color::Blue, Color::Blue),
        ] {
            assert_eq!(index(rgb), nearest);
        }
    }
}
