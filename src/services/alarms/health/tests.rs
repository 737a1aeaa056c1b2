//! The rules of alarms through the engine.

use std::collections::HashSet;

use super::*;
use crate::domain::Since;
use crate::domain::finding::{Finding, Severity};
use crate::health::{coverage, examine};
use crate::services::alarms::testing::{composite, cpu};
use crate::services::alarms::{AlarmState, EvaluationState, SuppressedBy, Suppression, Watching};

const NOW: i64 = 1_794_999_600;

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW - seconds).expect("in range")
}

fn subject(alarm: &Alarm) -> AlarmSubject<'_> {
    let watched = Some(WatchedInstances::There { reports: true });
    AlarmSubject { alarm, told: None, ringing: Vec::new(), is_part: false, watched }
}

fn findings(subject: &AlarmSubject<'_>) -> Vec<Finding> {
    examine::<Alarms>(subject, ago(0), &|_| None)
}

fn rules(subject: &AlarmSubject<'_>) -> Vec<(&'static str, Severity)> {
    findings(subject).iter().map(|finding| (finding.rule, finding.severity)).collect()
}

fn in_alarm() -> Alarm {
    Alarm { state: AlarmState::Alarm, since: Some(ago(840)), ..cpu() }
}

#[test]
fn rules_have_names_of_their_own_and_a_source() {
    let mut names = HashSet::new();
    for rule in Alarms::rules() {
        assert!(names.insert(rule.id) && rule.id.starts_with("alarm-") && !rule.source.is_empty(), "{}", rule.id);
    }
}

#[test]
fn an_alarm_that_is_well_has_no_findings() {
    assert_eq!(rules(&subject(&cpu())), []);
}

#[test]
fn an_alarm_in_alarm_is_a_warning_since_aws_says_so() {
    let alarm = in_alarm();
    let all = findings(&subject(&alarm));
    assert_eq!(all.len(), 1, "{all:?}");
    let found = &all[0];
    assert_eq!(found.summary, "ALARM: CPUUtilization > 80 (Average) for 5 of 5 × 1m");
    assert_eq!((found.severity, found.since), (Severity::Warning, Some(Since::Told(ago(840)))));
    assert_eq!((found.about, found.arn.as_str(), found.resource.as_str()), (About::Alarm, alarm.key(), "orders-cpu"));
    assert_eq!(found.evidence, "DB instance orders");
}

#[test]
fn what_is_told_already_is_not_told_twice() {
    let alarm = in_alarm();
    for teller in [Teller::Finding, Teller::Composite] {
        assert_eq!(rules(&AlarmSubject { told: Some(teller), ..subject(&alarm) }), [], "{teller:?}");
    }
}

#[test]
fn a_composite_names_what_makes_it_ring() {
    let alarm = Alarm { state: AlarmState::Alarm, ..composite("ALARM(a) OR ALARM(b)") };
    let one = findings(&AlarmSubject { ringing: vec!["a"], ..subject(&alarm) });
    assert_eq!((one[0].summary.as_str(), one[0].evidence.as_str()), ("ALARM: a", ""));
    let two = findings(&AlarmSubject { ringing: vec!["a", "b"], ..subject(&alarm) });
    assert_eq!((two[0].summary.as_str(), two[0].evidence.as_str()), ("ALARM: a and 1 other", "a b"));
    let none = findings(&subject(&alarm));
    assert_eq!(none[0].summary, "ALARM: its rule is met");
}

#[test]
fn that_nobody_was_called_is_said() {
    let off = Alarm { actions_enabled: false, ..in_alarm() };
    let ringing = findings(&subject(&off));
    assert!(ringing[0].evidence.ends_with("its actions are switched off"), "{ringing:?}");
    assert_eq!(rules(&subject(&off))[1], ("alarm-without-action", Severity::Info));
    // A composite alarm acts for it.
    let part = AlarmSubject { is_part: true, ..subject(&off) };
    assert_eq!((rules(&part).len(), findings(&part)[0].evidence.as_str()), (1, "DB instance orders"));
    let mut kept = Alarm { state: AlarmState::Alarm, ..composite("ALARM(a)") };
    if let Watching::Composite(watch) = &mut kept.watches {
        watch.suppressed = Some(Suppression { by: SuppressedBy::Alarm, reason: String::new() });
    }
    assert_eq!(findings(&subject(&kept))[0].evidence, "its actions are kept back by its suppressor");
    assert_eq!(rules(&subject(&kept)).len(), 1, "it has its action");
}

#[test]
fn an_alarm_that_scales_is_no_trouble() {
    let policy = "arn:aws:autoscaling:us-east-1:1111:scalingPolicy:7:autoScalingGroupName/web:policyName/in";
    let mut alarm = in_alarm();
    alarm.actions.alarm = vec![policy.into()];
    assert_eq!(rules(&subject(&alarm)), []);
    alarm.actions.alarm.push("arn:aws:sns:us-east-1:1111:oncall".into());
    assert_eq!(rules(&subject(&alarm)), [("alarm-ringing", Severity::Warning)], "it calls somebody, too");
}

#[test]
fn an_alarm_without_data_counts_where_its_instance_reports_the_metric() {
    let blind = |since: i64| Alarm { state: AlarmState::InsufficientData, since: Some(ago(since)), ..cpu() };
    let expected = [("alarm-without-data", Severity::Warning)];
    assert_eq!(rules(&subject(&blind(2 * 3600))), expected);
    assert_eq!(rules(&subject(&blind(600))), [], "it may have just begun");
    let alarm = blind(2 * 3600);
    for (watched, found) in [
        (Some(WatchedInstances::There { reports: false }), vec![]),
        (Some(WatchedInstances::None), vec![]),
        (Some(WatchedInstances::Gone), vec![("alarm-without-resource", Severity::Info)]),
        (None, vec![]),
    ] {
        assert_eq!(rules(&AlarmSubject { watched, ..subject(&alarm) }), found, "{watched:?}");
    }
}

#[test]
fn what_is_wrongly_configured_will_not_ring() {
    let evaluation = Some(EvaluationState::EvaluationError);
    let alarm = Alarm { evaluation, reason: "Unknown operator".into(), ..cpu() };
    assert_eq!(findings(&subject(&alarm))[0].evidence, "Unknown operator");
    let alarm = Alarm { evaluation: Some(EvaluationState::PartialData), ..cpu() };
    assert_eq!(rules(&subject(&alarm)), []);
}

#[test]
fn a_check_without_the_list_of_instances_is_not_made() {
    let alarm = cpu();
    let without = |missing: AlarmNeed| coverage::<Alarms>(&subject(&alarm), &|_, read| *read != missing);
    let whole = coverage::<Alarms>(&subject(&alarm), &|_, _| true);
    assert_eq!((whole.expected, whole.made), (5, 5));
    assert_eq!(without(AlarmNeed::Databases).made, 3);
    assert_eq!(without(AlarmNeed::Metrics).made, 4);
    assert_eq!(without(AlarmNeed::Alarms).made, 0);
    let rule = composite("ALARM(a)");
    assert_eq!(coverage::<Alarms>(&subject(&rule), &|_, _| true).expected, 2);
}

#[test]
fn an_echo_says_since_when_and_whether_somebody_heard() {
    let alarm = in_alarm();
    assert_eq!(echo(&alarm, ago(0)), "alarm orders-cpu in ALARM since 10:46Z");
    let old = Alarm { since: Some(ago(3 * 86_400)), actions_enabled: false, ..alarm };
    let told = "alarm orders-cpu in ALARM since 2026-11-15, its actions are switched off";
    assert_eq!(echo(&old, ago(0)), told);
}
