//! Cordon: no new pod comes to a node (`spec.unschedulable`).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::prelude::*;

/// Cordons a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CordonNode {}

/// Where it is said whether a node takes pods.
const UNSCHEDULABLE: &str = "/spec/unschedulable";

impl Request for CordonNode {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Node(_, node) = on else { return None };
        node.cordoned.then(|| "it is cordoned".to_owned())
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return draft };
        draft.summary = format!("{} takes no new pods until it is uncordoned. Those that run on it stay.", name.name);
        draft.check(Check::must("takes pods", !is_cordoned(object), "it is cordoned already"));
        draft.say("Interruption", "none: pods on it run on", Tone::Good);
        // DaemonSet pods tolerate node.kubernetes.io/unschedulable (Kubernetes, "DaemonSet", "Taints and tolerations").
        draft.say("Still come", "pods of daemon sets, which tolerate it", Tone::Plain);
        if seen.node().and_then(crate::services::kubernetes::model::Node::pool).is_some() {
            // `ValidateNodeDisruptable` (karpenter pkg/controllers/state/statenode.go) asks no cordon.
            let text = "neither consolidation, drift, expiry, interruption nor deletion of its NodeClaim: Karpenter does \
                        not ask for it";
            draft.say("Does not stop", text, Tone::Plain);
        }
        undone::say(&mut draft, object, &["spec", "unschedulable"]);
        step(&mut draft, seen, &name, object, true);
        draft.inverse = Some("uncordon it".to_owned());
        draft
    }
}

/// Whether a node takes no new pods.
pub(super) fn is_cordoned(node: &ApiObject) -> bool {
    node.at(UNSCHEDULABLE) == Some(&json!(true))
}

/// The call that cordons a node, or ends that.
pub(super) fn step(draft: &mut Draft, seen: &Seen, name: &ObjectName, node: &ApiObject, cordon: bool) {
    let patch = Patch::of(node);
    let patch = if cordon { patch.set(node, UNSCHEDULABLE, json!(true)) } else { patch.remove(node, UNSCHEDULABLE) };
    let call = Call::new(Api::PatchNode, &seen.target.region)
        .with(parameter::CLUSTER, &name.cluster)
        .with(parameter::NAME, &name.name)
        .with(parameter::PATCH, patch.text());
    let shown = if cordon { "true" } else { "" };
    let follow = Follow::Shows {
        of: Followed::of(&seen.target.region, name, node.uid()),
        values: vec![(UNSCHEDULABLE.to_owned(), shown.to_owned())],
    };
    draft.step(if cordon { "cordons it" } else { "uncordons it" }, call, follow, (1, 5));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cordon() -> Operation {
        Operation::CordonNode(CordonNode {})
    }

    #[test]
    fn it_sends_a_patch_of_this_very_node() {
        let plan = plan_of(cordon(), &testing::node());
        assert_eq!(plan.steps.len(), 1);
        let patch = r#"[{"op":"test","path":"/metadata/uid","value":"u-node"},{"op":"add","path":"/spec/unschedulable","value":true}]"#;
        assert_eq!(plan.steps[0].call.get("patch"), Some(&patch.into()));
        let line = plan.steps[0].call.as_command("--context prod-eks");
        assert_eq!(line, format!("kubectl --context prod-eks patch node {} --type=json -p '{patch}'", testing::NODE));
        assert_eq!(plan.name_to_type, testing::NODE);
        assert_eq!(failed(&plan), Vec::<String>::new());
    }

    #[test]
    fn a_node_that_is_cordoned_is_not_cordoned_again() {
        let mut seen = testing::node();
        testing::edit(&mut seen, |object| object["spec"]["unschedulable"] = json!(true));
        assert_eq!(failed(&plan_of(cordon(), &seen)), ["takes pods"]);
    }
}
