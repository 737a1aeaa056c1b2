//! A list that is too long to be read as a whole: it is read page by page, as far as somebody looks.

use jiff::Timestamp;

use super::text::with_commas;
use super::{Fault, Remote};

/// What was read of a list that AWS gives in pages, each with a token of where the next one begins (S3's
/// `ListObjectsV2`: 1,000 keys at most, `NextContinuationToken` where `IsTruncated`).
///
/// One page is asked for at a time, and the next only when somebody looks near the end of what is there. A request has
/// a number that no other one has: the page of another listing, or of before a refresh, is dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Pages<T> {
    read: Remote<Vec<T>>,
    /// Where the next page begins; `None` at the end, and before the first page.
    next: Option<String>,
    /// The request that is on its way.
    awaited: Option<Awaited>,
    /// The next page is the first one.
    anew: bool,
    /// The last request failed: there is none by itself before [`Pages::again`].
    failed: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Awaited {
    id: u64,
    /// It is of the first page.
    first: bool,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { read: Remote::Idle, next: None, awaited: None, anew: true, failed: false }
    }
}

impl<T> Pages<T> {
    /// What was read, in AWS's order. Its time is that of the first page, the oldest; it is stale where the last page
    /// that was asked for did not come.
    pub fn read(&self) -> &Remote<Vec<T>> {
        &self.read
    }

    /// There are more of them than were read.
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// A page is on its way.
    pub fn is_asking(&self) -> bool {
        self.awaited.is_some()
    }

    /// How many were read, in words: `1,000, and more`, or `1,234` where these are all. `None` before the first page.
    pub fn shown(&self) -> Option<String> {
        let count = with_commas(self.read.value()?.len() as u64);
        Some(if self.has_more() { format!("{count}, and more") } else { count })
    }

    /// Whether a page is to be asked for now, for somebody whose cursor is on this row (from 0) and who sees so many
    /// rows at once: the first one, or the next one when the cursor is within a screenful of the end.
    pub fn is_due(&self, cursor: usize, screenful: usize) -> bool {
        if self.awaited.is_some() || self.failed {
            return false;
        }
        let count = self.read.value().map_or(0, Vec::len);
        self.anew || (self.next.is_some() && cursor.saturating_add(screenful) >= count)
    }

    /// The page that is due is being asked for by the request of this number. Gives the token that it goes on with,
    /// none for the first page. One that was on its way is no longer awaited.
    pub fn begin(&mut self, id: u64) -> Option<String> {
        let after = self.next.clone().filter(|_| !self.anew);
        self.awaited = Some(Awaited { id, first: after.is_none() });
        self.failed = false;
        self.read.begin();
        after
    }

    /// The page that a request asked for has come, and the token of the next one where there is one. True when it was
    /// awaited; else nothing changes. Whoever reads it from AWS refuses a page that points to itself.
    pub fn take(&mut self, id: u64, page: Vec<T>, next: Option<String>, now: Timestamp) -> bool {
        let Some(asked) = self.awaited.take_if(|asked| asked.id == id) else { return false };
        let before = match std::mem::take(&mut self.read) {
            Remote::Ready { value, at } | Remote::Stale { value, at, .. } if !asked.first => Some((value, at)),
            _ => None,
        };
        let (mut all, at) = before.unwrap_or((Vec::new(), now));
        all.extend(page);
        self.read.succeed(all, at);
        self.next = next.filter(|token| !token.is_empty());
        self.anew = false;
        true
    }

    /// A request failed: what was read stays, beside the reason. True when it was awaited; else nothing changes.
    pub fn fail(&mut self, id: u64, fault: Fault) -> bool {
        if self.awaited.take_if(|asked| asked.id == id).is_none() {
            return false;
        }
        self.failed = true;
        self.read.fail(fault);
        true
    }

    /// The page that failed may be asked for again.
    pub fn again(&mut self) {
        self.failed = false;
    }

    /// The list is to be read anew from its beginning. What was read stays until the first page has come.
    pub fn refresh(&mut self) {
        self.awaited.take_if(|asked| !asked.first);
        self.anew = true;
        self.failed = false;
    }
}

#[cfg(test)]
mod tests;
