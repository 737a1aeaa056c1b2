//! Whose an alarm is: no tag of its own says it, what it watches does.

use std::collections::HashMap;
use std::sync::Arc;

use super::estate::Estate;
use crate::domain::{Database, EnvironmentId, SiteId};
use crate::services::alarms::{Alarm, Data};

/// Whose the alarms of a site are.
pub struct AlarmOwners<'a> {
    estate: &'a Estate,
    site: SiteId,
    /// The environment that has all of the site.
    sole: Option<EnvironmentId>,
    /// By their ids; none, as long as their list was not read.
    databases: HashMap<&'a str, &'a Database>,
}

impl<'a> AlarmOwners<'a> {
    /// Of a site with these DB instances, where they were read.
    #[must_use]
    pub fn of(estate: &'a Estate, site: SiteId, databases: Option<&'a Vec<Arc<Database>>>) -> Self {
        let databases = databases.into_iter().flatten().map(|database| (database.id.as_str(), &**database)).collect();
        Self { estate, site, sole: sole_owner(estate, site), databases }
    }

    /// The one environment of all DB instances that an alarm watches, or that a composite is about; of other alarms
    /// that of the site, if there is one only. What is of several is nobody's, and so is a DB instance that is there
    /// and belongs to no environment.
    #[must_use]
    pub fn owner(&self, data: &Data, alarm: &Alarm) -> Option<EnvironmentId> {
        if alarm.databases().next().is_some() {
            return self.of_databases(alarm);
        }
        self.sole.or_else(|| self.of_children(data, alarm))
    }

    /// The one environment of all DB instances that an alarm watches.
    fn of_databases(&self, alarm: &Alarm) -> Option<EnvironmentId> {
        one(alarm.databases().map(|id| self.of_database(id)))
    }

    /// That of a DB instance; of one that is not known that of the site.
    fn of_database(&self, id: &str) -> Option<EnvironmentId> {
        self.databases.get(id).map_or(self.sole, |database| self.estate.owner(self.site, database))
    }

    /// The one environment that all metric alarms of a composite are of.
    fn of_children(&self, data: &Data, alarm: &Alarm) -> Option<EnvironmentId> {
        one(data.children(alarm).map(|(_, child)| self.of_databases(child?)))
    }
}

/// The environment that all of them are; none, where one is not known or is another.
fn one(mut owners: impl Iterator<Item = Option<EnvironmentId>>) -> Option<EnvironmentId> {
    let first = owners.next()??;
    owners.all(|owner| owner == Some(first)).then_some(first)
}

/// The environment that has all of a site; none where several have it.
fn sole_owner(estate: &Estate, site: SiteId) -> Option<EnvironmentId> {
    let mut owners = estate.environments().filter(|(_, environment)| environment.sites().any(|other| other == site));
    let (first, _) = owners.next()?;
    owners.next().is_none().then_some(first)
}
