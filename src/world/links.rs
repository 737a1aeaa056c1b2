//! Which alarms of a site have to do with each other, and with which DB instances: made when the list is another one, so
//! that a change of one touches those alone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::services::alarms::Data;

/// The alarms by their places in the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlarmLinks {
    /// Those that watch a DB instance, by its id.
    databases: HashMap<Arc<str>, Vec<usize>>,
    /// Of each the composite alarms whose rules name it.
    parents: Vec<Vec<usize>>,
    /// Of each whether a composite alarm needs it: by its rule, or as its suppressor.
    is_part: Vec<bool>,
}

impl AlarmLinks {
    /// Of the alarms that were read.
    #[must_use]
    pub fn of(data: &Data) -> Self {
        let alarms = data.alarms();
        let (parents, is_part) = (vec![Vec::new(); alarms.len()], vec![false; alarms.len()]);
        let mut links = Self { databases: HashMap::new(), parents, is_part };
        for (at, alarm) in alarms.iter().enumerate() {
            for id in alarm.databases() {
                links.databases.entry(id.into()).or_default().push(at);
            }
            let Some(watch) = alarm.composite() else { continue };
            for child in watch.children.iter().filter_map(|child| data.place(&child.alarm)) {
                links.is_part[child] = true;
                if !links.parents[child].contains(&at) {
                    links.parents[child].push(at);
                }
            }
            if let Some(suppressor) = watch.suppressor.as_ref().and_then(|other| data.place(&other.alarm)) {
                links.is_part[suppressor] = true;
            }
        }
        links
    }

    /// The alarms that watch a DB instance.
    #[must_use]
    pub fn of_database(&self, id: &str) -> &[usize] {
        self.databases.get(id).map_or(&[], Vec::as_slice)
    }

    /// The DB instances that are watched.
    pub fn databases(&self) -> impl Iterator<Item = &str> {
        self.databases.keys().map(AsRef::as_ref)
    }

    /// The composite alarms whose rules name an alarm.
    #[must_use]
    pub fn parents(&self, at: usize) -> &[usize] {
        self.parents.get(at).map_or(&[], Vec::as_slice)
    }

    /// Whether a composite alarm needs it.
    #[must_use]
    pub fn is_part(&self, at: usize) -> bool {
        self.is_part.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::services::alarms::testing::{all, composite, cpu};
    use crate::services::alarms::{Read, Suppressor, Watching};

    #[test]
    fn alarms_know_their_kin_and_their_instances() {
        let mut rule = composite("ALARM(orders-cpu) OR OK(orders-cpu) OR ALARM(gone)");
        if let Watching::Composite(watch) = &mut rule.watches {
            watch.suppressor = Some(Suppressor { alarm: "deployment".into(), wait: None, extension: None });
        }
        let mut deployment = cpu();
        (deployment.name, deployment.arn) = ("deployment".into(), "arn:deployment".into());
        let mut data = Data::default();
        data.store(&Read::All, all([cpu(), rule, deployment]), Timestamp::UNIX_EPOCH);
        let links = AlarmLinks::of(&data);
        assert_eq!(links.of_database("orders"), [0, 2]);
        assert_eq!(links.databases().collect::<Vec<_>>(), ["orders"]);
        assert_eq!((links.parents(0), links.parents(1), links.parents(9)), (&[1][..], &[][..], &[][..]));
        assert_eq!([0, 1, 2, 9].map(|at| links.is_part(at)), [true, false, true, false]);
    }
}
