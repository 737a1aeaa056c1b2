//! Alarms for tests.

use std::sync::Arc;

use super::{
    Actions, Alarm, AlarmMetric, AlarmState, Answer, ComparisonOperator, CompositeWatch, EvaluationWindow, Judgement,
    MathQuery, MathWatch, MetricWatch, MissingData, QuerySource, Watching, references,
};

/// The answer that these are all.
pub fn all(alarms: impl IntoIterator<Item = Alarm>) -> Answer {
    Answer::All(alarms.into_iter().map(Arc::new).collect())
}

/// A metric of the DB instance `orders`.
pub fn metric(name: &str, period: u32) -> AlarmMetric {
    AlarmMetric {
        namespace: "AWS/RDS".into(),
        name: name.into(),
        dimensions: vec![("DBInstanceIdentifier".into(), "orders".into())],
        statistic: "Average".into(),
        period: Some(period),
        unit: None,
    }
}

/// Beyond a threshold in all of so many periods.
pub fn judged(comparison: ComparisonOperator, threshold: Option<f64>, periods: u32) -> Judgement {
    Judgement {
        comparison,
        threshold,
        evaluation_periods: periods,
        datapoints_to_alarm: periods,
        missing: MissingData::Missing,
        ignores_low_samples: false,
        window: EvaluationWindow::Sliding,
    }
}

/// A query of a metric (as `Ok`) or an expression (as `Err`).
fn query(id: &str, source: Result<AlarmMetric, &str>, returns_data: bool) -> MathQuery {
    let source = match source {
        Ok(metric) => QuerySource::Metric(metric),
        Err(text) => QuerySource::Expression(text.into()),
    };
    MathQuery { id: id.into(), source, label: None, returns_data, period: None, account: None }
}

/// An alarm that watches this.
pub fn of(watches: Watching) -> Alarm {
    Alarm {
        name: "orders-cpu".into(),
        arn: "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-cpu".into(),
        description: String::new(),
        state: AlarmState::Ok,
        reason: String::new(),
        grounds: None,
        since: None,
        evaluation: None,
        actions_enabled: true,
        actions: Actions { alarm: vec!["arn:aws:sns:us-east-1:111122223333:oncall".into()], ..Actions::default() },
        watches,
        notes: Vec::new(),
    }
}

/// More than 80 % in 5 of 5 minutes.
pub fn cpu() -> Alarm {
    let judged = judged(ComparisonOperator::GreaterThanThreshold, Some(80.0), 5);
    of(Watching::Metric(MetricWatch { metric: metric("CPUUtilization", 60), judged }))
}

/// Reads and writes, five minutes at a time.
pub fn expression() -> MathWatch {
    MathWatch {
        queries: vec![
            query("e1", Err("m1 + m2"), true),
            query("m1", Ok(metric("ReadIOPS", 300)), false),
            query("m2", Ok(metric("WriteIOPS", 300)), false),
        ],
        band: None,
        judged: judged(ComparisonOperator::GreaterThanOrEqualToThreshold, Some(5.0), 3),
    }
}

/// CPU above its band.
pub fn anomaly() -> MathWatch {
    MathWatch {
        queries: vec![
            query("ad1", Err("ANOMALY_DETECTION_BAND(m1, 2)"), true),
            query("m1", Ok(metric("CPUUtilization", 300)), true),
        ],
        band: Some("ad1".into()),
        judged: judged(ComparisonOperator::GreaterThanUpperThreshold, None, 2),
    }
}

/// A composite alarm of this rule, called `all`.
pub fn composite(rule: &str) -> Alarm {
    let children = references(rule);
    let watch = CompositeWatch { rule: rule.into(), children, suppressor: None, suppressed: None };
    Alarm {
        name: "all".into(),
        arn: "arn:aws:cloudwatch:us-east-1:111122223333:alarm:all".into(),
        ..of(Watching::Composite(watch))
    }
}
