//! Custom resources: the columns that their definitions name (`additionalPrinterColumns`), and how the server fills
//! them (apiextensions-apiserver, `tableconvertor`).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::resources::Resource;
use super::column::{NAME, PrinterColumn};
use super::{age, cell, path};

/// A column of a custom resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct CustomColumn {
    name: &'static str,
    /// `string`, `integer` or `date`.
    kind: &'static str,
    path: &'static str,
    priority: u8,
}

const fn string(name: &'static str, path: &'static str) -> CustomColumn {
    CustomColumn { name, kind: "string", path, priority: 0 }
}

const fn integer(name: &'static str, path: &'static str) -> CustomColumn {
    CustomColumn { name, kind: "integer", path, priority: 0 }
}

impl CustomColumn {
    const fn priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    const fn wide(self) -> Self {
        self.priority(1)
    }
}

const AGE: CustomColumn = CustomColumn { name: "Age", kind: "date", path: ".metadata.creationTimestamp", priority: 0 };
const READY: CustomColumn = string("Ready", r#".status.conditions[?(@.type=="Ready")].status"#);

/// `karpenter.sh_nodepools.yaml`
const NODE_POOL: &[CustomColumn] = &[
    string("NodeClass", ".spec.template.spec.nodeClassRef.name"),
    string("Nodes", ".status.nodes"),
    READY,
    AGE,
    integer("Weight", ".spec.weight").wide(),
    string("CPU", ".status.resources.cpu").wide(),
    string("Memory", ".status.resources.memory").wide(),
];

/// `karpenter.sh_nodeclaims.yaml`
const NODE_CLAIM: &[CustomColumn] = &[
    string("Type", r".metadata.labels.node\.kubernetes\.io/instance-type"),
    string("Capacity", r".metadata.labels.karpenter\.sh/capacity-type"),
    string("Zone", r".metadata.labels.topology\.kubernetes\.io/zone"),
    string("Node", ".status.nodeName"),
    READY,
    AGE,
    string("ImageID", ".status.imageID").wide(),
    string("ID", ".status.providerID").wide(),
    string("NodePool", r".metadata.labels.karpenter\.sh/nodepool").wide(),
    string("NodeClass", ".spec.nodeClassRef.name").wide(),
    string("Drifted", r#".status.conditions[?(@.type=="Drifted")].status"#).wide(),
];

/// `karpenter.sh_nodeoverlays.yaml`
const NODE_OVERLAY: &[CustomColumn] = &[READY, AGE, integer("Weight", ".spec.weight").wide()];

/// `karpenter.k8s.aws_ec2nodeclasses.yaml`
const EC2_NODE_CLASS: &[CustomColumn] = &[READY, AGE, string("Role", ".spec.role").wide()];

/// `autoscaling.x-k8s.io_capacitybuffers.yaml`
const CAPACITY_BUFFER: &[CustomColumn] = &[
    string("Strategy", ".spec.provisioningStrategy"),
    string("PodTemplate", ".status.podTemplateRef.name"),
    integer("Replicas", ".status.replicas"),
    string("ConditionsType", ".status.conditions[*].type"),
    string("ConditionsStatus", ".status.conditions[*].status"),
    string("ConditionsReason", ".status.conditions[*].reason"),
    AGE,
];

/// Argo CD's `application-crd.yaml`; it names no age.
const APPLICATION: &[CustomColumn] = &[
    string("Sync Status", ".status.sync.status"),
    string("Health Status", ".status.health.status"),
    string("Revision", ".status.sync.revision").priority(10),
    string("Project", ".spec.project").priority(10),
];

/// The columns of a custom resource; its age alone where no definition is known, as one that names none has it.
pub(super) fn columns(resource: Resource) -> &'static [CustomColumn] {
    match resource {
        Resource::NodePools => NODE_POOL,
        Resource::NodeClaims => NODE_CLAIM,
        Resource::NodeOverlays => NODE_OVERLAY,
        Resource::Ec2NodeClasses => EC2_NODE_CLASS,
        Resource::CapacityBuffers => CAPACITY_BUFFER,
        Resource::Applications => APPLICATION,
        _ => &[AGE],
    }
}

/// What heads them, the name first.
pub(super) fn definitions(columns: &[CustomColumn]) -> Vec<Value> {
    let head = |column: &CustomColumn| {
        json!({
            "name": column.name,
            "type": column.kind,
            "format": "",
            "description": format!("Custom resource definition column (in JSONPath format): {}", column.path),
            "priority": column.priority,
        })
    };
    std::iter::once(PrinterColumn::definition(&NAME)).chain(columns.iter().map(head)).collect()
}

pub(super) fn cells(columns: &[CustomColumn], object: &Value, now: Timestamp) -> Vec<Value> {
    let rest = columns.iter().map(|column| match (column.kind, path::first(object, column.path)) {
        (_, None | Some(Value::Null)) => Value::Null,
        ("date", Some(time)) => age::since(time, now).into(),
        ("integer", Some(number)) => number.as_i64().map_or(Value::Null, Value::from),
        (_, Some(value)) => cell::plain(value).into(),
    });
    std::iter::once(cell::name(object)).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    fn row(resource: Resource, object: &Value) -> Value {
        cells(columns(resource), object, now()).into()
    }

    #[test]
    fn karpenters_kinds_have_the_columns_of_their_definitions() {
        let ready = json!([{"type": "Initialized", "status": "Unknown"}, {"type": "Ready", "status": "False"}]);
        let claim = json!({
            "metadata": {"name": "general-x", "creationTimestamp": "2026-11-22T02:58:30Z", "labels": {
                "node.kubernetes.io/instance-type": "m6i.large", "karpenter.sh/capacity-type": "spot",
                "topology.kubernetes.io/zone": "eu-west-1a", "karpenter.sh/nodepool": "general",
            }},
            "spec": {"nodeClassRef": {"name": "default"}},
            "status": {"conditions": ready, "imageID": "ami-1", "providerID": "aws:///eu-west-1a/i-1"},
        });
        let said = json!([
            "general-x",
            "m6i.large",
            "spot",
            "eu-west-1a",
            null,
            "False",
            "90s",
            "ami-1",
            "aws:///eu-west-1a/i-1",
            "general",
            "default",
            null,
        ]);
        assert_eq!(row(Resource::NodeClaims, &claim), said);
        let pool = json!({
            "metadata": {"name": "general", "creationTimestamp": "2026-11-20T01:00:00Z"},
            "spec": {"weight": 10, "template": {"spec": {"nodeClassRef": {"name": "default"}}}},
            "status": {"nodes": 4, "conditions": ready, "resources": {"cpu": "16", "memory": "64Gi"}},
        });
        assert_eq!(
            row(Resource::NodePools, &pool),
            json!(["general", "default", "4", "False", "2d2h", 10, "16", "64Gi"])
        );
        assert_eq!(row(Resource::NodeOverlays, &pool), json!(["general", "False", "2d2h", 10]));
        assert_eq!(row(Resource::Ec2NodeClasses, &pool), json!(["general", "False", "2d2h", null]));
        assert_eq!(row(Resource::NodeClasses, &pool), json!(["general", "2d2h"]));
    }

    #[test]
    fn an_application_tells_of_sync_and_health() {
        let application = json!({
            "metadata": {"name": "checkout"}, "spec": {"project": "shop"},
            "status": {"sync": {"status": "OutOfSync", "revision": "abc"}, "health": {"status": "Degraded"}},
        });
        assert_eq!(
            row(Resource::Applications, &application),
            json!(["checkout", "OutOfSync", "Degraded", "abc", "shop"])
        );
        let heads = definitions(columns(Resource::Applications));
        let shown: Vec<&Value> = heads.iter().filter(|head| head["priority"] == 0).map(|head| &head["name"]).collect();
        assert_eq!(shown, ["Name", "Sync Status", "Health Status"]);
        assert_eq!(heads[3]["priority"], 10);
        assert_eq!(
            heads[1]["description"],
            "Custom resource definition column (in JSONPath format): .status.sync.status"
        );
    }
}
