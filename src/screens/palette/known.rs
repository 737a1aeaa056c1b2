//! What was read, by name: findings, DB instances, clusters, alarms, secrets.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Sort;
use crate::domain::finding::{Finding, Severity};
use crate::domain::{Database, EnvironmentId, SiteId};
use crate::screens::State;
use crate::screens::alarms;
use crate::screens::command::Command;
use crate::screens::menu::Named;
use crate::services::alarms::AlarmState;
use crate::services::kubernetes::EksCluster;
use crate::services::kubernetes::rules::ThingRef;
use crate::ui::environment::shown_name;

/// Every DB instance that belongs to an environment.
fn owned(state: &State) -> impl Iterator<Item = (SiteId, &Database, EnvironmentId)> {
    state.shell.world.known().flat_map(|(site, data)| {
        let all = data.rds.databases.value().into_iter().flatten().enumerate();
        all.filter_map(move |(at, database)| Some((site, database.as_ref(), data.checkups.get(at)?.owner?)))
    })
}

fn environment(state: &State, id: EnvironmentId) -> String {
    state.shell.world.estate.environment(id).map(shown_name).unwrap_or_default()
}

/// The DB instances, each with its environment and region.
pub fn databases(state: &State) -> Vec<Named> {
    let item = |(site, database, owner): (SiteId, &Database, EnvironmentId)| {
        let beside = format!("{} {}", environment(state, owner), database.region);
        let command = Command::OpenDatabase(site, database.id.as_str().into(), None);
        Sort::Database.item(database.id.as_str(), &beside, command).into()
    };
    owned(state).map(item).collect()
}

/// Warnings and worse in their order everywhere, each with what it is of.
pub fn findings(state: &State) -> Vec<Named> {
    let health = &state.shell.world.health;
    let mut found: Vec<(&Finding, Named)> = Vec::new();
    let is_told = |finding: &&Finding| finding.severity > Severity::Info;
    for (site, database, owner) in owned(state) {
        for finding in health.of(&database.arn).map(AsRef::as_ref).filter(is_told) {
            let command = Command::OpenDatabase(site, database.id.as_str().into(), Some(finding.rule));
            found.push((finding, told(state, finding, owner, &database.id, command)));
        }
    }
    for (site, data) in state.shell.world.known() {
        for (at, alarm) in data.alarms.alarms().iter().enumerate() {
            let Some(owner) = data.alarm_checkups.get(at).and_then(|checked| checked.owner) else { continue };
            for finding in health.of(alarm.key()).map(AsRef::as_ref).filter(is_told) {
                let command = Command::OpenAlarm((site, alarm.key().into()));
                found.push((finding, told(state, finding, owner, &alarm.name, command)));
            }
        }
    }
    for (_, data) in state.shell.world.known() {
        // Those that are missing have their places after those that are there.
        let all = data.secrets.secrets().iter().chain(data.missing_secrets.iter().map(|(_, secret)| secret));
        for (at, secret) in all.enumerate() {
            let Some(owner) = data.secret_checkups.get(at).and_then(|checked| checked.owner) else { continue };
            for finding in health.of(secret.key()).map(AsRef::as_ref).filter(is_told) {
                let command = Command::OpenSecret(secret.key().into());
                found.push((finding, told(state, finding, owner, &secret.name, command)));
            }
        }
    }
    for (_, cluster, owner) in owned_clusters(state) {
        for finding in health.under(&cluster.arn).map(AsRef::as_ref).filter(is_told) {
            let command = Command::OpenCluster(finding.arn.as_str().into());
            found.push((finding, told(state, finding, owner, &cluster.name, command)));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.order(other));
    found.into_iter().map(|(_, named)| named).collect()
}

fn told(state: &State, finding: &Finding, owner: EnvironmentId, of: &str, command: Command) -> Named {
    let beside = format!("{} {of}", environment(state, owner));
    let item = Sort::Finding.item(finding.summary.as_str(), &beside, command);
    Named { names: vec![finding.rule.to_owned()], ..item.into() }
}

/// Every cluster that belongs to an environment.
fn owned_clusters(state: &State) -> impl Iterator<Item = (SiteId, &EksCluster, EnvironmentId)> {
    let world = &state.shell.world;
    world.clusters().filter_map(|(site, cluster)| {
        Some((site, cluster.as_ref(), world.site(site)?.cluster_checkups.get(&cluster.name)?.owner?))
    })
}

/// The clusters, and their pools, nodes and workloads, each with where it is.
pub fn clusters(state: &State) -> Vec<Named> {
    let mut found = Vec::new();
    for (site, cluster, owner) in owned_clusters(state) {
        let place = environment(state, owner);
        let mut add = |sort: Sort, label: &str, beside: &str, thing: &ThingRef| {
            let command = Command::OpenCluster(thing.key(&cluster.arn).into());
            found.push(Named::from(sort.item(label, beside, command)));
        };
        add(Sort::Cluster, &cluster.name, &place, &ThingRef::Cluster);
        let Some(view) = state.shell.world.cluster(site, &cluster.name) else { continue };
        let beside = format!("{place} {}", cluster.name);
        for pool in view.pools() {
            add(Sort::Pool, &pool.name, &beside, &ThingRef::NodePool(pool.name.clone()));
        }
        for node in view.nodes() {
            add(Sort::Node, &node.name, &beside, &ThingRef::Node(node.name.clone()));
        }
        for workload in view.workloads() {
            let (namespace, name) = (workload.namespace.clone(), workload.name.clone());
            let beside = format!("{beside} {namespace}");
            let label = name.clone();
            add(
                Sort::Workload,
                &label,
                &beside,
                &ThingRef::Workload { kind: workload.kind.name().into(), namespace, name },
            );
        }
    }
    found
}

/// The secrets, each with its environment and region.
pub fn secrets(state: &State) -> Vec<Named> {
    let estate = &state.shell.world.estate;
    let mut found = Vec::new();
    for (site, data) in state.shell.world.known() {
        let region = estate.site(site).map_or("", |known| known.region.as_str());
        for (at, secret) in data.secrets.secrets().iter().enumerate() {
            let owner = data.secret_checkups.get(at).and_then(|checked| checked.owner);
            let beside =
                owner.map_or_else(|| region.to_owned(), |owner| format!("{} {region}", environment(state, owner)));
            let command = Command::OpenSecret(secret.key().into());
            found.push(Sort::Secret.item(secret.name.as_str(), &beside, command).into());
        }
    }
    found
}

/// The alarms, those in alarm first, each with its place and whether it is in alarm.
pub fn alarms(state: &State) -> Vec<Named> {
    let estate = &state.shell.world.estate;
    let mut found = Vec::new();
    for (site, data) in state.shell.world.known() {
        let region = estate.site(site).map_or("", |known| known.region.as_str());
        for alarm in data.alarms.alarms() {
            let is_ringing = alarm.state == AlarmState::Alarm;
            let beside = if is_ringing { format!("in alarm  {region}") } else { region.to_owned() };
            let key: Arc<str> = alarms::key(alarm).into();
            let item = Sort::Alarm.item(alarm.name.as_str(), &beside, Command::OpenAlarm((site, key)));
            found.push((is_ringing, Named::from(item)));
        }
    }
    found.sort_by_key(|(is_ringing, _)| Reverse(*is_ringing));
    found.into_iter().map(|(_, named)| named).collect()
}
