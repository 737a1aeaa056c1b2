//! The round over all claims: each is brought forward by what concerns it.

use super::class::add_finalizer;
use super::condition::{self, CLAIM};
use super::object::FINALIZER;
use super::{Karpenter, moment};
use crate::sandbox::kubernetes::cloud::Cloud;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

impl Karpenter {
    /// Looks at every claim once.
    pub(super) fn claims(&mut self, store: &mut Store, cloud: &mut Cloud, now: Timestamp) {
        let keys: Vec<ObjectKey> = store.list(Resource::NodeClaims).map(|(key, _)| key.clone()).collect();
        for key in keys {
            let Some(claim) = store.get(&key).cloned() else { continue };
            if metadata::is_terminating(&claim) {
                self.finalize(store, cloud, &key, &claim, now);
                continue;
            }
            if condition::get(&claim, "Launched").is_none() {
                let began = store.update(&key, now, |claim| {
                    add_finalizer(claim, FINALIZER);
                    condition::begin(claim, CLAIM, now);
                });
                if began.is_err() {
                    continue;
                }
            }
            self.launch(store, cloud, &key, now);
            self.register(store, &key, now);
            Self::initialize(store, &key, now);
            self.check_liveness(store, &key, now);
            Self::expire(store, &key, now);
            self.note_disruptability(store, cloud, &key, now);
            if let Some(claim) = store.get(&key).filter(|claim| metadata::is_terminating(claim)).cloned() {
                self.finalize(store, cloud, &key, &claim, now);
            }
        }
        let alive: Vec<String> =
            store.list(Resource::NodeClaims).map(|(_, claim)| metadata::uid(claim).to_owned()).collect();
        self.attempts.retain(|uid, _| alive.contains(uid));
        self.drift_seen.retain(|uid, _| alive.contains(uid));
    }

    /// A claim older than its `expireAfter` is deleted, whatever budgets say.
    fn expire(store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(claim) = store.get(key) else { return };
        let after = claim.pointer("/spec/expireAfter").and_then(Value::as_str).and_then(moment::duration);
        let (Some(after), Some(created)) = (after, metadata::creation_timestamp(claim)) else { return };
        if !metadata::is_terminating(claim) && now.duration_since(created) >= after {
            Self::delete_claim(store, key, now);
        }
    }

    /// Asks for a claim's end.
    pub(super) fn delete_claim(store: &mut Store, key: &ObjectKey, now: Timestamp) {
        // It may be gone already.
        let _ = store.delete(key, now, &DeleteOptions::default());
    }

    /// The claim as it is now, unless it ends.
    pub(super) fn living(store: &Store, key: &ObjectKey) -> Option<Arc<Value>> {
        store.get(key).filter(|claim| !metadata::is_terminating(claim)).cloned()
    }
}
