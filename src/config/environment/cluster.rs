//! Reads `[[environment.cluster]]`: how a cluster is reached whose own endpoint is not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Uri;
use toml::de::DeValue;

use super::super::document::{Entry, found};
use super::super::forms;
use super::Reader;
use crate::domain::{ClusterSpec, Detour, text};
use crate::nearest::hint;
use crate::plain_file::expanded;

const KEYS: [&str; 6] = ["name", "proxy_url", "address", "tls_server_name", "context", "kubeconfig"];
/// The keys of which a cluster has one.
const WAYS: &str = "proxy_url, address or context";

const NAME: &str = "the name of a cluster in EKS";
const PROXY: &str = "a proxy such as \"socks5://127.0.0.1:1080\" (http, https or socks5)";
const ADDRESS: &str = "an https URL such as \"https://127.0.0.1:8443\"";
const SERVER_NAME: &str = "the host name that the cluster's certificate is of";
const CONTEXT: &str = "the name of a context in a kubeconfig";
const KUBECONFIG: &str = "a file such as \"~/.kube/config\"";

/// What holds where a block cannot be used.
const INSTEAD: &str = "until then the cluster is reached as EKS says";

/// What stands in a block, each with its line.
#[derive(Default)]
struct WrittenCluster {
    name: Option<(usize, Arc<str>)>,
    /// In the order of the file: one is right.
    ways: Vec<(usize, &'static str, Detour)>,
    tls_server_name: Option<(usize, Arc<str>)>,
    kubeconfig: Option<(usize, PathBuf)>,
    /// Something that cannot be used was told.
    unsound: bool,
}

impl<'t> Reader<'_, 't, '_> {
    /// The clusters that are reached another way than EKS says. One that cannot be used is left out; the environment is
    /// read all the same.
    pub(super) fn clusters(&mut self, entry: &Entry<'_, 't>) -> Vec<ClusterSpec> {
        let DeValue::Array(blocks) = entry.value else {
            self.ignored(entry, "blocks: [[environment.cluster]]", "until then clusters are reached as EKS says");
            return Vec::new();
        };
        let mut specs: Vec<(usize, ClusterSpec)> = Vec::new();
        for block in blocks {
            let line = self.part.line(block);
            let Some((at, spec)) = self.cluster(line, block.get_ref()) else { continue };
            if let Some((first, _)) = specs.iter().find(|(_, known)| known.name == spec.name) {
                let message = format!(
                    "cluster.name: {:?} is taken by the cluster of line {first}, expected another one; that one holds",
                    spec.name
                );
                self.problems.error(at, message);
            } else {
                specs.push((at, spec));
            }
        }
        specs.into_iter().map(|(_, spec)| spec).collect()
    }

    /// A cluster and the line of its name.
    fn cluster(&mut self, line: usize, value: &DeValue<'t>) -> Option<(usize, ClusterSpec)> {
        let DeValue::Table(table) = value else {
            let message = format!("cluster: found {}, expected a block: [[environment.cluster]]", found(value));
            self.problems.error(line, message);
            return None;
        };
        let mut block = WrittenCluster::default();
        let mut is_named = false;
        for entry in self.part.entries(table) {
            is_named |= entry.key == "name";
            self.cluster_entry(&entry, &mut block);
        }
        if !is_named {
            block.unsound = true;
            self.problems.error(line, format!("cluster: name is missing: expected {NAME}; {INSTEAD}"));
        }
        let detour = self.one_way(line, &mut block);
        let (at, name) = block.name.filter(|_| !block.unsound)?;
        Some((at, ClusterSpec { name, detour: detour? }))
    }

    fn cluster_entry(&mut self, entry: &Entry<'_, 't>, block: &mut WrittenCluster) {
        let written = entry.value.as_str();
        let line = entry.line;
        let text = |sound: fn(&str) -> bool| written.filter(|text| sound(text)).map(Arc::<str>::from);
        let expected = match entry.key {
            "name" => match text(forms::is_cluster_name) {
                Some(name) => return block.name = Some((line, name)),
                None => NAME,
            },
            "proxy_url" => match text(is_proxy) {
                Some(url) => return block.ways.push((line, "proxy_url", Detour::Proxy(url))),
                None => PROXY,
            },
            "address" => match text(is_address) {
                Some(address) => {
                    let tunnel = Detour::Tunnel { address, tls_server_name: None };
                    return block.ways.push((line, "address", tunnel));
                }
                None => ADDRESS,
            },
            "tls_server_name" => match text(is_host) {
                Some(name) => return block.tls_server_name = Some((line, name)),
                None => SERVER_NAME,
            },
            "context" => match text(is_plain) {
                Some(context) => {
                    let context = Detour::Context { kubeconfig: None, context };
                    return block.ways.push((line, "context", context));
                }
                None => CONTEXT,
            },
            "kubeconfig" => match text(is_plain) {
                Some(path) => return block.kubeconfig = Some((line, expanded(Path::new(&*path)))),
                None => KUBECONFIG,
            },
            key => {
                let key = text::clean(key);
                let message = format!("{key:?} is not known in [[environment.cluster]]{}", hint(&key, &KEYS));
                return self.problems.warning(line, message);
            }
        };
        block.unsound = true;
        let found = found_without_password(entry.value);
        self.problems.error(line, format!("cluster.{}: found {found}, expected {expected}; {INSTEAD}", entry.key));
    }

    /// The one way of a block, with what goes with it.
    fn one_way(&mut self, line: usize, block: &mut WrittenCluster) -> Option<Detour> {
        let mut ways = std::mem::take(&mut block.ways).into_iter();
        let Some((first, way, mut detour)) = ways.next() else {
            // A way that cannot be used was told.
            if !block.unsound {
                self.problems.error(line, format!("cluster: expected {WAYS}; {INSTEAD}"));
            }
            return None;
        };
        let mut is_one = true;
        for (line, other, _) in ways {
            is_one = false;
            let message =
                format!("cluster.{other}: found beside {way} (line {first}), expected one of {WAYS}; {INSTEAD}");
            self.problems.error(line, message);
        }
        let mut unused = Vec::new();
        if let Some((line, name)) = block.tls_server_name.take() {
            match &mut detour {
                Detour::Tunnel { tls_server_name, .. } => *tls_server_name = Some(name),
                _ => unused.push((line, "tls_server_name", "address")),
            }
        }
        if let Some((line, path)) = block.kubeconfig.take() {
            match &mut detour {
                Detour::Context { kubeconfig, .. } => *kubeconfig = Some(path),
                _ => unused.push((line, "kubeconfig", "context")),
            }
        }
        for (line, key, with) in unused.into_iter().filter(|_| is_one) {
            self.problems.warning(line, format!("cluster.{key} goes with {with}, and is not used beside {way}"));
        }
        is_one.then_some(detour)
    }
}

/// A proxy that can be gone through; it may have a user and a password.
fn is_proxy(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let is_known = matches!(uri.scheme_str(), Some("http" | "https" | "socks5" | "socks5h"));
    is_known && uri.host().is_some_and(|host| !host.is_empty()) && uri.path().trim_matches('/').is_empty()
}

/// Who asks is told by a token, not by a user and a password in the address.
fn is_address(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let host = uri.authority().filter(|authority| !authority.as_str().contains('@')).map(http::uri::Authority::host);
    uri.scheme_str() == Some("https") && host.is_some_and(|host| !host.is_empty()) && uri.query().is_none()
}

/// A host name, or the number of a host.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.:".contains(c))
}

fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(text::is_hostile)
}

/// What was found, without what stands before an `@`: `http://user:password@proxy:3128`.
fn found_without_password(value: &DeValue<'_>) -> String {
    let DeValue::String(text) = value else { return found(value) };
    let Some((secret, rest)) = text.rsplit_once('@') else { return found(value) };
    let scheme = secret.split_once("://").map(|(scheme, _)| format!("{scheme}://")).unwrap_or_default();
    found(&DeValue::String(format!("{scheme}…@{rest}").into()))
}

#[cfg(test)]
mod tests;
