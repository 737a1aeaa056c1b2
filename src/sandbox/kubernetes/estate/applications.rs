//! What the organisation runs: workloads with their autoscalers and budgets, and Argo CD's Applications that put
//! them there, two colours for those that are released blue-green.

use super::site::ClusterSite;
use super::system::{budget, namespace, put};
use super::workload::{Workload, WorkloadPlace, WorkloadSpread};
use crate::sandbox::kubernetes::karpenter::moment::written;
use crate::sandbox::kubernetes::load::{ClusterLoad, WorkloadDemand};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::Store;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A workload with its pods in production, staging and development.
struct Row {
    one: Workload,
    replicas: [i64; 3],
    /// The most that its autoscaler makes in production.
    most: Option<i64>,
    /// What its budget says.
    rule: Option<(&'static str, i64)>,
    stateful: bool,
}

const fn row(
    (namespace, name, image): (&'static str, &'static str, &'static str),
    (cpu, memory): (i64, i64),
    replicas: [i64; 3],
    place: WorkloadPlace,
    spread: WorkloadSpread,
) -> Row {
    let one = Workload { namespace, name, image, cpu, memory, place, spread, amd64: false, priority: None };
    Row { one, replicas, most: None, rule: None, stateful: false }
}

impl Row {
    const fn scaled(mut self, most: i64) -> Self {
        self.most = Some(most);
        self
    }

    const fn guarded(mut self, field: &'static str, number: i64) -> Self {
        self.rule = Some((field, number));
        self
    }

    const fn amd64(mut self) -> Self {
        self.one.amd64 = true;
        self
    }

    const fn stateful(mut self) -> Self {
        self.stateful = true;
        self
    }
}

const ROWS: [Row; 22] = [
    row(
        ("storefront", "web", "storefront-web:2026.11.18"),
        (400, 512),
        [6, 1, 1],
        WorkloadPlace::General,
        WorkloadSpread::Wished,
    )
    .scaled(16)
    .guarded("maxUnavailable", 1),
    row(
        ("checkout", "checkout-api-blue", "checkout-api:4.18.2"),
        (700, 1024),
        [8, 2, 1],
        WorkloadPlace::Spot,
        WorkloadSpread::Required,
    )
    .scaled(30)
    .guarded("minAvailable", 6),
    row(
        ("checkout", "checkout-api-green", "checkout-api:4.19.0"),
        (700, 1024),
        [0, 0, 0],
        WorkloadPlace::Spot,
        WorkloadSpread::Required,
    ),
    row(
        ("checkout", "checkout-worker", "checkout-worker:4.18.2"),
        (400, 768),
        [3, 1, 1],
        WorkloadPlace::Spot,
        WorkloadSpread::Wished,
    ),
    row(
        ("orders", "orders-api-blue", "orders-api:7.4.1"),
        (600, 1024),
        [6, 1, 1],
        WorkloadPlace::OnDemand,
        WorkloadSpread::Wished,
    )
    .scaled(18)
    .guarded("minAvailable", 5),
    row(
        ("orders", "orders-api-green", "orders-api:7.5.0-rc.2"),
        (600, 1024),
        [0, 1, 0],
        WorkloadPlace::OnDemand,
        WorkloadSpread::Wished,
    ),
    row(
        ("orders", "orders-events", "orders-events:7.4.1"),
        (300, 768),
        [3, 1, 1],
        WorkloadPlace::OnDemand,
        WorkloadSpread::Wished,
    ),
    row(
        ("catalog", "catalog-api", "catalog-api:3.9.0"),
        (500, 768),
        [5, 1, 1],
        WorkloadPlace::General,
        WorkloadSpread::Wished,
    )
    .scaled(12)
    .guarded("maxUnavailable", 1),
    row(
        ("catalog", "image-resizer", "image-resizer:1.12.4"),
        (800, 1024),
        [2, 1, 0],
        WorkloadPlace::Compute,
        WorkloadSpread::Wished,
    )
    .scaled(9),
    row(
        ("search", "search-api", "search-api:5.2.7"),
        (800, 1536),
        [3, 1, 0],
        WorkloadPlace::Compute,
        WorkloadSpread::Wished,
    )
    .scaled(10)
    .guarded("maxUnavailable", 1),
    row(
        ("search", "opensearch", "opensearch:2.19.3"),
        (1800, 12288),
        [3, 1, 0],
        WorkloadPlace::Memory,
        WorkloadSpread::Required,
    )
    .amd64()
    .guarded("maxUnavailable", 1)
    .stateful(),
    row(
        ("pricing", "pricing-engine", "pricing-engine:2.3.0"),
        (1500, 2048),
        [3, 1, 0],
        WorkloadPlace::Compute,
        WorkloadSpread::Wished,
    )
    .scaled(12)
    .guarded("maxUnavailable", 1),
    row(
        ("billing", "billing-api", "billing-api:6.1.3"),
        (400, 768),
        [3, 1, 1],
        WorkloadPlace::OnDemand,
        WorkloadSpread::Wished,
    )
    .guarded("minAvailable", 2),
    row(
        ("payments", "payments-api", "payments-api:8.0.6"),
        (500, 768),
        [4, 1, 1],
        WorkloadPlace::OnDemand,
        WorkloadSpread::None,
    )
    .amd64()
    .guarded("minAvailable", 3),
    row(
        ("notifications", "mailer", "mailer:1.30.1"),
        (200, 384),
        [3, 1, 1],
        WorkloadPlace::General,
        WorkloadSpread::Wished,
    ),
    row(
        ("databases", "pgbouncer", "pgbouncer:1.24.1"),
        (500, 256),
        [3, 1, 1],
        WorkloadPlace::OnDemand,
        WorkloadSpread::Wished,
    )
    .guarded("maxUnavailable", 1),
    row(
        ("reporting", "report-builder", "report-builder:2.8.0"),
        (1400, 3072),
        [3, 1, 0],
        WorkloadPlace::Spot,
        WorkloadSpread::None,
    )
    .amd64(),
    row(
        ("reporting", "report-cache", "valkey:8.1.4"),
        (900, 14336),
        [2, 0, 0],
        WorkloadPlace::Memory,
        WorkloadSpread::Wished,
    )
    .stateful(),
    row(
        ("identity", "session-store", "valkey:8.1.4"),
        (800, 10240),
        [1, 0, 0],
        WorkloadPlace::Memory,
        WorkloadSpread::Wished,
    )
    .stateful(),
    row(("identity", "auth", "auth:11.2.0"), (300, 512), [3, 1, 1], WorkloadPlace::General, WorkloadSpread::Wished)
        .guarded("maxUnavailable", 1),
    row(
        ("monitoring", "prometheus", "prometheus/prometheus:v3.7.3"),
        (900, 6144),
        [1, 1, 0],
        WorkloadPlace::Memory,
        WorkloadSpread::None,
    )
    .stateful(),
    row(
        ("monitoring", "grafana", "grafana/grafana:12.2.1"),
        (200, 384),
        [1, 1, 1],
        WorkloadPlace::General,
        WorkloadSpread::None,
    ),
];

/// Puts workloads, autoscalers, budgets and Applications.
pub fn plant(store: &mut Store, load: &ClusterLoad, site: ClusterSite, now: Timestamp) {
    for row in &ROWS {
        namespace(store, row.one.namespace, now);
        let mut one = row.one;
        if site != ClusterSite::Production {
            one.spread = WorkloadSpread::None;
            one.amd64 = false;
        }
        let one = &one;
        let replicas = site.pick(row.replicas[0], row.replicas[1], row.replicas[2]);
        if replicas == 0 && one.colour().is_none() {
            continue;
        }
        if row.stateful {
            put(store, Resource::StatefulSets, one.namespace, one.stateful_set(replicas), now);
        } else {
            put(store, Resource::Deployments, one.namespace, one.deployment(replicas), now);
        }
        if let Some((field, number)) = row.rule {
            // Outside production few pods run: at most one may be missing.
            let rule =
                if site == ClusterSite::Production { json!({ field: number }) } else { json!({ "maxUnavailable": 1 }) };
            budget(store, one, rule, now);
        }
        if let (Some(most), ClusterSite::Production | ClusterSite::Staging) = (row.most, site) {
            let most = if site == ClusterSite::Production { most } else { replicas + 2 };
            put(store, Resource::HorizontalPodAutoscalers, one.namespace, autoscaler(one, replicas, most), now);
            let peak = (replicas * one.cpu) as f64 * 0.62;
            load.set_demand(
                one.namespace,
                one.name,
                WorkloadDemand { peak_milli_cpu: peak, trough: 0.4, memory: None },
            );
        }
        if one.colour() != Some("green") {
            put(store, Resource::Services, one.namespace, service(one), now);
        }
        put(store, Resource::Applications, "argocd", application(one, site, now), now);
    }
}

/// On CPU and memory, as all of them here.
fn autoscaler(one: &Workload, least: i64, most: i64) -> Value {
    let metric = |name: &str, percent: i64| {
        json!({ "type": "Resource", "resource": { "name": name,
            "target": { "type": "Utilization", "averageUtilization": percent } } })
    };
    json!({
        "metadata": { "name": one.name, "labels": one.labels() },
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": one.name },
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [metric("memory", 90), metric("cpu", 75)],
        },
    })
}

fn service(one: &Workload) -> Value {
    json!({
        "metadata": { "name": one.app(), "labels": { "app.kubernetes.io/name": one.app() } },
        "spec": {
            "type": "ClusterIP",
            "selector": one.selector()["matchLabels"],
            "ports": [{ "name": "http", "port": 80, "targetPort": "http", "protocol": "TCP" }],
            "sessionAffinity": "None",
        },
        "status": { "loadBalancer": {} },
    })
}

/// Argo CD's view of a workload, synchronised and healthy.
fn application(one: &Workload, site: ClusterSite, now: Timestamp) -> Value {
    let revision =
        format!("{:0<40}", crate::sandbox::kubernetes::karpenter::object::hash(&json!([one.name, one.image])));
    let source = json!({
        "repoURL": "https://git.example.com/platform/deployments.git",
        "path": format!("{}/{}", one.namespace, one.name),
        "targetRevision": if site == ClusterSite::Production { "release" } else { "main" },
    });
    let name = format!("{}-{}", one.namespace, one.name);
    json!({
        "metadata": { "name": name, "labels": { "environment": site.name() } },
        "spec": {
            "project": one.namespace,
            "source": source,
            "destination": { "server": "https://kubernetes.default.svc", "namespace": one.namespace },
            "syncPolicy": { "automated": { "prune": true, "selfHeal": true } },
        },
        "status": {
            "sync": { "status": "Synced", "revision": revision, "comparedTo": { "source": source } },
            "health": { "status": "Healthy", "lastTransitionTime": written(now) },
            "operationState": {
                "phase": "Succeeded",
                "message": "successfully synced (all tasks run)",
                "startedAt": written(now),
                "finishedAt": written(now),
                "operation": { "sync": { "revision": revision } },
            },
            "reconciledAt": written(now),
            "sourceType": "Kustomize",
            "summary": { "images": [one.image] },
        },
    })
}
