//! The screens of a cluster, in the nights that the sandbox plays.

use quarterdeck::screens::Screen;

use super::{OVERLAY_SIZES, picture};
use crate::harness::Desk;

/// Compares at the sizes of a laptop; each frame must have these words.
fn pictures(name: &str, desk: &mut Desk, words: &[&str]) {
    for size in OVERLAY_SIZES {
        let text = desk.text_at(size.0, size.1);
        // Words are broken over lines, and at an age at their right end.
        let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(told.contains(word), "{name} at {size:?} does not say {word:?}:\n{text}");
        }
        let cursors = text.lines().filter(|line| line.starts_with('▸')).count();
        assert!(cursors <= 1, "{name} at {size:?} has two cursors:\n{text}");
        picture(name, desk, size);
    }
}

/// Production's cluster, in a scenario, with all that is read of it.
async fn opened(scenario: &str) -> Desk {
    let mut desk = Desk::still(scenario).await;
    desk.press("K");
    desk.settle().await;
    desk.press("enter");
    desk.settle().await;
    assert_eq!(desk.state.screen(), Screen::Cluster);
    desk
}

#[tokio::test]
async fn a_cluster_without_capacity() {
    let mut desk = opened("capacity-shortage").await;
    pictures(
        "cluster-shortage",
        &mut desk,
        &["14 pods of checkout-api-blue wait", "general is at its limit", "→ Allow"],
    );
    desk.press("p");
    pictures("cluster-pools", &mut desk, &["24 of 24 at its limit", "Enter open the pool"]);
    desk.press("enter");
    desk.settle().await;
    assert_eq!(desk.state.screen(), Screen::ClusterObject);
    pictures("cluster-pool", &mut desk, &["NodePool general", "at its limit", "May be taken away now"]);
    desk.press("w");
    desk.settle().await;
    pictures("cluster-workloads", &mut desk, &["14 pods without a node", "spot has no capacity", "Workloads 42"]);
    desk.press("p");
    assert_eq!(desk.state.screen(), Screen::Cluster, "the pools are those of the cluster's screen");
}

#[tokio::test]
async fn claims_that_do_not_register() {
    let mut desk = opened("never-registered").await;
    pictures("cluster-unregistered", &mut desk, &["not registered in", "3 coming"]);
    desk.press("d");
    desk.settle().await;
    pictures("cluster-claim", &mut desk, &["NodeClaim general-", "Read the console output of"]);
    desk.press("w");
    desk.settle().await;
    pictures("cluster-waiting", &mut desk, &["pods without a node", "for a node that may not come"]);
}
