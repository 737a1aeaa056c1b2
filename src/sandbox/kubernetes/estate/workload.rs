//! Workloads as objects: Deployments, StatefulSets, DaemonSets with what belongs to them.

use serde_json::{Value, json};

/// Shared services' registry.
const REGISTRY: &str = "333344445555.dkr.ecr.eu-west-1.amazonaws.com";

/// Where pods may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadPlace {
    /// The managed node group.
    System,
    /// The pool without a taint, spot or not.
    General,
    /// The same, never on spot.
    OnDemand,
    Compute,
    Memory,
    Spot,
}

/// How pods are spread over zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadSpread {
    None,
    /// Where it can be had.
    Wished,
    /// Or not at all.
    Required,
}

/// One workload.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    pub namespace: &'static str,
    pub name: &'static str,
    pub image: &'static str,
    /// Milli-CPU and MiB of each pod.
    pub cpu: i64,
    pub memory: i64,
    pub place: WorkloadPlace,
    pub spread: WorkloadSpread,
    /// Its image is built for amd64 alone.
    pub amd64: bool,
    /// `system-cluster-critical` and its like.
    pub priority: Option<&'static str>,
}

impl Workload {
    /// `app.kubernetes.io/name` and whatever tells two colours apart.
    pub fn labels(&self) -> Value {
        let mut labels = json!({ "app.kubernetes.io/name": self.app(), "app.kubernetes.io/managed-by": "argocd" });
        if let Some(colour) = self.colour() {
            labels["colour"] = colour.into();
        }
        labels
    }

    /// The application's name, without a colour.
    pub fn app(&self) -> &'static str {
        self.colour().map_or(self.name, |colour| &self.name[..self.name.len() - colour.len() - 1])
    }

    /// `blue` or `green`, of a workload that is released so.
    pub fn colour(&self) -> Option<&'static str> {
        ["blue", "green"].into_iter().find(|colour| self.name.ends_with(&format!("-{colour}")))
    }

    /// The selector of its pods.
    pub fn selector(&self) -> Value {
        let mut selector = json!({ "app.kubernetes.io/name": self.app() });
        if let Some(colour) = self.colour() {
            selector["colour"] = colour.into();
        }
        json!({ "matchLabels": selector })
    }

    /// A Deployment of so many pods.
    pub fn deployment(&self, replicas: i64) -> Value {
        json!({
            "metadata": { "name": self.name, "labels": self.labels() },
            "spec": {
                "replicas": replicas,
                "progressDeadlineSeconds": 600,
                "revisionHistoryLimit": 5,
                "selector": self.selector(),
                "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } },
                "template": self.template(),
            },
        })
    }

    /// A StatefulSet of so many pods, without volumes.
    pub fn stateful_set(&self, replicas: i64) -> Value {
        json!({
            "metadata": { "name": self.name, "labels": self.labels() },
            "spec": {
                "replicas": replicas,
                "podManagementPolicy": "Parallel",
                "revisionHistoryLimit": 5,
                "serviceName": self.name,
                "selector": self.selector(),
                "updateStrategy": { "type": "RollingUpdate", "rollingUpdate": { "partition": 0 } },
                "template": self.template(),
            },
        })
    }

    /// A DaemonSet that runs everywhere.
    pub fn daemon_set(&self) -> Value {
        let mut template = self.template();
        let spec = &mut template["spec"];
        spec["tolerations"] = json!([{ "operator": "Exists" }]);
        if let Some(spec) = spec.as_object_mut() {
            spec.remove("nodeSelector");
            spec.remove("affinity");
            spec.remove("topologySpreadConstraints");
        }
        json!({
            "metadata": { "name": self.name, "labels": self.labels() },
            "spec": {
                "revisionHistoryLimit": 5,
                "selector": self.selector(),
                "updateStrategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 0, "maxUnavailable": "10%" } },
                "template": template,
            },
        })
    }

    fn template(&self) -> Value {
        let image = if self.image.contains('/') { self.image.to_owned() } else { format!("{REGISTRY}/{}", self.image) };
        let mut template = json!({
            "metadata": { "labels": self.labels() },
            "spec": {
                "containers": [{
                    "name": self.app(),
                    "image": image,
                    "imagePullPolicy": "IfNotPresent",
                    "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }],
                    "resources": {
                        "requests": { "cpu": format!("{}m", self.cpu), "memory": format!("{}Mi", self.memory) },
                        "limits": { "memory": format!("{}Mi", self.memory) },
                    },
                    "terminationMessagePath": "/dev/termination-log",
                    "terminationMessagePolicy": "File",
                }],
                "dnsPolicy": "ClusterFirst",
                "restartPolicy": "Always",
                "schedulerName": "default-scheduler",
                "securityContext": {},
                "serviceAccountName": self.app(),
                "terminationGracePeriodSeconds": 30,
            },
        });
        let spec = &mut template["spec"];
        if let Some(priority) = self.priority {
            spec["priorityClassName"] = priority.into();
            spec["priority"] = if priority == "system-node-critical" { 2_000_001_000 } else { 2_000_000_000 }.into();
        }
        self.place(spec);
        if self.spread != WorkloadSpread::None {
            let hard = self.spread == WorkloadSpread::Required;
            spec["topologySpreadConstraints"] = json!([{
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": if hard { "DoNotSchedule" } else { "ScheduleAnyway" },
                "labelSelector": self.selector(),
            }]);
        }
        template
    }

    fn place(&self, spec: &mut Value) {
        let tolerates =
            |name: &str| json!([{ "key": "workload", "operator": "Equal", "value": name, "effect": "NoSchedule" }]);
        match self.place {
            WorkloadPlace::General => {}
            WorkloadPlace::OnDemand => {
                spec["nodeSelector"] = json!({ "karpenter.sh/capacity-type": "on-demand", "workload": "general" });
            }
            WorkloadPlace::System => {
                spec["nodeSelector"] = json!({ "eks.amazonaws.com/nodegroup": "system" });
                spec["tolerations"] = json!([{ "key": "CriticalAddonsOnly", "operator": "Exists" }]);
            }
            // Spot is wished for, and the general pool does where there is none.
            WorkloadPlace::Spot => spec["tolerations"] = tolerates("spot"),
            WorkloadPlace::Compute => {
                spec["nodeSelector"] = json!({ "workload": "compute" });
                spec["tolerations"] = tolerates("compute");
            }
            WorkloadPlace::Memory => {
                spec["nodeSelector"] = json!({ "workload": "memory" });
                spec["tolerations"] = tolerates("memory");
            }
        }
        if self.amd64 {
            spec["nodeSelector"]["kubernetes.io/arch"] = "amd64".into();
        }
    }
}
