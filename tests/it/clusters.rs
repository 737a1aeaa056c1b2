//! Clusters, from the sandbox to the frame.

use quarterdeck::app::{Msg, State};
use quarterdeck::cli::{Source, World};
use quarterdeck::services::kubernetes::ObjectKind;

use crate::harness::Desk;

async fn desk(scenario: &str) -> Desk {
    let world = World { scenario: scenario.into(), ..World::default() };
    let mut desk = Desk::over(Source { sandbox: true, world, ..Source::default() }).await;
    desk.send(Msg::Resize(120, 40));
    desk
}

/// All that is watched of a cluster was told.
fn is_known(state: &State, name: &str) -> bool {
    let world = &state.shell.world;
    let found = world.clusters().find(|(_, cluster)| *cluster.name == *name).map(|(site, _)| site);
    let view = found.and_then(|site| world.cluster(site, name));
    view.is_some_and(|view| {
        let kinds = [ObjectKind::Node, ObjectKind::Pod, ObjectKind::NodePool, ObjectKind::NodeClaim, ObjectKind::Event];
        kinds.into_iter().all(|kind| view.standing(kind).is_known())
    })
}

/// Two clusters are not waited for; one is built: a minute of a processor.
#[tokio::test(start_paused = true)]
async fn which_pods_wait_why_and_what_to_do_stand_in_the_first_five_lines() {
    let mut desk = desk("capacity-shortage").await;
    desk.until(900, "production's cluster is known", |state| is_known(state, "prod-eks")).await;
    let is_found = |state: &State| {
        let world = &state.shell.world;
        let mut all = world.clusters();
        all.any(|(_, cluster)| world.cluster_findings(&cluster.arn).iter().any(|f| f.rule == "unschedulable-pods"))
    };
    desk.until(300, "the pods that wait are found", is_found).await;
    desk.press("K");
    let list = desk.text_at(120, 40);
    assert!(list.contains("prod-eks") && list.contains("pods wait"), "{list}");
    desk.press("enter");
    for (columns, rows) in [(80, 24), (120, 40)] {
        let text = desk.text_at(columns, rows);
        // Below the header and the bar of places.
        let first: Vec<&str> = text.lines().skip(2).take(5).collect();
        // Words are broken over lines.
        let told = first.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        for words in ["pods of checkout-api-blue wait", "general is at its limit (cpu", "spot has no", "→"] {
            assert!(told.contains(words), "{words:?} is not told at {columns}x{rows}:\n{}", first.join("\n"));
        }
    }
}
