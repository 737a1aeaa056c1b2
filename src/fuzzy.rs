//! How near what is typed is to a name: exact before its beginning, before a part of it (the beginning of a word before
//! its middle), before its letters in order. One ranking for menus, filters and the palette.
//!
//! Letters in order are found as in the helix editor (its matcher).

use std::cmp::Reverse;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// What kind of a match it is. The better the greater; where there is a better one, the lesser are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Its letters are there, in this order.
    Letters,
    /// It is there, but for the case of its letters; only where what is typed has capitals.
    OtherCase,
    /// It is there as it is typed; without capitals, whatever the case.
    Literal,
}

/// Where in a name it is. The better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Somewhere, its letters apart.
    Apart,
    /// Within a word, or in what only goes with the name.
    Middle,
    /// At the beginning of a word.
    Word,
    /// At the beginning of the name.
    Beginning,
    /// It is the name.
    Whole,
}

/// How well something matches; the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    grade: Grade,
    place: Place,
    /// Of letters that are apart.
    score: u32,
}

impl Fit {
    /// Of what matches because nothing is typed.
    const ANY: Self = Self { grade: Grade::Literal, place: Place::Apart, score: 0 };

    /// What kind of a match it is.
    #[must_use]
    pub fn grade(self) -> Grade {
        self.grade
    }
}

/// What is typed, against many candidates.
pub struct Finder {
    /// All of it, where it is more than one word.
    phrase: Option<Part>,
    words: Vec<Part>,
    matcher: Matcher,
    buffer: Vec<char>,
}

/// A part of what is typed that has to be found.
struct Part {
    typed: String,
    plain: String,
    has_capitals: bool,
    letters: Atom,
}

impl Finder {
    /// Spaces separate words that all must be found.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        let words: Vec<Part> = typed.split_whitespace().map(Part::new).collect();
        let phrase = (words.len() > 1).then(|| Part::new(typed.trim()));
        Self { phrase, words, matcher: Matcher::new(Config::DEFAULT), buffer: Vec::new() }
    }

    /// Nothing is typed: everything matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well something matches that has these names, and with which these words go; `None` when it does not. A word
    /// that goes with it is found, but is no name; only names are found by letters that are apart.
    pub fn fit(&mut self, names: &[&str], beside: &[&str]) -> Option<Fit> {
        if self.words.is_empty() {
            return Some(Fit::ANY);
        }
        let whole = self.phrase.as_ref().and_then(|phrase| phrase.literal(names, &[]));
        let mut each: Option<Fit> = None;
        for word in &self.words {
            let fit = word.literal(names, beside).or_else(|| word.apart(names, &mut self.matcher, &mut self.buffer));
            // The worst of the words says how well all of it matches.
            match (fit, each) {
                (None, _) => return whole,
                (Some(fit), Some(before)) => each = Some(fit.min(before)),
                (Some(fit), None) => each = Some(fit),
            }
        }
        whole.max(each)
    }

    /// Indices of what matches best, of so many that have these fits: the best kind of match alone, the best first, of
    /// equals in their order.
    #[must_use]
    pub fn best(fits: impl Iterator<Item = Option<Fit>>) -> Vec<usize> {
        let mut found: Vec<(usize, Fit)> = fits.enumerate().filter_map(|(at, fit)| Some((at, fit?))).collect();
        let best = found.iter().map(|(_, fit)| fit.grade).max();
        found.retain(|(_, fit)| Some(fit.grade) == best);
        found.sort_by_key(|(_, fit)| Reverse(*fit));
        found.into_iter().map(|(at, _)| at).collect()
    }
}

impl Part {
    fn new(typed: &str) -> Self {
        Self {
            typed: typed.to_owned(),
            plain: typed.to_lowercase(),
            has_capitals: typed.chars().any(char::is_uppercase),
            letters: Atom::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false),
        }
    }

    /// How it is there as it is typed, or but for the case; the best of all names.
    fn literal(&self, names: &[&str], beside: &[&str]) -> Option<Fit> {
        let of_names = names.iter().filter_map(|name| self.literal_in(name)).max();
        let of_words = || beside.iter().filter_map(|words| self.literal_in(words)).max();
        // Capitals that are somewhere as they are typed make a difference, wherever that is.
        let is_best = of_names.is_some_and(|fit| fit.grade == Grade::Literal);
        let of_words = if is_best { None } else { of_words() };
        of_names.max(of_words.map(|fit| Fit { place: Place::Middle, ..fit }))
    }

    fn literal_in(&self, name: &str) -> Option<Fit> {
        let as_typed = self.has_capitals.then(|| place(name, &self.typed)).flatten();
        if let Some(place) = as_typed {
            return Some(Fit { grade: Grade::Literal, place, score: 0 });
        }
        let grade = if self.has_capitals { Grade::OtherCase } else { Grade::Literal };
        let place = place(&name.to_lowercase(), &self.plain)?;
        Some(Fit { grade, place, score: 0 })
    }

    /// Its letters in their order, in one of the names.
    fn apart(&self, names: &[&str], matcher: &mut Matcher, buffer: &mut Vec<char>) -> Option<Fit> {
        let scores = names.iter().filter_map(|name| self.letters.score(Utf32Str::new(name, buffer), matcher));
        let score = scores.max()?;
        Some(Fit { grade: Grade::Letters, place: Place::Apart, score: u32::from(score) })
    }
}

/// Where in a name a part is.
fn place(name: &str, part: &str) -> Option<Place> {
    if !name.contains(part) {
        return None;
    }
    if name == part {
        return Some(Place::Whole);
    }
    if name.starts_with(part) {
        return Some(Place::Beginning);
    }
    let begins_word = |(at, _): (usize, &str)| !name[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    Some(if name.match_indices(part).any(begins_word) { Place::Word } else { Place::Middle })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the names match, the best first.
    fn found(typed: &str, names: &[&'static str]) -> Vec<&'static str> {
        let mut finder = Finder::new(typed);
        let fits: Vec<Option<Fit>> = names.iter().map(|name| finder.fit(&[name], &[])).collect();
        Finder::best(fits.into_iter()).into_iter().map(|at| names[at]).collect()
    }

    #[test]
    fn nothing_typed_keeps_all_in_order() {
        assert_eq!(found("", &["b", "a"]), ["b", "a"]);
        assert_eq!(found("  ", &["b", "a"]), ["b", "a"]);
    }

    #[test]
    fn exact_before_beginning_before_a_word_before_its_middle() {
        let names = ["reqa", "rentaliq-qa-db", "qa-db", "qa", "quick-alarm"];
        assert_eq!(found("qa", &names), ["qa", "qa-db", "rentaliq-qa-db", "reqa"]);
    }

    #[test]
    fn letters_that_are_apart_count_only_where_nothing_is_as_it_is_typed() {
        let names = ["rentaliq-prod-replica-1", "rentaliq-lab-db"];
        assert_eq!(found("lab", &names), ["rentaliq-lab-db"], "l, a and b are in the other too");
        assert_eq!(found("rpr", &names), ["rentaliq-prod-replica-1"]);
        assert_eq!(found("xyz", &names), Vec::<&str>::new());
    }

    #[test]
    fn capitals_count_where_they_make_a_difference() {
        assert_eq!(found("PROD", &["prod-db", "PROD"]), ["PROD"]);
        assert_eq!(found("PROD", &["prod-db", "qa-db"]), ["prod-db"], "nothing is written so");
        assert_eq!(found("prod", &["PROD", "prod-db"]), ["PROD", "prod-db"]);
        assert_eq!(found("Prod", &["PROD", "prod-db"]), ["PROD", "prod-db"]);
        assert_eq!(found("RPD", &["rentaliq-prod-db"]), ["rentaliq-prod-db"]);
    }

    #[test]
    fn all_words_must_be_found_in_names_or_beside_them() {
        let mut finder = Finder::new("db.t3 orders");
        assert!(finder.fit(&["prod-orders-db"], &["db.t3.medium"]).is_some());

        assert!(finder.fit(&["prod-billing-db"], &["db.t3.medium"]).is_none());
        let mut finder = Finder::new("t3");
        let (named, beside) = (finder.fit(&["t3"], &[]), finder.fit(&["orders"], &["t3"]));
        assert!(named > beside && beside.is_some(), "a name is nearer than what goes with it");
        assert_eq!(Finder::new("t5").fit(&["orders"], &["twenty-5"]), None, "letters apart are of names");
    }

    #[test]
    fn a_phrase_is_a_name_too() {
        assert_eq!(found("choose a theme", &["a theme to choose", "choose a theme"])[0], "choose a theme");
    }

    #[test]
    fn signs_are_signs() {
        assert_eq!(found("!prod", &["qa-db", "prod-db"]), Vec::<&str>::new());
        assert_eq!(found("^prod", &["prod-db"]), Vec::<&str>::new());
    }
}
