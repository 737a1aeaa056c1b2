//! What is believed of a file, and what is not.

use crate::domain::MaintenanceAction;
use crate::ops::guard::{Gesture, approve};
use crate::services::rds::testing::{Policy, Requested, Situation, seen, seen_on};
use crate::services::rds::{Kind, Plan, Seen, TargetKind};

/// A world in which nothing keeps most operations from being done.
fn world(kind: Kind) -> Seen {
    let mut seen = match kind.target() {
        TargetKind::DbSnapshot => seen_on(kind.target(), "before-release-42", "us-east-1"),
        TargetKind::Environment => seen_on(kind.target(), "PROD", "us-east-1"),
        TargetKind::DbInstance if kind == Kind::PromoteReplica => {
            seen_on(kind.target(), "rentaliq-prod-db-dr", "us-west-2")
        }
        TargetKind::DbInstance => seen_on(kind.target(), "rentaliq-prod-db", "us-east-1"),
    };
    match kind {
        Kind::Start | Kind::StartEnvironment => seen.databases[0].status = "stopped".into(),
        Kind::DeleteInstance => seen.databases[0].deletion_protection = false,
        Kind::Stop | Kind::StopEnvironment => {
            seen.databases.truncate(1);
            seen.databases[0].replicas.clear();
        }
        Kind::ApplyMaintenance => {
            seen.maintenance = vec![MaintenanceAction {
                arn: seen.databases[0].arn.clone(),
                action: "system-update".into(),
                description: String::new(),
                auto_applied_after: None,
                forced_at: None,
                current_apply: None,
                opt_in: None,
            }];
        }
        _ => {}
    }
    seen
}

fn json(plan: &Plan) -> serde_json::Value {
    serde_json::to_value(plan).unwrap()
}

fn read(value: &serde_json::Value) -> Result<Requested, String> {
    Requested::read(&value.to_string())
}

#[test]
fn every_operation_comes_back_as_the_same_plan() {
    for kind in Kind::ALL.iter().copied() {
        let seen = world(kind);
        let plan = Plan::make(&kind.offer(&seen), None, &seen);
        let requested = read(&json(&plan)).unwrap();
        assert_eq!(plan.obstacle(), None, "{kind:?}");
        assert_eq!(requested.plan(&seen).as_ref(), Ok(&plan), "{kind:?}");
    }
}

#[test]
fn what_no_command_line_could_ask_for_is_no_plan() {
    let seen = seen();
    let mut value = json(&Plan::make(&Kind::ChangeRetention.offer(&seen), None, &seen));
    value["operation"]["days"] = (-5).into();
    assert!(read(&value).unwrap().plan(&seen).unwrap_err().starts_with("days: "));
    let mut value = json(&Plan::make(&Kind::CreateSnapshot.offer(&seen), None, &seen));
    value["operation"]["name"] = "A\u{1b}[2J".into();
    let why = read(&value).unwrap().plan(&seen).unwrap_err();
    assert!(why.starts_with("name: ") && !why.contains('\u{1b}'), "{why}");
}

#[test]
fn a_request_that_cannot_be_meant_is_refused() {
    let seen = seen();
    let good = json(&Plan::make(&Kind::CreateSnapshot.offer(&seen), None, &seen));
    let wrong = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = good.clone();
        change(&mut value);
        read(&value).unwrap_err()
    };
    assert!(wrong(&|v| v["form"] = 1.into()).contains("another version"));
    assert!(wrong(&|v| drop(v.as_object_mut().unwrap().remove("form"))).contains("another version"));
    assert!(wrong(&|v| v["made_at"] = serde_json::Value::Null).contains("another version"));
    assert!(wrong(&|v| v["target"]["kind"] = "environment".into()).contains("is done to a DB instance"));
    assert!(wrong(&|v| v["safety_snapshot"] = "x".into()).contains("no snapshot is taken"));
    let hostile = Requested::read("{\"operation\":{\"operation\":\"\u{1b}[2J\u{7}\"}}").unwrap_err();
    assert!(!hostile.chars().any(char::is_control), "{hostile:?}");
}

/// Every value in a document by its path.
fn leaves(value: &serde_json::Value, path: &str, all: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), all));
        }
        serde_json::Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(i, value)| leaves(value, &format!("{path}/{i}"), all));
        }
        _ => all.push(path.to_owned()),
    }
}

/// What a forger would put into the place of a value.
fn forged(value: &serde_json::Value, donor: Option<&serde_json::Value>) -> Vec<serde_json::Value> {
    use serde_json::{Value, json};
    let mut all = vec![Value::Null, json!([]), json!({})];
    all.extend(donor.cloned());
    match value {
        Value::Bool(on) => all.push((!on).into()),
        Value::Number(number) => all.extend([json!(number.as_i64().unwrap_or(0) + 1), json!(-1), json!(i64::MAX)]),
        Value::String(text) => all.extend([
            json!(format!("{text}x")),
            json!(""),
            json!("rentaliq-prod-db"),
            json!("DeleteDBInstance"),
            json!("same"),
            json!("2026-11-22T03:12:45Z"),
        ]),
        _ => all.extend([json!(true), json!("x"), json!(["x"])]),
    }
    all
}

/// A forger may change any field, take a whole part from the plan of another operation, and compute both
/// hashes anew: what is approved by the honest fingerprint is the honest plan, or nothing.
#[test]
fn whatever_is_forged_nothing_but_the_honest_plan_is_approved() {
    let policy = Policy { headless: true, ..Policy::default() };
    let (mut tried, mut let_through) = (0, 0);
    for kind in Kind::ALL.iter().copied() {
        let seen = world(kind);
        let honest = Plan::make(&kind.offer(&seen), None, &seen);
        let document = json(&honest);
        let believed = Requested::read(&document.to_string()).unwrap();
        assert_eq!(believed.plan(&seen).as_ref(), Ok(&honest), "{kind:?}");
        let delete = world(Kind::DeleteInstance);
        let donor = json(&Plan::make(&Kind::DeleteInstance.offer(&delete), None, &delete));
        let mut paths = Vec::new();
        leaves(&document, "", &mut paths);
        // Whole parts, too: another operation, other calls.
        paths.extend(
            ["/operation", "/steps", "/steps/0", "/steps/0/call", "/target", "/checks", "/risk"].map(Into::into),
        );
        for path in paths {
            let Some(value) = document.pointer(&path) else { continue };
            for (nth, other) in forged(value, donor.pointer(&path)).into_iter().enumerate() {
                let mut document = document.clone();
                *document.pointer_mut(&path).unwrap() = other;
                // Both hashes anew for one of four, where the document is still a plan: they are not read.
                if nth % 4 == 0
                    && let Ok(plan) = serde_json::from_value::<Plan>(document.clone())
                {
                    document = json(&plan.with_hashes());
                }
                tried += 1;
                let Ok(requested) = Requested::read(&document.to_string()) else { continue };
                if requested == believed {
                    // The plan is made of nothing else.
                    let_through += 1;
                    continue;
                }
                let Ok(plan) = requested.plan(&seen) else { continue };
                let text = honest.fingerprint.long();
                let situation = Situation {
                    now: seen.at,
                    arming: None,
                    policy: &policy,
                    running: &[],
                    shown_since: seen.at,
                    read_since: seen.at,
                    identity: Some(&seen.identity),
                    headless: true,
                };
                let gesture = Gesture::Fingerprint { text, reason: "INC-1".into() };
                if let Ok(approved) = approve(&plan, &gesture, &situation) {
                    assert_eq!(*approved.plan(), honest, "{kind:?} {path}");
                }
            }
        }
    }
    assert!(tried > 5_000 && let_through > 1_000, "{tried} {let_through}");
}
