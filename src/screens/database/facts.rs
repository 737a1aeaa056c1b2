//! What a DB instance is, as names and values.

use jiff::Timestamp;

use super::lists::Lines;
use crate::domain::{Database, FaultKind, MaintenanceAction, Nature};
use crate::screens::databases::{Level, Reading};
use crate::theme::Role;
use crate::ui::{format, text};
use crate::world::data::SiteData;

/// A name, a value and the value's role.
pub type Fact = (String, String, Role);

fn fact(name: &str, value: impl Into<String>) -> Fact {
    (name.to_owned(), value.into(), Role::Text)
}

/// A fact in one line, or in several when its value is long.
pub fn lines(fact: &Fact, name_width: usize, width: usize) -> Lines {
    let (name, value, role) = fact;
    let room = width.saturating_sub(name_width + 1).max(8);
    let mut lines = Vec::new();
    let mut rest = value.as_str();
    loop {
        let (mut part, _) = text::take(rest, room);
        if part.len() < rest.len()
            && let Some(space) = part.rfind(' ').filter(|at| *at > part.len() / 2)
        {
            part = &part[..space];
        }
        let shown = if lines.is_empty() { text::fit(name, name_width).into_owned() } else { " ".repeat(name_width) };
        lines.push(vec![(format!("{shown} "), Role::Dim), (part.to_owned(), *role)]);
        rest = rest[part.len()..].trim_start();
        if rest.is_empty() || part.is_empty() {
            return lines;
        }
    }
}

/// The few facts that stand beside the charts.
#[must_use]
pub fn brief(database: &Database, reading: &Reading, data: &SiteData, now: Timestamp) -> Vec<Fact> {
    let mut facts = vec![fact("status", database.status.as_str()), fact("class", class(database))];
    facts.push(fact("engine", database.engine_words()));
    facts.push(fact("zones", zones(database)));
    facts.push(fact("storage", storage(database)));
    if let Some(runway) = reading.runway {
        let role = match reading.runway_level() {
            Level::Critical => Role::Critical,
            Level::Warning => Role::Warning,
            _ => Role::Text,
        };
        let pace = format::bytes(runway.bytes_per_day);
        facts.push(("full in".into(), format!("{} at {pace}/d", format::age(runway.left)), role));
    }
    if let Some(latest) = database.latest_restorable {
        facts.push(fact("restorable", format::ago(now, latest)));
    }
    facts.push(fact("backups", backups(database)));
    for (name, value) in &database.pending {
        facts.push(("pending".into(), format!("{name} → {value}"), Role::Accent));
    }
    for action in data.rds.maintenance_of(&database.arn) {
        facts.push(("maintenance".into(), due(action, now), Role::Accent));
    }
    facts
}

/// Everything, for the configuration pane.
#[must_use]
pub fn all(database: &Database, data: &SiteData, now: Timestamp) -> Vec<Fact> {
    let yes_no = |on: bool| if on { "yes" } else { "no" };
    let mut facts = vec![
        fact("ARN", database.arn.as_str()),
        fact("resource id", database.resource_id.as_str()),
        fact("endpoint", endpoint(database)),
        fact("database", database.database_name.as_deref().unwrap_or("–")),
        fact("class", class(database)),
        fact("engine", database.engine_words()),
        fact("minor upgrades", if database.auto_minor_version_upgrade { "automatic" } else { "by hand" }),
        fact("multi-AZ", yes_no(database.multi_az)),
        fact("zones", zones(database)),
        fact("storage", storage(database)),
        fact("backups", backups(database)),
        fact("backup window", format!("{} UTC", database.backup_window)),
        fact("maintenance", format!("{} UTC", database.maintenance_window)),
        protection(database),
        fact("encryption", encryption(database)),
    ];
    let public = if database.publicly_accessible { Role::Warning } else { Role::Text };
    facts.push(("public access".into(), yes_no(database.publicly_accessible).into(), public));
    facts.push(fact("VPC", database.vpc.as_deref().unwrap_or("–")));
    facts.push(fact("subnet group", database.subnet_group.as_deref().unwrap_or("–")));
    facts.push(fact("security groups", list(&database.security_groups)));
    facts.push(fact("parameter groups", list(&database.parameter_groups)));
    facts.push(fact("log exports", list(&database.log_exports)));
    facts.push(fact("insights", yes_no(database.performance_insights)));
    facts.push(fact(
        "monitoring",
        if database.monitoring_interval == 0 {
            "off".into()
        } else {
            format!(
                "every {}",
                format::age(std::time::Duration::from_secs(
                    u64::try_from(database.monitoring_interval).unwrap_or_default()
                ))
            )
        },
    ));
    let certificate = database.ca_certificate.as_deref().unwrap_or("–");
    facts.push(fact(
        "certificate",
        match database.certificate_valid_till {
            Some(till) => format!("{certificate}, until {}", till.strftime("%Y-%m-%d")),
            None => certificate.to_owned(),
        },
    ));
    if let Some(at) = database.created {
        facts.push(fact("created", format::stamp(at)));
    }
    for (name, value) in &database.pending {
        facts.push(("pending".into(), format!("{name} → {value}"), Role::Accent));
    }
    for action in data.rds.maintenance_of(&database.arn) {
        facts.push(("maintenance".into(), format!("{}: {}", due(action, now), action.description), Role::Accent));
    }
    if let Some(fault) = data.rds.maintenance.fault() {
        let words = match &fault.kind {
            FaultKind::Denied { action } => format!("denied: {action}"),
            _ => fault.word().to_owned(),
        };
        facts.push(("maintenance".into(), words, Role::Warning));
    }
    for (key, value) in &database.tags {
        facts.push(fact(&format!("tag {key}"), value.as_str()));
    }
    facts
}

fn protection(database: &Database) -> Fact {
    let text = if database.deletion_protection { "on" } else { "off" };
    fact("deletion protection", text)
}

fn class(database: &Database) -> String {
    match database.instance_class() {
        Some(class) => format!("{} · {} vCPU, {} GiB", database.class, class.vcpus, class.memory_gib),
        None => database.class.clone(),
    }
}

fn zones(database: &Database) -> String {
    let zone = database.zone.as_deref().unwrap_or("?");
    match (&database.secondary_zone, database.multi_az) {
        (Some(standby), true) => format!("{zone}, standby {standby}"),
        (None, true) => format!("{zone}, Multi-AZ"),
        _ => zone.to_owned(),
    }
}

/// Whether `AllocatedStorage` is its storage. "This setting doesn't apply to Amazon Aurora DB instances.
/// Aurora cluster volumes automatically grow" (RDS API reference, `CreateDBInstance`); what AWS tells of
/// such an instance is 1. Neptune and DocumentDB have cluster volumes too.
#[must_use]
pub fn has_own_storage(database: &Database) -> bool {
    match database.nature() {
        Nature::Aurora { .. } => false,
        Nature::Other { .. } => database.cluster.is_none(),
        Nature::Postgres | Nature::MultiAzCluster { .. } | Nature::Custom { .. } => true,
    }
}

fn storage(database: &Database) -> String {
    if !has_own_storage(database) {
        return "–, the cluster's volume grows by itself".into();
    }
    let storage = &database.storage;
    let mut text = format!("{} GiB {}", storage.allocated, storage.kind);
    if let Some(iops) = storage.iops {
        text.push_str(&format!(", {iops} IOPS"));
    }
    match storage.max_allocated {
        Some(max) => text.push_str(&format!(", grows to {max}")),
        None => text.push_str(", does not grow"),
    }
    text
}

fn backups(database: &Database) -> String {
    match database.backup_retention_days {
        0 => "off".into(),
        days => format!("kept {days}d"),
    }
}

fn encryption(database: &Database) -> String {
    match (&database.kms_key, database.encrypted) {
        (Some(key), true) => key.clone(),
        (None, true) => "on".into(),
        _ => "off".into(),
    }
}

fn endpoint(database: &Database) -> String {
    match (&database.endpoint, database.port) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.clone(),
        _ => "–".into(),
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "–".into() } else { names.join(", ") }
}

fn due(action: &MaintenanceAction, now: Timestamp) -> String {
    let when = action.current_apply.or(action.forced_at).or(action.auto_applied_after);
    match when {
        Some(at) if at > now => format!("{} {}", action.action, format::ago(now, at)),
        Some(_) => format!("{} due", action.action),
        None => format!("{} offered", action.action),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::database;

    #[test]
    fn the_storage_of_an_aurora_member_is_its_clusters() {
        let mut member = database("orders-1", "us-east-1");
        assert!(storage(&member).contains("GiB") && has_own_storage(&member));
        member.engine = "aurora-postgresql".into();
        member.cluster = Some("orders".into());
        member.storage.allocated = 1;
        assert_eq!(storage(&member), "–, the cluster's volume grows by itself");
        member.engine = "docdb".into();
        assert!(!has_own_storage(&member));
        member.engine = "postgres".into();
        assert!(has_own_storage(&member), "a Multi-AZ DB cluster has storage at each instance");
    }

    #[test]
    fn a_value_is_broken_only_where_it_must() {
        let fact = fact("zones", "us-east-1a, standby us-east-1b");
        assert_eq!(lines(&fact, 11, 44).len(), 1);
        let narrow: Vec<String> = lines(&fact, 11, 34).into_iter().map(|line| line[1].0.clone()).collect();
        assert_eq!(narrow, ["us-east-1a, standby", "us-east-1b"]);
    }
}
