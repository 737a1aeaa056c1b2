//! Sends requests: with a token, bounded in time and size, and tried again where they are readings.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::answer::{self, ApiFailure};
use super::patience::Patience;
use super::request::ApiRequest;
use super::route::ApiRoute;
use super::token::{BearerToken, TokenSource};
use super::unanswered;
use crate::domain::{Fault, FaultKind};

/// So often a reading is sent at most.
const ATTEMPTS: u32 = 3;
/// Nothing is sent again later than this after the first time: whoever looks at the screen has an error by then.
const WITHIN: Duration = Duration::from_secs(10);
/// Waited before the second attempt where the server does not say how long; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(500);
/// A whole answer comes within this after its head: 500 pods are some MiB.
const WHOLE: Duration = Duration::from_secs(15);
/// No answer is longer; the metrics of 10,000 pods are 5 MiB.
const MOST: usize = 256 << 20;
/// So much of a refusal is read, and so long.
const MOST_OF_REFUSAL: usize = 64 << 10;
const REFUSAL: Duration = Duration::from_secs(5);
/// As the audit log of a cluster shows us.
const AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// What a [`super::ClusterApi`] sends its requests over.
pub(super) struct ApiLine {
    pub(super) client: Client,
    /// None where kube has the credentials of a context itself.
    pub(super) tokens: Option<Arc<dyn TokenSource>>,
    pub(super) patience: Patience,
    pub(super) route: ApiRoute,
}

/// Why a request has no answer.
pub(super) struct Unanswered {
    pub(super) failure: ApiFailure,
    /// It certainly stayed here.
    pub(super) never_left: bool,
}

impl ApiLine {
    /// Asks, and gives the whole answer.
    pub(super) async fn read(&self, request: &ApiRequest) -> Result<Bytes, ApiFailure> {
        let body = self.ask(request).await?.into_body();
        let late = |_| {
            let message = format!("an answer began, and the rest of it did not come within {} s", WHOLE.as_secs());
            ApiFailure::of(request, FaultKind::TimedOut, &message)
        };
        timeout(WHOLE, whole(request, body)).await.map_err(late)?
    }

    /// Asks, and gives the answer once its head is there and good. Only readings are sent again.
    pub(super) async fn ask(&self, request: &ApiRequest) -> Result<Response<Body>, ApiFailure> {
        let (began, is_reading) = (Instant::now(), request.is_reading());
        let (mut attempt, mut may_renew) = (1, is_reading);
        loop {
            let token = self.token().await?;
            let answer = self.once(request, token.as_ref(), self.patience.head()).await.map_err(|none| none.failure)?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            let (head, body) = answer.into_parts();
            let said = start_of(body).await;
            if head.status == StatusCode::UNAUTHORIZED && self.refused(token.as_ref()) && may_renew {
                may_renew = false;
                continue;
            }
            let pause = pause(head.status, &head.headers, attempt);
            match pause
                .filter(|pause| is_reading && attempt < ATTEMPTS && began.elapsed().saturating_add(*pause) <= WITHIN)
            {
                Some(pause) => sleep(pause).await,
                None => return Err(answer::refused(request, &self.route, head.status.as_u16(), &said)),
            }
            attempt += 1;
        }
    }

    /// The token to send with; none where kube has the credentials itself.
    pub(super) async fn token(&self) -> Result<Option<BearerToken>, Fault> {
        match &self.tokens {
            Some(tokens) => Ok(Some(tokens.token().await?)),
            None => Ok(None),
        }
    }

    /// A token was refused; true where another one may be had.
    pub(super) fn refused(&self, token: Option<&BearerToken>) -> bool {
        match (&self.tokens, token) {
            (Some(tokens), Some(token)) => {
                tokens.refused(token);
                true
            }
            _ => false,
        }
    }

    /// Sends a request, once, and waits so long for the head of an answer, whatever it says.
    pub(super) async fn once(
        &self,
        request: &ApiRequest,
        token: Option<&BearerToken>,
        longest: Duration,
    ) -> Result<Response<Body>, Unanswered> {
        let mut sent =
            Request::builder().method(request.method()).uri(request.path()).header(ACCEPT, "application/json");
        let (content, body) = request.body().unzip();
        if let Some(headers) = sent.headers_mut() {
            headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
            headers.extend(content.map(|content| (CONTENT_TYPE, HeaderValue::from_static(content))));
            headers.extend(token.map(|token| (AUTHORIZATION, token.header())));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.into_bytes()));
        let sent = sent.body(body).map_err(|error| Unanswered {
            failure: ApiFailure::of(request, FaultKind::BrokenAnswer, &error.to_string()),
            never_left: true,
        })?;
        match timeout(longest, self.client.send(sent)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Unanswered {
                failure: unanswered::unanswered(request, &self.route, &error),
                never_left: unanswered::never_left(&error),
            }),
            Err(_) => {
                let message = format!("no answer within {} s", longest.as_secs());
                let failure = ApiFailure::of(request, FaultKind::TimedOut, &message);
                Err(Unanswered { failure, never_left: false })
            }
        }
    }
}

/// How long to wait before the same is asked again; none where that does not help.
fn pause(status: StatusCode, headers: &HeaderMap, attempt: u32) -> Option<Duration> {
    let is_passing = matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504);
    // A date in place of seconds is nothing that an API server sends.
    let said = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    is_passing.then(|| said.map_or(PAUSE * 2_u32.pow(attempt.min(4) - 1), Duration::from_secs))
}

/// All of an answer.
pub(super) async fn whole(request: &ApiRequest, mut body: Body) -> Result<Bytes, ApiFailure> {
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|error| unanswered::cut(request, &error))?.into_data() {
            if all.len() + data.len() > MOST {
                let message = format!("the answer is longer than {} MiB", MOST >> 20);
                return Err(ApiFailure::of(request, FaultKind::BrokenAnswer, &message));
            }
            all.extend_from_slice(&data);
        }
    }
    Ok(all.into())
}

/// The start of a refusal, as far as it comes.
async fn start_of(mut body: Body) -> Vec<u8> {
    let (mut all, until) = (Vec::new(), Instant::now() + REFUSAL);
    while let Ok(Some(Ok(frame))) = timeout_at(until, body.frame()).await {
        if let Ok(data) = frame.into_data() {
            all.extend_from_slice(&data);
        }
        if all.len() >= MOST_OF_REFUSAL {
            break;
        }
    }
    all.truncate(MOST_OF_REFUSAL);
    all
}

#[cfg(test)]
mod tests;
