//! What a watch tells: the whole, then what changes in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Fault;

/// Things that are watched, by name: `namespace/name` of a Kubernetes object, or its name alone where it has no
/// namespace.
pub type Items<T> = BTreeMap<Arc<str>, T>;

/// One thing that a watch tells (Kubernetes, API Concepts, "Efficient detection of changes").
#[derive(Debug, Clone, PartialEq)]
pub enum Delta<T> {
    /// All that there is, of a list that was read to its end: what is not in it is gone. It comes first, and again
    /// whenever the server no longer knows where the watch stood (410 Gone).
    Snapshot(Items<T>),
    /// What has come or is another, and what is gone, since the delta before.
    Changes {
        /// As they are now. What is in `gone` too is there: it was made anew.
        put: Items<T>,
        gone: BTreeSet<Arc<str>>,
    },
    /// Everything up to now was told: a bookmark of Kubernetes.
    Alive,
    /// The watch is over, and why. Nothing comes after it.
    Lost(Fault),
}

impl<T> Delta<T> {
    /// Takes in the delta that came next, so that both are one. Gives it back where they cannot be: a loss stays apart.
    pub fn absorb(&mut self, next: Self) -> Option<Self> {
        if matches!(self, Self::Lost(_)) {
            return Some(next);
        }
        match next {
            Self::Lost(_) => return Some(next),
            Self::Alive => {}
            Self::Snapshot(_) => *self = next,
            Self::Changes { put, gone } => self.change(put, gone),
        }
        None
    }

    fn change(&mut self, put: Items<T>, gone: BTreeSet<Arc<str>>) {
        match self {
            Self::Snapshot(all) => {
                for name in &gone {
                    all.remove(name);
                }
                all.extend(put);
            }
            Self::Changes { put: items, gone: names } => {
                for name in &gone {
                    items.remove(name);
                }
                names.extend(gone);
                for name in put.keys() {
                    names.remove(name);
                }
                items.extend(put);
            }
            Self::Alive | Self::Lost(_) => *self = Self::Changes { put, gone },
        }
    }
}

/// What a watch tells, of whatever things: what comes shortly after each other can be made one.
pub trait Tale: Sized {
    /// Takes in what came next, so that both are one. Gives it back where they cannot be: a loss stays apart.
    fn absorb(&mut self, next: Self) -> Option<Self>;

    /// Why the watch is lost, where that is what is told.
    fn loss(&self) -> Option<&Fault>;
}

impl<T> Tale for Delta<T> {
    fn absorb(&mut self, next: Self) -> Option<Self> {
        Self::absorb(self, next)
    }

    fn loss(&self) -> Option<&Fault> {
        if let Self::Lost(fault) = self { Some(fault) } else { None }
    }
}

/// Which of the watched things a delta has changed: only these are to be examined again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Changed {
    /// None; how fresh they are may be another matter.
    #[default]
    Nothing,
    /// Those of these names, one at least: they came, are others, or are gone.
    These(BTreeSet<Arc<str>>),
    /// All: nothing was known before.
    All,
}

impl Changed {
    /// Those of these names.
    #[must_use]
    pub fn of(names: BTreeSet<Arc<str>>) -> Self {
        if names.is_empty() { Self::Nothing } else { Self::These(names) }
    }

    /// Takes in what changed afterwards.
    pub fn join(&mut self, next: Self) {
        match next {
            Self::Nothing => {}
            Self::All => *self = Self::All,
            Self::These(more) => match self {
                Self::Nothing => *self = Self::These(more),
                Self::These(names) => names.extend(more),
                Self::All => {}
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;

    fn items(all: &[(&str, u8)]) -> Items<u8> {
        all.iter().map(|(name, item)| (Arc::from(*name), *item)).collect()
    }

    fn names(all: &[&str]) -> BTreeSet<Arc<str>> {
        all.iter().map(|name| Arc::from(*name)).collect()
    }

    fn changes(put: &[(&str, u8)], gone: &[&str]) -> Delta<u8> {
        Delta::Changes { put: items(put), gone: names(gone) }
    }

    fn joined(all: impl IntoIterator<Item = Delta<u8>>) -> Delta<u8> {
        let mut all = all.into_iter();
        let mut first = all.next().expect("one at least");
        assert!(all.all(|next| first.absorb(next).is_none()), "a loss is among them");
        first
    }

    #[test]
    fn what_came_last_counts() {
        let (came, went, back) =
            (changes(&[("a", 1), ("b", 1)], &["c"]), changes(&[], &["a"]), changes(&[("c", 2)], &[]));
        assert_eq!(
            joined([Delta::Alive, came.clone(), Delta::Alive, went, back]),
            changes(&[("b", 1), ("c", 2)], &["a"])
        );
        let whole = Delta::Snapshot(items(&[("a", 1), ("z", 1)]));
        assert_eq!(joined([came, whole.clone()]), whole, "what is told of before the whole is over");
        let anew = changes(&[("a", 2)], &["a", "z"]);
        assert_eq!(joined([whole, anew.clone()]), Delta::Snapshot(items(&[("a", 2)])));
        assert_eq!(joined([changes(&[("a", 1)], &[]), anew]), changes(&[("a", 2)], &["z"]));
    }

    #[test]
    fn a_loss_stays_apart() {
        let kind = FaultKind::Unreachable;
        let lost = Delta::Lost(Fault { kind, call: "x:Y".into(), message: String::new(), request_id: None });
        let mut earlier = changes(&[("a", 1)], &[]);
        assert_eq!(earlier.absorb(lost.clone()), Some(lost.clone()));
        assert_eq!(earlier, changes(&[("a", 1)], &[]));
        assert_eq!(lost.clone().absorb(Delta::Alive), Some(Delta::Alive));
    }

    #[test]
    fn what_changed_adds_up() {
        let these = |all: &[&str]| Changed::of(names(all));
        for (first, next, both) in [
            (Changed::Nothing, these(&["a"]), these(&["a"])),
            (these(&["a"]), Changed::Nothing, these(&["a"])),
            (these(&["a"]), these(&["b"]), these(&["a", "b"])),
            (these(&["a"]), Changed::All, Changed::All),
            (Changed::All, these(&["a"]), Changed::All),
            (these(&[]), Changed::Nothing, Changed::Nothing),
        ] {
            let mut sum = first.clone();
            sum.join(next);
            assert_eq!(sum, both, "after {first:?}");
        }
    }
}
