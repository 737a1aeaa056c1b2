//! `/`: fuzzy words, `column:value`, `column:>number`, `tag:key=value`; all must hold.

use super::column::Column;
use crate::domain::Database;
use crate::fuzzy::Finder;

/// A parsed filter.
pub struct Filter {
    terms: Vec<Term>,
    fuzzy: Option<Finder>,
}

enum Term {
    /// The text of the column contains this, case ignored.
    Contains(Column, String),
    /// The number of the column compares so.
    Compare(Column, Comparison, f64),
    /// A tag's key, and text that its value contains.
    Tag(String, String),
}

#[derive(Clone, Copy)]
enum Comparison {
    Above,
    Below,
}

/// What a row gives to be filtered by.
pub trait Subject {
    fn database(&self) -> &Database;
    fn environment(&self) -> &str;
    /// The plain text of a column.
    fn text(&self, column: Column) -> String;
    /// The number behind a column, where it has one.
    fn number(&self, column: Column) -> Option<f64>;
}

impl Filter {
    /// Never fails: what is no known column is a fuzzy word.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut terms = Vec::new();
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            match word.split_once(':').and_then(|(key, value)| term(key, value)) {
                Some(term) => terms.push(term),
                None => words.push(word),
            }
        }
        let fuzzy = (!words.is_empty()).then(|| Finder::new(&words.join(" ")));
        Self { terms, fuzzy }
    }

    /// How well a row fits; `None` when it does not.
    pub fn score(&mut self, row: &impl Subject) -> Option<u32> {
        let holds = self.terms.iter().all(|term| match term {
            Term::Contains(column, value) => row.text(*column).to_lowercase().contains(value),
            Term::Compare(column, Comparison::Above, limit) => row.number(*column).is_some_and(|n| n > *limit),
            Term::Compare(column, Comparison::Below, limit) => row.number(*column).is_some_and(|n| n < *limit),
            Term::Tag(key, value) => row
                .database()
                .tags
                .iter()
                .any(|(k, v)| k.eq_ignore_ascii_case(key) && v.to_lowercase().contains(value.as_str())),
        });
        if !holds {
            return None;
        }
        match &mut self.fuzzy {
            None => Some(0),
            Some(finder) => {
                let database = row.database();
                finder
                    .score(&database.id)
                    .or_else(|| finder.score(&format!("{} {} {}", row.environment(), database.id, database.class)))
            }
        }
    }
}

fn term(key: &str, value: &str) -> Option<Term> {
    if value.is_empty() {
        return None;
    }
    if key.eq_ignore_ascii_case("tag") {
        let (key, value) = value.split_once('=').unwrap_or((value, ""));
        return Some(Term::Tag(key.to_lowercase(), value.to_lowercase()));
    }
    let column = Column::from_key(key)?;
    let comparison = match value.as_bytes().first() {
        Some(b'>') => Some(Comparison::Above),
        Some(b'<') => Some(Comparison::Below),
        _ => None,
    };
    Some(match comparison {
        Some(comparison) => Term::Compare(column, comparison, value[1..].parse().ok()?),
        None => Term::Contains(column, value.to_lowercase()),
    })
}
