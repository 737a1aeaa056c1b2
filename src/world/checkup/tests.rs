//! What is examined when: an answer costs what it touches.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery};
use crate::domain::{Database, Environment, Fault, FaultKind};
use crate::services::rds;
use crate::services::rds::health::coverage;
use crate::slices::reads::{Answer, Read, Target};
use crate::world::Estate;
use crate::world::checkups::AGED;
use crate::world::data::SiteData;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn unreachable() -> Fault {
    Fault { kind: FaultKind::Unreachable, call: "x:Y".into(), message: String::new(), request_id: None }
}

#[test]
fn what_fails_is_old_sooner_than_what_is_read_in_time() {
    let mut data = SiteData::default();
    assert!(!is_current(&data, &rds::Read::Metrics, at(0)), "never read");
    data.rds.metrics.succeed((), at(0));
    assert!(is_current(&data, &rds::Read::Metrics, at(600)));
    assert!(!is_current(&data, &rds::Read::Metrics, at(3600)), "the machine slept");
    data.rds.metrics.fail(unreachable());
    assert!(is_current(&data, &rds::Read::Metrics, at(120)), "one failure is not the end");
    assert!(!is_current(&data, &rds::Read::Metrics, at(121)));
    data.rds.databases.succeed(Vec::new(), at(0));
    data.rds.databases.fail(unreachable());
    assert!(!is_current(&data, &rds::Read::Databases, at(1)));
}

#[test]
fn an_instance_whose_metrics_cannot_be_read_is_not_wholly_checked() {
    let mut data = SiteData::default();
    let database = Database { id: "db".into(), status: "available".into(), ..Database::default() };
    data.rds.databases.succeed(vec![Arc::new(database.clone())], at(0));
    data.rds.metrics.fail(unreachable());
    let environment = Environment::default();
    let coverage = coverage(&subject(&data, &database, &environment), 0, &|read| is_current(&data, read, at(1)));
    assert!(coverage.missing.contains(&rds::Read::Metrics) && coverage.made < coverage.expected, "{coverage:?}");
    assert!(!coverage.missing.contains(&rds::Read::Databases));
}

/// A world of one environment with so many DB instances, all of which were looked at.
pub fn looked_at(count: usize) -> (World, SiteId) {
    let mut estate = Estate::default();
    let session = estate.add_session_named("prod");
    let site = estate.add_site(session, "us-east-1");
    let environment = Environment { name: "prod".into(), site, ..Default::default() };
    estate.add(environment);
    let mut world = World::new(estate, at(0));
    let all = list(count);
    answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(shared(&all))));
    answer(&mut world, &Read::Rds(rds::Read::Events), events(Vec::new()));
    answer(&mut world, &Read::Rds(rds::Read::Maintenance), Answer::Rds(rds::Answer::Maintenance(Vec::new())));
    for dataset in [Read::Rds(rds::Read::Metrics), Read::Rds(rds::Read::Vitals), Read::Rds(rds::Read::StorageTrend)] {
        answer(&mut world, &dataset, Answer::Rds(rds::Answer::MetricsDone));
    }
    let examined = examine(&mut world, usize::MAX);
    assert!(examined.is_new && !examined.more && examined.instances.len() == count, "{examined:?}");
    (world, site)
}

/// Looks at so many at most, of that which is due.
pub fn examine(world: &mut World, most: usize) -> Examined {
    let mut examined = begin(world);
    examined.then(look(world, most));
    examined
}

/// As they are answered.
fn shared(all: &[Database]) -> Vec<Arc<Database>> {
    all.iter().cloned().map(Arc::new).collect()
}

pub fn list(count: usize) -> Vec<Database> {
    let database = |i: usize| Database {
        id: format!("db-{i:04}"),
        arn: format!("arn:aws:rds:us-east-1:111122223333:db:db-{i:04}"),
        engine: "postgres".into(),
        status: "available".into(),
        ..Database::default()
    };
    (0..count).map(database).collect()
}

fn events(events: Vec<crate::domain::Event>) -> Answer {
    Answer::Rds(rds::Answer::Events { events, window: at(-3600)..at(3600) })
}

pub fn answer(world: &mut World, read: &Read, answer: Answer) {
    let target = Target { site: SiteId(0), read: read.clone() };
    let id = world.schedule.begin(&target);
    super::super::take(world, id, &target, Ok(answer));
}

/// The instances that are looked at next.
fn next(world: &mut World) -> Vec<usize> {
    examine(world, usize::MAX).instances.into_iter().map(|(_, index)| index).collect()
}

#[test]
fn an_answer_about_one_instance_examines_one() {
    let (mut world, _) = looked_at(500);
    let mut looks = 0;
    let mut next = |world: &mut World| {
        let looked_at = next(world);
        looks += looked_at.len();
        looked_at
    };
    assert_eq!(next(&mut world), Vec::<usize>::new(), "nothing has changed");

    let query = MetricQuery { database: "db-0007".into(), metric: crate::domain::Metric::CPUUtilization };
    let call = MetricCall { period: 60, window: 0..600, queries: vec![query] };
    let part = MetricAnswer { points: vec![vec![(60, 99.0)]], ..MetricAnswer::default() };
    answer(&mut world, &Read::Rds(rds::Read::Metrics), Answer::Rds(rds::Answer::MetricPart { call, answer: part }));
    assert_eq!(next(&mut world), [7]);
    answer(&mut world, &Read::Rds(rds::Read::Metrics), Answer::Rds(rds::Answer::MetricsDone));
    assert_eq!(next(&mut world), Vec::<usize>::new(), "its values came before");

    let mut all = list(500);
    all[3].status = "storage-full".into();
    answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(shared(&all))));
    assert_eq!(next(&mut world), [3]);
    assert_eq!(world.health.of(&all[3].arn).next().map(|finding| finding.rule), Some("instance-status"));

    let failover = crate::domain::Event {
        at: at(0),
        source: "db-0009".into(),
        message: "Multi-AZ instance failover completed".into(),
        categories: vec!["failover".into()],
    };
    answer(&mut world, &Read::Rds(rds::Read::Events), events(vec![failover.clone()]));
    assert_eq!(next(&mut world), [9]);
    answer(&mut world, &Read::Rds(rds::Read::Events), events(vec![failover]));
    assert_eq!(next(&mut world), Vec::<usize>::new(), "the same once more");

    let action = crate::domain::MaintenanceAction { arn: all[11].arn.clone(), ..Default::default() };
    answer(&mut world, &Read::Rds(rds::Read::Maintenance), Answer::Rds(rds::Answer::Maintenance(vec![action])));
    assert_eq!(next(&mut world), [11]);
    assert_eq!(looks, 4);
}

#[test]
fn time_and_another_list_examine_all_and_many_are_examined_in_parts() {
    let (mut world, _) = looked_at(10);
    world.now = at(AGED - 10);
    assert_eq!(next(&mut world).len(), 0);
    world.now = at(60);
    let first = examine(&mut world, 4);
    assert!(first.more && first.instances.len() == 4);
    assert!(examine(&mut world, 4).more && !examine(&mut world, 4).more);
    assert_eq!(next(&mut world).len(), 0);
    answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(shared(&list(9)))));
    let examined = examine(&mut world, usize::MAX);
    assert!(examined.is_new && examined.instances.len() == 9);
}

#[test]
fn what_is_gone_or_another_s_has_no_findings() {
    let (mut world, _) = looked_at(2);
    let mut all = list(2);
    for database in &mut all {
        database.status = "storage-full".into();
    }
    answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(shared(&all))));
    next(&mut world);
    assert!(all.iter().all(|database| world.health.of(&database.arn).count() > 0));
    answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(shared(&all[..1]))));
    next(&mut world);
    assert_eq!(world.health.of(&all[1].arn).count(), 0, "it is gone");
    // Tags say whose it is, and tags change.
    world.estate.environments_mut().for_each(|environment| environment.name_prefix = "other-".into());
    all[0].tags = vec![("team".into(), "b".into())];
    answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(shared(&all[..1]))));
    assert!(examine(&mut world, usize::MAX).is_new);
    assert_eq!(world.health.of(&all[0].arn).count(), 0, "it is another's");
}

/// What AWS held back stays missing while the next answer is on its way.
#[test]
fn a_part_that_is_held_back_does_not_flap() {
    let (mut world, site) = looked_at(1);
    let target = Target { site, read: Read::Rds(rds::Read::Metrics) };
    let whole = |world: &mut World| {
        examine(world, usize::MAX);
        world.sites[0]
            .checkups
            .get(0)
            .and_then(|checked| checked.coverage.clone())
            .is_some_and(|c| !c.missing.contains(&rds::Read::Metrics))
    };
    let part = |world: &mut World, partial: bool| {
        let query = MetricQuery { database: "db-0000".into(), metric: crate::domain::Metric::CPUUtilization };
        let call = MetricCall { period: 60, window: 0..600, queries: vec![query] };
        let part = MetricAnswer { points: vec![vec![(540, 9.0)]], partial };
        let id = world.schedule.begin(&target);
        world.sites[0].begin(&target.read);
        super::super::take(world, id, &target, Ok(Answer::Rds(rds::Answer::MetricPart { call, answer: part })));
        id
    };
    let id = part(&mut world, true);
    super::super::take(&mut world, id, &target, Ok(Answer::Rds(rds::Answer::MetricsDone)));
    assert!(!whole(&mut world));
    let id = part(&mut world, false);
    assert!(!whole(&mut world), "the next answer has not come to its end");
    super::super::take(&mut world, id, &target, Ok(Answer::Rds(rds::Answer::MetricsDone)));
    // Only its other metrics are without a value now.
    assert!(world.sites[0].rds.partial.is_empty());
}

/// A list with one instance more is no reason to know less of the others.
#[test]
fn what_was_examined_stays_so_while_a_new_list_is_looked_through() {
    let (mut world, _) = looked_at(200);
    answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(shared(&list(201)))));
    examine(&mut world, 10);
    let known = |at: usize| world.sites[0].checkups.get(at).is_some_and(|checked| checked.coverage.is_some());
    assert!((0..200).all(known) && !known(200));
}
