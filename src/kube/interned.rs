//! Texts that many objects share, kept once: label keys, namespaces, names of nodes, images, reasons.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::text;

/// What nobody else holds is looked for when there are twice as many as were left the last time, and not before.
const LEAST: usize = 4_096;

/// The texts that one watch shares.
#[derive(Debug)]
pub(super) struct Interned {
    words: HashSet<Arc<str>>,
    swept: usize,
}

impl Default for Interned {
    fn default() -> Self {
        Self { words: HashSet::new(), swept: LEAST / 2 }
    }
}

impl Interned {
    /// The text, clean, shared with all that say the same.
    pub(super) fn word(&mut self, raw: &str) -> Arc<str> {
        let clean = cleaned(raw);
        if let Some(word) = self.words.get(&*clean) {
            return word.clone();
        }
        if self.words.len() >= self.swept * 2 {
            self.words.retain(|word| Arc::strong_count(word) > 1);
            self.swept = self.words.len().max(LEAST / 2);
        }
        let word: Arc<str> = clean.into();
        self.words.insert(word.clone());
        word
    }

    /// The text, clean, shared; none where it is empty.
    pub(super) fn filled(&mut self, raw: &str) -> Option<Arc<str>> {
        (!raw.is_empty()).then(|| self.word(raw))
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.words.len()
    }
}

/// The text without what could steer a terminal; as it is where there is nothing of it.
pub(super) fn cleaned(raw: &str) -> Cow<'_, str> {
    let is_plain = raw.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain || !raw.chars().any(text::is_hostile) { Cow::Borrowed(raw) } else { Cow::Owned(text::clean(raw)) }
}

/// The text, clean, for itself alone.
pub(super) fn own(raw: &str) -> Arc<str> {
    cleaned(raw).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_twice_is_kept_once_and_clean() {
        let mut interned = Interned::default();
        let (first, second) = (interned.word("a\u{1b}[31m"), interned.word("a?[31m"));
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(&*first, "a?[31m");
        assert_eq!((interned.filled(""), interned.len()), (None, 1));
        assert!(matches!(cleaned("größe"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_nobody_holds_is_forgotten() {
        let mut interned = Interned::default();
        let held = interned.word("held");
        for number in 0..3 * LEAST {
            interned.word(&number.to_string());
        }
        assert!(interned.len() <= LEAST);
        assert!(Arc::ptr_eq(&held, &interned.word("held")));
    }
}
