//! What somebody who mistyped a name most likely meant.

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

/// The number of letters to insert, remove, replace or swap with their neighbour (the restricted
/// Damerau-Levenshtein distance).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // A file may hold anything; names are short.
    if a.len() > 100 || b.len() > 100 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
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
    }
}
