//! A node as the kubelet of an instance registers it, with the labels that the cloud controller gives it.

use super::{Cloud, CloudInstance};
use crate::domain::quantity::{write_bytes, write_milli, write_whole};
use crate::sandbox::kubernetes::controllers::chance;
use crate::sandbox::kubernetes::instance_types::Amounts;
use crate::sandbox::kubernetes::store::metadata;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What a kubelet says before its network plugin runs.
const NO_NETWORK: &str = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady \
                          message:Network plugin returns error: cni plugin not initialized";

/// The kubelet of EKS's AL2023 image for Kubernetes 1.33.
pub const KUBELET: &str = "v1.33.5-eks-113cf36";

/// Registered, and not ready: the network plugin has not started.
pub fn fresh_node(instance: &CloudInstance, cloud: &Cloud, now: Timestamp) -> Value {
    let mut node = node(instance, cloud, now);
    node["spec"]["taints"] =
        json!([{ "key": "node.kubernetes.io/not-ready", "effect": "NoSchedule", "timeAdded": metadata::time(now) }]);
    instance.user_data.apply(&mut node);
    condition(&mut node, ("Ready", "False", "KubeletNotReady", NO_NETWORK), now);
    node
}

/// One that has been up for a time, as a node group's.
pub fn ready_node(instance: &CloudInstance, cloud: &Cloud, now: Timestamp) -> Value {
    let mut node = node(instance, cloud, now);
    instance.user_data.apply(&mut node);
    condition(&mut node, ("Ready", "True", "KubeletReady", "kubelet is posting ready status"), now);
    node
}

fn condition(node: &mut Value, (kind, status, reason, message): (&str, &str, &str, &str), now: Timestamp) {
    let one = json!({
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastHeartbeatTime": metadata::time(now),
        "lastTransitionTime": metadata::time(now),
    });
    if let Some(list) = node["status"]["conditions"].as_array_mut() {
        list.push(one);
    }
}

/// What a machine calls itself. The same for the same instance.
struct MachineIds {
    /// A UUID that begins with `ec2`, as Xen and Nitro give it; the machine's id is the same without dashes.
    system: String,
    /// Another one for each start of the machine.
    boot: String,
}

impl MachineIds {
    fn of(instance: &CloudInstance, seed: u64) -> Self {
        let mut system = chance::uuid(seed, &["system", &instance.id]);
        system.replace_range(..3, "ec2");
        Self { system, boot: chance::uuid(seed, &["boot", &instance.id]) }
    }
}

fn amounts(one: Amounts) -> Value {
    json!({
        "cpu": write_milli(one.cpu_milli),
        "ephemeral-storage": write_bytes(one.ephemeral),
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": write_bytes(one.memory),
        "pods": write_whole(one.pods),
    })
}

fn node(instance: &CloudInstance, cloud: &Cloud, now: Timestamp) -> Value {
    let kind = instance.kind;
    let capacity = kind.reported_capacity();
    let name = &instance.host_name;
    let zone_id = cloud.zone(&instance.zone).map_or("", |zone| zone.id.as_str());
    let machine = MachineIds::of(instance, cloud.seed);
    let mut node = json!({
        "metadata": {
            "name": name,
            "labels": {
                "beta.kubernetes.io/arch": kind.arch.name(),
                "beta.kubernetes.io/instance-type": kind.name,
                "beta.kubernetes.io/os": "linux",
                "failure-domain.beta.kubernetes.io/region": cloud.region,
                "failure-domain.beta.kubernetes.io/zone": instance.zone,
                "kubernetes.io/arch": kind.arch.name(),
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": kind.name,
                "topology.ebs.csi.aws.com/zone": instance.zone,
                "topology.k8s.aws/zone-id": zone_id,
                "topology.kubernetes.io/region": cloud.region,
                "topology.kubernetes.io/zone": instance.zone,
            },
            "annotations": {
                "alpha.kubernetes.io/provided-node-ip": instance.address,
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "spec": { "providerID": instance.provider_id() },
        "status": {
            "addresses": [
                { "type": "InternalIP", "address": instance.address },
                { "type": "InternalDNS", "address": name },
                { "type": "Hostname", "address": name },
            ],
            "capacity": amounts(capacity),
            "allocatable": amounts(kind.allocatable(capacity)),
            "conditions": [],
            "daemonEndpoints": { "kubeletEndpoint": { "Port": 10250 } },
            "nodeInfo": {
                "architecture": kind.arch.name(),
                "bootID": machine.boot,
                "containerRuntimeVersion": "containerd://1.7.29",
                "kernelVersion": "6.12.46-66.121.amzn2023.x86_64",
                "kubeProxyVersion": KUBELET,
                "kubeletVersion": KUBELET,
                "machineID": machine.system.replace('-', ""),
                "operatingSystem": "linux",
                "osImage": "Amazon Linux 2023.9.20251014",
                "systemUUID": machine.system,
            },
        },
    });
    if kind.arch.name() == "arm64" {
        node["status"]["nodeInfo"]["kernelVersion"] = "6.12.46-66.121.amzn2023.aarch64".into();
    }
    for one in [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ] {
        condition(&mut node, one, now);
    }
    node
}

#[cfg(test)]
mod tests {
    use super::super::{CapacityType, Zone};
    use super::*;
    use crate::sandbox::kubernetes::instance_types::InstanceType;

    fn is_hex(text: &str, digits: usize) -> bool {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }

    fn is_uuid(text: &str) -> bool {
        let parts: Vec<&str> = text.split('-').collect();
        parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, digits)| is_hex(part, digits))
    }

    #[test]
    fn a_machine_is_called_as_ec2_calls_its_own() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let zone =
            Zone { name: "eu-west-1a".into(), id: "euw1-az1".into(), subnet: "subnet-1".into(), network: (0, 32) };
        let mut cloud = Cloud::new("eu-west-1", "444455556666", vec![zone.clone()], 3);
        let kind = InstanceType::named("m6i.large").unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let instance = cloud.adopt(kind, &zone, CapacityType::OnDemand, "ami-1", now);
            assert!(is_hex(instance.id.strip_prefix("i-").unwrap(), 17), "{}", instance.id);
            let node = ready_node(&instance, &cloud, now);
            let info = |field: &str| node["status"]["nodeInfo"][field].as_str().unwrap().to_owned();
            let (machine, system, boot) = (info("machineID"), info("systemUUID"), info("bootID"));
            assert!(is_hex(&machine, 32) && is_uuid(&system) && is_uuid(&boot), "{machine} {system} {boot}");
            assert!(system.starts_with("ec2"), "{system}");
            assert_eq!(machine, system.replace('-', ""));
            assert_eq!(ready_node(&instance, &cloud, now), node);
            seen.extend([instance.id, system, boot]);
        }
        assert_eq!(seen.len(), 60);
    }
}
