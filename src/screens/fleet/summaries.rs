//! What there is to say of an environment, rebuilt when data changes, never while drawing.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;

use super::lack::Lack;
use super::standing::Standing;
use super::state::Item;
use super::summary::Summary;
use crate::domain::finding::Severity;
use crate::domain::{Environment, EnvironmentId, Remote, SiteId};
use crate::screens::State as App;
use crate::services::rds;
use crate::world::checkup;
use crate::world::checkups::Checked;
use crate::world::data::SiteData;

/// Rebuilds all summaries; the cursor stays on its line's environment once the user has moved it,
/// and on the worst before.
pub fn rebuild(app: &mut App) {
    let held = Held::by(app);
    let all = app.shell.world.estate.environments();
    app.fleet.summaries = all.map(|(id, environment)| summarise(app, id, environment)).collect();
    arrange(app, held);
}

/// Renews the summaries of the environments that are in these sites.
pub fn renew(app: &mut App, sites: &BTreeSet<SiteId>) {
    if sites.is_empty() {
        return;
    }
    let held = Held::by(app);
    for at in 0..app.fleet.summaries.len() {
        let id = app.fleet.summaries[at].environment;
        let environment = app.shell.world.estate.environment(id);
        let is_there = |environment: &&Environment| environment.sites().any(|site| sites.contains(&site));
        if let Some(environment) = environment.filter(is_there) {
            app.fleet.summaries[at] = summarise(app, id, environment);
        }
    }
    arrange(app, held);
}

/// What the cursor stands on. A finding is the same one wherever it comes to stand in the list.
struct Held {
    item: Item,
    /// Rule and ARN.
    finding: Option<(&'static str, String)>,
}

impl Held {
    fn by(app: &App) -> Option<Self> {
        let item = app.fleet.current()?;
        let finding = match item {
            Item::Finding(environment, place) => app.fleet.summary(environment).and_then(|s| s.findings.get(place)),
            Item::Environment(_) => None,
        };
        Some(Self { item, finding: finding.map(|finding| (finding.rule, finding.arn.clone())) })
    }

    /// The same in the summaries of now; its environment, where the finding is over.
    fn now(&self, app: &App) -> Item {
        let (Item::Finding(environment, _), Some((rule, arn))) = (self.item, &self.finding) else { return self.item };
        let all = app.fleet.summary(environment).map(|summary| summary.findings.as_slice()).unwrap_or_default();
        let place = all.iter().position(|finding| finding.rule == *rule && finding.arn == *arn);
        place.map_or(Item::Environment(environment), |place| Item::Finding(environment, place))
    }
}

/// Puts the summaries in their order, with the cursor where it was.
fn arrange(app: &mut App, held: Option<Held>) {
    // The mouse moves it, too.
    app.fleet.moved |= app.fleet.selected != 0;
    let estate = &app.shell.world.estate;
    let criticality = |id| estate.environment(id).map(|environment| environment.criticality);
    let order = |s: &Summary| (Reverse(rank(s)), Reverse(criticality(s.environment)), estate.place_of(s.environment));
    app.fleet.summaries.sort_by_key(order);
    app.fleet.place();
    if !app.fleet.moved {
        app.fleet.offset = 0;
        return;
    }
    let found = held.and_then(|held| app.fleet.position(held.now(app)));
    let count = app.fleet.items().count();
    app.fleet.selected = found.unwrap_or(app.fleet.selected).min(count.saturating_sub(1));
}

/// Critical findings first, then what cannot be read, then warnings, then the rest. Not even a
/// warning tells what is hidden by what cannot be read.
fn rank(summary: &Summary) -> u8 {
    let blind = summary.fault.is_some() || summary.lacks.iter().any(|lack| lack.failed);
    match Standing::of(summary) {
        Standing::Strange => 5,
        Standing::Critical => 4,
        _ if blind => 3,
        Standing::Warning => 2,
        _ => 1,
    }
}

fn summarise(app: &App, id: EnvironmentId, environment: &Environment) -> Summary {
    let mut summary = Summary { environment: id, ..Summary::default() };
    let mut most = -1.0;
    for site in environment.sites() {
        let Some(data) = app.shell.world.site(site) else { continue };
        match &data.rds.databases {
            Remote::Idle | Remote::Loading => summary.loading = true,
            remote => summary.fault = summary.fault.or_else(|| remote.fault().cloned()),
        }
        if !checkup::is_current(data, &rds::Read::Databases, app.shell.world.now) {
            Lack::of(data, &rds::Read::Databases, app.shell.world.now).add(&mut summary.lacks);
        }
        summary.in_part |= data.rds.databases.at().is_none() && data.rds.databases.fault().is_some();
        summary.read = match (summary.read, data.rds.databases.at()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let mut lacking = BTreeSet::new();
        let all = data.rds.databases.value().map(Vec::as_slice).unwrap_or_default();
        let own = data.checkups.of(id);
        summary.passed_over += all.len().saturating_sub(own.len());
        for place in own.iter().copied() {
            let Some(checked) = data.checkups.get(place).filter(|_| place < all.len()) else { continue };
            summary.databases += 1;
            match &checked.coverage {
                Some(coverage) => {
                    summary.checks += coverage.expected;
                    summary.made += coverage.made;
                    lacking.extend(coverage.missing.iter());
                }
                None => Lack::unexamined().add(&mut summary.lacks),
            }
            add_findings(app, checked, &mut summary);
            if let Some(at) = checked.gist.restorable {
                summary.restorable = Some(summary.restorable.map_or(at, |known: Timestamp| known.min(at)));
            }
            if let Some(connections) = checked.gist.connections.filter(|connections| *connections > most) {
                most = connections;
                summary.busiest = Some((site, place));
            }
        }
        for read in lacking {
            Lack::of(data, read, app.shell.world.now).add(&mut summary.lacks);
        }
        add_alarms(app, data, id, &mut summary);
        add_secrets(app, data, id, &mut summary);
        add_clusters(app, data, id, &mut summary);
    }
    summary.findings.sort_by(|a, b| a.order(b));
    summary.severity = summary.findings.first().map(|f| f.severity);
    summary
}

/// Adds what there is to say of the alarms of an environment at one of its sites.
fn add_alarms(app: &App, data: &SiteData, id: EnvironmentId, summary: &mut Summary) {
    if !checkup::are_alarms_current(data, app.shell.world.now) {
        Lack::of_alarms(data).add(&mut summary.aside);
    }
    for checked in data.alarm_checkups.of(id).iter().filter_map(|place| data.alarm_checkups.get(*place)) {
        match &checked.coverage {
            Some(coverage) => {
                summary.checks += coverage.expected;
                summary.made += coverage.made;
                for need in &coverage.missing {
                    Lack::of_need(data, *need, app.shell.world.now).add(&mut summary.aside);
                }
            }
            None => Lack::unexamined().add(&mut summary.aside),
        }
        add_findings(app, checked, summary);
    }
}

/// Adds what there is to say of the secrets of an environment at one of its sites.
fn add_secrets(app: &App, data: &SiteData, id: EnvironmentId, summary: &mut Summary) {
    // What a check needs of the other region is said where that one's list is.
    if !checkup::are_secrets_current(data, app.shell.world.now) {
        Lack::of_secrets(data).add(&mut summary.aside);
    }
    for checked in data.secret_checkups.of(id).iter().filter_map(|place| data.secret_checkups.get(*place)) {
        match &checked.coverage {
            Some(coverage) => {
                summary.checks += coverage.expected;
                summary.made += coverage.made;
            }
            None => Lack::unexamined().add(&mut summary.aside),
        }
        add_findings(app, checked, summary);
    }
}

/// Adds what there is to say of the clusters of an environment at one of its sites.
fn add_clusters(app: &App, data: &SiteData, id: EnvironmentId, summary: &mut Summary) {
    if data.services.kubernetes.clusters.value().is_none() {
        Lack::of_cluster_list(data).add(&mut summary.aside);
    }
    for (name, checked) in data.cluster_checkups.of(id) {
        summary.clusters += 1;
        if let Some((ready, all)) = checked.nodes {
            let known = summary.nodes.get_or_insert_default();
            (known.0, known.1) = (known.0 + ready, known.1 + all);
        }
        if let Some(waiting) = checked.waiting {
            *summary.waiting.get_or_insert_default() += waiting;
        }
        match &checked.coverage {
            Some(coverage) => {
                summary.checks += coverage.expected;
                summary.made += coverage.made;
                for need in &coverage.missing {
                    Lack::of_cluster(data, *need, name).add(&mut summary.aside);
                }
            }
            None => Lack::unexamined().add(&mut summary.aside),
        }
        if checked.is_troubled {
            let worse = app.shell.world.health.under(&checked.arn).filter(|f| f.severity > Severity::Info);
            summary.findings.extend(worse.cloned());
        }
    }
}

/// Adds what is found of a resource, but for hints.
fn add_findings<R, G>(app: &App, checked: &Checked<R, G>, summary: &mut Summary) {
    if checked.is_troubled {
        let worse = app.shell.world.health.of(checked.arn()).filter(|f| f.severity > Severity::Info);
        summary.findings.extend(worse.cloned());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::State;
    use crate::app::settle::settle;
    use crate::domain::{Database, Fault, FaultKind};
    use crate::keymap::Keymap;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn denied() -> Fault {
        let kind = FaultKind::Denied { action: "cloudwatch:GetMetricData".into() };
        Fault { kind, call: "cloudwatch:GetMetricData".into(), message: String::new(), request_id: None }
    }

    /// Three environments, each with a DB instance that is switched off: few checks, all of them made.
    fn fleet() -> State {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        for region in ["eu-west-1", "eu-west-2", "eu-west-3"] {
            let site = estate.add_site(session, region);
            estate.add(Environment { name: region.into(), site, ..Environment::default() });
        }
        let mut state = State::new(estate, at(0), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        for (i, data) in state.shell.world.sites.iter_mut().enumerate() {
            let database = Database {
                id: format!("db-{i}"),
                arn: format!("arn-{i}"),
                status: "stopped".into(),
                backup_retention_days: 7,
                ..Database::default()
            };
            data.rds.databases.succeed(vec![Arc::new(database)], at(0));
            data.rds.events.succeed(std::collections::HashMap::new(), at(0));
            data.rds.maintenance.succeed(std::collections::HashMap::new(), at(0));
            let known = &mut data.rds;
            for part in [&mut known.metrics, &mut known.vitals, &mut known.trend] {
                part.succeed((), at(0));
            }
            data.alarms.all.succeed(Vec::new(), at(0));
            data.kubernetes.clusters.succeed(Vec::new(), at(0));
            data.secrets.all.succeed(Vec::new(), at(0));
        }
        settle(&mut state);
        state
    }

    fn standing(state: &State, environment: usize) -> Option<Standing> {
        state.fleet.summary(EnvironmentId(environment)).map(Standing::of)
    }

    #[test]
    fn an_environment_is_well_only_when_all_that_its_checks_need_was_read() {
        let mut state = fleet();
        assert_eq!(standing(&state, 1), Some(Standing::Well));
        state.shell.world.sites[1].rds.maintenance = Remote::Failed { fault: denied() };
        state.shell.world.forget_checkups();
        settle(&mut state);
        assert_eq!(standing(&state, 1), Some(Standing::Unreadable));
        let first = state.fleet.summaries.first().expect("three");
        assert_eq!(
            (first.environment, first.checks - first.made),
            (EnvironmentId(1), 1),
            "it stands above what is well"
        );
        // What was read in a healthy time ages.
        state.shell.world.now = at(100_000);
        settle(&mut state);
        assert_eq!(standing(&state, 0), Some(Standing::Old));
    }

    /// Who may not read alarms does not hear that all is well, and is not warned for that alone either.
    #[test]
    fn alarms_that_are_not_read_are_neither_well_nor_wrong() {
        let mut state = fleet();
        state.shell.world.sites[1].alarms.all = Remote::Failed { fault: denied() };
        state.shell.world.forget_checkups();
        settle(&mut state);
        assert_eq!((standing(&state, 0), standing(&state, 1)), (Some(Standing::Well), Some(Standing::Awaited)));
        let summary = state.fleet.summary(EnvironmentId(1)).expect("three");
        assert_eq!((summary.checks, summary.lacks.len()), (summary.made, 0), "all that could be made");
        assert_eq!(summary.aside[0].words, "alarms denied");
    }

    #[test]
    fn the_cursor_stays_on_the_worst_until_it_is_moved() {
        let mut state = fleet();
        state.shell.world.sites[2].rds.databases = Remote::Failed { fault: denied() };
        state.shell.world.forget_checkups();
        settle(&mut state);
        assert_eq!(state.fleet.current(), Some(super::super::Item::Environment(EnvironmentId(2))));
        super::super::handle(&mut state, crate::keymap::Action::Down);
        let chosen = state.fleet.current();
        state.shell.world.sites[1].rds.databases = Remote::Failed { fault: denied() };
        state.shell.world.forget_checkups();
        settle(&mut state);
        assert_eq!(state.fleet.current(), chosen);
    }

    #[test]
    fn what_was_not_examined_yet_is_not_well() {
        let mut state = fleet();
        state.shell.world.sites[1].rds.databases.succeed(
            (0..200)
                .map(|i| Database {
                    id: format!("n-{i}"),
                    arn: format!("n-{i}"),
                    status: "stopped".into(),
                    backup_retention_days: 7,
                    ..Database::default()
                })
                .map(Arc::new)
                .collect(),
            at(0),
        );
        state.shell.world.forget_checkups();
        crate::app::settle::settle_while(&mut state, || false);
        assert_eq!(standing(&state, 1), Some(Standing::Awaited));
        settle(&mut state);
        assert_eq!(standing(&state, 1), Some(Standing::Well));
    }

    #[test]
    fn the_cursor_stays_on_its_finding_when_a_worse_one_comes() {
        let mut state = fleet();
        let broken = |id: &str, status: &str| Database {
            id: id.into(),
            arn: id.into(),
            status: status.into(),
            ..Database::default()
        };
        let list = |state: &mut State, all: Vec<Database>| {
            state.shell.world.sites[0].rds.databases.succeed(all.into_iter().map(Arc::new).collect(), at(0));
            state.shell.world.forget_checkups();
            settle(state);
        };
        list(&mut state, vec![broken("a", "incompatible-parameters"), broken("b", "failed")]);
        let chosen = |state: &State| super::super::selected(state).map(|(_, database)| database.arn.clone());
        while chosen(&state).as_deref() != Some("b") {
            let before = state.fleet.selected;
            super::super::handle(&mut state, crate::keymap::Action::Down);
            assert_ne!(before, state.fleet.selected, "b is not in the list");
        }
        list(
            &mut state,
            vec![broken("0", "storage-full"), broken("a", "incompatible-parameters"), broken("b", "failed")],
        );
        assert_eq!(chosen(&state).as_deref(), Some("b"));
    }
}
