//! A fleet of any size for load tests: drawn from the seed, no two instances alike.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::estate::{Common, Entry, Site, StatusEntry};
use super::identity;
use super::instance::{Instance, Load, Pending, Source};
use super::moment::{DAY, HOUR, Offset};
use super::settings::Settings;

/// Classes of the fleet, the frequent ones repeated, with the mean load of an instance.
const CLASSES: [(&str, i32, f64, f64, f64); 10] = [
    ("db.t4g.micro", 20, 6.0, 4.0, 2.0),
    ("db.t3.micro", 20, 9.0, 6.0, 4.0),
    ("db.t3.small", 50, 14.0, 18.0, 12.0),
    ("db.t3.medium", 100, 22.0, 45.0, 60.0),
    ("db.t4g.large", 100, 18.0, 60.0, 80.0),
    ("db.m6g.large", 200, 26.0, 90.0, 160.0),
    ("db.m7g.xlarge", 300, 31.0, 140.0, 320.0),
    ("db.r6g.large", 250, 28.0, 110.0, 240.0),
    ("db.r6g.xlarge", 500, 35.0, 210.0, 600.0),
    ("db.r6g.2xlarge", 1000, 38.0, 380.0, 1400.0),
];

/// Statuses that a few instances of the fleet have.
const UNUSUAL: [&str; 5] = ["stopped", "storage-optimization", "modifying", "incompatible-parameters", "upgrading"];

/// `count` instances named `load-00000-db` and so on at one site. Every ninth or so replicates an
/// earlier one; one in fifty has a status other than available.
#[must_use]
pub fn draw(count: usize, seed: u64, common: &Common, site: &Site, epoch: Timestamp) -> Vec<Instance> {
    (0..count).map(|number| entry(number, seed, site).instance(common, site, epoch)).collect()
}

fn name(number: usize) -> String {
    format!("load-{number:05}-db")
}

fn entry(number: usize, seed: u64, site: &Site) -> Entry {
    let draw = identity::mix(seed ^ identity::mix(number as u64));
    let pick = |salt: u64, below: u64| identity::mix(draw ^ salt) % below.max(1);
    let (class, allocated, cpu, connections, write_iops) =
        CLASSES.get(pick(1, CLASSES.len() as u64) as usize).copied().unwrap_or(CLASSES[0]);
    // Numbers that end in 9 replicate the one that ends in 0 of the same ten: no cascades.
    let replica = number % 10 == 9 && pick(2, 8) != 0;
    let zone = |salt: u64| {
        site.zones
            .get(pick(salt, site.zones.len() as u64) as usize)
            .cloned()
            .unwrap_or_else(|| format!("{}a", site.region))
    };
    let writer = zone(3);
    let multi_az = !replica && pick(4, 3) == 0;
    let spread = |salt: u64| 0.5 + pick(salt, 1000) as f64 / 1000.0;
    let used = f64::from(allocated) * (0.25 + 0.55 * pick(5, 1000) as f64 / 1000.0);
    let status = UNUSUAL
        .get(pick(6, 50 * UNUSUAL.len() as u64) as usize)
        .map(|status| StatusEntry { at: Offset(-(pick(7, 20) as i64 + 1) * HOUR), status: (*status).to_owned() });
    let environment = ["lab", "qa", "prod"].get(pick(8, 3) as usize).copied().unwrap_or("lab");
    Entry {
        account: site.account.clone(),
        region: site.region.clone(),
        id: name(number),
        class: class.to_owned(),
        allocated,
        max_allocated: (pick(9, 2) == 0).then_some(allocated * 5),
        storage_type: if pick(10, 6) == 0 { "gp2" } else { "gp3" }.to_owned(),
        iops: None,
        throughput: None,
        multi_az,
        secondary_zone: multi_az.then(|| site.zones.iter().find(|zone| **zone != writer).cloned()).flatten(),
        zone: writer,
        created: Offset(-(60 + pick(11, 700) as i64) * DAY - pick(12, 86_400) as i64),
        retention: if replica { 0 } else { [1, 3, 7, 7, 14, 30].get(pick(13, 6) as usize).copied().unwrap_or(7) },
        source_cluster: None,
        engine: "postgres".to_owned(),
        parameter_group: None,
        cluster: None,
        settings: Settings::default(),
        source: replica.then(|| Source { region: site.region.clone(), id: name(number - 9) }),
        engine_version: None,
        database_name: Some("app".to_owned()),
        deletion_protection: pick(14, 2) == 0,
        performance_insights: (pick(15, 2) == 0).then_some(7),
        monitoring_interval: if pick(16, 4) == 0 { 60 } else { 0 },
        log_exports: if pick(17, 2) == 0 { vec!["postgresql".to_owned()] } else { Vec::new() },
        tags: BTreeMap::from([("Environment".to_owned(), environment.to_owned())]),
        load: Load {
            cpu: cpu * spread(18),
            connections: (connections * spread(19)).round(),
            write_iops: write_iops * spread(20),
            read_iops: write_iops * 1.4 * spread(21),
            used_gib: used,
            growth_gib_per_day: f64::from(allocated) * 0.004 * spread(22),
        },
        pending: Pending::default(),
        maintenance: Vec::new(),
        snapshots: Vec::new(),
        statuses: status.into_iter().collect(),
    }
}
