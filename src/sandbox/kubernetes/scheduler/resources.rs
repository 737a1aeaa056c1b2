//! What a pod asks for and a node has: milli-CPUs, bytes, and extended resources in whole units.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::quantity;

/// What the scheduler counts for a container that requests no CPU, when it scores (never when it filters): 100m.
pub const UNSAID_MILLI_CPU: i64 = 100;
/// The same for memory: 200 MiB.
pub const UNSAID_MEMORY: i64 = 200 << 20;

/// An amount of each resource that is scheduled by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    pub milli_cpu: i64,
    /// Bytes.
    pub memory: i64,
    /// Bytes of `ephemeral-storage`.
    pub ephemeral: i64,
    /// Whole units by name: `nvidia.com/gpu`, `vpc.amazonaws.com/pod-eni`.
    pub extended: BTreeMap<String, i64>,
}

impl Resources {
    /// Reads a resource list (`{"cpu": "250m", …}`); what is absent is zero. `pods` is left out: see
    /// [`NodeInfo`](super::node::NodeInfo).
    #[must_use]
    pub fn read(list: &Value) -> Self {
        let mut read = Self::default();
        for (name, amount) in list.as_object().into_iter().flatten() {
            let amount = quantity_of(amount);
            match name.as_str() {
                "cpu" => read.milli_cpu = amount.milli(),
                "memory" => read.memory = amount.value(),
                "ephemeral-storage" => read.ephemeral = amount.value(),
                "pods" => {}
                _ => {
                    read.extended.insert(name.clone(), amount.value());
                }
            }
        }
        read
    }

    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        self.milli_cpu += other.milli_cpu;
        self.memory += other.memory;
        self.ephemeral += other.ephemeral;
        for (name, amount) in &other.extended {
            *self.extended.entry(name.clone()).or_default() += amount;
        }
    }

    /// Takes `other` away.
    pub fn subtract(&mut self, other: &Self) {
        self.milli_cpu -= other.milli_cpu;
        self.memory -= other.memory;
        self.ephemeral -= other.ephemeral;
        for (name, amount) in &other.extended {
            *self.extended.entry(name.clone()).or_default() -= amount;
        }
    }

    /// Raises each amount to `other`'s where that is larger.
    pub fn raise_to(&mut self, other: &Self) {
        self.milli_cpu = self.milli_cpu.max(other.milli_cpu);
        self.memory = self.memory.max(other.memory);
        self.ephemeral = self.ephemeral.max(other.ephemeral);
        for (name, amount) in &other.extended {
            let mine = self.extended.entry(name.clone()).or_default();
            *mine = (*mine).max(*amount);
        }
    }

    /// Whether `self` is at most `other` in every resource.
    #[must_use]
    pub fn fits_in(&self, other: &Self) -> bool {
        self.milli_cpu <= other.milli_cpu
            && self.memory <= other.memory
            && self.ephemeral <= other.ephemeral
            && self.extended.iter().all(|(name, amount)| *amount <= other.extended.get(name).copied().unwrap_or(0))
    }
}

/// A quantity that may be written as a number.
fn quantity_of(value: &Value) -> quantity::Amount {
    match value {
        Value::String(text) => quantity::Amount::parse(text).unwrap_or_default(),
        Value::Number(number) => quantity::Amount::parse(&number.to_string()).unwrap_or_default(),
        _ => quantity::Amount::default(),
    }
}

/// What a container requests; a limit stands for a request that is not said, as the API server's defaulting has it.
#[must_use]
pub fn container_requests(container: &Value) -> Resources {
    let resources = &container["resources"];
    let requests = &resources["requests"];
    let mut asked = Resources::read(requests);
    let limits = Resources::read(&resources["limits"]);
    let said = |name: &str| !requests[name].is_null();
    if !said("cpu") {
        asked.milli_cpu = limits.milli_cpu;
    }
    if !said("memory") {
        asked.memory = limits.memory;
    }
    if !said("ephemeral-storage") {
        asked.ephemeral = limits.ephemeral;
    }
    for (name, amount) in limits.extended {
        asked.extended.entry(name).or_insert(amount);
    }
    asked
}

/// Whether an init container is a sidecar: it goes on running beside the containers.
fn is_sidecar(container: &Value) -> bool {
    container["restartPolicy"] == "Always"
}

/// What a pod spec requests as a whole: containers and sidecars summed, or the largest init container with the sidecars
/// that are started before it, whichever is more; and the overhead.
#[must_use]
pub fn pod_requests(spec: &Value) -> Resources {
    total(spec, container_requests)
}

/// The same with [`UNSAID_MILLI_CPU`] and [`UNSAID_MEMORY`] for what is not said: what nodes are scored by.
#[must_use]
pub fn pod_requests_for_scoring(spec: &Value) -> Resources {
    total(spec, |container| {
        let mut asked = container_requests(container);
        if asked.milli_cpu == 0 {
            asked.milli_cpu = UNSAID_MILLI_CPU;
        }
        if asked.memory == 0 {
            asked.memory = UNSAID_MEMORY;
        }
        asked
    })
}

fn total(spec: &Value, asks: impl Fn(&Value) -> Resources) -> Resources {
    let mut running = Resources::default();
    for container in spec["containers"].as_array().into_iter().flatten() {
        running.add(&asks(container));
    }
    let (mut sidecars, mut peak) = (Resources::default(), Resources::default());
    for container in spec["initContainers"].as_array().into_iter().flatten() {
        let mut at_this_point = asks(container);
        if is_sidecar(container) {
            sidecars.add(&at_this_point);
            peak.raise_to(&sidecars);
        } else {
            at_this_point.add(&sidecars);
            peak.raise_to(&at_this_point);
        }
    }
    running.add(&sidecars);
    running.raise_to(&peak);
    running.add(&Resources::read(&spec["overhead"]));
    running
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of the sidecar KEP: init containers count with the sidecars started before them alone.
    #[test]
    fn a_pod_asks_for_its_containers_or_its_largest_init_container() {
        let ask = |cpu: &str| json!({"requests": {"cpu": cpu}});
        let spec = json!({
            "containers": [{"resources": ask("500m")}, {"resources": ask("300m")}],
            "initContainers": [
                {"resources": ask("900m")},
                {"resources": ask("200m"), "restartPolicy": "Always"},
                {"resources": ask("850m")},
            ],
            "overhead": {"cpu": "10m"},
        });
        assert_eq!(pod_requests(&spec).milli_cpu, 1060);
        let without = json!({"containers": [{"resources": ask("500m")}]});
        assert_eq!(pod_requests(&without).milli_cpu, 500);
    }

    #[test]
    fn a_limit_stands_for_a_request() {
        let limited = json!({"resources": {"limits": {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "1"}, "requests": {"cpu": "250m"}}});
        let asked = container_requests(&limited);
        assert_eq!((asked.milli_cpu, asked.memory, asked.extended["nvidia.com/gpu"]), (250, 1 << 30, 1));
    }

    #[test]
    fn nothing_said_counts_when_scoring_alone() {
        let spec = json!({"containers": [{"name": "a"}, {"name": "b"}]});
        assert_eq!(pod_requests(&spec), Resources::default());
        let scored = pod_requests_for_scoring(&spec);
        assert_eq!((scored.milli_cpu, scored.memory), (200, 400 << 20));
    }
}
