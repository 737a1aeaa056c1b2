//! Whether the terminal is dark or light, from what it tells: its answer to [`BACKGROUND_QUERY`], or the
//! variable `COLORFGBG`. Asking and waiting are the runtime's work.

use super::Rgb;

/// Asks a terminal for its background (xterm's control sequences, OSC 11). Terminals that do not
/// know it say nothing.
pub const BACKGROUND_QUERY: &str = "\x1b]11;?\x1b\\";

/// The two kinds of terminals that a theme can be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Background {
    Dark,
    Light,
}

impl Background {
    /// Light is what black text can be read on better than white text.
    #[must_use]
    pub fn of(color: Rgb) -> Self {
        let (black, white) = (Rgb::new(0, 0, 0), Rgb::new(255, 255, 255));
        if color.contrast(black) > color.contrast(white) { Self::Light } else { Self::Dark }
    }

    /// From what the terminal said to [`BACKGROUND_QUERY`], else from the value of `COLORFGBG`; `None` when
    /// neither tells.
    #[must_use]
    pub fn detect(answer: Option<&[u8]>, colorfgbg: Option<&str>) -> Option<Self> {
        answer.and_then(parse_answer).map(Self::of).or_else(|| colorfgbg.and_then(from_colorfgbg))
    }

    /// The shipped theme for it.
    #[must_use]
    pub fn theme(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// Finds the answer to [`BACKGROUND_QUERY`] in what came from the terminal, where keys may stand around it:
/// `ESC ] 11 ; rgb:1414/1717/1c1c`, ended by `ESC \` or BEL. `None` while it is not complete, or
/// when it is no colour.
#[must_use]
pub fn parse_answer(bytes: &[u8]) -> Option<Rgb> {
    const START: &[u8] = b"\x1b]11;";
    let start = bytes.windows(START.len()).position(|window| window == START)? + START.len();
    let rest = &bytes[start..];
    let end = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
    if rest[end] == 0x1b && rest.get(end + 1) != Some(&b'\\') {
        return None;
    }
    color(std::str::from_utf8(&rest[..end]).ok()?)
}

/// A colour as X11 writes it: `rgb:` with one to four hexadecimal digits a part, `rgba:` with the
/// opacity behind, or `#` with as many digits for each part.
fn color(text: &str) -> Option<Rgb> {
    if let Some(digits) = text.strip_prefix('#') {
        let each = digits.len() / 3;
        if !digits.is_ascii() || digits.len() != each * 3 {
            return None;
        }
        return Some(Rgb::new(part(&digits[..each])?, part(&digits[each..2 * each])?, part(&digits[2 * each..])?));
    }
    let (parts, count) = match (text.strip_prefix("rgb:"), text.strip_prefix("rgba:")) {
        (Some(parts), _) => (parts, 3),
        (_, Some(parts)) => (parts, 4),
        _ => return None,
    };
    let parts: Vec<u8> = parts.split('/').map(part).collect::<Option<_>>()?;
    if parts.len() == count { Some(Rgb::new(parts[0], parts[1], parts[2])) } else { None }
}

/// One part, brought to 0-255 whatever its number of digits.
fn part(digits: &str) -> Option<u8> {
    if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let most = (1_u32 << (4 * digits.len())) - 1;
    let value = u32::from_str_radix(digits, 16).ok()?;
    u8::try_from((value * 255 + most / 2) / most).ok()
}

/// `COLORFGBG`, as rxvt and Konsole set it: colours 0-15 as `foreground;background`, with
/// something else between them in some. As vim reads it, 0-6 and 8 are dark.
fn from_colorfgbg(value: &str) -> Option<Background> {
    let (_, background) = value.rsplit_once(';')?;
    match background.trim().parse::<u8>().ok()? {
        0..=6 | 8 => Some(Background::Dark),
        7 | 9..=15 => Some(Background::Light),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_terminals_are_understood() {
        let night = Some(Rgb::new(0x14, 0x17, 0x1c));
        for (answer, rgb) in [
            ("\x1b]11;rgb:1414/1717/1c1c\x1b\\", night),
            ("\x1b]11;rgb:1414/1717/1c1c\x07", night),
            ("\x1b]11;rgb:14/17/1c\x07", night),
            ("\x1b]11;rgba:1414/1717/1c1c/ffff\x1b\\", night),
            ("\x1b]11;#14171c\x07", night),
            ("\x1b]11;#141417171c1c\x07", night),
            ("\x1b]11;rgb:f/f/f\x07", Some(Rgb::new(255, 255, 255))),
            // Keys that were pressed meanwhile.
            ("jj\x1b]11;rgb:1414/1717/1c1c\x1b\\q", night),
        ] {
            assert_eq!(parse_answer(answer.as_bytes()), rgb, "{answer:?}");
        }
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for answer in [
            "",
            "\x1b]11;",
            "\x1b]11;rgb:1414/1717/1c1c",
            "\x1b]11;rgb:1414/1717/1c1c\x1b",
            "\x1b]11;rgb:1414/1717/1c1c\x1b[A",
            "\x1b]11;rgb:1414/1717\x07",
            "\x1b]11;rgb:1414/1717/1c1c/ffff\x07",
            "\x1b]11;rgb:+414/1717/1c1c\x07",
            "\x1b]11;rgb:14141/1717/1c1c\x07",
            "\x1b]11;rgb://\x07",
            "\x1b]11;#1234\x07",
            "\x1b]11;#\x07",
            "\x1b]11;#ééé\x07",
            "\x1b]10;rgb:1414/1717/1c1c\x07",
        ] {
            assert_eq!(parse_answer(answer.as_bytes()), None, "{answer:?}");
        }
        assert_eq!(parse_answer(b"\x1b]11;\xff\xfe\x07"), None);
    }

    #[test]
    fn known_palettes_are_what_they_are_called() {
        for (name, rgb, background) in [
            ("black", Rgb::new(0, 0, 0), Background::Dark),
            ("solarized dark", Rgb::new(0x00, 0x2b, 0x36), Background::Dark),
            ("nord", Rgb::new(0x2e, 0x34, 0x40), Background::Dark),
            ("zenburn", Rgb::new(0x3f, 0x3f, 0x3f), Background::Dark),
            ("solarized light", Rgb::new(0xfd, 0xf6, 0xe3), Background::Light),
            ("gruvbox light", Rgb::new(0xfb, 0xf1, 0xc7), Background::Light),
            ("white", Rgb::new(255, 255, 255), Background::Light),
        ] {
            assert_eq!(Background::of(rgb), background, "{name}");
        }
    }

    #[test]
    fn the_answer_counts_before_the_variable() {
        let white = b"\x1b]11;rgb:ffff/ffff/ffff\x07".as_slice();
        for (answer, variable, background) in [
            (Some(white), Some("15;0"), Some(Background::Light)),
            (Some(b"\x1b]11;?\x07".as_slice()), Some("15;0"), Some(Background::Dark)),
            (None, Some("15;0"), Some(Background::Dark)),
            (None, Some("0;15"), Some(Background::Light)),
            (None, Some("0;default;7"), Some(Background::Light)),
            (None, Some("7;8"), Some(Background::Dark)),
            (None, Some("15;default"), None),
            (None, Some("15;16"), None),
            (None, Some("15"), None),
            (None, Some(""), None),
            (None, None, None),
        ] {
            assert_eq!(Background::detect(answer, variable), background, "{answer:?} {variable:?}");
        }
    }
}
