//! How the answers of clusters' API servers arrive: through the faults, as AWS's do.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::DATE;
use http::{Request, Response};

use super::Sandbox;
use super::fault::server::{self, SERVICE, ServerCall};
use super::kubernetes::api::{ApiAsked, ApiBody};
use super::kubernetes::estate::ClusterSite;
use super::log::Logged;
use super::log::server::reason;
use super::serve::date;

impl Sandbox {
    /// What arrives of what the API server of a cluster says to a request, or what the faults make of it. What comes of
    /// an answer that lasts fares as the world's faults are when it comes. What could change something is recorded when
    /// it comes, so that it is known though whoever has sent it is gone before it is answered.
    ///
    /// # Errors
    /// No answer arrives.
    pub async fn arriving<F>(
        self: &Arc<Self>,
        site: ClusterSite,
        request: Request<Bytes>,
        answer: impl FnOnce(Request<Bytes>) -> F,
    ) -> io::Result<Response<ApiBody>>
    where
        F: Future<Output = Response<ApiBody>>,
    {
        let asked = ApiAsked::of(request.method(), request.uri());
        let record = Logged::of_server(site, &asked, &request, self.now()).map(|logged| self.record(logged));
        let said = answer(request);
        let said = async {
            let answer = said.await;
            match record {
                Some(place) => self.executed(place, answer).await,
                None => answer,
            }
        };
        let number = self.count(format!("{SERVICE}:{}", asked.operation()));
        let call = ServerCall::new(site, asked, number);
        let disturbed = self.disturbed(&call.at(self.now())).map(|fault| fault.kind);
        let struck = disturbed.or_else(|| self.struck(&call.at(self.now())).map(|fault| fault.kind));
        let mut answer = call.arrives(struck, said).await?;
        if let Some(place) = record {
            answer = self.answered(place, answer).await;
        }
        if !answer.headers().contains_key(DATE) {
            date(answer.headers_mut(), self.now());
        }
        if !server::lasts(&answer) {
            return Ok(answer);
        }
        let sandbox = Arc::clone(self);
        let strikes = move || disturbed.or_else(|| sandbox.struck(&call.at(sandbox.now())).map(|fault| fault.kind));
        Ok(answer.map(|said| server::lasting(said, Arc::new(strikes))))
    }

    /// Notes what a cluster said to a recorded request.
    async fn executed(&self, place: usize, answer: Response<ApiBody>) -> Response<ApiBody> {
        let status = answer.status().as_u16();
        self.amend(place, |logged| logged.executed = Some(status));
        let (code, answer) = reason(answer).await;
        self.amend(place, |logged| logged.code = code);
        answer
    }

    /// Notes what arrived of it.
    async fn answered(&self, place: usize, answer: Response<ApiBody>) -> Response<ApiBody> {
        let status = answer.status().as_u16();
        // A body that does not come is not waited for here: what a refusal's reason is has been told by the cluster.
        let is_its_own = self.log().get(place).is_some_and(|logged| logged.executed.is_some());
        let (code, answer) = if is_its_own { (None, answer) } else { reason(answer).await };
        self.amend(place, |logged| {
            logged.answered = Some(status);
            logged.code = logged.code.take().or(code);
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use http_body_util::BodyExt;

    use super::super::fault::disturbance::Disturbance;
    use super::super::fault::{Fault, Kind, Service};
    use super::super::kubernetes::api::whole;
    use super::super::{SandboxClock, World, WorldOptions};
    use super::*;

    fn sandbox() -> Arc<Sandbox> {
        let epoch: jiff::Timestamp = "2026-11-22T14:00:00Z".parse().unwrap();
        let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch };
        Arc::new(Sandbox::new(World::build(&options).unwrap(), SandboxClock::frozen(epoch)))
    }

    async fn asked(sandbox: &Arc<Sandbox>, site: ClusterSite, path: &str) -> io::Result<Response<ApiBody>> {
        let request = Request::get(path).body(Bytes::new()).unwrap();
        sandbox.arriving(site, request, async |_| Response::new(whole(Bytes::from_static(b"{}")))).await
    }

    async fn evict(sandbox: &Arc<Sandbox>, status: u16) -> io::Result<Response<ApiBody>> {
        let request = Request::builder().method(Method::POST).uri("/api/v1/namespaces/a/pods/p/eviction");
        let request = request.body(Bytes::from_static(br#"{"kind":"Eviction"}"#)).unwrap();
        let answer = async move |_| {
            let said = Bytes::from_static(br#"{"kind":"Status","reason":"TooManyRequests"}"#);
            Response::builder().status(status).body(whole(said)).unwrap()
        };
        sandbox.arriving(ClusterSite::Production, request, answer).await
    }

    #[tokio::test(start_paused = true)]
    async fn what_changes_something_is_recorded_whatever_becomes_of_it() {
        let sandbox = sandbox();
        asked(&sandbox, ClusterSite::Production, "/api/v1/nodes").await.unwrap();
        assert!(sandbox.log().is_empty());
        let refused = evict(&sandbox, 429).await.unwrap().into_body().collect().await.unwrap().to_bytes();
        assert!(refused.starts_with(br#"{"kind":"Status""#), "the body is still there");
        let disturb = |kind| {
            let fault = Fault { services: vec![Service::Kubernetes], ..Fault::new(kind) };
            sandbox.disturb(Disturbance::new(fault).times(1));
        };
        disturb(Kind::Throttled);
        evict(&sandbox, 201).await.unwrap();
        disturb(Kind::AnswerLost);
        assert!(evict(&sandbox, 201).await.is_err());
        // Whoever has sent it is gone.
        disturb(Kind::Hangs);
        assert!(tokio::time::timeout(std::time::Duration::from_secs(1), evict(&sandbox, 201)).await.is_err());
        let log = sandbox.log();
        let became: Vec<_> =
            log.iter().map(|logged| (logged.executed, logged.answered, logged.code.as_deref())).collect();
        let busy = Some("TooManyRequests");
        let all = [(Some(429), Some(429), busy), (None, Some(429), busy), (Some(201), None, None), (None, None, None)];
        assert_eq!(became, all);
        let said = &log[0].parameters;
        assert_eq!((&*log[0].service, &*log[0].operation), ("kubernetes", "create pods/eviction"));
        assert_eq!((&*said["cluster"], &*said["namespace"], &*said["name"]), ("prod-eks", "a", "p"));
        assert_eq!(said[crate::sandbox::log::BODY], r#"{"kind":"Eviction"}"#);
    }

    #[tokio::test]
    async fn the_faults_of_the_world_stand_before_its_clusters() {
        let sandbox = sandbox();
        let denied =
            Fault::new(Kind::Denied).in_account("444455556666").in_operation(Service::Kubernetes, "list nodes");
        sandbox.change(|world| world.faults = vec![denied]);
        let answer = asked(&sandbox, ClusterSite::Production, "/api/v1/nodes").await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()[DATE].as_bytes()),
            (403, &b"Sun, 22 Nov 2026 14:00:00 GMT"[..])
        );
        for (site, path) in
            [(ClusterSite::Staging, "/api/v1/nodes"), (ClusterSite::Production, "/api/v1/nodes?watch=true")]
        {
            let answer = asked(&sandbox, site, path).await.unwrap();
            assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "{}");
        }
        let calls = sandbox.calls();
        assert_eq!((calls["kubernetes:list nodes"], calls["kubernetes:watch nodes"]), (2, 1));
    }

    #[tokio::test]
    async fn a_disturbance_strikes_so_many_requests() {
        let sandbox = sandbox();
        let refuses = Fault { services: vec![Service::Kubernetes], ..Fault::new(Kind::Refuses) };
        sandbox.disturb(Disturbance::new(refuses).times(1));
        let refused = asked(&sandbox, ClusterSite::Production, "/version").await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        assert!(asked(&sandbox, ClusterSite::Production, "/version").await.is_ok());
    }
}
