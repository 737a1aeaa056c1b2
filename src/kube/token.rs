//! The bearer token of a cluster: where it comes from, how long it is used, and that nobody prints it.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};

use crate::domain::Fault;

/// A token of EKS is used for so long: it is valid for 15 minutes (amazon-eks `aws eks get-token`, `TOKEN_MINS`), and a
/// request may be under way when they end.
const USED: SignedDuration = SignedDuration::from_mins(14);
/// A failure is not tried again sooner: a dozen watches ask at once, and a command may take half a minute to fail.
const FAILURE_KEPT: SignedDuration = SignedDuration::from_secs(5);

/// A token that is sent as `Authorization: Bearer …`. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken {
    header: HeaderValue,
    until: Timestamp,
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BearerToken(until {})", self.until)
    }
}

impl BearerToken {
    /// A token that is used until then; none where the text cannot stand in a header.
    #[must_use]
    pub fn new(text: &str, until: Timestamp) -> Option<Self> {
        let mut header = HeaderValue::try_from(format!("Bearer {text}")).ok().filter(|_| !text.is_empty())?;
        header.set_sensitive(true);
        Some(Self { header, until })
    }

    /// A token of EKS that was signed at that moment: it dies with the credentials that signed it.
    #[must_use]
    pub fn signed(text: &str, signed: Timestamp, credentials_end: Option<Timestamp>) -> Option<Self> {
        let renewed = signed.checked_add(USED).unwrap_or(Timestamp::MAX);
        Self::new(text, credentials_end.map_or(renewed, |end| end.min(renewed)))
    }

    /// Until when it is used.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// Gives the token for a cluster.
pub trait TokenSource: Send + Sync {
    /// The token for the next request.
    fn token(&self) -> BoxFuture<'_, Result<BearerToken, Fault>>;

    /// The API server refused this one (HTTP 401): it is not given again.
    fn refused(&self, token: &BearerToken);
}

/// Keeps the token that was fetched for as long as it is used; one fetch at a time.
pub struct KeptTokens<F> {
    fetch: F,
    now: fn() -> Timestamp,
    /// Held while one is fetched.
    fetching: tokio::sync::Mutex<()>,
    kept: Mutex<KeptToken>,
}

enum KeptToken {
    None,
    Token(BearerToken),
    /// It failed at that moment.
    Failure(Timestamp, Fault),
}

impl<F> KeptTokens<F>
where
    F: Fn() -> BoxFuture<'static, Result<BearerToken, Fault>> + Send + Sync,
{
    /// Tokens that are fetched so.
    pub fn new(fetch: F) -> Self {
        Self::with_clock(fetch, Timestamp::now)
    }

    fn with_clock(fetch: F, now: fn() -> Timestamp) -> Self {
        Self { fetch, now, fetching: tokio::sync::Mutex::new(()), kept: Mutex::new(KeptToken::None) }
    }

    fn kept(&self) -> Option<Result<BearerToken, Fault>> {
        let now = (self.now)();
        match &*self.kept.lock().unwrap_or_else(PoisonError::into_inner) {
            KeptToken::Token(token) if now < token.until => Some(Ok(token.clone())),
            KeptToken::Failure(at, fault) if now >= *at && now.duration_since(*at) < FAILURE_KEPT => {
                Some(Err(fault.clone()))
            }
            _ => None,
        }
    }

    fn keep(&self, kept: KeptToken) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}

impl<F> TokenSource for KeptTokens<F>
where
    F: Fn() -> BoxFuture<'static, Result<BearerToken, Fault>> + Send + Sync,
{
    fn token(&self) -> BoxFuture<'_, Result<BearerToken, Fault>> {
        Box::pin(async move {
            if let Some(kept) = self.kept() {
                return kept;
            }
            let _one_at_a_time = self.fetching.lock().await;
            if let Some(kept) = self.kept() {
                return kept;
            }
            let fetched = (self.fetch)().await;
            self.keep(match &fetched {
                Ok(token) => KeptToken::Token(token.clone()),
                Err(fault) => KeptToken::Failure((self.now)(), fault.clone()),
            });
            fetched
        })
    }

    fn refused(&self, token: &BearerToken) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(&*kept, KeptToken::Token(same) if same == token) {
            *kept = KeptToken::None;
        }
    }
}

#[cfg(test)]
mod tests;
