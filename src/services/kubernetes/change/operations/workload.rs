//! What the operations on workloads share.

use serde_json::Value;

use super::prelude::*;
use crate::domain::text::clean;
use crate::services::kubernetes::change::name::ObjectSort;
use crate::services::kubernetes::model::{Autoscaler, Pod, WorkloadKind};

/// The workload that an operation is done to.
#[derive(Debug, Clone)]
pub(super) struct ChangedWorkload<'a> {
    pub name: ObjectName,
    pub kind: WorkloadKind,
    pub object: &'a ApiObject,
    seen: &'a Seen,
}

impl<'a> ChangedWorkload<'a> {
    /// None where it is not there, or is no workload.
    pub fn of(seen: &'a Seen) -> Option<Self> {
        let (name, object) = (seen.name()?, seen.object.as_ref()?);
        let ObjectSort::Workload(kind) = name.sort else { return None };
        Some(Self { name, kind, object, seen })
    }

    /// The call that patches it.
    pub fn call(&self, patch: &Patch) -> Call {
        let api = match self.kind {
            WorkloadKind::Deployment => Api::PatchDeployment,
            WorkloadKind::StatefulSet => Api::PatchStatefulSet,
            WorkloadKind::DaemonSet => Api::PatchDaemonSet,
        };
        Call::new(api, &self.seen.target.region)
            .with(parameter::CLUSTER, &self.name.cluster)
            .with(parameter::NAMESPACE, &self.name.namespace)
            .with(parameter::NAME, &self.name.name)
            .with(parameter::PATCH, patch.text())
    }

    pub fn followed(&self) -> Followed {
        Followed::of(&self.seen.target.region, &self.name, self.object.uid())
    }

    /// The autoscaler that sets its replicas.
    pub fn autoscaler(&self) -> Option<&'a Autoscaler> {
        self.seen.view()?.autoscalers().find(|scaler| {
            let (kind, name) = &scaler.target;
            *scaler.namespace == *self.name.namespace
                && *name.as_ref() == *self.name.name
                && **kind == *self.kind.name()
        })
    }

    /// Its pods, as far as they were read.
    pub fn pods(&self) -> Vec<&'a Pod> {
        let Some(view) = self.seen.view() else { return Vec::new() };
        view.pods_of(self.kind.name(), &self.name.namespace, &self.name.name).collect()
    }

    /// The ordinal of the first pod of a StatefulSet.
    pub fn first_ordinal(&self) -> i64 {
        self.object.number("/spec/ordinals/start").unwrap_or(0)
    }

    /// A StatefulSet neither makes nor ends a pod while one of those before it is not ready (Kubernetes, "StatefulSets",
    /// "Deployment and Scaling Guarantees"; for a rollout pkg/controller/statefulset, `processReplica`).
    pub fn is_ordered(&self) -> bool {
        self.kind == WorkloadKind::StatefulSet && self.object.text("/spec/podManagementPolicy") != "Parallel"
    }

    /// Names of the volumes of its template that go with each pod.
    pub fn scratch(&self) -> Vec<String> {
        let is_scratch = |volume: &&Value| volume.get("emptyDir").is_some();
        self.list("/spec/template/spec/volumes").iter().filter(is_scratch).map(|volume| text(volume, "name")).collect()
    }

    /// A list of it; empty where there is none.
    pub fn list(&self, pointer: &str) -> &'a [Value] {
        self.object.at(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// A value as it is written: `25%`, `1`; none where nothing is.
    pub fn written(&self, pointer: &str) -> Option<String> {
        let value = self.object.at(pointer)?;
        Some(value.as_str().map_or_else(|| value.to_string(), clean))
    }
}

/// A text of a part of an object, for people.
pub(super) fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).map(clean).unwrap_or_default()
}
