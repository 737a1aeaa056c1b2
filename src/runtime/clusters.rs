//! Connections to the API servers of clusters: one for each that is asked, with tokens signed by the site's session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;

use super::contained::defect;
use crate::aws::Session;
use crate::aws::eks::token;
use crate::domain::{Detour, Fault, FaultKind, SiteId};
use crate::kube::{BearerToken, ClusterApi, KeptTokens, TokenSource, connect};
use crate::services::kubernetes::ServerAddress;

/// What a fault before anything is asked is a fault of.
const CALL: &str = "k8s: connect";

/// With what API servers of clusters are reached, beside the sessions.
#[derive(Clone, Default)]
pub struct Reaching {
    /// Whose clusters answer in this process.
    #[cfg(feature = "sandbox")]
    pub in_process: Option<Arc<crate::sandbox::Sandbox>>,
}

/// Connections by whose session signs for them, and where they lead.
type Known = HashMap<(SiteId, Arc<ServerAddress>), ClusterApi>;

/// The connections that there are.
#[derive(Clone, Default)]
pub struct ApiServers {
    reach: Reaching,
    known: Arc<Mutex<Known>>,
}

impl ApiServers {
    /// None yet; new ones are made with this.
    #[must_use]
    pub fn new(reach: Reaching) -> Self {
        Self { reach, known: Arc::default() }
    }

    /// With what they are made.
    #[must_use]
    pub fn reach(&self) -> &Reaching {
        &self.reach
    }

    /// The connection to an API server; a new one where there is none yet.
    ///
    /// # Errors
    /// What is configured or said of it is not usable.
    pub async fn api(
        &self,
        session: &Session,
        region: &str,
        site: SiteId,
        address: &Arc<ServerAddress>,
    ) -> Result<ClusterApi, Fault> {
        let key = (site, address.clone());
        if let Some(known) = self.lock().get(&key) {
            return Ok(known.clone());
        }
        let made = self.connect(session, region, address).await?;
        Ok(self.lock().entry(key).or_insert(made).clone())
    }

    /// The connections of a site are made anew: its credentials may be others.
    pub fn forget(&self, site: SiteId) {
        self.lock().retain(|(of, _), _| *of != site);
    }

    /// A connection is made anew where what was read for it does not hold any more: a kubeconfig, a certificate.
    pub fn doubt(&self, site: SiteId, address: &Arc<ServerAddress>, fault: &Fault) {
        let is_of_credentials = matches!(
            fault.kind,
            FaultKind::NotLetIn { .. }
                | FaultKind::Untrusted { .. }
                | FaultKind::Unusable { .. }
                | FaultKind::Misconfigured { .. }
        );
        if is_of_credentials {
            self.lock().remove(&(site, address.clone()));
        }
    }

    async fn connect(&self, session: &Session, region: &str, address: &ServerAddress) -> Result<ClusterApi, Fault> {
        if let Some(Detour::Context { kubeconfig, context }) = &address.detour {
            return connect::context(kubeconfig.as_deref(), context, &address.cluster).await;
        }
        let tokens = tokens(session, region, address);
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.reach.in_process {
            return super::sandboxed::connect(sandbox, region, address, tokens);
        }
        connect::eks(address, tokens)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What signs tokens for an API server.
fn tokens(session: &Session, region: &str, address: &ServerAddress) -> Arc<dyn TokenSource> {
    let (session, region, cluster) = (session.clone(), region.to_owned(), address.cluster.clone());
    Arc::new(KeptTokens::new(move || {
        let (session, region, cluster) = (session.clone(), region.clone(), cluster.clone());
        async move {
            let signed = token::token(&session, &region, &cluster).await?;
            BearerToken::new(&signed.text, signed.until).ok_or_else(|| defect(CALL, "the token is not text"))
        }
        .boxed()
    }))
}
