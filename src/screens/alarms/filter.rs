//! `/`: words, and `state:`, `env:`, `region:`, `name:`; all must hold.

use crate::fuzzy::{Finder, Fit};
use crate::screens::filtering::FilterProblem;

/// What an alarm can be filtered by, beside words.
const KEYS: [&str; 4] = ["name", "env", "state", "region"];

/// A filter that can be read.
pub struct AlarmFilter {
    /// Key and text that it contains, case ignored.
    terms: Vec<(&'static str, String)>,
    words: Finder,
}

/// What an alarm gives to be filtered by.
pub struct Facets<'a> {
    pub name: &'a str,
    /// Its environment as it is shown and as it is written; where it has none, its region.
    pub place: [&'a str; 2],
    pub region: &'a str,
    pub state: &'a str,
    /// What it watches, and why it is silent.
    pub beside: [&'a str; 2],
}

impl AlarmFilter {
    /// Reads what was typed.
    pub fn parse(text: &str) -> Result<Self, FilterProblem> {
        let mut terms = Vec::new();
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            match word.split_once(':') {
                Some((key, value)) => terms.push(term(key, value)?),
                None => words.push(word),
            }
        }
        Ok(Self { terms, words: Finder::new(&words.join(" ")) })
    }

    /// One that lets everything through.
    #[must_use]
    pub fn open() -> Self {
        Self { terms: Vec::new(), words: Finder::new("") }
    }

    /// Whether names are looked for.
    #[must_use]
    pub fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// How well an alarm fits; `None` when it does not.
    pub fn fit(&mut self, alarm: &Facets<'_>) -> Option<Fit> {
        let contains = |text: &str, value: &str| text.to_lowercase().contains(value);
        let holds = self.terms.iter().all(|(key, value)| match *key {
            "env" => alarm.place.iter().any(|name| contains(name, value)),
            "state" => contains(alarm.state, value),
            "region" => contains(alarm.region, value),
            _ => contains(alarm.name, value),
        });
        if !holds {
            return None;
        }
        let [watches, silence] = alarm.beside;
        let names = [alarm.name, alarm.place[0], alarm.place[1]];
        self.words.fit(&names, &[watches, alarm.region, alarm.state, silence])
    }
}

fn term(key: &str, value: &str) -> Result<(&'static str, String), FilterProblem> {
    let typed = key.to_lowercase();
    // As the databases call it.
    let typed = if typed == "status" { "state" } else { typed.as_str() };
    let Some(column) = KEYS.into_iter().find(|known| *known == typed) else {
        return Err(FilterProblem::NoColumn { typed: key.to_owned(), known: KEYS.to_vec() });
    };
    if value.is_empty() {
        return Err(FilterProblem::Unfinished { column, compared: false });
    }
    Ok((column, value.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_filter_is_said() {
        let problem = |text: &str| AlarmFilter::parse(text).err();
        let unknown = problem("cpu foo:bar").map(|problem| problem.words(80));
        assert_eq!(unknown.as_deref(), Some("foo is no column: name, env, state, region"));
        assert!(problem("state:").is_some_and(|problem| problem.is_unfinished()));
        assert_eq!(problem("state:alarm env:prod Status:ok cpu"), None);
    }
}
