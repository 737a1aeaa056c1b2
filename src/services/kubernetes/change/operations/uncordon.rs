//! Uncordon: a node takes pods again.

use serde::{Deserialize, Serialize};

use super::cordon::{is_cordoned, step};
use super::prelude::*;

/// Ends the cordon of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UncordonNode {}

impl Request for UncordonNode {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Node(_, node) = on else { return None };
        (!node.cordoned).then(|| "it is not cordoned".to_owned())
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return draft };
        draft.summary = format!("{} takes new pods again. None that went comes back by itself.", name.name);
        draft.check(Check::must("is cordoned", is_cordoned(object), "it takes pods already"));
        draft.check(match seen.node() {
            Some(node) => {
                Check::should("is ready", node.is_ready(), "it says that it is not: no pod comes to it before it is")
            }
            None => Check::unknown("is ready", "nodes were not read"),
        });
        draft.say("Interruption", "none", Tone::Good);
        let others: Vec<&str> =
            seen.node().into_iter().flat_map(|node| &node.taints).map(|taint| &*taint.key).collect();
        let left: Vec<&str> = others.into_iter().filter(|key| *key != "node.kubernetes.io/unschedulable").collect();
        if !left.is_empty() {
            draft.say("Still keep away", format!("its taints: {}", left.join(", ")), Tone::Warning);
        }
        undone::say(&mut draft, object, &["spec", "unschedulable"]);
        step(&mut draft, seen, &name, object, false);
        draft.inverse = Some("cordon it".to_owned());
        draft
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_takes_away_what_it_was_read_to_be() {
        let mut seen = testing::node();
        let plan = plan_of(Operation::UncordonNode(UncordonNode {}), &seen);
        assert_eq!(failed(&plan), ["is cordoned"]);
        testing::edit(&mut seen, |object| object["spec"]["unschedulable"] = json!(true));
        let plan = plan_of(Operation::UncordonNode(UncordonNode {}), &seen);
        assert_eq!(failed(&plan), Vec::<String>::new());
        let patch = r#"[{"op":"test","path":"/metadata/uid","value":"u-node"},{"op":"test","path":"/spec/unschedulable","value":true},{"op":"remove","path":"/spec/unschedulable"}]"#;
        assert_eq!(plan.steps[0].call.get("patch"), Some(&patch.into()));
    }

    #[test]
    fn whether_it_is_ready_is_read_or_unknown() {
        use crate::ops::plan::CheckState;
        use crate::services::kubernetes::ObjectKind;
        use crate::services::kubernetes::testing::TestCluster;
        let state = |seen: &Seen| {
            let plan = plan_of(Operation::UncordonNode(UncordonNode {}), seen);
            plan.checks.iter().find(|check| check.name == "is ready").map(|check| check.state)
        };
        assert_eq!(state(&testing::node()), Some(CheckState::Met));
        let unread = TestCluster { unread: vec![ObjectKind::Node], ..TestCluster::default() };
        assert_eq!(state(&testing::node_with(unread)), Some(CheckState::Unknown));
        let mut broken = crate::services::kubernetes::testing::node(testing::NODE);
        broken.conditions = crate::services::kubernetes::model::Conditions::default();
        let cluster = TestCluster { nodes: vec![broken], ..TestCluster::default() };
        let seen = Seen { data: cluster.data(), ..testing::node() };
        assert_eq!(state(&seen), Some(CheckState::Doubtful));
    }
}
