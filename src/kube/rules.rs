//! The least rights that this console needs in a cluster, from the table of its requests.

use std::collections::BTreeMap;

use super::interned::cleaned;
use super::request::{ApiRequest, ApiRight, REVIEW};
use crate::domain::text::quoted;
use crate::services::kubernetes::change::{Api, KubeRight};

/// What an identity is let in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RbacRole {
    /// Everything that the console shows of a cluster.
    Reader,
    /// What it can change of it, too.
    Operator,
}

impl RbacRole {
    /// The role of a name on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "reader" => Some(Self::Reader),
            "operator" => Some(Self::Operator),
            _ => None,
        }
    }

    /// The ClusterRole that holds the rights, and its binding.
    fn role(self) -> &'static str {
        match self {
            Self::Reader => "quarterdeck-reader",
            Self::Operator => "quarterdeck-operator",
        }
    }

    /// The group that it is bound to: an access entry puts an identity into it.
    fn group(self) -> &'static str {
        match self {
            Self::Reader => "quarterdeck-readers",
            Self::Operator => "quarterdeck-operators",
        }
    }

    /// What it is for, in lines of a comment.
    fn words(self) -> &'static str {
        match self {
            Self::Reader => {
                "# What quarterdeck reads in a cluster, and no more: nothing is changed, and no secret is read.\n"
            }
            Self::Operator => {
                "# What quarterdeck reads and changes in a cluster, and no more: no secret is read. RBAC knows no fields:\n\
                 # whoever may patch a node or a workload may change everything of it, with other tools too.\n"
            }
        }
    }
}

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
pub fn needed(role: RbacRole) -> Vec<RbacRule> {
    let mut by_resource: BTreeMap<(&'static str, &'static str), Vec<&'static str>> = BTreeMap::new();
    let mut paths: Vec<String> = Vec::new();
    let mut rights: Vec<ApiRight> = ApiRequest::all().iter().map(ApiRequest::right).collect();
    if role == RbacRole::Operator {
        let changes = Api::ALL.into_iter().filter_map(Api::right);
        rights.extend(changes.chain([REVIEW]).map(ApiRight::Resource));
    }
    for right in rights {
        match right {
            ApiRight::Resource(KubeRight { group, resource, verb }) => {
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
pub fn rbac_yaml(role: RbacRole, cluster: &str, principal_arn: &str) -> String {
    let (cluster, principal) = (cleaned(cluster), cleaned(principal_arn));
    let (name, group, words) = (role.role(), role.group(), role.words());
    let mut yaml = format!(
        "{words}\
         # Put an identity into the group {group} by an access entry of EKS:\n\
         #\n\
         #   aws eks create-access-entry --cluster-name {} --principal-arn {} --kubernetes-groups {group}\n\
         #\n\
         # (Where there is one already: aws eks describe-access-entry first, then update-access-entry with all groups\n\
         # that it has and {group}: the list is replaced.)\n\
         apiVersion: rbac.authorization.k8s.io/v1\n\
         kind: ClusterRole\n\
         metadata:\n  name: {name}\n\
         rules:\n",
        quoted(&cluster),
        quoted(&principal),
    );
    for RbacRule { group, resources, verbs } in needed(role) {
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
         metadata:\n  name: {name}\n\
         roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: {name}\n\
         subjects:\n  - apiGroup: rbac.authorization.k8s.io\n    kind: Group\n    name: {group}\n"
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
