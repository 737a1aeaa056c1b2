//! What the shipped themes promise to eyes: text can be read on the background that the theme was
//! made for and on the selected row, and the colour-blind theme's severities differ for the eyes
//! that it was made for.

use quarterdeck::picture::{self, Format, Ground};
use quarterdeck::theme::{self, ColorDepth, Rgb, Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// What WCAG AA asks for between text and its background.
const TEXT: f64 = 4.5;

/// Lines, tracks, and the marks that stand where there is nothing to read: a panel's border, the
/// thumb of a list. They need to be seen, not read, and WCAG's rule for text leaves such things out.
const DECORATION: [Role; 2] = [Role::Faint, Role::Border];
const SEEN: f64 = 1.5;

/// A line that means something by itself: whether a curve is beyond its threshold is seen, not read. What WCAG AA asks
/// for of it (<https://www.w3.org/TR/WCAG22/#non-text-contrast>).
const GRAPHICS: [Role; 1] = [Role::ChartThreshold];
const MEANT: f64 = 3.0;

fn is_no_text(role: Role) -> bool {
    DECORATION.contains(&role) || GRAPHICS.contains(&role)
}

/// Blocks with a background of their own, which the selection must not cover.
const BLOCKS: [Role; 3] = [Role::Production, Role::Armed, Role::Sandbox];

fn shipped() -> impl Iterator<Item = (&'static str, Theme)> {
    theme::shipped().map(|name| {
        let (theme, warnings) = theme::load(name, None);
        assert_eq!(warnings, Vec::<String>::new(), "{name}");
        (name, theme)
    })
}

fn ground(theme: &Theme) -> (Rgb, Rgb) {
    theme.ground().expect("a shipped theme says what it was made for")
}

/// The colour that is seen; one of the first sixteen would be the terminal's choice, not the theme's.
fn seen(color: Option<Color>, otherwise: Rgb) -> Rgb {
    match color {
        None | Some(Color::Reset) => otherwise,
        Some(color) => Rgb::of(color).expect("a colour that is the same in every terminal"),
    }
}

/// Foreground and background of a style, over a background that it may leave as it is.
fn colours(style: Style, foreground: Rgb, background: Rgb) -> (Rgb, Rgb) {
    let (fg, bg) = (seen(style.fg, foreground), seen(style.bg, background));
    if style.add_modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) }
}

/// Every role that falls short, with its ratio.
fn short(name: &str, theme: &Theme) -> Vec<String> {
    let (foreground, background) = ground(theme);
    let selected = seen(theme.style(Role::Selection).bg, background);
    let mut short = Vec::new();
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Selection) {
        let style = theme.style(role);
        let least = match role {
            role if DECORATION.contains(&role) => SEEN,
            role if GRAPHICS.contains(&role) => MEANT,
            _ => TEXT,
        };
        for (place, behind) in [("the background", background), ("the selected row", selected)] {
            let (fg, bg) = colours(style, foreground, behind);
            let ratio = fg.contrast(bg);
            if ratio < least {
                short.push(format!("{name}: {} on {place}: {ratio:.2}, not {least}", role.name()));
            }
        }
    }
    short
}

#[test]
fn every_role_can_be_read() {
    for (name, theme) in shipped() {
        assert_eq!(short(name, &theme), Vec::<String>::new());
    }
}

/// The nearest of 256 colours may be off by a good deal; it must not cost the reading.
#[test]
fn every_role_can_be_read_with_256_colours() {
    for (name, theme) in shipped() {
        assert_eq!(short(name, &theme::degrade(&theme, ColorDepth::Indexed)), Vec::<String>::new());
    }
}

#[test]
fn high_contrast_is_higher() {
    let (theme, _) = theme::load("high-contrast", None);
    let (foreground, background) = ground(&theme);
    let selected = seen(theme.style(Role::Selection).bg, background);
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Selection && !is_no_text(*role)) {
        for behind in [background, selected] {
            let (fg, bg) = colours(theme.style(role), foreground, behind);
            // WCAG AAA.
            assert!(fg.contrast(bg) >= 7.0, "{}: {:.2}", role.name(), fg.contrast(bg));
        }
    }
    for role in DECORATION.into_iter().chain(GRAPHICS) {
        let (fg, bg) = colours(theme.style(role), foreground, background);
        assert!(fg.contrast(bg) >= 3.0, "{}: {:.2}", role.name(), fg.contrast(bg));
    }
}

/// On a selected row and off it, a block stays a block.
#[test]
fn blocks_are_blocks() {
    for (name, theme) in shipped() {
        let (_, background) = ground(&theme);
        for role in BLOCKS {
            let style = theme.style(role);
            assert!(style.fg.is_some() && style.bg.is_some(), "{name}: {} leaves a colour to chance", role.name());
            let behind = seen(style.bg, background);
            for other in [background, seen(theme.style(Role::Selection).bg, background)] {
                let ratio = behind.contrast(other);
                assert!(ratio >= 3.0, "{name}: {} is {ratio:.2} from what is around it", role.name());
            }
        }
    }
}

#[test]
fn the_selected_row_can_be_seen() {
    for (name, theme) in shipped() {
        let (_, background) = ground(&theme);
        let ratio = seen(theme.style(Role::Selection).bg, background).contrast(background);
        assert!(ratio >= 1.15, "{name}: {ratio:.2}");
    }
}

/// How eyes without the pigment for long (protanopia) or middle waves (deuteranopia) see linear
/// sRGB: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color
/// Vision Deficiency", 2009, severity 1.0.
const EYES: [(&str, [[f64; 3]; 3]); 3] = [
    ("all three", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    ),
    (
        "deuteranopia",
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    ),
];

/// CIE L*a*b* under D65 of a colour as those eyes see it.
fn lab(color: Rgb, eyes: &[[f64; 3]; 3]) -> [f64; 3] {
    let linear = color.linear();
    let dot = |row: &[f64; 3], of: &[f64; 3]| row.iter().zip(of).map(|(a, b)| a * b).sum::<f64>();
    let felt = [0, 1, 2].map(|i| dot(&eyes[i], &linear).clamp(0.0, 1.0));
    let curve = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let x = curve(dot(&[0.412_456, 0.357_576, 0.180_437], &felt) / 0.950_47);
    let y = curve(dot(&[0.212_673, 0.715_152, 0.072_175], &felt));
    let z = curve(dot(&[0.019_334, 0.119_192, 0.950_304], &felt) / 1.088_83);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The difference of two colours (CIE76): 2 is just noticed side by side, 20 across a screen.
fn difference(a: Rgb, b: Rgb, eyes: &[[f64; 3]; 3]) -> f64 {
    let (a, b) = (lab(a, eyes), lab(b, eyes));
    a.iter().zip(&b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn the_colour_blind_theme_keeps_severities_apart() {
    let (theme, _) = theme::load("colour-blind", None);
    let (foreground, _) = ground(&theme);
    let severities = [Role::Text, Role::Good, Role::Warning, Role::Critical, Role::Unknown];
    for (name, eyes) in &EYES {
        for (i, a) in severities.iter().enumerate() {
            for b in &severities[i + 1..] {
                let colour = |role: Role| seen(theme.style(role).fg, foreground);
                let apart = difference(colour(*a), colour(*b), eyes);
                assert!(apart >= 20.0, "{name}: {} and {} are {apart:.1} apart", a.name(), b.name());
            }
        }
    }
}

/// The measure means something: the dark theme would not pass.
#[test]
fn red_and_green_are_close_to_those_eyes() {
    let (theme, _) = theme::load("dark", None);
    let (foreground, _) = ground(&theme);
    let colour = |role: Role| seen(theme.style(role).fg, foreground);
    let apart = |eyes| difference(colour(Role::Good), colour(Role::Critical), eyes);
    let [all, protanopia, deuteranopia] = &EYES;
    assert!(apart(&all.1) > 3.0 * apart(&protanopia.1) && apart(&all.1) > 3.0 * apart(&deuteranopia.1));
}

/// A picture for a web page stands on the ground of its theme, and all of its text can be read there.
#[test]
fn a_picture_has_the_ground_of_its_theme() {
    for (name, theme) in shipped() {
        let (foreground, background) = ground(&theme);
        let ground = Ground::new(parts(foreground), parts(background));
        for role in Role::ALL.iter().copied().filter(|role| !is_no_text(*role) && *role != Role::Selection) {
            let mut frame = Buffer::empty(Rect::new(0, 0, 8, 1));
            frame.set_string(0, 0, "readable", theme.style(role));
            let svg = picture::render_on(ground, &frame, Format::Svg);
            // The whole picture's, and that of the text's own rectangle where it has one.
            let fills: Vec<Rgb> = svg.split("fill=\"#").skip(1).map(|rest| rgb(&rest[..6])).collect();
            let [paper, .., ink] = fills.as_slice() else { panic!("{name}: {svg}") };
            assert_eq!(*paper, background, "{name}");
            let ratio = ink.contrast(fills[fills.len() - 2]);
            assert!(ratio >= TEXT, "{name}: {}: {ratio:.2}\n{svg}", role.name());
        }
    }
}

fn parts(color: Rgb) -> [u8; 3] {
    [color.red, color.green, color.blue]
}

fn rgb(hex: &str) -> Rgb {
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    Rgb::new(part(0), part(2), part(4))
}
