//! Clusters of an environment, as they are written.

use super::*;
use crate::config::{parse, place};
use crate::world::Estate;

/// A sound environment of five lines, and what a test adds to it.
fn environment(more: &str) -> String {
    format!(
        "[[environment]]\nname = \"a\"\ncriticality = \"staging\"\nregion = \"eu-west-1\"\nname_prefix = \"a-\"\n{more}\n"
    )
}

/// Blocks of clusters; gives what is read of them, and the problems.
fn clusters(blocks: &str) -> (Vec<ClusterSpec>, Vec<String>) {
    let (config, problems) = parse(&environment(blocks), "f");
    assert_eq!(config.environments.len(), 1, "{problems:?}");
    (config.environments[0].clusters.clone(), problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_cluster_is_reached_in_one_of_three_ways() {
    let blocks = r#"
[[environment.cluster]]
name = "a-prod"
proxy_url = "http://jo:secret@proxy.corp:3128"
[[environment.cluster]]
name = "a-blue"
address = "https://127.0.0.1:8443"
tls_server_name = "ABC.gr7.eu-west-1.eks.amazonaws.com"
[[environment.cluster]]
name = "a-green"
address = "https://localhost:8444"
[[environment.cluster]]
name = "a-old"
context = "jo@a-old"
kubeconfig = "/etc/kube/old.yaml"
[[environment.cluster]]
name = "a-new"
context = "new"
"#;
    let (found, problems) = clusters(blocks);
    assert_eq!(problems, Vec::<String>::new());
    let context = |kubeconfig: Option<&str>, context: &str| Detour::Context {
        kubeconfig: kubeconfig.map(PathBuf::from),
        context: context.into(),
    };
    let tunnel = |address: &str, name: Option<&str>| Detour::Tunnel {
        address: address.into(),
        tls_server_name: name.map(Into::into),
    };
    let expected = [
        ("a-prod", Detour::Proxy("http://jo:secret@proxy.corp:3128".into())),
        ("a-blue", tunnel("https://127.0.0.1:8443", Some("ABC.gr7.eu-west-1.eks.amazonaws.com"))),
        ("a-green", tunnel("https://localhost:8444", None)),
        ("a-old", context(Some("/etc/kube/old.yaml"), "jo@a-old")),
        ("a-new", context(None, "new")),
    ];
    assert_eq!(found, expected.map(|(name, detour)| ClusterSpec { name: name.into(), detour }));
}

#[test]
fn a_kubeconfig_below_the_home_is_found_there() {
    let (found, _) = clusters("[[environment.cluster]]\nname = \"c\"\ncontext = \"x\"\nkubeconfig = \"~/.kube/prod\"");
    let home = crate::plain_file::home().unwrap_or_else(|| "~".into());
    let expected = Detour::Context { kubeconfig: Some(home.join(".kube/prod")), context: "x".into() };
    assert_eq!(found[0].detour, expected);
}

#[test]
fn what_is_wrong_with_a_cluster_is_told_and_the_environment_is_kept() {
    let instead = "until then the cluster is reached as EKS says";
    let proxy = "a proxy such as \"socks5://127.0.0.1:1080\" (http, https or socks5)";
    let https = "an https URL such as \"https://127.0.0.1:8443\"";
    for (block, told) in [
        (
            "proxy_url = \"http://p:1\"",
            format!("f:6: error: a: cluster: name is missing: expected the name of a cluster in EKS; {instead}"),
        ),
        (
            "name = \"a b\"\ncontext = \"x\"",
            format!(
                "f:7: error: a: cluster.name: found the string \"a b\", expected the name of a cluster in EKS; {instead}"
            ),
        ),
        ("name = \"c\"", format!("f:6: error: a: cluster: expected proxy_url, address or context; {instead}")),
        (
            "name = \"c\"\nproxy_url = \"ftp://p:21\"",
            format!("f:8: error: a: cluster.proxy_url: found the string \"ftp://p:21\", expected {proxy}; {instead}"),
        ),
        (
            "name = \"c\"\nproxy_url = \"proxy.corp:3128\"",
            format!(
                "f:8: error: a: cluster.proxy_url: found the string \"proxy.corp:3128\", expected {proxy}; {instead}"
            ),
        ),
        (
            "name = \"c\"\naddress = \"http://127.0.0.1:8443\"",
            format!(
                "f:8: error: a: cluster.address: found the string \"http://127.0.0.1:8443\", expected {https}; {instead}"
            ),
        ),
        (
            "name = \"c\"\naddress = 8443",
            format!("f:8: error: a: cluster.address: found the number 8443, expected {https}; {instead}"),
        ),
        (
            "name = \"c\"\naddress = \"https://127.0.0.1:8443\"\ncontext = \"x\"",
            format!(
                "f:9: error: a: cluster.context: found beside address (line 8), expected one of proxy_url, address or \
                 context; {instead}"
            ),
        ),
    ] {
        let (found, problems) = clusters(&format!("[[environment.cluster]]\n{block}"));
        assert_eq!((found, problems), (Vec::new(), vec![told]), "{block}");
    }
    let table = clusters("[environment.cluster]\nname = \"c\"");
    let told = "f:6: error: a: cluster: found a table, expected blocks: [[environment.cluster]]; until then clusters are \
                reached as EKS says";
    assert_eq!(table, (Vec::new(), vec![told.to_owned()]));
}

#[test]
fn what_a_cluster_has_too_much_is_told_and_the_cluster_is_kept() {
    for (more, told) in [
        (
            "proxy = \"x\"",
            "f:9: warning: a: \"proxy\" is not known in [[environment.cluster]]; did you mean \"proxy_url\"?",
        ),
        (
            "tls_server_name = \"x\"",
            "f:9: warning: a: cluster.tls_server_name goes with address, and is not used beside proxy_url",
        ),
        (
            "kubeconfig = \"x\"",
            "f:9: warning: a: cluster.kubeconfig goes with context, and is not used beside proxy_url",
        ),
    ] {
        let block = format!("[[environment.cluster]]\nname = \"c\"\nproxy_url = \"socks5://127.0.0.1:1080\"\n{more}");
        let (found, problems) = clusters(&block);
        assert_eq!(problems, [told]);
        assert_eq!(found, [ClusterSpec { name: "c".into(), detour: Detour::Proxy("socks5://127.0.0.1:1080".into()) }]);
    }
    let one = "[[environment.cluster]]\nname = \"c\"\ncontext = \"x\"\n";
    let (found, problems) = clusters(&format!("{one}{}", one.replace("\"x\"", "\"y\"")));
    assert_eq!(
        found,
        [ClusterSpec { name: "c".into(), detour: Detour::Context { kubeconfig: None, context: "x".into() } }]
    );
    let told =
        "f:10: error: a: cluster.name: \"c\" is taken by the cluster of line 7, expected another one; that one holds";
    assert_eq!(problems, [told]);
}

#[test]
fn a_password_in_a_url_is_in_no_message() {
    for (key, url) in [
        ("proxy_url", "ftp://jo:s3cr3t@proxy.corp:21"),
        ("proxy_url", "jo:s3cr3t@proxy.corp:21"),
        ("proxy_url", "http://jo:s3cr3t@x/y@proxy.corp:21"),
        ("address", "https://jo:s3cr3t@127.0.0.1:8443"),
        ("address", "jo:s3cr3t@127.0.0.1"),
    ] {
        let (found, problems) = clusters(&format!("[[environment.cluster]]\nname = \"c\"\n{key} = \"{url}\""));
        assert_eq!((found.len(), problems.len()), (0, 1), "{url}: {problems:?}");
        assert!(!problems[0].contains("s3cr3t") && problems[0].contains("…@"), "{problems:?}");
    }
}

#[test]
fn what_is_written_of_clusters_is_known_in_the_estate() {
    let text = environment("[[environment.cluster]]\nname = \"c\"\ncontext = \"x\"");
    let (config, _) = parse(&text, "f");
    let mut estate = Estate::default();
    let session = estate.add_session_named("a");
    place(&mut estate, session, &config.environments[0]);
    let known: Vec<_> = estate.environments().flat_map(|(_, environment)| environment.clusters.clone()).collect();
    assert_eq!(known, config.environments[0].clusters);
}
