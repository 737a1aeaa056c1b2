//! How many replicas a metric asks for (`ReplicaCalculator`).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::condition;
use super::super::pods;
use crate::domain::quantity;
use crate::sandbox::kubernetes::load::ClusterLoad;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::resources::pod_requests;
use crate::sandbox::kubernetes::scheduler::selector::MatchSelector;
use crate::sandbox::kubernetes::store::{Store, metadata};

/// Use within a tenth of its target changes nothing.
const TOLERANCE: f64 = 0.1;

/// How long after its start a pod's CPU is not counted unless it has been ready all the while, seconds
/// (`--horizontal-pod-autoscaler-cpu-initialization-period`).
const CPU_INITIALIZATION: i64 = 300;

/// Within this after its start a pod that was never ready is not counted, seconds
/// (`--horizontal-pod-autoscaler-initial-readiness-delay`).
const INITIAL_READINESS: i64 = 30;

/// One pod, measured; milli-CPUs and bytes.
#[derive(Debug, Clone, Copy)]
struct One {
    request: (i64, i64),
    /// `None`: no metrics.
    used: Option<(i64, i64)>,
    pending: bool,
    /// Not counted for CPU: starting, or not ready.
    unready: bool,
}

/// The pods of a target.
#[derive(Debug, Default)]
pub struct HpaMeasure {
    pods: Vec<One>,
}

/// What a metric asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub replicas: i64,
    /// `cpu resource utilization (percentage of request)`
    pub metric: String,
}

impl HpaMeasure {
    /// Measures the pods that `selector` selects.
    pub fn of(store: &Store, load: &ClusterLoad, namespace: &str, selector: &MatchSelector, now: Timestamp) -> Self {
        let selected = store
            .in_namespace(Resource::Pods, namespace)
            .filter(|(_, pod)| selector.matches_json(&pod["metadata"]["labels"]) && pods::is_active(pod));
        let measure = |pod: &Value| {
            let used = load.of_pod(store, pod, now).map(|containers| {
                let (cpu, memory) = containers
                    .iter()
                    .fold((0, 0), |(cpu, memory), (_, usage)| (cpu + usage.cpu_nanocores, memory + usage.memory_bytes));
                ((cpu / 1_000_000) as i64, memory as i64)
            });
            let requests = pod_requests(&pod["spec"]);
            One {
                request: (requests.milli_cpu, requests.memory),
                used,
                pending: pod["status"]["phase"] == "Pending",
                unready: is_unready(pod, now),
            }
        };
        Self { pods: selected.map(|(_, pod)| measure(pod)).collect() }
    }

    /// What `spec` asks for with `current` replicas, and its status; or the words of the error.
    pub fn propose(&self, spec: &Value, current: i64) -> Result<(Proposal, Value), String> {
        if spec["type"] != "Resource" {
            return Err(format!("unable to get metric of type {}: no custom metrics API is served", spec["type"]));
        }
        let name = spec["resource"]["name"].as_str().unwrap_or_default();
        let is_cpu = match name {
            "cpu" => true,
            "memory" => false,
            _ => {
                return Err(format!(
                    "unable to get metrics for resource {name}: no metrics returned from resource metrics API"
                ));
            }
        };
        let fail = |why: &str| format!("failed to get {name} utilization: {why}");
        let pick = |pair: (i64, i64)| if is_cpu { pair.0 } else { pair.1 };
        let measured: Vec<(&One, i64)> = self.pods.iter().filter_map(|one| Some((one, pick(one.used?)))).collect();
        if measured.is_empty() {
            let why =
                format!("unable to get metrics for resource {name}: no metrics returned from resource metrics API");
            return Err(fail(&why));
        }
        let written = |amount: i64| if is_cpu { quantity::write_milli(amount) } else { amount.to_string() };
        let target = &spec["resource"]["target"];
        if let Some(percent) = target["averageUtilization"].as_i64() {
            if self.pods.iter().any(|one| pick(one.request) == 0) {
                return Err(fail(&format!("missing request for {name} in container of Pod")));
            }
            let replicas = self.replicas(is_cpu, |one| (pick(one.request) * percent) as f64 / 100.0, current);
            let counted: Vec<&(&One, i64)> = measured.iter().filter(|(one, _)| !(is_cpu && one.unready)).collect();
            let all = if counted.is_empty() { measured.iter().collect() } else { counted };
            let used: i64 = all.iter().map(|(_, used)| used).sum();
            let requested: i64 = all.iter().map(|(one, _)| pick(one.request)).sum();
            let now = used * 100 / requested.max(1);
            let status = json!({"type": "Resource", "resource": {"name": name, "current": {
                "averageUtilization": now, "averageValue": written(used / (all.len() as i64).max(1))}}});
            return Ok((
                Proposal { replicas, metric: format!("{name} resource utilization (percentage of request)") },
                status,
            ));
        }
        let text = target["averageValue"].as_str().ok_or_else(|| "invalid resource metric source".to_owned())?;
        let wanted = if is_cpu { quantity::milli_cpu(text) } else { quantity::whole(text) };
        let replicas = self.replicas(is_cpu, |_| wanted as f64, current);
        let used: i64 = measured.iter().map(|(_, used)| used).sum();
        let status = json!({"type": "Resource", "resource": {"name": name,
            "current": {"averageValue": written(used / (measured.len() as i64).max(1))}}});
        Ok((Proposal { replicas, metric: format!("{name} resource") }, status))
    }

    /// `GetResourceReplicas`: ratio of use to target over the pods that count; pods that are not ready count as using
    /// nothing when it would scale up, pods without metrics as using their target when it would scale down and nothing
    /// when it would scale up.
    fn replicas(&self, is_cpu: bool, target: impl Fn(&One) -> f64, current: i64) -> i64 {
        let pick = |pair: (i64, i64)| if is_cpu { pair.0 } else { pair.1 } as f64;
        let is_ignored = |one: &One| one.pending || (is_cpu && one.unready);
        let ready: Vec<(f64, f64)> = self
            .pods
            .iter()
            .filter(|one| !is_ignored(one))
            .filter_map(|one| Some((pick(one.used?), target(one))))
            .collect();
        let ignored: Vec<f64> = self.pods.iter().filter(|one| is_ignored(one)).map(&target).collect();
        let missing: Vec<f64> =
            self.pods.iter().filter(|one| !is_ignored(one) && one.used.is_none()).map(&target).collect();
        let sum = |pairs: &[(f64, f64)]| {
            pairs.iter().fold((0.0, 0.0), |(used, wanted), pair| (used + pair.0, wanted + pair.1))
        };
        let (used, wanted) = sum(&ready);
        if ready.is_empty() || wanted <= 0.0 {
            return current;
        }
        let ratio = used / wanted;
        let up = ratio > 1.0;
        if missing.is_empty() && (ignored.is_empty() || !up) {
            if (ratio - 1.0).abs() <= TOLERANCE {
                return current;
            }
            return (ratio * ready.len() as f64).ceil() as i64;
        }
        let mut all = ready.clone();
        all.extend(missing.iter().map(|target| (if up { 0.0 } else { *target }, *target)));
        if up {
            all.extend(ignored.iter().map(|target| (0.0, *target)));
        }
        let (used, wanted) = sum(&all);
        let again = used / wanted;
        if (again - 1.0).abs() <= TOLERANCE || (up && again < 1.0) || (!up && again > 1.0) {
            return current;
        }
        let replicas = (again * all.len() as f64).ceil() as i64;
        // The missing pods must not turn the direction round.
        if (up && replicas < current) || (!up && replicas > current) { current } else { replicas }
    }
}

/// Whether a pod's CPU is not to be counted yet (`groupPods`).
fn is_unready(pod: &Value, now: Timestamp) -> bool {
    let start = pod["status"]["startTime"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let start = start.or_else(|| metadata::creation_timestamp(pod)).unwrap_or(now);
    let (Some(ready), Some(since)) = (condition::of(pod, "Ready"), condition::since(pod, "Ready")) else { return true };
    let is_false = ready["status"] == "False";
    let plus = |seconds: i64| start.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(start);
    if plus(CPU_INITIALIZATION) > now {
        // Within the period: unless it is ready and was so for a whole window of measuring.
        return is_false || now.duration_since(since).as_secs() < 15;
    }
    is_false && plus(INITIAL_READINESS) > since
}

#[cfg(test)]
mod tests {
    use super::super::spec;
    use super::*;

    fn pods(used: &[Option<i64>], unready: usize) -> HpaMeasure {
        let one = |(at, used): (usize, &Option<i64>)| One {
            request: (1000, 1000),
            used: used.map(|used| (used, used)),
            pending: false,
            unready: at < unready,
        };
        HpaMeasure { pods: used.iter().enumerate().map(one).collect() }
    }

    fn asked(measured: &HpaMeasure, target: i64) -> i64 {
        measured.propose(&spec(target), measured.pods.len() as i64).unwrap().0.replicas
    }

    /// From upstream's `replica_calculator_test.go`.
    #[test]
    fn replicas_follow_the_ratio() {
        assert_eq!(asked(&pods(&[Some(300), Some(500), Some(700)], 0), 30), 5);
        assert_eq!(asked(&pods(&[Some(300), Some(500), Some(700)], 1), 30), 4);
        assert_eq!(asked(&pods(&[Some(400), Some(500), Some(700)], 2), 30), 3);
        assert_eq!(asked(&pods(&[Some(100), Some(300), Some(500), Some(250), Some(250)], 0), 50), 3);
        assert_eq!(asked(&pods(&[Some(100), Some(300), Some(500), Some(250), Some(250)], 2), 50), 2);
        // Within the tolerance of a tenth: 0.9 of 100 %.
        assert_eq!(asked(&pods(&[Some(1010), Some(1030), Some(1020)], 0), 100), 3);
        // Missing metrics: nothing changes where they could turn it round.
        assert_eq!(asked(&pods(&[Some(1000), None], 0), 100), 2);
        assert_eq!(asked(&pods(&[Some(1900), None], 0), 100), 2);
        assert_eq!(asked(&pods(&[Some(600), None], 0), 100), 2);
    }

    #[test]
    fn words_and_numbers_of_the_status() {
        let (proposal, status) = pods(&[Some(300), Some(500), Some(700)], 0).propose(&spec(30), 3).unwrap();
        assert_eq!(proposal.metric, "cpu resource utilization (percentage of request)");
        assert_eq!(status["resource"]["current"], json!({"averageUtilization": 50, "averageValue": "500m"}));
        let none = HpaMeasure { pods: Vec::new() }.propose(&spec(30), 3).unwrap_err();
        assert_eq!(
            none,
            "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API"
        );
    }
}
