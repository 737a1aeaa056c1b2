use jiff::SignedDuration;

use super::*;
use crate::domain::Event;
use crate::ops::plan::CheckState;
use crate::services::rds::testing::seen;

fn now() -> ChangeStorage {
    ChangeStorage { allocated: 100, max_allocated: 500, kind: "gp3".into(), iops: 0, throughput: 0 }
}

fn op(request: &ChangeStorage) -> Operation {
    Operation::ChangeStorage(request.clone())
}

fn command(request: &ChangeStorage, seen: &Seen) -> String {
    plan_of(op(request), seen).steps[0].call.as_command("")
}

const START: &str = "aws rds modify-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db";

#[test]
fn the_plan_says_exactly_what_is_sent() {
    let seen = seen();
    let more = ChangeStorage { allocated: 200, ..now() };
    assert_eq!(command(&more, &seen), format!("{START} --allocated-storage 200 --apply-immediately"));
    let plan = plan_of(op(&more), &seen);
    assert_eq!((plan.risk, plan.obstacle(), plan.inverse.clone()), (Risk::Irreversible, None, None));
    let Follow::Values { values, .. } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
    assert_eq!(*values, [("AllocatedStorage".to_owned(), "200".to_owned())]);
    let striped = ChangeStorage { allocated: 400, max_allocated: 1000, ..now() };
    assert_eq!(
        command(&striped, &seen),
        format!(
            "{START} --allocated-storage 400 --iops 12000 --storage-throughput 500 --max-allocated-storage 1000 \
             --apply-immediately"
        )
    );
    let provisioned = ChangeStorage { kind: "io2".into(), iops: 4000, ..now() };
    let expected = format!("{START} --allocated-storage 100 --storage-type io2 --iops 4000 --apply-immediately");
    assert_eq!(command(&provisioned, &seen), expected);
    assert_eq!(plan_of(op(&provisioned), &seen).risk, Risk::Irreversible);
}

#[test]
fn the_limit_alone_is_routine_and_applies_nothing_else() {
    let mut seen = seen();
    seen.databases[0].pending = vec![("EngineVersion".into(), "16.8".into())];
    let off = ChangeStorage { max_allocated: 0, ..now() };
    assert_eq!(command(&off, &seen), format!("{START} --max-allocated-storage 100 --no-apply-immediately"));
    let plan = plan_of(op(&off), &seen);
    assert_eq!((plan.risk, plan.obstacle()), (Risk::Routine, None));
    assert!(!plan.checks.iter().any(|c| c.name == "nothing else is pending"));
    let Follow::Values { values, .. } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
    assert_eq!(*values, [("MaxAllocatedStorage".to_owned(), String::new())]);
}

#[test]
fn each_precondition_is_refused() {
    let mut seen = seen();
    let fails = |request: ChangeStorage, seen: &Seen| failed(&op(&request), seen);
    assert_eq!(fails(now(), &seen), ["something changes"]);
    assert_eq!(fails(ChangeStorage { allocated: 109, ..now() }, &seen), ["it grows by a tenth"]);
    assert!(fails(ChangeStorage { allocated: 110, ..now() }, &seen).is_empty());
    assert_eq!(fails(ChangeStorage { allocated: 90, ..now() }, &seen), ["it grows by a tenth"]);
    let faster = ChangeStorage { allocated: 200, iops: 4000, ..now() };
    assert_eq!(fails(faster, &seen), ["gp3 takes this size and speed"]);
    let bare = ChangeStorage { kind: "io1".into(), ..now() };
    assert_eq!(fails(bare, &seen), ["io1 takes this size and speed"]);
    let greedy = ChangeStorage { allocated: 480, max_allocated: 0, throughput: 3500, ..now() };
    assert_eq!(fails(greedy, &seen), ["gp3 takes this size and speed"]);
    assert_eq!(fails(ChangeStorage { allocated: 480, ..now() }, &seen), ["limit above the size"]);
    seen.databases[0].status = "storage-optimization".into();
    let more = ChangeStorage { allocated: 200, ..now() };
    assert_eq!(fails(more.clone(), &seen), ["rentaliq-prod-db is available"]);
    seen.databases[0].status = "storage-full".into();
    assert!(fails(more, &seen).is_empty(), "a full disk is what this is for");
}

#[test]
fn the_fifth_change_of_a_day_is_refused() {
    let mut seen = seen();
    let event = |hours: i64, message: &str| Event {
        at: seen.at - SignedDuration::from_hours(hours),
        source: "rentaliq-prod-db".into(),
        message: message.into(),
        categories: vec!["configuration change".into()],
    };
    let done = "Finished applying modification to allocated storage";
    let events = vec![
        event(25, done),
        event(20, done),
        event(16, "Finished applying autoscaling-initiated modification to allocated storage."),
        event(12, done),
        event(12, "Finished applying modification to provisioned IOPS"),
        event(7, "Applying modification to allocated storage"),
    ];
    let last = event(7, done);
    let state = |seen: &Seen| changes_left(seen).state;
    assert_eq!(state(&seen), CheckState::Met);
    seen.events = events;
    assert_eq!(state(&seen), CheckState::Met, "three in 24h, none in six");
    seen.events.push(last);
    let more = ChangeStorage { allocated: 200, ..now() };
    assert_eq!(failed(&op(&more), &seen), ["fewer than four storage changes in 24h"]);
    seen.events = vec![Event { at: seen.at, ..seen.events[1].clone() }];
    assert_eq!(state(&seen), CheckState::Doubtful);
    seen.events.clear();
    seen.missing = vec![crate::services::rds::seen::Unread {
        part: crate::services::rds::seen::Part::Events,
        why: "denied".into(),
    }];
    assert_eq!(state(&seen), CheckState::Unknown);
}

#[test]
fn a_value_that_aws_refuses_is_refused_here() {
    let seen = seen();
    let mut request = ChangeStorage::offer(&seen);
    assert_eq!(request, ChangeStorage { allocated: 130, ..now() });
    assert!(failed(&op(&request), &seen).is_empty());
    let before = request.clone();
    for (name, wrong) in [("allocated", "99"), ("allocated", "70000"), ("type", "gp4"), ("iops", "many"), ("size", "1")]
    {
        assert!(request.set(name, wrong, &seen).is_err(), "{name} {wrong}");
    }
    assert_eq!(request, before);
    for (name, value) in
        [("allocated", "500"), ("max_allocated", "0"), ("iops", "16000"), ("throughput", "1000"), ("type", "gp3")]
    {
        assert_eq!(request.set(name, value, &seen), Ok(()), "{name}");
    }
    let all = ChangeStorage { allocated: 500, max_allocated: 0, iops: 16_000, throughput: 1000, ..now() };
    assert_eq!(request, all);
    assert!(failed(&op(&request), &seen).is_empty());
}

#[test]
fn passing_400_gib_is_a_full_copy_whoever_causes_it() {
    let mut seen = seen();
    let said = |seen: &Seen, allocated: &str, limit: &str| {
        let mut request = ChangeStorage::offer(seen);
        request.set("max_allocated", limit, seen).unwrap();
        request.set("allocated", allocated, seen).unwrap();
        let plan = plan_of(Operation::ChangeStorage(request), seen);
        plan.consequences.into_iter().find(|c| c.label == "Full copy").map(|c| c.tone)
    };
    assert_eq!(said(&seen, "400", "600"), Some(Tone::Critical));
    assert_eq!(said(&seen, "200", "500"), None, "autoscaling could pass it before");
    seen.databases[0].storage.max_allocated = Some(300);
    assert_eq!(said(&seen, "200", "500"), Some(Tone::Warning));
    seen.databases[0].storage.allocated = 500;
    assert_eq!(said(&seen, "600", "800"), None);
}
