//! What a request asks for, in the words of RBAC.

use http::{Method, Uri};

use super::ApiRefusal;
use super::request::{ApiTarget, Objects, Query};
use super::server::verb;

/// What a request asks for, as a rule of RBAC allows it or does not.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiAsked {
    verb: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Objects(Objects),
    /// A path that is of no resource.
    Path(String),
}

impl ApiAsked {
    /// Of a request's method and address.
    #[must_use]
    pub fn of(method: &Method, uri: &Uri) -> Self {
        let named = |objects: Objects| {
            let verb = verb(method, &objects, &Query::of(uri))?;
            Some(Self { verb: verb.to_owned(), what: What::Objects(objects) })
        };
        let objects = match ApiTarget::of(uri.path()) {
            Some(ApiTarget::Objects(objects) | ApiTarget::Metrics(objects)) => named(objects),
            _ => None,
        };
        objects.unwrap_or_else(|| Self {
            verb: method.as_str().to_ascii_lowercase(),
            what: What::Path(uri.path().to_owned()),
        })
    }

    /// `list nodes`, `watch nodepools.karpenter.sh`, `get pods/log`, `get /version`.
    #[must_use]
    pub fn operation(&self) -> String {
        let verb = &self.verb;
        match &self.what {
            What::Path(path) => format!("{verb} {path}"),
            What::Objects(objects) if objects.subresource.is_empty() => {
                format!("{verb} {}", objects.served.qualified())
            }
            What::Objects(objects) => format!("{verb} {}/{}", objects.served.qualified(), objects.subresource),
        }
    }

    /// Whether it could change something: neither a reading, nor a question about one's own rights.
    #[must_use]
    pub fn is_change(&self) -> bool {
        match &self.what {
            What::Objects(_) => !matches!(self.verb.as_str(), "get" | "list" | "watch"),
            What::Path(path) => {
                let asks = matches!(ApiTarget::of(path), Some(ApiTarget::AccessReview | ApiTarget::RulesReview));
                !asks && !matches!(self.verb.as_str(), "get" | "head" | "options")
            }
        }
    }

    /// Namespace and name of what it is about, each empty where there is none.
    #[must_use]
    pub fn place(&self) -> (&str, &str) {
        match &self.what {
            What::Objects(objects) => (&objects.namespace, &objects.name),
            What::Path(_) => ("", ""),
        }
    }

    /// 403: no rule lets this user. Upstream's words (apiserver, `endpoints/handlers/responsewriters`).
    #[must_use]
    pub fn forbidden(&self, user: &str) -> ApiRefusal {
        match &self.what {
            What::Path(path) => {
                let message = format!("forbidden: User \"{user}\" cannot {} path \"{path}\"", self.verb);
                ApiRefusal::new(403, "Forbidden", message)
            }
            What::Objects(objects) => {
                let why = objects.question(&self.verb).refusal(user);
                ApiRefusal::forbidden(objects.served, &objects.name, &why)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method, path: &str) -> ApiAsked {
        ApiAsked::of(method, &path.parse().unwrap())
    }

    #[test]
    fn a_request_is_called_by_the_right_that_it_needs() {
        for (method, path, operation) in [
            (&Method::GET, "/api/v1/nodes?limit=500", "list nodes"),
            (&Method::GET, "/api/v1/nodes?watch=true&resourceVersion=7", "watch nodes"),
            (&Method::GET, "/apis/karpenter.sh/v1/nodepools?watch=true", "watch nodepools.karpenter.sh"),
            (&Method::GET, "/apis/metrics.k8s.io/v1beta1/pods", "list pods.metrics.k8s.io"),
            (&Method::GET, "/api/v1/namespaces/a/pods/p/log?follow=true", "get pods/log"),
            (&Method::POST, "/api/v1/namespaces/a/pods/p/eviction", "create pods/eviction"),
            (&Method::DELETE, "/apis/karpenter.sh/v1/nodeclaims/x", "delete nodeclaims.karpenter.sh"),
            (&Method::GET, "/version", "get /version"),
            (&Method::GET, "/apis/karpenter.sh/v1", "get /apis/karpenter.sh/v1"),
            (&Method::POST, "/no/such/path", "post /no/such/path"),
        ] {
            assert_eq!(asked(method, path).operation(), operation, "{path}");
        }
    }

    #[test]
    fn what_could_change_something_is_no_question() {
        let reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        for (method, path, is_change) in [
            (&Method::GET, "/api/v1/nodes?watch=true", false),
            (&Method::GET, "/version", false),
            (&Method::POST, reviews, false),
            (&Method::POST, "/api/v1/namespaces/a/pods/p/eviction", true),
            (&Method::PATCH, "/api/v1/nodes/n", true),
            (&Method::DELETE, "/api/v1/namespaces/a/pods", true),
            (&Method::POST, "/no/such/path", true),
        ] {
            assert_eq!(asked(method, path).is_change(), is_change, "{method} {path}");
        }
        assert_eq!(asked(&Method::DELETE, "/api/v1/namespaces/a/pods/p").place(), ("a", "p"));
        assert_eq!(asked(&Method::POST, reviews).place(), ("", ""));
    }

    #[test]
    fn a_denial_is_in_the_words_of_rbac() {
        let nodes = asked(&Method::GET, "/api/v1/nodes").forbidden("u");
        let words =
            "nodes is forbidden: User \"u\" cannot list resource \"nodes\" in API group \"\" at the cluster scope";
        assert_eq!((nodes.code(), nodes.reason(), nodes.message()), (403, "Forbidden", words));
        let version = asked(&Method::GET, "/version").forbidden("u");
        assert_eq!(version.message(), "forbidden: User \"u\" cannot get path \"/version\"");
    }
}
