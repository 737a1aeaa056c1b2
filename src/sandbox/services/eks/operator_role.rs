//! The ClusterRole that the sandbox's clusters bind to the operators' group: the changes of `qd k8s-rbac operator`,
//! and no other. What they read, the policy of their access entry allows.

use crate::sandbox::kubernetes::access::AccessQuestion;

/// The group.
pub(super) const GROUP: &str = "quarterdeck-operators";

/// API group, resource, verb.
const RULES: [(&str, &str, &str); 8] = [
    ("", "nodes", "patch"),
    ("", "pods/eviction", "create"),
    ("apps", "daemonsets", "patch"),
    ("apps", "deployments", "patch"),
    ("apps", "statefulsets", "patch"),
    ("autoscaling", "horizontalpodautoscalers", "patch"),
    ("karpenter.sh", "nodeclaims", "delete"),
    ("karpenter.sh", "nodepools", "patch"),
];

/// Whether whoever is in the group may.
pub(super) fn allows(group: &str, asked: &AccessQuestion) -> bool {
    let resource = asked.full_resource();
    group == GROUP && RULES.contains(&(asked.group.as_str(), resource.as_str(), asked.verb.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::change::{Api, KubeRight};

    /// The sandbox allows no more than the role that the console asks for, and no less.
    #[test]
    fn the_rules_are_the_rights_that_the_calls_of_the_console_need() {
        let mut needed: Vec<(&str, &str, &str)> = Api::ALL
            .into_iter()
            .filter_map(Api::right)
            .map(|KubeRight { group, resource, verb }| (group, resource, verb))
            .collect();
        needed.sort_unstable();
        assert_eq!(needed, RULES);
    }
}
