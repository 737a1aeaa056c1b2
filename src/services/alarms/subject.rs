//! Which resource an alarm is about.

use super::metric::AlarmMetric;
use super::model::{Alarm, DB_INSTANCE, RDS};

/// A resource that has a metric, by the namespaces and dimensions of CloudWatch's documents of each service ("Metrics
/// and dimensions").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WatchedResource {
    /// A DB instance: `AWS/RDS`, `DBInstanceIdentifier`.
    Database(String),
    /// An Aurora or Multi-AZ DB cluster: `AWS/RDS`, `DBClusterIdentifier`.
    Cluster(String),
    /// `AWS/S3`, `BucketName`.
    Bucket(String),
    /// `AWS/ApplicationELB`, `AWS/NetworkELB` and `AWS/GatewayELB`, `LoadBalancer`: the end of its ARN, such as
    /// `app/web/50dc6c495c0c9188`; `AWS/ELB`, `LoadBalancerName`.
    LoadBalancer(String),
    /// `AWS/SQS`, `QueueName`.
    Queue(String),
    /// Anything else, as it is told; without dimensions it is about all there is of the namespace.
    Other { namespace: String, dimensions: Vec<(String, String)> },
}

impl WatchedResource {
    /// What a person calls it: `DB instance orders`, `AWS/Lambda FunctionName=mail`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Database(id) => format!("DB instance {id}"),
            Self::Cluster(id) => format!("DB cluster {id}"),
            Self::Bucket(name) => format!("bucket {name}"),
            Self::LoadBalancer(name) => format!("load balancer {name}"),
            Self::Queue(name) => format!("queue {name}"),
            Self::Other { namespace, dimensions } => {
                let all = dimensions.iter().map(|(name, value)| format!(" {name}={value}"));
                format!("{namespace}{}", all.collect::<String>())
            }
        }
    }
}

impl Alarm {
    /// What its metrics are of, each once, in CloudWatch's order. None for a composite alarm, and where no metric is
    /// told (a Metrics Insights query, a log alarm).
    #[must_use]
    pub fn subjects(&self) -> Vec<WatchedResource> {
        let mut all = Vec::new();
        for (metric, account) in self.metrics() {
            let one = WatchedResource::of(metric, account);
            if !all.contains(&one) {
                all.push(one);
            }
        }
        all
    }

    /// What it is about, where that is one thing alone.
    #[must_use]
    pub fn subject(&self) -> Option<WatchedResource> {
        let mut all = self.subjects();
        all.pop().filter(|_| all.is_empty())
    }
}

impl WatchedResource {
    /// What a metric is of. What another account has is nothing of this one, whatever it is called.
    fn of(metric: &AlarmMetric, account: Option<&str>) -> Self {
        if let Some(account) = account {
            let namespace = format!("{} of account {account}", metric.namespace);
            return Self::Other { namespace, dimensions: metric.dimensions.clone() };
        }
        let of = |name: &str| metric.dimension(name).map(str::to_owned);
        let known = match metric.namespace.as_str() {
            // An instance of a cluster has metrics of its own: the narrower one first.
            RDS => of(DB_INSTANCE)
                .map(WatchedResource::Database)
                .or_else(|| of("DBClusterIdentifier").map(WatchedResource::Cluster)),
            "AWS/S3" => of("BucketName").map(WatchedResource::Bucket),
            "AWS/ApplicationELB" | "AWS/NetworkELB" | "AWS/GatewayELB" => {
                of("LoadBalancer").map(WatchedResource::LoadBalancer)
            }
            "AWS/ELB" => of("LoadBalancerName").map(WatchedResource::LoadBalancer),
            "AWS/SQS" => of("QueueName").map(WatchedResource::Queue),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Other {
            namespace: metric.namespace.clone(),
            dimensions: metric.dimensions.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::Watching;
    use crate::services::alarms::testing::{anomaly, composite, cpu, of};

    /// The alarm of a metric with these dimensions.
    fn about(namespace: &str, dimensions: &[(&str, &str)]) -> Option<WatchedResource> {
        let mut alarm = cpu();
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.namespace = namespace.into();
            watch.metric.dimensions =
                dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        }
        alarm.subject()
    }

    #[test]
    fn a_resource_is_found_by_namespace_and_dimension() {
        let instance = [("DBInstanceIdentifier", "orders")];
        let cluster = [("DBClusterIdentifier", "ledger"), ("Role", "WRITER")];
        assert_eq!(about("AWS/RDS", &instance), Some(WatchedResource::Database("orders".into())));
        assert_eq!(about("AWS/RDS", &cluster), Some(WatchedResource::Cluster("ledger".into())));
        for (namespace, name, words) in [
            ("AWS/S3", "BucketName", "bucket x"),
            ("AWS/ApplicationELB", "LoadBalancer", "load balancer x"),
            ("AWS/ELB", "LoadBalancerName", "load balancer x"),
            ("AWS/SQS", "QueueName", "queue x"),
            // Amazon DocumentDB names its instances alike.
            ("AWS/DocDB", "DBInstanceIdentifier", "AWS/DocDB DBInstanceIdentifier=x"),
            ("AWS/RDS", "DatabaseClass", "AWS/RDS DatabaseClass=x"),
        ] {
            assert_eq!(about(namespace, &[(name, "x")]).map(|found| found.words()).as_deref(), Some(words));
        }
        assert_eq!(about("AWS/SQS", &[]).map(|found| found.words()).as_deref(), Some("AWS/SQS"));
    }

    #[test]
    fn metric_math_is_about_what_its_metrics_are_of_and_a_composite_alarm_about_none() {
        let band = of(Watching::Expression(anomaly()));
        assert_eq!(band.subject(), Some(WatchedResource::Database("orders".into())));
        assert_eq!(composite("ALARM(a)").subject(), None);
        let mut watch = anomaly();
        let mut other = watch.queries[1].clone();
        other.account = Some("999988887777".into());
        watch.queries.push(other);
        let two = of(Watching::Expression(watch));
        let words: Vec<String> = two.subjects().iter().map(WatchedResource::words).collect();
        assert_eq!(words, ["DB instance orders", "AWS/RDS of account 999988887777 DBInstanceIdentifier=orders"]);
        assert_eq!(two.subject(), None);
    }
}
