//! Every request that is made of an API server: its path, and the right that it needs. One table for both.

use std::fmt;

use crate::domain::console::encoded;
use crate::services::kubernetes::ObjectKind;
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

/// What of a metrics server is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricsOf {
    Nodes,
    Pods,
}

/// A reading (each is a GET).
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
    Resource {
        group: &'static str,
        /// `pods`, `pods/log`.
        resource: &'static str,
        verb: &'static str,
    },
    /// A path that is of no resource, `*` at its end for all below it.
    Path(String),
}

impl fmt::Display for ApiRight {
    /// As a person says it: `list nodes`, `watch nodepools.karpenter.sh`, `get pods/log`, `get /version`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource { group: "", resource, verb } => write!(f, "{verb} {resource}"),
            Self::Resource { group, resource, verb } => write!(f, "{verb} {resource}.{group}"),
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
            Self::List { kind, page } => {
                let path = collection(*kind);
                match page {
                    ListPage::First => format!("{path}?limit={PAGE}"),
                    ListPage::Next(token) => format!("{path}?limit={PAGE}&continue={}", encoded(token)),
                    ListPage::Whole => path,
                }
            }
            Self::Watch { kind, version, seconds } => {
                let (path, version) = (collection(*kind), encoded(version));
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
        }
    }

    /// The right that it needs.
    pub(super) fn right(&self) -> ApiRight {
        match self {
            Self::Version => ApiRight::Path("/version".into()),
            Self::Groups => ApiRight::Path("/apis".into()),
            Self::Resources { group, .. } => ApiRight::Path(format!("/apis/{group}/*")),
            Self::Metrics(of) => {
                let resource = if *of == MetricsOf::Nodes { "nodes" } else { "pods" };
                ApiRight::Resource { group: METRICS, resource, verb: "list" }
            }
            Self::List { kind, .. } => of_kind(*kind, "list"),
            Self::Watch { kind, .. } => of_kind(*kind, "watch"),
            Self::Log { .. } => ApiRight::Resource { group: "", resource: "pods/log", verb: "get" },
        }
    }

    /// What is asked, in words: `k8s: list pods`.
    pub(super) fn call(&self) -> String {
        format!("k8s: {}", self.right())
    }

    /// One of each kind that there is: whatever is asked needs a right of one of these.
    pub(super) fn all() -> Vec<Self> {
        let source = LogSource { namespace: "".into(), pod: "".into(), container: "".into(), previous: false };
        let mut all = vec![Self::Version, Self::Groups];
        all.extend(GROUPS.map(|group| Self::Resources { group: group.into(), version: String::new() }));
        all.extend([MetricsOf::Nodes, MetricsOf::Pods].map(Self::Metrics));
        for kind in ObjectKind::ALL {
            all.push(Self::List { kind, page: ListPage::First });
            all.push(Self::Watch { kind, version: String::new(), seconds: 0 });
        }
        all.push(Self::Log { source, since: None });
        all
    }
}

fn of_kind(kind: ObjectKind, verb: &'static str) -> ApiRight {
    let (group, _, resource) = kind.resource();
    ApiRight::Resource { group, resource, verb }
}

/// The path of all objects of a kind, in all namespaces.
fn collection(kind: ObjectKind) -> String {
    match kind.resource() {
        ("", version, resource) => format!("/api/{version}/{resource}"),
        (group, version, resource) => format!("/apis/{group}/{version}/{resource}"),
    }
}
