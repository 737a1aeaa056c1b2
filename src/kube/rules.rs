//! The least rights that this console needs in a cluster, from the table of its requests.

use std::collections::BTreeMap;

use super::interned::cleaned;
use super::request::{ApiRequest, ApiRight};
use crate::domain::text::quoted;

/// The ClusterRole that holds the rights, and its binding.
const ROLE: &str = "quarterdeck-reader";
/// The group that it is bound to: an access entry puts an identity into it.
const GROUP: &str = "quarterdeck-readers";

/// A rule of a ClusterRole (rbac.authorization.k8s.io/v1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RbacRule {
    /// The API group, empty for core; none for paths that are of no resource.
    pub group: Option<&'static str>,
    /// Resources, or paths.
    pub resources: Vec<String>,
    pub verbs: Vec<&'static str>,
}

/// The rights that are needed, resources with the same verbs together.
#[must_use]
pub fn needed() -> Vec<RbacRule> {
    let mut by_resource: BTreeMap<(&'static str, &'static str), Vec<&'static str>> = BTreeMap::new();
    let mut paths: Vec<String> = Vec::new();
    for right in ApiRequest::all().iter().map(ApiRequest::right) {
        match right {
            ApiRight::Resource { group, resource, verb } => {
                let verbs = by_resource.entry((group, resource)).or_default();
                if !verbs.contains(&verb) {
                    verbs.push(verb);
                }
            }
            ApiRight::Path(path) => paths.push(path),
        }
    }
    let mut rules: Vec<RbacRule> = Vec::new();
    for ((group, resource), verbs) in by_resource {
        match rules.iter_mut().find(|rule| rule.group == Some(group) && rule.verbs == verbs) {
            Some(rule) => rule.resources.push(resource.to_owned()),
            None => rules.push(RbacRule { group: Some(group), resources: vec![resource.to_owned()], verbs }),
        }
    }
    rules.push(RbacRule { group: None, resources: paths, verbs: vec!["get"] });
    rules
}

/// A ClusterRole with the rights, its binding to a group, and the command that puts an identity into the group.
#[must_use]
pub fn rbac_yaml(cluster: &str, principal_arn: &str) -> String {
    let (cluster, principal) = (cleaned(cluster), cleaned(principal_arn));
    let mut yaml = format!(
        "# What quarterdeck reads in a cluster, and no more: nothing is changed, and no secret is read.\n\
         # Put an identity into the group {GROUP} by an access entry of EKS:\n\
         #\n\
         #   aws eks create-access-entry --cluster-name {} --principal-arn {} --kubernetes-groups {GROUP}\n\
         #\n\
         # (Where there is one already: aws eks describe-access-entry first, then update-access-entry with all groups\n\
         # that it has and {GROUP}: the list is replaced.)\n\
         apiVersion: rbac.authorization.k8s.io/v1\n\
         kind: ClusterRole\n\
         metadata:\n  name: {ROLE}\n\
         rules:\n",
        quoted(&cluster),
        quoted(&principal),
    );
    for RbacRule { group, resources, verbs } in needed() {
        let verbs = listed(&verbs);
        let resources = listed(&resources);
        match group {
            Some(group) => {
                yaml.push_str(&format!(
                    "  - apiGroups: [\"{group}\"]\n    resources: {resources}\n    verbs: {verbs}\n"
                ));
            }
            None => yaml.push_str(&format!("  - nonResourceURLs: {resources}\n    verbs: {verbs}\n")),
        }
    }
    yaml.push_str(&format!(
        "---\n\
         apiVersion: rbac.authorization.k8s.io/v1\n\
         kind: ClusterRoleBinding\n\
         metadata:\n  name: {ROLE}\n\
         roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: {ROLE}\n\
         subjects:\n  - apiGroup: rbac.authorization.k8s.io\n    kind: Group\n    name: {GROUP}\n"
    ));
    yaml
}

/// A list as YAML writes it in a line.
fn listed(all: &[impl AsRef<str>]) -> String {
    let all: Vec<String> = all.iter().map(|one| format!("\"{}\"", one.as_ref())).collect();
    format!("[{}]", all.join(", "))
}

#[cfg(test)]
mod tests;
