//! Every dataset that there is: how it stands with it, which calls are behind it, and what a fault of them is taken for.
//! Nothing in here has a wildcard: a dataset that is new is to be put into the matrix.

use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck::app::State;
use quarterdeck::aws;
use quarterdeck::domain::{FaultKind, Remote};
use quarterdeck::sandbox::fault::Kind;
use quarterdeck::services::kubernetes::ObjectKind;
use quarterdeck::services::{alarms, kubernetes, rds, secrets};
use quarterdeck::slices::reads::{Read, Target};

pub type Standing = (Option<Timestamp>, Option<quarterdeck::domain::Fault>);

/// When a dataset was read last, and what is wrong with it.
pub fn standing(state: &State, target: &Target) -> Standing {
    fn of<T>(remote: &Remote<T>) -> Standing {
        (remote.at(), remote.fault().cloned())
    }
    let data = &state.shell.world.sites[target.site.0];
    match &target.read {
        Read::Identity => of(&data.identity),
        Read::Rds(rds::Read::Databases) => of(&data.rds.databases),
        Read::Rds(rds::Read::Maintenance) => of(&data.rds.maintenance),
        Read::Rds(rds::Read::Events) => of(&data.rds.events),
        Read::Alarms(alarms::Read::All) => of(&data.alarms.all),
        Read::Alarms(alarms::Read::History(alarm)) => data.alarms.history.get(alarm).map_or((None, None), of),
        Read::Alarms(alarms::Read::Curve(alarm)) => data.alarms.curves.get(alarm).map_or((None, None), of),
        Read::Kubernetes(kubernetes::Read::Clusters) => of(&data.services.kubernetes.clusters),
        Read::Kubernetes(kubernetes::Read::Versions) => of(&data.services.kubernetes.versions),
        Read::Kubernetes(read) => {
            let known = read.cluster().and_then(|cluster| data.services.kubernetes.get(cluster));
            known.map_or((None, None), |known| match read {
                kubernetes::Read::Nodegroups(_) => of(&known.nodegroups),
                kubernetes::Read::Addons(_) => of(&known.addons),
                kubernetes::Read::Insights(_) => of(&known.insights),
                kubernetes::Read::AccessEntries(_) => of(&known.access_entries),
                kubernetes::Read::Served(_) => of(&known.served),
                kubernetes::Read::Usage(_) => of(&known.usage),
                kubernetes::Read::Objects(_, kind) => {
                    let standing = known.objects.standing(*kind);
                    (standing.at(), standing.fault().cloned())
                }
                kubernetes::Read::Clusters | kubernetes::Read::Versions => (None, None),
            })
        }
        Read::Secrets(secrets::Read::All) => of(&data.secrets.all),
        Read::Secrets(secrets::Read::One(arn)) => {
            data.secrets.readings(arn).map_or((None, None), |known| of(&known.detail))
        }
        Read::Secrets(secrets::Read::Versions(arn)) => {
            data.secrets.readings(arn).map_or((None, None), |known| of(&known.versions))
        }
        Read::Rds(rds::Read::Metrics) => of(&data.rds.metrics),
        Read::Rds(rds::Read::Vitals) => of(&data.rds.vitals),
        Read::Rds(rds::Read::InstanceEvents(database)) => {
            data.rds.instance_events.get(database).map_or((None, None), of)
        }
        Read::Rds(rds::Read::StorageTrend) => of(&data.rds.trend),
        Read::Rds(rds::Read::Snapshots(database)) => data.rds.snapshots.get(database).map_or((None, None), of),
        Read::Rds(rds::Read::History(database, period)) => {
            data.rds.history.get(&(database.clone(), *period)).map_or((None, None), of)
        }
    }
}

/// The calls behind a dataset: that of which its fault is one.
pub fn calls(read: &Read) -> Vec<String> {
    let one = |call: &str| vec![call.to_owned()];
    match read {
        Read::Identity => one(aws::GET_CALLER_IDENTITY),
        Read::Rds(rds::Read::Databases) => one(aws::DESCRIBE_DB_INSTANCES),
        Read::Rds(rds::Read::Maintenance) => one(aws::DESCRIBE_PENDING_MAINTENANCE_ACTIONS),
        Read::Rds(rds::Read::Events | rds::Read::InstanceEvents(_)) => one(aws::DESCRIBE_EVENTS),
        Read::Rds(rds::Read::Snapshots(_)) => one(aws::DESCRIBE_DB_SNAPSHOTS),
        Read::Rds(rds::Read::Metrics | rds::Read::Vitals | rds::Read::StorageTrend | rds::Read::History(..)) => {
            one(aws::GET_METRIC_DATA)
        }
        Read::Alarms(alarms::Read::All) => one(aws::DESCRIBE_ALARMS),
        Read::Alarms(alarms::Read::History(_)) => one(aws::DESCRIBE_ALARM_HISTORY),
        Read::Alarms(alarms::Read::Curve(_)) => one(aws::GET_METRIC_DATA),
        Read::Secrets(secrets::Read::All) => one(aws::LIST_SECRETS),
        Read::Secrets(secrets::Read::One(_)) => one(aws::DESCRIBE_SECRET),
        Read::Secrets(secrets::Read::Versions(_)) => one(aws::LIST_SECRET_VERSION_IDS),
        Read::Kubernetes(kubernetes::Read::Clusters) => one(aws::LIST_CLUSTERS),
        Read::Kubernetes(kubernetes::Read::Versions) => one(aws::DESCRIBE_CLUSTER_VERSIONS),
        Read::Kubernetes(kubernetes::Read::Nodegroups(_)) => one(aws::LIST_NODEGROUPS),
        Read::Kubernetes(kubernetes::Read::Addons(_)) => one(aws::LIST_ADDONS),
        Read::Kubernetes(kubernetes::Read::Insights(_)) => one(aws::LIST_INSIGHTS),
        Read::Kubernetes(kubernetes::Read::AccessEntries(_)) => one(aws::LIST_ACCESS_ENTRIES),
        Read::Kubernetes(kubernetes::Read::Served(_)) => one("k8s: get /version"),
        Read::Kubernetes(kubernetes::Read::Usage(_)) => {
            ["nodes", "pods"].map(|of| format!("k8s: list {of}.metrics.k8s.io")).to_vec()
        }
        Read::Kubernetes(kubernetes::Read::Objects(_, kind)) => {
            let (group, _, resource) = kind.resource();
            let name = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
            ["watch", "list"].map(|verb| format!("k8s: {verb} {name}")).to_vec()
        }
    }
}

/// Every dataset of a cluster.
pub fn of_cluster(cluster: &Arc<str>) -> Vec<kubernetes::Read> {
    /// Where a dataset stands: a new one is to stand in the list below.
    fn place(read: &kubernetes::Read) -> usize {
        match read {
            kubernetes::Read::Clusters => 0,
            kubernetes::Read::Versions => 1,
            kubernetes::Read::Nodegroups(_) => 2,
            kubernetes::Read::Addons(_) => 3,
            kubernetes::Read::Insights(_) => 4,
            kubernetes::Read::AccessEntries(_) => 5,
            kubernetes::Read::Served(_) => 6,
            kubernetes::Read::Usage(_) => 7,
            kubernetes::Read::Objects(_, kind) => 8 + ObjectKind::ALL.iter().position(|known| known == kind).unwrap(),
        }
    }
    let name = || cluster.clone();
    let mut all = vec![
        kubernetes::Read::Clusters,
        kubernetes::Read::Versions,
        kubernetes::Read::Nodegroups(name()),
        kubernetes::Read::Addons(name()),
        kubernetes::Read::Insights(name()),
        kubernetes::Read::AccessEntries(name()),
        kubernetes::Read::Served(name()),
        kubernetes::Read::Usage(name()),
    ];
    all.extend(ObjectKind::ALL.map(|kind| kubernetes::Read::Objects(name(), kind)));
    assert!(all.iter().map(place).eq(0..all.len()), "not every dataset stands in the list");
    all
}

/// Whether the console takes a fault of this kind for what it is.
pub fn is_class_of(kind: Kind, call: &str, class: &FaultKind) -> bool {
    let right = call.strip_prefix("k8s: ");
    match kind {
        Kind::Throttled => *class == FaultKind::Throttled,
        Kind::Hangs | Kind::Drip | Kind::Silent | Kind::AnswerLost => *class == FaultKind::TimedOut,
        Kind::Refuses | Kind::Cut => *class == FaultKind::Unreachable,
        Kind::Garbage | Kind::Html500 | Kind::WrongContentType => *class == FaultKind::BrokenAnswer,
        Kind::Internal | Kind::Unavailable => matches!(class, FaultKind::Other { .. }),
        Kind::Denied => match right {
            Some(rule) => *class == FaultKind::Forbidden { rule: rule.into() },
            None => *class == FaultKind::Denied { action: aws::action_of(call).into() },
        },
        // An API server only says that it does not know the token.
        Kind::Expired | Kind::ClockSkew | Kind::WrongAccount if right.is_some() => {
            matches!(class, FaultKind::NotLetIn { .. })
        }
        Kind::Expired => matches!(class, FaultKind::Expired { .. }),
        Kind::ClockSkew => matches!(class, FaultKind::WrongClock { .. }),
        // The answer is good, or somebody else's.
        Kind::Huge | Kind::Slow | Kind::WrongAccount => false,
    }
}
