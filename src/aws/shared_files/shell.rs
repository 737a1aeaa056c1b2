//! Words as a shell parts them, without anything else that a shell does: Python's `shlex.split`, which
//! the AWS CLI uses for titles (`botocore/configloader.py`) and for `credential_process`
//! (`botocore/credentials.py`). Not the crate of that name: there `#` begins a comment, `\$` between double
//! quotes loses its backslash, and a backslash goes with the end of its line.

/// What parts words, to Python: a space that is none of ASCII, such as U+00A0, belongs to its word.
const BETWEEN: [char; 4] = [' ', '\t', '\r', '\n'];

/// The words; `None` when a quote is not closed, or nothing follows a backslash.
#[must_use]
pub fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if BETWEEN.contains(&c) => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            escaped @ ('"' | '\\') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_python_does_it() {
        for (text, words) in [
            ("profile prod", Some(vec!["profile", "prod"])),
            ("profile \"a role\"", Some(vec!["profile", "a role"])),
            (" sh -c 'a; \"b\"' \"c \\\" \\n\" d\\ e \"\" ", Some(vec!["sh", "-c", "a; \"b\"", "c \" \\n", "d e", ""])),
            ("a'b'c", Some(vec!["abc"])),
            ("tool --color #ff # no", Some(vec!["tool", "--color", "#ff", "#", "no"])),
            ("sh \"\\$HOME \\` \\\n\"", Some(vec!["sh", "\\$HOME \\` \\\n"])),
            ("a\\\nb", Some(vec!["a\nb"])),
            ("a\u{a0}b\u{b}c\u{c}d\re", Some(vec!["a\u{a0}b\u{b}c\u{c}d", "e"])),
            ("", Some(vec![])),
            ("it's", None),
            ("a\\", None),
        ] {
            let words: Option<Vec<String>> = words.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(split(text), words, "{text}");
        }
    }
}
