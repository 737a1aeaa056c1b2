//! Colours as numbers, and how well one can be read on another.

use ratatui::style::Color;

/// A colour of the sRGB space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

impl Rgb {
    /// A colour of its three parts.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// The colour that a terminal shows for `color`; `None` for the terminal's own and for the
    /// first sixteen, which everybody sets as they like.
    #[must_use]
    pub fn of(color: Color) -> Option<Self> {
        const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        match color {
            Color::Rgb(red, green, blue) => Some(Self { red, green, blue }),
            Color::Indexed(index @ 16..=231) => {
                let place = usize::from(index - 16);
                Some(Self::new(LEVELS[place / 36], LEVELS[place / 6 % 6], LEVELS[place % 6]))
            }
            Color::Indexed(index @ 232..) => {
                let grey = 8 + 10 * (index - 232);
                Some(Self::new(grey, grey, grey))
            }
            _ => None,
        }
    }

    /// The three parts in proportion to light, 0 to 1, without the curve of sRGB.
    #[must_use]
    pub fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Relative luminance, 0 (black) to 1 (white), as WCAG defines it
    /// (<https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>).
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast ratio of two colours, 1 to 21; WCAG AA asks for 4.5 between text and its
    /// background (<https://www.w3.org/TR/WCAG22/#contrast-minimum>).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        let (black, white) = (Rgb::new(0, 0, 0), Rgb::new(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((white.contrast(white) - 1.0).abs() < 1e-9);
        // The grey that just passes AA on white.
        let grey = Rgb::new(0x76, 0x76, 0x76).contrast(white);
        assert!((4.5..4.6).contains(&grey), "{grey}");
    }

    #[test]
    fn the_fixed_colours_of_the_terminal_are_known() {
        assert_eq!(Rgb::of(Color::Indexed(16)), Some(Rgb::new(0, 0, 0)));
        assert_eq!(Rgb::of(Color::Indexed(196)), Some(Rgb::new(255, 0, 0)));
        assert_eq!(Rgb::of(Color::Indexed(231)), Some(Rgb::new(255, 255, 255)));
        assert_eq!(Rgb::of(Color::Indexed(255)), Some(Rgb::new(238, 238, 238)));
        assert_eq!(Rgb::of(Color::Rgb(1, 2, 3)), Some(Rgb::new(1, 2, 3)));
        for own in [Color::Reset, Color::Red, Color::Indexed(15)] {
            assert_eq!(Rgb::of(own), None, "{own:?}");
        }
    }
}
