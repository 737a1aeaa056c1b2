//! The size of a managed node group: more nodes, more than there are to be had, fewer.

use quarterdeck::ops::journal::Outcome;
use quarterdeck::sandbox::kubernetes::cloud::Shortage;
use quarterdeck::screens::cluster_object::ObjectKey;

use super::stage::behind;
use super::{armed, carried, desk, done, open, plan, said, system_node, system_nodes};
use crate::harness::Desk;

async fn planned(desk: &mut Desk, desired: &str) {
    armed(desk).await;
    let node = system_node(&desk.state);
    open(desk, ObjectKey::Node(node.into()));
    plan(desk, "Scale node group").await;
    desk.set("desired", desired);
}

#[tokio::test(start_paused = true)]
async fn a_group_grows_fails_to_grow_and_shrinks_and_each_end_is_that_of_its_update() {
    let mut desk = desk().await;
    planned(&mut desk, "3").await;
    done(&mut desk).await;
    desk.until(120, "the node is there", |state| system_nodes(state).len() == 3).await;

    behind(&desk, |_, cloud, now| {
        let types = "m6i.large".to_owned();
        cloud.shortages.push(Shortage { types, zone: None, capacity_type: None, from: now, until: None });
    })
    .await;
    planned(&mut desk, "4").await;
    let execution = carried(&mut desk).await;
    let Some(Outcome::Failed { why }) = &execution.outcome else { panic!("{:?}", execution.outcome) };
    assert!(why.contains("has failed: NodeCreationFailure"), "{why}");
    assert!(why.contains("InsufficientInstanceCapacity"), "{why}");
    assert_eq!(system_nodes(&desk.state).len(), 3);

    behind(&desk, |_, cloud, _| cloud.shortages.clear()).await;
    planned(&mut desk, "2").await;
    let interruption = said(&desk, "Interruption");
    assert!(!interruption.starts_with("none"), "{interruption}");
    done(&mut desk).await;
    desk.until(120, "the nodes are gone", |state| system_nodes(state).len() == 2).await;
}
