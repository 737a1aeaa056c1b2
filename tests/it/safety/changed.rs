//! The world changes between the plan and the call: nothing is sent, and the plan opens again and
//! says what is different.

use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck::app::Msg;
use quarterdeck::aws::AssumeRole;
use quarterdeck::domain::Criticality;
use quarterdeck::ops::guard::{self, Gesture};
use quarterdeck::ops::journal::Outcome;
use quarterdeck::runtime::Clock;
use quarterdeck::runtime::executor::Executor;
use quarterdeck::runtime::journal::Journal;
use quarterdeck::runtime::place::Place;
use quarterdeck::sandbox::World;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{self, Fault, STRANGER, Service};
use quarterdeck::sandbox::world::Instance;
use quarterdeck::sandbox::world::instance::{GONE, Source};
use quarterdeck::services::rds::{Kind, TargetKind};
use quarterdeck::slices::{self, Body, Execution, Plan, Policy, Situation, Target};

use super::{ACCOUNT, DATABASE, REGION, is_sound, noon, story};
use crate::harness::Desk;
use crate::killed::home;

fn lab(world: &mut World) -> &mut Instance {
    world.find_mut(ACCOUNT, REGION, DATABASE).expect("the instance")
}

/// A snapshot of [`DATABASE`] is planned in an armed console.
async fn planned() -> Desk {
    let mut desk = noon().await;
    desk.select(DATABASE);
    desk.arm("INC-4312").await;
    desk.plan(Kind::CreateSnapshot, DATABASE).await;
    assert_eq!(desk.planned().obstacle(), None);
    desk
}

/// The plan is approved as it stands on the screen, and the world is another one by now.
async fn is_refused(mut desk: Desk, difference: &str) {
    let approved = desk.planned().fingerprint.clone();
    desk.gesture();
    let execution = desk.finish().await;
    let Some(Outcome::NotSent { why }) = &execution.outcome else { panic!("{:?}", execution.outcome) };
    assert!(why.contains(difference), "{why}");
    assert!(execution.changed.iter().any(|said| said.contains(difference)), "{:?}", execution.changed);
    assert!(desk.mutations().is_empty(), "{:?}", desk.mutations());
    assert_eq!(story(&desk, &execution), ["approved", "changed", "rejected", "ended"]);
    is_sound(&desk);

    assert_eq!(desk.opened().changed, execution.changed, "the plan does not say what changed");
    desk.read().await;
    let again = desk.planned();
    assert_eq!(again.operation, execution.plan.operation, "the request is another one");
    assert_ne!(again.fingerprint, approved);
}

/// Somebody changes the world while the plan is read.
async fn after(change: impl FnOnce(&mut World, Timestamp), difference: &str) {
    let desk = planned().await;
    let now = desk.sandbox().now();
    desk.sandbox().change(|world| change(world, now));
    Box::pin(is_refused(desk, difference)).await;
}

#[tokio::test(start_paused = true)]
async fn the_status_is_another_one() {
    let change = |world: &mut World, now: Timestamp| {
        lab(world).pass_through("modifying", now, 900);
    };
    after(change, "status was available, is modifying").await;
}

#[tokio::test(start_paused = true)]
async fn it_is_protected_now() {
    let difference = "deletion protection was false, is true";
    after(|world, _| lab(world).deletion_protection = true, difference).await;
}

#[tokio::test(start_paused = true)]
async fn it_was_deleted() {
    after(|world, now| lab(world).statuses.push((now, GONE.into())), "is new: not there").await;
}

#[tokio::test(start_paused = true)]
async fn another_one_took_its_name() {
    after(|world, _| lab(world).resource_id = "db-ANOTHERONE".into(), "is db-ANOTHERONE").await;
}

#[tokio::test(start_paused = true)]
async fn its_class_is_another_one() {
    after(|world, _| lab(world).class = "db.t3.large".into(), "class was db.t3.micro, is db.t3.large").await;
}

#[tokio::test(start_paused = true)]
async fn it_has_a_replica_now() {
    let change = |world: &mut World, _: Timestamp| {
        let mut replica = lab(world).clone();
        replica.id = format!("{DATABASE}-replica");
        replica.resource_id = "db-REPLICA".into();
        replica.source = Some(Source { region: REGION.into(), id: DATABASE.into() });
        world.add(replica);
    };
    after(change, "replicas was empty, is ").await;
}

#[tokio::test(start_paused = true)]
async fn something_waits_for_its_window() {
    let change = |world: &mut World, _: Timestamp| lab(world).pending.class = Some("db.t3.large".into());
    after(change, "pending changes was empty, is ").await;
}

#[tokio::test(start_paused = true)]
async fn the_credentials_are_of_another_account() {
    let desk = planned().await;
    let fault = Fault::new(fault::Kind::WrongAccount).in_operation(Service::Sts, "GetCallerIdentity");
    desk.sandbox().disturb(Disturbance::new(fault));
    Box::pin(is_refused(desk, STRANGER)).await;
}

/// Carries a plan of one place out in another one, to the end.
async fn carried(from: &Place, to: Place, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Execution {
    let target = Target {
        environment: from.environment.clone(),
        kind: TargetKind::DbInstance.into(),
        id: DATABASE.into(),
        region: REGION.into(),
    };
    let at = now();
    let seen = from.read(Kind::CreateSnapshot.into(), &target, at).await.expect("the state");
    let plan = Plan::make(&slices::Kind::from(Kind::CreateSnapshot).offer(&seen).unwrap(), None, &seen);
    let policy = Policy::usual(Criticality::Development);
    let situation = Situation {
        now: at,
        arming: None,
        policy: &policy,
        running: &[],
        shown_since: at,
        read_since: at,
        identity: Some(seen.identity()),
        headless: true,
    };
    let gesture = Gesture::Fingerprint { text: plan.fingerprint.long(), reason: "INC-4312".into() };
    let approved = guard::approve(&plan, &gesture, &situation).expect("approved");

    let folder = tempfile::tempdir().expect("a folder");
    let journal = Arc::new(Journal::open(folder.path()).expect("a journal"));
    let (mut executor, mut happened) = Executor::new(Some(journal.clone()), vec![to], Clock::from_fn(now));
    executor.execute(approved);
    let execution = loop {
        match happened.recv().await.expect("the executor is there") {
            Msg::Execution(execution) if !execution.is_running() => break *execution,
            Msg::JournalFailed(why) => panic!("{why}"),
            _ => {}
        }
    };
    let all = journal.read_all().expect("entries");
    assert!(all.iter().any(|entry| matches!(entry.body, Body::Changed { .. })));
    execution
}

/// In our own time, because the SDK compares the ends of credentials with the machine's clock.
#[tokio::test]
async fn somebody_else_is_signed_in() {
    let sandbox = home::sandbox();
    let reader = home::place(&sandbox, ACCOUNT, Vec::new()).await;
    let other = AssumeRole { arn: format!("arn:aws:iam::{ACCOUNT}:role/other"), ..AssumeRole::default() };
    let places = [
        (home::place(&sandbox, ACCOUNT, vec![other]).await, "the role was "),
        (home::place(&sandbox, "444455556666", Vec::new()).await, "444455556666"),
    ];
    for (place, difference) in places {
        let world = sandbox.clone();
        let execution = Box::pin(carried(&reader, place, move || world.now())).await;
        let Some(Outcome::NotSent { why }) = &execution.outcome else { panic!("{:?}", execution.outcome) };
        assert!(why.contains(difference), "{why}");
        assert!(sandbox.log().is_empty(), "{:?}", sandbox.log());
    }
}
