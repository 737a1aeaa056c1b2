//! Server-side printing: objects as rows of a `meta.k8s.io` Table, with the columns and words of upstream
//! (kubernetes, `pkg/printers/internalversion/printers.go`; apiserver, `endpoints/handlers/response.go`). kubectl asks
//! for nothing else where it prints a table.

mod age;
mod autoscaling;
mod cell;
mod column;
mod custom;
mod event;
mod node;
mod path;
mod pod;
mod small;
mod workload;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::resources::{Resource, Served};
use super::ApiRefusal;
use super::events::presented;
use super::request::Query;
use column::PrinterColumn;
use custom::CustomColumn;

/// What a row holds beside its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowObject {
    Metadata,
    Whole,
    Nothing,
}

/// What a request wants of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TablePrinter {
    /// `meta.k8s.io/v1` or its `v1beta1`: the same in other words.
    api_version: &'static str,
    object: RowObject,
}

/// How a kind is printed.
enum Printing {
    Known(&'static [PrinterColumn], fn(&Value, Timestamp) -> Vec<Value>),
    Custom(&'static [CustomColumn]),
}

impl Printing {
    fn of(resource: Resource) -> Self {
        match resource {
            Resource::Nodes => Self::Known(node::COLUMNS, node::cells),
            Resource::Pods => Self::Known(pod::COLUMNS, pod::cells),
            Resource::Namespaces => Self::Known(small::NAMESPACE, small::namespace),
            Resource::Events => Self::Known(event::COLUMNS, event::cells),
            Resource::Services => Self::Known(small::SERVICE, small::service),
            Resource::ConfigMaps => Self::Known(small::CONFIG_MAP, small::config_map),
            Resource::ServiceAccounts => Self::Known(small::SERVICE_ACCOUNT, small::service_account),
            Resource::PersistentVolumeClaims => Self::Known(small::VOLUME_CLAIM, small::volume_claim),
            Resource::Deployments => Self::Known(workload::DEPLOYMENT, workload::deployment),
            Resource::ReplicaSets => Self::Known(workload::REPLICA_SET, workload::replica_set),
            Resource::StatefulSets => Self::Known(workload::STATEFUL_SET, workload::stateful_set),
            Resource::DaemonSets => Self::Known(workload::DAEMON_SET, workload::daemon_set),
            Resource::Jobs => Self::Known(workload::JOB, workload::job),
            Resource::HorizontalPodAutoscalers => Self::Known(autoscaling::AUTOSCALER, autoscaling::autoscaler),
            Resource::PodDisruptionBudgets => Self::Known(autoscaling::BUDGET, autoscaling::budget),
            Resource::Leases => Self::Known(small::LEASE, small::lease),
            other if other.served().custom => Self::Custom(custom::columns(other)),
            _ => Self::Known(small::PLAIN, small::plain),
        }
    }

    fn definitions(&self) -> Value {
        match self {
            Self::Known(columns, _) => columns.iter().map(PrinterColumn::definition).collect(),
            Self::Custom(columns) => custom::definitions(columns).into(),
        }
    }

    fn cells(&self, object: &Value, now: Timestamp) -> Vec<Value> {
        match self {
            Self::Known(_, cells) => cells(object, now),
            Self::Custom(columns) => custom::cells(columns, object, now),
        }
    }
}

impl TablePrinter {
    /// A table of this version of `meta.k8s.io`, with what the query wants in its rows.
    ///
    /// # Errors
    /// 400 for an `includeObject` that there is not (`ValidateTableOptions`).
    pub(super) fn of(api_version: &'static str, query: &Query) -> Result<Self, ApiRefusal> {
        let object = match query.get("includeObject") {
            None | Some("Metadata") => RowObject::Metadata,
            Some("Object") => RowObject::Whole,
            Some("None") => RowObject::Nothing,
            Some(other) => {
                return Err(ApiRefusal::bad_request(&format!(
                    "Unable to convert to Table as requested: includeObject: Invalid value: \"{other}\": must be \
                     'Metadata', 'Object', 'None', or empty"
                )));
            }
        };
        Ok(Self { api_version, object })
    }

    /// The table of one object, as stored. `headed` is false for the later events of a watch, which name no columns.
    pub(super) fn one(&self, served: &Served, object: &Value, headed: bool, now: Timestamp) -> Value {
        let metadata = json!({"resourceVersion": object["metadata"]["resourceVersion"]});
        self.table(served, &metadata, std::iter::once(object), headed, now)
    }

    /// The table of a list of objects, as stored, with the list's metadata.
    pub(super) fn many<'a>(
        &self,
        served: &Served,
        metadata: &Value,
        objects: impl Iterator<Item = &'a Value>,
        now: Timestamp,
    ) -> Value {
        self.table(served, metadata, objects, true, now)
    }

    fn table<'a>(
        &self,
        served: &Served,
        metadata: &Value,
        objects: impl Iterator<Item = &'a Value>,
        headed: bool,
        now: Timestamp,
    ) -> Value {
        let printing = Printing::of(served.resource);
        let rows: Vec<Value> = objects.map(|object| self.row(&printing, served, object, now)).collect();
        json!({
            "kind": "Table",
            "apiVersion": self.api_version,
            "metadata": metadata,
            "columnDefinitions": if headed { printing.definitions() } else { Value::Null },
            "rows": rows,
        })
    }

    fn row(&self, printing: &Printing, served: &Served, object: &Value, now: Timestamp) -> Value {
        let beside = match self.object {
            RowObject::Metadata => json!({
                "kind": "PartialObjectMetadata",
                "apiVersion": self.api_version,
                "metadata": object["metadata"],
            }),
            RowObject::Whole => presented(served, object).into_owned(),
            RowObject::Nothing => Value::Null,
        };
        let mut row = json!({"cells": printing.cells(object, now), "object": beside});
        if served.resource == Resource::Pods
            && let Some(conditions) = pod::conditions(object)
        {
            row["conditions"] = conditions;
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::resources::SERVED;
    use super::*;

    #[test]
    fn every_kind_has_a_cell_for_each_column() {
        let now = Timestamp::UNIX_EPOCH;
        for served in SERVED {
            let printing = Printing::of(served.resource);
            let heads = printing.definitions();
            let bare = json!({"metadata": {"name": "x"}});
            let cells = printing.cells(&bare, now);
            assert_eq!(heads.as_array().map(Vec::len), Some(cells.len()), "{}", served.kind);
            let name = heads.as_array().unwrap().iter().position(|head| head["format"] == "name").unwrap();
            assert_eq!(cells[name], "x", "{}", served.kind);
        }
    }
}
