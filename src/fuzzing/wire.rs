//! AWS's answers, of any status and with any body: through the SDK and the adapters into the types of
//! the domain.

use std::hint::black_box;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::assert_harmless;
use crate::aws::canned::Canned;
use crate::aws::{AssumeRole, GET_CALLER_IDENTITY, Session, alarms, cloudwatch, rds, secrets, sts};
use crate::collect::metrics::{MetricCall, MetricQuery};
use crate::domain::{Database, Fault, Metric};
use crate::services::alarms::{
    Alarm, AlarmMetric, AlarmState, ChangeKind, CurveQuestion, MathQuery, QuerySource, Watching, action_words,
};
use crate::services::rds::EventsOf;
use crate::services::secrets::{Secret, rotation as state_of, schedule};

const REGION: &str = "us-east-1";
/// What an answer's second byte chooses, so that `0` is the first of them.
const STATUS: [u16; 8] = [200, 400, 403, 404, 429, 500, 503, 302];
/// The calls that an answer's first byte chooses: sixteen, so that `0` is the first of them and `?` the last.
const CALLS: u8 = 16;
/// What is asked for: from 1970 until after every clock of a test.
const UNTIL: i64 = 4_000_000_000;

/// A session whose every call gets the answer that is tried.
///
/// The SDK waits between attempts: whoever calls this does well to let the runtime's clock stand
/// (`start_paused` of tokio), then a wait is over at once.
#[derive(Debug)]
pub struct Wire {
    answer: Canned,
    session: Session,
}

impl Wire {
    /// Opens the session.
    pub async fn open() -> Self {
        let answer = Canned::default();
        let session = Box::pin(answer.session(Vec::new())).await;
        Self { answer, session }
    }

    /// Makes a call and takes its answer: the first byte chooses the call, the second the status, the
    /// rest is the body.
    pub async fn hear(&self, input: &[u8]) {
        let [call, status, body @ ..] = input else { return };
        self.answer.set(STATUS[usize::from(*status) % STATUS.len()], body);
        let session = &self.session;
        match call % CALLS {
            0 => take(Box::pin(sts::identity(session, REGION)).await),
            1 => inventory(Box::pin(rds::databases(session, REGION)).await),
            2 => take(Box::pin(rds::snapshots(session, REGION, "rentaliq-qa-db")).await),
            3 => {
                let until = Timestamp::from_second(UNTIL).unwrap_or(Timestamp::MAX);
                let since = Timestamp::UNIX_EPOCH;
                take(Box::pin(rds::events(session, REGION, &EventsOf::Grave, since, until)).await);
            }
            4 => take(Box::pin(rds::maintenance(session, REGION)).await),
            5 => {
                let query = MetricQuery { database: "rentaliq-qa-db".into(), metric: Metric::CPUUtilization };
                let call = MetricCall { period: 60, window: 0..UNTIL, queries: vec![query] };
                black_box(heard(Box::pin(cloudwatch::metric_data(session, REGION, &call)).await));
            }
            6 => {
                for alarm in heard(Box::pin(alarms::all(session, REGION)).await) {
                    rung(&alarm);
                }
            }
            8 => take(Box::pin(rds::automated_backups(session, REGION, &rds::Of::Name("rentaliq-qa-db"))).await),
            9 => take(Box::pin(rds::blue_green(session, REGION)).await),
            10 => take(Box::pin(rds::orderable(session, REGION, "postgres", "16.4")).await),
            11 => {
                let until = Timestamp::from_second(UNTIL).unwrap_or(Timestamp::MAX);
                let since = Timestamp::UNIX_EPOCH;
                let past = heard(Box::pin(alarms::history(session, REGION, "cpu", since, until)).await);
                for change in past.changes {
                    assert_harmless(&change.summary);
                    change.contributor.iter().for_each(|words| assert_harmless(words));
                    happened(&change.kind);
                }
            }
            12 => {
                let metric = AlarmMetric {
                    namespace: "AWS/RDS".into(),
                    name: "CPUUtilization".into(),
                    statistic: "Average".into(),
                    ..AlarmMetric::default()
                };
                let query = MathQuery {
                    id: "m1".into(),
                    source: QuerySource::Metric(metric),
                    label: None,
                    returns_data: true,
                    period: None,
                    account: None,
                };
                let window = UNTIL - 86_400..UNTIL;
                let (queries, watched) = (vec![query], "m1".to_owned());
                let question = CurveQuestion { queries, watched, band: None, period: 60, window };
                let curve = heard(Box::pin(alarms::curve(session, REGION, &question)).await);
                assert!(curve.points.len() <= 1_440, "more than was asked for");
            }
            13 => heard(Box::pin(secrets::all(session, REGION)).await).iter().for_each(kept),
            14 => {
                let detail = heard(Box::pin(secrets::one(session, REGION, "a")).await);
                kept(&detail.secret);
                for replica in detail.replicas {
                    let status = replica.status.as_str().to_owned();
                    for text in [replica.region, status, replica.message] {
                        assert_harmless(&text);
                    }
                }
            }
            15 => {
                for version in heard(Box::pin(secrets::versions(session, REGION, "a")).await) {
                    version.stages.iter().chain([&version.id]).for_each(|text| assert_harmless(text));
                }
            }
            _ => self.sign_in().await,
        }
    }

    /// The credentials of a role, in a session of its own: one is only asked for them once.
    async fn sign_in(&self) {
        let arn = "arn:aws:iam::111122223333:role/reader".to_owned();
        let role = AssumeRole { arn, session_name: Some("oncall".to_owned()), ..AssumeRole::default() };
        let session = Box::pin(self.answer.session(vec![role])).await;
        if let Err(fault) = Box::pin(session.signed_in(GET_CALLER_IDENTITY)).await {
            say(&fault);
        }
        black_box(session.expiry());
    }
}

/// DB instances are kept on the disk until the next start, too, which must be able to read them.
fn inventory(read: Result<Vec<Database>, Fault>) {
    if let Ok(databases) = &read {
        let json = serde_json::to_string(databases);
        let again = json.and_then(|json| serde_json::from_str::<Vec<Database>>(&json));
        assert!(again.is_ok_and(|again| again == *databases), "what is written is not what is read");
    }
    take(read);
}

/// Whatever is said of an entry of a history.
fn happened(kind: &ChangeKind) {
    match kind {
        ChangeKind::State { reason, .. } => assert_harmless(reason),
        ChangeKind::Action { what, error, .. } => {
            let deed = what.as_ref().map(|what| ChangeKind::deed(what, "111122223333"));
            [what, &deed, error].into_iter().flatten().for_each(|text| assert_harmless(text));
        }
        ChangeKind::Other(name) => assert_harmless(name),
        ChangeKind::Configuration => {}
    }
}

/// Whatever is said of an alarm, and what is asked to draw it.
fn rung(alarm: &Alarm) {
    for text in [&alarm.name, &alarm.arn, &alarm.reason, &alarm.description, &alarm.condition()] {
        assert_harmless(text);
    }
    for remark in alarm.remarks().into_iter().map(|remark| remark.words) {
        assert_harmless(&remark);
    }
    for resource in alarm.subjects() {
        assert_harmless(&resource.words());
    }
    alarm.databases().for_each(assert_harmless);
    for arn in AlarmState::ALL.into_iter().flat_map(|state| alarm.actions.of(state)) {
        assert_harmless(arn);
        assert_harmless(&action_words(arn, "111122223333"));
    }
    for (name, value) in alarm.metric().into_iter().flat_map(|metric| &metric.dimensions) {
        assert_harmless(name);
        assert_harmless(value);
    }
    match &alarm.watches {
        Watching::Composite(watch) => {
            assert_harmless(&watch.rule);
            watch.children.iter().for_each(|child| assert_harmless(&child.alarm));
            watch.suppressor.iter().for_each(|suppressor| assert_harmless(&suppressor.alarm));
        }
        Watching::Other(watch) => {
            assert_harmless(&watch.kind);
            for (name, value) in &watch.facts {
                assert_harmless(name);
                assert_harmless(value);
            }
        }
        Watching::Metric(_) | Watching::Expression(_) => {}
    }
    if let Some(words) = CurveQuestion::caveat(alarm) {
        assert_harmless(&words);
    }
    black_box(CurveQuestion::of(alarm, UNTIL, CurveQuestion::usual_span(alarm)));
}

/// Whatever is said of a secret.
fn kept(secret: &Secret) {
    let Secret { name, arn, description, kms_key, rotation, owning_service, primary_region, .. } = secret;
    for text in [name, arn, description] {
        assert_harmless(text);
    }
    let others = [kms_key, &rotation.lambda, &rotation.duration, &schedule(rotation), owning_service, primary_region];
    others.into_iter().flatten().for_each(|text| assert_harmless(text));
    for (name, value) in &secret.tags {
        assert_harmless(name);
        assert_harmless(value);
    }
    for version in &secret.staged {
        version.stages.iter().chain([&version.id]).for_each(|text| assert_harmless(text));
    }
    black_box(state_of(secret, Timestamp::UNIX_EPOCH));
}

/// What was read; nothing, and what is said of it, when it was not.
fn heard<T: Default>(read: Result<T, Fault>) -> T {
    read.unwrap_or_else(|fault| {
        say(&fault);
        T::default()
    })
}

/// Every text in an answer is clean, and so is what is said of a failure.
fn take<T: Serialize>(read: Result<T, Fault>) {
    match read {
        Ok(value) => match serde_json::to_value(&value) {
            Ok(value) => assert_clean(&value),
            Err(error) => assert_harmless(&error.to_string()),
        },
        Err(fault) => say(&fault),
    }
}

fn assert_clean(value: &Value) {
    match value {
        Value::String(text) => assert_harmless(text),
        Value::Array(items) => items.iter().for_each(assert_clean),
        Value::Object(members) => members.values().for_each(assert_clean),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn say(fault: &Fault) {
    assert_harmless(&format!("{fault}; {}", fault.advice()));
}
