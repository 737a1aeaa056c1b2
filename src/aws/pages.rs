//! Following a list to its end.

use std::collections::HashSet;

use crate::domain::{Fault, FaultKind};

/// Records of one list that are taken: forty times what one console has been tried with.
const MOST_RECORDS: usize = 200_000;
/// Pages of one list that are followed: as many records, 100 a page.
const MOST_PAGES: usize = 2_000;

/// The markers of one list that have been followed. A marker that comes again would make us ask
/// for ever (a broken proxy cache answers so), and ending there would hide that the list is cut.
#[derive(Debug, Default)]
pub(super) struct Markers {
    followed: HashSet<String>,
}

impl Markers {
    /// The marker of the next page of a list of which so many `records` are there; `None` after the last one.
    ///
    /// # Errors
    /// [`FaultKind::BrokenAnswer`] when this marker was followed before, or when there are too many, of markers
    /// or of records.
    pub(super) fn next(&mut self, call: &str, marker: Option<String>, records: usize) -> Result<Option<String>, Fault> {
        within(call, records)?;
        let Some(marker) = marker.filter(|marker| !marker.is_empty()) else {
            return Ok(None);
        };
        if self.followed.len() >= MOST_PAGES {
            return Err(broken(call, format!("the list has more than {MOST_PAGES} pages: it was not read to its end")));
        }
        if self.followed.insert(marker.clone()) {
            return Ok(Some(marker));
        }
        Err(broken(call, "the list never ends: a page points back to an earlier one".to_owned()))
    }
}

/// Whether a list may have this many records.
///
/// # Errors
/// [`FaultKind::BrokenAnswer`] when it may not.
fn within(call: &str, records: usize) -> Result<(), Fault> {
    if records <= MOST_RECORDS {
        return Ok(());
    }
    Err(broken(call, format!("the list has more than {MOST_RECORDS} records: it was not read to its end")))
}

fn broken(call: &str, message: String) -> Fault {
    Fault { kind: FaultKind::BrokenAnswer, call: call.to_owned(), message, request_id: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_without_a_marker() {
        let mut pages = Markers::default();
        assert_eq!(pages.next("c", Some("1".into()), 0), Ok(Some("1".into())));
        assert_eq!(pages.next("c", Some(String::new()), 0), Ok(None));
        assert_eq!(pages.next("c", None, 0), Ok(None));
    }

    #[test]
    fn a_ring_of_markers_is_a_broken_answer() {
        let mut pages = Markers::default();
        assert_eq!(pages.next("c", Some("1".into()), 0), Ok(Some("1".into())));
        assert_eq!(pages.next("c", Some("2".into()), 0), Ok(Some("2".into())));
        let fault = pages.next("c", Some("1".into()), 0).unwrap_err();
        assert_eq!((fault.kind, fault.call.as_str()), (FaultKind::BrokenAnswer, "c"));
    }

    #[test]
    fn a_list_has_a_size() {
        let mut pages = Markers::default();
        for page in 0..MOST_PAGES {
            assert!(pages.next("c", Some(page.to_string()), 0).is_ok());
        }
        let fault = pages.next("c", Some("more".into()), 0).unwrap_err();
        assert_eq!(fault.message, "the list has more than 2000 pages: it was not read to its end");
        assert_eq!(pages.next("c", None, 0), Ok(None), "the last page is the last page");
        assert_eq!(within("c", MOST_RECORDS), Ok(()));
        let fault = within("c", MOST_RECORDS + 1).unwrap_err();
        assert_eq!(fault.message, "the list has more than 200000 records: it was not read to its end");
    }
}
