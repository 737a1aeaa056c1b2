//! What a request asks for: its path, and what its query says.

use std::borrow::Cow;

use http::Uri;

use super::super::access::AccessQuestion;
use super::super::resources::{METRICS, Served, find};
use super::ApiRefusal;

/// The query of a request, decoded.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// A parameter; an empty one is as good as none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, value)| other == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on: `true` or `1`.
    pub(super) fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1" | "True"))
    }

    /// A number.
    ///
    /// # Errors
    /// 400 when it is none.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, ApiRefusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let refused = || ApiRefusal::bad_request(&format!("Invalid value: \"{text}\": {name} is not a number"));
        text.parse().map(Some).map_err(|_| refused())
    }

    /// Whether nothing shall be kept (`dryRun=All`).
    ///
    /// # Errors
    /// 422 for any other value.
    pub(super) fn dry_run(&self) -> Result<bool, ApiRefusal> {
        match self.get("dryRun") {
            None => Ok(false),
            Some("All") => Ok(true),
            Some(other) => {
                let what = format!("Unsupported value: \"{other}\": supported values: \"All\"");
                Err(ApiRefusal::invalid_kind(
                    "meta.k8s.io",
                    "CreateOptions",
                    "",
                    "dryRun",
                    "FieldValueNotSupported",
                    &what,
                ))
            }
        }
    }
}

/// What a path names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ApiTarget {
    Version,
    /// `/livez` and its like.
    Health,
    /// `/api`
    CoreVersions,
    /// `/apis`
    Groups,
    /// `/apis/apps`
    Group(String),
    /// `/api/v1`, `/apis/apps/v1`
    Resources {
        group: String,
        version: String,
    },
    /// A kind, an object, or something below an object.
    Objects(Objects),
    /// `authorization.k8s.io/v1 selfsubjectaccessreviews`
    AccessReview,
    /// `authorization.k8s.io/v1 selfsubjectrulesreviews`
    RulesReview,
    /// `metrics.k8s.io`
    Metrics(Objects),
}

/// The part of a path from the group on.
#[derive(Debug, Clone)]
pub(super) struct Objects {
    pub(super) served: &'static Served,
    /// Empty for all namespaces, and for what has none.
    pub(super) namespace: String,
    /// Empty for the kind as a whole.
    pub(super) name: String,
    /// Empty for the object itself.
    pub(super) subresource: String,
}

impl Objects {
    /// What RBAC decides on where this is done to them.
    pub(super) fn question(&self, verb: &str) -> AccessQuestion {
        AccessQuestion {
            verb: verb.to_owned(),
            group: self.served.group().to_owned(),
            resource: self.served.plural.to_owned(),
            subresource: self.subresource.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

impl PartialEq for Objects {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.served, other.served)
            && (&self.namespace, &self.name, &self.subresource) == (&other.namespace, &other.name, &other.subresource)
    }
}

impl ApiTarget {
    /// Reads a path.
    pub(super) fn of(path: &str) -> Option<Self> {
        let segments: Option<Vec<Cow<'_, str>>> =
            path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        let segments = segments?;
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        match segments.as_slice() {
            ["version"] => Some(Self::Version),
            ["healthz" | "livez" | "readyz", ..] => Some(Self::Health),
            ["api"] => Some(Self::CoreVersions),
            ["apis"] => Some(Self::Groups),
            ["apis", group] => Some(Self::Group((*group).to_owned())),
            ["api", version] => Some(Self::Resources { group: String::new(), version: (*version).to_owned() }),
            ["apis", group, version] => {
                Some(Self::Resources { group: (*group).to_owned(), version: (*version).to_owned() })
            }
            ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"] => Some(Self::AccessReview),
            ["apis", "authorization.k8s.io", "v1", "selfsubjectrulesreviews"] => Some(Self::RulesReview),
            ["api", version, rest @ ..] => objects("", version, rest).map(Self::Objects),
            ["apis", "metrics.k8s.io", version, rest @ ..] => {
                objects("metrics.k8s.io", version, rest).map(Self::Metrics)
            }
            ["apis", group, version, rest @ ..] => objects(group, version, rest).map(Self::Objects),
            _ => None,
        }
    }
}

fn objects(group: &str, version: &str, rest: &[&str]) -> Option<Objects> {
    let kind = |plural: &str| {
        if group == "metrics.k8s.io" {
            METRICS.iter().find(|served| served.plural == plural && served.version() == version)
        } else {
            find(group, version, plural)
        }
    };
    let (namespace, plural, rest) = match rest {
        // A namespace is an object, and a place for others.
        ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => ("", "namespaces", &rest[1..]),
        ["namespaces", namespace, plural, rest @ ..] => (*namespace, *plural, rest),
        [plural, rest @ ..] => ("", *plural, rest),
        [] => return None,
    };
    let served = kind(plural)?;
    let (name, subresource) = match rest {
        [] => ("", ""),
        [name] => (*name, ""),
        [name, subresource] => (*name, *subresource),
        _ => return None,
    };
    let placed = served.namespaced != namespace.is_empty();
    // An object of a namespace is only reached through it; the kind is listed across all as well.
    if (!served.namespaced && !namespace.is_empty()) || (!name.is_empty() && !placed) {
        return None;
    }
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    Some(Objects { served, namespace, name, subresource: subresource.to_owned() })
}

fn decode(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    // A plus sign stands for itself in a path.
    let escaped = segment.replace('+', "%2B");
    let (name, _) = form_urlencoded::parse(escaped.as_bytes()).next()?;
    Some(Cow::Owned(name.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::super::resources::Resource;
    use super::*;

    fn objects_of(path: &str) -> (Resource, [String; 3]) {
        match ApiTarget::of(path) {
            Some(ApiTarget::Objects(objects)) => {
                (objects.served.resource, [objects.namespace, objects.name, objects.subresource])
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn paths_name_objects() {
        for (path, resource, parts) in [
            ("/api/v1/nodes", Resource::Nodes, ["", "", ""]),
            ("/api/v1/nodes/n1/status", Resource::Nodes, ["", "n1", "status"]),
            ("/api/v1/pods", Resource::Pods, ["", "", ""]),
            ("/api/v1/namespaces/a/pods", Resource::Pods, ["a", "", ""]),
            ("/api/v1/namespaces/a/pods/p/log", Resource::Pods, ["a", "p", "log"]),
            ("/api/v1/namespaces/a", Resource::Namespaces, ["", "a", ""]),
            ("/api/v1/namespaces/a/status", Resource::Namespaces, ["", "a", "status"]),
            ("/apis/karpenter.sh/v1/nodeclaims/x%2Dy", Resource::NodeClaims, ["", "x-y", ""]),
        ] {
            assert_eq!(objects_of(path), (resource, parts.map(str::to_owned)), "{path}");
        }
    }

    #[test]
    fn paths_that_are_not_served_name_nothing() {
        for path in [
            "/",
            "/openapi/v2",
            "/api/v1/pods/p",
            "/api/v1/namespaces/a/nodes/n",
            "/apis/apps/v2/deployments",
            "/api/v1/namespaces/a/pods/p/log/more",
            "/apis/karpenter.sh/v1beta1/nodepools",
        ] {
            assert_eq!(ApiTarget::of(path), None, "{path}");
        }
    }
}
