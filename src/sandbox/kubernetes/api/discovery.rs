//! `/version`, `/api`, `/apis` and the lists of kinds: what a client must read before it can name
//! anything.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::super::resources::{METRICS, SERVED, Served};
use super::body::ApiBody;
use super::request::ApiTarget;
use super::server::json;
use super::{ApiRefusal, ApiServer};

/// The groups without kinds of their own in the table.
const REVIEWS: &str = "authorization.k8s.io";

impl ApiServer {
    pub(super) fn discover(&self, target: &ApiTarget, host: Option<&str>) -> Result<Response<ApiBody>, ApiRefusal> {
        let answer = match target {
            ApiTarget::Version => self.version_info(),
            ApiTarget::CoreVersions => json!({
                "kind": "APIVersions",
                "versions": ["v1"],
                "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": host.unwrap_or_default()}],
            }),
            ApiTarget::Groups => {
                let groups: Vec<Value> =
                    self.groups().into_iter().map(|(group, versions)| described(group, &versions)).collect();
                json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
            }
            ApiTarget::Group(name) => {
                let groups = self.groups();
                let (group, versions) =
                    groups.iter().find(|(group, _)| group == name).ok_or_else(ApiRefusal::no_such_path)?;
                let mut group = described(group, versions);
                group["kind"] = "APIGroup".into();
                group["apiVersion"] = "v1".into();
                group
            }
            ApiTarget::Resources { group, version } => self.resources(group, version)?,
            _ => return Err(ApiRefusal::no_such_path()),
        };
        Ok(json(StatusCode::OK, &answer))
    }

    /// As EKS tells it.
    fn version_info(&self) -> Value {
        let (major, minor) = self.version.split_once('.').unwrap_or((&self.version, "0"));
        json!({
            "major": major,
            "minor": minor,
            "gitVersion": format!("v{}.5-eks-113cf36", self.version),
            "gitCommit": "0000000000000000000000000000000000000000",
            "gitTreeState": "clean",
            "buildDate": "2026-01-01T00:00:00Z",
            "goVersion": "go1.24.9",
            "compiler": "gc",
            "platform": "linux/amd64",
        })
    }

    /// The named groups that are served, with their versions; the preferred one first.
    fn groups(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        let names = SERVED.iter().chain(METRICS).map(|served| (served.group(), served.version()));
        for (group, version) in names.chain([(REVIEWS, "v1")]) {
            if group.is_empty() || !self.serves(group) {
                continue;
            }
            match groups.iter_mut().find(|(other, _)| *other == group) {
                Some((_, versions)) if versions.contains(&version) => {}
                Some((_, versions)) => versions.push(version),
                None => groups.push((group, vec![version])),
            }
        }
        groups
    }

    fn resources(&self, group: &str, version: &str) -> Result<Value, ApiRefusal> {
        let mut resources: Vec<Value> = Vec::new();
        if self.serves(group) {
            let of_group = |served: &&Served| served.group() == group && served.version() == version;
            for served in SERVED.iter().chain(METRICS).filter(of_group) {
                list_kind(served, &mut resources);
            }
            if group == REVIEWS && version == "v1" {
                for kind in ["SelfSubjectAccessReview", "SelfSubjectRulesReview"] {
                    let singular = kind.to_lowercase();
                    resources.push(json!({
                        "name": format!("{singular}s"),
                        "singularName": singular,
                        "namespaced": false,
                        "kind": kind,
                        "verbs": ["create"],
                    }));
                }
            }
        }
        if resources.is_empty() {
            return Err(ApiRefusal::no_such_path());
        }
        let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        Ok(json!({
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources,
        }))
    }
}

fn described(group: &str, versions: &[&str]) -> Value {
    let version = |version: &&str| json!({"groupVersion": format!("{group}/{version}"), "version": version});
    let all: Vec<Value> = versions.iter().map(version).collect();
    json!({"name": group, "preferredVersion": all.first(), "versions": all})
}

fn list_kind(served: &Served, resources: &mut Vec<Value>) {
    let mut kind = json!({
        "name": served.plural,
        "singularName": served.singular,
        "namespaced": served.namespaced,
        "kind": served.kind,
        "verbs": served.verbs,
    });
    if !served.short_names.is_empty() {
        kind["shortNames"] = served.short_names.into();
    }
    if !served.categories.is_empty() {
        kind["categories"] = served.categories.into();
    }
    resources.push(kind);
    for subresource in served.subresources {
        let mut below = json!({
            "name": format!("{}/{}", served.plural, subresource.name),
            "singularName": "",
            "namespaced": served.namespaced,
            "kind": if subresource.kind.is_empty() { served.kind } else { subresource.kind },
            "verbs": subresource.verbs,
        });
        if let Some((group, version)) = subresource.api_version.split_once('/') {
            below["group"] = group.into();
            below["version"] = version.into();
        }
        resources.push(below);
    }
}
