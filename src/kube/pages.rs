//! Lists that are read to their end, page by page.

use super::answer::ApiFailure;
use super::ask::ApiLine;
use super::request::{ApiRequest, Chosen, ListPage};
use super::served::broken;
use crate::domain::FaultKind;
use crate::services::kubernetes::ObjectKind;

/// So often it begins anew where the pages are over before they are read; after that all is asked for at once, as
/// client-go's pager does.
const ANEW: u32 = 1;

/// Where a page ends.
pub(super) struct PageEnd {
    /// The moment that the list is of.
    pub(super) version: String,
    /// Where the next page is, empty where this is the last.
    pub(super) next: String,
}

/// A list that was read to its end.
pub(super) struct WholeList<T> {
    pub(super) version: String,
    pub(super) all: T,
}

/// Reads a list to its end, of so many pages at most; `take` puts a page to what came before it, and fails where it is
/// none.
pub(super) async fn read<T: Default>(
    line: &ApiLine,
    kind: ObjectKind,
    of: &Chosen,
    most: usize,
    mut take: impl FnMut(&mut T, &[u8]) -> Result<PageEnd, serde_json::Error>,
) -> Result<WholeList<T>, ApiFailure> {
    let mut anew = 0;
    loop {
        let first = if anew > ANEW { ListPage::Whole } else { ListPage::First };
        match pages(line, kind, of, most, first, &mut take).await {
            Err(failure) if failure.is_gone && anew <= ANEW => anew += 1,
            read => return read,
        }
    }
}

async fn pages<T: Default>(
    line: &ApiLine,
    kind: ObjectKind,
    of: &Chosen,
    most: usize,
    first: ListPage,
    take: &mut impl FnMut(&mut T, &[u8]) -> Result<PageEnd, serde_json::Error>,
) -> Result<WholeList<T>, ApiFailure> {
    let mut all = T::default();
    let mut request = ApiRequest::List { kind, of: of.clone(), page: first };
    for _ in 0..most {
        let body = line.read(&request).await?;
        let end = take(&mut all, &body).map_err(|_| broken(&request, &body))?;
        if !end.next.is_empty() {
            request = ApiRequest::List { kind, of: of.clone(), page: ListPage::Next(end.next) };
        } else if end.version.is_empty() {
            // Without it a watch would begin anywhere.
            let message = "a list that does not say which moment it is of";
            return Err(ApiFailure::of(&request, FaultKind::BrokenAnswer, message));
        } else {
            return Ok(WholeList { version: end.version, all });
        }
    }
    let message = format!("a list that does not end within {most} pages");
    Err(ApiFailure::of(&request, FaultKind::BrokenAnswer, &message))
}
