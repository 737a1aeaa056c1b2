//! A cluster that a server, controllers and tests share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

pub use super::simulation::Controller;
use super::store::Store;

/// A store behind a lock, and the news of its revisions. The lock is held for one request or one
/// step of a controller, never while somebody waits.
#[derive(Debug)]
pub struct Cluster {
    store: Mutex<Store>,
    revision: watch::Sender<u64>,
}

impl Cluster {
    /// A cluster of these objects.
    pub fn new(store: Store) -> Self {
        let revision = watch::Sender::new(store.revision());
        Self { store: Mutex::new(store), revision }
    }

    /// Reads.
    pub fn read<T>(&self, read: impl FnOnce(&Store) -> T) -> T {
        read(&self.lock())
    }

    /// Reads and changes; whoever waits for news is told when there are some.
    pub fn write<T>(&self, write: impl FnOnce(&mut Store) -> T) -> T {
        let mut store = self.lock();
        let outcome = write(&mut store);
        let revision = store.revision();
        drop(store);
        self.revision.send_if_modified(|known| {
            let newer = revision > *known;
            *known = revision.max(*known);
            newer
        });
        outcome
    }

    /// The news of revisions.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// A panic in one request must not end the others: every change is whole or not there.
    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
