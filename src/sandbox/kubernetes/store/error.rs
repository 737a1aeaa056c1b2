//! Why a change is refused.

use std::fmt;

use super::ObjectKey;

/// A change that the store refuses, and the object that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    pub key: ObjectKey,
    pub cause: StoreCause,
}

/// What is wrong with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreCause {
    NotFound,
    AlreadyExists,
    /// Another change came first: the resourceVersion is not the one that was named.
    Conflict,
    /// A precondition names another uid: an object of that name was deleted and made anew.
    OtherUid,
    /// Neither `name` nor `generateName` is given.
    Nameless,
}

impl StoreCause {
    /// The refusal of a change of this object.
    pub fn of(self, key: &ObjectKey) -> StoreError {
        StoreError { key: key.clone(), cause: self }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.cause {
            StoreCause::NotFound => "not found",
            StoreCause::AlreadyExists => "already exists",
            StoreCause::Conflict => "was changed by somebody else",
            StoreCause::OtherUid => "is another object of the same name",
            StoreCause::Nameless => "has no name",
        };
        write!(f, "{} {what}", self.key)
    }
}

impl std::error::Error for StoreError {}
