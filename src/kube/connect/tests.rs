use super::*;
use crate::kube::BearerToken;
use crate::kube::script::CountedTokens;

/// An authority of its own (`CN=kubernetes`), valid for a hundred years.
const AUTHORITY: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJnVENDQVNlZ0F3SUJBZ0lVTWZzaDBVYjc3NEdGWnQ4L1MxaXhtbXJyVytNd0NnWUlLb1pJemowRUF3SXcKRlRFVE1CRUdBMVVFQXd3S2EzVmlaWEp1WlhSbGN6QWdGdzB5TmpFeE16QXhPVEV6TlRaYUdBOHlNVEkyTVRFdwpOakU1TVRNMU5sb3dGVEVUTUJFR0ExVUVBd3dLYTNWaVpYSnVaWFJsY3pCWk1CTUdCeXFHU000OUFnRUdDQ3FHClNNNDlBd0VIQTBJQUJQV2VEUGRVY3Q2SlFGR3pQTDVtQTY1ZzcxK3NvWnl1a2hLL1AzKzdiZGp0Y1RaTGE2S2cKTEh3MTBlb0FzSWUwdmI5M09jL0dTMmtpVk5yd2hBTTRtL2VqVXpCUk1CMEdBMVVkRGdRV0JCUjhlYWZybHdidQp1V05iaFlLSktaZmxVUW15bERBZkJnTlZIU01FR0RBV2dCUjhlYWZybHdidXVXTmJoWUtKS1pmbFVRbXlsREFQCkJnTlZIUk1CQWY4RUJUQURBUUgvTUFvR0NDcUdTTTQ5QkFNQ0EwZ0FNRVVDSUMzZUlQTW1mTytGbGJTUTFqSWIKUmRpNmh5YzU2STBVcCtJdmw3dld3bWdHQWlFQWxGdStGdUJrN055SW44d1FVcisyUE1OTkVIVU5VREdwM1prQwp1Ty9CSFhzPQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==";

fn address(detour: Option<Detour>) -> ServerAddress {
    ServerAddress {
        cluster: "shop".into(),
        arn: "arn:aws:eks:eu-west-1:111122223333:cluster/shop".into(),
        endpoint: "https://ABC.gr7.eu-west-1.eks.amazonaws.com".into(),
        authority: AUTHORITY.into(),
        is_private: true,
        detour,
    }
}

fn to(address: &ServerAddress) -> Result<ClusterApi, Fault> {
    eks(address, Arc::new(CountedTokens::default()))
}

fn wrong(address: &ServerAddress) -> Fault {
    match to(address) {
        Ok(_) => panic!("it can be used"),
        Err(fault) => fault,
    }
}

#[tokio::test]
async fn every_detour_is_taken() {
    let near = |name: Option<&str>| Detour::Tunnel {
        address: "https://127.0.0.1:8443".into(),
        tls_server_name: name.map(Into::into),
    };
    for (detour, via) in [
        (None, ApiVia::Endpoint { is_private: true }),
        (Some(near(None)), ApiVia::Tunnel),
        (Some(near(Some("kubernetes"))), ApiVia::Tunnel),
        (Some(Detour::Proxy("http://proxy:3128".into())), ApiVia::Proxy),
        (Some(Detour::Proxy("https://user:p%40ss@proxy:3128".into())), ApiVia::Proxy),
        (Some(Detour::Proxy("socks5://user:pass@proxy:1080".into())), ApiVia::Proxy),
        (Some(Detour::Proxy("socks5h://proxy:1080".into())), ApiVia::Proxy),
    ] {
        let api = to(&address(detour.clone())).map_err(|fault| fault.to_string());
        assert_eq!(api.unwrap().line.route.via, via, "{detour:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_told_without_a_password() {
    for url in ["ftp://user:hunter2@proxy", "hunter2", "http://user:hunter2@", "http://us er:hunter2@proxy"] {
        let fault = wrong(&address(Some(Detour::Proxy(url.into()))));
        assert_eq!((fault.word(), &*fault.message), ("wrong setting", "its proxy_url cannot be used"));
        assert!(!format!("{fault:?}").contains("hunter2"));
    }
    let context = Detour::Context { kubeconfig: None, context: "shop".into() };
    assert_eq!(wrong(&address(Some(context))).message, "it is reached by the context shop");
    let plain = Detour::Tunnel { address: "http://127.0.0.1:8080".into(), tls_server_name: None };
    let fault = wrong(&address(Some(plain)));
    assert_eq!(fault.message, "http://127.0.0.1:8080 is no address with https", "no token in the clear");
    let none = ServerAddress { endpoint: "".into(), ..address(None) };
    assert_eq!(wrong(&none).message, "EKS tells no endpoint: the cluster is being made, or has gone");
    let garbage = ServerAddress { authority: "AAAA".into(), ..address(None) };
    assert_eq!(wrong(&garbage).message, "EKS tells a certificate authority that cannot be read");
}

#[test]
fn a_password_is_taken_out_of_the_address() {
    let proxy = proxy_of("shop", "http://us%65r:p%40s%3As%zz@proxy:3128").unwrap();
    assert_eq!(proxy.uri.to_string(), "http://proxy:3128/");
    assert_eq!(proxy.user, Some(("user".into(), "p@s:s%zz".into())));
}

/// A port of this machine at which nobody listens.
async fn closed() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

#[tokio::test]
async fn a_private_endpoint_that_is_not_reached_says_what_to_configure() {
    let endpoint: Arc<str> = format!("https://{}", closed().await).into();
    let private = ServerAddress { endpoint: endpoint.clone(), ..address(None) };
    let fault = to(&private).unwrap_or_else(|fault| panic!("{fault}")).served().await.unwrap_err();
    assert_eq!((fault.word(), &*fault.call), ("no network path", "k8s: get /version"));
    let public = ServerAddress { is_private: false, ..private.clone() };
    let fault = to(&public).unwrap_or_else(|fault| panic!("{fault}")).served().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    for scheme in ["http", "https", "socks5"] {
        let url = format!("{scheme}://user:hunter2@{}", closed().await);
        let by_proxy = ServerAddress { detour: Some(Detour::Proxy(url.into())), ..private.clone() };
        let fault = to(&by_proxy).unwrap_or_else(|fault| panic!("{fault}")).served().await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unreachable);
        assert!(fault.message.starts_with("through the proxy: "), "{}", fault.message);
        assert!(!format!("{fault:?}").contains("hunter2"));
    }
}

/// Serves what it is asked once, and gives what it was sent.
async fn once(listener: tokio::net::TcpListener, answer: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let (mut stream, _) = listener.accept().await.unwrap();
    let mut sent = Vec::new();
    while !sent.ends_with(b"\r\n\r\n") {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.unwrap();
        sent.extend_from_slice(&piece[..read]);
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(sent).unwrap()
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_endpoint_with_its_password() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:p%40ss@{}", listener.local_addr().unwrap());
    let api = to(&address(Some(Detour::Proxy(url.into())))).unwrap_or_else(|fault| panic!("{fault}"));
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    let (sent, served) = tokio::join!(once(listener, answer), api.served());
    assert!(sent.starts_with("CONNECT ABC.gr7.eu-west-1.eks.amazonaws.com:443 "), "{sent}");
    assert!(sent.to_ascii_lowercase().contains("proxy-authorization: basic dxnlcjpwqhnz"), "{sent}");
    assert!(!sent.contains("Bearer"), "a proxy gets no token");
    assert_eq!(served.unwrap_err().message, "through the proxy: tunnel error: proxy authorization required");
}

#[tokio::test]
async fn a_context_is_read_and_its_token_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let kubeconfig = |user: &str| {
        format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {{server: '{server}'}}\nusers:\n- name: u\n  \
             user: {user}\ncontexts:\n- name: shop\n  context: {{cluster: c, user: u}}\n"
        )
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config");
    let command = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, interactiveMode: Always, args: [-c, \
                   'echo ''{\"status\":{\"token\":\"printed\"}}''']}}";
    std::fs::write(&path, kubeconfig(command)).unwrap();
    let api = context(Some(&path), "shop", "shop").await.unwrap_or_else(|fault| panic!("{fault}"));
    let answer = "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let asks = async {
        let first = once(listener, answer).await;
        assert!(first.starts_with("GET /version "), "{first}");
        first
    };
    let (sent, _) = tokio::join!(asks, api.served());
    assert!(sent.contains("authorization: Bearer printed\r\n"), "{sent}");
    let fault = context(Some(&path), "other", "shop").await.err().unwrap();
    assert_eq!((fault.word(), fault.advice()), ("wrong setting", "check the context other".into()));
    std::fs::write(&path, kubeconfig("{auth-provider: {name: gcp, config: {cmd-path: /bin/true}}}")).unwrap();
    let fault = context(Some(&path), "shop", "shop").await.err().unwrap();
    assert_eq!(fault.message, "its user has an auth-provider, which Kubernetes has given up: use exec");
    let fault = context(Some(&directory.path().join("none")), "shop", "shop").await.err().unwrap();
    assert_eq!(fault.word(), "wrong setting");
}

#[tokio::test(start_paused = true)]
async fn what_is_made_in_this_process_is_waited_for_longer() {
    let service = tower::service_fn(|_: http::Request<Body>| async {
        tokio::time::sleep(Duration::from_secs(59)).await;
        let body = r#"{"gitVersion":"v1.33","groups":[]}"#;
        Ok::<_, std::convert::Infallible>(http::Response::new(http_body_util::Full::new(Bytes::from(body))))
    });
    let tokens = Arc::new(crate::kube::KeptTokens::new(|| {
        Box::pin(async { Ok(BearerToken::new("t", jiff::Timestamp::MAX).unwrap()) })
    }));
    let api = answered_by(service, "shop", tokens.clone(), Patience::InProcess);
    assert_eq!(&*api.served().await.unwrap().version, "v1.33");
    let api = answered_by(service, "shop", tokens, Patience::Network);
    assert_eq!(api.served().await.unwrap_err().kind, FaultKind::TimedOut);
}
