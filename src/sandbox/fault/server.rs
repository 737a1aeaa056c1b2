//! What arrives of what the API server of a cluster says, as failures look on that wire.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Body, Frame};
use jiff::Timestamp;
use tokio::time::sleep;

use super::reply::{LATE, SILENCE};
use super::{Call, Kind, body, forms};
use crate::sandbox::kubernetes::api::{ApiAsked, ApiBody, ApiRefusal, whole};
use crate::sandbox::kubernetes::estate::ClusterSite;
use crate::sandbox::services::{Caller, Scope, sts};

/// What faults call an API server, where they name services.
pub const SERVICE: &str = "kubernetes";

/// When who is slowed down may ask again, seconds.
const RETRY_AFTER: u32 = 1;

/// What struck a connection, if anything does at this moment.
pub type Strikes = Arc<dyn Fn() -> Option<Kind> + Send + Sync>;

/// A request to the API server of a cluster, as faults look at it.
#[derive(Debug)]
pub struct ServerCall {
    scope: Scope,
    asked: ApiAsked,
    operation: String,
    number: u64,
}

impl ServerCall {
    /// A request to the cluster of a site, with its number among all calls.
    #[must_use]
    pub fn new(site: ClusterSite, asked: ApiAsked, number: u64) -> Self {
        // Nothing is signed for it: it is called in the cluster's own place.
        let (account, region) = (site.account().to_owned(), site.region().to_owned());
        let scope =
            Scope { caller: Caller { account, region, access_key: String::new() }, service: SERVICE.to_owned() };
        Self { operation: asked.operation(), scope, asked, number }
    }

    /// As it stands at a moment: one that lasts is looked at again.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Call<'_> {
        Call { scope: &self.scope, operation: &self.operation, number: self.number, at }
    }

    /// What arrives where a fault strikes the request, if one does; `said` is the server's own answer, which it makes even
    /// where that is lost on the way. A body that lasts is not touched: [`lasting`] is for that.
    ///
    /// # Errors
    /// No answer arrives.
    pub async fn arrives(
        &self,
        struck: Option<Kind>,
        said: impl Future<Output = Response<ApiBody>>,
    ) -> io::Result<Response<ApiBody>> {
        let Some(kind) = struck else { return Ok(said.await) };
        Ok(match kind {
            Kind::Throttled => {
                ApiRefusal::too_many_requests("Too many requests, please try again later.", RETRY_AFTER).response()
            }
            Kind::Denied => {
                let user = sts::user_arn(&self.scope.caller.account, "reader", "oncall");
                self.asked.forbidden(&user).response()
            }
            // A token that was signed with such credentials, or by such a clock, is nobody's.
            Kind::Expired | Kind::ClockSkew | Kind::WrongAccount => ApiRefusal::unauthorized().response(),
            Kind::Internal => ApiRefusal::internal("etcdserver: request timed out").response(),
            Kind::Unavailable => {
                let message = "the server is currently unable to handle the request";
                ApiRefusal::new(503, "ServiceUnavailable", message).response()
            }
            Kind::Html500 => {
                foreign(StatusCode::INTERNAL_SERVER_ERROR, "text/html; charset=utf-8", forms::WEB_PAGE.into())
            }
            Kind::WrongContentType => {
                foreign(StatusCode::OK, "application/json", format!("{}\n", forms::GATEWAY).into())
            }
            Kind::Garbage => {
                let mut noise = forms::noise(4096, self.number);
                // Who reads lines reads one.
                noise.push(b'\n');
                foreign(StatusCode::OK, "application/json", noise.into())
            }
            Kind::Refuses => return Err(io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused")),
            Kind::Hangs => return nothing().await,
            Kind::AnswerLost => {
                drop(said.await);
                return nothing().await;
            }
            Kind::Slow => {
                sleep(LATE).await;
                said.await
            }
            Kind::Drip | Kind::Silent | Kind::Cut | Kind::Huge => {
                let answer = said.await;
                if lasts(&answer) { answer } else { broken(kind, answer).await? }
            }
        })
    }
}

/// Whether the body of an answer comes for as long as somebody reads it: that of a watch, or of a log that is followed.
#[must_use]
pub fn lasts(answer: &Response<ApiBody>) -> bool {
    answer.body().size_hint().exact().is_none()
}

async fn nothing<T>() -> io::Result<T> {
    sleep(SILENCE).await;
    Err(silence())
}

fn silence() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "nothing came")
}

fn reset() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "connection reset by peer")
}

/// An answer of something else than an API server.
fn foreign(status: StatusCode, kind: &'static str, bytes: Bytes) -> Response<ApiBody> {
    let mut answer = Response::new(whole(bytes));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// The same answer, and its body as it arrives.
async fn broken(kind: Kind, answer: Response<ApiBody>) -> io::Result<Response<ApiBody>> {
    let (head, said) = answer.into_parts();
    let bytes = said.collect().await?.to_bytes();
    let body = match kind {
        Kind::Drip => body::drip(bytes),
        Kind::Silent => body::silent(),
        Kind::Cut => body::cut(&bytes),
        Kind::Huge => whole(forms::padded_json(&bytes).unwrap_or(bytes)),
        _ => whole(bytes),
    };
    Ok(Response::from_parts(head, body))
}

/// A body that lasts, a line after the other: each part of it fares as `strikes` says when it comes. Only what breaks a connection strikes one
/// that is open: who was let in is not asked again.
#[must_use]
pub fn lasting(said: ApiBody, strikes: Strikes) -> ApiBody {
    let first = Lasting { said, rest: Bytes::new(), strikes, course: Course::Flows };
    let parts = stream::unfold(first, |mut lasting| async move { Some((lasting.next().await?, lasting)) });
    BodyExt::boxed(StreamBody::new(parts))
}

struct Lasting {
    said: ApiBody,
    /// What has come and is not handed on yet.
    rest: Bytes,
    strikes: Strikes,
    course: Course,
}

enum Course {
    Flows,
    /// The connection is gone after what was handed on last.
    Breaks,
    Over,
}

impl Lasting {
    async fn next(&mut self) -> Option<io::Result<Frame<Bytes>>> {
        match self.course {
            Course::Over => return None,
            Course::Breaks => {
                sleep(body::MOMENT).await;
                return Some(self.ends(reset()));
            }
            Course::Flows => {}
        }
        let mut is_end = false;
        while self.rest.is_empty() && !is_end {
            match self.said.frame().await {
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Some(self.ends(error)),
                None => is_end = true,
            }
        }
        let part = match (self.strikes)() {
            Some(Kind::Hangs | Kind::Silent | Kind::AnswerLost) => {
                sleep(SILENCE).await;
                return Some(self.ends(silence()));
            }
            Some(Kind::Refuses) => return Some(self.ends(reset())),
            Some(Kind::Cut) if is_end => return Some(self.ends(reset())),
            Some(Kind::Cut) => {
                self.course = Course::Breaks;
                let line = self.rest.iter().position(|byte| *byte == b'\n').unwrap_or(self.rest.len());
                self.rest.split_to(line / 2)
            }
            Some(Kind::Drip) if !is_end => {
                sleep(body::DROP).await;
                self.rest.split_to(1)
            }
            Some(Kind::Slow) => {
                sleep(LATE).await;
                self.rest.split_off(0)
            }
            Some(Kind::Huge) => {
                let rest = self.rest.split_off(0);
                forms::padded_json(&rest).unwrap_or(rest)
            }
            _ => self.rest.split_off(0),
        };
        if is_end {
            self.course = Course::Over;
            return None;
        }
        Some(Ok(Frame::data(part)))
    }

    fn ends(&mut self, error: io::Error) -> io::Result<Frame<Bytes>> {
        self.course = Course::Over;
        Err(error)
    }
}

#[cfg(test)]
mod tests;
