//! The workloads that own pods, each asked for by its name: however large a cluster is, those of a node are few.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::de::IgnoredAny;

use super::beside::{ReadPart, ReadingSoFar, pods_of_part};
use super::picked::pick;
use crate::kube::request::Chosen;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::Pod;

/// Owners that are asked for at once.
const AT_ONCE: usize = 5;

/// The Deployments and StatefulSets that own these pods. Where the pods are unknown nothing is told of them: that is said
/// of the pods.
pub(super) async fn owners_of(beside: &ReadingSoFar<'_>, pods: &ReadPart) -> Vec<ReadPart> {
    let Some(pods) = pods_of_part(pods) else { return Vec::new() };
    let kinds = [("Deployment", ObjectKind::Deployment), ("StatefulSet", ObjectKind::StatefulSet)];
    join_all(kinds.map(|(word, kind)| owners(beside, pods.clone(), word, kind))).await
}

async fn owners<'a>(
    beside: &ReadingSoFar<'_>,
    pods: impl Iterator<Item = &'a Pod>,
    word: &str,
    kind: ObjectKind,
) -> ReadPart {
    let named = pods.filter_map(|pod| {
        let owner = pod.owner.as_ref().filter(|owner| &*owner.kind == word)?;
        Some((pod.namespace.clone(), owner.name.clone()))
    });
    let named: BTreeSet<(Arc<str>, Arc<str>)> = named.collect();
    if named.is_empty() {
        return beside.nothing(kind);
    }
    let of = |(namespace, name): &(Arc<str>, Arc<str>)| {
        let of = Chosen::named(namespace, name);
        async move { pick::<IgnoredAny>(beside.line, kind, &of).await }
    };
    let asked: Vec<_> = named.iter().map(of).collect();
    ReadPart::of_several(kind, stream::iter(asked).buffered(AT_ONCE).try_collect::<Vec<_>>().await)
}
