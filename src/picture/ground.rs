//! What a picture stands on: its theme's ground, and the sixteen colours that a terminal of that ground has.

use ratatui::style::Color;

/// The colours of a terminal, as red, green and blue: what it writes with where a style says nothing, and on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    ink: [u8; 3],
    paper: [u8; 3],
}

/// The least that text needs on its background to be read (WCAG AA, <https://www.w3.org/TR/WCAG22/#contrast-minimum>).
const READABLE: f64 = 4.5;

/// The 16 colours as a calm dark terminal has them.
const ON_DARK: [[u8; 3]; 16] = [
    [0x14, 0x17, 0x1c],
    [0xe0, 0x6c, 0x75],
    [0x7f, 0xbf, 0x7f],
    [0xd9, 0xa4, 0x41],
    [0x6a, 0xa2, 0xe0],
    [0xb7, 0x8b, 0xe0],
    [0x5f, 0xb8, 0xc0],
    [0xc4, 0xc8, 0xce],
    [0x7d, 0x86, 0x96],
    [0xf0, 0x8a, 0x92],
    [0x9b, 0xd4, 0x9b],
    [0xec, 0xc0, 0x6a],
    [0x8f, 0xbc, 0xf0],
    [0xcf, 0xaa, 0xf0],
    [0x86, 0xd2, 0xd8],
    [0xf2, 0xf4, 0xf7],
];
/// The same as a light terminal has them: what is written with them is dark, and white is the paper.
const ON_LIGHT: [[u8; 3]; 16] = [
    [0x24, 0x29, 0x2f],
    [0xb3, 0x26, 0x1e],
    [0x1a, 0x6b, 0x2c],
    [0x7a, 0x54, 0x00],
    [0x0b, 0x5c, 0xad],
    [0x7b, 0x3a, 0xa8],
    [0x0b, 0x66, 0x70],
    [0x57, 0x60, 0x6a],
    [0x5f, 0x68, 0x73],
    [0xc0, 0x36, 0x2c],
    [0x1f, 0x75, 0x34],
    [0x85, 0x5d, 0x00],
    [0x1f, 0x6f, 0xc4],
    [0x8a, 0x4b, 0xb8],
    [0x12, 0x70, 0x7a],
    [0xff, 0xff, 0xff],
];

impl Default for Ground {
    /// That of a dark terminal.
    fn default() -> Self {
        Self { ink: [0xd4, 0xd7, 0xdc], paper: ON_DARK[0] }
    }
}

impl Ground {
    /// A ground of these colours. Ink that cannot be read on the paper, as where a theme of one's own names only one of
    /// the two, gives way to black or white.
    #[must_use]
    pub fn new(ink: [u8; 3], paper: [u8; 3]) -> Self {
        let plain = if is_light(paper) { [0x10, 0x14, 0x1b] } else { [0xf2, 0xf4, 0xf7] };
        Self { ink: if contrast(ink, paper) < READABLE { plain } else { ink }, paper }
    }

    /// What a style without a foreground writes with.
    pub(super) fn ink(self) -> String {
        hex(self.ink)
    }

    /// What a style without a background leaves.
    pub(super) fn paper(self) -> String {
        hex(self.paper)
    }

    /// The colour of a style; `default` for the terminal's own.
    pub(super) fn css(self, color: Color, default: &str) -> String {
        match color {
            Color::Rgb(red, green, blue) => hex([red, green, blue]),
            Color::Indexed(index) => hex(self.indexed(index)),
            other => {
                ansi_index(other).map_or_else(|| default.to_owned(), |index| hex(self.sixteen(usize::from(index))))
            }
        }
    }

    fn sixteen(self, index: usize) -> [u8; 3] {
        let all = if is_light(self.paper) { &ON_LIGHT } else { &ON_DARK };
        all.get(index).copied().unwrap_or(self.ink)
    }

    /// The 256-colour palette of xterm: 16 colours, a cube of 6×6×6, 24 greys.
    fn indexed(self, index: u8) -> [u8; 3] {
        let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        match index {
            0..=15 => self.sixteen(usize::from(index)),
            16..=231 => {
                let n = index - 16;
                [level(n / 36), level(n / 6 % 6), level(n % 6)]
            }
            _ => [8 + 10 * (index - 232); 3],
        }
    }
}

/// The place of a colour by name among the sixteen.
pub(super) fn ansi_index(color: Color) -> Option<u16> {
    Some(match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        _ => return None,
    })
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Whether black is read better on it than white.
fn is_light(paper: [u8; 3]) -> bool {
    contrast(paper, [0; 3]) > contrast(paper, [255; 3])
}

/// The contrast ratio of two colours, 1 to 21, by their relative luminance as WCAG defines it
/// (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>).
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let part = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |[red, green, blue]: [u8; 3]| 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: Ground = Ground { ink: [0x24, 0x29, 0x2f], paper: [255; 3] };

    #[test]
    fn what_is_written_can_be_read_on_either_ground() {
        for (ground, is_paper) in [(Ground::default(), 0), (LIGHT, 15)] {
            assert!(contrast(ground.ink, ground.paper) >= READABLE, "{ground:?}");
            for index in (0..16).filter(|index| *index != is_paper) {
                let ratio = contrast(ground.sixteen(index), ground.paper);
                assert!(ratio >= READABLE, "{index} on {ground:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn a_ground_that_was_given_by_half_is_readable() {
        let pale_on_white = Ground::new([0xd4, 0xd7, 0xdc], [255; 3]);
        assert!(contrast(pale_on_white.ink, pale_on_white.paper) >= READABLE);
        assert_eq!(Ground::new(LIGHT.ink, LIGHT.paper), LIGHT, "what can be read stays");
    }

    #[test]
    fn colours_are_those_of_the_terminal() {
        let dark = Ground::default();
        assert_eq!(dark.css(Color::Indexed(196), "x"), "#ff0000");
        assert_eq!(dark.css(Color::Indexed(255), "x"), "#eeeeee");
        assert_eq!(dark.css(Color::Reset, "x"), "x");
        assert_ne!(dark.css(Color::Red, "x"), LIGHT.css(Color::Red, "x"));
    }
}
