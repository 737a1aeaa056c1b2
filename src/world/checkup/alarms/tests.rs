//! Alarms beside DB instances: one trouble is told once, and an answer costs what it touches.

use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery};
use crate::domain::Metric;
use crate::domain::finding::{About, Finding};
use crate::services::alarms::testing::{all, composite, cpu};
use crate::services::alarms::{self, Alarm, AlarmState, Watching};
use crate::services::rds;
use crate::slices::reads::{Answer, Read};
use crate::world::World;
use crate::world::checkup::Examined;
use crate::world::checkup::tests::examine;
use crate::world::checkup::tests::{answer, at, list, looked_at};

/// The CPU alarm of an instance.
fn on(database: &str) -> Alarm {
    let mut alarm = cpu();
    alarm.name = format!("{database}-cpu");
    alarm.arn = format!("arn:aws:cloudwatch:us-east-1:111122223333:alarm:{database}-cpu");
    if let Watching::Metric(watch) = &mut alarm.watches {
        watch.metric.dimensions = vec![("DBInstanceIdentifier".into(), database.into())];
    }
    alarm
}

fn ringing(alarm: Alarm) -> Alarm {
    Alarm { state: AlarmState::Alarm, since: Some(at(-600)), ..alarm }
}

/// So many instances with an alarm each, all of which were looked at.
fn watched(count: usize) -> (World, Vec<Alarm>) {
    let (mut world, _) = looked_at(count);
    let alarms: Vec<Alarm> = list(count).iter().map(|database| on(&database.id)).collect();
    tell(&mut world, alarms.clone());
    let examined = examine(&mut world, usize::MAX);
    assert!(!examined.more && !examined.is_new && examined.alarms.len() == count, "{examined:?}");
    (world, alarms)
}

fn tell(world: &mut World, alarms: Vec<Alarm>) {
    answer(world, &Read::Alarms(alarms::Read::All), Answer::Alarms(all(alarms)));
}

/// The CPU of an instance, ten minutes of it.
fn measure(world: &mut World, database: &str, percent: f64) {
    let query = MetricQuery { database: database.into(), metric: Metric::CPUUtilization };
    let call = MetricCall { period: 60, window: 0..600, queries: vec![query] };
    let points = (0..10).map(|minute| (minute * 60, percent)).collect();
    let part = MetricAnswer { points: vec![points], ..MetricAnswer::default() };
    answer(world, &Read::Rds(rds::Read::Metrics), Answer::Rds(rds::Answer::MetricPart { call, answer: part }));
    answer(world, &Read::Rds(rds::Read::Metrics), Answer::Rds(rds::Answer::MetricsDone));
}

/// The places of the alarms and of the instances that are looked at next.
fn next(world: &mut World) -> (Vec<usize>, Vec<usize>) {
    let Examined { alarms, instances, .. } = examine(world, usize::MAX);
    let places = |all: Vec<(crate::domain::SiteId, usize)>| all.into_iter().map(|(_, at)| at).collect();
    (places(alarms), places(instances))
}

/// What stands of alarms, by the names of the alarms.
fn rung(world: &World) -> Vec<&str> {
    let all = world.health.all().map(|standing| &standing.finding);
    let mut names: Vec<&str> = all.filter(|f| f.rule == "alarm-ringing").map(|f| f.resource.as_str()).collect();
    names.sort_unstable();
    names
}

fn found<'a>(world: &'a World, arn: &str) -> Option<&'a Finding> {
    world.health.of(arn).next().map(AsRef::as_ref)
}

#[test]
fn an_answer_about_one_alarm_examines_it_and_what_it_is_told_with() {
    let (mut world, mut alarms) = watched(300);
    assert_eq!(next(&mut world), (vec![], vec![]), "nothing has changed");
    alarms[7] = ringing(alarms[7].clone());
    tell(&mut world, alarms.clone());
    assert_eq!(next(&mut world), (vec![7], vec![7]));
    let finding = found(&world, &alarms[7].arn).expect("it rings");
    assert_eq!((finding.about, finding.rule), (About::Alarm, "alarm-ringing"));
    tell(&mut world, alarms.clone());
    assert_eq!(next(&mut world), (vec![], vec![]), "the same once more");
    measure(&mut world, "db-0009", 5.0);
    assert_eq!(next(&mut world), (vec![9], vec![9]), "more is known of it");
    measure(&mut world, "db-0009", 5.0);
    assert_eq!(next(&mut world), (vec![], vec![9]), "nothing else is said of it");
    alarms[7].state = AlarmState::Ok;
    tell(&mut world, alarms.clone());
    assert_eq!(next(&mut world), (vec![7], vec![7]));
    assert!(rung(&world).is_empty());
}

#[test]
fn an_alarm_that_says_what_is_found_of_its_instance_is_evidence_of_that() {
    let (mut world, mut alarms) = watched(3);
    alarms[1] = ringing(alarms[1].clone());
    tell(&mut world, alarms.clone());
    next(&mut world);
    assert_eq!(rung(&world), ["db-0001-cpu"]);
    let arn = list(3)[1].arn.clone();
    measure(&mut world, "db-0001", 99.0);
    assert_eq!(next(&mut world), (vec![1], vec![1]));
    let cpu = found(&world, &arn).expect("a finding");
    assert_eq!(cpu.rule, "cpu");
    assert!(cpu.evidence.ends_with("alarm db-0001-cpu in ALARM since 23:50Z"), "{}", cpu.evidence);
    assert!(rung(&world).is_empty(), "it is told once");
    // Of another metric it is another trouble.
    if let Watching::Metric(watch) = &mut alarms[1].watches {
        watch.metric.name = "WriteIOPS".into();
    }
    tell(&mut world, alarms);
    next(&mut world);
    assert_eq!(rung(&world), ["db-0001-cpu"]);
    assert!(!found(&world, &arn).expect("it stands").evidence.contains("ALARM"));
}

#[test]
fn a_composite_and_what_makes_it_ring_are_one_finding() {
    let (mut world, mut alarms) = watched(3);
    alarms.push(ringing(composite("ALARM(db-0000-cpu) OR ALARM(db-0001-cpu) OR OK(db-0002-cpu)")));
    (alarms[0], alarms[1]) = (ringing(alarms[0].clone()), ringing(alarms[1].clone()));
    tell(&mut world, alarms.clone());
    next(&mut world);
    assert_eq!(rung(&world), ["all"]);
    assert_eq!(found(&world, &alarms[3].arn).expect("it rings").evidence, "db-0000-cpu db-0001-cpu");
    // What DB instances say of themselves is said better there; what they do not say is not lost.
    measure(&mut world, "db-0000", 99.0);
    next(&mut world);
    assert_eq!(rung(&world), ["all"]);
    measure(&mut world, "db-0001", 99.0);
    next(&mut world);
    assert_eq!(rung(&world), [""; 0]);
    // A composite alarm that is well has nothing to tell for them.
    alarms[3].state = AlarmState::Ok;
    alarms[2] = ringing(alarms[2].clone());
    tell(&mut world, alarms);
    next(&mut world);
    assert_eq!(rung(&world), ["db-0002-cpu"]);
}

/// CloudWatch lets composite alarms form a circle: none of them speaks for the other.
#[test]
fn alarms_that_ring_because_of_each_other_are_not_lost() {
    let (mut world, mut alarms) = watched(1);
    let named = |name: &str, rule: &str| Alarm { name: name.into(), arn: name.into(), ..ringing(composite(rule)) };
    alarms.extend([named("one", "ALARM(two)"), named("two", "ALARM(one)")]);
    tell(&mut world, alarms);
    next(&mut world);
    assert_eq!(rung(&world), ["one", "two"]);
}

#[test]
fn what_watches_nothing_or_is_nobody_s() {
    let (mut world, mut alarms) = watched(2);
    alarms.push(on("gone"));
    tell(&mut world, alarms.clone());
    next(&mut world);
    assert_eq!(found(&world, &alarms[2].arn).map(|finding| finding.rule), Some("alarm-without-resource"));
    // With several environments at the site nobody knows whose it is.
    let other = crate::domain::Environment { name: "qa".into(), name_prefix: "qa-".into(), ..Default::default() };
    world.estate.add(other);
    world.forget_checkups();
    next(&mut world);
    assert_eq!(found(&world, &alarms[2].arn), None);
    tell(&mut world, alarms[..1].to_vec());
    next(&mut world);
    assert!(world.sites[0].alarm_checkups.get(1).is_none());
}
