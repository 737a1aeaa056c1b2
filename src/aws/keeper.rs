//! The credentials of a session: fetched once for all of its clients, kept until they end.
//!
//! In place of the SDK's identity cache, because a fetch may wait for a person: it goes on in a
//! task of its own when the call that began it has run out of time, there is one at a time, and a
//! failed one is not repeated by every dataset of the screen.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_smithy_async::time::SharedTimeSource;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use super::mfa::{Asker, MfaError, Waits};
use super::process::ProcessError;

/// Credentials are renewed so long before they end: a request signed now arrives later.
const EARLY: Duration = Duration::from_secs(20);
/// Credentials that name no end are read again after this, as the SDK does it.
const UNDATED: Duration = Duration::from_secs(15 * 60);
/// A call waits so long for a person; less than the time it has for one attempt, so that it can
/// still say what it waits for.
const POLITE: Duration = Duration::from_secs(8);
/// No new fetch so soon after one that failed.
const PAUSE: Duration = Duration::from_secs(2);
/// Nobody is asked again so soon after a question that was dismissed, but by a key.
const DISMISSED: Duration = Duration::from_secs(5 * 60);

/// Keeps the credentials of one session. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    inner: Arc<Inner>,
}

struct Inner {
    source: Arc<dyn ProvideCredentials>,
    asker: Asker,
    clock: SharedTimeSource,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    failed: Option<Failed>,
    under_way: Option<(watch::Receiver<Outcome>, AbortHandle)>,
}

struct Kept {
    credentials: Credentials,
    /// They are fetched anew from this time on.
    until: SystemTime,
}

struct Failed {
    cause: Arc<CredentialsError>,
    /// The same is said until this time.
    until: Instant,
}

/// What a fetch ended with; `None` while it is under way.
type Outcome = Option<Result<Credentials, Arc<CredentialsError>>>;

enum Turn {
    Done(provider::Result),
    Wait(watch::Receiver<Outcome>),
}

impl Keeper {
    pub(super) fn new(source: impl ProvideCredentials + 'static, asker: Asker, clock: SharedTimeSource) -> Self {
        Self { inner: Arc::new(Inner { source: Arc::new(source), asker, clock, state: Mutex::default() }) }
    }

    /// The credentials, however long a person takes to give a code.
    pub(super) async fn settled(&self) -> provider::Result {
        let mut under_way = match self.turn() {
            Turn::Done(result) => return result,
            Turn::Wait(under_way) => under_way,
        };
        let outcome = under_way.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        match outcome {
            Some(Ok(credentials)) => Ok(credentials),
            Some(Err(cause)) => Err(again(&cause)),
            None => Err(CredentialsError::unhandled("the fetching of credentials was given up")),
        }
    }

    /// When the credentials in use end, also after they did.
    pub(super) fn expiry(&self) -> Option<Timestamp> {
        let state = self.inner.lock();
        Timestamp::try_from(state.kept.as_ref()?.credentials.expiry()?).ok()
    }

    /// The next call needs credentials that are fetched anew. A fetch that is under way goes on: it
    /// began after the old ones, and somebody may be typing the code that it asked for. The end of
    /// the old ones is still told.
    pub(super) fn forget(&self) {
        let mut state = self.inner.lock();
        let is_under_way = state.under_way.as_ref().is_some_and(|(outcome, _)| outcome.has_changed().is_ok());
        if !is_under_way {
            state.failed = None;
            if let Some(kept) = &mut state.kept {
                kept.until = SystemTime::UNIX_EPOCH;
            }
        }
    }

    /// AWS does not take the credentials of this access key any more.
    pub(super) fn refused(&self, access_key: &str) {
        let mut state = self.inner.lock();
        if state.kept.as_ref().is_some_and(|kept| kept.credentials.access_key_id() == access_key) {
            state.kept = None;
        }
    }

    fn turn(&self) -> Turn {
        let mut state = self.inner.lock();
        let now = self.inner.clock.now();
        if let Some(kept) = state.kept.as_ref().filter(|kept| now < kept.until) {
            return Turn::Done(Ok(kept.credentials.clone()));
        }
        if let Some(failed) = state.failed.as_ref().filter(|failed| Instant::now() < failed.until) {
            return Turn::Done(Err(again(&failed.cause)));
        }
        // A sender that is gone is a task that was ended with its runtime.
        let under_way = state.under_way.as_ref().filter(|(outcome, _)| outcome.has_changed().is_ok());
        if let Some((outcome, _)) = under_way {
            return Turn::Wait(outcome.clone());
        }
        let (sender, outcome) = watch::channel(None);
        let (source, inner) = (Arc::clone(&self.inner.source), Arc::downgrade(&self.inner));
        let task = tokio::spawn(async move {
            let result = source.provide_credentials().await.map_err(Arc::new);
            if let Some(inner) = inner.upgrade() {
                inner.take(&result);
            }
            // Those who asked may all have run out of time; what was fetched is kept for the next.
            let _told = sender.send(Some(result));
        });
        state.under_way = Some((outcome.clone(), task.abort_handle()));
        Turn::Wait(outcome)
    }

    /// The credentials for one attempt of a call.
    async fn for_attempt(&self) -> provider::Result {
        if let Ok(result) = timeout(POLITE, self.settled()).await {
            return result;
        }
        match self.inner.asker.standing() {
            Some(Waits::Code(serial)) => Err(CredentialsError::provider_error(MfaError::Waiting { serial })),
            Some(Waits::Process(profile)) => Err(CredentialsError::provider_error(ProcessError::Waiting { profile })),
            None => self.settled().await,
        }
    }
}

impl ProvideCredentials for Keeper {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.for_attempt())
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what a fetch ended with. After a failure the old credentials stay for their end
    /// to be told; they are not used, because a fetch begins only where they may not be.
    fn take(&self, result: &Result<Credentials, Arc<CredentialsError>>) {
        let now = self.clock.now();
        let mut state = self.lock();
        state.under_way = None;
        match result {
            Ok(credentials) => {
                let until = match credentials.expiry() {
                    Some(end) => end.checked_sub(EARLY).unwrap_or(end),
                    None => now + UNDATED,
                };
                state.kept = Some(Kept { credentials: credentials.clone(), until });
                state.failed = None;
            }
            Err(cause) => {
                let pause = if is_dismissed(cause) { DISMISSED } else { PAUSE };
                state.failed = Some(Failed { cause: Arc::clone(cause), until: Instant::now() + pause });
            }
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    /// Without its session a question has no purpose: its prompt goes away.
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, task)) = state.under_way.take() {
            task.abort();
        }
    }
}

fn is_dismissed(cause: &CredentialsError) -> bool {
    let mfa = cause.source().and_then(|source| source.downcast_ref::<MfaError>());
    matches!(mfa, Some(MfaError::NotGiven { .. } | MfaError::NobodyToAsk { .. }))
}

/// The same error for somebody else who waited for it: of the same kind, with the same causes.
fn again(cause: &Arc<CredentialsError>) -> CredentialsError {
    let again = Again(Arc::clone(cause));
    match cause.as_ref() {
        CredentialsError::ProviderTimedOut(details) => CredentialsError::provider_timed_out(details.timeout_duration()),
        CredentialsError::CredentialsNotLoaded(_) => CredentialsError::not_loaded(again),
        CredentialsError::InvalidConfiguration(_) => CredentialsError::invalid_configuration(again),
        _ => CredentialsError::provider_error(again),
    }
}

#[derive(Debug)]
struct Again(Arc<CredentialsError>);

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Again {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests;
