//! Alarms of every kind as the SDK gives them.

use aws_sdk_cloudwatch::types as sdk;
use aws_smithy_types::DateTime;

use super::convert::{composite_alarm, log_alarm, metric_alarm, query};
use super::*;
use crate::domain::Metric;
use crate::services::alarms::{
    AlarmState, ComparisonOperator, EvaluationState, EvaluationWindow, MathQuery, MissingData, SuppressedBy,
    WatchedResource, Watching,
};

fn dimension(value: &str) -> sdk::Dimension {
    sdk::Dimension::builder().name("DBInstanceIdentifier").value(value).build()
}

fn stat(name: &str) -> sdk::MetricStat {
    let metric = sdk::Metric::builder().namespace("AWS/RDS").metric_name(name).dimensions(dimension("db\u{1b}"));
    sdk::MetricStat::builder().metric(metric.build()).period(60).stat("Maximum").build()
}

fn expression(id: &str, text: &str) -> sdk::MetricDataQuery {
    sdk::MetricDataQuery::builder().id(id).expression(text).return_data(true).build()
}

fn of_metric(id: &str, name: &str) -> sdk::MetricDataQuery {
    sdk::MetricDataQuery::builder().id(id).metric_stat(stat(name)).return_data(false).build()
}

#[test]
fn an_alarm_on_a_metric() {
    let raw = sdk::MetricAlarm::builder()
        .alarm_name("cpu\u{7}")
        .alarm_description("first\nsecond")
        .actions_enabled(false)
        .alarm_actions("arn:aws:sns:us-east-1:1:oncall")
        .state_value(sdk::StateValue::Alarm)
        .state_updated_timestamp(DateTime::from_secs(7))
        .state_transitioned_timestamp(DateTime::from_secs(5))
        .namespace("AWS/RDS")
        .metric_name("CPUUtilization")
        .dimensions(dimension("orders"))
        .extended_statistic("p99")
        .period(60)
        .evaluation_periods(5)
        .datapoints_to_alarm(3)
        .threshold(80.0)
        .comparison_operator(sdk::ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data("breaching")
        .evaluation_state(sdk::EvaluationState::PartialData)
        .build();
    let alarm = metric_alarm(raw);
    assert_eq!((alarm.name.as_str(), alarm.description.as_str()), ("cpu?", "first second"));
    assert_eq!(alarm.since.map(Timestamp::as_second), Some(5));
    assert_eq!((alarm.state, alarm.evaluation.clone()), (AlarmState::Alarm, Some(EvaluationState::PartialData)));
    assert!(!alarm.actions_enabled && alarm.actions.of(AlarmState::Alarm).len() == 1);
    assert_eq!(alarm.condition(), "CPUUtilization > 80 (p99) for 3 of 5 × 1m");
    assert_eq!((alarm.charted(), alarm.database()), (Some(Metric::CPUUtilization), Some("orders")));
    let judged = alarm.judged().unwrap();
    assert_eq!((&judged.missing, &judged.window), (&MissingData::Breaching, &EvaluationWindow::Sliding));
}

#[test]
fn a_metric_math_alarm_is_about_what_its_metrics_are_of() {
    let raw = sdk::MetricAlarm::builder()
        .alarm_name("lag")
        .metrics(expression("e", "m1\n* 2"))
        .metrics(of_metric("m1", "ReplicaLag"))
        .threshold(3.0)
        .build();
    let alarm = metric_alarm(raw);
    assert_eq!(alarm.subject(), Some(WatchedResource::Database("db?".into())));
    assert_eq!(alarm.database(), Some("db?"));
    // Its threshold is the expression's, not the metric's.
    assert_eq!((alarm.charted(), alarm.period(), alarm.state), (None, Some(60), AlarmState::InsufficientData));
    let Watching::Expression(watch) = &alarm.watches else { panic!("{alarm:?}") };
    assert_eq!(watch.watched().map(MathQuery::title), Some("m1 * 2"));
    assert_eq!(watch.judged.comparison, ComparisonOperator::Unknown(String::new()));
}

#[test]
fn an_alarm_on_anomalies_has_a_band() {
    let judged = sdk::MetricDataQuery::builder().id("m1").metric_stat(stat("CPUUtilization")).return_data(true);
    let raw = sdk::MetricAlarm::builder()
        .metrics(expression("ad1", "ANOMALY_DETECTION_BAND(m1, 2)"))
        .metrics(judged.build())
        .threshold_metric_id("ad1")
        .evaluation_periods(2)
        .comparison_operator(sdk::ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold)
        .build();
    let alarm = metric_alarm(raw);
    assert_eq!(alarm.condition(), "CPUUtilization outside its band (Maximum) for 2 of 2 × 1m");
    let asked = CurveQuestion::of(&alarm, 3_600, 3_600).unwrap();
    assert_eq!((asked.watched.as_str(), asked.band.as_deref()), ("m1", Some("ad1")));
}

#[test]
fn what_is_asked_for_a_curve_is_the_alarms_own() {
    let raw =
        sdk::MetricAlarm::builder().metrics(expression("e", "m1 * 2")).metrics(of_metric("m1", "ReplicaLag")).build();
    let asked = CurveQuestion::of(&metric_alarm(raw), 3_600, 3_600).unwrap();
    let sent: Vec<sdk::MetricDataQuery> = asked.queries.iter().map(|asked_for| query(asked_for, 60)).collect();
    assert_eq!((sent[0].expression(), sent[0].return_data(), sent[0].period()), (Some("m1 * 2"), Some(true), None));
    let stat = sent[1].metric_stat().unwrap();
    assert_eq!((stat.stat(), stat.period(), stat.unit()), (Some("Maximum"), Some(60), None));
    assert_eq!((sent[1].return_data(), sent[1].label()), (Some(false), None));
}

#[test]
fn a_composite_alarm_names_its_children_over_several_lines() {
    let raw = sdk::CompositeAlarm::builder()
        .alarm_name("all")
        .alarm_rule("ALARM(\n  \"cpu high\"\n) OR\n OK(lag)")
        .actions_suppressor("deployment")
        .actions_suppressor_wait_period(60)
        .actions_suppressed_by(sdk::ActionsSuppressedBy::WaitPeriod)
        .actions_suppressed_reason("it waits")
        .build();
    let alarm = composite_alarm(raw);
    let composite = alarm.composite().unwrap();
    let children: Vec<&str> = composite.children.iter().map(|child| child.alarm.as_str()).collect();
    assert_eq!(children, ["cpu high", "lag"]);
    assert_eq!(composite.suppressor.as_ref().and_then(|suppressor| suppressor.wait), Some(60));
    assert_eq!(composite.suppressed.as_ref().map(|suppressed| &suppressed.by), Some(&SuppressedBy::WaitPeriod));
    assert!(alarm.actions_enabled, "the default");
}

#[test]
fn what_is_not_modelled_is_told() {
    let asked = sdk::ScheduledQueryConfiguration::builder()
        .query_string("filter level = 'ERROR'")
        .log_group_identifiers("app")
        .aggregation_expression("count(*)");
    let raw = sdk::LogAlarm::builder()
        .alarm_name("errors")
        .scheduled_query_configuration(asked.build())
        .query_results_to_alarm(2)
        .query_results_to_evaluate(3)
        .threshold(5.0)
        .build();
    let Watching::Other(log) = log_alarm(raw).watches else { panic!("a log alarm is not modelled") };
    let names: Vec<&str> = log.facts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        (log.kind.as_str(), names),
        ("log alarm", vec!["query", "log groups", "aggregation", "threshold", "results beyond it"])
    );

    let query = sdk::AlarmPromQlCriteria::builder().query("up == 0").pending_period(60).build();
    let criteria = sdk::EvaluationCriteria::PromQlCriteria(query);
    let alarm = metric_alarm(sdk::MetricAlarm::builder().evaluation_criteria(criteria).build());
    assert_eq!((alarm.condition(), alarm.judged()), ("PromQL alarm".to_owned(), None));
    let alarm = metric_alarm(sdk::MetricAlarm::builder().alarm_name("new").build());
    assert_eq!(alarm.condition(), "alarm of an unknown kind");
}

#[test]
fn only_a_refusal_is_worth_fewer_kinds_and_only_once() {
    let said = |kind: FaultKind| Fault { kind, call: String::new(), message: String::new(), request_id: None };
    let mut kinds = KINDS.to_vec();
    assert!(!with_fewer(&mut kinds, &said(FaultKind::Throttled)) && kinds.len() == 3);
    for code in ["InternalFailure", "SignatureDoesNotMatch"] {
        assert!(!with_fewer(&mut kinds, &said(FaultKind::Other { code: code.into() })), "{code}");
    }
    let denied = FaultKind::Denied { action: "cloudwatch:DescribeAlarms".into() };
    assert!(!with_fewer(&mut kinds, &said(denied)) && kinds.len() == 3);
    let refused = said(FaultKind::Other { code: "ValidationError".into() });
    assert!(with_fewer(&mut kinds, &refused));
    assert_eq!(kinds, [AlarmType::MetricAlarm, AlarmType::CompositeAlarm]);
    assert!(!with_fewer(&mut kinds, &refused));
}

#[tokio::test]
async fn a_region_is_asked_wrongly_once() {
    let session = Box::pin(crate::aws::canned::Canned::default().session(Vec::new())).await;
    learn(&session, "us-east-1", &KINDS);
    assert_eq!(kinds(&session, "us-east-1").len(), 3);
    learn(&session, "us-east-1", &KINDS[..2]);
    assert_eq!(kinds(&session, "us-east-1"), [AlarmType::MetricAlarm, AlarmType::CompositeAlarm]);
    assert_eq!(kinds(&session, "eu-west-1").len(), 3);
}

#[test]
fn a_state_that_is_not_known_and_a_warm_up_are_said() {
    let warm = sdk::WarmUpConfiguration::builder().warm_up_period_duration_in_minutes(30).build();
    let raw = sdk::MetricAlarm::builder().state_value(sdk::StateValue::from("MUTED")).warm_up_configuration(warm);
    let alarm = metric_alarm(raw.build());
    assert_eq!(alarm.state, AlarmState::InsufficientData);
    let notes = [
        "its state is MUTED, which is not known here",
        "in its warm-up it stays in INSUFFICIENT_DATA and acts on nothing",
    ];
    assert_eq!(alarm.notes, notes);
    let remarks: Vec<String> = alarm.remarks().into_iter().map(|remark| remark.words).collect();
    assert!(notes.iter().all(|note| remarks.contains(&(*note).to_owned())));
}
