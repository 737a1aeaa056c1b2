//! Makes connections to API servers.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Uri};
use http_body_util::BodyExt;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ConfigExt};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tower::BoxError;

pub use super::patience::Patience;

use super::ClusterApi;
use super::answer::fault;
use super::ask::ApiLine;
use super::exec;
use super::interned::cleaned;
use super::route::{ApiRoute, ApiVia};
use super::token::TokenSource;
use crate::domain::{Detour, Fault, FaultKind};
use crate::services::kubernetes::ServerAddress;

/// A connection is there within this, or there is none: a private endpoint swallows what is sent to it.
const CONNECT: Duration = Duration::from_secs(3);

/// To the endpoint that EKS tells, as its detour says, with tokens that are signed for the cluster. Within a tokio
/// runtime alone.
///
/// # Errors
/// What cannot be used of the address, or of the detour.
pub fn eks(address: &ServerAddress, tokens: Arc<dyn TokenSource>) -> Result<ClusterApi, Fault> {
    let cluster = &address.cluster;
    if address.endpoint.is_empty() {
        let message = "EKS tells no endpoint: the cluster is being made, or has gone";
        return Err(fault(of(cluster), FaultKind::Unreachable, message));
    }
    let endpoint = https(&address.endpoint).ok_or_else(|| {
        let message = format!("EKS tells an endpoint that is no address: {}", address.endpoint);
        fault(of(cluster), FaultKind::BrokenAnswer, &message)
    })?;
    let mut config = Config::new(endpoint.clone());
    config.root_cert = Some(authority(&address.authority).ok_or_else(|| {
        let message = "EKS tells a certificate authority that cannot be read";
        fault(of(cluster), FaultKind::BrokenAnswer, message)
    })?);
    let mut via = ApiVia::Endpoint { is_private: address.is_private };
    let mut proxy = None;
    match &address.detour {
        None => {}
        Some(Detour::Proxy(url)) => {
            via = ApiVia::Proxy;
            proxy = Some(proxy_of(cluster, url)?);
        }
        Some(Detour::Tunnel { address: near, tls_server_name }) => {
            via = ApiVia::Tunnel;
            config.cluster_url = https(near).ok_or_else(|| {
                let remedy = "address of the cluster is to be like https://127.0.0.1:8443";
                misconfigured(cluster, remedy, &format!("{near} is no address with https"))
            })?;
            config.tls_server_name = tls_server_name.as_deref().or(endpoint.host()).map(str::to_owned);
        }
        Some(Detour::Context { context, .. }) => {
            let remedy = "reach it by its context";
            return Err(misconfigured(cluster, remedy, &format!("it is reached by the context {context}")));
        }
    }
    line(config, proxy, Some(tokens), ApiRoute { cluster: cluster.clone(), via })
}

/// As a context of a kubeconfig says: its server, its credentials. A command that gives credentials runs apart from
/// our terminal. Within a tokio runtime alone.
///
/// # Errors
/// What cannot be used of the kubeconfig.
pub async fn context(kubeconfig: Option<&Path>, context: &str, cluster: &str) -> Result<ClusterApi, Fault> {
    let wrong = |message: &str| misconfigured(cluster, &format!("check the context {}", cleaned(context)), message);
    let read = match kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    // Its errors name files and contexts, never credentials.
    let read = read.map_err(|error| wrong(&error.to_string()))?;
    let mut config = Config::from_custom_kubeconfig(read, &options).await.map_err(|_| {
        wrong("the kubeconfig has no such context, or its server, proxy, certificates or user cannot be read")
    })?;
    if config.auth_info.auth_provider.is_some() {
        return Err(wrong("its user has an auth-provider, which Kubernetes has given up: use exec"));
    }
    let proxy = match config.proxy_url.take() {
        Some(url) => Some(proxy_of(cluster, &url.to_string())?),
        None => None,
    };
    let command = config.auth_info.exec.take();
    let has_own = config.auth_info.token.is_some() || config.auth_info.token_file.is_some();
    let tokens = command.filter(|_| !has_own).map(|command| exec::tokens(command, cluster));
    let route = ApiRoute { cluster: cluster.into(), via: ApiVia::Context };
    line(config, proxy, tokens, route)
}

/// To whatever answers requests in this process. They have a path and a query, and the token. Within a tokio runtime
/// alone.
pub fn answered_by<S, B>(service: S, cluster: &str, tokens: Arc<dyn TokenSource>, patience: Patience) -> ClusterApi
where
    S: tower::Service<http::Request<Body>, Response = http::Response<B>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: BodyExt<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let route = ApiRoute { cluster: cluster.into(), via: ApiVia::InProcess };
    let client = Client::new(service, "default");
    ClusterApi { line: Arc::new(ApiLine { client, tokens: Some(tokens), patience, route }) }
}

/// The connection itself.
fn line(
    mut config: Config,
    proxy: Option<ProxyAddress>,
    tokens: Option<Arc<dyn TokenSource>>,
    route: ApiRoute,
) -> Result<ClusterApi, Fault> {
    // It would send every method again; an eviction that is refused for now is a 429.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    let client = match proxy {
        None => Client::try_from(config),
        Some(proxy) => through(&config, &proxy),
    };
    let client = client.map_err(|error| {
        // kube's own words can hold an address with a password.
        let why = match error {
            kube::Error::RustlsTls(error) => error.to_string(),
            kube::Error::Auth(_) => "its credentials cannot be read".into(),
            _ => "a setting of it cannot be used".into(),
        };
        misconfigured(&route.cluster, "check its certificates, credentials and proxy", &why)
    })?;
    Ok(ClusterApi { line: Arc::new(ApiLine { client, tokens, patience: Patience::Network, route }) })
}

/// A proxy, its user taken out of its address.
struct ProxyAddress {
    uri: Uri,
    user: Option<(String, String)>,
}

fn proxy_of(cluster: &str, url: &str) -> Result<ProxyAddress, Fault> {
    // The URL may hold a password: no word of it is told.
    let wrong = || {
        let remedy = "proxy_url is to be like http://proxy:3128, https://proxy:3128 or socks5://proxy:1080";
        misconfigured(cluster, remedy, "its proxy_url cannot be used")
    };
    let uri = uri(url).ok_or_else(wrong)?;
    let authority = uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
    let (user, host) = match authority.rsplit_once('@') {
        None => (None, authority.as_str()),
        Some((user, host)) => {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (Some((decoded(name), decoded(password))), host)
        }
    };
    let scheme = match uri.scheme_str() {
        Some("http") => "http",
        Some("https") => "https",
        // Names are looked up by the proxy either way.
        Some("socks5" | "socks5h") => "socks5",
        _ => return Err(wrong()),
    };
    let uri = format!("{scheme}://{host}").parse().map_err(|_| wrong())?;
    Ok(ProxyAddress { uri, user })
}

/// A client through a proxy. kube's own holds the certificate of an `https` proxy against the cluster's authority, and
/// gives SOCKS proxies no password.
fn through(config: &Config, proxy: &ProxyAddress) -> Result<Client, kube::Error> {
    let mut plain = HttpConnector::new();
    plain.enforce_http(false);
    plain.set_connect_timeout(Some(CONNECT));
    let basic = proxy.user.as_ref().and_then(|(name, password)| {
        let mut header =
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))).ok()?;
        header.set_sensitive(true);
        Some(header)
    });
    let uri = proxy.uri.clone();
    match proxy.uri.scheme_str() {
        Some("socks5") => {
            let socks = SocksV5::new(uri, plain);
            match proxy.user.clone() {
                Some((name, password)) => over(config, socks.with_auth(name, password)),
                None => over(config, socks),
            }
        }
        Some("https") => {
            let secured = Config::new(uri.clone()).rustls_https_connector_with_connector(plain)?;
            let tunnel = Tunnel::new(uri, secured);
            match basic {
                Some(header) => over(config, tunnel.with_auth(header)),
                None => over(config, tunnel),
            }
        }
        _ => {
            let tunnel = Tunnel::new(uri, plain);
            match basic {
                Some(header) => over(config, tunnel.with_auth(header)),
                None => over(config, tunnel),
            }
        }
    }
}

/// A client over a connector of whatever kind, without kube's own retry.
fn over<C>(config: &Config, connector: C) -> Result<Client, kube::Error>
where
    C: tower::Service<Uri> + Clone + Send + Sync + 'static,
    C::Response:
        hyper::rt::Read + hyper::rt::Write + hyper_util::client::legacy::connect::Connection + Send + Unpin + 'static,
    C::Future: Send + 'static,
    C::Error: Into<BoxError>,
{
    use tower::{Layer, ServiceExt};

    let secured = config.rustls_https_connector_with_connector(connector)?;
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(secured);
    let service = config.base_uri_layer().layer(client);
    // The credentials of a kubeconfig that are no command of ours.
    match config.auth_layer()? {
        Some(auth) => Ok(Client::new(auth.layer(service.map_err(BoxError::from)), "default")),
        None => Ok(Client::new(service, "default")),
    }
}

/// The certificates of an authority: base64 of PEM, as EKS tells it.
fn authority(base64: &str) -> Option<Vec<Vec<u8>>> {
    let pem = STANDARD.decode(base64.trim()).ok()?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).map(|one| one.map(|one| one.to_vec())).collect();
    all.ok().filter(|all| !all.is_empty())
}

/// An address with a scheme and a host.
fn uri(text: &str) -> Option<Uri> {
    text.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some() && uri.host().is_some_and(|host| !host.is_empty()))
}

/// An address to which a token may be sent.
fn https(text: &str) -> Option<Uri> {
    uri(text).filter(|uri| uri.scheme_str() == Some("https"))
}

/// What stands in a URL as `%40`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|digits| first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(first));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn of(cluster: &str) -> String {
    format!("k8s: reach {}", cleaned(cluster))
}

fn misconfigured(cluster: &str, remedy: &str, message: &str) -> Fault {
    fault(of(cluster), FaultKind::Misconfigured { remedy: remedy.to_owned() }, message)
}

#[cfg(test)]
mod tests;
