//! Fuzzy matching, as in the helix editor (its matcher).

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Indices of the candidates that match, best first; all of them in order for an empty needle.
pub fn rank<'a>(needle: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut finder = Finder::new(needle);
    let mut scored: Vec<(usize, u32)> =
        candidates.enumerate().filter_map(|(i, text)| finder.score(text).map(|score| (i, score))).collect();
    scored.sort_by_key(|(i, score)| (std::cmp::Reverse(*score), *i));
    scored.into_iter().map(|(i, _)| i).collect()
}

/// One needle against many candidates.
pub struct Finder {
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Finder {
    /// Upper case in the needle makes it case-sensitive; spaces separate needles that all must match.
    #[must_use]
    pub fn new(needle: &str) -> Self {
        Self {
            pattern: Pattern::parse(needle, CaseMatching::Smart, Normalization::Smart),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    /// How well it matches; `None` when it does not.
    pub fn score(&mut self, candidate: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(candidate, &mut self.buffer), &mut self.matcher)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_needle_keeps_all_in_order() {
        assert_eq!(rank("", ["b", "a"].into_iter()), vec![0, 1]);
    }

    #[test]
    fn letters_in_order_match_and_the_closest_is_first() {
        let names = ["rentaliq-qa-db", "rentaliq-prod-db", "prod-orders-db"];
        assert_eq!(rank("prod", names.into_iter()), vec![2, 1]);
        assert_eq!(rank("rpd", names.into_iter()), vec![1]);
    }
}
