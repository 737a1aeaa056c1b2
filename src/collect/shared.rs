//! Lists whose records are shared with the list that was read before: what has not changed is the same record, not an
//! equal one.

use std::collections::HashMap;
use std::sync::Arc;

/// Puts the record of before in the place of each that is equal to it; `name` is what a record is called, once in a
/// list. To compare two lists afterwards is to compare pointers, and what was read for nothing is freed here: whoever
/// reads does it, beside the screen.
pub fn share<T: PartialEq>(fresh: &mut [Arc<T>], before: &[Arc<T>], name: impl Fn(&T) -> &str) {
    let mut places: Option<HashMap<&str, usize>> = None;
    for (at, record) in fresh.iter_mut().enumerate() {
        let mut elsewhere = || {
            let all = || before.iter().enumerate().map(|(at, known)| (name(known), at)).collect();
            places.get_or_insert_with(all).get(name(record)).and_then(|at| before.get(*at))
        };
        let known = before.get(at).filter(|known| name(known) == name(record)).or_else(&mut elsewhere);
        if let Some(known) = known.filter(|known| **known == *record) {
            *record = known.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(all: &[(&str, i32)]) -> Vec<Arc<(String, i32)>> {
        all.iter().map(|(name, value)| Arc::new(((*name).to_owned(), *value))).collect()
    }

    #[test]
    fn what_has_not_changed_is_the_same_record_wherever_it_stands() {
        let before = list(&[("a", 1), ("b", 2), ("c", 3)]);
        let mut fresh = list(&[("a", 1), ("aa", 9), ("b", 2), ("c", 4)]);
        share(&mut fresh, &before, |record| &record.0);
        let shared: Vec<bool> =
            fresh.iter().map(|record| before.iter().any(|known| Arc::ptr_eq(known, record))).collect();
        assert_eq!(shared, [true, false, true, false]);
        assert_eq!(fresh, list(&[("a", 1), ("aa", 9), ("b", 2), ("c", 4)]), "and none is another than was read");
    }
}
