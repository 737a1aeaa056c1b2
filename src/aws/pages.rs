//! Following a list to its end.

use std::collections::HashSet;

use crate::domain::{Fault, FaultKind};

/// The markers of one list that have been followed. A marker that comes again would make us ask
/// for ever (a broken proxy cache answers so), and ending there would hide that the list is cut.
#[derive(Debug, Default)]
pub(super) struct Pages {
    followed: HashSet<String>,
}

impl Pages {
    /// The marker of the next page; `None` after the last one.
    ///
    /// # Errors
    /// [`FaultKind::BrokenAnswer`] when this marker was followed before.
    pub(super) fn next(&mut self, call: &str, marker: Option<String>) -> Result<Option<String>, Fault> {
        let Some(marker) = marker.filter(|marker| !marker.is_empty()) else {
            return Ok(None);
        };
        if self.followed.insert(marker.clone()) {
            return Ok(Some(marker));
        }
        Err(Fault {
            kind: FaultKind::BrokenAnswer,
            call: call.to_owned(),
            message: "the list never ends: a page points back to an earlier one".to_owned(),
            request_id: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_without_a_marker() {
        let mut pages = Pages::default();
        assert_eq!(pages.next("c", Some("1".into())), Ok(Some("1".into())));
        assert_eq!(pages.next("c", Some(String::new())), Ok(None));
        assert_eq!(pages.next("c", None), Ok(None));
    }

    #[test]
    fn a_ring_of_markers_is_a_broken_answer() {
        let mut pages = Pages::default();
        assert_eq!(pages.next("c", Some("1".into())), Ok(Some("1".into())));
        assert_eq!(pages.next("c", Some("2".into())), Ok(Some("2".into())));
        let fault = pages.next("c", Some("1".into())).unwrap_err();
        assert_eq!((fault.kind, fault.call.as_str()), (FaultKind::BrokenAnswer, "c"));
    }
}
