//! `qd sandbox serve`: AWS over HTTP, and the clusters of its estate over TLS, for other clients on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use quarterdeck::cli::Source;
use quarterdeck::runtime::connect::build;
use quarterdeck::runtime::say;
use quarterdeck::sandbox::kubernetes::api::ClusterClock;
use quarterdeck::sandbox::kubernetes::estate::ClusterSite;
use quarterdeck::sandbox::kubernetes::kubeconfig::{self, Context};
use quarterdeck::sandbox::kubernetes::live::Live;
use quarterdeck::sandbox::kubernetes::serve::{
    ServedEndpoint, ServedRequest, ServerIdentity, serve as serve_cluster, token,
};
use quarterdeck::sandbox::services::eks::authenticator::EksAuthenticator;
use quarterdeck::sandbox::{Sandbox, serve};
use tokio::net::TcpListener;
use tokio::task::{JoinSet, spawn_blocking};

/// Serves until Ctrl-C; the clusters too, where a file for their kubeconfig is named.
///
/// # Errors
/// What cannot be listened on or written, for a person.
pub async fn run(source: &Source, listen: SocketAddr, file: Option<&Path>) -> Result<(), String> {
    let sandbox = Arc::new(build(source)?);
    sandbox.clusters().bring();
    let listener = TcpListener::bind(listen).await.map_err(|e| format!("{listen}: {e}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let bound = match file {
        Some(file) => Some((file, bind(&sandbox).await?)),
        None => None,
    };
    if address.ip().is_loopback() {
        say::text(&format!("sandbox on http://{address} (AWS_ENDPOINT_URL); any credentials; Ctrl-C ends it\n"))?;
    }
    let stop = async {
        // Without a handler for the signal there is nothing to wait for but the kill.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let clusters = async {
        match bound {
            Some((file, bound)) => clusters(source, &sandbox, file, bound).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        served = serve::serve(Arc::clone(&sandbox), listener, stop) => served.map_err(|error| error.to_string()),
        failed = clusters => failed,
    }
}

/// Where the clusters will be served.
struct Bound {
    identity: ServerIdentity,
    listeners: Vec<(ClusterSite, TcpListener, String)>,
}

/// Takes a port for each cluster and lets EKS tell it: whoever connects before the clusters are built waits until they
/// are.
async fn bind(sandbox: &Sandbox) -> Result<Bound, String> {
    let identity = ServerIdentity::generate().map_err(|error| format!("no certificate for the clusters: {error}"))?;
    let mut listeners = Vec::new();
    for site in ClusterSite::ALL {
        let name = site.cluster();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|e| format!("{name}: {e}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let url = format!("https://{address}");
        let endpoint = ServedEndpoint { url: url.clone(), ca_pem: identity.ca_pem().to_owned() };
        sandbox.clusters().served_at(site, endpoint);
        listeners.push((site, listener, url));
    }
    Ok(Bound { identity, listeners })
}

/// Serves the clusters of the estate, each on a port of its own, and writes a kubeconfig with a context for each.
/// Ends only when it fails.
async fn clusters(source: &Source, sandbox: &Arc<Sandbox>, path: &Path, bound: Bound) -> Result<(), String> {
    let token = token().map_err(|error| format!("no token for the clusters: {error}"))?;
    let mut building = JoinSet::new();
    for site in ClusterSite::ALL {
        let (scenario, token) = (source.world.scenario.clone(), token.clone());
        let Some(group) = sandbox.clusters().groups().remove(&site) else { continue };
        let clock: ClusterClock = {
            let sandbox = Arc::clone(sandbox);
            Arc::new(move || sandbox.now())
        };
        building.spawn(async move {
            let built = spawn_blocking(move || {
                let scenarios: BTreeSet<&str> = scenario.split(',').map(str::trim).collect();
                let access = Arc::new(EksAuthenticator::new(site).with_token(&token));
                Live::new(site, &scenarios, clock, access, group, 0)
            });
            (site, built.await)
        });
    }
    let mut live = BTreeMap::new();
    while let Some(built) = building.join_next().await {
        let (site, built) = built.map_err(|error| error.to_string())?;
        live.insert(site, built.map_err(|error| format!("{}: {error}", site.cluster()))?);
    }
    let Bound { identity, listeners } = bound;
    let (mut serving, mut contexts) = (JoinSet::new(), Vec::new());
    for (site, listener, server) in listeners {
        let Some(live) = live.remove(&site) else { continue };
        contexts.push(Context {
            name: site.cluster().to_owned(),
            server,
            ca_pem: identity.ca_pem().to_owned(),
            token: token.clone(),
        });
        let (server, identity, sandbox) = (live.server(), identity.clone(), Arc::clone(sandbox));
        let answer = move |request: ServedRequest| {
            let (server, sandbox) = (Arc::clone(&server), Arc::clone(&sandbox));
            async move {
                match server.whole(request).await {
                    Ok(request) => sandbox.arriving(site, request, async |request| server.respond(&request)).await,
                    Err(refusal) => Ok(refusal),
                }
            }
        };
        serving.spawn(async move { serve_cluster(answer, listener, &identity, std::future::pending()).await });
        serving.spawn(async move {
            live.run().await;
            Ok(())
        });
    }
    kubeconfig::write(path, &contexts).map_err(|error| format!("{}: {error}", path.display()))?;
    let names: Vec<&str> = contexts.iter().map(|context| context.name.as_str()).collect();
    say::text(&format!("clusters {}: KUBECONFIG={}\n", names.join(", "), path.display()))?;
    match serving.join_next().await {
        Some(Ok(Err(error))) => Err(format!("the clusters are not served any more: {error}")),
        Some(Err(error)) => Err(format!("the clusters are not served any more: {error}")),
        _ => Err("the clusters are not served any more".into()),
    }
}
