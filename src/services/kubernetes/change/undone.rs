//! What would undo a change: what controls the object, what deploys it, whoever else writes the field.

use serde_json::Value;

use super::object::FieldManager;
use super::{ApiObject, Draft};
use crate::domain::text::clean;
use crate::ops::plan::Tone;

/// The name under which this console writes (`fieldManager`). Flux takes back what managers have written whose name
/// begins with `kubectl` (kustomize-controller, `apply`, `Cleanup.FieldManagers`): a restart would be done twice.
pub const FIELD_MANAGER: &str = "quarterdeck";

/// What deploys objects, and sets its own values again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    ArgoCd,
    FluxKustomization,
    FluxHelmRelease,
    Helm,
    /// `kubectl apply`, by hand or in a pipeline.
    Apply,
}

/// What deploys an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployer {
    pub tool: Tool,
    /// Of the application, the kustomization or the release.
    pub name: String,
}

/// Something that may write a field again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undoer {
    /// It controls the object (`ownerReferences`).
    Controller { kind: String, name: String },
    /// It deploys the object, and whether it sets the field, where that is known.
    Deployer(Deployer, Option<bool>),
    /// It has written the field before (`metadata.managedFields`).
    Writer(String),
}

/// Says what would undo the change of a field, and what would not though it deploys the object. `path` is the field's:
/// `["spec", "replicas"]`.
pub fn say(draft: &mut Draft, object: &ApiObject, path: &[&str]) {
    say_of(draft, object, &[path]);
}

/// The same of several fields, each undoer once.
pub fn say_of(draft: &mut Draft, object: &ApiObject, paths: &[&[&str]]) {
    let mut all: Vec<(Undoer, Vec<String>)> = Vec::new();
    for path in paths {
        for undoer in undoers(object, path) {
            match all.iter_mut().find(|(known, _)| *known == undoer) {
                Some((_, fields)) => fields.push(path.join(".")),
                None => all.push((undoer, vec![path.join(".")])),
            }
        }
    }
    for (undoer, fields) in all {
        let (label, tone) = match undoer {
            Undoer::Deployer(_, Some(false)) => ("Not undone by", Tone::Plain),
            _ => ("Undone by", Tone::Warning),
        };
        draft.say(label, undoer.words(&fields.join(" and ")), tone);
    }
}

/// What may write a field again: controllers first, then what deploys the object, then others.
#[must_use]
pub fn undoers(object: &ApiObject, path: &[&str]) -> Vec<Undoer> {
    let mut all = Vec::new();
    if let Some((kind, name)) = object.controller() {
        all.push(Undoer::Controller { kind: clean(kind), name: clean(name) });
    }
    let deployers = deployers(object);
    for deployer in &deployers {
        let sets = deployer.tool.sets(object, path);
        // Whoever applied it by hand need not do so again.
        if deployer.tool != Tool::Apply || sets == Some(true) {
            all.push(Undoer::Deployer(deployer.clone(), sets));
        }
    }
    for manager in object.managers(path) {
        let is_said = deployers.iter().any(|deployer| deployer.tool.is_manager(&manager));
        let writer = Undoer::Writer(clean(&manager.name));
        if !is_said && !is_by_hand(&manager.name) && !all.contains(&writer) {
            all.push(writer);
        }
    }
    all
}

/// People, and this console: they do not write again by themselves.
fn is_by_hand(manager: &str) -> bool {
    manager.starts_with("kubectl") || matches!(manager, FIELD_MANAGER | "before-first-apply")
}

/// What deploys an object; mostly one.
#[must_use]
pub fn deployers(object: &ApiObject) -> Vec<Deployer> {
    let mut all = Vec::new();
    let mut found = |tool: Tool, name: Option<&str>| {
        if let Some(name) = name {
            all.push(Deployer { tool, name: clean(name) });
        }
        name.is_some()
    };
    let is_argo = found(Tool::ArgoCd, application(object));
    found(Tool::FluxKustomization, object.label("kustomize.toolkit.fluxcd.io/name"));
    let is_flux = found(Tool::FluxHelmRelease, object.label("helm.toolkit.fluxcd.io/name"));
    if !is_argo && !is_flux {
        found(Tool::Helm, object.annotation("meta.helm.sh/release-name"));
    }
    let is_applied = applied(object).is_some() || object.managers(&[]).iter().any(|by| Tool::Apply.is_manager(by));
    if all.is_empty() && is_applied {
        all.push(Deployer { tool: Tool::Apply, name: String::new() });
    }
    all
}

/// The application of Argo CD that tracks it, by annotation or by label (Argo CD, docs/user-guide/resource_tracking.md).
fn application(object: &ApiObject) -> Option<&str> {
    let of_label = || {
        // Helm charts have this label, too.
        let by_argo = object.managers(&[]).iter().any(|by| Tool::ArgoCd.is_manager(by));
        object.label("app.kubernetes.io/instance").filter(|_| by_argo)
    };
    tracked(object).or_else(|| object.label("argocd.argoproj.io/instance")).or_else(of_label)
}

/// `APPLICATION:GROUP/KIND:NAMESPACE/NAME`. One that was copied from another object does not count for Argo CD either.
fn tracked(object: &ApiObject) -> Option<&str> {
    let mut parts = object.annotation("argocd.argoproj.io/tracking-id")?.splitn(3, ':');
    let (application, kind, name) = (parts.next()?, parts.next()?, parts.next()?);
    let is_last = |of: &str, wanted: &str| of.rsplit('/').next() == Some(wanted);
    (is_last(kind, object.text("/kind")) && is_last(name, object.text("/metadata/name"))).then_some(application)
}

/// What an apply by the client wrote down of all that it set (Kubernetes, "Declarative management using configuration
/// files").
fn applied(object: &ApiObject) -> Option<Value> {
    serde_json::from_str(object.annotation("kubectl.kubernetes.io/last-applied-configuration")?).ok()
}

impl Tool {
    /// Whether a manager of fields is it.
    fn is_manager(self, manager: &FieldManager) -> bool {
        let name = manager.name.as_str();
        match self {
            Self::ArgoCd => name.starts_with("argocd"),
            Self::FluxKustomization => name == "kustomize-controller",
            Self::FluxHelmRelease => name == "helm-controller",
            Self::Helm => name == "helm",
            Self::Apply => name == "kubectl-client-side-apply" || (name == "kubectl" && manager.operation == "Apply"),
        }
    }

    /// Whether it sets a field, where that is known. That it does not manage the field now says little: whoever has
    /// written it since manages it instead.
    fn sets(self, object: &ApiObject, path: &[&str]) -> Option<bool> {
        if object.managers(path).iter().any(|by| self.is_manager(by)) {
            return Some(true);
        }
        let by_server = object.managers(&[]).iter().any(|by| self.is_manager(by) && by.operation == "Apply");
        let applied = applied(object).filter(|_| matches!(self, Self::ArgoCd | Self::Apply) && !by_server)?;
        Some(path.iter().try_fold(&applied, |at, name| at.get(name)).is_some())
    }

    /// When its own value returns (Argo CD, docs/user-guide/auto_sync.md; Flux, FAQ, "Why are kubectl edits rolled back
    /// by Flux?"; helm-controller, docs/spec/v2, "Drift detection").
    fn when(self) -> &'static str {
        match self {
            Self::ArgoCd => "at the next sync, and at once with self-heal",
            Self::FluxKustomization => "when it is reconciled, within its interval",
            Self::FluxHelmRelease => "at the next upgrade, and when it is reconciled where drift detection is on",
            Self::Helm => "at the next upgrade",
            Self::Apply => "at the next apply of the same file",
        }
    }
}

impl Deployer {
    /// `Argo CD application shop`.
    #[must_use]
    pub fn words(&self) -> String {
        let what = match self.tool {
            Tool::ArgoCd => "Argo CD application",
            Tool::FluxKustomization => "Flux kustomization",
            Tool::FluxHelmRelease => "Flux Helm release",
            Tool::Helm => "Helm release",
            Tool::Apply => return "kubectl apply".to_owned(),
        };
        format!("{what} {}", self.name)
    }
}

impl Undoer {
    /// What it does to a field.
    #[must_use]
    pub fn words(&self, field: &str) -> String {
        match self {
            Self::Controller { kind, name } => {
                format!("{kind} {name} controls it and may write it again: change that one instead")
            }
            Self::Deployer(by, Some(true)) => {
                format!("{} sets {field}: what it sets returns {}", by.words(), by.tool.when())
            }
            Self::Deployer(by, None) => {
                format!("{} deploys it: if it sets {field}, what it sets returns {}", by.words(), by.tool.when())
            }
            Self::Deployer(by, Some(false)) => format!("{}: it does not set {field}", by.words()),
            Self::Writer(name) => format!("{name} has written {field}, and may do so again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELD: [&str; 2] = ["spec", "replicas"];

    /// What is said of `spec.replicas` of a Deployment `shop/checkout` with this metadata.
    fn said(metadata: &Value) -> Vec<String> {
        let mut object = json!({ "kind": "Deployment", "metadata": { "name": "checkout", "namespace": "shop" } });
        for (key, value) in metadata.as_object().unwrap() {
            object["metadata"][key] = value.clone();
        }
        undoers(&ApiObject::new(object), &FIELD).iter().map(|undoer| undoer.words("spec.replicas")).collect()
    }

    fn writes(manager: &str, operation: &str) -> Value {
        json!({ "manager": manager, "operation": operation, "fieldsV1": { "f:spec": { "f:replicas": {} } } })
    }

    fn deploys(manager: &str, operation: &str) -> Value {
        json!({ "manager": manager, "operation": operation, "fieldsV1": { "f:spec": { "f:template": {} } } })
    }

    const TRACKED: &str = "shop:apps/Deployment:shop/checkout";

    #[test]
    fn whoever_writes_it_again_is_named_once() {
        let argo = json!({
            "annotations": { "argocd.argoproj.io/tracking-id": TRACKED },
            "managedFields": [
                writes("argocd-controller", "Update"),
                writes("kubectl-edit", "Update"),
                writes(FIELD_MANAGER, "Update"),
                writes("keda-operator", "Update"),
                writes("keda-operator", "Apply"),
            ],
        });
        assert_eq!(
            said(&argo),
            [
                "Argo CD application shop sets spec.replicas: what it sets returns at the next sync, and at once with \
                 self-heal",
                "keda-operator has written spec.replicas, and may do so again",
            ]
        );
    }

    #[test]
    fn a_controller_is_named_with_what_to_change_instead() {
        let owned = json!({ "ownerReferences": [{ "kind": "Rollout", "name": "checkout", "controller": true }] });
        assert_eq!(said(&owned), ["Rollout checkout controls it and may write it again: change that one instead"]);
        assert_eq!(said(&json!({})), Vec::<String>::new());
    }

    #[test]
    fn whether_argo_cd_sets_the_field_is_read_or_said_to_be_unknown() {
        let with = |applied: Option<Value>, managers: Value| {
            let mut annotations = json!({ "argocd.argoproj.io/tracking-id": TRACKED });
            if let Some(applied) = applied {
                annotations["kubectl.kubernetes.io/last-applied-configuration"] = json!(applied.to_string());
            }
            said(&json!({ "annotations": annotations, "managedFields": managers }))
        };
        let unknown = "Argo CD application shop deploys it: if it sets spec.replicas, what it sets returns at the next sync, \
                       and at once with self-heal";
        let sets = "Argo CD application shop sets spec.replicas: what it sets returns at the next sync, and at once with self-heal";
        let leaves = "Argo CD application shop: it does not set spec.replicas";
        let (has, has_not) = (json!({ "spec": { "replicas": 3 } }), json!({ "spec": { "template": {} } }));
        assert_eq!(with(None, json!([])), [unknown]);
        // Somebody has scaled it since, and manages the field now.
        assert_eq!(with(Some(has), json!([writes("kubectl-edit", "Update")])), [sets]);
        assert_eq!(with(Some(has_not.clone()), json!([deploys("argocd-controller", "Update")])), [leaves]);
        // It applies on the server: what was written down before is old.
        assert_eq!(with(Some(has_not), json!([deploys("argocd-controller", "Apply")])), [unknown]);
    }

    #[test]
    fn a_copied_tracking_id_and_a_label_of_a_chart_name_no_application() {
        let of = |kind: &str, name: &str| {
            said(
                &json!({ "annotations": { "argocd.argoproj.io/tracking-id": format!("shop:apps/{kind}:shop/{name}") } }),
            )
        };
        assert_eq!(of("Deployment", "checkout").len(), 1);
        assert_eq!(of("StatefulSet", "checkout"), Vec::<String>::new());
        assert_eq!(of("Deployment", "checkout-db"), Vec::<String>::new());
        assert_eq!(said(&json!({ "annotations": { "argocd.argoproj.io/tracking-id": "shop" } })), Vec::<String>::new());
        let label = json!({ "app.kubernetes.io/instance": "shop" });
        assert_eq!(said(&json!({ "labels": label })), Vec::<String>::new());
        let by_argo = json!({ "labels": label, "managedFields": [deploys("argocd-controller", "Update")] });
        assert!(said(&by_argo)[0].starts_with("Argo CD application shop deploys it"));
        assert_eq!(said(&json!({ "labels": { "argocd.argoproj.io/instance": "shop" } })).len(), 1);
    }

    #[test]
    fn what_else_deploys_it_and_when_its_value_returns() {
        let rows = [
            (
                json!({ "labels": { "kustomize.toolkit.fluxcd.io/name": "apps" } }),
                "Flux kustomization apps deploys it: if it sets spec.replicas, what it sets returns when it is reconciled, \
                 within its interval",
            ),
            (
                json!({
                    "labels": { "kustomize.toolkit.fluxcd.io/name": "apps" },
                    "managedFields": [writes("kustomize-controller", "Apply")],
                }),
                "Flux kustomization apps sets spec.replicas: what it sets returns when it is reconciled, within its interval",
            ),
            (
                json!({
                    "labels": { "helm.toolkit.fluxcd.io/name": "shop" },
                    "annotations": { "meta.helm.sh/release-name": "shop" },
                }),
                "Flux Helm release shop deploys it: if it sets spec.replicas, what it sets returns at the next upgrade, and \
                 when it is reconciled where drift detection is on",
            ),
            (
                json!({
                    "annotations": { "meta.helm.sh/release-name": "shop\u{1b}[2J" },
                    "managedFields": [writes("helm", "Update")],
                }),
                "Helm release shop?[2J sets spec.replicas: what it sets returns at the next upgrade",
            ),
            (
                json!({ "managedFields": [writes("kubectl-client-side-apply", "Update")] }),
                "kubectl apply sets spec.replicas: what it sets returns at the next apply of the same file",
            ),
            (
                json!({ "managedFields": [writes("kubectl", "Apply")] }),
                "kubectl apply sets spec.replicas: what it sets returns at the next apply of the same file",
            ),
        ];
        for (metadata, words) in rows {
            assert_eq!(said(&metadata), [words]);
        }
        // Whoever applied it by hand without the field, or edited it, is nobody to fear.
        for manager in [deploys("kubectl-client-side-apply", "Update"), writes("kubectl", "Update")] {
            assert_eq!(said(&json!({ "managedFields": [manager] })), Vec::<String>::new());
        }
    }

    #[test]
    fn whoever_writes_two_fields_is_named_once() {
        let seen = crate::services::kubernetes::change::testing::deployment();
        let mut draft = Draft::new(crate::ops::plan::Risk::Routine, &seen);
        let fields = json!({ "f:spec": { "f:minReplicas": {}, "f:maxReplicas": {} } });
        let one = json!({ "f:spec": { "f:maxReplicas": {} } });
        let managers = json!([
            { "manager": "tuner", "operation": "Update", "fieldsV1": fields },
            { "manager": "capper", "operation": "Update", "fieldsV1": one },
        ]);
        let object = ApiObject::new(json!({ "metadata": { "managedFields": managers } }));
        say_of(&mut draft, &object, &[&["spec", "minReplicas"], &["spec", "maxReplicas"]]);
        let said: Vec<&str> = draft.consequences.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(
            said,
            [
                "tuner has written spec.minReplicas and spec.maxReplicas, and may do so again",
                "capper has written spec.maxReplicas, and may do so again",
            ]
        );
    }

    #[test]
    fn flux_does_not_take_back_what_this_console_writes() {
        assert!(!FIELD_MANAGER.starts_with("kubectl"));
    }

    #[test]
    fn what_leaves_it_is_told_from_what_undoes_it() {
        let seen = crate::services::kubernetes::change::testing::deployment();
        let mut draft = Draft::new(crate::ops::plan::Risk::Routine, &seen);
        let applied = json!({ "spec": {} }).to_string();
        let annotations = json!({
            "argocd.argoproj.io/tracking-id": TRACKED, "kubectl.kubernetes.io/last-applied-configuration": applied,
        });
        let metadata = json!({
            "name": "checkout", "annotations": annotations, "managedFields": [writes("keda-operator", "Update")],
        });
        say(&mut draft, &ApiObject::new(json!({ "kind": "Deployment", "metadata": metadata })), &FIELD);
        let labels: Vec<(&str, Tone)> = draft.consequences.iter().map(|c| (c.label.as_str(), c.tone)).collect();
        assert_eq!(labels, [("Not undone by", Tone::Plain), ("Undone by", Tone::Warning)]);
    }
}
