//! What both restores share: AWS drops most settings of the source, so they are asked for
//! explicitly (`RestoreDBInstanceToPointInTime`, `RestoreDBInstanceFromDBSnapshot`).

use std::borrow::Cow;

use super::prelude::*;
use crate::domain::Database;
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

/// Adds to `call` what is wanted and what the source has, with a row for each setting of the
/// source; `gib` is how large the volume will be. `by_time`: a restore to a point in time, which takes more settings than one from a
/// snapshot does.
pub fn ask(call: Call, source: Option<&Database>, wanted: &Wanted<'_>, gib: i32, by_time: bool) -> (Call, Vec<Kept>) {
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

    let Some(d) = source else {
        asking.add("DeletionProtection", Some(wanted.deletion_protection.into()), None, "false");
        return (asking.call, asking.kept);
    };
    asking.same("BackupRetentionPeriod", d.backup_retention_days.into(), "as stored with the backup");
    if d.backup_retention_days > 0 {
        asking.same("PreferredBackupWindow", Value::from(&d.backup_window), "as stored with the backup");
    }
    asking.add(
        "DeletionProtection",
        Some(wanted.deletion_protection.into()),
        Some(d.deletion_protection.into()),
        "false",
    );
    asking.same("PubliclyAccessible", d.publicly_accessible.into(), "depends on the subnet group");
    asking.same("AutoMinorVersionUpgrade", d.auto_minor_version_upgrade.into(), "AWS's choice");
    asking.same("StorageType", Value::from(&d.storage.kind), "AWS's default type");
    // gp3 below 400 GiB has fixed IOPS and throughput for PostgreSQL, and AWS refuses to be given any.
    let large_gp3 = d.storage.kind == "gp3" && gib >= 400;
    let takes_iops = large_gp3 || d.storage.kind.starts_with("io");
    if takes_iops && let Some(iops) = d.storage.iops {
        asking.same("Iops", iops.into(), "the type's least");
    }
    if large_gp3 && let Some(throughput) = d.storage.throughput {
        asking.same("StorageThroughput", throughput.into(), "the type's least");
    }
    if by_time && let Some(most) = d.storage.max_allocated.filter(|most| *most > d.storage.allocated) {
        asking.same("MaxAllocatedStorage", most.into(), "storage does not grow by itself");
    }
    asking.same("EnableCloudwatchLogsExports", Value::List(d.log_exports.clone()), "none");
    let certificate = d.ca_certificate.clone().unwrap_or_default();
    asking.same("CACertificateIdentifier", Value::Text(certificate), "the account's default");
    asking.same("Tags", Value::from(own_tags(&d.tags).as_slice()), "none");
    (asking.call, asking.kept)
}

/// What a restore cannot set and a change afterwards can: the second step, if one is needed.
pub fn afterwards(name: &str, source: &Database, by_time: bool) -> Option<(Call, Follow)> {
    let mut call = Call::new(Api::ModifyDbInstance, &source.region)
        .with("DBInstanceIdentifier", name)
        .with("ApplyImmediately", true);
    let mut values = Vec::new();
    if source.performance_insights {
        call = call.with("EnablePerformanceInsights", true);
        values.push(("EnablePerformanceInsights".to_owned(), "true".to_owned()));
    }
    if let Some(most) = source.storage.max_allocated.filter(|most| !by_time && *most > source.storage.allocated) {
        call = call.with("MaxAllocatedStorage", most);
        values.push(("MaxAllocatedStorage".to_owned(), most.to_string()));
    }
    let follow = Follow::Values { region: source.region.clone(), id: name.to_owned(), values: values.clone() };
    (!values.is_empty()).then_some((call, follow))
}

/// What the engineer must know of every restored instance.
pub fn say_usual(draft: &mut Draft, source: Option<&Database>, gib: i32) {
    draft.say("Endpoint", "a new one: applications keep using the old one until they are changed", Tone::Warning);
    let (least, most) = usual(gib);
    let text = format!("usually {}-{} min; AWS promises nothing", least / 60, most / 60);
    draft.say("Duration", text, Tone::Plain);
    let text = "data is loaded from S3 when it is first read: slow reads at first, for hours if it is large";
    draft.say("First reads", text, Tone::Warning);
    if source.is_some_and(|d| d.monitoring_interval > 0) {
        let text = "Enhanced Monitoring is off on the new instance until it is switched on with its role";
        draft.say("Monitoring", text, Tone::Warning);
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

/// Whether the class can be ordered, if that is known; nothing to say for AWS's own choice.
pub fn class_check(seen: &Seen, class: &str) -> Option<Check> {
    if class.is_empty() {
        return None;
    }
    let name = "class can be ordered";
    if seen.orderable.is_empty() {
        return Some(Check::unknown(name, "what AWS offers was not read: AWS will say"));
    }
    let met = seen.orderable.iter().any(|o| o.class == class);
    let why = if met { String::new() } else { format!("AWS does not offer {class} here for this engine") };
    Some(Check::hard(name, met, why))
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

/// Tags that a user may set; those of AWS itself (`aws:…`) are refused.
pub fn own_tags(tags: &[(String, String)]) -> Vec<(String, String)> {
    tags.iter().filter(|(key, _)| !key.starts_with("aws:")).cloned().collect()
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

/// A distance in seconds as it is said: `3 d 4 h`, `29 min 34 s`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / 86_400, seconds / 3600, seconds / 60) {
        (days @ 1.., hours, _) => format!("{days} d {} h", hours % 24),
        (_, hours @ 1.., minutes) => format!("{hours} h {} min", minutes % 60),
        (_, _, minutes @ 1..) => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{seconds} s"),
    }
}

struct Asking {
    call: Call,
    kept: Vec<Kept>,
}

impl Asking {
    /// A setting of the source that is asked for as it is; one that it does not have is left out.
    fn same(&mut self, name: &'static str, value: Value, default: &str) {
        if !value.to_string().is_empty() {
            self.add(name, Some(value.clone()), Some(value), default);
        }
    }

    fn add(&mut self, name: &'static str, value: Option<Value>, source: Option<Value>, default: &str) {
        if let Some(source) = source.filter(|source| !source.to_string().is_empty()) {
            let kept = value.as_ref() == Some(&source);
            let default = default.to_owned();
            self.kept.push(Kept { name: name.to_owned(), value: source.to_string(), default, kept });
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
    use crate::ops::testing::database;

    fn asked(source: &Database) -> (Call, Vec<Kept>) {
        let wanted = Wanted {
            class: &source.class,
            multi_az: false,
            deletion_protection: true,
            subnet_group: "rentaliq-private",
            security_groups: &source.security_groups,
            parameter_group: "rentaliq-pg16",
        };
        ask(Call::new(Api::RestoreToPointInTime, "us-east-1"), Some(source), &wanted, source.storage.allocated, true)
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
    fn only_what_the_source_has_needs_a_second_step() {
        let mut source = database("a", "us-east-1");
        assert!(afterwards("b", &source, true).is_some());
        source.performance_insights = false;
        assert_eq!(afterwards("b", &source, true), None);
        let (call, _) = afterwards("b", &source, false).unwrap();
        assert_eq!(call.get("MaxAllocatedStorage"), Some(&Value::Int(500)));
    }

    #[test]
    fn tags_of_aws_are_left_out_and_names_fit() {
        let tags = [("aws:cloudformation:stack-id".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())];
        assert_eq!(own_tags(&tags), [("a".to_owned(), "2".to_owned())]);
        let name = named(&"a".repeat(63), "pitr-20261122-0243");
        assert_eq!((name.len(), checks::instance_name(&name)), (63, Ok(())));
        assert_eq!((span(1774), span(90_000)), ("29 min 34 s".to_owned(), "1 d 1 h".to_owned()));
    }
}
