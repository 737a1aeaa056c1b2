//! What was made of the clusters of a site: whose each is, which checks could be made, when it was looked at.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::collect::Touched;
use crate::domain::EnvironmentId;
use crate::health::Coverage;
use crate::services::kubernetes::rules::{ClusterNeed, ThingRef};

/// A cluster is looked at as a whole, no more often than this, seconds: things of it may change all the time.
const APART: i64 = 1;
/// What nothing has touched for so long is looked at again, for time itself ages what waits, seconds.
const AGED: i64 = 30;

/// What was made of a cluster, and of everything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedCluster {
    /// Its ARN: under it, and under `<arn>#…`, the ledger keeps the findings.
    pub arn: Arc<str>,
    /// The environment that it belongs to.
    pub owner: Option<EnvironmentId>,
    /// Which checks could be made, of all its things together; `None` before the first look.
    pub coverage: Option<Coverage<ClusterNeed>>,
    /// Something worse than a hint is found.
    pub is_troubled: bool,
    /// Nodes that are ready, and all; `None` where they are not known.
    pub nodes: Option<(usize, usize)>,
    /// Pods that no node was found for; `None` where they are not known.
    pub waiting: Option<usize>,
    /// The moment of the data that was looked at.
    pub(super) seen: Option<Timestamp>,
    at: Option<Timestamp>,
    is_due: bool,
}

impl CheckedCluster {
    /// Every check could be made: only then no finding means that all is well.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.coverage.as_ref().is_some_and(Coverage::is_whole)
    }
}

/// A cluster that is looked at, part by part: a thousand nodes take longer than a key may wait.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ClusterLook {
    pub(super) name: Arc<str>,
    /// The moment of the data that is looked at: that of its beginning.
    pub(super) seen: Timestamp,
    /// When it was looked at before, and which checks could be made then.
    pub(super) before: Option<(Timestamp, Coverage<ClusterNeed>)>,
    /// What is in it, and how far it was looked at.
    pub(super) things: Vec<ThingRef>,
    pub(super) next: usize,
    /// Of what was looked at: which checks could be made, of what something is found, whether that is worse than a
    /// hint, and whether it is something else than before.
    pub(super) whole: Coverage<ClusterNeed>,
    pub(super) found: HashSet<String>,
    pub(super) is_troubled: bool,
    pub(super) is_other: bool,
}

/// Those of a site, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterCheckups {
    all: BTreeMap<Arc<str>, CheckedCluster>,
    is_laid_out: bool,
    /// The look that is under way.
    pub(super) under_way: Option<ClusterLook>,
}

impl ClusterCheckups {
    /// One of them.
    #[must_use]
    pub fn get(&self, cluster: &str) -> Option<&CheckedCluster> {
        self.all.get(cluster)
    }

    /// Those of an environment, by name.
    pub fn of(&self, environment: EnvironmentId) -> impl Iterator<Item = (&Arc<str>, &CheckedCluster)> {
        self.all.iter().filter(move |(_, checked)| checked.owner == Some(environment))
    }

    /// Something of a cluster has changed.
    pub(super) fn touch(&mut self, cluster: &str) {
        if let Some(checked) = self.all.get_mut(cluster) {
            checked.is_due = true;
        }
    }

    /// Takes in what an answer has changed.
    pub(super) fn take(&mut self, touched: &Touched) {
        match touched {
            Touched::Nothing => {}
            Touched::Named(names) => names.iter().for_each(|name| self.touch(name)),
            Touched::All | Touched::Places(_) => self.all.values_mut().for_each(|checked| checked.is_due = true),
            Touched::List => self.forget(),
        }
    }

    /// There are other clusters, or they belong to others.
    pub(super) fn forget(&mut self) {
        self.is_laid_out = false;
    }

    pub(super) fn is_laid_out(&self) -> bool {
        self.is_laid_out
    }

    /// The ARNs of those that belong to an environment.
    pub(super) fn owned(&self) -> impl Iterator<Item = &str> {
        self.all.values().filter(|checked| checked.owner.is_some()).map(|checked| &*checked.arn)
    }

    /// Makes a place for each cluster of a list that is new: its name, its ARN and whose it is.
    pub(super) fn lay_out(&mut self, list: impl Iterator<Item = (Arc<str>, Arc<str>, Option<EnvironmentId>)>) {
        let mut before = std::mem::take(&mut self.all);
        // All of them are looked at anew.
        (self.is_laid_out, self.under_way) = (true, None);
        for (name, arn, owner) in list {
            let known = before.remove(&name).filter(|known| known.arn == arn);
            let fresh = CheckedCluster {
                arn,
                owner,
                coverage: None,
                is_troubled: false,
                nodes: None,
                waiting: None,
                seen: None,
                at: None,
                is_due: true,
            };
            let checked = known.map_or(fresh, |known| CheckedCluster { owner, is_due: true, ..known });
            self.all.insert(name, checked);
        }
    }

    /// One that is to be looked at now.
    pub(super) fn next_due(&self, now: Timestamp) -> Option<&Arc<str>> {
        let is_due = |checked: &CheckedCluster| match checked.at {
            None => true,
            // A clock that went back is no reason to look no more.
            Some(at) => {
                let passed = now.as_second() - at.as_second();
                !(0..APART).contains(&passed) && (checked.is_due || !(0..AGED).contains(&passed))
            }
        };
        self.all.iter().find(|(_, checked)| is_due(checked)).map(|(name, _)| name)
    }

    /// Those that wait for their next turn are looked at now.
    pub(super) fn hurry(&mut self) {
        self.all.values_mut().filter(|checked| checked.is_due).for_each(|checked| checked.at = None);
    }

    /// One is looked at now.
    pub(super) fn begin(&mut self, cluster: &str, now: Timestamp) -> Option<&mut CheckedCluster> {
        let checked = self.get_mut(cluster)?;
        (checked.is_due, checked.at) = (false, Some(now));
        Some(checked)
    }

    /// One of them, to be changed.
    pub(super) fn get_mut(&mut self, cluster: &str) -> Option<&mut CheckedCluster> {
        self.all.get_mut(cluster)
    }

    /// Something is to be looked at now.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.under_way.is_some() || self.next_due(now).is_some()
    }
}
