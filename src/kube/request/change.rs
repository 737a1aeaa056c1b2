//! The changes that can be sent, as requests: what each is made of, and where it goes.

use http::Method;

use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::undone::FIELD_MANAGER;
use crate::services::kubernetes::change::{Api, KubeRight};

/// How an object is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kube) enum ChangeHow {
    /// By a JSON patch.
    Patch,
    Evict,
    Delete,
}

/// A change of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kube) struct ApiChange {
    pub(in crate::kube) how: ChangeHow,
    pub(in crate::kube) kind: ObjectKind,
    /// Empty where it is in none.
    pub(in crate::kube) namespace: String,
    pub(in crate::kube) name: String,
    pub(in crate::kube) body: String,
}

/// What a call does, and to what; none for one that is not of an API server.
pub(in crate::kube) fn of_call(api: Api) -> Option<(ChangeHow, ObjectKind)> {
    Some(match api {
        Api::PatchNode => (ChangeHow::Patch, ObjectKind::Node),
        Api::EvictPod => (ChangeHow::Evict, ObjectKind::Pod),
        Api::DeleteNodeClaim => (ChangeHow::Delete, ObjectKind::NodeClaim),
        Api::PatchNodePool => (ChangeHow::Patch, ObjectKind::NodePool),
        Api::PatchDeployment => (ChangeHow::Patch, ObjectKind::Deployment),
        Api::PatchStatefulSet => (ChangeHow::Patch, ObjectKind::StatefulSet),
        Api::PatchDaemonSet => (ChangeHow::Patch, ObjectKind::DaemonSet),
        Api::PatchAutoscaler => (ChangeHow::Patch, ObjectKind::Autoscaler),
        Api::UpdateNodegroupConfig => return None,
    })
}

impl ApiChange {
    pub(super) fn method(&self) -> Method {
        match self.how {
            ChangeHow::Patch => Method::PATCH,
            ChangeHow::Evict => Method::POST,
            ChangeHow::Delete => Method::DELETE,
        }
    }

    /// What its body is.
    pub(super) fn content(&self) -> &'static str {
        match self.how {
            ChangeHow::Patch => "application/json-patch+json",
            ChangeHow::Evict | ChangeHow::Delete => "application/json",
        }
    }

    /// What stands behind the object's path. A field that the cluster does not know is refused with `Strict`, and would
    /// be dropped in silence without (Kubernetes, API Concepts, "Validation for unrecognized or duplicate fields").
    pub(super) fn end(&self) -> String {
        match self.how {
            ChangeHow::Patch => format!("?fieldManager={FIELD_MANAGER}&fieldValidation=Strict"),
            ChangeHow::Evict => "/eviction".to_owned(),
            ChangeHow::Delete => String::new(),
        }
    }

    pub(super) fn right(&self) -> KubeRight {
        let (group, _, resource) = self.kind.resource();
        let (resource, verb) = match self.how {
            ChangeHow::Patch => (resource, "patch"),
            ChangeHow::Evict => ("pods/eviction", "create"),
            ChangeHow::Delete => (resource, "delete"),
        };
        KubeRight { group, resource, verb }
    }
}
