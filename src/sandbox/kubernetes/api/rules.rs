//! SelfSubjectRulesReview: what may I in this namespace?

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::super::access::AccessQuestion;
use super::super::resources::{METRICS, SERVED};
use super::body::ApiBody;
use super::server::{ApiCaller, json};
use super::{ApiRefusal, ApiServer, accept, protobuf};

/// Every verb that a rule can name.
const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// The paths that are open to whoever is known (`system:discovery`), as far as they are served.
const OPEN_PATHS: [&str; 8] = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/readyz", "/version"];

impl ApiServer {
    pub(super) fn rules_review(
        &self,
        request: &Request<Bytes>,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        if request.method() != Method::POST {
            return Err(ApiRefusal::not_allowed());
        }
        let namespace = if accept::content_type(request) == "application/vnd.kubernetes.protobuf" {
            let refused = || ApiRefusal::unknown_format(&["application/json"]);
            protobuf::rules_review(request.body()).ok_or_else(refused)?
        } else {
            accept::body(request)?["spec"]["namespace"].as_str().unwrap_or_default().to_owned()
        };
        if namespace.is_empty() {
            return Err(ApiRefusal::bad_request("no namespace on request"));
        }
        let review = json!({
            "kind": "SelfSubjectRulesReview",
            "apiVersion": "authorization.k8s.io/v1",
            "metadata": {"creationTimestamp": null},
            "spec": {},
            "status": {
                "resourceRules": self.rules(&namespace, caller),
                "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": OPEN_PATHS}],
                "incomplete": false,
            },
        });
        Ok(json(StatusCode::CREATED, &review))
    }

    /// The rules by which access is allowed: those for everything, then kind by kind what goes beyond them.
    fn rules(&self, namespace: &str, caller: &ApiCaller) -> Vec<Value> {
        let allows = |verb: &str, group: &str, resource: &str, subresource: &str, namespaced: bool| {
            let asked = AccessQuestion {
                verb: verb.to_owned(),
                group: group.to_owned(),
                resource: resource.to_owned(),
                subresource: subresource.to_owned(),
                namespace: if namespaced { namespace.to_owned() } else { String::new() },
                name: String::new(),
            };
            self.access.allows(&caller.user, &asked, caller.now)
        };
        // Only a rule of stars covers a question of stars.
        let everywhere = |verb: &str| allows(verb, "*", "*", "", true) && allows(verb, "*", "*", "", false);
        let all = everywhere("*");
        let general: Vec<&str> =
            if all { vec!["*"] } else { VERBS.into_iter().filter(|verb| everywhere(verb)).collect() };
        let reviews = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"];
        let mut rules = vec![rule(&["create"], "authorization.k8s.io", &reviews)];
        if !general.is_empty() {
            rules.push(rule(&general, "*", &["*"]));
        }
        if all {
            return rules;
        }
        let mut special: BTreeMap<(&str, Vec<&str>), Vec<String>> = BTreeMap::new();
        for served in SERVED.iter().chain(METRICS).filter(|served| self.serves(served.group())) {
            let below = served.subresources.iter().map(|below| (below.name, below.verbs));
            for (subresource, verbs) in std::iter::once(("", served.verbs)).chain(below) {
                let may = |verb: &&&str| allows(verb, served.group(), served.plural, subresource, served.namespaced);
                let verbs: Vec<&str> =
                    verbs.iter().filter(|verb| !general.contains(*verb)).filter(may).copied().collect();
                if !verbs.is_empty() {
                    let asked = AccessQuestion {
                        resource: served.plural.to_owned(),
                        subresource: subresource.to_owned(),
                        ..AccessQuestion::default()
                    };
                    let resources = special.entry((served.group(), verbs)).or_default();
                    resources.push(asked.full_resource());
                }
            }
        }
        for ((group, verbs), mut resources) in special {
            resources.dedup();
            let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
            rules.push(rule(&verbs, group, &resources));
        }
        rules
    }
}

fn rule(verbs: &[&str], group: &str, resources: &[&str]) -> Value {
    json!({"verbs": verbs, "apiGroups": [group], "resources": resources})
}
