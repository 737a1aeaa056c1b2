//! What was made of the resources of a list beside their findings, which the ledger keeps: whose they are, which checks
//! could be made, which of them are to be looked at again.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::collect::Touched;
use crate::domain::EnvironmentId;
use crate::health::Coverage;

/// What no answer has touched for so long is looked at again, for time itself ages values, seconds.
pub const AGED: i64 = 60;

/// Over how many seconds that is spread.
const SPREAD: usize = 30;

/// What was made of a resource, for whose checks `R` are read, and of which a summary takes `G`.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<R, G> {
    /// Whose it is.
    pub(super) arn: String,
    /// The environment that it belongs to.
    pub owner: Option<EnvironmentId>,
    /// Which checks could be made; `None` before the first look at it.
    pub coverage: Option<Coverage<R>>,
    /// All that is missing to judge it was known once, and is old.
    pub old: bool,
    /// Something worse than a hint is found of it: the ledger has what.
    pub is_troubled: bool,
    /// What a summary takes from it, as it was when it was looked at.
    pub gist: G,
    /// The moment of the data that was looked at.
    pub(super) seen: Option<Timestamp>,
    /// When it was looked at.
    at: Option<Timestamp>,
    /// Something of it has changed since.
    is_due: bool,
}

/// The resources of a site as they were examined: by index of the list that they came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkups<R, G = ()> {
    all: Vec<Checked<R, G>>,
    /// Where in the list one is, by its name.
    places: HashMap<Arc<str>, usize>,
    /// Places by the environment that they belong to.
    owned: HashMap<EnvironmentId, Vec<usize>>,
    /// Whether the list is still the one that this was laid out for.
    is_laid_out: bool,
    /// What was current when it was last looked.
    current: Vec<R>,
    /// The second in which it was last looked for what has aged.
    aged: Option<i64>,
    /// How many are due.
    due: usize,
}

impl<R, G> Checked<R, G> {
    /// Under what the ledger keeps its findings.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }
}

impl<R, G> Default for Checkups<R, G> {
    fn default() -> Self {
        let (all, current) = (Vec::new(), Vec::new());
        Self { all, places: HashMap::new(), owned: HashMap::new(), is_laid_out: false, current, aged: None, due: 0 }
    }
}

impl<R: Clone + PartialEq, G: Copy + Default> Checkups<R, G> {
    /// One of them, by its place in the list.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Checked<R, G>> {
        self.all.get(index)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Checked<R, G>> {
        self.all.get_mut(index)
    }

    /// Where in the list one is, by its name.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The places of an environment's in the list.
    #[must_use]
    pub fn of(&self, environment: EnvironmentId) -> &[usize] {
        self.owned.get(&environment).map_or(&[], Vec::as_slice)
    }

    /// Something of one has changed.
    pub(super) fn touch(&mut self, name: &str) {
        if let Some(at) = self.place(name) {
            self.touch_at(at);
        }
    }

    /// The same by its place in the list.
    pub(super) fn touch_at(&mut self, index: usize) {
        if let Some(checked) = self.all.get_mut(index).filter(|checked| !checked.is_due) {
            checked.is_due = true;
            self.due += 1;
        }
    }

    /// Something of all of them has changed.
    pub(super) fn touch_all(&mut self) {
        self.all.iter_mut().for_each(|checked| checked.is_due = true);
        self.due = self.all.len();
    }

    /// Takes in what an answer has changed.
    pub fn take(&mut self, touched: &Touched) {
        match touched {
            Touched::Nothing => {}
            Touched::Places(places) => places.iter().for_each(|at| self.touch_at(*at)),
            Touched::Named(names) => names.iter().for_each(|name| self.touch(name)),
            Touched::All => self.touch_all(),
            Touched::List => self.forget(),
        }
    }

    /// The list itself has changed, or whom its resources belong to.
    pub fn forget(&mut self) {
        self.is_laid_out = false;
    }

    /// Whether each has its place.
    pub(super) fn is_laid_out(&self) -> bool {
        self.is_laid_out
    }

    /// What was current when it was last looked.
    pub(super) fn current(&self) -> &[R] {
        &self.current
    }

    /// How many are due.
    pub(super) fn due(&self) -> usize {
        self.due
    }

    /// Those that belong to an environment.
    pub(super) fn owned(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|checked| checked.owner.is_some()).map(|checked| checked.arn.as_str())
    }

    /// Makes a place for each resource of a list that is new: its name, its ARN and whose it is.
    pub(super) fn lay_out<'a>(&mut self, list: impl Iterator<Item = (&'a str, &'a str, Option<EnvironmentId>)>) {
        let before = mem::take(self);
        self.is_laid_out = true;
        for (at, (name, arn, owner)) in list.enumerate() {
            self.places.insert(name.into(), at);
            if let Some(owner) = owner {
                self.owned.entry(owner).or_default().push(at);
            }
            // What was said of it holds until it is looked at again: a list with one more is no reason to know less.
            let known = before.place(name).and_then(|at| before.all.get(at)).filter(|known| known.arn == arn);
            let (coverage, old, is_troubled, gist, seen) = known
                .map(|known| (known.coverage.clone(), known.old, known.is_troubled, known.gist, known.seen))
                .unwrap_or_default();
            let arn = arn.to_owned();
            self.all.push(Checked { arn, owner, coverage, old, is_troubled, gist, seen, at: None, is_due: true });
        }
        self.due = self.all.len();
    }

    /// Time has passed: values have aged. True when something is current no longer, or is again.
    pub(super) fn age(&mut self, current: Vec<R>, now: Timestamp) -> bool {
        if self.current != current {
            self.current = current;
            self.touch_all();
            return true;
        }
        // Thousands are looked through once a second.
        if self.aged.replace(now.as_second()) == Some(now.as_second()) {
            return false;
        }
        for checked in self.all.iter_mut().filter(|checked| !checked.is_due) {
            if checked.at.is_none_or(|at| now.as_second() - at.as_second() >= AGED) {
                checked.is_due = true;
                self.due += 1;
            }
        }
        false
    }

    /// The first from a place on that is due.
    pub(super) fn next_due(&self, from: usize) -> Option<usize> {
        let all = self.all.iter().enumerate().skip(from);
        all.filter(|(_, checked)| checked.is_due).map(|(at, _)| at).next()
    }

    /// One is looked at now.
    pub(super) fn begin(&mut self, index: usize, now: Timestamp) -> Option<&mut Checked<R, G>> {
        let checked = self.all.get_mut(index)?;
        checked.is_due = false;
        // Not all at once: those that were looked at together would age together.
        let apart = i64::try_from(index % SPREAD).unwrap_or(0);
        checked.at = now.checked_sub(SignedDuration::from_secs(apart)).ok();
        self.due = self.due.saturating_sub(1);
        Some(checked)
    }
}
