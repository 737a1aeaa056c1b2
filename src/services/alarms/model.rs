//! An alarm as CloudWatch tells it (`DescribeAlarms`).

use jiff::Timestamp;

use super::composite::{CompositeWatch, SuppressedBy};
use super::grounds::Grounds;
use super::metric::{AlarmMetric, Judgement, MathWatch, MetricWatch};
use super::state::AlarmState;
use crate::domain::Metric;
use crate::domain::database::account_of;

/// The namespace of the metrics of RDS.
pub(super) const RDS: &str = "AWS/RDS";
/// The dimension that names a DB instance.
pub(super) const DB_INSTANCE: &str = "DBInstanceIdentifier";

/// An alarm of any kind, text cleaned.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    pub name: String,
    pub arn: String,
    pub description: String,
    pub state: AlarmState,
    /// `StateReason`.
    pub reason: String,
    /// `StateReasonData`, where it can be read.
    pub grounds: Option<Grounds>,
    /// `StateTransitionedTimestamp`, or `StateUpdatedTimestamp` where that is missing.
    pub since: Option<Timestamp>,
    /// `EvaluationState`: what is wrong with the evaluation itself; none for most.
    pub evaluation: Option<EvaluationState>,
    /// `ActionsEnabled`: whether a change of state does anything; CloudWatch's default is yes.
    pub actions_enabled: bool,
    pub actions: Actions,
    pub watches: Watching,
    /// What else CloudWatch tells of it that is not modelled, each a sentence.
    pub notes: Vec<String>,
}

/// The ARNs of what is told, for each state that it may come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actions {
    /// `AlarmActions`.
    pub alarm: Vec<String>,
    /// `OKActions`.
    pub ok: Vec<String>,
    /// `InsufficientDataActions`.
    pub insufficient_data: Vec<String>,
}

impl Actions {
    /// What is told when it comes to a state.
    #[must_use]
    pub fn of(&self, state: AlarmState) -> &[String] {
        match state {
            AlarmState::Alarm => &self.alarm,
            AlarmState::InsufficientData => &self.insufficient_data,
            AlarmState::Ok => &self.ok,
        }
    }

    /// Whether nothing is told, whatever happens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        AlarmState::ALL.into_iter().all(|state| self.of(state).is_empty())
    }
}

/// `EvaluationState` (API reference, `MetricAlarm`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvaluationState {
    /// Not all data could be retrieved, because of quotas.
    PartialData,
    /// The alarm is wrongly configured: its reason says more.
    EvaluationError,
    /// CloudWatch has a temporary trouble.
    EvaluationFailure,
    /// One that is newer than this console.
    Unknown(String),
}

impl EvaluationState {
    /// What CloudWatch calls so, of cleaned text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "PARTIAL_DATA" => Self::PartialData,
            "EVALUATION_ERROR" => Self::EvaluationError,
            "EVALUATION_FAILURE" => Self::EvaluationFailure,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// As it is said in a line.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::PartialData => "it is evaluated over a part of its data: CloudWatch could not read all of it".into(),
            Self::EvaluationError => "it cannot be evaluated: its configuration is wrong, its reason says more".into(),
            Self::EvaluationFailure => {
                "CloudWatch has a trouble of its own and cannot evaluate it: look at the metric yourself".into()
            }
            Self::Unknown(name) => format!("CloudWatch says of its evaluation: {name}"),
        }
    }
}

/// What an alarm looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Watching {
    /// One metric.
    Metric(MetricWatch),
    /// Metric math, Metrics Insights, or a metric against its anomaly detection band.
    Expression(MathWatch),
    /// Other alarms.
    Composite(CompositeWatch),
    /// What this console does not model: a log alarm, a PromQL alarm, or one that is newer.
    Other(OtherWatch),
}

/// What an alarm that is not modelled looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherWatch {
    /// What it is: `log alarm`, `PromQL alarm`, `unknown kind of alarm`.
    pub kind: String,
    /// What is told of it, by name, for a person.
    pub facts: Vec<(String, String)>,
}

impl OtherWatch {
    /// The kind of an alarm on a query of CloudWatch Logs.
    pub const LOG: &'static str = "log alarm";
}

impl Alarm {
    /// How it judges values; none for a composite alarm and for one that is not modelled.
    #[must_use]
    pub fn judged(&self) -> Option<&Judgement> {
        match &self.watches {
            Watching::Metric(watch) => Some(&watch.judged),
            Watching::Expression(watch) => Some(&watch.judged),
            Watching::Composite(_) | Watching::Other(_) => None,
        }
    }

    /// The metric that it is about: its own, or the first that its expression reads.
    #[must_use]
    pub fn metric(&self) -> Option<&AlarmMetric> {
        match &self.watches {
            Watching::Metric(watch) => Some(&watch.metric),
            Watching::Expression(watch) => watch.metric(),
            Watching::Composite(_) | Watching::Other(_) => None,
        }
    }

    /// Seconds between two values that it judges.
    #[must_use]
    pub fn period(&self) -> Option<u32> {
        match &self.watches {
            Watching::Metric(watch) => watch.metric.period,
            Watching::Expression(watch) => watch.period(),
            Watching::Composite(_) | Watching::Other(_) => None,
        }
    }

    /// The threshold, in the unit of what is judged: that of an expression is the expression's, not the metric's.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        self.judged()?.threshold
    }

    /// The metrics that it reads, in CloudWatch's order, each with the account that has it where that is not its own.
    pub(super) fn metrics(&self) -> Vec<(&AlarmMetric, Option<&str>)> {
        match &self.watches {
            Watching::Metric(watch) => vec![(&watch.metric, None)],
            Watching::Expression(watch) => {
                let own = account_of(&self.arn);
                let read = watch.queries.iter().filter_map(|query| Some((query.metric()?, query.account.as_deref())));
                read.map(|(metric, account)| (metric, account.filter(|account| *account != own))).collect()
            }
            Watching::Composite(_) | Watching::Other(_) => Vec::new(),
        }
    }

    /// Whether all that it reads are metrics of RDS.
    #[must_use]
    pub fn is_of_rds(&self) -> bool {
        self.metrics().into_iter().all(|(metric, _)| metric.namespace == RDS)
    }

    /// The DB instances of its account that it watches (`DBInstanceIdentifier` among the dimensions of its metrics),
    /// each once.
    pub fn databases(&self) -> impl Iterator<Item = &str> {
        let mut all: Vec<&str> = Vec::new();
        for (metric, account) in self.metrics() {
            let name = metric.dimension(DB_INSTANCE).filter(|name| account.is_none() && !all.contains(name));
            all.extend(name);
        }
        all.into_iter()
    }

    /// The DB instance that it watches, where it is one alone.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        let mut all = self.databases();
        all.next().filter(|_| all.next().is_none())
    }

    /// Whether it does anything by itself when it goes into ALARM.
    #[must_use]
    pub fn acts_on_alarm(&self) -> bool {
        self.actions_enabled && !self.actions.alarm.is_empty()
    }

    /// `AlarmType`, as a question for it names it.
    #[must_use]
    pub fn alarm_type(&self) -> &'static str {
        match &self.watches {
            Watching::Composite(_) => "CompositeAlarm",
            Watching::Other(watch) if watch.kind == OtherWatch::LOG => "LogAlarm",
            Watching::Metric(_) | Watching::Expression(_) | Watching::Other(_) => "MetricAlarm",
        }
    }

    /// Whether its actions are kept back now, for as long as its suppressor is in ALARM.
    #[must_use]
    pub fn is_kept_back(&self) -> bool {
        self.suppressed_by() == Some(&SuppressedBy::Alarm)
    }

    /// Whether its actions are held for a while now, and then performed.
    #[must_use]
    pub fn is_delayed(&self) -> bool {
        matches!(self.suppressed_by(), Some(SuppressedBy::WaitPeriod | SuppressedBy::ExtensionPeriod))
    }

    fn suppressed_by(&self) -> Option<&SuppressedBy> {
        self.composite()?.suppressed.as_ref().map(|suppressed| &suppressed.by)
    }

    /// The metric, if it is one that is charted and the alarm judges it itself: the threshold of metric math does not
    /// belong into its chart.
    #[must_use]
    pub fn charted(&self) -> Option<Metric> {
        match &self.watches {
            Watching::Metric(watch) if watch.metric.namespace == RDS => Metric::from_name(&watch.metric.name),
            _ => None,
        }
    }

    /// What a composite alarm is made of.
    #[must_use]
    pub fn composite(&self) -> Option<&CompositeWatch> {
        match &self.watches {
            Watching::Composite(watch) => Some(watch),
            Watching::Metric(_) | Watching::Expression(_) | Watching::Other(_) => None,
        }
    }

    /// Whether it looks at the same as another; that its actions are kept back now is nothing of that.
    #[must_use]
    pub fn watches_as(&self, other: &Self) -> bool {
        match (&self.watches, &other.watches) {
            (Watching::Composite(a), Watching::Composite(b)) => a.rule == b.rule && a.suppressor == b.suppressor,
            (a, b) => a == b,
        }
    }

    /// Whether a rule or a suppressor that names `reference` means this alarm: "you can use either alarm names or ARNs"
    /// (API reference, `PutCompositeAlarm`).
    #[must_use]
    pub fn is_called(&self, reference: &str) -> bool {
        self.name == reference || (!self.arn.is_empty() && self.arn == reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::testing::{anomaly, composite, cpu, expression, of};

    #[test]
    fn what_the_database_screen_draws_is_of_a_plain_alarm_alone() {
        let plain = cpu();
        assert_eq!((plain.database(), plain.charted()), (Some("orders"), Some(Metric::CPUUtilization)));
        assert_eq!((plain.threshold(), plain.period()), (Some(80.0), Some(60)));
        let math = of(Watching::Expression(expression()));
        // Its threshold is the expression's, not the metric's.
        assert_eq!((math.database(), math.charted()), (Some("orders"), None));
        assert_eq!((math.threshold(), math.period()), (Some(5.0), Some(300)));
        let band = of(Watching::Expression(anomaly()));
        assert_eq!((band.database(), band.charted(), band.threshold()), (Some("orders"), None, None));
        let rule = composite("ALARM(a)");
        assert_eq!((rule.database(), rule.charted(), rule.threshold()), (None, None, None));
    }

    #[test]
    fn metric_math_watches_every_database_of_its_account() {
        let mut watch = expression();
        let read = |watch: &mut MathWatch, at: usize, name: &str, account: Option<&str>| {
            if let crate::services::alarms::QuerySource::Metric(metric) = &mut watch.queries[at].source {
                metric.dimensions = vec![(DB_INSTANCE.into(), name.into())];
            }
            watch.queries[at].account = account.map(ToOwned::to_owned);
        };
        read(&mut watch, 2, "ledger", Some("111122223333"));
        let both = of(Watching::Expression(watch.clone()));
        assert_eq!(both.databases().collect::<Vec<_>>(), ["orders", "ledger"]);
        assert_eq!(both.database(), None);
        read(&mut watch, 2, "ledger", Some("999988887777"));
        let own = of(Watching::Expression(watch));
        assert_eq!((own.databases().count(), own.database()), (1, Some("orders")));
    }

    #[test]
    fn an_alarm_has_a_type_and_may_act() {
        let log = OtherWatch { kind: OtherWatch::LOG.into(), facts: Vec::new() };
        assert_eq!(of(Watching::Other(log)).alarm_type(), "LogAlarm");
        assert_eq!(of(Watching::Other(OtherWatch::default())).alarm_type(), "MetricAlarm");
        assert_eq!((composite("OK(a)").alarm_type(), cpu().alarm_type()), ("CompositeAlarm", "MetricAlarm"));
        assert!(cpu().acts_on_alarm() && !Alarm { actions_enabled: false, ..cpu() }.acts_on_alarm());
        let ok = Actions { ok: vec!["arn:aws:sns:us-east-1:1:oncall".into()], ..Actions::default() };
        assert!(!Alarm { actions: ok, ..cpu() }.acts_on_alarm());
    }

    #[test]
    fn another_namespace_has_other_metrics() {
        let mut alarm = cpu();
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.namespace = "AWS/EC2".into();
        }
        assert_eq!(alarm.charted(), None);
    }

    #[test]
    fn actions_are_told_apart_by_state() {
        let mut actions = Actions::default();
        assert!(actions.is_empty());
        actions.ok.push("arn:aws:sns:us-east-1:1:oncall".into());
        assert!(!actions.is_empty() && actions.of(AlarmState::Alarm).is_empty());
        assert_eq!(actions.of(AlarmState::Ok).len(), 1);
    }

    #[test]
    fn an_alarm_is_called_by_its_name_or_its_arn() {
        let alarm = cpu();
        assert!(alarm.is_called("orders-cpu") && alarm.is_called(&alarm.arn) && !alarm.is_called("orders"));
        assert!(!Alarm { arn: String::new(), ..alarm }.is_called(""));
    }
}
