//! How the answers of clusters' API servers arrive: through the faults, as AWS's do.

use std::io;
use std::sync::Arc;

use http::Response;
use http::header::DATE;

use super::Sandbox;
use super::fault::server::{self, SERVICE, ServerCall};
use super::kubernetes::api::{ApiAsked, ApiBody};
use super::kubernetes::estate::ClusterSite;
use super::serve::date;

impl Sandbox {
    /// What arrives of what the API server of a cluster says to a request, or what the faults make of it. What comes of
    /// an answer that lasts fares as the world's faults are when it comes.
    ///
    /// # Errors
    /// No answer arrives.
    pub async fn arriving(
        self: &Arc<Self>,
        site: ClusterSite,
        asked: ApiAsked,
        said: impl Future<Output = Response<ApiBody>>,
    ) -> io::Result<Response<ApiBody>> {
        let number = self.count(format!("{SERVICE}:{}", asked.operation()));
        let call = ServerCall::new(site, asked, number);
        let disturbed = self.disturbed(&call.at(self.now())).map(|fault| fault.kind);
        let struck = disturbed.or_else(|| self.struck(&call.at(self.now())).map(|fault| fault.kind));
        let mut answer = call.arrives(struck, said).await?;
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
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
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
        let asked = ApiAsked::of(&Method::GET, &path.parse().unwrap());
        sandbox.arriving(site, asked, async { Response::new(whole(Bytes::from_static(b"{}"))) }).await
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
