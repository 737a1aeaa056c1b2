//! How sets are scaled: rolling, at once, in proportion.

use super::{Deployments, Rollout, pods_left, replicas_of};
use crate::sandbox::kubernetes::store::{ObjectKey, Store};

impl Deployments {
    /// The old pods go first, all of them, then the new come.
    pub(super) fn recreate(&mut self, store: &mut Store, rollout: &mut Rollout) {
        let mut scaled = false;
        for set in rollout.old.clone() {
            if replicas_of(store, &set) > 0 {
                self.scale(store, rollout, &set, 0);
                scaled = true;
            }
        }
        let left: usize = rollout.old.iter().map(|set| pods_left(store, set)).sum();
        if scaled || left > 0 {
            return;
        }
        self.ensure_new_set(store, rollout, rollout.replicas());
        if let Some(new) = rollout.new.clone() {
            self.scale(store, rollout, &new, rollout.replicas());
        }
    }

    /// One step of a rolling update: the new set grows as far as the surge lets it, else the old ones shrink as far as
    /// availability lets them.
    pub(super) fn roll(&mut self, store: &mut Store, rollout: &mut Rollout) {
        let first = grown(store, rollout);
        self.ensure_new_set(store, rollout, first);
        let Some(new) = rollout.new.clone() else { return };
        let wanted = grown(store, rollout);
        if wanted != replicas_of(store, &new) {
            self.scale(store, rollout, &new, wanted);
            return;
        }
        self.shrink_old(store, rollout, &new);
    }

    fn shrink_old(&mut self, store: &mut Store, rollout: &Rollout, new: &ObjectKey) {
        let (_, unavailable) = rollout.fenceposts();
        let old: i64 = rollout.old.iter().map(|set| replicas_of(store, set)).sum();
        if old == 0 {
            return;
        }
        let least = rollout.replicas() - unavailable;
        let new_replicas = replicas_of(store, new);
        let mut most = old + new_replicas - least - (new_replicas - available(store, new));
        if most <= 0 {
            return;
        }
        // What is not available goes first (`cleanupUnhealthyReplicas`).
        for set in &rollout.old {
            let (replicas, ok) = (replicas_of(store, set), available(store, set));
            let down = (replicas - ok).min(most);
            if replicas > 0 && down > 0 {
                self.scale(store, rollout, set, replicas - down);
                most -= down;
            }
        }
        let sets = rollout.old.iter().chain([new]);
        let ready: i64 = sets.map(|set| available(store, set).min(replicas_of(store, set))).sum();
        let mut down = ready - least;
        for set in &rollout.old {
            let replicas = replicas_of(store, set);
            let by = down.min(replicas);
            if by > 0 {
                self.scale(store, rollout, set, replicas - by);
                down -= by;
            }
        }
    }

    /// `replicas` was changed: the sets change in proportion, what is over or missing goes to the largest (`scale` of
    /// the deployment controller).
    pub(super) fn scale_in_proportion(&mut self, store: &mut Store, rollout: &Rollout) {
        let active: Vec<ObjectKey> =
            rollout.old.iter().chain(&rollout.new).filter(|set| replicas_of(store, set) > 0).cloned().collect();
        let latest = rollout.new.clone().or_else(|| rollout.old.last().cloned());
        if active.len() <= 1 {
            if let Some(set) = active.first().or(latest.as_ref()) {
                self.scale(store, rollout, set, rollout.replicas());
            }
            return;
        }
        let saturated = rollout.new.as_ref().is_some_and(|new| {
            replicas_of(store, new) == rollout.replicas() && available(store, new) == rollout.replicas()
        });
        if saturated {
            for set in rollout.old.iter().filter(|set| replicas_of(store, set) > 0).cloned().collect::<Vec<_>>() {
                self.scale(store, rollout, &set, 0);
            }
            return;
        }
        let all: i64 = active.iter().map(|set| replicas_of(store, set)).sum();
        let (surge, _) = rollout.fenceposts();
        let allowed = if rollout.replicas() > 0 { rollout.replicas() + surge } else { 0 };
        let change = allowed - all;
        let mut sets: Vec<(ObjectKey, i64)> =
            active.into_iter().map(|set| (set.clone(), replicas_of(store, &set))).collect();
        sets.sort_by_key(|(_, replicas)| std::cmp::Reverse(*replicas));
        let mut left = change;
        let mut goals: Vec<(ObjectKey, i64)> = Vec::new();
        for (set, replicas) in sets {
            let share = (replicas * change) as f64 / all.max(1) as f64;
            let share = if change > 0 { (share.round() as i64).min(left) } else { (share.round() as i64).max(left) };
            left -= share;
            goals.push((set, (replicas + share).max(0)));
        }
        if let Some((_, goal)) = goals.first_mut() {
            *goal = (*goal + left).max(0);
        }
        for (set, goal) in goals {
            self.scale(store, rollout, &set, goal);
        }
    }
}

fn available(store: &Store, set: &ObjectKey) -> i64 {
    store.get(set).and_then(|set| set["status"]["availableReplicas"].as_i64()).unwrap_or(0)
}

/// How many pods the new set is to have now (`NewRSNewReplicas`).
fn grown(store: &Store, rollout: &Rollout) -> i64 {
    let (surge, _) = rollout.fenceposts();
    let new = rollout.new.as_ref().map_or(0, |set| replicas_of(store, set));
    if new > rollout.replicas() {
        return rollout.replicas();
    }
    let all: i64 = rollout.old.iter().map(|set| replicas_of(store, set)).sum::<i64>() + new;
    let room = rollout.replicas() + surge - all;
    if room <= 0 { new } else { new + room.min(rollout.replicas() - new) }
}
