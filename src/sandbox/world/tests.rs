use super::*;

fn build(scenario: &str, databases: Option<usize>) -> World {
    let epoch = "2026-11-22T03:30:00Z".parse().unwrap();
    World::build(&WorldOptions { scenario: scenario.into(), seed: 42, databases, epoch }).unwrap()
}

#[test]
fn the_reference_environments_are_as_their_table_says() {
    let world = build("quiet", None);
    for (id, class, allocated, most, multi_az, retention, insights, monitoring, protected, logs) in [
        ("rentaliq-lab-db", "db.t3.micro", 20, 50, false, 3, None, 0, false, 0),
        ("rentaliq-qa-db", "db.t3.small", 50, 100, false, 7, Some(7), 0, false, 1),
        ("rentaliq-prod-db", "db.t3.medium", 100, 500, true, 30, Some(7), 60, true, 1),
    ] {
        let i = world.find(DEFAULT_ACCOUNT, DEFAULT_REGION, id).unwrap();
        assert_eq!((i.class.as_str(), i.allocated_gib, i.max_allocated_gib), (class, allocated, Some(most)), "{id}");
        assert_eq!(
            (i.multi_az, i.retention_days, i.performance_insights_days),
            (multi_az, retention, insights),
            "{id}"
        );
        assert_eq!((i.monitoring_interval, i.deletion_protection), (monitoring, protected), "{id}");
        assert_eq!(i.log_exports.iter().filter(|log| *log == "postgresql").count(), logs, "{id}");
        assert_eq!(i.backup_window.to_string(), "03:00-04:00");
        assert_eq!(i.maintenance_window, "sun:04:00-sun:05:00");
        assert_eq!(i.secondary_zone.is_some(), multi_az);
    }
}

#[test]
fn every_source_is_there_and_every_class_is_known() {
    for scenario in scenario::names() {
        let world = build(scenario, None);
        for instance in &world.instances {
            // What a serverless class gives, its cluster says.
            let is_known = crate::domain::class::InstanceClass::parse(&instance.class).is_some();
            assert!(is_known || instance.class == "db.serverless", "{}", instance.class);
            assert!(instance.load.used_gib < f64::from(instance.allocated_gib), "{}", instance.id);
            if let Some(source) = &instance.source {
                let source = world.find(&instance.account, &source.region, &source.id).unwrap();
                assert!(world.replicas_of(source, world.epoch).any(|r| r.id == instance.id), "{}", instance.id);
                assert!(source.retention_days > 0, "{}", source.id);
            }
        }
    }
}

#[test]
fn a_fleet_has_the_size_that_was_asked_for_and_is_the_same_again() {
    let (one, two) = (build("quiet", Some(5000)), build("quiet", Some(5000)));
    assert_eq!(one.instances_in(DEFAULT_ACCOUNT, DEFAULT_REGION).count(), 5000);
    assert!(
        one.instances.iter().zip(&two.instances).all(|(a, b)| a.id == b.id && a.class == b.class && a.load == b.load)
    );
    let available = one.instances.iter().filter(|i| i.settled_status_at(one.epoch) == Some("available")).count();
    assert!((4700..5000).contains(&available), "{available}");
    assert!(one.instances.iter().any(|i| i.source.is_some()));
}

#[test]
fn lookups_find_every_instance_and_no_other_accounts() {
    let world = build("", None);
    assert_eq!(world.scenario, scenario::DEFAULT);
    for instance in &world.instances {
        let found = world.find(&instance.account, &instance.region, &instance.id).unwrap();
        assert_eq!(found.arn(), instance.arn());
    }
    assert!(world.find("444455556666", DEFAULT_REGION, "rentaliq-prod-db").is_none());
    assert!(world.instances_in("444455556666", "eu-west-1").all(|i| i.account == "444455556666"));
}

#[test]
fn replicas_are_those_that_looking_at_every_instance_finds() {
    for (scenario, databases) in [("odd-estate,database-creating", None), ("quiet", Some(300))] {
        let mut world = build(scenario, databases);
        // One gives its source up, and another one takes its name and follows what the first never did.
        let promoted = world.instances.iter().position(|instance| instance.source.is_some()).unwrap();
        let mut other = world.instances.iter().rfind(|instance| instance.source.is_some()).unwrap().clone();
        world.instances[promoted].source = None;
        other.id.clone_from(&world.instances[promoted].id);
        other.account.clone_from(&world.instances[promoted].account);
        other.region.clone_from(&world.instances[promoted].region);
        for turn in 0..2 {
            let mut replicas = 0;
            for source in &world.instances {
                let looked_at = world.instances.iter().filter(|other| source.is_source_of(other));
                let expected: Vec<String> = looked_at.map(Instance::arn).collect();
                let found: Vec<String> = world.followers_of(source).map(Instance::arn).collect();
                assert_eq!(found, expected, "{scenario}: {} in turn {turn}", source.id);
                replicas += found.len();
            }
            assert!(replicas > 0, "{scenario}");
            world.add(other.clone());
        }
    }
}

#[test]
fn instances_after_an_id_are_the_rest_of_the_list() {
    let world = build("quiet", Some(50));
    let all: Vec<&str> = world.instances_in(DEFAULT_ACCOUNT, DEFAULT_REGION).map(|i| i.id.as_str()).collect();
    let after = |id: &str| world.instances_after(DEFAULT_ACCOUNT, DEFAULT_REGION, id).map(|i| i.id.as_str());
    assert!(after("").eq(all.iter().copied()));
    assert!(after(all[19]).eq(all[20..].iter().copied()));
    // It may have gone since it was given.
    assert!(after(&format!("{}-", all[19])).eq(all[20..].iter().copied()));
    assert_eq!(after("zzz").count(), 0);
}

#[test]
fn the_database_being_created_becomes_available() {
    let world = build("database-creating", None);
    let young = world.instances.iter().find(|i| i.status_at(world.epoch) == Some("creating")).unwrap();
    assert!(!young.is_created_at(world.epoch));
    let later = after(world.epoch, 20 * moment::MINUTE);
    assert_eq!(young.status_at(later), Some("available"));
    assert!(backups::latest_restorable(young, later).is_some());
}

#[test]
fn another_scenario_can_be_played_from_now_on() {
    let mut world = build("a-bad-night", None);
    let before = world.instances.len();
    let now = after(world.epoch, moment::HOUR);
    world.play("database-creating,throttled-api,failover-just-happened", now).unwrap();
    assert_eq!(world.scenario, "database-creating,throttled-api,failover-just-happened");
    assert_eq!(world.instances.len(), before + 1);
    let created = world.find(DEFAULT_ACCOUNT, DEFAULT_REGION, "rentaliq-qa-db-restored").unwrap();
    assert_eq!(created.status_at(now), Some("creating"));
    assert_eq!(world.incidents.iter().map(|i| i.kind).collect::<Vec<_>>(), [IncidentKind::Failover]);
    assert!(world.incidents[0].starts > world.epoch);
    assert!(!world.faults.is_empty());

    let played = world.clone();
    assert!(world.play("quite", now).is_err());
    assert_eq!((&world.scenario, world.faults.len()), (&played.scenario, played.faults.len()));
    world.play("quiet", now).unwrap();
    assert!(world.incidents.is_empty() && world.faults.is_empty());
    assert_eq!(world.instances.len(), before + 1);
}

#[test]
fn a_failover_that_is_not_played_any_more_restarts_nothing() {
    for (scenario, awaits) in [("quiet", true), ("failover", false)] {
        let mut world = build("failover", None);
        let epoch = world.epoch;
        let key = Key::of(world.instances.iter().find(|i| i.id == "prod-orders-db").unwrap());
        world.by_key_mut(&key).unwrap().record.awaits_reboot = Some(epoch);
        world.play(scenario, epoch).unwrap();
        world.advance(after(epoch, moment::HOUR));
        assert_eq!(world.by_key(&key).unwrap().record.awaits_reboot.is_some(), awaits, "{scenario}");
    }
}

#[test]
fn nothing_waits_for_what_is_up_to_date() {
    let mut world = build("a-bad-night", None);
    let key = Key::of(world.find("444455556666", "eu-west-1", "prod-billing-db").unwrap());
    assert!(world.by_key(&key).unwrap().pending.is_waiting());
    world.play("quiet", world.epoch).unwrap();
    world.advance(after(world.epoch, 8 * moment::DAY));
    let billing = world.by_key(&key).unwrap();
    assert_eq!((billing.class.as_str(), billing.pending.is_waiting()), ("db.r6g.xlarge", false));
}

#[test]
fn every_scenario_can_be_played_in_every_world() {
    for databases in [None, Some(20)] {
        for scenario in scenario::names() {
            let mut world = build("quiet", databases);
            let now = world.epoch;
            world.play(scenario, now).unwrap_or_else(|error| panic!("{scenario} in {databases:?}: {error}"));
        }
    }
}
