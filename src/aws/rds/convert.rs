//! What RDS's answers mean in the domain's terms.

mod settings;

use aws_sdk_rds::types::{
    DbInstance, DbInstanceAutomatedBackup, DbInstanceStatusInfo, DbSnapshot, Event as SdkEvent,
    PendingMaintenanceAction, PendingModifiedValues, Tag,
};

use crate::aws::{list, named, time, words};
use crate::domain::database::{StatusInfo, Storage, region_of};
use crate::domain::{AutomatedBackup, Database, Event, MaintenanceAction, Snapshot, text};

/// `asked` is the region that was asked, for an emulator that gives no ARN.
pub(super) fn database(raw: DbInstance, asked: &str) -> Database {
    let settings = settings::of(&raw);
    let arn = words(raw.db_instance_arn);
    let region = Some(region_of(&arn)).filter(|region| !region.is_empty()).unwrap_or(asked).to_owned();
    let (endpoint, endpoint_port) = raw.endpoint.map_or((None, None), |e| (named(e.address), e.port));
    let (subnet_group, vpc) =
        raw.db_subnet_group.map_or((None, None), |g| (named(g.db_subnet_group_name), named(g.vpc_id)));
    let (listed_ca, valid_till) =
        raw.certificate_details.map_or((None, None), |c| (named(c.ca_identifier), time::optional(c.valid_till)));
    Database {
        id: words(raw.db_instance_identifier),
        arn,
        resource_id: words(raw.dbi_resource_id),
        region,
        status: words(raw.db_instance_status),
        class: words(raw.db_instance_class),
        engine: words(raw.engine),
        engine_version: words(raw.engine_version),
        multi_az: raw.multi_az.unwrap_or_default(),
        zone: named(raw.availability_zone),
        secondary_zone: named(raw.secondary_availability_zone),
        storage: Storage {
            allocated: raw.allocated_storage.unwrap_or_default(),
            max_allocated: raw.max_allocated_storage.filter(|gib| *gib > 0),
            kind: words(raw.storage_type),
            iops: raw.iops.filter(|iops| *iops > 0),
            throughput: raw.storage_throughput.filter(|rate| *rate > 0),
        },
        endpoint,
        port: endpoint_port.or(raw.db_instance_port).filter(|port| *port > 0),
        created: time::optional(raw.instance_create_time),
        latest_restorable: time::optional(raw.latest_restorable_time),
        backup_retention_days: raw.backup_retention_period.unwrap_or_default(),
        backup_window: words(raw.preferred_backup_window),
        maintenance_window: words(raw.preferred_maintenance_window),
        source: named(raw.read_replica_source_db_instance_identifier),
        replicas: list(raw.read_replica_db_instance_identifiers),
        cluster: named(raw.db_cluster_identifier),
        source_cluster: named(raw.read_replica_source_db_cluster_identifier),
        replica_clusters: list(raw.read_replica_db_cluster_identifiers),
        status_infos: raw.status_infos.unwrap_or_default().into_iter().map(status_info).collect(),
        pending: raw.pending_modified_values.map(pending).unwrap_or_default(),
        deletion_protection: raw.deletion_protection.unwrap_or_default(),
        encrypted: raw.storage_encrypted.unwrap_or_default(),
        kms_key: named(raw.kms_key_id),
        publicly_accessible: raw.publicly_accessible.unwrap_or_default(),
        auto_minor_version_upgrade: raw.auto_minor_version_upgrade.unwrap_or_default(),
        parameter_groups: each(raw.db_parameter_groups, |group| named(group.db_parameter_group_name)),
        security_groups: each(raw.vpc_security_groups, |group| named(group.vpc_security_group_id)),
        subnet_group,
        vpc,
        ca_certificate: named(raw.ca_certificate_identifier).or(listed_ca),
        certificate_valid_till: valid_till,
        performance_insights: raw.performance_insights_enabled.unwrap_or_default(),
        monitoring_interval: raw.monitoring_interval.unwrap_or_default(),
        log_exports: list(raw.enabled_cloudwatch_logs_exports),
        database_name: named(raw.db_name),
        master_username: named(raw.master_username),
        tags: tags(raw.tag_list),
        settings,
    }
}

fn each<T>(raw: Option<Vec<T>>, name: impl Fn(T) -> Option<String>) -> Vec<String> {
    raw.unwrap_or_default().into_iter().filter_map(name).collect()
}

fn tags(raw: Option<Vec<Tag>>) -> Vec<(String, String)> {
    let mut tags: Vec<_> = raw.unwrap_or_default().into_iter().map(|tag| (words(tag.key), words(tag.value))).collect();
    tags.sort();
    tags
}

fn status_info(raw: DbInstanceStatusInfo) -> StatusInfo {
    StatusInfo {
        kind: words(raw.status_type),
        status: words(raw.status),
        normal: raw.normal.unwrap_or_default(),
        message: words(raw.message),
    }
}

/// What waits for the maintenance window, by AWS's names.
fn pending(raw: PendingModifiedValues) -> Vec<(String, String)> {
    let number = |value: Option<i32>| value.map(|value| value.to_string());
    let truth = |value: Option<bool>| value.map(|value| value.to_string());
    let (enable, disable) = raw
        .pending_cloudwatch_logs_exports
        .map(|logs| (list(logs.log_types_to_enable), list(logs.log_types_to_disable)))
        .unwrap_or_default();
    let processor: Vec<String> = raw
        .processor_features
        .unwrap_or_default()
        .into_iter()
        .map(|feature| format!("{}={}", words(feature.name), words(feature.value)))
        .collect();
    let volumes = each(raw.additional_storage_volumes, |volume| named(volume.volume_name));
    let joined = |values: Vec<String>| Some(values.join(", "));
    let values = [
        ("DBInstanceClass", named(raw.db_instance_class)),
        ("AllocatedStorage", number(raw.allocated_storage)),
        // AWS masks it already; whatever it says is not for a screen.
        ("MasterUserPassword", raw.master_user_password.map(|_| "****".to_owned())),
        ("Port", number(raw.port)),
        ("BackupRetentionPeriod", number(raw.backup_retention_period)),
        ("MultiAZ", truth(raw.multi_az)),
        ("Engine", named(raw.engine)),
        ("EngineVersion", named(raw.engine_version)),
        ("LicenseModel", named(raw.license_model)),
        ("Iops", number(raw.iops)),
        ("StorageThroughput", number(raw.storage_throughput)),
        ("DBInstanceIdentifier", named(raw.db_instance_identifier)),
        ("StorageType", named(raw.storage_type)),
        ("CACertificateIdentifier", named(raw.ca_certificate_identifier)),
        ("DBSubnetGroupName", named(raw.db_subnet_group_name)),
        ("LogTypesToEnable", joined(enable)),
        ("LogTypesToDisable", joined(disable)),
        ("ProcessorFeatures", joined(processor)),
        ("AutomationMode", raw.automation_mode.map(|mode| text::clean(mode.as_str()))),
        ("ResumeFullAutomationModeTime", time::optional(raw.resume_full_automation_mode_time).map(|at| at.to_string())),
        ("MultiTenant", truth(raw.multi_tenant)),
        ("IAMDatabaseAuthenticationEnabled", truth(raw.iam_database_authentication_enabled)),
        ("DedicatedLogVolume", truth(raw.dedicated_log_volume)),
        ("AdditionalStorageVolumes", joined(volumes)),
        ("DBCapacityReservationIdentifier", named(raw.db_capacity_reservation_identifier)),
    ];
    values
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.filter(|value| !value.is_empty())?)))
        .collect()
}

pub(super) fn snapshot(raw: DbSnapshot) -> Snapshot {
    Snapshot {
        id: words(raw.db_snapshot_identifier),
        arn: words(raw.db_snapshot_arn),
        database: words(raw.db_instance_identifier),
        status: words(raw.status),
        kind: words(raw.snapshot_type),
        created: time::optional(raw.snapshot_create_time),
        original_created: time::optional(raw.original_snapshot_create_time),
        database_time: time::optional(raw.snapshot_database_time),
        resource_id: words(raw.dbi_resource_id),
        iops: raw.iops.filter(|iops| *iops > 0),
        throughput: raw.storage_throughput.filter(|rate| *rate > 0),
        progress: raw.percent_progress.unwrap_or_default().clamp(0, 100),
        allocated: raw.allocated_storage.unwrap_or_default(),
        encrypted: raw.encrypted.unwrap_or_default(),
        kms_key: named(raw.kms_key_id),
        storage_kind: words(raw.storage_type),
        engine: words(raw.engine),
        engine_version: words(raw.engine_version),
        source_region: named(raw.source_region),
        tags: tags(raw.tag_list),
    }
}

pub(super) fn automated_backup(raw: DbInstanceAutomatedBackup) -> AutomatedBackup {
    let window = raw.restore_window.map(|w| (time::optional(w.earliest_time), time::optional(w.latest_time)));
    AutomatedBackup {
        resource_id: words(raw.dbi_resource_id),
        status: words(raw.status),
        window: window.and_then(|(earliest, latest)| Some((earliest?, latest?))),
    }
}

/// `None` for an event without a date: it could not be placed in time.
pub(super) fn event(raw: SdkEvent) -> Option<Event> {
    Some(Event {
        at: time::optional(raw.date)?,
        source: words(raw.source_identifier),
        message: words(raw.message),
        categories: list(raw.event_categories),
    })
}

pub(super) fn action(arn: &str, raw: PendingMaintenanceAction) -> MaintenanceAction {
    MaintenanceAction {
        arn: arn.to_owned(),
        action: words(raw.action),
        description: words(raw.description),
        auto_applied_after: time::optional(raw.auto_applied_after_date),
        forced_at: time::optional(raw.forced_apply_date),
        current_apply: time::optional(raw.current_apply_date),
        opt_in: named(raw.opt_in_status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_leaves_out_stays_unknown_and_text_is_cleaned() {
        let raw = DbInstance::builder()
            .db_instance_identifier("a\u{1b}[2J")
            .db_instance_arn("arn:aws:rds:eu-west-1:1:db:a")
            .db_name("")
            .db_instance_port(0)
            .tag_list(Tag::builder().key("b").value("2").build())
            .tag_list(Tag::builder().key("a").value("\u{202e}").build())
            .build();
        let database = database(raw, "us-east-1");
        assert_eq!(database.id, "a?[2J");
        assert_eq!(database.region, "eu-west-1");
        assert_eq!((database.database_name, database.port, database.latest_restorable), (None, None, None));
        assert_eq!(database.tags, [("a".into(), "?".into()), ("b".into(), "2".into())]);
        assert_eq!(super::database(DbInstance::builder().build(), "us-east-1").region, "us-east-1");
    }

    #[test]
    fn a_pending_password_is_never_told() {
        let raw = PendingModifiedValues::builder()
            .master_user_password("hunter2")
            .db_instance_class("db.r6g.large")
            .multi_az(true)
            .build();
        assert_eq!(
            pending(raw),
            [
                ("DBInstanceClass".into(), "db.r6g.large".into()),
                ("MasterUserPassword".into(), "****".into()),
                ("MultiAZ".into(), "true".into()),
            ]
        );
        assert!(pending(PendingModifiedValues::builder().build()).is_empty());
    }
}
