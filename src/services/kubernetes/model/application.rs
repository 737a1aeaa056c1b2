//! An Application of Argo CD (argoproj.io/v1alpha1).

use std::sync::Arc;

use jiff::Timestamp;

/// An Application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    /// Where it is deployed to: the namespace.
    pub to: Arc<str>,
    /// `Synced`, `OutOfSync`, `Unknown`.
    pub sync: Arc<str>,
    /// `Healthy`, `Degraded`, `Progressing`, `Suspended`, `Missing`, `Unknown`.
    pub health: Arc<str>,
    pub health_message: Arc<str>,
    /// The revision that is deployed.
    pub revision: Arc<str>,
    /// `Succeeded`, `Failed`, `Error`, `Running` of the last operation, with its message.
    pub operation: Option<(Arc<str>, Arc<str>)>,
    /// When the last operation ended.
    pub operated: Option<Timestamp>,
    /// `status.conditions[]` that tell of errors (type and message).
    pub errors: Vec<(Arc<str>, Arc<str>)>,
    /// When it was reconciled last.
    pub reconciled: Option<Timestamp>,
    /// What it has, kind, namespace and name, that is not in sync or not healthy.
    pub wrong: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
}
