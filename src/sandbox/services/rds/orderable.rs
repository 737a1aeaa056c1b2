//! `DescribeOrderableDBInstanceOptions` of PostgreSQL.

use std::collections::BTreeSet;

use winterbaume_rds::model::{
    AvailabilityZone, AvailabilityZoneList, OrderableDBInstanceOption, OrderableDBInstanceOptionsList,
    OrderableDBInstanceOptionsMessage, StringList,
};
use winterbaume_rds::wire;

use super::paging::page;
use super::{Answer, Call, ENGINE, malformed};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::World;

/// The classes that can be ordered (RDS user guide, "DB instance classes"): families and their sizes.
const FAMILIES: [(&str, &[&str]); 10] = [
    ("t3", &["micro", "small", "medium", "large", "xlarge", "2xlarge"]),
    ("t4g", &["micro", "small", "medium", "large", "xlarge", "2xlarge"]),
    ("m5", LARGE),
    ("m6g", LARGE),
    ("m6i", LARGE),
    ("m7g", LARGE),
    ("r5", LARGE),
    ("r6g", LARGE),
    ("r6i", LARGE),
    ("r7g", LARGE),
];
const LARGE: &[&str] = &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];
const STORAGE: [&str; 4] = ["gp2", "gp3", "io1", "io2"];
/// Versions that can be ordered besides those that are there.
const VERSIONS: [&str; 3] = ["16.4", "16.8", "17.5"];

/// `DescribeOrderableDBInstanceOptions`, by version, class and storage type.
pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let request =
        wire::deserialize_describe_orderable_d_b_instance_options_request(&call.parameters).map_err(malformed)?;
    if request.engine.is_empty() {
        return Err(Refusal::new("MissingParameter", "The request must contain the parameter Engine."));
    }
    let zones = world.site(&call.caller.account, &call.caller.region).zones;
    let there = world.instances_in(&call.caller.account, &call.caller.region);
    let of_engine = there.filter(|instance| instance.engine == ENGINE);
    let mut versions: BTreeSet<&str> = of_engine.map(|instance| instance.engine_version.as_str()).collect();
    versions.extend(VERSIONS);
    let mut classes: Vec<String> = FAMILIES
        .iter()
        .flat_map(|(family, sizes)| sizes.iter().map(move |size| format!("db.{family}.{size}")))
        .collect();
    classes.sort();
    let is_wanted = |wanted: Option<&String>, name: &str| wanted.is_none_or(|wanted| wanted == name);
    let mut options: Vec<(&str, &str, &str)> = Vec::new();
    for version in versions.into_iter().filter(|version| is_wanted(request.engine_version.as_ref(), version)) {
        for class in classes.iter().filter(|class| is_wanted(request.d_b_instance_class.as_ref(), class)) {
            options.extend(STORAGE.iter().map(|storage| (version, class.as_str(), *storage)));
        }
    }
    if request.engine != ENGINE || request.license_model.as_deref().is_some_and(|model| model != "postgresql-license") {
        options.clear();
    }
    // A page may be asked for with up to 10,000 records; fewer at once are allowed.
    let size = match request.max_records {
        Some(size) if (101..=10_000).contains(&size) => Some(100),
        size => size,
    };
    let key = |(version, class, storage): &(&str, &str, &str)| format!("{version} {class} {storage}");
    options.sort_by_cached_key(key);
    let page = page(options.into_iter(), key, size, request.marker.as_deref())?;
    let items = page.items.into_iter().map(|option| on_wire(option, &zones)).collect();
    let message = OrderableDBInstanceOptionsMessage {
        orderable_d_b_instance_options: Some(OrderableDBInstanceOptionsList { items }),
        marker: page.marker,
    };
    Ok(wire::serialize_describe_orderable_d_b_instance_options_response(&message))
}

fn on_wire((version, class, storage): (&str, &str, &str), zones: &[String]) -> OrderableDBInstanceOption {
    let provisioned = matches!(storage, "io1" | "io2");
    let zone = |name: &String| AvailabilityZone { name: Some(name.clone()) };
    OrderableDBInstanceOption {
        engine: Some(ENGINE.to_owned()),
        engine_version: Some(version.to_owned()),
        d_b_instance_class: Some(class.to_owned()),
        license_model: Some("postgresql-license".to_owned()),
        availability_zones: Some(AvailabilityZoneList { items: zones.iter().map(zone).collect() }),
        multi_a_z_capable: Some(true),
        read_replica_capable: Some(true),
        vpc: Some(true),
        storage_type: Some(storage.to_owned()),
        min_storage_size: Some(if provisioned { 100 } else { 20 }),
        max_storage_size: Some(65_536),
        min_iops_per_db_instance: (storage != "gp2").then_some(if provisioned { 1000 } else { 12_000 }),
        max_iops_per_db_instance: (storage != "gp2").then_some(if storage == "gp3" { 64_000 } else { 256_000 }),
        min_storage_throughput_per_db_instance: (storage == "gp3").then_some(500),
        max_storage_throughput_per_db_instance: (storage == "gp3").then_some(4000),
        supports_iops: Some(storage != "gp2"),
        supports_storage_throughput: Some(storage == "gp3"),
        supports_storage_encryption: Some(true),
        supports_storage_autoscaling: Some(true),
        supports_enhanced_monitoring: Some(true),
        supports_performance_insights: Some(true),
        supports_i_a_m_database_authentication: Some(true),
        supports_kerberos_authentication: Some(true),
        supports_global_databases: Some(false),
        supports_clusters: Some(false),
        outpost_capable: Some(false),
        supported_network_types: Some(StringList { items: vec!["IPV4".to_owned()] }),
        ..OrderableDBInstanceOption::default()
    }
}
