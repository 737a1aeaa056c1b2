//! What a change would do: the rules of creation, update and deletion.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::resources::Resource;
use super::write::After;
use super::{DeleteOptions, ObjectKey, PendingWrite, Propagation, Store, StoreCause, StoreError, metadata};

/// The pause before a pod is killed where neither the caller nor the pod says one, seconds.
const DEFAULT_GRACE: i64 = 30;

impl Store {
    /// What [`Store::insert`] would do.
    pub fn plan_insert(
        &self,
        resource: Resource,
        namespace: &str,
        mut object: Value,
        now: Timestamp,
    ) -> Result<PendingWrite, StoreError> {
        let served = resource.served();
        let root = metadata::map(&mut object);
        root.insert("apiVersion".to_owned(), served.api_version.into());
        root.insert("kind".to_owned(), served.kind.into());
        let metadata = metadata::of(&mut object);
        if served.namespaced {
            metadata.insert("namespace".to_owned(), namespace.into());
        } else {
            metadata.remove("namespace");
        }
        let text = |field: &str| metadata.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let name = match (text("name"), text("generateName")) {
            (Some(name), _) => name.to_owned(),
            (None, Some(prefix)) => self.free_name(resource, namespace, prefix),
            (None, None) => return Err(StoreCause::Nameless.of(&ObjectKey::namespaced(resource, namespace, ""))),
        };
        let key = ObjectKey::namespaced(resource, if served.namespaced { namespace } else { "" }, &name);
        if self.contains(&key) {
            return Err(StoreCause::AlreadyExists.of(&key));
        }
        metadata.insert("name".to_owned(), name.into());
        metadata.remove("managedFields");
        metadata.remove("resourceVersion");
        metadata.entry("uid").or_insert_with(|| self.identities.uid().into());
        metadata.entry("creationTimestamp").or_insert_with(|| metadata::time(now).into());
        if served.generations {
            metadata.entry("generation").or_insert(json!(1));
        }
        Ok(PendingWrite { key, before: None, after: After::Object(object) })
    }

    /// What [`Store::try_update`] would do. The time is that of every write, though an update stamps nothing with it.
    pub fn plan_update<E: From<StoreError>>(
        &self,
        key: &ObjectKey,
        _now: Timestamp,
        change: impl FnOnce(&mut Value) -> Result<(), E>,
    ) -> Result<PendingWrite, E> {
        let before = self.get(key).ok_or_else(|| StoreCause::NotFound.of(key))?;
        let mut after = Value::clone(before);
        change(&mut after)?;
        restore(&mut after, before);
        if after == **before {
            return Ok(PendingWrite { key: key.clone(), before: Some(Arc::clone(before)), after: After::Same });
        }
        if key.resource.served().generations && asks_for_more(before, &after) {
            let generation = before["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
            metadata::of(&mut after).insert("generation".to_owned(), generation.into());
        }
        let after = if is_over(key.resource, &after) { After::Gone(after) } else { After::Object(after) };
        Ok(PendingWrite { key: key.clone(), before: Some(Arc::clone(before)), after })
    }

    /// What [`Store::delete`] would do.
    pub fn plan_delete(
        &self,
        key: &ObjectKey,
        now: Timestamp,
        options: &DeleteOptions,
    ) -> Result<PendingWrite, StoreError> {
        let before = self.get(key).ok_or_else(|| StoreCause::NotFound.of(key))?;
        if options.uid.as_deref().is_some_and(|uid| uid != metadata::uid(before)) {
            return Err(StoreCause::OtherUid.of(key));
        }
        if options.resource_version.as_deref().is_some_and(|version| version != metadata::resource_version(before)) {
            return Err(StoreCause::Conflict.of(key));
        }
        let mut after = Value::clone(before);
        let held = match options.propagation {
            Propagation::Background => None,
            Propagation::Foreground => Some("foregroundDeletion"),
            Propagation::Orphan => Some("orphan"),
        };
        if let Some(finalizer) = held
            && !metadata::finalizers(before).any(|held| held == finalizer)
        {
            let finalizers = metadata::of(&mut after).entry("finalizers").or_insert_with(|| json!([]));
            if let Value::Array(finalizers) = finalizers {
                finalizers.push(finalizer.into());
            }
        }
        let grace = grace(key.resource, before, options);
        let waits = before["metadata"]["deletionGracePeriodSeconds"].as_i64();
        let metadata = metadata::of(&mut after);
        // A second request can only shorten the wait.
        if !metadata.contains_key("deletionTimestamp") || waits.is_some_and(|waits| grace < waits) {
            let ends = now.checked_add(SignedDuration::from_secs(grace)).unwrap_or(now);
            metadata.insert("deletionTimestamp".to_owned(), metadata::time(ends).into());
            metadata.insert("deletionGracePeriodSeconds".to_owned(), grace.into());
            if key.resource.served().generations {
                let generation = metadata.get("generation").and_then(Value::as_i64).unwrap_or(0) + 1;
                metadata.insert("generation".to_owned(), generation.into());
            }
        }
        let before = Some(Arc::clone(before));
        let after = if is_over(key.resource, &after) {
            After::Gone(after)
        } else if before.as_deref() == Some(&after) {
            After::Same
        } else {
            After::Object(after)
        };
        Ok(PendingWrite { key: key.clone(), before, after })
    }

    fn free_name(&self, resource: Resource, namespace: &str, prefix: &str) -> String {
        let mut attempt = 0;
        loop {
            let name = self.identities.name(prefix, attempt);
            if !self.contains(&ObjectKey::namespaced(resource, namespace, &name)) {
                return name;
            }
            attempt += 1;
        }
    }
}

/// Puts back what no update changes.
fn restore(after: &mut Value, before: &Value) {
    let root = metadata::map(after);
    for field in ["apiVersion", "kind"] {
        root.insert(field.to_owned(), before[field].clone());
    }
    let metadata = metadata::of(after);
    for field in [
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "generateName",
        "resourceVersion",
    ] {
        match before["metadata"].get(field) {
            Some(value) => metadata.insert(field.to_owned(), value.clone()),
            None => metadata.remove(field),
        };
    }
    metadata.remove("managedFields");
}

/// Whether anything but metadata and status differs.
fn asks_for_more(before: &Value, after: &Value) -> bool {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return true };
    let counts = |name: &str| !matches!(name, "metadata" | "status");
    let differs = before.iter().any(|(name, value)| counts(name) && after.get(name) != Some(value));
    differs || after.keys().any(|name| counts(name) && !before.contains_key(name))
}

/// Whether nothing holds the object any longer.
fn is_over(resource: Resource, object: &Value) -> bool {
    let waits = resource == Resource::Pods && object["metadata"]["deletionGracePeriodSeconds"].as_i64() != Some(0);
    metadata::is_terminating(object) && !waits && metadata::finalizers(object).next().is_none()
}

/// The grace period of a deletion, seconds. Only pods have one, and of those only the ones that a
/// kubelet runs (registry/core/pod, `CheckGracefulDelete`).
fn grace(resource: Resource, object: &Value, options: &DeleteOptions) -> i64 {
    let ended = matches!(object["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
    if resource != Resource::Pods || metadata::node_name(object).is_empty() || ended {
        return 0;
    }
    let own = object["spec"]["terminationGracePeriodSeconds"].as_i64();
    options.grace_seconds.or(own).unwrap_or(DEFAULT_GRACE).max(0)
}
