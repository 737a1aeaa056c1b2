//! Objects that are read once: what is told of them, as a watch tells it, and what else is read of each.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::answer::ApiFailure;
use super::super::ask::ApiLine;
use super::super::interned::Interned;
use super::super::pages::{self, PageEnd};
use super::super::request::Chosen;
use super::super::wire::{Projected, WireThere, list, with_model};
use crate::domain::{Delta, Items};
use crate::services::kubernetes::change::ApiObject;
use crate::services::kubernetes::change::seen::PodDetail;
use crate::services::kubernetes::{ObjectKind, WatchTold};

/// A list that a plan stands on has no more pages, 500 objects each: whoever waits for it looks at the screen.
const MOST_PAGES: usize = 20;

/// What was read of a kind.
pub(super) struct Picked<X> {
    pub(super) told: WatchTold,
    /// What else was read of each object, in their order.
    pub(super) extra: Vec<X>,
    /// What each object is, which a list says once for all: kind and version.
    of: (String, String),
}

/// What is read of a pod beside what is watched.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodExtra {
    metadata: PodMeta,
    spec: PodRest,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodMeta {
    namespace: String,
    name: String,
    uid: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PodRest {
    volumes: Option<Vec<PodVolume>>,
    termination_grace_period_seconds: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PodVolume {
    empty_dir: WireThere,
}

impl PodExtra {
    /// `namespace/name`, as what is watched is called.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.metadata.namespace, self.metadata.name)
    }

    /// What a plan keeps of it.
    pub(super) fn detail(self) -> PodDetail {
        let has_scratch = self.spec.volumes.iter().flatten().any(|volume| volume.empty_dir.0);
        PodDetail { uid: self.metadata.uid, has_scratch, grace: self.spec.termination_grace_period_seconds }
    }
}

/// A page, whatever its objects are.
#[derive(Deserialize)]
struct PageOf<X> {
    #[serde(default)]
    kind: String,
    #[serde(default, rename = "apiVersion")]
    version: String,
    items: Option<Vec<X>>,
}

/// Reads objects of a kind, and what else is wanted of each.
pub(super) async fn pick<X>(line: &ApiLine, kind: ObjectKind, of: &Chosen) -> Result<Picked<X>, ApiFailure>
where
    X: DeserializeOwned + Send,
{
    with_model!(kind, Model => picked::<Model, X>(line, kind, of).await)
}

async fn picked<M: Projected, X: DeserializeOwned + Send>(
    line: &ApiLine,
    kind: ObjectKind,
    of: &Chosen,
) -> Result<Picked<X>, ApiFailure> {
    let mut words = Interned::default();
    let mut of_list = (String::new(), String::new());
    let take = |(items, extra): &mut (Items<Arc<M>>, Vec<X>), body: &[u8]| {
        let page = list::<M>(kind, body, &mut words)?;
        // One that cannot be read is left out of what is watched; a plan that does not know it must not be made.
        if page.odd > 0 {
            return Err(serde::de::Error::custom("an object that cannot be read"));
        }
        items.extend(page.items.into_iter().map(|(key, object)| (key, Arc::new(object))));
        let PageOf { kind, version, items } = serde_json::from_slice::<PageOf<X>>(body)?;
        extra.extend(items.into_iter().flatten());
        of_list = (kind, version);
        Ok(PageEnd { version: page.version, next: page.next })
    };
    let (items, extra) = pages::read(line, kind, of, MOST_PAGES, take).await?.all;
    Ok(Picked { told: M::told(Delta::Snapshot(items)), extra, of: of_list })
}

/// That there are none of a kind.
pub(super) fn none(kind: ObjectKind) -> WatchTold {
    with_model!(kind, Model => Model::told(Delta::Snapshot(Items::new())))
}

/// Reads the object of a name, whole; none where there is none.
pub(in crate::kube) async fn object(
    line: &ApiLine,
    kind: ObjectKind,
    namespace: &str,
    name: &str,
) -> Result<(WatchTold, Option<ApiObject>), ApiFailure> {
    let Picked { told, extra, of } = pick::<Value>(line, kind, &Chosen::named(namespace, name)).await?;
    Ok((told, extra.into_iter().next().map(|object| whole(object, &of))))
}

/// Reads all objects of a kind that is in no namespace, and the one of a name whole; none where there is none.
pub(super) async fn object_among(
    line: &ApiLine,
    kind: ObjectKind,
    name: &str,
) -> Result<(WatchTold, Option<ApiObject>), ApiFailure> {
    let Picked { told, extra, of } = pick::<Value>(line, kind, &Chosen::all()).await?;
    let is_it = |object: &Value| object.pointer("/metadata/name").and_then(Value::as_str) == Some(name);
    Ok((told, extra.into_iter().find(is_it).map(|object| whole(object, &of))))
}

/// An object of a list, with its kind and version, which a list says once for all.
fn whole(mut object: Value, (kind, version): &(String, String)) -> ApiObject {
    if let Value::Object(members) = &mut object {
        // `NodeList` is a list of Nodes; those of Karpenter say it of themselves, too.
        let kind = kind.strip_suffix("List").unwrap_or_default();
        members.entry("kind").or_insert_with(|| kind.into());
        members.entry("apiVersion").or_insert_with(|| version.as_str().into());
    }
    ApiObject::new(object)
}
