//! The list that a watch begins with, page by page.

use std::sync::Arc;

use super::super::answer::ApiFailure;
use super::super::ask::ApiLine;
use super::super::interned::Interned;
use super::super::request::{ApiRequest, ListPage};
use super::super::served::broken;
use super::super::wire::{Projected, list};
use crate::domain::{FaultKind, Items};
use crate::services::kubernetes::ObjectKind;

/// So often it begins anew where the pages are over before they are read; after that all is asked for at once, as
/// client-go's pager does.
const ANEW: u32 = 1;
/// No list has more pages: 500 objects each.
const MOST_PAGES: usize = 2_000;

/// A list that was read to its end.
pub(super) struct WholeList<M> {
    pub(super) version: String,
    pub(super) items: Items<Arc<M>>,
    /// Objects that could not be read.
    pub(super) odd: usize,
}

/// Reads a list to its end.
pub(super) async fn read<M: Projected>(
    line: &ApiLine,
    kind: ObjectKind,
    words: &mut Interned,
) -> Result<WholeList<M>, ApiFailure> {
    let mut anew = 0;
    loop {
        let first = if anew > ANEW { ListPage::Whole } else { ListPage::First };
        match pages(line, kind, first, words).await {
            Err(failure) if failure.is_gone && anew <= ANEW => anew += 1,
            read => return read,
        }
    }
}

async fn pages<M: Projected>(
    line: &ApiLine,
    kind: ObjectKind,
    first: ListPage,
    words: &mut Interned,
) -> Result<WholeList<M>, ApiFailure> {
    let mut all = WholeList { version: String::new(), items: Items::new(), odd: 0 };
    let mut request = ApiRequest::List { kind, page: first };
    for _ in 0..MOST_PAGES {
        let body = line.read(&request).await?;
        let page = list::<M>(kind, &body, words).map_err(|_| broken(&request, &body))?;
        drop(body);
        all.odd += page.odd;
        all.items.extend(page.items.into_iter().map(|(key, object)| (key, Arc::new(object))));
        all.version = page.version;
        if !page.next.is_empty() {
            request = ApiRequest::List { kind, page: ListPage::Next(page.next) };
        } else if all.version.is_empty() {
            // Without it a watch would begin anywhere.
            let message = "a list that does not say which moment it is of";
            return Err(ApiFailure::of(&request, FaultKind::BrokenAnswer, message));
        } else {
            return Ok(all);
        }
    }
    Err(ApiFailure::of(&request, FaultKind::BrokenAnswer, "a list without end"))
}
