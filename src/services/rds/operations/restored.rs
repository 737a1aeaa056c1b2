//! What both restores share: AWS drops most settings of the source, so they are asked for
//! explicitly (`RestoreDBInstanceToPointInTime`, `RestoreDBInstanceFromDBSnapshot`).

use std::borrow::Cow;

use jiff::Timestamp;

use super::carried::{Carried, Way, carry};
use super::prelude::*;
use crate::domain::{Database, duration};
use crate::ops::call::Value;

/// What the new instance shall have. Empty text: AWS's default.
pub struct Wanted<'a> {
    pub class: &'a str,
    pub multi_az: bool,
    pub deletion_protection: bool,
    pub subnet_group: &'a str,
    pub security_groups: &'a [String],
    pub parameter_group: &'a str,
}

/// Adds to `call` what is wanted and what the source has, with a row for each setting of the source; `gib`
/// is how large the volume will be.
pub fn ask(call: Call, source: Option<&Database>, wanted: &Wanted<'_>, gib: i32, way: Way) -> Carried {
    let mut asking = Asking { call, kept: Vec::new() };
    let of = |value: fn(&Database) -> Value| source.map(value);
    let groups = (!wanted.security_groups.is_empty()).then(|| Value::List(wanted.security_groups.to_vec()));

    asking.add("DBInstanceClass", text(wanted.class), of(|d| Value::from(&d.class)), "the source's");
    asking.add("MultiAZ", Some(wanted.multi_az.into()), of(|d| d.multi_az.into()), "false");
    let subnet = of(|d| Value::from(d.subnet_group.clone().unwrap_or_default()));
    asking.add("DBSubnetGroupName", text(wanted.subnet_group), subnet, "default");
    let source_groups = of(|d| Value::from(d.security_groups.clone()));
    asking.add("VpcSecurityGroupIds", groups, source_groups, "the VPC's default group");
    let parameters = of(|d| Value::from(d.parameter_groups.first().cloned().unwrap_or_default()));
    asking.add("DBParameterGroupName", text(wanted.parameter_group), parameters, "the engine's default group");
    let protection = of(|d| d.deletion_protection.into());
    asking.add("DeletionProtection", Some(wanted.deletion_protection.into()), protection, "false");
    let Asking { call, mut kept } = asking;
    let Some(source) = source else {
        return Carried { call, kept, afterwards: Vec::new(), with_role: Vec::new() };
    };
    let carried = carry(call, source, way, gib);
    kept.extend(carried.kept);
    Carried { kept, ..carried }
}

/// What the engineer must know of every restored instance.
pub fn say_usual(draft: &mut Draft, source: Option<&Database>, gib: i32) {
    draft.say("Endpoint", "a new one: applications keep using the old one until they are changed", Tone::Warning);
    let (least, most) = usual(gib);
    let text = format!("usually {}-{}m; AWS promises nothing", least / 60, most / 60);
    draft.say("Duration", text, Tone::Plain);
    let text = "data is loaded from S3 when it is first read: slow reads at first, for hours if it is large";
    draft.say("First reads", text, Tone::Warning);
    draft.say("Unlogged", "tables that are UNLOGGED may come back empty", Tone::Plain);
    if source.is_some_and(|d| d.monitoring_interval > 0 && d.settings.monitoring_role.is_none()) {
        let text = "Enhanced Monitoring is off on the new instance: its role is not known";
        draft.say("Monitoring", text, Tone::Warning);
    }
    if source.is_some_and(|d| d.backup_retention_days == 0) {
        let text = "automated backups are off, as at the source: it cannot be restored to a point in time until its \
                    retention is changed";
        draft.say("Backups", text, Tone::Critical);
    }
    // `RestoreDBInstanceFromDBSnapshotMessage.EngineLifecycleSupport`.
    if source.is_some_and(|d| d.settings.declines_extended_support()) {
        let text = "Extended Support is off, as at the source: if this major version is past its standard support, AWS \
                    upgrades the new instance to a later one by itself";
        draft.say("Engine upgrade", text, Tone::Warning);
    }
    if source.is_some_and(|d| d.settings.master_secret.is_some()) {
        let text = "the master password is the one of the data, not managed by RDS: the secret of the source fits only \
                    if it was not rotated since";
        draft.say("Password", text, Tone::Critical);
    }
}

/// What it costs a month, as a consequence and in the draft.
pub fn say_cost(draft: &mut Draft, class: &str, storage: &crate::domain::database::Storage, multi_az: bool) {
    let space = price::storage_month(&storage.kind, storage.allocated, storage.iops, storage.throughput, multi_az);
    let month = price::instance_month(class, multi_az).zip(space).map(|(instance, space)| instance + space);
    draft.monthly = month;
    let text = match month {
        Some(month) => format!("{} at us-east-1 prices of {}", price::difference(month), price::DATED),
        None => "not known for this class and storage".to_owned(),
    };
    draft.say("Cost", text, Tone::Plain);
}

/// Whether the class can be ordered with this storage and as Multi-AZ, if that is known; nothing to say for AWS's
/// own choice.
pub fn class_check(seen: &Seen, class: &str, storage: &str, multi_az: bool) -> Option<Check> {
    if class.is_empty() {
        return None;
    }
    let name = "class can be ordered";
    if seen.orderable.is_empty() {
        return Some(Check::unknown(name, "what AWS offers was not read: AWS will say"));
    }
    let of_class: Vec<_> = seen.orderable.iter().filter(|o| o.class == class).collect();
    let with_storage: Vec<_> = of_class.iter().filter(|o| storage.is_empty() || o.storage == storage).collect();
    let why = if of_class.is_empty() {
        format!("AWS does not offer {class} here for this engine")
    } else if with_storage.is_empty() {
        format!("AWS does not offer {class} with {storage} storage here for this engine")
    } else if multi_az && !with_storage.iter().any(|o| o.multi_az) {
        format!("AWS does not offer {class} as Multi-AZ here for this engine")
    } else {
        String::new()
    };
    Some(Check::hard(name, why.is_empty(), why))
}

/// The field of an instance class, with what may be ordered.
pub fn class_field(seen: &Seen, class: &str, multi_az: bool) -> Field {
    let mut offers: Vec<Offer> = Vec::new();
    for orderable in &seen.orderable {
        if offers.iter().any(|o| o.value == orderable.class) {
            continue;
        }
        let size = crate::domain::class::InstanceClass::parse(&orderable.class)
            .map(|c| format!("{} vCPU {} GiB", c.vcpus, c.memory_gib));
        let month = price::instance_month(&orderable.class, multi_az).map(price::difference);
        let detail: Vec<String> = size.into_iter().chain(month).collect();
        offers.push(Offer { value: orderable.class.clone(), detail: detail.join("  ") });
    }
    let open = offers.is_empty();
    Field::new("class", "Class", class, FieldKind::Choice { offers, open })
}

/// Reads an instance class: one that is offered, or any if that is not known.
///
/// # Errors
/// What would have been right.
pub fn class_of(seen: &Seen, value: &str) -> Result<String, String> {
    let value = value.trim();
    if !value.starts_with("db.") {
        return Err(format!("{value:?} is no instance class: they begin with db."));
    }
    if !seen.orderable.is_empty() && !seen.orderable.iter().any(|o| o.class == value) {
        return Err(format!("AWS does not offer {value} here"));
    }
    Ok(value.to_owned())
}

/// Seconds until a new instance of this size is available, least and most: an estimate.
pub fn usual(gib: i32) -> (u32, u32) {
    (600, 1800 + gib.max(0).unsigned_abs() * 6)
}

/// `base` with `ending`, shortened so that AWS takes it as an instance's name (63 characters).
pub fn named(base: &str, ending: &str) -> String {
    let room = 63usize.saturating_sub(ending.len() + 1);
    let base: String = base.chars().take(room).collect();
    format!("{}-{ending}", base.trim_end_matches('-'))
}

/// A distance in seconds as it is said: `3d 4h`, `29m 34s`.
pub fn span(seconds: i64) -> String {
    duration::seconds(seconds.max(0))
}

/// A moment, to the second: what AWS gives has fractions that nobody reads.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

struct Asking {
    call: Call,
    kept: Vec<Kept>,
}

impl Asking {
    fn add(&mut self, name: &'static str, value: Option<Value>, source: Option<Value>, default: &str) {
        if let Some(source) = source.filter(|source| !source.to_string().is_empty()) {
            let kept = value.as_ref() == Some(&source);
            let default = default.to_owned();
            let (name, value) = (name.to_owned(), source.to_string());
            self.kept.push(Kept { name, value, default, kept, lost: false });
        }
        if let Some(value) = value {
            self.call.parameters.push((Cow::Borrowed(name), value));
        }
    }
}

fn text(value: &str) -> Option<Value> {
    (!value.is_empty()).then(|| Value::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::database;

    fn asked(source: &Database) -> (Call, Vec<Kept>) {
        let wanted = Wanted {
            class: &source.class,
            multi_az: false,
            deletion_protection: true,
            subnet_group: "rentaliq-private",
            security_groups: &source.security_groups,
            parameter_group: "rentaliq-pg16",
        };
        let call = Call::new(Api::RestoreToPointInTime, "us-east-1");
        let carried = ask(call, Some(source), &wanted, source.storage.allocated, Way::ByTime);
        (carried.call, carried.kept)
    }

    #[test]
    fn a_deliberate_difference_is_shown_as_one() {
        let (call, kept) = asked(&database("a", "us-east-1"));
        assert_eq!(call.get("MultiAZ"), Some(&Value::Bool(false)));
        let differs: Vec<&str> = kept.iter().filter(|k| !k.kept).map(|k| k.name.as_str()).collect();
        assert_eq!(differs, ["MultiAZ"]);
    }

    #[test]
    fn small_gp3_is_given_no_iops() {
        let mut source = database("a", "us-east-1");
        assert_eq!(asked(&source).0.get("Iops"), None);
        source.storage.allocated = 400;
        let (call, _) = asked(&source);
        assert_eq!(
            (call.get("Iops"), call.get("StorageThroughput")),
            (Some(&Value::Int(3000)), Some(&Value::Int(125)))
        );
    }

    #[test]
    fn names_fit() {
        let name = named(&"a".repeat(63), "pitr-20261122-0243");
        assert_eq!((name.len(), checks::instance_name(&name)), (63, Ok(())));
        assert_eq!(moment("2026-11-22T03:12:44.123456789Z".parse().unwrap()), "2026-11-22T03:12:44Z");
        assert_eq!((span(1774), span(90_000)), ("29m 34s".to_owned(), "1d 1h".to_owned()));
    }
}
