//! Answers that a test gives by hand: good ones, empty ones, failures.

use std::collections::HashMap;

use quarterdeck::aws;
use quarterdeck::collect::metrics::{MetricAnswer, MetricCall, MetricStore};
use quarterdeck::domain::{Event, Fault, FaultKind};
use quarterdeck::services::kubernetes::EksAsk;
use quarterdeck::services::{alarms, kubernetes, rds, secrets};
use quarterdeck::slices::reads::{Answer, Ask, Read, Request};

/// The good answers to a request, from what [`opened`] knows.
pub fn good(request: &Request) -> Vec<Result<Answer, Fault>> {
    let state = &super::known::ready().2;
    // A site that a changed configuration brought answers as one of those that are known.
    let data = &state.shell.world.sites[request.target.site.0 % state.shell.world.sites.len()];
    let answer = match &request.ask {
        Ask::Identity => Answer::Identity(data.identity.value().expect("read").clone()),
        Ask::Rds(rds::Ask::Databases) => {
            Answer::Rds(rds::Answer::Databases(data.rds.databases.value().cloned().unwrap_or_default()))
        }
        Ask::Rds(rds::Ask::Maintenance) => Answer::Rds(rds::Answer::Maintenance(
            data.rds.maintenance.value().into_iter().flat_map(|all| all.values().flatten().cloned()).collect(),
        )),
        Ask::Alarms(alarms::Ask::All) => {
            Answer::Alarms(alarms::Answer::All(data.alarms.all.value().cloned().unwrap_or_default()))
        }
        Ask::Alarms(alarms::Ask::History { alarm, .. }) => {
            let past = data.alarms.history.get(alarm).and_then(|past| past.value());
            Answer::Alarms(alarms::Answer::History(past.cloned().unwrap_or_default()))
        }
        Ask::Alarms(alarms::Ask::Curve(_)) => {
            let Read::Alarms(alarms::Read::Curve(alarm)) = &request.target.read else { unreachable!("a curve") };
            let curve = data.alarms.curves.get(alarm).and_then(|curve| curve.value());
            Answer::Alarms(alarms::Answer::Curve(curve.cloned().unwrap_or_default()))
        }
        Ask::Rds(rds::Ask::Events { of, since, until }) => {
            let grave = data.rds.events.value().into_iter().flat_map(HashMap::values).flatten();
            let mut events: Vec<Event> = match of {
                rds::EventsOf::Grave => grave.cloned().collect(),
                rds::EventsOf::Database(database) => {
                    data.rds.instance_events.get(database).and_then(|known| known.value()).cloned().unwrap_or_default()
                }
            };
            events.retain(|event| (*since..*until).contains(&event.at));
            Answer::Rds(rds::Answer::Events { events, window: *since..*until })
        }
        Ask::Rds(rds::Ask::Snapshots { database }) => Answer::Rds(rds::Answer::Snapshots(
            data.rds.snapshots.get(database).and_then(|s| s.value()).cloned().unwrap_or_default(),
        )),
        Ask::Kubernetes(kubernetes::Ask::Eks(ask)) => Answer::Kubernetes(match ask {
            EksAsk::Clusters => {
                kubernetes::Answer::Clusters(data.services.kubernetes.clusters.value().cloned().unwrap_or_default())
            }
            EksAsk::Versions => {
                kubernetes::Answer::Versions(data.services.kubernetes.versions.value().cloned().unwrap_or_default())
            }
            other => nothing_of_eks(other),
        }),
        Ask::Kubernetes(kubernetes::Ask::Server(..)) => return failed(request, FaultKind::Unreachable, "no route"),
        Ask::Secrets(ask) => {
            let readings = |arn: &str| data.secrets.readings(arn);
            Answer::Secrets(match ask {
                secrets::Ask::All => secrets::Answer::All(data.secrets.all.value().cloned().unwrap_or_default()),
                secrets::Ask::One(arn) => {
                    let known = readings(arn).and_then(|known| known.detail.value());
                    secrets::Answer::One(known.cloned().unwrap_or_default())
                }
                secrets::Ask::Versions(arn) => {
                    let known = readings(arn).and_then(|known| known.versions.value());
                    secrets::Answer::Versions(known.cloned().unwrap_or_default())
                }
            })
        }
        Ask::Rds(rds::Ask::Metrics { calls }) => {
            let store = if matches!(request.target.read, Read::Rds(rds::Read::History(..))) {
                &data.rds.charts
            } else {
                &data.rds.store
            };
            return metrics(calls, |call| points(store, call));
        }
    };
    vec![Ok(answer)]
}

/// Well-formed answers in which there is nothing.
pub fn empty(request: &Request) -> Vec<Result<Answer, Fault>> {
    let answer = match &request.ask {
        Ask::Identity => return good(request),
        Ask::Rds(rds::Ask::Databases) => Answer::Rds(rds::Answer::Databases(Vec::new())),
        Ask::Rds(rds::Ask::Maintenance) => Answer::Rds(rds::Answer::Maintenance(Vec::new())),
        Ask::Alarms(alarms::Ask::All) => Answer::Alarms(alarms::Answer::All(Vec::new())),
        Ask::Alarms(alarms::Ask::History { .. }) => Answer::Alarms(alarms::Answer::History(alarms::Past::default())),
        Ask::Alarms(alarms::Ask::Curve(_)) => Answer::Alarms(alarms::Answer::Curve(alarms::Curve::default())),
        Ask::Rds(rds::Ask::Events { since, until, .. }) => {
            Answer::Rds(rds::Answer::Events { events: Vec::new(), window: *since..*until })
        }
        Ask::Rds(rds::Ask::Snapshots { .. }) => Answer::Rds(rds::Answer::Snapshots(Vec::new())),
        Ask::Kubernetes(kubernetes::Ask::Eks(ask)) => Answer::Kubernetes(nothing_of_eks(ask)),
        Ask::Kubernetes(kubernetes::Ask::Server(..)) => return failed(request, FaultKind::Unreachable, "no route"),
        Ask::Secrets(secrets::Ask::All) => Answer::Secrets(secrets::Answer::All(Vec::new())),
        Ask::Secrets(secrets::Ask::One(_)) => Answer::Secrets(secrets::Answer::One(Box::default())),
        Ask::Secrets(secrets::Ask::Versions(_)) => Answer::Secrets(secrets::Answer::Versions(Vec::new())),
        Ask::Rds(rds::Ask::Metrics { calls }) => return metrics(calls, |call| vec![Vec::new(); call.queries.len()]),
    };
    vec![Ok(answer)]
}

fn nothing_of_eks(ask: &EksAsk) -> kubernetes::Answer {
    match ask {
        EksAsk::Clusters => kubernetes::Answer::Clusters(Vec::new()),
        EksAsk::Versions => kubernetes::Answer::Versions(Vec::new()),
        EksAsk::Nodegroups { .. } => kubernetes::Answer::Nodegroups(Vec::new()),
        EksAsk::Addons { .. } => kubernetes::Answer::Addons(Vec::new()),
        EksAsk::Insights { .. } => kubernetes::Answer::Insights(Vec::new()),
        EksAsk::AccessEntries { .. } => kubernetes::Answer::AccessEntries(Vec::new()),
    }
}

fn metrics(calls: &[MetricCall], points: impl Fn(&MetricCall) -> Vec<Vec<(i64, f64)>>) -> Vec<Result<Answer, Fault>> {
    let part = |call: &MetricCall| {
        let answer = MetricAnswer { points: points(call), partial: false };
        Ok(Answer::Rds(rds::Answer::MetricPart { call: call.clone(), answer }))
    };
    calls.iter().map(part).chain([Ok(Answer::Rds(rds::Answer::MetricsDone))]).collect()
}

fn points(store: &MetricStore, call: &MetricCall) -> Vec<Vec<(i64, f64)>> {
    call.queries
        .iter()
        .map(|query| {
            let series = store.series(&query.database, query.metric, call.period);
            series
                .into_iter()
                .flat_map(quarterdeck::domain::Series::points)
                .filter(|(at, _)| call.window.contains(at))
                .collect()
        })
        .collect()
}

/// The operation behind a request, as IAM names it.
pub fn operation(request: &Request) -> &'static str {
    match &request.ask {
        Ask::Identity => "sts:GetCallerIdentity",
        Ask::Rds(rds::Ask::Databases) => "rds:DescribeDBInstances",
        Ask::Rds(rds::Ask::Maintenance) => "rds:DescribePendingMaintenanceActions",
        Ask::Rds(rds::Ask::Events { .. }) => "rds:DescribeEvents",
        Ask::Alarms(alarms::Ask::All) => "cloudwatch:DescribeAlarms",
        Ask::Rds(rds::Ask::Snapshots { .. }) => "rds:DescribeDBSnapshots",
        Ask::Alarms(alarms::Ask::History { .. }) => "cloudwatch:DescribeAlarmHistory",
        Ask::Kubernetes(kubernetes::Ask::Eks(ask)) => aws::eks::call_of(ask),
        Ask::Kubernetes(kubernetes::Ask::Server(..)) => "k8s: get /apis",
        Ask::Secrets(ask) => aws::secrets::call_of(ask),
        Ask::Rds(rds::Ask::Metrics { .. }) | Ask::Alarms(alarms::Ask::Curve(_)) => "cloudwatch:GetMetricData",
    }
}

/// A failure of a request.
pub fn failed(request: &Request, kind: FaultKind, message: &str) -> Vec<Result<Answer, Fault>> {
    let call = operation(request).to_owned();
    vec![Err(Fault { kind, call, message: message.into(), request_id: None })]
}

/// The identity may not do it.
pub fn denied(request: &Request) -> Vec<Result<Answer, Fault>> {
    let action = operation(request);
    let message = format!("User: arn:aws:sts::111122223333:assumed-role/reader/oncall is not authorized: {action}");
    failed(request, FaultKind::Denied { action: action.into() }, &message)
}
