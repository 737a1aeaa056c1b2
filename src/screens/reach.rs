//! Opens what was found by its name, wherever it is. Where it is of another environment than the one that is looked at,
//! that one is looked at from then on: what is armed, opened and listed is of the same.

use super::alarms::AlarmKey;
use super::cluster_object::ObjectKey;
use super::{OpenScreen, Screen, State, View, alarms, cluster, cluster_object, database, databases, secrets};
use crate::domain::SiteId;
use crate::services::kubernetes::rules::ThingRef;
use crate::shell::Tone;
use crate::world::Scope;
use crate::world::data::SiteData;

/// Opens a DB instance, at one of its findings where that is why.
pub fn open_database(state: &mut State, site: SiteId, id: &str, finding: Option<&'static str>) {
    let world = &state.shell.world;
    let Some(known) = world.database(site, id) else {
        return state.shell.say(format!("{id} is no longer there"), Tone::Bad);
    };
    let Some(owner) = world.estate.owner(site, known) else {
        return state.shell.say("this DB instance belongs to no environment", Tone::Bad);
    };
    let arn = known.arn.clone();
    // One DB instance is open at a time; the way back is to the list, not through the others.
    state.views.remove(|view| view.screen() == Some(Screen::Database));
    if matches!(state.shell.scope, Scope::One(other) if other != owner) {
        databases::look(state, Scope::One(owner));
    }
    databases::select(state, &arn);
    database::open(state, site, id, finding);
}

/// Opens a cluster, and over it what a finding of it is about: `key` is that of the finding.
pub fn open_cluster(state: &mut State, key: &str) {
    let Some((arn, thing)) = ThingRef::of_key(key) else { return };
    let found = state.shell.world.clusters().find(|(_, cluster)| *cluster.arn == *arn);
    let Some((site, name)) = found.map(|(site, cluster)| (site, cluster.name.clone())) else {
        return state.shell.say("this cluster is no longer there", Tone::Bad);
    };
    state.views.remove(|view| {
        let screen = view.screen();
        matches!(screen, Some(Screen::Cluster | Screen::Workloads | Screen::ClusterObject | Screen::Logs))
    });
    state.views.open(View::Screen(OpenScreen::Cluster(Box::new(cluster::State::new(site, name.clone())))));
    cluster::rebuild(state);
    if let Some(key) = ObjectKey::of_thing(&thing) {
        state
            .views
            .open(View::Screen(OpenScreen::ClusterObject(Box::new(cluster_object::State::new(site, name, key)))));
        cluster_object::rebuild(state);
    }
}

/// Opens the whole story of an alarm.
pub fn open_alarm(state: &mut State, key: &AlarmKey) {
    state.views.show(View::Screen(OpenScreen::Alarms));
    alarms::rebuild(state);
    if !alarms::open_at(state, key) && state.shell.world.estate.count() > 1 {
        databases::look(state, Scope::All);
        alarms::open_at(state, key);
    }
    if !state.alarms.current().is_some_and(|row| row.is(key)) {
        state.shell.say("this alarm is no longer there", Tone::Bad);
    }
}

/// Shows a secret in the list of them, by its ARN.
pub fn open_secret(state: &mut State, arn: &str) {
    let has = |data: &SiteData| {
        let missing = data.missing_secrets.iter().map(|(_, secret)| secret);
        data.secrets.secrets().iter().chain(missing).any(|secret| secret.key() == arn)
    };
    let found = state.shell.world.known().find_map(|(site, data)| has(data).then_some(site));
    let Some(site) = found else { return state.shell.say("this secret is no longer there", Tone::Bad) };
    let key = (site, arn.into());
    state.secrets.filter.clear();
    state.views.show(View::Screen(OpenScreen::Secrets));
    secrets::rebuild(state);
    if !secrets::open_at(state, &key) && state.shell.world.estate.count() > 1 {
        databases::look(state, Scope::All);
        state.views.show(View::Screen(OpenScreen::Secrets));
        secrets::rebuild(state);
        secrets::open_at(state, &key);
    }
}
