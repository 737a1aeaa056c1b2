//! What is written to disk with a plan or a record of the journal.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A part of a plan or of a record that is a service's own. Its form on disk stays what it is: older files must be
/// read, and their hashes must fit.
pub trait Durable: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T> Durable for T where T: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}
