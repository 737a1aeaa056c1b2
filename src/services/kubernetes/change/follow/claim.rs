//! A NodeClaim that was deleted.

use jiff::Timestamp;

use super::{Followed, Look};
use crate::ops::progress::Progress;
use crate::services::kubernetes::model::Node;
use crate::services::kubernetes::why::{self, DrainAnswer, moment};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// What it waits for is named; of more the first.
const NAMED: usize = 5;

/// It is gone when claim and node are; until then, what its node waits for.
pub(super) fn progress(of: &Followed, node: Option<&str>, look: &Look, sent: Timestamp) -> Progress {
    let view = look.view(of.cluster());
    let its_node = node.and_then(|node| view.as_ref()?.node(node));
    match look.of(of) {
        None => gone(view.as_ref(), node, its_node, sent),
        Some(claim) if !claim.is_going() => Progress::Going("deleted, not told to go yet".to_owned()),
        Some(_) => {
            let drain = view.as_ref().zip(its_node).map(|(view, node)| why::node(view, node, look.at).drain);
            let words = drain.filter(|drain| drain.going).map(|drain| words(&drain, look.at));
            Progress::Going(words.unwrap_or_else(|| "its instance is being ended".to_owned()))
        }
    }
}

/// The claim is gone. Karpenter lets it go when its node is gone (pkg/controllers/nodeclaim/lifecycle/controller.go,
/// `finalize`), where it knows that the node is its own.
fn gone(view: Option<&ClusterView<'_>>, name: Option<&str>, node: Option<&Node>, sent: Timestamp) -> Progress {
    let is_read = view.is_some_and(|view| view.standing(ObjectKind::Node).is_known());
    match (name, node) {
        (None, _) => Progress::Reached("the claim is gone".to_owned()),
        (Some(name), None) if !is_read => {
            Progress::Reached(format!("the claim is gone; whether node {name} is was not read"))
        }
        (Some(name), None) => Progress::Reached(format!("the claim and node {name} are gone")),
        // Addresses, and with them names, are given again.
        (Some(name), Some(node)) if node.created.is_some_and(|created| created > sent) => {
            Progress::Reached(format!("the claim and its node are gone; a new node has the name {name}"))
        }
        (Some(name), Some(node)) if node.deleting.is_some() => {
            Progress::Going(format!("the claim is gone, node {name} goes"))
        }
        (Some(name), Some(_)) => {
            Progress::Failed(format!("the claim is gone, and node {name} is there: nobody was told to drain it"))
        }
    }
}

/// What holds it, by name, and until when.
fn words(drain: &DrainAnswer, now: Timestamp) -> String {
    let holds: Vec<String> = drain.holds.iter().map(|hold| hold.words(now)).collect();
    let mut words = if holds.is_empty() { "going".to_owned() } else { why::listed(&holds, NAMED) };
    if let Some(ends) = drain.ends {
        words += &format!("; by force at {}, each pod earlier by its grace", moment(ends, now));
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ops::progress::Happened;
    use crate::services::kubernetes::change::{ApiObject, Follow};
    use crate::services::kubernetes::model::{NodeClaim, Pod, Toleration};
    use crate::services::kubernetes::testing::{CLUSTER, TestCluster, ago, budget, claim, node, now, pod};

    const NODE: &str = "ip-general-x";

    fn follow(node: Option<&str>) -> Follow {
        let of =
            Followed { region: "eu-west-1".into(), id: format!("{CLUSTER}/nodeclaim/general-x"), uid: "u-1".into() };
        Follow::ClaimGone { of, node: node.map(ToOwned::to_owned) }
    }

    fn look(object: Option<Value>, cluster: TestCluster) -> Look {
        let object = object.map(|metadata| ApiObject::new(json!({ "metadata": metadata })));
        Look { object, data: cluster.data(), ..Look::blank(now()) }
    }

    fn going() -> Value {
        json!({ "name": "general-x", "uid": "u-1", "deletionTimestamp": ago(60).to_string() })
    }

    fn its_node() -> Node {
        Node { deleting: Some(ago(60)), ..node(NODE) }
    }

    fn progress(look: &Look) -> Progress {
        follow(Some(NODE)).progress(look, ago(60))
    }

    #[test]
    fn the_end_is_that_claim_and_node_are_gone() {
        let reached = |words: &str| Progress::Reached(words.to_owned());
        assert_eq!(progress(&look(None, TestCluster::default())), reached("the claim and node ip-general-x are gone"));
        let another = json!({ "name": "general-x", "uid": "u-2" });
        assert_eq!(
            progress(&look(Some(another), TestCluster::default())),
            reached("the claim and node ip-general-x are gone")
        );
        let unread = TestCluster { unread: vec![ObjectKind::Node], ..TestCluster::default() };
        assert_eq!(
            progress(&look(None, unread)),
            reached("the claim is gone; whether node ip-general-x is was not read")
        );
        let never = follow(None).progress(&look(None, TestCluster::default()), ago(60));
        assert_eq!(never, reached("the claim is gone"));
        let again = Node { created: Some(ago(10)), ..node(NODE) };
        let again = TestCluster { nodes: vec![again], ..TestCluster::default() };
        assert_eq!(
            progress(&look(None, again)),
            reached("the claim and its node are gone; a new node has the name ip-general-x")
        );
    }

    #[test]
    fn a_node_that_is_left_behind_is_no_good_end() {
        let of = |node: Node| look(None, TestCluster { nodes: vec![node], ..TestCluster::default() });
        let goes = Progress::Going("the claim is gone, node ip-general-x goes".into());
        assert_eq!(progress(&of(its_node())), goes);
        assert!(matches!(progress(&of(node(NODE))), Progress::Failed(words) if words.contains("is there")));
    }

    #[test]
    fn what_holds_it_is_named_while_it_holds() {
        let told = |termination_grace: Option<i64>, pods: Vec<Pod>| {
            let claim = NodeClaim { deleting: Some(ago(60)), termination_grace, ..claim("general-x", "general") };
            let pods = pods.into_iter().map(|pod| Pod { node: Some(NODE.into()), ..pod }).collect();
            let budgets = vec![budget("shop", "api", 0)];
            let cluster =
                TestCluster { nodes: vec![its_node()], claims: vec![claim], pods, budgets, ..Default::default() };
            match progress(&look(Some(going()), cluster)) {
                Progress::Going(words) => words,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told(None, vec![]), "going");
        let train = Pod { do_not_disrupt: Some("true".into()), labels: vec![], ..pod("batch", "train") };
        let stays = Toleration { key: None, value: None, effect: None };
        let agent = Pod { do_not_disrupt: Some("true".into()), tolerations: vec![stays], ..pod("ops", "agent") };
        assert_eq!(told(None, vec![agent]), "going", "Karpenter does not wait for it");
        assert_eq!(
            told(Some(3_600), vec![train, pod("shop", "api-1")]),
            "batch/train must not be disrupted, PDB shop/api does not let shop/api-1 go; by force at 04:11Z, \
             each pod earlier by its grace"
        );
    }

    #[test]
    fn without_a_node_it_waits_for_the_instance() {
        let words = |object: Value| progress(&look(Some(object), TestCluster::default()));
        assert_eq!(words(going()), Progress::Going("its instance is being ended".into()));
        let not_yet = json!({ "uid": "u-1" });
        assert_eq!(words(not_yet.clone()), Progress::Going("deleted, not told to go yet".into()));
        let happened =
            |object: Option<Value>| follow(Some(NODE)).happened(&look(object, TestCluster::default()), now());
        assert_eq!(happened(Some(not_yet)), Happened::NoSign);
        assert_eq!((happened(Some(going())), happened(None)), (Happened::Yes, Happened::Yes));
    }
}
