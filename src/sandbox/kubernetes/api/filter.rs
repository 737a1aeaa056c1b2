//! What a list or a watch shows: its namespace and its selectors.

use serde_json::Value;

use super::super::resources::{Resource, Served};
use super::super::selector::LabelSelector;
use super::super::store::metadata;
use super::ApiRefusal;
use super::fields::FieldSelector;
use super::request::{Objects, Query};

/// The objects of a request.
#[derive(Debug, Clone)]
pub(super) struct ListFilter {
    pub(super) served: &'static Served,
    pub(super) namespace: String,
    labels: LabelSelector,
    fields: FieldSelector,
}

impl ListFilter {
    /// # Errors
    /// 400 when a selector is none.
    pub(super) fn of(objects: &Objects, query: &Query) -> Result<Self, ApiRefusal> {
        let labels = query.get("labelSelector").unwrap_or_default();
        let refused = |why: String| ApiRefusal::bad_request(&format!("unable to parse requirement: {why}"));
        Ok(Self {
            served: objects.served,
            namespace: objects.namespace.clone(),
            labels: LabelSelector::parse(labels).map_err(refused)?,
            fields: FieldSelector::parse(query.get("fieldSelector").unwrap_or_default(), objects.served)?,
        })
    }

    /// Whether every object of the namespace is shown.
    pub(super) fn shows_all(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(super) fn resource(&self) -> Resource {
        self.served.resource
    }

    pub(super) fn accepts(&self, object: &Value) -> bool {
        let here = self.namespace.is_empty() || metadata::namespace(object) == self.namespace;
        here && self.labels.accepts(object) && self.fields.accepts(object)
    }
}
