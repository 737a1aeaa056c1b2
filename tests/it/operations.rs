//! Every operation over the sandbox, from the key that opens its plan to the state that it leaves
//! behind, and from a precondition that does not hold to the refusal.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quarterdeck::domain::Database;
use quarterdeck::ops::call::ApiName;
use quarterdeck::ops::journal::{ExecutionId, Outcome};
use quarterdeck::ops::{CheckState, Value};
use quarterdeck::sandbox::world::Instance;
use quarterdeck::sandbox::world::snapshots::ManualSnapshot;
use quarterdeck::services::rds::Kind;
use quarterdeck::slices::{Body, Call, Entry, Execution};

use crate::harness::Desk;

mod approvals;
mod audited;
mod guards;
mod lifetimes;
mod menu;
mod power;
mod replicas;
mod restores;
mod settings;
mod snapshots;
mod storage;

/// Alone in the development environment: changes are confirmed with a key there.
const DEV: &str = "dev-orders-db";
/// Beside it, where a test puts it there.
const JOBS: &str = "dev-jobs-db";
/// Multi-AZ, with a replica, in the staging environment: a name is typed there.
const STAGING: &str = "staging-orders-db";
/// The account and region of each of them.
const DEV_ACCOUNT: &str = "666677778888";
const STAGING_ACCOUNT: &str = "555566667777";
const RENTALIQ: &str = "111122223333";
const EU: &str = "eu-west-1";

/// A console over a quiet world, armed for the environment of a DB instance.
async fn armed(database: &str) -> Desk {
    let mut desk = Desk::new("quiet").await;
    arm(&mut desk, database).await;
    desk
}

/// Arms the environment of a DB instance anew, so that the time is not over in the middle.
async fn arm(desk: &mut Desk, database: &str) {
    desk.select(database);
    if desk.state.shell.world.changes.arming.is_some() {
        desk.press("A");
    }
    desk.arm("INC-4312").await;
}

/// Approves the plan on the screen and follows it to its good end; everything that holds for every
/// operation does.
async fn carried_out(desk: &mut Desk) -> Execution {
    let (sent, told) = (desk.mutations().len(), desk.notified().len());
    desk.approve().await;
    let execution = desk.finish().await;
    desk.pass(2).await;
    let is_good = matches!(execution.outcome, Some(Outcome::Done | Outcome::Scheduled { .. }));
    assert!(is_good, "{:#?}", execution.history);
    let plan = &execution.plan;
    assert!(plan.is_intact() && execution.approval.fingerprint == plan.fingerprint);

    // What was shown is what was sent, and nothing else.
    let calls = desk.mutations().split_off(sent);
    assert_eq!(calls.len(), plan.steps.len(), "{calls:#?}");
    let role = if plan.account == RENTALIQ { "reader" } else { "oncall-operator" };
    for (call, step) in calls.iter().zip(&plan.steps) {
        assert_eq!(call.operation, step.call.api.id().trim_start_matches("rds:"));
        assert_eq!(call.parameters, flattened(&step.call), "{}", call.operation);
        assert_eq!((&call.region, &call.account), (&step.call.region, &plan.account), "{}", call.operation);
        assert_eq!(call.role, role, "{} is not sent by who makes changes there", call.operation);
        assert!(call.is_done() && call.answered == Some(200), "{call:?}");
    }

    // The journal tells it in the order in which it happened.
    let story = story(&desk.journal(), &execution.id);
    assert_eq!(story.first().map(String::as_str), Some("approved"), "{story:?}");
    let end = execution.outcome.as_ref().map(Outcome::word);
    assert_eq!(story.last().map(String::as_str), end, "{story:?}");
    assert_eq!(story.iter().filter(|line| *line == "verified").count(), plan.steps.len(), "{story:?}");
    let place = |line: String| {
        assert_eq!(story.iter().filter(|known| **known == line).count(), 1, "{line} is not there once: {story:?}");
        story.iter().position(|known| *known == line)
    };
    for (n, step) in plan.steps.iter().enumerate() {
        let (sending, sent) = (place(format!("sending {n}")), place(format!("sent {n}")));
        let ended = place(format!("ended {n}"));
        assert!(sending < sent && sent < ended, "{story:?}");
        let before = sending.and_then(|at| at.checked_sub(1)).and_then(|at| story.get(at));
        assert_eq!(before.map(String::as_str), Some("verified"), "step {n} was not verified right before: {story:?}");
        if step.wait && n + 1 < plan.steps.len() {
            assert!(ended < place(format!("sending {}", n + 1)), "step {n} was not waited for: {story:?}");
        }
    }
    assert!(desk.verified(), "the journal's chain is broken");

    // Whoever looks elsewhere is told, once.
    assert_eq!(desk.notified().len(), told + 1, "{:?}", desk.notified());
    let said = desk.notified().last().expect("said");
    assert_eq!(*said, format!("{} of {}: {}", plan.operation.kind().title(), plan.target.id, execution.result_words()));
    desk.refresh().await;
    execution
}

/// The plan on the screen has this failed check: no key helps, nothing is sent, and the journal has
/// the refusal. The plan is put away.
async fn refused(desk: &mut Desk, check: &str) {
    let plan = desk.planned().clone();
    let failed = plan.checks.iter().find(|known| known.state == CheckState::Failed && known.name.contains(check));
    assert!(failed.is_some(), "{check:?} is not a failed check: {:#?}", plan.checks);
    let obstacle = plan.obstacle().expect("a failed check").name.clone();
    refused_with(desk, &obstacle).await;
    put_away(desk);
}

/// Leaves the plan by its key, from wherever the cursor is.
fn put_away(desk: &mut Desk) {
    for _ in 0..3 {
        if desk.state.views.plan().is_some() {
            desk.press("esc");
        }
    }
    assert!(desk.state.views.plan().is_none(), "the plan does not go away");
}

/// The plan on the screen is not approved, in these words; it stays on the screen.
async fn refused_with(desk: &mut Desk, words: &str) {
    let plan = desk.planned().clone();
    let (sent, executed, lines) = (desk.mutations().len(), desk.executed, desk.journal().len());
    desk.approve().await;
    let refusal = desk.opened().refusal().map(str::to_owned).expect("a refusal");
    assert!(refusal.contains(words), "{words:?} is not in {refusal:?}");
    let screen = desk.text();
    let first: String = words.chars().take(20).collect();
    assert!(screen.contains(&first), "{first:?} is not on the screen:\n{screen}");
    assert_eq!((desk.mutations().len(), desk.executed), (sent, executed), "something was sent");
    let journal = desk.journal();
    let told = journal.iter().skip(lines).any(|entry| {
        matches!(&entry.body, Body::PlanRefused { operation, target, why, .. }
            if *operation == plan.operation.kind() && *target == plan.target && *why == refusal)
    });
    assert!(told, "the refusal is not in the journal: {:#?}", journal.last());
}

/// What a journal tells of an execution, without what was only followed.
fn story(journal: &[Entry], id: &ExecutionId) -> Vec<String> {
    let of_it = journal.iter().filter(|entry| entry.body.execution() == Some(id));
    of_it
        .filter_map(|entry| match &entry.body {
            Body::Followed { .. } => None,
            Body::Approved { .. } => Some("approved".to_owned()),
            Body::Verified { .. } => Some("verified".to_owned()),
            Body::Sending { step, .. } => Some(format!("sending {step}")),
            Body::Sent { step, .. } => Some(format!("sent {step}")),
            Body::StepEnded { step, failed: false, .. } => Some(format!("ended {step}")),
            Body::Ended { outcome, .. } if outcome.is_good() => Some(outcome.word().to_owned()),
            other => Some(format!("{other:?}")),
        })
        .collect()
}

/// A call's parameters as the query protocol writes them (API 2014-10-31).
fn flattened(call: &Call) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, value) in &call.parameters {
        match value {
            Value::List(items) => {
                let member = if name == "VpcSecurityGroupIds" { "VpcSecurityGroupId" } else { "member" };
                for (n, item) in (1..).zip(items) {
                    all.insert(format!("{name}.{member}.{n}"), item.clone());
                }
            }
            Value::Tags(tags) => {
                for (n, tag) in (1..).zip(tags) {
                    all.insert(format!("{name}.Tag.{n}.Key"), tag.key.clone());
                    all.insert(format!("{name}.Tag.{n}.Value"), tag.value.clone());
                }
            }
            plain => {
                all.insert(name.to_string(), plain.to_string());
            }
        }
    }
    all
}

/// Changes a DB instance behind the console's back.
fn behind_its_back(desk: &Desk, account: &str, id: &str, change: impl FnOnce(&mut Instance)) {
    desk.sandbox().change(|world| change(world.find_mut(account, EU, id).expect("the instance")));
}

/// From now on an instance is in this status.
fn is_now(desk: &Desk, account: &str, id: &str, status: &str) {
    let now = desk.sandbox().now();
    behind_its_back(desk, account, id, |instance| {
        instance.statuses.retain(|(from, _)| *from < now);
        instance.statuses.push((now, status.to_owned()));
    });
}

/// It is in this status again, and the console knows.
async fn is_again(desk: &mut Desk, account: &str, id: &str, status: &str) {
    is_now(desk, account, id, status);
    desk.refresh().await;
}

/// A second instance in the development environment, which the console knows.
async fn has_another_instance(desk: &mut Desk) {
    desk.sandbox().change(|world| {
        let mut other = world.find(DEV_ACCOUNT, EU, DEV).expect("the instance").clone();
        other.id = JOBS.into();
        other.resource_id = "db-JOBSJOBSJOBSJOBSJOBSJOBS".into();
        world.add(other);
    });
    desk.refresh().await;
}

/// A manual snapshot that has long been there.
fn has_snapshot(desk: &Desk, account: &str, database: &str, id: &str) {
    let at: Timestamp = desk.sandbox().now() - jiff::SignedDuration::from_hours(30);
    desk.sandbox().change(|world| {
        let taken = ManualSnapshot::of(world.find(account, EU, database).expect("the instance"), id, at, Vec::new());
        world.snapshots.push(taken);
    });
}

/// The snapshots of a DB instance as its screen shows them, once one of this name stands so.
async fn until_snapshot(desk: &mut Desk, database: &str, id: &str, there: bool) {
    desk.open(database).await;
    let stands = |state: &quarterdeck::app::State| {
        let all = state.shell.world.sites.iter().filter_map(|site| site.rds.snapshots.get(database)?.value());
        all.flatten().any(|snapshot| snapshot.id == id && snapshot.status == "available") == there
    };
    desk.until(900, "the snapshots are as they should be", stands).await;
}

/// A DB instance as the console knows it.
fn known<'a>(desk: &'a Desk, id: &str) -> &'a Database {
    desk.database(id).unwrap_or_else(|| panic!("the console does not know {id}"))
}

#[test]
fn no_operation_is_without_its_flow() {
    let flows = [
        include_str!("operations/lifetimes.rs"),
        include_str!("operations/power.rs"),
        include_str!("operations/replicas.rs"),
        include_str!("operations/restores.rs"),
        include_str!("operations/settings.rs"),
        include_str!("operations/snapshots.rs"),
        include_str!("operations/storage.rs"),
    ];
    for kind in Kind::ALL {
        let planned = [format!("plan(Kind::{kind:?},"), format!("plan_on_snapshot(Kind::{kind:?},")];
        let is_there = flows.iter().any(|text| planned.iter().any(|call| text.contains(call)));
        assert!(is_there, "{kind:?} is planned and carried out in none of the flows");
    }
}
