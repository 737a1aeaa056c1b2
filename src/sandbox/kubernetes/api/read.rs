//! One object.

use std::sync::Arc;

use http::{Response, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::super::store::{ObjectKey, StoreCause};
use super::body::ApiBody;
use super::events::presented;
use super::request::Objects;
use super::server::json;
use super::table::TablePrinter;
use super::{ApiRefusal, ApiServer, lease};

impl Objects {
    /// The key of the object.
    pub(super) fn key(&self) -> ObjectKey {
        ObjectKey::namespaced(self.served.resource, &self.namespace, &self.name)
    }
}

impl ApiServer {
    pub(super) fn get(
        &self,
        objects: &Objects,
        table: Option<TablePrinter>,
        now: Timestamp,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let object = self.object(objects)?;
        let object = lease::renewed(objects.served, &object, now);
        if let Some(table) = table {
            return Ok(json(StatusCode::OK, &table.one(objects.served, &object, true, now)));
        }
        Ok(json(StatusCode::OK, &presented(objects.served, &object)))
    }

    /// # Errors
    /// 404
    pub(super) fn object(&self, objects: &Objects) -> Result<Arc<Value>, ApiRefusal> {
        let key = objects.key();
        let object = self.cluster.read(|store| store.get(&key).cloned());
        object.ok_or_else(|| StoreCause::NotFound.of(&key).into())
    }
}
