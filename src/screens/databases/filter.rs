//! `/`: words, `column:value`, `column:>number`, `tag:key=value`; all must hold.

use super::column::Column;
use crate::domain::Database;
use crate::fuzzy::Fit;
use crate::screens::filtering::{FilterProblem, FilterTerm, TypedFilter};

/// What it may be made of.
pub const FORMS: &[(&str, &str)] = &[
    ("word", "in a name, an environment or a class; all must be there"),
    ("col:text", "in that column: env:prod status:modifying"),
    ("col:>80", "a number beyond, or < for below: cpu:>80 lag:>60"),
    ("tag:Key=v", "a tag of a DB instance"),
];

/// The filter of the DB instances.
pub type Filter = TypedFilter<Term>;

/// What stands on both sides of a colon.
pub enum Term {
    /// The text of the column contains this, case ignored.
    Contains(Column, String),
    /// The number of the column compares so.
    Compare(Column, Comparison, f64),
    /// A tag's key, and text that its value contains.
    Tag(String, String),
}

/// On which side of a number.
#[derive(Clone, Copy)]
pub enum Comparison {
    Above,
    Below,
}

/// What a row gives to be filtered by.
pub trait Subject {
    fn database(&self) -> &Database;
    /// The name of its environment as it is shown, and as it is written.
    fn environment(&self) -> [&str; 2];
    /// The plain text of a column.
    fn text(&self, column: Column) -> String;
    /// The number behind a column, where it has one.
    fn number(&self, column: Column) -> Option<f64>;
}

impl Filter {
    /// How well a row fits; `None` when it does not.
    pub fn fit(&mut self, row: &impl Subject) -> Option<Fit> {
        let holds = self.terms.iter().all(|term| match term {
            Term::Contains(Column::Environment, value) => {
                row.environment().iter().any(|name| name.to_lowercase().contains(value))
            }
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
        let database = row.database();
        let [shown, written] = row.environment();
        self.words.fit(&[&database.id, shown, written], &[&database.class])
    }
}

impl FilterTerm for Term {
    fn read(key: &str, value: &str) -> Result<Self, FilterProblem> {
        if key.eq_ignore_ascii_case("tag") {
            if value.is_empty() {
                return Err(FilterProblem::Unfinished { column: "tag", compared: false });
            }
            let (key, value) = value.split_once('=').unwrap_or((value, ""));
            return Ok(Self::Tag(key.to_lowercase(), value.to_lowercase()));
        }
        let Some(column) = Column::from_key(key) else {
            let known = usual().chain(["tag"]).collect();
            return Err(FilterProblem::NoColumn { typed: key.to_owned(), known });
        };
        let unfinished = FilterProblem::Unfinished { column: column.key(), compared: is_number(column) };
        let (comparison, limit) = match (value.strip_prefix('>'), value.strip_prefix('<')) {
            (Some(limit), _) => (Comparison::Above, limit),
            (_, Some(limit)) => (Comparison::Below, limit),
            _ if value.is_empty() => return Err(unfinished),
            _ => return Ok(Self::Contains(column, value.to_lowercase())),
        };
        if !is_number(column) {
            let known = Column::ALL.into_iter().filter(|column| is_number(*column)).map(Column::key).collect();
            return Err(FilterProblem::NotCompared { column: column.key(), known });
        }
        if matches!(limit, "" | "-") {
            return Err(unfinished);
        }
        match limit.parse::<f64>() {
            Ok(limit) if limit.is_finite() => Ok(Self::Compare(column, comparison, limit)),
            _ => Err(FilterProblem::NoNumber { column: column.key(), typed: limit.to_owned() }),
        }
    }

    /// That a column is compared without the colon: no name has such a sign.
    fn wrong_word(word: &str) -> Option<FilterProblem> {
        let (key, _) = word.split_once(['>', '<'])?;
        let column = Column::from_key(key).filter(|column| is_number(*column))?;
        Some(FilterProblem::NoColon { column: column.key() })
    }
}

/// The columns by the names that are used in a filter, the most useful first.
fn usual() -> impl Iterator<Item = &'static str> {
    let first = [Column::Name, Column::Environment, Column::Status, Column::Cpu, Column::Lag];
    let rest = Column::ALL.into_iter().filter(move |column| !first.contains(column));
    first.into_iter().chain(rest).map(Column::key)
}

/// Whether there is a number behind a column.
fn is_number(column: Column) -> bool {
    matches!(
        column,
        Column::Cpu
            | Column::Connections
            | Column::Storage
            | Column::Runway
            | Column::Lag
            | Column::Restorable
            | Column::Retention
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<FilterProblem> {
        Filter::parse(text).err()
    }

    #[test]
    fn the_examples_of_the_help_can_be_read() {
        let examples: Vec<&str> = FORMS.iter().filter_map(|(_, says)| Some(says.rsplit_once(": ")?.1)).collect();
        assert!(!examples.is_empty());
        for example in examples {
            assert!(Filter::parse(example).is_ok(), "{example}");
        }
    }

    #[test]
    fn what_is_no_filter_is_said() {
        let words = |text: &str| problem(text).map(|problem| problem.words(60));
        assert_eq!(words("foo:bar").as_deref(), Some("foo is no column: name, env, status, cpu, lag, health, …"));
        assert_eq!(words("cpu:>abc").as_deref(), Some("abc is no number: cpu:>80 or cpu:<80"));
        assert_eq!(words("cpu:>nan").as_deref(), Some("nan is no number: cpu:>80 or cpu:<80"));
        assert_eq!(words("name:>5").as_deref(), Some("name is not compared by number: cpu, connections, storage, …"));
        for unfinished in ["cpu:", "cpu:>", "status:", "tag:", "lag:<-"] {
            assert!(problem(unfinished).is_some_and(|problem| problem.is_unfinished()), "{unfinished}");
        }
        for sound in ["", "orders", "cpu:>80", "cpu:<-1.5", "stat:avail", "tag:Owner=platform", "env:prod qa"] {
            assert_eq!(problem(sound), None, "{sound}");
        }
    }
}
