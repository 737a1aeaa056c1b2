//! What somebody who mistyped a name most likely meant.

use strsim::osa_distance;

/// As many letters begin a name rather than happen to be its first ones.
const BEGINNING: usize = 3;

/// The candidate nearest to `name`, if it is near enough to be meant: at most a third of the
/// letters differ (two at least may). Otherwise the shortest one that begins with it: `prod` is
/// production, however many letters are missing.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = plain(name);
    let letters = name.chars().count();
    // Two letters of two are another word.
    let limit = if letters < 3 { 1 } else { (letters / 3).max(2) };
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let written = plain(candidate);
            let distance = distance(&name, &written);
            // One slip is one; of two in a short word it is less likely than a beginning.
            let rank = if distance <= 1 {
                0
            } else if letters >= BEGINNING && written.starts_with(&name) {
                1
            } else {
                2
            };
            let is_near = distance <= limit && distance < written.chars().count();
            (is_near || rank == 1).then_some((rank, distance, candidate))
        })
        .min_by_key(|(rank, distance, _)| (*rank, *distance))
        .map(|(_, _, candidate)| candidate)
}

/// Case, and which line joins the words, are nothing that names differ in.
fn plain(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// A file may hold anything; names are shorter than this.
const LONGEST: usize = 100;

/// The number of letters to insert, remove, replace or swap with their neighbour. What is too long to be
/// a name is not measured: that takes time by the product of both lengths.
fn distance(a: &str, b: &str) -> usize {
    let is_long = |text: &str| text.chars().nth(LONGEST).is_some();
    if is_long(a) || is_long(b) { usize::MAX } else { osa_distance(a, b) }
}

/// More names than that nobody reads.
const LISTED: usize = 20;
/// As many stand for the rest then.
const SHORTLY: usize = 8;

/// ` did you mean "region"?` or `; known are …`: the end of a message about an unknown name. Of many
/// known ones, those that share a word with it are listed.
pub(super) fn hint(name: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(name, known.iter().copied()) {
        return format!("; did you mean {near:?}?");
    }
    if known.len() <= LISTED {
        return format!("; known are {}", known.join(", "));
    }
    let name = plain(name);
    let shares = |other: &&&str| other.split('_').any(|word| name.split('_').any(|own| own == word));
    let mut listed: Vec<&str> = known.iter().filter(shares).copied().take(SHORTLY).collect();
    if listed.is_empty() {
        listed = known.iter().copied().take(SHORTLY).collect();
    }
    format!("; known are {}, and {} others", listed.join(", "), known.len() - listed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_are_understood() {
        let known = ["region", "dr_region", "name_prefix", "production", "rpo", "rto"];
        for (written, meant) in [
            ("regoin", Some("region")),
            ("dr-region", Some("dr_region")),
            ("nameprefix", Some("name_prefix")),
            ("prodution", Some("production")),
            ("RPO", Some("rpo")),
            ("prod", Some("production")),
            ("name_pre", Some("name_prefix")),
            ("pr", None),
            ("retention", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }

    #[test]
    fn of_many_names_the_related_ones_are_listed() {
        let many: Vec<String> = (0..25).map(|i| format!("limit{i}_warning")).collect();
        let mut known: Vec<&str> = many.iter().map(String::as_str).collect();
        known.extend(["cpu_warning", "cpu_critical"]);
        let hint = |name| hint(name, &known);
        assert_eq!(hint("percentage_of_cpu"), "; known are cpu_warning, cpu_critical, and 25 others");
        let unrelated = hint("whatever_this_may_be");
        assert!(unrelated.contains("limit7_warning, and 19 others") && !unrelated.contains("limit8"), "{unrelated}");
    }

    #[test]
    fn swapped_neighbours_are_one_mistake() {
        assert_eq!(distance("abcd", "abdc"), 1);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        // No letter is moved twice: that would be the unrestricted distance, 2.
        assert_eq!(distance("ca", "abc"), 3);
        assert_eq!(distance("größe", "grösse"), 2, "letters, not bytes");
    }

    #[test]
    fn what_is_too_long_for_a_name_is_not_measured() {
        let longest = "a".repeat(LONGEST);
        assert_eq!(distance(&longest, &longest[1..]), 1);
        assert_eq!(distance(&format!("{longest}a"), &longest), usize::MAX);
        assert_eq!(nearest(&"x".repeat(1_000_000), ["region"]), None);
    }
}
