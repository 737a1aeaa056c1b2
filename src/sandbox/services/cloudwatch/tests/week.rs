//! `quiet` is quiet at every hour of a week: the health rules look at each instance of the estates as the
//! console reads it, with the thresholds and objectives of its environment.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery, MetricStore};
use crate::domain::database::{StatusInfo, Storage};
use crate::domain::finding::{Finding, Severity};
use crate::domain::runway::{self, Runway};
use crate::domain::{Database, Event, MaintenanceAction, Metric, Series, SessionId, Statistic};
use crate::health::examine;
use crate::sandbox::environments;
use crate::sandbox::services::cloudwatch::series::{Reader, Stat, align_up};
use crate::sandbox::world::metrics::{Probe, RdsMetric};
use crate::sandbox::world::{Instance, World, WorldOptions, backups, events};
use crate::services::rds::health::{DbInstances, Subject};
use crate::world::Estate;

/// A Monday.
const WEEK: &str = "2026-11-23T00:00:00Z";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Period and reach, seconds. The console reads an hour and three; the rules' means and medians are over the
/// newest quarter of an hour, and the rest only tells since when.
const TABLE: (u32, i64) = (60, 900);
const VITALS: (u32, i64) = (300, 1_800);
const TREND: (u32, i64) = (3_600, 7 * DAY);

/// What is read for each row of the table.
const TABLED: [Metric; 4] =
    [Metric::CPUUtilization, Metric::DatabaseConnections, Metric::FreeStorageSpace, Metric::ReplicaLag];

fn window((period, reach): (u32, i64), now: i64) -> Range<i64> {
    let end = align_up(now, i64::from(period));
    end - reach..end
}

/// What CloudWatch has of a metric.
fn points(world: &World, instance: &Instance, metric: Metric, span: (u32, i64), now: i64) -> Vec<(i64, f64)> {
    let statistic = match metric.statistic() {
        Statistic::Average => Stat::Average,
        Statistic::Minimum => Stat::Minimum,
        Statistic::Maximum => Stat::Maximum,
    };
    let probe = RdsMetric::from_name(metric.name()).and_then(|known| Probe::new(world, instance, known));
    let Some(probe) = probe else { return Vec::new() };
    let (mut reader, period) = (Reader::new(probe, now), i64::from(span.0));
    let mut found = Vec::new();
    let window = window(span, now);
    let mut start = window.start;
    while start < window.end {
        if reader.load(start, period) {
            found.push((start, reader.stat(statistic)));
        }
        start += period;
    }
    found
}

/// The table's metrics and the vitals of an instance.
fn measured(world: &World, instance: &Instance, database: &Database, now: i64) -> MetricStore {
    let mut store = MetricStore::default();
    for (metrics, span) in [(TABLED.as_slice(), TABLE), (Metric::VITALS.as_slice(), VITALS)] {
        let asked: Vec<Metric> = metrics.iter().copied().filter(|metric| metric.applies_to(database)).collect();
        let query = |metric: &Metric| MetricQuery { database: database.id.as_str().into(), metric: *metric };
        let queries = asked.iter().map(query).collect();
        let call = MetricCall { period: span.0, window: window(span, now), queries };
        let values = asked.iter().map(|metric| points(world, instance, *metric, span, now)).collect();
        store.merge(&call, &MetricAnswer { points: values, partial: false }, DAY);
    }
    store
}

/// How long storage lasts, from a week.
fn trend(world: &World, instance: &Instance, now: i64) -> Option<Runway> {
    let mut free = Series::new(TREND.0);
    free.merge(window(TREND, now), points(world, instance, Metric::FreeStorageSpace, TREND, now));
    runway::estimate(&free)
}

/// The instance as the list tells it, as far as the rules look.
fn database(instance: &Instance, now: Timestamp) -> Database {
    let replicating = StatusInfo {
        kind: "read replication".into(),
        status: "replicating".into(),
        normal: true,
        message: String::new(),
    };
    Database {
        id: instance.id.clone(),
        arn: instance.arn(),
        region: instance.region.clone(),
        status: instance.status_at(now).unwrap_or_default().to_owned(),
        class: instance.class.clone(),
        engine: instance.engine.clone(),
        engine_version: instance.engine_version.clone(),
        multi_az: instance.multi_az,
        zone: Some(instance.zone.clone()),
        storage: Storage {
            allocated: instance.allocated_gib,
            max_allocated: instance.max_allocated_gib,
            ..Storage::default()
        },
        created: Some(instance.created),
        latest_restorable: backups::latest_restorable(instance, now),
        backup_retention_days: instance.retention_days,
        maintenance_window: instance.maintenance_window.clone(),
        source: instance.source.as_ref().map(|source| source.id.clone()),
        status_infos: instance.is_replica().then_some(replicating).into_iter().collect(),
        certificate_valid_till: Some(instance.certificate_valid_till),
        tags: instance.tags.clone(),
        ..Database::default()
    }
}

fn told(world: &World, instance: &Instance, now: Timestamp) -> Vec<Event> {
    let since = now - SignedDuration::from_secs(DAY);
    events::between(world, &instance.account, &instance.region, Some(&instance.id), since, now)
        .into_iter()
        .map(|told| Event { at: told.at, source: told.source, message: told.message, categories: told.categories })
        .collect()
}

fn pending(instance: &Instance) -> Vec<MaintenanceAction> {
    let action = |action: &crate::sandbox::world::instance::Maintenance| MaintenanceAction {
        arn: instance.arn(),
        action: action.action.clone(),
        description: action.description.clone(),
        auto_applied_after: action.auto_applied_after,
        forced_at: action.forced,
        current_apply: action.current_apply,
        opt_in: action.opt_in.clone(),
    };
    instance.maintenance.iter().map(action).collect()
}

/// What the rules find of all instances of all environments.
fn found(
    world: &World,
    (estate, accounts): &(Estate, Vec<(SessionId, String)>),
    now: Timestamp,
    trends: bool,
) -> Vec<Finding> {
    let second = now.as_second();
    let (mut all, mut judged) = (Vec::new(), 0);
    for (id, site) in estate.sites() {
        let (_, account) = accounts.iter().find(|(session, _)| *session == site.session).unwrap();
        for instance in world.instances_in(account, &site.region) {
            let database = database(instance, now);
            let owner = estate.owner(id, &database).unwrap();
            let environment = estate.environment(owner).unwrap();
            let store = measured(world, instance, &database, second);
            let (events, maintenance) = (told(world, instance, now), pending(instance));
            let subject = Subject {
                database: &database,
                metrics: store.of(&database.id),
                runway: if trends { trend(world, instance, second) } else { None },
                events: &events,
                maintenance: maintenance.iter().collect(),
                metrics_known: true,
                vitals_known: true,
                maintenance_known: true,
                rpo: environment.rpo,
                thresholds: &environment.thresholds,
            };
            all.extend(examine::<DbInstances>(&subject, now, &|_| None));
            judged += 1;
        }
    }
    assert_eq!(judged, world.instances.len(), "an instance of no environment");
    all
}

/// What is wrong in a week of a world that goes on: every hour, not always at the same minute of it.
fn wrong_in_a_week(seed: u64) -> Vec<String> {
    let epoch: Timestamp = WEEK.parse().unwrap();
    let options = WorldOptions { scenario: "quiet".into(), seed, databases: None, epoch };
    let mut world = World::build(&options).unwrap();
    let estate = environments::estate(&crate::cli::World::default());
    let mut wrong = Vec::new();
    for hour in 0..7 * 24 {
        let now = epoch + SignedDuration::from_mins(hour * 60 + hour * 17 % 60);
        world.advance(now);
        // A trend of a week is another one after a day.
        let found = found(&world, &estate, now, hour % 24 == 0);
        let bad = found.iter().filter(|finding| finding.severity >= Severity::Warning);
        wrong.extend(bad.map(|finding| format!("{now} {} {}: {}", finding.resource, finding.rule, finding.summary)));
    }
    wrong
}

#[test]
fn nothing_is_wrong_in_a_quiet_week() {
    let wrong = wrong_in_a_week(1);
    assert!(wrong.is_empty(), "{} findings, the first: {:#?}", wrong.len(), wrong.first());
}

#[test]
fn nothing_is_wrong_in_a_quiet_week_of_another_world() {
    let wrong = wrong_in_a_week(42);
    assert!(wrong.is_empty(), "{} findings, the first: {:#?}", wrong.len(), wrong.first());
}

#[test]
fn a_bad_night_is_found_in_the_same_way() {
    let epoch: Timestamp = "2026-11-22T03:12:00Z".parse().unwrap();
    let options = WorldOptions { scenario: "a-bad-night".into(), seed: 1, databases: None, epoch };
    let world = World::build(&options).unwrap();
    let found = found(&world, &environments::estate(&crate::cli::World::default()), epoch, true);
    for (id, rule) in [
        ("rentaliq-prod-db-dr", "replica-lag"),
        ("rentaliq-prod-db", "storage-runway"),
        ("prod-orders-db", "connections"),
    ] {
        let is_it = |finding: &&Finding| finding.resource == id && finding.rule == rule;
        let severity = found.iter().find(is_it).map(|finding| finding.severity);
        assert!(severity >= Some(Severity::Warning), "{id} {rule}: {severity:?}");
    }
}
