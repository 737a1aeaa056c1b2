use super::*;
use crate::ops::plan::CheckState;
use crate::services::rds::testing::seen_on;
use crate::services::rds::{Plan, TargetKind};

fn dr() -> Seen {
    seen_on(TargetKind::DbInstance, "rentaliq-prod-db-dr", "us-west-2")
}

fn offered(seen: &Seen) -> Plan {
    plan_of(Operation::PromoteReplica(PromoteReplica::offer(seen)), seen)
}

fn said<'a>(plan: &'a Plan, label: &str) -> &'a str {
    plan.consequences.iter().find(|c| c.label == label).map(|c| c.text.as_str()).unwrap_or_default()
}

#[test]
fn the_plan_says_exactly_what_is_sent() {
    let plan = offered(&dr());
    let commands: Vec<String> = plan.steps.iter().map(|step| step.call.as_command("")).collect();
    assert_eq!(
        commands,
        [
            "aws rds promote-read-replica --region us-west-2 --db-instance-identifier rentaliq-prod-db-dr \
             --backup-retention-period 30 --preferred-backup-window 03:00-04:00",
            "aws rds modify-db-instance --region us-west-2 --db-instance-identifier rentaliq-prod-db-dr \
             --deletion-protection --no-apply-immediately",
            "aws rds modify-db-instance --region us-west-2 --db-instance-identifier rentaliq-prod-db-dr \
             --multi-az --apply-immediately",
        ]
    );
    assert_eq!((plan.risk, plan.obstacle()), (Risk::Irreversible, None));
    assert_eq!((plan.inverse.as_deref(), plan.name_to_type.as_str()), (None, "rentaliq-prod-db-dr"));
    let home = plan.observed.iter().any(|(_, value)| value.contains("us-east-1:111122223333:db:rentaliq-prod-db"));
    let arns = plan.observed.iter().filter(|(name, _)| name.ends_with("ARN")).count();
    assert!(arns == 1 && home, "the replica counts, with its source's name; a primary that fails must not hold it up");
}

#[test]
fn what_the_engineer_must_know_is_said() {
    let plan = offered(&dr());
    assert_eq!(
        said(&plan, "May be lost"),
        "commits after 03:07:32Z (312 s of lag; an idle source can overstate it by up to 5m); UNLOGGED tables are empty \
         on it"
    );
    assert!(said(&plan, "Interruption").contains("rentaliq-prod-db keeps taking writes: fence it first"));
    assert_eq!(said(&plan, "Connected"), "182 on the primary, 4 on the replica");
    assert!(said(&plan, "Kept").starts_with("retention 30d (AWS would set 1d), backup window 03:00-04:00"));
    assert!(said(&plan, "Siblings").contains("rentaliq-prod-db-replica-1 keep following rentaliq-prod-db"));
    assert_eq!(said(&plan, "Less than"), "");
}

#[test]
fn settings_are_modified_only_where_they_differ() {
    let mut seen = dr();
    seen.databases[2].deletion_protection = true;
    let mut request = PromoteReplica::offer(&seen);
    request.multi_az = false;
    let plan = plan_of(Operation::PromoteReplica(request), &seen);
    assert_eq!((plan.steps.len(), plan.monthly), (1, None));
    assert_ne!(said(&plan, "Less than"), "");
}

#[test]
fn each_precondition_is_refused() {
    let mut seen = dr();
    let operation = Operation::PromoteReplica(PromoteReplica::offer(&seen));
    seen.databases[2].status = "backing-up".into();
    assert_eq!(failed(&operation, &seen), ["rentaliq-prod-db-dr is available", "not backing up"]);
    assert!(PromoteReplica::unavailable(On::Database(&seen.databases[2])).is_some());
    seen.databases[2].status = "available".into();
    assert_eq!(PromoteReplica::unavailable(On::Database(&seen.databases[2])), None);
    seen.databases[2].source = None;
    assert_eq!(failed(&operation, &seen), ["is a read replica"]);
    let mut seen = dr();
    seen.databases[2].replicas.push("below".into());
    let mut request = PromoteReplica::offer(&seen);
    assert_eq!(request.set("retention", "0", &seen), Ok(()));
    assert_eq!(failed(&Operation::PromoteReplica(request), &seen), ["backups kept"]);
}

#[test]
fn lag_is_doubted_and_never_taken_for_zero() {
    let state = |lag: Option<f64>| {
        let mut seen = dr();
        seen.readings[2].lag = lag;
        lag_check(&seen.databases[2], &seen).state
    };
    assert_eq!(state(Some(60.0)), CheckState::Met);
    assert_eq!(state(Some(61.0)), CheckState::Doubtful);
    assert_eq!(state(Some(-1.0)), CheckState::Doubtful);
    assert_eq!(state(None), CheckState::Unknown);
    let mut seen = dr();
    seen.readings[2].lag = None;
    assert!(said(&offered(&seen), "May be lost").contains("not known"));
    seen.readings[2].lag = Some(-1.0);
    assert!(said(&offered(&seen), "May be lost").contains("since replication stopped"));
}

/// In the hour in which it counts the replica may stop telling its lag while other metrics still come.
#[test]
fn a_lag_of_before_is_not_the_lag_of_now() {
    let mut seen = dr();
    seen.readings[2].lag = Some(2.0);
    seen.readings[2].lag_at = seen.at.checked_sub(std::time::Duration::from_secs(14 * 60)).ok();
    let plan = offered(&seen);
    assert_eq!(lag_check(&seen.databases[2], &seen).state, CheckState::Unknown);
    let lost = said(&plan, "May be lost");
    assert!(lost.contains("not known") && lost.contains("the last was 2 s at"), "{lost}");
}

/// A replica that is behind on purpose is the way back; a promotion closes it.
#[test]
fn a_replica_that_may_be_held_back_is_not_promoted_unawares() {
    let mut seen = dr();
    seen.readings[2].lag = Some(4.0 * 3600.0);
    assert!(said(&offered(&seen), "Delayed").contains("restore to a point in time instead"));
    seen.readings[2].lag = Some(20.0);
    assert!(!offered(&seen).consequences.iter().any(|said| said.label == "Delayed"));
}

#[test]
fn a_source_that_was_not_read_is_not_said_to_write() {
    let mut seen = dr();
    assert!(said(&offered(&seen), "Interruption").contains("keeps taking writes"));
    seen.databases.remove(0);
    assert!(said(&offered(&seen), "Interruption").contains("may be taking writes"));
}

#[test]
fn values_that_aws_refuses_are_refused_here() {
    let seen = dr();
    let mut request = PromoteReplica::offer(&seen);
    for (name, wrong) in [
        ("retention", "36"),
        ("retention", "-1"),
        ("backup_window", "3-4"),
        ("backup_window", "03:00-03:29"),
        ("backup_window", "24:00-25:00"),
        ("multi_az", "perhaps"),
        ("class", "db.t3.large"),
    ] {
        assert!(request.set(name, wrong, &seen).is_err(), "{name} {wrong}");
    }
    assert_eq!(request, PromoteReplica::offer(&seen));
    assert_eq!(request.set("backup_window", "23:45-00:15", &seen), Ok(()));
    assert_eq!(request.set("multi_az", "no", &seen), Ok(()));
    assert!(!request.multi_az);
}

#[test]
fn windows_that_meet_are_found() {
    assert!(overlap("03:30-04:30", "sun:04:00-sun:05:00"));
    assert!(overlap("04:10-04:40", "sun:04:00-sun:05:00"));
    assert!(overlap("23:30-00:30", "sun:00:00-sun:01:00"));
    assert!(!overlap("03:00-04:00", "sun:04:00-sun:05:00"));
    assert!(!overlap("", "sun:04:00-sun:05:00"));
}

#[test]
fn a_source_that_is_not_seen_is_not_fenced() {
    let state = |seen: &Seen| {
        let plan = offered(seen);
        plan.checks.iter().find(|c| c.name == "its source no longer serves").map(|c| c.state)
    };
    let mut seen = dr();
    assert_eq!(state(&seen), Some(CheckState::Doubtful));
    seen.databases[0].status = "backing-up".into();
    assert_eq!(state(&seen), Some(CheckState::Doubtful), "it takes writes meanwhile");
    seen.databases[0].status = "stopped".into();
    let stopped = offered(&seen);
    assert_eq!(state(&seen), Some(CheckState::Met));
    seen.databases.remove(0);
    assert_eq!(state(&seen), Some(CheckState::Unknown));
    // Whoever relied on it is asked again; whoever did not is not held up.
    let again = |seen: &Seen| plan_of(stopped.operation.clone(), seen);
    assert_eq!(stopped.worsened(&again(&seen)).len(), 1);
    assert!(offered(&dr()).worsened(&again(&seen)).is_empty());
    assert_eq!(offered(&seen).obstacle(), None, "with the primary region down it can be promoted");
}

/// The primary's region is down: nothing of it was read.
fn alone() -> Seen {
    let mut seen = dr();
    seen.databases.remove(0);
    seen.databases.remove(0);
    seen.missing =
        vec![crate::services::rds::seen::Unread { part: Part::Databases("us-east-1".into()), why: "timed out".into() }];
    seen
}

#[test]
fn with_the_region_down_it_becomes_what_its_source_was_when_it_was_read_last() {
    let mut seen = alone();
    let (mut source, at) = (dr().databases.remove(0), "2026-11-22T02:41:00Z".parse().unwrap());
    source.backup_retention_days = 21;
    seen.last_known = Some(crate::services::rds::LastKnown { at, database: source });
    let plan = offered(&seen);
    let call = plan.steps[0].call.as_command("");
    assert!(call.contains("--backup-retention-period 21 --preferred-backup-window 03:00-04:00"), "{call}");
    let check = plan.checks.iter().find(|c| c.name == "settings of the source were read").unwrap();
    assert!(check.state == CheckState::Doubtful && check.why.contains("31m 44s ago"), "{check:?}");
    assert_eq!(plan.obstacle(), None);
    // What is sent does not hang on what the console remembers by then.
    seen.last_known = None;
    assert_eq!(plan.still_holds(&plan.again(&seen)), Ok(()));
}

#[test]
fn with_nothing_known_it_is_offered_what_a_production_needs_and_not_what_aws_would_set() {
    let plan = offered(&alone());
    let commands: Vec<String> = plan.steps.iter().map(|step| step.call.as_command("")).collect();
    assert!(commands[0].contains("--backup-retention-period 30"), "{commands:?}");
    assert!(commands.iter().any(|c| c.contains("--deletion-protection")), "{commands:?}");
    assert!(commands.iter().any(|c| c.contains("--multi-az")), "{commands:?}");
    assert!(plan.consequences.iter().any(|c| c.label == "Settings" && c.tone == Tone::Critical));
}

#[test]
fn a_window_that_aws_refuses_is_neither_offered_nor_let_through() {
    let mut seen = dr();
    seen.databases[2].maintenance_window = "sun:03:30-sun:04:30".into();
    let mut request = PromoteReplica::offer(&seen);
    assert_eq!(request.backup_window, "");
    let said = plan_of(Operation::PromoteReplica(request.clone()), &seen).consequences;
    let said = said.iter().find(|said| said.label == "Backup window").expect("it is said that it is dropped");
    assert!(said.text.starts_with("AWS chooses one: the source's 03:00-04:00 overlaps"), "{}", said.text);
    request.set("backup_window", "03:00-04:00", &seen).unwrap();
    assert_eq!(failed(&Operation::PromoteReplica(request), &seen), ["windows apart"]);
}

/// What the source had is known from before: what the replica lacks of it is said all the same.
#[test]
fn with_the_region_down_what_the_replica_lacks_is_said() {
    let mut seen = alone();
    let (mut source, at) = (dr().databases.remove(0), "2026-11-22T02:41:00Z".parse().unwrap());
    source.settings.iam_authentication = true;
    seen.last_known = Some(crate::services::rds::LastKnown { at, database: source });
    let mut request = PromoteReplica::offer(&seen);
    request.retention = 1;
    let plan = plan_of(Operation::PromoteReplica(request), &seen);
    assert!(
        plan.kept.iter().any(|kept| kept.name == "IAMDatabaseAuthenticationEnabled" && !kept.kept),
        "{:?}",
        plan.kept
    );
    assert!(said(&plan, "Less than").contains("the source had"));
    // Of another account there may be one of the same name.
    let known = seen.last_known.as_mut().unwrap();
    known.database.arn = known.database.arn.replace("111122223333", "444455556666");
    assert_eq!(seen.remembered(), None);
}

#[test]
fn a_promotion_has_no_past_of_its_own() {
    let mut seen = dr();
    let replica = seen.databases.iter().position(|d| d.id == "rentaliq-prod-db-dr").unwrap();
    seen.databases[replica].backup_retention_days = 0;
    let plan = offered(&seen);
    assert!(said(&plan, "Restore points").contains("only in the backups of rentaliq-prod-db"));
    assert!(said(&plan, "May be lost").ends_with("UNLOGGED tables are empty on it"));
    seen.databases[replica].backup_retention_days = 7;
    assert_eq!(said(&offered(&seen), "Restore points"), "");
}
