//! The API over TLS on this machine, for clients outside of this process.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::api::ApiBody;
use crate::sandbox::listening;

/// A token that nobody guesses: 128 bits, in hexadecimal.
///
/// # Errors
/// When the cryptographic library fails.
pub fn token() -> io::Result<String> {
    let mut bytes = [0; 16];
    let random = aws_lc_rs::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| io::Error::other("there is no randomness"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Where a cluster is served, for clients outside of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedEndpoint {
    /// `https://127.0.0.1:41234`
    pub url: String,
    /// The certificate of the authority, PEM.
    pub ca_pem: String,
}

/// A request as it comes from a client.
pub type ServedRequest = Request<Incoming>;

/// How long a client may take for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A certificate authority of its own, and a certificate of it for this machine.
#[derive(Clone)]
pub struct ServerIdentity {
    ca_pem: String,
    config: Arc<ServerConfig>,
}

impl std::fmt::Debug for ServerIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl ServerIdentity {
    /// Made anew; the keys never leave this process.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn generate() -> io::Result<Self> {
        let ca_key = KeyPair::generate().map_err(io::Error::other)?;
        let mut ca = CertificateParams::default();
        ca.distinguished_name = named("kubernetes");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        let ca_pem = ca.self_signed(&ca_key).map_err(io::Error::other)?.pem();
        let issuer = Issuer::new(ca, ca_key);

        let key = KeyPair::generate().map_err(io::Error::other)?;
        let names = ["localhost".to_owned(), "kubernetes".to_owned()];
        let mut server = CertificateParams::new(names).map_err(io::Error::other)?;
        server.distinguished_name = named("kube-apiserver");
        server.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        let certificate = server.signed_by(&key, &issuer).map_err(io::Error::other)?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { ca_pem, config: Arc::new(config) })
    }

    /// The authority's certificate, for a kubeconfig.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Serves what `answer` gives until `stop` is done; connections that are then open are closed, and so is one for which
/// there is no answer.
///
/// # Errors
/// A listener that other machines could reach is refused (`InvalidInput`).
pub async fn serve<A, F>(
    answer: A,
    listener: TcpListener,
    identity: &ServerIdentity,
    stop: impl Future<Output = ()>,
) -> io::Result<()>
where
    A: Fn(ServedRequest) -> F + Clone + Send + 'static,
    F: Future<Output = io::Result<Response<ApiBody>>> + Send + 'static,
{
    let acceptor = TlsAcceptor::from(Arc::clone(&identity.config));
    listening::accept(listener, stop, |stream| connection(answer.clone(), acceptor.clone(), stream)).await
}

/// One client's connection. Whatever goes wrong ends it alone.
async fn connection<A, F>(answer: A, acceptor: TlsAcceptor, stream: TcpStream)
where
    A: Fn(ServedRequest) -> F,
    F: Future<Output = io::Result<Response<ApiBody>>>,
{
    // Small answers must not wait for each other.
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await else { return };
    let mut http = http1::Builder::new();
    let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

#[cfg(test)]
mod tests {
    use futures_util::future::{BoxFuture, FutureExt};
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};
    use rustls::{ClientConfig, RootCertStore};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;

    use super::super::api::ApiServer;
    use super::super::cluster::Cluster;
    use super::super::store::Store;
    use super::*;

    fn server() -> impl Fn(ServedRequest) -> BoxFuture<'static, io::Result<Response<ApiBody>>> + Clone + Send {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let server = Arc::new(ApiServer::new(Arc::new(Cluster::new(Store::new(1))), Arc::new(move || now)));
        move |request| {
            let server = Arc::clone(&server);
            async move { Ok(server.call(request).await) }.boxed()
        }
    }

    #[tokio::test]
    async fn only_the_loopback_interface_is_served() {
        let open = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let identity = ServerIdentity::generate().unwrap();
        let refused = serve(server(), open, &identity, std::future::pending()).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    }

    #[tokio::test]
    async fn whoever_trusts_the_authority_is_answered_and_others_are_not() {
        let identity = ServerIdentity::generate().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ask = async |ca_pem: &str| {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
            let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
            let stream = TcpStream::connect(address).await?;
            let name = ServerName::try_from("127.0.0.1").unwrap();
            let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
            stream.write_all(b"GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok::<_, io::Error>(answer)
        };
        let asking = async {
            let answer = ask(identity.ca_pem()).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"minor\":\"33\""), "{answer}");
            assert!(answer.to_lowercase().contains("date: sun, 22 nov 2026 03:00:00 gmt"), "{answer}");
            let stranger = ServerIdentity::generate().unwrap();
            assert!(ask(stranger.ca_pem()).await.is_err());
        };
        serve(server(), listener, &identity, asking).await.unwrap();
    }
}
