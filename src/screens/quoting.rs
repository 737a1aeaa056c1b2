//! Text that is pasted into a shell.

/// A word that a POSIX shell takes as it is: names from AWS are pasted into shells.
#[must_use]
pub fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.into() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        for (text, quoted) in
            [("prod-db", "prod-db"), ("", "''"), ("a b", "'a b'"), ("$(rm)", "'$(rm)'"), ("it's", "'it'\\''s'")]
        {
            assert_eq!(shell(text), quoted);
        }
    }
}
