//! A cluster of a thousand nodes and ten thousand pods in which something is written a hundred times a second,
//! made directly: nothing but the noise moves it.

use crate::sandbox::kubernetes::cloud::{CapacityType, Cloud, Zone, ready_node};
use crate::sandbox::kubernetes::instance_types::INSTANCE_TYPES;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How large it is, and how loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoisyCluster {
    pub nodes: usize,
    pub pods: usize,
    /// Writes a second, events among them.
    pub writes: u32,
}

impl Default for NoisyCluster {
    fn default() -> Self {
        Self { nodes: 1_000, pods: 10_000, writes: 100 }
    }
}

/// What kubelets say.
const SAID: [(&str, &str, &str); 4] = [
    ("Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"),
    ("Normal", "Pulled", "Container image already present on machine"),
    ("Normal", "Created", "Created container"),
    ("Normal", "Started", "Started container"),
];

/// Pods of one workload.
const REPLICAS: usize = 25;

impl NoisyCluster {
    /// The cluster, and what makes its noise.
    pub fn build(self, now: Timestamp) -> (Store, Chatter) {
        let mut store = Store::new(0x9015e);
        let zone = |(letter, third): (&str, u8)| Zone {
            name: format!("eu-west-1{letter}"),
            id: format!("euw1-{letter}"),
            subnet: format!("subnet-{letter}"),
            network: (50, third),
        };
        let zones: Vec<Zone> = [("a", 0), ("b", 64), ("c", 128)].into_iter().map(zone).collect();
        let mut cloud = Cloud::new("eu-west-1", "444455556666", zones, 9);
        let namespaces = self.pods.div_ceil(REPLICAS * 8).max(1);
        for at in 0..namespaces {
            let object = json!({ "metadata": { "name": format!("team-{at:02}") }, "status": { "phase": "Active" } });
            let _ = store.create(Resource::Namespaces, "", object, now);
        }
        let large: Vec<_> = INSTANCE_TYPES.iter().filter(|kind| kind.vcpus >= 8).collect();
        let mut names = Vec::with_capacity(self.nodes);
        for at in 0..self.nodes {
            let zone = cloud.zones[at % 3].clone();
            let kind = large[at % large.len()];
            let spot = if at % 3 == 0 { CapacityType::Spot } else { CapacityType::OnDemand };
            let age = SignedDuration::from_secs(3_600 + (at as i64 * 7_919) % 900_000);
            let born = now.checked_sub(age).unwrap_or(now);
            let instance = cloud.adopt(kind, &zone, spot, "ami-0c2d8e4f6a1b97530", born);
            let mut node = ready_node(&instance, &cloud, now);
            node["metadata"]["creationTimestamp"] = metadata::time(born).into();
            for (label, value) in [
                ("karpenter.sh/nodepool", ["general", "compute", "memory", "spot"][at % 4]),
                ("karpenter.sh/capacity-type", spot.name()),
                ("karpenter.sh/initialized", "true"),
                ("karpenter.sh/registered", "true"),
            ] {
                node["metadata"]["labels"][label] = value.into();
            }
            names.push(instance.host_name.clone());
            let _ = store.insert(Resource::Nodes, "", node, now);
        }
        let mut pods = Vec::with_capacity(self.pods);
        for at in 0..self.pods {
            let workload = at / REPLICAS;
            let namespace = format!("team-{:02}", workload % namespaces);
            let node = names.get(at % names.len().max(1)).map_or("", String::as_str);
            let pod = pod(&format!("service-{workload:03}"), at, node, now);
            if let Ok(pod) = store.insert(Resource::Pods, &namespace, pod, now) {
                pods.push(ObjectKey::of(Resource::Pods, &pod));
            }
        }
        let chatter = Chatter { nodes: names, pods, writes: self.writes.max(1), turn: 0, next: now };
        (store, chatter)
    }
}

fn pod(workload: &str, at: usize, node: &str, now: Timestamp) -> Value {
    let started = metadata::time(now.checked_sub(SignedDuration::from_secs(600 + at as i64)).unwrap_or(now));
    let name = format!("{workload}-{:05x}-{:05}", at * 2_654_435_761 % 0xf_ffff, at);
    let condition = |kind: &str| json!({ "type": kind, "status": "True", "lastTransitionTime": started });
    json!({
        "metadata": {
            "name": name,
            "creationTimestamp": started,
            "labels": { "app.kubernetes.io/name": workload, "pod-template-hash": format!("{:05x}", at % 97) },
        },
        "spec": {
            "nodeName": node,
            "containers": [{
                "name": workload,
                "image": format!("333344445555.dkr.ecr.eu-west-1.amazonaws.com/{workload}:1.{}.0", at % 40),
                "resources": { "requests": { "cpu": "250m", "memory": "512Mi" }, "limits": { "memory": "512Mi" } },
            }],
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
        },
        "status": {
            "phase": "Running",
            "podIP": format!("10.50.{}.{}", at / 250 % 250, at % 250),
            "qosClass": "Burstable",
            "startTime": started,
            "conditions": [condition("PodScheduled"), condition("Initialized"), condition("ContainersReady"), condition("Ready")],
            "containerStatuses": [{
                "name": workload,
                "ready": true,
                "started": true,
                "restartCount": 0,
                "state": { "running": { "startedAt": started } },
            }],
        },
    })
}

/// Writes so many times a second: heartbeats of nodes, restarts of containers, events.
#[derive(Debug)]
pub struct Chatter {
    nodes: Vec<String>,
    pods: Vec<ObjectKey>,
    writes: u32,
    turn: u64,
    next: Timestamp,
}

impl Chatter {
    fn write(&mut self, store: &mut Store, now: Timestamp) {
        self.turn += 1;
        let at = (self.turn as usize).wrapping_mul(7_919);
        let time = metadata::time(now);
        match self.turn % 10 {
            0..=3 if !self.pods.is_empty() => {
                let key = self.pods[at % self.pods.len()].clone();
                let _ = store.update(&key, now, |pod| {
                    let status = &mut pod["status"]["containerStatuses"][0];
                    status["restartCount"] = (status["restartCount"].as_i64().unwrap_or(0) + 1).into();
                    status["state"] = json!({ "running": { "startedAt": time } });
                });
            }
            4..=6 if !self.nodes.is_empty() => {
                let key = ObjectKey::cluster(Resource::Nodes, &self.nodes[at % self.nodes.len()]);
                let _ = store.update(&key, now, |node| {
                    for one in node["status"]["conditions"].as_array_mut().into_iter().flatten() {
                        one["lastHeartbeatTime"] = time.clone().into();
                    }
                });
            }
            _ => self.event(store, at, now),
        }
    }

    fn event(&self, store: &mut Store, at: usize, now: Timestamp) {
        let Some(key) = self.pods.get(at % self.pods.len().max(1)) else { return };
        let Some(pod) = store.get(key).cloned() else { return };
        let time = metadata::time(now);
        let (kind, reason, message) = SAID[at % SAID.len()];
        let event = json!({
            "metadata": { "name": format!("{}.{:x}{:x}", key.name, now.as_millisecond(), self.turn) },
            "involvedObject": {
                "apiVersion": "v1", "kind": "Pod", "namespace": &*key.namespace, "name": &*key.name,
                "uid": metadata::uid(&pod),
            },
            "type": kind,
            "reason": reason,
            "message": message,
            "source": { "component": "kubelet", "host": metadata::node_name(&pod) },
            "count": 1, "firstTimestamp": time, "lastTimestamp": time,
        });
        let _ = store.create(Resource::Events, &key.namespace, event, now);
        // They live an hour; so that the store does not grow without end, the oldest of a namespace goes early.
        let oldest = store.in_namespace(Resource::Events, &key.namespace).nth(400).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest {
            let _ = store.delete(&oldest, now, &crate::sandbox::kubernetes::store::DeleteOptions::default());
        }
    }
}

impl Controller for Chatter {
    fn name(&self) -> &'static str {
        "chatter"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        let pause = SignedDuration::from_micros(1_000_000 / i64::from(self.writes));
        while self.next <= now {
            self.write(store, now);
            self.next = self.next.checked_add(pause).ok()?;
        }
        Some(self.next)
    }
}
