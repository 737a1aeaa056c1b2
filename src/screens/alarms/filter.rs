//! `/`: words, and `state:`, `env:`, `region:`, `name:`; all must hold.

use crate::fuzzy::Fit;
use crate::screens::filtering::{FilterProblem, FilterTerm, TypedFilter};

/// What an alarm can be filtered by, beside words.
const KEYS: [&str; 4] = ["name", "env", "state", "region"];

/// What it may be made of.
pub const FORMS: &[(&str, &str)] = &[
    ("word", "in a name, an environment or what is watched; all must be there"),
    ("col:text", "in name, env, state or region: state:alarm env:prod"),
];

/// The filter of the alarms.
pub type AlarmFilter = TypedFilter<AlarmTerm>;

/// A key, and text that it contains, case ignored.
pub struct AlarmTerm(&'static str, String);

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
    /// How well an alarm fits; `None` when it does not.
    pub fn fit(&mut self, alarm: &Facets<'_>) -> Option<Fit> {
        let contains = |text: &str, value: &str| text.to_lowercase().contains(value);
        let holds = self.terms.iter().all(|AlarmTerm(key, value)| match *key {
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

impl FilterTerm for AlarmTerm {
    fn read(key: &str, value: &str) -> Result<Self, FilterProblem> {
        let typed = key.to_lowercase();
        // As the databases call it.
        let typed = if typed == "status" { "state" } else { typed.as_str() };
        let Some(column) = KEYS.into_iter().find(|known| *known == typed) else {
            return Err(FilterProblem::NoColumn { typed: key.to_owned(), known: KEYS.to_vec() });
        };
        if value.is_empty() {
            return Err(FilterProblem::Unfinished { column, compared: false });
        }
        Ok(Self(column, value.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_help_can_be_read() {
        let examples: Vec<&str> = FORMS.iter().filter_map(|(_, says)| Some(says.rsplit_once(": ")?.1)).collect();
        assert!(!examples.is_empty());
        for example in examples {
            assert!(AlarmFilter::parse(example).is_ok(), "{example}");
        }
    }

    #[test]
    fn what_is_no_filter_is_said() {
        let problem = |text: &str| AlarmFilter::parse(text).err();
        let unknown = problem("cpu foo:bar").map(|problem| problem.words(80));
        assert_eq!(unknown.as_deref(), Some("foo is no column: name, env, state, region"));
        assert!(problem("state:").is_some_and(|problem| problem.is_unfinished()));
        assert_eq!(problem("state:alarm env:prod Status:ok cpu"), None);
    }
}
