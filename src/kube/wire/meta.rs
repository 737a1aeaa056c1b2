//! `metadata` of an object.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::value::{WireList, WireMap, WireText, WireTime};

/// Annotations that are kept of nodes and claims begin so.
const KEPT_ANNOTATIONS: [&str; 3] = ["karpenter.sh/", "karpenter.k8s.aws/", "eks.amazonaws.com/"];

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::kube) struct WireMeta<'a> {
    #[serde(borrow)]
    pub(in crate::kube) namespace: WireText<'a>,
    pub(in crate::kube) name: WireText<'a>,
    pub(in crate::kube) resource_version: WireText<'a>,
    pub(super) generation: Option<i64>,
    creation_timestamp: WireTime,
    deletion_timestamp: WireTime,
    finalizers: WireList<WireText<'a>>,
    pub(super) labels: WireMap<'a>,
    pub(super) annotations: WireMap<'a>,
    pub(super) owner_references: WireList<WireOwner<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireOwner<'a> {
    #[serde(borrow)]
    pub(super) kind: WireText<'a>,
    pub(super) name: WireText<'a>,
    pub(super) controller: Option<bool>,
}

impl WireMeta<'_> {
    /// `namespace/name`, or the name alone; empty where it has no name.
    pub(in crate::kube) fn key(&self) -> Arc<str> {
        if self.namespace.is_empty() { own(&self.name) } else { own(&format!("{}/{}", &*self.namespace, &*self.name)) }
    }

    pub(super) fn created(&self) -> Option<Timestamp> {
        self.creation_timestamp.0
    }

    pub(super) fn deleting(&self) -> Option<Timestamp> {
        self.deletion_timestamp.0
    }

    pub(super) fn finalizers(&self, words: &mut Interned) -> Vec<Arc<str>> {
        self.finalizers.iter().map(|name| words.word(name)).collect()
    }

    /// Annotations of Karpenter and EKS alone.
    pub(super) fn kept_annotations(&self, words: &mut Interned) -> BTreeMap<Arc<str>, Arc<str>> {
        let is_kept = |key: &str| KEPT_ANNOTATIONS.iter().any(|prefix| key.starts_with(prefix));
        let kept = self.annotations.0.iter().filter(|(key, _)| is_kept(key));
        kept.map(|(key, value)| (words.word(key), words.word(value))).collect()
    }

    /// The newest specification was seen by whoever wrote the status.
    pub(super) fn is_observed(&self, observed: Option<i64>) -> bool {
        observed.is_some_and(|observed| self.generation.is_none_or(|generation| observed >= generation))
    }
}

/// All of a map, shared.
pub(super) fn shared_map(map: &WireMap<'_>, words: &mut Interned) -> BTreeMap<Arc<str>, Arc<str>> {
    map.0.iter().map(|(key, value)| (words.word(key), words.word(value))).collect()
}

/// All of a map in the order of the answer, shared.
pub(super) fn shared_pairs(map: &WireMap<'_>, words: &mut Interned) -> Vec<(Arc<str>, Arc<str>)> {
    map.0.iter().map(|(key, value)| (words.word(key), words.word(value))).collect()
}
