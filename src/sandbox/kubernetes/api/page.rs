//! Pages of a list: the token that says from where and of which revision it goes on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::super::resources::Resource;
use super::super::store::ObjectKey;
use super::ApiRefusal;

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PageToken {
    v: String,
    /// The revision of the first page; 0 goes on with what is there now.
    pub(super) rv: u64,
    namespace: String,
    /// The last object that was shown.
    start: String,
}

impl PageToken {
    pub(super) fn after(key: &ObjectKey, revision: u64) -> Self {
        let v = "meta.k8s.io/v1".to_owned();
        Self { v, rv: revision, namespace: key.namespace.to_string(), start: key.name.to_string() }
    }

    /// # Errors
    /// 400 when it is none of ours.
    pub(super) fn parse(text: &str) -> Result<Self, ApiRefusal> {
        let refused = || ApiRefusal::bad_request("continue key is not valid");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        serde_json::from_slice(&bytes).map_err(|_| refused())
    }

    pub(super) fn text(&self) -> String {
        // It is four plain fields: it cannot fail.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn key(&self, resource: Resource) -> ObjectKey {
        ObjectKey::namespaced(resource, &self.namespace, &self.start)
    }

    /// 410, with a token that goes on all the same, from another revision (apiserver,
    /// `handleExpiredTokenError`).
    pub(super) fn expired(&self) -> ApiRefusal {
        let message = "The provided continue parameter is too old to display a consistent list result. You can \
                       start a new list without the continue parameter, or use the continue token in this response \
                       to retrieve the remainder of the results. Continuing with the provided token results in an \
                       inconsistent list - objects that were created, modified, or deleted between the time the \
                       first chunk was returned and now may show up in the list.";
        let onward = Self { rv: 0, ..self.clone() };
        ApiRefusal::expired(message).onward(onward.text())
    }
}
