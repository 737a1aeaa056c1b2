//! A filter as it is typed: words, and `column:value`. What is wrong with it is said, and the table stays as it was.

use crate::fuzzy::Finder;

/// What one table understands as `column:value`.
pub trait FilterTerm: Sized {
    /// Reads what stands before and behind the colon.
    fn read(key: &str, value: &str) -> Result<Self, FilterProblem>;

    /// What is wrong with a word that has no colon.
    fn wrong_word(_word: &str) -> Option<FilterProblem> {
        None
    }
}

/// A filter that can be read: all of it must hold.
pub struct TypedFilter<T> {
    pub terms: Vec<T>,
    pub words: Finder,
}

impl<T: FilterTerm> TypedFilter<T> {
    /// Reads what was typed.
    pub fn parse(text: &str) -> Result<Self, FilterProblem> {
        let (mut terms, mut words) = (Vec::new(), Vec::new());
        for word in text.split_whitespace() {
            match word.split_once(':') {
                Some((key, value)) => terms.push(T::read(key, value)?),
                None => match T::wrong_word(word) {
                    Some(problem) => return Err(problem),
                    None => words.push(word),
                },
            }
        }
        Ok(Self { terms, words: Finder::new(&words.join(" ")) })
    }

    /// The filter of a table, which has only what can be read.
    #[must_use]
    pub fn applied(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|_| Self { terms: Vec::new(), words: Finder::new("") })
    }

    /// What of a typed text is applied, and what is wrong with it: what cannot be read leaves the rest as it is.
    #[must_use]
    pub fn take(text: String) -> (String, Option<FilterProblem>) {
        match Self::parse(&text) {
            Ok(_) => (text, None),
            Err(problem) => (readable(&text, |word| Self::parse(word).is_ok()), Some(problem)),
        }
    }

    /// Whether names are looked for.
    #[must_use]
    pub fn has_words(&self) -> bool {
        !self.words.is_empty()
    }
}

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterProblem {
    /// This is no column; these are.
    NoColumn { typed: String, known: Vec<&'static str> },
    /// This is compared with a number, and is none.
    NoNumber { column: &'static str, typed: String },
    /// It is compared, and the colon is missing.
    NoColon { column: &'static str },
    /// This column is not compared by number; these are.
    NotCompared { column: &'static str, known: Vec<&'static str> },
    /// There is more to come.
    Unfinished { column: &'static str, compared: bool },
}

impl FilterProblem {
    /// Whether it is only not typed to its end.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        matches!(self, Self::Unfinished { .. })
    }

    /// What is wrong, in a line of so many columns: of what is known as much as there is room for.
    #[must_use]
    pub fn words(&self, room: usize) -> String {
        match self {
            Self::NoColumn { typed, known } => listed(&format!("{typed} is no column: "), known, room),
            Self::NoNumber { column, typed } => format!("{typed} is no number: {column}:>80 or {column}:<80"),
            Self::NoColon { column } => format!("a colon is missing: {column}:>80 or {column}:<80"),
            Self::NotCompared { column, known } => {
                listed(&format!("{column} is not compared by number: "), known, room)
            }
            Self::Unfinished { column, compared: true } => {
                format!("{column}: a text, or > or < and a number, as in {column}:>80")
            }
            Self::Unfinished { column: "tag", .. } => {
                "tag: a key, and a value after =, as in tag:Owner=platform".into()
            }
            Self::Unfinished { column, .. } => format!("{column}: a text that it contains"),
        }
    }
}

/// What of a filter can be read, word by word: what cannot leaves the rest as it is.
#[must_use]
pub fn readable(text: &str, is_sound: impl Fn(&str) -> bool) -> String {
    text.split_whitespace().filter(|word| is_sound(word)).collect::<Vec<_>>().join(" ")
}

/// A beginning, and of these as many as there is room for.
fn listed(beginning: &str, known: &[&'static str], room: usize) -> String {
    let mut line = beginning.to_owned();
    for (at, name) in known.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        let is_last = at + 1 == known.len();
        let rest = if is_last { 0 } else { ", …".chars().count() };
        if at > 0 && line.chars().count() + comma.len() + name.len() + rest > room {
            line.push_str(", …");
            return line;
        }
        line.push_str(comma);
        line.push_str(name);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_names_are_listed_as_there_is_room_for() {
        let known = vec!["name", "env", "status"];
        let problem = FilterProblem::NoColumn { typed: "foo".into(), known };
        assert_eq!(problem.words(80), "foo is no column: name, env, status");
        assert_eq!(problem.words(35), "foo is no column: name, env, status");
        assert_eq!(problem.words(34), "foo is no column: name, env, …");
        assert_eq!(problem.words(1), "foo is no column: name, …", "one at least");
    }
}
