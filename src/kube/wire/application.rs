//! An Application of Argo CD (argoproj.io/v1alpha1, `pkg/apis/application/v1alpha1/types.go`).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::value::{WireList, WireText, WireTime};
use super::{Projected, WireMeta};
use crate::domain::Delta;
use crate::services::kubernetes::model::Application;
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WireApplication<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WireApplicationSpec<'a>,
    status: WireApplicationStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireApplicationSpec<'a> {
    #[serde(borrow)]
    destination: WireDestination<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireDestination<'a> {
    #[serde(borrow)]
    namespace: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireApplicationStatus<'a> {
    #[serde(borrow)]
    sync: WireSync<'a>,
    health: WireHealth<'a>,
    operation_state: Option<WireOperation<'a>>,
    conditions: WireList<WireApplicationCondition<'a>>,
    reconciled_at: WireTime,
    history: WireList<WireDeployed<'a>>,
    resources: WireList<WireApplied<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireSync<'a> {
    #[serde(borrow)]
    status: WireText<'a>,
    revision: WireText<'a>,
    /// Of an application with several sources.
    revisions: WireList<WireText<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireHealth<'a> {
    #[serde(borrow)]
    status: WireText<'a>,
    message: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireOperation<'a> {
    #[serde(borrow)]
    phase: WireText<'a>,
    message: WireText<'a>,
    finished_at: WireTime,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireApplicationCondition<'a> {
    #[serde(borrow, rename = "type")]
    kind: WireText<'a>,
    message: WireText<'a>,
}

/// An entry of the history of what was deployed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireDeployed<'a> {
    #[serde(borrow)]
    revision: WireText<'a>,
    revisions: WireList<WireText<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireApplied<'a> {
    #[serde(borrow)]
    kind: WireText<'a>,
    namespace: WireText<'a>,
    name: WireText<'a>,
    status: WireText<'a>,
    /// None where Argo CD knows no health of the kind.
    health: Option<WireHealth<'a>>,
}

impl WireApplied<'_> {
    fn is_wrong(&self) -> bool {
        let health = self.health.as_ref().map_or("", |health| &*health.status);
        &*self.status == "OutOfSync" || !matches!(health, "" | "Healthy")
    }
}

/// The revision that was deployed last: of the history, or of the comparison where there is no history.
fn revision(status: &WireApplicationStatus<'_>, words: &mut Interned) -> Arc<str> {
    fn first<'t>(one: &'t str, several: &'t [WireText<'_>]) -> &'t str {
        if one.is_empty() { several.first().map_or("", |text| text) } else { one }
    }
    let deployed = status.history.last().map_or("", |last| first(&last.revision, &last.revisions));
    words.word(if deployed.is_empty() { first(&status.sync.revision, &status.sync.revisions) } else { deployed })
}

impl Projected for Application {
    type Fields<'a> = WireApplication<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(_: ObjectKind, wire: &WireApplication<'_>, words: &mut Interned) -> Self {
        let WireApplication { metadata, spec, status } = wire;
        let operation = status.operation_state.as_ref();
        let errors = status.conditions.iter().filter(|one| one.kind.ends_with("Error"));
        let wrong = status.resources.iter().filter(|one| one.is_wrong());
        Self {
            namespace: words.word(&metadata.namespace),
            name: own(&metadata.name),
            to: words.word(&spec.destination.namespace),
            sync: words.word(&status.sync.status),
            health: words.word(&status.health.status),
            health_message: own(&status.health.message),
            revision: revision(status, words),
            operation: operation.map(|operation| (words.word(&operation.phase), own(&operation.message))),
            operated: operation.and_then(|operation| operation.finished_at.0),
            errors: errors.map(|one| (words.word(&one.kind), own(&one.message))).collect(),
            reconciled: status.reconciled_at.0,
            wrong: wrong
                .map(|one| (words.word(&one.kind), words.word(&one.namespace), words.word(&one.name)))
                .collect(),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::Applications(delta)
    }
}
