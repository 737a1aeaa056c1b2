//! A night in which the world is not the one that the code was written for: clusters, other engines, an upgrade
//! that waits, credentials that become another account's, a region that is down.

use quarterdeck::ops::journal::Outcome;
use quarterdeck::ops::plan::Tone;
use quarterdeck::ops::{CheckState, Risk};
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{self, Fault, Service};
use quarterdeck::screens::command::Command;
use quarterdeck::services::rds::{Kind, TargetKind};
use quarterdeck::slices::{Body, Plan};

use super::{DATABASE, is_sound, noon};
use crate::harness::Desk;

fn said<'p>(plan: &'p Plan, label: &str) -> Option<(&'p str, Tone)> {
    plan.consequences.iter().find(|said| said.label == label).map(|said| (said.text.as_str(), said.tone))
}

/// Aurora, a Multi-AZ DB cluster, MySQL: they are listed, and there is nothing that could be done to them here.
#[tokio::test(start_paused = true)]
async fn what_is_no_rds_for_postgresql_is_listed_and_left_alone() {
    let mut desk = Desk::new("odd-estate").await;
    for database in
        ["staging-search-aurora-1", "staging-events-serverless-1", "staging-catalog-instance-1", "staging-shop-mysql"]
    {
        assert!(desk.database(database).is_some(), "{database} is not listed");
        for kind in Kind::ALL.iter().filter(|kind| kind.target() == TargetKind::DbInstance) {
            match desk.offered(*kind, database) {
                Command::NotAvailable(why) => assert!(!why.is_empty(), "{kind:?}"),
                other => panic!("{kind:?} of {database} is offered: {other:?}"),
            }
            desk.press("esc");
        }
    }
}

/// "Stop all" of an environment that has all of them stops what can be stopped, and says what it leaves out.
#[tokio::test(start_paused = true)]
async fn stop_all_leaves_out_what_it_must_not_touch() {
    let mut desk = Desk::new("odd-estate").await;
    desk.select("staging-orders-db");
    desk.arm("INC-4312").await;
    desk.plan(Kind::StopEnvironment, "staging-orders-db").await;
    let plan = desk.planned().clone();
    let stopped: Vec<&str> = plan.steps.iter().filter_map(|step| step.follow.rds()?.instance()).collect();
    let odd =
        ["staging-search-aurora-1", "staging-events-serverless-1", "staging-catalog-instance-1", "staging-shop-mysql"];
    assert!(!stopped.is_empty());
    for id in odd {
        assert!(!stopped.contains(&id), "{id} would be stopped");
        assert!(plan.consequences.iter().any(|said| said.text.contains(id)), "{id} is left out without a word");
    }
    desk.approve().await;
    let execution = desk.finish().await;
    assert!(matches!(execution.outcome, Some(Outcome::Done | Outcome::Incomplete { .. })), "{:?}", execution.outcome);
    for call in desk.mutations() {
        let id = call.parameters.get("DBInstanceIdentifier").expect("an instance");
        assert!(call.operation == "StopDBInstance" && !odd.contains(&id.as_str()), "{call:?}");
    }
    is_sound(&desk);
}

/// A change that takes effect at once takes a waiting upgrade along, which has no way back.
#[tokio::test(start_paused = true)]
async fn an_upgrade_that_waits_is_not_let_loose_in_passing() {
    let mut desk = Desk::new("odd-estate").await;
    desk.select("staging-ledger-db");
    desk.arm("INC-4312").await;
    for kind in [Kind::ChangeClass, Kind::ConvertMultiAz] {
        desk.plan(kind, "staging-ledger-db").await;
        if kind == Kind::ChangeClass {
            desk.set("when", "immediately");
        }
        let plan = desk.planned();
        assert_eq!(plan.risk, Risk::Irreversible, "{kind:?}");
        for label in ["Engine upgrade", "Interruption"] {
            let (text, tone) = said(plan, label).unwrap_or_else(|| panic!("{kind:?} does not say {label}"));
            assert_eq!(tone, Tone::Critical, "{kind:?}: {text}");
        }
        desk.press("esc");
        desk.press("esc");
    }
    desk.plan(Kind::Reboot, "staging-ledger-db").await;
    assert!(said(desk.planned(), "Pending").is_some_and(|(text, _)| text.contains("EngineVersion")));
    assert!(desk.mutations().is_empty());
}

/// The credentials become another account's while an instance is deleted: that it is not seen there proves nothing.
#[tokio::test(start_paused = true)]
async fn what_another_account_does_not_have_is_not_deleted() {
    let mut desk = noon().await;
    desk.select(DATABASE);
    desk.arm("INC-4312").await;
    desk.plan(Kind::CreateSnapshot, DATABASE).await;
    desk.approve().await;
    assert_eq!(desk.finish().await.outcome, Some(Outcome::Done));
    let name = desk.mutations()[0].parameters["DBSnapshotIdentifier"].clone();
    desk.pass(30).await;
    desk.plan_on_snapshot(Kind::DeleteSnapshot, DATABASE, &name).await;
    desk.gesture();
    for _ in 0..60 {
        if desk.mutations().len() == 2 {
            break;
        }
        desk.pass(1).await;
    }
    let ended = |desk: &Desk| desk.journal().iter().filter(|e| matches!(e.body, Body::Ended { .. })).count();
    assert_eq!((desk.mutations().len(), ended(&desk)), (2, 1), "the deletion is not under way");
    // From here on a stranger's account is asked, and it has no such snapshot.
    for (service, operation) in [(Service::Rds, "DescribeDBSnapshots"), (Service::Sts, "GetCallerIdentity")] {
        let fault = Fault::new(fault::Kind::WrongAccount).in_operation(service, operation);
        desk.sandbox().disturb(Disturbance::new(fault));
    }
    desk.pass(300).await;
    assert_eq!(ended(&desk), 1, "it was called deleted by another account's list");
    desk.sandbox().calm();
    assert_eq!(desk.finish().await.outcome, Some(Outcome::Done));
    is_sound(&desk);
}

/// The region of the source is down, which is when a replica is promoted: nothing is claimed of what was not read.
#[tokio::test(start_paused = true)]
async fn a_promotion_while_the_region_is_down_claims_nothing_of_it() {
    let replica = "rentaliq-prod-db-dr";
    let mut desk = noon().await;
    desk.sandbox().play("one-region-down").expect("the scenario");
    desk.select(replica);
    desk.arm("INC-4312").await;
    desk.plan(Kind::PromoteReplica, replica).await;
    let plan = desk.planned();
    assert_eq!(plan.obstacle(), None);
    let (interruption, _) = said(plan, "Interruption").expect("said");
    assert!(interruption.contains("may be taking writes"), "{interruption}");
    let check = |name: &str| plan.checks.iter().find(|check| check.name.contains(name)).expect("a check");
    assert_eq!(check("its source no longer serves").state, CheckState::Unknown);
    // What the source had when it was last read is offered, and said to be of then.
    let settings = check("settings of the source were read");
    assert!(settings.state == CheckState::Doubtful && settings.why.contains("ago"), "{settings:?}");
    let call = &plan.steps[0].call;
    assert_ne!(call.get("BackupRetentionPeriod").map(ToString::to_string).as_deref(), Some("1"), "{call:?}");
    assert!(desk.mutations().is_empty());
}
