//! The rules, in the order in which equally bad findings are told.

use super::{AlarmNeed, AlarmSubject, Case, Rule, Verdict, WatchedInstances, patience};
use crate::domain::Since;
use crate::domain::finding::{Harm, Severity};
use crate::health::words::plural;
use crate::services::alarms::{AlarmState, EvaluationState};

pub static RULES: [Rule; 5] = [
    Rule {
        id: "alarm-ringing",
        source: "CloudWatch user guide, Using Amazon CloudWatch alarms: alarm states",
        harm: Harm::Now,
        metric: None,
        needs: &[],
        applies: is_of_trouble,
        check: ringing,
    },
    Rule {
        id: "alarm-evaluation",
        source: "CloudWatch API reference, MetricAlarm: EvaluationState",
        harm: Harm::Later,
        metric: None,
        needs: &[],
        applies: |subject| subject.alarm.composite().is_none(),
        check: evaluation,
    },
    Rule {
        id: "alarm-without-data",
        source: "CloudWatch API reference, PutMetricAlarm: Unit; user guide, alarm states: INSUFFICIENT_DATA",
        harm: Harm::Later,
        metric: None,
        needs: &[AlarmNeed::Databases, AlarmNeed::Metrics],
        applies: watches_databases,
        check: without_data,
    },
    Rule {
        id: "alarm-without-resource",
        source: "CloudWatch user guide, Using Amazon CloudWatch alarms; RDS API reference, DescribeDBInstances",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[AlarmNeed::Databases],
        applies: watches_databases,
        check: without_resource,
    },
    Rule {
        id: "alarm-without-action",
        source: "CloudWatch API reference, PutMetricAlarm: ActionsEnabled, AlarmActions",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[],
        applies: |subject| !subject.is_part,
        check: without_action,
    },
];

fn is_of_trouble(subject: &AlarmSubject<'_>) -> bool {
    !subject.alarm.only_scales()
}

fn watches_databases(subject: &AlarmSubject<'_>) -> bool {
    subject.alarm.databases().next().is_some()
}

/// It is in ALARM, and nobody says it better.
fn ringing(case: &Case<'_>) -> Option<Verdict> {
    let AlarmSubject { alarm, told, ringing, is_part, .. } = case.subject;
    if alarm.state != AlarmState::Alarm || told.is_some() {
        return None;
    }
    // A part of a composite alarm does nothing by itself, and need not.
    let unheard = alarm.unheard().filter(|_| !is_part);
    let (what, advice) = if alarm.composite().is_some() {
        let what = match ringing.as_slice() {
            [] => "its rule is met".to_owned(),
            [one] => (*one).to_owned(),
            [first, others @ ..] => format!("{first} and {}", plural(others.len(), "other")),
        };
        (what, "Open it: the alarms that make it ring say what is wrong.")
    } else if unheard.is_some() {
        (alarm.condition(), "It does nothing by itself: look at what it watches, and tell who has to hear of it.")
    } else {
        (alarm.condition(), "Open it for its curve and its history, and look at what it watches.")
    };
    let children = if ringing.len() > 1 { ringing.join(" ") } else { String::new() };
    let watches = alarm.subject().map(|subject| subject.words()).unwrap_or_default();
    Some(
        Verdict::new(Severity::Warning, format!("ALARM: {what}"), advice)
            .evidence([children, watches, unheard.unwrap_or_default().to_owned()])
            .since(alarm.since.map(Since::Told)),
    )
}

/// CloudWatch says that it does not evaluate it: by its own fault, for which "we recommend manual monitoring", or by that
/// of its configuration, which "require[s] review and correction" (API reference, `MetricAlarm`, `EvaluationState`).
fn evaluation(case: &Case<'_>) -> Option<Verdict> {
    let alarm = case.subject.alarm;
    let (what, advice) = match alarm.evaluation.as_ref()? {
        EvaluationState::EvaluationError => {
            ("the alarm cannot be evaluated", "Correct its configuration: until then it may not ring.")
        }
        EvaluationState::EvaluationFailure => {
            ("CloudWatch fails to evaluate the alarm", "Watch what it watches yourself until that is over.")
        }
        EvaluationState::PartialData | EvaluationState::Unknown(_) => return None,
    };
    Some(Verdict::new(Severity::Warning, what, advice).evidence([alarm.reason.clone()]))
}

/// An "incorrect unit that is not published for this metric […] causes the alarm to be stuck in the INSUFFICIENT DATA
/// state" (API reference, `PutMetricAlarm`, `Unit`): the DB instance reports the metric, and the alarm gets none of it.
fn without_data(case: &Case<'_>) -> Option<Verdict> {
    let AlarmSubject { alarm, watched, .. } = case.subject;
    // What its evaluation says explains it: a warm-up has no data by design.
    let is_waiting = alarm.state == AlarmState::InsufficientData && alarm.evaluation.is_none();
    let since = alarm.since.filter(|_| is_waiting)?;
    let is_long = case.seconds_since(since) > patience(alarm);
    let reports = matches!(watched, Some(WatchedInstances::There { reports: true }));
    (is_long && reports).then(|| {
        let watches = alarm.subject().map(|subject| subject.words()).unwrap_or_default();
        Verdict::new(
            Severity::Warning,
            format!("the alarm gets no data: {}", alarm.condition()),
            "Compare its period, unit and dimensions with the metric: values of it are reported, the alarm gets none.",
        )
        .evidence([watches])
        .since(Some(Since::Told(since)))
    })
}

/// It watches what is not there: deleted, renamed, or never made.
fn without_resource(case: &Case<'_>) -> Option<Verdict> {
    let AlarmSubject { alarm, watched, .. } = case.subject;
    (*watched == Some(WatchedInstances::Gone)).then(|| {
        let names: Vec<&str> = alarm.databases().collect();
        let advice = "Give it the DB instance that has taken the place of this one, or delete it.";
        Verdict::new(Severity::Info, format!("the alarm watches {}, which AWS does not list", names.join(", ")), advice)
    })
}

/// When it rings, it does nothing by itself.
fn without_action(case: &Case<'_>) -> Option<Verdict> {
    let alarm = case.subject.alarm;
    let silence = alarm.unheard().filter(|_| !alarm.acts_on_alarm())?;
    let advice = if alarm.actions_enabled {
        "Give it an action for ALARM, or a composite alarm that acts for it; rules of EventBridge are not read here."
    } else {
        "Switch its actions on when whatever they were switched off for is over."
    };
    Some(Verdict::new(Severity::Info, silence, advice))
}
