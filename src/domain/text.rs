//! Text that comes from outside is untrusted until it has passed through [`clean`], and goes into a command
//! that is to be pasted through [`quoted`].

use std::borrow::Cow;

use shlex::Quoter;

/// What stands in for a character that must not reach a terminal. ASCII: terminals do not agree on
/// the width of U+FFFD, and some drop it.
pub const REPLACEMENT: char = '?';

/// Replaces every character that could steer a terminal or hide text: C0 and C1 controls
/// (escape sequences start with one), line and paragraph separators, bidirectional overrides,
/// invisible format characters and variation of tags. Everything that prints stays.
#[must_use]
pub fn clean(raw: &str) -> String {
    raw.chars().map(|c| if is_hostile(c) { REPLACEMENT } else { c }).collect()
}

/// [`clean`] for text of several lines: their ends stay.
#[must_use]
pub fn clean_lines(raw: &str) -> String {
    raw.chars().map(|c| if is_hostile(c) && c != '\n' { REPLACEMENT } else { c }).collect()
}

/// [`clean_lines`] for a picture with colours: sequences that choose how characters look (SGR,
/// `ESC [ … m`) stay, whatever else a sequence does.
#[must_use]
pub fn clean_picture(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\u{1b}') {
        let (before, from) = rest.split_at(at);
        text.push_str(&clean_lines(before));
        let length = sgr(from);
        if length == 0 {
            text.push(REPLACEMENT);
            rest = from.get(1..).unwrap_or_default();
        } else {
            let (sequence, after) = from.split_at(length);
            text.push_str(sequence);
            rest = after;
        }
    }
    text.push_str(&clean_lines(rest));
    text
}

/// Bytes of the SGR sequence that a text begins with; 0 when it begins with none.
fn sgr(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    let digits = parameters.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    if parameters.as_bytes().get(digits) == Some(&b'm') { 2 + digits + 1 } else { 0 }
}

/// True for characters that [`clean`] replaces.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}'                  // soft hyphen: zero or one column, terminals disagree
            | '\u{061c}'                // Arabic letter mark
            | '\u{115f}'..='\u{1160}'   // Hangul fillers: invisible letters
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'   // zero width and direction marks
            | '\u{2028}'..='\u{202e}'   // separators, embeddings, overrides
            | '\u{2060}'..='\u{206f}'   // invisible operators, isolates
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' // tags, variation selectors supplement
        )
}

/// A number with its thousands set apart: `20,160`.
#[must_use]
pub fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A word as POSIX shells and fish take it, quoted where that is needed. What steers a terminal is not quoted
/// away: that is [`clean`]'s.
#[must_use]
pub fn quoted(word: &str) -> Cow<'_, str> {
    // A NUL stays, as no argument can hold one however it is written. Nothing else could be refused.
    Quoter::new().allow_nul(true).quote(word).unwrap_or(Cow::Borrowed("''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_change_them() {
        for (word, written) in [
            ("arn:aws:rds:eu-west-1:111122223333:db/a_b@c+d.e", "arn:aws:rds:eu-west-1:111122223333:db/a_b@c+d.e"),
            ("", "''"),
            ("a b", "'a b'"),
            ("a=b,c%", "'a=b,c%'"),
            ("größe", "'größe'"),
            ("$(id)", "'$(id)'"),
            ("it's", r#""it's""#),
            // Between single quotes fish would take the backslash for an escape.
            (r"o\'b", r#""o\\'b""#),
            ("it's $5", r#""it's "'$5'"#),
            // No history is expanded where somebody pastes it.
            ("a!b", "'a!b'"),
            ("a\nb", "'a\nb'"),
            ("a\0b", "'a\0b'"),
        ] {
            assert_eq!(quoted(word), written, "{word:?}");
            assert_eq!(shlex::split(written), Some(vec![word.to_owned()]), "{written:?}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, written) in
            [(0, "0"), (999, "999"), (1_441, "1,441"), (20_160, "20,160"), (1_234_567, "1,234,567")]
        {
            assert_eq!(with_commas(number), written);
        }
    }

    #[test]
    fn escape_sequences_lose_their_escape() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}0m\u{7}"), "a?[31mb?0m?");
    }

    #[test]
    fn bidi_and_invisible_characters_are_made_visible() {
        assert_eq!(clean("gpj\u{202e}exe\u{200b}"), "gpj?exe?");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        let text = "größe 数据库 cafe\u{301} 🚀 –";
        assert_eq!(clean(text), text);
    }

    #[test]
    fn lines_keep_their_ends_and_pictures_their_colours() {
        assert_eq!(clean_lines("a\r\n\u{1b}[31mb\u{7}\n"), "a?\n?[31mb?\n");
        let picture = "\u{1b}[0;1;38;2;1;2;3mCPU\u{1b}[0m\n";
        assert_eq!(clean_picture(picture), picture);
        for (raw, shown) in [
            ("\u{1b}]0;title\u{7}", "?]0;title?"),
            ("\u{1b}[2J\u{1b}[1m", "?[2J\u{1b}[1m"),
            ("\u{1b}", "?"),
            ("\u{1b}[", "?["),
            ("\u{1b}[31", "?[31"),
            ("\u{1b}\u{1b}[mx", "?\u{1b}[mx"),
            ("\u{1b}é\u{9b}31m", "?é?31m"),
        ] {
            assert_eq!(clean_picture(raw), shown, "{raw:?}");
        }
    }
}
