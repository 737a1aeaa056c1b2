use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::sandbox::world::WorldOptions;

const RENTALIQ: &str = "111122223333";
const PRODUCTION: &str = "444455556666";

fn build(scenario: &str) -> World {
    // A Tuesday afternoon: load is at its highest.
    let epoch = "2026-11-24T15:30:00Z".parse().unwrap();
    World::build(&WorldOptions { scenario: scenario.into(), seed: 42, databases: None, epoch }).unwrap()
}

fn at(world: &World, minutes: i64) -> Timestamp {
    world.epoch + SignedDuration::from_mins(minutes)
}

fn read(world: &World, place: (&str, &str, &str), metric: &str, minutes: i64) -> Option<f64> {
    let instance = world.find(place.0, place.1, place.2).unwrap();
    value(world, instance, metric, at(world, minutes))
}

#[test]
fn every_value_is_within_its_range_and_reads_the_same_twice() {
    for scenario in ["quiet", "a-bad-night", "failover"] {
        let world = build(scenario);
        for instance in &world.instances {
            let memory =
                crate::domain::class::InstanceClass::parse(&instance.class).unwrap().memory_gib * 1_073_741_824.0;
            let storage = f64::from(instance.allocated_gib) * 1_073_741_824.0;
            for metric in RdsMetric::all() {
                for hour in (0..15 * 24).step_by(5) {
                    let moment = at(&world, -hour * 60);
                    let read = value(&world, instance, metric.name(), moment);
                    assert_eq!(
                        read.map(f64::to_bits),
                        value(&world, instance, metric.name(), moment).map(f64::to_bits)
                    );
                    let Some(read) = read else { continue };
                    let range = match metric {
                        RdsMetric::FreeableMemory => 0.0..=memory,
                        RdsMetric::FreeStorageSpace => 0.0..=storage,
                        RdsMetric::ReplicaLag => -1.0..=86_400.0,
                        _ if metric.unit() == "Percent" => 0.0..=100.0,
                        _ => 0.0..=f64::MAX,
                    };
                    assert!(range.contains(&read), "{} {}: {read}", instance.id, metric.name());
                    if metric == RdsMetric::DatabaseConnections {
                        assert!(read.fract().abs() < 1e-9);
                    }
                }
            }
        }
    }
}

#[test]
fn a_quiet_world_raises_no_alarm() {
    let world = build("quiet");
    for instance in &world.instances {
        for minutes in (0..7 * 1_440).step_by(7) {
            let cpu = value(&world, instance, "CPUUtilization", at(&world, -minutes));
            assert!(cpu.is_none_or(|cpu| cpu < 80.0), "{} {cpu:?}", instance.id);
            let lag = value(&world, instance, "ReplicaLag", at(&world, -minutes));
            assert!(lag.is_none_or(|lag| lag < 10.0), "{} {lag:?}", instance.id);
        }
    }
}

#[test]
fn what_is_known_to_be_below_a_limit_is_below_it_whenever_it_is_read() {
    let mut known = 0;
    for scenario in ["quiet", "a-bad-night", "failover"] {
        let world = build(scenario);
        let until = world.epoch.as_second();
        for instance in &world.instances {
            let probe = Probe::new(&world, instance, RdsMetric::CpuUtilization).unwrap();
            let Some(since) = probe.below_since(80.0, until) else { continue };
            known += 1;
            assert!(world.incidents.iter().all(|incident| incident.target != instance.id), "{}", instance.id);
            for minute in (since.max(until - 14 * 86_400) / 60 + 1..until / 60).step_by(7) {
                assert!(probe.at(minute * 60).is_some_and(|cpu| cpu < 80.0), "{} at {minute}", instance.id);
            }
        }
    }
    assert!(known > 10, "{known}");
}

#[test]
fn metrics_that_an_instance_has_not_got() {
    let world = build("quiet");
    let (lab, orders) = ((RENTALIQ, "us-east-1", "rentaliq-lab-db"), (PRODUCTION, "eu-west-1", "prod-orders-db"));
    for (place, metric, there) in [
        (lab, "CPUCreditBalance", true),
        (orders, "CPUCreditBalance", false),
        (lab, "ReplicaLag", false),
        (lab, "NoSuchMetric", false),
        (lab, "DBLoad", false),
        (orders, "DBLoad", true),
        (orders, "OldestReplicationSlotLag", true),
        (lab, "OldestReplicationSlotLag", false),
    ] {
        assert_eq!(read(&world, place, metric, -10).is_some(), there, "{} {metric}", place.2);
    }
    assert_eq!(read(&world, lab, "CPUUtilization", -10 * 525_600), None, "before its creation");
}

#[test]
fn a_bad_night_is_as_bad_as_it_says() {
    let world = build("a-bad-night");
    let replica = (RENTALIQ, "us-west-2", "rentaliq-prod-db-dr");
    let lag = |minutes| read(&world, replica, "ReplicaLag", minutes).unwrap();
    assert!((375.0..400.0).contains(&lag(0)) && lag(-20) < 10.0, "{} {}", lag(0), lag(-20));
    assert!((20.0..25.0).contains(&((lag(0) - lag(-10)) / 10.0)), "a minute");

    let orders = (PRODUCTION, "eu-west-1", "prod-orders-db");
    let storm = |metric, minutes| read(&world, orders, metric, minutes).unwrap();
    assert!((4_250.0..=4_750.0).contains(&storm("DatabaseConnections", -1)), "{}", storm("DatabaseConnections", -1));
    assert!(storm("DatabaseConnections", -30) < 2_000.0);
    assert!(storm("CPUUtilization", -1) > 80.0 && storm("WriteLatency", -1) > 0.01);
    assert!(storm("DiskQueueDepth", -1) > 5.0 * storm("DiskQueueDepth", -30));
    let parts = storm("DBLoadCPU", -1) + storm("DBLoadNonCPU", -1);
    assert!((storm("DBLoad", -1) - parts).abs() < 1e-9);

    let prod = (RENTALIQ, "us-east-1", "rentaliq-prod-db");
    let free = |minutes| read(&world, prod, "FreeStorageSpace", minutes).unwrap() / 1_073_741_824.0;
    assert!((20.0..22.0).contains(&free(0)), "{}", free(0));
    let a_day = free(-1_440) - free(0);
    assert!((9.0..9.6).contains(&a_day), "{a_day}");
    assert!(free(10 * 1_440).abs() < 1e-9, "it ends at nothing");
}

#[test]
fn a_failover_drops_every_connection_for_a_while() {
    let world = build("failover");
    let orders = (PRODUCTION, "eu-west-1", "prod-orders-db");
    let connections = |minutes| read(&world, orders, "DatabaseConnections", minutes).unwrap();
    assert!(connections(4) > 300.0 && connections(10) > 300.0, "{} {}", connections(4), connections(10));
    assert!(connections(5).abs() < 1e-9, "{}", connections(5));
}

#[test]
fn a_database_that_is_being_created_says_nothing() {
    let world = build("database-creating");
    let restored = (RENTALIQ, "us-east-1", "rentaliq-qa-db-restored");
    assert_eq!(read(&world, restored, "CPUUtilization", 0), None);
    assert!(read(&world, restored, "CPUUtilization", 30).is_some());
}

#[test]
fn what_was_done_shows_from_then_on_and_not_before() {
    let mut world = build("quiet");
    let now = world.epoch;
    let dr = (RENTALIQ, "us-west-2", "rentaliq-prod-db-dr");
    let prod = (RENTALIQ, "us-east-1", "rentaliq-prod-db");
    let key = |world: &World, place: (&str, &str, &str)| {
        crate::sandbox::world::changes::Key::of(world.find(place.0, place.1, place.2).unwrap())
    };
    let promoted = key(&world, dr);
    world.promote(&promoted, 1, now);
    let rebooted = key(&world, prod);
    world.reboot(&rebooted, true, now);
    world.advance(at(&world, 60));
    assert!(read(&world, dr, "ReplicaLag", -5).is_some());
    assert_eq!(read(&world, dr, "ReplicaLag", 20), None);
    assert!(read(&world, dr, "CPUUtilization", 20).is_some());
    // Nothing while it restarts, few connections afterwards, and then as many as ever.
    assert_eq!(read(&world, prod, "DatabaseConnections", 0), None);
    let connections = |minute| read(&world, prod, "DatabaseConnections", minute).unwrap();
    assert!(connections(2) < connections(10) * 0.8, "{} {}", connections(2), connections(10));
    assert!(connections(10) > connections(-10) * 0.6);
}
