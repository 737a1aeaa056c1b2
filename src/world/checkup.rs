//! Lets the health rules look at what has changed: DB instances, alarms, secrets, clusters. What they find is kept in the ledger, and
//! is the one judgement that all screens show.

mod alarms;
mod clusters;
mod current;
mod instances;
mod secrets;

use std::collections::{BTreeSet, HashSet};
use std::mem;

use super::World;
use super::data::SiteData;
use super::estate::Estate;
use crate::domain::SiteId;
use crate::services::secrets::health::SecretNeed;

pub use alarms::take as take_alarms;
pub use current::{are_alarms_current, are_secrets_current, is_current};
pub use instances::subject;

/// What has come of an examination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// The DB instances that were looked at, by site and place in its list.
    pub instances: Vec<(SiteId, usize)>,
    /// The alarms that were, likewise.
    pub alarms: Vec<(SiteId, usize)>,
    /// How many secrets were.
    pub secrets: usize,
    /// The sites of which something was heard, or something else is said than before.
    pub sites: BTreeSet<SiteId>,
    /// There are other DB instances than before.
    pub is_new: bool,
    /// Some are still to be looked at.
    pub more: bool,
}

impl Examined {
    /// What came of the next one beside what came of this one.
    pub fn then(&mut self, next: Self) {
        self.instances.extend(next.instances);
        self.alarms.extend(next.alarms);
        self.secrets += next.secrets;
        self.sites.extend(next.sites);
        self.is_new |= next.is_new;
        self.more = next.more;
    }

    /// How many looks it took.
    fn looks(&self) -> usize {
        self.instances.len() + self.alarms.len() + self.secrets
    }
}

/// Begins an examination: makes places for what is new, and tells whether something is to be looked at.
pub fn begin(world: &mut World) -> Examined {
    let mut examined = Examined { sites: mem::take(&mut world.heard), ..Examined::default() };
    lay_out(world, &mut examined);
    examined.more = is_due(world);
    examined
}

fn is_due(world: &World) -> bool {
    let now = world.now;
    let is_one = |data: &SiteData| {
        data.checkups.due() + data.alarm_checkups.due() + data.secret_checkups.due() > 0
            || data.cluster_checkups.is_due(now)
    };
    world.sites.iter().any(is_one)
}

/// Looks at that of which something has changed, so many at most: an answer about one costs one. DB instances come
/// first, for an alarm that says what is found of its instance is not told again.
pub fn look(world: &mut World, most: usize) -> Examined {
    let mut examined = Examined::default();
    let World { now, estate, sites, health, .. } = world;
    for (site, data) in sites.iter_mut().enumerate().map(|(i, data)| (SiteId(i), data)) {
        let mut checkups = mem::take(&mut data.checkups);
        let (mut from, mut changed) = (0, Vec::new());
        while checkups.due() > 0 && examined.looks() < most {
            let Some(index) = checkups.next_due(from) else { break };
            from = index + 1;
            data.rds.estimate(index);
            if let Some(is_changed) = instances::look(data, index, &mut checkups, estate, health, *now) {
                examined.instances.push((site, index));
                changed.extend(is_changed.then_some(index));
            }
        }
        data.checkups = checkups;
        for index in changed {
            examined.sites.insert(site);
            let database = data.rds.databases.value().and_then(|all| all.get(index));
            if let Some(id) = database.map(|database| database.id.clone()) {
                alarms::touch_of(data, &id);
            }
        }
    }
    // Not before all DB instances were looked at: what is said of them decides.
    let is_ready = sites.iter().all(|data| data.checkups.due() == 0);
    for (site, data) in sites.iter_mut().enumerate().map(|(i, data)| (SiteId(i), data)).filter(|_| is_ready) {
        let mut checkups = mem::take(&mut data.alarm_checkups);
        let mut from = 0;
        while checkups.due() > 0 && examined.looks() < most {
            let Some(index) = checkups.next_due(from) else { break };
            from = index + 1;
            if let Some(is_changed) = alarms::look(data, index, &mut checkups, health, *now) {
                examined.alarms.push((site, index));
                examined.sites.extend(is_changed.then_some(site));
            }
        }
        data.alarm_checkups = checkups;
    }
    for (site, data) in sites.iter_mut().enumerate().map(|(i, data)| (SiteId(i), data)) {
        let mut checkups = mem::take(&mut data.secret_checkups);
        let mut from = 0;
        while checkups.due() > 0 && examined.looks() < most {
            let Some(index) = checkups.next_due(from) else { break };
            from = index + 1;
            examined.secrets += 1;
            let is_changed = secrets::look(data, (site, index), &mut checkups, estate, health, *now);
            examined.sites.extend(is_changed.is_some_and(|is_changed| is_changed).then_some(site));
        }
        data.secret_checkups = checkups;
    }
    // A cluster is as much as many instances: one at a time, and a part of it.
    if is_ready && examined.looks() == 0 {
        for (site, data) in sites.iter_mut().enumerate().map(|(i, data)| (SiteId(i), data)) {
            if let Some(is_changed) = clusters::look(data, health, *now) {
                examined.sites.extend(is_changed.then_some(site));
                break;
            }
        }
    }
    examined.more = is_due(world);
    examined
}

/// Makes places for what came in lists that are new, and forgets what is gone.
fn lay_out(world: &mut World, examined: &mut Examined) {
    let World { now, estate, sites, health, .. } = world;
    let mut is_other = false;
    secrets::pair(sites, estate);
    let secrets_are_current: Vec<bool> = sites.iter().map(|data| current::are_secrets_current(data, *now)).collect();
    for (site, data) in sites.iter_mut().enumerate().map(|(i, data)| (SiteId(i), data)) {
        if !data.checkups.is_laid_out() {
            instances::lay_out(data, site, estate);
            // Whose an alarm is is told by whose the DB instance is that it watches.
            data.alarm_checkups.forget();
            examined.is_new = true;
        }
        if !data.alarm_checkups.is_laid_out() {
            alarms::lay_out(data, site, estate);
            examined.sites.insert(site);
            is_other = true;
        }
        if !data.cluster_checkups.is_laid_out() {
            clusters::lay_out(data, site, estate);
            examined.sites.insert(site);
            is_other = true;
        }
        if !data.secret_checkups.is_laid_out() {
            secrets::lay_out(data, site, estate);
            examined.sites.insert(site);
            is_other = true;
        }
        let needs = current_needs(site, estate, &secrets_are_current);
        let is_aged = instances::age(data, *now) | alarms::age(data, *now) | secrets::age(data, needs, *now);
        examined.sites.extend(is_aged.then_some(site));
    }
    if is_other {
        let owned = |data| {
            let SiteData { checkups, alarm_checkups, secret_checkups, cluster_checkups, .. }: &SiteData = data;
            let owned = checkups.owned().chain(alarm_checkups.owned()).chain(secret_checkups.owned());
            owned.chain(cluster_checkups.owned()).collect::<Vec<_>>()
        };
        let present: HashSet<&str> = sites.iter().flat_map(owned).collect();
        // Gone from the list, or its list is not known any more. What is within a cluster goes with it.
        health
            .forget(|key| !present.contains(key) && key.split_once('#').is_none_or(|(arn, _)| !present.contains(arn)));
    }
}

/// What of that which the rules of a site's secrets need is as fresh as its cadence allows; `current` tells of each site
/// whether the list of its secrets is.
fn current_needs(site: SiteId, estate: &Estate, current: &[bool]) -> Vec<SecretNeed> {
    let is_current = |site: SiteId| current.get(site.0).copied().unwrap_or_default();
    let mut others = estate.of_site(site).filter(|environment| environment.site == site).filter_map(|e| e.dr_site);
    let all = [(SecretNeed::Secrets, is_current(site)), (SecretNeed::Elsewhere, others.all(is_current))];
    all.into_iter().filter(|(_, is_current)| *is_current).map(|(need, _)| need).collect()
}

#[cfg(test)]
mod tests;
