//! Secrets of AWS Secrets Manager: what is told of them, never what is in them.
//!
//! [`Secret`] is what the list says of one, [`SecretDetail`] what is said of one that is looked at: its replicas, and its
//! versions with the stages that they stand at. [`Read`] names what is read, [`Ask`] and [`Answer`] are one read's two
//! sides, [`Data`] is what is known, [`health`] what the rules say of it. No call here fetches a value.

mod data;
pub mod health;
pub mod link;
mod model;
mod reads;
mod words;

#[cfg(test)]
pub mod testing;

pub use data::Data;
pub use model::{
    AWSCURRENT, AWSPENDING, AWSPREVIOUS, Replica, ReplicaStatus, Rotation, Secret, SecretDetail, SecretVersion,
    StagedVersion,
};
pub use reads::{Answer, Ask, Read, title, wanted};
pub use words::{RotationState, rotation, schedule};
