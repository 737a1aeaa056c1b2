//! `maxResults` and `nextToken`: pages that stay right while things come and go between two calls.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::refusal::EksRefusal;

/// The most that a page has, and what it has when nothing is said (API reference, `maxResults`).
const MOST: i32 = 100;

/// One page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EksPage<T> {
    pub(super) items: Vec<T>,
    /// Where the next one begins; `None` on the last.
    pub(super) next: Option<String>,
}

/// The page behind a token of items that are sorted by their keys. The token holds the last key that was given.
///
/// # Errors
/// A size outside of 1 to 100, and a token that EKS did not give.
pub(super) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    size: Option<i32>,
    token: Option<&str>,
) -> Result<EksPage<T>, EksRefusal> {
    let size = size.unwrap_or(MOST);
    if !(1..=MOST).contains(&size) {
        let bound = if size < 1 { "greater than or equal to 1" } else { "less than or equal to 100" };
        return Err(EksRefusal::parameter(format!(
            "1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: Member must have \
             value {bound}"
        )));
    }
    let size = size as usize;
    let after = token.filter(|token| !token.is_empty()).map(open).transpose()?;
    let is_before = |item: &T| after.as_ref().is_some_and(|after| key(item) <= *after);
    let mut items: Vec<T> = items.into_iter().skip_while(is_before).take(size + 1).collect();
    let more = items.len() > size;
    items.truncate(size);
    let next = items.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
    Ok(EksPage { items, next })
}

fn open(token: &str) -> Result<String, EksRefusal> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| EksRefusal::parameter("The specified nextToken is invalid."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_give_everything_once_though_one_that_was_given_goes_away() {
        let mut names = vec!["a", "b", "c", "d"];
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let page = page(names.clone(), |name| (*name).to_owned(), Some(1), token.as_deref()).unwrap();
            seen.extend(page.items);
            names.retain(|name| *name != "a");
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "b", "c", "d"]);
    }

    #[test]
    fn wrong_sizes_and_tokens_are_refused() {
        for (size, token) in [(Some(0), None), (Some(101), None), (None, Some("%")), (None, Some("-w"))] {
            assert!(page(["a"], |name| (*name).to_owned(), size, token).is_err(), "{size:?} {token:?}");
        }
    }
}
