//! Every request that is made of an API server: its path, and the right that it needs. One table for both.

mod change;
mod chosen;

use std::fmt;

use http::Method;
use serde_json::json;

pub(super) use change::{ApiChange, ChangeHow, of_call};
pub(super) use chosen::{Chosen, selector};

use crate::domain::console::encoded;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::KubeRight;
use crate::services::kubernetes::logs::{LogSource, TAIL};

/// Objects that one page of a list has at most (client-go's pager, `defaultPageSize`).
const PAGE: u32 = 500;

/// Groups whose kinds are read of discovery.
pub(super) const GROUPS: [&str; 6] =
    ["karpenter.sh", "karpenter.k8s.aws", "eks.amazonaws.com", "argoproj.io", "autoscaling.x-k8s.io", METRICS];
/// The group of a metrics server.
pub(super) const METRICS: &str = "metrics.k8s.io";
/// The version of it that is read.
pub(super) const METRICS_VERSION: &str = "v1beta1";

/// The group in which rights are asked.
const REVIEWS: &str = "authorization.k8s.io";
/// What it takes to ask for one's own rights; `system:basic-user` gives it to whoever is known (Kubernetes, "Using RBAC
/// Authorization", "Default roles").
pub(super) const REVIEW: KubeRight = KubeRight { group: REVIEWS, resource: "selfsubjectaccessreviews", verb: "create" };

/// What of a metrics server is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricsOf {
    Nodes,
    Pods,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ApiRequest {
    Version,
    Groups,
    /// The resources of a group in a version.
    Resources {
        group: String,
        version: String,
    },
    Metrics(MetricsOf),
    /// A page of a list, from its beginning or from where the last one ended; or all of it at once.
    List {
        kind: ObjectKind,
        of: Chosen,
        page: ListPage,
    },
    Watch {
        kind: ObjectKind,
        version: String,
        seconds: u64,
    },
    Log {
        source: LogSource,
        since: Option<String>,
    },
    /// Whether whoever asks has a right, in a namespace or in all of them. It is sent as an object that is made, and
    /// none is: it is a reading.
    Review {
        right: KubeRight,
        namespace: Option<String>,
    },
    /// A change: what is no reading.
    Change(ApiChange),
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListPage {
    First,
    Next(String),
    /// Without pages: where pages are over before they are read.
    Whole,
}

/// The right that a request needs (RBAC).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ApiRight {
    Resource(KubeRight),
    /// A path that is of no resource, `*` at its end for all below it.
    Path(String),
}

impl fmt::Display for ApiRight {
    /// As a person says it: `list nodes`, `watch nodepools.karpenter.sh`, `get pods/log`, `get /version`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(right) => write!(f, "{right}"),
            Self::Path(path) => write!(f, "get {path}"),
        }
    }
}

impl ApiRequest {
    /// Path and query.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Version => "/version".into(),
            Self::Groups => "/apis".into(),
            Self::Resources { group, version } => format!("/apis/{}/{}", encoded(group), encoded(version)),
            Self::Metrics(MetricsOf::Nodes) => format!("/apis/{METRICS}/{METRICS_VERSION}/nodes"),
            Self::Metrics(MetricsOf::Pods) => format!("/apis/{METRICS}/{METRICS_VERSION}/pods"),
            Self::List { kind, of, page } => {
                let mut parameters = of.parameters();
                if *page != ListPage::Whole {
                    parameters.push(format!("limit={PAGE}"));
                }
                if let ListPage::Next(token) = page {
                    parameters.push(format!("continue={}", encoded(token)));
                }
                let path = collection(*kind, of.namespace());
                if parameters.is_empty() { path } else { format!("{path}?{}", parameters.join("&")) }
            }
            Self::Watch { kind, version, seconds } => {
                let (path, version) = (collection(*kind, None), encoded(version));
                format!("{path}?watch=true&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={seconds}")
            }
            Self::Log { source, since } => {
                let LogSource { namespace, pod, container, previous } = source;
                let (namespace, pod, container) = (encoded(namespace), encoded(pod), encoded(container));
                let from = match since {
                    Some(since) => format!("sinceTime={}", encoded(since)),
                    None => format!("tailLines={TAIL}"),
                };
                // The log of a container that has ended has nothing to follow.
                let follow = !previous;
                format!(
                    "/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&previous={previous}\
                     &follow={follow}&timestamps=true&{from}"
                )
            }
            Self::Review { .. } => format!("/apis/{REVIEWS}/v1/selfsubjectaccessreviews"),
            Self::Change(change) => {
                let namespace = (!change.namespace.is_empty()).then_some(change.namespace.as_str());
                format!("{}/{}{}", collection(change.kind, namespace), encoded(&change.name), change.end())
            }
        }
    }

    pub(super) fn method(&self) -> Method {
        match self {
            Self::Review { .. } => Method::POST,
            Self::Change(change) => change.method(),
            _ => Method::GET,
        }
    }

    /// What is sent with it: what that is, and itself.
    pub(super) fn body(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Review { right, namespace } => Some(("application/json", review(*right, namespace.as_deref()))),
            Self::Change(change) => Some((change.content(), change.body.clone())),
            _ => None,
        }
    }

    /// It changes nothing, and may be sent again.
    pub(super) fn is_reading(&self) -> bool {
        !matches!(self, Self::Change(_))
    }

    /// The right that it needs.
    pub(super) fn right(&self) -> ApiRight {
        match self {
            Self::Version => ApiRight::Path("/version".into()),
            Self::Groups => ApiRight::Path("/apis".into()),
            Self::Resources { group, .. } => ApiRight::Path(format!("/apis/{group}/*")),
            Self::Metrics(of) => {
                let resource = if *of == MetricsOf::Nodes { "nodes" } else { "pods" };
                ApiRight::Resource(KubeRight { group: METRICS, resource, verb: "list" })
            }
            Self::List { kind, .. } => of_kind(*kind, "list"),
            Self::Watch { kind, .. } => of_kind(*kind, "watch"),
            Self::Log { .. } => ApiRight::Resource(KubeRight { group: "", resource: "pods/log", verb: "get" }),
            Self::Review { .. } => ApiRight::Resource(REVIEW),
            Self::Change(change) => ApiRight::Resource(change.right()),
        }
    }

    /// What is asked, in words: `k8s: list pods`.
    pub(super) fn call(&self) -> String {
        format!("k8s: {}", self.right())
    }

    /// One of each kind that the screens ask: whatever they ask needs a right of one of these.
    pub(super) fn all() -> Vec<Self> {
        let source = LogSource { namespace: "".into(), pod: "".into(), container: "".into(), previous: false };
        let mut all = vec![Self::Version, Self::Groups];
        all.extend(GROUPS.map(|group| Self::Resources { group: group.into(), version: String::new() }));
        all.extend([MetricsOf::Nodes, MetricsOf::Pods].map(Self::Metrics));
        for kind in ObjectKind::ALL {
            all.push(Self::List { kind, of: Chosen::all(), page: ListPage::First });
            all.push(Self::Watch { kind, version: String::new(), seconds: 0 });
        }
        all.push(Self::Log { source, since: None });
        all
    }
}

fn of_kind(kind: ObjectKind, verb: &'static str) -> ApiRight {
    let (group, _, resource) = kind.resource();
    ApiRight::Resource(KubeRight { group, resource, verb })
}

/// The path of the objects of a kind, of one namespace or of all.
fn collection(kind: ObjectKind, namespace: Option<&str>) -> String {
    let namespace = namespace.map(|name| format!("namespaces/{}/", encoded(name))).unwrap_or_default();
    match kind.resource() {
        ("", version, resource) => format!("/api/{version}/{namespace}{resource}"),
        (group, version, resource) => format!("/apis/{group}/{version}/{namespace}{resource}"),
    }
}

/// A `SelfSubjectAccessReview` (authorization.k8s.io/v1). Of a part of a resource the resource is asked, and the part.
fn review(right: KubeRight, namespace: Option<&str>) -> String {
    let KubeRight { group, resource, verb } = right;
    let (resource, part) = resource.split_once('/').unwrap_or((resource, ""));
    let mut attributes = json!({ "group": group, "resource": resource, "verb": verb });
    for (name, value) in [("subresource", part), ("namespace", namespace.unwrap_or_default())] {
        if !value.is_empty() {
            attributes[name] = value.into();
        }
    }
    let (kind, version) = ("SelfSubjectAccessReview", format!("{REVIEWS}/v1"));
    json!({ "apiVersion": version, "kind": kind, "spec": { "resourceAttributes": attributes } }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::change::Api;

    #[test]
    fn a_call_needs_the_right_that_the_plan_asks_for() {
        for api in Api::ALL {
            let change = of_call(api).map(|(how, kind)| {
                let (namespace, name, body) = (String::new(), "x".to_owned(), String::new());
                ApiRequest::Change(ApiChange { how, kind, namespace, name, body })
            });
            assert_eq!(change.as_ref().map(ApiRequest::right), api.right().map(ApiRight::Resource), "{api:?}");
            assert!(change.is_none_or(|change| change.call() == api.id() && !change.is_reading()));
        }
    }

    #[test]
    fn a_right_is_asked_as_its_parts() {
        let evict = KubeRight { group: "", resource: "pods/eviction", verb: "create" };
        let ask = ApiRequest::Review { right: evict, namespace: Some("shop".into()) };
        let (content, body) = ask.body().unwrap();
        let expected = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "group": "", "resource": "pods", "subresource": "eviction", "verb": "create", "namespace": "shop",
            } },
        });
        assert_eq!(
            (content, serde_json::from_str::<serde_json::Value>(&body).unwrap()),
            ("application/json", expected)
        );
        assert!(ask.is_reading() && ask.method() == Method::POST);
        let nodes = KubeRight { group: "", resource: "nodes", verb: "patch" };
        let body = ApiRequest::Review { right: nodes, namespace: None }.body().unwrap().1;
        assert!(!body.contains("subresource") && !body.contains("namespace"), "{body}");
    }
}
