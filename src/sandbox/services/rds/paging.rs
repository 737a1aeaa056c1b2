//! `MaxRecords` and `Marker`: pages that stay right while things come and go between two calls.

use std::fmt::Write as _;

use crate::sandbox::services::answer::Refusal;

/// One page.
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub marker: Option<String>,
}

/// Which page is asked for.
pub(super) struct Paging {
    max: usize,
    after: Option<String>,
}

impl Paging {
    /// Reads a request. The marker holds the last key that was given, not a position.
    ///
    /// # Errors
    /// `MaxRecords` outside 20 to 100, and a marker that this sandbox did not give.
    pub(super) fn read(max_records: Option<i32>, marker: Option<&str>) -> Result<Self, Refusal> {
        let max = max_records.unwrap_or(100);
        if !(20..=100).contains(&max) {
            let message = format!("Invalid value {max} for MaxRecords. Must be between 20 and 100");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        let max = usize::try_from(max).unwrap_or(100);
        let after = marker.filter(|marker| !marker.is_empty()).map(open).transpose()?;
        Ok(Self { max, after })
    }

    /// The key after which the page begins; empty for the first one.
    pub(super) fn after(&self) -> &str {
        self.after.as_deref().unwrap_or_default()
    }

    /// The page of items that are sorted by their keys. Those before it may be among them, and cost time.
    pub(super) fn page<T>(&self, items: impl Iterator<Item = T>, key: impl Fn(&T) -> String) -> Page<T> {
        let is_before = |item: &T| self.after.as_ref().is_some_and(|after| key(item) <= *after);
        let mut page: Vec<T> = items.skip_while(is_before).take(self.max + 1).collect();
        let more = page.len() > self.max;
        page.truncate(self.max);
        let marker = page.last().filter(|_| more).map(|last| seal(&key(last)));
        Page { items: page, marker }
    }
}

/// The page after `marker` of items that are sorted by their keys.
///
/// # Errors
/// As [`Paging::read`].
pub(super) fn page<T>(
    items: impl Iterator<Item = T>,
    key: impl Fn(&T) -> String,
    max_records: Option<i32>,
    marker: Option<&str>,
) -> Result<Page<T>, Refusal> {
    Ok(Paging::read(max_records, marker)?.page(items, key))
}

/// The key in a marker.
///
/// # Errors
/// When it is no marker of this sandbox.
pub(super) fn open(marker: &str) -> Result<String, Refusal> {
    let wrong = || Refusal::new("InvalidParameterValue", "The specified marker is not valid.");
    let pairs = marker.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|pair| {
            std::str::from_utf8(pair).ok().filter(|p| p.len() == 2).and_then(|p| u8::from_str_radix(p, 16).ok())
        })
        .collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)
}

fn seal(key: &str) -> String {
    key.bytes().fold(String::with_capacity(key.len() * 2), |mut marker, byte| {
        let _infallible = write!(marker, "{byte:02x}");
        marker
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_give_everything_once_even_when_the_list_changes() {
        let mut names: Vec<String> = (0..250).map(|n| format!("db-{n:03}")).collect();
        let (mut seen, mut marker) = (Vec::new(), None);
        loop {
            let page =
                page(names.iter().cloned(), String::clone, None, marker.as_deref()).map_err(|r| r.message).unwrap();
            seen.extend(page.items);
            // One that was given already goes away.
            names.remove(0);
            marker = page.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 250);
        assert!(seen.is_sorted());
    }

    #[test]
    fn wrong_sizes_and_markers_are_refused() {
        for (size, marker) in [(Some(19), None), (Some(101), None), (None, Some("zz")), (None, Some("abc"))] {
            let refused = page(std::iter::empty::<String>(), String::clone, size, marker).err().map(|r| r.code);
            assert_eq!(refused, Some("InvalidParameterValue"), "{size:?} {marker:?}");
        }
    }
}
