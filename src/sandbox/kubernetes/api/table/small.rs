//! Kinds with little to say: namespaces, services, claims of storage, leases and the like.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::store::metadata;
use super::age;
use super::cell::{each, labels, name, number, text, text_or};
use super::column::{AGE, NAME, PrinterColumn, SELECTOR, text as column};

pub(super) const PLAIN: &[PrinterColumn] = &[NAME, AGE];
pub(super) const NAMESPACE: &[PrinterColumn] = &[NAME, column("Status", "Active or Terminating."), AGE];
pub(super) const CONFIG_MAP: &[PrinterColumn] = &[NAME, column("Data", "How many keys it has."), AGE];
pub(super) const SERVICE_ACCOUNT: &[PrinterColumn] = &[NAME, column("Secrets", "How many secrets it may use."), AGE];
pub(super) const LEASE: &[PrinterColumn] = &[NAME, column("Holder", "Who holds it."), AGE];
pub(super) const SERVICE: &[PrinterColumn] = &[
    NAME,
    column("Type", "How it is reached."),
    column("Cluster-IP", "Its address in the cluster."),
    column("External-IP", "Its addresses from outside."),
    column("Port(s)", "Its ports."),
    AGE,
    SELECTOR,
];
pub(super) const VOLUME_CLAIM: &[PrinterColumn] = &[
    NAME,
    column("Status", "Whether it has a volume."),
    column("Volume", "The volume."),
    column("Capacity", "The volume's size."),
    column("Access Modes", "How it may be mounted."),
    column("StorageClass", "Its class."),
    column("VolumeAttributesClass", "Its class of attributes."),
    AGE,
    column("VolumeMode", "A file system or a block device.").wide(),
];

pub(super) fn plain(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), age::of(object, now)]
}

pub(super) fn namespace(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), text(&object["status"]["phase"]).into(), age::of(object, now)]
}

pub(super) fn config_map(object: &Value, now: Timestamp) -> Vec<Value> {
    let keys = |field: &str| object[field].as_object().map_or(0, serde_json::Map::len);
    vec![name(object), (keys("data") + keys("binaryData")).into(), age::of(object, now)]
}

pub(super) fn service_account(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), each(&object["secrets"]).count().into(), age::of(object, now)]
}

pub(super) fn lease(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), text(&object["spec"]["holderIdentity"]).into(), age::of(object, now)]
}

pub(super) fn service(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = &object["spec"];
    let kind = text_or(&spec["type"], "ClusterIP");
    vec![
        name(object),
        kind.into(),
        text_or(&spec["clusterIPs"][0], text_or(&spec["clusterIP"], "<none>")).into(),
        external(object, kind).into(),
        ports(&spec["ports"]).into(),
        age::of(object, now),
        labels(&spec["selector"]).into(),
    ]
}

/// `getServiceExternalIP`; whole, as the server has it: kubectl does not cut it either.
fn external(service: &Value, kind: &str) -> String {
    let given: Vec<&str> = each(&service["spec"]["externalIPs"]).map(text).collect();
    let (mut all, nothing) = match kind {
        "ClusterIP" | "NodePort" => (Vec::new(), "<none>"),
        "LoadBalancer" => {
            let points = each(&service["status"]["loadBalancer"]["ingress"]);
            let points: BTreeSet<&str> = points.map(|one| text_or(&one["ip"], text(&one["hostname"]))).collect();
            (points.into_iter().filter(|point| !point.is_empty()).collect(), "<pending>")
        }
        "ExternalName" => return text(&service["spec"]["externalName"]).to_owned(),
        _ => return "<unknown>".to_owned(),
    };
    all.extend(given);
    if all.is_empty() { nothing.to_owned() } else { all.join(",") }
}

fn ports(ports: &Value) -> String {
    let said = |port: &Value| {
        let protocol = text_or(&port["protocol"], "TCP");
        match (number(&port["port"]), number(&port["nodePort"])) {
            (port, 0) => format!("{port}/{protocol}"),
            (port, node) => format!("{port}:{node}/{protocol}"),
        }
    };
    let all: Vec<String> = each(ports).map(said).collect();
    if all.is_empty() { "<none>".to_owned() } else { all.join(",") }
}

pub(super) fn volume_claim(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let phase = if metadata::is_terminating(object) { "Terminating" } else { text(&status["phase"]) };
    let volume = text(&spec["volumeName"]);
    let (capacity, modes) = if volume.is_empty() {
        (String::new(), String::new())
    } else {
        (text_or(&status["capacity"]["storage"], "0").to_owned(), modes(&status["accessModes"]))
    };
    let class = metadata::annotation(object, "volume.beta.kubernetes.io/storage-class");
    vec![
        name(object),
        phase.into(),
        volume.into(),
        capacity.into(),
        modes.into(),
        class.unwrap_or_else(|| text(&spec["storageClassName"])).into(),
        text_or(&spec["volumeAttributesClassName"], "<unset>").into(),
        age::of(object, now),
        text_or(&spec["volumeMode"], "<unset>").into(),
    ]
}

fn modes(modes: &Value) -> String {
    let short =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let there = short.iter().filter(|(mode, _)| each(modes).any(|one| one == mode));
    there.map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    /// Upstream's cases (`TestPrintService`, `TestPrintServiceLoadBalancer`).
    #[test]
    fn a_service_tells_how_it_is_reached() {
        let ip = |ip: &str| json!({"ip": ip});
        for (spec, ingress, said) in [
            (
                json!({"type": "ClusterIP", "clusterIPs": ["10.9.8.7"], "ports": [{"port": 2233, "protocol": "TCP"}],
                       "selector": {"foo": "bar"}}),
                json!([]),
                json!(["ClusterIP", "10.9.8.7", "<none>", "2233/TCP", "foo=bar"]),
            ),
            (
                json!({"type": "NodePort", "clusterIPs": ["10.9.8.7"],
                       "ports": [{"port": 8888, "nodePort": 9999, "protocol": "TCP"}]}),
                json!([]),
                json!(["NodePort", "10.9.8.7", "<none>", "8888:9999/TCP", "<none>"]),
            ),
            (
                json!({"type": "LoadBalancer", "clusterIPs": ["1.2.3.4"], "ports": [{"port": 80}]}),
                json!([ip("2.3.4.5"), ip("3.4.5.6"), ip("2.3.4.5")]),
                json!(["LoadBalancer", "1.2.3.4", "2.3.4.5,3.4.5.6", "80/TCP", "<none>"]),
            ),
            (
                json!({"type": "LoadBalancer", "externalIPs": ["4.3.2.1"]}),
                json!([{"hostname": "long.example.com"}]),
                json!(["LoadBalancer", "<none>", "long.example.com,4.3.2.1", "<none>", "<none>"]),
            ),
            (
                json!({"type": "LoadBalancer"}),
                json!(null),
                json!(["LoadBalancer", "<none>", "<pending>", "<none>", "<none>"]),
            ),
            (
                json!({"type": "ExternalName", "externalName": "x.example.com"}),
                json!(null),
                json!(["ExternalName", "<none>", "x.example.com", "<none>", "<none>"]),
            ),
            (json!({}), json!(null), json!(["ClusterIP", "<none>", "<none>", "<none>", "<none>"])),
        ] {
            let object = json!({"spec": spec, "status": {"loadBalancer": {"ingress": ingress}}});
            let mut row = service(&object, now());
            assert_eq!(row.len(), SERVICE.len());
            row.remove(5);
            assert_eq!(Value::from(row[1..].to_vec()), said);
        }
    }

    /// Upstream's cases (`TestPrintPersistentVolumeClaim`).
    #[test]
    fn a_claim_tells_of_its_volume_once_it_has_one() {
        let bound = json!({
            "metadata": {"name": "test1"},
            "spec": {"volumeName": "my-volume", "volumeMode": "Filesystem", "storageClassName": "gp3"},
            "status": {"phase": "Bound", "accessModes": ["ReadOnlyMany", "ReadWriteOnce"], "capacity": {"storage": "4Gi"}},
        });
        let said =
            json!(["test1", "Bound", "my-volume", "4Gi", "RWO,ROX", "gp3", "<unset>", "<unknown>", "Filesystem"]);
        assert_eq!((Value::from(volume_claim(&bound, now())), VOLUME_CLAIM.len()), (said, 9));
        let waits = json!({"metadata": {"name": "t"}, "spec": {}, "status": {"phase": "Pending"}});
        let said = json!(["t", "Pending", "", "", "", "", "<unset>", "<unknown>", "<unset>"]);
        assert_eq!(Value::from(volume_claim(&waits, now())), said);
    }

    #[test]
    fn little_is_said_of_small_things() {
        let object = json!({
            "metadata": {"name": "x", "creationTimestamp": "2026-11-22T01:00:00Z"}, "data": {"a": "1", "b": "2"},
            "binaryData": {"c": ""}, "secrets": [{}], "spec": {"holderIdentity": "n1"}, "status": {"phase": "Active"},
        });
        assert_eq!(Value::from(plain(&object, now())), json!(["x", "120m"]));
        assert_eq!(Value::from(namespace(&object, now())), json!(["x", "Active", "120m"]));
        assert_eq!(Value::from(config_map(&object, now())), json!(["x", 3, "120m"]));
        assert_eq!(Value::from(service_account(&object, now())), json!(["x", 1, "120m"]));
        assert_eq!(Value::from(lease(&object, now())), json!(["x", "n1", "120m"]));
    }
}
