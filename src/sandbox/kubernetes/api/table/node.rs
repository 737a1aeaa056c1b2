//! Nodes (`printNode`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::age;
use super::cell::{each, name, text, text_or};
use super::column::{AGE, NAME, PrinterColumn, text as column};

/// A label `node-role.kubernetes.io/<role>` names a role.
const ROLE_PREFIX: &str = "node-role.kubernetes.io/";

pub(super) const COLUMNS: &[PrinterColumn] = &[
    NAME,
    column("Status", "Whether the node is ready, and whether it takes pods."),
    column("Roles", "The roles that its labels give it."),
    AGE,
    column("Version", "The version of its kubelet."),
    column("Internal-IP", "Its address within the network.").wide(),
    column("External-IP", "Its address from outside.").wide(),
    column("OS-Image", "Its operating system.").wide(),
    column("Kernel-Version", "Its kernel.").wide(),
    column("Container-Runtime", "What runs its containers.").wide(),
];

pub(super) fn cells(node: &Value, now: Timestamp) -> Vec<Value> {
    let info = &node["status"]["nodeInfo"];
    vec![
        name(node),
        status(node).into(),
        roles(node).into(),
        age::of(node, now),
        text(&info["kubeletVersion"]).into(),
        address(node, "InternalIP").into(),
        address(node, "ExternalIP").into(),
        text_or(&info["osImage"], "<unknown>").into(),
        text_or(&info["kernelVersion"], "<unknown>").into(),
        text_or(&info["containerRuntimeVersion"], "<unknown>").into(),
    ]
}

fn status(node: &Value) -> String {
    let ready = each(&node["status"]["conditions"]).rfind(|one| one["type"] == "Ready");
    let mut status = match ready {
        Some(ready) if ready["status"] == "True" => "Ready".to_owned(),
        Some(_) => "NotReady".to_owned(),
        None => "Unknown".to_owned(),
    };
    if node["spec"]["unschedulable"] == true {
        status.push_str(",SchedulingDisabled");
    }
    status
}

fn roles(node: &Value) -> String {
    let labels = node["metadata"]["labels"].as_object().into_iter().flatten();
    let roles: BTreeSet<&str> = labels
        .filter_map(|(key, value)| match key.strip_prefix(ROLE_PREFIX) {
            Some(role) => Some(role),
            None if key == "kubernetes.io/role" => value.as_str(),
            None => None,
        })
        .filter(|role| !role.is_empty())
        .collect();
    if roles.is_empty() { "<none>".to_owned() } else { roles.into_iter().collect::<Vec<_>>().join(",") }
}

fn address<'a>(node: &'a Value, kind: &str) -> &'a str {
    let address = each(&node["status"]["addresses"]).find(|address| address["type"] == kind);
    address.map_or("<none>", |address| text(&address["address"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-11-22T03:00:00Z";

    /// Upstream's cases (`TestPrintNodeStatus`).
    #[test]
    fn a_status_tells_of_readiness_and_of_being_cordoned() {
        let ready = |status: &str| json!({"type": "Ready", "status": status});
        let other = json!({"type": "NotReady", "status": "True"});
        for (conditions, cordoned, said) in [
            (vec![ready("True")], false, "Ready"),
            (vec![ready("True")], true, "Ready,SchedulingDisabled"),
            (vec![ready("False")], false, "NotReady"),
            (vec![ready("False")], true, "NotReady,SchedulingDisabled"),
            (vec![ready("Unknown")], false, "NotReady"),
            (vec![other.clone(), ready("True")], false, "Ready"),
            (vec![other.clone()], false, "Unknown"),
            (vec![other], true, "Unknown,SchedulingDisabled"),
            (vec![], false, "Unknown"),
        ] {
            let node = json!({"spec": {"unschedulable": cordoned}, "status": {"conditions": conditions}});
            assert_eq!(status(&node), said, "{node}");
        }
    }

    /// Upstream's cases (`TestPrintNodeRole`).
    #[test]
    fn roles_come_from_labels() {
        for (labels, said) in [
            (json!({}), "<none>"),
            (json!({"node-role.kubernetes.io/master": "", "node-role.kubernetes.io/proxy": ""}), "master,proxy"),
            (json!({"kubernetes.io/role": "node", "node-role.kubernetes.io/": ""}), "node"),
            (json!({"kubernetes.io/role": ""}), "<none>"),
        ] {
            assert_eq!(roles(&json!({"metadata": {"labels": labels}})), said, "{labels}");
        }
    }

    #[test]
    fn what_a_node_does_not_say_is_unknown() {
        let node = json!({"metadata": {"name": "n", "creationTimestamp": "2026-11-22T02:00:00Z"}, "status": {
            "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}], "nodeInfo": {"kubeletVersion": "v1.33.5"},
        }});
        let said = ["n", "Unknown", "<none>", "60m", "v1.33.5", "10.0.0.1", "<none>"];
        let all: Vec<Value> = said.into_iter().chain(["<unknown>"; 3]).map(Value::from).collect();
        assert_eq!(cells(&node, NOW.parse().unwrap()), all);
    }
}
