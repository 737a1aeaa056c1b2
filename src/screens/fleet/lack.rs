//! What is missing to say of an environment that all is well.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Remote;
use crate::services::alarms::health::AlarmNeed;
use crate::services::kubernetes::rules::ClusterNeed;
use crate::services::rds::Read;
use crate::services::rds::health::title;
use crate::services::{alarms, kubernetes};
use crate::ui::trouble;
use crate::world::checkup;
use crate::world::data::SiteData;

/// A kind of data that checks wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// `metrics denied`.
    pub words: String,
    /// It was read once, and is old or silent.
    pub known: bool,
    /// The last attempt failed.
    pub failed: bool,
}

impl Lack {
    /// What is to say of something of a site's data that is missing at `now`.
    #[must_use]
    pub fn of(data: &SiteData, read: &Read, now: Timestamp) -> Self {
        let (at, fault) = data.rds.standing(read);
        let known = at.is_some();
        let title = title(read);
        let words = match fault {
            Some(fault) => trouble::words(&title, fault),
            None if !known => format!("{title} not read yet"),
            None if checkup::is_current(data, read, now) => format!("{title} without values"),
            None => format!("{title} out of date"),
        };
        // Where a value is missing although all was read, nothing of it is known.
        let silent = fault.is_none() && checkup::is_current(data, read, now);
        Self { words, known: known && !silent, failed: fault.is_some() || silent }
    }

    /// The same of what a check of an alarm needs.
    #[must_use]
    pub fn of_need(data: &SiteData, need: AlarmNeed, now: Timestamp) -> Self {
        match need {
            AlarmNeed::Alarms => Self::of_alarms(data),
            AlarmNeed::Databases => Self::of(data, &Read::Databases, now),
            AlarmNeed::Metrics => Self::of(data, &Read::Metrics, now),
        }
    }

    /// The same of its alarms.
    #[must_use]
    pub fn of_alarms(data: &SiteData) -> Self {
        let (at, fault) = data.alarms.standing();
        let title = alarms::title(&alarms::Read::All);
        let words = match fault {
            Some(fault) => trouble::words(&title, fault),
            None if at.is_none() => format!("{title} not read yet"),
            None => format!("{title} out of date"),
        };
        Self { words, known: at.is_some(), failed: fault.is_some() }
    }

    /// The same of its secrets.
    #[must_use]
    pub fn of_secrets(data: &SiteData) -> Self {
        Self::of_remote("secrets", &data.services.secrets.all)
    }

    /// The same of the list of its clusters.
    #[must_use]
    pub fn of_cluster_list(data: &SiteData) -> Self {
        Self::of_remote("clusters", &data.services.kubernetes.clusters)
    }

    /// The same of what a check of a cluster needs.
    #[must_use]
    pub fn of_cluster(data: &SiteData, need: ClusterNeed, cluster: &Arc<str>) -> Self {
        let known = data.services.kubernetes.get(cluster);
        let title = kubernetes::title(&need.read(cluster));
        match (need, known) {
            (ClusterNeed::Clusters, _) => Self::of_cluster_list(data),
            (ClusterNeed::Versions, _) => Self::of_remote(&title, &data.services.kubernetes.versions),
            (_, None) => Self { words: format!("{title} not read yet"), known: false, failed: false },
            (ClusterNeed::Nodegroups, Some(known)) => Self::of_remote(&title, &known.nodegroups),
            (ClusterNeed::Addons, Some(known)) => Self::of_remote(&title, &known.addons),
            (ClusterNeed::Insights, Some(known)) => Self::of_remote(&title, &known.insights),
            (ClusterNeed::Objects(kind), Some(known)) => {
                // Before it is known what its API server serves, nothing is watched: one cause, not one a kind.
                if known.served.value().is_none() {
                    let title = kubernetes::title(&kubernetes::Read::Served(cluster.clone()));
                    return Self::of_remote(&title, &known.served);
                }
                let standing = known.objects.standing(kind);
                let words = match standing.fault() {
                    Some(fault) => trouble::words(&title, fault),
                    None if standing.at().is_none() => format!("{title} not read yet"),
                    None => format!("{title} out of date"),
                };
                Self { words, known: standing.is_known(), failed: standing.fault().is_some() }
            }
        }
    }

    fn of_remote<T>(title: &str, remote: &Remote<T>) -> Self {
        let words = match remote.fault() {
            Some(fault) => trouble::words(title, fault),
            None if remote.at().is_none() => format!("{title} not read yet"),
            None => format!("{title} out of date"),
        };
        Self { words, known: remote.at().is_some(), failed: remote.fault().is_some() }
    }

    /// Of an instance that the rules have not looked at yet.
    #[must_use]
    pub fn unexamined() -> Self {
        Self { words: "not examined yet".into(), known: false, failed: false }
    }

    /// Adds it, unless the same is said already; the worse of both counts.
    pub fn add(self, lacks: &mut Vec<Self>) {
        if let Some(lack) = lacks.iter_mut().find(|lack| lack.words == self.words) {
            lack.known &= self.known;
            lack.failed |= self.failed;
        } else {
            lacks.push(self);
        }
    }
}

/// All of them in one line, those that failed first; what fails hides what is only not read yet.
#[must_use]
pub fn line(lacks: &[Lack]) -> String {
    let failed: Vec<&str> = lacks.iter().filter(|lack| lack.failed).map(|lack| lack.words.as_str()).collect();
    let rest = || lacks.iter().map(|lack| lack.words.as_str()).collect::<Vec<_>>();
    (if failed.is_empty() { rest() } else { failed }).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, FaultKind};

    #[test]
    fn what_is_missing_is_said_once_and_with_its_cause() {
        let mut data = SiteData::default();
        let kind = FaultKind::Denied { action: "cloudwatch:GetMetricData".into() };
        let denied = Fault { kind, call: String::new(), message: String::new(), request_id: None };
        data.rds.metrics.fail(denied.clone());
        data.rds.vitals.fail(denied);
        let now = Timestamp::UNIX_EPOCH;
        let mut lacks = Vec::new();
        for read in [Read::Metrics, Read::Vitals, Read::Events] {
            Lack::of(&data, &read, now).add(&mut lacks);
        }
        assert_eq!(lacks.len(), 2);
        assert_eq!(line(&lacks), "metrics denied");
        assert_eq!(line(&lacks[1..]), "events not read yet");
    }
}
