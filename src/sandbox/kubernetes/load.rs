//! What pods use. A workload has a demand that its ready pods share, so that more pods mean less for each; it follows a
//! daily curve and what a scenario sets. One source for metrics.k8s.io and for autoscalers.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::controllers::chance;
use super::controllers::condition;
use super::controllers::pods;
use super::metrics::{Metrics, Usage};
use super::resources::Resource;
use super::scheduler::resources::{Resources, container_requests};
use super::store::{ObjectKey, Store, metadata};

/// How long the windows are that metrics-server averages over, seconds.
const WINDOW: i64 = 15;

/// What a workload needs as a whole, at its daily peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorkloadDemand {
    /// Milli-CPUs over all pods at the peak of the day.
    pub peak_milli_cpu: f64,
    /// What is left of it at night, 0-1.
    pub trough: f64,
    /// Bytes of memory of each pod; `None`: a share of its request.
    pub memory: Option<i64>,
}

#[derive(Debug, Default)]
struct Table {
    /// By namespace and workload (Deployment, StatefulSet, DaemonSet).
    demands: BTreeMap<(String, String), WorkloadDemand>,
    /// What a scenario multiplies a workload's CPU with, from a moment on.
    factors: BTreeMap<(String, String), f64>,
    /// Ready pods by controller, counted at a revision.
    sharing: HashMap<String, (u64, i64)>,
}

/// The load of one cluster, shared by scenario, autoscalers and metrics.
#[derive(Debug, Clone)]
pub struct ClusterLoad {
    seed: u64,
    table: Arc<Mutex<Table>>,
}

impl ClusterLoad {
    /// Without any demand of a workload's own: pods use a share of their requests.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, table: Arc::default() }
    }

    /// What a workload needs.
    pub fn set_demand(&self, namespace: &str, workload: &str, demand: WorkloadDemand) {
        self.lock().demands.insert((namespace.to_owned(), workload.to_owned()), demand);
    }

    /// Multiplies a workload's CPU; 1 is the ordinary day.
    pub fn set_factor(&self, namespace: &str, workload: &str, factor: f64) {
        self.lock().factors.insert((namespace.to_owned(), workload.to_owned()), factor);
    }

    /// What the containers of a pod use; `None` for one that does not run (long enough).
    #[must_use]
    pub fn of_pod(&self, store: &Store, pod: &Value, now: Timestamp) -> Option<Vec<(String, Usage)>> {
        if pod["status"]["phase"] != "Running"
            || started(pod).is_none_or(|at| now.duration_since(at).as_secs() < WINDOW)
        {
            return None;
        }
        let (workload, sharers) = self.workload(store, pod);
        let place = (metadata::namespace(pod).to_owned(), workload);
        let (demand, factor) = {
            let table = self.lock();
            (table.demands.get(&place).copied(), table.factors.get(&place).copied().unwrap_or(1.0))
        };
        let uid = metadata::uid(pod);
        let window = now.as_second().div_euclid(WINDOW).to_string();
        // A few per cent of noise, another in each window.
        let noise = 1.0 + (chance::between(self.seed, &[uid, &window], -40, 40) as f64) / 1000.0;
        let containers: Vec<&Value> = pod["spec"]["containers"].as_array().into_iter().flatten().collect();
        let asked: Vec<Resources> = containers.iter().map(|container| container_requests(container)).collect();
        let whole: i64 = asked.iter().map(|one| one.milli_cpu.max(1)).sum();
        let curve = daily(now, demand.map_or(0.45, |demand| demand.trough));
        let shared = demand.map(|demand| demand.peak_milli_cpu * curve * factor / sharers.max(1) as f64);
        let statuses = pod["status"]["containerStatuses"].as_array().map_or(&[][..], Vec::as_slice);
        let use_of = |(container, asked): (&&Value, &Resources)| {
            let name = container["name"].as_str().unwrap_or_default();
            let running = statuses.iter().any(|one| one["name"] == name && !one["state"]["running"].is_null());
            if !running {
                return (name.to_owned(), Usage::default());
            }
            let milli = if let Some(shared) = shared {
                // The containers share by their requests.
                shared * asked.milli_cpu.max(1) as f64 / whole.max(1) as f64
            } else {
                let base = if asked.milli_cpu > 0 { asked.milli_cpu as f64 } else { 8.0 };
                let share = chance::between(self.seed, &[&place.0, &place.1, name], 12, 55) as f64 / 100.0;
                base * share * curve * factor
            };
            let limits = Resources::read(&container["resources"]["limits"]);
            let most = if limits.milli_cpu > 0 { limits.milli_cpu as f64 } else { f64::MAX };
            let nano = ((milli * noise).min(most) * 1_000_000.0).max(0.0);
            let share = chance::between(self.seed, &[&place.0, &place.1, name, "memory"], 40, 85) as f64 / 100.0;
            let base = if asked.memory > 0 { asked.memory as f64 } else { 40.0 * 1_048_576.0 };
            let bytes = demand.and_then(|demand| demand.memory).map_or(base * share, |bytes| bytes as f64);
            // Memory hardly moves.
            let bytes = bytes * (1.0 + (noise - 1.0) / 8.0);
            let most = if limits.memory > 0 { limits.memory as f64 } else { f64::MAX };
            (name.to_owned(), Usage { cpu_nanocores: nano as u64, memory_bytes: bytes.min(most).max(0.0) as u64 })
        };
        Some(containers.iter().zip(&asked).map(use_of).collect())
    }

    /// The workload of a pod, and how many ready pods share its demand.
    fn workload(&self, store: &Store, pod: &Value) -> (String, i64) {
        let Some(owner) = metadata::controller(pod) else { return (metadata::name(pod).to_owned(), 1) };
        let name = owner["name"].as_str().unwrap_or_default();
        let uid = owner["uid"].as_str().unwrap_or_default();
        let key = ObjectKey::namespaced(Resource::ReplicaSets, metadata::namespace(pod), name);
        let set = (owner["kind"] == "ReplicaSet").then(|| store.get(&key)).flatten();
        let above = set.and_then(|set| metadata::controller(set));
        let (name, root) = match above {
            Some(above) => (above["name"].as_str().unwrap_or(name), above["uid"].as_str().unwrap_or(uid)),
            None => (name, uid),
        };
        let revision = store.revision();
        if let Some((counted, sharers)) = self.lock().sharing.get(root)
            && *counted == revision
        {
            return (name.to_owned(), *sharers);
        }
        let ready = |uid: &str| {
            store.owned_by(uid).filter(|(key, pod)| key.resource == Resource::Pods && pods::is_ready(pod)).count()
        };
        let sharers = if above.is_some() {
            let sets = store.owned_by(root).filter(|(key, _)| key.resource == Resource::ReplicaSets);
            sets.map(|(_, set)| ready(metadata::uid(set))).sum()
        } else {
            ready(root)
        };
        let mut table = self.lock();
        if table.sharing.len() > 4_096 {
            table.sharing.clear();
        }
        table.sharing.insert(root.to_owned(), (revision, sharers as i64));
        (name.to_owned(), sharers as i64)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn started(pod: &Value) -> Option<Timestamp> {
    pod["status"]["startTime"].as_str().and_then(|text| text.parse().ok())
}

/// The daily curve, UTC: `trough` at 03:00, 1 at 15:00.
fn daily(now: Timestamp, trough: f64) -> f64 {
    let time = TimeZone::UTC.to_datetime(now);
    let hour = f64::from(time.hour()) + f64::from(time.minute()) / 60.0 + f64::from(time.second()) / 3600.0;
    let phase = (hour - 15.0) / 24.0 * std::f64::consts::TAU;
    trough + (1.0 - trough) * f64::midpoint(phase.cos(), 1.0)
}

impl Metrics for ClusterLoad {
    fn node(&self, store: &Store, node: &str, now: Timestamp) -> Option<Usage> {
        let key = ObjectKey::cluster(Resource::Nodes, node);
        if !condition::holds(store.get(&key)?, "Ready") {
            return None;
        }
        // What the system takes beside the pods: kubelet, containerd, the kernel.
        let mut sum = Usage { cpu_nanocores: 45_000_000, memory_bytes: 420 << 20 };
        for (_, pod) in store.pods_on(node) {
            for (_, usage) in self.of_pod(store, pod, now).into_iter().flatten() {
                sum.cpu_nanocores += usage.cpu_nanocores;
                sum.memory_bytes += usage.memory_bytes;
            }
        }
        Some(sum)
    }

    fn pod(&self, store: &Store, pod: &ObjectKey, now: Timestamp) -> Option<Vec<(String, Usage)>> {
        self.of_pod(store, store.get(pod)?, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_has_its_peak_in_the_afternoon() {
        let at = |text: &str| daily(text.parse().unwrap(), 0.3);
        assert!((at("2026-11-22T15:00:00Z") - 1.0).abs() < 1e-9);
        assert!((at("2026-11-22T03:00:00Z") - 0.3).abs() < 1e-9);
        assert!((at("2026-11-22T09:00:00Z") - 0.65).abs() < 1e-9);
    }
}
