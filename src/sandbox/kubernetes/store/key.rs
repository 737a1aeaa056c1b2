//! What names an object.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::super::resources::Resource;
use super::metadata;

/// The name of an object. The namespace of a cluster-wide one is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    pub resource: Resource,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

impl ObjectKey {
    /// An object in a namespace.
    pub fn namespaced(resource: Resource, namespace: &str, name: &str) -> Self {
        Self { resource, namespace: namespace.into(), name: name.into() }
    }

    /// An object of the cluster.
    pub fn cluster(resource: Resource, name: &str) -> Self {
        Self::namespaced(resource, "", name)
    }

    /// The key of an object, from its metadata.
    pub fn of(resource: Resource, object: &Value) -> Self {
        Self::namespaced(resource, metadata::namespace(object), metadata::name(object))
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = self.resource.served().plural;
        if self.namespace.is_empty() {
            write!(f, "{plural}/{}", self.name)
        } else {
            write!(f, "{plural}/{}/{}", self.namespace, self.name)
        }
    }
}
