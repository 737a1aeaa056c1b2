//! What comes of an answer that a service has taken in.

use std::sync::Arc;

/// Which resources of a service's list are other than before, and have to be judged anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Touched {
    #[default]
    Nothing,
    /// Those at these places of the list.
    Places(Vec<usize>),
    /// Those with these names.
    Named(Vec<Arc<str>>),
    /// All of them.
    All,
    /// The list itself: others are in it, or they belong to others.
    List,
}

/// What comes of an answer that a service has taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken<R> {
    pub touched: Touched,
    /// What depends on it and is due now.
    pub renew: Vec<R>,
}

impl<R> Default for Taken<R> {
    fn default() -> Self {
        Touched::Nothing.into()
    }
}

impl<R> From<Touched> for Taken<R> {
    fn from(touched: Touched) -> Self {
        Self { touched, renew: Vec::new() }
    }
}

impl<R> Taken<R> {
    /// The same of a read that is named by more.
    pub fn map<S>(self, name: impl Fn(R) -> S) -> Taken<S> {
        Taken { touched: self.touched, renew: self.renew.into_iter().map(name).collect() }
    }
}
