//! A large account takes no more calls than AWS's own limits make necessary.

use std::collections::BTreeMap;
use std::sync::Arc;

use quarterdeck::aws::session::InProcess;
use quarterdeck::aws::{Session, SessionSpec, cloudwatch, rds};
use quarterdeck::collect::metrics::{MetricQuery, MetricStore, calls};
use quarterdeck::domain::Metric;
use quarterdeck::sandbox::connector::{SandboxHttp, credentials};
use quarterdeck::sandbox::{Sandbox, SandboxClock, World, WorldOptions};

use crate::harness::MOMENT;

const REGION: &str = "us-east-1";

#[tokio::test]
async fn five_thousand_databases_with_twelve_metrics_take_50_and_120_calls() {
    let at = MOMENT.parse().unwrap();
    let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: Some(5000), epoch: at };
    let sandbox = Arc::new(Sandbox::new(World::build(&options).unwrap(), SandboxClock::frozen(at)));
    let http = SandboxHttp::new(sandbox.clone());
    let in_process = Some(InProcess { http: http.shared(), credentials: credentials("111122223333") });
    let session = Session::load(&SessionSpec { in_process, ..SessionSpec::default() }).await;

    let databases = rds::databases(&session, REGION).await.unwrap();
    assert_eq!(databases.len(), 5000);
    // A refresh: the newest minutes of twelve metrics of each, whatever the class.
    let now = at.as_second();
    let wanted = databases.iter().flat_map(|database| {
        let id: Arc<str> = database.id.as_str().into();
        Metric::CHARTED.into_iter().take(12).map(move |metric| MetricQuery { database: id.clone(), metric })
    });
    for call in calls(&MetricStore::default(), wanted, 60, now - 180..now, now) {
        let answer = cloudwatch::metric_data(&session, REGION, &call).await.unwrap();
        assert!(!answer.partial);
        assert_eq!(answer.points.len(), call.queries.len());
    }
    let expected = BTreeMap::from([("monitoring:GetMetricData", 120), ("rds:DescribeDBInstances", 50)]);
    let counted = sandbox.calls();
    assert_eq!(counted.iter().map(|(name, n)| (name.as_str(), *n)).collect::<BTreeMap<_, _>>(), expected);
}
