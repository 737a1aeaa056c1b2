//! Text that comes from outside is untrusted until it has passed through [`clean`].

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
